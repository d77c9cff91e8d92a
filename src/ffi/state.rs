//! The state: a fold over events.

use super::guard::{Failure, guard};
use super::handle::{enter_exclusive, enter_shared, insert, remove};
use super::result::{
    DRIFTLINE_RESULT_EVENT, DRIFTLINE_RESULT_NO_MEMORY, DRIFTLINE_RESULT_RESERVED, DRIFTLINE_RESULT_UNKNOWN_CHAIN,
    driftline_result,
};
use super::sized::{
    InputElements, check_required_output, input_elements, input_slice, optional, output_bytes, output_elements,
    required,
};
use super::types::*;
use super::version::check_abi;
use crate::error::Error;
use crate::event::Event;
use crate::id::{ChainId, NodeId, Timestamp};
use crate::state::{ChainView, Membership, MeshState};

/// Makes a state without chains. `abi` is `DRIFTLINE_ABI`.
///
/// The caller owns the handle and ends it with `driftline_state_free`. Errors: `ABI`, `NULL`, `NO_MEMORY`.
///
/// # Safety
///
/// `out` must be NULL or writable; `err` must be NULL or writable for its `struct_size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_state_new(
    abi: u32,
    out: *mut driftline_state,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        check_abi(abi)?;
        let out = required(out, "out")?;
        out.set(driftline_state { bits: insert(Box::new(MeshState::new()))? });
        Ok(())
    })
}

/// Ends a state (writes). Zero is fine. The handle is stale from then on. Works on a poisoned one.
///
/// Errors: `HANDLE`, `BUSY`, `REENTRANT`.
#[unsafe(no_mangle)]
pub extern "C" fn driftline_state_free(state: driftline_state) -> driftline_result {
    guard(core::ptr::null_mut(), || if state.bits == 0 { Ok(()) } else { remove::<MeshState>(state.bits) })
}

/// Replaces the whole membership (writes). All or nothing.
///
/// The holders of chain `i` are `holders[holder_offsets[i]]` up to `holders[holder_offsets[i + 1] - 1]`, in any order;
/// `holder_offsets` has `chain_count + 1` elements, from 0 up to `holder_count`, the length of `holders`. `leaders[i]`
/// is `DRIFTLINE_NONE` for nobody. Chains that are listed keep all the rest: claim, cooldown, facts, moves; others are
/// gone. What is equal to the present is not marked dirty. The arrays are only read during the call.
///
/// Errors: `MEMBERSHIP` with an index into `holder_offsets`; `DUPLICATE` with one into `chains`, or into `holders`
/// where `err->node` says which; `ID` with one into `holders`; `NULL`, `CAPACITY`, `NO_MEMORY`, `TOO_MANY`; `HANDLE`,
/// `BUSY`, `REENTRANT`, `POISONED`.
///
/// # Safety
///
/// The arrays must be readable for as many elements as said; `err` must be NULL or writable for its `struct_size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_state_load(
    state: driftline_state,
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
        Ok(enter_exclusive::<MeshState>(state.bits)?.get()?.load(&membership)?)
    })
}

/// A membership in arrays of the caller's.
pub(super) fn read_membership<'a>(
    chains: *const u64,
    leaders: *const u64,
    chain_count: usize,
    holder_offsets: *const u64,
    holders: *const u64,
    holder_count: usize,
) -> Result<Membership<'a>, Failure> {
    let has_no_offsets = chain_count == 0 && holder_offsets.is_null();
    Ok(Membership {
        chains: input_slice(chains.cast::<ChainId>(), chain_count, "chains")?,
        leaders: input_slice(leaders.cast::<NodeId>(), chain_count, "leaders")?,
        holder_offsets: if has_no_offsets {
            &[0]
        } else {
            input_slice(holder_offsets, chain_count.saturating_add(1), "holder_offsets")?
        },
        holders: input_slice(holders.cast::<NodeId>(), holder_count, "holders")?,
    })
}

