package driftline

// #include "shim.h"
// #cgo noescape driftline_explain
// #cgo nocallback driftline_explain
// #cgo noescape driftline_explanation_text
// #cgo nocallback driftline_explanation_text
// #cgo noescape driftline_explanation_sentence
// #cgo nocallback driftline_explanation_sentence
import "C"

import "runtime"

// Explanation is why a chain is where it is: its verdict as of the last tick, with operands (W2). Nodes that are not
// known are [NoNode], scores NaN.
type Explanation struct {
	Chain            ChainID
	Verdict          Verdict
	Victim           NodeID  // the worst holder (D5)
	SampledScore     float32 // the score that made it the worst
	LiveScore        float32 // its live score (D7)
	ScoreFloor       float32 // the floor that it was judged by, which may be that of its class
	Alternative      NodeID  // the best alternative (D8)
	AlternativeScore float32 // less the penalty for moves in flight to it (L2)
	Gain             float32 // alternative minus live victim (D9)
	HysteresisGap    float32 // the gap that it was judged by
	Cost             float32 // what the move would cost, in score; also NaN if the scorer named none (D10)
	Since            When    // when the chain got this verdict
	SampledAt        When    // when its scores were sampled
	CooldownUntil    When    // the end of its cooldown; not known if that lies beyond all time
	RetryAt          When    // when a chain that retries later has waited long enough; likewise
	Refusal          Verdict // why it waits, if RefusalKnown (L4)
	RefusalKnown     bool
	Limit            uint64 // the limit of the config that keeps the chain where it is, if LimitKnown (L1)
	LimitKnown       bool
	FlapHoldUntil    When   // when it is let go after it has flapped; not known if that lies beyond all time (O1)
	Flight           Flight // the move that is under way, if InFlight
	InFlight         bool
}

// Flight is a move that is under way (F1). Nodes that are not known are [NoNode].
type Flight struct {
	Victim     NodeID    // the holder that it leaves, if it leaves one
	Target     NodeID    // the node that it goes to, if one was named
	Since      Timestamp // when its last action was emitted
	TimesOutAt When      // when it counts as failed; not known beyond all time, or while the library has to say the next thing
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
	explanation := Explanation{
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
		Limit:            uint64(e.limit),
		LimitKnown:       e.flags&C.DRIFTLINE_EXPLANATION_LIMIT != 0,
		FlapHoldUntil:    when(uint64(e.flap_hold_until_ns), e.flags&C.DRIFTLINE_EXPLANATION_FLAP_HOLD_UNTIL != 0),
		InFlight:         e.flags&C.DRIFTLINE_EXPLANATION_FLIGHT != 0,
	}
	if explanation.InFlight {
		explanation.Flight = Flight{
			Victim: NodeID(e.flight_victim), Target: NodeID(e.flight_target), Since: Timestamp(e.flight_since_ns),
			TimesOutAt: when(uint64(e.flight_times_out_at_ns), e.flags&C.DRIFTLINE_EXPLANATION_FLIGHT_TIMES_OUT_AT != 0),
		}
	}
	return explanation, nil
}

// String is the explanation as the library prints it, in one line:
// "7 evict 3 -> 9: live 0.40 under 0.50, gain 0.55 over 0.20, cost none".
func (x Explanation) String() string {
	e := x.inC()
	return lineOf(func(room *room[byte]) C.driftline_result {
		return C.driftline_explanation_text(&e, pointerTo[C.char](room.free), room.capacity(), &room.count, &room.cause)
	})
}

// Sentence says the same to somebody who is called at night: "chain 7 stays on node 3: its score 0.41 is under the floor 0.50,
// and node 9 offers 0.72, but the move would cost 0.35 and gain 0.31".
func (x Explanation) Sentence() string {
	e := x.inC()
	return lineOf(func(room *room[byte]) C.driftline_result {
		return C.driftline_explanation_sentence(&e, pointerTo[C.char](room.free), room.capacity(), &room.count, &room.cause)
	})
}

// lineOf is a line that the library writes, or why it does not.
func lineOf(write func(*room[byte]) C.driftline_result) string {
	text := make([]byte, 0, 160)
	var err error
	for again := true; again; {
		room := roomIn(text)
		result := write(&room)
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
	if x.LimitKnown {
		e.limit = C.uint64_t(x.Limit)
		e.flags |= C.DRIFTLINE_EXPLANATION_LIMIT
	}
	set(x.FlapHoldUntil, &e.flap_hold_until_ns, C.DRIFTLINE_EXPLANATION_FLAP_HOLD_UNTIL)
	if x.InFlight {
		e.flags |= C.DRIFTLINE_EXPLANATION_FLIGHT
		e.flight_victim, e.flight_target = C.uint64_t(x.Flight.Victim), C.uint64_t(x.Flight.Target)
		e.flight_since_ns = C.uint64_t(x.Flight.Since)
		set(x.Flight.TimesOutAt, &e.flight_times_out_at_ns, C.DRIFTLINE_EXPLANATION_FLIGHT_TIMES_OUT_AT)
	}
	return e
}
