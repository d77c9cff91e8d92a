//! What scorers that the library holds say when they are asked by somebody other than a scheduler.

use super::guard::{Failure, guard};
use super::handle::{enter_exclusive, enter_shared};
use super::inventory_types::driftline_inventory;
use super::parts::AnyScorer;
use super::result::driftline_result;
use super::scorer_types::*;
use super::sized::{OutputElements, Place, input_slice, output_elements, required};
use super::state::check_node;
use super::types::*;
use crate::cost::MigrationCost;
use crate::error::Error;
use crate::id::{ChainId, NodeId, Timestamp};
use crate::inventory::SharedInventory;
use crate::question;
use crate::scorer::{Alternative, PlacementScorer};

/// Tells a scorer that the library holds what time it is, as a pass does before it asks (has the scorer alone): a
/// smoothed score then is the one of that time, and what a cached one remembers is compared with the fingerprints anew.
///
/// Call it before you ask, when something may have moved since the last pass or the last time it was told. Schedulers
/// and `driftline_diff_scheduler_any` do it by themselves. Errors: `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
///
/// # Safety
///
/// `err` must be NULL or writable for its `struct_size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_any_scorer_begin(
    scorer: driftline_any_scorer,
    now_ns: u64,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let mut scorer = enter_exclusive::<AnyScorer>(scorer.bits)?;
        Ok(question::begin(&*scorer.get()?.scorer, Timestamp(now_ns))?)
    })
}

/// What a node is worth to a chain by a scorer that the library holds (has the scorer alone): in `[0, 1]`, NaN without
/// an opinion.
///
/// A scheduler would take the same answer for the same score: what a callback says beyond `[0, 1]` is clamped, and what
/// is not finite is no opinion. Smoothed and cached scorers answer as of their last pass or
/// `driftline_any_scorer_begin`. From inside a callback any call on the scorer is refused.
///
/// Errors: `SCORER`, with `err->scorer_code`, if a callback fails; `ID` for `DRIFTLINE_NONE` as node; `NULL`,
/// `NO_MEMORY`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
///
/// # Safety
///
/// `out` must be NULL or writable; `err` must be NULL or writable for its `struct_size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_any_scorer_score(
    scorer: driftline_any_scorer,
    chain: u64,
    node: u64,
    out: *mut f32,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || write_score(scorer, chain, node, out, question::score))
}

/// The same by what is asked at the moment of a decision (has the scorer alone): nothing of it is remembered, though a
/// smoothed scorer smooths it. Errors: as `driftline_any_scorer_score`.
///
/// # Safety
///
/// As `driftline_any_scorer_score`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_any_scorer_live_score(
    scorer: driftline_any_scorer,
    chain: u64,
    node: u64,
    out: *mut f32,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || write_score(scorer, chain, node, out, question::live_score))
}

/// What it would cost to move a chain to a node by a scorer that the library holds (has the scorer alone).
///
/// `*is_known` is 1 if the scorer says so; else it is 0, and `*out` a move for free. A `reliability_factor` that is not
/// finite and above zero is 1 here (SPEC C1). `driftline_config` says what a second is worth. From inside a callback
/// any call on the scorer is refused. Errors: as `driftline_any_scorer_score`.
///
/// # Safety
///
/// `is_known` and `out` must be NULL or writable; `err` must be NULL or writable for its `struct_size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_any_scorer_migration_cost(
    scorer: driftline_any_scorer,
    chain: u64,
    target: u64,
    is_known: *mut u32,
    out: *mut driftline_migration_cost,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let cost = CostQuestion::read(chain, target, is_known, out)?;
        let mut scorer = enter_exclusive::<AnyScorer>(scorer.bits)?;
        cost.ask(&*scorer.get()?.scorer)
    })
}

/// The best homes that a chain could have by a scorer that the library holds (has the scorer alone): up to `capacity` of
/// them, best first, ties by ascending id. `*count` is how many were written: never more than `capacity`, and none
/// where that is 0.
///
/// Give in `exclude`, in any order, what a scheduler would: the holders of the chain, nodes that are drained or avoided.
/// Answers of callbacks that are excluded, reserved, repeated or without a score are left out, as a scheduler does.
/// `alternative_size` is `sizeof(driftline_alternative)`. From inside a callback any call on the scorer is refused.
///
/// Errors: `SCORER`, with `err->scorer_code`, if a callback fails; `CAPACITY` for arrays larger than memory; `NULL`,
/// `STRUCT_SIZE`, `NO_MEMORY`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
///
/// # Safety
///
/// `exclude` must be readable for `exclude_count` ids, `out` writable for `capacity` elements of `alternative_size`
/// bytes, `count` writable; `err` must be NULL or writable for its `struct_size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_any_scorer_alternatives(
    scorer: driftline_any_scorer,
    chain: u64,
    exclude: *const u64,
    exclude_count: usize,
    out: *mut driftline_alternative,
    capacity: usize,
    alternative_size: usize,
    count: *mut usize,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let out = output_elements(out, capacity, alternative_size, count, "out")?;
        let exclude = input_slice(exclude.cast::<NodeId>(), exclude_count, "exclude")?;
        let mut scorer = enter_exclusive::<AnyScorer>(scorer.bits)?;
        write_homes(&question::alternatives(&*scorer.get()?.scorer, ChainId(chain), exclude, capacity)?, out)
    })
}

