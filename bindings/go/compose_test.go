package driftline_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	driftline "github.com/driftline/driftline/bindings/go"
)

// constant is a scorer to which all nodes are alike, of which 9 is free.
func constant(score float32) driftline.ScorerFuncs {
	return driftline.ScorerFuncs{
		ScoreFunc: func(driftline.ChainID, driftline.NodeID) (float32, error) { return score, nil },
		BestAlternativeFunc: func(driftline.ChainID, []driftline.NodeID) (driftline.Alternative, error) {
			return driftline.Alternative{Node: 9, Score: score}, nil
		},
		NodeFingerprintFunc: func(driftline.NodeID) (uint64, error) { return 1, nil },
	}
}

func part(score float32) driftline.Part { return driftline.PartOf(constant(score)) }

// sampled are the scores that a scheduler finds for the holders of chain 7.
func sampled(t *testing.T, scorer *driftline.ComposedScorer) []float32 {
	t.Helper()
	scheduler := newScheduler(t, driftline.WithComposed(scorer))
	must(scheduler.Sample(ledState(t, 7), 0))
	var scores []float32
	for _, cell := range must(scheduler.AppendCells(nil, 7)) {
		scores = append(scores, cell.Score)
	}
	return scores
}

func TestWhatIsPutTogether(t *testing.T) {
	bad := driftline.PartOf(badThird())
	for what, one := range map[string]struct {
		scorer *driftline.ComposedScorer
		scores []float32
	}{
		"a sum": {must(driftline.WeightedSum(driftline.Weighted{Part: bad, Weight: 3}, driftline.Weighted{Part: part(0.5), Weight: 1})),
			[]float32{0.8, 0.725, 0.425}},
		"a minimum": {must(driftline.Minimum(part(0.85), bad)), []float32{0.85, 0.8, 0.4}},
		"a gate":    {must(driftline.Gate(bad, part(0.7), 0.8)), []float32{0.7, 0.7, 0}},
		"a shut gate": {must(driftline.Gate(part(0.4), must(driftline.Minimum(bad)), 0.5)),
			[]float32{0, 0, 0}},
		"an override": {must(driftline.OverridePerChain(part(0.1),
			driftline.Override{Part: part(0.2), Chains: []driftline.ChainID{5, 6}}, driftline.Override{Part: part(0.3)},
			driftline.Override{Part: bad, Chains: []driftline.ChainID{8, 7}})), []float32{0.9, 0.8, 0.4}},
		"no override": {must(driftline.OverridePerChain(bad)), []float32{0.9, 0.8, 0.4}},
		"another's override": {must(driftline.OverridePerChain(bad,
			driftline.Override{Part: part(0), Chains: []driftline.ChainID{8}})), []float32{0.9, 0.8, 0.4}},
		"what is remembered":  {must(driftline.Cached(bad, 1)), []float32{0.9, 0.8, 0.4}},
		"what follows slowly": {must(driftline.Smoothed(bad, time.Minute)), []float32{0.9, 0.8, 0.4}},
		"an inventory":        {must(driftline.Minimum(busyThird(t, 7), part(0.9))), []float32{0.9, 0.9, 0.25}},
		"all of it": {must(driftline.Smoothed(must(driftline.Cached(must(driftline.Gate(busyThird(t, 7), must(driftline.WeightedSum(
			driftline.Weighted{Part: must(driftline.Minimum(bad, part(0.85))), Weight: 1})), 0.2)), 100)), time.Minute)),
			[]float32{0.85, 0.8, 0.4}},
	} {
		wantEqual(t, what, fmt.Sprintf("%.4f", sampled(t, one.scorer)), fmt.Sprintf("%.4f", one.scores))
	}
}

