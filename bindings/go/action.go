package driftline

// #include "shim.h"
// #cgo noescape driftline_go_action_text
// #cgo nocallback driftline_go_action_text
import "C"

import (
	"math"
	"unsafe"
)

// ActionKind is what an [Action] asks for.
type ActionKind uint32

// The kinds of actions.
const (
	ActionEvict ActionKind = C.DRIFTLINE_ACTION_EVICT // take the chain away from Victim (D11)
	ActionPlace ActionKind = C.DRIFTLINE_ACTION_PLACE // give the chain to one more node, which is Target if one is named (R2)
)

// String is the kind in a word.
func (k ActionKind) String() string {
	return nameOf([]string{"unknown", ActionEvict: "evict", ActionPlace: "place"}, uint32(k))
}

// Arm is which part of the library asks for an [Action]. They act in this order, each chain is acted upon once (R1).
type Arm uint32

// The arms of R1.
const (
	ArmForced    Arm = C.DRIFTLINE_ARM_FORCED    // somebody ordered it (R7)
	ArmCount     Arm = C.DRIFTLINE_ARM_COUNT     // the number of holders is not the wished one, or half a move is left (R2, R4)
	ArmDrain     Arm = C.DRIFTLINE_ARM_DRAIN     // a node is drained (N1)
	ArmScheduler Arm = C.DRIFTLINE_ARM_SCHEDULER // a holder is bad and there is a better home (D11)
)

// String is the arm in a word.
func (a Arm) String() string {
	return nameOf([]string{ArmForced: "forced", ArmCount: "count", ArmDrain: "drain", ArmScheduler: "scheduler"}, uint32(a))
}

// Action is what the caller is asked to do. Whoever has carried it out says so with events, and [MoveFailed] if it was tried
// and has failed. Nodes that are not known are [NoNode], scores NaN. The numbers are those of the whole move, also of a
// placement that begins one.
//
// Whoever carries it out compares Revision with the chain's present one, where there is one: without that two leaders that
// overlap may both act on one state, and an action is right only as far as this node knew (R8). Where the comparison is lost,
// say what is so now, and [MoveFailed], which makes the Target wait, only if that does not end the move.
//
// Who places a chain on the Target of an eviction depends on what was told. With a wished count ([DesiredReplicas]) leave the
// Target alone: when the Victim is gone, a placement on it follows. Without one under [EvictFirst] the eviction is the whole
// move: put the chain on the Target, too, or it has one replica less from then on. Under [PlaceFirst] the placement came
// before, with a wished count or without.
//
// It is the caller's: nothing of it is used again, also not by TickInto.
type Action struct {
	Kind        ActionKind
	Arm         Arm  // which part of the library asks for it
	CostKnown   bool // the scorer named a cost
	Chain       ChainID
	Victim      NodeID  // the holder to leave; of a placement the one that will be evicted once the chain is on Target (R4)
	Target      NodeID  // the new home; none: one holder less, or a placement that leaves the choice to the caller
	VictimScore float32 // the victim's live score, where it was asked for
	TargetScore float32 // the target's score, less the penalty for moves in flight to it (L2)
	Gain        float32 // TargetScore - VictimScore, in 32 bits
	Cost        float32 // what the move costs, in score; 0 unless CostKnown

	Revision      uint64 // the latest of the chain that was told; 0 unless RevisionKnown
	RevisionKnown bool

	// The nodes that a placement must not be, ascending: holders, nodes that are drained or avoided, and targets that have
	// just failed. [DiffScheduler] leaves it empty.
	Exclude []NodeID
}

// String is the action as the library prints it, in one line: "scheduler evict 7: 3 -> 9 at revision 5",
// "count place 7 -> 9, excluding 1 2".
func (a Action) String() string {
	inC := a.inC()
	exclude := pointerTo[C.uint64_t](a.Exclude)
	return lineOf(func(room *room[byte]) C.driftline_result {
		return C.driftline_go_action_text(&inC, exclude, C.size_t(len(a.Exclude)), pointerTo[C.char](room.free),
			room.capacity(), &room.count, &room.cause)
	})
}

