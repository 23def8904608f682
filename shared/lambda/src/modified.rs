//! Conditional requests by time: `Last-Modified` and `If-Modified-Since` of RFC 9110.

use crate::{Reply, Request, reply};
use domain::Problem;
use jiff::{SignedDuration, Timestamp, fmt::rfc2822::DateTimePrinter};
use lambda_http::{Body, http::response::Builder};

/// Answers with `answer`, or with 304 if the client holds what has not changed since. Times are told in whole seconds: what changed in
/// this very second may change in it once more, so it is sent whole and without a time.
///
/// # Errors
/// As `answer`.
pub fn since(request: &Request, changed: Timestamp, now: Timestamp, answer: impl FnOnce(Builder) -> Reply) -> Reply {
    if now.duration_since(changed) < SignedDuration::from_secs(1) || now.as_second() == changed.as_second() {
        return answer(reply::status(200));
    }
    let stamp = DateTimePrinter::new().timestamp_to_rfc9110_string(&changed).map_err(Problem::internal)?;
    let headers = |status| {
        let answer = reply::status(status).header("last-modified", &stamp);
        answer.header("cache-control", "private, no-cache")
    };
    match request.header("if-modified-since").and_then(parsed).is_some_and(|held| held >= changed.as_second()) {
        true => reply::body(headers(304).header("vary", "accept"), Body::Empty),
        false => answer(headers(200)),
    }
}

/// The second that an HTTP date names; a text that is none is ignored, as the RFC has it.
fn parsed(text: &str) -> Option<i64> {
    jiff::fmt::rfc2822::parse(text).ok().map(|at| at.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_http_date_is_read_and_anything_else_is_ignored() {
        assert_eq!(parsed("Thu, 01 Jan 1970 00:00:07 GMT"), Some(7));
        assert_eq!(parsed("yesterday"), None);
    }
}