// A Go scorer beside another part is asked what it would be asked alone, abilities and all.
func TestAbilitiesOfParts(t *testing.T) {
	asked := map[string]int{}
	scorer := asFuncs(badThird())
	scorer.LiveScoreFunc = func(_ driftline.ChainID, node driftline.NodeID) (float32, error) {
		asked["live score"]++
		return 0.1, nil
	}
	scorer.NodeFingerprintsFunc = func(nodes []driftline.NodeID, fingerprints []uint64, known []bool) error {
		asked["node fingerprints"]++
		for at := range known {
			known[at] = true
		}
		return nil
	}
	scorer.ChainFingerprintFunc = func(driftline.ChainID) (uint64, error) { asked["chain fingerprint"]++; return 1, nil }
	scorer.ScoreManyFunc = func(pairs []driftline.Pair, scores []float32) error {
		asked["scores"]++
		scores[2] = 0.4
		return nil
	}
	scorer.MigrationCostFunc = func(driftline.ChainID, driftline.NodeID) (driftline.MigrationCost, error) {
		asked["cost"]++
		return driftline.MigrationCost{StateTransfer: time.Second}, nil
	}
	scheduler := newScheduler(t, driftline.WithComposed(must(driftline.Minimum(part(0.9), driftline.PartOf(scorer)))))
	decision := must(scheduler.Tick(ledState(t, 7), 0))
	wantEqual(t, "the judgement", decision.Actions[0].Judgement(), "7 evict 3 -> 9: live 0.10, gain 0.80, cost 0.10")
	for _, what := range []string{"live score", "node fingerprints", "chain fingerprint", "scores", "cost"} {
		if asked[what] == 0 {
			t.Errorf("%s: not asked", what)
		}
	}
}

// compositions are all ways to put a scorer beside others that are sound; the first is no composition.
var compositions = map[string]func(driftline.Part) (*driftline.ComposedScorer, error){
	"sum": func(p driftline.Part) (*driftline.ComposedScorer, error) {
		return driftline.WeightedSum(driftline.Weighted{Part: part(0.9), Weight: 1e-6}, driftline.Weighted{Part: p, Weight: 1})
	},
	"minimum": func(p driftline.Part) (*driftline.ComposedScorer, error) {
		return driftline.Minimum(part(1), p, part(1))
	},
	"gate": func(p driftline.Part) (*driftline.ComposedScorer, error) { return driftline.Gate(part(1), p, 0.5) },
	"override": func(p driftline.Part) (*driftline.ComposedScorer, error) {
		return driftline.OverridePerChain(part(1), driftline.Override{Part: p, Chains: []driftline.ChainID{7}})
	},
	"cached": func(p driftline.Part) (*driftline.ComposedScorer, error) { return driftline.Cached(p, 1000) },
	"smoothed": func(p driftline.Part) (*driftline.ComposedScorer, error) {
		return driftline.Smoothed(p, time.Nanosecond)
	},
}

// withComposed is a scheduler that asks the trap through a composition.
func withComposed(t *testing.T, how, method string, policy driftline.OnScorerError, spring func() error) *driftline.LocalScheduler {
	t.Helper()
	scorer := must(compositions[how](driftline.PartOf(trap(method, spring))))
	return newScheduler(t, trapped(method, policy), driftline.WithComposed(scorer))
}

