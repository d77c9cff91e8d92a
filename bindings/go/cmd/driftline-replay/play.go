package main

import (
	driftline "github.com/driftline/driftline/bindings/go"
)

// outcome is what the clients paid, and what driftline reported.
type outcome struct {
	pre, post, fresh cost
	counters         counters
}

// policy decides when a replica moves. It returns the moves of a slice by ascending chain; they are carried out for it.
type policy interface {
	decide(slice int, v *view) ([]move, error)
	close() error
}

type never struct{}

func (never) decide(int, *view) ([]move, error) { return nil, nil }
func (never) close() error                      { return nil }

// replayer is a replay that goes on.
type replayer struct {
	view      *view
	scores    *scores
	placement placement
}

func (r *replayer) refreshListed() {
	for _, one := range r.view.listed {
		r.scores.refresh(int(one.row), r.view.rowsCS[one.row])
	}
}

func (r *replayer) recordChain(chain int, c *cost) {
	for _, node := range r.placement[chain] {
		c.add(r.view.rowsCS[chain][node])
	}
}

func (r *replayer) recordAll(c *cost) {
	for chain := range r.placement {
		r.recordChain(chain, c)
	}
}

// recordListed: a row that is measured now tells about a placement that was chosen before, the honest sample.
func (r *replayer) recordListed(c *cost) {
	for _, one := range r.view.listed {
		r.recordChain(int(one.row), c)
	}
}

func play(t *trace, o options, made *moves) (result *outcome, err error) {
	result = &outcome{}
	r := &replayer{view: &view{trace: t, rowsCS: make([][]uint16, t.nodeCount)}, scores: newScores(t.nodeCount, o.smoothing)}
	r.view.advance(0)
	r.refreshListed()
	r.placement = newPlacement(r.scores)
	decider, err := r.policyOf(o, &result.counters)
	if err != nil {
		return nil, err
	}
	defer func() {
		if closed := decider.close(); err == nil {
			err = closed
		}
	}()
	for slice := 1; slice < t.sliceCount; slice++ {
		r.view.advance(slice)
		r.refreshListed()
		r.recordAll(&result.pre)
		r.recordListed(&result.fresh)
		wanted, err := decider.decide(slice, r.view)
		if err != nil {
			return nil, err
		}
		for _, one := range wanted {
			if err := r.placement.move(one); err != nil {
				return nil, err
			}
			made.add(one)
		}
		r.recordAll(&result.post)
	}
	return result, nil
}

func (r *replayer) policyOf(o options, counted *counters) (policy, error) {
	switch o.policy {
	case policyNever:
		return never{}, nil
	case policyGreedy:
		return &greedy{r.scores, r.placement}, nil
	default:
		return newDrift(r.scores, r.placement, o.cooldownSlices, counted)
	}
}

// counters is what driftline reported, summed over the whole replay.
type counters struct {
	led, rescored, invalid, liveCalls, scoreCalls, alternativeCalls uint64
	verdicts                                                        [driftline.VerdictCount]uint64
}

func (c *counters) add(report *driftline.TickReport) {
	c.led += report.Led
	c.rescored += report.Rescored
	c.scoreCalls += report.Calls.Score + report.Calls.LiveScore
	c.liveCalls += report.Calls.LiveScore
	c.alternativeCalls += report.Calls.BestAlternative
	c.invalid += report.InvalidScores + report.InvalidAlternatives
}

func (c *counters) addVerdicts(report *driftline.TickReport) {
	for verdict, count := range report.Verdicts {
		c.verdicts[verdict] += count
	}
}
