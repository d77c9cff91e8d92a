//! The decision: one pure function of state, scores, config, `this_node` and now (A5).

use alloc::vec::Vec;

use crate::action::{Action, Decision, Eviction, Judgement, TickReport, Verdict};
use crate::asker::{Asker, Stop, Subject, Tally};
use crate::claim::MigrationEligible;
use crate::config::SchedulerConfig;
use crate::cost::MigrationCostModel;
use crate::error::{Error, ScorerMethod};
use crate::id::{ChainId, NodeId, Timestamp};
use crate::scorer::PlacementScorer;
use crate::state::{ChainView, MeshState};

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
    let mut tally = Tally::default();
    let mut decision = Decision::default();
    let mut verdicts = TickReport::default().verdicts;
    let mut next_due = NextDue::default();
    let mut scores = AskEach::default();
    let mut exclude = Vec::new();
    let mut pass = Pass::new(config, now, &skipped, Some(scorer), &mut tally, &mut exclude);
    // D1: only chains led here. D12: by ascending id, each once.
    let led = state.try_led_by(this_node)?;
    decision.judgements.try_reserve(led.len()).map_err(|_| Error::OutOfMemory)?;
    for chain in led {
        let Some(view) = state.chain(chain) else { continue };
        let (judgement, action) = pass.judge(&view, &mut scores)?;
        verdicts[usize::from(judgement.verdict.number())] += 1;
        decision.judgements.push(judgement);
        decision.actions.try_reserve(1).map_err(|_| Error::OutOfMemory)?;
        decision.actions.extend(action);
    }
    for chain in state.chains_remembering_rebalance(this_node) {
        next_due.consider_cooldown(chain.last_rebalance(), config, now);
    }
    if !decision.actions.is_empty() {
        next_due.consider_cooldown(Some(now), config, now);
    }
    decision.report = TickReport {
        led: decision.judgements.len() as u64,
        verdicts,
        next_due: next_due.earliest(),
        calls: tally.calls,
        invalid_scores: tally.invalid_scores,
        invalid_alternatives: tally.invalid_alternatives,
        failures: tally.failures,
        ..TickReport::default()
    };
    Ok(decision)
}

/// The worst holder of a chain, or why there is none.
pub(crate) enum Worst {
    /// Nobody has been asked for scores since the chain became led.
    NotSampled,
    /// It is due, and its turn has not come (L3).
    Deferred,
    /// The scorer failed when it was asked.
    Failed,
    /// No holder has a score.
    NoScore,
    /// The lowest score; ties go to the lowest node.
    Holder(NodeId, f32),
}

impl Worst {
    /// The worse of this and the next holder by ascending id, which must be strictly worse to take over.
    pub(crate) fn or(self, node: NodeId, score: f32) -> Worst {
        match self {
            Worst::Holder(_, lowest) if score >= lowest => self,
            _ => Worst::Holder(node, score),
        }
    }
}

/// Where a pass finds the worst holder of a chain.
pub(crate) trait WorstHolder {
    /// Called at most once a chain, for chains that are neither on cooldown nor claimed.
    fn worst_holder(&mut self, chain: &ChainView<'_>, asker: &mut Asker<'_>) -> Result<Worst, Stop>;

    /// Whether the chain was refused before and nothing is new yet (L4). Only a scheduler remembers that.
    fn retries_later(&self, now: Timestamp) -> bool {
        let _ = now;
        false
    }
}

/// Asks the scorer for every holder of a chain, in ascending id, in one call.
#[derive(Default)]
struct AskEach {
    pairs: Vec<(ChainId, NodeId)>,
    scores: Vec<Option<f32>>,
}

impl WorstHolder for AskEach {
    fn worst_holder(&mut self, chain: &ChainView<'_>, asker: &mut Asker<'_>) -> Result<Worst, Stop> {
        let AskEach { pairs, scores } = self;
        let holders = chain.holders();
        pairs.clear();
        pairs.try_reserve(holders.len()).map_err(|_| Error::OutOfMemory)?;
        pairs.extend(holders.map(|node| (chain.id(), node)));
        scores.clear();
        scores.try_reserve(pairs.len()).map_err(|_| Error::OutOfMemory)?;
        scores.resize(pairs.len(), None);
        let failure = asker.score_many(pairs, scores).err();
        let failed_at = failure.as_ref().map(|error| error.index().filter(|&index| index < pairs.len()));
        let answered = failed_at.map_or(pairs.len(), |index| index.unwrap_or(0));
        let mut worst = Worst::NoScore;
        for (&(_, node), &score) in pairs.iter().zip(&scores[..answered]) {
            if let Some(score) = asker.tally.validate(score) {
                worst = worst.or(node, score);
            }
        }
        let Some(error) = failure else { return Ok(worst) };
        let node = failed_at.flatten().map(|index| pairs[index].1);
        Err(asker.fail(error, Subject { method: ScorerMethod::Score, chain: Some(chain.id()), node }))
    }
}

/// One pass over chains at one time.
pub(crate) struct Pass<'a> {
    config: &'a SchedulerConfig,
    now: Timestamp,
    /// By ascending id (D2).
    already_evicted: &'a [ChainId],
    asker: Option<Asker<'a>>,
    exclude: &'a mut Vec<NodeId>,
}

impl<'a> Pass<'a> {
    pub(crate) fn new(
        config: &'a SchedulerConfig,
        now: Timestamp,
        already_evicted: &'a [ChainId],
        scorer: Option<&'a dyn PlacementScorer>,
        tally: &'a mut Tally,
        exclude: &'a mut Vec<NodeId>,
    ) -> Self {
        let on_scorer_error = config.on_scorer_error;
        let asker = scorer.map(|scorer| Asker { scorer, on_scorer_error, tally });
        Pass { config, now, already_evicted, asker, exclude }
    }

