//! Scorers that the library holds, and how they are put together.

use super::guard::{Failure, guard, guard_with};
use super::handle::{enter_exclusive, enter_shared, insert, remove};
use super::inventory_types::driftline_inventory;
use super::parts::{AnyScorer, Parts, list_for, vacant};
use super::result::{DRIFTLINE_RESULT_CAPACITY, DRIFTLINE_RESULT_RESERVED, driftline_result};
use super::scheduler::SchedulerObject;
use super::scorer::CScorer;
use super::scorer_types::*;
use super::sized::{input_elements, input_slice, required};
use super::types::*;
use crate::combine::{Cached, Gate, Minimum, OverridePerChain, WeightedSum};
use crate::id::ChainId;
use crate::inventory::SharedInventory;
use crate::scorer::BoxedScorer;
use crate::smoothed::SmoothedScorer;

/// Elements as the first callers knew them; no older ones have less.
const WEIGHTED_SIZE_MIN: usize = core::mem::offset_of!(driftline_weighted_scorer, reserved) + size_of::<u32>();
const OVERRIDE_SIZE_MIN: usize = core::mem::offset_of!(driftline_chain_override, chain_count) + size_of::<u64>();

const NO_SCORER: driftline_any_scorer = driftline_any_scorer { bits: 0 };

/// Makes a scorer of callbacks.
///
/// The struct is copied. Whatever this returns, `scorer->drop` is or will be called exactly once for this call, unless
/// the pointer is not aligned, or `struct_size` does not cover it or is larger than 4,096. The caller owns the handle
/// and ends it with `driftline_any_scorer_free`, or by handing it over. Errors: `NULL` also for a missing `score` or
/// `best_alternative`; `STRUCT_SIZE`, `RESERVED`, `NO_MEMORY`, `TOO_MANY`.
///
/// # Safety
///
/// `scorer` must be NULL or readable for its `struct_size`, and its entries must do what `driftline_scorer` says until
/// `drop` is called; `out` must be NULL or writable; `err` must be NULL or writable for its `struct_size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_any_scorer_of_callbacks(
    scorer: *const driftline_scorer,
    out: *mut driftline_any_scorer,
    err: *mut driftline_error,
) -> driftline_result {
    let adopt = || CScorer::adopt(scorer);
    guard_with(err, adopt, |adopted| {
        let scorer = Box::new(adopted?);
        let out = required(out, "out")?;
        out.set(driftline_any_scorer { bits: insert(Box::new(AnyScorer { scorer }))? });
        Ok(())
    })
}

/// Makes a scorer that answers from an inventory (reads the inventory). The inventory may have any number of them, is
/// fed as before, and may be freed.
///
/// The caller owns the handle and ends it with `driftline_any_scorer_free`, or by handing it over. Errors: `NULL`,
/// `NO_MEMORY`, `TOO_MANY`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
///
/// # Safety
///
/// `out` must be NULL or writable; `err` must be NULL or writable for its `struct_size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_any_scorer_of_inventory(
    inventory: driftline_inventory,
    out: *mut driftline_any_scorer,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let out = required(out, "out")?;
        let scorer = enter_shared::<SharedInventory>(inventory.bits)?.get()?.clone();
        out.set(driftline_any_scorer { bits: insert(Box::new(AnyScorer { scorer: Box::new(scorer) }))? });
        Ok(())
    })
}

/// Ends a scorer and its parts (writes). Zero is fine. Works on a poisoned one.
///
/// Errors: `HANDLE`, also for one that was handed over; `BUSY`, `REENTRANT`.
#[unsafe(no_mangle)]
pub extern "C" fn driftline_any_scorer_free(scorer: driftline_any_scorer) -> driftline_result {
    guard(core::ptr::null_mut(), || if scorer.bits == 0 { Ok(()) } else { remove::<AnyScorer>(scorer.bits) })
}

