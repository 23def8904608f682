//! Sending a report, and the mail that came of it.

use super::{READER, reports::Mailed};
use crate::{
    Outcome,
    publishing::copies::sent,
    renditions::answers::Burst,
    stack::{Stack, variable},
};
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use std::{ffi::OsStr, fs, path::Path};

/// The path of the call.
pub const PATH: &str = "/api/reports/email";
/// What is answered when the mail system took the mail, and nobody was left out.
const SENT: &str = r#"{"message":"Report was sent"}"#;

/// The body of the call.
pub fn body(mailed: &Mailed) -> Value {
    json!({ "id": mailed.id, "emails": READER })
}

/// Sends a report so many times at once.
pub async fn send(stack: &Stack, mailed: &Mailed, at_once: usize) -> Outcome<Burst> {
    let request = || -> Outcome<RequestBuilder> { Ok(stack.request("POST", PATH)?.json(&body(mailed))) };
    let requests = (0..at_once).map(|_| request()).collect::<Outcome<Vec<_>>>()?;
    let burst = Burst::of(requests).await?.require(200)?;
    match burst.answers.iter().find(|answer| answer.text() != SENT) {
        None => Ok(burst),
        Some(answer) => Err(format!("{} was not sent to all: {}", mailed.name, answer.text()).into()),
    }
}

/// Sends a report once, and answers the mail as it was handed over.
pub async fn sent_mail(stack: &Stack, mailed: &Mailed) -> Outcome<Vec<u8>> {
    send(stack, mailed, 1).await?;
    let path = format!("/api/reports/{}/deliveries?limit=1", mailed.id);
    let list = sent(stack.request("GET", &path)?).await?;
    let id = &list["_embedded"]["inf:delivery"][0]["recipients"][0]["messageId"];
    let id = id.as_str().ok_or_else(|| format!("{} has no mail: {list}", mailed.name))?;
    let file = Path::new(&variable("MAIL_DIR")?).join(id).with_extension("eml");
    Ok(fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?)
}

/// Removes the mails of the benchmarks: they are many, and some are large.
pub fn remove_all() -> Outcome<()> {
    for file in fs::read_dir(variable("MAIL_DIR")?)? {
        // Each mail is a file, and its envelope another one.
        let envelope = file?.path();
        if envelope.extension() == Some(OsStr::new("json")) && is_ours(&envelope)? {
            fs::remove_file(envelope.with_extension("eml"))?;
            fs::remove_file(envelope)?;
        }
    }
    Ok(())
}

fn is_ours(envelope: &Path) -> Outcome<bool> {
    let envelope: Value = serde_json::from_slice(&fs::read(envelope)?)?;
    Ok(envelope["Destinations"] == json!([READER]))
}
