//! Who holds what: the same membership for both sides, made from two numbers and nothing else.

use driftline::{ChainId, Event, Membership, NodeId};

/// The node that leads every chain.
pub const THIS_NODE: NodeId = NodeId(1);

/// How many nodes hold each chain.
pub const HOLDERS_PER_CHAIN: usize = 3;

/// So many chains move in one tick at most.
pub const MOVERS_MAX: u64 = 1_000;

/// Odd, so multiplying by it visits every `u64` once: ids are spread as hashes are, and none comes twice.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// Multiplying by this undoes [`SPREAD`].
const GATHER: u64 = inverse(SPREAD);

/// A membership as arrays, as `MeshState::load` takes it.
pub struct Inputs {
    /// The ids, each once.
    pub chains: Vec<ChainId>,
    /// Nodes are numbered from 1 to this.
    pub node_count: u64,
    leaders: Vec<NodeId>,
    holder_offsets: Vec<u64>,
    holders: Vec<NodeId>,
}

impl Inputs {
    /// `chain_count` chains, each on three pseudo-random nodes of `node_count`.
    pub fn new(chain_count: usize, node_count: u64) -> Self {
        assert!(node_count >= HOLDERS_PER_CHAIN as u64, "a chain has three distinct holders");
        let mut holders = Vec::with_capacity(chain_count * HOLDERS_PER_CHAIN);
        for index in 0..chain_count {
            holders.extend(pick_holders(index as u64, node_count));
        }
        Inputs {
            chains: (0..chain_count as u64).map(chain_id).collect(),
            node_count,
            leaders: vec![THIS_NODE; chain_count],
            holder_offsets: (0..=chain_count).map(|index| (index * HOLDERS_PER_CHAIN) as u64).collect(),
            holders,
        }
    }

    /// The arrays.
    pub fn membership(&self) -> Membership<'_> {
        Membership {
            chains: &self.chains,
            leaders: &self.leaders,
            holder_offsets: &self.holder_offsets,
            holders: &self.holders,
        }
    }

    /// The holders of the chain at this index.
    pub fn holders_of(&self, index: usize) -> &[NodeId] {
        &self.holders[index * HOLDERS_PER_CHAIN..][..HOLDERS_PER_CHAIN]
    }

    /// A node that holds nothing and is to hold nothing.
    pub fn drained_node(&self) -> NodeId {
        NodeId(self.node_count + 1)
    }

    /// A node that holds nothing and is no target.
    pub fn avoided_node(&self) -> NodeId {
        NodeId(self.node_count + 2)
    }

    /// The indices of the chains that move in this turn, anywhere among all.
    pub fn movers(&self, turn: usize) -> impl Iterator<Item = usize> + Clone + use<> {
        let stride = self.mover_stride() as usize;
        (turn % stride..self.chains.len()).step_by(stride)
    }

    /// Of so many chains one moves in a turn.
    pub fn mover_stride(&self) -> u64 {
        (self.chains.len() as u64).div_ceil(MOVERS_MAX)
    }

    /// What makes the chain at this index what it was, after it was removed.
    pub fn restore(&self, index: usize) -> impl Iterator<Item = Event> {
        let (chain, holders) = (self.chains[index], self.holders_of(index));
        let holders = holders.iter().map(move |&node| Event::HolderAdded { chain, node });
        holders.chain([Event::LeaderSet { chain, node: THIS_NODE }])
    }

    /// The node that moves in this turn.
    pub fn moved_node(&self, turn: usize) -> NodeId {
        NodeId(1 + turn as u64 % self.node_count)
    }

    /// How many chains the node holds.
    pub fn held_by(&self, node: NodeId) -> u64 {
        self.holders.iter().filter(|&&holder| holder == node).count() as u64
    }
}

/// The id of the chain at this index.
fn chain_id(index: u64) -> ChainId {
    ChainId(index.wrapping_mul(SPREAD))
}

/// The index of the chain with this id.
pub const fn index_of(chain: ChainId) -> u64 {
    chain.0.wrapping_mul(GATHER)
}

/// The inverse of an odd number modulo 2^64: each of Newton's steps doubles the bits that are right.
const fn inverse(odd: u64) -> u64 {
    let mut guess = odd;
    let mut right_bits = 3;
    while right_bits < 64 {
        guess = guess.wrapping_mul(2_u64.wrapping_sub(odd.wrapping_mul(guess)));
        right_bits *= 2;
    }
    guess
}

/// Three distinct nodes: draws until there are three.
fn pick_holders(index: u64, node_count: u64) -> [NodeId; HOLDERS_PER_CHAIN] {
    let mut picked = [NodeId::NONE; HOLDERS_PER_CHAIN];
    let mut count = 0;
    let mut seed = scramble(index);
    while count < HOLDERS_PER_CHAIN {
        seed = seed.wrapping_add(SPREAD);
        let node = NodeId(1 + scramble(seed) % node_count);
        if !picked.contains(&node) {
            picked[count] = node;
            count += 1;
        }
    }
    picked
}

/// The finisher of SplitMix64: neighbouring numbers become unrelated ones.
pub fn scramble(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}
