// Facts about the cluster: what the state is told.
#ifndef DRIFTLINE_EVENTS_HPP
#define DRIFTLINE_EVENTS_HPP

#include <driftline/values.hpp>

namespace driftline {
inline namespace DRIFTLINE_CPP_MODE {

/// A fact about the cluster (A1), made by the functions of `events`.
using Event = driftline_event;

/// The facts that there are. Making one checks nothing but its time; `MeshState::apply` does.
namespace events {

constexpr Event make(std::uint32_t kind, ChainId chain, NodeId node, std::uint64_t value = 0) noexcept
{
    return Event{kind, 0, chain, node, value};
}

/// `node` has the chain now.
constexpr Event holder_added(ChainId chain, NodeId node) noexcept
{
    return make(DRIFTLINE_EVENT_HOLDER_ADDED, chain, node);
}

/// `node` has the chain no longer.
constexpr Event holder_removed(ChainId chain, NodeId node) noexcept
{
    return make(DRIFTLINE_EVENT_HOLDER_REMOVED, chain, node);
}

/// `node` leads the chain.
constexpr Event leader_set(ChainId chain, NodeId node) noexcept
{
    return make(DRIFTLINE_EVENT_LEADER_SET, chain, node);
}

/// Nobody leads the chain.
constexpr Event leader_cleared(ChainId chain) noexcept { return make(DRIFTLINE_EVENT_LEADER_CLEARED, chain, 0); }

/// The chain is gone, and all that was known of it: holders, leader, claim, cooldown, facts and moves.
constexpr Event chain_removed(ChainId chain) noexcept { return make(DRIFTLINE_EVENT_CHAIN_REMOVED, chain, 0); }

/// Somebody holds an exclusive claim: no eviction until it is released (D4). A move that is half done waits, too, and
/// no other chain waits for it.
constexpr Event claim_acquired(ChainId chain) noexcept { return make(DRIFTLINE_EVENT_CLAIM_ACQUIRED, chain, 0); }

/// The claim is released.
constexpr Event claim_released(ChainId chain) noexcept { return make(DRIFTLINE_EVENT_CLAIM_RELEASED, chain, 0); }

/// Something that scores depend on moved at this node.
constexpr Event node_touched(NodeId node) noexcept { return make(DRIFTLINE_EVENT_NODE_TOUCHED, 0, node); }

/// Something that scores depend on moved for this chain.
constexpr Event chain_touched(ChainId chain) noexcept { return make(DRIFTLINE_EVENT_CHAIN_TOUCHED, chain, 0); }

/// So many nodes should hold the chain (B1): driftline places it until they do, also after it has lost its last holder,
/// and evicts where there are more.
/// `count` fits into 32 bits; a larger one is refused (`EVENT`), not cut.
constexpr Event desired_replicas(ChainId chain, std::uint64_t count) noexcept
{
    return make(DRIFTLINE_EVENT_DESIRED_REPLICAS, chain, 0, count);
}

/// The chain's revision in your store, which every action on it carries (R8). Compare it with the present one when you
/// carry the action out: two leaders that overlap cannot both act on one state then.
constexpr Event chain_revision(ChainId chain, std::uint64_t revision) noexcept
{
    return make(DRIFTLINE_EVENT_CHAIN_REVISION, chain, 0, revision);
}

/// The chain belongs to a class (Y1); see `LocalScheduler::set_class_policy`. `class_id` fits into 32 bits; a larger
/// one is refused (`EVENT`), not cut.
constexpr Event chain_class(ChainId chain, std::uint64_t class_id) noexcept
{
    return make(DRIFTLINE_EVENT_CHAIN_CLASS, chain, 0, class_id);
}

/// `node` is to be empty by `deadline`, a time of the clock that ticks are given, such as `now + 1h`: its chains are
/// moved away, and it is no target (N1). Said again it has another deadline, and the pace begins anew.
///
/// The pace is even, and such that the last move begins a `move_timeout` before the deadline; where less time than that
/// is left, everything goes at once, as limits allow. Chains whose moves have failed go last.
/// `LocalScheduler::drain_status` says how it goes.
constexpr Event drain(NodeId node, Time deadline) noexcept
{
    return make(DRIFTLINE_EVENT_DRAIN, 0, node, deadline.count());
}

/// `node` stays. A drain that comes later begins with nothing.
constexpr Event drain_cancelled(NodeId node) noexcept { return make(DRIFTLINE_EVENT_DRAIN_CANCELLED, 0, node); }

/// `node` is no target before `until`; what it holds stays (N2). Said again it replaces the former time. `until` is a
/// time of the clock that ticks are given, such as `now + 1h`; one that is past is none.
constexpr Event avoid(NodeId node, Time until) noexcept
{
    return make(DRIFTLINE_EVENT_AVOID, 0, node, until.count());
}

/// Nothing is emitted before `until`, a time of the clock that ticks are given; sampling goes on (R6). Said again it
/// replaces the former time. Orders that come meanwhile are refused, not kept.
constexpr Event freeze_until(Time until) noexcept { return make(DRIFTLINE_EVENT_FREEZE_UNTIL, 0, 0, until.count()); }

/// A freeze is over now.
constexpr Event thaw() noexcept { return make(DRIFTLINE_EVENT_THAW, 0, 0); }

/// Somebody orders the holder `victim` away: the next tick of the chain's leader does it, whatever the scores, never
/// against a claim (R7).
///
/// What cannot be done is dropped, and counted in `forced_refused` of the report without saying which chain it was: the
/// victim is no holder, the chain is claimed or has a move in flight, fewer than `min_holders` would be left,
/// everything is frozen, or, of a `force_place`, the target holds the chain already, is drained or avoided. Order it
/// again when that is over. An order that a limit holds back waits; another order of its kind replaces it, and it is
/// dropped when somebody else leads the chain.
constexpr Event force_evict(ChainId chain, NodeId victim) noexcept
{
    return make(DRIFTLINE_EVENT_FORCE_EVICT, chain, victim);
}

/// Somebody orders the chain to `target`, likewise. Together with `force_evict` it is one move.
constexpr Event force_place(ChainId chain, NodeId target) noexcept
{
    return make(DRIFTLINE_EVENT_FORCE_PLACE, chain, target);
}

/// The move of the chain that is in flight has failed (F1). What it was tried with, mostly its target, waits for a
/// minute, longer with each failure; meanwhile another home is tried. Where no move is in flight, or the library has
/// yet to say its next half, this is ignored and counted (F3).
///
/// A comparison of revisions that was lost is no failure of the target: tell what is so now (revision, holders, leader)
/// first; say this, too, only if that does not end the move and you do not want to wait for its `move_timeout`.
constexpr Event move_failed(ChainId chain) noexcept { return make(DRIFTLINE_EVENT_MOVE_FAILED, chain, 0); }

} // namespace events

} // namespace DRIFTLINE_CPP_MODE
} // namespace driftline

#endif
