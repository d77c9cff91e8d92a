package scenario

import (
	"errors"
	"math"

	driftline "github.com/driftline/driftline/bindings/go"
)

func (s *story) explain(a *arguments) {
	chain := a.chain()
	a.end()
	explanation, err := s.scheduler.Explain(s.state, chain)
	if err != nil {
		s.printError(err)
		return
	}
	s.print("%v; since %v, sampled %v\n", explanation, explanation.Since, explanation.SampledAt)
}

func (s *story) why(a *arguments) {
	chain := a.chain()
	a.end()
	explanation, err := s.scheduler.Explain(s.state, chain)
	if err != nil {
		s.printError(err)
		return
	}
	s.print("%s\n", explanation.Sentence())
}

func (s *story) history(a *arguments) {
	chain := a.chain()
	a.end()
	history, err := s.scheduler.History(chain)
	if err != nil {
		s.printError(err)
		return
	}
	s.print("history %d:", chain)
	if len(history.Samples) == 0 {
		s.print(" empty\n")
		return
	}
	for _, sample := range history.Samples {
		s.print(" %v=%.2f", sample.At, sample.WorstScore)
	}
	s.print(", ewma %.2f, %v\n", history.EWMA, history.Trend)
}

func (s *story) ewma(a *arguments) {
	chain := a.chain()
	a.end()
	history, err := s.scheduler.History(chain)
	switch {
	case err != nil:
		s.printError(err)
	case len(history.Samples) == 0:
		s.print("ewma %d: none\n", chain)
	default:
		s.print("ewma %d: 0x%08x\n", chain, math.Float32bits(history.EWMA))
	}
}

func (s *story) cells(a *arguments) {
	chain := a.chain()
	a.end()
	cells, err := s.scheduler.AppendCells(nil, chain)
	if err != nil {
		s.printError(err)
		return
	}
	s.print("cells %d:", chain)
	for _, cell := range cells {
		s.print(" %d=%.2f", uint64(cell.Node), cell.Score)
	}
	if len(cells) == 0 {
		s.print(" none")
	}
	s.print("\n")
}

func (s *story) asked(a *arguments) {
	a.end()
	if s.world.asked.Len() == 0 {
		s.print("asked nothing\n")
	}
	s.print("%s", s.world.asked.String())
}

func (s *story) verdicts(a *arguments) {
	a.end()
	s.printVerdicts(&s.lastReport)
}

// ---- The state ----

func (s *story) printIDs(ids []uint64) {
	for _, id := range ids {
		s.print(" %d", id)
	}
	if len(ids) == 0 {
		s.print(" none")
	}
}

func (s *story) stateOf(a *arguments) {
	id := a.chain()
	a.end()
	chain, err := s.state.Chain(id)
	if errors.Is(err, driftline.ErrUnknownChain) {
		s.print("state %d: no such chain\n", id)
		return
	}
	if err != nil {
		s.printError(err)
		return
	}
	s.print("state %d: leader %v, holders", chain.ID, chain.Leader)
	var holders []uint64
	for _, node := range chain.Holders {
		holders = append(holders, uint64(node))
	}
	s.printIDs(holders)
	claim := "free"
	if _, eligible := driftline.CheckMigrationEligible(chain); !eligible {
		claim = "held"
	}
	s.print(", claim %s, last rebalance %v", claim, chain.LastRebalance)
	if chain.DesiredKnown {
		s.print(", desired %d", chain.DesiredReplicas)
	}
	if chain.Class != 0 {
		s.print(", class %d", chain.Class)
	}
	if chain.RevisionKnown {
		s.print(", revision %d", chain.Revision)
	}
	if chain.InFlight {
		s.print(", in flight")
	}
	if chain.PendingEviction != driftline.NoNode || chain.PendingPlacement != driftline.NoNode {
		s.print(", ordered")
	}
	if chain.PendingEviction != driftline.NoNode {
		s.print(" %d", uint64(chain.PendingEviction))
	}
	if chain.PendingPlacement != driftline.NoNode {
		s.print(" -> %d", uint64(chain.PendingPlacement))
	}
	s.print("\n")
}

func (s *story) chains(a *arguments) {
	a.end()
	var ids []uint64
	for chain, err := range s.state.Chains() {
		if err != nil {
			s.printError(err)
			return
		}
		ids = append(ids, uint64(chain))
	}
	s.print("chains")
	s.printIDs(ids)
	s.print("\n")
}

func (s *story) on(a *arguments) {
	node := a.node()
	a.end()
	var ids []uint64
	for chain, err := range s.state.ChainsOn(node) {
		if err != nil {
			s.printError(err)
			return
		}
		ids = append(ids, uint64(chain))
	}
	s.print("on %d:", uint64(node))
	s.printIDs(ids)
	s.print("\n")
}

func (s *story) digestOf() uint64 {
	digest, err := s.state.Digest()
	if err != nil {
		s.disagree("the state has no digest: %v", err)
	}
	return digest
}

func (s *story) digest(a *arguments) {
	a.end()
	s.print("digest 0x%016x\n", s.digestOf())
}

func (s *story) digestMark(a *arguments) {
	a.end()
	s.mark, s.hasMark = s.digestOf(), true
}

func (s *story) digestCheck(a *arguments) {
	if !s.hasMark {
		refuse("digest-check before digest-mark")
	}
	a.end()
	word := "changed"
	if s.digestOf() == s.mark {
		word = "unchanged"
	}
	s.print("digest %s since mark\n", word)
}
