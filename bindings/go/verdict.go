package driftline

// #include "shim.h"
// #cgo nocallback driftline_verdict_name
import "C"

// Verdict is what a chain was judged to be. Every led chain has exactly one (W1).
type Verdict uint32

// The verdicts. Numbers are only ever added.
const (
	VerdictNotSampled    Verdict = C.DRIFTLINE_VERDICT_NOT_SAMPLED    // not asked about since it became led, or there is no scorer
	VerdictHealthy       Verdict = C.DRIFTLINE_VERDICT_HEALTHY        // the worst holder is at or above the floor
	VerdictNoScore       Verdict = C.DRIFTLINE_VERDICT_NO_SCORE       // no holder has a score, or the victim has no live one
	VerdictCooldown      Verdict = C.DRIFTLINE_VERDICT_COOLDOWN       // evicted from less than a cooldown ago
	VerdictClaimHeld     Verdict = C.DRIFTLINE_VERDICT_CLAIM_HELD     // an exclusive claim is held
	VerdictRecovered     Verdict = C.DRIFTLINE_VERDICT_RECOVERED      // the victim's live score is at or above the floor
	VerdictNoAlternative Verdict = C.DRIFTLINE_VERDICT_NO_ALTERNATIVE // the scorer knows no better home
	VerdictGapTooSmall   Verdict = C.DRIFTLINE_VERDICT_GAP_TOO_SMALL  // the alternative is not better by more than the gap
	VerdictCostTooHigh   Verdict = C.DRIFTLINE_VERDICT_COST_TOO_HIGH  // the move costs at least what it gains
	VerdictEvict         Verdict = C.DRIFTLINE_VERDICT_EVICT          // the victim should go
	VerdictScorerFailed  Verdict = C.DRIFTLINE_VERDICT_SCORER_FAILED  // the scorer failed, the chain sits this pass out
	VerdictAlreadyMoved  Verdict = C.DRIFTLINE_VERDICT_ALREADY_MOVED  // acted upon earlier in the same pass, by another arm
	VerdictLastHolder    Verdict = C.DRIFTLINE_VERDICT_LAST_HOLDER    // the move would leave the chain with too few holders
	VerdictFrozen        Verdict = C.DRIFTLINE_VERDICT_FROZEN         // nothing is emitted until a freeze is over
	VerdictInFlight      Verdict = C.DRIFTLINE_VERDICT_IN_FLIGHT      // a move of the chain is under way
	VerdictRetryLater    Verdict = C.DRIFTLINE_VERDICT_RETRY_LATER    // refused before for want of a better home
	VerdictTickLimit     Verdict = C.DRIFTLINE_VERDICT_TICK_LIMIT     // the moves of this tick are used up
	VerdictClusterLimit  Verdict = C.DRIFTLINE_VERDICT_CLUSTER_LIMIT  // too many moves are in flight
	VerdictSourceLimit   Verdict = C.DRIFTLINE_VERDICT_SOURCE_LIMIT   // too many moves are in flight from the victim
	VerdictTargetLimit   Verdict = C.DRIFTLINE_VERDICT_TARGET_LIMIT   // too many are in flight to every home that would do
	VerdictFlapHold      Verdict = C.DRIFTLINE_VERDICT_FLAP_HOLD      // the chain has moved back and forth, or too often
	VerdictWarmingUp     Verdict = C.DRIFTLINE_VERDICT_WARMING_UP     // too few chains have a score yet
	VerdictPinned        Verdict = C.DRIFTLINE_VERDICT_PINNED         // the chain's class does not move
	VerdictProposeOnly   Verdict = C.DRIFTLINE_VERDICT_PROPOSE_ONLY   // the victim should go, but the class only proposes
	VerdictDeferred      Verdict = C.DRIFTLINE_VERDICT_DEFERRED       // due, but the scores of this tick were used up
)

// NoVerdict is none, where a [Transition] begins or ends.
const NoVerdict Verdict = C.DRIFTLINE_VERDICT_NONE

// VerdictCount is how many numbers of verdicts a report counts.
const VerdictCount = C.DRIFTLINE_VERDICT_COUNT

// String is the verdict in words, such as "gap too small"; "none" for [NoVerdict], "unknown" for another number that is none.
func (v Verdict) String() string {
	if v == NoVerdict {
		return "none"
	}
	return C.GoString(C.driftline_verdict_name(C.uint32_t(v)))
}

// SampleCause is why a chain was re-scored: the first reason of S1 that applied.
type SampleCause uint32

// The causes of S1.
const (
	CauseNew      SampleCause = C.DRIFTLINE_CAUSE_NEW      // not sampled since it became led
	CauseDirty    SampleCause = C.DRIFTLINE_CAUSE_DIRTY    // an input moved
	CauseBackstop SampleCause = C.DRIFTLINE_CAUSE_BACKSTOP // its scores were a decision interval old
)

// String is the cause in a word.
func (c SampleCause) String() string {
	return nameOf([]string{CauseNew: "new", CauseDirty: "dirty", CauseBackstop: "backstop"}, uint32(c))
}

// Trend is where a chain's worst score goes (H2).
type Trend uint32

// The trends of H2.
const (
	TrendStable    Trend = C.DRIFTLINE_TREND_STABLE    // within the dead band around the mean
	TrendDegrading Trend = C.DRIFTLINE_TREND_DEGRADING // below it
	TrendImproving Trend = C.DRIFTLINE_TREND_IMPROVING // above it
)

// String is the trend in a word.
func (t Trend) String() string {
	return nameOf([]string{TrendStable: "stable", TrendDegrading: "degrading", TrendImproving: "improving"}, uint32(t))
}

// Method is a question that a scorer was asked. A batch has the method of its elements.
type Method uint32

// The methods, and the interfaces that have them.
const (
	MethodScore            Method = C.DRIFTLINE_METHOD_SCORE             // [PlacementScorer], [BatchScorer]
	MethodLiveScore        Method = C.DRIFTLINE_METHOD_LIVE_SCORE        // [LiveScorer], [BatchLiveScorer]
	MethodBestAlternative  Method = C.DRIFTLINE_METHOD_BEST_ALTERNATIVE  // [PlacementScorer], [AlternativesScorer]
	MethodNodeFingerprint  Method = C.DRIFTLINE_METHOD_NODE_FINGERPRINT  // [NodeFingerprinter], [BatchFingerprinter]
	MethodChainFingerprint Method = C.DRIFTLINE_METHOD_CHAIN_FINGERPRINT // [ChainFingerprinter]
	MethodMigrationCost    Method = C.DRIFTLINE_METHOD_MIGRATION_COST    // [CostEstimator]
	MethodBegin            Method = C.DRIFTLINE_METHOD_BEGIN             // none: a scorer that the library holds is told the time
)

// String is the method's name as other languages and the scenario files have it, such as "live_score".
func (m Method) String() string {
	return nameOf([]string{
		MethodScore:            "score",
		MethodLiveScore:        "live_score",
		MethodBestAlternative:  "best_alternative",
		MethodNodeFingerprint:  "node_fingerprint",
		MethodChainFingerprint: "chain_fingerprint",
		MethodMigrationCost:    "migration_cost",
		MethodBegin:            "begin",
	}, uint32(m))
}

func nameOf(names []string, number uint32) string {
	if int64(number) >= int64(len(names)) {
		return "unknown"
	}
	return names[number]
}