// Judgement is why the scheduler arm wants its move, with the numbers, as the library prints it: "7 evict 3 -> 9: live 0.40,
// gain 0.55, cost none". The actions of other arms have no such numbers, and it is empty.
func (a Action) Judgement() string {
	if a.Arm != ArmScheduler {
		return ""
	}
	unknown := float32(math.NaN())
	judged := Explanation{
		Chain: a.Chain, Verdict: VerdictEvict, Victim: a.Victim, SampledScore: unknown, LiveScore: a.VictimScore,
		ScoreFloor: unknown, Alternative: a.Target, AlternativeScore: a.TargetScore, Gain: a.Gain, HysteresisGap: unknown,
		Cost: unknown,
	}
	if a.CostKnown {
		judged.Cost = a.Cost
	}
	return judged.String()
}

// inC is the action without what it excludes: C must not find a pointer of Go's there.
func (a Action) inC() C.driftline_action {
	action := C.driftline_action{
		kind:         C.uint32_t(a.Kind),
		chain:        C.uint64_t(a.Chain),
		victim:       C.uint64_t(a.Victim),
		target:       C.uint64_t(a.Target),
		victim_score: C.float(a.VictimScore),
		target_score: C.float(a.TargetScore),
		gain:         C.float(a.Gain),
		cost:         C.float(a.Cost),
		arm:          C.uint32_t(a.Arm),
		revision:     C.uint64_t(a.Revision),
	}
	for _, known := range []struct {
		is   bool
		flag C.uint32_t
	}{
		{a.CostKnown, C.DRIFTLINE_ACTION_FLAG_COST},
		{a.Victim != NoNode, C.DRIFTLINE_ACTION_FLAG_VICTIM},
		{a.Target != NoNode, C.DRIFTLINE_ACTION_FLAG_TARGET},
		{isKnown(a.VictimScore), C.DRIFTLINE_ACTION_FLAG_VICTIM_SCORE},
		{isKnown(a.TargetScore), C.DRIFTLINE_ACTION_FLAG_TARGET_SCORE},
		{isKnown(a.Gain), C.DRIFTLINE_ACTION_FLAG_GAIN},
		{a.RevisionKnown, C.DRIFTLINE_ACTION_FLAG_REVISION},
	} {
		if known.is {
			action.flags |= known.flag
		}
	}
	return action
}

func isKnown(score float32) bool { return !math.IsNaN(float64(score)) }

func appendActions(actions []Action, inC []C.driftline_action) []Action {
	excluded := copyExcluded(inC)
	for at := range inC {
		action := &inC[at]
		one := Action{
			Kind:          ActionKind(action.kind),
			Arm:           Arm(action.arm),
			CostKnown:     action.flags&C.DRIFTLINE_ACTION_FLAG_COST != 0,
			Chain:         ChainID(action.chain),
			Victim:        NodeID(action.victim),
			Target:        NodeID(action.target),
			VictimScore:   float32(action.victim_score),
			TargetScore:   float32(action.target_score),
			Gain:          float32(action.gain),
			Cost:          float32(action.cost),
			RevisionKnown: action.flags&C.DRIFTLINE_ACTION_FLAG_REVISION != 0,
		}
		if one.RevisionKnown {
			one.Revision = uint64(action.revision)
		}
		if count := int(action.exclude_count); count > 0 {
			one.Exclude, excluded = excluded[:count:count], excluded[count:]
		}
		actions = append(actions, one)
	}
	return actions
}

// copyExcluded copies what all actions exclude, one after the other: the library uses its own again. A tick without placements
// makes nothing.
func copyExcluded(inC []C.driftline_action) []NodeID {
	var count int
	for at := range inC {
		count += int(inC[at].exclude_count)
	}
	if count == 0 {
		return nil
	}
	excluded := make([]NodeID, 0, count)
	for at := range inC {
		action := &inC[at]
		excluded = append(excluded, unsafe.Slice((*NodeID)(unsafe.Pointer(action.exclude)), int(action.exclude_count))...)
	}
	return excluded
}
