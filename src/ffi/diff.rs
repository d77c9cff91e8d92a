//! The decision over a plain scorer: no snapshot, no gate, no scheduler.

use super::answers::*;
use super::config::read_config;
use super::guard::guard;
use super::handle::enter_shared;
use super::result::driftline_result;
use super::scheduler::{action_to_c, write_report};
use super::scorer::CScorer;
use super::sized::{check_output, input_slice, output_elements};
use super::types::*;
use crate::decision::diff_scheduler;
use crate::error::Error;
use crate::id::{ChainId, NodeId, Timestamp};
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
        let skipped = input_slice(already_evicted.cast::<ChainId>(), already_evicted_count, "already_evicted")?;
        // A copy, because the array is the caller's, and callbacks run before the call is over.
        let mut already_evicted = Vec::new();
        already_evicted.try_reserve(skipped.len()).map_err(|_| Error::OutOfMemory)?;
        already_evicted.extend_from_slice(skipped);
        let out = output_elements(out, capacity, action_size, count, "out")?;
        let report = check_output(report, "report")?;
        let state = enter_shared::<MeshState>(state.bits)?;
        let now = Timestamp(now_ns);
        let decision = diff_scheduler(state.get()?, &scorer, &config, NodeId(this_node), now, &already_evicted)?;
        out.write(decision.actions.iter().map(action_to_c))?;
        write_report(report, &decision.report);
        Ok(())
    })
}
