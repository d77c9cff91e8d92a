package driftline_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	driftline "github.com/driftline/driftline/bindings/go"
)

// naming is a scorer that names these homes, in this order, as many as there is room for.
func naming(homes ...driftline.Alternative) driftline.ScorerFuncs {
	scorer := constant(0.5)
	scorer.AlternativesFunc = func(_ driftline.ChainID, _ []driftline.NodeID, out []driftline.Alternative) (int, error) {
		return copy(out, homes), nil
	}
	return scorer
}

// asking is what asks a scorer of yours and nobody else.
func asking(t *testing.T, scorer driftline.PlacementScorer) *driftline.ComposedScorer {
	t.Helper()
	composed := must(driftline.Cached(driftline.PartOf(scorer), 10))
	t.Cleanup(func() { noError(t, composed.Close()) })
	return composed
}

// homesOf are nodes and scores as one text.
func homesOf(homes []driftline.Alternative) string {
	var text []string
	for _, home := range homes {
		text = append(text, fmt.Sprintf("%d:%.2f", home.Node, home.Score))
	}
	return strings.Join(text, " ")
}

func TestScoresThatAreAskedFor(t *testing.T) {
	nan := float32(math.NaN())
	infinite := float32(math.Inf(1))
	composed := asking(t, &table{scores: map[driftline.NodeID]float32{1: 0.25, 2: 7, 3: -1, 4: nan, 5: infinite}})
	for node, score := range map[driftline.NodeID]float32{1: 0.25, 2: 1, 3: 0} {
		wantEqual(t, fmt.Sprint("the score of node ", node), must(composed.Score(7, node)), score)
	}
	for _, node := range []driftline.NodeID{4, 5, 6} {
		wantIs(t, second(composed.Score(7, node)), driftline.ErrNoOpinion)
	}
	wantIs(t, second(composed.Score(7, driftline.NoNode)), driftline.ErrReservedNode)
	// Every number is a chain.
	smoothed := must(driftline.Smoothed(must(driftline.Minimum(busyThird(t, 7), part(0.9))), time.Minute))
	wantEqual(t, "a score of two parts", fmt.Sprintf("%.2f", must(smoothed.Score(7, 3))), "0.25")
	wantEqual(t, "that of another chain", must(smoothed.Score(math.MaxUint64, 9)), 0.9)
}

// What is smoothed answers as of the time that it was told last, what is cached by the fingerprints of then.
func TestTheTimeThatAScorerIsTold(t *testing.T) {
	score, fingerprint := float32(0.8), uint64(1)
	scorer := constant(0)
	scorer.ScoreFunc = func(driftline.ChainID, driftline.NodeID) (float32, error) { return score, nil }
	scorer.NodeFingerprintFunc = func(driftline.NodeID) (uint64, error) { return fingerprint, nil }
	smoothed := must(driftline.Smoothed(driftline.PartOf(scorer), time.Second))
	cached := must(driftline.Cached(driftline.PartOf(scorer), 10))
	scores := func() string {
		return fmt.Sprintf("%.2f %.2f %.2f %.2f", must(smoothed.Score(7, 3)), must(smoothed.LiveScore(7, 3)),
			must(cached.Score(7, 3)), must(cached.LiveScore(7, 3)))
	}
	begin := func(now driftline.Timestamp) {
		noError(t, smoothed.Begin(now))
		noError(t, cached.Begin(now))
	}
	begin(0)
	wantEqual(t, "the scores at first", scores(), "0.80 0.80 0.80 0.80")
	score, fingerprint = 0.4, 2
	wantEqual(t, "the scores at the same time", scores(), "0.80 0.80 0.80 0.40")
	begin(driftline.After(time.Second))
	wantEqual(t, "the scores after a half-life", scores(), "0.60 0.60 0.40 0.40")
	score = 0.2
	begin(driftline.After(2 * time.Second))
	wantEqual(t, "what is cached where no fingerprint moved", fmt.Sprintf("%.2f", must(cached.Score(7, 3))), "0.40")
}

