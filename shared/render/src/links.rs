//! The links of a Typst source, which lead to the web, a mailbox, a telephone, or elsewhere in the report. Those of blocks come from Markdown,
//! which makes words of all others.

use domain::link;
use typst::foundations::NativeElement;
use typst::introspection::Introspector;
use typst::model::{Destination, LinkElem, LinkTarget};
use typst::syntax::Span;
use typst_layout::PagedDocument;

use crate::error::RenderError;

/// Refuses a report with a link that no reader should follow; `place` names the position in the source.
///
/// # Errors
/// For each such address, where its link is.
pub fn check(document: &PagedDocument, place: impl Fn(Span) -> String) -> Result<(), RenderError> {
    let elements = document.introspector().query(&LinkElem::ELEM.select());
    let checked =
        elements.iter().filter_map(|element| element.to_packed::<LinkElem>()).map(|element| match &element.dest {
            LinkTarget::Dest(Destination::Url(url)) if !link::is_safe(url) => {
                Err(RenderError::report(place(element.span()), link::refusal(url)))
            }
            _ => Ok(()),
        });
    RenderError::all(checked).map(drop)
}
