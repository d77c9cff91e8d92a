//! 64 bits that say whether two states hold the same (E5).

use alloc::vec::Vec;

use xxhash_rust::xxh3::xxh3_64;

use super::handover::write_words;
use super::{ChainView, MeshState};
use crate::id::{NodeId, Timestamp};

impl MeshState {
    /// A digest of the logical content: holders, leaders, claims, remembered rebalances, and whatever else was told or is
    /// remembered (E5).
    ///
    /// It depends on nothing else: not on the order in which the content came, not on touches, not on the platform or
    /// the language that asks. Each chain that exists is written as little-endian 64-bit words: id, leader (`u64::MAX`
    /// for nobody), flags (bit 0 claim held, bit 1 rebalanced), time of the rebalance (0 for none), number of holders,
    /// the holders ascending. Chains that have them add facts, orders and remembered moves. The digest is XXH3-64 of two
    /// words: the wrapping sum of the XXH3-64 of each chain, and the number of chains; where nodes are drained or avoided,
    /// or all is frozen, words for that follow. Walks all chains.
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
        self.write_closures(&mut words);
        xxh3_64(&words)
    }

    /// Nothing where nothing is closed, so that the digest of a state without is what it always was.
    fn write_closures(&self, words: &mut Vec<u8>) {
        for (tag, nodes) in [(1, self.drains()), (2, self.avoided())] {
            for &(node, at) in nodes {
                [tag, node.0, at.0].into_iter().for_each(|word| write_word(words, word));
            }
        }
        if let Some(Timestamp(until)) = self.frozen_until() {
            [3, until].into_iter().for_each(|word| write_word(words, word));
        }
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
    let (desired, class) = (chain.desired_replicas().map(u64::from), chain.told_class().map(u64::from));
    for (tag, value) in [(1, desired), (2, class), (3, chain.revision())] {
        if let Some(value) = value {
            [tag, value].into_iter().for_each(|word| write_word(words, word));
        }
    }
    if let Some(order) = chain.order() {
        let orders = [order.victim, order.target].map(|ordered| ordered.map_or(NodeId::NONE.0, |(node, _)| node.0));
        [4, orders[0], orders[1]].into_iter().for_each(|word| write_word(words, word));
    }
    if let Some(memory) = chain.memory() {
        write_word(words, 5);
        write_words(words, memory);
    }
}
