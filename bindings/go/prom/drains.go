package prom

import (
	"slices"

	"github.com/prometheus/client_golang/prometheus"

	driftline "github.com/driftline/driftline/bindings/go"
)

type drainGauge struct {
	description *prometheus.Desc
	value       func(*driftline.DrainStatus) float64
}

// describeDrains: the label is not "node", by which schedulers may be told apart.
func (c *Collector) describeDrains(describe describer) {
	drainOf := func(name, help string, value func(*driftline.DrainStatus) float64) {
		c.drainGauges = append(c.drainGauges, drainGauge{describe("drain_"+name, help, "drained_node"), value})
	}
	drainOf("left_chains", "Led chains that the drained node still holds, those in flight included.",
		func(d *driftline.DrainStatus) float64 { return float64(d.Left) })
	drainOf("moved_chains", "Led chains that the drain has moved away.",
		func(d *driftline.DrainStatus) float64 { return float64(d.Moved) })
	drainOf("in_flight_chains", "Led chains that are on their way from the drained node.",
		func(d *driftline.DrainStatus) float64 { return float64(d.InFlight) })
	drainOf("at_risk", "1 if the drained node will not be empty in time unless something changes.",
		func(d *driftline.DrainStatus) float64 {
			if d.AtRisk {
				return 1
			}
			return 0
		})
	drainOf("deadline_seconds", "When the drained node should be empty, in seconds from the origin of the scheduler's times.",
		func(d *driftline.DrainStatus) float64 { return seconds(d.Deadline) })
	c.drainBlocked = describe("drain_blocked_chains", "Led chains that the drain could not move, by verdict.", "drained_node",
		"verdict")
}

// ObserveDrains shows how far drained nodes have come, in place of what was shown before. After an error that stays.
func (c *Collector) ObserveDrains(drains []driftline.DrainStatus, err error) {
	if err != nil {
		return
	}
	kept := make([]driftline.DrainStatus, 0, len(drains))
	for _, drain := range drains {
		if drain.Draining {
			drain.Blocked = slices.Clone(drain.Blocked)
			kept = append(kept, drain)
		}
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.drains = kept
}

func (c *Collector) collectDrains(send sender) {
	for at := range c.drains {
		drain := &c.drains[at]
		node := drain.Node.String()
		for _, one := range c.drainGauges {
			send(one.description, prometheus.GaugeValue, one.value(drain), node)
		}
		blocked := map[driftline.Verdict]uint64{}
		for _, one := range drain.Blocked {
			blocked[one.Verdict]++
		}
		for verdict, count := range blocked {
			send(c.drainBlocked, prometheus.GaugeValue, float64(count), node, word(verdict))
		}
	}
}
