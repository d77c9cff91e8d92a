package driftline

// #include "shim.h"
import "C"

import (
	"time"
	"unsafe"
)

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
	InvalidAlternatives uint64    // alternatives that were excluded, reserved or named twice (P1)
	Failures            []Failure // what [SkipChain] survived, in the order in which it happened (P2)

	// Moves; a sample leaves them 0.
	InFlight        uint64 // moves of led chains that are in flight after the pass (F1)
	CompletedMoves  uint64 // moves that the pass found done
	FailedMoves     uint64 // moves that somebody said have failed, see [MoveFailed]
	TimedOutMoves   uint64 // moves that took longer than the MoveTimeout
	ReturnedMoves   uint64 // moves back to a node that the chain had left less than a FlapWindow before (O1)
	ForcedRefused   uint64 // orders that could not be carried out, or came during a freeze; they are gone (R7)
	IgnoredFeedback uint64 // [MoveFailed] since the last tick that referred to no move in flight, or to a half not yet said (F3)

	Verdicts [VerdictCount]uint64 // chains by verdict; they add up to Led (W1)
	NextDue  When                 // when to tick next at the latest; not known if nothing waits
}

// fill writes what a pass gave back, into the room that is there.
func (d *Decision) fill(pass *C.driftline_go_pass) {
	d.Actions = appendActions(d.Actions[:0], unsafe.Slice(pass.actions, int(pass.action_count)))
	d.Report.fill(&pass.report)
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

		InFlight:        uint64(report.in_flight),
		CompletedMoves:  uint64(report.completed_moves),
		FailedMoves:     uint64(report.failed_moves),
		TimedOutMoves:   uint64(report.timed_out_moves),
		ReturnedMoves:   uint64(report.returned_moves),
		ForcedRefused:   uint64(report.forced_refused),
		IgnoredFeedback: uint64(report.ignored_feedback),

		NextDue: when(uint64(report.next_due_ns), report.next_due_known != 0),
	}
	for verdict, count := range report.verdicts {
		r.Verdicts[verdict] = uint64(count)
	}
}
