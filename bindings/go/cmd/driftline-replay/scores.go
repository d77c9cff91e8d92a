package main

import (
	"fmt"
	"slices"

	driftline "github.com/driftline/driftline/bindings/go"
)

// A node at this cost scores one half.
const halfCostCS = 25.0

const unknown = -1.0

// scores says how good each node is for each chain's client; refreshed when a row is measured. It is what driftline asks.
type scores struct {
	smoothing float64     // the weight of a new score; 1 forgets all before it
	values    [][]float64 // by chain, a score for each node; unknown before the first row
}

func newScores(nodeCount int, smoothing float64) *scores {
	s := &scores{smoothing: smoothing, values: make([][]float64, nodeCount)}
	for chain := range s.values {
		s.values[chain] = slices.Repeat([]float64{unknown}, nodeCount)
	}
	return s
}

// refresh takes in a new row of the chain's client.
func (s *scores) refresh(chain int, rowCS []uint16) {
	values := s.values[chain]
	for node, cost := range rowCS {
		score := halfCostCS / (halfCostCS + float64(cost))
		// Without smoothing the score is taken as it is: E + (s - E) may differ from s in its last bit.
		if values[node] == unknown || s.smoothing == 1 {
			values[node] = score
		} else {
			// The conversion keeps the product from being fused with the sum, which would round differently.
			values[node] += float64(s.smoothing * (score - values[node]))
		}
	}
}

// best is the best node but the client and the excluded ones; ties go to the lower id. -1 if none is left.
func (s *scores) best(chain int, exclude []driftline.NodeID) int {
	best := -1
	for node, score := range s.values[chain] {
		// The list is only searched for the few nodes that would win.
		if (best < 0 || score > s.values[chain][best]) && node != chain && !slices.Contains(exclude, driftline.NodeID(node)) {
			best = node
		}
	}
	return best
}

// Score is driftline's question.
func (s *scores) Score(chain driftline.ChainID, node driftline.NodeID) (float32, error) {
	if int(chain) >= len(s.values) || int(node) >= len(s.values) {
		return 0, fmt.Errorf("there is no chain %d or no node %v", chain, node)
	}
	return float32(s.values[chain][node]), nil
}

// BestAlternative is driftline's question.
func (s *scores) BestAlternative(chain driftline.ChainID, exclude []driftline.NodeID) (driftline.Alternative, error) {
	if int(chain) >= len(s.values) {
		return driftline.Alternative{}, fmt.Errorf("there is no chain %d", chain)
	}
	best := s.best(int(chain), exclude)
	if best < 0 {
		return driftline.Alternative{}, driftline.ErrNoOpinion
	}
	return driftline.Alternative{Node: driftline.NodeID(best), Score: float32(s.values[chain][best])}, nil
}

// placement is who holds what: three replicas of every chain, never on the chain's own client.
type placement [][replicas]driftline.NodeID

// newPlacement starts every chain on its best nodes.
func newPlacement(s *scores) placement {
	p := make(placement, len(s.values))
	for chain := range p {
		for at := range replicas {
			p[chain][at] = driftline.NodeID(s.best(chain, p[chain][:at]))
		}
	}
	return p
}

// move puts the target in the place of the evicted.
func (p placement) move(m move) error {
	holders := p[m.chain][:]
	at := slices.Index(holders, m.evicted)
	if at < 0 || slices.Contains(holders, m.target) || int(m.target) == m.chain || int(m.target) >= len(p) {
		return fmt.Errorf("slice %d: the policy moved chain %d in a way that its placement does not allow", m.slice, m.chain)
	}
	holders[at] = m.target
	return nil
}
