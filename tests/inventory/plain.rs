//! The same inventory, written for clarity alone: what is known is worked out anew from all that was ever said.
//!
//! Numbers are rounded where the library rounds, so that answers are equal to the bit: amounts and their means are `f64`,
//! shares of a capacity, axes and scores `f32`. Only what is left of an old mean comes from `exp2`, which need not have the
//! library's bits: where bits are compared, times are whole half-lives apart, and both are exact.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use driftline::{ChainId, Event, InventoryConfig, NodeHealth, NodeId, NodeInventory, Rtt, Timestamp};

use crate::input::{Input, Profile};

/// Processors, memory, disk.
pub const RESOURCES: usize = 3;

/// A mean in event time and the time of its last report.
#[derive(Clone, Copy, Debug)]
pub struct Mean<T> {
    pub value: T,
    at: Timestamp,
}

/// What was reported of a node, itself or a round-trip time to it.
#[derive(Clone, Debug, Default)]
pub struct Node {
    pub capacity: [Option<f64>; RESOURCES],
    reported: [Option<f64>; RESOURCES],
    /// As reported, with what has come and gone since.
    pub expected: [Option<f64>; RESOURCES],
    pub mean: [Option<Mean<f64>>; RESOURCES],
    pub bandwidth_bytes_per_sec: Option<f64>,
    pub tags: Option<u64>,
    pub zone: Option<u32>,
    pub health: NodeHealth,
    noted_headroom: Option<f32>,
}

/// A round-trip time as a proximity.
#[derive(Clone, Copy, Debug)]
pub struct Path {
    pub mean: Mean<f32>,
    noted: f32,
}

/// A profile as it counts: what is not known is needed of nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wanted {
    pub demand: [f64; RESOURCES],
    pub size_bytes: Option<f64>,
    pub required_tags: u64,
    /// With their shares of the use.
    pub clients: Vec<(NodeId, f32)>,
    pub service_value: Option<f32>,
    pub disruption_ns: Option<u64>,
    pub group: Option<u64>,
    pub zone_anti_affinity: bool,
}

impl Wanted {
    fn of(Profile { said, clients }: &Profile) -> Wanted {
        let total: f64 = clients.iter().map(|client| f64::from(client.weight)).sum();
        let share = |weight: f32| ((f64::from(weight) / total) as f32).max(f32::MIN_POSITIVE);
        Wanted {
            demand: [said.cpu_cores, said.memory_bytes, said.size_bytes].map(|demand| demand.unwrap_or(0.0)),
            size_bytes: said.size_bytes,
            required_tags: said.required_tags,
            clients: clients.iter().map(|client| (client.node, share(client.weight))).collect(),
            service_value: said.service_value,
            disruption_ns: said.disruption_ns,
            group: said.group,
            zone_anti_affinity: said.zone_anti_affinity,
        }
    }
}

/// All that is known, and how often what each fingerprint stands for has moved.
#[derive(Clone, Debug)]
pub struct World {
    pub config: InventoryConfig,
    pub nodes: BTreeMap<NodeId, Node>,
    pub draining: BTreeSet<NodeId>,
    pub holders: BTreeMap<ChainId, BTreeSet<NodeId>>,
    pub wanted: BTreeMap<ChainId, Wanted>,
    pub desired: BTreeMap<ChainId, u32>,
    pub paths: BTreeMap<(NodeId, NodeId), Path>,
    pub bandwidths: BTreeMap<(NodeId, NodeId), f64>,
    pub reported_at: Timestamp,
    pub node_moves: BTreeMap<NodeId, u64>,
    pub chain_moves: BTreeMap<ChainId, u64>,
}

impl World {
    pub fn empty(config: InventoryConfig) -> World {
        World {
            config,
            nodes: BTreeMap::new(),
            draining: BTreeSet::new(),
            holders: BTreeMap::new(),
            wanted: BTreeMap::new(),
            desired: BTreeMap::new(),
            paths: BTreeMap::new(),
            bandwidths: BTreeMap::new(),
            reported_at: Timestamp(0),
            node_moves: BTreeMap::new(),
            chain_moves: BTreeMap::new(),
        }
    }

