package driftline

// #include "shim.h"
import "C"

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/cgo"
	"sync/atomic"
	"time"
)

// ComposedScorer is a scorer that the library holds: several put together, each of them a [PlacementScorer] of yours
// ([PartOf]), an [Inventory] or another ComposedScorer. Install it with [LocalScheduler.InstallComposed] or [WithComposed], or
// ask it: [DiffComposed], [ComposedScorer.Score], [ComposedScorer.LiveScore], [ComposedScorer.Alternatives],
// [ComposedScorer.MigrationCost].
//
// The functions that make one take over every ComposedScorer among the parts, with what it remembers: from then on it can be
// used nowhere else, which is refused with [ErrClosed]. After an error all parts are as they were. Inventories are not taken
// over, they may be parts of any number of scorers.
//
// For all of them: a part without an opinion does not count, and zero is a veto: what one part scores 0 is 0, and no
// alternative. The cost of a move is that of the first part that has one. Errors and panics of your scorers come out as they
// do where the scorer is installed alone. A scorer of yours without fingerprints makes those of the whole unknown, so let it be
// a [NodeFingerprinter].
//
// One goroutine at a time has it; who comes meanwhile gets [ErrBusy], a scorer that uses what is asking it [ErrReentrant].
type ComposedScorer struct {
	handle  C.driftline_any_scorer
	cleanup runtime.Cleanup
	turn    turn
	whom    atomic.Pointer[cast]
}

// Part is what scorers are composed of: a [*ComposedScorer], an [*Inventory], or what [PartOf] returns.
type Part interface {
	// composed is the part as a scorer of the library's. One that is made for this has no other owner.
	composed() (*ComposedScorer, error)
}

// PartOf is a scorer of yours as a part. It may be that of any number of scorers, if it can be asked by all of them.
func PartOf(scorer PlacementScorer) Part {
	return partOf{scorer}
}

type partOf struct{ scorer PlacementScorer }

func (p partOf) composed() (*ComposedScorer, error) {
	in, err := newInstallation(p.scorer)
	if err != nil {
		return nil, err
	}
	whom := castOf(in)
	return newComposed(whom, func(out *C.driftline_any_scorer, cause *C.driftline_error) C.driftline_result {
		// Whatever comes of it, the library drops the handle when the scorer is gone, and so it is deleted.
		handle := C.uintptr_t(cgo.NewHandle(whom.parts[0].callee))
		return C.driftline_go_any_scorer(handle, C.uint32_t(in.entries), out, cause)
	})
}

func (c *ComposedScorer) composed() (*ComposedScorer, error) {
	if c == nil {
		return nil, failure(ErrNil, "the scorer is nil")
	}
	return c, nil
}

// Weighted is a part of a [WeightedSum].
type Weighted struct {
	Part   Part
	Weight float32 // finite, above zero; only ratios matter
}

// WeightedSum is a scorer whose score is the weighted mean of those of its parts.
//
// Errors: [ErrConfig] with the index for a weight out of its range, a [*ConfigError] without any part; [ErrDuplicate] with the
// index for a [ComposedScorer] that is listed twice; those of [Minimum].
func WeightedSum(parts ...Weighted) (*ComposedScorer, error) {
	list := make([]Part, 0, len(parts))
	for _, part := range parts {
		list = append(list, part.Part)
	}
	return compose(list, func(
		entered []*ComposedScorer, out *C.driftline_any_scorer, cause *C.driftline_error,
	) C.driftline_result {
		inC := make([]C.driftline_weighted_scorer, 0, len(parts))
		for at, part := range entered {
			inC = append(inC, C.driftline_weighted_scorer{scorer: part.handle, weight: C.float(parts[at].Weight)})
		}
		return C.driftline_any_scorer_weighted_sum(pointerTo[C.driftline_weighted_scorer](inC), C.size_t(len(inC)),
			C.sizeof_driftline_weighted_scorer, out, cause)
	})
}

