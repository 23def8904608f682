//! A letter and an envelope, as tests change them.

use domain::address::Address;
use domain::theme::Theme;
use render::file::File;

use crate::{Envelope, Letter, Pdf, Picture, Sender};

pub fn letter() -> Letter {
    Letter {
        title: "Sales Q1".into(),
        subject: "Sales of the first quarter".into(),
        message: "Revenue **grew**, see [the plan](https://plan.example/q1?a=1&b=2).".into(),
        lang: "en-GB".into(),
        theme: Theme::default(),
        sent_by: "ada".into(),
        date: "22 November 2026".into(),
        pages: 3,
        picture: Some(Picture { png: PNG.to_vec(), width: 595.28, height: 841.89, alt: "Page 1 of Sales Q1".into() }),
        pdf: Pdf::Attached(file("Sales Q1.pdf", "application/pdf", &every_byte())),
        csv: vec![file("rows.csv", CSV, b"Region,Amount\nNorth,10.25\r\n\xc3\xbc")],
        notes: vec!["A note.".into()],
        public_link: Some("https://reports.example/view/abc".into()),
    }
}

pub fn linked() -> Letter {
    let pdf = Pdf::Linked {
        name: "Sales Q1.pdf".into(),
        size: 12_900_000,
        address: "https://reports.example/mailed/def".into(),
        until: "29 November 2026, 14:05 CET".into(),
    };
    Letter { pdf, csv: Vec::new(), picture: None, ..letter() }
}

pub const CSV: &str = "text/csv; charset=utf-8";
pub const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

pub fn file(name: &str, media_type: &'static str, bytes: &[u8]) -> File {
    File { name: name.to_owned(), media_type, bytes: bytes.to_vec() }
}

/// What no encoding may change: all bytes, line ends of every kind, and a start that looks like one of a part.
pub fn every_byte() -> Vec<u8> {
    let bytes = b"%PDF-\r\n--\n\r\r\n.\r\n".iter().copied();
    bytes.chain((0..=255).cycle().take(70_000)).collect()
}

pub fn sender(name: &str) -> Sender {
    Sender { name: name.to_owned(), address: address("reports@example.com") }
}

pub fn address(text: &str) -> Address {
    Address::parse("test", text).unwrap()
}

pub fn envelope<'a>(sender: &'a Sender, to: &'a [Address]) -> Envelope<'a> {
    Envelope {
        sender,
        reply_to: None,
        to,
        message_id: "019aaa00-0000-7000-8000-000000000001.1@example.com".into(),
        date: "2026-11-22T08:30:00Z".parse().unwrap(),
    }
}

/// The mail to one recipient.
pub fn mail(letter: &Letter) -> Vec<u8> {
    letter.to_mime(&envelope(&sender("Imprint"), &[address("a@example.com")])).unwrap()
}