/// The best homes that a chain could have by an inventory (reads): up to `capacity` of them, best first, ties by
/// ascending id. `*count` is how many were written: never more than `capacity`, and none where that is 0. Nodes in
/// `exclude`, the holders that the inventory knows of, and what is no home to the chain are left out. Whose place the
/// home is to take is as in `driftline_inventory_axes`; a scheduler says it.
///
/// It walks over all nodes: some 40 microseconds for 10,000 of them. `alternative_size` is
/// `sizeof(driftline_alternative)`.
///
/// Errors: `CAPACITY` for arrays larger than memory; `NULL`, `STRUCT_SIZE`, `NO_MEMORY`;
/// `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
///
/// # Safety
///
/// As `driftline_any_scorer_alternatives`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_inventory_alternatives(
    inventory: driftline_inventory,
    chain: u64,
    exclude: *const u64,
    exclude_count: usize,
    out: *mut driftline_alternative,
    capacity: usize,
    alternative_size: usize,
    count: *mut usize,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let out = output_elements(out, capacity, alternative_size, count, "out")?;
        let exclude = input_slice(exclude.cast::<NodeId>(), exclude_count, "exclude")?;
        let inventory = enter_shared::<SharedInventory>(inventory.bits)?;
        write_homes(&question::alternatives(inventory.get()?, ChainId(chain), exclude, capacity)?, out)
    })
}

/// What it would cost to move a chain to a node by an inventory (reads): by its size and the bandwidth of the path from
/// the best connected holder.
///
/// `*is_known` is 0 where nothing is known that would make it cost anything, and `*out` then is a move for free.
/// Errors: `ID` for `DRIFTLINE_NONE` as target; `NULL`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
///
/// # Safety
///
/// As `driftline_any_scorer_migration_cost`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_inventory_migration_cost(
    inventory: driftline_inventory,
    chain: u64,
    target: u64,
    is_known: *mut u32,
    out: *mut driftline_migration_cost,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let cost = CostQuestion::read(chain, target, is_known, out)?;
        let inventory = enter_shared::<SharedInventory>(inventory.bits)?;
        cost.ask(inventory.get()?)
    })
}

fn write_score(
    scorer: driftline_any_scorer,
    chain: u64,
    node: u64,
    out: *mut f32,
    ask: impl FnOnce(&dyn PlacementScorer, ChainId, NodeId) -> Result<Option<f32>, Error>,
) -> Result<(), Failure> {
    let out = required(out, "out")?;
    let node = check_node(node)?;
    let mut scorer = enter_exclusive::<AnyScorer>(scorer.bits)?;
    out.set(ask(&*scorer.get()?.scorer, ChainId(chain), node)?.unwrap_or(f32::NAN));
    Ok(())
}

/// What a move would cost, and where the answer goes.
struct CostQuestion {
    chain: ChainId,
    target: NodeId,
    is_known: Place<u32>,
    out: Place<driftline_migration_cost>,
}

impl CostQuestion {
    fn read(chain: u64, target: u64, is_known: *mut u32, out: *mut driftline_migration_cost) -> Result<Self, Failure> {
        let (is_known, out) = (required(is_known, "is_known")?, required(out, "out")?);
        Ok(CostQuestion { chain: ChainId(chain), target: check_node(target)?, is_known, out })
    }

    fn ask(&self, scorer: &dyn PlacementScorer) -> Result<(), Failure> {
        let cost = question::migration_cost(scorer, self.chain, self.target)?;
        self.is_known.set(cost.is_some().into());
        let MigrationCost { state_transfer_ns, disruption_ns, reliability_factor } = cost.unwrap_or_default();
        self.out.set(driftline_migration_cost { state_transfer_ns, disruption_ns, reliability_factor, reserved: 0 });
        Ok(())
    }
}

fn write_homes(homes: &[Alternative], out: OutputElements<driftline_alternative>) -> Result<(), Failure> {
    out.write(homes.iter().map(|home| driftline_alternative { node: home.node.0, score: home.score, reserved: 0 }))
}