func TestLiveScoresThatAreAskedFor(t *testing.T) {
	scorer := asFuncs(&table{scores: map[driftline.NodeID]float32{1: 0.9, 2: 0.8}})
	composed := asking(t, scorer)
	wantEqual(t, "the score of who has no other", must(composed.LiveScore(7, 1)), 0.9)
	scorer.LiveScoreFunc = (&table{scores: map[driftline.NodeID]float32{1: 0.25, 3: 7, 4: float32(math.NaN())}}).Score
	composed = asking(t, scorer)
	wantEqual(t, "the score", must(composed.Score(7, 1)), 0.9)
	wantEqual(t, "the live score", must(composed.LiveScore(7, 1)), 0.25)
	wantEqual(t, "one that is too high", must(composed.LiveScore(math.MaxUint64, 3)), 1)
	for _, node := range []driftline.NodeID{2, 4} {
		wantIs(t, second(composed.LiveScore(7, node)), driftline.ErrNoOpinion)
	}
	wantIs(t, second(composed.LiveScore(7, driftline.NoNode)), driftline.ErrReservedNode)
}

func TestCostsThatAreAskedFor(t *testing.T) {
	type cost = driftline.MigrationCost
	wantIs(t, second(asking(t, constant(1)).MigrationCost(7, 3)), driftline.ErrNoOpinion)
	costs := map[driftline.NodeID]cost{
		1: {}, 2: {StateTransfer: 1, Disruption: driftline.Forever, ReliabilityFactor: 0.5},
		3: {StateTransfer: time.Hour, Disruption: 2, ReliabilityFactor: float32(math.NaN())},
	}
	scorer := constant(1)
	scorer.MigrationCostFunc = func(_ driftline.ChainID, target driftline.NodeID) (cost, error) {
		if cost, known := costs[target]; known {
			return cost, nil
		}
		return cost{}, driftline.ErrNoOpinion
	}
	composed := asking(t, scorer)
	for node, wanted := range costs {
		if node != 2 {
			wanted.ReliabilityFactor = 1
		}
		wantEqual(t, fmt.Sprint("the cost of node ", node), must(composed.MigrationCost(7, node)), wanted)
	}
	wantIs(t, second(composed.MigrationCost(7, 4)), driftline.ErrNoOpinion)
	wantIs(t, second(composed.MigrationCost(7, driftline.NoNode)), driftline.ErrReservedNode)

	// 100 bytes at 10 bytes a second, from the holder that is connected best.
	inventory := busyThird(t, 7)
	for what, asked := range map[string]interface {
		MigrationCost(driftline.ChainID, driftline.NodeID) (driftline.MigrationCost, error)
	}{"the inventory": inventory, "a part": must(driftline.Minimum(part(1), inventory))} {
		noError(t, inventory.ReportProfiles([]driftline.ChainProfile{{Chain: 7}}))
		wantIs(t, second(asked.MigrationCost(7, 9)), driftline.ErrNoOpinion)
		noError(t, inventory.ReportBandwidths([]driftline.Bandwidth{
			{From: 1, To: 9, BytesPerSec: 5}, {From: 2, To: 9, BytesPerSec: 10}, {From: 3, To: 9, BytesPerSec: 1},
		}))
		noError(t, inventory.ReportProfiles([]driftline.ChainProfile{{Chain: 7, SizeBytes: driftline.Some(100.0),
			Disruption: driftline.Some(5 * time.Second), ServiceValue: driftline.Some[float32](2)}}))
		wantEqual(t, "the cost by "+what, must(asked.MigrationCost(7, 9)),
			cost{StateTransfer: 10 * time.Second, Disruption: 5 * time.Second, ReliabilityFactor: 2})
		wantIs(t, second(asked.MigrationCost(7, driftline.NoNode)), driftline.ErrReservedNode)
	}
}

