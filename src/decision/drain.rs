//! Emptying nodes at an even pace (N1).

use alloc::vec::Vec;
use core::ops::ControlFlow;

use super::drain_progress::{DrainProgress, pace_end};
use super::launch::Move;
use super::pass::{Pass, Rules, Work};
use crate::action::{Arm, Verdict};
use crate::asker::Stop;
use crate::claim::MigrationEligible;
use crate::class::ClassMode;
use crate::config::MoveOrder;
use crate::error::Error;
use crate::id::{ChainId, NodeId, Timestamp};
use crate::room;
use crate::state::{ChainView, Said};

/// What keeps a chain on a node that is drained, whoever asks. `said` is whom evictions of the chain have named.
pub(crate) fn blocked_by(rules: &Rules<'_>, chain: &ChainView<'_>, node: NodeId, said: &Said) -> Option<Verdict> {
    if chain.claim_held() {
        return Some(Verdict::ClaimHeld);
    }
    match rules.bounds(chain).mode {
        ClassMode::Pinned => return Some(Verdict::Pinned),
        ClassMode::ProposeOnly => return Some(Verdict::ProposeOnly),
        ClassMode::Eager | ClassMode::Lazy { .. } => {}
    }
    let places_first = rules.config.move_order == MoveOrder::PlaceFirst;
    rules.leaves_too_few(chain, node, said, places_first).then_some(Verdict::LastHolder)
}

/// What there is news of since the last tick.
#[derive(Clone, Copy, Debug)]
pub(crate) struct News {
    /// The state has noted something, or the rules are others.
    pub(crate) of_chains: bool,
    /// A node has moved, which may be the home that a chain waits for (L4).
    pub(crate) of_homes: bool,
}

/// The drain of one node in one pass.
struct Round {
    progress: DrainProgress,
    allowance: u64,
    is_full_look: bool,
    /// Whether chains that were refused a home are asked for one again.
    asks_again: bool,
    /// Whether a limit stands in the way of every further move from the node.
    is_over: bool,
    admitted: u64,
}

/// What has become of a chain in a round: it moves or could, or it cannot.
type Fate = ControlFlow<Verdict>;

