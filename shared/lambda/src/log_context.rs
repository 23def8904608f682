//! What an invocation turns out to be about. It stands in each line that is logged from then on until its end: so one publication is
//! followed by its id from the request through the message and the worker to the public's views, and one caller through all calls.

use domain::publication::PublicationId;
use tracing::{Span, field::Empty};
use uuid::Uuid;

/// The frame of one invocation.
pub(crate) fn span(request_id: &str, trace_id: &str) -> Span {
    tracing::error_span!(
        "invocation",
        requestId = request_id,
        traceId = trace_id,
        caller = Empty,
        report = Empty,
        publication = Empty
    )
}

/// The id of the trace in a header of X-Ray, `Root=1-…;Parent=…;Sampled=1`; empty without one.
pub(crate) fn trace_id(header: &str) -> &str {
    header.split(';').find_map(|part| part.trim().strip_prefix("Root=")).unwrap_or_default()
}

/// The invocation is of the holder of the access token with this id.
pub fn caller(token: &str) {
    Span::current().record("caller", token);
}

/// The invocation is about this report.
pub fn report(uid: Uuid) {
    Span::current().record("report", tracing::field::display(uid));
}

/// The invocation is about this publication.
pub fn publication(id: PublicationId) {
    report(id.report);
    Span::current().record("publication", tracing::field::display(id));
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_trace_is_the_root_of_the_header() {
        let root = "1-67891233-abcdef012345678912345678";
        assert_eq!(super::trace_id(&format!("Root={root};Parent=53995c3f42cd8ad8;Sampled=1")), root);
        assert_eq!(super::trace_id(&format!("Self=1-2-3;Root={root}")), root);
        assert_eq!(super::trace_id(""), "");
    }
}
