package driftline

// #include "shim.h"
// #cgo noescape driftline_scheduler_drain_status
// #cgo nocallback driftline_scheduler_drain_status
import "C"

import "runtime"

// DrainStatus is how far a node that is drained has come (N1): what the drain makes of its chains, which are in flight, or
// Blocked, or wait for their turn. [LocalScheduler.Explain] goes by scores on such a node, too: a chain that waits, or that is
// Blocked by [VerdictNoAlternative], [VerdictLastHolder] or [VerdictProposeOnly], may read as [VerdictHealthy] there.
type DrainStatus struct {
	Node     NodeID
	Draining bool      // else all that follows is zero
	Deadline Timestamp // when the node should be empty
	Left     uint64    // the chains led here that it still holds, those in flight included
	Moved    uint64    // the chains led here that the drain has moved away; without a MoveTimeout, that it has asked to move
	InFlight uint64    // the chains led here that are on their way from it
	AtRisk   bool      // it will not be empty in time unless something changes
	Blocked  []Blocked // the chains that the drain could not move, ascending
}

// Blocked is a chain that a drain could not move, and why.
type Blocked struct {
	Chain   ChainID
	Verdict Verdict
	_       uint32
}

// DrainStatus is how far a drained node has come, as of the last tick and by what the state says now. A node that is not drained
// is no error; [NoNode] is, an [ErrReservedNode].
func (s *LocalScheduler) DrainStatus(state *MeshState, node NodeID) (DrainStatus, error) {
	var status DrainStatus
	err := s.DrainStatusInto(state, node, &status)
	return status, err
}

// DrainStatusInto is DrainStatus that reuses the room of out.Blocked. After an error out is as it was.
func (s *LocalScheduler) DrainStatusInto(state *MeshState, node NodeID, out *DrainStatus) error {
	defer runtime.KeepAlive(s)
	defer runtime.KeepAlive(state)
	var inC C.driftline_drain_status
	inC.struct_size = C.sizeof_driftline_drain_status
	blocked := out.Blocked[:0]
	var err error
	for again := true; again; {
		room := roomIn(blocked)
		result := C.driftline_scheduler_drain_status(s.handle, state.handle, C.uint64_t(node), &inC,
			pointerTo[C.driftline_blocked](room.free), room.capacity(), C.sizeof_driftline_blocked, &room.count, &room.cause)
		blocked, again, err = room.filled(blocked, result)
	}
	if err != nil {
		return err
	}
	*out = DrainStatus{Node: node, Blocked: blocked}
	if inC.draining != 0 {
		*out = DrainStatus{
			Node: node, Draining: true, Deadline: Timestamp(inC.deadline_ns), Left: uint64(inC.left),
			Moved: uint64(inC.moved), InFlight: uint64(inC.in_flight), AtRisk: inC.at_risk != 0, Blocked: blocked,
		}
	}
	return nil
}

// DrainStatuses are those of all nodes that are drained, ascending. One that another goroutine has cancelled meanwhile is not
// Draining any more.
func (s *LocalScheduler) DrainStatuses(state *MeshState) ([]DrainStatus, error) {
	drains, err := state.AppendDrains(nil)
	if err != nil {
		return nil, err
	}
	statuses := make([]DrainStatus, 0, len(drains))
	for _, drain := range drains {
		status, err := s.DrainStatus(state, drain.Node)
		if err != nil {
			return nil, err
		}
		statuses = append(statuses, status)
	}
	return statuses, nil
}
