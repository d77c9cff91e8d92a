//! What is really so: a store that gives each change of a chain a new revision, and leases that say who leads it.

use driftline::NodeId;

use super::cast::{CHAINS, NODES, Nodes};

/// What the store says of one chain under one revision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Record {
    pub exists: bool,
    /// The revision that created it: an id can come again, and then it is another chain.
    pub born: u64,
    pub holders: Nodes,
    pub claimed: bool,
    pub desired: Option<u32>,
    pub class: u32,
    pub revision: u64,
}

impl Record {
    /// How the number of holders compares with the wished one, if there is one.
    pub fn surplus(&self) -> Option<i64> {
        self.desired.map(|desired| self.holders.count() as i64 - i64::from(desired))
    }
}

/// Who leads a chain. Each new leader has a higher epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lease {
    /// The position of the control plane.
    pub plane: Option<usize>,
    pub epoch: u64,
}

#[derive(Debug)]
pub struct Truth {
    pub records: [Record; CHAINS.len()],
    pub leases: [Lease; CHAINS.len()],
    pub alive: Nodes,
    revision: u64,
}

impl Truth {
    pub fn new() -> Truth {
        Truth {
            records: Default::default(),
            leases: Default::default(),
            alive: NODES.into_iter().collect(),
            revision: 0,
        }
    }

    /// Changes a chain, which gets a new revision, and answers the one before.
    pub fn change(&mut self, chain: usize, change: impl FnOnce(&mut Record)) -> u64 {
        let record = &mut self.records[chain];
        let before = record.revision;
        change(record);
        self.revision += 1;
        record.revision = self.revision;
        if record.exists && record.born == 0 {
            record.born = self.revision;
        }
        before
    }

    pub fn lead(&mut self, chain: usize, plane: usize) {
        let lease = &mut self.leases[chain];
        *lease = Lease { plane: Some(plane), epoch: lease.epoch + 1 };
    }

    pub fn is_alive(&self, node: NodeId) -> bool {
        self.alive.contains(node)
    }
}
