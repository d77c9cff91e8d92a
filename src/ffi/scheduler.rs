//! The scheduler: sample, decide, tick.

use super::action_types::*;
use super::answers::*;
use super::config::{read_config, to_c};
use super::guard::{Failure, guard, guard_with};
use super::handle::{enter_exclusive, enter_shared, insert, remove};
use super::result::{DRIFTLINE_RESULT_NO_SCORER, driftline_result, method_number};
use super::scorer::CScorer;
use super::scorer_types::driftline_scorer;
use super::sized::{
    Place, SizedOutput, check_lent_size, check_output, check_required_output, output_elements, required, write_element,
};
use super::types::*;
use super::version::check_abi;
use crate::action::{Action, Eviction, Placement, ScorerFailure, TickReport};
use crate::error::Error;
use crate::id::{NodeId, Timestamp};
use crate::local_scheduler::LocalScheduler;
use crate::state::MeshState;

/// What a scheduler handle stands for.
pub(super) struct SchedulerObject {
    pub(super) scheduler: LocalScheduler,
    lent: LentActions,
    failures: Vec<driftline_failure>,
}

/// The actions that are lent to the caller.
#[derive(Default)]
struct LentActions {
    /// Laid out with the caller's element size.
    actions: Vec<u64>,
    /// What they exclude, one after the other; they point in here.
    excluded: Vec<u64>,
}

/// Makes a scheduler for the chains that `this_node` leads, without a scorer. `abi` is `DRIFTLINE_ABI`.
///
/// The caller owns the handle and ends it with `driftline_scheduler_free`. Errors: `ABI`, `NULL`, `STRUCT_SIZE`,
/// `CONFIG`, `ID`, `NO_MEMORY`.
///
/// # Safety
///
/// `config` must be NULL or readable for its `struct_size`, `out` NULL or writable; `err` must be NULL or writable for
/// its `struct_size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_scheduler_new(
    abi: u32,
    this_node: u64,
    config: *const driftline_config,
    out: *mut driftline_scheduler,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        check_abi(abi)?;
        let config = read_config(config)?;
        let out = required(out, "out")?;
        let scheduler = LocalScheduler::new(NodeId(this_node), config)?;
        let object = SchedulerObject { scheduler, lent: LentActions::default(), failures: Vec::new() };
        out.set(driftline_scheduler { bits: insert(Box::new(object))? });
        Ok(())
    })
}

/// Ends a scheduler, and its scorer with it (writes). Zero is fine. Works on a poisoned one.
///
/// Errors: `HANDLE`, `BUSY`, `REENTRANT`.
#[unsafe(no_mangle)]
pub extern "C" fn driftline_scheduler_free(scheduler: driftline_scheduler) -> driftline_result {
    guard(
        core::ptr::null_mut(),
        || {
            if scheduler.bits == 0 { Ok(()) } else { remove::<SchedulerObject>(scheduler.bits) }
        },
    )
}

/// The node whose chains this scheduler acts on (reads). Errors: `NULL`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
///
/// # Safety
///
/// `out` must be NULL or writable; `err` must be NULL or writable for its `struct_size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_scheduler_this_node(
    scheduler: driftline_scheduler,
    out: *mut u64,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let out = required(out, "out")?;
        out.set(enter_shared::<SchedulerObject>(scheduler.bits)?.get()?.scheduler.this_node().0);
        Ok(())
    })
}

/// The present config (reads). Errors: `NULL`, `STRUCT_SIZE`, `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
///
/// # Safety
///
/// `out` must be NULL or writable for its `struct_size`; `err` must be NULL or writable for its.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_scheduler_config(
    scheduler: driftline_scheduler,
    out: *mut driftline_config,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let out = check_required_output(out, "out")?;
        out.write(to_c(enter_shared::<SchedulerObject>(scheduler.bits)?.get()?.scheduler.config()));
        Ok(())
    })
}

/// Replaces the config from the next call on (writes). A refused config changes nothing.
///
/// Errors: `CONFIG`, `NULL`, `STRUCT_SIZE`, `NO_MEMORY`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
///
/// # Safety
///
/// `config` must be NULL or readable for its `struct_size`; `err` must be NULL or writable for its.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_scheduler_configure(
    scheduler: driftline_scheduler,
    config: *const driftline_config,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let config = read_config(config)?;
        Ok(enter_exclusive::<SchedulerObject>(scheduler.bits)?.get()?.scheduler.configure(config)?)
    })
}

