package driftline

import (
	"errors"
	"math"
	"runtime/cgo"
	"slices"
	"testing"
)

// This version of the library does not ask for live scores in batches. What stands ready for a later one is called here as C
// would call it, and so are alternatives, whose answers of every kind a pass cannot show.

// Cgo's own names of C's types: a test cannot import "C".
type (
	cHandle      = _Ctype_uintptr_t
	cID          = _Ctype_uint64_t
	cSize        = _Ctype_size_t
	cFloat       = _Ctype_float
	cPair        = _Ctype_driftline_pair
	cAlternative = _Ctype_driftline_alternative
)

func called(t *testing.T, scorer ScorerFuncs, call func(handle cHandle) int32) (*session, int32) {
	t.Helper()
	scorer.ScoreFunc = func(ChainID, NodeID) (float32, error) { return 0, ErrNoOpinion }
	scorer.BestAlternativeFunc = func(ChainID, []NodeID) (Alternative, error) { return Alternative{}, ErrNoOpinion }
	in, err := newInstallation(scorer)
	if err != nil {
		t.Fatal(err)
	}
	s, whom := &session{}, castOf(in)
	handle := cgo.NewHandle(whom.parts[0].callee)
	defer handle.Delete()
	s.begin(whom)
	return s, call(cHandle(handle))
}

func TestAlternativesAreWritten(t *testing.T) {
	exclude := []NodeID{1, 2}
	room := make([]Alternative, 3)
	var count cSize
	ask := func(handle cHandle) int32 {
		count = 0
		return int32(driftlineGoAlternatives(handle, 7, pointerTo[cID](exclude), 2, pointerTo[cAlternative](room), 3, &count))
	}
	found := 2
	cause := errors.New("no route")
	scorer := ScorerFuncs{AlternativesFunc: func(chain ChainID, given []NodeID, out []Alternative) (int, error) {
		if chain != 7 || !slices.Equal(given, exclude) || len(out) != 3 || cap(out) != 3 {
			t.Errorf("asked about chain %d without %v, with room for %d", chain, given, len(out))
		}
		out[0], out[1] = Alternative{Node: 8, Score: 0.75}, Alternative{Node: 9, Score: 0.5}
		return found, nil
	}}
	if _, code := called(t, scorer, ask); code != 0 || count != 2 || room[1].Node != 9 || room[0].Score != 0.75 {
		t.Errorf("the code is %d, the answer %v of %v", code, count, room)
	}
	for _, found = range []int{-1, 4} {
		s, code := called(t, scorer, ask)
		if code != -1 || count != 0 || !errors.Is(s.errorBehind(-1), ErrCapacity) {
			t.Errorf("%d alternatives: the code is %d, the count %d", found, code, count)
		}
	}
	scorer.AlternativesFunc = func(ChainID, []NodeID, []Alternative) (int, error) { return 0, cause }
	s, code := called(t, scorer, ask)
	if want := (Failure{MethodBestAlternative, 7, true, NoNode, cause}); code != -1 || s.failures[0] != want {
		t.Errorf("the code is %d, the failures %v", code, s.failures)
	}
	scorer.AlternativesFunc = func(ChainID, []NodeID, []Alternative) (int, error) { panic(cause) }
	if s, code := called(t, scorer, ask); code != 2 || !s.panicked || s.panicValue != any(cause) {
		t.Errorf("after a panic the code is %d, the value %v", code, s.panicValue)
	}
}

