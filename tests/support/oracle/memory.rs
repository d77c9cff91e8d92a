//! What ticks remember of a chain between them. Only the commit of a tick and an import write it.

use std::collections::BTreeMap;

use driftline::{Arm, ChainId, NodeId, Timestamp};

/// The memory of one chain.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Memory {
    /// E4: when the last eviction was emitted, or, with tracking, completed (F2).
    pub last_rebalance: Option<Timestamp>,
    /// R3
    pub pin: Option<Pin>,
    /// R4: an eviction that still has to be asked for.
    pub owed: Option<Owed>,
    /// F1
    pub flight: Option<OracleFlight>,
    /// Somebody said that the flight has failed.
    pub failed: bool,
    /// F1, by target, or by victim where there is no target, or by `NONE`.
    pub back_offs: BTreeMap<NodeId, BackOff>,
    /// O1: the last moves, oldest first.
    pub moves: Vec<PastMove>,
    /// O1: how often the cooldown is doubled.
    pub flap_level: u8,
}

/// The target that justified an eviction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pin {
    pub target: NodeId,
    pub at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Owed {
    pub victim: NodeId,
    pub target: Option<NodeId>,
    pub at: Timestamp,
}

/// A move that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OracleFlight {
    /// R4: which half goes first.
    pub place_first: bool,
    pub stage: Stage,
    pub victim: Option<NodeId>,
    pub target: Option<NodeId>,
    /// When its last action was emitted.
    pub since: Timestamp,
    /// Whether its present half was.
    pub emitted: bool,
    /// How many holders there were at `since`.
    pub holders_at: u32,
    /// Who began it.
    pub arm: Arm,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    Evicting,
    Placing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BackOff {
    pub failures: u32,
    /// `None` lies beyond all time.
    pub until: Option<Timestamp>,
}

/// An eviction, with its target if it had one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PastMove {
    pub at: Timestamp,
    pub victim: NodeId,
    pub target: Option<NodeId>,
}

/// V1: the memory of one chain on its way to another leader.
#[derive(Clone, Debug)]
pub struct Exported {
    pub chain: ChainId,
    pub memory: Memory,
}

impl Memory {
    /// Whether a move of the chain is under way, or half of one still to come.
    pub fn is_moving(&self) -> bool {
        self.flight.is_some() || self.owed.is_some()
    }
}

impl OracleFlight {
    /// What a failure is held against.
    pub fn pair(&self) -> NodeId {
        self.target.or(self.victim).unwrap_or(NodeId::NONE)
    }
}
