package driftline

// #include "shim.h"
// #cgo noescape driftline_scheduler_failures
// #cgo nocallback driftline_scheduler_failures
import "C"

import (
	"runtime"
	"runtime/cgo"
	"slices"
)

// Tick is one tick: observe, decide, commit (A8). The cooldowns of its evictions have started; with a MoveTimeout they start
// when events show that the move is done (F2).
//
// Errors: [ErrTimeReversed] if now is earlier than a time seen before (T1); a [*ScorerError] under [Abort] or for an
// [Interrupt] (P2); [ErrOutOfMemory]. No action is emitted then and no decision state is written. A panic of the scorer
// goes on out of Tick, with its value.
func (s *LocalScheduler) Tick(state *MeshState, now Timestamp) (*Decision, error) {
	return newDecision(s.TickInto, state, now)
}

// TickInto is Tick that reuses the room of a decision. A tick in which nothing happens allocates nothing then. After an
// error the decision is as it was.
func (s *LocalScheduler) TickInto(decision *Decision, state *MeshState, now Timestamp) error {
	return s.run(state, decision.fill, &decision.Report, func() C.driftline_result {
		return C.driftline_go_tick(s.handle, state.handle, C.uint64_t(now), &s.pass)
	})
}

// Decide is what a tick on the same observations would decide (T3): a dry run that changes nothing and starts no
// cooldown. Otherwise as Tick.
func (s *LocalScheduler) Decide(state *MeshState, now Timestamp) (*Decision, error) {
	return newDecision(s.DecideInto, state, now)
}

// DecideInto is Decide that reuses the room of a decision. After an error the decision is as it was.
func (s *LocalScheduler) DecideInto(decision *Decision, state *MeshState, now Timestamp) error {
	return s.run(state, decision.fill, &decision.Report, func() C.driftline_result {
		return C.driftline_go_decide(s.handle, state.handle, C.uint64_t(now), &s.pass)
	})
}

// Sample samples what is due and decides nothing (A3). A tick does it by itself. The verdicts of the report are those of
// the last tick. Errors as of Tick; what was observed is kept.
func (s *LocalScheduler) Sample(state *MeshState, now Timestamp) (*TickReport, error) {
	report := &TickReport{}
	if err := s.SampleInto(report, state, now); err != nil {
		return nil, err
	}
	return report, nil
}

// SampleInto is Sample that reuses the room of a report. After an error the report is as it was.
func (s *LocalScheduler) SampleInto(report *TickReport, state *MeshState, now Timestamp) error {
	fill := func(pass *C.driftline_go_pass) { report.fill(&pass.report) }
	return s.run(state, fill, report, func() C.driftline_result {
		return C.driftline_go_sample(s.handle, state.handle, C.uint64_t(now), &s.pass)
	})
}

func newDecision(
	pass func(*Decision, *MeshState, Timestamp) error, state *MeshState, now Timestamp,
) (*Decision, error) {
	decision := &Decision{}
	if err := pass(decision, state, now); err != nil {
		return nil, err
	}
	return decision, nil
}

// run makes one pass and copies what it gave back before anybody else may enter.
func (s *LocalScheduler) run(
	state *MeshState, fill func(*C.driftline_go_pass), report *TickReport, pass func() C.driftline_result,
) error {
	defer runtime.KeepAlive(s)
	defer runtime.KeepAlive(state)
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	defer s.session.forget()
	result := s.session.ask(s.installed.Load(), pass)
	if err := s.session.check(result, &s.pass.error); err != nil {
		return err
	}
	fill(&s.pass)
	if s.pass.report.scorer_errors != 0 {
		return s.appendFailures(report)
	}
	return nil
}

func (s *LocalScheduler) appendFailures(report *TickReport) error {
	var inC []C.driftline_failure
	var err error
	for again := true; again; {
		room := roomIn(inC)
		result := C.driftline_scheduler_failures(s.handle, pointerTo[C.driftline_failure](room.free), room.capacity(),
			C.sizeof_driftline_failure, &room.count, &room.cause)
		inC, again, err = room.filled(inC, result)
	}
	for _, one := range inC {
		report.Failures = append(report.Failures, failureOf(Method(one.method), uint64(one.chain), NodeID(one.node),
			s.session.errorBehind(C.int32_t(one.scorer_code))))
	}
	return err
}

// DiffScheduler is the decision function (A5): it judges every chain that thisNode leads by what the scorer says now. It
// writes nothing and starts no cooldown. Given a [SnapshotScorer] it judges by what was sampled. Chains in
// alreadyEvicted, in any order, were evicted from earlier in the same pass and are skipped (D2). It knows no class policies
// and no warm-up, and its placements do not say what they exclude.
//
// Errors: a [*ConfigError], [ErrReservedNode], a [*ScorerError], [ErrOutOfMemory]; [ErrNil] for a scorer that lacks what
// it must have.
func DiffScheduler(
	state *MeshState, scorer PlacementScorer, config SchedulerConfig, thisNode NodeID, now Timestamp,
	alreadyEvicted []ChainID,
) (*Decision, error) {
	in, err := newInstallation(scorer)
	if err != nil {
		return nil, err
	}
	whom := castOf(in)
	handle := cgo.NewHandle(whom.parts[0].callee)
	defer handle.Delete()
	return diff(state, config, thisNode, whom, nil, func(
		config *C.driftline_config, room []C.driftline_action, pass *C.driftline_go_pass,
	) C.driftline_result {
		return C.driftline_go_diff(state.handle, C.uint64_t(thisNode), config, C.uintptr_t(handle), C.uint32_t(in.entries),
			C.uint64_t(now), pointerTo[C.uint64_t](alreadyEvicted), C.size_t(len(alreadyEvicted)),
			pointerTo[C.driftline_action](room), C.size_t(len(room)), pass)
	})
}

// diff prepares a decision, has it made, and copies what came of it.
func diff(
	state *MeshState, config SchedulerConfig, thisNode NodeID, whom *cast, turn *turn,
	decide func(*C.driftline_config, []C.driftline_action, *C.driftline_go_pass) C.driftline_result,
) (*Decision, error) {
	defer runtime.KeepAlive(state)
	inC, err := config.inC()
	if err != nil {
		return nil, err
	}
	// At most one action for each led chain: asking for the number by a first try would ask the scorer twice.
	led, err := state.AppendLedBy(nil, thisNode)
	if err != nil {
		return nil, err
	}
	room := make([]C.driftline_action, len(led))
	pass := &C.driftline_go_pass{}
	session := &session{turn: turn}
	result := session.ask(whom, func() C.driftline_result { return decide(&inC, room, pass) })
	if err := session.check(result, &pass.error); err != nil {
		return nil, err
	}
	decision := &Decision{Actions: appendActions(nil, room[:pass.action_count])}
	decision.Report.fill(&pass.report)
	if pass.report.scorer_errors != 0 {
		decision.Report.Failures = session.survived()
	}
	return decision, nil
}

// survived is what has failed in a decision by itself. No batch is asked for more than one chain there, so each is one failure.
// Only scorers of the library ask for fingerprints, which do without, so these have cost nobody anything.
func (s *session) survived() []Failure {
	return slices.DeleteFunc(slices.Clone(s.failures), func(one Failure) bool {
		return one.Method == MethodNodeFingerprint || one.Method == MethodChainFingerprint
	})
}
