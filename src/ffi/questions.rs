//! Why, what was, how much: questions that only read.

use super::answers::*;
use super::guard::{Failure, guard};
use super::handle::enter_shared;
use super::result::{DRIFTLINE_RESULT_NOT_LED, driftline_result};
use super::scheduler::SchedulerObject;
use super::sized::{check_required_output, optional, output_elements};
use super::state::check_node;
use super::types::*;
use crate::action::{DrainStatus, Explanation, Judgement, Verdict};
use crate::id::{ChainId, NodeId, Timestamp};
use crate::state::MeshState;

/// Why a chain is where it is: its verdict as of the last tick, with operands (reads scheduler and state).
///
/// Errors: `NOT_LED` if the scheduler does not lead the chain now; `NULL`, `STRUCT_SIZE`; `HANDLE`, `BUSY`,
/// `REENTRANT`, `POISONED`.
///
/// # Safety
///
/// `out` must be NULL or writable for its `struct_size`; `err` must be NULL or writable for its.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_explain(
    scheduler: driftline_scheduler,
    state: driftline_state,
    chain: u64,
    out: *mut driftline_explanation,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let out = check_required_output(out, "out")?;
        let scheduler = enter_shared::<SchedulerObject>(scheduler.bits)?;
        let state = enter_shared::<MeshState>(state.bits)?;
        let explanation = scheduler.get()?.scheduler.explain(state.get()?, ChainId(chain))?;
        out.write(explanation_to_c(&explanation));
        Ok(())
    })
}

/// The history of a chain, oldest sample first, with its moving average and trend (reads).
///
/// `sample_size` is `sizeof(driftline_sample)`. `ewma` (NaN before the first sample) and `trend` may be NULL. `out` may
/// be NULL with a capacity of 0 to ask for the rest; `DRIFTLINE_HISTORY_LENGTH` always fits. If the samples do not fit:
/// `CAPACITY`, and `*count` is how many there are. Errors: `NOT_LED` if the chain was not led at the last sample;
/// `NULL`, `STRUCT_SIZE`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
///
/// # Safety
///
/// `out` must be writable for `capacity` elements of `sample_size` bytes, `count`, `ewma` and `trend` NULL or writable;
/// `err` must be NULL or writable for its `struct_size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_history(
    scheduler: driftline_scheduler,
    chain: u64,
    out: *mut driftline_sample,
    capacity: usize,
    sample_size: usize,
    count: *mut usize,
    ewma: *mut f32,
    trend: *mut u32,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let out = output_elements(out, capacity, sample_size, count, "out")?;
        let (ewma, trend) = (optional(ewma, "ewma")?, optional(trend, "trend")?);
        let entered = enter_shared::<SchedulerObject>(scheduler.bits)?;
        let history = entered.get()?.scheduler.history(ChainId(chain)).ok_or_else(|| not_led(chain))?;
        out.write(history.samples().map(|sample| driftline_sample {
            at_ns: sample.at.0,
            worst_score: sample.worst_score,
            reserved: 0,
        }))?;
        if let Some(ewma) = ewma {
            ewma.set(history.ewma().unwrap_or(f32::NAN));
        }
        if let Some(trend) = trend {
            trend.set(history.trend() as u32);
        }
        Ok(())
    })
}

/// The sampled scores of a chain's holders, by ascending node (reads). A holder without an opinion has no cell.
///
/// `cell_size` is `sizeof(driftline_cell)`. `out` may be NULL with a capacity of 0 to ask for the count. If the cells
/// do not fit: `CAPACITY`, and `*count` is how many there are. Errors: `NOT_LED` if the chain was not led at the last
/// sample; `NULL`, `STRUCT_SIZE`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
///
/// # Safety
///
/// `out` must be writable for `capacity` elements of `cell_size` bytes, `count` NULL or writable; `err` must be NULL or
/// writable for its `struct_size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_snapshot_cells(
    scheduler: driftline_scheduler,
    chain: u64,
    out: *mut driftline_cell,
    capacity: usize,
    cell_size: usize,
    count: *mut usize,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let out = output_elements(out, capacity, cell_size, count, "out")?;
        let entered = enter_shared::<SchedulerObject>(scheduler.bits)?;
        let scheduler = &entered.get()?.scheduler;
        scheduler.history(ChainId(chain)).ok_or_else(|| not_led(chain))?;
        let cells = scheduler.snapshot().cells(ChainId(chain));
        let cells: Vec<_> = cells.map(|(node, score)| driftline_cell { node: node.0, score, reserved: 0 }).collect();
        out.write(cells.into_iter())
    })
}

