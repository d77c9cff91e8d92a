package driftline

// ScorerFuncs is a [PlacementScorer] made of functions. Score and BestAlternative must be there; of the others, those that
// are not nil are the abilities that it has when it is installed.
type ScorerFuncs struct {
	ScoreFunc            func(chain ChainID, node NodeID) (float32, error)
	BestAlternativeFunc  func(chain ChainID, exclude []NodeID) (Alternative, error)
	LiveScoreFunc        func(chain ChainID, node NodeID) (float32, error)
	NodeFingerprintFunc  func(node NodeID) (uint64, error)
	ChainFingerprintFunc func(chain ChainID) (uint64, error)
	MigrationCostFunc    func(chain ChainID, target NodeID) (MigrationCost, error)
	ScoreManyFunc        func(pairs []Pair, scores []float32) error
	LiveScoreManyFunc    func(pairs []Pair, scores []float32) error
	NodeFingerprintsFunc func(nodes []NodeID, fingerprints []uint64, known []bool) error
	AlternativesFunc     func(chain ChainID, exclude []NodeID, out []Alternative) (int, error)
}

// Score is [PlacementScorer].
func (f ScorerFuncs) Score(chain ChainID, node NodeID) (float32, error) {
	return f.ScoreFunc(chain, node)
}

// BestAlternative is [PlacementScorer].
func (f ScorerFuncs) BestAlternative(chain ChainID, exclude []NodeID) (Alternative, error) {
	return f.BestAlternativeFunc(chain, exclude)
}

// LiveScore is [LiveScorer].
func (f ScorerFuncs) LiveScore(chain ChainID, node NodeID) (float32, error) {
	return f.LiveScoreFunc(chain, node)
}

// NodeFingerprint is [NodeFingerprinter].
func (f ScorerFuncs) NodeFingerprint(node NodeID) (uint64, error) { return f.NodeFingerprintFunc(node) }

// ChainFingerprint is [ChainFingerprinter].
func (f ScorerFuncs) ChainFingerprint(chain ChainID) (uint64, error) {
	return f.ChainFingerprintFunc(chain)
}

// MigrationCost is [CostEstimator].
func (f ScorerFuncs) MigrationCost(chain ChainID, target NodeID) (MigrationCost, error) {
	return f.MigrationCostFunc(chain, target)
}

// ScoreMany is [BatchScorer].
func (f ScorerFuncs) ScoreMany(pairs []Pair, scores []float32) error {
	return f.ScoreManyFunc(pairs, scores)
}

// LiveScoreMany is [BatchLiveScorer].
func (f ScorerFuncs) LiveScoreMany(pairs []Pair, scores []float32) error {
	return f.LiveScoreManyFunc(pairs, scores)
}

// NodeFingerprints is [BatchFingerprinter].
func (f ScorerFuncs) NodeFingerprints(nodes []NodeID, fingerprints []uint64, known []bool) error {
	return f.NodeFingerprintsFunc(nodes, fingerprints, known)
}

// Alternatives is [AlternativesScorer].
func (f ScorerFuncs) Alternatives(chain ChainID, exclude []NodeID, out []Alternative) (int, error) {
	return f.AlternativesFunc(chain, exclude, out)
}

func (f ScorerFuncs) abilities() (entries, error) {
	if f.ScoreFunc == nil {
		return 0, failure(ErrNil, "ScorerFuncs without ScoreFunc")
	}
	if f.BestAlternativeFunc == nil {
		return 0, failure(ErrNil, "ScorerFuncs without BestAlternativeFunc")
	}
	var has entries
	has.add(f.LiveScoreFunc != nil, hasLiveScore)
	has.add(f.NodeFingerprintFunc != nil, hasNodeFingerprint)
	has.add(f.ChainFingerprintFunc != nil, hasChainFingerprint)
	has.add(f.MigrationCostFunc != nil, hasMigrationCost)
	has.add(f.ScoreManyFunc != nil, hasScoreMany)
	has.add(f.LiveScoreManyFunc != nil, hasLiveScoreMany)
	has.add(f.NodeFingerprintsFunc != nil, hasNodeFingerprints)
	has.add(f.AlternativesFunc != nil, hasAlternatives)
	return has, nil
}