/// Puts scorers together whose weighted mean is the score (writes the parts). A part without an opinion does not count;
/// what one part scores 0 is 0, and no alternative: zero is a veto.
///
/// The parts are taken over: on success their handles are stale, on failure all of them are as they were.
/// `weighted_scorer_size` is `sizeof(driftline_weighted_scorer)`. The cost of a move is that of the first part that has
/// one; fingerprints are of all parts, and unknown where one of them has none.
///
/// Errors: `CONFIG` for a weight that is not finite and above zero, or for no parts at all; `DUPLICATE` for a part that
/// is listed twice; `RESERVED`, `STRUCT_SIZE`, `NULL`, `CAPACITY`, `NO_MEMORY`, `TOO_MANY`; `HANDLE`, `BUSY`,
/// `REENTRANT`, `POISONED`. `err->index` names the part.
///
/// # Safety
///
/// `parts` must be readable for `part_count` elements of `weighted_scorer_size` bytes, `out` NULL or writable; `err`
/// must be NULL or writable for its `struct_size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_any_scorer_weighted_sum(
    parts: *const driftline_weighted_scorer,
    part_count: usize,
    weighted_scorer_size: usize,
    out: *mut driftline_any_scorer,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let elements = input_elements(parts, part_count, weighted_scorer_size, WEIGHTED_SIZE_MIN, "parts")?;
        let out = required(out, "out")?;
        let mut parts = Parts::with_room_for(part_count)?;
        let mut weighted: Vec<(BoxedScorer, f32)> = list_for(part_count)?;
        for index in 0..part_count {
            let defaults = driftline_weighted_scorer { scorer: NO_SCORER, weight: 0.0, reserved: 0 };
            let part = elements.read(index, defaults, "parts")?;
            if part.reserved != 0 {
                return Err(Failure::new(DRIFTLINE_RESULT_RESERVED, "parts: reserved must be 0").at_index(index));
            }
            parts.enter(part.scorer).map_err(|failure| failure.at_index(index))?;
            weighted.push((vacant(), part.weight));
        }
        parts.build(&out, || WeightedSum::new(weighted))
    })
}

/// Puts scorers together of which the lowest score counts (writes the parts), as `driftline_any_scorer_weighted_sum`
/// does; they have no weights.
///
/// Errors: as there.
///
/// # Safety
///
/// `parts` must be readable for `part_count` handles, `out` NULL or writable; `err` must be NULL or writable for its
/// `struct_size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_any_scorer_minimum(
    parts: *const driftline_any_scorer,
    part_count: usize,
    out: *mut driftline_any_scorer,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let handles = input_slice(parts, part_count, "parts")?;
        let out = required(out, "out")?;
        let mut parts = Parts::with_room_for(part_count)?;
        let mut places: Vec<BoxedScorer> = list_for(part_count)?;
        for (index, &handle) in handles.iter().enumerate() {
            parts.enter(handle).map_err(|failure| failure.at_index(index))?;
            places.push(vacant());
        }
        parts.build(&out, || Minimum::new(places))
    })
}

/// Puts a gate before a scorer (writes both): where the gate scores below `threshold`, a home has score 0 and is no
/// alternative; elsewhere, and where the gate has no opinion, `inner` answers.
///
/// Both are taken over: on success their handles are stale, on failure both are as they were. Errors: `CONFIG` for a
/// threshold outside [0, 1]; `DUPLICATE` if both are the same; `NULL`, `NO_MEMORY`, `TOO_MANY`; `HANDLE`, `BUSY`,
/// `REENTRANT`, `POISONED`. Where one of both is at fault, `err->index` is 0 for the gate and 1 for `inner`.
///
/// # Safety
///
/// `out` must be NULL or writable; `err` must be NULL or writable for its `struct_size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_any_scorer_gate(
    gate: driftline_any_scorer,
    inner: driftline_any_scorer,
    threshold: f32,
    out: *mut driftline_any_scorer,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let out = required(out, "out")?;
        let mut parts = Parts::with_room_for(2)?;
        parts.enter(gate).map_err(|failure| failure.at_index(0))?;
        parts.enter(inner).map_err(|failure| failure.at_index(1))?;
        parts.build(&out, || Gate::new(vacant(), vacant(), threshold))
    })
}

