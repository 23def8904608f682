//! What the mails weigh, part by part.

use super::{
    mails,
    reports::{Mailed, Reports},
};
use crate::{Outcome, stack::Stack, table::Table};
use mail_parser::{MessageParser, MessagePart, MimeHeaders};

/// The parts of a mail that are told apart, by their media types.
const PARTS: [(&str, &str); 5] =
    [("application", "pdf"), ("text", "csv"), ("image", "png"), ("text", "html"), ("text", "plain")];

/// A mail on the scales. All in bytes.
pub struct Weighed {
    whole: usize,
    /// The PDF as a file.
    pdf: usize,
    /// Of each of [`PARTS`], as it is in the mail.
    parts: [usize; 5],
}

/// Weighs and prints; answers the dashboard and the large report.
pub async fn run(stack: &Stack, reports: &Reports) -> Outcome<[Weighed; 2]> {
    let mut table =
        Table::new(&["mail", "bytes", "PDF file", "PDF %", "CSV %", "picture %", "HTML %", "text %", "rest %"]);
    let mut weighed = Vec::new();
    for mailed in [&reports.dashboard, &reports.register, &reports.register_with_csv, &reports.large] {
        let one = Weighed::of(mailed, &mails::sent_mail(stack, mailed).await?)?;
        table.row(one.row(mailed.name));
        weighed.push(one);
    }
    table.print("Mail: bytes as they are handed over, and what each part has of them");
    println!(
        "In base64 a file grows by 37 %. The picture is page one in the letter; the rest is headers and boundaries."
    );
    let [dashboard, _, _, large] = weighed.try_into().map_err(|_| "four mails were weighed")?;
    Ok([dashboard, large])
}

impl Weighed {
    fn of(mailed: &Mailed, mail: &[u8]) -> Outcome<Self> {
        let message = MessageParser::default().parse(mail).ok_or_else(|| format!("{} is no mail", mailed.name))?;
        let of = |(kind, subtype): (&str, &str)| {
            let parts: Vec<_> = message.parts.iter().filter(|part| part.is_content_type(kind, subtype)).collect();
            [parts.iter().map(|part| in_mail(part)).sum(), parts.iter().map(|part| part.len()).sum()]
        };
        let (parts, [_, pdf]) = (PARTS.map(|part| of(part)[0]), of(PARTS[0]));
        match pdf {
            0 => Err(format!("the mail of {} has no PDF", mailed.name).into()),
            _ => Ok(Self { whole: mail.len(), pdf, parts }),
        }
    }

    /// The whole mail.
    pub fn bytes(&self) -> usize {
        self.whole
    }

    /// What SES charges as attached: the files as they are encoded, the picture too.
    pub fn attached(&self) -> usize {
        let [pdf, csv, picture, ..] = self.parts;
        pdf + csv + picture
    }

    fn row(&self, name: &str) -> [String; 9] {
        let share = |bytes: usize| format!("{:.1}", 100.0 * bytes as f64 / self.whole as f64);
        let [pdf, csv, picture, html, text] = self.parts.map(share);
        let rest = share(self.whole - self.parts.iter().sum::<usize>());
        let [whole, file] = [self.whole, self.pdf].map(|bytes| bytes.to_string());
        [name.to_owned(), whole, file, pdf, csv, picture, html, text, rest]
    }
}

/// The bytes of a part in the mail, without its headers.
fn in_mail(part: &MessagePart<'_>) -> usize {
    (part.offset_end - part.offset_body) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIL: &str = "Subject: Sales\r\nContent-Type: multipart/mixed; boundary=\"b\"\r\n\r\n\
        --b\r\nContent-Type: text/plain\r\n\r\nHello\r\n\
        --b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0x\r\n--b--\r\n";

    #[test]
    fn a_part_weighs_what_it_has_in_the_mail_and_a_mail_without_a_pdf_is_refused() {
        let mailed = Mailed { name: "a", id: "a".into(), workspace: "a".into() };
        let weighed = Weighed::of(&mailed, MAIL.as_bytes()).unwrap();
        assert_eq!((weighed.whole, weighed.pdf, weighed.attached()), (MAIL.len(), "%PDF-1".len(), "JVBERi0x".len()));
        assert_eq!(weighed.parts, [8, 0, 0, 0, 5]);
        let without = MAIL.replace("application/pdf", "application/zip");
        assert!(Weighed::of(&mailed, without.as_bytes()).is_err());
    }
}
