package driftline

// #include "shim.h"
import "C"

import (
	"runtime/cgo"
	"unsafe"
)

// Each callback finds its callee, asks the scorer, and writes the answer. What the scorer writes to was lent by C and
// is seen as Go's; layout.go proves that it is the same.

//export driftlineGoDrop
func driftlineGoDrop(handle C.uintptr_t) {
	cgo.Handle(handle).Delete()
}

//export driftlineGoScore
func driftlineGoScore(handle C.uintptr_t, chain, node C.uint64_t, out *C.float) (result C.int32_t) {
	callee := calleeOf(handle)
	defer callee.recover(&result)
	score, err := callee.active.scorer.Score(ChainID(chain), NodeID(node))
	if err != nil {
		return callee.refuse(err, failureOf(MethodScore, uint64(chain), NodeID(node), nil))
	}
	*out = C.float(score)
	return C.DRIFTLINE_SCORER_OK
}

//export driftlineGoLiveScore
func driftlineGoLiveScore(handle C.uintptr_t, chain, node C.uint64_t, out *C.float) (result C.int32_t) {
	callee := calleeOf(handle)
	defer callee.recover(&result)
	score, err := callee.active.live.LiveScore(ChainID(chain), NodeID(node))
	if err != nil {
		return callee.refuse(err, failureOf(MethodLiveScore, uint64(chain), NodeID(node), nil))
	}
	*out = C.float(score)
	return C.DRIFTLINE_SCORER_OK
}

//export driftlineGoBestAlternative
func driftlineGoBestAlternative(
	handle C.uintptr_t, chain C.uint64_t, exclude *C.uint64_t, excludeCount C.size_t, out *C.driftline_alternative,
) (result C.int32_t) {
	callee := calleeOf(handle)
	defer callee.recover(&result)
	alternative, err := callee.active.scorer.BestAlternative(ChainID(chain), callee.copyExclude(exclude, excludeCount))
	if err != nil {
		return callee.refuse(err, failureOf(MethodBestAlternative, uint64(chain), NoNode, nil))
	}
	out.node = C.uint64_t(alternative.Node)
	out.score = C.float(alternative.Score)
	return C.DRIFTLINE_SCORER_OK
}

//export driftlineGoNodeFingerprint
func driftlineGoNodeFingerprint(handle C.uintptr_t, node C.uint64_t, out *C.uint64_t) (result C.int32_t) {
	callee := calleeOf(handle)
	defer callee.recover(&result)
	fingerprint, err := callee.active.nodes.NodeFingerprint(NodeID(node))
	if err != nil {
		return callee.refuse(err, failureOf(MethodNodeFingerprint, C.DRIFTLINE_NONE, NodeID(node), nil))
	}
	*out = C.uint64_t(fingerprint)
	return C.DRIFTLINE_SCORER_OK
}

//export driftlineGoChainFingerprint
func driftlineGoChainFingerprint(handle C.uintptr_t, chain C.uint64_t, out *C.uint64_t) (result C.int32_t) {
	callee := calleeOf(handle)
	defer callee.recover(&result)
	fingerprint, err := callee.active.chains.ChainFingerprint(ChainID(chain))
	if err != nil {
		return callee.refuse(err, failureOf(MethodChainFingerprint, uint64(chain), NoNode, nil))
	}
	*out = C.uint64_t(fingerprint)
	return C.DRIFTLINE_SCORER_OK
}

//export driftlineGoMigrationCost
func driftlineGoMigrationCost(
	handle C.uintptr_t, chain, target C.uint64_t, out *C.driftline_migration_cost,
) (result C.int32_t) {
	callee := calleeOf(handle)
	defer callee.recover(&result)
	question := failureOf(MethodMigrationCost, uint64(chain), NodeID(target), nil)
	cost, err := callee.active.costs.MigrationCost(ChainID(chain), NodeID(target))
	if err != nil {
		return callee.refuse(err, question)
	}
	inC, err := cost.inC()
	if err != nil {
		return callee.refuse(err, question)
	}
	*out = inC
	return C.DRIFTLINE_SCORER_OK
}

