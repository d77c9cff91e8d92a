//! The library's answers in the oracle's terms, so that both can be compared and printed alike.

use driftline::{Action, Decision, Error, Explanation, Judgement, ScoreHistory, TickReport, Verdict};

use crate::support::oracle::{Explained, Failure, Judged, Move, OracleHistory, Refusal, Report};

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

pub fn moves(decision: &Decision) -> Vec<Move> {
    let moves = decision.actions.iter().map(|action| match action {
        Action::Evict(eviction) => Move {
            chain: eviction.chain,
            victim: eviction.victim,
            victim_score: eviction.victim_score,
            target: eviction.target,
            target_score: eviction.target_score,
            gain: eviction.gain,
            cost: eviction.cost,
        },
        unexpected => panic!("Part A has no such action: {unexpected:?}"),
    });
    moves.collect()
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
    }
}

pub fn history(history: &ScoreHistory) -> OracleHistory {
    OracleHistory {
        samples: history.samples().map(|sample| (sample.at, sample.worst_score)).collect(),
        ewma: history.ewma(),
        trend: history.trend(),
    }
}
