//! Reports of nodes and paths on their way in: checked as a whole, room made for all, then taken.

use alloc::vec::Vec;

use hashbrown::HashMap;

use super::InventoryScorer;
use super::fingerprint::change;
use super::reports::{Amounts, Bandwidth, NodeInventory, Rtt};
use crate::error::Error;
use crate::id::{NodeId, Timestamp};
use crate::room::count_distinct;

impl InventoryScorer {
    /// Takes reports of nodes that were made at `now`, in order. All or nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Inventory`] names the index, node, field and value of the first report that says what cannot be: a quantity
    /// that is negative or not finite, a use above its capacity. [`Error::ReservedNode`]; [`Error::TimeReversed`] for a time
    /// before that of a report taken earlier; [`Error::OutOfMemory`]. Nothing has changed then.
    pub fn report_nodes(&mut self, now: Timestamp, reports: &[NodeInventory]) -> Result<(), Error> {
        self.check_time(now)?;
        self.check_nodes(reports)?;
        self.reserve_nodes(reports.iter().map(|report| report.node))?;
        self.reported_at = now;
        for report in reports {
            let slot = self.nodes.enter(report.node);
            let InventoryScorer { nodes, chains, config, .. } = self;
            change(nodes, chains, slot, |nodes| nodes.report(slot, report, now, config));
        }
        Ok(())
    }

    /// Makes room for those of the nodes that are new, and says how many slots there will be at most.
    fn reserve_nodes(&mut self, named: impl Iterator<Item = NodeId>) -> Result<usize, Error> {
        let new = count_distinct(named.filter(|&node| self.nodes.find(node).is_none()))?;
        self.nodes.reserve(new)?;
        Ok(self.nodes.slot_count() + new)
    }

    /// A report must be possible after all that is known before it, also when that is in the same slice.
    fn check_nodes(&self, reports: &[NodeInventory]) -> Result<(), Error> {
        let mut after: HashMap<NodeId, Amounts, foldhash::fast::FixedState> = HashMap::default();
        let is_batch = reports.len() > 1;
        if is_batch {
            after.try_reserve(reports.len()).map_err(|_| Error::OutOfMemory)?;
        }
        for (index, report) in reports.iter().enumerate() {
            if report.node.is_none() {
                return Err(Error::ReservedNode { index: Some(index), chain: None });
            }
            let known = || self.nodes.find(report.node).map_or(Amounts::UNKNOWN, |slot| self.nodes.get(slot).amounts());
            let amounts = after.get(&report.node).copied().unwrap_or_else(known).reported(index, report)?;
            if is_batch {
                after.insert(report.node, amounts);
            }
        }
        Ok(())
    }

    /// Takes round-trip times that were measured at `now`, in order. All or nothing.
    ///
    /// # Errors
    ///
    /// [`Error::ReservedNode`]; [`Error::TimeReversed`] for a time before that of a report taken earlier;
    /// [`Error::OutOfMemory`]. Nothing has changed then.
    pub fn report_rtts(&mut self, now: Timestamp, reports: &[Rtt]) -> Result<(), Error> {
        self.check_time(now)?;
        if let Some(index) = reports.iter().position(|report| report.from.is_none() || report.to.is_none()) {
            return Err(Error::ReservedNode { index: Some(index), chain: None });
        }
        self.reserve_rtts(reports)?;
        self.reported_at = now;
        let mut last = None;
        for report in reports {
            let slot = self.nodes.enter(report.to);
            self.nodes.note(slot);
            // Reports mostly come by client.
            let row = match last {
                Some((client, row)) if client == report.from => row,
                _ => self.paths.enter(report.from)?,
            };
            last = Some((report.from, row));
            if self.paths.measure(row, slot, report.rtt_ns, now, &self.config) {
                self.touch_users(row, slot);
            }
        }
        Ok(())
    }

    /// Makes room for all that the reports will write, and gives each client its row.
    fn reserve_rtts(&mut self, reports: &[Rtt]) -> Result<(), Error> {
        let slot_count = self.reserve_nodes(reports.iter().map(|report| report.to))?;
        let made = self.reserve_rows(reports, slot_count);
        if made.is_err() {
            // Clients that had none before have nothing in theirs.
            for report in reports {
                self.paths.row_of(report.from).into_iter().for_each(|row| self.paths.leave_if_idle(row));
            }
        }
        made
    }

    fn reserve_rows(&mut self, reports: &[Rtt], slot_count: usize) -> Result<(), Error> {
        let mut last = None;
        for report in reports {
            if last != Some(report.from) {
                let row = self.paths.enter(report.from)?;
                self.paths.reserve_row(row, slot_count)?;
                last = Some(report.from);
            }
        }
        Ok(())
    }

    /// A client and a node are nearer or farther: the chains that the one uses on the other have another score there.
    fn touch_users(&mut self, row: u32, node: u32) {
        let InventoryScorer { nodes, chains, config, .. } = self;
        if config.proximity_weight == 0.0 {
            // No score depends on it.
            return;
        }
        for &chain in &nodes.get(node).chains {
            if chains.get(chain).profile().clients.iter().any(|client| client.row == row) {
                chains.touch(chain);
            }
        }
    }

    /// Takes bandwidths, in order; each replaces what was measured before. All or nothing.
    ///
    /// Only costs depend on them, so no fingerprint moves.
    ///
    /// # Errors
    ///
    /// [`Error::Inventory`] names the index, the receiving node and the value of the first that is not finite and above 0;
    /// [`Error::ReservedNode`]; [`Error::OutOfMemory`]. Nothing has changed then.
    pub fn report_bandwidths(&mut self, reports: &[Bandwidth]) -> Result<(), Error> {
        reports.iter().enumerate().try_for_each(|(index, report)| report.check(index))?;
        self.paths.reserve_bandwidths(reports.len())?;
        for report in reports {
            self.paths.set_bandwidth(report.from, report.to, report.bytes_per_sec);
        }
        Ok(())
    }

    /// Forgets what was reported of a node and by it, and says whether there was anything. What it holds stays until events
    /// say otherwise.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfMemory`]; nothing has changed then.
    pub fn forget_node(&mut self, node: NodeId) -> Result<bool, Error> {
        if let Some(row) = self.paths.row_of(node) {
            // Who used its chains from here has no opinion on how near they are any more.
            let mut measured = Vec::new();
            measured.try_reserve(self.nodes.slot_count()).map_err(|_| Error::OutOfMemory)?;
            measured.extend(self.paths.row(row).measured());
            measured.into_iter().for_each(|slot| self.touch_users(row, slot));
        }
        let mut was_known = self.paths.forget_node(node);
        if let Some(slot) = self.nodes.find(node) {
            self.paths.forget_slot(slot);
            let InventoryScorer { nodes, chains, config, .. } = self;
            was_known |= change(nodes, chains, slot, |nodes| nodes.forget(slot, config));
            self.leave_node_if_idle(slot);
        }
        Ok(was_known)
    }

    fn check_time(&self, now: Timestamp) -> Result<(), Error> {
        if now < self.reported_at { Err(Error::TimeReversed { now, last: self.reported_at }) } else { Ok(()) }
    }
}
