package scenario

import (
	"math"
	"slices"

	driftline "github.com/driftline/driftline/bindings/go"
)

// What a scenario does not print but must hold: the numbers of a pass agree with each other, with the state, and with what the
// scorer saw.

// ---- The report ----

func (s *story) checkReport(report *driftline.TickReport) {
	s.checkVerdictSum(report)
	s.checkCalls(report)
	s.checkLimit(report)
}

func (s *story) checkVerdictSum(report *driftline.TickReport) {
	var sum uint64
	for _, count := range report.Verdicts {
		sum += count
	}
	if sum != report.Led {
		s.disagree("the verdicts do not add up to the led chains")
	}
}

// checkCalls: without a live score of its own the scorer sees the question for one as one for a score.
func (s *story) checkCalls(report *driftline.TickReport) {
	if !s.isTable {
		return // what is put together asks as it likes, and an inventory is no table
	}
	counted, seen := report.Calls, s.world.seen
	if !s.world.hasLive {
		counted.Score += counted.LiveScore
		counted.LiveScore = 0
	}
	if counted != seen {
		s.disagree("the report counts the calls %+v, the scorer %+v", counted, seen)
	}
}

// checkLimit (L3): what is due is scored or left for later; a chain that is too large is scored alone.
func (s *story) checkLimit(report *driftline.TickReport) {
	if report.Deferred == 0 && report.DeferredAge != 0 {
		s.disagree("what is not deferred has an age")
	}
	if len(report.Failures) > 0 {
		return
	}
	if report.New+report.Dirty+report.BackstopDue != report.Rescored+report.Deferred {
		s.disagree("a chain that is due was neither scored nor left for later")
	}
	limit := s.limits.MaxScoresPerTick
	if limit == 0 && report.Deferred != 0 || limit != 0 && report.Calls.Score > limit && report.Rescored > 1 {
		s.disagree("the limit of scores is not kept")
	}
}

// ---- Actions: whom they may be about ----

// checkActions: keeps tells whether placements say what they exclude.
func (s *story) checkActions(actions []driftline.Action, now driftline.Timestamp, keeps bool) {
	frozen, err := s.state.FrozenUntil()
	if err != nil {
		s.disagree("nobody knows whether the state is frozen: %v", err)
	}
	if frozen.Known && now < frozen.At && len(actions) > 0 {
		s.disagree("there are actions, although the state is frozen")
	}
	for at, action := range actions {
		if at > 0 && actions[at-1].Chain >= action.Chain {
			s.disagree("the actions are not by ascending chain")
		}
		s.checkAction(action, now, keeps)
	}
}

func (s *story) checkAction(action driftline.Action, now driftline.Timestamp, keeps bool) {
	chain, err := s.state.Chain(action.Chain)
	if err != nil {
		s.disagree("%v is about a chain that does not exist", action)
		return
	}
	isNobodys := len(chain.Holders) == 0 && chain.DesiredReplicas == 0
	if chain.Leader != s.thisNode || isNobodys || chain.ClaimHeld {
		s.disagree("%v is about a chain that is claimed or not led here", action)
	}
	if action.Revision != chain.Revision || action.RevisionKnown != chain.RevisionKnown {
		s.disagree("%v has another revision than its chain, which has %d", action, chain.Revision)
	}
	if action.Victim != driftline.NoNode && !slices.Contains(chain.Holders, action.Victim) {
		s.disagree("the victim of %v is no holder", action)
	}
	if !action.CostKnown && action.Cost != 0 {
		s.disagree("%v has a cost that nobody named", action)
	}
	switch {
	case action.Kind == driftline.ActionPlace && keeps:
		s.checkExcluded(action, chain, now)
	case len(action.Exclude) > 0:
		s.disagree("%v excludes what nobody has kept for it", action)
	}
	if action.Kind == driftline.ActionEvict && action.Victim == driftline.NoNode ||
		action.Kind != driftline.ActionEvict && action.Kind != driftline.ActionPlace {
		s.disagree("%v is neither an eviction nor a placement", action)
	}
}

// checkExcluded: what is excluded is all that is no home for the chain, and nothing that is asked for.
func (s *story) checkExcluded(action driftline.Action, chain driftline.Chain, now driftline.Timestamp) {
	if !slices.IsSorted(action.Exclude) || len(slices.Compact(slices.Clone(action.Exclude))) != len(action.Exclude) {
		s.disagree("what %v excludes is not ascending", action)
	}
	missing := func(node driftline.NodeID) bool { return !slices.Contains(action.Exclude, node) }
	if slices.ContainsFunc(chain.Holders, missing) {
		s.disagree("%v does not exclude a holder", action)
	}
	for _, drain := range s.nodeTimes(s.state.AppendDrains) {
		if missing(drain.Node) {
			s.disagree("%v does not exclude node %v, which is drained", action, drain.Node)
		}
	}
	for _, avoided := range s.nodeTimes(s.state.AppendAvoided) {
		if now < avoided.At && missing(avoided.Node) {
			s.disagree("%v does not exclude node %v, which is avoided", action, avoided.Node)
		}
	}
	if action.Target != driftline.NoNode && !missing(action.Target) {
		s.disagree("%v excludes its target", action)
	}
}

