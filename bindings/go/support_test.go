package driftline_test

import (
	"errors"
	"fmt"
	"testing"

	driftline "github.com/driftline/driftline/bindings/go"
)

// table is a scorer with the two methods that every scorer must have. A score that is missing is no opinion.
type table struct {
	scores      map[driftline.NodeID]float32
	alternative driftline.Alternative
}

func (t *table) Score(_ driftline.ChainID, node driftline.NodeID) (float32, error) {
	if score, known := t.scores[node]; known {
		return score, nil
	}
	return 0, driftline.ErrNoOpinion
}

func (t *table) BestAlternative(driftline.ChainID, []driftline.NodeID) (driftline.Alternative, error) {
	if t.alternative.Node == 0 {
		return driftline.Alternative{}, driftline.ErrNoOpinion
	}
	return t.alternative, nil
}

// badThird says that node 3 is a bad home and node 9 a good one.
func badThird() *table {
	return &table{
		scores:      map[driftline.NodeID]float32{1: 0.9, 2: 0.8, 3: 0.4},
		alternative: driftline.Alternative{Node: 9, Score: 0.95},
	}
}

// asFuncs is a table to which a test may add abilities.
func asFuncs(t *table) driftline.ScorerFuncs {
	return driftline.ScorerFuncs{ScoreFunc: t.Score, BestAlternativeFunc: t.BestAlternative}
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func newState(t testing.TB) *driftline.MeshState {
	t.Helper()
	state := must(driftline.NewMeshState())
	t.Cleanup(func() { noError(t, state.Close()) })
	return state
}

// ledState has chains that node 1 leads and that the nodes 1, 2 and 3 hold.
func ledState(t testing.TB, chains ...driftline.ChainID) *driftline.MeshState {
	t.Helper()
	state := newState(t)
	for _, chain := range chains {
		noError(t, state.Apply(driftline.HolderAdded(chain, 1), driftline.HolderAdded(chain, 2),
			driftline.HolderAdded(chain, 3), driftline.LeaderSet(chain, 1)))
	}
	return state
}

func newScheduler(t testing.TB, options ...driftline.Option) *driftline.LocalScheduler {
	t.Helper()
	scheduler, err := driftline.NewLocalScheduler(1, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { noError(t, scheduler.Close()) })
	return scheduler
}

func skipChain() driftline.Option {
	config := driftline.DefaultConfig()
	config.OnScorerError = driftline.SkipChain
	return driftline.WithConfig(config)
}

func noError(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
}

func wantIs(t testing.TB, err, wanted error) {
	t.Helper()
	if !errors.Is(err, wanted) {
		t.Errorf("the error is %v, not %v", err, wanted)
	}
}

func wantEqual[T any](t testing.TB, what string, got, wanted T) {
	t.Helper()
	if fmt.Sprintf("%#v", got) != fmt.Sprintf("%#v", wanted) {
		t.Errorf("%s is %v, not %v", what, got, wanted)
	}
}

// recovered is what f panics with.
func recovered(f func()) (value any) {
	defer func() { value = recover() }()
	f()
	return nil
}
