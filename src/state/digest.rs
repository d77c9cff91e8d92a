//! 64 bits that say whether two states hold the same (E5).

use alloc::vec::Vec;

use xxhash_rust::xxh3::xxh3_64;

use super::{ChainView, MeshState};
use crate::id::NodeId;

impl MeshState {
    /// A digest of the logical content: holders, leaders, claims and remembered rebalances (E5).
    ///
    /// It depends on nothing else: not on the order in which the content came, not on touches, not on the platform or
    /// the language that asks. Each chain that exists is written as little-endian 64-bit words: id, leader (`u64::MAX`
    /// for nobody), flags (bit 0 claim held, bit 1 rebalanced), time of the rebalance (0 for none), number of holders,
    /// the holders ascending. The digest is XXH3-64 of two words: the wrapping sum of the XXH3-64 of each chain, and
    /// the number of chains. Walks all chains.
    #[must_use]
    pub fn digest(&self) -> u64 {
        let mut words = Vec::new();
        let mut sum = 0u64;
        for slot in self.chains.live() {
            words.clear();
            write_chain(self.view(slot), &mut words);
            sum = sum.wrapping_add(xxh3_64(&words));
        }
        words.clear();
        write_word(&mut words, sum);
        write_word(&mut words, self.chain_count() as u64);
        xxh3_64(&words)
    }
}

fn write_word(words: &mut Vec<u8>, word: u64) {
    words.extend_from_slice(&word.to_le_bytes());
}

fn write_chain(chain: ChainView<'_>, words: &mut Vec<u8>) {
    let rebalance = chain.last_rebalance();
    write_word(words, chain.id().0);
    write_word(words, chain.leader().unwrap_or(NodeId::NONE).0);
    write_word(words, u64::from(chain.claim_held()) | u64::from(rebalance.is_some()) << 1);
    write_word(words, rebalance.map_or(0, |at| at.0));
    write_word(words, chain.holder_count() as u64);
    for holder in chain.holders() {
        write_word(words, holder.0);
    }
}