/// Gives some chains scorers of their own (writes all of these); `default_scorer` answers for all others.
///
/// All are taken over: on success their handles are stale, on failure all of them are as they were.
/// `chain_override_size` is `sizeof(driftline_chain_override)`. There may be none of them.
///
/// Errors: `DUPLICATE` for a chain that is listed twice, where `err->chain` is that chain and `err->index` counts
/// through all lists one after the other, and for a scorer that is listed twice, where `err->index` names the override;
/// `STRUCT_SIZE`, `NULL`, `CAPACITY`, `NO_MEMORY`, `TOO_MANY`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
///
/// # Safety
///
/// `overrides` must be readable for `override_count` elements of `chain_override_size` bytes, and `chains` of each for
/// its `chain_count`; `out` must be NULL or writable; `err` must be NULL or writable for its `struct_size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_any_scorer_override_per_chain(
    default_scorer: driftline_any_scorer,
    overrides: *const driftline_chain_override,
    override_count: usize,
    chain_override_size: usize,
    out: *mut driftline_any_scorer,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let elements = input_elements(overrides, override_count, chain_override_size, OVERRIDE_SIZE_MIN, "overrides")?;
        let out = required(out, "out")?;
        // The default comes beside those that were counted.
        let mut parts = Parts::with_room_for(override_count.saturating_add(1))?;
        let mut overrides: Vec<(BoxedScorer, Vec<ChainId>)> = list_for(override_count)?;
        parts.enter(default_scorer)?;
        for index in 0..override_count {
            let defaults = driftline_chain_override { scorer: NO_SCORER, chains: core::ptr::null(), chain_count: 0 };
            let element = elements.read(index, defaults, "overrides")?;
            let chains = read_chains(&element).map_err(|failure| failure.at_index(index))?;
            parts.enter(element.scorer).map_err(|failure| failure.at_index(index))?;
            overrides.push((vacant(), chains));
        }
        parts.build(&out, || OverridePerChain::new(vacant(), overrides))
    })
}

fn read_chains(element: &driftline_chain_override) -> Result<Vec<ChainId>, Failure> {
    let too_many = |_| Failure::new(DRIFTLINE_RESULT_CAPACITY, "chains: more elements than memory has");
    let count = usize::try_from(element.chain_count).map_err(too_many)?;
    let chains = input_slice(element.chains.cast::<ChainId>(), count, "chains")?;
    let mut list = list_for(count)?;
    list.extend_from_slice(chains);
    Ok(list)
}

/// Remembers scores of up to `capacity` pairs of a chain and a node (writes the scorer), as long as the fingerprints of
/// both say that nothing has moved. Live scores, alternatives and costs are asked for each time.
///
/// `inner` is taken over: on success its handle is stale, on failure it is as it was. Errors: `CONFIG` for a capacity
/// of 0 or above 2^32 - 2; `NULL`, `NO_MEMORY`, `TOO_MANY`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
///
/// # Safety
///
/// `out` must be NULL or writable; `err` must be NULL or writable for its `struct_size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_any_scorer_cached(
    inner: driftline_any_scorer,
    capacity: usize,
    out: *mut driftline_any_scorer,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let out = required(out, "out")?;
        let mut parts = Parts::with_room_for(1)?;
        parts.enter(inner)?;
        parts.build(&out, || Cached::new(vacant(), capacity))
    })
}

/// Smooths the scores of each chain and node over time (writes the scorer): after `half_life_ns` half of a change has
/// arrived. How often a scheduler asks does not matter.
///
/// `inner` is taken over: on success its handle is stale, on failure it is as it was. Errors: `CONFIG` for a half-life
/// of 0; `NULL`, `NO_MEMORY`, `TOO_MANY`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
///
/// # Safety
///
/// `out` must be NULL or writable; `err` must be NULL or writable for its `struct_size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_any_scorer_smoothed(
    inner: driftline_any_scorer,
    half_life_ns: u64,
    out: *mut driftline_any_scorer,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let out = required(out, "out")?;
        let mut parts = Parts::with_room_for(1)?;
        parts.enter(inner)?;
        parts.build(&out, || SmoothedScorer::new(vacant(), half_life_ns))
    })
}

/// Makes this the scorer of a scheduler (writes both): every led chain is due (SPEC P4). The previous one is dropped.
///
/// It is taken over: on success its handle is stale, on failure it is as it was. `driftline_scheduler_uninstall` and
/// `driftline_scheduler_free` end it. Errors: `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
///
/// # Safety
///
/// `err` must be NULL or writable for its `struct_size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_scheduler_install_any(
    scheduler: driftline_scheduler,
    scorer: driftline_any_scorer,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let scorer = enter_exclusive::<AnyScorer>(scorer.bits)?;
        let mut entered = enter_exclusive::<SchedulerObject>(scheduler.bits)?;
        let registry = entered.get()?.scheduler.registry_mut();
        let previous = scorer.take().and_then(|taken| registry.install(taken.scorer));
        // Its `drop` may call anything, so it comes when nobody is inside.
        drop(entered);
        drop(previous);
        Ok(())
    })
}
