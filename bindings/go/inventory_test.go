package driftline_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	driftline "github.com/driftline/driftline/bindings/go"
)

func newInventory(t testing.TB) *driftline.Inventory {
	t.Helper()
	inventory := must(driftline.NewInventory(driftline.DefaultInventoryConfig()))
	t.Cleanup(func() { noError(t, inventory.Close()) })
	return inventory
}

// cores is a report of a node with ten cores.
func cores(node driftline.NodeID, used float64) driftline.NodeInventory {
	return driftline.NodeInventory{Node: node, CPUCapacityCores: driftline.Some(10.0), CPUUseCores: driftline.Some(used)}
}

// busyThird knows that node 3 is busy and node 9 is not, and who holds the chains of ledState.
func busyThird(t testing.TB, chains ...driftline.ChainID) *driftline.Inventory {
	t.Helper()
	inventory := newInventory(t)
	membership := driftline.Membership{HolderOffsets: []uint64{0}}
	for _, chain := range chains {
		membership.Chains = append(membership.Chains, chain)
		membership.Leaders = append(membership.Leaders, 1)
		membership.Holders = append(membership.Holders, 1, 2, 3)
		membership.HolderOffsets = append(membership.HolderOffsets, uint64(len(membership.Holders)))
	}
	noError(t, inventory.Load(membership))
	noError(t, inventory.ReportNodes(0, []driftline.NodeInventory{cores(1, 2), cores(2, 2), cores(3, 9), cores(9, 1)}))
	return inventory
}

func TestAnInventoryMovesChains(t *testing.T) {
	state, inventory := ledState(t, 7, 8), busyThird(t, 7, 8)
	scheduler := newScheduler(t, driftline.WithInventory(inventory))
	decision := must(scheduler.Tick(state, 0))
	wantEqual(t, "the actions", fmt.Sprint(decision.Actions),
		"[scheduler evict 7: 3 -> 9 scheduler evict 8: 3 -> 9]")
	wantEqual(t, "the judgement", decision.Actions[0].Judgement(), "7 evict 3 -> 9: live 0.25, gain 0.75, cost none")
	if scheduler.Scorer() != nil {
		t.Error("what the library holds came out as a scorer of Go's")
	}
	// What is reported later is seen, and two schedulers may stand on one inventory.
	noError(t, inventory.ReportNodes(driftline.After(time.Hour), []driftline.NodeInventory{cores(3, 1), cores(2, 10)}))
	another := newScheduler(t)
	must(another.InstallInventory(inventory))
	for _, one := range []*driftline.LocalScheduler{scheduler, another} {
		decision = must(one.Decide(ledState(t, 7), driftline.After(time.Hour)))
		wantEqual(t, "the verdicts of a dry run", decision.Report.Led, 1)
	}
	decision = must(another.Tick(ledState(t, 7), driftline.After(time.Hour)))
	wantEqual(t, "the victim", decision.Actions[0].Victim, 2)
	// Who closes it leaves the schedulers as they are.
	noError(t, inventory.Close())
	must(another.Tick(ledState(t, 7), driftline.After(time.Hour)))
	wantIs(t, second(another.InstallInventory(inventory)), driftline.ErrClosed)
	wantIs(t, second(another.InstallInventory(nil)), driftline.ErrNil)
	if previous := must(another.Uninstall()); previous != nil {
		t.Errorf("%v came out of the scheduler", previous)
	}
	wantIs(t, second(another.Uninstall()), driftline.ErrNoScorer)
}

