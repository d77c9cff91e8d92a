package scenario

import (
	"errors"
	"math"
	"strconv"
	"strings"

	driftline "github.com/driftline/driftline/bindings/go"
)

// amount is a number of 64 bits.
func amount(text string) float64 {
	switch text {
	case "nan":
		return math.NaN()
	case "inf":
		return math.Inf(1)
	case "-inf":
		return math.Inf(-1)
	}
	value, err := strconv.ParseFloat(text, 64)
	if !numberForm.MatchString(text) || (err != nil && !math.IsInf(value, 0)) {
		refuse("%q is not a number", text)
	}
	return value
}

// given is the argument if it is there.
func given[T any](a *arguments, key string, parse func(string) T) (said driftline.Optional[T]) {
	if value, ok := a.optional(key); ok {
		said = driftline.Some(parse(value))
	}
	return said
}

// present is the inventory, which every command but the one that opens it needs.
func (s *story) present() *driftline.Inventory {
	if s.inventory == nil {
		refuse("there is no inventory")
	}
	return s.inventory
}

func (s *story) printAny(err error) {
	if err != nil {
		s.printError(err)
	}
}

var inventoryFields = map[string]func(*driftline.InventoryConfig, string){
	"headroom_weight":     func(c *driftline.InventoryConfig, v string) { c.HeadroomWeight = number(v) },
	"proximity_weight":    func(c *driftline.InventoryConfig, v string) { c.ProximityWeight = number(v) },
	"zone_spread_weight":  func(c *driftline.InventoryConfig, v string) { c.ZoneSpreadWeight = number(v) },
	"colocation_weight":   func(c *driftline.InventoryConfig, v string) { c.ColocationWeight = number(v) },
	"worst_share":         func(c *driftline.InventoryConfig, v string) { c.WorstShare = number(v) },
	"comfortable_use":     func(c *driftline.InventoryConfig, v string) { c.ComfortableUse = number(v) },
	"capacity_reserve":    func(c *driftline.InventoryConfig, v string) { c.CapacityReserve = number(v) },
	"rtt_half":            func(c *driftline.InventoryConfig, v string) { c.RTTHalf = duration(v) },
	"load_half_life":      func(c *driftline.InventoryConfig, v string) { c.LoadHalfLife = duration(v) },
	"rtt_half_life":       func(c *driftline.InventoryConfig, v string) { c.RTTHalfLife = duration(v) },
	"rtt_weight_max":      func(c *driftline.InventoryConfig, v string) { c.RTTWeightMax = number(v) },
	"hysteresis_gap":      func(c *driftline.InventoryConfig, v string) { c.HysteresisGap = number(v) },
	"headroom_epsilon":    func(c *driftline.InventoryConfig, v string) { c.HeadroomEpsilon = epsilon(v) },
	"proximity_epsilon":   func(c *driftline.InventoryConfig, v string) { c.ProximityEpsilon = epsilon(v) },
	"fallback_bandwidth":  func(c *driftline.InventoryConfig, v string) { c.FallbackBandwidthBytesPerSec = amount(v) },
	"fallback_size":       func(c *driftline.InventoryConfig, v string) { c.FallbackSizeBytes = amount(v) },
	"serialisation":       func(c *driftline.InventoryConfig, v string) { c.SerialisationBytesPerSec = amount(v) },
	"fallback_disruption": func(c *driftline.InventoryConfig, v string) { c.FallbackDisruption = duration(v) },
}

func epsilon(text string) driftline.Optional[float32] {
	if text == "derived" {
		return driftline.Optional[float32]{}
	}
	return driftline.Some(number(text))
}

func (s *story) openInventory(a *arguments) {
	config := driftline.DefaultInventoryConfig()
	for key, set := range inventoryFields {
		if value, ok := a.optional(key); ok {
			set(&config, value)
		}
	}
	a.end()
	valid := config.Validate()
	inventory, err := driftline.NewInventory(config)
	if (err == nil) != (valid == nil) {
		s.disagree("Validate says %v, NewInventory %v", valid, err)
	}
	if err != nil {
		s.printError(err)
		return
	}
	if back, err := inventory.Config(); err != nil || back != config {
		s.disagree("the config of the inventory is %v, %v, not %v", back, err, config)
	}
	s.closeInventory()
	s.inventory = inventory
	if _, err := s.scheduler.InstallInventory(inventory); err != nil {
		s.disagree("the inventory was not installed: %v", err)
	}
	s.isTable = false
}

func (s *story) closeInventory() {
	if s.inventory != nil {
		if err := s.inventory.Close(); err != nil {
			s.disagree("the inventory could not be closed: %v", err)
		}
	}
	s.inventory = nil
}

// compose puts the table scorer and the inventory together.
func (s *story) compose(a *arguments) {
	table, inventory := driftline.PartOf(s.world.scorer()), driftline.Part(s.present())
	var composed *driftline.ComposedScorer
	var err error
	switch kind := a.bare(); kind {
	case "weighted_sum":
		composed, err = driftline.WeightedSum(driftline.Weighted{Part: table, Weight: number(a.value("table"))},
			driftline.Weighted{Part: inventory, Weight: number(a.value("inventory"))})
	case "minimum":
		composed, err = driftline.Minimum(table, inventory)
	case "gate":
		composed, err = driftline.Gate(table, inventory, number(a.value("threshold")))
	case "override":
		chains := list(a.value("chains"), chainID)
		composed, err = driftline.OverridePerChain(inventory, driftline.Override{Part: table, Chains: chains})
	case "cached":
		composed, err = driftline.Cached(table, int(min(integer(a.value("capacity")), math.MaxInt)))
	case "smoothed":
		composed, err = driftline.Smoothed(table, duration(a.value("half_life")))
	default:
		refuse("%q is no way to put scorers together", kind)
	}
	a.end()
	if err == nil {
		_, err = s.scheduler.InstallComposed(composed)
	}
	if err != nil {
		s.printError(err)
		return
	}
	s.isTable = false
}