// Whatever stands around it, an error of a scorer comes out as the same value.
func TestErrorsOfPartsComeBack(t *testing.T) {
	for how := range compositions {
		for method := range methods {
			t.Run(how+"/"+method, func(t *testing.T) {
				cause := &failing{"no route"}
				broken := true
				spring := func() error {
					if broken {
						return cause
					}
					return nil
				}
				state, other := ledState(t, 7), ledState(t, 7)
				before := must(state.Digest())
				abort := withComposed(t, how, method, driftline.Abort, spring)
				_, err := abort.Tick(state, 0)
				var scorer *driftline.ScorerError
				if !errors.As(err, &scorer) || scorer.Err != error(cause) || scorer.Interrupted {
					t.Errorf("the error is %v", err)
				}
				wantEqual(t, "the digest", must(state.Digest()), before)
				skip := withComposed(t, how, method, driftline.SkipChain, spring)
				actions := 0
				for range 2 {
					decision := must(skip.Tick(other, 0))
					actions += len(decision.Actions)
					if failures := decision.Report.Failures; len(failures) == 0 || failures[0].Err != error(cause) {
						t.Errorf("the failures are %v", failures)
					}
				}
				broken = false
				// A node whose fingerprint has failed just counts as changed.
				wantEqual(t, "the actions of all ticks", actions+len(must(skip.Tick(other, 0)).Actions), 1)
				wantEqual(t, "the actions of the next tick", len(must(abort.Tick(state, 0)).Actions), 1)
			})
		}
	}
}

func TestPanicsAndInterruptsOfPartsComeOut(t *testing.T) {
	for how := range compositions {
		for method := range methods {
			for name, policy := range policies {
				t.Run(how+"/"+method+"/"+name, func(t *testing.T) {
					value := &failing{"out of order"}
					what := "panic"
					state := ledState(t, 7)
					scheduler := withComposed(t, how, method, policy, func() error {
						switch what {
						case "panic":
							panic(value)
						case "interrupt":
							return driftline.Interrupt(context.Canceled)
						}
						return nil
					})
					for range 2 {
						if got := recovered(func() { _, _ = scheduler.Tick(state, 0) }); got != any(value) {
							t.Errorf("the panic came out as %v", got)
						}
					}
					what = "interrupt"
					wantIs(t, second(scheduler.Tick(state, 0)), context.Canceled)
					what = "nothing"
					wantEqual(t, "the actions of the next tick", len(must(scheduler.Tick(state, 0)).Actions), 1)
				})
			}
		}
	}
}

// Two scorers that fail in one pass, each for chains of its own, are told apart.
func TestFailuresOfPartsAreNotMixedUp(t *testing.T) {
	failingFor := func(name string) driftline.Part {
		scorer := constant(0.9)
		scorer.ScoreFunc = func(chain driftline.ChainID, _ driftline.NodeID) (float32, error) {
			return 0, &failing{fmt.Sprint(name, chain)}
		}
		return driftline.PartOf(scorer)
	}
	composed := must(driftline.OverridePerChain(failingFor("others "),
		driftline.Override{Part: failingFor("mine "), Chains: []driftline.ChainID{8, 10}}))
	scheduler := newScheduler(t, skipChain(), driftline.WithComposed(composed))
	for range 2 {
		report := must(scheduler.Sample(ledState(t, 7, 8, 9, 10), 0))
		wantEqual(t, "the failures", fmt.Sprint(report.Failures), "[score of chain 7 at node 1: others 7 "+
			"score of chain 8 at node 1: mine 8 score of chain 9 at node 1: others 9 score of chain 10 at node 1: mine 10]")
	}
}

