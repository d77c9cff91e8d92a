//! The core's text for what C holds as structs.

use libc::c_char;

use super::answers::*;
use super::guard::{Failure, guard, guard_value};
use super::result::{DRIFTLINE_RESULT_CONFIG, DRIFTLINE_RESULT_RESERVED, driftline_result};
use super::sized::{read_sized, write_text};
use super::types::*;
use crate::action::{Explanation, Judgement, Verdict};
use crate::id::{ChainId, NodeId, Timestamp};
use crate::scorer::Alternative;

/// The name of a verdict in words, such as "gap too small"; "unknown" for a number that is none.
///
/// Never NULL. The text is static. May be called by any thread at any time.
#[unsafe(no_mangle)]
pub extern "C" fn driftline_verdict_name(verdict: u32) -> *const c_char {
    guard_value(c"unknown".as_ptr(), || {
        let name = match Verdict::from_number(verdict) {
            Some(Verdict::NotSampled) => c"not sampled",
            Some(Verdict::Healthy) => c"healthy",
            Some(Verdict::NoScore) => c"no score",
            Some(Verdict::Cooldown) => c"cooldown",
            Some(Verdict::ClaimHeld) => c"claim held",
            Some(Verdict::Recovered) => c"recovered",
            Some(Verdict::NoAlternative) => c"no alternative",
            Some(Verdict::GapTooSmall) => c"gap too small",
            Some(Verdict::CostTooHigh) => c"cost too high",
            Some(Verdict::Evict) => c"evict",
            Some(Verdict::ScorerFailed) => c"scorer failed",
            Some(Verdict::AlreadyMoved) => c"already moved",
            Some(Verdict::RetryLater) => c"retry later",
            Some(Verdict::Deferred) => c"deferred",
            None => c"unknown",
        };
        name.as_ptr()
    })
}

/// One line of text for an explanation, as logs and scenario files have it. Pure.
///
/// At most `capacity` bytes are written, with the NUL. `*length` is the length without it. `out` may be NULL with a capacity
/// of 0 to ask for the length; if the line does not fit: `CAPACITY`, and `*length` is what is needed. Errors: `CONFIG` for a
/// verdict that is none, `RESERVED` for flags that are none; `NULL`, `STRUCT_SIZE`.
///
/// # Safety
///
/// `explanation` must be NULL or readable for its `struct_size`, `out` writable for `capacity` bytes, `length` NULL or
/// writable; `err` must be NULL or writable for its `struct_size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_explanation_text(
    explanation: *const driftline_explanation,
    out: *mut c_char,
    capacity: usize,
    length: *mut usize,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let explanation = explanation_from_c(&read_sized(explanation, NOTHING, "explanation")?)?;
        write_text(out, capacity, length, &explanation.to_string())
    })
}

/// What an older caller's explanation is completed with.
const NOTHING: driftline_explanation = driftline_explanation {
    struct_size: 0,
    verdict: 0,
    chain: DRIFTLINE_NONE,
    victim: DRIFTLINE_NONE,
    alternative: DRIFTLINE_NONE,
    since_ns: DRIFTLINE_NONE,
    sampled_at_ns: DRIFTLINE_NONE,
    cooldown_until_ns: DRIFTLINE_NONE,
    sampled_score: f32::NAN,
    live_score: f32::NAN,
    score_floor: f32::NAN,
    alternative_score: f32::NAN,
    gain: f32::NAN,
    hysteresis_gap: f32::NAN,
    cost: f32::NAN,
    flags: 0,
    retry_at_ns: DRIFTLINE_NONE,
    refusal: 0,
    reserved: 0,
};

fn known_verdict(number: u32) -> Result<Verdict, Failure> {
    Verdict::from_number(number)
        .ok_or_else(|| Failure::new(DRIFTLINE_RESULT_CONFIG, format_args!("verdict {number} is unknown")))
}

fn explanation_from_c(c: &driftline_explanation) -> Result<Explanation, Failure> {
    let verdict = known_verdict(c.verdict)?;
    let known = DRIFTLINE_EXPLANATION_SINCE
        | DRIFTLINE_EXPLANATION_SAMPLED_AT
        | DRIFTLINE_EXPLANATION_COOLDOWN_UNTIL
        | DRIFTLINE_EXPLANATION_REFUSAL
        | DRIFTLINE_EXPLANATION_RETRY_AT;
    if c.flags & !known != 0 {
        return Err(Failure::new(
            DRIFTLINE_RESULT_RESERVED,
            format_args!("explanation flags {:#x} are unknown", c.flags),
        ));
    }
    let refusal = match c.flags & DRIFTLINE_EXPLANATION_REFUSAL {
        0 => None,
        _ => Some(known_verdict(c.refusal)?),
    };
    if c.reserved != 0 {
        return Err(Failure::new(DRIFTLINE_RESULT_RESERVED, "explanation.reserved must be 0"));
    }
    let node = |node: u64| Some(NodeId(node)).filter(|node| !node.is_none());
    let score = |score: f32| Some(score).filter(|score| !score.is_nan());
    let time = |at_ns: u64, flag: u32| (c.flags & flag != 0).then_some(Timestamp(at_ns));
    Ok(Explanation {
        judgement: Judgement {
            chain: ChainId(c.chain),
            verdict,
            victim: node(c.victim),
            sampled_score: score(c.sampled_score),
            live_score: score(c.live_score),
            alternative: node(c.alternative).map(|node| Alternative { node, score: c.alternative_score }),
            gain: score(c.gain),
            cost: score(c.cost),
        },
        since: time(c.since_ns, DRIFTLINE_EXPLANATION_SINCE),
        sampled_at: time(c.sampled_at_ns, DRIFTLINE_EXPLANATION_SAMPLED_AT),
        cooldown_until: time(c.cooldown_until_ns, DRIFTLINE_EXPLANATION_COOLDOWN_UNTIL),
        score_floor: c.score_floor,
        hysteresis_gap: c.hysteresis_gap,
        refusal,
        retry_at: time(c.retry_at_ns, DRIFTLINE_EXPLANATION_RETRY_AT),
    })
}
