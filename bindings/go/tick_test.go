package driftline_test

import (
	"errors"
	"math"
	"testing"
	"time"

	driftline "github.com/driftline/driftline/bindings/go"
)

func TestTick(t *testing.T) {
	state := ledState(t, 7, 8)
	scheduler := newScheduler(t, driftline.WithScorer(badThird()))
	dry := must(scheduler.Decide(state, 5e9))
	wantEqual(t, "what is decided before anything was sampled", len(dry.Actions), 0)
	report := must(scheduler.Sample(state, 5e9))
	wantEqual(t, "what was sampled", []uint64{report.Led, report.New, report.Rescored, report.Calls.Score}, []uint64{2, 2, 2, 6})
	wantEqual(t, "what is sampled at once", must(scheduler.AppendSampled(nil)),
		[]driftline.Sampled{{Chain: 7, Cause: driftline.CauseNew}, {Chain: 8, Cause: driftline.CauseNew}})

	dry = must(scheduler.Decide(state, 5e9))
	decision := must(scheduler.Tick(state, 5e9))
	wantEqual(t, "the dry run", dry.Actions, decision.Actions)
	wantEqual(t, "the actions", decision.Actions, []driftline.Action{
		{Kind: driftline.ActionEvict, Arm: driftline.ArmScheduler, Chain: 7, Victim: 3, Target: 9, VictimScore: 0.4,
			TargetScore: 0.95, Gain: 0.95 - float32(0.4)},
		{Kind: driftline.ActionEvict, Arm: driftline.ArmScheduler, Chain: 8, Victim: 3, Target: 9, VictimScore: 0.4,
			TargetScore: 0.95, Gain: 0.95 - float32(0.4)},
	})
	wantEqual(t, "an action's text", decision.Actions[0].String(), "scheduler evict 7: 3 -> 9")
	wantEqual(t, "its judgement", decision.Actions[0].Judgement(), "7 evict 3 -> 9: live 0.40, gain 0.55, cost none")
	wantEqual(t, "the verdicts", decision.Report.Verdicts[driftline.VerdictEvict], 2)
	// Without fingerprints every chain is dirty in every tick.
	wantEqual(t, "the dirty chains", decision.Report.Dirty, 2)
	wantEqual(t, "the time of the next tick", decision.Report.NextDue, driftline.When{At: 35e9, Known: true})
	wantEqual(t, "the last rebalance", must(state.Chain(7)).LastRebalance, driftline.When{At: 5e9, Known: true})

	again := must(scheduler.Tick(state, 6e9))
	wantEqual(t, "the actions during the cooldown", len(again.Actions), 0)
	wantEqual(t, "the actions of the first tick", len(decision.Actions), 2)
	wantEqual(t, "the verdicts during the cooldown", again.Report.Verdicts[driftline.VerdictCooldown], 2)

	_, err := scheduler.Tick(state, 5e9)
	wantIs(t, err, driftline.ErrTimeReversed)
}

func TestCostsReachTheAction(t *testing.T) {
	state := ledState(t, 7)
	scorer := asFuncs(badThird())
	scorer.MigrationCostFunc = func(chain driftline.ChainID, target driftline.NodeID) (driftline.MigrationCost, error) {
		if chain != 7 || target != 9 {
			t.Errorf("asked for the cost of chain %d at node %d", chain, target)
		}
		return driftline.MigrationCost{StateTransfer: time.Second, Disruption: time.Second, ReliabilityFactor: 2}, nil
	}
	action := must(newScheduler(t, driftline.WithScorer(scorer)).Tick(state, 0)).Actions[0]
	wantEqual(t, "the cost", []any{action.Cost, action.CostKnown}, []any{float32(0.4), true})
	wantEqual(t, "its judgement", action.Judgement(), "7 evict 3 -> 9: live 0.40, gain 0.55, cost 0.40")
}

