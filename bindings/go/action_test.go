package driftline_test

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	driftline "github.com/driftline/driftline/bindings/go"
)

var notKnown = float32(math.NaN())

// wishing has chains of node 1 that lack a holder; told, too, are a revision of chain 7 and a node that is avoided.
func wishing(t *testing.T, chains ...driftline.ChainID) *driftline.MeshState {
	t.Helper()
	state := ledState(t, chains...)
	for _, chain := range chains {
		noError(t, state.Apply(driftline.DesiredReplicas(chain, 4)))
	}
	noError(t, state.Apply(driftline.ChainRevision(7, math.MaxUint64), driftline.Avoid(5, endOfTime)))
	return state
}

// R2: what a placement says, to the last field.
func TestPlacements(t *testing.T) {
	decision := must(newScheduler(t, driftline.WithScorer(badThird())).Tick(wishing(t, 7, 8), 0))
	place := driftline.Action{
		Kind: driftline.ActionPlace, Arm: driftline.ArmCount, Chain: 7, Victim: driftline.NoNode, Target: driftline.NoNode,
		VictimScore: notKnown, TargetScore: notKnown, Gain: notKnown, Revision: math.MaxUint64, RevisionKnown: true,
		Exclude: []driftline.NodeID{1, 2, 3, 5},
	}
	other := place
	other.Chain, other.Revision, other.RevisionKnown = 8, 0, false
	wantEqual(t, "the actions", decision.Actions, []driftline.Action{place, other})
	wantEqual(t, "the text", decision.Actions[0].String(),
		"count place 7, excluding 1 2 3 5 at revision 18446744073709551615")
	wantEqual(t, "another text", decision.Actions[1].String(), "count place 8, excluding 1 2 3 5")
	wantEqual(t, "the judgement", decision.Actions[0].Judgement(), "")
}

// R7: both orders on one chain are one move, here in the order of the config. Whichever half comes first knows both ends.
func TestForcedActions(t *testing.T) {
	move := driftline.Action{
		Arm: driftline.ArmForced, Chain: 7, Victim: 2, Target: 9, VictimScore: notKnown, TargetScore: notKnown, Gain: notKnown,
		RevisionKnown: true,
	}
	evict, place := move, move
	evict.Kind, place.Kind, place.Exclude = driftline.ActionEvict, driftline.ActionPlace, []driftline.NodeID{1, 2, 3}
	for order, wanted := range map[driftline.MoveOrder]struct {
		action driftline.Action
		text   string
	}{
		driftline.EvictFirst: {evict, "forced evict 7: 2 -> 9 at revision 0"},
		driftline.PlaceFirst: {place, "forced place 7 -> 9, excluding 1 2 3 at revision 0"},
	} {
		config := driftline.DefaultConfig()
		config.MoveOrder = order
		state := ledState(t, 7)
		scheduler := newScheduler(t, driftline.WithScorer(badThird()), driftline.WithConfig(config))
		must(scheduler.Tick(state, 0))
		noError(t, state.Apply(driftline.ChainRevision(7, 0), driftline.ForceEvict(7, 2), driftline.ForcePlace(7, 9)))
		decision := must(scheduler.Tick(state, 1000e9))
		wantEqual(t, "the actions", decision.Actions, []driftline.Action{wanted.action})
		wantEqual(t, "the text", decision.Actions[0].String(), wanted.text)
		wantEqual(t, "the judgement", decision.Actions[0].Judgement(), "")
		wantEqual(t, "the verdict", decision.Report.Verdicts[driftline.VerdictAlreadyMoved], 1)
	}
}