    /// What is known after all that was said and not refused.
    pub fn after(config: InventoryConfig, said: &[Input]) -> World {
        let mut world = World::empty(config);
        said.iter().for_each(|input| world.take(input));
        world
    }

    pub fn holders_of(&self, chain: ChainId) -> impl Iterator<Item = NodeId> + '_ {
        self.holders.get(&chain).into_iter().flatten().copied()
    }

    pub fn zones_of_holders(&self, chain: ChainId) -> Vec<(NodeId, Option<u32>)> {
        self.holders_of(chain).map(|holder| (holder, self.node(holder).zone)).collect()
    }

    pub fn wanted_by(&self, chain: ChainId) -> Wanted {
        self.wanted.get(&chain).cloned().unwrap_or_default()
    }

    pub fn node(&self, node: NodeId) -> Node {
        self.nodes.get(&node).cloned().unwrap_or_default()
    }

    fn take(&mut self, input: &Input) {
        match input {
            Input::Events(events) => events.iter().for_each(|event| self.follow(event)),
            Input::Load(chains) => self.load(chains),
            Input::Nodes(now, reports) => {
                self.reported_at = *now;
                reports.iter().for_each(|report| self.report(*now, report));
            }
            Input::Rtts(now, reports) => {
                self.reported_at = *now;
                reports.iter().for_each(|report| self.measure(*now, report));
            }
            Input::Bandwidths(reports) => {
                self.bandwidths.extend(reports.iter().map(|report| ((report.from, report.to), report.bytes_per_sec)));
            }
            Input::Profiles(profiles) => profiles.iter().for_each(|profile| self.profile(profile)),
            Input::Forget(node) => self.forget(*node),
        }
    }

    fn follow(&mut self, event: &Event) {
        match *event {
            Event::HolderAdded { chain, node } => self.change_holder(chain, node, true),
            Event::HolderRemoved { chain, node } => self.change_holder(chain, node, false),
            Event::ChainRemoved { chain } => {
                let holders: Vec<NodeId> = self.holders_of(chain).collect();
                holders.into_iter().for_each(|node| self.change_holder(chain, node, false));
                self.drop_chain(chain);
            }
            Event::DesiredReplicas { chain, count } => {
                self.desired.insert(chain, count);
            }
            Event::Drain { node, .. } => {
                self.draining.insert(node);
            }
            Event::DrainCancelled { node } => {
                self.draining.remove(&node);
            }
            _ => {}
        }
    }

    fn drop_chain(&mut self, chain: ChainId) {
        self.holders.remove(&chain);
        self.desired.remove(&chain);
        if self.wanted.remove(&chain).is_some_and(|wanted| wanted != Wanted::default()) {
            self.move_chain(chain);
        }
    }

    /// A chain comes or goes, and use will follow.
    fn change_holder(&mut self, chain: ChainId, node: NodeId, comes: bool) {
        let holders = self.holders.entry(chain).or_default();
        if holders.contains(&node) == comes {
            return;
        }
        let demand = self.wanted_by(chain).demand;
        self.with_company(chain, |world| {
            let holders = world.holders.entry(chain).or_default();
            if comes {
                holders.insert(node)
            } else {
                holders.remove(&node)
            };
        });
        let Some(known) = self.nodes.get_mut(&node) else { return };
        for (resource, demand) in demand.into_iter().enumerate() {
            let change = if comes { demand } else { -demand };
            let shifted = |used: f64| (used + change).max(0.0);
            known.expected[resource] = known.expected[resource].map(shifted);
            known.mean[resource] = known.mean[resource].map(|mean| Mean { value: shifted(mean.value), ..mean });
        }
        self.settle(node, false);
    }

    /// What nodes use has these chains in it already.
    fn load(&mut self, chains: &[(ChainId, Vec<NodeId>)]) {
        let listed: BTreeSet<ChainId> = chains.iter().map(|(chain, _)| *chain).collect();
        let known: BTreeSet<ChainId> =
            self.holders.keys().chain(self.wanted.keys()).chain(self.desired.keys()).copied().collect();
        let (held, company) = (self.holders.clone(), self.company());
        self.holders = chains.iter().map(|(chain, holders)| (*chain, holders.iter().copied().collect())).collect();
        let after = self.company();
        for (chain, node) in company.symmetric_difference(&after) {
            // Whoever came or went itself has other holders, which is news enough.
            let stays = [&held, &self.holders].iter().all(|held| held.get(chain).is_some_and(|on| on.contains(node)));
            if stays {
                self.move_chain(*chain);
            }
        }
        known.difference(&listed).for_each(|&chain| self.drop_chain(chain));
    }

    fn report(&mut self, now: Timestamp, report: &NodeInventory) {
        let half_life_ns = self.config.load_half_life_ns;
        self.name(report.node);
        let node = self.nodes.entry(report.node).or_default();
        let facts = |node: &Node| (node.tags, node.zone, node.health);
        let before = facts(node);
        for resource in 0..RESOURCES {
            node.capacity[resource] = capacities(report)[resource].or(node.capacity[resource]);
            let Some(used) = uses(report)[resource] else { continue };
            let value = node.mean[resource]
                .map_or(used, |mean| used + (mean.value - used) * share_of_old(now.since_ns(mean.at), half_life_ns));
            node.mean[resource] = Some(Mean { value, at: now });
            node.reported[resource] = Some(used);
            node.expected[resource] = Some(used);
        }
        node.bandwidth_bytes_per_sec = report.bandwidth_bytes_per_sec.or(node.bandwidth_bytes_per_sec);
        node.tags = report.tags.or(node.tags);
        node.zone = report.zone.or(node.zone);
        node.health = report.health.unwrap_or(node.health);
        let has_changed = facts(node) != before;
        self.settle(report.node, has_changed);
    }

    /// A node is reported for the first time, itself or a round-trip time to it. Before that it has no score at all.
    fn name(&mut self, node: NodeId) {
        if let Entry::Vacant(unnamed) = self.nodes.entry(node) {
            unnamed.insert(Node::default());
            *self.node_moves.entry(node).or_default() += 1;
        }
    }

    /// A node's fingerprint moves with a fact, and with a headroom that has left the noted one.
    fn settle(&mut self, node: NodeId, has_changed: bool) {
        let headroom = self.headroom(node);
        let epsilon = self.config.headroom_epsilon();
        let weighs = self.config.headroom_weight > 0.0;
        let Some(known) = self.nodes.get_mut(&node) else { return };
        let has_drifted = match (headroom, known.noted_headroom) {
            (Some(headroom), Some(noted)) => (headroom - noted).abs() > epsilon,
            (headroom, noted) => headroom.is_some() != noted.is_some(),
        };
        if has_changed || weighs && has_drifted {
            known.noted_headroom = headroom;
            *self.node_moves.entry(node).or_default() += 1;
        }
    }

    fn measure(&mut self, now: Timestamp, report: &Rtt) {
        self.name(report.to);
        let half_ns = self.config.rtt_half_ns as f64;
        let measured = (half_ns / (half_ns + report.rtt_ns as f64)) as f32;
        let (half_life_ns, epsilon) = (self.config.rtt_half_life_ns, self.config.proximity_epsilon());
        // However long the silence was, one time counts for no more than this; the first is all that is known.
        let old_min = if half_life_ns == 0 { 0.0 } else { 1.0 - self.config.rtt_weight_max };
        let before = self.paths.get(&(report.from, report.to)).copied();
        let value = before.map_or(measured, |path| {
            let old = (share_of_old(now.since_ns(path.mean.at), half_life_ns) as f32).max(old_min);
            measured + (path.mean.value - measured) * old
        });
        let has_moved = before.is_none_or(|path| (value - path.noted).abs() > epsilon);
        let noted = before.filter(|_| !has_moved).map_or(value, |path| path.noted);
        self.paths.insert((report.from, report.to), Path { mean: Mean { value, at: now }, noted });
        if has_moved {
            self.move_users(report.from, Some(report.to));
        }
    }

    /// The chains that a client uses, on one holder or on any that it has measured, have other scores where being near
    /// counts.
    fn move_users(&mut self, client: NodeId, holder: Option<NodeId>) {
        if self.config.proximity_weight == 0.0 {
            return;
        }
        let is_near = |node: NodeId| holder.map_or(self.paths.contains_key(&(client, node)), |holder| holder == node);
        let uses = |chain: ChainId| self.wanted_by(chain).clients.iter().any(|(node, _)| *node == client);
        let chains: Vec<ChainId> = self.holders.keys().copied().collect();
        let moved: Vec<ChainId> =
            chains.into_iter().filter(|&chain| uses(chain) && self.holders_of(chain).any(is_near)).collect();
        moved.into_iter().for_each(|chain| self.move_chain(chain));
    }

    fn profile(&mut self, profile: &Profile) {
        let (chain, wanted) = (profile.said.chain, Wanted::of(profile));
        if wanted != self.wanted_by(chain) {
            self.with_company(chain, |world| world.wanted.insert(chain, wanted));
            self.move_chain(chain);
        }
    }

    /// Does something to one chain and moves the others that have or lose the company of their group by it.
    fn with_company<T>(&mut self, chain: ChainId, change: impl FnOnce(&mut World) -> T) {
        let before = self.company();
        change(self);
        let after = self.company();
        for (other, _) in before.symmetric_difference(&after) {
            if *other != chain {
                self.move_chain(*other);
            }
        }
    }

    /// Who is beside another chain of its group, and where.
    fn company(&self) -> BTreeSet<(ChainId, NodeId)> {
        let held = self.holders.iter().flat_map(|(chain, nodes)| nodes.iter().map(|node| (*chain, *node)));
        held.filter(|(chain, node)| self.is_beside_its_group(*chain, *node)).collect()
    }

    pub fn is_beside_its_group(&self, chain: ChainId, node: NodeId) -> bool {
        let Some(group) = self.wanted.get(&chain).and_then(|wanted| wanted.group) else { return false };
        let is_member = |other: &ChainId| self.wanted.get(other).is_some_and(|wanted| wanted.group == Some(group));
        self.holders.iter().any(|(other, holders)| *other != chain && holders.contains(&node) && is_member(other))
    }

    fn move_chain(&mut self, chain: ChainId) {
        *self.chain_moves.entry(chain).or_default() += 1;
    }

    /// Whether anything was reported of a node, or by it.
    pub fn has_reports_of(&self, node: NodeId) -> bool {
        let mut pairs = self.paths.keys().chain(self.bandwidths.keys());
        self.nodes.contains_key(&node) || pairs.any(|(from, to)| *from == node || *to == node)
    }

    fn forget(&mut self, node: NodeId) {
        self.move_users(node, None);
        self.paths.retain(|(from, to), _| *from != node && *to != node);
        self.bandwidths.retain(|(from, to), _| *from != node && *to != node);
        if self.nodes.remove(&node).is_some() {
            *self.node_moves.entry(node).or_default() += 1;
        }
    }

    /// Whether a slice of reports says of each node only what can be after all that was said of it before.
    pub fn accepts(&self, reports: &[NodeInventory]) -> bool {
        let mut world = self.clone();
        reports.iter().all(|report| {
            let amounts = capacities(report).into_iter().chain([report.bandwidth_bytes_per_sec]).flatten();
            let are_rates = amounts.into_iter().all(|amount| amount.is_finite() && amount > 0.0);
            let are_quantities = uses(report).into_iter().flatten().all(|used| used.is_finite() && used >= 0.0);
            if !are_rates || !are_quantities || report.zone == Some(u32::MAX) || report.node.is_none() {
                return false;
            }
            world.report(self.reported_at, report);
            let Node { capacity, reported, .. } = world.node(report.node);
            (0..RESOURCES).all(|resource| match (reported[resource], capacity[resource]) {
                (Some(used), Some(capacity)) => used <= capacity,
                _ => true,
            })
        })
    }
}

pub fn capacities(report: &NodeInventory) -> [Option<f64>; RESOURCES] {
    [report.cpu_capacity_cores, report.memory_capacity_bytes, report.disk_capacity_bytes]
}

pub fn uses(report: &NodeInventory) -> [Option<f64>; RESOURCES] {
    [report.cpu_use_cores, report.memory_use_bytes, report.disk_use_bytes]
}

/// What is left of an old mean; without a half-life nothing, and at the same instant all of it.
fn share_of_old(elapsed_ns: u64, half_life_ns: u64) -> f64 {
    match half_life_ns {
        0 => 0.0,
        _ if elapsed_ns / half_life_ns >= 1000 => 0.0,
        _ => (-(elapsed_ns as f64 / half_life_ns as f64)).exp2(),
    }
}
