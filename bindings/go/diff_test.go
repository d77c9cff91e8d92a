package driftline_test

import (
	"errors"
	"testing"

	driftline "github.com/driftline/driftline/bindings/go"
)

func TestDiffScheduler(t *testing.T) {
	state := ledState(t, 7, 8, 9)
	config := driftline.DefaultConfig()
	before := must(state.Digest())
	decision := must(driftline.DiffScheduler(state, badThird(), config, 1, 0, []driftline.ChainID{9, 7}))
	wantEqual(t, "the actions", len(decision.Actions), 1)
	wantEqual(t, "the chain", decision.Actions[0].Chain, 8)
	wantEqual(t, "what was moved already", decision.Report.Verdicts[driftline.VerdictAlreadyMoved], 2)
	wantEqual(t, "the digest", must(state.Digest()), before)
	_, err := driftline.DiffScheduler(state, badThird(), config, driftline.NoNode, 0, nil)
	wantIs(t, err, driftline.ErrReservedNode)
	_, err = driftline.DiffScheduler(state, nil, config, 1, 0, nil)
	wantIs(t, err, driftline.ErrNil)
}

func TestDiffSchedulerFailures(t *testing.T) {
	state := ledState(t, 7, 8)
	cause := errors.New("no route")
	scorer := asFuncs(badThird())
	scorer.BestAlternativeFunc = func(chain driftline.ChainID, _ []driftline.NodeID) (driftline.Alternative, error) {
		if chain == 8 {
			return driftline.Alternative{}, cause
		}
		return driftline.Alternative{Node: 9, Score: 1}, nil
	}
	config := driftline.DefaultConfig()
	_, err := driftline.DiffScheduler(state, scorer, config, 1, 0, nil)
	wantIs(t, err, cause)
	config.OnScorerError = driftline.SkipChain
	decision := must(driftline.DiffScheduler(state, scorer, config, 1, 0, nil))
	wantEqual(t, "the actions", len(decision.Actions), 1)
	wantEqual(t, "the failures", decision.Report.Failures, []driftline.Failure{
		{Method: driftline.MethodBestAlternative, Chain: 8, ChainKnown: true, Node: driftline.NoNode, Err: cause},
	})
	scorer.ScoreFunc = func(driftline.ChainID, driftline.NodeID) (float32, error) { panic(cause) }
	if value := recovered(func() { driftline.DiffScheduler(state, scorer, config, 1, 0, nil) }); value != any(cause) {
		t.Errorf("the panic came out as %v", value)
	}
}

// There is no scheduler that remembers what was skipped, so the report tells it as it was asked.
func TestDiffSchedulerTellsWhatFailed(t *testing.T) {
	config := driftline.DefaultConfig()
	config.OnScorerError = driftline.SkipChain
	for _, method := range []string{
		"score", "live_score", "best_alternative", "migration_cost", "score_many", "alternatives",
	} {
		if method == "alternatives" {
			config.MaxAlternatives = 2
		}
		wanted := methods[method]
		wanted.Err = &failing{method}
		scorer := trap(method, func() error { return wanted.Err })
		report := must(driftline.DiffScheduler(ledState(t, 7), scorer, config, 1, 0, nil)).Report
		wantEqual(t, "the failed chains", report.Verdicts[driftline.VerdictScorerFailed], 1)
		if len(report.Failures) != 1 || report.Failures[0] != wanted {
			t.Errorf("%s: the failures are %v, not %v", method, report.Failures, wanted)
		}
	}
}

