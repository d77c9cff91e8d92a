package prom_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	driftline "github.com/driftline/driftline/bindings/go"
	"github.com/driftline/driftline/bindings/go/prom"
)

// decisionOf counts everything of a tick by another number.
func decisionOf(in uint64) *driftline.Decision {
	return &driftline.Decision{
		Actions: []driftline.Action{
			{Kind: driftline.ActionEvict, Arm: driftline.ArmScheduler},
			{Kind: driftline.ActionEvict, Arm: driftline.ArmForced},
			{Kind: driftline.ActionPlace, Arm: driftline.ArmScheduler},
			{Kind: driftline.ActionPlace, Arm: driftline.ArmScheduler},
			{Kind: driftline.ActionPlace, Arm: 99}, // of a library that does not exist yet
		},
		Report: driftline.TickReport{
			InFlight: 1 + in, CompletedMoves: 2 + in, FailedMoves: 3 + in, TimedOutMoves: 4 + in, ReturnedMoves: 5 + in,
			ForcedRefused: 6 + in, IgnoredFeedback: 7 + in,
		},
	}
}

func TestMoves(t *testing.T) {
	collector := prom.NewCollector(nil)
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(collector)
	collector.Observe(decisionOf(0), nil)
	collector.Observe(decisionOf(100), nil)
	for name, wanted := range map[string]string{
		"driftline_moves_in_flight":        "driftline_moves_in_flight 101\n",
		"driftline_completed_moves_total":  "driftline_completed_moves_total 104\n",
		"driftline_failed_moves_total":     "driftline_failed_moves_total 106\n",
		"driftline_timed_out_moves_total":  "driftline_timed_out_moves_total 108\n",
		"driftline_returned_moves_total":   "driftline_returned_moves_total 110\n",
		"driftline_refused_orders_total":   "driftline_refused_orders_total 112\n",
		"driftline_ignored_feedback_total": "driftline_ignored_feedback_total 114\n",
		"driftline_evictions_total":        "driftline_evictions_total 4\n",
		"driftline_placements_total":       "driftline_placements_total 6\n",
		"driftline_actions_total": `driftline_actions_total{arm="count"} 0
driftline_actions_total{arm="drain"} 0
driftline_actions_total{arm="forced"} 2
driftline_actions_total{arm="scheduler"} 6
`,
	} {
		if text := gathered(t, registry, name); text != wanted {
			t.Errorf("%s is\n%snot\n%s", name, text, wanted)
		}
	}
}

func TestDrains(t *testing.T) {
	collector := prom.NewCollector(prometheus.Labels{"node": "1"})
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(collector)
	blocked := []driftline.Blocked{
		{Chain: 7, Verdict: driftline.VerdictClaimHeld}, {Chain: 8, Verdict: driftline.VerdictNoAlternative},
		{Chain: 9, Verdict: driftline.VerdictClaimHeld},
	}
	drains := []driftline.DrainStatus{
		{Node: 3, Draining: true, Deadline: 1500e6, Left: 4, Moved: 2, InFlight: 1, AtRisk: true, Blocked: blocked},
		{Node: 4, Draining: true, Deadline: 60e9},
		{Node: 5}, // not drained
	}
	collector.ObserveDrains(drains, nil)
	blocked[0].Verdict = driftline.VerdictPinned // the caller's to use again
	wanted := map[string]string{
		"left_chains": `{drained_node="3",node="1"} 4
{drained_node="4",node="1"} 0`,
		"moved_chains": `{drained_node="3",node="1"} 2
{drained_node="4",node="1"} 0`,
		"in_flight_chains": `{drained_node="3",node="1"} 1
{drained_node="4",node="1"} 0`,
		"at_risk": `{drained_node="3",node="1"} 1
{drained_node="4",node="1"} 0`,
		"deadline_seconds": `{drained_node="3",node="1"} 1.5
{drained_node="4",node="1"} 60`,
		"blocked_chains": `{drained_node="3",node="1",verdict="claim_held"} 2
{drained_node="3",node="1",verdict="no_alternative"} 1`,
	}
	see := func() {
		t.Helper()
		for name, lines := range wanted {
			name = "driftline_drain_" + name
			text := strings.ReplaceAll(gathered(t, registry, name), name, "")
			if strings.TrimSuffix(text, "\n") != lines {
				t.Errorf("%s is\n%snot\n%s", name, text, lines)
			}
		}
	}
	see()
	collector.ObserveDrains(nil, errors.New("busy"))
	see()
	if problems, err := testutil.GatherAndLint(registry); err != nil || len(problems) > 0 {
		t.Errorf("the metrics are not as they should be: %v, %v", problems, err)
	}
	collector.ObserveDrains(nil, nil)
	for name := range wanted {
		wanted[name] = ""
	}
	see()
}

// What a scheduler says goes in as it is.
func TestADrainOfAScheduler(t *testing.T) {
	state, err := driftline.NewMeshState()
	if err != nil {
		t.Fatal(err)
	}
	defer state.Close()
	scheduler, err := driftline.NewLocalScheduler(1)
	if err != nil {
		t.Fatal(err)
	}
	defer scheduler.Close()
	err = state.Apply(driftline.LeaderSet(7, 1), driftline.HolderAdded(7, 3), driftline.ClaimAcquired(7), driftline.Drain(3, 9e9))
	if err != nil {
		t.Fatal(err)
	}
	collector := prom.NewCollector(nil)
	collector.Observe(scheduler.Tick(state, 0))
	collector.ObserveDrains(scheduler.DrainStatuses(state))
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(collector)
	text := gathered(t, registry, "driftline_drain_blocked_chains")
	if text != "driftline_drain_blocked_chains{drained_node=\"3\",verdict=\"claim_held\"} 1\n" {
		t.Errorf("what is blocked is %q", text)
	}
}