/// Applies events in order (writes). All or nothing: a refused event leaves the state as it was, and `err->index` names
/// it if one element is at fault.
///
/// `event_size` is `sizeof(driftline_event)` as the caller knows it. The array is only read during the call. Events
/// only note what changed; the work happens in the tick.
///
/// Errors: `EVENT` for an unknown kind or a value that is out of range, `RESERVED` for a field that must be 0, `ID`,
/// `STRUCT_SIZE`, `NULL`, `CAPACITY`, `NO_MEMORY`, `TOO_MANY`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
///
/// # Safety
///
/// `events` must be readable for `event_count` elements of `event_size` bytes; `err` must be NULL or writable for its
/// `struct_size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_state_apply(
    state: driftline_state,
    events: *const driftline_event,
    event_count: usize,
    event_size: usize,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let events = input_elements(events, event_count, event_size, 16, "events")?;
        let events = read_events(&events)?;
        Ok(enter_exclusive::<MeshState>(state.bits)?.get()?.apply(&events)?)
    })
}

pub(super) fn read_events(events: &InputElements<driftline_event>) -> Result<Vec<Event>, Failure> {
    let mut read = Vec::new();
    read.try_reserve(events.count()).map_err(|_| Failure::new(DRIFTLINE_RESULT_NO_MEMORY, "out of memory"))?;
    for index in 0..events.count() {
        let event = events.read(index, driftline_event::default(), "events")?;
        read.push(read_event(&event).map_err(|failure| failure.at_index(index))?);
    }
    Ok(read)
}

fn read_event(event: &driftline_event) -> Result<Event, Failure> {
    let (chain, node, at) = (ChainId(event.chain), NodeId(event.node), Timestamp(event.value));
    let read = match event.kind {
        DRIFTLINE_EVENT_HOLDER_ADDED => Event::HolderAdded { chain, node },
        DRIFTLINE_EVENT_HOLDER_REMOVED => Event::HolderRemoved { chain, node },
        DRIFTLINE_EVENT_LEADER_SET => Event::LeaderSet { chain, node },
        DRIFTLINE_EVENT_LEADER_CLEARED => Event::LeaderCleared { chain },
        DRIFTLINE_EVENT_CHAIN_REMOVED => Event::ChainRemoved { chain },
        DRIFTLINE_EVENT_CLAIM_ACQUIRED => Event::ClaimAcquired { chain },
        DRIFTLINE_EVENT_CLAIM_RELEASED => Event::ClaimReleased { chain },
        DRIFTLINE_EVENT_NODE_TOUCHED => Event::NodeTouched { node },
        DRIFTLINE_EVENT_CHAIN_TOUCHED => Event::ChainTouched { chain },
        DRIFTLINE_EVENT_DESIRED_REPLICAS => Event::DesiredReplicas { chain, count: small_value(event)? },
        DRIFTLINE_EVENT_CHAIN_REVISION => Event::ChainRevision { chain, revision: event.value },
        DRIFTLINE_EVENT_CHAIN_CLASS => Event::ChainClass { chain, class: small_value(event)? },
        DRIFTLINE_EVENT_DRAIN => Event::Drain { node, deadline: at },
        DRIFTLINE_EVENT_DRAIN_CANCELLED => Event::DrainCancelled { node },
        DRIFTLINE_EVENT_AVOID => Event::Avoid { node, until: at },
        DRIFTLINE_EVENT_FREEZE_UNTIL => Event::FreezeUntil { until: at },
        DRIFTLINE_EVENT_THAW => Event::Thaw,
        DRIFTLINE_EVENT_FORCE_EVICT => Event::ForceEvict { chain, victim: node },
        DRIFTLINE_EVENT_FORCE_PLACE => Event::ForcePlace { chain, target: node },
        DRIFTLINE_EVENT_MOVE_FAILED => Event::MoveFailed { chain },
        kind => return Err(Failure::new(DRIFTLINE_RESULT_EVENT, format_args!("event kind {kind} is unknown"))),
    };
    let unused = [
        ("flags", u64::from(event.flags)),
        ("value", if uses_value(event.kind) { 0 } else { event.value }),
        ("chain", if read.chain().is_none() { event.chain } else { 0 }),
        ("node", if read.node().is_none() { event.node } else { 0 }),
    ];
    match unused.into_iter().find(|&(_, value)| value != 0) {
        Some((field, value)) => {
            let text = format_args!("event kind {}: {field} must be 0, not {value}", event.kind);
            Err(Failure::new(DRIFTLINE_RESULT_RESERVED, text))
        }
        None => Ok(read),
    }
}

