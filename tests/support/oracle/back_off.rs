//! F1: a move that failed is not tried again for a while.

use driftline::{NodeId, Timestamp};

use super::decision::end;
use super::memory::{BackOff, Memory};

const FIRST_NS: u64 = 60 * 1_000_000_000;
const LONGEST_NS: u64 = 3_600 * 1_000_000_000;
/// For so long after its end a back-off is remembered, so that the next one is longer.
const REMEMBERED_NS: u64 = 3_600 * 1_000_000_000;
/// How many are remembered.
const KEPT: usize = 8;

impl BackOff {
    /// `None` lies beyond all time.
    pub fn until(&self) -> Option<Timestamp> {
        let mut length_ns = FIRST_NS;
        for _ in 1..self.failures.min(32) {
            length_ns = (2 * length_ns).min(LONGEST_NS);
        }
        end(self.at, length_ns)
    }

    fn holds(&self, now: Timestamp) -> bool {
        self.until().is_none_or(|until| now < until)
    }

    fn is_forgotten(&self, now: Timestamp) -> bool {
        self.until().and_then(|until| end(until, REMEMBERED_NS)).is_some_and(|end| now >= end)
    }
}

impl Memory {
    pub fn is_backed_off(&self, node: NodeId, now: Timestamp) -> bool {
        self.back_offs.get(&node).is_some_and(|back_off| back_off.holds(now))
    }

    /// How many hold.
    pub fn back_offs_now(&self, now: Timestamp) -> usize {
        self.back_offs.values().filter(|back_off| back_off.holds(now)).count()
    }

    /// The targets that are none for now.
    pub fn backed_off_nodes(&self, now: Timestamp) -> impl Iterator<Item = NodeId> {
        let holding = self.back_offs.iter().filter(move |(_, back_off)| back_off.holds(now));
        holding.map(|(&node, _)| node).filter(|&node| node != NodeId::NONE)
    }

    pub fn back_off(&mut self, node: NodeId, now: Timestamp) {
        let failures = self.back_offs.get(&node).map_or(0, |back_off| back_off.failures).saturating_add(1);
        self.back_offs.insert(node, BackOff { failures, at: now });
        if self.back_offs.len() > KEPT {
            let never = Timestamp(u64::MAX);
            let earliest =
                self.back_offs.iter().min_by_key(|(node, back_off)| (back_off.until().unwrap_or(never), **node));
            let earliest = *earliest.expect("there are nine").0;
            self.back_offs.remove(&earliest);
        }
    }

    pub fn forget_back_offs(&mut self, now: Timestamp) {
        self.back_offs.retain(|_, back_off| !back_off.is_forgotten(now));
    }
}
