//! F1: what became of the moves in flight, by the holders as they are now.

use driftline::{Arm, ChainId, NodeId, SchedulerConfig, Timestamp};

use super::decision::end;
use super::flap;
use super::memory::{OracleFlight, Owed, Stage};
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
            return self.stop_tracking(id, flight);
        }
        // Who is lost meanwhile is not who was there before: somebody new is somebody more.
        let flight = OracleFlight { holders_at: flight.holders_at.min(self.holders_now(id)), ..flight };
        self.memory_mut(id).flight = Some(flight);
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
                self.complete(id);
            } else if self.is_outdated(flight) {
                self.notes.push("flight: outdated");
                self.complete(id);
            } else {
                // The eviction is due. Until it is asked for nobody but us is waited for.
                self.memory_mut(id).flight = Some(OracleFlight { emitted: false, ..flight });
            }
        } else if !flight.emitted {
            // The second half is still to come, if there is reason for it.
            let is_open = flight.target.is_some_and(|target| !self.is_closed(target));
            let is_young = self.age_ns(flight.since) < self.inputs.config.pin_ttl_ns;
            if flight.place_first || !is_open || !self.is_short(id) {
                self.notes.push("flight: second half needless");
                self.complete(id);
            } else if !is_young {
                // R3
                self.notes.push("flight: second half too old");
                self.complete(id);
            }
        } else if failed {
            self.counts.failed += 1;
            self.end_without_success(id, flight);
            self.memory_mut(id).back_off(flight.key(), now);
        } else if self.age_ns(flight.since) >= self.inputs.config.move_timeout_ns {
            self.counts.timed_out += 1;
            self.end_without_success(id, flight);
            self.memory_mut(id).back_off(flight.key(), now);
        }
    }

    /// F0: there are no flights any more. An eviction that was asked for is as one that was never tracked.
    fn stop_tracking(&mut self, id: ChainId, flight: OracleFlight) {
        self.end_without_success(id, flight);
        let is_said = flight.stage == Stage::Evicting && flight.emitted && holds(self.chain(id), flight.victim);
        let Some(victim) = flight.victim.filter(|_| is_said) else {
            self.notes.push("flight: not tracked any more");
            return;
        };
        self.notes.push("flight: said and not tracked any more");
        self.memory_mut(id).last_rebalance = Some(flight.since);
        self.record_move(id, flight.since, victim, flight.target);
        if self.is_on_cooldown(self.memory(id), &self.bounds(id)) {
            self.memory_mut(id).say(victim, flight.since);
        }
    }

    /// R4: whether the target came so late, or the eviction was held up for so long, that nobody goes for a reason which is
    /// as old as that.
    fn is_outdated(&self, flight: OracleFlight) -> bool {
        let SchedulerConfig { move_timeout_ns, pin_ttl_ns, .. } = *self.inputs.config;
        self.age_ns(flight.since) >= move_timeout_ns.max(pin_ttl_ns)
    }

    /// T4: times may lie anywhere.
    fn age_ns(&self, at: Timestamp) -> u64 {
        self.inputs.now.0.saturating_sub(at.0)
    }

    /// The victim has gone.
    fn evicted(&mut self, id: ChainId, flight: OracleFlight) {
        let SchedulerConfig { move_timeout_ns, pin_ttl_ns, .. } = *self.inputs.config;
        // F2. Later than that nobody waited for it: it was done by then, and is seen only now.
        let at = end(flight.since, move_timeout_ns).map_or(self.inputs.now, |latest| latest.min(self.inputs.now));
        self.memory_mut(id).last_rebalance = Some(at);
        let victim = flight.victim.expect("somebody was evicted");
        self.record_move(id, at, victim, flight.target);
        if flight.arm == Arm::Drain {
            self.drains.count_moved(victim);
        }

        let is_young = self.age_ns(flight.since) < pin_ttl_ns;
        let is_wanted = |target| !self.chain(id).holders.contains(&target) && !self.is_closed(target);
        let goes_on = !flight.place_first && is_young && self.is_short(id) && flight.target.is_some_and(is_wanted);
        self.notes.push(if goes_on { "flight: half done" } else { "flight: evicted" });
        if at < self.inputs.now {
            self.notes.push("flight: seen late");
        }
        if goes_on {
            // It is the same move, and is done when the target has come.
            let rest = OracleFlight { stage: Stage::Placing, emitted: false, victim: None, ..flight };
            self.memory_mut(id).flight = Some(rest);
        } else {
            self.complete(id);
        }
    }

    /// Nothing is left of the move. What has been done at last is forgiven: a target has come, or nobody asks whether it
    /// has, and who had to go has gone.
    fn complete(&mut self, id: ChainId) {
        let chain = self.chain(id);
        let memory = self.memory_mut(id);
        let flight = memory.flight.take().expect("a move was under way");
        memory.owed = None;
        if let Some(target) = flight.target.filter(|_| holds(chain, flight.target) || chain.desired.is_none()) {
            memory.back_offs.remove(&target);
        }
        if flight.target != Some(flight.key()) {
            memory.back_offs.remove(&flight.key());
        }
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
        let holders = chain.holders.len() as u64;
        // Without a wish there may be any number, but nobody goes for being one too many.
        let has_too_many = chain.desired.map_or(owed.target.is_some(), |desired| holders > u64::from(desired));
        let is_due = !has_gone && has_too_many && holders > u64::from(self.inputs.config.min_holders);
        let stands = match memory.flight {
            // It waits for its target, or the eviction has been asked for.
            Some(flight) if flight.stage == Stage::Evicting || !has_come => true,
            Some(_) => is_due,
            None if has_come => is_due && !self.is_too_old(id, owed),
            // Without tracking it is asked for again and again.
            None if !self.is_tracking() => {
                let target = owed.target.expect("it has not come");
                let is_young = self.age_ns(owed.at) < self.inputs.config.pin_ttl_ns;
                !has_gone && is_young && !self.is_closed(target)
            }
            None => false,
        };
        if !stands {
            self.notes.push("owed: dropped");
            if self.memory(id).flight.is_some() {
                self.complete(id);
            } else {
                self.memory_mut(id).owed = None;
            }
        }
    }

    /// Whether the eviction was decided so long ago that it is to be decided anew. One that only makes up for a holder too
    /// many is of any age.
    fn is_too_old(&mut self, id: ChainId, owed: Owed) -> bool {
        let SchedulerConfig { move_timeout_ns, pin_ttl_ns, .. } = *self.inputs.config;
        let is_too_old = if owed.target.is_none() {
            false
        } else if self.is_tracking() {
            // One that has failed waits for its time to come again.
            let has_failed = self.memory(id).back_offs.contains_key(&owed.victim);
            !has_failed && self.age_ns(owed.at) >= move_timeout_ns.max(pin_ttl_ns)
        } else {
            self.age_ns(owed.at) >= self.cooldown_ns(id).max(pin_ttl_ns)
        };
        if is_too_old {
            self.notes.push("owed: too old");
        }
        is_too_old
    }

    /// O1: an eviction has happened.
    pub(super) fn record_move(&mut self, id: ChainId, at: Timestamp, victim: NodeId, target: Option<NodeId>) {
        let window = self.window();
        if flap::record(self.memory_mut(id), at, victim, target, window) {
            self.counts.returned += 1;
        }
    }
}

fn holds(chain: &OracleChain, node: Option<NodeId>) -> bool {
    node.is_some_and(|node| chain.holders.contains(&node))
}
