//! The inventory: what most control planes know, from which scores are made without a callback.

use super::guard::{Failure, guard};
use super::handle::{enter_exclusive, enter_shared, insert, remove};
use super::inventory_read::{ReadProfiles, config_from_c, config_to_c, read_bandwidths, read_nodes, read_rtts};
use super::inventory_types::*;
use super::result::{DRIFTLINE_RESULT_UNKNOWN_NODE, driftline_result};
use super::sized::{
    check_required_output, fill_sized, input_elements, optional, output_elements, read_sized, required,
};
use super::state::{check_node, read_events, read_membership};
use super::types::*;
use super::version::check_abi;
use crate::event::Event;
use crate::id::{ChainId, NodeId, Timestamp};
use crate::inventory::{InventoryConfig, ScoreAxes, SharedInventory};
use crate::state::MeshState;

/// Fills a config with its defaults, which stand beside its fields, and sets its `struct_size`. Pure.
///
/// `struct_size` is `sizeof(driftline_inventory_config)` as the caller knows it; so many bytes are written. Errors:
/// `NULL`, `STRUCT_SIZE`.
///
/// # Safety
///
/// `config` must be NULL or writable for `struct_size` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_inventory_config_init(
    config: *mut driftline_inventory_config,
    struct_size: usize,
) -> driftline_result {
    guard(core::ptr::null_mut(), || {
        let values = config_to_c(&InventoryConfig::default());
        fill_sized(
            config,
            struct_size,
            driftline_inventory_config { struct_size: struct_size as u32, ..values },
            "config",
        )
    })
}

/// Checks every field of a config. Pure; nothing is changed, whatever the answer.
///
/// Errors: `CONFIG` with a message that names the field and the value; `NULL`, `STRUCT_SIZE`.
///
/// # Safety
///
/// `config` must be NULL or readable for its `struct_size`; `err` must be NULL or writable for its.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_inventory_config_validate(
    config: *const driftline_inventory_config,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || Ok(read_config(config)?.validate()?))
}

/// The epsilons of a config as they are used, which may be NULL for the defaults. Pure.
///
/// Errors: `CONFIG` with a message that names the field and the value; `NULL`, `STRUCT_SIZE`.
///
/// # Safety
///
/// `config` must be NULL or readable for its `struct_size`, `out` NULL or writable for its; `err` must be NULL or
/// writable for its `struct_size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_inventory_config_epsilons(
    config: *const driftline_inventory_config,
    out: *mut driftline_inventory_epsilons,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let config = if config.is_null() { InventoryConfig::default() } else { read_config(config)? };
        let out = check_required_output(out, "out")?;
        config.validate()?;
        out.write(driftline_inventory_epsilons {
            struct_size: 0,
            headroom: config.headroom_epsilon(),
            proximity: config.proximity_epsilon(),
            score_bound: config.score_bound(),
        });
        Ok(())
    })
}

/// Makes an inventory that knows nothing. `abi` is `DRIFTLINE_ABI`; `config` may be NULL for the defaults.
///
/// The caller owns the handle and ends it with `driftline_inventory_free`. Errors: `ABI`, `NULL`, `STRUCT_SIZE`,
/// `CONFIG`, `NO_MEMORY`, `TOO_MANY`.
///
/// # Safety
///
/// `config` must be NULL or readable for its `struct_size`, `out` NULL or writable; `err` must be NULL or writable for
/// its `struct_size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_inventory_new(
    abi: u32,
    config: *const driftline_inventory_config,
    out: *mut driftline_inventory,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        check_abi(abi)?;
        let config = if config.is_null() { InventoryConfig::default() } else { read_config(config)? };
        let out = required(out, "out")?;
        let inventory = SharedInventory::new(config)?;
        out.set(driftline_inventory { bits: insert(Box::new(inventory))? });
        Ok(())
    })
}

/// Ends the handle of an inventory (writes). Scorers that were made of it go on with what it knows. Zero is fine. Works
/// on a poisoned one.
///
/// Errors: `HANDLE`, `BUSY`, `REENTRANT`.
#[unsafe(no_mangle)]
pub extern "C" fn driftline_inventory_free(inventory: driftline_inventory) -> driftline_result {
    guard(
        core::ptr::null_mut(),
        || {
            if inventory.bits == 0 { Ok(()) } else { remove::<SharedInventory>(inventory.bits) }
        },
    )
}

