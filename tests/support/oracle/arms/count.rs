//! R2, R4: as many holders as are wished, and the second halves of moves.

use driftline::{Arm, ChainId, Verdict};

use super::begin::Plan;
use crate::support::oracle::answer::Numbers;
use crate::support::oracle::memory::{OracleFlight, Owed, PastMove, Stage};
use crate::support::oracle::pass::Pass;

impl Pass<'_> {
    /// F1: chains whose moves have failed have their turn when no other is left that waits for room. A half that is still
    /// to be asked for has room already.
    pub(crate) fn count_arm(&mut self) {
        let comes_last = |id: &ChainId| self.memory(*id).is_failing() && self.memory(*id).flight.is_none();
        let (last, first): (Vec<_>, Vec<_>) = self.led.iter().copied().partition(comes_last);
        for id in first.into_iter().chain(last) {
            if !self.acted.contains(&id) {
                self.count(id);
            }
        }
    }

    fn count(&mut self, id: ChainId) {
        let (memory, chain) = (self.memory(id), self.chain(id));
        let (holders, desired) = (chain.holders.len() as u64, chain.desired);
        match (memory.flight, memory.owed) {
            (Some(flight), None) if flight.stage == Stage::Placing && !flight.emitted => self.second_half(id, flight),
            (None, Some(owed)) if owed.target.is_none() => self.trim(id, Some(owed)),
            (flight, Some(owed)) => {
                let has_come = owed.target.is_none_or(|target| chain.holders.contains(&target));
                match flight {
                    Some(flight) if flight.stage == Stage::Placing && has_come => self.pay(id, owed, Some(flight)),
                    None if has_come => self.pay(id, owed, None),
                    None => self.place_again(id, owed),
                    Some(_) => {}
                }
            }
            (Some(_), None) => {}
            (None, None) if self.is_short(id) => self.refill(id),
            (None, None) if desired.is_none_or(|desired| holders <= u64::from(desired)) => {}
            (None, None) => self.trim(id, None),
        }
    }

    /// `EvictFirst`: the victim has gone, now the target comes. The move was admitted before.
    fn second_half(&mut self, id: ChainId, flight: OracleFlight) {
        if self.chain(id).claim_held {
            return;
        }
        self.notes.push("count: second half");
        let numbers = Numbers::default();
        self.place(id, Plan { arm: Arm::Count, victim: None, target: flight.target, numbers });
        let (since, holders_at) = (self.inputs.now, self.holders_now(id));
        self.memory_mut(id).flight = Some(OracleFlight { since, emitted: true, holders_at, ..flight });
    }

    /// The eviction that is owed.
    fn pay(&mut self, id: ChainId, owed: Owed, flight: Option<OracleFlight>) {
        let now = self.inputs.now;
        if self.chain(id).claim_held {
            return;
        }
        let waits = if flight.is_some() {
            // It has not been asked for, so it cannot have failed.
            false
        } else if self.is_tracking() {
            self.memory(id).is_backed_off(owed.victim, now)
        } else {
            let has_too_many = self.has_too_many(id, Some(owed.victim));
            self.is_on_cooldown(self.memory(id), &self.bounds(id)) && !has_too_many
        };
        if waits {
            self.notes.push("count: owed eviction waits");
            return;
        }
        if self.leaves_too_few(id, owed.victim, false) {
            self.notes.push("count: owed eviction of the last");
            return;
        }
        if flight.is_none() {
            if let Some(limit) = self.limit(id, Some(owed.victim), None) {
                return self.hold_up(id, limit);
            }
            self.count_move(id);
        }
        let is_first = flight.is_none();
        self.notes.push(if is_first { "count: owed eviction" } else { "count: owed eviction in flight" });
        self.evict(id, the_rest(owed));
        if self.is_tracking() {
            let begun = OracleFlight {
                place_first: owed.target.is_some(),
                stage: Stage::Evicting,
                victim: Some(owed.victim),
                target: owed.target,
                since: now,
                emitted: true,
                holders_at: self.holders_now(id),
                arm: flight.map_or(Arm::Count, |flight| flight.arm),
            };
            let memory = self.memory_mut(id);
            memory.flight = Some(begun);
            // If it fails, its age counts from here.
            memory.owed = Some(Owed { at: now, ..owed });
            if flight.is_none() {
                self.reserved.add(&begun);
            }
        } else {
            self.say_eviction(id, owed.victim);
            if !self.is_recorded(id, owed) {
                self.record_move(id, now, owed.victim, owed.target);
            }
        }
    }

    /// Whether the eviction was asked for before and remembered then.
    fn is_recorded(&self, id: ChainId, owed: Owed) -> bool {
        let is_it = |made: &PastMove| made.victim == owed.victim && made.target == owed.target && made.at >= owed.at;
        self.memory(id).moves.last().is_some_and(is_it)
    }

    /// `PlaceFirst` without tracking: the target has not come yet.
    fn place_again(&mut self, id: ChainId, owed: Owed) {
        if self.chain(id).claim_held {
            return;
        }
        if owed.target.is_some_and(|target| self.memory(id).is_backed_off(target, self.inputs.now)) {
            self.notes.push("count: placement waits");
            return;
        }
        if let Some(limit) = self.limit(id, None, owed.target) {
            return self.hold_up(id, limit);
        }
        self.count_move(id);
        self.notes.push("count: place again");
        self.place(id, the_rest(owed));
    }

    /// Too few.
    fn refill(&mut self, id: ChainId) {
        let (memory, chain, now) = (self.memory(id), self.chain(id), self.inputs.now);
        if chain.claim_held {
            return;
        }
        // R3
        let pin = memory.pin.filter(|pin| {
            let is_young = now.0.saturating_sub(pin.at.0) < self.inputs.config.pin_ttl_ns;
            let is_home = !chain.holders.contains(&pin.target) && !self.is_closed(pin.target);
            is_young && is_home && !memory.is_backed_off(pin.target, now)
        });
        let target = pin.map(|pin| pin.target);
        if target.is_none() && memory.is_backed_off(driftline::NodeId::NONE, now) {
            return;
        }
        if let Some(limit) = self.limit(id, None, target) {
            return self.hold_up(id, limit);
        }
        if self.chain(id).holders.is_empty() {
            self.notes.push("count: nobody is left");
        }
        self.notes.push(if target.is_some() { "count: refill from a pin" } else { "count: refill" });
        self.begin(id, Plan { arm: Arm::Count, victim: None, target, numbers: Numbers::default() });
    }

    /// Too many. `owed` names the victim if somebody was named before.
    fn trim(&mut self, id: ChainId, owed: Option<Owed>) {
        let now = self.inputs.now;
        if self.chain(id).claim_held {
            return;
        }
        if !self.has_too_many(id, owed.map(|owed| owed.victim)) {
            self.notes.push("count: another is as good as gone");
            return;
        }
        let victim = owed.map_or_else(|| self.worst_holder(id), |owed| owed.victim);
        if self.leaves_too_few(id, victim, false) {
            return self.hold_up(id, Verdict::LastHolder);
        }
        if self.memory(id).is_backed_off(victim, now) {
            return;
        }
        if let Some(limit) = self.limit(id, Some(victim), None) {
            return self.hold_up(id, limit);
        }
        let plan = Plan { arm: Arm::Count, victim: Some(victim), target: None, numbers: Numbers::default() };
        if owed.is_some() && !self.is_tracking() {
            // It is the same move as before, so it is not remembered twice.
            self.notes.push("count: trim again");
            self.count_move(id);
            self.evict(id, plan);
            self.say_eviction(id, victim);
        } else {
            self.notes.push("count: trim");
            self.begin(id, plan);
        }
        // So that the next tick names the same victim, however the scores are then. A flight says it by itself.
        let owed = Owed { victim, target: None, at: now };
        self.memory_mut(id).owed = Some(owed).filter(|_| !self.is_tracking());
    }
}

fn the_rest(owed: Owed) -> Plan {
    Plan { arm: Arm::Count, victim: Some(owed.victim), target: owed.target, numbers: Numbers::default() }
}
