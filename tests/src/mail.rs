//! Reports by mail: the calls, and the mails that came of them, read back from `MAIL_DIR`, where the stack keeps what was handed to SES.

use crate::{
    api::{Answer, Api, read},
    unique, variable,
};
use mail_parser::{Address, Message, MessageParser, MessagePart, MimeHeaders, PartType};
use serde::Deserialize;
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use tokio::time::sleep;

/// The call that sends.
pub const SEND: &str = "/api/reports/email";

/// The answer to a report that was sent to all.
pub const SENT: &str = r#"{"message":"Report was sent"}"#;

/// How long a bounce may take to be told.
const FEEDBACK_LIMIT: Duration = Duration::from_secs(60);

/// The longest line that mail systems have to take, without its end.
const LONGEST_LINE: usize = 998;

/// An address that no other test writes to.
pub fn somebody(name: &str) -> String {
    format!("{}@example.com", unique(name))
}

/// Sends a report.
pub async fn send(api: &Api, body: &Value) -> Answer {
    api.post(SEND, body).await
}

/// Sends a report under a key of the client's own.
pub async fn send_under(api: &Api, key: &str, body: &Value) -> Answer {
    read(api.request("POST", SEND).header("idempotency-key", key).json(body)).await
}

/// The deliveries of a report, newest first.
pub async fn deliveries(api: &Api, report: &str) -> Vec<Value> {
    let list = api.get(&format!("/api/reports/{report}/deliveries")).await.expect(200).json();
    list["_embedded"]["inf:delivery"].as_array().unwrap().clone()
}

/// What a delivery tells of an address.
///
/// # Panics
/// If it does not tell of it.
pub fn told_of<'a>(delivery: &'a Value, address: &str) -> &'a Value {
    let recipients = delivery["recipients"].as_array().unwrap();
    let found = recipients.iter().find(|recipient| recipient["address"] == address);
    found.unwrap_or_else(|| panic!("{address} is not in {delivery}"))
}

/// What the newest delivery of a report tells of an address, once its outcome is this one.
///
/// # Panics
/// If it is not within a minute.
pub async fn outcome(api: &Api, report: &str, address: &str, wanted: &str) -> Value {
    let begun = Instant::now();
    loop {
        let delivery = deliveries(api, report).await.swap_remove(0);
        let told = told_of(&delivery, address);
        if told["outcome"] == wanted {
            return told.clone();
        }
        assert!(begun.elapsed() < FEEDBACK_LIMIT, "{address} never became {wanted}: {delivery}");
        sleep(Duration::from_millis(200)).await;
    }
}

/// A mail as a recipient gets it.
#[derive(Debug)]
pub struct Mail {
    /// The name that SES gave it.
    pub id: String,
    /// Who gets it, by the envelope.
    pub envelope: Vec<String>,
    /// Who gets it, by the header.
    pub to: Vec<String>,
    /// The name and the address of the sender.
    pub from: (String, String),
    pub subject: String,
    /// What a reader of plain text sees.
    pub text: String,
    /// What everybody else sees.
    pub html: String,
    /// The files in it, attached or shown.
    pub files: Vec<File>,
    /// The bytes that went over the wire.
    pub raw: Vec<u8>,
    /// The headers of the mail itself, with their values as they were written.
    headers: Vec<(String, String)>,
}

/// A file in a mail.
#[derive(Debug)]
pub struct File {
    pub name: String,
    pub media_type: String,
    /// Whether it is a file to save; otherwise it is shown in the mail.
    pub attached: bool,
    /// The name by which the HTML shows it.
    pub content_id: String,
    pub bytes: Vec<u8>,
}

/// What the stack keeps beside the mail.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Envelope {
    message_id: String,
    destinations: Vec<String>,
    timestamp: f64,
}

/// The mails to an address, oldest first.
pub fn sent_to(address: &str) -> Vec<Mail> {
    let mut found: Vec<_> = kept().into_iter().filter(|(_, envelope)| envelope.names(address)).collect();
    found.sort_by(|(_, a), (_, b)| a.timestamp.total_cmp(&b.timestamp));
    found.into_iter().map(|(file, envelope)| Mail::read(fs::read(file).unwrap(), envelope)).collect()
}

/// The only mail to an address.
///
/// # Panics
/// If there is none, or more than one.
#[track_caller]
pub fn only_one_to(address: &str) -> Mail {
    let mut mails = sent_to(address);
    assert_eq!(mails.len(), 1, "mails to {address}");
    mails.remove(0)
}

