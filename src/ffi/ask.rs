//! What scorers that the library holds say when they are asked by somebody other than a scheduler.

use super::guard::{Failure, guard};
use super::handle::{enter_exclusive, enter_shared};
use super::inventory_types::driftline_inventory;
use super::parts::{AnyScorer, list_for};
use super::result::driftline_result;
use super::scorer_types::*;
use super::sized::{OutputElements, input_slice, output_elements, required};
use super::state::check_node;
use super::types::*;
use crate::id::{ChainId, NodeId};
use crate::inventory::SharedInventory;
use crate::question::{homes_for, score_of};
use crate::scorer::Alternative;

/// What a node is worth to a chain by a scorer that the library holds (has the scorer alone): in `[0, 1]`, NaN without an
/// opinion.
///
/// A scheduler would take the same answer for the same score: what a callback says beyond `[0, 1]` is clamped, and what is
/// not finite is no opinion. Smoothed scorers answer as of the last pass that they were in. From inside a callback any call
/// on the scorer is refused.
///
/// Errors: `SCORER`, with `err->scorer_code`, if a callback fails; `ID` for `DRIFTLINE_NONE` as node; `NULL`, `NO_MEMORY`;
/// `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
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
    guard(err, || {
        let out = required(out, "out")?;
        let node = check_node(node)?;
        let mut scorer = enter_exclusive::<AnyScorer>(scorer.bits)?;
        out.set(score_of(&*scorer.get()?.scorer, ChainId(chain), node)?.unwrap_or(f32::NAN));
        Ok(())
    })
}

/// The best homes that a chain could have by a scorer that the library holds (has the scorer alone): up to `capacity` of
/// them, best first, ties by ascending id. `*count` is how many there are.
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
        let mut exclude = read_exclude(exclude, exclude_count)?;
        let mut scorer = enter_exclusive::<AnyScorer>(scorer.bits)?;
        write_homes(&homes_for(&*scorer.get()?.scorer, ChainId(chain), &mut exclude, capacity)?, out)
    })
}

/// The best homes that a chain could have by an inventory (reads): up to `capacity` of them, best first, ties by
/// ascending id. `*count` is how many there are. Nodes in `exclude`, the holders that the inventory knows of, and what is
/// no home to the chain are left out.
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
        let mut exclude = read_exclude(exclude, exclude_count)?;
        let inventory = enter_shared::<SharedInventory>(inventory.bits)?;
        write_homes(&homes_for(inventory.get()?, ChainId(chain), &mut exclude, capacity)?, out)
    })
}

fn read_exclude(exclude: *const u64, count: usize) -> Result<Vec<NodeId>, Failure> {
    let ids = input_slice(exclude, count, "exclude")?;
    let mut nodes = list_for(ids.len())?;
    nodes.extend(ids.iter().copied().map(NodeId));
    Ok(nodes)
}

fn write_homes(homes: &[Alternative], out: OutputElements<driftline_alternative>) -> Result<(), Failure> {
    out.write(homes.iter().map(|home| driftline_alternative { node: home.node.0, score: home.score, reserved: 0 }))
}
