//! The state: a fold over events.

use super::guard::{Failure, guard};
use super::handle::{enter_exclusive, enter_shared, insert, remove};
use super::result::{
    DRIFTLINE_RESULT_EVENT, DRIFTLINE_RESULT_NO_MEMORY, DRIFTLINE_RESULT_RESERVED, DRIFTLINE_RESULT_UNKNOWN_CHAIN,
    driftline_result,
};
use super::sized::{InputElements, check_required_output, input_elements, input_slice, output_elements, required};
use super::types::*;
use super::version::check_abi;
use crate::error::Error;
use crate::event::Event;
use crate::id::{ChainId, NodeId};
use crate::state::{Membership, MeshState};

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
/// `holder_offsets` has `chain_count + 1` elements, from 0 up to `holder_count`, the length of `holders`. `leaders[i]` is
/// `DRIFTLINE_NONE` for nobody. Chains that are listed keep their claim and cooldown; others are gone. What is equal to the
/// present is not marked dirty. The arrays are only read during the call.
///
/// Errors: `MEMBERSHIP` with an index into `holder_offsets`; `DUPLICATE` with one into `chains`, or into `holders` where
/// `err->node` says which; `ID` with one into `holders`; `NULL`, `CAPACITY`, `NO_MEMORY`, `TOO_MANY`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
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
        let chains = input_slice(chains.cast::<ChainId>(), chain_count, "chains")?;
        let leaders = input_slice(leaders.cast::<NodeId>(), chain_count, "leaders")?;
        let offsets: &[u64] = if chain_count == 0 && holder_offsets.is_null() {
            &[0]
        } else {
            input_slice(holder_offsets, chain_count.saturating_add(1), "holder_offsets")?
        };
        let holders = input_slice(holders.cast::<NodeId>(), holder_count, "holders")?;
        let membership = Membership { chains, leaders, holder_offsets: offsets, holders };
        Ok(enter_exclusive::<MeshState>(state.bits)?.get()?.load(&membership)?)
    })
}

/// Applies events in order (writes). All or nothing: a refused event leaves the state as it was, and `err->index` names it if one element is at fault.
///
/// `event_size` is `sizeof(driftline_event)` as the caller knows it. The array is only read during the call. Events only
/// note what changed; the work happens in the tick.
///
/// Errors: `EVENT` for an unknown kind, `RESERVED` for a field that must be 0, `ID`, `STRUCT_SIZE`, `NULL`, `CAPACITY`,
/// `NO_MEMORY`, `TOO_MANY`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
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

fn read_events(events: &InputElements<driftline_event>) -> Result<Vec<Event>, Failure> {
    let mut read = Vec::new();
    read.try_reserve(events.count()).map_err(|_| Failure::new(DRIFTLINE_RESULT_NO_MEMORY, "out of memory"))?;
    for index in 0..events.count() {
        let event = events.read(index, driftline_event::default(), "events")?;
        read.push(read_event(&event).map_err(|failure| failure.at_index(index))?);
    }
    Ok(read)
}

fn read_event(event: &driftline_event) -> Result<Event, Failure> {
    let (chain, node) = (ChainId(event.chain), NodeId(event.node));
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
        kind => return Err(Failure::new(DRIFTLINE_RESULT_EVENT, format_args!("event kind {kind} is unknown"))),
    };
    let unused = [
        ("flags", u64::from(event.flags)),
        ("value", event.value),
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

/// 64 bits that depend on the logical content only (reads): two states that hold the same have the same digest, in every
/// language and on every platform. Walks all chains.
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
/// `holders` may be NULL with a capacity of 0 to ask for the rest. If the holders do not fit: `CAPACITY`, `*holder_count` is
/// how many there are, and nothing else is written. Errors: `UNKNOWN_CHAIN`, `NULL`, `STRUCT_SIZE`; `HANDLE`, `BUSY`,
/// `REENTRANT`, `POISONED`.
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
        let Some(view) = entered.get()?.chain(ChainId(chain)) else {
            let failure = Failure::new(DRIFTLINE_RESULT_UNKNOWN_CHAIN, format_args!("chain {chain} does not exist"));
            return Err(Failure { chain, ..failure });
        };
        holders.write(view.holders().map(|node| node.0))?;
        let rebalance = view.last_rebalance();
        let claim_flag = if view.claim_held() { DRIFTLINE_CHAIN_CLAIM_HELD } else { 0 };
        out.write(driftline_chain {
            struct_size: 0,
            flags: claim_flag | if rebalance.is_some() { DRIFTLINE_CHAIN_REBALANCED } else { 0 },
            leader: view.leader().map_or(DRIFTLINE_NONE, |leader| leader.0),
            last_rebalance_ns: rebalance.map_or(DRIFTLINE_NONE, |at| at.0),
        });
        Ok(())
    })
}

/// The chains that exist, ascending (reads). Walks all of them.
///
/// `out` may be NULL with a capacity of 0 to ask for the count. If they do not fit: `CAPACITY`, and `*count` is how many
/// there are. Errors: `NULL`, `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
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

/// The chains that a node holds, ascending (reads). Costs what it returns. Otherwise as `driftline_state_chains`, and `ID`
/// for `DRIFTLINE_NONE`.
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

/// The chains that a node leads and that have a holder, ascending (reads). Walks all chains. Otherwise as
/// `driftline_state_chains`, and `ID` for `DRIFTLINE_NONE`.
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

/// Refuses the reserved id where a node is asked about.
fn check_node(node: u64) -> Result<NodeId, Failure> {
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
