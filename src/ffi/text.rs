//! The core's text for what C holds as structs.

use libc::c_char;

use super::action_types::*;
use super::answers::*;
use super::guard::{Failure, guard, guard_value};
use super::result::{DRIFTLINE_RESULT_CONFIG, DRIFTLINE_RESULT_ID, DRIFTLINE_RESULT_RESERVED, driftline_result};
use super::sized::{input_elements, input_slice, read_sized, write_text};
use super::types::*;
use crate::action::{Action, Arm, Eviction, Explanation, Flight, Judgement, Placement, Verdict};
use crate::error::Error;
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
            Some(Verdict::LastHolder) => c"last holder",
            Some(Verdict::Frozen) => c"frozen",
            Some(Verdict::InFlight) => c"in flight",
            Some(Verdict::RetryLater) => c"retry later",
            Some(Verdict::TickLimit) => c"tick limit",
            Some(Verdict::ClusterLimit) => c"cluster limit",
            Some(Verdict::SourceLimit) => c"source limit",
            Some(Verdict::TargetLimit) => c"target limit",
            Some(Verdict::FlapHold) => c"flap hold",
            Some(Verdict::WarmingUp) => c"warming up",
            Some(Verdict::Pinned) => c"pinned",
            Some(Verdict::ProposeOnly) => c"propose only",
            Some(Verdict::Deferred) => c"deferred",
            None => c"unknown",
        };
        name.as_ptr()
    })
}

/// One line of text for an explanation, as logs and scenario files have it. Pure.
///
/// At most `capacity` bytes are written, with the NUL. `*length` is the length without it. `out` may be NULL with a
/// capacity of 0 to ask for the length; if the line does not fit: `CAPACITY`, and `*length` is what is needed. Errors:
/// `CONFIG` for a verdict that is none, `RESERVED` for flags that are none; `NULL`, `STRUCT_SIZE`.
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

/// The same as a sentence without an end mark, for somebody who is called at night. Otherwise as
/// `driftline_explanation_text`.
///
/// # Safety
///
/// As `driftline_explanation_text`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_explanation_sentence(
    explanation: *const driftline_explanation,
    out: *mut c_char,
    capacity: usize,
    length: *mut usize,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let explanation = explanation_from_c(&read_sized(explanation, NOTHING, "explanation")?)?;
        write_text(out, capacity, length, &explanation.sentence().to_string())
    })
}

/// One line of text for an action, as logs and scenario files have it. Pure.
///
/// `action_size` is `sizeof(driftline_action)` as the caller knows it. Of its nodes and numbers the line says which are
/// known by `flags`. Otherwise as `driftline_explanation_text`. Errors: `CONFIG` for a kind or an arm that is none,
/// `RESERVED` for flags that are none, `ID` for an eviction without a victim and for `DRIFTLINE_NONE` where a node is
/// known; `NULL`, `STRUCT_SIZE`, `CAPACITY`, `NO_MEMORY`.
///
/// # Safety
///
/// `action` must be NULL or readable for `action_size` bytes, and its `exclude` for `exclude_count` elements; `out`
/// writable for `capacity` bytes, `length` NULL or writable; `err` must be NULL or writable for its `struct_size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_action_text(
    action: *const driftline_action,
    action_size: usize,
    out: *mut c_char,
    capacity: usize,
    length: *mut usize,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let action =
            input_elements(action, 1, action_size, 16, "action")?.read(0, driftline_action::default(), "action");
        // There is one alone, so there is no index to name.
        let action = action.map_err(|failure| Failure { index: DRIFTLINE_NONE, ..failure })?;
        write_text(out, capacity, length, &action_from_c(&action)?.to_string())
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
    limit: 0,
    flap_hold_until_ns: DRIFTLINE_NONE,
    flight_victim: DRIFTLINE_NONE,
    flight_target: DRIFTLINE_NONE,
    flight_since_ns: DRIFTLINE_NONE,
    flight_times_out_at_ns: DRIFTLINE_NONE,
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
        | DRIFTLINE_EXPLANATION_RETRY_AT
        | DRIFTLINE_EXPLANATION_LIMIT
        | DRIFTLINE_EXPLANATION_FLAP_HOLD_UNTIL
        | DRIFTLINE_EXPLANATION_FLIGHT
        | DRIFTLINE_EXPLANATION_FLIGHT_TIMES_OUT_AT;
    check_flags(c.flags, known, "explanation")?;
    check_reserved(c.reserved, "explanation")?;
    let is_known = |flag: u32| c.flags & flag != 0;
    let refusal = if is_known(DRIFTLINE_EXPLANATION_REFUSAL) { Some(known_verdict(c.refusal)?) } else { None };
    let node = |node: u64| Some(NodeId(node)).filter(|node| !node.is_none());
    let score = |score: f32| Some(score).filter(|score| !score.is_nan());
    let time = |at_ns: u64, flag: u32| is_known(flag).then_some(Timestamp(at_ns));
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
        limit: is_known(DRIFTLINE_EXPLANATION_LIMIT).then_some(c.limit),
        flap_hold_until: time(c.flap_hold_until_ns, DRIFTLINE_EXPLANATION_FLAP_HOLD_UNTIL),
        flight: time(c.flight_since_ns, DRIFTLINE_EXPLANATION_FLIGHT).map(|since| Flight {
            victim: node(c.flight_victim),
            target: node(c.flight_target),
            since,
            times_out_at: time(c.flight_times_out_at_ns, DRIFTLINE_EXPLANATION_FLIGHT_TIMES_OUT_AT),
        }),
    })
}