/// The changes of standing verdicts from a sequence number on, oldest first (reads).
///
/// The last `DRIFTLINE_TRANSITION_RING_LENGTH` of them are kept; whoever asks for those after the last that it has seen
/// and gets a first one with a larger number has missed some. `transition_size` is `sizeof(driftline_transition)`.
/// `out` may be NULL with a capacity of 0 to ask for the count. If they do not fit: `CAPACITY`, and `*count` is how
/// many there are. Errors: `NULL`, `STRUCT_SIZE`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
///
/// # Safety
///
/// `out` must be writable for `capacity` elements of `transition_size` bytes, `count` NULL or writable; `err` must be
/// NULL or writable for its `struct_size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_scheduler_transitions(
    scheduler: driftline_scheduler,
    since_sequence: u64,
    out: *mut driftline_transition,
    capacity: usize,
    transition_size: usize,
    count: *mut usize,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let out = output_elements(out, capacity, transition_size, count, "out")?;
        let entered = enter_shared::<SchedulerObject>(scheduler.bits)?;
        let scheduler = &entered.get()?.scheduler;
        let older = scheduler.transitions().take_while(|transition| transition.sequence < since_sequence).count();
        let verdict = |verdict: Option<Verdict>| verdict.map_or(DRIFTLINE_VERDICT_NONE, |known| known.number().into());
        out.write(scheduler.transitions().skip(older).map(|transition| driftline_transition {
            sequence: transition.sequence,
            at_ns: transition.at.0,
            chain: transition.chain.map_or(DRIFTLINE_NONE, |chain| chain.0),
            from: verdict(transition.from),
            to: verdict(transition.to),
        }))
    })
}

/// How far a node that is drained has come, as of the last tick and by what the state says now, and the chains that the
/// drain could not move, ascending, with the reason (reads scheduler and state).
///
/// A node that is not drained is no error: `out->draining` is 0. `blocked_size` is `sizeof(driftline_blocked)`.
/// `blocked` may be NULL with a capacity of 0 to ask for the rest. If the blocked chains do not fit: `CAPACITY`,
/// `*count` is how many there are, and nothing else is written. Errors: `ID` for `DRIFTLINE_NONE`; `NULL`,
/// `STRUCT_SIZE`, `NO_MEMORY`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
///
/// # Safety
///
/// `out` must be NULL or writable for its `struct_size`, `blocked` writable for `capacity` elements of `blocked_size`
/// bytes, `count` NULL or writable; `err` must be NULL or writable for its `struct_size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_scheduler_drain_status(
    scheduler: driftline_scheduler,
    state: driftline_state,
    node: u64,
    out: *mut driftline_drain_status,
    blocked: *mut driftline_blocked,
    capacity: usize,
    blocked_size: usize,
    count: *mut usize,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let out = check_required_output(out, "out")?;
        let blocked = output_elements(blocked, capacity, blocked_size, count, "blocked")?;
        let node = check_node(node)?;
        let scheduler = enter_shared::<SchedulerObject>(scheduler.bits)?;
        let state = enter_shared::<MeshState>(state.bits)?;
        let status = scheduler.get()?.scheduler.drain_status(state.get()?, node)?;
        let chains = status.as_ref().map_or(&[][..], |status| &status.blocked);
        blocked.write(chains.iter().map(|&(chain, verdict)| driftline_blocked {
            chain: chain.0,
            verdict: verdict.number().into(),
            reserved: 0,
        }))?;
        out.write(status.as_ref().map_or(NOT_DRAINING, drain_status_to_c));
        Ok(())
    })
}

