//! What a move costs, and what that is worth in score (A6).

/// What it would take to move one chain to one node, as the scorer estimates it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MigrationCost {
    /// Time to ship the state, in nanoseconds.
    pub state_transfer_ns: u64,
    /// Time during which the chain serves worse or not at all, in nanoseconds.
    pub disruption_ns: u64,
    /// Weight of the whole: above 1 for chains that must not be disturbed. Anything that is not finite and above zero
    /// counts as 1 (C1).
    pub reliability_factor: f32,
}

impl Default for MigrationCost {
    fn default() -> Self {
        MigrationCost { state_transfer_ns: 0, disruption_ns: 0, reliability_factor: 1.0 }
    }
}

impl MigrationCost {
    /// The weight that counts: `reliability_factor`, or 1 where that is zero, negative or not finite (C1).
    ///
    /// A zero must never switch the cost gate off by accident.
    #[must_use]
    pub fn weight(&self) -> f32 {
        let factor = self.reliability_factor;
        if factor.is_finite() && factor > 0.0 { factor } else { 1.0 }
    }
}

/// Translates a [`MigrationCost`] into the score that a move must gain to be worth it.
///
/// ```
/// use driftline::{MigrationCost, MigrationCostModel};
///
/// let model = MigrationCostModel { cost_per_sec: 0.1 };
/// let cost = MigrationCost { state_transfer_ns: 2_000_000_000, disruption_ns: 1_000_000_000, reliability_factor: 2.0 };
/// assert_eq!(model.score_equivalent(&cost), 0.6);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MigrationCostModel {
    /// Score that one second of transfer or disruption costs. Finite and at least zero.
    pub cost_per_sec: f32,
}

impl MigrationCostModel {
    /// `(cost_per_sec * (state_transfer + disruption)) * weight`, in `f32`, each duration rounded to the nearest `f32`
    /// of seconds before the sum. Monotonic in each of the three; zero durations cost zero (C2).
    #[must_use]
    pub fn score_equivalent(&self, cost: &MigrationCost) -> f32 {
        let seconds = seconds_of(cost.state_transfer_ns) + seconds_of(cost.disruption_ns);
        (self.cost_per_sec * seconds) * cost.weight()
    }
}

/// The `f32` nearest to `duration_ns / 1e9`, ties to even.
///
/// Going through `f64` would round twice and miss the nearest now and then; a quotient with its sticky bit rounds once.
fn seconds_of(duration_ns: u64) -> f32 {
    const NS_PER_S: u128 = 1_000_000_000;
    // 64 fraction bits keep more than the 24 bits of an `f32` even for one nanosecond (2^-30).
    const FRACTION_BITS: u32 = 64;
    let scaled = u128::from(duration_ns) << FRACTION_BITS;
    let quotient = scaled / NS_PER_S;
    let sticky = u128::from(!scaled.is_multiple_of(NS_PER_S));
    // `u128 as f32` rounds to nearest; the sticky bit lies far below the last bit that is kept.
    (quotient | sticky) as f32 / (1u128 << FRACTION_BITS) as f32
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::format;

    #[test]
    fn seconds_are_the_nearest_f32() {
        // Parsing a decimal rounds correctly, so it is the second opinion.
        let mut duration_ns: u64 = 1;
        for step in 0..20_000u64 {
            let decimal = format!("{}.{:09}", duration_ns / 1_000_000_000, duration_ns % 1_000_000_000);
            assert_eq!(seconds_of(duration_ns), decimal.parse::<f32>().unwrap(), "{duration_ns} ns");
            duration_ns = duration_ns.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(step) >> (step % 40);
        }
        assert_eq!(seconds_of(0), 0.0);
        assert_eq!(seconds_of(u64::MAX), 18_446_744_073.709_551_615_f32);
    }

    #[test]
    fn a_factor_that_is_no_factor_weighs_one() {
        for factor in [0.0, -0.0, -1.0, f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let cost = MigrationCost { reliability_factor: factor, ..MigrationCost::default() };
            assert_eq!(cost.weight(), 1.0, "{factor}");
        }
    }

    /// C2: more transfer, more disruption or more weight never costs less.
    #[test]
    fn the_cost_is_monotonic_in_each_part() {
        use proptest::prelude::*;

        let duration = || prop_oneof![any::<u64>(), 0..10_000_000_000u64];
        let factor = || prop_oneof![0.001f32..100.0, Just(f32::MIN_POSITIVE), Just(f32::MAX)];
        proptest!(|(rate in 0f32..10.0, a in duration(), b in duration(), c in duration(), low in factor(), high in factor())| {
            let model = MigrationCostModel { cost_per_sec: rate };
            let cost = |state_transfer_ns, disruption_ns, reliability_factor| {
                model.score_equivalent(&MigrationCost { state_transfer_ns, disruption_ns, reliability_factor })
            };
            prop_assert!(cost(a.min(b), c, low) <= cost(a.max(b), c, low));
            prop_assert!(cost(c, a.min(b), low) <= cost(c, a.max(b), low));
            prop_assert!(cost(a, b, low.min(high)) <= cost(a, b, low.max(high)));
            prop_assert_eq!(cost(0, 0, high), 0.0);
        });
    }
}
