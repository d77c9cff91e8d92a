//! A1: the state as a fold over events.

use std::collections::{BTreeMap, BTreeSet};

use driftline::{ChainId, Event, Membership, NodeId, Timestamp};

use super::answer::Refusal;

/// The logical content of one chain.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct OracleChain {
    pub leader: Option<NodeId>,
    pub holders: BTreeSet<NodeId>,
    pub claim_held: bool,
    /// E4: when the last eviction was emitted.
    pub last_rebalance: Option<Timestamp>,
}

impl OracleChain {
    /// A chain exists while anything is known of it.
    fn exists(&self) -> bool {
        *self != OracleChain::default()
    }
}

#[derive(Clone, Debug, Default)]
pub struct OracleState {
    /// Distinguishes states that schedulers are handed in turn.
    pub identity: u64,
    /// All logical content there is; what `digest` depends on (E5).
    pub chains: BTreeMap<ChainId, OracleChain>,
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
        Ok(())
    }

    fn apply_one(&mut self, event: &Event) {
        match *event {
            Event::HolderAdded { chain, node } => {
                self.chains.entry(chain).or_default().holders.insert(node);
            }
            Event::HolderRemoved { chain, node } => {
                self.chains.entry(chain).or_default().holders.remove(&node);
            }
            Event::LeaderSet { chain, node } => self.chains.entry(chain).or_default().leader = Some(node),
            Event::LeaderCleared { chain } => self.chains.entry(chain).or_default().leader = None,
            Event::ChainRemoved { chain } => {
                self.chains.remove(&chain);
            }
            Event::ClaimAcquired { chain } => self.chains.entry(chain).or_default().claim_held = true,
            Event::ClaimReleased { chain } => self.chains.entry(chain).or_default().claim_held = false,
            Event::NodeTouched { node } => {
                self.touches += 1;
                self.node_touched.insert(node, self.touches);
            }
            Event::ChainTouched { chain } => {
                self.touches += 1;
                self.chain_touched.insert(chain, self.touches);
            }
            _ => unreachable!("Part A has no other event"),
        }
        if let Some(id) = event.chain() {
            self.forget_if_empty(id);
        }
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
            let leader = Some(leaders[index]).filter(|&leader| leader != NodeId::NONE);
            loaded.insert(chain, OracleChain { leader, holders: members, ..kept });
        }
        loaded.retain(|_, chain| chain.exists());
        self.chains = loaded;
        Ok(())
    }

    /// Whether `node` may act on the chain: it is the leader and somebody holds the chain.
    pub fn is_led_by(&self, node: NodeId, id: ChainId) -> bool {
        self.chains.get(&id).is_some_and(|chain| chain.leader == Some(node) && !chain.holders.is_empty())
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