/// The config (reads). Errors: `NULL`, `STRUCT_SIZE`, `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
///
/// # Safety
///
/// `out` must be NULL or writable for its `struct_size`; `err` must be NULL or writable for its.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_inventory_config_of(
    inventory: driftline_inventory,
    out: *mut driftline_inventory_config,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let out = check_required_output(out, "out")?;
        let config = enter_shared::<SharedInventory>(inventory.bits)?.get()?.with(|inventory| *inventory.config());
        out.write(config_to_c(&config));
        Ok(())
    })
}

/// Takes the whole membership over (writes), the same arrays as `driftline_state_load` does. All or nothing, but that
/// `NO_MEMORY` may come when part of it was taken over; load it again then.
///
/// What nodes use is not changed: reports have these chains in them. Profiles of chains that are not listed are
/// forgotten. Errors: as `driftline_state_load`.
///
/// # Safety
///
/// The arrays must be readable for as many elements as said; `err` must be NULL or writable for its `struct_size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_inventory_load(
    inventory: driftline_inventory,
    chains: *const u64,
    leaders: *const u64,
    chain_count: usize,
    holder_offsets: *const u64,
    holders: *const u64,
    holder_count: usize,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let membership = read_membership(chains, leaders, chain_count, holder_offsets, holders, holder_count)?;
        Ok(enter_exclusive::<SharedInventory>(inventory.bits)?.get()?.load(&membership)?)
    })
}

/// Takes notice of events of a state (writes): holders, wished counts, chains that are gone, drains. Give it the very
/// arrays that `driftline_state_apply` has taken; events that it has no use for are skipped.
///
/// A chain that comes to a node is expected to use there what its profile says, and less where it left, until reports
/// of the node take over: a report that lags behind the moves does not bring on the same moves again.
///
/// Errors: as `driftline_state_apply`, before anything is noted, but for `NO_MEMORY` and `TOO_MANY`: events before it
/// count, so give it all of them again; they are idempotent.
///
/// # Safety
///
/// `events` must be readable for `event_count` elements of `event_size` bytes; `err` must be NULL or writable for its
/// `struct_size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_inventory_follow(
    inventory: driftline_inventory,
    events: *const driftline_event,
    event_count: usize,
    event_size: usize,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let events = read_events(&input_elements(events, event_count, event_size, 16, "events")?)?;
        Ok(enter_exclusive::<SharedInventory>(inventory.bits)?.get()?.follow(&events)?)
    })
}

/// Takes reports of nodes that were made at `now_ns`, in order (writes). All or nothing; `err->index` names the report
/// at fault.
///
/// Uses are smoothed by the times of their reports, so it does not matter how often you report. `now_ns` is of the
/// clock that ticks are given; it is never earlier than that of a report before. `node_inventory_size` is
/// `sizeof(driftline_node_inventory)`. The array is only read during the call.
///
/// Errors: `INVENTORY` with a message that names field and value, for a quantity that is negative or not finite, a use
/// above its capacity, a health that is none; `RESERVED` for unknown `fields`, or for a member that is set and not
/// given; `TIME`, `ID`, `STRUCT_SIZE`, `NULL`, `CAPACITY`, `NO_MEMORY`, `TOO_MANY`; `HANDLE`, `BUSY`, `REENTRANT`,
/// `POISONED`.
///
/// # Safety
///
/// `reports` must be readable for `report_count` elements of `node_inventory_size` bytes; `err` must be NULL or
/// writable for its `struct_size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_inventory_report_nodes(
    inventory: driftline_inventory,
    now_ns: u64,
    reports: *const driftline_node_inventory,
    report_count: usize,
    node_inventory_size: usize,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let reports = read_nodes(reports, report_count, node_inventory_size)?;
        Ok(enter_exclusive::<SharedInventory>(inventory.bits)?.get()?.report_nodes(Timestamp(now_ns), &reports)?)
    })
}

