//! Who takes part: chains, nodes that hold them, and the control planes that lead them in turn.

use std::fmt;

use driftline::{ChainId, NodeId};

pub const SECOND: u64 = 1_000_000_000;

pub const CHAINS: [ChainId; 5] = [ChainId(101), ChainId(102), ChainId(103), ChainId(104), ChainId(105)];

/// Who can hold a chain.
pub const NODES: [NodeId; 7] = [NodeId(1), NodeId(2), NodeId(3), NodeId(4), NodeId(5), NodeId(6), NodeId(7)];

/// The control planes by position: what they call themselves, and what a history calls them.
pub const PLANES: [(NodeId, &str); 3] = [(NodeId(91), "A"), (NodeId(92), "B"), (NodeId(93), "C")];

/// The position of a chain.
pub fn position(chain: ChainId) -> usize {
    (chain.0 - CHAINS[0].0) as usize
}

/// A set of nodes.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Nodes(u16);

impl Nodes {
    pub fn contains(self, node: NodeId) -> bool {
        node.0 < 16 && self.0 >> node.0 & 1 == 1
    }

    pub fn with(self, node: NodeId) -> Nodes {
        Nodes(self.0 | 1 << node.0)
    }

    pub fn without(self, node: NodeId) -> Nodes {
        Nodes(self.0 & !(1 << node.0))
    }

    pub fn minus(self, other: Nodes) -> Nodes {
        Nodes(self.0 & !other.0)
    }

    pub fn count(self) -> usize {
        self.0.count_ones() as usize
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// By ascending id.
    pub fn iter(self) -> impl Iterator<Item = NodeId> + Clone {
        NODES.into_iter().filter(move |&node| self.contains(node))
    }
}

impl FromIterator<NodeId> for Nodes {
    fn from_iter<I: IntoIterator<Item = NodeId>>(nodes: I) -> Nodes {
        nodes.into_iter().fold(Nodes::default(), Nodes::with)
    }
}

impl fmt::Debug for Nodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({self})")
    }
}

impl fmt::Display for Nodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("nobody");
        }
        let names: Vec<String> = self.iter().map(|node| node.to_string()).collect();
        f.write_str(&names.join(" "))
    }
}