func TestAlternativesThatAreAskedFor(t *testing.T) {
	inventory := busyThird(t, 7)
	noError(t, inventory.ReportNodes(0, []driftline.NodeInventory{cores(8, 7), cores(4, 1), cores(5, 6)}))
	// A node of which less is known than of the holders is no home.
	noError(t, inventory.ReportNodes(0, []driftline.NodeInventory{{Node: 6, Zone: driftline.Some[uint32](1)}}))
	wantEqual(t, "whether it is a home", must(inventory.Axes(7, 6)).IsHome, false)
	alone := must(driftline.Minimum(inventory))
	for what, one := range map[string]struct {
		exclude []driftline.NodeID
		limit   int
		homes   string
	}{
		"all":               {nil, 10, "4:1.00 5:1.00 9:1.00 8:0.75"},
		"as many as can be": {nil, math.MaxInt, "4:1.00 5:1.00 9:1.00 8:0.75"},
		"one":               {nil, 1, "4:1.00"},
		"none":              {nil, 0, ""},
		"some excluded":     {[]driftline.NodeID{9, 77, 4, 9}, 2, "5:1.00 8:0.75"},
		"all excluded":      {[]driftline.NodeID{9, 4, 8, 5}, 2, ""},
	} {
		for _, asked := range []interface {
			Alternatives(driftline.ChainID, []driftline.NodeID, int) ([]driftline.Alternative, error)
		}{inventory, alone} {
			got := homesOf(must(asked.Alternatives(7, one.exclude, one.limit)))
			if want := one.homes; got != want {
				t.Errorf("%s of %T: %s, not %s", what, asked, got, want)
			}
			wantIs(t, second(asked.Alternatives(7, one.exclude, -1)), driftline.ErrCapacity)
		}
	}
}

// What no scheduler would take is left out, and what was lent to the library is as it was.
func TestAlternativesThatAreNone(t *testing.T) {
	nan := float32(math.NaN())
	composed := asking(t, naming(driftline.Alternative{Node: 4, Score: 0.5}, driftline.Alternative{Node: 9, Score: 7},
		driftline.Alternative{Node: 3, Score: 0.9}, driftline.Alternative{Node: 5, Score: nan},
		driftline.Alternative{Node: driftline.NoNode, Score: 1}, driftline.Alternative{Node: 4, Score: 0.75},
		driftline.Alternative{Node: 2, Score: 0.5}))
	exclude := []driftline.NodeID{8, 3, 1}
	wantEqual(t, "the homes", homesOf(must(composed.Alternatives(7, exclude, 10))), "9:1.00 2:0.50 4:0.50")
	wantEqual(t, "what was excluded", fmt.Sprint(exclude), "[8 3 1]")
	wantEqual(t, "the homes of who has no opinion", len(must(asking(t, &table{}).Alternatives(7, nil, 10))), 0)
	// Whoever has no list of its own is asked for one home after the other.
	wantEqual(t, "one by one", homesOf(must(asking(t, badThird()).Alternatives(7, exclude, 10))), "9:0.95")
}

// However much room there is at first, the answer is that of a single question with all of it.
func TestMoreAlternativesThanRoomAtFirst(t *testing.T) {
	const count = 1500
	inventory := newInventory(t)
	var nodes []driftline.NodeInventory
	var homes []driftline.Alternative
	var exclude []driftline.NodeID
	for at := range driftline.NodeID(count) {
		nodes = append(nodes, cores(at, 1))
		homes = append(homes, driftline.Alternative{Node: at, Score: 1})
		if at < 600 {
			exclude = append(exclude, at)
		}
	}
	noError(t, inventory.ReportNodes(0, nodes))
	mine := asking(t, naming(homes...))
	for _, limit := range []int{1, 255, 256, 257, 511, 512, 513, 1499, 1500, 1501, math.MaxInt} {
		for _, found := range [][]driftline.Alternative{
			must(inventory.Alternatives(7, nil, limit)), must(mine.Alternatives(7, nil, limit)),
		} {
			if len(found) != min(limit, count) || found[len(found)-1].Node != driftline.NodeID(len(found)-1) {
				t.Errorf("limit %d: %d homes", limit, len(found))
			}
		}
	}
	// A scorer that names what is excluded has named as many homes as there is room for, and yet not all.
	for limit, wanted := range map[int]int{600: 0, 700: 100, 1400: 800, 1500: 900, math.MaxInt: 900} {
		wantEqual(t, fmt.Sprint("the homes for ", limit), len(must(mine.Alternatives(7, exclude, limit))), wanted)
	}
}