func TestIntoUsesItsRoomAndKeepsItAfterAnError(t *testing.T) {
	config := driftline.DefaultConfig()
	config.Cooldown = 0
	state := ledState(t, 7)
	scheduler := newScheduler(t, driftline.WithScorer(badThird()), driftline.WithConfig(config))
	decision := driftline.Decision{Actions: make([]driftline.Action, 2, 4)}
	room := &decision.Actions[0]
	noError(t, scheduler.TickInto(&decision, state, 1))
	if len(decision.Actions) != 1 || &decision.Actions[0] != room {
		t.Errorf("%d actions, in another slice than there was room in", len(decision.Actions))
	}
	for _, err := range []error{
		scheduler.TickInto(&decision, state, 0), scheduler.DecideInto(&decision, state, 0),
		scheduler.SampleInto(&decision.Report, state, 0),
	} {
		wantIs(t, err, driftline.ErrTimeReversed)
	}
	wantEqual(t, "the actions after an error", decision.Actions[0].Chain, 7)
	wantEqual(t, "the report after an error", decision.Report.Led, 1)
}

func TestWithoutAScorer(t *testing.T) {
	state := ledState(t, 7)
	scheduler := newScheduler(t)
	decision := must(scheduler.Tick(state, 0))
	wantEqual(t, "the verdicts", decision.Report.Verdicts[driftline.VerdictNotSampled], 1)
	wantEqual(t, "the time of the next tick", decision.Report.NextDue, driftline.When{})
	_, err := scheduler.Uninstall()
	wantIs(t, err, driftline.ErrNoScorer)
	if scheduler.Scorer() != nil {
		t.Error("there is a scorer")
	}
	_, err = scheduler.Tick(state, 0)
	noError(t, err)
}

func TestInstallReturnsThePreviousScorer(t *testing.T) {
	first, second := badThird(), badThird()
	state := ledState(t, 7)
	scheduler := newScheduler(t)
	registry := scheduler.Registry()
	previous := must(registry.Install(first))
	wantEqual(t, "the scorer before the first", previous, nil)
	must(scheduler.Sample(state, 0))
	if must(scheduler.Install(second)) != driftline.PlacementScorer(first) || registry.Scorer() != driftline.PlacementScorer(second) {
		t.Error("not the previous scorer, or not the next")
	}
	wantEqual(t, "chains that are due after an installation", must(scheduler.Sample(state, 0)).Rescored, 1)
	if must(registry.Uninstall()) != driftline.PlacementScorer(second) || scheduler.Scorer() != nil {
		t.Error("not the scorer that was installed, or still there")
	}
	_, err := scheduler.Install(nil)
	wantIs(t, err, driftline.ErrNil)
	_, err = scheduler.Install(driftline.ScorerFuncs{ScoreFunc: first.Score})
	wantIs(t, err, driftline.ErrNil)
	_, err = scheduler.Install(driftline.ScorerFuncs{BestAlternativeFunc: first.BestAlternative})
	wantIs(t, err, driftline.ErrNil)
	_, err = driftline.NewLocalScheduler(1, driftline.WithScorer(driftline.ScorerFuncs{}))
	wantIs(t, err, driftline.ErrNil)
}

func TestThisNode(t *testing.T) {
	scheduler := must(driftline.NewLocalScheduler(77))
	wantEqual(t, "the node", must(scheduler.ThisNode()), 77)
	noError(t, scheduler.Close())
	_, err := driftline.NewLocalScheduler(driftline.NoNode)
	wantIs(t, err, driftline.ErrReservedNode)
}

