//! What the fingerprint of a chain is made of besides its generation: who holds it and in which zones, since a holder is
//! judged beside the others. What was undone is as if it had not been (S9).

use xxhash_rust::xxh3::xxh3_64;

use super::chains::{Chain, Chains};
use super::nodes::{Node, Nodes};
use crate::id::NodeId;

impl Chain {
    pub(super) fn fingerprint(&self) -> u64 {
        self.generation.wrapping_add(self.company)
    }

    /// A holder has come.
    pub(super) fn join(&mut self, holder: &Node) {
        self.company = self.company.wrapping_add(presence(holder.id, holder.zone));
    }

    /// A holder has gone.
    pub(super) fn part(&mut self, holder: &Node) {
        self.company = self.company.wrapping_sub(presence(holder.id, holder.zone));
    }
}

/// Changes a node, and what its chains say of it if that puts it into another zone.
pub(super) fn change<T>(nodes: &mut Nodes, chains: &mut Chains, slot: u32, change: impl FnOnce(&mut Nodes) -> T) -> T {
    let zone = nodes.get(slot).zone;
    let result = change(nodes);
    let node = nodes.get(slot);
    if node.zone != zone {
        let difference = presence(node.id, node.zone).wrapping_sub(presence(node.id, zone));
        for &chain in &node.chains {
            let chain = chains.get_mut(chain);
            chain.company = chain.company.wrapping_add(difference);
        }
    }
    result
}

/// A node in a zone.
fn presence(node: NodeId, zone: u32) -> u64 {
    let mut bytes = [0; 12];
    bytes[..8].copy_from_slice(&node.0.to_le_bytes());
    bytes[8..].copy_from_slice(&zone.to_le_bytes());
    xxh3_64(&bytes)
}
