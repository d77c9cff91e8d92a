//! What the plain inventory answers.

use driftline::{Alternative, ChainId, MigrationCost, NodeHealth, NodeId, ScoreAxes};

use crate::plain::{Node, RESOURCES, World};

/// Axis by axis, and whether it is a home.
struct Judgement {
    axes: [Option<f32>; 4],
    is_home: bool,
}

impl World {
    pub fn axes(&self, chain: ChainId, node: NodeId) -> Option<ScoreAxes> {
        self.axes_instead_of(None, chain, node)
    }

    /// The same where a newcomer takes the place of `victim`, if one is named.
    pub fn axes_instead_of(&self, victim: Option<NodeId>, chain: ChainId, node: NodeId) -> Option<ScoreAxes> {
        self.nodes.get(&node)?;
        let Judgement { axes, is_home } =
            if self.holds(chain, node) { self.holder(chain, node) } else { self.newcomer(victim, chain, node) };
        let score = if is_home { self.blend(&axes) } else { Some(0.0) };
        let [headroom, proximity, zone_spread, colocation] = axes;
        Some(ScoreAxes { headroom, proximity, zone_spread, colocation, is_home, score })
    }

    /// All homes that the chain could have, best first; instead of `victim`, if one is named.
    pub fn homes(&self, victim: Option<NodeId>, chain: ChainId, exclude: &[NodeId]) -> Vec<Alternative> {
        let is_free = |node: &NodeId| !exclude.contains(node) && !self.holds(chain, *node);
        let candidates = self.nodes.keys().copied().filter(is_free);
        let homes = candidates.filter_map(|node| {
            let Judgement { axes, is_home } = self.newcomer(victim, chain, node);
            let score = self.blend(&axes).filter(|_| is_home)?;
            Some(Alternative { node, score })
        });
        let mut homes: Vec<Alternative> = homes.collect();
        homes.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.node.cmp(&b.node)));
        homes
    }

    pub fn cost(&self, chain: ChainId, target: NodeId) -> Option<MigrationCost> {
        let wanted = self.wanted_by(chain);
        let size_bytes = wanted.size_bytes.unwrap_or(self.config.fallback_size_bytes);
        let disruption_ns = wanted.disruption_ns.unwrap_or(self.config.fallback_disruption_ns);
        let is_known = wanted.size_bytes.is_some() || wanted.disruption_ns.is_some();
        if !is_known && size_bytes == 0.0 && disruption_ns == 0 {
            return None;
        }
        let paths = self.holders_of(chain).filter_map(|holder| self.bandwidth(holder, target));
        let fastest = paths.reduce(f64::max).or(self.node(target).bandwidth_bytes_per_sec);
        let fastest = fastest.unwrap_or(self.config.fallback_bandwidth_bytes_per_sec);
        let serialisation_s = match self.config.serialisation_bytes_per_sec {
            0.0 => 0.0,
            rate => size_bytes / rate,
        };
        let state_transfer_ns = ((size_bytes / fastest + serialisation_s) * 1e9) as u64;
        let reliability_factor = wanted.service_value.unwrap_or(1.0);
        Some(MigrationCost { state_transfer_ns, disruption_ns, reliability_factor })
    }

    fn bandwidth(&self, holder: NodeId, target: NodeId) -> Option<f64> {
        let ends = [holder, target].map(|node| self.node(node).bandwidth_bytes_per_sec);
        let slower_end = ends.into_iter().flatten().reduce(f64::min);
        self.bandwidths.get(&(holder, target)).copied().or(slower_end)
    }

    fn holds(&self, chain: ChainId, node: NodeId) -> bool {
        self.holders_of(chain).any(|holder| holder == node)
    }

    fn holder(&self, chain: ChainId, node: NodeId) -> Judgement {
        if !self.nodes.contains_key(&node) {
            return Judgement { axes: [None; 4], is_home: true };
        }
        let (wanted, facts) = (self.wanted_by(chain), self.node(node));
        let others = self.others_in_zone(chain, node, None);
        let has_tags = facts.tags.is_none_or(|tags| tags & wanted.required_tags == wanted.required_tags);
        let is_alone = !wanted.zone_anti_affinity || others == 0;
        Judgement {
            axes: self.soft_axes(chain, node, self.headroom(node), others),
            is_home: facts.health != NodeHealth::Failed && has_tags && is_alone,
        }
    }

    fn newcomer(&self, victim: Option<NodeId>, chain: ChainId, node: NodeId) -> Judgement {
        let (wanted, facts) = (self.wanted_by(chain), self.node(node));
        let leaving = victim.filter(|&victim| self.holds(chain, victim)).or_else(|| self.leaving(chain));
        let others = self.others_in_zone(chain, node, leaving);
        let mean = facts.mean.map(|mean| mean.map(|mean| mean.value));
        let share = largest_share(&facts, &mean, &wanted.demand);
        // Nothing is known to be in use where only the capacity is known; it has to be enough all the same.
        let expected = facts.expected.map(|expected| expected.or(Some(0.0)));
        let expected = largest_share(&facts, &expected, &wanted.demand);
        let has_room = expected.is_none_or(|share| share <= 1.0 - self.config.capacity_reserve);
        let has_tags = facts.tags.unwrap_or(0) & wanted.required_tags == wanted.required_tags;
        let is_alone = !wanted.zone_anti_affinity || facts.zone.is_some() && others == 0;
        let is_open =
            self.nodes.contains_key(&node) && facts.health == NodeHealth::Healthy && !self.draining.contains(&node);
        let axes = self.soft_axes(chain, node, share.map(|share| self.headroom_at(share)), others);
        let required = self.required_axes(chain);
        let has_opinions = axes.iter().zip(required).all(|(axis, is_required)| axis.is_some() || !is_required);
        Judgement { axes, is_home: is_open && has_room && has_tags && is_alone && has_opinions }
    }

    pub fn headroom(&self, node: NodeId) -> Option<f32> {
        let facts = self.node(node);
        let mean = facts.mean.map(|mean| mean.map(|mean| mean.value));
        largest_share(&facts, &mean, &[0.0; RESOURCES]).map(|share| self.headroom_at(share))
    }

    fn headroom_at(&self, share: f32) -> f32 {
        ((1.0 - share) * (1.0 / (1.0 - self.config.comfortable_use))).clamp(0.0, 1.0)
    }

    fn soft_axes(&self, chain: ChainId, node: NodeId, headroom: Option<f32>, others: usize) -> [Option<f32>; 4] {
        let zone_spread = self.node(node).zone.map(|_| 1.0 / (1.0 + others as f32));
        let beside = if self.is_beside_its_group(chain, node) { 1.0 } else { 0.5 };
        [headroom, self.proximity(chain, node), zone_spread, self.wanted_by(chain).group.map(|_| beside)]
    }

    fn proximity(&self, chain: ChainId, node: NodeId) -> Option<f32> {
        let (mut sum, mut total) = (0.0, 0.0);
        for (client, share) in self.wanted_by(chain).clients {
            let Some(path) = self.paths.get(&(client, node)) else { continue };
            sum += share * path.mean.value;
            total += share;
        }
        (total > 0.0).then(|| sum / total)
    }

    fn others_in_zone(&self, chain: ChainId, node: NodeId, leaving: Option<NodeId>) -> usize {
        let zone = self.node(node).zone;
        let others = self.holders_of(chain).filter(|&other| other != node && Some(other) != leaving);
        others.filter(|&other| zone.is_some() && self.node(other).zone == zone).count()
    }

    /// Whose place a newcomer takes.
    fn leaving(&self, chain: ChainId) -> Option<NodeId> {
        let count = self.holders_of(chain).count();
        if self.desired.get(&chain).is_some_and(|desired| count < *desired as usize) {
            return None;
        }
        if let Some(draining) = self.holders_of(chain).find(|node| self.draining.contains(node)) {
            return Some(draining);
        }
        let scored = self.holders_of(chain).filter_map(|node| Some((self.axes(chain, node)?.score?, node)));
        scored.min_by(|(a, m), (b, n)| a.total_cmp(b).then(m.cmp(n))).map(|(_, node)| node)
    }

    fn required_axes(&self, chain: ChainId) -> [bool; 4] {
        let weights = self.weights();
        let holders: Vec<Judgement> = self.holders_of(chain).map(|node| self.holder(chain, node)).collect();
        [0, 1, 2, 3].map(|axis| weights[axis] > 0.0 && holders.iter().any(|holder| holder.axes[axis].is_some()))
    }

    fn weights(&self) -> [f32; 4] {
        let config = &self.config;
        [config.headroom_weight, config.proximity_weight, config.zone_spread_weight, config.colocation_weight]
    }

    /// Half the mean and half the worst, or as much of it as is configured.
    fn blend(&self, axes: &[Option<f32>; 4]) -> Option<f32> {
        let known = || axes.iter().zip(self.weights()).filter_map(|(axis, weight)| Some((weight, (*axis)?)));
        let weighty = || known().filter(|(weight, _)| *weight > 0.0);
        let total: f32 = weighty().fold(0.0, |total, (weight, _)| total + weight);
        let mean = weighty().fold(0.0, |sum, (weight, axis)| sum + weight * axis) / total;
        let worst = weighty().map(|(_, axis)| axis).reduce(f32::min)?;
        Some((mean + self.config.worst_share * (worst - mean)).min(1.0))
    }
}

/// The largest share of a capacity that is in use with `demand` on top, among the resources of which both are known.
fn largest_share(facts: &Node, used: &[Option<f64>; RESOURCES], demand: &[f64; RESOURCES]) -> Option<f32> {
    let shares = (0..RESOURCES).filter_map(|resource| {
        let (used, capacity) = (used[resource]?, facts.capacity[resource]?);
        let per_unit = ((1.0 / capacity) as f32).min(f32::MAX);
        Some((used / capacity) as f32 + demand[resource] as f32 * per_unit)
    });
    shares.reduce(f32::max)
}
