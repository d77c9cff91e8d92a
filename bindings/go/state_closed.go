package driftline

// #include "shim.h"
// #cgo noescape driftline_state_drains
// #cgo nocallback driftline_state_drains
// #cgo noescape driftline_state_avoided
// #cgo nocallback driftline_state_avoided
// #cgo noescape driftline_state_frozen_until
// #cgo nocallback driftline_state_frozen_until
import "C"

import "runtime"

// NodeTime is a node with a time: when it should be empty, or until when it is avoided.
type NodeTime struct {
	Node NodeID
	At   Timestamp
}

// AppendDrains appends the nodes that are drained, ascending, with their deadlines (N1). After an error the slice is as it was.
func (m *MeshState) AppendDrains(drains []NodeTime) ([]NodeTime, error) {
	defer runtime.KeepAlive(m)
	var err error
	for again := true; again; {
		room := roomIn(drains)
		result := C.driftline_state_drains(m.handle, pointerTo[C.driftline_node_time](room.free), room.capacity(),
			C.sizeof_driftline_node_time, &room.count, &room.cause)
		drains, again, err = room.filled(drains, result)
	}
	return drains, err
}

// AppendAvoided appends the nodes that are avoided, ascending, and until when (N2). One whose time is over stands here until the
// next tick. After an error the slice is as it was.
func (m *MeshState) AppendAvoided(avoided []NodeTime) ([]NodeTime, error) {
	defer runtime.KeepAlive(m)
	var err error
	for again := true; again; {
		room := roomIn(avoided)
		result := C.driftline_state_avoided(m.handle, pointerTo[C.driftline_node_time](room.free), room.capacity(),
			C.sizeof_driftline_node_time, &room.count, &room.cause)
		avoided, again, err = room.filled(avoided, result)
	}
	return avoided, err
}

// FrozenUntil is when the freeze is over; not known if there is none (R6). One that is over stands here until the next tick.
func (m *MeshState) FrozenUntil() (When, error) {
	defer runtime.KeepAlive(m)
	var isKnown C.uint32_t
	var until C.uint64_t
	cause := newError()
	if err := check(C.driftline_state_frozen_until(m.handle, &isKnown, &until, &cause), &cause); err != nil {
		return When{}, err
	}
	return when(uint64(until), isKnown != 0), nil
}