func TestAxes(t *testing.T) {
	inventory := newInventory(t)
	noError(t, inventory.Follow(driftline.HolderAdded(7, 1), driftline.HolderAdded(7, 2), driftline.HolderAdded(8, 3),
		driftline.LeaderSet(7, 1), driftline.ChainRevision(7, 5)))
	nodes := []driftline.NodeInventory{cores(1, 8), cores(2, 2), cores(3, 2), cores(4, 2), cores(5, 2)}
	for at := range nodes {
		nodes[at].Zone = driftline.Some(uint32(at / 2))
		nodes[at].Tags = driftline.Some[uint64](1)
	}
	nodes[4].Tags = driftline.Some[uint64](0)
	noError(t, inventory.ReportNodes(0, nodes))
	noError(t, inventory.ReportRTTs(0, []driftline.RTT{{From: 70, To: 1, RTT: 100 * time.Millisecond}, {From: 70, To: 3}}))
	noError(t, inventory.ReportProfiles([]driftline.ChainProfile{
		{Chain: 8, Group: driftline.Some[uint64](5)},
		{Chain: 7, Group: driftline.Some[uint64](5), RequiredTags: 1, Clients: []driftline.Client{{Node: 70, Weight: 1}}},
	}))
	some := driftline.Some[float32]
	half := some(0.5)
	wantEqual(t, "a holder", must(inventory.Axes(7, 1)), driftline.ScoreAxes{
		Headroom: half, Proximity: half, ZoneSpread: half, Colocation: half, Score: half, IsHome: true,
	})
	wantEqual(t, "a better home", must(inventory.Axes(7, 3)), driftline.ScoreAxes{
		Headroom: some(1), Proximity: some(1), ZoneSpread: some(1), Colocation: some(1), Score: some(1), IsHome: true,
	})
	wantEqual(t, "no home", must(inventory.Axes(7, 5)), driftline.ScoreAxes{
		Headroom: some(1), ZoneSpread: some(1), Colocation: half, Score: some(0),
	})
	// Each axis is known by itself: chain 9 has neither group nor clients, node 6 no zone.
	noError(t, inventory.Follow(driftline.HolderAdded(9, 2)))
	wantEqual(t, "without a group", must(inventory.Axes(9, 3)), driftline.ScoreAxes{
		Headroom: some(1), ZoneSpread: some(1), Score: some(1), IsHome: true,
	})
	noError(t, inventory.ReportRTTs(0, []driftline.RTT{{From: 70, To: 6, RTT: 300 * time.Millisecond}}))
	noError(t, inventory.ReportNodes(0, []driftline.NodeInventory{{Node: 6, Tags: driftline.Some[uint64](1)}}))
	// Less is known of it than of a holder, so it is no home.
	wantEqual(t, "without a zone", must(inventory.Axes(7, 6)), driftline.ScoreAxes{
		Proximity: some(0.25), Colocation: half, Score: some(0),
	})
	endless := []driftline.RTT{{From: 70, To: 4, RTT: driftline.Forever}}
	noError(t, inventory.ReportRTTs(0, endless))
	wantEqual(t, "whether that is near", must(inventory.Axes(7, 4)).Proximity.Value < 1e-9, true)
	wantEqual(t, "what was only read", endless[0].RTT, driftline.Forever)
	must(inventory.ForgetNode(6))
	wantIs(t, second(inventory.Axes(7, 6)), driftline.ErrUnknownNode)
	wantIs(t, second(inventory.Axes(7, driftline.NoNode)), driftline.ErrReservedNode)

	// What is left out stays, what is forgotten does not.
	noError(t, inventory.ReportNodes(0, []driftline.NodeInventory{{Node: 3, Health: driftline.Some(driftline.Cordoned)}}))
	cordoned := must(inventory.Axes(7, 3))
	wantEqual(t, "what is left of a cordoned node", cordoned.Headroom, some(1))
	wantEqual(t, "whether it is a home", cordoned.IsHome, false)
	for _, known := range []bool{true, false} {
		wantEqual(t, "whether it was known", must(inventory.ForgetNode(5)), known)
	}
	wantIs(t, second(inventory.Axes(7, 5)), driftline.ErrUnknownNode)
	wantIs(t, second(inventory.ForgetNode(driftline.NoNode)), driftline.ErrReservedNode)
}