// R4: a placement by the scheduler has the numbers of the move that it begins.
func TestPlaceFirst(t *testing.T) {
	config := driftline.DefaultConfig()
	config.MoveOrder, config.MoveTimeout = driftline.PlaceFirst, time.Minute
	state := ledState(t, 7)
	scheduler := newScheduler(t, driftline.WithScorer(badThird()), driftline.WithConfig(config))
	decision := must(scheduler.Tick(state, 5e9))
	wantEqual(t, "the actions", decision.Actions, []driftline.Action{{
		Kind: driftline.ActionPlace, Arm: driftline.ArmScheduler, Chain: 7, Victim: 3, Target: 9, VictimScore: 0.4,
		TargetScore: 0.95, Gain: 0.95 - float32(0.4), Exclude: []driftline.NodeID{1, 2, 3},
	}})
	wantEqual(t, "the text", decision.Actions[0].String(), "scheduler place 7 -> 9, excluding 1 2 3")
	wantEqual(t, "the judgement", decision.Actions[0].Judgement(), "7 evict 3 -> 9: live 0.40, gain 0.55, cost none")
	wantEqual(t, "what is in flight", decision.Report.InFlight, 1)
	wantEqual(t, "the chain", must(state.Chain(7)).InFlight, true)

	explanation := must(scheduler.Explain(state, 7))
	wantEqual(t, "that it is in flight", explanation.InFlight, true)
	wantEqual(t, "the flight", explanation.Flight, driftline.Flight{
		Victim: 3, Target: 9, Since: 5e9, TimesOutAt: driftline.When{At: 65e9, Known: true},
	})
	must(scheduler.Tick(state, 6e9))
	wantEqual(t, "the text in flight", must(scheduler.Explain(state, 7)).String(), "7 in flight 3 -> 9")

	// The diff keeps nothing for a placement to exclude.
	noError(t, state.Apply(driftline.HolderAdded(8, 1), driftline.HolderAdded(8, 3), driftline.LeaderSet(8, 1)))
	judged := must(driftline.DiffScheduler(state, badThird(), config, 1, 6e9, nil))
	wantEqual(t, "the text of a diff", judged.Actions[0].String(), "scheduler place 8 -> 9, excluding none")
	wantEqual(t, "the verdict of what is in flight", judged.Report.Verdicts[driftline.VerdictInFlight], 1)
}

// What an action excludes is the caller's: no pass after it uses it again, and it cannot grow into its neighbour.
func TestExcludedNodesAreTheCallers(t *testing.T) {
	state := wishing(t, 7, 8, 9)
	scheduler := newScheduler(t, driftline.WithScorer(badThird()))
	var decision driftline.Decision
	noError(t, scheduler.TickInto(&decision, state, 0))
	kept := slices.Clone(decision.Actions)
	for _, action := range kept {
		wantEqual(t, "the room behind", cap(action.Exclude), 4)
		_ = append(action.Exclude, 77)
		action.Exclude[0] = driftline.NodeID(action.Chain)
	}
	noError(t, state.Apply(driftline.Avoid(5, 0), driftline.HolderAdded(7, 99), driftline.HolderAdded(8, 98)))
	noError(t, scheduler.TickInto(&decision, state, 1))
	noError(t, scheduler.Close())
	runtime.GC()
	for _, action := range kept {
		wantEqual(t, "what was excluded", action.Exclude, []driftline.NodeID{driftline.NodeID(action.Chain), 2, 3, 5})
	}
	last := decision.Actions[len(decision.Actions)-1]
	wantEqual(t, "what is excluded now", last.Exclude, []driftline.NodeID{1, 2, 3})
}

func TestTextsOfActions(t *testing.T) {
	evict := driftline.Action{
		Kind: driftline.ActionEvict, Chain: 7, Target: driftline.NoNode, VictimScore: notKnown, TargetScore: notKnown,
		Gain: notKnown,
	}
	place := evict
	place.Kind, place.Victim = driftline.ActionPlace, driftline.NoNode
	change := func(action driftline.Action, change func(*driftline.Action)) driftline.Action {
		change(&action)
		return action
	}
	for text, action := range map[string]driftline.Action{
		"forced evict 7: 0": evict,
		"drain evict 7: 0 -> 9 at revision 0": change(evict, func(a *driftline.Action) {
			a.Arm, a.Target, a.RevisionKnown = driftline.ArmDrain, 9, true
		}),
		"forced place 7, excluding none":      place,
		"forced place 7 -> 0, excluding none": change(place, func(a *driftline.Action) { a.Target = 0 }),
		"count place 7, excluding 8": change(place, func(a *driftline.Action) {
			a.Arm, a.Exclude = driftline.ArmCount, []driftline.NodeID{8}
		}),
	} {
		wantEqual(t, "the text", action.String(), text)
	}
	for what, action := range map[string]driftline.Action{
		"the zero value": {},
		"no kind":        change(evict, func(a *driftline.Action) { a.Kind = 3 }),
		"no arm":         change(evict, func(a *driftline.Action) { a.Arm = 4 }),
		"no victim":      change(evict, func(a *driftline.Action) { a.Victim = driftline.NoNode }),
	} {
		if text := action.String(); !strings.HasPrefix(text, "driftline: ") {
			t.Errorf("%s: the text is %q", what, text)
		}
	}
	// Lines that do not fit into the room that is tried first, by a byte or by much.
	for _, chain := range []driftline.ChainID{7, 77} {
		for count := 1; count < 600; count++ {
			long := change(place, func(a *driftline.Action) {
				a.Chain, a.Exclude = chain, slices.Repeat([]driftline.NodeID{8}, count)
			})
			wantEqual(t, "a long line", long.String(), fmt.Sprintf("forced place %d, excluding", chain)+strings.Repeat(" 8", count))
		}
	}
}
