package driftline_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	driftline "github.com/driftline/driftline/bindings/go"
)

// trap is a scorer in which one method misbehaves.
func trap(method string, spring func() error) driftline.ScorerFuncs {
	good := badThird()
	meet := func(here string) error {
		if here == method {
			return spring()
		}
		return nil
	}
	scorer := driftline.ScorerFuncs{
		ScoreFunc: func(chain driftline.ChainID, node driftline.NodeID) (float32, error) {
			return good.scores[node], meet("score")
		},
		BestAlternativeFunc: func(driftline.ChainID, []driftline.NodeID) (driftline.Alternative, error) {
			return good.alternative, meet("best_alternative")
		},
		LiveScoreFunc: func(chain driftline.ChainID, node driftline.NodeID) (float32, error) {
			return good.scores[node], meet("live_score")
		},
		NodeFingerprintFunc: func(node driftline.NodeID) (uint64, error) {
			return uint64(node), meet("node_fingerprint")
		},
		ChainFingerprintFunc: func(driftline.ChainID) (uint64, error) { return 1, meet("chain_fingerprint") },
		MigrationCostFunc: func(driftline.ChainID, driftline.NodeID) (driftline.MigrationCost, error) {
			return driftline.MigrationCost{}, meet("migration_cost")
		},
	}
	if method == "score_many" {
		scorer.ScoreManyFunc = func(pairs []driftline.Pair, scores []float32) error {
			for at, pair := range pairs {
				scores[at] = good.scores[pair.Node]
			}
			return spring()
		}
	}
	if method == "alternatives" {
		scorer.AlternativesFunc = func(_ driftline.ChainID, _ []driftline.NodeID, out []driftline.Alternative) (int, error) {
			out[0] = good.alternative
			return 1, spring()
		}
	}
	if method == "node_fingerprints" {
		scorer.NodeFingerprintsFunc = func([]driftline.NodeID, []uint64, []bool) error { return spring() }
	}
	return scorer
}

// trapped is a config under which the method is asked.
func trapped(method string, policy driftline.OnScorerError) driftline.Option {
	config := driftline.DefaultConfig()
	config.OnScorerError = policy
	if method == "alternatives" {
		config.MaxAlternatives = 2
	}
	return driftline.WithConfig(config)
}

var policies = map[string]driftline.OnScorerError{"abort": driftline.Abort, "skip_chain": driftline.SkipChain}

var methods = map[string]driftline.Failure{
	"score":             {Method: driftline.MethodScore, Chain: 7, ChainKnown: true, Node: 1},
	"live_score":        {Method: driftline.MethodLiveScore, Chain: 7, ChainKnown: true, Node: 3},
	"best_alternative":  {Method: driftline.MethodBestAlternative, Chain: 7, ChainKnown: true, Node: driftline.NoNode},
	"node_fingerprint":  {Method: driftline.MethodNodeFingerprint, Node: 1},
	"chain_fingerprint": {Method: driftline.MethodChainFingerprint, Chain: 7, ChainKnown: true, Node: driftline.NoNode},
	"migration_cost":    {Method: driftline.MethodMigrationCost, Chain: 7, ChainKnown: true, Node: 9},
	"score_many":        {Method: driftline.MethodScore, Chain: 7, ChainKnown: true, Node: driftline.NoNode},
	"node_fingerprints": {Method: driftline.MethodNodeFingerprint, Node: driftline.NoNode},
	"alternatives":      {Method: driftline.MethodBestAlternative, Chain: 7, ChainKnown: true, Node: driftline.NoNode},
}

// failing is an error of which no two are equal.
type failing struct{ text string }

func (f *failing) Error() string { return f.text }

func TestAbortFailsWithTheScorersError(t *testing.T) {
	for method, wanted := range methods {
		t.Run(method, func(t *testing.T) {
			cause := &failing{"no route"}
			broken := true
			state := ledState(t, 7)
			scheduler := newScheduler(t, trapped(method, driftline.Abort), driftline.WithScorer(trap(method, func() error {
				if broken {
					return cause
				}
				return nil
			})))
			before := must(state.Digest())
			decision, err := scheduler.Tick(state, 0)
			if decision != nil {
				t.Errorf("a decision came with the error: %v", decision)
			}
			var scorer *driftline.ScorerError
			if !errors.As(err, &scorer) {
				t.Fatalf("the error is %v", err)
			}
			wantIs(t, err, driftline.ErrScorer)
			if scorer.Err != error(cause) || scorer.Interrupted || !strings.HasSuffix(err.Error(), ": no route") {
				t.Errorf("the error is %v, interrupted %v", err, scorer.Interrupted)
			}
			wanted.Err = cause
			// The library may know less about a batch.
			if method != "score_many" && method != "node_fingerprints" {
				wantEqual(t, "the question", scorer.Failure, wanted)
			}
			wantEqual(t, "the method", scorer.Method, wanted.Method)
			wantEqual(t, "the digest", must(state.Digest()), before)
			broken = false
			wantEqual(t, "the actions of the next tick", len(must(scheduler.Tick(state, 0)).Actions), 1)
		})
	}
}

