//! What has become of the moves that are under way (F1, F2): the first step of a pass.

use crate::action::Arm;
use crate::config::MoveOrder;
use crate::decision::entries::Entry;
use crate::decision::holds::Holds;
use crate::decision::pass::{Counts, Rules};
use crate::id::{NodeId, Timestamp};
use crate::state::{ChainView, Memory, PastMove, Stage, Tracked};

/// What the step needs to know and what it counts.
pub(crate) struct Flights<'a> {
    pub(crate) rules: Rules<'a>,
    pub(crate) counts: &'a mut Counts,
    /// The node that a drain has moved the chain away from.
    pub(crate) drained: Option<NodeId>,
}

/// How a move came to its end.
enum End {
    Completed,
    Failed,
    TimedOut,
}

impl Flights<'_> {
    /// Brings what is remembered of a chain to where events have brought the chain.
    pub(crate) fn advance(&mut self, entry: &mut Entry, memory: &mut Memory, chain: &ChainView<'_>) {
        let before = *memory;
        let failed = core::mem::take(&mut memory.failed);
        if let Some(flight) = memory.flight {
            self.advance_flight(entry, memory, chain, flight, failed);
        }
        if memory.flight.is_none() {
            self.settle_owed(entry, memory, chain);
        }
        let is_over = |pin: crate::state::Pin| {
            self.rules.now.since_ns(pin.at) >= self.rules.config.pin_ttl_ns || chain.is_held_by(pin.target)
        };
        memory.pin = memory.pin.filter(|&pin| !is_over(pin));
        entry.has_changed |= *memory != before;
    }

    fn advance_flight(
        &mut self,
        entry: &mut Entry,
        memory: &mut Memory,
        chain: &ChainView<'_>,
        flight: Tracked,
        failed: bool,
    ) {
        if !self.rules.config.tracks_moves() {
            return self.stop_tracking(entry, memory, chain, &flight);
        }
        let before = flight;
        let flight = leave_behind(before, chain);
        memory.flight = Some(flight);
        if flight.victim.is_none() {
            memory.owed = None;
        }
        match flight.stage {
            Stage::Evicting if flight.victim.is_none() => self.evicted(entry, memory, chain, flight, &before),
            Stage::Placing if has_arrived(&flight, chain) => self.arrived(memory, chain, flight),
            Stage::Placing if !flight.emitted && !self.is_still_wanted(chain, &flight) => {
                self.end(memory, chain, &flight, End::Completed);
            }
            // What has not been said yet cannot have failed.
            _ if failed && flight.emitted => self.end(memory, chain, &flight, End::Failed),
            _ if flight.has_timed_out(self.rules.config.move_timeout_ns, self.rules.now) => {
                self.end(memory, chain, &flight, End::TimedOut);
            }
            _ => {}
        }
    }

    /// F0: nobody tracks moves any more. An eviction that was said may still happen, as any that was never tracked.
    fn stop_tracking(&mut self, entry: &mut Entry, memory: &mut Memory, chain: &ChainView<'_>, flight: &Tracked) {
        memory.flight = None;
        clear_owed(memory, flight);
        let victim = flight.victim.filter(|&victim| chain.is_held_by(victim));
        if let Some(victim) = victim.filter(|_| flight.stage == Stage::Evicting && flight.emitted) {
            entry.last_rebalance = Some(flight.since);
            entry.has_changed = true;
            self.record(memory, Some(victim), flight.target, flight.since);
            let holds = Holds::new(entry.last_rebalance, Some(memory), &self.rules.bounds(chain), &self.rules);
            if holds.is_on_cooldown(self.rules.now) {
                entry.said.add(victim);
            }
        }
    }

    /// The victim is gone.
    fn evicted(
        &mut self,
        entry: &mut Entry,
        memory: &mut Memory,
        chain: &ChainView<'_>,
        flight: Tracked,
        before: &Tracked,
    ) {
        // F2: the cooldown counts from here; where nobody has looked for long, from when it must have been done.
        let latest = before.since.after_ns(self.rules.config.move_timeout_ns);
        let done_at = latest.map_or(self.rules.now, |latest| latest.min(self.rules.now));
        entry.last_rebalance = Some(done_at);
        entry.has_changed = true;
        self.record(memory, before.victim, before.target, done_at);
        if before.arm == Arm::Drain {
            self.drained = before.victim;
        }
        let is_there = before.target.is_none_or(|target| chain.is_held_by(target));
        if !is_there && self.is_still_wanted(chain, before) {
            // R3: the cost that was weighed is the cost of the move that happens.
            memory.flight = Some(Tracked { stage: Stage::Placing, emitted: false, ..flight });
            return;
        }
        self.end(memory, chain, before, End::Completed);
    }

    /// Whether the second half of a move that evicts first is still to be said.
    fn is_still_wanted(&self, chain: &ChainView<'_>, flight: &Tracked) -> bool {
        let is_short = chain.desired_replicas().is_some_and(|desired| chain.holder_count() < desired as usize);
        let is_open = flight.target.is_some_and(|target| !chain.state.closures.is_closed(target, self.rules.now));
        // R3: a pin that is too old is none.
        let is_pinned = self.rules.now.since_ns(flight.since) < self.rules.config.pin_ttl_ns;
        flight.order == MoveOrder::EvictFirst && is_short && is_open && is_pinned
    }

    /// The target, or somebody where none was named, holds the chain.
    fn arrived(&mut self, memory: &mut Memory, chain: &ChainView<'_>, flight: Tracked) {
        let is_owed = flight.order == MoveOrder::PlaceFirst && flight.victim.is_some();
        let is_fresh = self.rules.now.since_ns(flight.since) < self.owed_for_ns();
        if is_owed && is_fresh && self.has_one_to_lose(chain) {
            // The eviction is due; until it is said nothing can time out.
            memory.flight = Some(Tracked { emitted: false, ..flight });
        } else {
            // Nothing is evicted on a decision that is too old: scores may say the opposite by now.
            memory.owed = None;
            self.end(memory, chain, &flight, End::Completed);
        }
    }

    /// For how long the eviction of a tracked move that places first is owed.
    fn owed_for_ns(&self) -> u64 {
        self.rules.config.pin_ttl_ns.max(self.rules.config.move_timeout_ns)
    }

    /// Whether the chain has more holders than it should have, so that the victim may go. Where it has not, what was placed
    /// stands in for somebody who was lost meanwhile.
    fn has_one_to_lose(&self, chain: &ChainView<'_>) -> bool {
        let holders = chain.holder_count();
        let has_too_many = chain.desired_replicas().is_none_or(|desired| holders > desired as usize);
        has_too_many && holders > self.rules.config.min_holders as usize
    }

    fn end(&mut self, memory: &mut Memory, chain: &ChainView<'_>, flight: &Tracked, end: End) {
        memory.flight = None;
        match end {
            End::Completed => {
                self.counts.completed_moves += 1;
                memory.owed = None;
                // Where no count is wished, a move that evicts first has done all that it was to do.
                let is_done = |target| chain.is_held_by(target) || chain.desired_replicas().is_none();
                let reached = flight.target.filter(|&target| is_done(target));
                reached.into_iter().for_each(|target| memory.succeed(target));
                if flight.target != Some(flight.key()) {
                    memory.succeed(flight.key());
                }
                return;
            }
            End::Failed => self.counts.failed_moves += 1,
            End::TimedOut => self.counts.timed_out_moves += 1,
        }
        memory.fail(flight.key(), self.rules.now);
        clear_owed(memory, flight);
    }

    /// O1: takes an eviction into the memory of moves.
    fn record(&mut self, memory: &mut Memory, victim: Option<NodeId>, target: Option<NodeId>, at: Timestamp) {
        let Some(victim) = victim else { return };
        let made = PastMove { at, victim, target: target.unwrap_or(NodeId::NONE) };
        self.counts.returned_moves += u64::from(memory.record(made, self.rules.config.flap_window_ns));
    }

    /// An eviction that nobody owes any more is forgotten.
    fn settle_owed(&self, entry: &Entry, memory: &mut Memory, chain: &ChainView<'_>) {
        let Some(owed) = memory.owed else { return };
        let has_come = owed.target.is_none_or(|target| chain.is_held_by(target));
        let age_ns = self.rules.now.since_ns(owed.at);
        let waits = !self.rules.config.tracks_moves() && age_ns < self.rules.config.pin_ttl_ns;
        let is_open = owed.target.is_none_or(|target| !chain.state.closures.is_closed(target, self.rules.now));
        let is_fresh = owed.target.is_none() || self.is_still_owed(entry, memory, chain, age_ns);
        // What the count has said is nobody's business where no count is wished.
        let is_wished = owed.target.is_some() || chain.desired_replicas().is_some();
        let holds = if has_come { is_wished && is_fresh && self.has_one_to_lose(chain) } else { waits && is_open };
        if !holds || !chain.is_held_by(owed.victim) {
            memory.owed = None;
        }
    }

    /// Whether an eviction whose target holds the chain is still to be made. As long as it is remembered that it failed it is
    /// tried again; otherwise it is forgotten once the decision is too old.
    fn is_still_owed(&self, entry: &Entry, memory: &Memory, chain: &ChainView<'_>, age_ns: u64) -> bool {
        if self.rules.config.tracks_moves() {
            let has_failed = memory.owed.is_some_and(|owed| memory.has_failed_with(owed.victim, self.rules.now));
            return has_failed || age_ns < self.owed_for_ns();
        }
        let holds = Holds::new(entry.last_rebalance, Some(memory), &self.rules.bounds(chain), &self.rules);
        age_ns < self.rules.config.pin_ttl_ns.max(holds.cooldown_ns)
    }
}

/// The flight without a victim that holds the chain no longer; and whoever was lost meanwhile is not to be made up for by
/// whom it places.
fn leave_behind(flight: Tracked, chain: &ChainView<'_>) -> Tracked {
    let victim = flight.victim.filter(|&victim| chain.is_held_by(victim));
    Tracked { victim, holders_at: flight.holders_at.min(chain.holder_count() as u32), ..flight }
}

fn has_arrived(flight: &Tracked, chain: &ChainView<'_>) -> bool {
    match flight.target {
        Some(target) => chain.is_held_by(target),
        None => chain.holder_count() > flight.holders_at as usize,
    }
}

/// An eviction that failed after its target had come is still to be made; any other is not.
fn clear_owed(memory: &mut Memory, flight: &Tracked) {
    if !(flight.order == MoveOrder::PlaceFirst && flight.stage == Stage::Evicting) {
        memory.owed = None;
    }
}
