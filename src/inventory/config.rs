//! What weighs how much, how fast is smoothed, and what counts where nothing was reported.

use crate::config::share;
use crate::error::{ConfigValue, Error};

/// The drift that may go unsampled, as a share of the hysteresis gap, where no epsilon is given.
const GAP_SHARE: f32 = 1.0 / 20.0;

/// How an [`InventoryScorer`](crate::InventoryScorer) judges.
///
/// ```
/// use driftline::InventoryConfig;
///
/// // Half a second to the clients is what we can just accept, and nothing but that counts.
/// let config = InventoryConfig { rtt_half_ns: 500_000_000, headroom_weight: 0.0, ..InventoryConfig::default() };
/// assert!(config.validate().is_ok());
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InventoryConfig {
    /// Weight of the axis "headroom": free capacity. Finite, at least 0; 0 switches an axis off. Default 1.
    pub headroom_weight: f32,
    /// Weight of the axis "proximity": near to the clients. Default 1.
    pub proximity_weight: f32,
    /// Weight of the axis "zone spread": not in one zone with the other holders. Default 0.5.
    pub zone_spread_weight: f32,
    /// Weight of the axis "colocation": where the chain's group is. Default 0.25.
    pub colocation_weight: f32,
    /// How much of a score is its worst axis; the rest is the weighted mean of the axes. In `[0, 1]`. Default 0.5.
    pub worst_share: f32,
    /// Up to this share of its capacity a node in use is as good as an empty one; from here to full, headroom falls from 1
    /// to 0. In `[0, 1)`. Default 0.6: with the default floor a node should be left from 80 % on.
    pub comfortable_use: f32,
    /// What must stay free of each capacity for a node to take another chain, as a share. In `[0, 1)`. Default 0.1. It has to
    /// cover what is under way to the node, which counts there only when the state tells of it.
    pub capacity_reserve: f32,
    /// The round-trip time at which proximity is 0.5: the worst that is acceptable, with the default floor. Above 0. Default
    /// 100 ms.
    pub rtt_half_ns: u64,
    /// After this time half of a change in use has arrived in its mean; 0: no smoothing. Default 60 s.
    pub load_half_life_ns: u64,
    /// The same for round-trip times, up to `rtt_weight_max`. Default 100 s.
    pub rtt_half_life_ns: u64,
    /// The most that one round-trip time counts in the mean of those before it, however long nothing was measured. In
    /// `(0, 1]`; 1: no bound. Default 0.3. Measured times are so noisy that one of them says as little after a silence as in a row.
    pub rtt_weight_max: f32,
    /// The gap of the scheduler's config, from which the epsilons are derived. In `[0, 1]`. Default 0.2.
    pub hysteresis_gap: f32,
    /// By how much the headroom of a node may drift, in `[0, 1]`, before its fingerprint moves. `None`, the default: derived
    /// from gap and weight.
    pub headroom_epsilon: Option<f32>,
    /// The same for the proximity of a client and a holder.
    pub proximity_epsilon: Option<f32>,
    /// Bandwidth to a target to which no path from a holder was measured, nor the bandwidth of any of these nodes reported.
    /// Finite, above 0. Default 1 Gbit/s.
    pub fallback_bandwidth_bytes_per_sec: f64,
    /// Size of a chain whose profile has none. Finite, at least 0. Default 0: it ships for nothing.
    pub fallback_size_bytes: f64,
    /// How fast a chain is written out and read in again, besides its transfer. Finite, at least 0; 0, the default: at once.
    pub serialisation_bytes_per_sec: f64,
    /// How long a chain serves worse while it moves, where its profile does not say. Default 0.
    pub fallback_disruption_ns: u64,
}

impl Default for InventoryConfig {
    fn default() -> Self {
        InventoryConfig {
            headroom_weight: 1.0,
            proximity_weight: 1.0,
            zone_spread_weight: 0.5,
            colocation_weight: 0.25,
            worst_share: 0.5,
            comfortable_use: 0.6,
            capacity_reserve: 0.1,
            rtt_half_ns: 100_000_000,
            load_half_life_ns: 60_000_000_000,
            rtt_half_life_ns: 100_000_000_000,
            rtt_weight_max: 0.3,
            hysteresis_gap: 0.2,
            headroom_epsilon: None,
            proximity_epsilon: None,
            fallback_bandwidth_bytes_per_sec: 125_000_000.0,
            fallback_size_bytes: 0.0,
            serialisation_bytes_per_sec: 0.0,
            fallback_disruption_ns: 0,
        }
    }
}