// Each member of a report arrives at its place: it alone makes a node no home, or a move dear.
func TestEveryMemberArrives(t *testing.T) {
	some := driftline.Some[float64]
	type node = driftline.NodeInventory
	type profile = driftline.ChainProfile
	room := func() node {
		return node{Node: 2, CPUCapacityCores: some(10), CPUUseCores: some(0), MemoryCapacityBytes: some(10),
			MemoryUseBytes: some(0), DiskCapacityBytes: some(10), DiskUseBytes: some(0), Tags: driftline.Some[uint64](1),
			Zone: driftline.Some[uint32](1), Health: driftline.Some(driftline.Healthy)}
	}
	needs := func() profile {
		return profile{Chain: 7, SizeBytes: some(5), CPUCores: some(5), MemoryBytes: some(5), RequiredTags: 1,
			ZoneAntiAffinity: true}
	}
	isHome := func(node node, profile profile) bool {
		inventory := newInventory(t)
		// One of the two holders, which are alike, stays.
		zone := driftline.Some[uint32](0)
		noError(t, inventory.Follow(driftline.HolderAdded(7, 1), driftline.HolderAdded(7, 3)))
		noError(t, inventory.ReportNodes(0, []driftline.NodeInventory{{Node: 1, Zone: zone}, {Node: 3, Zone: zone}, node}))
		noError(t, inventory.ReportProfiles([]driftline.ChainProfile{profile}))
		return must(inventory.Axes(7, 2)).IsHome
	}
	if !isHome(room(), needs()) {
		t.Error("a node with room is no home")
	}
	for what, change := range map[string]func(*node, *profile){
		"cpu use":         func(n *node, _ *profile) { n.CPUUseCores = some(5) },
		"cpu capacity":    func(n *node, _ *profile) { n.CPUCapacityCores = some(5) },
		"memory use":      func(n *node, _ *profile) { n.MemoryUseBytes = some(5) },
		"memory capacity": func(n *node, _ *profile) { n.MemoryCapacityBytes = some(5) },
		"disk use":        func(n *node, _ *profile) { n.DiskUseBytes = some(5) },
		"disk capacity":   func(n *node, _ *profile) { n.DiskCapacityBytes = some(5) },
		"tags":            func(n *node, _ *profile) { n.Tags = driftline.Some[uint64](2) },
		"zone":            func(n *node, _ *profile) { n.Zone = driftline.Some[uint32](0) },
		"health":          func(n *node, _ *profile) { n.Health = driftline.Some(driftline.Failed) },
		"size":            func(_ *node, p *profile) { p.SizeBytes = some(9.5) },
		"cpu":             func(_ *node, p *profile) { p.CPUCores = some(9.5) },
		"memory":          func(_ *node, p *profile) { p.MemoryBytes = some(9.5) },
		"required tags":   func(_ *node, p *profile) { p.RequiredTags = 3 },
	} {
		n, p := room(), needs()
		if change(&n, &p); isHome(n, p) {
			t.Errorf("%s: still a home", what)
		}
	}
	n, p := room(), needs()
	n.Zone.Value, p.ZoneAntiAffinity = 0, false
	if !isHome(n, p) {
		t.Error("a zone that is not forbidden is no home")
	}
}