/// Whether events of a kind have a value.
fn uses_value(kind: u32) -> bool {
    matches!(
        kind,
        DRIFTLINE_EVENT_DESIRED_REPLICAS
            | DRIFTLINE_EVENT_CHAIN_REVISION
            | DRIFTLINE_EVENT_CHAIN_CLASS
            | DRIFTLINE_EVENT_DRAIN
            | DRIFTLINE_EVENT_AVOID
            | DRIFTLINE_EVENT_FREEZE_UNTIL
    )
}

/// The value of an event that has no more than 32 bits.
fn small_value(event: &driftline_event) -> Result<u32, Failure> {
    u32::try_from(event.value).map_err(|_| {
        let text = format_args!("event kind {}: value {} is above {}", event.kind, event.value, u32::MAX);
        Failure::new(DRIFTLINE_RESULT_EVENT, text)
    })
}

/// 64 bits that depend on the logical content only (reads): two states that hold the same have the same digest, in
/// every language and on every platform. Walks all chains.
///
/// Errors: `NULL`, `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
///
/// # Safety
///
/// `out` must be NULL or writable; `err` must be NULL or writable for its `struct_size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_state_digest(
    state: driftline_state,
    out: *mut u64,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let out = required(out, "out")?;
        out.set(enter_shared::<MeshState>(state.bits)?.get()?.digest());
        Ok(())
    })
}

/// One chain with its holders, ascending (reads).
///
/// `holders` may be NULL with a capacity of 0 to ask for the rest. If the holders do not fit: `CAPACITY`,
/// `*holder_count` is how many there are, and nothing else is written. Errors: `UNKNOWN_CHAIN`, `NULL`, `STRUCT_SIZE`;
/// `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
///
/// # Safety
///
/// `out` must be NULL or writable for its `struct_size`, `holders` for `capacity` elements, `holder_count` NULL or
/// writable; `err` must be NULL or writable for its `struct_size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_state_chain(
    state: driftline_state,
    chain: u64,
    out: *mut driftline_chain,
    holders: *mut u64,
    capacity: usize,
    holder_count: *mut usize,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let out = check_required_output(out, "out")?;
        let holders = output_elements(holders, capacity, size_of::<u64>(), holder_count, "holders")?;
        let entered = enter_shared::<MeshState>(state.bits)?;
        let view = entered.get()?.chain(ChainId(chain)).ok_or_else(|| unknown_chain(chain))?;
        holders.write(view.holders().map(|node| node.0))?;
        out.write(chain_to_c(&view));
        Ok(())
    })
}

fn unknown_chain(chain: u64) -> Failure {
    let failure = Failure::new(DRIFTLINE_RESULT_UNKNOWN_CHAIN, format_args!("chain {chain} does not exist"));
    Failure { chain, ..failure }
}

fn chain_to_c(view: &ChainView<'_>) -> driftline_chain {
    let flags = [
        (view.claim_held(), DRIFTLINE_CHAIN_CLAIM_HELD),
        (view.last_rebalance().is_some(), DRIFTLINE_CHAIN_REBALANCED),
        (view.desired_replicas().is_some(), DRIFTLINE_CHAIN_DESIRED),
        (view.revision().is_some(), DRIFTLINE_CHAIN_REVISION),
        (view.is_in_flight(), DRIFTLINE_CHAIN_IN_FLIGHT),
        (view.pending_eviction().is_some(), DRIFTLINE_CHAIN_PENDING_EVICTION),
        (view.pending_placement().is_some(), DRIFTLINE_CHAIN_PENDING_PLACEMENT),
    ];
    let node = |node: Option<NodeId>| node.map_or(DRIFTLINE_NONE, |node| node.0);
    driftline_chain {
        struct_size: 0,
        flags: flags.into_iter().filter(|&(is_so, _)| is_so).fold(0, |flags, (_, flag)| flags | flag),
        leader: node(view.leader()),
        last_rebalance_ns: view.last_rebalance().map_or(DRIFTLINE_NONE, |at| at.0),
        desired_replicas: view.desired_replicas().unwrap_or(0),
        class_id: view.class(),
        revision: view.revision().unwrap_or(DRIFTLINE_NONE),
        pending_eviction: node(view.pending_eviction()),
        pending_placement: node(view.pending_placement()),
    }
}

