//! What somebody has ordered (R7): first all evictions, then all placements, each by ascending chain.

use super::entries::OrderFate;
use super::launch::Move;
use super::pass::{Pass, holders_beside};
use crate::action::Arm;
use crate::claim::MigrationEligible;
use crate::error::Error;
use crate::state::Order;

/// Which orders a round is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Round {
    /// Those that name a victim, with their target if they name one, too: then they are one move.
    Evictions,
    Placements,
}

impl Pass<'_> {
    /// Considers every order that came after the revision that the last tick has seen.
    pub(crate) fn run_forced(&mut self, acted_revision: u64, is_frozen: bool) -> Result<(), Error> {
        for round in [Round::Evictions, Round::Placements] {
            for index in 0..self.work.entries.list().len() {
                let Some(order) = self.view(index).order() else { continue };
                // An order that an earlier tick of this scheduler could have seen was not for it.
                let order = order.after(acted_revision);
                let own_round = if order.victim.is_some() { Round::Evictions } else { Round::Placements };
                if round != own_round {
                    continue;
                }
                let fate = if order.is_empty() {
                    OrderFate::Gone
                } else if is_frozen {
                    self.refuse(&order)
                } else {
                    self.consider_order(index, &order)?
                };
                self.entry_mut(index).order = fate;
            }
        }
        Ok(())
    }

    fn consider_order(&mut self, index: usize, order: &Order) -> Result<OrderFate, Error> {
        let chain = self.view(index);
        let (victim, target) = (order.victim.map(|(victim, _)| victim), order.target.map(|(target, _)| target));
        let is_wrong = self.entry(index).is_under_way()
            || victim.is_some_and(|victim| !chain.is_held_by(victim))
            || target.is_some_and(|target| chain.is_held_by(target) || self.work.closed.contains(target));
        let least = self.rules.config.min_holders as usize + usize::from(!self.places_first(target));
        let said = self.said(&chain);
        let leaves_too_few = victim.is_some_and(|victim| holders_beside(&chain, victim, &said) < least);
        let eligible = MigrationEligible::check(&chain).filter(|_| !is_wrong && !leaves_too_few);
        let Some(eligible) = eligible else { return Ok(self.refuse(order)) };
        // F1: whoever orders it knows what has failed.
        if let Some(limit) = self.limit(victim, target, false) {
            let preset = &mut self.entry_mut(index).preset;
            *preset = preset.or(Some(limit));
            return Ok(OrderFate::Stays);
        }
        if let Some(target) = target {
            // Whoever orders it knows better than a failure that is past.
            let mut memory = *self.memory(index);
            memory.succeed(target);
            self.work.entries.set_memory(index, &memory)?;
        }
        self.launch(index, eligible, Move::bare(Arm::Forced, victim, target))?;
        Ok(OrderFate::Gone)
    }

    fn refuse(&mut self, order: &Order) -> OrderFate {
        let count = u64::from(order.victim.is_some()) + u64::from(order.target.is_some());
        self.work.counts.forced_refused += count;
        OrderFate::Gone
    }
}
