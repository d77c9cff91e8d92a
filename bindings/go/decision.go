package driftline

// #include "shim.h"
import "C"

import (
	"fmt"
	"time"
	"unsafe"
)

// ActionKind is what an [Action] asks for.
type ActionKind uint32

// ActionEvict asks to take the chain away from Victim; Target is the home that justifies it (D11).
const ActionEvict ActionKind = C.DRIFTLINE_ACTION_EVICT

// Action is what the caller is asked to do. Whoever has carried it out says so with events.
type Action struct {
	Kind        ActionKind
	CostKnown   bool // the scorer named a cost
	Chain       ChainID
	Victim      NodeID  // the holder to leave
	Target      NodeID  // the better home
	VictimScore float32 // its live score
	TargetScore float32
	Gain        float32 // TargetScore - VictimScore, in 32 bits
	Cost        float32 // what the move costs, in score; 0 unless CostKnown
}

// String is the action as the library prints it: "7 evict 3 -> 9: live 0.40, gain 0.55, cost none".
func (a Action) String() string {
	cost := "none"
	if a.CostKnown {
		cost = fmt.Sprintf("%.2f", a.Cost)
	}
	return fmt.Sprintf("%d evict %d -> %d: live %.2f, gain %.2f, cost %s",
		uint64(a.Chain), uint64(a.Victim), uint64(a.Target), a.VictimScore, a.Gain, cost)
}

// Decision is what a pass decided. It belongs to the caller and stays what it is when the scheduler goes on.
type Decision struct {
	Actions []Action // at most one for each chain, by ascending chain (D12)
	Report  TickReport
}

// ScorerCalls is how often each method of the scorer was asked in one pass. A batch of n counts n.
type ScorerCalls struct {
	Score            uint64
	LiveScore        uint64
	BestAlternative  uint64
	NodeFingerprint  uint64
	ChainFingerprint uint64
	MigrationCost    uint64
}

// TickReport is what a pass did (T2).
type TickReport struct {
	Led         uint64        // chains led here
	New         uint64        // of them, those due because they are new (S1)
	Dirty       uint64        // those due because they are dirty, and not new
	BackstopDue uint64        // those due by the backstop alone
	Rescored    uint64        // those that were in fact re-scored
	Deferred    uint64        // those left for later, because MaxScoresPerTick was used up (L3)
	DeferredAge time.Duration // for how long the first of them has been due; 0 if there is none

	Calls               ScorerCalls
	InvalidScores       uint64    // values that were not finite or out of range (P1)
	InvalidAlternatives uint64    // alternatives that were excluded or reserved (P1)
	Failures            []Failure // what [SkipChain] survived, in the order in which it happened (P2)

	Verdicts [VerdictCount]uint64 // chains by verdict; they add up to Led (W1)
	NextDue  When                 // when to tick next at the latest; not known if nothing waits
}

// fill writes what a pass gave back, into the room that is there.
func (d *Decision) fill(pass *C.driftline_go_pass) {
	d.Actions = appendActions(d.Actions[:0], unsafe.Slice(pass.actions, int(pass.action_count)))
	d.Report.fill(&pass.report)
}

func appendActions(actions []Action, inC []C.driftline_action) []Action {
	for at := range inC {
		action := &inC[at]
		actions = append(actions, Action{
			Kind:        ActionKind(action.kind),
			CostKnown:   action.flags&C.DRIFTLINE_ACTION_FLAG_COST != 0,
			Chain:       ChainID(action.chain),
			Victim:      NodeID(action.victim),
			Target:      NodeID(action.target),
			VictimScore: float32(action.victim_score),
			TargetScore: float32(action.target_score),
			Gain:        float32(action.gain),
			Cost:        float32(action.cost),
		})
	}
	return actions
}

func (r *TickReport) fill(report *C.driftline_report) {
	*r = TickReport{
		Led:         uint64(report.led),
		New:         uint64(report.fresh),
		Dirty:       uint64(report.dirty),
		BackstopDue: uint64(report.backstop_due),
		Rescored:    uint64(report.rescored),
		Deferred:    uint64(report.deferred),
		DeferredAge: durationOf(uint64(report.deferred_age_ns)),
		Calls: ScorerCalls{
			Score:            uint64(report.score_calls),
			LiveScore:        uint64(report.live_score_calls),
			BestAlternative:  uint64(report.alternative_calls),
			NodeFingerprint:  uint64(report.node_fingerprint_calls),
			ChainFingerprint: uint64(report.chain_fingerprint_calls),
			MigrationCost:    uint64(report.cost_calls),
		},
		InvalidScores:       uint64(report.invalid_scores),
		InvalidAlternatives: uint64(report.invalid_alternatives),
		Failures:            r.Failures[:0],
		NextDue:             when(uint64(report.next_due_ns), report.next_due_known != 0),
	}
	for verdict, count := range report.verdicts {
		r.Verdicts[verdict] = uint64(count)
	}
}