/// Makes this the scorer (writes): every led chain is due (SPEC P4). The previous one is dropped.
///
/// The struct is copied. Whatever this returns, `scorer->drop` is or will be called exactly once for this installation,
/// unless the pointer is not aligned, or `struct_size` does not cover it or is larger than 4,096. Errors: `NULL` also
/// for a missing `score` or `best_alternative`; `STRUCT_SIZE`, `RESERVED`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
///
/// # Safety
///
/// `scorer` must be NULL or readable for its `struct_size`, and its entries must do what `driftline_scorer` says until
/// `drop` is called; `err` must be NULL or writable for its `struct_size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_scheduler_install(
    scheduler: driftline_scheduler,
    scorer: *const driftline_scorer,
    err: *mut driftline_error,
) -> driftline_result {
    let adopt = || CScorer::adopt(scorer);
    guard_with(err, adopt, |adopted| {
        let scorer = Box::new(adopted?);
        let mut entered = enter_exclusive::<SchedulerObject>(scheduler.bits)?;
        let previous = entered.get()?.scheduler.registry_mut().install(scorer);
        // Its `drop` may call anything, so it comes when nobody is inside.
        drop(entered);
        drop(previous);
        Ok(())
    })
}

/// Takes the scorer out and drops it (writes). A scheduler without one samples nothing and emits nothing.
///
/// Errors: `NO_SCORER` if there is none; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
///
/// # Safety
///
/// `err` must be NULL or writable for its `struct_size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_scheduler_uninstall(
    scheduler: driftline_scheduler,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let mut entered = enter_exclusive::<SchedulerObject>(scheduler.bits)?;
        let previous = entered.get()?.scheduler.registry_mut().uninstall();
        drop(entered);
        match previous {
            Some(previous) => drop(previous),
            None => return Err(Failure::new(DRIFTLINE_RESULT_NO_SCORER, "no scorer is installed")),
        }
        Ok(())
    })
}

/// Samples what is due and decides nothing (writes the scheduler, reads the state). A tick does it by itself.
///
/// The verdicts of the report are those of the last tick. `report` may be NULL. Errors: `TIME` if `now_ns` is earlier
/// than a time seen before, `SCORER` when the scorer fails under abort (what was observed is kept, the rest stays due),
/// `NO_MEMORY`, `STRUCT_SIZE`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
///
/// # Safety
///
/// `report` must be NULL or writable for its `struct_size`; `err` must be NULL or writable for its.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_scheduler_sample(
    scheduler: driftline_scheduler,
    state: driftline_state,
    now_ns: u64,
    report: *mut driftline_report,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let report = check_output(report, "report")?;
        let mut entered = enter_exclusive::<SchedulerObject>(scheduler.bits)?;
        let state = enter_shared::<MeshState>(state.bits)?;
        let SchedulerObject { scheduler, failures, .. } = entered.get()?;
        let sampled = scheduler.sample(state.get()?, Timestamp(now_ns))?;
        keep_failures(failures, &sampled.failures)?;
        write_report(report, sampled);
        Ok(())
    })
}

/// One tick: observe, decide, commit (writes scheduler and state).
///
/// `*actions` is an array of `*count` actions by ascending chain, laid out with `action_size` bytes each, which is
/// `sizeof(driftline_action)` as the caller knows it. It belongs to the scheduler, together with what the actions
/// exclude, and is valid until the next call that writes it; there is nothing to free. It is NULL when `*count` is 0.
/// Carry the actions out and report back with events; with them their cooldowns start, or without `move_timeout_ns`
/// have started. `report` may be NULL.
///
/// `now_ns` counts from any origin and never goes back. Whoever hands chains over (`driftline_state_export_chain`)
/// takes one that all leaders share, such as Unix time.
///
/// Errors: as `driftline_scheduler_sample`, `NULL`. No action is emitted then and no decision state is written.
///
/// # Safety
///
/// `actions` and `count` must be NULL or writable, `report` NULL or writable for its `struct_size`; `err` must be NULL
/// or writable for its.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_scheduler_tick(
    scheduler: driftline_scheduler,
    state: driftline_state,
    now_ns: u64,
    action_size: usize,
    actions: *mut *const driftline_action,
    count: *mut usize,
    report: *mut driftline_report,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let place = Lent::check(action_size, actions, count)?;
        let report = check_output(report, "report")?;
        let mut entered = enter_exclusive::<SchedulerObject>(scheduler.bits)?;
        let mut state = enter_exclusive::<MeshState>(state.bits)?;
        let SchedulerObject { scheduler, lent, failures } = entered.get()?;
        // What needs memory comes before the commit: a move that nobody hears of must not start a cooldown.
        let decision = scheduler.tick_prepared(state.get()?, Timestamp(now_ns), |decision| {
            keep_failures(failures, &decision.report.failures)?;
            place.lay_out(lent, &decision.actions)
        })?;
        place.lend(lent, decision.actions.len());
        write_report(report, &decision.report);
        Ok(())
    })
}

