//! What the fingerprint of a chain is made of.

use xxhash_rust::xxh3::xxh3_64;

use super::InventoryScorer;
use super::chains::Chain;

impl InventoryScorer {
    /// Moves with the generation, and with who holds the chain and in which zones: a holder is judged beside the others.
    /// What was undone is as if it had not been (S9).
    pub(super) fn fingerprint(&self, chain: &Chain) -> u64 {
        let holders = chain.holders.iter().map(|holder| {
            let mut bytes = [0; 12];
            bytes[..8].copy_from_slice(&self.nodes.get(holder.node).id.0.to_le_bytes());
            bytes[8..].copy_from_slice(&self.nodes.columns.zones[holder.node as usize].to_le_bytes());
            xxh3_64(&bytes)
        });
        // A sum, because holders are in no order.
        holders.fold(chain.generation, u64::wrapping_add)
    }
}
