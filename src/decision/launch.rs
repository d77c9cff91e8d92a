//! Letting a move go: its action, and what is remembered of it (R3, R4, F1, O1).

use alloc::vec::Vec;

use super::pass::Pass;
use crate::action::{Action, Arm, Eviction, Placement};
use crate::claim::MigrationEligible;
use crate::config::MoveOrder;
use crate::error::Error;
use crate::id::NodeId;
use crate::room;
use crate::state::{ChainView, Memory, Owed, PastMove, Pin, Stage, Tracked};

/// A move that is decided.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Move {
    pub(crate) arm: Arm,
    pub(crate) victim: Option<NodeId>,
    pub(crate) target: Option<NodeId>,
    pub(crate) victim_score: Option<f32>,
    pub(crate) target_score: Option<f32>,
    pub(crate) gain: Option<f32>,
    pub(crate) cost: Option<f32>,
}

impl Move {
    /// One without numbers.
    pub(crate) fn bare(arm: Arm, victim: Option<NodeId>, target: Option<NodeId>) -> Move {
        Move { arm, victim, target, victim_score: None, target_score: None, gain: None, cost: None }
    }
}

impl Pass<'_> {
    /// Begins a move of a chain that was checked: limits, claim and all.
    pub(crate) fn launch(&mut self, index: usize, eligible: MigrationEligible, made: Move) -> Result<(), Error> {
        let chain = self.view(index);
        let tracks = self.rules.config.tracks_moves();
        let now = self.rules.now;
        let (order, stage) = match made.victim {
            Some(_) if !self.places_first(made.target) => (MoveOrder::EvictFirst, Stage::Evicting),
            Some(_) => (MoveOrder::PlaceFirst, Stage::Placing),
            None => (MoveOrder::EvictFirst, Stage::Placing),
        };
        self.say(&chain, eligible, &made, stage)?;
        self.reserve(index, made.victim, made.target)?;
        let entry = self.entry_mut(index);
        (entry.acted, entry.has_changed) = (true, true);
        let mut memory = *self.memory(index);
        if tracks {
            let holders_at = chain.holder_count() as u32;
            let Move { arm, victim, target, .. } = made;
            let flight = Tracked { order, stage, arm, victim, target, since: now, emitted: true, holders_at };
            memory.flight = Some(flight);
        }
        if let Some(victim) = made.victim {
            if stage == Stage::Placing {
                memory.owed = Some(Owed { victim, target: made.target, at: now });
            } else {
                if chain.desired_replicas().is_some() {
                    // R3
                    memory.pin = made.target.map(|target| Pin { target, at: now });
                }
                if !tracks {
                    self.evicted_untracked(index, &mut memory, victim, made.target);
                }
            }
        }
        self.work.entries.set_memory(index, &memory)
    }

    /// The second half of a move: the placement of one that evicts first, or the eviction of one that places first.
    pub(crate) fn continue_flight(&mut self, index: usize, eligible: MigrationEligible) -> Result<(), Error> {
        let chain = self.view(index);
        let Some(flight) = self.memory(index).flight else { return Ok(()) };
        let is_owed = flight.order == MoveOrder::PlaceFirst && flight.victim.is_some();
        let stage = if is_owed { Stage::Evicting } else { Stage::Placing };
        self.say(&chain, eligible, &Move::bare(Arm::Count, flight.victim, flight.target), stage)?;
        let (now, holders_at) = (self.rules.now, chain.holder_count() as u32);
        let entry = self.entry_mut(index);
        (entry.acted, entry.continued, entry.has_changed) = (true, true, true);
        let mut memory = *self.memory(index);
        memory.flight = Some(Tracked { stage, since: now, emitted: true, holders_at, ..flight });
        if let Some(owed) = &mut memory.owed {
            owed.at = now;
        }
        self.work.entries.set_memory(index, &memory)
    }

    /// The eviction that is owed after a placement, where no flight tells of it any more.
    pub(crate) fn launch_owed(&mut self, index: usize, eligible: MigrationEligible, owed: Owed) -> Result<(), Error> {
        let chain = self.view(index);
        let now = self.rules.now;
        let made = Move::bare(Arm::Count, Some(owed.victim), owed.target);
        self.say(&chain, eligible, &made, Stage::Evicting)?;
        self.reserve(index, made.victim, made.target)?;
        let tracks = self.rules.config.tracks_moves();
        let entry = self.entry_mut(index);
        (entry.acted, entry.has_changed) = (true, true);
        let mut memory = *self.memory(index);
        if tracks {
            memory.owed = Some(Owed { at: now, ..owed });
            memory.flight = Some(Tracked {
                order: if owed.target.is_some() { MoveOrder::PlaceFirst } else { MoveOrder::EvictFirst },
                stage: Stage::Evicting,
                arm: Arm::Count,
                victim: Some(owed.victim),
                target: owed.target,
                since: now,
                emitted: true,
                holders_at: chain.holder_count() as u32,
            });
        } else if has_recorded(&memory, &owed) {
            // It is one move, however often it is said.
            self.note_said(index, owed.victim);
        } else {
            self.evicted_untracked(index, &mut memory, owed.victim, owed.target);
        }
        self.work.entries.set_memory(index, &memory)
    }

    /// Says a placement again that nobody has carried out (F0).
    pub(crate) fn repeat_placement(
        &mut self,
        index: usize,
        eligible: MigrationEligible,
        owed: Owed,
    ) -> Result<(), Error> {
        let chain = self.view(index);
        self.say(&chain, eligible, &Move::bare(Arm::Count, Some(owed.victim), owed.target), Stage::Placing)?;
        let has_failed = self.memory(index).has_failures(self.rules.now);
        self.work.reservations.begin(has_failed);
        self.entry_mut(index).acted = true;
        Ok(())
    }

    /// A move begins; where moves are tracked it takes its places.
    fn reserve(&mut self, index: usize, victim: Option<NodeId>, target: Option<NodeId>) -> Result<(), Error> {
        let has_failed = self.memory(index).has_failures(self.rules.now);
        let reservations = &mut self.work.reservations;
        reservations.begin(has_failed);
        if self.rules.config.tracks_moves() { reservations.add(victim, target, has_failed) } else { Ok(()) }
    }

    /// F0: an eviction was said that nobody tracks. It starts the cooldown, as long as which it stands.
    fn note_said(&mut self, index: usize, victim: NodeId) {
        let mut said = self.said(&self.view(index));
        said.add(victim);
        let now = self.rules.now;
        let entry = self.entry_mut(index);
        (entry.last_rebalance, entry.said) = (Some(now), said);
    }

    /// Without tracking an eviction counts when it is said.
    fn evicted_untracked(&mut self, index: usize, memory: &mut Memory, victim: NodeId, target: Option<NodeId>) {
        let made = PastMove { at: self.rules.now, victim, target: target.unwrap_or(NodeId::NONE) };
        let window_ns = self.rules.config.flap_window_ns;
        self.note_said(index, victim);
        let returned = memory.record(made, window_ns);
        self.work.counts.returned_moves += u64::from(returned);
    }

    /// Writes the action.
    fn say(
        &mut self,
        chain: &ChainView<'_>,
        eligible: MigrationEligible,
        made: &Move,
        stage: Stage,
    ) -> Result<(), Error> {
        room::reserve(&mut self.work.actions, 1)?;
        let revision = chain.revision();
        let action = match (stage, made.victim) {
            (Stage::Evicting, Some(victim)) => {
                let mut eviction = Eviction::new(eligible, victim, made.arm);
                eviction.victim_score = made.victim_score;
                eviction.target = made.target;
                eviction.target_score = made.target_score;
                eviction.gain = made.gain;
                eviction.cost = made.cost;
                eviction.revision = revision;
                Action::Evict(eviction)
            }
            _ => {
                self.fill_exclude(chain)?;
                let mut exclude = Vec::new();
                exclude.try_reserve_exact(self.work.exclude.len()).map_err(|_| Error::OutOfMemory)?;
                exclude.extend_from_slice(&self.work.exclude);
                let Move { arm, victim, target, victim_score, target_score, gain, cost } = *made;
                let chain = chain.id();
                Action::Place(Placement {
                    chain,
                    exclude,
                    target,
                    victim,
                    victim_score,
                    target_score,
                    gain,
                    cost,
                    arm,
                    revision,
                })
            }
        };
        self.work.actions.push(action);
        Ok(())
    }
}

/// Whether the newest move that is kept is the eviction that is owed.
fn has_recorded(memory: &Memory, owed: &Owed) -> bool {
    let target = owed.target.unwrap_or(NodeId::NONE);
    let newest = memory.moves.as_slice().last();
    newest.is_some_and(|newest| newest.victim == owed.victim && newest.target == target && newest.at >= owed.at)
}