// 100 bytes at 10 bytes a second, 5 seconds of disruption and a weight of 2: 30 seconds, which are 0.003 each.
func TestCosts(t *testing.T) {
	state, inventory := ledState(t, 7), busyThird(t, 7)
	config := driftline.DefaultConfig()
	config.CostPerSec = 0.003
	cost := func() string {
		t.Helper()
		decision := must(driftline.DiffComposed(state, inventory, config, 1, 0, nil))
		if len(decision.Actions) != 1 || !decision.Actions[0].CostKnown {
			t.Fatalf("the actions are %v", decision.Actions)
		}
		return fmt.Sprintf("%.5f", decision.Actions[0].Cost)
	}
	profile := driftline.ChainProfile{Chain: 7, SizeBytes: driftline.Some(100.0)}
	noError(t, inventory.ReportProfiles([]driftline.ChainProfile{profile}))
	wantEqual(t, "the cost at the fall-back's bandwidth", cost(), "0.00000")
	nodes := []driftline.NodeInventory{}
	for _, node := range []driftline.NodeID{1, 2, 3, 9} {
		nodes = append(nodes, driftline.NodeInventory{Node: node, BandwidthBytesPerSec: driftline.Some(20.0)})
	}
	noError(t, inventory.ReportNodes(0, nodes))
	wantEqual(t, "the cost at the nodes' bandwidth", cost(), "0.01500")
	noError(t, inventory.ReportBandwidths([]driftline.Bandwidth{
		{From: 1, To: 9, BytesPerSec: 10}, {From: 2, To: 9, BytesPerSec: 1}, {From: 3, To: 9, BytesPerSec: 1},
	}))
	wantEqual(t, "the cost as measured", cost(), "0.03000")
	profile.Disruption = driftline.Some(5 * time.Second)
	noError(t, inventory.ReportProfiles([]driftline.ChainProfile{profile}))
	wantEqual(t, "the cost with disruption", cost(), "0.04500")
	profile.ServiceValue = driftline.Some[float32](2)
	noError(t, inventory.ReportProfiles([]driftline.ChainProfile{profile}))
	wantEqual(t, "the cost of what matters", cost(), "0.09000")
}

// Under Push nothing is asked: the inventory says what has moved.
func TestTouch(t *testing.T) {
	config := driftline.DefaultConfig()
	config.FingerprintMode = driftline.Push
	state, inventory := ledState(t, 7, 8), busyThird(t, 7, 8)
	noError(t, inventory.ReportNodes(0, []driftline.NodeInventory{cores(3, 5)}))
	scheduler := newScheduler(t, driftline.WithConfig(config), driftline.WithInventory(inventory))
	must(inventory.Touch(state))
	must(scheduler.Tick(state, 0))
	noError(t, inventory.ReportNodes(driftline.After(10*time.Minute), []driftline.NodeInventory{cores(3, 9.5)}))
	now := driftline.After(time.Second)
	wantEqual(t, "what is dirty before it is told", must(scheduler.Tick(state, now)).Report.Dirty, 0)
	if count := must(inventory.Touch(state)); count == 0 {
		t.Error("nothing was touched")
	}
	wantEqual(t, "what is dirty then", must(scheduler.Tick(state, now)).Report.Dirty, 2)
	wantEqual(t, "what is touched again", must(inventory.Touch(state)), 0)
	noError(t, state.Close())
	wantIs(t, second(inventory.Touch(state)), driftline.ErrClosed)
}

// One inventory, two states: what has moved is told once, and each state is told all of it.
func TestTouchesForSeveralStates(t *testing.T) {
	config := driftline.DefaultConfig()
	config.FingerprintMode = driftline.Push
	inventory := busyThird(t, 7, 8)
	states := []*driftline.MeshState{ledState(t, 7), ledState(t, 8)}
	var schedulers []*driftline.LocalScheduler
	rescored := func(now time.Duration) (counts []int) {
		t.Helper()
		for at, scheduler := range schedulers {
			counts = append(counts, int(must(scheduler.Tick(states[at], driftline.After(now))).Report.Rescored))
		}
		return counts
	}
	for range states {
		schedulers = append(schedulers, newScheduler(t, driftline.WithConfig(config), driftline.WithInventory(inventory)))
	}
	noError(t, inventory.ReportProfiles([]driftline.ChainProfile{{Chain: 8, RequiredTags: 1}}))
	wantEqual(t, "what has moved", must(inventory.Touches()), []driftline.Event{
		driftline.NodeTouched(1), driftline.NodeTouched(2), driftline.NodeTouched(3), driftline.NodeTouched(9),
		driftline.ChainTouched(8),
	})
	wantEqual(t, "what has moved since", len(must(inventory.Touches())), 0)
	wantEqual(t, "what is scored at first", rescored(0), []int{1, 1})
	later := driftline.After(time.Hour)
	noError(t, inventory.ReportNodes(later, []driftline.NodeInventory{cores(3, 1), cores(2, 9)}))
	wantEqual(t, "what is scored before it is told", rescored(time.Second), []int{0, 0})
	touches := must(inventory.Touches())
	wantEqual(t, "what was reported", touches, []driftline.Event{driftline.NodeTouched(2), driftline.NodeTouched(3)})
	for _, state := range states {
		noError(t, state.Apply(touches...))
	}
	wantEqual(t, "what is scored then", rescored(2*time.Second), []int{1, 1})
	wantEqual(t, "what is left for a single state", must(inventory.Touch(states[0])), 0)
}

