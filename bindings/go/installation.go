package driftline

// #include "shim.h"
import "C"

import (
	"errors"
	"runtime/cgo"
)

// entries are the optional entries of the C scorer that a Go scorer has an answer for.
type entries uint32

const (
	hasLiveScore        entries = C.DRIFTLINE_GO_LIVE_SCORE
	hasNodeFingerprint  entries = C.DRIFTLINE_GO_NODE_FINGERPRINT
	hasChainFingerprint entries = C.DRIFTLINE_GO_CHAIN_FINGERPRINT
	hasMigrationCost    entries = C.DRIFTLINE_GO_MIGRATION_COST
	hasScoreMany        entries = C.DRIFTLINE_GO_SCORE_MANY
	hasLiveScoreMany    entries = C.DRIFTLINE_GO_LIVE_SCORE_MANY
	hasNodeFingerprints entries = C.DRIFTLINE_GO_NODE_FINGERPRINTS
	hasAlternatives     entries = C.DRIFTLINE_GO_ALTERNATIVES
)

func (e *entries) add(condition bool, entry entries) {
	if condition {
		*e |= entry
	}
}

// installation is a scorer and its abilities, looked up once. Nothing in it changes.
type installation struct {
	scorer       PlacementScorer
	live         LiveScorer
	nodes        NodeFingerprinter
	chains       ChainFingerprinter
	costs        CostEstimator
	batch        BatchScorer
	liveBatch    BatchLiveScorer
	nodeBatch    BatchFingerprinter
	alternatives AlternativesScorer
	entries      entries
}

func newInstallation(scorer PlacementScorer) (*installation, error) {
	if scorer == nil {
		return nil, failure(ErrNil, "the scorer is nil")
	}
	in := &installation{scorer: scorer}
	var has [8]bool
	in.live, has[0] = scorer.(LiveScorer)
	in.nodes, has[1] = scorer.(NodeFingerprinter)
	in.chains, has[2] = scorer.(ChainFingerprinter)
	in.costs, has[3] = scorer.(CostEstimator)
	in.batch, has[4] = scorer.(BatchScorer)
	in.liveBatch, has[5] = scorer.(BatchLiveScorer)
	in.nodeBatch, has[6] = scorer.(BatchFingerprinter)
	in.alternatives, has[7] = scorer.(AlternativesScorer)
	for at, entry := range []entries{
		hasLiveScore, hasNodeFingerprint, hasChainFingerprint, hasMigrationCost,
		hasScoreMany, hasLiveScoreMany, hasNodeFingerprints, hasAlternatives,
	} {
		in.entries.add(has[at], entry)
	}
	// Types of this package that have every method say themselves which of them can be used.
	if some, ok := scorer.(interface{ abilities() (entries, error) }); ok {
		offered, err := some.abilities()
		if err != nil {
			return nil, err
		}
		in.entries &= offered
	}
	return in, nil
}

// callee is a scorer of Go's as the library knows it: what callbacks find under the handle that C keeps. It reaches the scorer
// only while a call lasts, so that a scorer that refers to its scheduler keeps neither of them alive.
type callee struct {
	*session // of that call
	active   *installation
	exclude  []NodeID // room that is used again
}

func calleeOf(handle C.uintptr_t) *callee {
	callee := cgo.Handle(handle).Value().(*callee)
	callee.turn.isAsking()
	return callee
}

// cast is whom the library asks in one scorer: one of Go's alone, or those among the parts of a composed one. Nothing in it
// changes.
type cast struct {
	alone PlacementScorer // nil for a composed scorer
	parts []castPart
}

// castPart is a scorer of Go's, and what the library knows it as.
type castPart struct {
	callee *callee
	in     *installation
}

// castOf is the cast of one scorer alone.
func castOf(in *installation) *cast {
	return &cast{alone: in.scorer, parts: []castPart{{&callee{}, in}}}
}

// session is one call's: what the scorers of Go's have returned in place of answers. One for all parts, because the library
// says only with which code one of them has failed.
type session struct {
	turn       *turn     // in which it is, or nil where nobody else knows what is asked
	failures   []Failure // of this call; the code of each is its place, counted down from -1
	interrupt  error
	panicked   bool
	panicValue any
}

// ask calls the library with the scorers within reach. If one of them panicked, so does this.
func (s *session) ask(whom *cast, call func() C.driftline_result) C.driftline_result {
	s.begin(whom)
	defer s.end(whom)
	return call()
}

func (s *session) begin(whom *cast) {
	if whom == nil {
		return
	}
	for _, part := range whom.parts {
		part.callee.session, part.callee.active = s, part.in
	}
}

// end goes on with a panic that a callback had to hold back while C was on the stack.
func (s *session) end(whom *cast) {
	if whom != nil {
		for _, part := range whom.parts {
			part.callee.session, part.callee.active = nil, nil
		}
	}
	if s.panicked {
		value := s.panicValue
		s.panicked, s.panicValue = false, nil
		panic(value)
	}
}

// forget lets go of the errors of this call, which may refer to anything.
func (s *session) forget() {
	clear(s.failures)
	s.failures = s.failures[:0]
	s.interrupt = nil
}

// refuse turns an error of the scorer into what its callback returns.
func (s *session) refuse(err error, question Failure) C.int32_t {
	if err == ErrNoOpinion || errors.Is(err, ErrNoOpinion) {
		return C.DRIFTLINE_SCORER_NO_OPINION
	}
	if cause := (*interrupt)(nil); errors.As(err, &cause) {
		s.interrupt = err
		return C.DRIFTLINE_SCORER_INTERRUPTED
	}
	question.Err = err
	s.failures = append(s.failures, question)
	return C.int32_t(-len(s.failures))
}

// recover holds a panic back until C has left the stack. It must be deferred itself: only then can it recover.
func (s *session) recover(result *C.int32_t) {
	if value := recover(); value != nil {
		s.panicked, s.panicValue = true, value
		*result = C.DRIFTLINE_SCORER_INTERRUPTED
	}
}

// errorBehind is what the scorer returned when its callback returned this code.
func (s *session) errorBehind(code C.int32_t) error {
	if code == C.DRIFTLINE_SCORER_INTERRUPTED {
		return s.interrupt
	}
	if at := -1 - int64(code); at >= 0 && at < int64(len(s.failures)) {
		return s.failures[at].Err
	}
	return failure(ErrInternalPanic, "a scorer of the library has failed with code %d", int32(code))
}

// check is as the function, for calls that ask the scorer.
func (s *session) check(result C.driftline_result, cause *C.driftline_error) error {
	if result != C.DRIFTLINE_RESULT_SCORER {
		return check(result, cause)
	}
	return &ScorerError{
		Failure: failureOf(Method(cause.method), uint64(cause.chain), NodeID(cause.node),
			s.errorBehind(C.int32_t(cause.scorer_code))),
		Interrupted: cause.scorer_code == C.DRIFTLINE_SCORER_INTERRUPTED,
	}
}

// failureOf: every number is a chain, so the method says whether one was asked about. A batch of several scores that
// failed knows neither chain nor node.
func failureOf(method Method, chain uint64, node NodeID, err error) Failure {
	known := method != MethodNodeFingerprint && method != MethodBegin &&
		(method != MethodScore || chain != C.DRIFTLINE_NONE || node != NoNode)
	f := Failure{Method: method, ChainKnown: known, Node: node, Err: err}
	if known {
		f.Chain = ChainID(chain)
	}
	return f
}
