//! A1: the state as a fold over events.

use std::collections::{BTreeMap, BTreeSet};

use driftline::{ChainId, Event, Membership, NodeId, Timestamp};

use super::answer::Refusal;
use super::memory::{Exported, Memory};

/// The logical content of one chain.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct OracleChain {
    pub leader: Option<NodeId>,
    pub holders: BTreeSet<NodeId>,
    pub claim_held: bool,
    /// B1
    pub desired: Option<u32>,
    /// R8
    pub revision: Option<u64>,
    /// Y1: `None` is class 0 as well, but nobody has said so.
    pub class: Option<u32>,
    pub memory: Memory,
    /// R7: not carried out yet.
    pub orders: Orders,
    /// V1: the memory came from another leader, whose clock no tick has looked at yet. It is no content.
    pub is_imported: bool,
}

/// R7: who is to go and who is to come, each with its number among all orders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Orders {
    pub eviction: Option<(NodeId, u64)>,
    pub placement: Option<(NodeId, u64)>,
}

impl OracleChain {
    /// A chain exists while anything is known of it. Orders alone are nothing.
    fn exists(&self) -> bool {
        let has_fact = self.desired.is_some() || self.revision.is_some() || self.class.is_some();
        let is_member = self.leader.is_some() || !self.holders.is_empty();
        is_member || self.claim_held || has_fact || self.memory != Memory::default()
    }

    /// R7: orders are for who leads the chain when they come.
    fn set_leader(&mut self, leader: Option<NodeId>) {
        if self.leader != leader {
            self.leader = leader;
            self.orders = Orders::default();
        }
    }

    /// Whether there is anything to lead: somebody holds the chain, or should.
    fn is_alive(&self) -> bool {
        !self.holders.is_empty() || self.desired.is_some_and(|desired| desired > 0)
    }
}

#[derive(Clone, Debug, Default)]
pub struct OracleState {
    /// Distinguishes states that schedulers are handed in turn.
    pub identity: u64,
    /// All logical content there is; what `digest` depends on (E5).
    pub chains: BTreeMap<ChainId, OracleChain>,
    /// N1: the deadline of each node that is drained.
    pub drains: BTreeMap<NodeId, Timestamp>,
    /// N1: drains so far, and the number of each that is under way: one that was cancelled does not go on. Like the
    /// numbers of orders they are no content.
    pub drains_begun: u64,
    pub drain_numbers: BTreeMap<NodeId, u64>,
    /// N2
    pub avoided: BTreeMap<NodeId, Timestamp>,
    /// R6
    pub frozen_until: Option<Timestamp>,
    /// F3: so far. It is not content, and neither is the next one.
    pub ignored_feedback: u64,
    /// R7: orders so far.
    pub orders: u64,
    /// Touches so far. A touch is an occurrence, not content: it is numbered, and a sampler remembers the number that
    /// it has seen (S9: never undone).
    pub touches: u64,
    pub node_touched: BTreeMap<NodeId, u64>,
    pub chain_touched: BTreeMap<ChainId, u64>,
}

impl OracleState {
    /// All or nothing: a bad event leaves the state as it was, and the refusal names its index.
    pub fn apply(&mut self, events: &[Event]) -> Result<(), Refusal> {
        for (index, event) in events.iter().enumerate() {
            if event.node() == Some(NodeId::NONE) {
                return Err(Refusal::Reserved { index: Some(index), chain: event.chain() });
            }
        }
        for event in events {
            self.apply_one(event);
        }
        // A chain that goes and comes within a slice has not gone.
        for id in events.iter().filter_map(Event::chain) {
            self.forget_if_empty(id);
        }
        Ok(())
    }

    fn apply_one(&mut self, event: &Event) {
        match *event {
            Event::HolderAdded { chain, node } => {
                self.known(chain).holders.insert(node);
            }
            Event::HolderRemoved { chain, node } => {
                self.known(chain).holders.remove(&node);
            }
            Event::LeaderSet { chain, node } => self.known(chain).set_leader(Some(node)),
            Event::LeaderCleared { chain } => self.known(chain).set_leader(None),
            Event::ChainRemoved { chain } => {
                self.chains.remove(&chain);
            }
            Event::ClaimAcquired { chain } => self.known(chain).claim_held = true,
            Event::ClaimReleased { chain } => self.known(chain).claim_held = false,
            Event::NodeTouched { node } => {
                self.touches += 1;
                self.node_touched.insert(node, self.touches);
            }
            Event::ChainTouched { chain } => {
                self.touches += 1;
                self.chain_touched.insert(chain, self.touches);
            }
            Event::DesiredReplicas { chain, count } => self.known(chain).desired = Some(count),
            Event::ChainRevision { chain, revision } => self.known(chain).revision = Some(revision),
            Event::ChainClass { chain, class } => self.known(chain).class = Some(class),
            Event::Drain { node, deadline } => {
                if self.drains.insert(node, deadline).is_none() {
                    self.drains_begun += 1;
                    self.drain_numbers.insert(node, self.drains_begun);
                }
            }
            Event::DrainCancelled { node } => {
                self.drains.remove(&node);
                self.drain_numbers.remove(&node);
            }
            Event::Avoid { node, until } => {
                self.avoided.insert(node, until);
            }
            Event::FreezeUntil { until } => self.frozen_until = Some(until),
            Event::Thaw => self.frozen_until = None,
            Event::ForceEvict { chain, victim } => {
                self.orders += 1;
                if let Some(known) = self.chains.get_mut(&chain) {
                    known.orders.eviction = Some((victim, self.orders));
                }
            }
            Event::ForcePlace { chain, target } => {
                self.orders += 1;
                if let Some(known) = self.chains.get_mut(&chain) {
                    known.orders.placement = Some((target, self.orders));
                }
            }
            Event::MoveFailed { chain } => match self.chains.get_mut(&chain) {
                // What has not been asked for cannot have failed.
                Some(known) if known.memory.flight.is_some_and(|flight| flight.emitted) => known.memory.failed = true,
                // F3
                _ => self.ignored_feedback += 1,
            },
            _ => unreachable!("there is no other event"),
        }
    }

