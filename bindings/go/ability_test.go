package driftline_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	driftline "github.com/driftline/driftline/bindings/go"
)

// everything has every ability by its methods, and notes which of them were asked.
type everything struct {
	*table
	asked map[string]int
	t     *testing.T
}

func (e *everything) LiveScore(chain driftline.ChainID, node driftline.NodeID) (float32, error) {
	e.asked["LiveScore"]++
	return e.Score(chain, node)
}

func (e *everything) NodeFingerprint(driftline.NodeID) (uint64, error) {
	e.t.Error("asked for a single fingerprint")
	return 0, nil
}

func (e *everything) ChainFingerprint(chain driftline.ChainID) (uint64, error) {
	e.asked["ChainFingerprint"]++
	return math.MaxUint64 - uint64(chain), nil
}

func (e *everything) MigrationCost(driftline.ChainID, driftline.NodeID) (driftline.MigrationCost, error) {
	e.asked["MigrationCost"]++
	return driftline.MigrationCost{}, nil
}

func (e *everything) ScoreMany(pairs []driftline.Pair, scores []float32) error {
	e.asked[fmt.Sprint("ScoreMany ", len(pairs))]++
	if len(scores) != len(pairs) || cap(scores) != len(pairs) || cap(pairs) != len(pairs) {
		e.t.Errorf("%d scores (room for %d) for %d pairs (room for %d)", len(scores), cap(scores), len(pairs), cap(pairs))
	}
	for at, pair := range pairs {
		if !math.IsNaN(float64(scores[at])) {
			e.t.Errorf("a score is %v beforehand", scores[at])
		}
		if pair.Chain != 7 && pair.Chain != 8 {
			e.t.Errorf("asked for chain %d", pair.Chain)
		}
		if pair.Node != 2 {
			scores[at] = e.scores[pair.Node]
		}
	}
	return nil
}

func (e *everything) LiveScoreMany([]driftline.Pair, []float32) error {
	e.t.Error("this version of the library does not ask it")
	return nil
}

func (e *everything) NodeFingerprints(nodes []driftline.NodeID, fingerprints []uint64, known []bool) error {
	e.asked[fmt.Sprint("NodeFingerprints ", nodes)]++
	for at, node := range nodes {
		if known[at] {
			e.t.Error("a fingerprint is known beforehand")
		}
		fingerprints[at], known[at] = uint64(node), true
	}
	return nil
}

func (e *everything) Alternatives(
	chain driftline.ChainID, exclude []driftline.NodeID, out []driftline.Alternative,
) (int, error) {
	e.asked[fmt.Sprint("Alternatives ", exclude, len(out), cap(out))]++
	clear(exclude) // the scorer's own, as in BestAlternative
	return copy(out, []driftline.Alternative{{Node: 3, Score: 0.97}, {Node: 9, Score: 0.95}, {Node: 9, Score: 0.95}}), nil
}

func TestAbilitiesAreFoundByInterface(t *testing.T) {
	scorer := &everything{badThird(), map[string]int{}, t}
	state := ledState(t, 7, 8)
	scheduler := newScheduler(t, driftline.WithScorer(scorer))
	decision := must(scheduler.Tick(state, 0))
	wantEqual(t, "what was asked", fmt.Sprint(scorer.asked), fmt.Sprint(map[string]int{
		"LiveScore": 2, "ChainFingerprint": 2, "MigrationCost": 2, "ScoreMany 6": 1, "NodeFingerprints [1 2 3]": 1,
	}))
	wantEqual(t, "the actions", len(decision.Actions), 2)
	wantEqual(t, "the cells: a NaN is no opinion", must(scheduler.AppendCells(nil, 7)),
		[]driftline.Cell{{Node: 1, Score: 0.9}, {Node: 3, Score: 0.4}})
	wantEqual(t, "invalid scores", decision.Report.InvalidScores, 0)
	wantEqual(t, "what is dirty when nothing moved", must(scheduler.Sample(state, 1)).Dirty, 0)
}

// L2: with more than one alternative to consider all are asked for in one crossing.
func TestAlternativesAreAskedForInPlaceOfTheBest(t *testing.T) {
	scorer := &everything{badThird(), map[string]int{}, t}
	config := driftline.DefaultConfig()
	config.MaxAlternatives = 3
	decision := must(newScheduler(t, driftline.WithScorer(scorer), driftline.WithConfig(config)).Tick(ledState(t, 7), 0))
	wantEqual(t, "what was asked", fmt.Sprint(scorer.asked), fmt.Sprint(map[string]int{
		"LiveScore": 1, "ChainFingerprint": 1, "MigrationCost": 1, "ScoreMany 3": 1, "NodeFingerprints [1 2 3]": 1,
		"Alternatives [1 2 3] 3 3": 1,
	}))
	wantEqual(t, "the target", decision.Actions[0].Target, 9)
	wantEqual(t, "the calls", decision.Report.Calls.BestAlternative, 1)
	wantEqual(t, "a holder and a node that is named twice", decision.Report.InvalidAlternatives, 2)
}

