package driftline

// #include "shim.h"
import "C"

// EventKind says what an [Event] is about.
type EventKind uint32

// The kinds of events, each with the function that makes one.
const (
	EventHolderAdded   EventKind = C.DRIFTLINE_EVENT_HOLDER_ADDED
	EventHolderRemoved EventKind = C.DRIFTLINE_EVENT_HOLDER_REMOVED
	EventLeaderSet     EventKind = C.DRIFTLINE_EVENT_LEADER_SET
	EventLeaderCleared EventKind = C.DRIFTLINE_EVENT_LEADER_CLEARED
	EventChainRemoved  EventKind = C.DRIFTLINE_EVENT_CHAIN_REMOVED
	EventClaimAcquired EventKind = C.DRIFTLINE_EVENT_CLAIM_ACQUIRED
	EventClaimReleased EventKind = C.DRIFTLINE_EVENT_CLAIM_RELEASED
	EventNodeTouched   EventKind = C.DRIFTLINE_EVENT_NODE_TOUCHED
	EventChainTouched  EventKind = C.DRIFTLINE_EVENT_CHAIN_TOUCHED

	EventDesiredReplicas EventKind = C.DRIFTLINE_EVENT_DESIRED_REPLICAS
	EventChainRevision   EventKind = C.DRIFTLINE_EVENT_CHAIN_REVISION
	EventChainClass      EventKind = C.DRIFTLINE_EVENT_CHAIN_CLASS
	EventDrain           EventKind = C.DRIFTLINE_EVENT_DRAIN
	EventDrainCancelled  EventKind = C.DRIFTLINE_EVENT_DRAIN_CANCELLED
	EventAvoid           EventKind = C.DRIFTLINE_EVENT_AVOID
	EventFreezeUntil     EventKind = C.DRIFTLINE_EVENT_FREEZE_UNTIL
	EventThaw            EventKind = C.DRIFTLINE_EVENT_THAW
	EventForceEvict      EventKind = C.DRIFTLINE_EVENT_FORCE_EVICT
	EventForcePlace      EventKind = C.DRIFTLINE_EVENT_FORCE_PLACE
	EventMoveFailed      EventKind = C.DRIFTLINE_EVENT_MOVE_FAILED
)

// Event is a fact about the cluster, for [MeshState.Apply]. A field that its kind does not use must be 0.
type Event struct {
	Kind  EventKind
	_     uint32
	Chain ChainID
	Node  NodeID
	Value uint64 // a count, a class, a revision or a [Timestamp]; counts and classes fit into 32 bits
}

// HolderAdded says that the node has the chain now.
func HolderAdded(chain ChainID, node NodeID) Event {
	return Event{Kind: EventHolderAdded, Chain: chain, Node: node}
}

// HolderRemoved says that the node has the chain no longer.
func HolderRemoved(chain ChainID, node NodeID) Event {
	return Event{Kind: EventHolderRemoved, Chain: chain, Node: node}
}

// LeaderSet says that the node leads the chain.
func LeaderSet(chain ChainID, node NodeID) Event {
	return Event{Kind: EventLeaderSet, Chain: chain, Node: node}
}

// LeaderCleared says that nobody leads the chain.
func LeaderCleared(chain ChainID) Event {
	return Event{Kind: EventLeaderCleared, Chain: chain}
}

// ChainRemoved says that the chain is gone, and all that was known of it: holders, leader, claim, cooldown, facts and moves.
func ChainRemoved(chain ChainID) Event {
	return Event{Kind: EventChainRemoved, Chain: chain}
}

// ClaimAcquired says that somebody holds an exclusive claim on the chain: no eviction until it is released (D4). A move that
// is half done waits, too, and no other chain waits for it.
func ClaimAcquired(chain ChainID) Event {
	return Event{Kind: EventClaimAcquired, Chain: chain}
}

// ClaimReleased says that the claim is released.
func ClaimReleased(chain ChainID) Event {
	return Event{Kind: EventClaimReleased, Chain: chain}
}

// NodeTouched says that something that scores depend on moved at this node (S2).
func NodeTouched(node NodeID) Event {
	return Event{Kind: EventNodeTouched, Node: node}
}