/// The chains that exist, ascending (reads). Walks all of them.
///
/// `out` may be NULL with a capacity of 0 to ask for the count. If they do not fit: `CAPACITY`, and `*count` is how
/// many there are. Errors: `NULL`, `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
///
/// # Safety
///
/// `out` must be writable for `capacity` elements, `count` NULL or writable; `err` must be NULL or writable for its
/// `struct_size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_state_chains(
    state: driftline_state,
    out: *mut u64,
    capacity: usize,
    count: *mut usize,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || write_chains(state, out, capacity, count, MeshState::chains))
}

/// The chains that a node holds, ascending (reads). Costs what it returns. Otherwise as `driftline_state_chains`, and
/// `ID` for `DRIFTLINE_NONE`.
///
/// # Safety
///
/// As `driftline_state_chains`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_state_chains_on(
    state: driftline_state,
    node: u64,
    out: *mut u64,
    capacity: usize,
    count: *mut usize,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let node = check_node(node)?;
        write_chains(state, out, capacity, count, |state| state.chains_on(node))
    })
}

/// The chains that a node leads and that have a holder or should have one, ascending (reads). Walks all chains.
/// Otherwise as `driftline_state_chains`, and `ID` for `DRIFTLINE_NONE`.
///
/// # Safety
///
/// As `driftline_state_chains`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_state_led_by(
    state: driftline_state,
    node: u64,
    out: *mut u64,
    capacity: usize,
    count: *mut usize,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let node = check_node(node)?;
        write_chains(state, out, capacity, count, |state| state.led_by(node))
    })
}

/// The nodes that are drained, ascending, with their deadlines (reads).
///
/// `node_time_size` is `sizeof(driftline_node_time)`. `out` may be NULL with a capacity of 0 to ask for the count. If
/// they do not fit: `CAPACITY`, and `*count` is how many there are. Errors: `NULL`, `STRUCT_SIZE`; `HANDLE`, `BUSY`,
/// `REENTRANT`, `POISONED`.
///
/// # Safety
///
/// `out` must be writable for `capacity` elements of `node_time_size` bytes, `count` NULL or writable; `err` must be
/// NULL or writable for its `struct_size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_state_drains(
    state: driftline_state,
    out: *mut driftline_node_time,
    capacity: usize,
    node_time_size: usize,
    count: *mut usize,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || write_node_times(state, out, capacity, node_time_size, count, MeshState::drains))
}

/// The nodes that are avoided, ascending, and until when (reads). One whose time is over stands here until the next
/// tick. Otherwise as `driftline_state_drains`.
///
/// # Safety
///
/// As `driftline_state_drains`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_state_avoided(
    state: driftline_state,
    out: *mut driftline_node_time,
    capacity: usize,
    node_time_size: usize,
    count: *mut usize,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || write_node_times(state, out, capacity, node_time_size, count, MeshState::avoided))
}

/// When the freeze is over (reads). One that is over stands here until the next tick.
///
/// `*is_known` is 1 if there is one; else it is 0, and `*until_ns` `DRIFTLINE_NONE`. Errors: `NULL`, `HANDLE`, `BUSY`,
/// `REENTRANT`, `POISONED`.
///
/// # Safety
///
/// `is_known` and `until_ns` must be NULL or writable; `err` must be NULL or writable for its `struct_size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_state_frozen_until(
    state: driftline_state,
    is_known: *mut u32,
    until_ns: *mut u64,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let (is_known, until_ns) = (required(is_known, "is_known")?, required(until_ns, "until_ns")?);
        let until = enter_shared::<MeshState>(state.bits)?.get()?.frozen_until();
        is_known.set(until.is_some().into());
        until_ns.set(until.map_or(DRIFTLINE_NONE, |until| until.0));
        Ok(())
    })
}