func TestDiffComposed(t *testing.T) {
	state := ledState(t, 7, 8)
	scorer := badThird()
	smoothed := must(driftline.Smoothed(driftline.PartOf(scorer), time.Second))
	config := driftline.DefaultConfig()
	diff := func(now time.Duration, evicted ...driftline.ChainID) *driftline.Decision {
		t.Helper()
		return must(driftline.DiffComposed(state, smoothed, config, 1, driftline.After(now), evicted))
	}
	before := must(state.Digest())
	wantEqual(t, "the actions", fmt.Sprint(diff(0, 8).Actions), "[scheduler evict 7: 3 -> 9]")
	// It remembers: after one half-life half of the change has arrived.
	scorer.scores[3] = 0.2
	wantEqual(t, "the judgement", fmt.Sprintf("%.3f", diff(time.Second).Actions[0].VictimScore), "0.300")
	wantEqual(t, "the digest", must(state.Digest()), before)

	cause := errors.New("no route")
	broken := must(driftline.Minimum(driftline.PartOf(trap("live_score", func() error { return cause }))))
	wantIs(t, second(driftline.DiffComposed(state, broken, config, 1, 0, nil)), cause)
	config.OnScorerError = driftline.SkipChain
	failures := must(driftline.DiffComposed(state, broken, config, 1, 0, nil)).Report.Failures
	wantEqual(t, "the failures", fmt.Sprint(failures),
		"[live_score of chain 7 at node 3: no route live_score of chain 8 at node 3: no route]")
	panicking := driftline.PartOf(trap("live_score", func() error { panic(cause) }))
	if value := recovered(func() { driftline.DiffComposed(state, panicking, config, 1, 0, nil) }); value != any(cause) {
		t.Errorf("the panic came out as %v", value)
	}
	wantIs(t, second(driftline.DiffComposed(state, smoothed, config, driftline.NoNode, 0, nil)), driftline.ErrReservedNode)
	wantIs(t, second(driftline.DiffComposed(state, nil, config, 1, 0, nil)), driftline.ErrNil)
	config.ScoreFloor = 2
	wantIs(t, second(driftline.DiffComposed(state, smoothed, config, 1, 0, nil)), driftline.ErrConfig)
	noError(t, smoothed.Close())
	wantIs(t, second(driftline.DiffComposed(state, smoothed, config, 1, 0, nil)), driftline.ErrClosed)
}

// What is taken over cannot be used any more; what was refused can.
func TestPartsAreTakenOver(t *testing.T) {
	minimum := func() *driftline.ComposedScorer { return must(driftline.Minimum(part(0.5))) }
	state := ledState(t, 7)
	scheduler := newScheduler(t)
	takers := map[string]func(*driftline.ComposedScorer) error{
		"WeightedSum": func(c *driftline.ComposedScorer) error {
			return second(driftline.WeightedSum(driftline.Weighted{Part: c, Weight: 1}))
		},
		"Minimum":          func(c *driftline.ComposedScorer) error { return second(driftline.Minimum(c)) },
		"Gate":             func(c *driftline.ComposedScorer) error { return second(driftline.Gate(part(1), c, 0.5)) },
		"the gate":         func(c *driftline.ComposedScorer) error { return second(driftline.Gate(c, part(1), 0.5)) },
		"OverridePerChain": func(c *driftline.ComposedScorer) error { return second(driftline.OverridePerChain(c)) },
		"an override": func(c *driftline.ComposedScorer) error {
			return second(driftline.OverridePerChain(part(1), driftline.Override{Part: c}))
		},
		"Cached":          func(c *driftline.ComposedScorer) error { return second(driftline.Cached(c, 1)) },
		"Smoothed":        func(c *driftline.ComposedScorer) error { return second(driftline.Smoothed(c, 1)) },
		"InstallComposed": func(c *driftline.ComposedScorer) error { return second(scheduler.InstallComposed(c)) },
		"Registry": func(c *driftline.ComposedScorer) error {
			return second(scheduler.Registry().InstallComposed(c))
		},
		"WithComposed": func(c *driftline.ComposedScorer) error {
			return second(driftline.NewLocalScheduler(1, driftline.WithComposed(c)))
		},
		"Close": func(c *driftline.ComposedScorer) error { return c.Close() },
	}
	for name, take := range takers {
		scorer := minimum()
		noError(t, take(scorer))
		for other, take := range takers {
			if err := take(scorer); other != "Close" && !errors.Is(err, driftline.ErrClosed) {
				t.Errorf("%s after %s: the error is %v", other, name, err)
			}
		}
		wantIs(t, second(driftline.DiffComposed(state, scorer, driftline.DefaultConfig(), 1, 0, nil)), driftline.ErrClosed)
		wantIs(t, second(scorer.Score(7, 1)), driftline.ErrClosed)
		wantIs(t, second(scorer.Alternatives(7, nil, 1)), driftline.ErrClosed)
		wantIs(t, second(scorer.LiveScore(7, 1)), driftline.ErrClosed)
		wantIs(t, second(scorer.MigrationCost(7, 1)), driftline.ErrClosed)
		wantIs(t, scorer.Begin(0), driftline.ErrClosed)
		noError(t, scorer.Close())
	}
	noError(t, (&driftline.ComposedScorer{}).Close())
	wantIs(t, second(driftline.Minimum(&driftline.ComposedScorer{})), driftline.ErrClosed)
	wantIs(t, second(scheduler.InstallComposed(nil)), driftline.ErrNil)
}

