package driftline_test

import (
	"math"
	"strings"
	"testing"
	"time"

	driftline "github.com/driftline/driftline/bindings/go"
)

// bare is an explanation of which only the verdict is known.
func bare(verdict driftline.Verdict, change func(*driftline.Explanation)) driftline.Explanation {
	explanation := driftline.Explanation{
		Chain: 7, Verdict: verdict, Victim: driftline.NoNode, SampledScore: notKnown, LiveScore: notKnown, ScoreFloor: notKnown,
		Alternative: driftline.NoNode, AlternativeScore: notKnown, Gain: notKnown, HysteresisGap: notKnown, Cost: notKnown,
	}
	if change != nil {
		change(&explanation)
	}
	return explanation
}

func flying(victim, target driftline.NodeID, timesOutAt driftline.When) func(*driftline.Explanation) {
	return func(e *driftline.Explanation) {
		e.InFlight, e.Flight = true, driftline.Flight{Victim: victim, Target: target, Since: 30e9, TimesOutAt: timesOutAt}
	}
}

// What is known goes there, zeroes that are known among it.
func TestTextsOfExplanations(t *testing.T) {
	known := func(at driftline.Timestamp) driftline.When { return driftline.When{At: at, Known: true} }
	for _, one := range []struct {
		explanation    driftline.Explanation
		text, sentence string
	}{
		{bare(driftline.VerdictTickLimit, nil), "7 tick limit", "waits where it is: the limit of moves in one tick is reached"},
		{
			bare(driftline.VerdictClusterLimit, func(e *driftline.Explanation) { e.Limit, e.LimitKnown = math.MaxUint64, true }),
			"7 cluster limit: limit 18446744073709551615", "limit of 18446744073709551615 moves in flight",
		},
		{
			bare(driftline.VerdictTickLimit, func(e *driftline.Explanation) { e.LimitKnown = true }),
			"7 tick limit: limit 0", "limit of 0 moves",
		},
		{bare(driftline.VerdictFlapHold, nil), "7 flap hold", "is left alone"},
		{
			bare(driftline.VerdictFlapHold, func(e *driftline.Explanation) { e.FlapHoldUntil = known(0) }),
			"7 flap hold until 0s", "is left alone until 0s",
		},
		{bare(driftline.VerdictInFlight, nil), "7 in flight", "is on its way"},
		{
			bare(driftline.VerdictInFlight, flying(driftline.NoNode, driftline.NoNode, known(0))),
			"7 in flight", "since 30s and has until 0s",
		},
		{
			bare(driftline.VerdictInFlight, flying(0, driftline.NoNode, known(endOfTime))),
			"7 in flight 0", "until 18446744073709551615ns",
		},
		{
			bare(driftline.VerdictInFlight, flying(driftline.NoNode, 9, driftline.When{})),
			"7 in flight -> 9", "to node 9 since 30s",
		},
		{
			bare(driftline.VerdictInFlight, flying(3, 0, driftline.When{})),
			"7 in flight 3 -> 0", "from node 3 to node 0 since 30s",
		},
		{bare(driftline.VerdictFrozen, nil), "7 frozen", "everything is frozen"},
	} {
		wantEqual(t, "the text", one.explanation.String(), one.text)
		sentence := one.explanation.Sentence()
		if !strings.HasPrefix(sentence, "chain 7 ") || !strings.Contains(sentence, one.sentence) {
			t.Errorf("the sentence is %q, without %q", sentence, one.sentence)
		}
	}
	if text := bare(31, nil).Sentence(); !strings.HasPrefix(text, "driftline: ") {
		t.Errorf("the sentence of what is no verdict is %q", text)
	}
}

// A limit that blocks is named, and a sentence says all of it.
func TestLimits(t *testing.T) {
	config := driftline.DefaultConfig()
	config.MaxMovesPerTick = 1
	state := ledState(t, 7, 8)
	scheduler := newScheduler(t, driftline.WithScorer(badThird()), driftline.WithConfig(config))
	decision := must(scheduler.Tick(state, 0))
	wantEqual(t, "the number of actions", len(decision.Actions), 1)
	blocked := must(scheduler.Explain(state, 8))
	wantEqual(t, "the limit", []any{blocked.Limit, blocked.LimitKnown}, []any{uint64(1), true})
	wantEqual(t, "the text", blocked.String(), "8 tick limit 3 -> 9: live 0.40, gain 0.55, limit 1")
	wantEqual(t, "the sentence", blocked.Sentence(), "chain 8 waits on node 3: its score 0.40 is under the floor 0.50, and "+
		"node 9 offers 0.95, but the limit of 1 move in one tick is reached")
	free := must(scheduler.Explain(state, 7))
	wantEqual(t, "the limit of what moves", []any{free.Limit, free.LimitKnown, free.InFlight, free.Flight, free.FlapHoldUntil},
		[]any{uint64(0), false, false, driftline.Flight{}, driftline.When{}})
}

// O1: a chain that came back is held, and says until when.
func TestFlapHold(t *testing.T) {
	config := driftline.DefaultConfig()
	config.Cooldown, config.FlapWindow = 0, time.Hour
	state := ledState(t, 7)
	scorer := badThird()
	scheduler := newScheduler(t, driftline.WithScorer(scorer), driftline.WithConfig(config))
	for at, move := range []struct{ from, to driftline.NodeID }{{3, 9}, {9, 3}} {
		scorer.scores[move.from], scorer.alternative.Node = 0.4, move.to
		decision := must(scheduler.Tick(state, driftline.Timestamp(at)*1e9))
		wantEqual(t, "the move", decision.Actions[0].String(), map[int]string{
			0: "scheduler evict 7: 3 -> 9", 1: "scheduler evict 7: 9 -> 3",
		}[at])
		wantEqual(t, "the returned moves", decision.Report.ReturnedMoves, uint64(at))
		noError(t, state.Apply(driftline.HolderRemoved(7, move.from), driftline.HolderAdded(7, move.to)))
		scorer.scores[move.to] = 0.9
	}
	scorer.scores[3] = 0.4
	must(scheduler.Tick(state, 2e9))
	held := must(scheduler.Explain(state, 7))
	wantEqual(t, "the text", held.String(), "7 flap hold until 3601s")
	wantEqual(t, "the end", held.FlapHoldUntil, driftline.When{At: 3601e9, Known: true})
}