/// Takes round-trip times that were measured at `now_ns`, in order (writes). All or nothing.
///
/// They are smoothed as uses are. `rtt_size` is `sizeof(driftline_rtt)`. Errors: as `driftline_inventory_report_nodes`,
/// but for `INVENTORY` and `RESERVED`.
///
/// # Safety
///
/// As `driftline_inventory_report_nodes`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_inventory_report_rtts(
    inventory: driftline_inventory,
    now_ns: u64,
    reports: *const driftline_rtt,
    report_count: usize,
    rtt_size: usize,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let reports = read_rtts(reports, report_count, rtt_size)?;
        Ok(enter_exclusive::<SharedInventory>(inventory.bits)?.get()?.report_rtts(Timestamp(now_ns), &reports)?)
    })
}

/// Takes bandwidths, in order (writes); each replaces what was measured before. All or nothing.
///
/// Only costs depend on them. `bandwidth_size` is `sizeof(driftline_bandwidth)`. Errors: as
/// `driftline_inventory_report_nodes`, but for `TIME` and `RESERVED`.
///
/// # Safety
///
/// As `driftline_inventory_report_nodes`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_inventory_report_bandwidths(
    inventory: driftline_inventory,
    reports: *const driftline_bandwidth,
    report_count: usize,
    bandwidth_size: usize,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let reports = read_bandwidths(reports, report_count, bandwidth_size)?;
        Ok(enter_exclusive::<SharedInventory>(inventory.bits)?.get()?.report_bandwidths(&reports)?)
    })
}

/// Takes profiles of chains, in order (writes); each replaces that of its chain as a whole. All or nothing.
///
/// `chain_profile_size` is `sizeof(driftline_chain_profile)`. Errors: as `driftline_inventory_report_nodes`, but for
/// `TIME`; `err->index` names the profile, also where one of its clients is at fault, and `err->node` the client then,
/// if its node is known.
///
/// # Safety
///
/// `profiles` must be readable for `profile_count` elements of `chain_profile_size` bytes, and `clients` of each for
/// `client_count` elements of `client_size` bytes; `err` must be NULL or writable for its `struct_size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_inventory_report_profiles(
    inventory: driftline_inventory,
    profiles: *const driftline_chain_profile,
    profile_count: usize,
    chain_profile_size: usize,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let read = ReadProfiles::read(profiles, profile_count, chain_profile_size)?;
        let profiles = read.profiles()?;
        Ok(enter_exclusive::<SharedInventory>(inventory.bits)?.get()?.report_profiles(&profiles)?)
    })
}

/// Forgets what was reported of a node and by it (writes). What it holds stays until events say otherwise.
///
/// `*was_known`, which may be NULL, is 1 if something was known of it, else 0. Errors: `ID` for `DRIFTLINE_NONE`;
/// `NO_MEMORY`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
///
/// # Safety
///
/// `was_known` must be NULL or writable; `err` must be NULL or writable for its `struct_size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_inventory_forget_node(
    inventory: driftline_inventory,
    node: u64,
    was_known: *mut u32,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let was_known = optional(was_known, "was_known")?;
        let node = check_node(node)?;
        let is_forgotten = enter_exclusive::<SharedInventory>(inventory.bits)?.get()?.forget_node(node)?;
        if let Some(was_known) = was_known {
            was_known.set(is_forgotten.into());
        }
        Ok(())
    })
}

/// Tells a state which nodes and chains have moved since the last call, as the touches that
/// `DRIFTLINE_FINGERPRINT_PUSH` goes by (writes inventory and state). Call it before each tick in that mode; in the
/// other one there is no need for it.
///
/// `*count`, which may be NULL, is how many there were. An inventory tells each move once: where it feeds several
/// states, take the touches with `driftline_inventory_touches` and apply them to each.
///
/// Errors: `NO_MEMORY`, `TOO_MANY`: what has moved is told next time; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
///
/// # Safety
///
/// `count` must be NULL or writable; `err` must be NULL or writable for its `struct_size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_inventory_touch(
    inventory: driftline_inventory,
    state: driftline_state,
    count: *mut usize,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let count = optional(count, "count")?;
        let mut inventory = enter_exclusive::<SharedInventory>(inventory.bits)?;
        let mut state = enter_exclusive::<MeshState>(state.bits)?;
        let touched = inventory.get()?.touch(state.get()?)?;
        if let Some(count) = count {
            count.set(touched);
        }
        Ok(())
    })
}