// Minimum is a scorer whose score is the lowest of those of its parts: a home is as good as its worst side.
//
// Errors: a [*ConfigError] without any part; [ErrNil] for a part that is nil, [ErrClosed] for one that was closed or taken over
// before, [ErrDuplicate] for a [ComposedScorer] that is listed twice, each with the index; [ErrBusy], [ErrReentrant];
// [ErrOutOfMemory], [ErrTooMany].
func Minimum(parts ...Part) (*ComposedScorer, error) {
	return compose(parts, func(
		entered []*ComposedScorer, out *C.driftline_any_scorer, cause *C.driftline_error,
	) C.driftline_result {
		inC := make([]C.driftline_any_scorer, 0, len(entered))
		for _, part := range entered {
			inC = append(inC, part.handle)
		}
		return C.driftline_any_scorer_minimum(pointerTo[C.driftline_any_scorer](inC), C.size_t(len(inC)), out, cause)
	})
}

// Gate is a scorer whose homes have to get through another one: where the gate scores below the threshold a home has score 0
// and is no alternative; elsewhere, and where the gate has no opinion, inner answers.
//
// Errors: a [*ConfigError] for a threshold outside [0, 1]; those of [Minimum], in whose list the gate is 0 and inner is 1.
func Gate(gate, inner Part, threshold float32) (*ComposedScorer, error) {
	return compose([]Part{gate, inner}, func(
		entered []*ComposedScorer, out *C.driftline_any_scorer, cause *C.driftline_error,
	) C.driftline_result {
		return C.driftline_any_scorer_gate(entered[0].handle, entered[1].handle, C.float(threshold), out, cause)
	})
}

// Override is the scorer of some chains, for [OverridePerChain].
type Override struct {
	Part   Part
	Chains []ChainID // no chain twice, here or in another override
}

// OverridePerChain is a scorer that gives some chains a scorer of their own; the one for others answers for all others.
//
// Errors: [ErrDuplicate] for a chain that is listed twice, with the chain and an index that counts through all lists one after
// the other; those of [Minimum], in whose list the one for others is 0 and the overrides begin with 1.
func OverridePerChain(others Part, overrides ...Override) (*ComposedScorer, error) {
	parts := append(make([]Part, 0, 1+len(overrides)), others)
	var chains []ChainID
	for _, override := range overrides {
		parts = append(parts, override.Part)
		chains = append(chains, override.Chains...)
	}
	return compose(parts, func(
		entered []*ComposedScorer, out *C.driftline_any_scorer, cause *C.driftline_error,
	) C.driftline_result {
		// C finds a pointer of Go's in each override, and only what is pinned may be there.
		var pinned runtime.Pinner
		defer pinned.Unpin()
		if len(chains) > 0 {
			pinned.Pin(&chains[0])
		}
		inC, left := make([]C.driftline_chain_override, 0, len(overrides)), chains
		for at, part := range entered[1:] {
			count := len(overrides[at].Chains)
			override := C.driftline_chain_override{scorer: part.handle, chain_count: C.uint64_t(count)}
			if count > 0 {
				override.chains, left = pointerTo[C.uint64_t](left), left[count:]
			}
			inC = append(inC, override)
		}
		return C.driftline_any_scorer_override_per_chain(entered[0].handle, pointerTo[C.driftline_chain_override](inC),
			C.size_t(len(inC)), C.sizeof_driftline_chain_override, out, cause)
	})
}

// Cached is a scorer that remembers the scores of up to so many pairs of a chain and a node, as long as the fingerprints of
// both say that nothing has moved. Live scores, alternatives and costs are asked for each time.
//
// Errors: a [*ConfigError] for a capacity below 1 or above 2^32 - 2; those of [Minimum].
func Cached(inner Part, capacity int) (*ComposedScorer, error) {
	if capacity < 0 {
		message := fmt.Sprintf("config field capacity: %d is not at least zero", capacity)
		return nil, &ConfigError{Field: "capacity", Message: message}
	}
	return compose([]Part{inner}, func(
		entered []*ComposedScorer, out *C.driftline_any_scorer, cause *C.driftline_error,
	) C.driftline_result {
		return C.driftline_any_scorer_cached(entered[0].handle, C.size_t(capacity), out, cause)
	})
}

