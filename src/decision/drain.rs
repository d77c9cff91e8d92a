//! Emptying nodes at an even pace (N1).

use alloc::vec::Vec;

use super::launch::Move;
use super::pass::{Pass, Rules, Work};
use crate::action::{Arm, Verdict};
use crate::asker::Stop;
use crate::claim::MigrationEligible;
use crate::class::ClassMode;
use crate::error::Error;
use crate::id::{ChainId, NodeId, Timestamp};
use crate::room;
use crate::state::ChainView;

/// How far the drain of one node has come; what a tick leaves to the next.
#[derive(Debug, Default)]
pub(crate) struct DrainProgress {
    pub(crate) node: NodeId,
    /// Chains that the drain has moved away.
    pub(crate) moved: u64,
    /// When the pace was last kept.
    pub(crate) last_paced: Option<Timestamp>,
    /// When every chain was last asked for a home.
    pub(crate) looked_at: Option<Timestamp>,
    /// The chains that could not be moved when they were last tried, by ascending id.
    pub(crate) refused: Vec<(ChainId, Verdict)>,
    /// Without tracking: the chains that were named, and when, by ascending id (F0).
    pub(crate) sent: Vec<(ChainId, Timestamp)>,
    /// How many moves the last tick would have made but for limits.
    pub(crate) behind: u64,
    /// How many chains are left that are not on their way.
    pub(crate) left: u64,
    /// Whether moves have ended since they were counted, while nothing was emitted.
    is_stale: bool,
}

impl DrainProgress {
    /// Becomes what the last tick has left, for this pass to change; in its own memory.
    fn follow(&mut self, before: Option<&DrainProgress>, node: NodeId) -> Result<(), Error> {
        self.refused.clear();
        self.sent.clear();
        let DrainProgress { refused, sent, .. } = self;
        let (refused, sent) = (core::mem::take(refused), core::mem::take(sent));
        *self = DrainProgress { node, refused, sent, ..DrainProgress::default() };
        let Some(before) = before else { return Ok(()) };
        room::reserve(&mut self.refused, before.refused.len())?;
        room::reserve(&mut self.sent, before.sent.len())?;
        self.refused.extend_from_slice(&before.refused);
        self.sent.extend_from_slice(&before.sent);
        (self.moved, self.left, self.behind, self.is_stale) =
            (before.moved, before.left, before.behind, before.is_stale);
        (self.last_paced, self.looked_at) = (before.last_paced, before.looked_at);
        Ok(())
    }

    fn refuse(&mut self, chain: ChainId, verdict: Verdict) -> Result<(), Error> {
        match self.refused.binary_search_by_key(&chain, |&(chain, _)| chain) {
            Ok(index) => self.refused[index].1 = verdict,
            Err(index) => {
                self.refused.try_reserve(1).map_err(|_| Error::OutOfMemory)?;
                self.refused.insert(index, (chain, verdict));
            }
        }
        Ok(())
    }

    fn accept(&mut self, chain: ChainId) {
        self.refused.retain(|&(refused, _)| refused != chain);
    }

    /// When the pace asks for the next move; `None` if nobody is left, or the drain has not begun. After its end everybody who
    /// can move has been let go, and what holds the others back ends by itself or by an event; so do limits.
    pub(crate) fn next_move(&self, pace_end: Timestamp, now: Timestamp) -> Option<Timestamp> {
        let last = self.last_paced.filter(|_| self.left > 0 && self.behind == 0 && now < pace_end)?;
        let step_ns = u128::from(pace_end.since_ns(last)).div_ceil(u128::from(self.left) + 1);
        let next = last.after_ns(u64::try_from(step_ns).unwrap_or(u64::MAX))?;
        Some(next.max(now))
    }

    /// How many moves the pace allows now.
    fn allowance(&self, pace_end: Timestamp, now: Timestamp) -> u64 {
        let Some(last) = self.last_paced else { return self.left.min(if now >= pace_end { u64::MAX } else { 1 }) };
        let (elapsed, remaining) = (now.since_ns(last), pace_end.since_ns(last));
        if now >= pace_end || remaining == 0 {
            return self.left;
        }
        let due = u128::from(elapsed) * (u128::from(self.left) + 1) / u128::from(remaining);
        self.left.min(u64::try_from(due).unwrap_or(u64::MAX))
    }
}

/// When the last move should go out, so that it can be done by the deadline.
pub(crate) fn pace_end(deadline: Timestamp, move_timeout_ns: u64) -> Timestamp {
    Timestamp(deadline.0.saturating_sub(move_timeout_ns))
}

