//! Previews in the frames of other sites: the nonce, the cookie that it becomes, and the address without it. Source:
//! “CxReports API”, Iframe Authentication.

use crate::values;
use domain::{
    Outcome, Problem,
    credential::{Secret, SecretKind},
    names::decoded_once,
};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::Serialize;
use serde_json::Value;
use std::borrow::Cow;

/// The answer (200) of `POST /api/v1/nonce-tokens`.
#[derive(Debug, Serialize)]
pub struct NonceItem {
    nonce: String,
}

impl From<&Secret> for NonceItem {
    fn from(nonce: &Secret) -> Self {
        Self { nonce: nonce.reveal() }
    }
}

/// The name of a workspace's cookie. Each has its own, so that the frames of two workspaces in one page do not end one
/// another.
pub fn cookie_name(workspace_number: u64) -> String {
    format!("imprint_preview_{workspace_number}")
}

/// `Set-Cookie` of a workspace's cookie. Other sites frame the preview: so no `SameSite`, and one jar for each of these
/// sites.
pub fn set_cookie(workspace_number: u64, value: &str, max_age_seconds: u64) -> String {
    let name = cookie_name(workspace_number);
    format!("{name}={value}; Path=/; Max-Age={max_age_seconds}; HttpOnly; Secure; SameSite=None; Partitioned")
}

/// A browser sends one or two cookies of one name; what comes beyond would only cost lookups.
const MOST_COOKIES: usize = 4;

/// The values of the cookies of this name in the headers `Cookie`, each once. There may be several: a browser may send
/// one of the jar of the site around the frame and one of its own.
pub fn read_cookie<'a>(headers: impl Iterator<Item = &'a str>, name: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (key, value) in headers.flat_map(|header| header.split(';')).filter_map(|pair| pair.split_once('=')) {
        let value = value.trim();
        if key.trim() == name && found.len() < MOST_COOKIES && !found.iter().any(|known| known == value) {
            found.push(value.to_owned());
        }
    }
    found
}

/// What the headers `Cookie` present to open previews of a workspace.
pub fn cookies<'a>(headers: impl Iterator<Item = &'a str>, workspace_number: u64) -> Vec<Secret> {
    let values = read_cookie(headers, &cookie_name(workspace_number));
    values.iter().filter_map(|value| Secret::parse(SecretKind::Preview, value)).collect()
}

/// The query as it came, without its nonces, however their name is escaped.
pub fn without_nonce(raw_query: &str) -> String {
    let is_nonce = |pair: &str| {
        let name = pair.split_once('=').map_or(pair, |(name, _)| name);
        percent_decode_str(name).eq(b"nonce".iter().copied())
    };
    raw_query.split('&').filter(|pair| !is_nonce(pair)).collect::<Vec<_>>().join("&")
}

/// What a query asks of the page around a preview.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PreviewOptions {
    pub hide_print_button: bool,
}

impl PreviewOptions {
    /// Reads a query. `get` tells all values of a key, in their order: the last one counts.
    ///
    /// # Errors
    /// `Invalid`, naming the parameter.
    pub fn from_query(get: impl Fn(&str) -> Vec<String>) -> Outcome<Self> {
        const HIDE: &str = "hidePrintButton";
        let value = get(HIDE).pop().map_or(Value::Null, Value::String);
        Ok(Self { hide_print_button: values::flag(HIDE, value)? })
    }
}

/// A part of a preview, as the last segment of its address names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PreviewFile {
    /// `report.pdf`
    Pdf,
    /// `3.svg`, by the page's number in the whole report; the position counts from 0.
    Page(usize),
}

impl PreviewFile {
    /// Reads the name of a part.
    ///
    /// # Errors
    /// `NotFound` for any other text.
    pub fn parse(text: &str) -> Outcome<Self> {
        if text == "report.pdf" {
            return Ok(Self::Pdf);
        }
        let number = text.strip_suffix(".svg").and_then(|number| number.parse::<usize>().ok());
        let position = number.and_then(|number| number.checked_sub(1));
        position.map(Self::Page).ok_or_else(|| Problem::NotFound("A preview has no such part.".into()))
    }
}

/// The policy of a preview: its own pictures, its style and its script by their hashes (`sha256-…`), and nothing else.
/// `frames` says who may show it in a frame.
pub fn content_security_policy(style_hash: &str, script_hash: &str, frames: &str) -> String {
    format!(
        "default-src 'none'; img-src 'self'; style-src '{style_hash}'; script-src '{script_hash}'; base-uri 'none'; \
         form-action 'none'; frame-ancestors {frames}"
    )
}

/// What stands for itself in a path (RFC 3986); a backslash does not, which browsers take for a slash.
const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b':')
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=');

/// What may not stand in a query as it is; its escapes stay.
const NOT_IN_QUERY: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>').add(b'\\');

/// `Location` of another address of this service. `path` is as the gateway hands it over, decoded; `query` is as it was
/// sent. It never leads to another host: a path of two slashes would.
pub fn location(path: &str, query: &str) -> String {
    let path = decoded_once(path);
    let path = utf8_percent_encode(path.trim_start_matches('/'), IN_PATH);
    match Cow::from(utf8_percent_encode(query, NOT_IN_QUERY)) {
        query if query.is_empty() => format!("/{path}"),
        query => format!("/{path}?{query}"),
    }
}

#[cfg(test)]
#[path = "preview_tests.rs"]
mod tests;
