// Package prom shows what a scheduler's ticks did as Prometheus metrics.
//
//	collector := prom.NewCollector(prometheus.Labels{"node": "7"})
//	registry.MustRegister(collector)
//	...
//	decision, err := scheduler.Tick(state, now)
//	collector.Observe(decision, err)
//	collector.ObserveDrains(scheduler.DrainStatuses(state))
package prom

import (
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	driftline "github.com/driftline/driftline/bindings/go"
)

// Collector adds up the reports of ticks and shows the last one. It is a [prometheus.Collector]; its methods may be called
// by several goroutines at once.
type Collector struct {
	descriptions []*prometheus.Desc
	gauges       []gauge
	counters     []counter
	chains       *prometheus.Desc
	calls        *prometheus.Desc
	failures     *prometheus.Desc
	nextDue      *prometheus.Desc
	actions      *prometheus.Desc
	drainGauges  []drainGauge
	drainBlocked *prometheus.Desc

	mutex        sync.Mutex
	observed     bool
	last         driftline.TickReport // without its failures, which are the caller's
	sums         driftline.TickReport // its counts are sums over all ticks
	ticks        uint64
	errors       uint64
	evictions    uint64
	placements   uint64
	arms         map[driftline.Arm]uint64 // actions
	failureCount map[driftline.Method]uint64
	drains       []driftline.DrainStatus
}

type gauge struct {
	description *prometheus.Desc
	value       func(*driftline.TickReport) float64
}

type counter struct {
	description *prometheus.Desc
	value       func(*Collector) uint64
}

var arms = []driftline.Arm{driftline.ArmForced, driftline.ArmCount, driftline.ArmDrain, driftline.ArmScheduler}

// NewCollector makes one. Every metric gets the labels, which may be nil; tell schedulers apart by them.
func NewCollector(labels prometheus.Labels) *Collector {
	c := &Collector{failureCount: map[driftline.Method]uint64{}, arms: map[driftline.Arm]uint64{}}
	describe := func(name, help string, variable ...string) *prometheus.Desc {
		description := prometheus.NewDesc("driftline_"+name, help, variable, labels)
		c.descriptions = append(c.descriptions, description)
		return description
	}
	c.describeTicks(describe)
	c.describeMoves(describe)
	c.describeDrains(describe)
	return c
}

// describer makes the description of a metric with its variable labels.
type describer func(name, help string, variable ...string) *prometheus.Desc

func (c *Collector) gaugeOf(describe describer, name, help string, value func(*driftline.TickReport) float64) {
	c.gauges = append(c.gauges, gauge{describe(name, help), value})
}

func (c *Collector) counterOf(describe describer, name, help string, value func(*Collector) uint64) {
	c.counters = append(c.counters, counter{describe(name, help), value})
}

func (c *Collector) describeTicks(describe describer) {
	c.gaugeOf(describe, "led_chains", "Chains led here, as of the last tick.",
		func(r *driftline.TickReport) float64 { return float64(r.Led) })
	c.gaugeOf(describe, "deferred_chains", "Chains that the last tick left for later, because its scores were used up.",
		func(r *driftline.TickReport) float64 { return float64(r.Deferred) })
	c.gaugeOf(describe, "deferred_age_seconds", "For how long the first deferred chain has been due.",
		func(r *driftline.TickReport) float64 { return r.DeferredAge.Seconds() })
	c.counterOf(describe, "ticks_total", "Ticks that succeeded.", func(c *Collector) uint64 { return c.ticks })
	c.counterOf(describe, "tick_errors_total", "Ticks that failed.", func(c *Collector) uint64 { return c.errors })
	c.counterOf(describe, "evictions_total", "Evictions that were asked for.", func(c *Collector) uint64 { return c.evictions })
	c.counterOf(describe, "placements_total", "Placements that were asked for.",
		func(c *Collector) uint64 { return c.placements })
	c.counterOf(describe, "rescored_chains_total", "Chains that were re-scored.",
		func(c *Collector) uint64 { return c.sums.Rescored })
	c.counterOf(describe, "due_new_chains_total", "Chains due because they were new.",
		func(c *Collector) uint64 { return c.sums.New })
	c.counterOf(describe, "due_dirty_chains_total", "Chains due because an input moved.",
		func(c *Collector) uint64 { return c.sums.Dirty })
	c.counterOf(describe, "due_backstop_chains_total", "Chains due by the backstop alone.",
		func(c *Collector) uint64 { return c.sums.BackstopDue })
	c.counterOf(describe, "invalid_scores_total", "Values of the scorer that were not finite or out of range.",
		func(c *Collector) uint64 { return c.sums.InvalidScores })
	c.counterOf(describe, "invalid_alternatives_total", "Alternatives of the scorer that were excluded or reserved.",
		func(c *Collector) uint64 { return c.sums.InvalidAlternatives })
	c.chains = describe("chains", "Led chains by verdict, as of the last tick.", "verdict")
	c.calls = describe("scorer_calls_total", "Questions to the scorer; a batch counts as its elements.", "method")
	c.failures = describe("scorer_failures_total", "Failures of the scorer that were skipped.", "method")
	c.nextDue = describe("next_due_seconds",
		"When the scheduler wants the next tick, in seconds from the origin of its times; absent if nothing waits.")
}

