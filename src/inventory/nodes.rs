//! What is known of the nodes: facts one by one, and in columns for the walk over all of them.

use alloc::vec::Vec;

use hashbrown::HashMap;

use super::config::InventoryConfig;
use super::reports::{Amounts, NodeHealth, NodeInventory, RESOURCES};
use super::smoothing;
use crate::error::Error;
use crate::id::{NodeId, Timestamp};
use crate::room::reserve;

/// Columns are a multiple of this long, so that the walk over them has no rest.
pub(super) const BLOCK: usize = 64;

/// No zone is known.
pub(super) const NO_ZONE: u32 = u32::MAX;

/// What is known of one node.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) id: NodeId,
    /// The chains that it holds, as slots, in no order.
    pub(super) chains: Vec<u32>,
    capacity: [f64; RESOURCES],
    /// As it was reported last.
    reported: [f64; RESOURCES],
    /// The same with what has come and gone since.
    expected: [f64; RESOURCES],
    /// The mean of what was reported, likewise.
    mean: [f64; RESOURCES],
    reported_at: [Timestamp; RESOURCES],
    pub(super) bandwidth_bytes_per_sec: Option<f64>,
    pub(super) tags: Option<u64>,
    pub(super) zone: u32,
    pub(super) health: NodeHealth,
    pub(super) is_draining: bool,
    /// Whether any report has named it, so that it may be a target.
    pub(super) is_known: bool,
    pub(super) is_touched: bool,
    /// Moves when something that scores depend on has moved.
    pub(super) generation: u64,
    /// The headroom as it was when the generation moved last.
    noted_headroom: f32,
}

impl Node {
    fn new(id: NodeId) -> Self {
        Node {
            id,
            chains: Vec::new(),
            capacity: [f64::NAN; RESOURCES],
            reported: [f64::NAN; RESOURCES],
            expected: [f64::NAN; RESOURCES],
            mean: [f64::NAN; RESOURCES],
            reported_at: [Timestamp(0); RESOURCES],
            bandwidth_bytes_per_sec: None,
            tags: None,
            zone: NO_ZONE,
            health: NodeHealth::Healthy,
            is_draining: false,
            is_known: false,
            is_touched: false,
            generation: 0,
            noted_headroom: f32::NAN,
        }
    }

    pub(super) fn amounts(&self) -> Amounts {
        Amounts { capacity: self.capacity, used: self.reported }
    }

    /// Takes a report that was found valid.
    fn report(&mut self, report: &NodeInventory, now: Timestamp, half_life_ns: u64) {
        for (resource, (capacity, used)) in report.capacities().into_iter().zip(report.uses()).enumerate() {
            if let Some(capacity) = capacity {
                self.capacity[resource] = capacity;
            }
            let Some(used) = used else { continue };
            let mean = &mut self.mean[resource];
            if mean.is_nan() {
                *mean = used;
            } else {
                let elapsed_ns = now.0.saturating_sub(self.reported_at[resource].0);
                *mean = used + (*mean - used) * smoothing::share_of_old(elapsed_ns, half_life_ns);
            }
            self.reported[resource] = used;
            self.expected[resource] = used;
            self.reported_at[resource] = now;
        }
        self.bandwidth_bytes_per_sec = report.bandwidth_bytes_per_sec.or(self.bandwidth_bytes_per_sec);
        self.tags = report.tags.or(self.tags);
        self.zone = report.zone.unwrap_or(self.zone);
        self.health = report.health.unwrap_or(self.health);
        self.is_known = true;
    }

    /// What scores depend on and has no epsilon.
    fn facts(&self) -> (Option<u64>, u32, NodeHealth, bool) {
        (self.tags, self.zone, self.health, self.is_known)
    }
}

/// The same as columns, by slot. Shares are of the capacity; unknown ones are below every other, so that they never are the
/// largest.
#[derive(Debug, Default)]
pub(super) struct Columns {
    /// The mean share in use of each resource.
    pub(super) shares: [Vec<f32>; RESOURCES],
    /// The share that is expected to be in use now.
    pub(super) expected: [Vec<f32>; RESOURCES],
    /// What one unit of demand adds to a share.
    pub(super) per_unit: [Vec<f32>; RESOURCES],
    pub(super) tags: Vec<u64>,
    pub(super) zones: Vec<u32>,
    /// 1 where the node may take chains.
    pub(super) is_target: Vec<u32>,
}

