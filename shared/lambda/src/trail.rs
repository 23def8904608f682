//! What a request or a message turns out to be about. It stands in each line that is logged from then on until its end, as `span`:
//! so one publication is followed by its id from the request through the message and the worker to the public's views.

use domain::publication::PublicationId;
use tracing::{Span, field::Empty};

/// The frame of one invocation.
pub(crate) fn span() -> Span {
    tracing::info_span!("invocation", publication = Empty)
}

/// The invocation is about this publication.
pub fn publication(id: PublicationId) {
    Span::current().record("publication", tracing::field::display(id));
}