// Without the ability the best alternative is asked for again, with what it has answered among the excluded.
func TestAlternativesThatAreMissing(t *testing.T) {
	config := driftline.DefaultConfig()
	config.MaxAlternatives = 3
	scorer := asFuncs(badThird())
	var asked [][]driftline.NodeID
	scorer.BestAlternativeFunc = func(_ driftline.ChainID, exclude []driftline.NodeID) (driftline.Alternative, error) {
		asked = append(asked, slices.Clone(exclude))
		if len(asked) == 3 {
			return driftline.Alternative{}, driftline.ErrNoOpinion
		}
		return driftline.Alternative{Node: driftline.NodeID(7 + len(asked)), Score: 0.5}, nil
	}
	decision := must(newScheduler(t, driftline.WithScorer(scorer), driftline.WithConfig(config)).Tick(ledState(t, 7), 0))
	wantEqual(t, "what was asked", asked, [][]driftline.NodeID{{1, 2, 3}, {1, 2, 3, 8}, {1, 2, 3, 8, 9}})
	wantEqual(t, "the verdict", decision.Report.Verdicts[driftline.VerdictGapTooSmall], 1)
}

// A scorer that fills all the room it gets may be asked again.
func TestManyAlternatives(t *testing.T) {
	config := driftline.DefaultConfig()
	config.MaxAlternatives = 1000
	scorer := asFuncs(badThird())
	most := 0
	scorer.AlternativesFunc = func(_ driftline.ChainID, _ []driftline.NodeID, out []driftline.Alternative) (int, error) {
		most = max(most, len(out))
		for at := range out {
			out[at] = driftline.Alternative{Node: driftline.NodeID(100 + at), Score: 0.5}
		}
		if len(out) == 1000 {
			out[999].Score = 0.95
		}
		return len(out), nil
	}
	decision := must(newScheduler(t, driftline.WithScorer(scorer), driftline.WithConfig(config)).Tick(ledState(t, 7), 0))
	wantEqual(t, "the most that were wanted", most, 1000)
	wantEqual(t, "the target", decision.Actions[0].Target, 1099)
}

// The defaults of A2: nodes always changed, chains never, live score is score, moves are free.
func TestAbilitiesThatAreMissing(t *testing.T) {
	state := ledState(t, 7)
	scheduler := newScheduler(t, driftline.WithScorer(badThird()))
	must(scheduler.Sample(state, 0))
	wantEqual(t, "chains that are dirty because nodes say nothing", must(scheduler.Sample(state, 1)).Dirty, 1)
	decision := must(scheduler.Tick(state, 2))
	wantEqual(t, "the live score", decision.Actions[0].VictimScore, 0.4)
	wantEqual(t, "that a cost is known", decision.Actions[0].CostKnown, false)
	wantEqual(t, "calls for chains", decision.Report.Calls.ChainFingerprint, 0)
}

// P1: nothing that a scorer returns is trusted.
func TestInvalidAnswersAreCounted(t *testing.T) {
	state := ledState(t, 7)
	scorer := badThird()
	scorer.scores[1] = float32(math.NaN())
	scorer.scores[2] = 7
	scorer.alternative.Node = 3
	decision := must(newScheduler(t, driftline.WithScorer(scorer)).Tick(state, 0))
	wantEqual(t, "invalid scores", decision.Report.InvalidScores, 2)
	wantEqual(t, "invalid alternatives", decision.Report.InvalidAlternatives, 1)
	wantEqual(t, "chains without an alternative", decision.Report.Verdicts[driftline.VerdictNoAlternative], 1)
}

// What is excluded is the scorer's own to change: the library still knows who holds the chain.
func TestExclude(t *testing.T) {
	state := ledState(t, 7)
	scorer := asFuncs(badThird())
	scorer.BestAlternativeFunc = func(chain driftline.ChainID, exclude []driftline.NodeID) (driftline.Alternative, error) {
		wantEqual(t, "the excluded", exclude, []driftline.NodeID{1, 2, 3})
		wantEqual(t, "the chain", chain, 7)
		clear(exclude)
		return driftline.Alternative{Node: 1, Score: 0.95}, nil
	}
	scheduler := newScheduler(t, driftline.WithScorer(scorer))
	for range 2 {
		decision := must(scheduler.Tick(state, 0))
		wantEqual(t, "invalid alternatives", decision.Report.InvalidAlternatives, 1)
	}
}

func TestNoOpinionMayBeWrapped(t *testing.T) {
	state := ledState(t, 7)
	scorer := asFuncs(badThird())
	scorer.BestAlternativeFunc = func(driftline.ChainID, []driftline.NodeID) (driftline.Alternative, error) {
		return driftline.Alternative{}, fmt.Errorf("none: %w", driftline.ErrNoOpinion)
	}
	decision := must(newScheduler(t, driftline.WithScorer(scorer)).Tick(state, 0))
	wantEqual(t, "chains without an alternative", decision.Report.Verdicts[driftline.VerdictNoAlternative], 1)
}