const NOT_DRAINING: driftline_drain_status = driftline_drain_status {
    struct_size: 0,
    draining: 0,
    deadline_ns: DRIFTLINE_NONE,
    left: 0,
    moved: 0,
    in_flight: 0,
    at_risk: 0,
    reserved: 0,
};

fn drain_status_to_c(status: &DrainStatus) -> driftline_drain_status {
    driftline_drain_status {
        draining: 1,
        deadline_ns: status.deadline.0,
        left: status.left,
        moved: status.moved,
        in_flight: status.in_flight,
        at_risk: status.at_risk.into(),
        ..NOT_DRAINING
    }
}

fn not_led(chain: u64) -> Failure {
    let failure =
        Failure::new(DRIFTLINE_RESULT_NOT_LED, format_args!("chain {chain} was not led here at the last sample"));
    Failure { chain, ..failure }
}

fn explanation_to_c(explanation: &Explanation) -> driftline_explanation {
    let Explanation { judgement, since, sampled_at, cooldown_until, score_floor, hysteresis_gap, .. } = *explanation;
    let Explanation { refusal, retry_at, limit, flap_hold_until, flight, .. } = *explanation;
    let Judgement { chain, verdict, victim, sampled_score, live_score, alternative, gain, cost } = judgement;
    let times_out_at = flight.and_then(|flight| flight.times_out_at);
    let node = |node: Option<NodeId>| node.map_or(DRIFTLINE_NONE, |node| node.0);
    let time = |at: Option<Timestamp>| at.map_or(DRIFTLINE_NONE, |at| at.0);
    let flag = |is_known: bool, flag: u32| if is_known { flag } else { 0 };
    driftline_explanation {
        struct_size: 0,
        verdict: verdict.number().into(),
        chain: chain.0,
        victim: node(victim),
        alternative: node(alternative.map(|alternative| alternative.node)),
        since_ns: time(since),
        sampled_at_ns: time(sampled_at),
        cooldown_until_ns: time(cooldown_until),
        sampled_score: sampled_score.unwrap_or(f32::NAN),
        live_score: live_score.unwrap_or(f32::NAN),
        score_floor,
        alternative_score: alternative.map_or(f32::NAN, |alternative| alternative.score),
        gain: gain.unwrap_or(f32::NAN),
        hysteresis_gap,
        cost: cost.unwrap_or(f32::NAN),
        flags: flag(since.is_some(), DRIFTLINE_EXPLANATION_SINCE)
            | flag(sampled_at.is_some(), DRIFTLINE_EXPLANATION_SAMPLED_AT)
            | flag(cooldown_until.is_some(), DRIFTLINE_EXPLANATION_COOLDOWN_UNTIL)
            | flag(refusal.is_some(), DRIFTLINE_EXPLANATION_REFUSAL)
            | flag(retry_at.is_some(), DRIFTLINE_EXPLANATION_RETRY_AT)
            | flag(limit.is_some(), DRIFTLINE_EXPLANATION_LIMIT)
            | flag(flap_hold_until.is_some(), DRIFTLINE_EXPLANATION_FLAP_HOLD_UNTIL)
            | flag(flight.is_some(), DRIFTLINE_EXPLANATION_FLIGHT)
            | flag(times_out_at.is_some(), DRIFTLINE_EXPLANATION_FLIGHT_TIMES_OUT_AT),
        retry_at_ns: time(retry_at),
        refusal: refusal.map_or(0, |refusal| refusal.number().into()),
        reserved: 0,
        limit: limit.unwrap_or(0),
        flap_hold_until_ns: time(flap_hold_until),
        flight_victim: node(flight.and_then(|flight| flight.victim)),
        flight_target: node(flight.and_then(|flight| flight.target)),
        flight_since_ns: time(flight.map(|flight| flight.since)),
        flight_times_out_at_ns: time(times_out_at),
    }
}
