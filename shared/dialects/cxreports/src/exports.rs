//! Exports: renditions that are made behind a queue. Source: the official Python client, which waits for `isReady` or
//! for the status `Failed`, whose reason it raises.

use domain::{export::Export, progress::Status, temporary::TemporaryId};
use jiff::Timestamp;
use serde::Serialize;

/// The answer (202) of `POST …/export`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportItem {
    temporary_file_id: u64,
}

impl From<TemporaryId> for ExportItem {
    fn from(id: TemporaryId) -> Self {
        Self { temporary_file_id: id.number() }
    }
}

/// The answer of `GET …/exports/{id}/status`. `percent` and `expiryDate` are ours.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportStatus {
    is_ready: bool,
    status: Status,
    error_message: Option<String>,
    percent: u8,
    expiry_date: Timestamp,
    /// Ours: what is not in the file as asked for, with the place of each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
}

impl From<&Export> for ExportStatus {
    fn from(export: &Export) -> Self {
        let progress = &export.progress;
        let reason = || progress.reason.clone().unwrap_or_else(|| "The report could not be rendered.".to_owned());
        Self {
            is_ready: progress.status == Status::Done,
            status: progress.status,
            error_message: (progress.status == Status::Failed).then(reason),
            percent: progress.percent,
            expiry_date: export.expires_at,
            warnings: progress.warnings.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{progress::Progress, rendition::Form};
    use serde_json::{Value, json};
    use uuid::Uuid;

    fn told(status: Status, percent: u8, reason: Option<&str>) -> Value {
        let id = TemporaryId::of(7).unwrap();
        let export = Export::asked(id, "default", Uuid::nil(), 1, Form::Pdf, Timestamp::UNIX_EPOCH);
        let reason = reason.map(str::to_owned);
        let progress = Progress { status, percent, reason, ..export.progress.clone() };
        serde_json::to_value(ExportStatus::from(&Export { progress, ..export })).unwrap()
    }

    #[test]
    fn an_export_is_named_by_an_integer() {
        let item = ExportItem::from(TemporaryId::new([255; 4]));
        assert_eq!(serde_json::to_string(&item).unwrap(), r#"{"temporaryFileId":2147483647}"#);
    }

    #[test]
    fn the_loop_of_the_official_client_ends_when_the_export_does() {
        let table = [
            ("asked for", told(Status::NotStarted, 0, None), json!([false, "NotStarted", null, 0])),
            ("being made", told(Status::InProgress, 40, None), json!([false, "InProgress", null, 40])),
            ("tried again", told(Status::InProgress, 40, Some("once")), json!([false, "InProgress", null, 40])),
            ("done", told(Status::Done, 100, None), json!([true, "Done", null, 100])),
            ("failed", told(Status::Failed, 40, Some("No data.")), json!([false, "Failed", "No data.", 40])),
            (
                "failed silently",
                told(Status::Failed, 0, None),
                json!([false, "Failed", "The report could not be rendered.", 0]),
            ),
        ];
        for (what, item, expected) in table {
            let seen = json!([item["isReady"], item["status"], item["errorMessage"], item["percent"]]);
            assert_eq!(seen, expected, "{what}");
            assert_eq!(item["expiryDate"], "1970-01-02T00:00:00Z", "{what}");
            assert!(item.get("warnings").is_none(), "{what}");
        }
    }

    #[test]
    fn what_the_file_lacks_is_told_with_the_status() {
        let id = TemporaryId::of(7).unwrap();
        let mut export = Export::asked(id, "default", Uuid::nil(), 1, Form::Pdf, Timestamp::UNIX_EPOCH);
        export.progress.warnings = vec!["blocks[0]: No font has it".to_owned()];
        let status = serde_json::to_value(ExportStatus::from(&export)).unwrap();
        assert_eq!(status["warnings"], json!(["blocks[0]: No font has it"]));
    }
}