impl Pass<'_> {
    /// The scheduler's own arm moves a chain away from a node, which the drain need not do any more.
    pub(crate) fn leaves_drained(&mut self, node: NodeId) {
        if let Ok(index) = self.work.drains.binary_search_by_key(&node, |progress| progress.node) {
            let left = &mut self.work.drains[index].left;
            *left = left.saturating_sub(1);
        }
    }
}

/// What keeps a chain on a node that is drained, whoever asks.
pub(crate) fn blocked_by(rules: &Rules<'_>, chain: &ChainView<'_>) -> Option<Verdict> {
    if chain.claim_held() {
        return Some(Verdict::ClaimHeld);
    }
    match rules.bounds(chain).mode {
        ClassMode::Pinned => return Some(Verdict::Pinned),
        ClassMode::ProposeOnly => return Some(Verdict::ProposeOnly),
        ClassMode::Eager | ClassMode::Lazy { .. } => {}
    }
    let places_first = rules.config.move_order == crate::config::MoveOrder::PlaceFirst;
    rules.leaves_too_few(chain, places_first).then_some(Verdict::LastHolder)
}

/// The drain of one node in one pass.
struct Round {
    progress: DrainProgress,
    allowance: u64,
    is_full_look: bool,
    /// Whether a limit stands in the way of every further move from the node.
    is_over: bool,
    admitted: u64,
}

