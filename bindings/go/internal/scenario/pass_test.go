package scenario

import (
	"math"

	driftline "github.com/driftline/driftline/bindings/go"
)

func (s *story) tick(a *arguments) {
	now := timestamp(a.bare())
	a.end()
	before := s.led()
	s.world.forgetQuestions()
	if err := s.scheduler.TickInto(&s.decision, s.state, now); err != nil {
		s.printError(err)
		return
	}
	report, after := &s.decision.Report, s.led()
	s.lastReport = *report
	s.checkReport(report)
	s.checkActions(s.decision.Actions, now, true)
	s.checkTick(&s.decision, before, after)
	s.printSampled(report)
	s.printFailures(report)
	for _, explanation := range after {
		s.print("%v\n", explanation)
	}
	s.printActions(s.decision.Actions)
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
	if moves := movesOf(report); moves != "" {
		s.disagree("a sample counts moves:%s", moves)
	}
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
	if every != 0 && (math.MaxUint64-now)/every < driftline.Timestamp(count-1) {
		refuse("samples go beyond all time")
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
	s.checkActions(decision.Actions, now, true)
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
	s.checkActions(decision.Actions, now, false)
	s.printDecision(decision)
}

func (s *story) printDecision(decision *driftline.Decision) {
	s.checkDecision(decision)
	for _, action := range decision.Actions {
		if action.Arm == driftline.ArmScheduler {
			s.print("%s\n", action.Judgement())
		}
	}
	s.printActions(decision.Actions)
	s.printVerdicts(&decision.Report)
	s.printCalls(&decision.Report)
}

// printActions leaves out an eviction by the scheduler without a revision: its judgement says all of it.
func (s *story) printActions(actions []driftline.Action) {
	for _, action := range actions {
		if action.Kind != driftline.ActionEvict || action.Arm != driftline.ArmScheduler || action.RevisionKnown {
			s.print("action %v\n", action)
		}
	}
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
