//! What a scenario does not print but must hold: the numbers of a pass agree with each other and with what the scorer
//! saw. A contradiction is a fault of the file in which it shows.

use driftline::{
    Action, Arm, Decision, Explanation, Judgement, ScorerCalls, TickReport, Timestamp, VERDICT_COUNT, Verdict,
};

use super::check_moves;
use super::play::Play;
use crate::support::world::Call;

pub fn tick(play: &Play, decision: &Decision, explanations: &[Explanation], now: Timestamp) -> Result<(), String> {
    sample(play, &decision.report)?;
    let mut counted = [0; VERDICT_COUNT];
    for explanation in explanations {
        counted[usize::from(explanation.judgement.verdict.number())] += 1;
    }
    same("verdict counts of the report and of the explanations", decision.report.verdicts, counted)?;
    // A chain on cooldown, for one, says that first, so there may be fewer.
    let said = counted[usize::from(Verdict::Deferred.number())];
    if said > decision.report.deferred {
        return Err(format!("contradiction: {said} chains say deferred, but {} are", decision.report.deferred));
    }
    for judgement in &decision.judgements {
        let explained = explanations.iter().find(|explanation| explanation.judgement.chain == judgement.chain);
        same("judgement and explanation", Some(judgement), explained.map(|explanation| &explanation.judgement))?;
    }
    let evicting = explanations.iter().map(|explanation| explanation.judgement);
    let evicting: Vec<Judgement> = evicting.filter(|judgement| judgement.verdict == Verdict::Evict).collect();
    judged(decision, &evicting)?;
    check_moves::actions(play, decision, now)
}

pub fn sample(play: &Play, report: &TickReport) -> Result<(), String> {
    report_adds_up(play, report)?;
    let due = report.new + report.dirty + report.backstop_due;
    let causes: Vec<_> = play.scheduler.sampled().collect();
    same("re-scored chains of the report and as listed", report.rescored, causes.len() as u64)?;
    if report.failures.is_empty() {
        same("due chains of a pass without failures", due, report.rescored + report.deferred)?;
        limit_is_kept(play, report)?;
    }
    if causes.windows(2).any(|pair| pair[0].0 >= pair[1].0) {
        return Err(format!("contradiction: re-scored chains are not ascending: {causes:?}"));
    }
    Ok(())
}

/// L3: the limit stands for each pass that need not ask anything again.
fn limit_is_kept(play: &Play, report: &TickReport) -> Result<(), String> {
    let limit = play.scheduler.config().max_scores_per_tick;
    if limit == 0 {
        return same("deferred chains without a limit", report.deferred, 0);
    }
    // A chain that alone is too large is scored alone.
    if report.calls.score > limit && report.rescored > 1 {
        return Err(format!("contradiction: {} scores, but the limit is {limit}", report.calls.score));
    }
    Ok(())
}

/// Returns the judgements of the scheduler's actions.
pub fn decision(play: &Play, decision: &Decision, now: Timestamp) -> Result<Vec<Judgement>, String> {
    report_adds_up(play, &decision.report)?;
    same("deferred chains of a pass that samples nothing", decision.report.deferred, 0)?;
    let judgements = decision.judgements.iter().copied();
    let evicting: Vec<Judgement> = judgements.filter(|judgement| judgement.verdict == Verdict::Evict).collect();
    judged(decision, &evicting)?;
    check_moves::actions(play, decision, now)?;
    Ok(evicting)
}

fn report_adds_up(play: &Play, report: &TickReport) -> Result<(), String> {
    let led = play.state.led_by(play.scheduler.this_node()).len() as u64;
    same("led chains of the report and of the state", report.led, led)?;
    same("sum of the verdict counts and led chains", report.verdicts.iter().sum(), led)?;
    if report.deferred == 0 {
        same("age of what is deferred, where nothing is", report.deferred_age_ns, 0)?;
    }
    if !play.is_table {
        // An inventory logs nothing, and what is put together asks as it likes.
        return Ok(());
    }
    let mut seen = calls_seen(play);
    let mut reported = report.calls;
    if !play.entries.live {
        // The scorer is asked `score` where the library counts `live_score`.
        seen.score += std::mem::take(&mut seen.live_score);
        reported.score += std::mem::take(&mut reported.live_score);
    }
    same("calls of the report and as the scorer saw them", reported, seen)
}

fn calls_seen(play: &Play) -> ScorerCalls {
    let mut seen = ScorerCalls::default();
    for call in &play.world.tables().calls {
        let count = match call {
            Call::Score { .. } => &mut seen.score,
            Call::LiveScore { .. } => &mut seen.live_score,
            Call::BestAlternative { .. } | Call::Alternatives { .. } => &mut seen.best_alternative,
            Call::NodeFingerprint { .. } => &mut seen.node_fingerprint,
            Call::ChainFingerprint { .. } => &mut seen.chain_fingerprint,
            Call::MigrationCost { .. } => &mut seen.migration_cost,
        };
        *count += 1;
    }
    seen
}

/// The scheduler's actions are these judgements, number by number (D11, D12).
fn judged(decision: &Decision, evicting: &[Judgement]) -> Result<(), String> {
    let ours: Vec<&Action> = decision.actions.iter().filter(|action| action.arm() == Arm::Scheduler).collect();
    same("number of the scheduler's actions and of `evict` verdicts", ours.len(), evicting.len())?;
    for (action, judgement) in ours.into_iter().zip(evicting) {
        same("chain of an action", action.chain(), judgement.chain)?;
        let target = judgement.alternative.map(|alternative| alternative.node);
        same("target of an action", action.target(), target)?;
        let (victim, numbers) = check_moves::victim_and_numbers(action)?;
        same("victim of an action", victim, judgement.victim)?;
        let target_score = judgement.alternative.map(|alternative| alternative.score);
        let expected = [judgement.live_score, target_score, judgement.gain, judgement.cost];
        same("numbers of an action", numbers, expected)?;
    }
    Ok(())
}

pub fn same<T: PartialEq + std::fmt::Debug>(what: &str, left: T, right: T) -> Result<(), String> {
    if left == right { Ok(()) } else { Err(format!("contradiction: {what}: {left:?} and {right:?}")) }
}