fn check_flags(flags: u32, known: u32, name: &str) -> Result<(), Failure> {
    if flags & !known == 0 {
        return Ok(());
    }
    Err(Failure::new(DRIFTLINE_RESULT_RESERVED, format_args!("{name} flags {flags:#x} are unknown")))
}

fn check_reserved(reserved: u32, name: &str) -> Result<(), Failure> {
    if reserved == 0 {
        return Ok(());
    }
    Err(Failure::new(DRIFTLINE_RESULT_RESERVED, format_args!("{name}.reserved must be 0")))
}

fn action_from_c(c: &driftline_action) -> Result<Action, Failure> {
    let unknown = |what: &str, number: u32| {
        Failure::new(DRIFTLINE_RESULT_CONFIG, format_args!("{what} {number} of an action is unknown"))
    };
    let arm = *Arm::ALL.get(c.arm as usize).ok_or_else(|| unknown("arm", c.arm))?;
    check_flags(c.flags, ACTION_FLAGS, "action")?;
    check_reserved(c.reserved, "action")?;
    let victim = action_node(c, DRIFTLINE_ACTION_FLAG_VICTIM, c.victim, "victim")?;
    let target = action_node(c, DRIFTLINE_ACTION_FLAG_TARGET, c.target, "target")?;
    let revision = (c.flags & DRIFTLINE_ACTION_FLAG_REVISION != 0).then_some(c.revision);
    let number = |flag: u32, number: f32| (c.flags & flag != 0).then_some(number);
    match c.kind {
        DRIFTLINE_ACTION_EVICT => {
            let victim = victim.ok_or_else(|| Failure::new(DRIFTLINE_RESULT_ID, "an eviction without a victim"))?;
            Ok(Action::Evict(Eviction {
                chain: ChainId(c.chain),
                victim,
                victim_score: number(DRIFTLINE_ACTION_FLAG_VICTIM_SCORE, c.victim_score),
                target,
                target_score: number(DRIFTLINE_ACTION_FLAG_TARGET_SCORE, c.target_score),
                gain: number(DRIFTLINE_ACTION_FLAG_GAIN, c.gain),
                cost: number(DRIFTLINE_ACTION_FLAG_COST, c.cost),
                arm,
                revision,
            }))
        }
        DRIFTLINE_ACTION_PLACE => {
            // A count that is no size is more than memory has, which is what the check says of it.
            let count = usize::try_from(c.exclude_count).unwrap_or(usize::MAX);
            let nodes = input_slice(c.exclude.cast::<NodeId>(), count, "action.exclude")?;
            let mut exclude = Vec::new();
            exclude.try_reserve(nodes.len()).map_err(|_| Error::OutOfMemory)?;
            exclude.extend_from_slice(nodes);
            Ok(Action::Place(Placement {
                chain: ChainId(c.chain),
                exclude,
                target,
                victim,
                victim_score: number(DRIFTLINE_ACTION_FLAG_VICTIM_SCORE, c.victim_score),
                target_score: number(DRIFTLINE_ACTION_FLAG_TARGET_SCORE, c.target_score),
                gain: number(DRIFTLINE_ACTION_FLAG_GAIN, c.gain),
                cost: number(DRIFTLINE_ACTION_FLAG_COST, c.cost),
                arm,
                revision,
            }))
        }
        kind => Err(unknown("kind", kind)),
    }
}

/// What may be known of an action.
const ACTION_FLAGS: u32 = DRIFTLINE_ACTION_FLAG_COST
    | DRIFTLINE_ACTION_FLAG_VICTIM
    | DRIFTLINE_ACTION_FLAG_TARGET
    | DRIFTLINE_ACTION_FLAG_VICTIM_SCORE
    | DRIFTLINE_ACTION_FLAG_TARGET_SCORE
    | DRIFTLINE_ACTION_FLAG_GAIN
    | DRIFTLINE_ACTION_FLAG_REVISION;

/// A node of an action, if its flag says that it is known.
fn action_node(c: &driftline_action, flag: u32, node: u64, name: &str) -> Result<Option<NodeId>, Failure> {
    if c.flags & flag == 0 {
        return Ok(None);
    }
    let node = NodeId(node);
    if node.is_none() {
        return Err(Failure::new(DRIFTLINE_RESULT_ID, format_args!("the {name} of an action is no node")));
    }
    Ok(Some(node))
}