// Smoothed is a scorer that follows another one slowly: after halfLife half of a change of a score has arrived. How often a
// scheduler asks does not matter.
//
// Errors: a [*ConfigError] for a half-life that is not above zero; those of [Minimum].
func Smoothed(inner Part, halfLife time.Duration) (*ComposedScorer, error) {
	if err := notNegative(length{"half_life_ns", halfLife}); err != nil {
		return nil, err
	}
	return compose([]Part{inner}, func(
		entered []*ComposedScorer, out *C.driftline_any_scorer, cause *C.driftline_error,
	) C.driftline_result {
		return C.driftline_any_scorer_smoothed(entered[0].handle, C.uint64_t(nanosecondsOf(halfLife)), out, cause)
	})
}

// DiffComposed is [DiffScheduler] over an inventory or a composed scorer, which is asked and not taken over: what it remembers
// it remembers for the next call. The failures of the report name what your scorers were asked. Fingerprints are not among
// them: what asks for those does without.
//
// Errors: as there, and [ErrClosed], [ErrBusy] and [ErrReentrant] for the scorer.
func DiffComposed(
	state *MeshState, scorer Part, config SchedulerConfig, thisNode NodeID, now Timestamp, alreadyEvicted []ChainID,
) (*Decision, error) {
	parts, err := enterParts([]Part{scorer})
	if err != nil {
		return nil, err
	}
	defer parts.leave()
	asked := parts.list[0]
	return diff(state, config, thisNode, asked.whom.Load(), &asked.turn, func(
		config *C.driftline_config, room []C.driftline_action, pass *C.driftline_go_pass,
	) C.driftline_result {
		return C.driftline_go_diff_any(state.handle, C.uint64_t(thisNode), config, asked.handle, C.uint64_t(now),
			pointerTo[C.uint64_t](alreadyEvicted), C.size_t(len(alreadyEvicted)), pointerTo[C.driftline_action](room),
			C.size_t(len(room)), pass)
	})
}

// Begin tells the scorer what time it is, as a pass does before it asks: what is [Smoothed] is then as of that time, and what
// is [Cached] is compared with the fingerprints anew. Call it before you ask, when something may have moved since the last
// pass or the last Begin. Schedulers and [DiffComposed] do it by themselves.
//
// Errors: [ErrClosed], [ErrBusy], [ErrReentrant].
func (c *ComposedScorer) Begin(now Timestamp) error {
	return c.ask(func(cause *C.driftline_error) C.driftline_result {
		return C.driftline_any_scorer_begin(c.handle, C.uint64_t(now), cause)
	})
}

// Score is what the node is worth to the chain, in [0, 1], as a scheduler would take it: what a scorer of yours says
// beyond that is clamped, and what is not finite is no opinion. [Smoothed] and [Cached] scorers answer as of the last
// pass that they were in, or the last [ComposedScorer.Begin].
//
// Errors: [ErrNoOpinion], which is an answer; a [*ScorerError] if a scorer of yours fails; [ErrReservedNode];
// [ErrOutOfMemory]; [ErrClosed], [ErrBusy], [ErrReentrant]. A panic of a scorer goes on out of Score, with its value.
func (c *ComposedScorer) Score(chain ChainID, node NodeID) (float32, error) {
	var score C.float
	err := c.ask(func(cause *C.driftline_error) C.driftline_result {
		return C.driftline_any_scorer_score(c.handle, C.uint64_t(chain), C.uint64_t(node), &score, cause)
	})
	return opinionOf(score, err)
}

// LiveScore is Score by what is asked at the moment of a decision: a [LiveScorer] is asked for that, and nothing of it is
// remembered, though a [Smoothed] scorer smooths it. Errors and panics as of Score.
func (c *ComposedScorer) LiveScore(chain ChainID, node NodeID) (float32, error) {
	var score C.float
	err := c.ask(func(cause *C.driftline_error) C.driftline_result {
		return C.driftline_any_scorer_live_score(c.handle, C.uint64_t(chain), C.uint64_t(node), &score, cause)
	})
	return opinionOf(score, err)
}

func opinionOf(score C.float, err error) (float32, error) {
	if err != nil {
		return 0, err
	}
	if !isKnown(float32(score)) {
		return 0, ErrNoOpinion
	}
	return float32(score), nil
}