func TestSkipChainReportsTheScorersError(t *testing.T) {
	for method, wanted := range methods {
		t.Run(method, func(t *testing.T) {
			cause := &failing{"no route"}
			state := ledState(t, 7)
			scheduler := newScheduler(t, trapped(method, driftline.SkipChain),
				driftline.WithScorer(trap(method, func() error { return cause })))
			for range 2 {
				report := must(scheduler.Tick(state, 0)).Report
				if len(report.Failures) == 0 {
					t.Fatal("no failure is reported")
				}
				first := report.Failures[0]
				wantEqual(t, "the method", first.Method, wanted.Method)
				if first.Err != error(cause) {
					t.Errorf("the failure has the error %v", first.Err)
				}
				if !strings.Contains(first.String(), wanted.Method.String()) || !strings.Contains(first.String(), "no route") {
					t.Errorf("the failure says %q", first)
				}
			}
		})
	}
}

// Each failure of one pass comes back with its own error.
func TestFailuresAreNotMixedUp(t *testing.T) {
	state := ledState(t, 7, 8, 9, 10)
	scorer := asFuncs(badThird())
	scorer.ScoreFunc = func(chain driftline.ChainID, node driftline.NodeID) (float32, error) {
		if chain == 8 {
			return 0.9, nil
		}
		return 0, &failing{fmt.Sprint(chain)}
	}
	scheduler := newScheduler(t, skipChain(), driftline.WithScorer(scorer))
	for range 2 {
		report := must(scheduler.Sample(state, 0))
		wantEqual(t, "the number of failures", len(report.Failures), 3)
		for _, one := range report.Failures {
			wantEqual(t, "the error", one.Err.Error(), fmt.Sprint(one.Chain))
			wantEqual(t, "the text", one.String(), fmt.Sprintf("score of chain %d at node 1: %d", one.Chain, one.Chain))
		}
	}
}

func TestInterruptsComeThroughUnderEveryPolicy(t *testing.T) {
	for method, wanted := range methods {
		for name, policy := range policies {
			t.Run(method+"/"+name, func(t *testing.T) {
				state := ledState(t, 7)
				scheduler := newScheduler(t, trapped(method, policy), driftline.WithScorer(trap(method, func() error {
					return fmt.Errorf("asking: %w", driftline.Interrupt(context.Canceled))
				})))
				_, err := scheduler.Tick(state, 0)
				wantIs(t, err, context.Canceled)
				wantIs(t, err, driftline.ErrScorer)
				var scorer *driftline.ScorerError
				if !errors.As(err, &scorer) || !scorer.Interrupted || scorer.Method != wanted.Method {
					t.Errorf("the error is %v", err)
				}
				if !strings.Contains(err.Error(), "asking: interrupted: context canceled") {
					t.Errorf("the error says %q", err)
				}
			})
		}
	}
}

// A deadline that is not wrapped is a failure like any other.
func TestADeadlineAloneIsNoInterrupt(t *testing.T) {
	state := ledState(t, 7)
	scheduler := newScheduler(t, skipChain(), driftline.WithScorer(trap("score", func() error { return context.DeadlineExceeded })))
	report := must(scheduler.Tick(state, 0)).Report
	wantIs(t, report.Failures[0].Err, context.DeadlineExceeded)
}

func TestPanicsComeOutWithTheirValue(t *testing.T) {
	for method := range methods {
		for name, policy := range policies {
			t.Run(method+"/"+name, func(t *testing.T) {
				value := &failing{"out of order"}
				broken := true
				state := ledState(t, 7)
				scheduler := newScheduler(t, trapped(method, policy), driftline.WithScorer(trap(method, func() error {
					if broken {
						panic(value)
					}
					return nil
				})))
				decision := driftline.Decision{Actions: []driftline.Action{{Chain: 5}}}
				for range 2 {
					if got := recovered(func() { _ = scheduler.TickInto(&decision, state, 0) }); got != any(value) {
						t.Errorf("the panic came out as %v", got)
					}
				}
				wantEqual(t, "the decision after a panic", decision.Actions[0].Chain, 5)
				broken = false
				wantEqual(t, "the actions of the next tick", len(must(scheduler.Tick(state, 0)).Actions), 1)
			})
		}
	}
}

func TestPanicsOfEveryPass(t *testing.T) {
	state := ledState(t, 7)
	broken := false
	scheduler := newScheduler(t, driftline.WithScorer(trap("live_score", func() error {
		if broken {
			var none map[string]int
			none["key"] = 1
		}
		return nil
	})))
	must(scheduler.Sample(state, 0))
	broken = true
	value := recovered(func() { _, _ = scheduler.Decide(state, 0) })
	if err, ok := value.(error); !ok || !strings.Contains(err.Error(), "nil map") {
		t.Errorf("the panic came out as %v", value)
	}
	must(scheduler.Install(trap("score", func() error { panic("sampling") })))
	wantEqual(t, "the panic of a sample", recovered(func() { _, _ = scheduler.Sample(state, 0) }), any("sampling"))
}

func TestABadCostIsAFailure(t *testing.T) {
	state := ledState(t, 7)
	scorer := asFuncs(badThird())
	scorer.MigrationCostFunc = func(driftline.ChainID, driftline.NodeID) (driftline.MigrationCost, error) {
		return driftline.MigrationCost{Disruption: -time.Second}, nil
	}
	_, err := newScheduler(t, driftline.WithScorer(scorer)).Tick(state, 0)
	wantIs(t, err, driftline.ErrScorer)
	if err == nil || !strings.Contains(err.Error(), "disruption -1s") {
		t.Errorf("the error is %v", err)
	}
}