/// The same as events, for several states (writes): nodes and chains that have moved since the last call, by ascending
/// id. Give them to `driftline_state_apply` of each.
///
/// `event_size` is `sizeof(driftline_event)`. `out` may be NULL with a capacity of 0 to ask for the count. Only what
/// was written counts as told: if they do not fit, it is `CAPACITY`, `*count` is how many there are, and they are told
/// next time. Errors: `NULL`, `STRUCT_SIZE`, `NO_MEMORY`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
///
/// # Safety
///
/// `out` must be writable for `capacity` elements of `event_size` bytes, `count` writable; `err` must be NULL or
/// writable for its `struct_size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_inventory_touches(
    inventory: driftline_inventory,
    out: *mut driftline_event,
    capacity: usize,
    event_size: usize,
    count: *mut usize,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let is_question = out.is_null();
        let out = output_elements(out, capacity, event_size, count, "out")?;
        let mut inventory = enter_exclusive::<SharedInventory>(inventory.bits)?;
        inventory.get()?.with(|inventory| {
            let touches = inventory.pending_touches()?;
            out.write(touches.iter().map(touch_to_c))?;
            if !is_question {
                inventory.forget_touches();
            }
            Ok(())
        })
    })
}

/// What a node is worth to a chain, axis by axis (reads): as its holder, or as one that takes the place of the holder
/// that would leave, which is the one that is drained, or else the worst.
///
/// Errors: `UNKNOWN_NODE` if nothing was reported of the node; `ID` for `DRIFTLINE_NONE`; `NULL`, `STRUCT_SIZE`;
/// `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
///
/// # Safety
///
/// `out` must be NULL or writable for its `struct_size`; `err` must be NULL or writable for its.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_inventory_axes(
    inventory: driftline_inventory,
    chain: u64,
    node: u64,
    out: *mut driftline_score_axes,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let out = check_required_output(out, "out")?;
        let id = check_node(node)?;
        let axes = enter_shared::<SharedInventory>(inventory.bits)?.get()?.axes(ChainId(chain), id);
        out.write(axes_to_c(&axes.ok_or_else(|| unknown_node(id))?));
        Ok(())
    })
}

fn touch_to_c(touch: &Event) -> driftline_event {
    let (chain, node) = (touch.chain().map_or(0, |chain| chain.0), touch.node().map_or(0, |node| node.0));
    let kind = if touch.node().is_some() { DRIFTLINE_EVENT_NODE_TOUCHED } else { DRIFTLINE_EVENT_CHAIN_TOUCHED };
    driftline_event { kind, flags: 0, chain, node, value: 0 }
}

fn unknown_node(node: NodeId) -> Failure {
    let failure = Failure::new(DRIFTLINE_RESULT_UNKNOWN_NODE, format_args!("nothing was reported of node {node}"));
    Failure { node: node.0, ..failure }
}

/// Reads a config of the caller's. Its ranges are not checked.
fn read_config(config: *const driftline_inventory_config) -> Result<InventoryConfig, Failure> {
    Ok(config_from_c(&read_sized(config, config_to_c(&InventoryConfig::default()), "config")?))
}

fn axes_to_c(axes: &ScoreAxes) -> driftline_score_axes {
    let ScoreAxes { headroom, proximity, zone_spread, colocation, is_home, score } = *axes;
    let known = [
        (headroom, DRIFTLINE_SCORE_AXES_HEADROOM),
        (proximity, DRIFTLINE_SCORE_AXES_PROXIMITY),
        (zone_spread, DRIFTLINE_SCORE_AXES_ZONE_SPREAD),
        (colocation, DRIFTLINE_SCORE_AXES_COLOCATION),
        (score, DRIFTLINE_SCORE_AXES_SCORE),
    ];
    driftline_score_axes {
        struct_size: 0,
        fields: known.into_iter().filter(|(axis, _)| axis.is_some()).fold(0, |fields, (_, field)| fields | field),
        headroom: headroom.unwrap_or(0.0),
        proximity: proximity.unwrap_or(0.0),
        zone_spread: zone_spread.unwrap_or(0.0),
        colocation: colocation.unwrap_or(0.0),
        score: score.unwrap_or(0.0),
        is_home: is_home.into(),
    }
}
