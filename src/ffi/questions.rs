//! Why, what was, how much: questions that only read.

use super::answers::*;
use super::guard::{Failure, guard};
use super::handle::enter_shared;
use super::result::{DRIFTLINE_RESULT_NOT_LED, driftline_result};
use super::scheduler::SchedulerObject;
use super::sized::{check_required_output, optional, output_elements};
use super::types::*;
use crate::action::{Explanation, Judgement};
use crate::id::{ChainId, Timestamp};
use crate::state::MeshState;

/// Why a chain is where it is: its verdict as of the last tick, with operands (reads scheduler and state).
///
/// Errors: `NOT_LED` if the scheduler does not lead the chain now; `NULL`, `STRUCT_SIZE`; `HANDLE`, `BUSY`, `REENTRANT`,
/// `POISONED`.
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
/// `sample_size` is `sizeof(driftline_sample)`. `ewma` (NaN before the first sample) and `trend` may be NULL. `out` may be NULL
/// with a capacity of 0 to ask for the rest; `DRIFTLINE_HISTORY_LENGTH` always fits. If the samples do not fit: `CAPACITY`, and
/// `*count` is how many there are. Errors: `NOT_LED` if the chain was not led at the last sample; `NULL`, `STRUCT_SIZE`;
/// `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
///
/// # Safety
///
/// `out` must be writable for `capacity` elements of `sample_size` bytes, `count`, `ewma` and `trend` NULL or writable; `err`
/// must be NULL or writable for its `struct_size`.
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
/// `cell_size` is `sizeof(driftline_cell)`. `out` may be NULL with a capacity of 0 to ask for the count. If the cells do not
/// fit: `CAPACITY`, and `*count` is how many there are. Errors: `NOT_LED` if the chain was not led at the last sample; `NULL`,
/// `STRUCT_SIZE`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
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

fn not_led(chain: u64) -> Failure {
    let failure =
        Failure::new(DRIFTLINE_RESULT_NOT_LED, format_args!("chain {chain} was not led here at the last sample"));
    Failure { chain, ..failure }
}

fn explanation_to_c(explanation: &Explanation) -> driftline_explanation {
    let Explanation { judgement, since, sampled_at, cooldown_until, score_floor, hysteresis_gap, .. } = *explanation;
    let Explanation { refusal, retry_at, .. } = *explanation;
    let Judgement { chain, verdict, victim, sampled_score, live_score, alternative, gain, cost } = judgement;
    let time = |at: Option<Timestamp>| at.map_or(DRIFTLINE_NONE, |at| at.0);
    let flag = |at: Option<Timestamp>, flag: u32| if at.is_some() { flag } else { 0 };
    driftline_explanation {
        struct_size: 0,
        verdict: verdict.number().into(),
        chain: chain.0,
        victim: victim.map_or(DRIFTLINE_NONE, |node| node.0),
        alternative: alternative.map_or(DRIFTLINE_NONE, |alternative| alternative.node.0),
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
        flags: flag(since, DRIFTLINE_EXPLANATION_SINCE)
            | flag(sampled_at, DRIFTLINE_EXPLANATION_SAMPLED_AT)
            | flag(cooldown_until, DRIFTLINE_EXPLANATION_COOLDOWN_UNTIL)
            | flag(retry_at, DRIFTLINE_EXPLANATION_RETRY_AT)
            | if refusal.is_some() { DRIFTLINE_EXPLANATION_REFUSAL } else { 0 },
        retry_at_ns: time(retry_at),
        refusal: refusal.map_or(0, |refusal| refusal.number().into()),
        reserved: 0,
    }
}
