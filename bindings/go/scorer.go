package driftline

// PlacementScorer says how good each home is (A2). Write one; a scheduler asks it.
//
// A score is in [0, 1], higher is a better home. Nothing that a scorer returns is trusted: NaN and infinities count as no
// opinion, other numbers are clamped, and both are counted in the report (P1).
//
// An error is an answer or a failure: [ErrNoOpinion] says that there is no opinion; an [Interrupt] ends the call under
// every policy; any other error is a failure, with which the config's policy deals (P2). It comes out of the call or in
// the report as the same value. A panic ends the call under every policy and goes on out of it with the same value.
//
// A scorer may have more abilities. They are looked for once, when it is installed: [LiveScorer], [NodeFingerprinter],
// [ChainFingerprinter], [CostEstimator], [BatchScorer], [BatchLiveScorer], [BatchFingerprinter] and
// [AlternativesScorer]. Whatever is missing has the default of A2. Asking a single question from C costs some fifty
// nanoseconds, a batch little more, so have the batches where chains are many.
//
// A scorer is asked one question at a time, on the goroutine that called the library and only while that call lasts.
// It must not use the scheduler or state whose call it answers: that is refused with [ErrReentrant] (P3). It must return
// or panic: after [runtime.Goexit], and so the FailNow of a test, inside a scorer, scheduler and state are busy for ever and
// their memory is lost.
type PlacementScorer interface {
	// Score is how good a home the node is for the chain. It may come from a cache.
	Score(chain ChainID, node NodeID) (float32, error)

	// BestAlternative is the best home that the chain could have and has not; [ErrNoOpinion] if there is none. What is
	// among exclude is no alternative and is counted as invalid (P1): its holders, nodes that are drained or avoided, and
	// targets that have just failed, by ascending id. The slice is the scorer's until it returns.
	BestAlternative(chain ChainID, exclude []NodeID) (Alternative, error)
}

// Alternative is a home that a chain could have instead.
type Alternative struct {
	Node  NodeID
	Score float32 // in [0, 1]
	_     uint32
}

// LiveScorer is a [PlacementScorer] that knows what is true right now. Without it Score is asked.
type LiveScorer interface {
	// LiveScore is as Score, but never from a cache: nobody is evicted on a stale number (D7).
	LiveScore(chain ChainID, node NodeID) (float32, error)
}

// NodeFingerprinter is a [PlacementScorer] that knows when something about a node moved. Without it every node counts as
// always changed.
type NodeFingerprinter interface {
	// NodeFingerprint is a change counter of all that scores depend on at the node; [ErrNoOpinion] counts as changed (S2).
	NodeFingerprint(node NodeID) (uint64, error)
}

// ChainFingerprinter is a [PlacementScorer] that knows when something about a chain moved. Without it that never moves.
type ChainFingerprinter interface {
	// ChainFingerprint is a change counter of all that scores depend on and that belongs to the chain; [ErrNoOpinion]
	// counts as changed (S2).
	ChainFingerprint(chain ChainID) (uint64, error)
}

// CostEstimator is a [PlacementScorer] that knows what moves cost. Without it they are free.
type CostEstimator interface {
	// MigrationCost is what it would cost to move the chain to the target; [ErrNoOpinion] is free (D10).
	MigrationCost(chain ChainID, target NodeID) (MigrationCost, error)
}

// Pair is a question of a batch.
type Pair struct {
	Chain ChainID
	Node  NodeID
}

// BatchScorer is a [PlacementScorer] that answers many questions in one crossing.
//
// The slices belong to the library and are gone when the method returns: keep none of them.
type BatchScorer interface {
	// ScoreMany writes the score of each pair. scores has the length of pairs and is all NaN, which here is "no opinion".
	// It must say what Score says. After an error the library asks for smaller parts, where the policy wants to go on.
	ScoreMany(pairs []Pair, scores []float32) error
}

// BatchLiveScorer is BatchScorer for live scores. This version of the library does not ask it.
type BatchLiveScorer interface {
	// LiveScoreMany is as ScoreMany, and says what LiveScore says.
	LiveScoreMany(pairs []Pair, scores []float32) error
}

// BatchFingerprinter is a [PlacementScorer] that answers for many nodes in one crossing.
//
// The slices belong to the library and are gone when the method returns: keep none of them.
type BatchFingerprinter interface {
	// NodeFingerprints writes the fingerprint of each node, and true beside it. Both slices have the length of nodes;
	// known is all false, which is "no opinion". It must say what NodeFingerprint says.
	NodeFingerprints(nodes []NodeID, fingerprints []uint64, known []bool) error
}

// AlternativesScorer is a [PlacementScorer] that knows more than one alternative in one crossing. It is asked in place of
// BestAlternative where MaxAlternatives is above 1 (L2). Without it BestAlternative is asked again and again, with what it has
// answered among exclude.
//
// The slice out belongs to the library and is gone when the method returns.
type AlternativesScorer interface {
	// Alternatives writes up to len(out) alternatives, best first, and returns how many; none is an answer, as is
	// [ErrNoOpinion]. exclude is as in BestAlternative. If out was filled it may be asked again with more room.
	Alternatives(chain ChainID, exclude []NodeID, out []Alternative) (int, error)
}
