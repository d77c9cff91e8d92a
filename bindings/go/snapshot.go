package driftline

import (
	"cmp"
	"errors"
	"slices"
)

// ScoreSnapshot is the scores of chains as they were sampled: a copy, which does not change when the scheduler goes on.
type ScoreSnapshot struct {
	cells map[ChainID][]Cell
}

// Snapshot copies the sampled scores of every chain that the scheduler leads in this state. Chains that were not led yet
// at the last sample are missing. Costs one call for each chain.
func (s *LocalScheduler) Snapshot(state *MeshState) (*ScoreSnapshot, error) {
	node, err := s.ThisNode()
	if err != nil {
		return nil, err
	}
	led, err := state.AppendLedBy(nil, node)
	if err != nil {
		return nil, err
	}
	snapshot := &ScoreSnapshot{cells: make(map[ChainID][]Cell, len(led))}
	for _, chain := range led {
		cells, err := s.AppendCells(nil, chain)
		if errors.Is(err, ErrNotLed) {
			continue
		}
		if err != nil {
			return nil, err
		}
		snapshot.cells[chain] = cells
	}
	return snapshot, nil
}

// Cells are the scores of a chain's holders, by ascending node; false if the chain is not in the snapshot. The slice must
// not be changed.
func (s *ScoreSnapshot) Cells(chain ChainID) ([]Cell, bool) {
	cells, found := s.cells[chain]
	return cells, found
}

// Score is the sampled score of a holder; false if it has none.
func (s *ScoreSnapshot) Score(chain ChainID, node NodeID) (float32, bool) {
	cells := s.cells[chain]
	at, found := slices.BinarySearchFunc(cells, node, func(cell Cell, node NodeID) int { return cmp.Compare(cell.Node, node) })
	if !found {
		return 0, false
	}
	return cells[at].Score, true
}

// SnapshotScorer answers Score from a snapshot and passes everything else on to a live scorer, whose LiveScore bypasses
// the snapshot (A5). With it [DiffScheduler] judges by what was sampled.
type SnapshotScorer struct {
	snapshot *ScoreSnapshot
	live     *installation
}

// NewSnapshotScorer makes one. The error is an [ErrNil] if one of them is nil.
func NewSnapshotScorer(snapshot *ScoreSnapshot, live PlacementScorer) (*SnapshotScorer, error) {
	if snapshot == nil {
		return nil, failure(ErrNil, "the snapshot is nil")
	}
	in, err := newInstallation(live)
	if err != nil {
		return nil, err
	}
	return &SnapshotScorer{snapshot, in}, nil
}

// Score is the sampled score.
func (s *SnapshotScorer) Score(chain ChainID, node NodeID) (float32, error) {
	if score, found := s.snapshot.Score(chain, node); found {
		return score, nil
	}
	return 0, ErrNoOpinion
}

// LiveScore is the live scorer's live score, or its score if it has no other.
func (s *SnapshotScorer) LiveScore(chain ChainID, node NodeID) (float32, error) {
	if s.live.entries&hasLiveScore != 0 {
		return s.live.live.LiveScore(chain, node)
	}
	return s.live.scorer.Score(chain, node)
}

// BestAlternative is the live scorer's.
func (s *SnapshotScorer) BestAlternative(chain ChainID, exclude []NodeID) (Alternative, error) {
	return s.live.scorer.BestAlternative(chain, exclude)
}

// NodeFingerprint is the live scorer's, if it has the ability.
func (s *SnapshotScorer) NodeFingerprint(node NodeID) (uint64, error) {
	return s.live.nodes.NodeFingerprint(node)
}

// ChainFingerprint is the live scorer's, if it has the ability.
func (s *SnapshotScorer) ChainFingerprint(chain ChainID) (uint64, error) {
	return s.live.chains.ChainFingerprint(chain)
}

// MigrationCost is the live scorer's, if it has the ability.
func (s *SnapshotScorer) MigrationCost(chain ChainID, target NodeID) (MigrationCost, error) {
	return s.live.costs.MigrationCost(chain, target)
}

// Alternatives is the live scorer's, if it has the ability.
func (s *SnapshotScorer) Alternatives(chain ChainID, exclude []NodeID, out []Alternative) (int, error) {
	return s.live.alternatives.Alternatives(chain, exclude, out)
}

func (s *SnapshotScorer) abilities() (entries, error) {
	passedOn := hasNodeFingerprint | hasChainFingerprint | hasMigrationCost | hasAlternatives
	return hasLiveScore | s.live.entries&passedOn, nil
}
