package driftline

// #include "shim.h"
// #cgo noescape driftline_score_equivalent
// #cgo nocallback driftline_score_equivalent
import "C"

import "time"

// MigrationCost is what it would take to move one chain to one node (A6). Durations must not be negative.
type MigrationCost struct {
	StateTransfer time.Duration // time to ship the state
	Disruption    time.Duration // time during which the chain serves worse or not at all
	// Weight of the whole. What is not finite and above zero counts as 1, so the zero value may stay (C1).
	ReliabilityFactor float32
}

// MigrationCostModel translates a [MigrationCost] into the score that a move must gain to be worth it (A6).
type MigrationCostModel struct {
	CostPerSec float32 // score that one second costs; finite and at least zero
}

// ScoreEquivalent is CostPerSec times the seconds times the weight, in 32 bits as the scheduler computes it.
// The error is an [ErrConfig] for a CostPerSec out of its range or for a duration below zero.
func (m MigrationCostModel) ScoreEquivalent(cost MigrationCost) (float32, error) {
	inC, err := cost.inC()
	if err != nil {
		return 0, err
	}
	var out C.float
	cause := newError()
	if err := check(C.driftline_score_equivalent(C.float(m.CostPerSec), &inC, &out, &cause), &cause); err != nil {
		return 0, err
	}
	return float32(out), nil
}

// costOf is the answer to a question for a cost.
func costOf(cost *C.driftline_migration_cost, isKnown bool, err error) (MigrationCost, error) {
	if err != nil {
		return MigrationCost{}, err
	}
	if !isKnown {
		return MigrationCost{}, ErrNoOpinion
	}
	return MigrationCost{
		StateTransfer:     durationOf(uint64(cost.state_transfer_ns)),
		Disruption:        durationOf(uint64(cost.disruption_ns)),
		ReliabilityFactor: float32(cost.reliability_factor),
	}, nil
}

func (c MigrationCost) inC() (cost C.driftline_migration_cost, err error) {
	if c.StateTransfer < 0 {
		return cost, failure(ErrConfig, "migration cost: state transfer %v is not at least zero", c.StateTransfer)
	}
	if c.Disruption < 0 {
		return cost, failure(ErrConfig, "migration cost: disruption %v is not at least zero", c.Disruption)
	}
	cost.state_transfer_ns = C.uint64_t(nanosecondsOf(c.StateTransfer))
	cost.disruption_ns = C.uint64_t(nanosecondsOf(c.Disruption))
	cost.reliability_factor = C.float(c.ReliabilityFactor)
	return cost, nil
}
