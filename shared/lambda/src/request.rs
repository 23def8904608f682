//! What a handler reads of a request. Every part is bounded and typed; what does not fit is refused with the field's name. In `body`: how
//! a body is decoded, and what of JSON is refused; in `encoding`: which compression the client takes.

use crate::log_context;
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    Outcome, Problem,
    credential::{Secret, SecretKind},
    names::{ReportRef, decoded_once},
};
use lambda_http::{Body, RequestExt, http::Method, request::RequestContext};
use serde::de::DeserializeOwned;
use std::{borrow::Cow, time::Instant};

mod body;
mod encoding;

/// A request as API Gateway hands it to the function.
pub struct Request {
    inner: lambda_http::Request,
    received: Instant,
    id: String,
    route: String,
    public_url: String,
}

impl Request {
    /// Takes the event's context apart once. `public_url` is the address under which the public reaches the service, empty if none is configured.
    pub fn new(inner: lambda_http::Request, public_url: &str) -> Self {
        let (id, route, domain) = match inner.request_context_ref() {
            Some(RequestContext::ApiGatewayV2(context)) => {
                (context.request_id.clone(), context.route_key.clone(), context.domain_name.clone())
            }
            _ => (None, None, None),
        };
        let [id, route, domain] = [id, route, domain].map(Option::unwrap_or_default);
        let public_url = if public_url.is_empty() { format!("https://{domain}") } else { public_url.to_owned() };
        Self { inner, received: Instant::now(), id, route, public_url }
    }

    /// When the request came. The function's time runs from here, and so does every wait that is bounded by it.
    pub fn received(&self) -> Instant {
        self.received
    }

    /// The gateway's id of the request, for the log and for the caller.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The trace of X-Ray that the request belongs to; empty without one.
    pub fn trace_id(&self) -> &str {
        log_context::trace_id(self.header("x-amzn-trace-id").unwrap_or_default())
    }

    /// The route that the gateway chose, as `GET /view/{token}`.
    pub fn route(&self) -> &str {
        &self.route
    }

    /// Whether only the head of the answer is asked for.
    pub fn is_head(&self) -> bool {
        self.inner.method() == Method::HEAD
    }

    /// The path as the gateway hands it over: decoded once.
    pub fn path(&self) -> &str {
        self.inner.raw_http_path()
    }

    /// The query as it was sent; empty without one.
    pub fn raw_query(&self) -> &str {
        self.inner.uri().query().unwrap_or_default()
    }

    /// The method's name.
    pub fn method(&self) -> &str {
        self.inner.method().as_str()
    }

    /// The address under which the public reaches the service, without a slash at the end: the configured one or, if that is
    /// empty, the one that this request came to.
    pub fn public_url(&self) -> &str {
        &self.public_url
    }