// ---- Reports ----

// useAndCapacity is USE/CAPACITY, of which either may be left out.
func useAndCapacity(a *arguments, key string) (use, capacity driftline.Optional[float64]) {
	text, ok := a.optional(key)
	if !ok {
		return use, capacity
	}
	before, after, found := strings.Cut(text, "/")
	if !found {
		refuse("%q is not use/capacity", text)
	}
	if before != "" {
		use = driftline.Some(amount(before))
	}
	if after != "" {
		capacity = driftline.Some(amount(after))
	}
	return use, capacity
}

func health(text string) driftline.NodeHealth {
	for _, one := range []driftline.NodeHealth{driftline.Healthy, driftline.Cordoned, driftline.Failed} {
		if one.String() == text {
			return one
		}
	}
	refuse("%q is no health", text)
	return driftline.Healthy
}

func (s *story) report(a *arguments) {
	inventory, now := s.present(), timestamp(a.bare())
	report := driftline.NodeInventory{
		Node:                 a.node(),
		BandwidthBytesPerSec: given(a, "bandwidth", amount),
		Tags:                 given(a, "tags", integer),
		Zone:                 given(a, "zone", smallInteger),
		Health:               given(a, "health", health),
	}
	report.CPUUseCores, report.CPUCapacityCores = useAndCapacity(a, "cpu")
	report.MemoryUseBytes, report.MemoryCapacityBytes = useAndCapacity(a, "memory")
	report.DiskUseBytes, report.DiskCapacityBytes = useAndCapacity(a, "disk")
	a.end()
	s.printAny(inventory.ReportNodes(now, []driftline.NodeInventory{report}))
}

func (s *story) rtt(a *arguments) {
	inventory, now, from := s.present(), timestamp(a.bare()), nodeID(a.value("from"))
	var reports []driftline.RTT
	a.pairs(func(to, rtt string) {
		reports = append(reports, driftline.RTT{From: from, To: nodeID(to), RTT: duration(rtt)})
	})
	a.end()
	s.printAny(inventory.ReportRTTs(now, reports))
}

func (s *story) bandwidth(a *arguments) {
	inventory, from := s.present(), nodeID(a.value("from"))
	var reports []driftline.Bandwidth
	a.pairs(func(to, rate string) {
		reports = append(reports, driftline.Bandwidth{From: from, To: nodeID(to), BytesPerSec: amount(rate)})
	})
	a.end()
	s.printAny(inventory.ReportBandwidths(reports))
}

func client(text string) driftline.Client {
	node, weight, found := strings.Cut(text, ":")
	if !found {
		refuse("%q is not node:weight", text)
	}
	return driftline.Client{Node: nodeID(node), Weight: number(weight)}
}

func (s *story) profile(a *arguments) {
	inventory := s.present()
	profile := driftline.ChainProfile{
		Chain:        a.chain(),
		SizeBytes:    given(a, "size", amount),
		CPUCores:     given(a, "cpu", amount),
		MemoryBytes:  given(a, "memory", amount),
		RequiredTags: given(a, "tags", integer).Value,
		ServiceValue: given(a, "value", number),
		Disruption:   given(a, "disruption", duration),
		Group:        given(a, "group", integer),
	}
	if value, ok := a.optional("clients"); ok {
		profile.Clients = list(value, client)
	}
	if value, ok := a.optional("anti_affinity"); ok {
		profile.ZoneAntiAffinity = choose(value, "off", "on")
	}
	a.end()
	s.printAny(inventory.ReportProfiles([]driftline.ChainProfile{profile}))
}

// ---- Questions, and what else there is ----

func (s *story) forget(a *arguments) {
	wasKnown, err := s.present().ForgetNode(a.node())
	a.end()
	switch {
	case err != nil:
		s.printError(err)
	case wasKnown:
		s.print("forgotten\n")
	default:
		s.print("nothing was known\n")
	}
}

func (s *story) push(a *arguments) {
	a.end()
	count, err := s.present().Touch(s.state)
	if err != nil {
		s.printError(err)
		return
	}
	s.print("touched %d\n", count)
}

func (s *story) axes(a *arguments) {
	chain, node := a.chain(), a.node()
	a.end()
	axes, err := s.present().Axes(chain, node)
	switch {
	case errors.Is(err, driftline.ErrUnknownNode):
		s.print("%d on %d: nothing was reported\n", chain, uint64(node))
		return
	case err != nil:
		s.printError(err)
		return
	}
	home := "no home"
	if axes.IsHome {
		home = "a home"
	}
	s.print("%d on %d: %s", chain, uint64(node), home)
	for _, axis := range []struct {
		name  string
		value driftline.Optional[float32]
	}{
		{"headroom", axes.Headroom}, {"proximity", axes.Proximity}, {"zone_spread", axes.ZoneSpread},
		{"colocation", axes.Colocation}, {"score", axes.Score},
	} {
		if !axis.value.Known {
			s.print(", %s -", axis.name)
			continue
		}
		s.print(", %s %.2f", axis.name, axis.value.Value)
	}
	s.print("\n")
}
