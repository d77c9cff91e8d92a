package driftline

// #include "shim.h"
// #cgo noescape driftline_scheduler_sampled
// #cgo nocallback driftline_scheduler_sampled
// #cgo noescape driftline_explain
// #cgo nocallback driftline_explain
// #cgo noescape driftline_history
// #cgo nocallback driftline_history
// #cgo noescape driftline_snapshot_cells
// #cgo nocallback driftline_snapshot_cells
// #cgo noescape driftline_explanation_text
// #cgo nocallback driftline_explanation_text
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

// Explanation is why a chain is where it is: its verdict as of the last tick, with operands (W2). Nodes that are not
// known are [NoNode], scores NaN.
type Explanation struct {
	Chain            ChainID
	Verdict          Verdict
	Victim           NodeID  // the worst holder (D5)
	SampledScore     float32 // the score that made it the worst
	LiveScore        float32 // its live score (D7)
	ScoreFloor       float32 // the floor that it was judged by
	Alternative      NodeID  // the best alternative (D8)
	AlternativeScore float32
	Gain             float32 // alternative minus live victim (D9)
	HysteresisGap    float32 // the gap that it was judged by
	Cost             float32 // what the move would cost, in score; also NaN if the scorer named none (D10)
	Since            When    // when the chain got this verdict
	SampledAt        When    // when its scores were sampled
	CooldownUntil    When    // the end of its cooldown; not known if that lies beyond all time
	RetryAt          When    // when a chain that retries later has waited long enough; likewise
	Refusal          Verdict // why it waits, if RefusalKnown (L4)
	RefusalKnown     bool
}

// Explain is why a chain is where it is. The error is an [ErrNotLed] if the scheduler does not lead the chain now.
func (s *LocalScheduler) Explain(state *MeshState, chain ChainID) (Explanation, error) {
	defer runtime.KeepAlive(s)
	defer runtime.KeepAlive(state)
	var e C.driftline_explanation
	e.struct_size = C.sizeof_driftline_explanation
	cause := newError()
	err := check(C.driftline_explain(s.handle, state.handle, C.uint64_t(chain), &e, &cause), &cause)
	if err != nil {
		return Explanation{}, err
	}
	return Explanation{
		Chain:            ChainID(e.chain),
		Verdict:          Verdict(e.verdict),
		Victim:           NodeID(e.victim),
		SampledScore:     float32(e.sampled_score),
		LiveScore:        float32(e.live_score),
		ScoreFloor:       float32(e.score_floor),
		Alternative:      NodeID(e.alternative),
		AlternativeScore: float32(e.alternative_score),
		Gain:             float32(e.gain),
		HysteresisGap:    float32(e.hysteresis_gap),
		Cost:             float32(e.cost),
		Since:            when(uint64(e.since_ns), e.flags&C.DRIFTLINE_EXPLANATION_SINCE != 0),
		SampledAt:        when(uint64(e.sampled_at_ns), e.flags&C.DRIFTLINE_EXPLANATION_SAMPLED_AT != 0),
		CooldownUntil:    when(uint64(e.cooldown_until_ns), e.flags&C.DRIFTLINE_EXPLANATION_COOLDOWN_UNTIL != 0),
		RetryAt:          when(uint64(e.retry_at_ns), e.flags&C.DRIFTLINE_EXPLANATION_RETRY_AT != 0),
		Refusal:          Verdict(e.refusal),
		RefusalKnown:     e.flags&C.DRIFTLINE_EXPLANATION_REFUSAL != 0,
	}, nil
}

// String is the explanation as the library prints it, in one line:
// "7 evict 3 -> 9: live 0.40 under 0.50, gain 0.55 over 0.20, cost none".
func (x Explanation) String() string {
	e := x.inC()
	text := make([]byte, 0, 160)
	var err error
	for again := true; again; {
		room := roomIn(text)
		result := C.driftline_explanation_text(&e, pointerTo[C.char](room.free), room.capacity(), &room.count, &room.cause)
		if Code(result) == ErrCapacity {
			room.count++ // for the NUL
		}
		text, again, err = room.filled(text, result)
	}
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func (x Explanation) inC() C.driftline_explanation {
	e := C.driftline_explanation{
		struct_size:       C.sizeof_driftline_explanation,
		verdict:           C.uint32_t(x.Verdict),
		chain:             C.uint64_t(x.Chain),
		victim:            C.uint64_t(x.Victim),
		alternative:       C.uint64_t(x.Alternative),
		sampled_score:     C.float(x.SampledScore),
		live_score:        C.float(x.LiveScore),
		score_floor:       C.float(x.ScoreFloor),
		alternative_score: C.float(x.AlternativeScore),
		gain:              C.float(x.Gain),
		hysteresis_gap:    C.float(x.HysteresisGap),
		cost:              C.float(x.Cost),
	}
	set := func(time When, at *C.uint64_t, flag C.uint32_t) {
		*at = C.DRIFTLINE_NONE
		if time.Known {
			*at = C.uint64_t(time.At)
			e.flags |= flag
		}
	}
	set(x.Since, &e.since_ns, C.DRIFTLINE_EXPLANATION_SINCE)
	set(x.SampledAt, &e.sampled_at_ns, C.DRIFTLINE_EXPLANATION_SAMPLED_AT)
	set(x.CooldownUntil, &e.cooldown_until_ns, C.DRIFTLINE_EXPLANATION_COOLDOWN_UNTIL)
	set(x.RetryAt, &e.retry_at_ns, C.DRIFTLINE_EXPLANATION_RETRY_AT)
	if x.RefusalKnown {
		e.refusal = C.uint32_t(x.Refusal)
		e.flags |= C.DRIFTLINE_EXPLANATION_REFUSAL
	}
	return e
}
