//! Refill and over-count (R2), and the second halves of moves (R3, R4).

use super::launch::Move;
use super::pass::{Pass, holders_beside};
use super::worst::Worst;
use crate::action::{Arm, Verdict};
use crate::claim::MigrationEligible;
use crate::config::MoveOrder;
use crate::error::Error;
use crate::id::NodeId;
use crate::state::{ChainView, Owed};

/// The sampled scores of a chain's present holders.
pub(crate) trait SampledScores {
    /// The worst of them; `NoScore` if none has a score.
    fn worst_sampled(&self, chain: &ChainView<'_>) -> Worst;
}

impl Pass<'_> {
    /// Looks at counts only: not at floor, gap, cost or cooldown. Chains whose moves have failed come last, so that nobody
    /// waits for them (F1).
    pub(crate) fn run_count(&mut self, scores: &dyn SampledScores) -> Result<(), Error> {
        for is_for_failing in [false, true] {
            for index in 0..self.work.entries.list().len() {
                let memory = self.memory(index);
                let is_failing = memory.flight.is_none() && memory.has_failures(self.rules.now);
                if is_failing == is_for_failing && !self.entry(index).acted {
                    self.count(index, scores)?;
                }
            }
        }
        Ok(())
    }

    fn count(&mut self, index: usize, scores: &dyn SampledScores) -> Result<(), Error> {
        let chain = self.view(index);
        // A claim is a veto for every arm.
        let Some(eligible) = MigrationEligible::check(&chain) else { return Ok(()) };
        let memory = *self.memory(index);
        match (memory.flight, memory.owed) {
            (Some(flight), _) if flight.emitted => Ok(()),
            (Some(flight), _) => {
                let victim = flight.victim.filter(|_| flight.order == MoveOrder::PlaceFirst);
                let may_go_on = victim.is_none_or(|victim| self.may_lose(&chain, victim));
                if may_go_on { self.continue_flight(index, eligible) } else { Ok(()) }
            }
            (None, Some(owed)) if owed.target.is_some() => self.pay(index, eligible, owed),
            _ => self.keep_count(index, eligible, scores),
        }
    }

    /// R5
    fn may_lose(&self, chain: &ChainView<'_>, victim: NodeId) -> bool {
        holders_beside(chain, victim, &self.said(chain)) > self.rules.config.min_holders as usize
    }

    /// A target was placed or is to be; its victim has to go once it is there.
    fn pay(&mut self, index: usize, eligible: MigrationEligible, owed: Owed) -> Result<(), Error> {
        let chain = self.view(index);
        let tracks = self.rules.config.tracks_moves();
        if !owed.target.is_some_and(|target| chain.is_held_by(target)) {
            let waits = owed.target.is_some_and(|target| self.memory(index).backs_off(target, self.rules.now));
            if !tracks && !waits && !self.is_refused_by_limit(index, None, owed.target) {
                self.repeat_placement(index, eligible, owed)?;
            }
            return Ok(());
        }
        let waits = if tracks {
            self.memory(index).backs_off(owed.victim, self.rules.now)
        } else {
            let left = holders_beside(&chain, owed.victim, &self.said(&chain));
            let has_too_many = chain.desired_replicas().is_some_and(|desired| left > desired as usize);
            let bounds = self.rules.bounds(&chain);
            self.holds(&chain, &bounds).is_on_cooldown(self.rules.now) && !has_too_many
        };
        if waits || !self.may_lose(&chain, owed.victim) || self.is_refused_by_limit(index, Some(owed.victim), None) {
            return Ok(());
        }
        self.launch_owed(index, eligible, owed)
    }

    /// R2
    fn keep_count(
        &mut self,
        index: usize,
        eligible: MigrationEligible,
        scores: &dyn SampledScores,
    ) -> Result<(), Error> {
        let chain = self.view(index);
        let Some(desired) = chain.desired_replicas() else { return Ok(()) };
        let holders = chain.holder_count();
        if holders < desired as usize {
            self.refill(index, eligible)
        } else if holders > desired as usize {
            self.shrink(index, eligible, scores)
        } else {
            Ok(())
        }
    }

    fn refill(&mut self, index: usize, eligible: MigrationEligible) -> Result<(), Error> {
        let chain = self.view(index);
        let (memory, now) = (*self.memory(index), self.rules.now);
        // R3: a pin that is too old was forgotten before.
        let pinned = memory.pin.map(|pin| pin.target).filter(|&target| {
            !chain.is_held_by(target) && !self.work.closed.contains(target) && !memory.backs_off(target, now)
        });
        let waits = pinned.is_none() && memory.backs_off(NodeId::NONE, now);
        if waits || self.is_refused_by_limit(index, None, pinned) {
            return Ok(());
        }
        self.launch(index, eligible, Move::bare(Arm::Count, None, pinned))
    }

    fn shrink(&mut self, index: usize, eligible: MigrationEligible, scores: &dyn SampledScores) -> Result<(), Error> {
        let chain = self.view(index);
        let owed = self.memory(index).owed.map(|owed| owed.victim);
        // Who was said to go already, by whichever arm, is as good as gone, but for whom this arm has named itself.
        let left = chain.holder_count() - self.said(&chain).count_beside(&chain, owed);
        if chain.desired_replicas().is_none_or(|desired| left <= desired as usize) {
            return Ok(());
        }
        let victim = owed.or_else(|| match scores.worst_sampled(&chain) {
            Worst::Holder(node, _) => Some(node),
            _ => chain.holders().next(),
        });
        let Some(victim) = victim else { return Ok(()) };
        if !self.may_lose(&chain, victim) {
            let preset = &mut self.entry_mut(index).preset;
            *preset = preset.or(Some(Verdict::LastHolder));
            return Ok(());
        }
        if self.memory(index).backs_off(victim, self.rules.now) || self.is_refused_by_limit(index, Some(victim), None) {
            return Ok(());
        }
        self.launch_shrink(index, eligible, victim)
    }

    /// Without tracking the eviction is said again until it is done, always of the same holder.
    fn launch_shrink(&mut self, index: usize, eligible: MigrationEligible, victim: NodeId) -> Result<(), Error> {
        let before = *self.memory(index);
        let returned = self.work.counts.returned_moves;
        self.launch(index, eligible, Move::bare(Arm::Count, Some(victim), None))?;
        let mut memory = *self.memory(index);
        if self.rules.config.tracks_moves() {
            // The flight says it by itself.
            memory.owed = None;
            return self.work.entries.set_memory(index, &memory);
        }
        memory.owed = Some(Owed { victim, target: None, at: self.rules.now });
        if before.owed.is_some_and(|owed| owed.victim == victim && owed.target.is_none()) {
            // It is one move, however often it is said.
            (memory.moves, memory.flap_level) = (before.moves, before.flap_level);
            self.work.counts.returned_moves = returned;
        }
        self.work.entries.set_memory(index, &memory)
    }
}