// A5: a snapshot scorer judges by what was sampled, and asks only live scores and alternatives of the live scorer.
func TestSnapshotScorer(t *testing.T) {
	state := ledState(t, 7)
	live := badThird()
	scheduler := newScheduler(t, driftline.WithScorer(live))
	must(scheduler.Sample(state, 0))
	noError(t, state.Apply(driftline.HolderAdded(8, 1), driftline.LeaderSet(8, 1)))
	snapshot := must(scheduler.Snapshot(state))
	wantEqual(t, "the cells", must2(snapshot.Cells(7)),
		[]driftline.Cell{{Node: 1, Score: 0.9}, {Node: 2, Score: 0.8}, {Node: 3, Score: 0.4}})
	if _, known := snapshot.Cells(8); known {
		t.Error("a chain that was not sampled has cells")
	}
	if _, known := snapshot.Score(7, 9); known {
		t.Error("a node that holds nothing has a score")
	}

	// The world has changed: only live scores see it.
	live.scores = map[driftline.NodeID]float32{1: 0.1, 2: 0.1, 3: 0.45}
	config := driftline.DefaultConfig()
	var asked []string
	scorer := asFuncs(live)
	scorer.ScoreFunc = func(chain driftline.ChainID, node driftline.NodeID) (float32, error) {
		asked = append(asked, "score")
		return live.Score(chain, node)
	}
	judged := must(driftline.DiffScheduler(state, must(driftline.NewSnapshotScorer(snapshot, scorer)), config, 1, 0, nil))
	wantEqual(t, "the victim's live score", judged.Actions[0].VictimScore, 0.45)
	wantEqual(t, "what the live scorer was asked", asked, []string{"score"})
	wantEqual(t, "that nobody named the costs", judged.Actions[0].CostKnown, false)

	scorer.LiveScoreFunc = func(driftline.ChainID, driftline.NodeID) (float32, error) { return 0.3, nil }
	scorer.MigrationCostFunc = func(driftline.ChainID, driftline.NodeID) (driftline.MigrationCost, error) {
		return driftline.MigrationCost{}, nil
	}
	judged = must(driftline.DiffScheduler(state, must(driftline.NewSnapshotScorer(snapshot, scorer)), config, 1, 0, nil))
	wantEqual(t, "the victim's live score", judged.Actions[0].VictimScore, 0.3)
	wantEqual(t, "that somebody named the costs", judged.Actions[0].CostKnown, true)

	// More than one alternative is the live scorer's to name, where it can; else its best is asked for again.
	config.MaxAlternatives = 2
	live.alternative.Score = 0.94
	for _, target := range []driftline.NodeID{9, 8} {
		judged = must(driftline.DiffScheduler(state, must(driftline.NewSnapshotScorer(snapshot, scorer)), config, 1, 0, nil))
		wantEqual(t, "the target", judged.Actions[0].Target, target)
		scorer.AlternativesFunc = func(_ driftline.ChainID, _ []driftline.NodeID, out []driftline.Alternative) (int, error) {
			return copy(out, []driftline.Alternative{{Node: 8, Score: 0.95}}), nil
		}
	}

	for _, err := range []error{second(driftline.NewSnapshotScorer(nil, live)), second(driftline.NewSnapshotScorer(snapshot, nil))} {
		wantIs(t, err, driftline.ErrNil)
	}
}

// Installed in a scheduler, a snapshot scorer passes fingerprints on, where there are any.
func TestSnapshotScorerPassesFingerprintsOn(t *testing.T) {
	state := ledState(t, 7)
	source := newScheduler(t, driftline.WithScorer(badThird()))
	must(source.Sample(state, 0))
	snapshot := must(source.Snapshot(state))
	scorer := asFuncs(badThird())
	scorer.NodeFingerprintFunc = func(node driftline.NodeID) (uint64, error) { return uint64(node), nil }
	scorer.ChainFingerprintFunc = func(chain driftline.ChainID) (uint64, error) { return uint64(chain), nil }
	scheduler := newScheduler(t, driftline.WithScorer(must(driftline.NewSnapshotScorer(snapshot, scorer))))
	calls := must(scheduler.Sample(state, 0)).Calls
	wantEqual(t, "the calls", calls, driftline.ScorerCalls{Score: 3, NodeFingerprint: 3, ChainFingerprint: 1})
	wantEqual(t, "what is dirty afterwards", must(scheduler.Sample(state, 1)).Dirty, 0)
}

func must2[T any](value T, ok bool) T {
	if !ok {
		panic("there is none")
	}
	return value
}

func second[T any](_ T, err error) error { return err }
