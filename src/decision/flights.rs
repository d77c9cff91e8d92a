//! What has become of the moves that are under way (F1, F2): the first step of a pass.

use crate::action::Arm;
use crate::config::{MoveOrder, SchedulerConfig};
use crate::decision::entries::Entry;
use crate::decision::pass::Counts;
use crate::id::{NodeId, Timestamp};
use crate::state::{ChainView, Memory, PastMove, Stage, Tracked};

/// What the step needs to know and what it counts.
pub(crate) struct Flights<'a> {
    pub(crate) config: &'a SchedulerConfig,
    pub(crate) now: Timestamp,
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
            self.settle_owed(memory, chain);
        }
        let is_over = |pin: crate::state::Pin| {
            self.now.since_ns(pin.at) >= self.config.pin_ttl_ns || chain.is_held_by(pin.target)
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
        if !self.config.tracks_moves() {
            // F0: nobody tracks moves any more.
            memory.flight = None;
            return clear_owed(memory, &flight);
        }
        let flight = memory.flight.insert(leave_behind(flight, chain));
        if flight.victim.is_none() {
            memory.owed = None;
        }
        let flight = *flight;
        match flight.stage {
            Stage::Evicting if flight.victim.is_none() => self.evicted(entry, memory, chain),
            Stage::Placing if has_arrived(&flight, chain) => self.arrived(memory, chain, flight),
            Stage::Placing if !flight.emitted && !self.is_still_wanted(chain, &flight) => {
                self.end(memory, &flight, End::Completed);
            }
            // What has not been said yet cannot have failed.
            _ if failed && flight.emitted => self.end(memory, &flight, End::Failed),
            _ if flight.has_timed_out(self.config.move_timeout_ns, self.now) => {
                self.end(memory, &flight, End::TimedOut);
            }
            _ => {}
        }
    }

    /// The victim is gone.
    fn evicted(&mut self, entry: &mut Entry, memory: &mut Memory, chain: &ChainView<'_>) {
        let Some(mut flight) = memory.flight else { return };
        let Some(before) = chain.memory().and_then(|memory| memory.flight) else { return };
        // F2: the cooldown counts from here.
        entry.last_rebalance = Some(self.now);
        entry.has_changed = true;
        self.record(memory, before.victim, before.target);
        if before.arm == Arm::Drain {
            self.drained = before.victim;
        }
        let is_pinned = self.now.since_ns(before.since) < self.config.pin_ttl_ns;
        let is_there = before.target.is_none_or(|target| chain.is_held_by(target));
        if is_pinned && !is_there && self.is_still_wanted(chain, &before) {
            // R3: the cost that was weighed is the cost of the move that happens.
            flight.stage = Stage::Placing;
            flight.emitted = false;
            memory.flight = Some(flight);
            return;
        }
        self.end(memory, &before, End::Completed);
    }

    /// Whether the second half of a move that evicts first is still to be said.
    fn is_still_wanted(&self, chain: &ChainView<'_>, flight: &Tracked) -> bool {
        let is_short = chain.desired_replicas().is_some_and(|desired| chain.holder_count() < desired as usize);
        let is_open = flight.target.is_some_and(|target| !chain.state.closures.is_closed(target, self.now));
        flight.order == MoveOrder::EvictFirst && is_short && is_open
    }

    /// The target, or somebody where none was named, holds the chain.
    fn arrived(&mut self, memory: &mut Memory, chain: &ChainView<'_>, flight: Tracked) {
        let is_owed = flight.order == MoveOrder::PlaceFirst && flight.victim.is_some();
        if is_owed && self.has_one_to_lose(chain) {
            // The eviction is due; until it is said nothing can time out.
            memory.flight = Some(Tracked { emitted: false, ..flight });
        } else {
            memory.owed = None;
            self.end(memory, &flight, End::Completed);
        }
    }

    /// Whether the chain has more holders than it should have, so that the victim may go. Where it has not, what was placed
    /// stands in for somebody who was lost meanwhile.
    fn has_one_to_lose(&self, chain: &ChainView<'_>) -> bool {
        let holders = chain.holder_count();
        let has_too_many = chain.desired_replicas().is_none_or(|desired| holders > desired as usize);
        has_too_many && holders > self.config.min_holders as usize
    }

    fn end(&mut self, memory: &mut Memory, flight: &Tracked, end: End) {
        memory.flight = None;
        match end {
            End::Completed => {
                self.counts.completed_moves += 1;
                memory.owed = None;
                memory.succeed(flight.key());
                return;
            }
            End::Failed => self.counts.failed_moves += 1,
            End::TimedOut => self.counts.timed_out_moves += 1,
        }
        memory.fail(flight.key(), self.now);
        clear_owed(memory, flight);
    }

    /// O1: takes an eviction into the memory of moves.
    fn record(&mut self, memory: &mut Memory, victim: Option<NodeId>, target: Option<NodeId>) {
        let Some(victim) = victim else { return };
        let made = PastMove { at: self.now, victim, target: target.unwrap_or(NodeId::NONE) };
        self.counts.returned_moves += u64::from(memory.record(made, self.config.flap_window_ns));
    }

    /// An eviction that nobody owes any more is forgotten.
    fn settle_owed(&self, memory: &mut Memory, chain: &ChainView<'_>) {
        let Some(owed) = memory.owed else { return };
        let has_come = owed.target.is_none_or(|target| chain.is_held_by(target));
        let waits = !self.config.tracks_moves() && self.now.since_ns(owed.at) < self.config.pin_ttl_ns;
        let is_open = owed.target.is_none_or(|target| !chain.state.closures.is_closed(target, self.now));
        let holds = if has_come { self.has_one_to_lose(chain) } else { waits && is_open };
        if !holds || !chain.is_held_by(owed.victim) {
            memory.owed = None;
        }
    }
}

/// The flight without a victim that holds the chain no longer.
fn leave_behind(flight: Tracked, chain: &ChainView<'_>) -> Tracked {
    Tracked { victim: flight.victim.filter(|&victim| chain.is_held_by(victim)), ..flight }
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