    /// A header, if it is there once and readable.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.inner.headers().get(name).and_then(|value| value.to_str().ok())
    }

    /// A header that must not be passed over when it is there.
    ///
    /// # Errors
    /// `Invalid`, naming the header, when it cannot be read.
    pub fn strict_header(&self, name: &str) -> Outcome<Option<&str>> {
        let value = self.inner.headers().get(name).map(|value| value.to_str()).transpose();
        value.map_err(|_| Problem::invalid(name, "use printable ASCII characters."))
    }

    /// The media types that the client takes, as it says so; empty if it does not.
    pub fn accept(&self) -> &str {
        self.header("accept").unwrap_or_default()
    }

    /// Whether the client has the answer with this tag already: `If-None-Match` of RFC 9110, weakly compared.
    pub fn holds_current(&self, tag: &str) -> bool {
        let weak = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
        let held = self.header("if-none-match").unwrap_or_default();
        held.split(',').any(|held| held.trim() == "*" || weak(held) == weak(tag))
    }

    /// Whether the client takes answers that are compressed by gzip.
    pub fn takes_gzip(&self) -> bool {
        encoding::takes_gzip(self.header("accept-encoding").unwrap_or_default())
    }

    /// A parameter of the path, decoded once: by the gateway all but `%25`, which is left for here.
    ///
    /// # Errors
    /// `NotFound` for a text that no name can be: one that holds control characters or was not UTF-8.
    pub fn parameter(&self, name: &str) -> Outcome<String> {
        let value = self.path_parameter(name);
        // No name of ours is longer; DynamoDB would refuse a key of more than 1,024 bytes.
        if value.is_empty()
            || value.len() > 1_000
            || value.chars().any(|c| c.is_control() || c == char::REPLACEMENT_CHARACTER)
        {
            return Err(Problem::NotFound(format!("The {name} in the address is not a name.")));
        }
        Ok(value)
    }

    /// A parameter of the path that stands for several segments, as it is; who reads it checks it.
    pub fn path_parameter(&self, name: &str) -> String {
        let parameters = self.inner.path_parameters_ref();
        let value = parameters.and_then(|parameters| parameters.first(name)).unwrap_or_default();
        decoded_once(value)
    }

    /// The report that `{id}` in the path names.
    ///
    /// # Errors
    /// `NotFound` for a text that names no report.
    pub fn report(&self) -> Outcome<ReportRef> {
        ReportRef::parse(&self.parameter("id")?)
    }

    /// A parameter of the path that is a number from 1 on.
    ///
    /// # Errors
    /// `NotFound` for any other text.
    pub fn number(&self, name: &str) -> Outcome<u64> {
        let number = self.parameter(name)?.parse().ok().filter(|number| *number > 0);
        number.ok_or_else(|| Problem::NotFound(format!("There is no such {name}: write a number from 1 on.")))
    }

    /// A parameter of the query.
    pub fn query(&self, name: &str) -> Option<String> {
        let query = self.inner.query_string_parameters_ref()?;
        query.first(name).map(str::to_owned)
    }

    /// All values of a parameter of the query, in their order.
    pub fn query_all(&self, name: &str) -> Vec<String> {
        let query = self.inner.query_string_parameters_ref();
        query.and_then(|query| query.all(name)).unwrap_or_default().into_iter().map(str::to_owned).collect()
    }

    /// A whole number in the query, within `range`.
    ///
    /// # Errors
    /// `Invalid`, naming the parameter.
    pub fn query_number(&self, name: &str, default: u64, range: std::ops::RangeInclusive<u64>) -> Outcome<u64> {
        let Some(text) = self.query(name) else { return Ok(default) };
        let number = text.parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| {
            Problem::invalid(name, format!("write a whole number from {} to {}.", range.start(), range.end()))
        })
    }

    /// The bytes of the body, unpacked if it is compressed.
    ///
    /// # Errors
    /// `TooLarge` above `most` bytes, `UnsupportedMediaType` for another compression than gzip.
    pub fn bytes(&self, most: usize) -> Outcome<Cow<'_, [u8]>> {
        let bytes = match self.inner.body() {
            Body::Text(text) => text.as_bytes(),
            Body::Binary(bytes) => bytes,
            _ => &[],
        };
        if bytes.len() > most {
            return Err(body::too_large(bytes.len(), most));
        }
        body::unpacked(bytes, self.header("content-encoding"), most)
    }

    /// The body, which must be JSON and say so.
    ///
    /// # Errors
    /// `UnsupportedMediaType` without a JSON content type or in another charset than UTF-8, `TooLarge` above `most` bytes, `Invalid` naming the field at fault.
    pub fn json<T: DeserializeOwned>(&self, most: usize) -> Outcome<T> {
        body::check_media_type(self.header("content-type").unwrap_or_default())?;
        let bytes = self.bytes(most)?;
        let sent = self.header("content-length").and_then(|length| length.parse().ok());
        // What is compressed was not passed on as text.
        if matches!(bytes, Cow::Borrowed(_)) {
            body::check_intact(&bytes, sent)?;
        }
        body::from_json(&bytes)
    }

    /// The body, which may be left out whatever the content type says.
    ///
    /// # Errors
    /// As [`Request::json`].
    pub fn optional_json<T: DeserializeOwned + Default>(&self, most: usize) -> Outcome<T> {
        match self.bytes(most)?.trim_ascii() {
            b"" => Ok(T::default()),
            _ => self.json(most),
        }
    }

    /// Whether a browser sends this for a page of another site, and it might change something. Programs that are no browsers send
    /// neither header.
    fn is_of_another_site(&self) -> bool {
        let safe = [Method::GET, Method::HEAD].contains(self.inner.method());
        let foreign = match self.header("sec-fetch-site") {
            Some(site) => !["same-origin", "none"].contains(&site),
            None => self.header("origin").is_some(),
        };
        !safe && foreign
    }

    /// The access token that the request presents, in any of the forms that clients use.
    ///
    /// # Errors
    /// `Unauthenticated` when there is none or it cannot be one.
    pub fn secret(&self) -> Outcome<Secret> {
        // CxReports' documents call the header `Authentication`.
        let value = self.header("authorization").or_else(|| self.header("authentication"));
        let value = value.ok_or(Problem::Unauthenticated("Send an access token: Authorization: Bearer <token>."))?;
        if is_basic(value) && self.is_of_another_site() {
            return Err(Problem::Unauthenticated(
                "A page of another site may not use a password that a browser keeps.",
            ));
        }
        presented(value)
            .ok_or(Problem::Unauthenticated("The Authorization header holds no access token of this service."))
    }
}

