package driftline_test

import (
	"testing"
	"time"

	driftline "github.com/driftline/driftline/bindings/go"
)

// N1: node 3 is drained; of its chains one is claimed, one moves at once.
func TestDrainStatus(t *testing.T) {
	state := ledState(t, 7, 8, 9)
	scorer := badThird()
	scorer.scores[3] = 0.9
	config := driftline.DefaultConfig()
	config.MoveTimeout = time.Minute
	scheduler := newScheduler(t, driftline.WithScorer(scorer), driftline.WithConfig(config))
	must(scheduler.Tick(state, 0))
	wantEqual(t, "the status before", must(scheduler.DrainStatus(state, 3)), driftline.DrainStatus{Node: 3, Blocked: nil})

	noError(t, state.Apply(driftline.Drain(3, 600e9), driftline.ClaimAcquired(7)))
	decision := must(scheduler.Tick(state, 1e9))
	wantEqual(t, "the actions", decision.Actions, []driftline.Action{{
		Kind: driftline.ActionEvict, Arm: driftline.ArmDrain, Chain: 8, Victim: 3, Target: 9, VictimScore: notKnown,
		TargetScore: 0.95, Gain: notKnown,
	}})
	wantEqual(t, "the text", decision.Actions[0].String(), "drain evict 8: 3 -> 9")
	status := driftline.DrainStatus{
		Node: 3, Draining: true, Deadline: 600e9, Left: 3, InFlight: 1, AtRisk: true,
		Blocked: []driftline.Blocked{{Chain: 7, Verdict: driftline.VerdictClaimHeld}},
	}
	wantEqual(t, "the status", must(scheduler.DrainStatus(state, 3)), status)

	noError(t, state.Apply(driftline.HolderRemoved(8, 3), driftline.HolderAdded(8, 9), driftline.ClaimReleased(7)))
	must(scheduler.Tick(state, 2e9))
	status.Left, status.Moved, status.InFlight, status.AtRisk, status.Blocked = 2, 1, 0, false, nil
	wantEqual(t, "the status when one has moved", must(scheduler.DrainStatus(state, 3)), status)

	// Room is used, and nothing of before shows through.
	reused := driftline.DrainStatus{Moved: 77, Blocked: make([]driftline.Blocked, 5, 8)}
	room := &reused.Blocked[0]
	noError(t, state.Apply(driftline.ClaimAcquired(7)))
	noError(t, scheduler.DrainStatusInto(state, 3, &reused))
	if len(reused.Blocked) != 1 || &reused.Blocked[0] != room || reused.Moved != 1 {
		t.Errorf("the status is %v", reused)
	}
	wantIs(t, scheduler.DrainStatusInto(state, driftline.NoNode, &reused), driftline.ErrReservedNode)
	wantEqual(t, "the status after a refusal", reused.Node, 3)
	noError(t, state.Apply(driftline.DrainCancelled(3)))
	noError(t, scheduler.DrainStatusInto(state, 3, &reused))
	wantEqual(t, "the status after the drain", reused, driftline.DrainStatus{Node: 3, Blocked: []driftline.Blocked{}})
}

// R4: a placement by a drain knows who leaves for it, and what its target is worth.
func TestADrainThatPlacesFirst(t *testing.T) {
	config := driftline.DefaultConfig()
	config.MoveOrder = driftline.PlaceFirst
	state := ledState(t, 7)
	noError(t, state.Apply(driftline.Drain(2, endOfTime)))
	decision := must(newScheduler(t, driftline.WithScorer(badThird()), driftline.WithConfig(config)).Tick(state, 0))
	wantEqual(t, "the actions", decision.Actions, []driftline.Action{{
		Kind: driftline.ActionPlace, Arm: driftline.ArmDrain, Chain: 7, Victim: 2, Target: 9, VictimScore: notKnown,
		TargetScore: 0.95, Gain: notKnown, Exclude: []driftline.NodeID{1, 2, 3},
	}})
}

func TestDrainStatuses(t *testing.T) {
	state := ledState(t, 7)
	scheduler := newScheduler(t, driftline.WithScorer(badThird()))
	wantEqual(t, "the statuses without a drain", must(scheduler.DrainStatuses(state)), []driftline.DrainStatus{})
	noError(t, state.Apply(driftline.Drain(5, 2e9), driftline.Drain(3, endOfTime)))
	wantEqual(t, "the statuses", must(scheduler.DrainStatuses(state)), []driftline.DrainStatus{
		{Node: 3, Draining: true, Deadline: endOfTime, Left: 1}, {Node: 5, Draining: true, Deadline: 2e9},
	})
	closed := must(driftline.NewLocalScheduler(1))
	noError(t, closed.Close())
	_, err := closed.DrainStatuses(state)
	wantIs(t, err, driftline.ErrClosed)
	_, err = scheduler.DrainStatuses(&driftline.MeshState{})
	wantIs(t, err, driftline.ErrClosed)
}

// More are blocked than there is room for at first.
func TestManyBlockedChains(t *testing.T) {
	state := newState(t)
	for chain := range driftline.ChainID(100) {
		noError(t, state.Apply(driftline.HolderAdded(chain, 3), driftline.LeaderSet(chain, 1), driftline.ClaimAcquired(chain)))
	}
	noError(t, state.Apply(driftline.Drain(3, endOfTime)))
	scheduler := newScheduler(t)
	must(scheduler.Tick(state, 0))
	status := must(scheduler.DrainStatus(state, 3))
	wantEqual(t, "the number of blocked chains", len(status.Blocked), 100)
	wantEqual(t, "the last of them", status.Blocked[99], driftline.Blocked{Chain: 99, Verdict: driftline.VerdictClaimHeld})
	wantEqual(t, "the deadline", status.Deadline, endOfTime)
}