    /// The verdict of one led chain: the first rule that applies (D2 to D11).
    pub(crate) fn judge(
        &mut self,
        chain: &ChainView<'_>,
        scores: &mut dyn WorstHolder,
    ) -> Result<(Judgement, Option<Action>), Error> {
        let mut judgement = Judgement::bare(chain.id(), Verdict::NotSampled);
        // D2
        if self.already_evicted.binary_search(&chain.id()).is_ok() {
            judgement.verdict = Verdict::AlreadyMoved;
            return Ok((judgement, None));
        }
        // D3
        if is_on_cooldown(chain.last_rebalance(), self.config, self.now) {
            judgement.verdict = Verdict::Cooldown;
            return Ok((judgement, None));
        }
        // D4
        let Some(eligible) = MigrationEligible::check(chain) else {
            judgement.verdict = Verdict::ClaimHeld;
            return Ok((judgement, None));
        };
        match self.judge_by_numbers(chain, eligible, scores, &mut judgement) {
            Ok(action) => Ok((judgement, action)),
            Err(Stop::Abort(error)) => Err(error),
            Err(Stop::Skip) => {
                judgement.verdict = Verdict::ScorerFailed;
                Ok((judgement, None))
            }
        }
    }

    /// D5 to D11. The judgement is filled as far as the rules get.
    fn judge_by_numbers(
        &mut self,
        chain: &ChainView<'_>,
        eligible: MigrationEligible,
        scores: &mut dyn WorstHolder,
        judgement: &mut Judgement,
    ) -> Result<Option<Action>, Stop> {
        let (id, config) = (chain.id(), self.config);
        // P4: without a scorer there is nothing to judge by.
        let Some(asker) = &mut self.asker else { return Ok(None) };
        // D5
        let (victim, sampled_score) = match scores.worst_holder(chain, asker)? {
            Worst::Holder(victim, score) => (victim, score),
            none => {
                judgement.verdict = match none {
                    Worst::Deferred => Verdict::Deferred,
                    Worst::Failed => Verdict::ScorerFailed,
                    Worst::NoScore => Verdict::NoScore,
                    Worst::NotSampled | Worst::Holder(..) => Verdict::NotSampled,
                };
                return Ok(None);
            }
        };
        judgement.victim = Some(victim);
        judgement.sampled_score = Some(sampled_score);
        // D6
        if sampled_score >= config.score_floor {
            judgement.verdict = Verdict::Healthy;
            return Ok(None);
        }
        // L4
        if scores.retries_later(self.now) {
            judgement.verdict = Verdict::RetryLater;
            return Ok(None);
        }
        // D7
        judgement.verdict = Verdict::NoScore;
        let Some(live_score) = asker.live_score(id, victim)? else { return Ok(None) };
        judgement.live_score = Some(live_score);
        if live_score >= config.score_floor {
            judgement.verdict = Verdict::Recovered;
            return Ok(None);
        }
        // D8
        judgement.verdict = Verdict::NoAlternative;
        self.exclude.clear();
        self.exclude.try_reserve(chain.holder_count()).map_err(|_| Error::OutOfMemory)?;
        self.exclude.extend(chain.holders());
        let Some(alternative) = asker.best_alternative(id, self.exclude)? else { return Ok(None) };
        judgement.alternative = Some(alternative);
        // D9: equal is too small.
        let gain = alternative.score - live_score;
        judgement.gain = Some(gain);
        if gain <= config.hysteresis_gap {
            judgement.verdict = Verdict::GapTooSmall;
            return Ok(None);
        }
        // D10
        let model = MigrationCostModel { cost_per_sec: config.cost_per_sec };
        judgement.cost = asker.migration_cost(id, alternative.node)?.map(|cost| model.score_equivalent(&cost));
        if judgement.cost.is_some_and(|cost| gain - cost <= 0.0) {
            judgement.verdict = Verdict::CostTooHigh;
            return Ok(None);
        }
        // D11
        judgement.verdict = Verdict::Evict;
        Ok(Some(Action::Evict(Eviction::new(eligible, victim, live_score, alternative, judgement.cost))))
    }
}

/// D3: whether a remembered rebalance keeps the chain where it is.
pub(crate) fn is_on_cooldown(last_rebalance: Option<Timestamp>, config: &SchedulerConfig, now: Timestamp) -> bool {
    last_rebalance.is_some_and(|last| now.since_ns(last) < config.cooldown_ns)
}

/// The earliest of the times that something waits for (T2).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct NextDue(Option<Timestamp>);

impl NextDue {
    /// A time that lies beyond the last representable one never comes (T4).
    pub(crate) fn consider(&mut self, at: Option<Timestamp>) {
        self.0 = match (self.0, at) {
            (Some(earliest), Some(at)) => Some(earliest.min(at)),
            (earliest, at) => earliest.or(at),
        };
    }

    /// The end of a cooldown, if the chain is on one.
    pub(crate) fn consider_cooldown(
        &mut self,
        last_rebalance: Option<Timestamp>,
        config: &SchedulerConfig,
        now: Timestamp,
    ) {
        if is_on_cooldown(last_rebalance, config, now) {
            self.consider(last_rebalance.and_then(|last| last.after_ns(config.cooldown_ns)));
        }
    }

    pub(crate) fn earliest(self) -> Option<Timestamp> {
        self.0
    }
}