func (c *Collector) describeMoves(describe describer) {
	c.gaugeOf(describe, "moves_in_flight", "Moves of led chains in flight, as of the last tick.",
		func(r *driftline.TickReport) float64 { return float64(r.InFlight) })
	c.counterOf(describe, "completed_moves_total", "Moves that were found done.",
		func(c *Collector) uint64 { return c.sums.CompletedMoves })
	c.counterOf(describe, "failed_moves_total", "Moves that somebody said have failed.",
		func(c *Collector) uint64 { return c.sums.FailedMoves })
	c.counterOf(describe, "timed_out_moves_total", "Moves that took longer than their timeout.",
		func(c *Collector) uint64 { return c.sums.TimedOutMoves })
	c.counterOf(describe, "returned_moves_total", "Moves back to a node that the chain had left shortly before.",
		func(c *Collector) uint64 { return c.sums.ReturnedMoves })
	c.counterOf(describe, "refused_orders_total", "Orders that could not be carried out.",
		func(c *Collector) uint64 { return c.sums.ForcedRefused })
	c.counterOf(describe, "ignored_feedback_total", "Failed moves that were told of and were not in flight.",
		func(c *Collector) uint64 { return c.sums.IgnoredFeedback })
	c.actions = describe("actions_total", "Evictions and placements that were asked for, by who asks.", "arm")
}

func seconds(at driftline.Timestamp) float64 {
	return float64(at) / float64(time.Second)
}

// Observe takes in what a tick returned. After an error the decision is not looked at and may be nil.
func (c *Collector) Observe(decision *driftline.Decision, err error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if err != nil {
		c.errors++
		return
	}
	c.ticks++
	for _, action := range decision.Actions {
		switch action.Kind {
		case driftline.ActionEvict:
			c.evictions++
		case driftline.ActionPlace:
			c.placements++
		}
		c.arms[action.Arm]++
	}
	report := &decision.Report
	c.observed = true
	c.last = *report
	c.last.Failures = nil
	c.sums.Rescored += report.Rescored
	c.sums.New += report.New
	c.sums.Dirty += report.Dirty
	c.sums.BackstopDue += report.BackstopDue
	c.sums.InvalidScores += report.InvalidScores
	c.sums.InvalidAlternatives += report.InvalidAlternatives
	c.sums.CompletedMoves += report.CompletedMoves
	c.sums.FailedMoves += report.FailedMoves
	c.sums.TimedOutMoves += report.TimedOutMoves
	c.sums.ReturnedMoves += report.ReturnedMoves
	c.sums.ForcedRefused += report.ForcedRefused
	c.sums.IgnoredFeedback += report.IgnoredFeedback
	sum := callsOf(&c.sums.Calls)
	for method, count := range callsOf(&report.Calls) {
		*sum[method] += *count
	}
	for _, failure := range report.Failures {
		c.failureCount[failure.Method]++
	}
}

func callsOf(calls *driftline.ScorerCalls) map[driftline.Method]*uint64 {
	return map[driftline.Method]*uint64{
		driftline.MethodScore:            &calls.Score,
		driftline.MethodLiveScore:        &calls.LiveScore,
		driftline.MethodBestAlternative:  &calls.BestAlternative,
		driftline.MethodNodeFingerprint:  &calls.NodeFingerprint,
		driftline.MethodChainFingerprint: &calls.ChainFingerprint,
		driftline.MethodMigrationCost:    &calls.MigrationCost,
	}
}

// Describe is [prometheus.Collector].
func (c *Collector) Describe(out chan<- *prometheus.Desc) {
	for _, description := range c.descriptions {
		out <- description
	}
}

// Collect is [prometheus.Collector].
func (c *Collector) Collect(out chan<- prometheus.Metric) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	var send sender = func(description *prometheus.Desc, kind prometheus.ValueType, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(description, kind, value, labels...)
	}
	for _, one := range c.counters {
		send(one.description, prometheus.CounterValue, float64(one.value(c)))
	}
	for method, count := range callsOf(&c.sums.Calls) {
		send(c.calls, prometheus.CounterValue, float64(*count), method.String())
		send(c.failures, prometheus.CounterValue, float64(c.failureCount[method]), method.String())
	}
	for _, arm := range arms {
		send(c.actions, prometheus.CounterValue, float64(c.arms[arm]), arm.String())
	}
	c.collectDrains(send)
	if !c.observed {
		return
	}
	for _, one := range c.gauges {
		send(one.description, prometheus.GaugeValue, one.value(&c.last))
	}
	for verdict, count := range c.last.Verdicts {
		if name := driftline.Verdict(verdict).String(); name != "unknown" {
			send(c.chains, prometheus.GaugeValue, float64(count), word(driftline.Verdict(verdict)))
		}
	}
	if next := c.last.NextDue; next.Known {
		send(c.nextDue, prometheus.GaugeValue, seconds(next.At))
	}
}

// sender sends one metric with the values of its variable labels.
type sender func(description *prometheus.Desc, kind prometheus.ValueType, value float64, labels ...string)

func word(verdict driftline.Verdict) string {
	return strings.ReplaceAll(verdict.String(), " ", "_")
}