// Whatever is reported meanwhile, nothing is told too little.
func TestTouchesWhileOthersReport(t *testing.T) {
	const count = 2000
	inventory := newInventory(t)
	told := map[driftline.NodeID]bool{}
	take := func() {
		touches, err := inventory.Touches()
		if err != nil && !errors.Is(err, driftline.ErrBusy) {
			t.Error(err)
		}
		for _, touch := range touches {
			if touch.Kind != driftline.EventNodeTouched || told[touch.Node] {
				t.Errorf("%v was told, not for the first time", touch)
			}
			told[touch.Node] = true
		}
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for node := driftline.NodeID(0); node < count; {
			err := inventory.ReportNodes(0, []driftline.NodeInventory{cores(node, 1)})
			if err == nil {
				node++
			} else if !errors.Is(err, driftline.ErrBusy) {
				t.Error(err)
			}
		}
	}()
	for isDone := false; !isDone; {
		select {
		case <-done:
			isDone = true
		default:
		}
		take()
	}
	wantEqual(t, "how many were told", len(told), count)
}

// What is refused has left everything as it was, and names the thing at fault.
func TestReportsThatAreRefused(t *testing.T) {
	inventory := busyThird(t, 7)
	before := must(inventory.Axes(7, 3))
	good := cores(3, 1)
	bad := func(change func(*driftline.NodeInventory)) error {
		report := cores(9, 1)
		change(&report)
		return inventory.ReportNodes(0, []driftline.NodeInventory{good, report})
	}
	profile := func(change func(*driftline.ChainProfile)) error {
		report := driftline.ChainProfile{Chain: math.MaxUint64}
		change(&report)
		return inventory.ReportProfiles([]driftline.ChainProfile{{Chain: 7, Clients: []driftline.Client{{Node: 1, Weight: 1}}}, report})
	}
	type node = driftline.NodeInventory
	type chain = driftline.ChainProfile
	for what, one := range map[string]struct {
		err   error
		code  driftline.Code
		words string
	}{
		"a negative use":   {bad(func(n *node) { n.CPUUseCores.Value = -1 }), driftline.ErrInventory, "cpu_use_cores: -1"},
		"too much in use":  {bad(func(n *node) { n.CPUUseCores.Value = 11 }), driftline.ErrInventory, "cpu_use_cores: 11"},
		"no number":        {bad(func(n *node) { n.CPUCapacityCores.Value = math.NaN() }), driftline.ErrInventory, "NaN"},
		"no health":        {bad(func(n *node) { n.Health = driftline.Some[driftline.NodeHealth](3) }), driftline.ErrInventory, "health"},
		"the reserved id":  {bad(func(n *node) { n.Node = driftline.NoNode }), driftline.ErrReservedNode, "reserved"},
		"the zone of none": {bad(func(n *node) { n.Zone = driftline.Some[uint32](math.MaxUint32) }), driftline.ErrInventory, "zone"},
		"what is not said": {bad(func(n *node) { n.Tags.Value = 1 }), driftline.ErrReserved, "tags"},

		"a negative rtt": {inventory.ReportRTTs(0, []driftline.RTT{{From: 1, To: 2}, {From: 1, To: 2, RTT: -1}}),
			driftline.ErrInventory, "rtt: -1ns"},
		"an rtt of nobody": {inventory.ReportRTTs(0, []driftline.RTT{{From: 1, To: 2}, {From: driftline.NoNode, To: 2}}),
			driftline.ErrReservedNode, "reserved"},
		"a bandwidth of 0": {inventory.ReportBandwidths([]driftline.Bandwidth{{From: 1, To: 2, BytesPerSec: 1}, {From: 1, To: 2}}),
			driftline.ErrInventory, "bytes_per_sec: 0"},

		"a negative size": {profile(func(c *chain) { c.SizeBytes = driftline.Some(-1.0) }), driftline.ErrInventory, "size_bytes: -1"},
		"disruption":      {profile(func(c *chain) { c.Disruption = driftline.Some(-time.Second) }), driftline.ErrInventory, "disruption: -1s"},
		"a weight of 0":   {profile(func(c *chain) { c.Clients = []driftline.Client{{Node: 5}} }), driftline.ErrInventory, "weight: 0"},
		"a client twice": {profile(func(c *chain) { c.Clients = []driftline.Client{{Node: 5, Weight: 1}, {Node: 5, Weight: 1}} }),
			driftline.ErrInventory, "client"},
		"no group": {profile(func(c *chain) { c.Group.Value = 1 }), driftline.ErrReserved, "group"},
	} {
		wantIs(t, one.err, one.code)
		var known *driftline.Error
		if !errors.As(one.err, &known) || known.Index != 1 || !strings.Contains(known.Message, one.words) {
			t.Errorf("%s: the error is %#v", what, one.err)
			continue
		}
		isProfile := strings.Contains("a negative size, disruption, a weight of 0, a client twice, no group", what)
		wantEqual(t, what+" knows the chain", known.ChainKnown, isProfile)
		if isProfile {
			wantEqual(t, what+" names the chain", known.Chain, math.MaxUint64)
		}
	}
	wantEqual(t, "what is known", must(inventory.Axes(7, 3)), before)

	noError(t, inventory.ReportNodes(5, nil))
	wantIs(t, inventory.ReportNodes(4, []driftline.NodeInventory{good}), driftline.ErrTimeReversed)
	wantIs(t, inventory.ReportRTTs(4, []driftline.RTT{{From: 1, To: 2}}), driftline.ErrTimeReversed)
	wantIs(t, inventory.Follow(driftline.HolderAdded(1, 1), driftline.HolderAdded(1, driftline.NoNode)), driftline.ErrReservedNode)
	wantIs(t, inventory.Follow(driftline.Event{Kind: 77}), driftline.ErrEvent)
	wantIs(t, inventory.Load(driftline.Membership{Chains: []driftline.ChainID{7}}), driftline.ErrMembership)
	wantIs(t, inventory.Load(driftline.Membership{
		Chains: []driftline.ChainID{7, 7}, Leaders: []driftline.NodeID{1, 1}, HolderOffsets: []uint64{0, 0, 0},
	}), driftline.ErrDuplicate)
}

