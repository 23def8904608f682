//! Temporary data: what a client leaves with the service to render reports from. Source: “CxReports API”, Temporary Data.

use crate::{Outcome, Problem};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// The most bytes of data that a request may carry.
pub const LARGEST_BODY: usize = 4 * 1024 * 1024;
/// The most bytes of data that may be uploaded: what takes as much rendered needs most of a function's memory.
pub const LARGEST_UPLOAD: u64 = 32 * 1024 * 1024;

const DEFAULT_LIFETIME: SignedDuration = SignedDuration::from_hours(24);
const LONGEST_LIFETIME: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The id of what is kept for a while: a random number from 1 below 2^31, since CxReports' .NET client keeps it in an `int`. Up to
/// version 0.1 ids had 53 bits, and what is kept under one can be read until it expires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemporaryId(u64);

impl TemporaryId {
    /// An id from random bytes.
    pub fn new(random: [u8; 4]) -> Self {
        Self(u64::from(u32::from_be_bytes(random) >> 1).max(1))
    }

    /// Reads an id; `None` for a number that none can be.
    pub fn of(number: u64) -> Option<Self> {
        (number < 1 << 53).then_some(Self(number))
    }

    /// The number, as clients keep it.
    pub fn number(self) -> u64 {
        self.0
    }
}

impl std::fmt::Display for TemporaryId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// When data ends that is left now, if the client wants it to end at `wanted`.
///
/// # Errors
/// `Invalid` for a time that is past or more than 30 days away.
pub fn expiry(wanted: Option<Timestamp>, now: Timestamp) -> Outcome<Timestamp> {
    let at = |lifetime: SignedDuration| now.saturating_add(lifetime).unwrap_or(now);
    let wanted = wanted.unwrap_or_else(|| at(DEFAULT_LIFETIME));
    if wanted <= now {
        return Err(Problem::invalid("expiryDate", "the time is past; name a later one, or leave the field out."));
    }
    // A minute for clocks that are ahead of ours: who wants 30 days from now means the longest.
    if wanted > at(LONGEST_LIFETIME + SignedDuration::from_mins(1)) {
        return Err(Problem::invalid("expiryDate", "data is kept for at most 30 days."));
    }
    Ok(wanted.min(at(LONGEST_LIFETIME)))
}

/// There is no such data, as far as the caller may know: expired, of another workspace, or never left.
pub fn no_data(id: u64) -> Problem {
    Problem::invalid("tempDataId", format!("there is no temporary data {id} in this workspace (any more)."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_a_client_that_keeps_it_in_32_bits_with_a_sign() {
        assert_eq!(TemporaryId::new([255; 4]).number(), i32::MAX as u64);
        assert_eq!(TemporaryId::new([0; 4]).number(), 1, "such a client takes 0 for none");
    }

    #[test]
    fn an_id_of_53_bits_is_still_read() {
        assert_eq!(TemporaryId::of((1 << 53) - 1).map(TemporaryId::number), Some((1 << 53) - 1));
        assert!(TemporaryId::of(1 << 53).is_none());
    }

    #[test]
    fn data_lives_a_day_unless_told_otherwise_and_a_month_at_most() {
        let now = Timestamp::UNIX_EPOCH;
        let after = |hours: i64| now + SignedDuration::from_hours(hours);
        assert_eq!(expiry(None, now).unwrap(), after(24));
        assert_eq!(expiry(Some(after(1)), now).unwrap(), after(1));
        assert_eq!(expiry(Some(after(720)), now).unwrap(), after(720));
        assert!(expiry(Some(now), now).is_err() && expiry(Some(after(721)), now).is_err());
    }
}
