package driftline

// #include "shim.h"
// #cgo noescape driftline_scheduler_sampled
// #cgo nocallback driftline_scheduler_sampled
// #cgo noescape driftline_history
// #cgo nocallback driftline_history
// #cgo noescape driftline_snapshot_cells
// #cgo nocallback driftline_snapshot_cells
import "C"

import (
	"runtime"
)

// Sampled is a chain that was re-scored, and why.
type Sampled struct {
	Chain ChainID
	Cause SampleCause
	_     uint32
}

// AppendSampled appends the chains that the last sample or tick re-scored, ascending. After an error the slice is as it
// was.
func (s *LocalScheduler) AppendSampled(sampled []Sampled) ([]Sampled, error) {
	defer runtime.KeepAlive(s)
	var err error
	for again := true; again; {
		room := roomIn(sampled)
		result := C.driftline_scheduler_sampled(s.handle, pointerTo[C.driftline_sampled](room.free), room.capacity(),
			C.sizeof_driftline_sampled, &room.count, &room.cause)
		sampled, again, err = room.filled(sampled, result)
	}
	return sampled, err
}

// Cell is the sampled score of one holder.
type Cell struct {
	Node  NodeID
	Score float32
	_     uint32
}

// AppendCells appends the sampled scores of a chain's holders, by ascending node. A holder without an opinion has none.
// The error is an [ErrNotLed] if the chain was not led at the last sample; the slice is as it was then.
func (s *LocalScheduler) AppendCells(cells []Cell, chain ChainID) ([]Cell, error) {
	defer runtime.KeepAlive(s)
	var err error
	for again := true; again; {
		room := roomIn(cells)
		result := C.driftline_snapshot_cells(s.handle, C.uint64_t(chain), pointerTo[C.driftline_cell](room.free),
			room.capacity(), C.sizeof_driftline_cell, &room.count, &room.cause)
		cells, again, err = room.filled(cells, result)
	}
	return cells, err
}

// Sample is one sample of a history.
type Sample struct {
	At         Timestamp
	WorstScore float32 // of the chain's holders then
	_          uint32
}

// ScoreHistory is what a scheduler remembers of one chain (A4).
type ScoreHistory struct {
	Samples []Sample // oldest first, at most [HistoryLength]
	EWMA    float32  // the moving average; NaN before the first sample
	Trend   Trend
}

// History is the history of a chain. The error is an [ErrNotLed] if the chain was not led at the last sample.
func (s *LocalScheduler) History(chain ChainID) (ScoreHistory, error) {
	var history ScoreHistory
	err := s.HistoryInto(chain, &history)
	return history, err
}

// HistoryInto is History that reuses the room of out.Samples. After an error out is as it was.
func (s *LocalScheduler) HistoryInto(chain ChainID, out *ScoreHistory) error {
	defer runtime.KeepAlive(s)
	var ewma C.float
	var trend C.uint32_t
	samples := out.Samples[:0]
	var err error
	for again := true; again; {
		room := roomIn(samples)
		result := C.driftline_history(s.handle, C.uint64_t(chain), pointerTo[C.driftline_sample](room.free), room.capacity(),
			C.sizeof_driftline_sample, &room.count, &ewma, &trend, &room.cause)
		samples, again, err = room.filled(samples, result)
	}
	if err != nil {
		return err
	}
	*out = ScoreHistory{Samples: samples, EWMA: float32(ewma), Trend: Trend(trend)}
	return nil
}
