//! Every kind of event, for chains anywhere among all, so that the membership is in the end what it was.

use driftline::{ChainId, Event, NodeId};

use crate::inputs::{Inputs, THIS_NODE, scramble};

/// To so many chains it happens in one turn. What was at hand for one kind is so for the next.
const CHAINS: u64 = 1_000;

/// The event of a kind that happens to a chain.
pub type EventOf = fn(&Subject) -> Event;

/// The kinds in an order in which each has something to do. What comes first fetches the chain from memory, which takes
/// longer the less of it fits into the caches.
pub const KINDS: [(&str, EventOf); 14] = [
    ("ChainTouched, the first in a long time", |subject| Event::ChainTouched { chain: subject.chain }),
    ("HolderAdded", |subject| Event::HolderAdded { chain: subject.chain, node: subject.newcomer }),
    ("HolderRemoved", |subject| Event::HolderRemoved { chain: subject.chain, node: subject.newcomer }),
    ("ClaimAcquired", |subject| Event::ClaimAcquired { chain: subject.chain }),
    ("ClaimReleased", |subject| Event::ClaimReleased { chain: subject.chain }),
    ("NodeTouched", |subject| Event::NodeTouched { node: subject.newcomer }),
    ("ChainTouched", |subject| Event::ChainTouched { chain: subject.chain }),
    ("LeaderCleared", |subject| Event::LeaderCleared { chain: subject.chain }),
    ("LeaderSet", |subject| Event::LeaderSet { chain: subject.chain, node: THIS_NODE }),
    ("DesiredReplicas", |subject| Event::DesiredReplicas { chain: subject.chain, count: 3 }),
    ("ChainRevision", |subject| Event::ChainRevision { chain: subject.chain, revision: subject.newcomer.0 }),
    ("ChainClass", |subject| Event::ChainClass { chain: subject.chain, class: 1 }),
    ("ChainRemoved", |subject| Event::ChainRemoved { chain: subject.chain }),
    ("HolderAdded, a chain that is new", |subject| Event::HolderAdded {
        chain: subject.chain,
        node: subject.holders[0],
    }),
];

/// A chain to which everything happens.
pub struct Subject {
    chain: ChainId,
    holders: [NodeId; 3],
    newcomer: NodeId,
}

impl Subject {
    /// What makes the chain again what it was.
    pub fn restore(&self) -> [Event; 3] {
        let Subject { chain, holders, .. } = *self;
        [
            Event::HolderAdded { chain, node: holders[1] },
            Event::HolderAdded { chain, node: holders[2] },
            Event::LeaderSet { chain, node: THIS_NODE },
        ]
    }
}

/// The chains of a turn, others than those of the turns before, each once and in no order.
pub fn subjects(inputs: &Inputs, turn: u64) -> Vec<Subject> {
    let draws = (turn * CHAINS..).take(CHAINS as usize);
    let mut indices: Vec<usize> = draws.map(|draw| (scramble(draw) % inputs.chains.len() as u64) as usize).collect();
    indices.sort_unstable();
    indices.dedup();
    indices.sort_by_key(|&index| scramble(index as u64));
    indices.into_iter().map(|index| subject(inputs, index)).collect()
}

/// The events of a turn: all of one kind, then all of the next.
pub fn by_kind(subjects: &[Subject]) -> Vec<Event> {
    KINDS.iter().flat_map(|(_, event_of)| subjects.iter().map(event_of)).collect()
}

fn subject(inputs: &Inputs, index: usize) -> Subject {
    let holders = inputs.holders_of(index).try_into().expect("a chain has three holders");
    Subject { chain: inputs.chains[index], holders, newcomer: newcomer(inputs, index) }
}

/// A node that does not hold the chain; it may be one that holds nothing at all.
fn newcomer(inputs: &Inputs, index: usize) -> NodeId {
    let holders = inputs.holders_of(index);
    (1..).map(NodeId).find(|node| !holders.contains(node)).expect("there are more nodes than holders")
}