//export driftlineGoScoreMany
func driftlineGoScoreMany(
	handle C.uintptr_t, pairs *C.driftline_pair, count C.size_t, out *C.float,
) (result C.int32_t) {
	callee := calleeOf(handle)
	defer callee.recover(&result)
	asked := lent[Pair](pairs, count)
	if err := callee.active.batch.ScoreMany(asked, lent[float32](out, count)); err != nil {
		return callee.refuse(err, questionOf(MethodScore, asked))
	}
	return C.DRIFTLINE_SCORER_OK
}

//export driftlineGoLiveScoreMany
func driftlineGoLiveScoreMany(
	handle C.uintptr_t, pairs *C.driftline_pair, count C.size_t, out *C.float,
) (result C.int32_t) {
	callee := calleeOf(handle)
	defer callee.recover(&result)
	asked := lent[Pair](pairs, count)
	if err := callee.active.liveBatch.LiveScoreMany(asked, lent[float32](out, count)); err != nil {
		return callee.refuse(err, questionOf(MethodLiveScore, asked))
	}
	return C.DRIFTLINE_SCORER_OK
}

//export driftlineGoNodeFingerprints
func driftlineGoNodeFingerprints(
	handle C.uintptr_t, nodes *C.uint64_t, count C.size_t, out *C.uint64_t, known *C.uint8_t,
) (result C.int32_t) {
	callee := calleeOf(handle)
	defer callee.recover(&result)
	err := callee.active.nodeBatch.NodeFingerprints(lent[NodeID](nodes, count), lent[uint64](out, count),
		lent[bool](known, count))
	if err != nil {
		return callee.refuse(err, failureOf(MethodNodeFingerprint, C.DRIFTLINE_NONE, NoNode, nil))
	}
	return C.DRIFTLINE_SCORER_OK
}

//export driftlineGoAlternatives
func driftlineGoAlternatives(
	handle C.uintptr_t, chain C.uint64_t, exclude *C.uint64_t, excludeCount C.size_t,
	out *C.driftline_alternative, capacity C.size_t, count *C.size_t,
) (result C.int32_t) {
	callee := calleeOf(handle)
	defer callee.recover(&result)
	found, err := callee.active.alternatives.Alternatives(ChainID(chain), callee.copyExclude(exclude, excludeCount),
		lent[Alternative](out, capacity))
	if err == nil && (found < 0 || found > int(capacity)) {
		err = failure(ErrCapacity, "Alternatives returned %d, but there is room for %d", found, int(capacity))
	}
	if err != nil {
		return callee.refuse(err, failureOf(MethodBestAlternative, uint64(chain), NoNode, nil))
	}
	*count = C.size_t(found)
	return C.DRIFTLINE_SCORER_OK
}

// lent is C's memory as a slice that cannot grow into what lies behind it. An empty one of the library's is somewhere
// near zero, where the runtime takes a pointer for a bug and ends the program.
func lent[InGo, InC any](first *InC, count C.size_t) []InGo {
	if count == 0 {
		return nil
	}
	return unsafe.Slice((*InGo)(unsafe.Pointer(first)), int(count))
}

// copyExclude copies, because a scorer may well change so short a list, and the library looks at it afterwards.
func (c *callee) copyExclude(exclude *C.uint64_t, count C.size_t) []NodeID {
	c.exclude = append(c.exclude[:0], lent[NodeID](exclude, count)...)
	return c.exclude
}

// questionOf names the chain of a batch if it has only one, and the node of a batch of one.
func questionOf(method Method, pairs []Pair) Failure {
	question := Failure{Method: method, Node: NoNode}
	if len(pairs) == 1 {
		question.Node = pairs[0].Node
	}
	question.ChainKnown = len(pairs) > 0
	for _, pair := range pairs {
		question.ChainKnown = question.ChainKnown && pair.Chain == pairs[0].Chain
	}
	if question.ChainKnown {
		question.Chain = pairs[0].Chain
	}
	return question
}
