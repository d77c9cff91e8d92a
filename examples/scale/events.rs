//! A mix of every kind of event that leaves the membership as it was.

use driftline::{Event, NodeId};

use crate::inputs::{Inputs, THIS_NODE, scramble};

/// Events for a thousand chains anywhere among all chains, for others in each turn: what was at hand is so no longer.
pub fn rounds(inputs: &Inputs, turn: usize) -> Vec<Event> {
    let draws = (turn as u64 * 1_000..).take(1_000);
    let indices = draws.map(|draw| (scramble(draw) % inputs.chains.len() as u64) as usize);
    indices.flat_map(|index| round(inputs, index)).collect()
}

/// A chain gets a fourth holder and loses it, is claimed and released, is touched, loses its leader and gets it back,
/// and is taken away altogether and made anew.
fn round(inputs: &Inputs, index: usize) -> impl Iterator<Item = Event> + use<> {
    let chain = inputs.chains[index];
    let node = newcomer(inputs, index);
    let [first, second, third] = inputs.holders_of(index).try_into().expect("a chain has three holders");
    [
        Event::HolderAdded { chain, node },
        Event::HolderRemoved { chain, node },
        Event::ClaimAcquired { chain },
        Event::ClaimReleased { chain },
        Event::NodeTouched { node },
        Event::ChainTouched { chain },
        Event::LeaderCleared { chain },
        Event::LeaderSet { chain, node: THIS_NODE },
        Event::ChainRemoved { chain },
        Event::HolderAdded { chain, node: first },
        Event::HolderAdded { chain, node: second },
        Event::HolderAdded { chain, node: third },
        Event::LeaderSet { chain, node: THIS_NODE },
    ]
    .into_iter()
}

/// A node that does not hold the chain; it may be one that holds nothing at all.
pub fn newcomer(inputs: &Inputs, index: usize) -> NodeId {
    let holders = inputs.holders_of(index);
    (1..).map(NodeId).find(|node| !holders.contains(node)).expect("there are more nodes than holders")
}
