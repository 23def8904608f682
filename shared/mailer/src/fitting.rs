//! What of a report fits into a mail. Nothing is left out in silence: the mail says what is missing, and where it is.

use domain::{
    Outcome, Problem,
    address::Address,
    delivery::{Contents, Delivery, LINK_LIFETIME},
    rendition::Form,
    report::Report,
};
use jiff::{Timestamp, tz::TimeZone};
use letter::{Envelope, Letter, Pdf, Picture, Sender};
use render::{
    Rendered,
    file::{File, csv_files},
    page::file_name,
};
use renditions::plan::Plan;
use store::{ambient, mailed::MailedFile};

/// The most bytes of a mail: SES takes 10 MB (10,485,760 bytes) of what it is handed over, base64 counted. The rest is for what the addresses
/// of the other mails need, and for the headers that SES adds.
const LARGEST: usize = 10_000_000;

/// What fits.
pub(crate) struct Fitted {
    pub(crate) letter: Letter,
    pub(crate) contents: Contents,
    /// The PDF that a link leads to.
    pub(crate) kept: Option<(MailedFile, Vec<u8>)>,
}

/// The letter with all that belongs into it, whether it fits or not.
pub(crate) fn whole(
    report: &Report,
    delivery: &Delivery,
    plan: &Plan,
    rendered: Rendered,
    public_link: Option<String>,
) -> Outcome<Letter> {
    let zone = plan.zone()?;
    let (mut csv, mut notes) = (Vec::new(), Vec::new());
    if report.details.mailing.formats.contains(&Form::Csv) {
        csv = csv_files(&rendered);
        if csv.is_empty() {
            notes.push("The report has no tables, so there is no CSV with this mail.".to_owned());
        }
    }
    let picture = rendered.pages.first().filter(|page| !page.png.is_empty()).map(|page| Picture {
        png: page.png.clone(),
        width: page.width,
        height: page.height,
        alt: alternative_text(&rendered.title, rendered.page_count, &page.text),
    });
    let words = rendered.letter.ok_or_else(|| Problem::internal("the words of the mail were not rendered"))?;
    let name = file_name(&rendered.title, "pdf");
    Ok(Letter {
        title: rendered.title,
        subject: words.subject,
        message: words.message,
        lang: rendered.lang,
        theme: plan.theme().clone(),
        sent_by: delivery.actor.name.clone(),
        date: told(delivery.at, &zone, "%-d %B %Y"),
        pages: rendered.page_count,
        picture,
        pdf: Pdf::Attached(File { name, media_type: "application/pdf", bytes: rendered.pdf }),
        csv,
        notes,
        public_link,
    })
}

/// As much as a mail takes: all of it; without picture and CSV; without the PDF too, to which `address` then leads.
pub(crate) fn fit(
    mut letter: Letter,
    envelope: &Envelope<'_>,
    delivery: &Delivery,
    zone: &TimeZone,
    address: String,
) -> Outcome<Fitted> {
    if fits(&letter, envelope)? {
        return Ok(Fitted { contents: contents(&letter), letter, kept: None });
    }
    letter.notes.push(match letter.csv.is_empty() {
        true => "The picture of page one is too large for this mail.".to_owned(),
        false => "The picture of page one and the CSV are too large for this mail.".to_owned(),
    });
    (letter.picture, letter.csv) = (None, Vec::new());
    if fits(&letter, envelope)? {
        return Ok(Fitted { contents: contents(&letter), letter, kept: None });
    }
    let expires_at = delivery.at + LINK_LIFETIME;
    let until = told(expires_at, zone, "%-d %B %Y, %H:%M %Z");
    let Pdf::Attached(File { name, bytes, .. }) = letter.pdf else {
        return Err(Problem::internal("a letter without its PDF is too large for a mail"));
    };
    letter.pdf = Pdf::Linked { name: name.clone(), size: bytes.len() as u64, address, until };
    let file = MailedFile::new(delivery, name, expires_at, &bytes);
    Ok(Fitted { contents: contents(&letter), letter, kept: Some((file, bytes)) })
}

fn fits(letter: &Letter, envelope: &Envelope<'_>) -> Outcome<bool> {
    let pdf = if let Pdf::Attached(file) = &letter.pdf { file.bytes.len() } else { 0 };
    let csv: usize = letter.csv.iter().map(|file| file.bytes.len()).sum();
    // What is too large before it is encoded need not be encoded.
    Ok(pdf + csv <= LARGEST && letter.to_mime(envelope)?.len() <= LARGEST)
}

fn contents(letter: &Letter) -> Contents {
    let pdf = if let Pdf::Attached(file) = &letter.pdf { Some(&file.name) } else { None };
    let csv = letter.csv.iter().map(|file| &file.name);
    Contents {
        attached: pdf.into_iter().chain(csv).cloned().collect(),
        picture: letter.picture.is_some(),
        linked: pdf.is_none(),
    }
}

fn told(time: Timestamp, zone: &TimeZone, form: &str) -> String {
    time.to_zoned(zone.clone()).strftime(form).to_string()
}

