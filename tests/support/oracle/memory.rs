//! What ticks remember of a chain between them. Only the commit of a tick and an import write it.

use std::collections::BTreeMap;

use driftline::{Arm, ChainId, NodeId, Timestamp};

/// The memory of one chain.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Memory {
    /// E4: when the last eviction was emitted, or, with tracking, completed (F2).
    pub last_rebalance: Option<Timestamp>,
    /// R5, F0: who was asked to go where nothing is tracked, oldest first. They are no content: `last_rebalance` is.
    pub said: Vec<NodeId>,
    /// R3
    pub pin: Option<Pin>,
    /// R4: an eviction that still has to be asked for.
    pub owed: Option<Owed>,
    /// F1
    pub flight: Option<OracleFlight>,
    /// Somebody said that the flight has failed.
    pub failed: bool,
    /// F1, by what the failures are held against.
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
    /// When the last of them was.
    pub at: Timestamp,
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

    /// L1: whether a move of the chain has failed of which somebody still knows.
    pub fn is_failing(&self) -> bool {
        !self.back_offs.is_empty()
    }

    /// V1: the clock of another leader may go ahead of ours. What it did lies no later than now.
    pub fn set_no_later_than(&mut self, now: Timestamp) {
        let mut times = Vec::new();
        times.extend(&mut self.last_rebalance);
        times.extend(self.pin.as_mut().map(|pin| &mut pin.at));
        times.extend(self.owed.as_mut().map(|owed| &mut owed.at));
        times.extend(self.flight.as_mut().map(|flight| &mut flight.since));
        times.extend(self.back_offs.values_mut().map(|back_off| &mut back_off.at));
        times.extend(self.moves.iter_mut().map(|made| &mut made.at));
        for time in times {
            *time = now.min(*time);
        }
    }
}

impl OracleFlight {
    /// What a failure is held against: the node that should come, or the one that should go where nobody is to come
    /// any more.
    pub fn key(&self) -> NodeId {
        let target = self.target.filter(|_| !(self.place_first && self.stage == Stage::Evicting));
        target.or(self.victim).unwrap_or(NodeId::NONE)
    }
}
