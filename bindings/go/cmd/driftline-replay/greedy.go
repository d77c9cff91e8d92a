package main

import (
	"slices"

	driftline "github.com/driftline/driftline/bindings/go"
)

// greedy always wants the best nodes: what chasing every sample costs. It needs no scheduler.
type greedy struct {
	scores    *scores
	placement placement
}

func (g *greedy) close() error { return nil }

// isBetter: of equals a holder stays, then the lower id wins. A move must gain something.
func (g *greedy) isBetter(chain, node, best int) bool {
	if best < 0 {
		return true
	}
	score, bestScore := g.scores.values[chain][node], g.scores.values[chain][best]
	if score != bestScore {
		return score > bestScore
	}
	holders := g.placement[chain][:]
	return slices.Contains(holders, driftline.NodeID(node)) && !slices.Contains(holders, driftline.NodeID(best))
}

func (g *greedy) findBest(chain int) []driftline.NodeID {
	var best []driftline.NodeID
	for range replicas {
		found := -1
		for node := range g.placement {
			if node != chain && !slices.Contains(best, driftline.NodeID(node)) && g.isBetter(chain, node, found) {
				found = node
			}
		}
		best = append(best, driftline.NodeID(found))
	}
	return best
}

// missing are those of nodes that others lack, ascending.
func missing(nodes, others []driftline.NodeID) []driftline.NodeID {
	lacking := slices.DeleteFunc(slices.Clone(nodes), func(node driftline.NodeID) bool { return slices.Contains(others, node) })
	slices.Sort(lacking)
	return lacking
}

func (g *greedy) decide(slice int, v *view) ([]move, error) {
	var wanted []move
	// Nothing else needs a look: a chain's best nodes change only with its client's row.
	for _, one := range v.listed {
		chain := int(one.row)
		best := g.findBest(chain)
		targets := missing(best, g.placement[chain][:])
		for at, evicted := range missing(g.placement[chain][:], best) {
			wanted = append(wanted, move{slice, chain, evicted, targets[at]})
		}
	}
	return wanted, nil
}