// ---- A decision that is not carried out ----

func (s *story) checkDecision(decision *driftline.Decision) {
	report := &decision.Report
	s.checkVerdictSum(report)
	s.checkCalls(report)
	if report.Deferred != 0 || report.DeferredAge != 0 {
		s.disagree("a pass that samples nothing defers something")
	}
	var moves uint64
	for _, action := range decision.Actions {
		if action.Arm == driftline.ArmScheduler {
			moves++
		}
	}
	if moves != report.Verdicts[driftline.VerdictEvict] {
		s.disagree("the report counts other moves of the scheduler than there are actions")
	}
}

// ---- A tick ----

// led are the explanations of the led chains, ascending.
func (s *story) led() (led []driftline.Explanation) {
	for chain, err := range s.state.LedBy(s.thisNode) {
		if err != nil {
			s.disagree("the led chains cannot be listed: %v", err)
			return led
		}
		explanation, err := s.scheduler.Explain(s.state, chain)
		if err != nil {
			s.disagree("a led chain cannot be explained: %v", err)
		}
		if view, err := s.state.Chain(chain); err != nil || view.InFlight != explanation.InFlight {
			s.disagree("state and explanation do not agree on whether chain %d is in flight", chain)
		}
		led = append(led, explanation)
	}
	return led
}

func (s *story) checkTick(decision *driftline.Decision, before, after []driftline.Explanation) {
	report := &decision.Report
	var verdicts [driftline.VerdictCount]uint64
	var inFlight uint64
	for _, explanation := range after {
		verdicts[explanation.Verdict]++
		if explanation.InFlight {
			inFlight++
		}
	}
	// A chain on cooldown, for one, says that first, so there may be fewer.
	if verdicts[driftline.VerdictDeferred] > report.Deferred {
		s.disagree("more chains say deferred than are")
	}
	if uint64(len(after)) != report.Led || verdicts != report.Verdicts {
		s.disagree("the report counts other verdicts than the lines")
	}
	if inFlight != report.InFlight {
		s.disagree("the report counts %d moves in flight, but there are %d", report.InFlight, inFlight)
	}
	s.checkEvictions(decision.Actions, after)
	s.checkNewMoves(decision.Actions, before, after)
}

// checkEvictions: the actions of the scheduler are the `evict` lines, number by number.
func (s *story) checkEvictions(actions []driftline.Action, led []driftline.Explanation) {
	said := slices.DeleteFunc(slices.Clone(led), func(e driftline.Explanation) bool {
		return e.Verdict != driftline.VerdictEvict
	})
	ours := slices.DeleteFunc(slices.Clone(actions), func(a driftline.Action) bool {
		return a.Arm != driftline.ArmScheduler
	})
	if !slices.EqualFunc(ours, said, isExplained) {
		s.disagree("the evict lines are not the actions of the scheduler: %v, %v", said, ours)
	}
}

func isExplained(action driftline.Action, explanation driftline.Explanation) bool {
	cost := float32(math.NaN())
	if action.CostKnown {
		cost = action.Cost
	}
	return action.Chain == explanation.Chain && action.Victim == explanation.Victim &&
		action.Target == explanation.Alternative && action.VictimScore == explanation.LiveScore &&
		action.TargetScore == explanation.AlternativeScore && action.Gain == explanation.Gain &&
		(cost == explanation.Cost || math.IsNaN(float64(cost)) && math.IsNaN(float64(explanation.Cost)))
}

// checkNewMoves: no limit is exceeded by what the tick began, which is what was not in flight before.
func (s *story) checkNewMoves(actions []driftline.Action, before, after []driftline.Explanation) {
	var moves, inFlight uint64
	for _, explanation := range after {
		if explanation.InFlight {
			inFlight++
		}
	}
	for _, action := range actions {
		if explanationOf(before, action.Chain).InFlight {
			continue
		}
		moves++
		begun := explanationOf(after, action.Chain)
		if !begun.InFlight {
			continue
		}
		source, target := begun.Flight.Victim, begun.Flight.Target
		var fromSource, toTarget uint64
		for _, other := range after {
			if other.InFlight && source != driftline.NoNode && other.Flight.Victim == source {
				fromSource++
			}
			if other.InFlight && target != driftline.NoNode && other.Flight.Target == target {
				toTarget++
			}
		}
		s.atMost("moves in flight from one node", fromSource, s.limits.MaxInFlightPerSource)
		s.atMost("moves in flight to one node", toTarget, s.limits.MaxInFlightPerTarget)
	}
	s.atMost("new moves", moves, s.limits.MaxMovesPerTick)
	if moves > 0 {
		s.atMost("moves in flight", inFlight, s.limits.MaxInFlight)
	}
}

func explanationOf(led []driftline.Explanation, chain driftline.ChainID) (found driftline.Explanation) {
	for _, explanation := range led {
		if explanation.Chain == chain {
			return explanation
		}
	}
	return found
}

func (s *story) atMost(what string, count, limit uint64) {
	if limit != 0 && count > limit {
		s.disagree("there are %d %s, but the limit is %d", count, what, limit)
	}
}
