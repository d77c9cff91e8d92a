package driftline

// #include "shim.h"
// #cgo noescape driftline_state_new
// #cgo nocallback driftline_state_new
// #cgo nocallback driftline_state_free
// #cgo noescape driftline_state_load
// #cgo nocallback driftline_state_load
// #cgo noescape driftline_state_apply
// #cgo nocallback driftline_state_apply
// #cgo noescape driftline_state_digest
// #cgo nocallback driftline_state_digest
import "C"

import (
	"runtime"
	"unsafe"
)

// MeshState knows who holds which chain and who leads it: a fold over events (A1). Several schedulers may share one.
//
// Questions may be asked by several goroutines at once; Load, Apply, ImportChain, Close and the tick of a scheduler have the
// state to themselves. Who comes at a wrong moment gets [ErrBusy] and has changed nothing; nobody waits.
type MeshState struct {
	handle  C.driftline_state
	cleanup runtime.Cleanup
}

// NewMeshState makes a state without chains. Close it when you are done; if you forget, the garbage collector does.
func NewMeshState() (*MeshState, error) {
	state := &MeshState{}
	cause := newError()
	var handle C.driftline_state
	if err := check(C.driftline_state_new(HeaderABI, &handle, &cause), &cause); err != nil {
		return nil, err
	}
	state.handle = handle
	state.cleanup = runtime.AddCleanup(state, func(handle C.driftline_state) { C.driftline_state_free(handle) }, handle)
	return state, nil
}

// Close ends the state and frees its memory. Closing again does nothing.
// Errors: [ErrBusy], [ErrReentrant]; the state is as it was then.
func (m *MeshState) Close() error {
	defer runtime.KeepAlive(m)
	result := C.driftline_state_free(m.handle)
	if result == C.DRIFTLINE_RESULT_HANDLE {
		return nil
	}
	if result != C.DRIFTLINE_RESULT_OK {
		return failure(Code(result), "the state is in use and cannot be closed")
	}
	m.cleanup.Stop()
	return nil
}

// Membership is who holds and who leads everything, as arrays: the holders of Chains[i] are
// Holders[HolderOffsets[i]:HolderOffsets[i+1]], in any order, and its leader is Leaders[i], or [NoNode].
type Membership struct {
	Chains        []ChainID
	Leaders       []NodeID // as many as chains
	HolderOffsets []uint64 // one more than chains, from 0 to the number of holders; may be empty if there are no chains
	Holders       []NodeID
}

// Load replaces the whole membership, all or nothing (E2). Chains that are listed keep all the rest: claim, cooldown, facts and
// moves; others are gone. What is equal to the present is not marked dirty. The slices are only read, and only during the call.
//
// Errors: [ErrMembership], [ErrDuplicate], [ErrReservedNode], each with the index; [ErrTooMany], [ErrOutOfMemory].
func (m *MeshState) Load(membership Membership) error {
	defer runtime.KeepAlive(m)
	offsets, err := membership.offsets()
	if err != nil {
		return err
	}
	cause := newError()
	return check(C.driftline_state_load(m.handle,
		pointerTo[C.uint64_t](membership.Chains), pointerTo[C.uint64_t](membership.Leaders),
		C.size_t(len(membership.Chains)), pointerTo[C.uint64_t](offsets), pointerTo[C.uint64_t](membership.Holders),
		C.size_t(len(membership.Holders)), &cause), &cause)
}

// offsets are the HolderOffsets, also of no chains, if the lengths fit together.
func (m *Membership) offsets() ([]uint64, error) {
	chainCount := len(m.Chains)
	offsets := m.HolderOffsets
	if chainCount == 0 && len(offsets) == 0 {
		offsets = []uint64{0}
	}
	if len(m.Leaders) != chainCount {
		return nil, failure(ErrMembership, "%d leaders for %d chains", len(m.Leaders), chainCount)
	}
	if len(offsets) != chainCount+1 {
		return nil, failure(ErrMembership, "%d holder offsets for %d chains: one more than chains is needed", len(offsets),
			chainCount)
	}
	return offsets, nil
}

// Apply applies events in order, all or nothing (A1): a refused one leaves the state as it was, and the error has its
// index. Events only note what changed; the work happens in the tick (E3).
//
// Errors: [ErrEvent], [ErrReserved], [ErrReservedNode], [ErrTooMany], [ErrOutOfMemory].
func (m *MeshState) Apply(events ...Event) error {
	defer runtime.KeepAlive(m)
	cause := newError()
	return check(C.driftline_state_apply(m.handle, pointerTo[C.driftline_event](events), C.size_t(len(events)),
		C.sizeof_driftline_event, &cause), &cause)
}

// Digest is 64 bits that depend on the logical content only (E5): two states that hold the same have the same, in every
// language. Walks all chains.
func (m *MeshState) Digest() (uint64, error) {
	defer runtime.KeepAlive(m)
	var digest C.uint64_t
	cause := newError()
	err := check(C.driftline_state_digest(m.handle, &digest, &cause), &cause)
	return uint64(digest), err
}

// pointerTo is where a slice begins, as C sees its elements. layout.go proves that they are the same.
func pointerTo[InC, InGo any](slice []InGo) *InC {
	return (*InC)(unsafe.Pointer(unsafe.SliceData(slice)))
}