func TestPartsThatAreRefused(t *testing.T) {
	kept := must(driftline.Minimum(part(0.5)))
	gone := must(driftline.Minimum(part(0.5)))
	noError(t, gone.Close())
	list := func(last driftline.Part, weight float32) []driftline.Weighted {
		return []driftline.Weighted{{Part: kept, Weight: 1}, {Part: part(1), Weight: 1}, {Part: last, Weight: weight}}
	}
	nan := float32(math.NaN())
	override := func(chains ...driftline.ChainID) driftline.Override {
		return driftline.Override{Part: part(1), Chains: chains}
	}
	for what, one := range map[string]struct {
		err   error
		code  driftline.Code
		index int
		words string
	}{
		"a weight of 0":    {second(driftline.WeightedSum(list(part(1), 0)...)), driftline.ErrConfig, 2, "weight 0"},
		"no weight":        {second(driftline.WeightedSum(list(part(1), nan)...)), driftline.ErrConfig, 2, "weight NaN"},
		"one twice":        {second(driftline.WeightedSum(list(kept, 1)...)), driftline.ErrDuplicate, 2, "part 2 is there twice"},
		"one that is gone": {second(driftline.WeightedSum(list(gone, 1)...)), driftline.ErrClosed, 2, "part 2"},
		"nil":              {second(driftline.WeightedSum(list(nil, 1)...)), driftline.ErrNil, 2, "part 2 is nil"},
		"nil of a part":    {second(driftline.Minimum(kept, driftline.PartOf(nil))), driftline.ErrNil, 1, "nil"},
		"an inventory that is nil": {second(driftline.Minimum(kept, (*driftline.Inventory)(nil))), driftline.ErrNil, 1,
			"inventory is nil"},
		"a scorer that is nil": {second(driftline.Minimum(kept, (*driftline.ComposedScorer)(nil))), driftline.ErrNil, 1,
			"scorer is nil"},
		"a gate that is gone":       {second(driftline.Gate(gone, kept, 0.5)), driftline.ErrClosed, 0, "part 0"},
		"what is gone after a gate": {second(driftline.Gate(kept, gone, 0.5)), driftline.ErrClosed, 1, "part 1"},
		"half a scorer":             {second(driftline.Minimum(kept, driftline.PartOf(driftline.ScorerFuncs{}))), driftline.ErrNil, 1, "ScoreFunc"},
		"a gate of it":              {second(driftline.Gate(kept, kept, 0.5)), driftline.ErrDuplicate, 1, "part 1"},
		"a chain twice":             {second(driftline.OverridePerChain(kept, override(5, 6), override(7, 5))), driftline.ErrDuplicate, 3, "chain 5"},
		"the last chain twice": {second(driftline.OverridePerChain(kept, override(math.MaxUint64, math.MaxUint64))),
			driftline.ErrDuplicate, 1, "twice"},
		"an override of it": {second(driftline.OverridePerChain(kept, driftline.Override{Part: kept})), driftline.ErrDuplicate, 1, "part 1"},
	} {
		wantIs(t, one.err, one.code)
		var known *driftline.Error
		if !errors.As(one.err, &known) || known.Index != one.index || !strings.Contains(known.Message, one.words) {
			t.Errorf("%s: the error is %#v", what, one.err)
			continue
		}
		wantEqual(t, what+" knows the chain", known.ChainKnown, strings.Contains(what, "chain twice"))
	}
	for field, err := range map[string]error{
		"parts":        second(driftline.Minimum()),
		"threshold":    second(driftline.Gate(kept, part(1), 1.5)),
		"capacity":     second(driftline.Cached(kept, -1)),
		"half_life_ns": second(driftline.Smoothed(kept, 0)),
	} {
		var known *driftline.ConfigError
		if !errors.As(err, &known) || known.Field != field {
			t.Errorf("%s: the error is %#v", field, err)
		}
	}
	wantIs(t, second(driftline.WeightedSum()), driftline.ErrConfig)
	wantIs(t, second(driftline.Cached(kept, math.MaxInt)), driftline.ErrConfig)
	wantIs(t, second(driftline.Smoothed(kept, -1)), driftline.ErrConfig)
	// After all of that it is as it was.
	wantEqual(t, "its scores", fmt.Sprint(sampled(t, kept)), "[0.5 0.5 0.5]")
}