// A scorer without room has a slice that Go's runtime can stand, however deep it goes.
func TestAnEmptySliceMayStandOnTheStack(t *testing.T) {
	scorer := constant(0.5)
	scorer.AlternativesFunc = func(_ driftline.ChainID, _ []driftline.NodeID, out []driftline.Alternative) (int, error) {
		rest := out
		for deep(10_000) > 0 && len(rest) > 0 {
			rest[0], rest = driftline.Alternative{Node: 9, Score: 0.5}, rest[1:]
		}
		return len(out), nil
	}
	composed := asking(t, scorer)
	done := make(chan int)
	// Its stack is small yet, and moves.
	go func() { done <- len(must(composed.Alternatives(7, nil, 0))) }()
	wantEqual(t, "the homes", <-done, 0)
}

//go:noinline
func deep(depth int) int {
	if depth == 0 {
		return 1
	}
	return deep(depth-1) + 1
}

// Errors and panics of scorers come out with their values, and leave what was asked as it was.
func TestScorersThatFailWhenTheyAreAsked(t *testing.T) {
	cause := &failing{"no route"}
	what := ""
	spring := func() error {
		switch what {
		case "error":
			return cause
		case "panic":
			panic(cause)
		case "interrupt":
			return driftline.Interrupt(context.Canceled)
		}
		return nil
	}
	list := naming(driftline.Alternative{Node: 9, Score: 1})
	named := list.AlternativesFunc
	list.AlternativesFunc = func(
		chain driftline.ChainID, exclude []driftline.NodeID, out []driftline.Alternative,
	) (int, error) {
		if err := spring(); err != nil {
			return 0, err
		}
		return named(chain, exclude, out)
	}
	score := constant(0.5)
	score.ScoreFunc = func(driftline.ChainID, driftline.NodeID) (float32, error) { return 0.5, spring() }
	best := constant(0.5)
	best.BestAlternativeFunc = func(driftline.ChainID, []driftline.NodeID) (driftline.Alternative, error) {
		return driftline.Alternative{Node: 9, Score: 0.5}, spring()
	}
	for words, ask := range map[string]func() error{
		"score of chain 7 at node 3":          func() error { return second(asking(t, score).Score(7, 3)) },
		"live_score of chain 7 at node 3":     func() error { return second(asking(t, trap("live_score", spring)).LiveScore(7, 3)) },
		"migration_cost of chain 7 at node 9": func() error { return second(asking(t, trap("migration_cost", spring)).MigrationCost(7, 9)) },
		"best_alternative of chain 7": func() error {
			return second(must(driftline.Minimum(part(1), driftline.PartOf(best))).Alternatives(7, nil, 5))
		},
		"best_alternative of chain 8": func() error { return second(asking(t, list).Alternatives(8, nil, 5)) },
	} {
		what = "error"
		err := ask()
		var scorer *driftline.ScorerError
		if !errors.As(err, &scorer) || scorer.Err != error(cause) || scorer.Interrupted {
			t.Errorf("%s: the error is %v", words, err)
			continue
		}
		wantEqual(t, "the question", err.Error(), "driftline: scorer "+words+": no route")
		wantIs(t, err, driftline.ErrScorer)
		what = "panic"
		if value := recovered(func() { _ = ask() }); value != any(cause) {
			t.Errorf("%s: the panic came out as %v", words, value)
		}
		what = "interrupt"
		err = ask()
		wantIs(t, err, context.Canceled)
		wantEqual(t, "whether it was interrupted", errors.As(err, &scorer) && scorer.Interrupted, true)
		what = ""
		noError(t, ask())
	}
	// The same scorer answers after all of that.
	composed := asking(t, list)
	for _, what = range []string{"error", "panic", ""} {
		recovered(func() { _, _ = composed.Alternatives(7, nil, 1) })
	}
	wantEqual(t, "the homes", homesOf(must(composed.Alternatives(7, nil, 1))), "9:1.00")
}