func TestExplain(t *testing.T) {
	config := driftline.DefaultConfig()
	config.RetryBackoff = 8 * time.Second
	state := ledState(t, 7)
	scorer := badThird()
	scheduler := newScheduler(t, driftline.WithScorer(scorer), driftline.WithConfig(config))
	must(scheduler.Tick(state, 5e9))
	explanation := must(scheduler.Explain(state, 7))
	wantEqual(t, "the text", explanation.String(), "7 evict 3 -> 9: live 0.40 under 0.50, gain 0.55 over 0.20, cost none")
	if !math.IsNaN(float64(explanation.Cost)) {
		t.Errorf("a cost of %v that nobody named", explanation.Cost)
	}
	explanation.Cost = 0
	wantEqual(t, "the explanation", explanation, driftline.Explanation{
		Chain: 7, Verdict: driftline.VerdictEvict, Victim: 3, SampledScore: 0.4, LiveScore: 0.4, ScoreFloor: 0.5,
		Alternative: 9, AlternativeScore: 0.95, Gain: 0.95 - float32(0.4), HysteresisGap: 0.2,
		Since: driftline.When{At: 5e9, Known: true}, SampledAt: driftline.When{At: 5e9, Known: true},
		CooldownUntil: driftline.When{At: 305e9, Known: true},
	})
	must(scheduler.Tick(state, 6e9))
	wantEqual(t, "the text on cooldown", must(scheduler.Explain(state, 7)).String(), "7 cooldown until 305s")

	// Fingerprints that do not move, so that the refused chain may wait.
	still := asFuncs(scorer)
	still.NodeFingerprintFunc = func(driftline.NodeID) (uint64, error) { return 1, nil }
	must(scheduler.Install(still))
	scorer.alternative.Node = 0
	must(scheduler.Tick(state, 400e9))
	must(scheduler.Tick(state, 400e9+1e8))
	explanation = must(scheduler.Explain(state, 7))
	wantEqual(t, "the text of who waits", explanation.String(), "7 retry later for 3: sampled 0.40, no alternative until 401s")
	wantEqual(t, "the wait", []any{explanation.RetryAt, explanation.Refusal, explanation.RefusalKnown},
		[]any{driftline.When{At: 401e9, Known: true}, driftline.VerdictNoAlternative, true})

	_, err := scheduler.Explain(state, 8)
	var refused *driftline.Error
	if !errors.As(err, &refused) || refused.Code != driftline.ErrNotLed || refused.Chain != 8 || !refused.ChainKnown {
		t.Errorf("the error is %#v", err)
	}
	wantEqual(t, "the text of what is no verdict", driftline.Explanation{Verdict: 31}.String()[:10], "driftline:")
}

// The longest line there is does not fit into the room that is tried first.
func TestALongExplanation(t *testing.T) {
	far := driftline.Explanation{
		Chain: math.MaxUint64, Verdict: driftline.VerdictCostTooHigh, Victim: math.MaxUint64 - 1, Alternative: math.MaxUint64 - 2,
		LiveScore: -math.MaxFloat32, Gain: -math.MaxFloat32, Cost: -math.MaxFloat32,
	}
	text := far.String()
	if len(text) < 160 || text[len(text)-3:] != ".00" {
		t.Errorf("%d bytes: %s", len(text), text)
	}
}

func TestHistoryAndCells(t *testing.T) {
	state := ledState(t, 7)
	scorer := badThird()
	scheduler := newScheduler(t, driftline.WithScorer(scorer))
	_, err := scheduler.History(7)
	wantIs(t, err, driftline.ErrNotLed)
	_, err = scheduler.AppendCells(nil, 7)
	wantIs(t, err, driftline.ErrNotLed)
	delete(scorer.scores, 2)
	for at := range 70 {
		must(scheduler.Sample(state, driftline.Timestamp(at)))
	}
	scorer.scores[3] = 0.3
	must(scheduler.Sample(state, 70))
	history := driftline.ScoreHistory{Samples: make([]driftline.Sample, 0, 100)}
	noError(t, scheduler.HistoryInto(7, &history))
	wantEqual(t, "the length", len(history.Samples), driftline.HistoryLength)
	wantEqual(t, "its room", cap(history.Samples), 100)
	wantEqual(t, "the oldest", history.Samples[0], driftline.Sample{At: 7, WorstScore: 0.4})
	wantEqual(t, "the newest", history.Samples[63], driftline.Sample{At: 70, WorstScore: 0.3})
	wantEqual(t, "the trend", history.Trend, driftline.TrendDegrading)
	if history.EWMA < 0.36 || history.EWMA > 0.38 {
		t.Errorf("the average is %v", history.EWMA)
	}
	wantEqual(t, "the cells", must(scheduler.AppendCells(nil, 7)), []driftline.Cell{{Node: 1, Score: 0.9}, {Node: 3, Score: 0.3}})
	wantIs(t, scheduler.HistoryInto(8, &history), driftline.ErrNotLed)
	wantEqual(t, "the length after a refusal", len(history.Samples), driftline.HistoryLength)
}

// L3: what a tick leaves for later is in the report.
func TestDeferred(t *testing.T) {
	config := driftline.DefaultConfig()
	config.MaxScoresPerTick = 3
	state := ledState(t, 7, 8, 9)
	scheduler := newScheduler(t, driftline.WithScorer(badThird()), driftline.WithConfig(config))
	must(scheduler.Sample(state, 0))
	report := must(scheduler.Tick(state, 4e9)).Report
	wantEqual(t, "the deferred", []any{report.Deferred, report.DeferredAge}, []any{uint64(2), 4 * time.Second})
}
