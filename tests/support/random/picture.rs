//! The library's answers in the oracle's terms, so that both can be compared and printed alike.

use driftline::{
    Action, Decision, DrainStatus, Error, Explanation, Flight, Judgement, ScoreHistory, TickReport, Transition, Verdict,
};

use crate::support::oracle::{
    Changed, Drained, Explained, Failure, Flying, Judged, Kind, Numbers, OracleAction, OracleHistory, Refusal, Report,
};

pub fn refusal(error: &Error) -> Refusal {
    match *error {
        Error::Config { field, value, .. } => Refusal::Config { field, value: value.to_string() },
        Error::ReservedNode { index, chain } => Refusal::Reserved { index, chain },
        Error::DuplicateChain { index, chain } => Refusal::DuplicateChain { index, chain },
        Error::DuplicateHolder { index, chain, node } => Refusal::DuplicateHolder { index, chain, node },
        Error::Membership { index, .. } => Refusal::Membership { index },
        Error::NotLed { chain } => Refusal::NotLed { chain },
        Error::TimeReversed { now, last } => Refusal::TimeReversed { now, last },
        Error::Scorer { method, chain, node, ref source } => {
            Refusal::Scorer(Failure { method, chain, node, code: source.code() })
        }
        Error::Import { .. } => Refusal::Import,
        ref unexpected => panic!("no history runs into this: {unexpected}"),
    }
}

pub fn judged(judgement: &Judgement) -> Judged {
    Judged {
        chain: judgement.chain,
        verdict: judgement.verdict,
        victim: judgement.victim,
        sampled_score: judgement.sampled_score,
        live_score: judgement.live_score,
        alternative: judgement.alternative.map(|alternative| (alternative.node, alternative.score)),
        gain: judgement.gain,
        cost: judgement.cost,
    }
}

pub fn actions(decision: &Decision) -> Vec<OracleAction> {
    let actions = decision.actions.iter().map(|action| {
        let (kind, victim, [victim_score, target_score, gain, cost]) = match action {
            Action::Evict(made) => {
                let numbers = [made.victim_score, made.target_score, made.gain, made.cost];
                (Kind::Evict, Some(made.victim), numbers)
            }
            Action::Place(made) => {
                let numbers = [made.victim_score, made.target_score, made.gain, made.cost];
                (Kind::Place(made.exclude.clone()), made.victim, numbers)
            }
            unexpected => panic!("there is no such action: {unexpected:?}"),
        };
        OracleAction {
            chain: action.chain(),
            arm: action.arm(),
            revision: action.revision(),
            kind,
            victim,
            target: action.target(),
            numbers: Numbers { victim_score, target_score, gain, cost },
        }
    });
    actions.collect()
}

pub fn report(report: &TickReport) -> Report {
    let failures = report.failures.iter().map(|failure| Failure {
        method: failure.method,
        chain: failure.chain,
        node: failure.node,
        code: failure.error.code(),
    });
    let counts = report.verdicts.iter().zip(0..).filter(|&(&count, _)| count > 0);
    let verdicts =
        counts.map(|(&count, number)| (Verdict::from_number(number).expect("only known verdicts are counted"), count));
    Report {
        led: report.led,
        new: report.new,
        dirty: report.dirty,
        backstop_due: report.backstop_due,
        rescored: report.rescored,
        deferred: report.deferred,
        deferred_age_ns: report.deferred_age_ns,
        calls: report.calls,
        invalid_scores: report.invalid_scores,
        invalid_alternatives: report.invalid_alternatives,
        failures: failures.collect(),
        verdicts: verdicts.collect(),
        next_due: report.next_due,
        in_flight: report.in_flight,
        completed_moves: report.completed_moves,
        failed_moves: report.failed_moves,
        timed_out_moves: report.timed_out_moves,
        returned_moves: report.returned_moves,
        forced_refused: report.forced_refused,
        ignored_feedback: report.ignored_feedback,
    }
}

pub fn explained(explanation: &Explanation) -> Explained {
    Explained {
        judged: judged(&explanation.judgement),
        since: explanation.since,
        sampled_at: explanation.sampled_at,
        cooldown_until: explanation.cooldown_until,
        score_floor: explanation.score_floor,
        hysteresis_gap: explanation.hysteresis_gap,
        refusal: explanation.refusal,
        retry_at: explanation.retry_at,
        limit: explanation.limit,
        flap_hold_until: explanation.flap_hold_until,
        flight: explanation.flight.map(flying),
    }
}

fn flying(flight: Flight) -> Flying {
    let Flight { victim, target, since, times_out_at, .. } = flight;
    Flying { victim, target, since, times_out_at }
}

pub fn drained(status: &DrainStatus) -> Drained {
    Drained {
        node: status.node,
        deadline: status.deadline,
        left: status.left,
        moved: status.moved,
        in_flight: status.in_flight,
        blocked: status.blocked.clone(),
        at_risk: status.at_risk,
    }
}

pub fn changed(transition: &Transition) -> Changed {
    let Transition { sequence, at, chain, from, to, .. } = *transition;
    Changed { sequence, at, chain, from, to }
}

pub fn history(history: &ScoreHistory) -> OracleHistory {
    OracleHistory {
        samples: history.samples().map(|sample| (sample.at, sample.worst_score)).collect(),
        ewma: history.ewma(),
        trend: history.trend(),
    }
}
