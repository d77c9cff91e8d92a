package driftline_test

import (
	"errors"
	"math"
	"testing"

	driftline "github.com/driftline/driftline/bindings/go"
)

func TestFactsOfAChain(t *testing.T) {
	state := newState(t)
	want := chainOf(driftline.Chain{ID: 7, Leader: driftline.NoNode, Holders: []driftline.NodeID{3}})
	see := func(events ...driftline.Event) {
		t.Helper()
		noError(t, state.Apply(events...))
		wantEqual(t, "the chain", must(state.Chain(7)), want)
	}
	see(driftline.HolderAdded(7, 3))
	want.DesiredKnown = true
	see(driftline.DesiredReplicas(7, 0))
	want.DesiredReplicas = math.MaxUint32
	see(driftline.DesiredReplicas(7, math.MaxUint32))
	want.RevisionKnown = true
	see(driftline.ChainRevision(7, 0))
	want.Revision = math.MaxUint64
	see(driftline.ChainRevision(7, math.MaxUint64))
	want.Class = math.MaxUint32
	see(driftline.ChainClass(7, math.MaxUint32))
	want.PendingEviction = 3
	see(driftline.ForceEvict(7, 3))
	want.PendingPlacement = 0
	see(driftline.ForcePlace(7, 0))
	want.PendingEviction, want.PendingPlacement = 4, 5
	see(driftline.ForceEvict(7, 4), driftline.ForcePlace(7, 5), driftline.MoveFailed(7), driftline.Thaw())
	noError(t, state.Apply(driftline.ChainRemoved(7)))
	_, err := state.Chain(7)
	wantIs(t, err, driftline.ErrUnknownChain)
}

// Old answers do not show through where a chain is filled in again.
func TestFactsAreNotLeftOver(t *testing.T) {
	state := newState(t)
	noError(t, state.Apply(driftline.HolderAdded(7, 3), driftline.DesiredReplicas(7, 2), driftline.ChainRevision(7, 9),
		driftline.ChainClass(7, 5), driftline.ForceEvict(7, 3), driftline.HolderAdded(8, 3)))
	chain := must(state.Chain(7))
	noError(t, state.ChainInto(8, &chain))
	wantEqual(t, "the other chain", chain,
		chainOf(driftline.Chain{ID: 8, Leader: driftline.NoNode, Holders: []driftline.NodeID{3}}))
}

func TestDrainsAvoidedAndFrozen(t *testing.T) {
	state := newState(t)
	see := func(drains, avoided []driftline.NodeTime, frozen driftline.When) {
		t.Helper()
		wantEqual(t, "the drains", must(state.AppendDrains(nil)), drains)
		wantEqual(t, "the avoided", must(state.AppendAvoided(nil)), avoided)
		wantEqual(t, "the freeze", must(state.FrozenUntil()), frozen)
	}
	see(nil, nil, driftline.When{})
	noError(t, state.Apply(driftline.Drain(5, endOfTime), driftline.Drain(3, 0), driftline.Avoid(9, endOfTime),
		driftline.Avoid(0, 7), driftline.FreezeUntil(endOfTime)))
	see([]driftline.NodeTime{{Node: 3}, {Node: 5, At: endOfTime}},
		[]driftline.NodeTime{{Node: 0, At: 7}, {Node: 9, At: endOfTime}}, driftline.When{At: endOfTime, Known: true})
	noError(t, state.Apply(driftline.Drain(5, 6), driftline.DrainCancelled(3), driftline.Avoid(9, 8), driftline.FreezeUntil(0)))
	see([]driftline.NodeTime{{Node: 5, At: 6}}, []driftline.NodeTime{{Node: 0, At: 7}, {Node: 9, At: 8}},
		driftline.When{Known: true})
	noError(t, state.Apply(driftline.Thaw(), driftline.DrainCancelled(5)))
	see(nil, []driftline.NodeTime{{Node: 0, At: 7}, {Node: 9, At: 8}}, driftline.When{})

	// What is there stays in front, and room is used.
	room := make([]driftline.NodeTime, 1, 8)
	list := must(state.AppendAvoided(room))
	if len(list) != 3 || list[2].Node != 9 || &list[0] != &room[0] {
		t.Errorf("appended are %v", list)
	}
}

func TestRefusedFacts(t *testing.T) {
	state := newState(t)
	before := must(state.Digest())
	for what, event := range map[string]driftline.Event{
		"a count beyond 32 bits": {Kind: driftline.EventDesiredReplicas, Chain: 7, Value: 1 << 32},
		"a class beyond 32 bits": {Kind: driftline.EventChainClass, Chain: 7, Value: math.MaxUint64},
	} {
		err := state.Apply(driftline.HolderAdded(7, 1), event)
		var refused *driftline.Error
		if !errors.As(err, &refused) || refused.Code != driftline.ErrEvent || refused.Index != 1 {
			t.Errorf("%s: the error is %v", what, err)
		}
	}
	for what, event := range map[string]driftline.Event{
		"drain": driftline.Drain(driftline.NoNode, 1), "cancel": driftline.DrainCancelled(driftline.NoNode),
		"avoid": driftline.Avoid(driftline.NoNode, 1), "order away": driftline.ForceEvict(7, driftline.NoNode),
		"order there": driftline.ForcePlace(7, driftline.NoNode),
	} {
		err := state.Apply(driftline.HolderAdded(7, 1), driftline.HolderAdded(7, 2), event)
		var refused *driftline.Error
		if !errors.As(err, &refused) || refused.Code != driftline.ErrReservedNode || refused.Index != 2 {
			t.Errorf("%s: the error is %v", what, err)
		}
	}
	for what, event := range map[string]driftline.Event{
		"a thaw of a chain":        {Kind: driftline.EventThaw, Chain: 1},
		"a freeze of a node":       {Kind: driftline.EventFreezeUntil, Node: 1},
		"a holder with a value":    {Kind: driftline.EventHolderAdded, Chain: 1, Node: 1, Value: 1},
		"a failed move of a node":  {Kind: driftline.EventMoveFailed, Chain: 1, Node: 1},
		"an order with a value":    {Kind: driftline.EventForceEvict, Chain: 1, Node: 1, Value: 1},
		"a drain of a chain":       {Kind: driftline.EventDrain, Chain: 1, Node: 1},
		"a revision with a holder": {Kind: driftline.EventChainRevision, Chain: 1, Node: 1},
	} {
		if err := state.Apply(event); !errors.Is(err, driftline.ErrReserved) {
			t.Errorf("%s: the error is %v", what, err)
		}
	}
	wantEqual(t, "the digest after refusals", must(state.Digest()), before)
}
