//! The decision over a plain scorer: no snapshot, no gate, no scheduler.

use super::action_types::driftline_action;
use super::answers::*;
use super::config::read_config;
use super::guard::{Failure, guard};
use super::handle::{enter_exclusive, enter_shared};
use super::parts::AnyScorer;
use super::result::driftline_result;
use super::scheduler::{action_to_c, write_report};
use super::scorer::CScorer;
use super::scorer_types::*;
use super::sized::{OutputElements, SizedOutput, check_output, input_slice, output_elements};
use super::types::*;
use crate::config::SchedulerConfig;
use crate::decision::diff_scheduler;
use crate::error::Error;
use crate::id::{ChainId, NodeId, Timestamp};
use crate::scorer::PlacementScorer;
use crate::state::MeshState;

/// Judges every chain that `this_node` leads by what the scorer says now, and decides which moves are worth making
/// (reads). Pure: nothing is written but the outputs, and no cooldown starts.
///
/// The scorer is borrowed for the call; its `drop` is not called. Chains in `already_evicted`, in any order, are
/// skipped (SPEC D2); it may be NULL with a count of 0. The actions come by ascending chain, `action_size` bytes each;
/// placements do not say what they exclude. `out` may be NULL with a capacity of 0 to ask for the count; if they do not
/// fit: `CAPACITY`, and `*count` is how many there are. `report` may be NULL.
///
/// Errors: `CONFIG`, `ID`, `SCORER`, `NO_MEMORY`, `NULL`, `STRUCT_SIZE`, `RESERVED`, `CAPACITY`; `HANDLE`, `BUSY`,
/// `REENTRANT`, `POISONED`.
///
/// # Safety
///
/// `config` and `scorer` must be NULL or readable for their `struct_size`, and the scorer's entries must do what
/// `driftline_scorer` says; `already_evicted` must be readable for its count, `out` writable for `capacity` elements of
/// `action_size` bytes, `count` NULL or writable, `report` and `err` NULL or writable for their `struct_size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_diff_scheduler(
    state: driftline_state,
    this_node: u64,
    config: *const driftline_config,
    scorer: *const driftline_scorer,
    now_ns: u64,
    already_evicted: *const u64,
    already_evicted_count: usize,
    out: *mut driftline_action,
    capacity: usize,
    action_size: usize,
    count: *mut usize,
    report: *mut driftline_report,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let config = read_config(config)?;
        let scorer = CScorer::borrow(scorer)?;
        let already_evicted = read_chains(already_evicted, already_evicted_count)?;
        let out = output_elements(out, capacity, action_size, count, "out")?;
        let report = check_output(report, "report")?;
        let question =
            Question { state, this_node: NodeId(this_node), now: Timestamp(now_ns), config, already_evicted };
        question.ask(&scorer, out, report)
    })
}

/// The same over a scorer that the library holds (reads the state, has the scorer alone). It stays the caller's.
///
/// Everything else is as in `driftline_diff_scheduler`. From inside a callback any call on the scorer is refused.
///
/// # Safety
///
/// As `driftline_diff_scheduler`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_diff_scheduler_any(
    state: driftline_state,
    this_node: u64,
    config: *const driftline_config,
    scorer: driftline_any_scorer,
    now_ns: u64,
    already_evicted: *const u64,
    already_evicted_count: usize,
    out: *mut driftline_action,
    capacity: usize,
    action_size: usize,
    count: *mut usize,
    report: *mut driftline_report,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let config = read_config(config)?;
        let already_evicted = read_chains(already_evicted, already_evicted_count)?;
        let out = output_elements(out, capacity, action_size, count, "out")?;
        let report = check_output(report, "report")?;
        let question =
            Question { state, this_node: NodeId(this_node), now: Timestamp(now_ns), config, already_evicted };
        let mut scorer = enter_exclusive::<AnyScorer>(scorer.bits)?;
        question.ask(&*scorer.get()?.scorer, out, report)
    })
}

/// What is decided about, whoever scores.
struct Question {
    state: driftline_state,
    this_node: NodeId,
    now: Timestamp,
    config: SchedulerConfig,
    already_evicted: Vec<ChainId>,
}

impl Question {
    fn ask(
        &self,
        scorer: &dyn PlacementScorer,
        out: OutputElements<driftline_action>,
        report: Option<SizedOutput<driftline_report>>,
    ) -> Result<(), Failure> {
        let state = enter_shared::<MeshState>(self.state.bits)?;
        let Question { this_node, now, config, already_evicted, .. } = self;
        let decision = diff_scheduler(state.get()?, scorer, config, *this_node, *now, already_evicted)?;
        out.write(decision.actions.iter().map(action_to_c))?;
        write_report(report, &decision.report);
        Ok(())
    }
}

/// A copy, because the array is the caller's, and callbacks run before the call is over.
fn read_chains(chains: *const u64, count: usize) -> Result<Vec<ChainId>, Failure> {
    let chains = input_slice(chains.cast::<ChainId>(), count, "already_evicted")?;
    let mut copy = Vec::new();
    copy.try_reserve(chains.len()).map_err(|_| Error::OutOfMemory)?;
    copy.extend_from_slice(chains);
    Ok(copy)
}
