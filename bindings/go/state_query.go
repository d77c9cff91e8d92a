package driftline

// #include "shim.h"
// #cgo noescape driftline_state_chain
// #cgo nocallback driftline_state_chain
// #cgo noescape driftline_state_chains
// #cgo nocallback driftline_state_chains
// #cgo noescape driftline_state_chains_on
// #cgo nocallback driftline_state_chains_on
// #cgo noescape driftline_state_led_by
// #cgo nocallback driftline_state_led_by
import "C"

import (
	"iter"
	"runtime"
	"slices"
)

// Chain is what a state knows of one chain.
type Chain struct {
	ID            ChainID
	Leader        NodeID   // [NoNode] for nobody
	Holders       []NodeID // ascending
	ClaimHeld     bool     // an exclusive claim is held (D4)
	LastRebalance When     // when it was last evicted from (E4)

	DesiredReplicas uint32 // how many nodes should hold it, if DesiredKnown (R2)
	DesiredKnown    bool
	Class           ClassID // 0 if it was never given one (Y1)
	Revision        uint64  // the latest that was told, if RevisionKnown (R8)
	RevisionKnown   bool

	InFlight         bool   // a move of it is under way (F1)
	PendingEviction  NodeID // the holder that is ordered away and was not considered yet (R7), or [NoNode]
	PendingPlacement NodeID // the node that it is ordered to, likewise
}

// Chain is what the state knows of one chain. The caller owns the holders. The error is an [ErrUnknownChain] if there is
// no such chain.
func (m *MeshState) Chain(id ChainID) (Chain, error) {
	var chain Chain
	err := m.ChainInto(id, &chain)
	return chain, err
}

// ChainInto is Chain that reuses the room of out.Holders. After an error out is as it was.
func (m *MeshState) ChainInto(id ChainID, out *Chain) error {
	defer runtime.KeepAlive(m)
	var inC C.driftline_chain
	inC.struct_size = C.sizeof_driftline_chain
	holders := out.Holders[:0]
	var err error
	for again := true; again; {
		room := roomIn(holders)
		result := C.driftline_state_chain(m.handle, C.uint64_t(id), &inC, pointerTo[C.uint64_t](room.free), room.capacity(),
			&room.count, &room.cause)
		holders, again, err = room.filled(holders, result)
	}
	if err != nil {
		return err
	}
	*out = Chain{
		ID:            id,
		Leader:        NodeID(inC.leader),
		Holders:       holders,
		ClaimHeld:     inC.flags&C.DRIFTLINE_CHAIN_CLAIM_HELD != 0,
		LastRebalance: when(uint64(inC.last_rebalance_ns), inC.flags&C.DRIFTLINE_CHAIN_REBALANCED != 0),

		DesiredReplicas: uint32(inC.desired_replicas),
		DesiredKnown:    inC.flags&C.DRIFTLINE_CHAIN_DESIRED != 0,
		Class:           ClassID(inC.class_id),
		RevisionKnown:   inC.flags&C.DRIFTLINE_CHAIN_REVISION != 0,

		InFlight:         inC.flags&C.DRIFTLINE_CHAIN_IN_FLIGHT != 0,
		PendingEviction:  NodeID(inC.pending_eviction),
		PendingPlacement: NodeID(inC.pending_placement),
	}
	if out.RevisionKnown {
		out.Revision = uint64(inC.revision)
	}
	return nil
}

// Chains are the chains that exist, ascending, as they are when the loop begins. If they cannot be had, the loop runs
// once, with the error. Walks all chains.
func (m *MeshState) Chains() iter.Seq2[ChainID, error] {
	return each(m.AppendChains)
}

// ChainsOn are the chains that the node holds. Otherwise as [MeshState.Chains], but costs only what it returns; the error
// may be an [ErrReservedNode].
func (m *MeshState) ChainsOn(node NodeID) iter.Seq2[ChainID, error] {
	return each(func(chains []ChainID) ([]ChainID, error) { return m.AppendChainsOn(chains, node) })
}

