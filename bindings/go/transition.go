package driftline

// #include "shim.h"
// #cgo noescape driftline_scheduler_transitions
// #cgo nocallback driftline_scheduler_transitions
import "C"

import (
	"math"
	"runtime"
	"strconv"
	"strings"
)

// Transition is a change of a standing verdict (W3).
type Transition struct {
	Sequence uint64 // counts from 0, so that a reader notices what it has missed
	At       Timestamp
	Chain    ChainID // means nothing if AllChains
	From     Verdict // [NoVerdict] if there was none
	To       Verdict // [NoVerdict] where each chain has its own again
}

// AllChains tells whether all chains are meant at once: a freeze or a warm-up begins or ends.
func (t Transition) AllChains() bool {
	// Every number is a chain, so the one that stands for all is told from the verdicts.
	return t.Chain == math.MaxUint64 && (t.To == NoVerdict || t.To == VerdictFrozen || t.To == VerdictWarmingUp)
}

// String is the transition as the scenario files have it: "60s 7 no_alternative -> retry_later", "90s all -> frozen".
func (t Transition) String() string {
	words := []string{t.At.String(), "all"}
	if !t.AllChains() {
		words[1] = strconv.FormatUint(uint64(t.Chain), 10)
	}
	if t.From != NoVerdict {
		words = append(words, t.From.word())
	}
	words = append(words, "->")
	if t.To != NoVerdict {
		words = append(words, t.To.word())
	}
	return strings.Join(words, " ")
}

func (v Verdict) word() string {
	return strings.ReplaceAll(v.String(), " ", "_")
}

// AppendTransitions appends the changes of standing verdicts from a sequence number on, oldest first. The last
// [TransitionRingLength] are kept: who asks for those after the last that it has seen, and gets a first one with a larger
// number, has missed some. After an error the slice is as it was.
func (s *LocalScheduler) AppendTransitions(transitions []Transition, since uint64) ([]Transition, error) {
	defer runtime.KeepAlive(s)
	var err error
	for again := true; again; {
		room := roomIn(transitions)
		result := C.driftline_scheduler_transitions(s.handle, C.uint64_t(since),
			pointerTo[C.driftline_transition](room.free), room.capacity(), C.sizeof_driftline_transition, &room.count,
			&room.cause)
		transitions, again, err = room.filled(transitions, result)
	}
	return transitions, err
}
