//! Chance that is the same for the same seed.

use std::time::Duration;

/// A row of numbers (SplitMix64), one of many for a seed.
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64, row: u64) -> Self {
        Self(seed ^ row.wrapping_mul(0xD6E8_FEB8_6659_FD93))
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % end
    }

    /// A while of at most so many milliseconds.
    pub fn moment(&mut self, milliseconds: u64) -> Duration {
        Duration::from_millis(self.below(milliseconds))
    }
}