func TestInventoryConfigs(t *testing.T) {
	config := driftline.DefaultInventoryConfig()
	wantEqual(t, "the defaults", config, driftline.InventoryConfig{
		HeadroomWeight: 1, ProximityWeight: 1, ZoneSpreadWeight: 0.5, ColocationWeight: 0.25, WorstShare: 0.5,
		ComfortableUse: 0.6, CapacityReserve: 0.1, RTTHalf: 100 * time.Millisecond, LoadHalfLife: time.Minute,
		RTTHalfLife: 100 * time.Second, RTTWeightMax: 0.3, HysteresisGap: 0.2, FallbackBandwidthBytesPerSec: 125e6,
	})
	noError(t, config.Validate())
	other := driftline.InventoryConfig{
		HeadroomWeight: 2, ProximityWeight: 3, ZoneSpreadWeight: 4, ColocationWeight: 5, WorstShare: 0.25,
		ComfortableUse: 0.125, CapacityReserve: 0.375, RTTHalf: 1, LoadHalfLife: driftline.Forever, RTTHalfLife: 3,
		RTTWeightMax: 0.625, HysteresisGap: 0.75, HeadroomEpsilon: driftline.Some[float32](0.875),
		ProximityEpsilon: driftline.Some[float32](0), FallbackBandwidthBytesPerSec: 4, FallbackSizeBytes: 5,
		SerialisationBytesPerSec: 6, FallbackDisruption: 7,
	}
	inventory := must(driftline.NewInventory(other))
	wantEqual(t, "what comes back", must(inventory.Config()), other)
	noError(t, inventory.Close())

	type c = driftline.InventoryConfig
	for field, change := range map[string]func(*c){
		"headroom_weight":    func(c *c) { c.HeadroomWeight = -1 },
		"proximity_weight":   func(c *c) { c.ProximityWeight = 2e6 },
		"zone_spread_weight": func(c *c) { c.ZoneSpreadWeight = float32(math.NaN()) },
		"colocation_weight":  func(c *c) { c.ColocationWeight = -1 },
		"worst_share":        func(c *c) { c.WorstShare = 2 }, "comfortable_use": func(c *c) { c.ComfortableUse = 1 },
		"capacity_reserve": func(c *c) { c.CapacityReserve = 1 }, "rtt_half": func(c *c) { c.RTTHalf = 0 },
		"load_half_life": func(c *c) { c.LoadHalfLife = -1 }, "rtt_half_life": func(c *c) { c.RTTHalfLife = -1 },
		"rtt_weight_max": func(c *c) { c.RTTWeightMax = 0 }, "hysteresis_gap": func(c *c) { c.HysteresisGap = 2 },
		"headroom_epsilon":                 func(c *c) { c.HeadroomEpsilon = driftline.Some[float32](-1) },
		"proximity_epsilon":                func(c *c) { c.ProximityEpsilon = driftline.Some[float32](2) },
		"fallback_bandwidth_bytes_per_sec": func(c *c) { c.FallbackBandwidthBytesPerSec = 0 },
		"fallback_size_bytes":              func(c *c) { c.FallbackSizeBytes = -1 },
		"serialisation_bytes_per_sec":      func(c *c) { c.SerialisationBytesPerSec = math.Inf(1) },
		"fallback_disruption":              func(c *c) { c.FallbackDisruption = -1 },
	} {
		config := driftline.DefaultInventoryConfig()
		change(&config)
		for _, err := range []error{config.Validate(), second(driftline.NewInventory(config))} {
			var known *driftline.ConfigError
			wantIs(t, err, driftline.ErrConfig)
			if !errors.As(err, &known) || known.Field != field {
				t.Errorf("%s: the error is %#v", field, err)
			}
		}
	}
	config.ProximityEpsilon.Value = 0.5
	wantIs(t, config.Validate(), driftline.ErrReserved)
	wantIs(t, driftline.InventoryConfig{}.Validate(), driftline.ErrConfig)
}