/// What the picture of page one shows, as far as its first words tell it. Those of the title are not told twice.
fn alternative_text(title: &str, pages: u32, text: &str) -> String {
    const LENGTH: usize = 200;
    let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (title, words) = (one_line(title), one_line(text));
    let words = words.strip_prefix(&title).filter(|rest| rest.starts_with(' ')).map_or(words.as_str(), str::trim_start);
    let words = match words.char_indices().nth(LENGTH) {
        None => words.to_owned(),
        Some((end, _)) => format!("{}…", words[..end].rsplit_once(' ').map_or(&words[..end], |(start, _)| start)),
    };
    format!("Page 1 of {pages} of {title}. {words}")
}

/// The outside of the mail at a position of a delivery.
pub(crate) fn envelope<'a>(
    sender: &'a Sender,
    reply_to: Option<&'a Address>,
    to: &'a [Address],
    delivery: &Delivery,
    position: usize,
) -> Envelope<'a> {
    let message_id = format!("{}.{}@{}", delivery.id, position + 1, sender.address.domain());
    Envelope { sender, reply_to, to, message_id, date: ambient::now() }
}

/// Where answers go, as the report says.
pub(crate) fn reply_to(report: &Report) -> Outcome<Option<Address>> {
    report.details.mailing.reply_to.as_deref().map(|address| Address::parse("replyTo", address)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{report::Actor, theme::Theme};
    use uuid::Uuid;

    fn address(text: &str) -> Address {
        Address::parse("emails", text).unwrap()
    }

    fn letter(pdf: usize, csv: usize) -> Letter {
        let file = |name: &str, size| File { name: name.into(), media_type: "application/pdf", bytes: vec![7; size] };
        Letter {
            title: "Sales".into(),
            subject: "Sales".into(),
            message: String::new(),
            lang: "en".into(),
            theme: Theme::default(),
            sent_by: "ada".into(),
            date: "22 November 2026".into(),
            pages: 1,
            picture: Some(Picture { png: vec![1; 1_000], width: 595.0, height: 842.0, alt: "Page 1".into() }),
            pdf: Pdf::Attached(file("Sales.pdf", pdf)),
            csv: if csv > 0 { vec![file("rows.csv", csv)] } else { Vec::new() },
            notes: Vec::new(),
            public_link: None,
        }
    }

    fn fitted(pdf: usize, csv: usize) -> Fitted {
        let sender = Sender { name: "Imprint".into(), address: address("reports@example.com") };
        let to = [address("a@example.com")];
        let actor = Actor { name: "ada".into(), email: None };
        let at = "2026-11-22T12:00:00Z".parse().unwrap();
        let delivery = Delivery::new(Uuid::nil(), Uuid::nil(), 1, actor, &to, at);
        let envelope = envelope(&sender, None, &to, &delivery, 0);
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let fitted = fit(letter(pdf, csv), &envelope, &delivery, &zone, "https://i.example/mailed/x".into()).unwrap();
        assert!(fitted.letter.to_mime(&envelope).unwrap().len() <= LARGEST);
        fitted
    }

    #[test]
    fn a_small_report_goes_whole() {
        let fitted = fitted(100_000, 1_000);
        assert_eq!(fitted.contents.attached, ["Sales.pdf", "rows.csv"]);
        assert!(fitted.contents.picture && !fitted.contents.linked);
        assert!(fitted.letter.notes.is_empty() && fitted.kept.is_none());
    }

    #[test]
    fn a_larger_one_goes_without_picture_and_csv_and_says_so() {
        let fitted = fitted(7_000_000, 1_000_000);
        assert_eq!(fitted.contents.attached, ["Sales.pdf"]);
        assert!(!fitted.contents.picture && !fitted.contents.linked);
        assert_eq!(fitted.letter.notes, ["The picture of page one and the CSV are too large for this mail."]);
    }

    #[test]
    fn one_that_no_mail_takes_is_linked_for_a_week() {
        for size in [7_400_000, 12_000_000] {
            let fitted = fitted(size, 0);
            assert!(fitted.contents.attached.is_empty() && fitted.contents.linked);
            let Pdf::Linked { until, size: told, .. } = &fitted.letter.pdf else { panic!("not linked") };
            assert_eq!((until.as_str(), *told), ("29 November 2026, 13:00 CET", size as u64));
            let (file, pdf) = fitted.kept.unwrap();
            assert_eq!((file.expires_at.to_string().as_str(), pdf.len()), ("2026-11-29T12:00:00Z", size));
        }
    }

    #[test]
    fn a_picture_is_told_in_words() {
        let cases = [
            ("Sales", "Sales\n  Overview", "Overview"),
            ("Sales", "Salesmen of the year", "Salesmen of the year"),
            ("Sales  Q1", "Sales Q1 Overview", "Overview"),
            ("Sales", "Sales", "Sales"),
        ];
        for (title, text, words) in cases {
            let title_line = title.replace("  ", " ");
            assert_eq!(alternative_text(title, 3, text), format!("Page 1 of 3 of {title_line}. {words}"));
        }
        let long = format!("Page 1 of 3 of Sales. {}…", "word ".repeat(40).trim_end());
        assert_eq!(alternative_text("Sales", 3, &"word ".repeat(100)), long, "a word is never cut");
    }
}
