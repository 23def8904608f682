//! Mails, read back by another library.

use mail_parser::{Address as Parsed, Message, MessageParser, MessagePart, MimeHeaders, PartType};
use proptest::prelude::*;

use super::*;
use crate::samples::{CSV, address, envelope, every_byte, file, letter, linked, mail, sender};
use crate::{Pdf, Sender};

fn read(bytes: &[u8]) -> Message<'_> {
    MessageParser::default().parse(bytes).unwrap()
}

fn sent_by(sender: &Sender, letter: &Letter) -> Vec<u8> {
    letter.to_mime(&envelope(sender, &[address("a@example.com")])).unwrap()
}

/// The tree of the parts.
fn outline(message: &Message<'_>, id: u32) -> String {
    let part = message.part(id).unwrap();
    let kind = part.content_type().unwrap();
    let kind = format!("{}/{}", kind.c_type, kind.c_subtype.as_deref().unwrap());
    match &part.body {
        PartType::Multipart(parts) => {
            let parts: Vec<String> = parts.iter().map(|part| outline(message, *part)).collect();
            format!("{kind}({})", parts.join(" "))
        }
        _ => kind,
    }
}

/// The names of all headers, part by part.
fn headers(message: &Message<'_>) -> Vec<Vec<String>> {
    let names = |part: &MessagePart<'_>| part.headers.iter().map(|header| header.name().to_lowercase()).collect();
    message.parts.iter().map(names).collect()
}

fn addresses(parsed: &Parsed<'_>) -> Vec<String> {
    parsed.iter().map(|one| one.address().unwrap().to_owned()).collect()
}

/// Every server takes the mail as it is.
fn assert_plain(mail: &[u8]) {
    assert!(mail.is_ascii());
    let text = String::from_utf8(mail.to_vec()).unwrap();
    assert!(text.ends_with("\r\n"));
    for line in text.trim_end_matches("\r\n").split("\r\n") {
        assert!(!line.contains(['\r', '\n', '\0']) && line.len() <= 998, "{line:?}");
    }
}

#[test]
fn a_mail_has_the_parts_that_the_letter_asks_for() {
    const TEXT: &str = "multipart/alternative(text/plain text/html)";
    const PICTURE: &str = "multipart/alternative(text/plain multipart/related(text/html image/png))";
    let cases = [
        (letter(), format!("multipart/mixed({PICTURE} application/pdf text/csv)")),
        (Letter { csv: vec![], ..letter() }, format!("multipart/mixed({PICTURE} application/pdf)")),
        (Letter { picture: None, ..letter() }, format!("multipart/mixed({TEXT} application/pdf text/csv)")),
        (Letter { csv: letter().csv, ..linked() }, format!("multipart/mixed({TEXT} text/csv)")),
        (Letter { picture: letter().picture, ..linked() }, PICTURE.to_owned()),
        (linked(), TEXT.to_owned()),
    ];
    for (letter, expected) in cases {
        let mail = mail(&letter);
        assert_plain(&mail);
        assert_eq!(outline(&read(&mail), 0), expected);
    }
}

#[test]
fn the_headers_say_who_sends_what_and_that_a_machine_does() {
    let (sender, to) = (sender("Imprint, für alle"), [address("a@example.com"), address("b@bücher.example")]);
    let reply_to = address("ada@example.com");
    let mail = letter().to_mime(&Envelope { reply_to: Some(&reply_to), ..envelope(&sender, &to) }).unwrap();
    let message = read(&mail);
    let from = message.from().unwrap().first().unwrap();
    assert_eq!((from.name().unwrap(), from.address().unwrap()), ("Imprint, für alle", "reports@example.com"));
    assert_eq!(addresses(message.to().unwrap()), ["a@example.com", "b@xn--bcher-kva.example"]);
    assert_eq!(addresses(message.reply_to().unwrap()), ["ada@example.com"]);
    assert_eq!(message.subject().unwrap(), "Sales of the first quarter");
    assert_eq!(message.message_id().unwrap(), "019aaa00-0000-7000-8000-000000000001.1@example.com");
    assert_eq!(message.date().unwrap().to_rfc3339(), "2026-11-22T08:30:00Z");
    let other = |name: &'static str| message.header(name).unwrap().as_text().unwrap();
    assert_eq!(other("Auto-Submitted"), "auto-generated");
    assert_eq!(other("X-Auto-Response-Suppress"), "All");
    assert_eq!(message.content_language().as_text().unwrap(), "en-GB");
    assert_eq!(other("MIME-Version"), "1.0");
}