impl Pass<'_> {
    /// Goes through the nodes by deadline. `before` is what the last tick left, by ascending node; `has_news` says whether
    /// the state has noted anything since.
    pub(crate) fn run_drains(&mut self, before: &[DrainProgress], has_news: bool) -> Result<(), Error> {
        let has_news = has_news || self.work.entries.list().iter().any(|entry| entry.has_changed || entry.acted);
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
            outcome = outcome.and_then(|()| self.drain(index, deadline, has_news));
        }
        self.work.drain_order = order;
        outcome
    }

    /// While nothing is emitted the drains stay where they are.
    pub(crate) fn keep_drains(&mut self, before: &[DrainProgress]) -> Result<(), Error> {
        self.follow_drains(before)?;
        self.work.drains.iter_mut().for_each(|progress| progress.is_stale = true);
        Ok(())
    }

    /// What the last tick has left, by ascending node, in the memory of passes before.
    fn follow_drains(&mut self, before: &[DrainProgress]) -> Result<(), Error> {
        let state = self.rules.state;
        let Work { drains, drained, .. } = &mut *self.work;
        let count = state.drains().len();
        drains.truncate(count);
        room::reserve(drains, count - drains.len())?;
        drains.resize_with(count, DrainProgress::default);
        for (progress, &(node, _)) in drains.iter_mut().zip(state.drains()) {
            let known = before.binary_search_by_key(&node, |progress| progress.node);
            progress.follow(known.ok().map(|index| &before[index]), node)?;
            progress.moved += drained.iter().filter(|&&drained| drained == node).count() as u64;
        }
        Ok(())
    }

    fn drain(&mut self, index: usize, deadline: Timestamp, has_news: bool) -> Result<(), Error> {
        let (config, now) = (self.rules.config, self.rules.now);
        let pace_end = pace_end(deadline, config.move_timeout_ns);
        let mut progress = core::mem::take(&mut self.work.drains[index]);
        let is_full_look = progress.looked_at.is_none_or(|at| now.since_ns(at) >= config.decision_interval_ns);
        progress.behind = 0;
        let is_idle = !has_news && !progress.is_stale && !is_full_look && progress.sent.is_empty();
        if is_idle && progress.allowance(pace_end, now) == 0 {
            // Nobody has come or gone since the chains were last listed, and nothing is due.
            self.work.drains[index] = progress;
            return Ok(());
        }
        let mut round = Round { progress, allowance: 0, is_full_look, is_over: false, admitted: 0 };
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
        let mut outcome = Ok(());
        for &(_, slot) in &on_node {
            outcome = outcome.and_then(|()| self.drain_chain(round, slot));
        }
        self.work.on_node = on_node;
        outcome?;
        let Round { progress, is_full_look, admitted, .. } = round;
        progress.is_stale = false;
        if allowed > 0 && (*admitted > 0 || progress.behind == 0) {
            progress.last_paced = Some(now);
        }
        if *is_full_look {
            progress.looked_at = Some(now);
        }
        progress.left -= *admitted;
        Ok(())
    }

    /// The chains led here that the node holds and that are not on their way from it, by ascending id.
    fn list_chains(&mut self, progress: &mut DrainProgress) -> Result<Vec<(ChainId, u32)>, Error> {
        let mut on_node = core::mem::take(&mut self.work.on_node);
        on_node.clear();
        let rules = self.rules;
        let node = progress.node;
        let slot = rules.state.nodes.find_live(node.0);
        let chains = slot.map_or(&[][..], |slot| &rules.state.nodes.value(slot).chains);
        on_node.try_reserve(chains.len()).map_err(|_| Error::OutOfMemory)?;
        for &chain in chains {
            let view = rules.state.view(chain);
            if view.is_led_by(rules.this_node) {
                on_node.push((view.id(), chain));
            }
        }
        on_node.sort_unstable();
        let is_here = |chain: ChainId| on_node.binary_search_by_key(&chain, |&(chain, _)| chain).is_ok();
        progress.refused.retain(|&(chain, _)| is_here(chain));
        progress.sent.retain(|&(chain, at)| is_here(chain) && !self.is_said_again(chain, at));
        on_node.retain(|&(chain, slot)| !self.is_leaving(progress, chain, slot));
        Ok(on_node)
    }

    /// F0: only the cooldown keeps an eviction from being repeated.
    fn is_said_again(&self, chain: ChainId, at: Timestamp) -> bool {
        let Some(view) = self.rules.state.chain(chain) else { return true };
        let bounds = self.rules.bounds(&view);
        self.rules.now.since_ns(at) >= self.holds(&view, &bounds).cooldown_ns
    }

    fn is_leaving(&self, progress: &DrainProgress, chain: ChainId, slot: u32) -> bool {
        let is_sent = progress.sent.binary_search_by_key(&chain, |&(chain, _)| chain).is_ok();
        let view = self.rules.state.view(slot);
        let entries = &self.work.entries;
        let memory = entries.find(chain).map_or_else(|| view.memory(), |index| Some(entries.memory(index)));
        let leaves = memory.is_some_and(|memory| {
            let flight = memory.flight.and_then(|flight| flight.victim);
            flight == Some(progress.node) || memory.owed.is_some_and(|owed| owed.victim == progress.node)
        });
        is_sent || leaves
    }

    fn drain_chain(&mut self, round: &mut Round, slot: u32) -> Result<(), Error> {
        let chain = self.rules.state.view(slot);
        let is_busy = self.work.entries.get(chain.id()).is_some_and(|entry| entry.acted || entry.is_under_way());
        if is_busy || blocked_by(&self.rules, &chain).is_some() {
            return Ok(());
        }
        let has_turn = round.allowance > 0 && !round.is_over;
        if round.is_over || !has_turn && !round.is_full_look {
            return Ok(());
        }
        match self.offer_for_drain(&chain)? {
            Err(verdict) => {
                if verdict == Verdict::ScorerFailed {
                    let index = self.work.entries.of(&chain, &self.rules)?;
                    self.entry_mut(index).scorer_failed = true;
                }
                round.progress.refuse(chain.id(), verdict)
            }
            Ok(()) if !has_turn => {
                // It has a home; that is all that was to be known.
                round.progress.accept(chain.id());
                Ok(())
            }
            Ok(()) => self.move_from_drained(round, &chain),
        }
    }

    /// Ranks the homes of a chain, or says why there is none.
    fn offer_for_drain(&mut self, chain: &ChainView<'_>) -> Result<Result<(), Verdict>, Error> {
        match self.ask_for_offers(chain) {
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

    fn move_from_drained(&mut self, round: &mut Round, chain: &ChainView<'_>) -> Result<(), Error> {
        let node = round.progress.node;
        let limit = self.limit(Some(node), None);
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
            return round.progress.refuse(chain.id(), verdict);
        }
        let (Some(target), Some(eligible)) = (target, MigrationEligible::check(chain)) else { return Ok(()) };
        let mut made = Move::bare(Arm::Drain, Some(node), Some(target.node));
        made.target_score = Some(target.score);
        self.launch(index, eligible, made)?;
        round.progress.accept(chain.id());
        round.allowance -= 1;
        round.admitted += 1;
        if !config.tracks_moves() {
            round.progress.moved += 1;
            if !self.places_first(Some(target.node)) {
                round.progress.sent.try_reserve(1).map_err(|_| Error::OutOfMemory)?;
                let sent = &mut round.progress.sent;
                let index = sent.partition_point(|&(sent, _)| sent < chain.id());
                sent.insert(index, (chain.id(), self.rules.now));
            }
        }
        Ok(())
    }
}
