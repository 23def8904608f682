//! Temporary data: what a client leaves with the service to render reports from. Source: “CxReports API”, Temporary
//! Data, and the official Python client. Uploads are ours, for data and files that are too large for a request.

use crate::values;
use domain::{
    Outcome, Problem,
    data::Data,
    temporary::{LARGEST_UPLOAD, TemporaryId},
};
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use serde::{Deserialize, Deserializer, Serialize, de::Error};
use std::collections::BTreeMap;

/// The body of `POST …/temporary-data`. What else it holds is passed over: other versions of the clients send more.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TemporaryData {
    content: Option<Data>,
    #[serde(default, deserialize_with = "time")]
    expiry_date: Option<Timestamp>,
}

impl TemporaryData {
    /// The data, and when the client wants it to end.
    ///
    /// # Errors
    /// `Invalid` without content, and for content of too many levels.
    pub fn check(self) -> Outcome<(Data, Option<Timestamp>)> {
        let content = self.content.ok_or_else(|| Problem::invalid("content", "send the data here, as JSON."))?;
        Ok((values::bounded("content", content)?, self.expiry_date))
    }
}

/// The body of `POST …/temporary-data/uploads`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewUpload {
    /// How many bytes will come.
    size: u64,
    /// What they are; data, unless it says otherwise.
    media_type: Option<String>,
    #[serde(default, deserialize_with = "time")]
    expiry_date: Option<Timestamp>,
}

impl NewUpload {
    /// The size, the media type, and when the client wants the upload to end.
    ///
    /// # Errors
    /// `Invalid` for no bytes, for more than can be rendered, and for what is no media type.
    pub fn check(self) -> Outcome<(u64, String, Option<Timestamp>)> {
        if !(1..=LARGEST_UPLOAD).contains(&self.size) {
            return Err(Problem::invalid("size", format!("upload 1 to {LARGEST_UPLOAD} bytes.")));
        }
        let media_type = self.media_type.unwrap_or_else(|| JSON.to_owned());
        if !is_media_type(&media_type) {
            return Err(Problem::invalid("mediaType", "write a media type without parameters, such as font/ttf."));
        }
        Ok((self.size, media_type, self.expiry_date))
    }
}

/// What is uploaded unless the client says otherwise.
const JSON: &str = "application/json";

/// A type and a subtype, as RFC 6838 restricts their names: the text goes into a header that is signed.
fn is_media_type(text: &str) -> bool {
    let is_name = |name: &str| {
        let restricted = |b: u8| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b);
        !name.is_empty() && name.len() <= 127 && name.bytes().all(restricted)
    };
    text.split_once('/').is_some_and(|(kind, subtype)| is_name(kind) && is_name(subtype))
}

/// An instant as clients write it; `null` and an empty text are none.
fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?.unwrap_or_default();
    match text.trim() {
        "" => Ok(None),
        text => instant(text).map(Some).ok_or_else(|| D::Error::custom("write a time, such as 2030-01-31T18:00:00Z")),
    }
}

/// RFC 3339, or ISO 8601 without an offset, which is taken for UTC; a plain date begins at midnight.
fn instant(text: &str) -> Option<Timestamp> {
    // The name of a zone would be passed over below.
    let civil = || Some(text).filter(|text| !text.contains('[')).and_then(|text| text.parse::<DateTime>().ok());
    text.parse().ok().or_else(|| TimeZone::UTC.to_timestamp(civil()?).ok())
}

/// The answer of `POST …/temporary-data`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TemporaryDataItem {
    temp_data_id: u64,
    expiry_date: Timestamp,
}

impl TemporaryDataItem {
    /// Data under this id, until this time.
    pub fn new(id: TemporaryId, expiry_date: Timestamp) -> Self {
        Self { temp_data_id: id.number(), expiry_date }
    }
}

/// The answer of `POST …/temporary-data/uploads`: where the bytes go.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UploadItem {
    #[serde(flatten)]
    data: TemporaryDataItem,
    upload_url: String,
    method: &'static str,
    headers: BTreeMap<String, String>,
    upload_expires_at: Timestamp,
}

