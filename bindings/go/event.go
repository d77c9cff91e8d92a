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
)

// Event is a fact about the cluster, for [MeshState.Apply]. A field that its kind does not use must be 0.
type Event struct {
	Kind  EventKind
	_     uint32
	Chain ChainID
	Node  NodeID
	_     uint64
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

// ChainRemoved says that the chain is gone: holders, leader, claim and cooldown.
func ChainRemoved(chain ChainID) Event {
	return Event{Kind: EventChainRemoved, Chain: chain}
}

// ClaimAcquired says that somebody holds an exclusive claim on the chain: no eviction until it is released (D4).
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