// Install, Uninstall and Scorer between scorers of Go's and those that the library holds.
func TestComposedScorersInARegistry(t *testing.T) {
	mine := badThird()
	scheduler := newScheduler(t, driftline.WithScorer(nil), driftline.WithScorer(mine))
	registry := scheduler.Registry()
	minimum := func() *driftline.ComposedScorer { return must(driftline.Minimum(part(0.5))) }
	if previous := must(registry.InstallComposed(minimum())); previous != driftline.PlacementScorer(mine) || scheduler.Scorer() != nil {
		t.Errorf("%v came out, %v is in", previous, scheduler.Scorer())
	}
	if previous := must(registry.InstallInventory(busyThird(t))); previous != nil {
		t.Errorf("%v came out", previous)
	}
	if previous := must(registry.Install(mine)); previous != nil || registry.Scorer() != driftline.PlacementScorer(mine) {
		t.Errorf("%v came out, %v is in", previous, registry.Scorer())
	}
	must(registry.InstallComposed(minimum()))
	if previous := must(registry.Uninstall()); previous != nil {
		t.Errorf("%v came out", previous)
	}
	// Every led chain is due when it is installed (P4).
	state := ledState(t, 7)
	must(scheduler.InstallComposed(minimum()))
	must(scheduler.Sample(state, 0))
	wantEqual(t, "what is due without a change", must(scheduler.Sample(state, 1)).Rescored, 0)
	must(scheduler.InstallComposed(minimum()))
	wantEqual(t, "what is due after it", must(scheduler.Sample(state, 1)).Rescored, 1)
	// A scheduler that is refused leaves it to its owner.
	kept := minimum()
	wantIs(t, second(driftline.NewLocalScheduler(driftline.NoNode, driftline.WithComposed(kept))), driftline.ErrReservedNode)
	closed := must(driftline.NewLocalScheduler(1))
	noError(t, closed.Close())
	wantIs(t, second(closed.InstallComposed(kept)), driftline.ErrClosed)
	must(scheduler.InstallComposed(kept))
}

