//! The axes of a score, and how they become one.
//!
//! Every axis is in `[0, 1]`, and NaN inside means that there is no opinion on it. A score is
//!
//! ```text
//! mean  = sum of weight * axis / sum of weight, over the axes with an opinion
//! worst = the lowest of them
//! score = (1 - worst_share) * mean + worst_share * worst
//! ```
//!
//! A plain sum, which is `worst_share` 0, lets what is good buy off what is unbearable: a full node next door to the clients
//! scores well. A product punishes a chain for having many axes, and what is missing counts as perfect. The minimum alone
//! cannot tell two homes apart that share one weakness, such as the one zone that all candidates are in. Half and half keeps
//! what each is good for. It also moves by no more than the axis that moved most, which is what makes epsilons bounds; and
//! it needs nothing but sums, products and a quotient, so that all machines get the same bits.

use super::config::InventoryConfig;

/// What one home is worth to one chain, axis by axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoreAxes {
    /// Free capacity, with the chain on the node. `None` here and below: no opinion.
    pub headroom: Option<f32>,
    /// Near to the clients.
    pub proximity: Option<f32>,
    /// 1 for a zone without other holders, a half beside one, a third beside two.
    pub zone_spread: Option<f32>,
    /// 1 beside another chain of the group, else a half.
    pub colocation: Option<f32>,
    /// Whether the node is a home at all: not failed, all required tags, no other holder in its zone where that is forbidden;
    /// and, unless it holds the chain, neither cordoned nor drained, with room for it, and with an opinion on each axis that
    /// counts and on which a holder has one.
    pub is_home: bool,
    /// What comes of it: 0 if it is no home, `None` without an opinion on any axis.
    pub score: Option<f32>,
}

pub(super) const AXES: usize = 4;
/// Not beside another chain of the group.
pub(super) const APART: f32 = 0.5;

/// The values of the axes, NaN for no opinion.
pub(super) type Values = [f32; AXES];

/// The weights as they are used for each home.
#[derive(Clone, Copy, Debug)]
pub(super) struct Blend {
    weights: Values,
    worst_share: f32,
}

impl Blend {
    pub(super) fn of(config: &InventoryConfig) -> Self {
        let InventoryConfig { headroom_weight, proximity_weight, zone_spread_weight, colocation_weight, .. } = *config;
        Blend {
            weights: [headroom_weight, proximity_weight, zone_spread_weight, colocation_weight],
            worst_share: config.worst_share,
        }
    }

    /// Whether an axis has any weight.
    pub(super) fn counts(&self, axis: usize) -> bool {
        self.weights[axis] > 0.0
    }

    /// The score of such a home; NaN without an opinion. Without branches, so that it is computed for several nodes at once.
    #[inline(always)]
    pub(super) fn score(&self, values: &Values) -> f32 {
        let (mut sum, mut total, mut worst) = (0.0f32, 0.0f32, 1.0f32);
        for (value, weight) in values.iter().zip(self.weights) {
            let is_known = !value.is_nan();
            let weight = if is_known { weight } else { 0.0 };
            // An axis that is switched off is not the worst, either.
            let value = if weight > 0.0 { *value } else { 1.0 };
            sum += weight * value;
            total += weight;
            worst = if value < worst { value } else { worst };
        }
        // Without an opinion this is 0 / 0, a NaN. Rounding may carry a mean of ones beyond 1, but not a blend below 0.
        let mean = sum / total;
        let score = mean + self.worst_share * (worst - mean);
        if score > 1.0 { 1.0 } else { score }
    }
}

/// The larger number; the second one where they are equal. In this form it is one instruction for several at once.
#[inline(always)]
pub(super) fn larger(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

/// Headroom at a share in use: 1 up to the comfortable one, 0 where all is in use, NaN where nothing is known.
#[inline(always)]
pub(super) fn headroom(largest_share: f32, config: &InventoryConfig) -> f32 {
    headroom_of(largest_share, 1.0 / (1.0 - config.comfortable_use))
}

/// The same with the slope worked out.
#[inline(always)]
pub(super) fn headroom_of(largest_share: f32, slope: f32) -> f32 {
    let value = (1.0 - largest_share) * slope;
    let value = if value > 1.0 { 1.0 } else { value };
    let value = if value > 0.0 { value } else { 0.0 };
    if largest_share == f32::NEG_INFINITY { f32::NAN } else { value }
}

/// Zone spread beside so many holders in the same zone.
#[inline(always)]
pub(super) fn zone_spread_beside(others: f32) -> f32 {
    1.0 / (1.0 + others)
}

/// NaN as no opinion.
pub(super) fn opinion(value: f32) -> Option<f32> {
    if value.is_nan() { None } else { Some(value) }
}