impl UploadItem {
    /// `headers` are those that the upload has to bring; the address takes it until `upload_expires_at`.
    pub fn new(
        data: TemporaryDataItem,
        upload_url: String,
        headers: BTreeMap<String, String>,
        upload_expires_at: Timestamp,
    ) -> Self {
        Self { data, upload_url, method: "PUT", headers, upload_expires_at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn read(body: Value) -> Result<(Value, Option<String>), String> {
        let body: TemporaryData = serde_json::from_value(body).map_err(|error| error.to_string())?;
        let (content, end) = body.check().map_err(|problem| problem.to_string())?;
        Ok((content.parse().unwrap(), end.map(|end| end.to_string())))
    }

    #[test]
    fn data_comes_with_a_time_in_any_usual_form() {
        let table = [
            ("UTC", json!("2030-01-31T18:00:00Z"), Some("2030-01-31T18:00:00Z")),
            ("an offset", json!("2030-01-31T18:00:00.123+02:00"), Some("2030-01-31T16:00:00.123Z")),
            (
                "no offset, as .NET writes it",
                json!("2030-01-31T18:00:00.1234567"),
                Some("2030-01-31T18:00:00.1234567Z"),
            ),
            ("no offset, as Python writes it", json!("2030-01-31 18:00:00"), Some("2030-01-31T18:00:00Z")),
            ("no seconds", json!("2030-01-31T18:00"), Some("2030-01-31T18:00:00Z")),
            ("a date", json!("2030-01-31"), Some("2030-01-31T00:00:00Z")),
            ("an empty text", json!(" "), None),
            ("null", json!(null), None),
        ];
        for (what, date, expected) in table {
            let read = read(json!({"content": {"a": 1}, "expiryDate": date, "name": "passed over"}));
            assert_eq!(read, Ok((json!({"a": 1}), expected.map(str::to_owned))), "{what}");
        }
        assert_eq!(read(json!({"content": []})), Ok((json!([]), None)), "left out");
    }

    #[test]
    fn a_time_that_could_be_misread_is_refused() {
        let bad =
            ["tomorrow", "31.01.2030", "2030-02-30", "2030-01-31T18:00[Europe/Berlin]", "2030-01-31T25:00Z", "12:00"];
        for date in bad {
            let problem = read(json!({"content": 1, "expiryDate": date})).unwrap_err();
            assert_eq!(problem, "write a time, such as 2030-01-31T18:00:00Z", "{date}");
        }
        assert!(read(json!({"content": 1, "expiryDate": 1_900_000_000})).is_err(), "a number");
    }

    #[test]
    fn data_without_content_is_refused() {
        for body in [json!({}), json!({"content": null}), json!({"Content": 1})] {
            assert_eq!(read(body).unwrap_err(), "content: send the data here, as JSON.");
        }
        assert_eq!(read(json!({"content": false})).unwrap().0, json!(false));
        let deep = (0..101).fold(json!(1), |inner, _| json!([inner]));
        assert!(read(json!({"content": deep})).unwrap_err().starts_with("content: use at most 100 levels"));
    }

    #[test]
    fn an_upload_tells_its_size_beforehand() {
        let read = |body| serde_json::from_value::<NewUpload>(body).map(NewUpload::check);
        let expected = (LARGEST_UPLOAD, JSON.to_owned(), None);
        assert_eq!(read(json!({"size": LARGEST_UPLOAD})).unwrap().unwrap(), expected);
        let problem = read(json!({"size": LARGEST_UPLOAD + 1})).unwrap().unwrap_err().to_string();
        assert_eq!(problem, "size: upload 1 to 33554432 bytes.");
        assert!(read(json!({"size": 0})).unwrap().is_err());
        for body in [json!({}), json!({"size": -1}), json!({"size": "1"}), json!({"size": 1, "expires": null})] {
            assert!(read(body.clone()).is_err(), "{body}");
        }
    }

    #[test]
    fn an_upload_says_what_it_is_by_a_media_type() {
        let read = |media_type: &str| {
            let body: NewUpload = serde_json::from_value(json!({"size": 1, "mediaType": media_type})).unwrap();
            body.check().map(|(_, media_type, _)| media_type).map_err(|problem| problem.to_string())
        };
        for sound in ["font/ttf", "image/svg+xml", "application/vnd.ms-opentype"] {
            assert_eq!(read(sound).as_deref(), Ok(sound));
        }
        for odd in ["", "font", "font/", "/ttf", "a/b/c", "text/plain; charset=utf-8", "font/ttf\r\nx: y", "schrift/ö"]
        {
            let told = read(odd).unwrap_err();
            assert_eq!(told, "mediaType: write a media type without parameters, such as font/ttf.", "{odd:?}");
        }
    }

    #[test]
    fn answers_have_the_fields_of_the_official_clients() {
        let data = || TemporaryDataItem::new(TemporaryId::of(7).unwrap(), Timestamp::UNIX_EPOCH);
        let plain = json!({"tempDataId": 7, "expiryDate": "1970-01-01T00:00:00Z"});
        assert_eq!(serde_json::to_value(data()).unwrap(), plain);
        let headers = BTreeMap::from([("content-type".to_owned(), "application/json".to_owned())]);
        let upload = UploadItem::new(data(), "https://bucket/x".into(), headers, Timestamp::UNIX_EPOCH);
        let expected = json!({"tempDataId": 7, "expiryDate": "1970-01-01T00:00:00Z",
            "uploadUrl": "https://bucket/x", "method": "PUT", "headers": {"content-type": "application/json"},
            "uploadExpiresAt": "1970-01-01T00:00:00Z"});
        assert_eq!(serde_json::to_value(upload).unwrap(), expected);
    }
}
