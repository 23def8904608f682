//! The bytes of a mail. What people wrote is encoded wherever it stands: no header can be added, and no byte is outside of ASCII.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::address::Address;
use domain::{Outcome, Problem};
use lettre::Message;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Body, Mailbox, MultiPart, SinglePart};
use render::file::File;
use render::subject_line;

use crate::contents::{Envelope, Letter, Picture};
use crate::{html, text};

impl Letter {
    /// The mail as bytes, to be handed over as they are. The same letter in the same envelope has the same bytes.
    ///
    /// # Errors
    /// `Internal`: nobody to send to, or what the library does not take although it was checked before.
    pub fn to_mime(&self, envelope: &Envelope<'_>) -> Outcome<Vec<u8>> {
        let sender = mailbox(Some(&envelope.sender.name), &envelope.sender.address)?;
        let to: Vec<&str> = envelope.to.iter().map(Address::as_str).collect();
        let builder = Message::builder()
            .from(sender)
            // The library's own header for recipients has them all in one line, and no server takes one of more than 998 bytes.
            .raw_header(header("To", &to.join(", ")))
            .subject(subject(self))
            .date(envelope.date.into())
            .message_id(Some(format!("<{}>", envelope.message_id)))
            .raw_header(header("Content-Language", self.language()))
            .raw_header(header("Auto-Submitted", "auto-generated"))
            .raw_header(header("X-Auto-Response-Suppress", "All"));
        let builder = match envelope.reply_to {
            Some(address) => builder.reply_to(mailbox(None, address)?),
            None => builder,
        };
        let message = builder.multipart(content(self, envelope)?).map_err(Problem::internal)?;
        Ok(message.formatted())
    }
}

/// The letter, and behind it what it brings.
fn content(letter: &Letter, envelope: &Envelope<'_>) -> Outcome<MultiPart> {
    let forms = forms(letter, envelope)?;
    let mut files = letter.attached().peekable();
    if files.peek().is_none() {
        return Ok(forms);
    }
    let mixed = multipart("mixed", "", envelope)?.multipart(forms);
    files.try_fold(mixed, |mixed, file| Ok(mixed.singlepart(attachment(file)?)))
}

/// The letter as text and in HTML: a mail program shows the last that it can.
fn forms(letter: &Letter, envelope: &Envelope<'_>) -> Outcome<MultiPart> {
    let id = format!("page.{}", envelope.message_id);
    let html = written(ContentType::TEXT_HTML, html::write(letter, &id)?)?;
    let forms = multipart("alternative", "", envelope)?;
    let forms = forms.singlepart(written(ContentType::TEXT_PLAIN, text::write(letter))?);
    let Some(picture) = &letter.picture else { return Ok(forms.singlepart(html)) };
    let related = multipart("related", "; type=\"text/html\"", envelope)?;
    Ok(forms.multipart(related.singlepart(html).singlepart(inline(picture, id)?)))
}

/// Named by the mail, whose id nobody can know beforehand: no text can hold a boundary. The same mail has the same bytes.
fn multipart(kind: &str, parameters: &str, envelope: &Envelope<'_>) -> Outcome<MultiPart> {
    let id: String = envelope.message_id.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
    let content_type = content_type(&format!("multipart/{kind}; boundary=\"=_{kind}_{id}\"{parameters}"))?;
    Ok(MultiPart::builder().header(content_type).build())
}

fn written(content_type: ContentType, words: String) -> Outcome<SinglePart> {
    let body = encoded(words, ContentTransferEncoding::QuotedPrintable)?;
    Ok(SinglePart::builder().header(content_type).body(body))
}

fn inline(picture: &Picture, id: String) -> Outcome<SinglePart> {
    let body = encoded(picture.png.clone(), ContentTransferEncoding::Base64)?;
    let content_type = content_type("image/png; name=\"page.png\"")?;
    Ok(Attachment::new_inline_with_name(id, "page.png".to_owned()).body(body, content_type))
}

fn attachment(file: &File) -> Outcome<SinglePart> {
    let name = file_name(&file.name);
    let content_type = content_type(&format!("{}; name=\"{}\"", file.media_type, encoded_words(&name)))?;
    let body = encoded(file.bytes.clone(), ContentTransferEncoding::Base64)?;
    Ok(Attachment::new(name).body(body, content_type))
}

fn encoded(content: impl Into<lettre::message::MaybeString>, encoding: ContentTransferEncoding) -> Outcome<Body> {
    Body::new_with_encoding(content, encoding).map_err(|_| Problem::internal("a part of a mail cannot be encoded"))
}

fn content_type(text: &str) -> Outcome<ContentType> {
    ContentType::parse(text).map_err(|error| Problem::internal(format!("{text} is no media type: {error}")))
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

fn subject(letter: &Letter) -> String {
    let subjects = [&letter.subject, &letter.title].map(|text| header_text(text));
    subjects.into_iter().find(|subject| !subject.is_empty()).unwrap_or_else(|| "Report".to_owned())
}

/// A text as it may stand in a header. What looks encoded would be decoded by mail programs, line ends and all: with a space of no width
/// inside, the library encodes it as it stands.
fn header_text(text: &str) -> String {
    subject_line(text).replace("=?", "=\u{200b}?")
}

fn mailbox(name: Option<&str>, address: &Address) -> Outcome<Mailbox> {
    let name = name.map(header_text).filter(|name| !name.is_empty());
    let address = address.as_str().parse().map_err(|error| Problem::internal(format!("{address}: {error}")))?;
    Ok(Mailbox::new(name, address))
}

/// A name that needs no escapes between quotes, and is there.
fn file_name(name: &str) -> String {
    let name = subject_line(&name.replace(['"', '\\', '/'], " "));
    if name.is_empty() { "report".to_owned() } else { name }
}

/// A name as old mail programs read it (RFC 2047), which do not know RFC 2231 and take it from the media type.
fn encoded_words(name: &str) -> String {
    if name.is_ascii() {
        return name.to_owned();
    }
    let mut words: Vec<String> = Vec::new();
    for c in name.chars() {
        match words.last_mut() {
            // A word has at most 75 characters, and no letter is broken in two.
            Some(word) if word.len() + c.len_utf8() <= 42 => word.push(c),
            _ => words.push(c.to_string()),
        }
    }
    words.iter().map(|word| format!("=?utf-8?b?{}?=", STANDARD.encode(word))).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