// MigrationCost is what it would cost to move the chain to the target. A ReliabilityFactor that is not finite and above zero
// is 1 here (C1). [MigrationCostModel] says which score that is.
//
// Errors: [ErrNoOpinion], which is an answer, and a move for free; else as of Score. A panic of a scorer goes on out of
// MigrationCost, with its value.
func (c *ComposedScorer) MigrationCost(chain ChainID, target NodeID) (MigrationCost, error) {
	var cost C.driftline_migration_cost
	var isKnown C.uint32_t
	err := c.ask(func(cause *C.driftline_error) C.driftline_result {
		return C.driftline_any_scorer_migration_cost(c.handle, C.uint64_t(chain), C.uint64_t(target), &isKnown, &cost, cause)
	})
	return costOf(&cost, isKnown != 0, err)
}

// Alternatives are up to limit homes that the chain could have, best first, ties by ascending node; none is an answer.
//
// Give in exclude, in any order, what a scheduler would: the holders of the chain, nodes that are drained or avoided.
// What a scorer of yours names although it is excluded, without a score, or again, is left out. It may be asked more
// than once.
//
// Errors: a [*ScorerError] if a scorer of yours fails; [ErrCapacity] for a limit below zero; [ErrOutOfMemory];
// [ErrClosed], [ErrBusy], [ErrReentrant]. A panic of a scorer goes on out of Alternatives, with its value.
func (c *ComposedScorer) Alternatives(chain ChainID, exclude []NodeID, limit int) ([]Alternative, error) {
	return homesUpTo(limit, len(exclude), func(room []Alternative, count *C.size_t) error {
		return c.ask(func(cause *C.driftline_error) C.driftline_result {
			return C.driftline_any_scorer_alternatives(c.handle, C.uint64_t(chain), pointerTo[C.uint64_t](exclude),
				C.size_t(len(exclude)), pointerTo[C.driftline_alternative](room), C.size_t(len(room)),
				C.sizeof_driftline_alternative, count, cause)
		})
	})
}

// ask has the library ask the scorer, outside of any pass. What is written meanwhile must not stand on the stack, which
// callbacks move: the calls have no noescape.
func (c *ComposedScorer) ask(call func(*C.driftline_error) C.driftline_result) error {
	defer runtime.KeepAlive(c)
	if err := c.enter(); err != nil {
		return err
	}
	defer c.leave()
	whom := c.whom.Load()
	if whom == nil {
		return failure(ErrClosed, "the scorer was closed, handed over, or never made")
	}
	session, cause := &session{turn: &c.turn}, newError()
	result := session.ask(whom, func() C.driftline_result { return call(&cause) })
	return session.check(result, &cause)
}

// homesAtFirst is for how many homes there is room at first: few callers want more, and fewer scorers have them.
const homesAtFirst = 256

// homesUpTo asks for homes, and again with more room where there may be more: room for all that a limit allows may be
// more than memory has.
func homesUpTo(limit, excluded int, ask func([]Alternative, *C.size_t) error) ([]Alternative, error) {
	if limit < 0 {
		return nil, failure(ErrCapacity, "a limit of %d is not at least zero", limit)
	}
	// What is excluded takes room, too, where a scorer names it.
	capacity := min(limit, homesAtFirst+excluded)
	for {
		homes := make([]Alternative, capacity)
		var count C.size_t
		if err := ask(homes, &count); err != nil {
			return nil, err
		}
		found := int(count)
		if capacity == limit || found+excluded < capacity {
			return homes[:found], nil
		}
		capacity += min(capacity, limit-capacity)
	}
}

// Close ends the scorer and its parts. Closing again does nothing, nor does closing one that was taken over. If you forget, the
// garbage collector does it. Errors: [ErrBusy], [ErrReentrant]; the scorer is as it was then.
func (c *ComposedScorer) Close() error {
	defer runtime.KeepAlive(c)
	if err := c.enter(); err != nil {
		if errors.Is(err, ErrClosed) {
			return nil
		}
		return err
	}
	defer c.leave()
	result := C.driftline_any_scorer_free(c.handle)
	if result != C.DRIFTLINE_RESULT_OK && result != C.DRIFTLINE_RESULT_HANDLE {
		return failure(Code(result), "the scorer is in use and cannot be closed")
	}
	c.isGone()
	return nil
}