#[test]
fn a_sender_without_a_name_is_an_address() {
    let mail = sent_by(&sender(" "), &letter());
    assert!(String::from_utf8(mail).unwrap().starts_with("From: reports@example.com\r\n"));
}

#[test]
fn letters_of_all_languages_arrive() {
    let names = [
        "Übersicht – 売上 🚀.pdf",
        "Umsätze nach Regionen und Monaten, mit den Vorjahren zum Vergleich und vielem mehr.csv",
    ];
    let (pdf, rows) = (file(names[0], "application/pdf", b"%PDF"), file(names[1], CSV, b"a"));
    let subject = "Übersicht – 売上 🚀".to_owned();
    let message = "Grüße, 売上 🚀".to_owned();
    let mail = mail(&Letter { pdf: Pdf::Attached(pdf), csv: vec![rows], subject, message, ..letter() });
    assert_plain(&mail);
    let message = read(&mail);
    assert_eq!(message.subject().unwrap(), "Übersicht – 売上 🚀");
    for (part, name) in message.attachments().filter(|part| !part.is_content_type("image", "png")).zip(names) {
        assert_eq!(part.content_disposition().unwrap().attribute("filename").unwrap(), name);
        // For programs that do not know RFC 2231.
        let legacy = part.content_type().unwrap().attribute("name").unwrap();
        let subject = format!("Subject: {legacy}\r\n\r\n");
        assert_eq!(read(subject.as_bytes()).subject().unwrap(), name, "{legacy}");
        assert!(legacy.split(' ').all(|word| word.len() <= 75), "{legacy}");
    }
    assert!(message.body_text(0).unwrap().contains("Grüße, 売上 🚀"));
    assert!(message.body_html(0).unwrap().contains("Grüße, 売上 🚀"));
}

#[test]
fn files_arrive_byte_for_byte() {
    let mail = mail(&letter());
    let message = read(&mail);
    let files: Vec<_> = message.attachments().collect();
    let found: Vec<_> = files.iter().map(|file| (file.attachment_name().unwrap(), file.contents())).collect();
    let (picture, rows) = (letter().picture.unwrap().png, letter().csv.remove(0).bytes);
    let pdf = every_byte();
    assert_eq!(found, [("page.png", &picture[..]), ("Sales Q1.pdf", &pdf), ("rows.csv", &rows)]);
    let rows = files[2].content_type().unwrap();
    assert_eq!((rows.attribute("charset"), rows.attribute("name")), (Some("utf-8"), Some("rows.csv")));
    assert!(files[0].content_disposition().unwrap().is_inline());
    assert!(files[1..].iter().all(|file| file.content_disposition().unwrap().is_attachment()));
}

#[test]
fn the_picture_is_the_one_that_the_letter_shows() {
    let mail = mail(&letter());
    let message = read(&mail);
    let id = message.parts.iter().find_map(|part| part.content_id()).unwrap();
    assert!(message.body_html(0).unwrap().contains(&format!("src=\"cid:{id}\"")), "{id}");
}

#[test]
fn what_people_write_adds_no_header() {
    const HOSTILE: &str = "x\r\nBcc: b@example.com\r\n\r\nBody\n--=_mixed\r\u{2028}\"\\;a=\u{0}";
    let hostile = || HOSTILE.to_owned();
    let picture = letter().picture.map(|picture| Picture { alt: hostile(), ..picture });
    let pdf = Pdf::Attached(file(HOSTILE, "application/pdf", b"%PDF"));
    let texts = Letter { title: hostile(), subject: hostile(), message: hostile(), lang: hostile(), ..letter() };
    let texts =
        Letter { sent_by: hostile(), date: hostile(), notes: vec![hostile()], public_link: Some(hostile()), ..texts };
    let texts = Letter { picture, pdf, csv: vec![file(HOSTILE, CSV, b"a")], ..texts };
    let (harmless, hostile) = (mail(&letter()), sent_by(&sender(HOSTILE), &texts));
    assert_plain(&hostile);
    assert_eq!(headers(&read(&hostile)), headers(&read(&harmless)));
    assert_eq!(read(&hostile).subject().unwrap(), "x Bcc: b@example.com Body --=_mixed \"\\;a=");
    assert_eq!(read(&hostile).attachments().count(), 3);
}