/// What a tick on the same observations would do: a dry run that changes nothing, but has the scheduler to itself,
/// because it asks the scorer (writes the lent actions, reads the state).
///
/// No cooldown starts. The actions replace those that were lent before, and the failures those of the last pass.
/// Everything else is as in `driftline_scheduler_tick`.
///
/// # Safety
///
/// As `driftline_scheduler_tick`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_scheduler_decide(
    scheduler: driftline_scheduler,
    state: driftline_state,
    now_ns: u64,
    action_size: usize,
    actions: *mut *const driftline_action,
    count: *mut usize,
    report: *mut driftline_report,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let place = Lent::check(action_size, actions, count)?;
        let report = check_output(report, "report")?;
        let mut entered = enter_exclusive::<SchedulerObject>(scheduler.bits)?;
        let state = enter_shared::<MeshState>(state.bits)?;
        let SchedulerObject { scheduler, lent, failures } = entered.get()?;
        let decision = scheduler.decide(state.get()?, Timestamp(now_ns))?;
        keep_failures(failures, &decision.report.failures)?;
        place.lay_out(lent, &decision.actions)?;
        place.lend(lent, decision.actions.len());
        write_report(report, &decision.report);
        Ok(())
    })
}

/// The chains that the last sample or tick re-scored, ascending, and why (reads).
///
/// `sampled_size` is `sizeof(driftline_sampled)`. `out` may be NULL with a capacity of 0 to ask for the count. If they
/// do not fit: `CAPACITY`, and `*count` is how many there are. Errors: `NULL`, `STRUCT_SIZE`; `HANDLE`, `BUSY`,
/// `REENTRANT`, `POISONED`.
///
/// # Safety
///
/// `out` must be writable for `capacity` elements of `sampled_size` bytes, `count` NULL or writable; `err` must be NULL
/// or writable for its `struct_size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_scheduler_sampled(
    scheduler: driftline_scheduler,
    out: *mut driftline_sampled,
    capacity: usize,
    sampled_size: usize,
    count: *mut usize,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let out = output_elements(out, capacity, sampled_size, count, "out")?;
        let entered = enter_shared::<SchedulerObject>(scheduler.bits)?;
        let sampled = entered.get()?.scheduler.sampled();
        out.write(sampled.map(|(chain, cause)| driftline_sampled { chain: chain.0, cause: cause as u32, reserved: 0 }))
    })
}

/// The scorer's failures that the last sample, tick or dry run that succeeded has skipped, in the order in which they
/// happened (reads).
///
/// `failure_size` is `sizeof(driftline_failure)`. Otherwise as `driftline_scheduler_sampled`.
///
/// # Safety
///
/// As `driftline_scheduler_sampled`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_scheduler_failures(
    scheduler: driftline_scheduler,
    out: *mut driftline_failure,
    capacity: usize,
    failure_size: usize,
    count: *mut usize,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let out = output_elements(out, capacity, failure_size, count, "out")?;
        out.write(enter_shared::<SchedulerObject>(scheduler.bits)?.get()?.failures.iter().copied())
    })
}

/// Where the caller wants to find the actions.
struct Lent {
    actions: Place<*const driftline_action>,
    count: Place<usize>,
    action_size: usize,
}

impl Lent {
    fn check(action_size: usize, actions: *mut *const driftline_action, count: *mut usize) -> Result<Self, Failure> {
        check_lent_size(action_size, "action_size")?;
        Ok(Lent { actions: required(actions, "actions")?, count: required(count, "count")?, action_size })
    }

    /// Lays the actions out as the caller knows them, in memory of the scheduler's.
    fn lay_out(&self, lent: &mut LentActions, actions: &[Action]) -> Result<(), Error> {
        let LentActions { actions: laid_out, excluded } = lent;
        let stride = self.action_size / size_of::<u64>();
        laid_out.clear();
        laid_out.try_reserve(actions.len() * stride).map_err(|_| Error::OutOfMemory)?;
        laid_out.resize(actions.len() * stride, 0);
        excluded.clear();
        excluded
            .try_reserve(actions.iter().map(|action| excluded_by(action).len()).sum())
            .map_err(|_| Error::OutOfMemory)?;
        excluded.extend(actions.iter().flat_map(excluded_by).map(|node| node.0));
        let mut rest = excluded.as_slice();
        for (slot, action) in laid_out.chunks_exact_mut(stride).zip(actions) {
            let (exclude, others) = rest.split_at(excluded_by(action).len());
            rest = others;
            let mut element = action_to_c(action);
            if !exclude.is_empty() {
                element.exclude = exclude.as_ptr();
                element.exclude_count = exclude.len() as u64;
            }
            // SAFETY: the chunk has `action_size` bytes.
            unsafe { write_element(slot.as_mut_ptr().cast::<u8>(), self.action_size, element) };
        }
        Ok(())
    }