impl Columns {
    /// Makes room for so many slots.
    fn reserve(&mut self, slots: usize) -> Result<(), Error> {
        let Columns { shares, expected, per_unit, tags, zones, is_target } = self;
        let missing = slots.saturating_sub(tags.len());
        for column in shares.iter_mut().chain(expected).chain(per_unit) {
            reserve(column, missing)?;
        }
        reserve(tags, missing)?;
        reserve(zones, missing)?;
        reserve(is_target, missing)
    }

    /// Lengthens the columns to so many slots, of nobody. The room was made before.
    fn lengthen(&mut self, slots: usize) {
        let Columns { shares, expected, per_unit, tags, zones, is_target } = self;
        shares.iter_mut().chain(expected).for_each(|column| column.resize(slots, f32::NEG_INFINITY));
        per_unit.iter_mut().for_each(|column| column.resize(slots, 0.0));
        tags.resize(slots, 0);
        zones.resize(slots, NO_ZONE);
        is_target.resize(slots, 0);
    }
}

#[derive(Debug, Default)]
pub(super) struct Nodes {
    slots: HashMap<NodeId, u32, foldhash::fast::FixedState>,
    list: Vec<Node>,
    pub(super) columns: Columns,
    free: Vec<u32>,
    /// Whether a node has gone that had moved, since touches were taken: whoever comes may be the same, and has moved then.
    pub(super) has_lost: bool,
    /// How often a generation has moved: each gets a number that no other node ever had.
    moves: u64,
    /// Slots whose generation has moved since somebody took them.
    pub(super) touched: Vec<u32>,
}

impl Nodes {
    pub(super) fn find(&self, node: NodeId) -> Option<u32> {
        self.slots.get(&node).copied()
    }

    pub(super) fn get(&self, slot: u32) -> &Node {
        &self.list[slot as usize]
    }

    pub(super) fn get_mut(&mut self, slot: u32) -> &mut Node {
        &mut self.list[slot as usize]
    }

    /// How many slots there are, those of nobody included.
    pub(super) fn slot_count(&self) -> usize {
        self.list.len()
    }

    /// Makes room for so many nodes that are new.
    pub(super) fn reserve(&mut self, additional: usize) -> Result<(), Error> {
        self.slots.try_reserve(additional).map_err(|_| Error::OutOfMemory)?;
        reserve(&mut self.list, additional)?;
        let slots = self.list.len() + additional;
        self.columns.reserve(slots.next_multiple_of(BLOCK))?;
        let missing = slots.saturating_sub(self.free.len());
        reserve(&mut self.free, missing)?;
        let missing = slots.saturating_sub(self.touched.len());
        reserve(&mut self.touched, missing)
    }

    /// The slot of a node, which has one from now on. The room was made before.
    pub(super) fn enter(&mut self, node: NodeId) -> u32 {
        if let Some(slot) = self.find(node) {
            return slot;
        }
        let slot = self.free.pop().unwrap_or_else(|| {
            self.list.push(Node::new(node));
            self.columns.lengthen(self.list.len().next_multiple_of(BLOCK));
            self.list.len() as u32 - 1
        });
        let entered = &mut self.list[slot as usize];
        (entered.id, entered.is_known) = (node, false);
        self.slots.insert(node, slot);
        if self.has_lost {
            self.touch(slot);
        }
        slot
    }

    /// Takes a report that was found valid.
    pub(super) fn report(&mut self, slot: u32, report: &NodeInventory, now: Timestamp, config: &InventoryConfig) {
        let node = &mut self.list[slot as usize];
        let before = node.facts();
        node.report(report, now, config.load_half_life_ns);
        let has_changed = node.facts() != before;
        self.refresh(slot);
        self.settle(slot, has_changed, config);
    }

    /// The node was named, by a round-trip time to it.
    pub(super) fn note(&mut self, slot: u32) {
        let node = self.get_mut(slot);
        if !node.is_known {
            node.is_known = true;
            self.refresh(slot);
            self.touch(slot);
        }
    }

    /// A chain came (`sign` 1) or went (-1): use will change by what it needs, whenever that is reported.
    pub(super) fn shift(&mut self, slot: u32, demand: [f64; RESOURCES], sign: f64, config: &InventoryConfig) {
        if demand == [0.0; RESOURCES] {
            return;
        }
        let node = &mut self.list[slot as usize];
        for (resource, demand) in demand.into_iter().enumerate() {
            // What is unknown stays so: the largest of a NaN and a number would be the number.
            for used in [&mut node.expected[resource], &mut node.mean[resource]] {
                if !used.is_nan() {
                    *used = (*used + sign * demand).max(0.0);
                }
            }
        }
        self.refresh(slot);
        self.settle(slot, false, config);
    }