#[test]
fn a_subject_that_looks_encoded_is_shown_as_it_stands() {
    let letter = Letter { subject: "=?utf-8?q?Q1=0D=0ABcc:_evil=40example.com?=".into(), ..letter() };
    let mail = mail(&letter);
    assert_eq!(read(&mail).subject().unwrap().replace('\u{200b}', ""), letter.subject);
}

#[test]
fn a_subject_is_never_empty_and_never_endless() {
    let subject = |subject: &str, title: &str| {
        let mail = mail(&Letter { subject: subject.into(), title: title.into(), ..letter() });
        assert_plain(&mail);
        read(&mail).subject().unwrap().to_owned()
    };
    assert_eq!(subject(" \r\n", "The title"), "The title");
    assert_eq!(subject("", "\u{85}"), "Report");
    assert_eq!(subject(&"long ".repeat(2_000), ""), format!("{}…", "long ".repeat(40).trim_end()));
    assert_eq!(subject(&"x".repeat(2_000), ""), format!("{}…", "x".repeat(199)));
    assert_eq!(subject(&"ü🚀".repeat(100), ""), "ü🚀".repeat(100));
}

#[test]
fn fifty_recipients_stand_in_one_header() {
    let to: Vec<Address> =
        (0..50).map(|n| address(&format!("{}{n}@{}.example", "a".repeat(40), "b".repeat(60)))).collect();
    let mail = letter().to_mime(&envelope(&sender("Imprint"), &to)).unwrap();
    assert_plain(&mail);
    assert_eq!(String::from_utf8(mail.clone()).unwrap().matches("\r\nTo: ").count(), 1);
    let expected: Vec<&str> = to.iter().map(Address::as_str).collect();
    assert_eq!(addresses(read(&mail).to().unwrap()), expected);
}

#[test]
fn every_address_that_is_taken_can_be_written() {
    let texts = [
        "o'brien@example.co.uk",
        "first.last+tag@example.com",
        "a!#$%&'*/=?^_`{|}~-b@example.com",
        "a@例え.jp",
        "x@1.example",
    ];
    for text in texts {
        let to = [address(text)];
        let mail = letter().to_mime(&envelope(&sender("Imprint"), &to)).unwrap();
        assert_eq!(addresses(read(&mail).to().unwrap()), [to[0].as_str()], "{text}");
    }
}

#[test]
fn a_mail_to_nobody_is_refused() {
    assert!(matches!(letter().to_mime(&envelope(&sender("Imprint"), &[])), Err(Problem::Internal(_))));
}

#[test]
fn the_same_letter_has_the_same_bytes() {
    assert_eq!(mail(&letter()), mail(&letter()));
    let (sender, to) = (sender("Imprint"), [address("a@example.com")]);
    let second = Envelope { message_id: "other.2@example.com".into(), ..envelope(&sender, &to) };
    assert_ne!(mail(&letter()), letter().to_mime(&second).unwrap());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_breaks_a_mail(subject in ".{0,80}", name in "(?s).{0,60}", message in "(?s).{0,400}", from in "(?s).{0,40}") {
        let pdf = Pdf::Attached(file(&name, "application/pdf", b"%PDF"));
        let texts = Letter { title: name.clone(), sent_by: name, subject: subject.clone(), message, pdf, ..letter() };
        let mail = sent_by(&sender(&from), &texts);
        assert_plain(&mail);
        let (message, harmless) = (read(&mail), sent_by(&sender("Imprint"), &letter()));
        prop_assert_eq!(headers(&message), headers(&read(&harmless)));
        prop_assert_eq!(addresses(message.from().unwrap()), ["reports@example.com"]);
    }
}
