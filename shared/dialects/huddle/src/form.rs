//! In which form an answer is written: what `Accept` asks for, and the writing itself. Source: RFC 9110, section 12.5.1.

use crate::{json, xml};
use domain::{Outcome, Problem};
use headers_accept::Accept;
use mediatype::{MediaType, MediaTypeBuf, ReadParams, names};
use serde::Serialize;
use std::cmp::Reverse;

/// The forms that every resource has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Xml,
    Json,
}

/// The forms of the progress of a publication, which people follow too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProgressForm {
    Data(Form),
    Html,
}

/// What can be written in both forms. The type is serialised as XML needs it: members that begin with `@` are attributes.
pub trait Representation: Serialize {
    /// The name of the root element.
    const ELEMENT: &'static str;
}

/// An answer in one form. It varies by `Accept`; the caller says so.
#[derive(Debug)]
pub struct Written {
    pub media_type: &'static str,
    pub body: String,
}

// The type that is answered comes first; the others are what clients say when they mean it.
const XML: [&str; 3] = ["application/vnd.huddle.data+xml", "application/xml", "text/xml"];
const JSON: [&str; 2] = ["application/vnd.huddle.data+json", "application/json"];
const HTML: [&str; 1] = ["text/html"];

impl Form {
    /// The form that the client prefers, XML if it does not care. A malformed header counts as none.
    ///
    /// # Errors
    /// `NotAcceptable`, naming what can be had.
    pub fn of(accept: &str) -> Outcome<Self> {
        let Some(accept) = parsed(accept) else { return Ok(Self::Xml) };
        Self::preferred(&accept).map(|(form, _)| form).ok_or_else(|| {
            let [xml, json] = [XML[0], JSON[0]];
            Problem::NotAcceptable(format!(
                "Accept: this is answered as {xml} (application/xml) or {json} (application/json)."
            ))
        })
    }

    fn preferred(accept: &Accept) -> Option<(Self, Wish)> {
        let forms = [(Self::Json, Wish::of(accept, &JSON)), (Self::Xml, Wish::of(accept, &XML))];
        // The last of equals wins: XML.
        forms.into_iter().filter_map(|(form, wish)| Some((form, wish?))).max_by_key(|(_, wish)| *wish)
    }

    /// Writes an answer.
    ///
    /// # Errors
    /// `Internal` if the value has no such form, which is a fault of its type.
    pub fn write<T: Representation>(self, value: &T) -> Outcome<Written> {
        match self {
            Self::Xml => Ok(Written { media_type: XML[0], body: xml::document(T::ELEMENT, value)? }),
            Self::Json => Ok(Written { media_type: JSON[0], body: json::text(value)? }),
        }
    }
}

impl ProgressForm {
    /// The form that the client prefers. HTML only for those who would rather have it than any other form, as browsers do.
    ///
    /// # Errors
    /// `NotAcceptable`, naming what can be had.
    pub fn of(accept: &str) -> Outcome<Self> {
        let Some(header) = parsed(accept) else { return Ok(Self::Data(Form::Xml)) };
        match (Wish::of(&header, &HTML), Form::preferred(&header)) {
            (Some(html), Some((_, data))) if html.quality > data.quality => Ok(Self::Html),
            (Some(_), None) => Ok(Self::Html),
            (_, Some((form, _))) => Ok(Self::Data(form)),
            (None, None) => Err(Problem::NotAcceptable(format!(
                "Accept: this is answered as {} (application/xml), {} (application/json) or text/html.",
                XML[0], JSON[0]
            ))),
        }
    }
}

fn parsed(accept: &str) -> Option<Accept> {
    accept.parse::<Accept>().ok().filter(|accept| accept.media_types().next().is_some())
}

/// How much a client wants a form. Of equal qualities the more specific range wins, then the one that stands first: so
/// `application/json, */*` means JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Wish {
    /// In thousandths, never 0.
    quality: u16,
    rank: Reverse<usize>,
}

impl Wish {
    // `Accept::negotiate` of the parser's crate is not enough: it takes `application/json;charset=utf-8` for another type, and tells
    // no qualities, so that a tie could not go to XML.
    fn of(accept: &Accept, types: &[&str]) -> Option<Self> {
        let ranges = || accept.media_types().enumerate();
        let named = types.iter().find_map(|name| ranges().find(|(_, range)| is(range, name)));
        let (rank, range) = named.or_else(|| ranges().find(|(_, range)| covers(range, types[0])))?;
        let quality = quality(range);
        (quality > 0).then_some(Self { quality, rank: Reverse(rank) })
    }
}

fn is(range: &MediaTypeBuf, name: &str) -> bool {
    MediaType::parse(name).is_ok_and(|wanted| range.essence() == wanted)
}

fn covers(range: &MediaTypeBuf, name: &str) -> bool {
    let of_all = range.ty() == names::_STAR;
    let of_type = name.split('/').next().is_some_and(|ty| range.ty() == ty);
    range.subty() == names::_STAR && (of_all || of_type)
}

/// In thousandths; a quality that is none counts as none was named.
fn quality(range: &MediaTypeBuf) -> u16 {
    let named = range.get_param(names::Q).and_then(|q| q.as_str().parse::<f32>().ok());
    let quality = named.filter(|quality| (0.0..=1.0).contains(quality)).unwrap_or(1.0);
    (quality * 1000.0).round() as u16
}

#[cfg(test)]
#[path = "form_tests.rs"]
mod tests;