func TestInventoryEpsilons(t *testing.T) {
	config := driftline.DefaultInventoryConfig()
	derived := must(config.Epsilons())
	config.HysteresisGap *= 2
	wider := must(config.Epsilons())
	for what, one := range map[string][2]float32{
		"headroom": {derived.Headroom, wider.Headroom}, "proximity": {derived.Proximity, wider.Proximity},
		"score": {derived.ScoreBound, wider.ScoreBound},
	} {
		if !(one[0] > 0 && one[0] < one[1] && one[1] < config.HysteresisGap) {
			t.Errorf("%s: derived is %v, and %v from twice the gap", what, one[0], one[1])
		}
	}
	config.HeadroomEpsilon, config.ProximityEpsilon = driftline.Some[float32](0.25), driftline.Some[float32](0)
	epsilons := must(config.Epsilons())
	wantEqual(t, "that of headroom", epsilons.Headroom, 0.25)
	wantEqual(t, "that of proximity", epsilons.Proximity, 0)
	config.HeadroomEpsilon = driftline.Some[float32](0)
	wantEqual(t, "what cannot drift", must(config.Epsilons()), driftline.InventoryEpsilons{})
	config.WorstShare = 2
	var known *driftline.ConfigError
	if err := second(config.Epsilons()); !errors.As(err, &known) || known.Field != "worst_share" {
		t.Errorf("the error is %#v", err)
	}
	wantIs(t, second(driftline.InventoryConfig{RTTHalf: -1}.Epsilons()), driftline.ErrConfig)
}