// LedBy are the chains that the node leads and that have a holder or should have one. Otherwise as [MeshState.Chains]; the error may be an
// [ErrReservedNode].
func (m *MeshState) LedBy(node NodeID) iter.Seq2[ChainID, error] {
	return each(func(chains []ChainID) ([]ChainID, error) { return m.AppendLedBy(chains, node) })
}

// AppendChains appends what [MeshState.Chains] walks over. After an error the slice is as it was.
func (m *MeshState) AppendChains(chains []ChainID) ([]ChainID, error) {
	defer runtime.KeepAlive(m)
	var err error
	for again := true; again; {
		room := roomIn(chains)
		result := C.driftline_state_chains(m.handle, pointerTo[C.uint64_t](room.free), room.capacity(), &room.count,
			&room.cause)
		chains, again, err = room.filled(chains, result)
	}
	return chains, err
}

// AppendChainsOn appends what [MeshState.ChainsOn] walks over. After an error the slice is as it was.
func (m *MeshState) AppendChainsOn(chains []ChainID, node NodeID) ([]ChainID, error) {
	defer runtime.KeepAlive(m)
	var err error
	for again := true; again; {
		room := roomIn(chains)
		result := C.driftline_state_chains_on(m.handle, C.uint64_t(node), pointerTo[C.uint64_t](room.free),
			room.capacity(), &room.count, &room.cause)
		chains, again, err = room.filled(chains, result)
	}
	return chains, err
}

// AppendLedBy appends what [MeshState.LedBy] walks over. After an error the slice is as it was.
func (m *MeshState) AppendLedBy(chains []ChainID, node NodeID) ([]ChainID, error) {
	defer runtime.KeepAlive(m)
	var err error
	for again := true; again; {
		room := roomIn(chains)
		result := C.driftline_state_led_by(m.handle, C.uint64_t(node), pointerTo[C.uint64_t](room.free),
			room.capacity(), &room.count, &room.cause)
		chains, again, err = room.filled(chains, result)
	}
	return chains, err
}

// room is what a list may be written into, and what comes back about it.
type room[T any] struct {
	free  []T
	count C.size_t
	cause C.driftline_error
}

// roomIn is the room behind the elements that a slice has.
func roomIn[T any](slice []T) room[T] {
	return room[T]{free: slice[len(slice):cap(slice)], cause: newError()}
}

func (r *room[T]) capacity() C.size_t { return C.size_t(len(r.free)) }

// filled is the slice with what was written, or with more room to ask again: how much is needed was not known, or another
// goroutine has added some meanwhile.
func (r *room[T]) filled(slice []T, result C.driftline_result) (filled []T, again bool, err error) {
	fits := uint64(r.count) <= uint64(len(r.free))
	// Without any room a list that does not fit is not even an error.
	if !fits && (result == C.DRIFTLINE_RESULT_OK || Code(result) == ErrCapacity) {
		return slices.Grow(slice, int(r.count)), true, nil
	}
	if err := check(result, &r.cause); err != nil {
		return slice, false, err
	}
	return slice[:len(slice)+int(r.count)], false, nil
}

func each[T any](list func([]T) ([]T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		elements, err := list(nil)
		if err != nil {
			var none T
			yield(none, err)
			return
		}
		for _, element := range elements {
			if !yield(element, nil) {
				return
			}
		}
	}
}

// MigrationEligible is a chain on which nobody holds a claim: the veto of D4 as a type. Take one as an argument where
// you move chains on your own, and a claimed chain cannot get there by mistake.
type MigrationEligible struct {
	chain ChainID
}

// CheckMigrationEligible is the only way to make a [MigrationEligible]; false if a claim is held.
func CheckMigrationEligible(chain Chain) (MigrationEligible, bool) {
	if chain.ClaimHeld {
		return MigrationEligible{}, false
	}
	return MigrationEligible{chain.ID}, true
}

// Chain is the chain that was checked.
func (e MigrationEligible) Chain() ChainID { return e.chain }