// isGone lets go of what belongs to somebody else now, or to nobody.
func (c *ComposedScorer) isGone() {
	c.cleanup.Stop()
	c.whom.Store(nil)
}

// enter takes the scorer for what uses its Go side. The library guards its own, but not whom callbacks find.
func (c *ComposedScorer) enter() error {
	if c.turn.take() {
		return nil
	}
	return c.turn.refusal("scorer", func() error {
		// No scorer is a gate before itself, so none is made.
		var out C.driftline_any_scorer
		cause := newError()
		err := check(C.driftline_any_scorer_gate(c.handle, c.handle, 0, &out, &cause), &cause)
		runtime.KeepAlive(c)
		if errors.Is(err, ErrDuplicate) {
			return nil
		}
		return atIndex(err, -1) // it is no part here
	})
}

func (c *ComposedScorer) leave() {
	c.turn.end()
}

func newComposed(
	whom *cast, build func(*C.driftline_any_scorer, *C.driftline_error) C.driftline_result,
) (*ComposedScorer, error) {
	var handle C.driftline_any_scorer
	cause := newError()
	if err := check(build(&handle, &cause), &cause); err != nil {
		return nil, err
	}
	scorer := &ComposedScorer{handle: handle}
	scorer.whom.Store(whom)
	scorer.cleanup = runtime.AddCleanup(scorer, func(handle C.driftline_any_scorer) {
		C.driftline_any_scorer_free(handle)
	}, handle)
	return scorer, nil
}

// compose makes one scorer of parts, all of which are taken over, or none.
func compose(
	list []Part, build func([]*ComposedScorer, *C.driftline_any_scorer, *C.driftline_error) C.driftline_result,
) (*ComposedScorer, error) {
	parts, err := enterParts(list)
	if err != nil {
		return nil, err
	}
	defer parts.leave()
	whom := &cast{}
	for _, part := range parts.list {
		whom.parts = append(whom.parts, part.whom.Load().parts...)
	}
	scorer, err := newComposed(whom, func(out *C.driftline_any_scorer, cause *C.driftline_error) C.driftline_result {
		return build(parts.list, out, cause)
	})
	if err != nil {
		return nil, err
	}
	for _, part := range parts.list {
		part.isGone()
	}
	return scorer, nil
}

// parts are the parts of one call, which nobody else may use meanwhile.
type parts struct {
	list []*ComposedScorer
	made []*ComposedScorer // of them, those that nobody else knows
}

func enterParts(list []Part) (entered parts, err error) {
	isComplete := false
	defer func() {
		// Also where a part panics, such as a nil one in a struct of yours.
		if !isComplete {
			entered.leave()
		}
	}()
	for at, part := range list {
		if part == nil {
			return entered, atIndex(failure(ErrNil, "part %d is nil", at), at)
		}
		scorer, err := part.composed()
		if err != nil {
			return entered, atIndex(err, at)
		}
		if scorer != part {
			entered.made = append(entered.made, scorer)
		}
		for _, other := range entered.list {
			if scorer == other {
				return entered, atIndex(failure(ErrDuplicate, "part %d is there twice", at), at)
			}
		}
		if err := scorer.enter(); err != nil {
			return entered, atIndex(err, at)
		}
		entered.list = append(entered.list, scorer)
		if scorer.whom.Load() == nil {
			return entered, atIndex(failure(ErrClosed, "part %d was closed, handed over, or never made", at), at)
		}
	}
	isComplete = true
	return entered, nil
}

// leave also ends what was made for the call, unless it was taken over.
func (p *parts) leave() {
	for _, part := range p.list {
		part.leave()
	}
	for _, part := range p.made {
		_ = part.Close()
	}
	runtime.KeepAlive(p.list)
}

// atIndex says which part an error is about; -1 for none.
func atIndex(err error, at int) error {
	if known := (*Error)(nil); errors.As(err, &known) {
		about := *known
		about.Index = at
		return &about
	}
	return err
}