    /// A chain, which exists from now on if it has not.
    fn known(&mut self, id: ChainId) -> &mut OracleChain {
        self.chains.entry(id).or_default()
    }

    /// V1: `None` if there is no such chain.
    pub fn export_chain(&self, chain: ChainId) -> Option<Exported> {
        self.chains.get(&chain).map(|known| Exported { chain, memory: known.memory.clone() })
    }

    /// V1: facts and orders stay.
    pub fn import_chain(&mut self, exported: &Exported) {
        let known = self.known(exported.chain);
        known.memory = exported.memory.clone();
        known.is_imported = true;
        self.forget_if_empty(exported.chain);
    }

    /// R6
    pub fn is_frozen(&self, now: Timestamp) -> bool {
        self.frozen_until.is_some_and(|until| until > now)
    }

    /// N1, N2: the nodes that are no target now.
    pub fn closed(&self, now: Timestamp) -> BTreeSet<NodeId> {
        let avoided = self.avoided.iter().filter(|&(_, &until)| now < until);
        self.drains.keys().chain(avoided.map(|(node, _)| node)).copied().collect()
    }

    /// A chain that nothing is known of any more is gone.
    pub fn forget_if_empty(&mut self, id: ChainId) {
        if self.chains.get(&id).is_some_and(|chain| !chain.exists()) {
            self.chains.remove(&id);
        }
    }

    /// E2: the whole membership at once, all or nothing.
    pub fn load(&mut self, membership: &Membership<'_>) -> Result<(), Refusal> {
        let Membership { chains, leaders, holder_offsets, holders } = *membership;
        if leaders.len() != chains.len() {
            return Err(Refusal::Membership { index: leaders.len().min(chains.len()) });
        }
        if holder_offsets.len() != chains.len() + 1 {
            return Err(Refusal::Membership { index: holder_offsets.len() });
        }
        if holder_offsets[0] != 0 {
            return Err(Refusal::Membership { index: 0 });
        }
        for index in 1..holder_offsets.len() {
            if holder_offsets[index] < holder_offsets[index - 1] {
                return Err(Refusal::Membership { index });
            }
        }
        if holder_offsets[chains.len()] != holders.len() as u64 {
            return Err(Refusal::Membership { index: chains.len() });
        }

        let mut loaded: BTreeMap<ChainId, OracleChain> = BTreeMap::new();
        for (index, &chain) in chains.iter().enumerate() {
            if loaded.contains_key(&chain) {
                return Err(Refusal::DuplicateChain { index, chain });
            }
            let mut members = BTreeSet::new();
            let (first, end) = (holder_offsets[index] as usize, holder_offsets[index + 1] as usize);
            for (position, &node) in (first..end).zip(&holders[first..end]) {
                if node == NodeId::NONE {
                    return Err(Refusal::Reserved { index: Some(position), chain: Some(chain) });
                }
                if !members.insert(node) {
                    return Err(Refusal::DuplicateHolder { index: position, chain, node });
                }
            }
            // What a membership does not speak of stays with the chains that it lists.
            let kept = self.chains.get(&chain).cloned().unwrap_or_default();
            let mut kept = OracleChain { holders: members, ..kept };
            kept.set_leader(Some(leaders[index]).filter(|&leader| leader != NodeId::NONE));
            loaded.insert(chain, kept);
        }
        loaded.retain(|_, chain| chain.exists());
        self.chains = loaded;
        Ok(())
    }

    /// Whether `node` may act on the chain: it is the leader, and somebody holds the chain or should.
    pub fn is_led_by(&self, node: NodeId, id: ChainId) -> bool {
        self.chains.get(&id).is_some_and(|chain| chain.leader == Some(node) && chain.is_alive())
    }

    pub fn led_by(&self, node: NodeId) -> Vec<ChainId> {
        self.chains.keys().copied().filter(|&id| self.is_led_by(node, id)).collect()
    }

    pub fn chains_on(&self, node: NodeId) -> Vec<ChainId> {
        self.chains.iter().filter(|(_, chain)| chain.holders.contains(&node)).map(|(&id, _)| id).collect()
    }

    /// Number of the last touch of a chain or of one of its holders; 0 if there never was one.
    pub fn last_touch(&self, id: ChainId) -> u64 {
        let holders = self.chains.get(&id).into_iter().flat_map(|chain| &chain.holders);
        let nodes = holders.filter_map(|node| self.node_touched.get(node));
        nodes.chain(self.chain_touched.get(&id)).copied().max().unwrap_or(0)
    }
}
