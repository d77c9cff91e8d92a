package main

import (
	"errors"
	"fmt"
	"time"

	driftline "github.com/driftline/driftline/bindings/go"
)

// What driftline is told to want; the table prints them.
const (
	scoreFloor    = 0.5
	hysteresisGap = 0.2
)

// Any length would do, as long as the cooldown is counted in it.
const sliceLength = time.Second

// drift is the policy of driftline: events in, a tick for each slice, evictions out.
type drift struct {
	state     *driftline.MeshState
	scheduler *driftline.LocalScheduler
	nodeCount int
	counters  *counters
	events    []driftline.Event
	decision  driftline.Decision
	moves     []move
}

func newDrift(s *scores, p placement, cooldownSlices uint64, counted *counters) (*drift, error) {
	config := driftline.DefaultConfig()
	config.ScoreFloor = scoreFloor
	config.HysteresisGap = hysteresisGap
	config.Cooldown = time.Duration(cooldownSlices) * sliceLength
	// A score depends on nothing but the row of its chain's client, and we say when that changes.
	config.FingerprintMode = driftline.Push
	config.DecisionInterval = driftline.Forever
	// The scheduler sits beside the nodes: it leads every chain and holds none.
	thisNode := driftline.NodeID(len(p))
	state, err := driftline.NewMeshState()
	if err != nil {
		return nil, err
	}
	scheduler, err := driftline.NewLocalScheduler(thisNode, driftline.WithConfig(config), driftline.WithScorer(s))
	if err != nil {
		return nil, errors.Join(err, state.Close())
	}
	d := &drift{state: state, scheduler: scheduler, nodeCount: len(p), counters: counted}
	membership := driftline.Membership{HolderOffsets: []uint64{0}}
	for chain, holders := range p {
		membership.Chains = append(membership.Chains, driftline.ChainID(chain))
		membership.Leaders = append(membership.Leaders, thisNode)
		membership.Holders = append(membership.Holders, holders[:]...)
		membership.HolderOffsets = append(membership.HolderOffsets, uint64(len(membership.Holders)))
	}
	if err := state.Load(membership); err != nil {
		return nil, errors.Join(err, d.close())
	}
	// Slice 0 is seen but not acted on: a sample is the half of a tick that decides nothing.
	report, err := scheduler.Sample(state, 0)
	if err != nil {
		return nil, errors.Join(err, d.close())
	}
	counted.add(report)
	return d, nil
}

func (d *drift) close() error {
	return errors.Join(d.scheduler.Close(), d.state.Close())
}

func (d *drift) decide(slice int, v *view) ([]move, error) {
	d.events = d.events[:0]
	for _, one := range v.listed {
		d.events = append(d.events, driftline.ChainTouched(driftline.ChainID(one.row)))
	}
	if err := d.state.Apply(d.events...); err != nil {
		return nil, err
	}
	now := driftline.After(time.Duration(slice) * sliceLength)
	if err := d.scheduler.TickInto(&d.decision, d.state, now); err != nil {
		return nil, err
	}
	d.counters.add(&d.decision.Report)
	d.counters.addVerdicts(&d.decision.Report)
	return d.carryOut(slice)
}

// carryOut puts the alternative that justified the eviction in the victim's place at once.
func (d *drift) carryOut(slice int) ([]move, error) {
	d.events, d.moves = d.events[:0], d.moves[:0]
	for _, action := range d.decision.Actions {
		if action.Kind != driftline.ActionEvict || int(action.Chain) >= d.nodeCount {
			return nil, fmt.Errorf("unexpected action of kind %d for chain %d", action.Kind, action.Chain)
		}
		d.events = append(d.events, driftline.HolderRemoved(action.Chain, action.Victim),
			driftline.HolderAdded(action.Chain, action.Target))
		d.moves = append(d.moves, move{slice, int(action.Chain), action.Victim, action.Target})
	}
	return d.moves, d.state.Apply(d.events...)
}