func TestAClosedInventory(t *testing.T) {
	inventory, state := must(driftline.NewInventory(driftline.DefaultInventoryConfig())), newState(t)
	for range 2 {
		noError(t, inventory.Close())
	}
	noError(t, (&driftline.Inventory{}).Close())
	for what, err := range map[string]error{
		"Config": second(inventory.Config()), "Load": inventory.Load(driftline.Membership{}), "Follow": inventory.Follow(),
		"ReportNodes": inventory.ReportNodes(0, nil), "ReportRTTs": inventory.ReportRTTs(0, nil),
		"ReportBandwidths": inventory.ReportBandwidths(nil), "ReportProfiles": inventory.ReportProfiles(nil),
		"ForgetNode": second(inventory.ForgetNode(1)), "Touch": second(inventory.Touch(state)),
		"Axes": second(inventory.Axes(7, 1)), "Minimum": second(driftline.Minimum(inventory)),
		"Alternatives": second(inventory.Alternatives(7, nil, 1)), "none": second(inventory.Alternatives(7, nil, 0)),
		"MigrationCost": second(inventory.MigrationCost(7, 1)), "Touches": second(inventory.Touches()),
		"never made": (&driftline.Inventory{}).Follow(), "DiffComposed": second(driftline.DiffComposed(state, inventory,
			driftline.DefaultConfig(), 1, 0, nil)),
		"WithInventory": second(driftline.NewLocalScheduler(1, driftline.WithInventory(inventory))),
	} {
		if !errors.Is(err, driftline.ErrClosed) {
			t.Errorf("%s: the error is %v", what, err)
		}
	}
}

// Whoever reports while somebody else ticks gets an answer or ErrBusy, and a report that was taken is whole.
func TestReportsFromManyGoroutines(t *testing.T) {
	inventory := busyThird(t, 7, 8)
	var all sync.WaitGroup
	for range 4 {
		all.Add(2)
		go func() {
			defer all.Done()
			for range 500 {
				err := inventory.ReportNodes(0, []driftline.NodeInventory{cores(3, 9), cores(9, 1)})
				if err != nil && !errors.Is(err, driftline.ErrBusy) {
					t.Error(err)
				}
				_, err = inventory.Axes(7, 3)
				if err != nil && !errors.Is(err, driftline.ErrBusy) {
					t.Error(err)
				}
			}
		}()
		go func() {
			defer all.Done()
			config := driftline.DefaultConfig()
			config.Cooldown = 0
			state := must(driftline.NewMeshState())
			defer state.Close()
			for _, node := range []driftline.NodeID{1, 2, 3} {
				noError(t, state.Apply(driftline.LeaderSet(7, 1), driftline.HolderAdded(7, node)))
			}
			scheduler := must(driftline.NewLocalScheduler(1, driftline.WithConfig(config)))
			defer scheduler.Close()
			for {
				_, err := scheduler.InstallInventory(inventory)
				if err == nil {
					break
				}
				wantIs(t, err, driftline.ErrBusy)
			}
			for range 500 {
				if decision := must(scheduler.Tick(state, 0)); len(decision.Actions) != 1 || decision.Actions[0].Victim != 3 {
					t.Errorf("the actions are %v", decision.Actions)
				}
			}
		}()
	}
	all.Wait()
}