    /// Forgets the facts of a node; its chains stay. Whether it had any.
    pub(super) fn forget(&mut self, slot: u32, config: &InventoryConfig) -> bool {
        let node = &mut self.list[slot as usize];
        if !node.is_known {
            return false;
        }
        let fresh = Node::new(node.id);
        let chains = core::mem::take(&mut node.chains);
        let (generation, is_touched, is_draining) = (node.generation, node.is_touched, node.is_draining);
        *node = Node { chains, generation, is_touched, is_draining, ..fresh };
        self.refresh(slot);
        self.settle(slot, true, config);
        true
    }

    /// Whether nothing is known of the node any more, so that its slot can be another's.
    pub(super) fn is_idle(&self, slot: u32) -> bool {
        let node = self.get(slot);
        !node.is_known && !node.is_draining && node.chains.is_empty()
    }

    /// Gives an idle slot back.
    pub(super) fn leave(&mut self, slot: u32) {
        let node = &mut self.list[slot as usize];
        self.has_lost |= node.generation > 0;
        self.slots.remove(&node.id);
        node.id = NodeId::NONE;
        node.chains = Vec::new();
        // The room was made when the slot came into being.
        self.free.push(slot);
    }

    /// The headroom of a node as it is, in `[0, 1]`; NaN if no resource is known.
    pub(super) fn headroom(&self, slot: u32, config: &InventoryConfig) -> f32 {
        super::axes::headroom(self.largest_share(slot), config)
    }

    /// The largest share in use; minus infinity if none is known.
    pub(super) fn largest_share(&self, slot: u32) -> f32 {
        let [cpu, memory, disk] = &self.columns.shares;
        super::axes::larger(super::axes::larger(cpu[slot as usize], memory[slot as usize]), disk[slot as usize])
    }

    /// Marks a node whose scores have changed.
    pub(super) fn touch(&mut self, slot: u32) {
        let node = &mut self.list[slot as usize];
        self.moves += 1;
        node.generation = self.moves;
        if !core::mem::replace(&mut node.is_touched, true) {
            self.touched.push(slot);
        }
    }

    /// Moves the generation if a fact has changed or the headroom has drifted by more than its epsilon since the generation
    /// moved last.
    fn settle(&mut self, slot: u32, has_changed: bool, config: &InventoryConfig) {
        let headroom = self.headroom(slot, config);
        let node = &mut self.list[slot as usize];
        let has_drifted = if config.headroom_weight == 0.0 {
            false
        } else if headroom.is_nan() || node.noted_headroom.is_nan() {
            headroom.is_nan() != node.noted_headroom.is_nan()
        } else {
            (headroom - node.noted_headroom).abs() > config.headroom_epsilon()
        };
        if has_changed || has_drifted {
            node.noted_headroom = headroom;
            self.touch(slot);
        }
    }

    /// Writes the columns of a slot anew.
    fn refresh(&mut self, slot: u32) {
        let (index, node) = (slot as usize, &self.list[slot as usize]);
        let share_of = |used: f64, capacity: f64| {
            let share = (used / capacity) as f32;
            if share.is_nan() { f32::NEG_INFINITY } else { share }
        };
        let columns = &mut self.columns;
        for resource in 0..RESOURCES {
            let capacity = node.capacity[resource];
            columns.shares[resource][index] = share_of(node.mean[resource], capacity);
            // Nothing is known to be in use where only the capacity is known; it has to be enough all the same.
            let expected = if node.expected[resource].is_nan() { 0.0 } else { node.expected[resource] };
            columns.expected[resource][index] = share_of(expected, capacity);
            // An infinite one would make a NaN of a demand of zero.
            let per_unit = ((1.0 / capacity) as f32).min(f32::MAX);
            columns.per_unit[resource][index] = if capacity.is_nan() { 0.0 } else { per_unit };
        }
        columns.tags[index] = node.tags.unwrap_or(0);
        columns.zones[index] = node.zone;
        let is_target = node.is_known && node.health == NodeHealth::Healthy && !node.is_draining;
        columns.is_target[index] = is_target.into();
    }

    /// A drain begins or ends: the node is no target meanwhile.
    pub(super) fn set_draining(&mut self, slot: u32, is_draining: bool) {
        self.get_mut(slot).is_draining = is_draining;
        self.refresh(slot);
    }
}