/// What is remembered of a chain, as bytes for whoever leads it next (reads): its cooldown, its moves and the one in
/// flight, its back-offs (SPEC V1). Facts that events tell are not in it.
///
/// The times in it are those of this leader's ticks, so all leaders, and this one after a restart, need one origin:
/// Unix time, or a clock of the cluster; not the start of a process or of a machine.
///
/// The bytes are the same on every platform. `out` may be NULL with a capacity of 0 to ask for the count. If they do
/// not fit: `CAPACITY`, and `*count` is how many there are. Errors: `UNKNOWN_CHAIN`, `NULL`, `NO_MEMORY`; `HANDLE`,
/// `BUSY`, `REENTRANT`, `POISONED`.
///
/// # Safety
///
/// `out` must be writable for `capacity` bytes, `count` NULL or writable; `err` must be NULL or writable for its
/// `struct_size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_state_export_chain(
    state: driftline_state,
    chain: u64,
    out: *mut u8,
    capacity: usize,
    count: *mut usize,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let out = output_bytes(out, capacity, count, "out")?;
        let exported = enter_shared::<MeshState>(state.bits)?.get()?.export_chain(ChainId(chain))?;
        out.write(exported.ok_or_else(|| unknown_chain(chain))?.into_iter())
    })
}

/// Takes in what another leader has exported, in place of what is remembered of that chain (writes; SPEC V1). Times
/// that lie ahead of the next tick's count as that tick's.
///
/// `*chain`, which may be NULL, is the chain that the bytes are about. Errors: `IMPORT` with a message that says what
/// is wrong with the bytes; `NULL`, `CAPACITY`, `NO_MEMORY`, `TOO_MANY`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`. The
/// state is then as it was.
///
/// # Safety
///
/// `bytes` must be readable for `count` bytes, `chain` NULL or writable; `err` must be NULL or writable for its
/// `struct_size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_state_import_chain(
    state: driftline_state,
    bytes: *const u8,
    count: usize,
    chain: *mut u64,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let bytes = input_slice(bytes, count, "bytes")?;
        let chain = optional(chain, "chain")?;
        let imported = enter_exclusive::<MeshState>(state.bits)?.get()?.import_chain(bytes)?;
        if let Some(chain) = chain {
            chain.set(imported.0);
        }
        Ok(())
    })
}

/// Refuses the reserved id where a node is asked about.
pub(super) fn check_node(node: u64) -> Result<NodeId, Failure> {
    let node = NodeId(node);
    if node.is_none() { Err(Error::ReservedNode { index: None, chain: None }.into()) } else { Ok(node) }
}

fn write_chains(
    state: driftline_state,
    out: *mut u64,
    capacity: usize,
    count: *mut usize,
    list: impl FnOnce(&MeshState) -> Vec<ChainId>,
) -> Result<(), Failure> {
    let out = output_elements(out, capacity, size_of::<u64>(), count, "out")?;
    let chains = list(enter_shared::<MeshState>(state.bits)?.get()?);
    out.write(chains.into_iter().map(|chain| chain.0))
}

fn write_node_times(
    state: driftline_state,
    out: *mut driftline_node_time,
    capacity: usize,
    node_time_size: usize,
    count: *mut usize,
    list: impl FnOnce(&MeshState) -> &[(NodeId, Timestamp)],
) -> Result<(), Failure> {
    let out = output_elements(out, capacity, node_time_size, count, "out")?;
    let entered = enter_shared::<MeshState>(state.bits)?;
    out.write(list(entered.get()?).iter().map(|&(node, at)| driftline_node_time { node: node.0, at_ns: at.0 }))
}
