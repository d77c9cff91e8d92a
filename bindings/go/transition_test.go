package driftline_test

import (
	"math"
	"testing"

	driftline "github.com/driftline/driftline/bindings/go"
)

func TestTransitions(t *testing.T) {
	state := ledState(t, 7, math.MaxUint64)
	scorer := badThird()
	scorer.scores[3] = 0.9
	scheduler := newScheduler(t, driftline.WithScorer(scorer))
	wantEqual(t, "the transitions before the first tick", must(scheduler.AppendTransitions(nil, 0)), nil)
	must(scheduler.Tick(state, 1e9))
	first := []driftline.Transition{
		{Sequence: 0, At: 1e9, Chain: 7, From: driftline.NoVerdict, To: driftline.VerdictHealthy},
		{Sequence: 1, At: 1e9, Chain: math.MaxUint64, From: driftline.NoVerdict, To: driftline.VerdictHealthy},
	}
	wantEqual(t, "the first transitions", must(scheduler.AppendTransitions(nil, 0)), first)
	noError(t, state.Apply(driftline.FreezeUntil(3e9)))
	must(scheduler.Tick(state, 2e9))
	scorer.scores[3] = 0.4
	scorer.alternative.Node = 0
	must(scheduler.Tick(state, 3e9))

	texts := []string{
		"1s 7 -> healthy", "1s 18446744073709551615 -> healthy", "2s all -> frozen", "3s all frozen ->",
		"3s 7 healthy -> no_alternative", "3s 18446744073709551615 healthy -> no_alternative",
	}
	all := must(scheduler.AppendTransitions(nil, 0))
	wantEqual(t, "how many there are", len(all), len(texts))
	for at, one := range all {
		wantEqual(t, "the text", one.String(), texts[at])
		wantEqual(t, "whether all chains are meant", one.AllChains(), at == 2 || at == 3)
	}
	// What is there stays in front, room is used, and a reader goes on where it was.
	room := make([]driftline.Transition, 1, 8)
	later := must(scheduler.AppendTransitions(room, 4))
	if len(later) != 3 || &later[0] != &room[0] || later[1].Sequence != 4 {
		t.Errorf("the later transitions are %v", later)
	}
	wantEqual(t, "those beyond the last", must(scheduler.AppendTransitions(nil, math.MaxUint64)), nil)
}

// W3: the ring forgets, and its reader can tell.
func TestForgottenTransitions(t *testing.T) {
	state := newState(t)
	for chain := range driftline.ChainID(driftline.TransitionRingLength + 5) {
		noError(t, state.Apply(driftline.HolderAdded(chain, 1), driftline.LeaderSet(chain, 1)))
	}
	scheduler := newScheduler(t)
	must(scheduler.Tick(state, 0))
	kept := must(scheduler.AppendTransitions(nil, 0))
	wantEqual(t, "how many are kept", len(kept), driftline.TransitionRingLength)
	wantEqual(t, "the first of them", kept[0].Sequence, 5)
}
