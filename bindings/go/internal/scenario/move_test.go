package scenario

import (
	"slices"
	"strings"

	driftline "github.com/driftline/driftline/bindings/go"
)

// ---- Hand-over ----

func (s *story) export(a *arguments) {
	chain := a.chain()
	a.end()
	exported, err := s.state.ExportChain(chain)
	if err != nil {
		s.printError(err)
		return
	}
	s.exported = exported
}

func (s *story) importChain(a *arguments) {
	damaged := a.flag("damaged")
	a.end()
	if s.exported == nil {
		refuse("import before export")
	}
	exported := slices.Clone(s.exported)
	if damaged {
		exported[len(exported)/2] ^= 1
	}
	chain, err := s.state.ImportChain(exported)
	if err != nil {
		s.printError(err)
		return
	}
	if again, err := s.state.ExportChain(chain); err == nil && !slices.Equal(again, exported) {
		s.disagree("what was imported for chain %d is not what is exported", chain)
	}
}

// ---- Drains ----

func (s *story) drainStatus(a *arguments) {
	node := a.node()
	a.end()
	status, err := s.scheduler.DrainStatus(s.state, node)
	if err != nil {
		s.printError(err)
		return
	}
	drains := s.nodeTimes(s.state.AppendDrains)
	if status.Draining != slices.Contains(drains, driftline.NodeTime{Node: node, At: status.Deadline}) {
		s.disagree("the status %v is not of the drains %v", status, drains)
	}
	if !status.Draining {
		s.print("drain %d: not draining\n", uint64(node))
		return
	}
	s.print("drain %d: left %d, moved %d, in flight %d, blocked", uint64(node), status.Left, status.Moved, status.InFlight)
	for at, one := range status.Blocked {
		if at > 0 && status.Blocked[at-1].Chain >= one.Chain {
			s.disagree("blocked chains are not ascending")
		}
		s.print(" %d %s", one.Chain, word(one.Verdict))
	}
	if len(status.Blocked) == 0 {
		s.print(" none")
	}
	s.print(", %s\n", map[bool]string{false: "on time", true: "at risk"}[status.AtRisk])
}

// nodeTimes are the drained or avoided nodes.
func (s *story) nodeTimes(list func([]driftline.NodeTime) ([]driftline.NodeTime, error)) []driftline.NodeTime {
	times, err := list(nil)
	if err != nil {
		s.disagree("nodes with a time cannot be listed: %v", err)
	}
	for at := 1; at < len(times); at++ {
		if times[at-1].Node >= times[at].Node {
			s.disagree("nodes with a time are not ascending")
		}
	}
	return times
}

// ---- Transitions ----

func (s *story) transitions(a *arguments) {
	a.end()
	transitions, err := s.scheduler.AppendTransitions(nil, s.nextTransition)
	if err != nil {
		s.printError(err)
		return
	}
	for at, one := range transitions {
		if one.Sequence != transitions[0].Sequence+uint64(at) || one.Sequence < s.nextTransition {
			s.disagree("the transitions are not numbered one after the other")
		}
		s.print("%v\n", one)
	}
	if len(transitions) == 0 {
		s.print("transitions none\n")
		return
	}
	s.nextTransition = transitions[len(transitions)-1].Sequence + 1
}

// word is the name of a verdict as one.
func word(verdict driftline.Verdict) string {
	return strings.ReplaceAll(verdict.String(), " ", "_")
}