// ChainTouched says that something that scores depend on moved for this chain (S2).
func ChainTouched(chain ChainID) Event {
	return Event{Kind: EventChainTouched, Chain: chain}
}

// DesiredReplicas says how many nodes should hold the chain. From then on a chain with fewer is placed, and one with more is
// evicted from, whatever the scores are (R2); one that has lost its last holder is placed, too.
func DesiredReplicas(chain ChainID, count uint32) Event {
	return Event{Kind: EventDesiredReplicas, Chain: chain, Value: uint64(count)}
}

// ChainRevision says which revision the chain has in the caller's store. Every action carries the latest (R8).
func ChainRevision(chain ChainID, revision uint64) Event {
	return Event{Kind: EventChainRevision, Chain: chain, Value: revision}
}

// ChainClass says to which class the chain belongs; one that was never told is of class 0 (Y1).
func ChainClass(chain ChainID, class ClassID) Event {
	return Event{Kind: EventChainClass, Chain: chain, Value: uint64(class)}
}

// Drain says that the node is to be empty by the deadline, a time of the clock that ticks are given, such as
// now.Add(time.Hour). It is no target any more, and its chains move whatever their scores are (N1). Said again it is another
// deadline, and the pace begins anew.
//
// The pace is even, and such that the last move begins a MoveTimeout before the deadline; where less time than that is left,
// everything goes at once, as limits allow. Chains whose moves have failed go last. [LocalScheduler.DrainStatus] says how it
// goes.
func Drain(node NodeID, deadline Timestamp) Event {
	return Event{Kind: EventDrain, Node: node, Value: uint64(deadline)}
}

// DrainCancelled says that the node stays. A drain that comes later begins with nothing.
func DrainCancelled(node NodeID) Event {
	return Event{Kind: EventDrainCancelled, Node: node}
}

// Avoid says that the node is no target until then; what it holds stays (N2). Said again it is another time. It is a time of the
// clock that ticks are given, not a duration, and one that is past is none.
func Avoid(node NodeID, until Timestamp) Event {
	return Event{Kind: EventAvoid, Node: node, Value: uint64(until)}
}

// FreezeUntil says that nothing is emitted until then; sampling goes on (R6). Said again it is another time. Orders that come
// meanwhile are refused, not kept.
func FreezeUntil(until Timestamp) Event {
	return Event{Kind: EventFreezeUntil, Value: uint64(until)}
}

// Thaw says that a freeze is over now.
func Thaw() Event {
	return Event{Kind: EventThaw}
}

// ForceEvict orders the holder away from the chain: the next tick of the chain's leader does it, whatever floor, gap, cost and
// cooldown are, but never against a claim (R7).
//
// What cannot be done is dropped, and counted in ForcedRefused of the report without saying which chain it was: the victim is
// no holder, the chain is claimed or has a move in flight, fewer than MinHolders would be left, everything is frozen, or, of a
// [ForcePlace], the target holds the chain already, is drained or avoided. Order it again when that is over. An order that a
// limit holds back waits; another order of its kind replaces it, and it is dropped when somebody else leads the chain.
func ForceEvict(chain ChainID, victim NodeID) Event {
	return Event{Kind: EventForceEvict, Chain: chain, Node: victim}
}

// ForcePlace orders the chain to the node, as [ForceEvict]. Both orders on one chain are one move (R7).
func ForcePlace(chain ChainID, target NodeID) Event {
	return Event{Kind: EventForcePlace, Chain: chain, Node: target}
}

// MoveFailed says that the move of the chain that is in flight has failed (F1). What it was tried with, mostly its target,
// waits for a minute, longer with each failure; meanwhile another home is tried. Where no move is in flight, or the library
// has yet to say its next half, this is ignored and counted (F3).
//
// A comparison of revisions that was lost is no failure of the target: say what is so now ([ChainRevision], holders, leader)
// first; say this, too, only if that does not end the move and you do not want to wait for its MoveTimeout.
func MoveFailed(chain ChainID) Event {
	return Event{Kind: EventMoveFailed, Chain: chain}
}
