//! Means in event time: how much of an old one is left does not depend on how often somebody reported.

use crate::decay::half_life_decay;

/// How much of a mean is left when something else is reported so much later. What is said again changes nothing, and
/// what is said at the same instant has no weight, unless nothing is smoothed.
pub(super) fn share_of_old(elapsed_ns: u64, half_life_ns: u64) -> f64 {
    if half_life_ns == 0 { 0.0 } else { half_life_decay(elapsed_ns, half_life_ns) }
}