// P3: a part that uses what is asking it is refused; the inventory beside it may be used.
func TestReentranceOfParts(t *testing.T) {
	state, inventory := ledState(t, 7), busyThird(t, 7)
	spare := must(driftline.Minimum(part(1)))
	var scheduler *driftline.LocalScheduler
	var composed *driftline.ComposedScorer
	var refused, allowed map[string]error
	mine := driftline.PartOf(trap("live_score", func() error {
		if composed == nil {
			refused = map[string]error{
				"InstallComposed": second(scheduler.InstallComposed(spare)), "Tick": second(scheduler.Tick(state, 0)),
				"InstallInventory": second(scheduler.InstallInventory(inventory)), "Uninstall": second(scheduler.Uninstall()),
			}
		} else {
			refused = map[string]error{
				"Close": composed.Close(), "Minimum": second(driftline.Minimum(composed)), "the state": state.Apply(),
				"InstallComposed": second(scheduler.InstallComposed(composed)),
				"DiffComposed":    second(driftline.DiffComposed(newState(t), composed, driftline.DefaultConfig(), 1, 0, nil)),
				"Score":           second(composed.Score(7, 1)), "Alternatives": second(composed.Alternatives(7, nil, 1)),
				"LiveScore": second(composed.LiveScore(7, 1)), "MigrationCost": second(composed.MigrationCost(7, 1)),
				"Begin": composed.Begin(0),
			}
		}
		allowed = map[string]error{
			"ReportNodes": inventory.ReportNodes(0, []driftline.NodeInventory{cores(9, 1)}), "Follow": inventory.Follow(),
			"Axes": second(inventory.Axes(7, 3)), "Minimum": second(driftline.Minimum(inventory)),
			"Alternatives": second(inventory.Alternatives(7, nil, 1)), "Touches": second(inventory.Touches()),
		}
		return nil
	}))
	build := func() *driftline.ComposedScorer { return must(driftline.Minimum(mine, inventory)) }
	check := func(decision *driftline.Decision, count int) {
		t.Helper()
		wantEqual(t, "the actions", len(decision.Actions), 1)
		wantEqual(t, "how much was tried", len(refused), count)
		for what, err := range refused {
			if !errors.Is(err, driftline.ErrReentrant) {
				t.Errorf("%s: the error is %v", what, err)
			}
		}
		for what, err := range allowed {
			if err != nil {
				t.Errorf("%s: the error is %v", what, err)
			}
		}
	}
	scheduler = newScheduler(t, driftline.WithComposed(build()))
	check(must(scheduler.Tick(state, 0)), 4)
	composed = build()
	check(must(driftline.DiffComposed(state, composed, driftline.DefaultConfig(), 1, driftline.After(time.Hour), nil)), 10)
	must(scheduler.InstallComposed(spare))
}

// Whoever comes while another goroutine asks is refused at once.
func TestABusyComposedScorer(t *testing.T) {
	state := ledState(t, 7)
	inside, done := make(chan struct{}), make(chan struct{})
	composed := must(driftline.Minimum(driftline.PartOf(trap("live_score", func() error {
		inside <- struct{}{}
		<-done
		return nil
	}))))
	var asking sync.WaitGroup
	asking.Add(1)
	go func() {
		defer asking.Done()
		noError(t, second(driftline.DiffComposed(state, composed, driftline.DefaultConfig(), 1, 0, nil)))
	}()
	<-inside
	for what, err := range map[string]error{
		"Close": composed.Close(), "Minimum": second(driftline.Minimum(composed)),
		"DiffComposed":    second(driftline.DiffComposed(newState(t), composed, driftline.DefaultConfig(), 1, 0, nil)),
		"InstallComposed": second(newScheduler(t).InstallComposed(composed)),
		"Score":           second(composed.Score(7, 1)), "Alternatives": second(composed.Alternatives(7, nil, 1)),
		"LiveScore": second(composed.LiveScore(7, 1)), "MigrationCost": second(composed.MigrationCost(7, 1)),
		"Begin": composed.Begin(0),
	} {
		if !errors.Is(err, driftline.ErrBusy) {
			t.Errorf("%s: the error is %v", what, err)
		}
	}
	close(done)
	asking.Wait()
	noError(t, composed.Close())
}

