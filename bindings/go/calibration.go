package driftline

// #include "shim.h"
// #cgo noescape driftline_calibrate
// #cgo nocallback driftline_calibrate
import "C"

import (
	"errors"
	"unsafe"
)

// ObservedMove is one move that was carried out (I2).
type ObservedMove struct {
	// What it took, measured, and the weight of the chain. A move without any duration says nothing and is left out.
	Cost MigrationCost
	// The score that was lost over the move, in the unit in which moves are judged. Finite; may be noisy, and negative.
	ScoreLoss float32
}

// Calibration is what [Calibrate] found (I2).
type Calibration struct {
	CostPerSec   float32 // score that one second costs, for [SchedulerConfig]; above zero
	Low          float32 // lower end of the 95 % interval; above zero
	High         float32 // upper end; no farther from Low than CostPerSec is from zero
	Observations int     // how many moves took any time; those are all that count
	Outliers     int     // how many of them are so far from the rest that they had no say; at most half
}

// Calibrate finds the CostPerSec at which [MigrationCostModel] says what moves really cost (I2). It keeps nothing and may be
// called by any goroutine at any time.
//
// Moves that do not belong to the rest, such as those that met an incident, do no harm, also where all of them lost more than
// they should have, as long as they are clearly fewer than half and clearly apart. The order of the moves does not matter, and
// the same moves give the same bits on every platform.
//
// Errors: [ErrCalibration], which says why these moves say nothing: a number that is not finite (Index is the move), fewer
// than 12 moves that took any time, more than half of them outliers, an interval that contains 0 or is wider than the cost
// itself, a negative cost; [ErrConfig] for a duration below zero, with its Index; [ErrOutOfMemory].
func Calibrate(moves []ObservedMove) (Calibration, error) {
	inC := make([]C.driftline_observed_move, len(moves))
	for index, move := range moves {
		cost, err := move.Cost.inC()
		if err != nil {
			var refused *Error
			if errors.As(err, &refused) {
				refused.Index = index
			}
			return Calibration{}, err
		}
		inC[index] = C.driftline_observed_move{
			state_transfer_ns: cost.state_transfer_ns, disruption_ns: cost.disruption_ns,
			reliability_factor: cost.reliability_factor, score_loss: C.float(move.ScoreLoss),
		}
	}
	var out C.driftline_calibration
	out.struct_size = C.sizeof_driftline_calibration
	cause := newError()
	result := C.driftline_calibrate(unsafe.SliceData(inC), C.size_t(len(inC)), C.sizeof_driftline_observed_move, &out, &cause)
	if err := check(result, &cause); err != nil {
		return Calibration{}, err
	}
	return Calibration{
		CostPerSec:   float32(out.cost_per_sec),
		Low:          float32(out.low),
		High:         float32(out.high),
		Observations: int(out.observations),
		Outliers:     int(out.outliers),
	}, nil
}