impl Pass<'_> {
    /// The scheduler's own arm moves a chain away from a node, which the drain need not do any more.
    pub(crate) fn leaves_drained(&mut self, node: NodeId) {
        if let Ok(index) = self.work.drains.binary_search_by_key(&node, |progress| progress.node) {
            let progress = &mut self.work.drains[index];
            progress.left = progress.left.saturating_sub(1);
            progress.has_said |= !self.rules.config.tracks_moves();
        }
    }

    /// Goes through the nodes by deadline. `before` is what the last tick left, by ascending node.
    pub(crate) fn run_drains(&mut self, before: &[DrainProgress], news: News) -> Result<(), Error> {
        let is_acted_on = self.work.entries.list().iter().any(|entry| entry.has_changed || entry.acted);
        let news = News { of_chains: news.of_chains || is_acted_on, ..news };
        self.follow_drains(before)?;
        let mut order = core::mem::take(&mut self.work.drain_order);
        order.clear();
        let drains = self.rules.state.drains();
        let mut outcome = room::reserve(&mut order, drains.len());
        if outcome.is_ok() {
            order.extend(drains.iter().enumerate().map(|(index, &(node, deadline))| (deadline, node, index)));
            order.sort_unstable();
        }
        for &(deadline, _, index) in &order {
            outcome = outcome.and_then(|()| self.drain(index, deadline, news));
        }
        self.work.drain_order = order;
        outcome
    }

    /// While nothing is emitted the drains stay where they are.
    pub(crate) fn keep_drains(&mut self, before: &[DrainProgress]) -> Result<(), Error> {
        self.follow_drains(before)?;
        for progress in &mut self.work.drains {
            progress.is_stale = true;
            progress.begin_anew(self.rules.now);
        }
        Ok(())
    }

    /// What the last tick has left, by ascending node, in the memory of passes before.
    fn follow_drains(&mut self, before: &[DrainProgress]) -> Result<(), Error> {
        let (state, now) = (self.rules.state, self.rules.now);
        let Work { drains, drained, .. } = &mut *self.work;
        let count = state.drains().len();
        drains.truncate(count);
        room::reserve(drains, count - drains.len())?;
        drains.resize_with(count, DrainProgress::default);
        for (progress, drain) in drains.iter_mut().zip(state.closures.drains()) {
            progress.follow(before, &drain, now)?;
            progress.moved += drained.iter().filter(|&&drained| drained == drain.node).count() as u64;
        }
        Ok(())
    }

    fn drain(&mut self, index: usize, deadline: Timestamp, news: News) -> Result<(), Error> {
        let (config, now) = (self.rules.config, self.rules.now);
        let pace_end = pace_end(deadline, config.move_timeout_ns);
        let mut progress = core::mem::take(&mut self.work.drains[index]);
        let is_full_look = progress.looked_at.is_none_or(|at| now.since_ns(at) >= config.decision_interval_ns);
        progress.behind = 0;
        progress.homes_moved |= news.of_homes || progress.is_stale;
        let is_idle = !news.of_chains && !progress.is_stale && !progress.has_said && !is_full_look;
        if is_idle && progress.allowance(pace_end, now) == 0 {
            // Nobody has come or gone since the chains were last listed, and nothing is due.
            self.work.drains[index] = progress;
            return Ok(());
        }
        let waits = |at| now.since_ns(at) < config.retry_backoff_ns;
        let asks_again = is_full_look || progress.homes_moved || !progress.asked_again_at.is_some_and(waits);
        let mut round = Round { progress, allowance: 0, is_full_look, asks_again, is_over: false, admitted: 0 };
        let outcome = self.drain_round(&mut round, pace_end);
        self.work.drains[index] = round.progress;
        outcome
    }

    fn drain_round(&mut self, round: &mut Round, pace_end: Timestamp) -> Result<(), Error> {
        let now = self.rules.now;
        let on_node = self.list_chains(&mut round.progress)?;
        round.progress.left = on_node.len() as u64;
        round.allowance = round.progress.allowance(pace_end, now);
        let allowed = round.allowance;
        let mut refused = core::mem::take(&mut self.work.refused);
        refused.clear();
        let mut outcome = Ok(());
        for &(_, chain, slot) in &on_node {
            outcome = outcome.and_then(|()| match self.drain_chain(round, slot)? {
                Fate::Break(verdict) => {
                    room::reserve(&mut refused, 1)?;
                    refused.push((chain, verdict));
                    Ok(())
                }
                Fate::Continue(()) => Ok(()),
            });
        }
        refused.sort_unstable_by_key(|&(chain, _)| chain);
        self.work.refused = core::mem::replace(&mut round.progress.refused, refused);
        self.work.on_node = on_node;
        outcome?;
        let Round { progress, is_full_look, asks_again, admitted, .. } = round;
        progress.is_stale = false;
        if *asks_again && self.asker.is_some() && (allowed > 0 || *is_full_look) {
            (progress.asked_again_at, progress.homes_moved) = (Some(now), false);
        }
        if allowed > 0 && (*admitted > 0 || progress.behind == 0) {
            progress.last_paced = Some(now);
        }
        if *is_full_look {
            progress.looked_at = Some(now);
        }
        progress.left -= *admitted;
        Ok(())
    }

    /// The chains led here that the node holds and that are not on their way from it: those whose moves have failed after the
    /// others, so that nobody waits for them (F1), each by ascending id.
    fn list_chains(&mut self, progress: &mut DrainProgress) -> Result<Vec<(bool, ChainId, u32)>, Error> {
        let mut on_node = core::mem::take(&mut self.work.on_node);
        on_node.clear();
        let (rules, node) = (self.rules, progress.node);
        progress.has_said = false;
        let slot = rules.state.nodes.find_live(node.0);
        let chains = slot.map_or(&[][..], |slot| &rules.state.nodes.value(slot).chains);
        on_node.try_reserve(chains.len()).map_err(|_| Error::OutOfMemory)?;
        for &slot in chains {
            let view = rules.state.view(slot);
            if !view.is_led_by(rules.this_node) {
                continue;
            }
            if self.said(&view).nodes().contains(&node) {
                // F0: only the cooldown keeps an eviction from being repeated.
                progress.has_said = true;
            } else if !self.is_leaving(node, &view) {
                on_node.push((self.has_failures(&view), view.id(), slot));
            }
        }
        on_node.sort_unstable();
        Ok(on_node)
    }

    /// Whether a move of a chain from a node is under way.
    fn is_leaving(&self, node: NodeId, chain: &ChainView<'_>) -> bool {
        let entries = &self.work.entries;
        let memory = entries.find(chain.id()).map_or_else(|| chain.memory(), |index| Some(entries.memory(index)));
        memory.is_some_and(|memory| {
            let flight = memory.flight.and_then(|flight| flight.victim);
            flight == Some(node) || memory.owed.is_some_and(|owed| owed.victim == node)
        })
    }

    fn drain_chain(&mut self, round: &mut Round, slot: u32) -> Result<Fate, Error> {
        let chain = self.rules.state.view(slot);
        let before = round.progress.refusal(chain.id());
        let as_before = before.map_or(Fate::Continue(()), Fate::Break);
        let is_busy = self.work.entries.get(chain.id()).is_some_and(|entry| entry.acted || entry.is_under_way());
        if is_busy || blocked_by(&self.rules, &chain, round.progress.node, &self.said(&chain)).is_some() {
            return Ok(as_before);
        }
        let has_turn = round.allowance > 0 && !round.is_over;
        // L4
        let waits = before == Some(Verdict::NoAlternative) && !round.asks_again;
        if round.is_over || waits || !has_turn && !round.is_full_look {
            return Ok(as_before);
        }
        match self.offer_for_drain(&chain, round.progress.node)? {
            Err(verdict) => {
                if verdict == Verdict::ScorerFailed {
                    let index = self.work.entries.of(&chain, &self.rules)?;
                    self.entry_mut(index).scorer_failed = true;
                }
                Ok(Fate::Break(verdict))
            }
            // It has a home; that is all that was to be known.
            Ok(()) if !has_turn => Ok(Fate::Continue(())),
            Ok(()) => self.move_from_drained(round, &chain),
        }
    }

    /// Ranks the homes of a chain instead of the drained node, or says why there is none.
    fn offer_for_drain(&mut self, chain: &ChainView<'_>, node: NodeId) -> Result<Result<(), Verdict>, Error> {
        match self.ask_for_offers(chain, node) {
            Ok(offers) if offers.is_empty() => Ok(Err(Verdict::NoAlternative)),
            Ok(offers) => {
                let work = &mut *self.work;
                work.offers.rank(offers, self.rules.config, &work.reservations)?;
                Ok(Ok(()))
            }
            Err(Stop::Abort(error)) => Err(error),
            Err(Stop::Skip) => Ok(Err(Verdict::ScorerFailed)),
        }
    }

    fn move_from_drained(&mut self, round: &mut Round, chain: &ChainView<'_>) -> Result<Fate, Error> {
        let node = round.progress.node;
        let limit = self.limit(Some(node), None, self.has_failures(chain));
        let config = self.rules.config;
        let reservations = &self.work.reservations;
        let target = self.work.offers.ranked().find(|offer| !reservations.is_full(offer.node, config));
        let refusal = limit.or(if target.is_none() { Some(Verdict::TargetLimit) } else { None });
        let index = self.work.entries.of(chain, &self.rules)?;
        if let Some(verdict) = refusal {
            let preset = &mut self.entry_mut(index).preset;
            *preset = preset.or(Some(verdict));
            round.progress.behind += 1;
            round.is_over = limit.is_some();
            return Ok(Fate::Break(verdict));
        }
        let (Some(target), Some(eligible)) = (target, MigrationEligible::check(chain)) else {
            return Ok(Fate::Continue(()));
        };
        let mut made = Move::bare(Arm::Drain, Some(node), Some(target.node));
        made.target_score = Some(target.score);
        self.launch(index, eligible, made)?;
        round.allowance -= 1;
        round.admitted += 1;
        round.progress.moved += u64::from(!config.tracks_moves());
        round.progress.has_said |= !config.tracks_moves();
        Ok(Fate::Continue(()))
    }
}
