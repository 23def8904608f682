//! The clock and the source of randomness: the only place that asks the operating system for either. And the time that a request has.

use domain::{Outcome, Problem};
use jiff::Timestamp;
use std::time::{Duration, Instant};
use uuid::Uuid;

tokio::task_local! {
    static DEADLINE: Instant;
}

/// What writers leave of a request's time: for an attempt that has begun, and for the answer.
const MARGIN: Duration = Duration::from_secs(3);
/// How long writers try that serve no request.
const WITHOUT_REQUEST: Duration = Duration::from_secs(6);

/// Does the work of a request that must be answered by `deadline`. Until shortly before, its writes try to get past those of others.
pub async fn within<T>(deadline: Instant, work: impl Future<Output = T>) -> T {
    DEADLINE.scope(deadline, work).await
}

/// Whether a writer that began then may try again.
pub(crate) fn has_time(begun: Instant) -> bool {
    let end = DEADLINE.try_with(|deadline| *deadline - MARGIN).unwrap_or(begun + WITHOUT_REQUEST);
    Instant::now() < end
}

/// The present time, to the millisecond, as it is stored and answered.
#[expect(clippy::disallowed_methods, reason = "this is the place that the rule points to")]
pub fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
}

/// `N` bytes from the operating system's generator.
///
/// # Errors
/// `Internal` if the operating system has none.
#[expect(clippy::disallowed_methods, reason = "this is the place that the rule points to")]
pub fn random<const N: usize>() -> Outcome<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(Problem::internal)?;
    Ok(bytes)
}

/// A random UUID (version 4).
///
/// # Errors
/// `Internal` if the operating system has no randomness.
pub fn uid() -> Outcome<Uuid> {
    Ok(uuid::Builder::from_random_bytes(random()?).into_uuid())
}
