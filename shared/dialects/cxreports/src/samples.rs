//! Reports and presets for the tests of several modules.

use domain::{
    names::NaturalId,
    preset::{Preset, ReportType},
    report::{Details, Kind, Report},
};
use jiff::Timestamp;
use uuid::Uuid;

/// A report of the type `sales`, in the default theme.
pub(crate) fn report(number: u64, name: &str) -> Report {
    Report {
        uid: Uuid::from_u128(u128::from(number)),
        number,
        natural_id: NaturalId::new("team", &format!("report-{number}")).unwrap(),
        workspace: "default".into(),
        parent: "default".into(),
        name: name.into(),
        kind: Kind::Advanced,
        details: Details { report_type: Some("sales".into()), theme: "default".into(), ..Details::default() },
        version: 1,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
        deleted_at: None,
    }
}

/// The same report of another type, or of none.
pub(crate) fn of_type(report: Report, kind: Option<&str>) -> Report {
    Report { details: Details { report_type: kind.map(str::to_owned), ..report.details.clone() }, ..report }
}

/// Two report types; the report with the number 17 stands for the first.
pub(crate) fn types() -> Vec<Preset<ReportType>> {
    let kind = |code: &str, name: &str, number, default: Option<u128>| Preset {
        code: code.into(),
        number,
        name: name.into(),
        details: ReportType { description: format!("All {code}"), default_report: default.map(Uuid::from_u128) },
    };
    vec![kind("sales", "Sales", 11, Some(17)), kind("stock", "Stock", 12, None)]
}
