//! The decision: one pure function of state, scores, config, `this_node` and now (A5). The arms of a pass are one file each,
//! in the order in which they act (R1): `forced`, `count`, `drain`, and `judge` with `admission` for the scheduler's own.

mod admission;
mod count;
mod drain;
mod drain_progress;
mod entries;
mod exclude;
mod flights;
mod forced;
mod holds;
mod judge;
mod launch;
mod next_due;
mod offers;
mod pass;
mod reservations;
mod worst;

use alloc::vec::Vec;

pub(crate) use count::SampledScores;
pub(crate) use drain::{News, blocked_by};
pub(crate) use drain_progress::{DrainProgress, pace_end};
pub(crate) use entries::{Entry, OrderFate, needs_attention};
pub(crate) use holds::Holds;
pub(crate) use next_due::NextDue;
pub(crate) use pass::{Pass, Rules, Work};
pub(crate) use reservations::limit_of;
pub(crate) use worst::{Worst, WorstHolder};

use crate::action::{Decision, TickReport, Verdict};
use crate::asker::{Tally, begin};
use crate::class::Classes;
use crate::config::SchedulerConfig;
use crate::error::Error;
use crate::id::{ChainId, NodeId, Timestamp};
use crate::scorer::PlacementScorer;
use crate::state::MeshState;
use worst::AskEach;

/// Judges every chain that `this_node` leads, by what `scorer` says now, and returns the evictions worth making.
///
/// It writes nothing and may be called any number of times. Given a [`SnapshotScorer`](crate::SnapshotScorer) it judges
/// by what was sampled; given a plain scorer it samples everything itself (the un-gated form). Chains in
/// `already_evicted`, in any order, were evicted from earlier in the same pass and are skipped (D2).
///
/// # Errors
///
/// [`Error::Config`] for an invalid config, [`Error::ReservedNode`] if `this_node` is the reserved id,
/// [`Error::Scorer`] when the scorer fails under `Abort`, [`Error::OutOfMemory`].
///
/// ```
/// use driftline::{
///     Alternative, ChainId, Event, MeshState, NodeId, PlacementScorer, SchedulerConfig, ScorerResult, Timestamp,
///     diff_scheduler,
/// };
///
/// struct Table;
/// impl PlacementScorer for Table {
///     fn score(&self, _: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
///         Ok(Some(if node == NodeId(3) { 0.4 } else { 0.9 }))
///     }
///     fn best_alternative(&self, _: ChainId, _: &[NodeId]) -> ScorerResult<Option<Alternative>> {
///         Ok(Some(Alternative { node: NodeId(9), score: 0.95 }))
///     }
/// }
///
/// # fn main() -> Result<(), driftline::Error> {
/// let mut state = MeshState::new();
/// let chain = ChainId(7);
/// state.apply(&[Event::HolderAdded { chain, node: NodeId(3) }, Event::LeaderSet { chain, node: NodeId(1) }])?;
/// let decision = diff_scheduler(&state, &Table, &SchedulerConfig::default(), NodeId(1), Timestamp(0), &[])?;
/// assert_eq!(decision.judgements[0].to_string(), "7 evict 3 -> 9: live 0.40, gain 0.55, cost none");
/// # Ok(())
/// # }
/// ```
pub fn diff_scheduler(
    state: &MeshState,
    scorer: &dyn PlacementScorer,
    config: &SchedulerConfig,
    this_node: NodeId,
    now: Timestamp,
    already_evicted: &[ChainId],
) -> Result<Decision, Error> {
    config.validate()?;
    if this_node.is_none() {
        return Err(Error::ReservedNode { index: None, chain: None });
    }
    let mut skipped = Vec::new();
    skipped.try_reserve(already_evicted.len()).map_err(|_| Error::OutOfMemory)?;
    skipped.extend_from_slice(already_evicted);
    skipped.sort_unstable();
    begin(scorer, now)?;
    let mut tally = Tally::default();
    let mut work = Work::default();
    let classes = Classes::default();
    let rules = Rules { state, config, classes: &classes, this_node, now, clamps_imports: false };
    let mut pass = Pass::new(rules, Some(scorer), &mut tally, &mut work)?;
    pass.already_evicted = &skipped;
    // D1: only chains led here. D12: by ascending id, each once.
    let led = state.try_led_by(this_node)?;
    let mut report = TickReport { led: led.len() as u64, ..TickReport::default() };
    if state.closures.is_frozen(now) {
        // R6
        report.verdicts[usize::from(Verdict::Frozen.number())] = report.led;
    } else {
        judge_all(&mut pass, &led)?;
    }
    let judgements = core::mem::take(&mut work.judgements);
    let mut decision = Decision { judgements, ..Decision::default() };
    for judgement in &decision.judgements {
        report.verdicts[usize::from(judgement.verdict.number())] += 1;
    }
    report.next_due = next_due_ungated(&rules, &led, &work).earliest();
    report.calls = tally.calls;
    report.invalid_scores = tally.invalid_scores;
    report.invalid_alternatives = tally.invalid_alternatives;
    report.failures = tally.failures;
    decision.actions = core::mem::take(&mut work.actions);
    decision.actions.sort_unstable_by_key(crate::action::Action::chain);
    decision.report = report;
    Ok(decision)
}

/// Judges every chain by what the scorer says now, and admits those that should move.
fn judge_all(pass: &mut Pass<'_>, led: &[ChainId]) -> Result<(), Error> {
    let state = pass.rules.state;
    let views = || led.iter().filter_map(|&chain| state.chain(chain));
    for view in views() {
        let Some(memory) = view.memory() else { continue };
        if let Some(flight) = memory.flight {
            pass.work.reservations.add(flight.victim, flight.target, memory.has_failures(pass.rules.now))?;
        }
    }
    let mut scores = AskEach::default();
    for view in views() {
        pass.judge(&view, 0, &mut scores)?;
    }
    pass.admit()
}

/// When something that waits by itself is over, after the moves of the pass.
fn next_due_ungated(rules: &Rules<'_>, led: &[ChainId], work: &Work) -> NextDue {
    let Rules { state, config, this_node, now, .. } = *rules;
    let mut next_due = NextDue::default();
    for chain in state.chains_remembering_rebalance(this_node) {
        let holds = Holds::new(chain.last_rebalance(), chain.memory(), &rules.bounds(&chain), rules);
        next_due.consider(holds.cooldown_ahead(now));
    }
    for view in led.iter().filter_map(|&chain| state.chain(chain)) {
        view.memory().into_iter().for_each(|memory| next_due.consider_moves(memory, config, now));
    }
    for entry in work.entries.list() {
        let bounds = rules.bounds(&state.view(entry.slot));
        let memory = work.entries.memory_of(entry);
        next_due.consider(Holds::new(entry.last_rebalance, Some(memory), &bounds, rules).cooldown_ahead(now));
        next_due.consider_moves(memory, config, now);
    }
    next_due.consider_after(now, state.frozen_until());
    state.avoided().iter().for_each(|&(_, until)| next_due.consider_after(now, Some(until)));
    next_due
}
