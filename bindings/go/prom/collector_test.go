package prom_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	driftline "github.com/driftline/driftline/bindings/go"
	"github.com/driftline/driftline/bindings/go/prom"
)

// scorer fails for chain 8 and wants chain 7 to leave node 3.
func scorer() driftline.PlacementScorer {
	return driftline.ScorerFuncs{
		ScoreFunc: func(chain driftline.ChainID, node driftline.NodeID) (float32, error) {
			if chain == 8 {
				return 0, errors.New("no route")
			}
			return 3.4 - float32(node), nil // 2.4 is invalid; 0.4 is bad
		},
		BestAlternativeFunc: func(driftline.ChainID, []driftline.NodeID) (driftline.Alternative, error) {
			return driftline.Alternative{Node: 9, Score: 0.9}, nil
		},
	}
}

func ticked(t *testing.T, collector *prom.Collector) {
	t.Helper()
	state, err := driftline.NewMeshState()
	if err != nil {
		t.Fatal(err)
	}
	defer state.Close()
	config := driftline.DefaultConfig()
	config.OnScorerError = driftline.SkipChain
	scheduler, err := driftline.NewLocalScheduler(1, driftline.WithConfig(config), driftline.WithScorer(scorer()))
	if err != nil {
		t.Fatal(err)
	}
	defer scheduler.Close()
	err = state.Apply(driftline.LeaderSet(7, 1), driftline.HolderAdded(7, 1), driftline.HolderAdded(7, 3),
		driftline.LeaderSet(8, 1), driftline.HolderAdded(8, 1))
	if err != nil {
		t.Fatal(err)
	}
	for now := range driftline.Timestamp(2) {
		collector.Observe(scheduler.Tick(state, now))
	}
	collector.Observe(scheduler.Tick(state, 0)) // time went back
}

func TestCollector(t *testing.T) {
	collector := prom.NewCollector(prometheus.Labels{"node": "1"})
	ticked(t, collector)
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(collector)
	for name, wanted := range map[string]string{
		"driftline_ticks_total":                `driftline_ticks_total{node="1"} 2`,
		"driftline_tick_errors_total":          `driftline_tick_errors_total{node="1"} 1`,
		"driftline_evictions_total":            `driftline_evictions_total{node="1"} 1`,
		"driftline_led_chains":                 `driftline_led_chains{node="1"} 2`,
		"driftline_rescored_chains_total":      `driftline_rescored_chains_total{node="1"} 2`,
		"driftline_due_new_chains_total":       `driftline_due_new_chains_total{node="1"} 3`,
		"driftline_due_dirty_chains_total":     `driftline_due_dirty_chains_total{node="1"} 1`,
		"driftline_due_backstop_chains_total":  `driftline_due_backstop_chains_total{node="1"} 0`,
		"driftline_invalid_scores_total":       `driftline_invalid_scores_total{node="1"} 2`,
		"driftline_invalid_alternatives_total": `driftline_invalid_alternatives_total{node="1"} 0`,
		"driftline_deferred_chains":            `driftline_deferred_chains{node="1"} 0`,
		"driftline_placements_total":           `driftline_placements_total{node="1"} 0`,
		"driftline_moves_in_flight":            `driftline_moves_in_flight{node="1"} 0`,
		"driftline_ignored_feedback_total":     `driftline_ignored_feedback_total{node="1"} 0`,
		"driftline_drain_left_chains":          "",
		"driftline_deferred_age_seconds":       `driftline_deferred_age_seconds{node="1"} 0`,
		"driftline_next_due_seconds":           `driftline_next_due_seconds{node="1"} 30.000000001`,
	} {
		if text := gathered(t, registry, name); strings.TrimSuffix(text, "\n") != wanted {
			t.Errorf("%s is\n%snot\n%s", name, text, wanted)
		}
	}
	if chains := gathered(t, registry, "driftline_chains"); !strings.Contains(chains, `verdict="no_alternative"} 0`) ||
		strings.Contains(chains, "unknown") {
		t.Errorf("the verdicts are\n%s", chains)
	}
	for name, wanted := range map[string]string{
		"driftline_chains":                `driftline_chains{node="1",verdict="cooldown"} 1`,
		"driftline_scorer_calls_total":    `driftline_scorer_calls_total{method="live_score",node="1"} 1`,
		"driftline_scorer_failures_total": `driftline_scorer_failures_total{method="score",node="1"} 2`,
	} {
		if text := gathered(t, registry, name); !strings.Contains(text, wanted+"\n") {
			t.Errorf("%s is\n%swithout\n%s", name, text, wanted)
		}
	}
	if problems, err := testutil.GatherAndLint(registry); err != nil || len(problems) > 0 {
		t.Errorf("the metrics are not as they should be: %v, %v", problems, err)
	}
}

func TestBeforeTheFirstTick(t *testing.T) {
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(prom.NewCollector(nil))
	if text := gathered(t, registry, "driftline_led_chains"); text != "" {
		t.Errorf("a gauge without a tick: %s", text)
	}
	if text := gathered(t, registry, "driftline_ticks_total"); text != "driftline_ticks_total 0\n" {
		t.Errorf("the ticks are %q", text)
	}
}

// Two schedulers in one registry, told apart by a label.
func TestTwoCollectors(t *testing.T) {
	registry := prometheus.NewPedanticRegistry()
	for node := range 2 {
		collector := prom.NewCollector(prometheus.Labels{"node": fmt.Sprint(node)})
		registry.MustRegister(collector)
		ticked(t, collector)
	}
	if count, err := testutil.GatherAndCount(registry, "driftline_led_chains"); err != nil || count != 2 {
		t.Errorf("%d gauges, %v", count, err)
	}
}

// gathered is a metric in the text form, without its comments.
func gathered(t *testing.T, registry *prometheus.Registry, name string) string {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, family := range families {
		if family.GetName() != name {
			continue
		}
		for _, metric := range family.GetMetric() {
			var labels []string
			for _, label := range metric.GetLabel() {
				labels = append(labels, fmt.Sprintf("%s=%q", label.GetName(), label.GetValue()))
			}
			value := metric.GetCounter().GetValue() + metric.GetGauge().GetValue()
			fmt.Fprint(&text, name)
			if len(labels) > 0 {
				fmt.Fprintf(&text, "{%s}", strings.Join(labels, ","))
			}
			fmt.Fprintf(&text, " %v\n", value)
		}
	}
	return text.String()
}