/// Browsers keep what was typed into their dialog for HTTP Basic, and add it to whatever any page sends; no other scheme.
fn is_basic(value: &str) -> bool {
    value.trim().split(' ').next().is_some_and(|scheme| scheme.eq_ignore_ascii_case("basic"))
}

/// `Bearer <token>`; Huddle's clients write `OAuth2`, those of Exago and Informer send it as the password of HTTP Basic.
fn presented(value: &str) -> Option<Secret> {
    let (scheme, rest) = value.trim().split_once(' ')?;
    let rest = rest.trim();
    match scheme.to_ascii_lowercase().as_str() {
        "bearer" | "oauth2" => Secret::parse(SecretKind::AccessToken, rest),
        "basic" => {
            let pair = String::from_utf8(STANDARD.decode(rest).ok()?).ok()?;
            Secret::parse(SecretKind::AccessToken, pair.split_once(':')?.1)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "imp_aaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    /// An untagged enum or a flattened struct on this way would not read the numbers of an event, since they keep their digits.
    #[test]
    fn events_of_the_gateway_are_read_with_their_numbers() {
        let events = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events");
        let texts =
            std::fs::read_dir(events).unwrap().map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap());
        let of_gateway: Vec<String> = texts.filter(|text| text.contains("\"rawPath\"")).collect();
        assert!(of_gateway.len() > 20);
        for event in of_gateway {
            let request = lambda_http::request::from_str(&event).unwrap_or_else(|error| panic!("{error}: {event}"));
            assert!(event.contains(request.raw_http_path()), "{event}");
        }
    }

    #[test]
    fn every_form_in_which_clients_send_a_token_is_read() {
        let basic = format!("Basic {}", STANDARD.encode(format!("anybody:{TOKEN}")));
        for value in [format!("Bearer {TOKEN}"), format!("bearer  {TOKEN}"), format!("OAuth2 {TOKEN}"), basic] {
            assert_eq!(presented(&value).map(|secret| secret.reveal()).as_deref(), Some(TOKEN), "{value}");
        }
    }

    #[test]
    fn anything_else_presents_nothing() {
        for value in ["", TOKEN, "Bearer", "Bearer x", "Basic !!!", "Digest a=b"] {
            assert!(presented(value).is_none(), "{value}");
        }
    }
}