    /// Tells the caller where they are.
    fn lend(self, lent: &LentActions, count: usize) {
        self.count.set(count);
        // An empty buffer may never have been allocated, and its pointer is none that a caller should see.
        let actions = if count == 0 { core::ptr::null() } else { lent.actions.as_ptr().cast::<driftline_action>() };
        self.actions.set(actions);
    }
}

/// The nodes that an action must not lead to.
fn excluded_by(action: &Action) -> &[NodeId] {
    match action {
        Action::Evict(_) => &[],
        Action::Place(placement) => &placement.exclude,
    }
}

/// An action without what it excludes, for which somebody else has to have the room.
pub(super) fn action_to_c(action: &Action) -> driftline_action {
    let (kind, victim, victim_score, target_score, gain, cost) = match action {
        Action::Evict(Eviction { victim, victim_score, target_score, gain, cost, .. }) => {
            (DRIFTLINE_ACTION_EVICT, Some(*victim), *victim_score, *target_score, *gain, *cost)
        }
        Action::Place(Placement { victim, victim_score, target_score, gain, cost, .. }) => {
            (DRIFTLINE_ACTION_PLACE, *victim, *victim_score, *target_score, *gain, *cost)
        }
    };
    let (target, revision) = (action.target(), action.revision());
    let flag = |is_known: bool, flag: u32| if is_known { flag } else { 0 };
    let node = |node: Option<NodeId>| node.map_or(DRIFTLINE_NONE, |node| node.0);
    driftline_action {
        kind,
        flags: flag(cost.is_some(), DRIFTLINE_ACTION_FLAG_COST)
            | flag(victim.is_some(), DRIFTLINE_ACTION_FLAG_VICTIM)
            | flag(target.is_some(), DRIFTLINE_ACTION_FLAG_TARGET)
            | flag(victim_score.is_some(), DRIFTLINE_ACTION_FLAG_VICTIM_SCORE)
            | flag(target_score.is_some(), DRIFTLINE_ACTION_FLAG_TARGET_SCORE)
            | flag(gain.is_some(), DRIFTLINE_ACTION_FLAG_GAIN)
            | flag(revision.is_some(), DRIFTLINE_ACTION_FLAG_REVISION),
        chain: action.chain().0,
        victim: node(victim),
        target: node(target),
        victim_score: victim_score.unwrap_or(f32::NAN),
        target_score: target_score.unwrap_or(f32::NAN),
        gain: gain.unwrap_or(f32::NAN),
        cost: cost.unwrap_or(0.0),
        arm: action.arm() as u32,
        revision: revision.unwrap_or(DRIFTLINE_NONE),
        ..driftline_action::default()
    }
}

fn keep_failures(kept: &mut Vec<driftline_failure>, failures: &[ScorerFailure]) -> Result<(), Error> {
    kept.clear();
    kept.try_reserve(failures.len()).map_err(|_| Error::OutOfMemory)?;
    kept.extend(failures.iter().map(|failure| driftline_failure {
        method: method_number(failure.method),
        scorer_code: failure.error.code(),
        chain: failure.chain.map_or(DRIFTLINE_NONE, |chain| chain.0),
        node: failure.node.map_or(DRIFTLINE_NONE, |node| node.0),
    }));
    Ok(())
}

pub(super) fn write_report(output: Option<SizedOutput<driftline_report>>, report: &TickReport) {
    let Some(output) = output else { return };
    output.write(driftline_report {
        struct_size: 0,
        next_due_known: u32::from(report.next_due.is_some()),
        next_due_ns: report.next_due.map_or(DRIFTLINE_NONE, |at| at.0),
        led: report.led,
        fresh: report.new,
        dirty: report.dirty,
        backstop_due: report.backstop_due,
        rescored: report.rescored,
        score_calls: report.calls.score,
        live_score_calls: report.calls.live_score,
        alternative_calls: report.calls.best_alternative,
        node_fingerprint_calls: report.calls.node_fingerprint,
        chain_fingerprint_calls: report.calls.chain_fingerprint,
        cost_calls: report.calls.migration_cost,
        invalid_scores: report.invalid_scores,
        invalid_alternatives: report.invalid_alternatives,
        scorer_errors: report.failures.len() as u64,
        verdicts: report.verdicts,
        deferred: report.deferred,
        deferred_age_ns: report.deferred_age_ns,
        in_flight: report.in_flight,
        completed_moves: report.completed_moves,
        failed_moves: report.failed_moves,
        timed_out_moves: report.timed_out_moves,
        returned_moves: report.returned_moves,
        forced_refused: report.forced_refused,
        ignored_feedback: report.ignored_feedback,
    });
}
