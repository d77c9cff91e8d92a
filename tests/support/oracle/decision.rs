//! A5: the decision, rule by rule, and what L3 and L4 put between the rules.

use std::collections::BTreeMap;

use driftline::{ChainId, NodeId, OnScorerError, SchedulerConfig, Timestamp, Verdict};

use super::answer::{Decided, Failure, Judged, Move};
use super::questions::Questions;
use super::sampling::{Led, score_all, worst};
use super::scheduler::Sabotage;
use super::state::OracleState;

/// Where the scores come from.
#[derive(Clone, Copy)]
pub enum Scores<'a> {
    /// What the last sample saw.
    Sampled(&'a BTreeMap<ChainId, Led>),
    /// The un-gated form: everything is asked now.
    Asked,
}

/// Everything that a decision depends on, but for the scorer.
pub struct Inputs<'a> {
    pub state: &'a OracleState,
    pub scores: Scores<'a>,
    pub config: &'a SchedulerConfig,
    pub this_node: NodeId,
    pub now: Timestamp,
    pub already_evicted: &'a [ChainId],
    pub sabotage: Sabotage,
}

/// Judges every led chain in ascending id. `questions` is `None` when no scorer is installed.
pub fn decide(inputs: &Inputs<'_>, mut questions: Option<&mut Questions<'_>>) -> Result<Decided, Failure> {
    let mut decided = Decided::default();
    // D1: chains that are not led here are not considered.
    for chain in inputs.state.led_by(inputs.this_node) {
        let mut judged = Judged::bare(chain, Verdict::NotSampled);
        match judge(inputs, &mut judged, questions.as_deref_mut()) {
            Ok(verdict) => judged.verdict = verdict,
            // P2: the chain sits this pass out.
            Err(failure) if inputs.config.on_scorer_error == OnScorerError::SkipChain => {
                questions.as_deref_mut().expect("only a scorer fails").failures.push(failure);
                judged.verdict = Verdict::ScorerFailed;
            }
            Err(failure) => return Err(failure),
        }
        if judged.verdict == Verdict::Evict {
            decided.moves.push(eviction(&judged));
        }
        *decided.report.verdicts.entry(judged.verdict).or_default() += 1;
        decided.report.led += 1;
        decided.judged.push(judged);
    }
    Ok(decided)
}

/// The first rule that applies. Operands are filled in as far as they are reached.
fn judge(inputs: &Inputs<'_>, judged: &mut Judged, questions: Option<&mut Questions<'_>>) -> Result<Verdict, Failure> {
    let id = judged.chain;
    let config = inputs.config;
    let chain = &inputs.state.chains[&id];
    // D2
    if inputs.already_evicted.contains(&id) {
        return Ok(Verdict::AlreadyMoved);
    }
    // D3
    if on_cooldown(chain.last_rebalance, inputs.now, config.cooldown_ns) {
        return Ok(Verdict::Cooldown);
    }
    // D4
    if chain.claim_held {
        return Ok(Verdict::ClaimHeld);
    }
    let Some(questions) = questions else { return Ok(Verdict::NotSampled) };
    let cells = match inputs.scores {
        Scores::Asked => score_all(questions, id, &chain.holders)?,
        Scores::Sampled(led) => match led.get(&id) {
            // L3: what it was due for is not known yet, so it is not judged by what was known before.
            Some(led) if led.deferred => return Ok(Verdict::Deferred),
            Some(led) if led.sample_failed => return Ok(Verdict::ScorerFailed),
            Some(led) if led.last_attempt.is_some() => {
                let current = led.cells.iter().filter(|(node, _)| chain.holders.contains(node));
                current.map(|(&node, &score)| (node, score)).collect()
            }
            _ => return Ok(Verdict::NotSampled),
        },
    };
    // D5
    let Some((victim, sampled)) = worst(&cells) else { return Ok(Verdict::NoScore) };
    judged.victim = Some(victim);
    judged.sampled_score = Some(sampled);
    // D6
    if sampled >= config.score_floor {
        return Ok(Verdict::Healthy);
    }
    // L4
    if waits(inputs, id) {
        return Ok(Verdict::RetryLater);
    }
    // D7
    let Some(live) = questions.live_score(id, victim)? else { return Ok(Verdict::NoScore) };
    judged.live_score = Some(live);
    if live >= config.score_floor {
        return Ok(Verdict::Recovered);
    }
    // D8
    let exclude: Vec<NodeId> = chain.holders.iter().copied().collect();
    let Some((target, score)) = questions.best_alternative(id, &exclude)? else {
        return Ok(Verdict::NoAlternative);
    };
    judged.alternative = Some((target, score));
    // D9
    let gain = score - live;
    judged.gain = Some(gain);
    let too_small = match inputs.sabotage {
        Sabotage::None => gain <= config.hysteresis_gap,
        Sabotage::GapNotStrict => gain < config.hysteresis_gap,
    };
    if too_small {
        return Ok(Verdict::GapTooSmall);
    }
    // D10
    if let Some(cost) = questions.migration_cost(id, target, config.cost_per_sec)? {
        judged.cost = Some(cost);
        if gain - cost <= 0.0 {
            return Ok(Verdict::CostTooHigh);
        }
    }
    // D11
    Ok(Verdict::Evict)
}

/// L4: whether the chain was refused so shortly before that it is not asked about.
fn waits(inputs: &Inputs<'_>, id: ChainId) -> bool {
    match inputs.scores {
        Scores::Sampled(led) => {
            led.get(&id).and_then(|led| led.wait).is_some_and(|wait| wait.holds(inputs.now, inputs.config))
        }
        Scores::Asked => false,
    }
}

/// D3. Times may lie anywhere, so the difference must not wrap (T4).
pub fn on_cooldown(last_rebalance: Option<Timestamp>, now: Timestamp, cooldown_ns: u64) -> bool {
    last_rebalance.is_some_and(|last| now.0.saturating_sub(last.0) < cooldown_ns)
}

/// T4: what would end beyond all time never ends.
pub fn end(start: Timestamp, duration_ns: u64) -> Option<Timestamp> {
    start.0.checked_add(duration_ns).map(Timestamp)
}

fn eviction(judged: &Judged) -> Move {
    let (target, target_score) = judged.alternative.expect("D8 came before D11");
    Move {
        chain: judged.chain,
        victim: judged.victim.expect("D5 came before D11"),
        victim_score: judged.live_score.expect("D7 came before D11"),
        target,
        target_score,
        gain: judged.gain.expect("D9 came before D11"),
        cost: judged.cost,
    }
}
