package scenario

import (
	"reflect"

	driftline "github.com/driftline/driftline/bindings/go"
)

func (s *story) tick(a *arguments) {
	now := timestamp(a.bare())
	a.end()
	s.world.forgetQuestions()
	if err := s.scheduler.TickInto(&s.decision, s.state, now); err != nil {
		s.printError(err)
		return
	}
	report := &s.decision.Report
	s.lastReport = *report
	s.printSampled(report)
	s.printFailures(report)
	s.checkReport(report)
	s.checkActions(s.decision.Actions)
	s.printLed(s.decision.Actions, report)
	s.printCalls(report)
}

func (s *story) sampleOnce(now driftline.Timestamp) *driftline.TickReport {
	s.world.forgetQuestions()
	report, err := s.scheduler.Sample(s.state, now)
	if err != nil {
		s.printError(err)
		return nil
	}
	s.lastReport = *report
	s.checkReport(report)
	return report
}

func (s *story) printSample(report *driftline.TickReport) {
	if report == nil {
		return
	}
	s.printSampled(report)
	s.printFailures(report)
	s.printCalls(report)
}

func (s *story) sample(a *arguments) {
	now := timestamp(a.bare())
	a.end()
	s.printSample(s.sampleOnce(now))
}

func (s *story) samples(a *arguments) {
	now, every, count := timestamp(a.value("from")), timestamp(a.value("every")), integer(a.value("count"))
	a.end()
	if count == 0 {
		refuse("no sample")
	}
	var report *driftline.TickReport
	for at := range count {
		if report = s.sampleOnce(now + driftline.Timestamp(at)*every); report == nil {
			return
		}
	}
	s.printSample(report)
}

func (s *story) decide(a *arguments) {
	now := timestamp(a.bare())
	a.end()
	s.world.forgetQuestions()
	decision, err := s.scheduler.Decide(s.state, now)
	if err != nil {
		s.printError(err)
		return
	}
	s.printFailures(&decision.Report)
	s.printDecision(decision)
}

func (s *story) diff(a *arguments) {
	now := timestamp(a.bare())
	var already []driftline.ChainID
	if value, ok := a.optional("already"); ok {
		already = list(value, chainID)
	}
	a.end()
	config, err := s.scheduler.Config()
	if err != nil {
		s.disagree("no config: %v", err)
	}
	s.world.forgetQuestions()
	decision, err := driftline.DiffScheduler(s.state, s.world.scorer(), config, s.thisNode, now, already)
	if err != nil {
		s.printError(err)
		return
	}
	if uint64(len(decision.Report.Failures)) < decision.Report.Verdicts[driftline.VerdictScorerFailed] {
		s.disagree("%d failures for %d chains that failed", len(decision.Report.Failures),
			decision.Report.Verdicts[driftline.VerdictScorerFailed])
	}
	s.printDecision(decision)
}

func (s *story) printDecision(decision *driftline.Decision) {
	report := &decision.Report
	s.checkVerdictSum(report)
	s.checkCalls(report)
	s.checkActions(decision.Actions)
	if report.Deferred != 0 || report.DeferredAge != 0 {
		s.disagree("a pass that samples nothing defers something")
	}
	if uint64(len(decision.Actions)) != report.Verdicts[driftline.VerdictEvict] {
		s.disagree("the report counts other evictions than there are actions")
	}
	for _, action := range decision.Actions {
		s.print("%v\n", action)
	}
	s.printVerdicts(report)
	s.printCalls(report)
}

// ---- What a pass prints first ----

func (s *story) printSampled(report *driftline.TickReport) {
	sampled, err := s.scheduler.AppendSampled(nil)
	if err != nil {
		s.disagree("the sampled chains cannot be listed: %v", err)
	}
	for _, one := range sampled {
		s.printSampledChain(one)
	}
	if len(sampled) == 0 {
		s.print("sampled none\n")
	}
	if uint64(len(sampled)) != report.Rescored {
		s.disagree("the report counts other re-scored chains than are listed")
	}
}

func (s *story) printSampledChain(sampled driftline.Sampled) {
	cells, err := s.scheduler.AppendCells(nil, sampled.Chain)
	if err != nil {
		s.disagree("a sampled chain has no cells: %v", err)
	}
	s.print("sampled %d (%v):", sampled.Chain, sampled.Cause)
	if len(cells) == 0 {
		s.print(" none\n")
		return
	}
	worst := cells[0]
	for _, cell := range cells {
		s.print(" %d=%.2f", uint64(cell.Node), cell.Score)
		if cell.Score < worst.Score {
			worst = cell
		}
	}
	history, err := s.scheduler.History(sampled.Chain)
	if err != nil {
		s.disagree("a sampled chain has no history: %v", err)
	}
	s.print(", worst %d=%.2f, %v\n", uint64(worst.Node), worst.Score, history.Trend)
}

func (s *story) printFailures(report *driftline.TickReport) {
	for _, one := range report.Failures {
		s.print("failed %v%s code=%d\n", one.Method, question(one), codeOf(one.Err))
	}
}

// printLed prints the explanations of the led chains: the same verdicts as the report, an action for each eviction.
func (s *story) printLed(actions []driftline.Action, report *driftline.TickReport) {
	var verdicts [driftline.VerdictCount]uint64
	var led uint64
	var evictions []driftline.Action
	for chain, err := range s.state.LedBy(s.thisNode) {
		if err != nil {
			s.disagree("the led chains cannot be listed: %v", err)
			return
		}
		led++
		explanation, err := s.scheduler.Explain(s.state, chain)
		if err != nil {
			s.printError(err)
			continue
		}
		s.print("%v\n", explanation)
		verdicts[explanation.Verdict]++
		if explanation.Verdict == driftline.VerdictEvict {
			evictions = append(evictions, driftline.Action{Chain: chain, Victim: explanation.Victim, Target: explanation.Alternative})
		}
	}
	var emitted []driftline.Action
	for _, action := range actions {
		emitted = append(emitted, driftline.Action{Chain: action.Chain, Victim: action.Victim, Target: action.Target})
	}
	if !reflect.DeepEqual(evictions, emitted) {
		s.disagree("the evict lines are not the actions: %v, %v", evictions, emitted)
	}
	if verdicts[driftline.VerdictDeferred] > report.Deferred {
		s.disagree("more chains say deferred than are")
	}
	if led != report.Led || verdicts != report.Verdicts {
		s.disagree("the report counts other verdicts than the lines")
	}
}

// ---- What a pass must agree on ----

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
	if s.maxScores == 0 && report.Deferred != 0 ||
		s.maxScores != 0 && report.Calls.Score > s.maxScores && report.Rescored > 1 {
		s.disagree("the limit of scores is not kept")
	}
}

func (s *story) checkActions(actions []driftline.Action) {
	for at, action := range actions {
		if action.Kind != driftline.ActionEvict {
			s.disagree("an action is no eviction")
		}
		if at > 0 && actions[at-1].Chain >= action.Chain {
			s.disagree("the actions are not by ascending chain")
		}
	}
}
