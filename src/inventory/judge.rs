//! What one home is worth to one chain.

use core::cell::LazyCell;

use super::InventoryScorer;
use super::axes::{APART, AXES, Blend, Values, headroom, larger, zone_spread_beside};
use super::chains::Chain;
use super::nodes::NO_ZONE;
use super::reports::{NodeHealth, RESOURCES};
use crate::id::NodeId;

/// What one home is worth, before it is one number.
#[derive(Clone, Copy)]
pub(super) struct Judgement {
    pub(super) values: Values,
    pub(super) is_home: bool,
}

impl Judgement {
    /// 0 for what is no home, NaN without an opinion.
    pub(super) fn score(&self, blend: &Blend) -> f32 {
        if self.is_home { blend.score(&self.values) } else { 0.0 }
    }
}

/// The place that a newcomer would take, which is the same for all of them.
#[derive(Clone, Copy)]
pub(super) struct Vacancy {
    /// Whose place it is, if somebody leaves.
    pub(super) leaving: Option<u32>,
    /// The axes on which a newcomer must have an opinion.
    pub(super) required: [bool; AXES],
}

impl InventoryScorer {
    /// What a node is worth to a chain: as its holder, or as one that takes the place of whoever would leave. `None` if
    /// nothing was reported of it. The place is only worked out for newcomers, once for all that are judged with it.
    pub(super) fn judge(
        &self,
        chain: &Chain,
        node: NodeId,
        vacancy: &LazyCell<Vacancy, impl FnOnce() -> Vacancy>,
    ) -> Option<Judgement> {
        let node = self.nodes.find(node).filter(|&node| self.nodes.get(node).is_known)?;
        let is_holder = chain.is_held_by(node);
        Some(if is_holder { self.judge_holder(chain, node) } else { self.judge_newcomer(chain, node, vacancy) })
    }

    fn judge_holder(&self, chain: &Chain, node: u32) -> Judgement {
        let facts = self.nodes.get(node);
        let profile = chain.profile();
        let others = self.others_in_zone(chain, node, None);
        let headroom = self.nodes.headroom(node, &self.config);
        if !facts.is_known {
            return Judgement { values: [f32::NAN; AXES], is_home: true };
        }
        let has_tags = facts.tags.is_none_or(|tags| tags & profile.required_tags == profile.required_tags);
        Judgement {
            values: self.values(chain, node, headroom, others),
            is_home: facts.health != NodeHealth::Failed && has_tags && !(profile.zone_anti_affinity && others > 0.0),
        }
    }

    fn judge_newcomer(&self, chain: &Chain, node: u32, vacancy: &Vacancy) -> Judgement {
        let (index, profile, columns) = (node as usize, chain.profile(), &self.nodes.columns);
        let others = self.others_in_zone(chain, node, vacancy.leaving);
        let (mut share, mut expected) = (f32::NEG_INFINITY, f32::NEG_INFINITY);
        for resource in 0..RESOURCES {
            let added = profile.demand[resource] as f32 * columns.per_unit[resource][index];
            share = larger(columns.shares[resource][index] + added, share);
            expected = larger(columns.expected[resource][index] + added, expected);
        }
        let zone = columns.zones[index];
        let is_spread = !profile.zone_anti_affinity || (zone != NO_ZONE && others == 0.0);
        let values = self.values(chain, node, headroom(share, &self.config), others);
        let has_opinions = values.iter().zip(vacancy.required).all(|(value, required)| !required || !value.is_nan());
        Judgement {
            values,
            is_home: has_opinions
                && columns.is_target[index] == 1
                && columns.tags[index] & profile.required_tags == profile.required_tags
                && expected <= 1.0 - self.config.capacity_reserve
                && is_spread,
        }
    }

    fn values(&self, chain: &Chain, node: u32, headroom: f32, others: f32) -> Values {
        let zone = self.nodes.columns.zones[node as usize];
        let colocation = match chain.profile().group {
            None => f32::NAN,
            Some(group) => {
                let own = u32::from(chain.is_held_by(node));
                if self.groups.count(group, node) > own { 1.0 } else { APART }
            }
        };
        let zone_spread = if zone == NO_ZONE { f32::NAN } else { zone_spread_beside(others) };
        [headroom, self.proximity(chain, node), zone_spread, colocation]
    }

    fn proximity(&self, chain: &Chain, node: u32) -> f32 {
        let (mut sum, mut total) = (0.0f32, 0.0f32);
        for client in &chain.profile().clients {
            let value = self.paths.row(client.row).proximity_of(node);
            let is_known = !value.is_nan();
            sum += if is_known { client.share * value } else { 0.0 };
            total += if is_known { client.share } else { 0.0 };
        }
        sum / total
    }

    /// How many holders besides `node` and `leaving` are in the zone of `node`.
    fn others_in_zone(&self, chain: &Chain, node: u32, leaving: Option<u32>) -> f32 {
        let zones = &self.nodes.columns.zones;
        let zone = zones[node as usize];
        if zone == NO_ZONE {
            return 0.0;
        }
        let others = chain
            .holders
            .iter()
            .map(|holder| holder.node)
            .filter(|&other| other != node && Some(other) != leaving && zones[other as usize] == zone);
        others.fold(0.0, |count, _| count + 1.0)
    }

    /// The place of the holder that is said to leave. Where nobody is, or one that holds nothing as far as is known here, it
    /// is that of the one that would leave.
    pub(super) fn vacancy(&self, chain: &Chain, victim: Option<NodeId>) -> Vacancy {
        let victim = victim.and_then(|victim| self.nodes.find(victim)).filter(|&victim| chain.is_held_by(victim));
        Vacancy { leaving: victim.or_else(|| self.likely_to_leave(chain)), required: self.required_axes(chain) }
    }

    /// The holder that would leave, for all that is known here: one that is being drained, else the worst one. None while
    /// holders are missing.
    fn likely_to_leave(&self, chain: &Chain) -> Option<u32> {
        if chain.desired.is_some_and(|desired| (chain.holders.len() as u64) < u64::from(desired)) {
            return None;
        }
        let id_of = |node: u32| self.nodes.get(node).id;
        let holders = || chain.holders.iter().map(|holder| holder.node);
        if let Some(draining) = holders().filter(|&node| self.nodes.get(node).is_draining).min_by_key(|&n| id_of(n)) {
            return Some(draining);
        }
        let scored = holders().map(|node| (self.judge_holder(chain, node).score(&self.blend), node));
        scored
            .filter(|(score, _)| !score.is_nan())
            .min_by(|(a, m), (b, n)| a.total_cmp(b).then_with(|| id_of(*m).cmp(&id_of(*n))))
            .map(|(_, node)| node)
    }

    /// Whether some holder has an opinion on each axis that counts. An alternative must have one there, too: a gain over
    /// what was judged by other things means nothing.
    fn required_axes(&self, chain: &Chain) -> [bool; AXES] {
        let mut required = [false; AXES];
        for holder in &chain.holders {
            let values = self.judge_holder(chain, holder.node).values;
            for axis in 0..AXES {
                required[axis] |= !values[axis].is_nan() && self.blend.counts(axis);
            }
        }
        required
    }
}