func TestLiveScoresInBatches(t *testing.T) {
	pairs := []Pair{{7, 1}, {7, 2}}
	scores := []float32{float32(math.NaN()), float32(math.NaN())}
	ask := func(handle cHandle) int32 {
		return int32(driftlineGoLiveScoreMany(handle, pointerTo[cPair](pairs), 2, pointerTo[cFloat](scores)))
	}
	cause := errors.New("no route")
	answer := func(given []Pair, out []float32) error {
		if !slices.Equal(given, pairs) || len(out) != 2 {
			t.Errorf("asked about %v, with room for %d", given, len(out))
		}
		out[1] = 0.25
		return nil
	}
	if _, code := called(t, ScorerFuncs{LiveScoreManyFunc: answer}, ask); code != 0 || scores[1] != 0.25 {
		t.Errorf("the code is %d, the scores %v", code, scores)
	}
	fail := func([]Pair, []float32) error { return cause }
	s, code := called(t, ScorerFuncs{LiveScoreManyFunc: fail}, ask)
	if want := (Failure{MethodLiveScore, 7, true, NoNode, cause}); code != -1 || s.failures[0] != want {
		t.Errorf("the code is %d, the failures %v", code, s.failures)
	}
	pairs[1] = Pair{8, 1}
	s, _ = called(t, ScorerFuncs{LiveScoreManyFunc: fail}, ask)
	if want := (Failure{MethodLiveScore, 0, false, NoNode, cause}); s.failures[0] != want {
		t.Errorf("the failure of two chains is %v", s.failures)
	}
	breakDown := func([]Pair, []float32) error { panic(cause) }
	if s, code := called(t, ScorerFuncs{LiveScoreManyFunc: breakDown}, ask); code != 2 || s.panicValue != any(cause) {
		t.Errorf("after a panic the code is %d, the value %v", code, s.panicValue)
	}
}

// A code that no scorer of Go's has returned is not taken for one.
func TestACodeOfTheLibrarysOwn(t *testing.T) {
	s := &session{failures: []Failure{{Err: ErrNoOpinion}}}
	for _, code := range []int32{-2, math.MinInt32, 3, 0} {
		if err := s.errorBehind(_Ctype_int32_t(code)); !errors.Is(err, ErrInternalPanic) {
			t.Errorf("behind code %d is %v", code, err)
		}
	}
	if known := failureOf(MethodBegin, 7, NoNode, nil).ChainKnown; known {
		t.Error("the time is told of no chain")
	}
}

// What was made for a call that is then refused is gone at once, and does not wait for the collector.
func TestPartsThatWereMadeInVain(t *testing.T) {
	none := func(ChainID, NodeID) (float32, error) { return 0, ErrNoOpinion }
	scorer := ScorerFuncs{ScoreFunc: none, BestAlternativeFunc: func(ChainID, []NodeID) (Alternative, error) {
		return Alternative{}, ErrNoOpinion
	}}
	before := cgo.NewHandle(t)
	defer before.Delete()
	if _, err := Minimum(PartOf(scorer), nil); !errors.Is(err, ErrNil) {
		t.Errorf("the error is %v", err)
	}
	defer func() {
		if recover() == nil {
			t.Error("the library still has the part")
		}
	}()
	// Handles are numbered one after the other.
	cgo.Handle(before + 1).Value()
}

// What scorers return in place of answers is let go of when the call is over, and so are the scorers.
func TestASessionForgets(t *testing.T) {
	cause := errors.New("no route")
	result := cause
	scorer := ScorerFuncs{
		ScoreFunc:           func(ChainID, NodeID) (float32, error) { return 0, result },
		BestAlternativeFunc: func(ChainID, []NodeID) (Alternative, error) { return Alternative{}, ErrNoOpinion },
	}
	composed, err := Minimum(PartOf(scorer), PartOf(scorer))
	if err != nil {
		t.Fatal(err)
	}
	config := DefaultConfig()
	config.OnScorerError = SkipChain
	state, stateErr := NewMeshState()
	scheduler, schedulerErr := NewLocalScheduler(1, WithConfig(config), WithComposed(composed))
	if err := errors.Join(stateErr, schedulerErr); err != nil {
		t.Fatal(err)
	}
	defer scheduler.Close()
	defer state.Close()
	if err := state.Apply(HolderAdded(7, 1), LeaderSet(7, 1)); err != nil {
		t.Fatal(err)
	}
	for _, result = range []error{cause, Interrupt(cause)} {
		_, _ = scheduler.Tick(state, 0)
		s := &scheduler.session
		if len(s.failures) != 0 || s.interrupt != nil || slices.ContainsFunc(s.failures[:cap(s.failures)], func(f Failure) bool {
			return f.Err != nil
		}) {
			t.Errorf("%v and %v are remembered", s.failures[:cap(s.failures)], s.interrupt)
		}
		for _, part := range scheduler.installed.Load().parts {
			if part.callee.session != nil || part.callee.active != nil {
				t.Error("a scorer is within reach of the library")
			}
		}
	}
}
