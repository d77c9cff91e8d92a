//! Backstops spread over the interval by chain id, so that what was loaded together does not come due together (L3).

use crate::id::{ChainId, Timestamp};

/// A number between 0 and 2^64 that says where in the interval a chain has its place. The same on every platform.
pub(super) fn place_of(chain: ChainId) -> u64 {
    xxhash_rust::xxh3::xxh3_64(&chain.0.to_le_bytes())
}

/// Where in the interval that place is: below `interval_ns`.
pub(super) fn phase_ns(place: u64, interval_ns: u64) -> u64 {
    scale(place.into(), interval_ns)
}

/// `place` of 2^64 parts of the interval; a place of 2^64 is its end.
fn scale(place: u128, interval_ns: u64) -> u64 {
    ((place * u128::from(interval_ns)) >> 64) as u64
}

/// The first time after `last` at which the chain with this place has its turn, at most an interval later (S3). `None`
/// if that lies beyond all time.
pub(super) fn due_after(last: Timestamp, place: u64, interval_ns: u64) -> Option<Timestamp> {
    let (phase, now_phase) = (phase_ns(place, interval_ns), last.0 % interval_ns);
    let wait_ns = if phase > now_phase { phase - now_phase } else { interval_ns - (now_phase - phase) };
    last.after_ns(wait_ns)
}

/// The least place whose phase is at least `phase_ns`, which is at most the interval; 2^64 for the interval itself.
pub(super) fn first_place(phase_ns: u64, interval_ns: u64) -> u128 {
    (u128::from(phase_ns) << 64).div_ceil(u128::from(interval_ns))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A bucket that begins exactly there must be looked into: one place less would be one phase less.
    #[test]
    fn the_first_place_of_a_phase_is_the_least_that_has_it() {
        for interval_ns in [1, 2, 3, 7, 1_000, 30_000_000_000, u64::MAX] {
            for phase in [0, 1, 2, interval_ns / 3, interval_ns / 2, interval_ns - 1, interval_ns] {
                let phase = phase.min(interval_ns);
                let place = first_place(phase, interval_ns);
                assert!(scale(place, interval_ns) >= phase, "{phase} of {interval_ns}");
                assert!(place == 0 || scale(place - 1, interval_ns) < phase, "{phase} of {interval_ns}");
            }
        }
    }
}
