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