// Goroutines that fight for one scorer: each gets an answer, or is told that another one has it or had it.
func TestOnlyOneTakesAScorerOver(t *testing.T) {
	for range 200 {
		composed := must(driftline.Minimum(driftline.PartOf(badThird())))
		var taken atomic.Int64
		var all sync.WaitGroup
		for at := range 4 {
			all.Add(1)
			go func() {
				defer all.Done()
				state := ledState(t, 7)
				for range 4 {
					decision, err := driftline.DiffComposed(state, composed, driftline.DefaultConfig(), 1, 0, nil)
					if err == nil && len(decision.Actions) != 1 {
						t.Errorf("the actions are %v", decision.Actions)
					}
					if err != nil && !errors.Is(err, driftline.ErrBusy) && !errors.Is(err, driftline.ErrClosed) {
						t.Error(err)
					}
				}
				owner, err := driftline.Cached(composed, 1+at)
				if err == nil {
					taken.Add(1)
					wantEqual(t, "the actions of its owner",
						len(must(driftline.DiffComposed(state, owner, driftline.DefaultConfig(), 1, 0, nil)).Actions), 1)
				} else if !errors.Is(err, driftline.ErrBusy) && !errors.Is(err, driftline.ErrClosed) {
					t.Error(err)
				}
			}()
		}
		all.Wait()
		if taken.Load() > 1 {
			t.Fatalf("taken over %d times", taken.Load())
		}
	}
}

// A scorer of Go's is let go when its composition ends in whichever way, also if it refers to what asks it.
func TestForgottenPartsAreFreed(t *testing.T) {
	var kept []*driftline.ComposedScorer
	ends := map[string]func(driftline.Part, *cyclic){
		"forgotten": func(p driftline.Part, _ *cyclic) { must(driftline.Minimum(must(driftline.Cached(p, 5)), p)) },
		"closed": func(p driftline.Part, _ *cyclic) {
			noError(t, must(driftline.Minimum(must(driftline.Cached(p, 5)))).Close())
		},
		"refused": func(p driftline.Part, _ *cyclic) { wantIs(t, second(driftline.Minimum(p, nil)), driftline.ErrNil) },
		"refused by the library": func(p driftline.Part, _ *cyclic) {
			wantIs(t, second(driftline.Gate(p, part(1), 2)), driftline.ErrConfig)
		},
		"asked once": func(p driftline.Part, _ *cyclic) {
			wantIs(t, second(driftline.DiffComposed(ledState(t, 7), p, driftline.DefaultConfig(), 1, 0, nil)), driftline.ErrScorer)
		},
		"installed": func(p driftline.Part, scorer *cyclic) {
			scorer.state = must(driftline.NewMeshState())
			noError(t, scorer.state.Apply(driftline.HolderAdded(7, 1), driftline.LeaderSet(7, 1)))
			scorer.scheduler = must(driftline.NewLocalScheduler(1, skipChain(), driftline.WithComposed(must(driftline.Minimum(p)))))
			must(scorer.scheduler.Tick(scorer.state, 0))
		},
		"installed by somebody who has kept it": func(p driftline.Part, _ *cyclic) {
			kept = append(kept, must(driftline.Minimum(p)))
			scheduler := must(driftline.NewLocalScheduler(1, driftline.WithComposed(kept[len(kept)-1])))
			noError(t, scheduler.Close())
		},
		"replaced": func(p driftline.Part, _ *cyclic) {
			scheduler := newScheduler(t, driftline.WithComposed(must(driftline.Minimum(p))))
			must(scheduler.InstallComposed(must(driftline.Minimum(part(1)))))
		},
	}
	for what, end := range ends {
		const count = 20
		var freed atomic.Int64
		for range count {
			scorer := &cyclic{table: badThird()}
			end(driftline.PartOf(scorer), scorer)
			runtime.AddCleanup(scorer, func(freed *atomic.Int64) { freed.Add(1) }, &freed)
		}
		for range 100 {
			if freed.Load() == count {
				break
			}
			runtime.GC()
			runtime.Gosched()
		}
		if freed.Load() < count {
			t.Errorf("%s: %d of %d scorers were freed", what, freed.Load(), count)
		}
	}
	runtime.KeepAlive(kept)
}
