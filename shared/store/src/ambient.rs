//! The clock and the source of randomness: the only place that asks the operating system for either.

use domain::{Outcome, Problem};
use jiff::Timestamp;
use uuid::Uuid;

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
