//! F1: what became of the moves in flight, by the holders as they are now.

use driftline::{Arm, ChainId};

use super::flap;
use super::memory::{OracleFlight, Stage};
use super::pass::Pass;
use super::state::OracleChain;

impl Pass<'_> {
    /// Every chain with a flight, and every chain that owes an eviction.
    pub(super) fn advance(&mut self) {
        for id in self.led.clone() {
            if let Some(flight) = self.memory(id).flight {
                let failed = std::mem::take(&mut self.memory_mut(id).failed);
                self.advance_flight(id, flight, failed);
            }
            self.settle_owed(id);
        }
    }

    fn advance_flight(&mut self, id: ChainId, flight: OracleFlight, failed: bool) {
        let now = self.inputs.now;
        if !self.is_tracking() {
            self.notes.push("flight: not tracked any more");
            // F0: there are no flights any more.
            return self.end_without_success(id, flight);
        }
        let flight = match flight.stage {
            Stage::Evicting if !holds(self.chain(id), flight.victim) => return self.evicted(id, flight),
            Stage::Placing
                if flight.place_first && flight.victim.is_some() && !holds(self.chain(id), flight.victim) =>
            {
                // R4: the victim has gone by itself; what is left is a placement.
                self.notes.push("flight: the victim went first");
                let flight = OracleFlight { victim: None, ..flight };
                let memory = self.memory_mut(id);
                memory.flight = Some(flight);
                memory.owed = None;
                flight
            }
            _ => flight,
        };
        if flight.stage == Stage::Placing && self.is_placed(id, flight) {
            if !flight.place_first || flight.victim.is_none() {
                self.memory_mut(id).back_offs.remove(&flight.pair());
                self.complete(id);
            } else {
                // The eviction is due. Until it is asked for nobody but us is waited for.
                self.memory_mut(id).flight = Some(OracleFlight { emitted: false, ..flight });
            }
        } else if !flight.emitted {
            // The second half is still to come, if there is reason for it.
            let is_open = flight.target.is_some_and(|target| !self.is_closed(target));
            if flight.place_first || !is_open || !self.is_short(id) {
                self.notes.push("flight: second half needless");
                self.complete(id);
            }
        } else if failed {
            self.counts.failed += 1;
            self.end_without_success(id, flight);
            self.memory_mut(id).back_off(flight.pair(), now);
        } else if now.0.saturating_sub(flight.since.0) >= self.inputs.config.move_timeout_ns {
            self.counts.timed_out += 1;
            self.end_without_success(id, flight);
            self.memory_mut(id).back_off(flight.pair(), now);
        }
    }

    /// The victim has gone.
    fn evicted(&mut self, id: ChainId, flight: OracleFlight) {
        let now = self.inputs.now;
        // F2
        self.memory_mut(id).last_rebalance = Some(now);
        let victim = flight.victim.expect("somebody was evicted");
        self.record_move(id, victim, flight.target);
        if flight.arm == Arm::Drain {
            self.drains.count_moved(victim);
        }

        let is_young = now.0.saturating_sub(flight.since.0) < self.inputs.config.pin_ttl_ns;
        let is_wanted = |target| !self.chain(id).holders.contains(&target) && !self.is_closed(target);
        let goes_on = !flight.place_first && is_young && self.is_short(id) && flight.target.is_some_and(is_wanted);
        self.notes.push(if goes_on { "flight: half done" } else { "flight: evicted" });
        let memory = self.memory_mut(id);
        if goes_on {
            // It is the same move, and is done when the target has come.
            memory.flight = Some(OracleFlight { stage: Stage::Placing, emitted: false, victim: None, ..flight });
        } else {
            memory.back_offs.remove(&flight.pair());
            self.complete(id);
        }
    }

    /// Nothing is left of the move.
    fn complete(&mut self, id: ChainId) {
        let memory = self.memory_mut(id);
        memory.flight = None;
        memory.owed = None;
        self.counts.completed += 1;
    }

    fn is_placed(&self, id: ChainId, flight: OracleFlight) -> bool {
        match flight.target {
            Some(_) => holds(self.chain(id), flight.target),
            None => self.chain(id).holders.len() > flight.holders_at as usize,
        }
    }

    /// What is owed stays owed if the target has come already.
    fn end_without_success(&mut self, id: ChainId, flight: OracleFlight) {
        let memory = self.memory_mut(id);
        memory.flight = None;
        if !(flight.place_first && flight.stage == Stage::Evicting) {
            memory.owed = None;
        }
    }

    /// R4: what is owed is dropped when there is no reason left for it.
    fn settle_owed(&mut self, id: ChainId) {
        let memory = self.memory(id);
        let Some(owed) = memory.owed else { return };
        let chain = self.chain(id);
        let has_come = owed.target.is_none() || holds(chain, owed.target);
        let has_gone = !chain.holders.contains(&owed.victim);
        let has_too_many = chain.desired.is_none_or(|desired| chain.holders.len() > desired as usize);
        let is_due = !has_gone && has_too_many && !self.leaves_too_few(id, false);
        let stands = match memory.flight {
            // It waits for its target, or the eviction has been asked for.
            Some(flight) if flight.stage == Stage::Evicting || !has_come => true,
            Some(_) => is_due,
            None if has_come => is_due,
            // Without tracking it is asked for again and again.
            None if !self.is_tracking() => {
                let target = owed.target.expect("it has not come");
                let is_young = self.inputs.now.0.saturating_sub(owed.at.0) < self.inputs.config.pin_ttl_ns;
                !has_gone && is_young && !self.is_closed(target)
            }
            None => false,
        };
        if !stands {
            self.notes.push("owed: dropped");
            let memory = self.memory_mut(id);
            memory.owed = None;
            if memory.flight.take().is_some() {
                self.counts.completed += 1;
            }
        }
    }

    /// O1: an eviction has happened.
    pub(super) fn record_move(&mut self, id: ChainId, victim: driftline::NodeId, target: Option<driftline::NodeId>) {
        let (now, window) = (self.inputs.now, self.window());
        if flap::record(self.memory_mut(id), now, victim, target, window) {
            self.counts.returned += 1;
        }
    }
}

fn holds(chain: &OracleChain, node: Option<driftline::NodeId>) -> bool {
    node.is_some_and(|node| chain.holders.contains(&node))
}