impl InventoryConfig {
    /// Checks every field. Pure.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] names the first field at fault, in the order of the struct, and its value.
    pub fn validate(&self) -> Result<(), Error> {
        weight("headroom_weight", self.headroom_weight)?;
        weight("proximity_weight", self.proximity_weight)?;
        weight("zone_spread_weight", self.zone_spread_weight)?;
        weight("colocation_weight", self.colocation_weight)?;
        if self.total_weight() == 0.0 {
            let value = ConfigValue::Float(0.0);
            return Err(Error::Config { field: "headroom_weight", value, expected: "above zero, nor is any weight" });
        }
        share("worst_share", self.worst_share)?;
        below_one("comfortable_use", self.comfortable_use)?;
        below_one("capacity_reserve", self.capacity_reserve)?;
        if self.rtt_half_ns == 0 {
            let value = ConfigValue::Integer(0);
            return Err(Error::Config { field: "rtt_half", value, expected: "above zero" });
        }
        if !(self.rtt_weight_max > 0.0 && self.rtt_weight_max <= 1.0) {
            let value = ConfigValue::Float(self.rtt_weight_max);
            return Err(Error::Config { field: "rtt_weight_max", value, expected: "in (0, 1]" });
        }
        share("hysteresis_gap", self.hysteresis_gap)?;
        self.headroom_epsilon.map_or(Ok(()), |epsilon| share("headroom_epsilon", epsilon))?;
        self.proximity_epsilon.map_or(Ok(()), |epsilon| share("proximity_epsilon", epsilon))?;
        quantity("fallback_bandwidth_bytes_per_sec", self.fallback_bandwidth_bytes_per_sec)?;
        if self.fallback_bandwidth_bytes_per_sec == 0.0 {
            let value = ConfigValue::Double(0.0);
            return Err(Error::Config { field: "fallback_bandwidth_bytes_per_sec", value, expected: "above zero" });
        }
        quantity("fallback_size_bytes", self.fallback_size_bytes)?;
        quantity("serialisation_bytes_per_sec", self.serialisation_bytes_per_sec)
    }

    /// By how much the headroom of a node may drift before its fingerprint moves: as configured, or derived.
    ///
    /// Where all axes have opinions, one that moves by `e` moves a score by at most
    /// `e * (worst_share + (1 - worst_share) * weight / all weights)`. The derived epsilon makes that a twentieth of the gap.
    #[must_use]
    pub fn headroom_epsilon(&self) -> f32 {
        self.headroom_epsilon.unwrap_or_else(|| self.derived(self.headroom_weight))
    }

    /// The same for the proximity of a client and a holder.
    #[must_use]
    pub fn proximity_epsilon(&self) -> f32 {
        self.proximity_epsilon.unwrap_or_else(|| self.derived(self.proximity_weight))
    }

    /// How far a sampled score can be from the present one while no fingerprint has moved, but for rounding: twice the larger
    /// epsilon. Neither the mean of axes nor the worst of them moves by more than the axis that moved most, and a score that was
    /// sampled an epsilon above what was noted can fall to one below.
    ///
    /// What is decided with that score alone is whether a holder is under the floor and which one is the worst. All else (the
    /// victim's score again, the alternatives) is asked live, so that no decision is further off than that.
    #[must_use]
    pub fn score_bound(&self) -> f32 {
        let epsilon_of = |weight: f32, epsilon: f32| if weight > 0.0 { epsilon } else { 0.0 };
        2.0 * epsilon_of(self.headroom_weight, self.headroom_epsilon())
            .max(epsilon_of(self.proximity_weight, self.proximity_epsilon()))
    }

    fn derived(&self, weight: f32) -> f32 {
        let sensitivity = self.worst_share + (1.0 - self.worst_share) * weight / self.total_weight();
        // An axis without weight moves nothing; any epsilon is right.
        if sensitivity > 0.0 { (self.hysteresis_gap * GAP_SHARE / sensitivity).min(1.0) } else { 1.0 }
    }

    fn total_weight(&self) -> f32 {
        self.headroom_weight + self.proximity_weight + self.zone_spread_weight + self.colocation_weight
    }
}

fn weight(field: &'static str, value: f32) -> Result<(), Error> {
    // Four of the largest must have a finite sum.
    if (0.0..=1e6).contains(&value) {
        Ok(())
    } else {
        Err(Error::Config { field, value: ConfigValue::Float(value), expected: "in [0, 1e6]" })
    }
}

fn below_one(field: &'static str, value: f32) -> Result<(), Error> {
    if (0.0..1.0).contains(&value) {
        Ok(())
    } else {
        Err(Error::Config { field, value: ConfigValue::Float(value), expected: "in [0, 1)" })
    }
}

fn quantity(field: &'static str, value: f64) -> Result<(), Error> {
    if value.is_finite() && value >= 0.0 {
        Ok(())
    } else {
        Err(Error::Config { field, value: ConfigValue::Double(value), expected: "finite and at least zero" })
    }
}