/// All mails that were sent, with their envelopes.
fn kept() -> Vec<(PathBuf, Envelope)> {
    let files = fs::read_dir(variable("MAIL_DIR")).unwrap().map(|entry| entry.unwrap().path());
    // The envelope is written before the mail gets its name.
    let mails = files.filter(|file| file.extension().is_some_and(|ending| ending == "eml"));
    mails.map(|file| (file.clone(), Envelope::beside(&file))).collect()
}

impl Envelope {
    fn beside(mail: &Path) -> Self {
        serde_json::from_slice(&fs::read(mail.with_extension("json")).unwrap()).unwrap()
    }

    fn names(&self, address: &str) -> bool {
        self.destinations.iter().any(|destination| destination.eq_ignore_ascii_case(address))
    }
}

impl Mail {
    fn read(raw: Vec<u8>, envelope: Envelope) -> Self {
        expect_seven_bits(&raw);
        let message = MessageParser::default().parse(&raw).expect("it is a mail");
        let sender = message.from().unwrap().first().unwrap();
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        Self {
            id: envelope.message_id,
            envelope: envelope.destinations,
            to: addresses(message.to()),
            from: (text(sender.name()), text(sender.address())),
            subject: text(message.subject()),
            text: plain(&message),
            html: html(&message),
            files: message.attachments().map(File::read).collect(),
            headers: message.headers_raw().map(|(name, value)| (name.to_owned(), value.trim().to_owned())).collect(),
            raw,
        }
    }

    /// The values of a header, one for each time that it is there.
    pub fn header(&self, name: &str) -> Vec<&str> {
        let found = self.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str()).collect()
    }

    /// The names of all headers, in alphabetical order.
    pub fn header_names(&self) -> Vec<String> {
        let mut names: Vec<_> = self.headers.iter().map(|(name, _)| name.to_lowercase()).collect();
        names.sort();
        names
    }

    /// The only attached file of a media type.
    ///
    /// # Panics
    /// If there is none, or more than one.
    #[track_caller]
    pub fn attached(&self, media_type: &str) -> &File {
        let found: Vec<_> = self.files.iter().filter(|file| file.attached && file.media_type == media_type).collect();
        assert_eq!(found.len(), 1, "{media_type} in {:?}", self.names());
        found[0]
    }

    /// The names of all files.
    pub fn names(&self) -> Vec<&str> {
        self.files.iter().map(|file| file.name.as_str()).collect()
    }

    /// The link in a text that begins like this, to its end.
    pub fn link(&self, begins: &str) -> Option<&str> {
        self.text.split_whitespace().find(|word| word.contains(begins))
    }
}

impl File {
    fn read(part: &MessagePart) -> Self {
        let kind = part.content_type().expect("a file says what it is");
        Self {
            name: part.attachment_name().unwrap_or_default().to_owned(),
            media_type: format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default()),
            attached: part.content_disposition().is_some_and(|disposition| disposition.is_attachment()),
            content_id: part.content_id().unwrap_or_default().to_owned(),
            bytes: part.contents().to_vec(),
        }
    }
}

/// The addresses of a header.
fn addresses(header: Option<&Address>) -> Vec<String> {
    let list = header.into_iter().flat_map(|header| header.iter());
    list.filter_map(|address| address.address().map(str::to_owned)).collect()
}

/// The text of a mail: a part of its own, and not what a reader's program makes of the HTML.
fn plain(message: &Message) -> String {
    match message.text_part(0).map(|part| &part.body) {
        Some(PartType::Text(text)) => text.clone().into_owned(),
        other => panic!("the mail has no text: {other:?}"),
    }
}

fn html(message: &Message) -> String {
    match message.html_part(0).map(|part| &part.body) {
        Some(PartType::Html(html)) => html.clone().into_owned(),
        other => panic!("the mail has no HTML: {other:?}"),
    }
}

/// SES, and many a mail system behind it, changes or refuses what is not ASCII in lines of moderate length with ends of two characters.
fn expect_seven_bits(raw: &[u8]) {
    assert!(raw.is_ascii(), "the mail holds bytes that are not ASCII");
    for line in raw.split(|byte| *byte == b'\n').rev().skip(1) {
        let line = line.strip_suffix(b"\r").expect("a line ends with \\r\\n");
        assert!(line.len() <= LONGEST_LINE && !line.contains(&b'\r'), "{}", String::from_utf8_lossy(line));
    }
}
