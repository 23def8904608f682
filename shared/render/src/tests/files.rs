//! Reports as files to download.

use domain::rendition::Form;
use serde_json::json;

use super::rendition::without;
use super::{job, part, parts, sales};
use crate::file::{File, csv_files, file, outputs_for};
use crate::{Cause, Job, Outputs, Place, render};

fn file_of(job: Job, form: Form, include_attachments: bool) -> File {
    let job = Job { outputs: outputs_for(form), ..job };
    let rendered = render(&job).unwrap();
    let made = file(&job, &rendered, form, include_attachments, 3).unwrap();
    assert_eq!(made, file(&job, &render(&job).unwrap(), form, include_attachments, 3).unwrap(), "the same bytes");
    made
}

/// A form, the pages to leave out, and the name, the media type and the first bytes of the file.
type Case = (Form, &'static [u32], &'static str, &'static str, &'static [u8]);

#[test]
fn a_rendition_comes_to_a_file() {
    const SHEETS: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let cases: [Case; 6] = [
        (Form::Pdf, &[], "Four pages.pdf", "application/pdf", b"%PDF-"),
        (Form::Xlsx, &[], "Four pages.xlsx", SHEETS, b"PK"),
        (
            Form::Csv,
            &[],
            "Four pages.csv",
            "text/csv; charset=utf-8",
            "\u{feff}Region,Amount\r\nNorth,10.25\r\n".as_bytes(),
        ),
        (Form::Html, &[], "Four pages.html", "text/html; charset=utf-8", b"<!doctype html>"),
        (Form::Png, &[1, 2, 4], "Four pages.png", "image/png", b"\x89PNG"),
        (Form::Png, &[2], "Four pages.zip", "application/zip", b"PK"),
    ];
    for (form, left_out, name, media_type, start) in cases {
        let made = file_of(without(left_out), form, false);
        assert_eq!((made.name.as_str(), made.media_type), (name, media_type));
        assert!(made.bytes.starts_with(start), "{name}");
    }
}

#[test]
fn several_files_come_in_a_zip() {
    let names = |made: &File| parts(&made.bytes).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    let pictures = file_of(without(&[2]), Form::Png, false);
    assert_eq!(names(&pictures), ["page-1.png", "page-3.png", "page-4.png"]);
    let table = json!({"kind": "table", "data": "rows", "columns": [{"field": "region"}]});
    let rows = file_of(job(&json!({"blocks": [table, table]}), sales()), Form::Csv, false);
    assert_eq!((rows.name.as_str(), rows.media_type), ("Monthly report.zip", "application/zip"));
    assert_eq!(names(&rows), ["rows.csv", "rows-2.csv"]);
}

#[test]
fn rows_come_as_files_of_their_own() {
    let table = json!({"kind": "table", "data": "rows", "columns": [{"field": "region"}]});
    let files = |blocks| {
        let job = Job { outputs: Outputs::tables(), ..job(&json!({"blocks": blocks}), sales()) };
        csv_files(&render(&job).unwrap()).into_iter().map(|file| (file.name, file.media_type, file.bytes))
    };
    let rows = |name: &str| {
        (name.to_owned(), "text/csv; charset=utf-8", "\u{feff}Region\r\nNorth\r\nSouth\r\n".as_bytes().to_vec())
    };
    assert_eq!(files(json!([])).count(), 0);
    assert!(files(json!([table])).eq([rows("Monthly report.csv")]));
    assert!(files(json!([table, table])).eq([rows("rows.csv"), rows("rows-2.csv")]));
}

#[test]
fn attachments_are_the_rows_and_the_data() {
    for (form, own) in [(Form::Pdf, "Four pages.pdf"), (Form::Csv, "Four pages.csv"), (Form::Html, "Four pages.html")] {
        let made = file_of(without(&[]), form, true);
        assert_eq!((made.name.as_str(), made.media_type), ("Four pages.zip", "application/zip"), "{form}");
        let names: Vec<_> = parts(&made.bytes).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, [own, "data/rows.csv", "data/data.json"], "{form}");
        assert_eq!(part(&made.bytes, "data/rows.csv"), "\u{feff}Region,Amount\r\nNorth,10.25\r\nSouth,5\r\n");
        assert_eq!(part(&made.bytes, "data/data.json"), sales().to_string());
    }
}

#[test]
fn a_report_without_tables_has_no_rows_to_download() {
    let job = Job { outputs: Outputs::tables(), ..job(&json!({"blocks": []}), sales()) };
    let rendered = render(&job).unwrap();
    for form in [Form::Csv, Form::Xlsx] {
        let error = file(&job, &rendered, form, false, 1).unwrap_err();
        assert_eq!((error.cause, error.place.clone()), (Cause::Report, Place::Request("format".into())), "{error}");
    }
    let error = file(&job, &rendered, Form::Pdf, false, 1).unwrap_err();
    assert_eq!(error.cause, Cause::Internal, "it was not asked for: {error}");
}
