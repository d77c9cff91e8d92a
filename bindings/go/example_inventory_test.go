package driftline_test

import (
	"errors"
	"fmt"
	"time"

	driftline "github.com/driftline/driftline/bindings/go"
)

func ExampleInventory() {
	state, stateErr := driftline.NewMeshState()
	inventory, inventoryErr := driftline.NewInventory(driftline.DefaultInventoryConfig())
	scheduler, err := driftline.NewLocalScheduler(1, driftline.WithInventory(inventory))
	if err := errors.Join(stateErr, inventoryErr, err); err != nil {
		panic(err)
	}
	defer scheduler.Close()
	defer inventory.Close()
	defer state.Close()

	// The inventory is told what the state is told. Node 1 leads chain 7, which the nodes 1 and 3 hold.
	facts := []driftline.Event{driftline.LeaderSet(7, 1), driftline.HolderAdded(7, 1), driftline.HolderAdded(7, 3)}
	err = errors.Join(state.Apply(facts...), inventory.Follow(facts...))
	if err != nil {
		panic(err)
	}
	// What the nodes use, as far as it is known.
	cores := driftline.Some(16.0)
	err = inventory.ReportNodes(0, []driftline.NodeInventory{
		{Node: 1, CPUCapacityCores: cores, CPUUseCores: driftline.Some(4.0)},
		{Node: 3, CPUCapacityCores: cores, CPUUseCores: driftline.Some(15.0)},
		{Node: 9, CPUCapacityCores: cores, CPUUseCores: driftline.Some(2.0)},
	})
	if err != nil {
		panic(err)
	}
	decision, err := scheduler.Tick(state, 0)
	if err != nil {
		panic(err)
	}
	for _, action := range decision.Actions {
		fmt.Println(action.Judgement())
	}
	// Output: 7 evict 3 -> 9: live 0.16, gain 0.84, cost none
}

func ExampleInventory_Axes() {
	inventory, _ := driftline.NewInventory(driftline.DefaultInventoryConfig())
	defer inventory.Close()
	err := errors.Join(
		inventory.Follow(driftline.HolderAdded(7, 1)),
		// Node 50 uses chain 7, from twice the distance that is just acceptable.
		inventory.ReportProfiles([]driftline.ChainProfile{{Chain: 7, Clients: []driftline.Client{{Node: 50, Weight: 1}}}}),
		inventory.ReportRTTs(0, []driftline.RTT{{From: 50, To: 1, RTT: 200 * time.Millisecond}}),
		inventory.ReportNodes(0, []driftline.NodeInventory{
			{Node: 1, MemoryCapacityBytes: driftline.Some(64e9), MemoryUseBytes: driftline.Some(8e9)},
		}),
	)
	if err != nil {
		panic(err)
	}
	axes, err := inventory.Axes(7, 1)
	if err != nil {
		panic(err)
	}
	fmt.Printf("headroom %.2f, proximity %.2f, score %.2f\n", axes.Headroom.Value, axes.Proximity.Value, axes.Score.Value)
	fmt.Println("zones are known:", axes.ZoneSpread.Known)
	// Output:
	// headroom 1.00, proximity 0.33, score 0.50
	// zones are known: false
}

func ExampleComposedScorer_Alternatives() {
	inventory, _ := driftline.NewInventory(driftline.DefaultInventoryConfig())
	defer inventory.Close()
	scorer, err := driftline.Minimum(inventory)
	if err != nil {
		panic(err)
	}
	defer scorer.Close()
	for node, used := range map[driftline.NodeID]float64{1: 4, 3: 15, 5: 2, 9: 13} {
		err = errors.Join(err, inventory.ReportNodes(0, []driftline.NodeInventory{
			{Node: node, CPUCapacityCores: driftline.Some(16.0), CPUUseCores: driftline.Some(used)},
		}))
	}
	// Chain 7 is on node 1. Where else could it be?
	homes, askErr := scorer.Alternatives(7, []driftline.NodeID{1}, 2)
	if err := errors.Join(err, askErr); err != nil {
		panic(err)
	}
	for _, home := range homes {
		fmt.Printf("node %d: %.2f\n", home.Node, home.Score)
	}
	_, err = scorer.Score(7, 77)
	fmt.Println("node 77:", err)
	// Output:
	// node 5: 1.00
	// node 9: 0.47
	// node 77: driftline: no opinion
}

func ExampleInventory_Touch() {
	config := driftline.DefaultConfig()
	config.FingerprintMode = driftline.Push // a tick in which nothing moved costs nothing, however many nodes there are
	state, _ := driftline.NewMeshState()
	defer state.Close()
	inventory, _ := driftline.NewInventory(driftline.DefaultInventoryConfig())
	defer inventory.Close()
	scheduler, _ := driftline.NewLocalScheduler(1, driftline.WithConfig(config), driftline.WithInventory(inventory))
	defer scheduler.Close()

	facts := []driftline.Event{driftline.LeaderSet(7, 1), driftline.HolderAdded(7, 3)}
	err := errors.Join(state.Apply(facts...), inventory.Follow(facts...))
	for at, used := range []float64{1, 1, 9} {
		now := driftline.After(time.Duration(at) * time.Second)
		report := driftline.NodeInventory{
			Node: 3, CPUCapacityCores: driftline.Some(10.0), CPUUseCores: driftline.Some(used), Health: driftline.Some(driftline.Healthy),
		}
		if used == 9 {
			report.Health.Value = driftline.Failed
		}
		err = errors.Join(err, inventory.ReportNodes(now, []driftline.NodeInventory{report}))
		_, touchErr := inventory.Touch(state)
		decision, tickErr := scheduler.Tick(state, now)
		if err := errors.Join(err, touchErr, tickErr); err != nil {
			panic(err)
		}
		fmt.Println(now, decision.Report.Rescored, "re-scored")
	}
	// Output:
	// 0s 1 re-scored
	// 1s 0 re-scored
	// 2s 1 re-scored
}

func ExampleInventory_Touches() {
	inventory, _ := driftline.NewInventory(driftline.DefaultInventoryConfig())
	defer inventory.Close()
	err := inventory.ReportNodes(0, []driftline.NodeInventory{
		{Node: 3, CPUCapacityCores: driftline.Some(16.0), CPUUseCores: driftline.Some(4.0)},
	})
	touches, touchErr := inventory.Touches()
	if err := errors.Join(err, touchErr); err != nil {
		panic(err)
	}
	// A scheduler stands on each of these states, and all of them on the inventory.
	for range 2 {
		state, _ := driftline.NewMeshState()
		defer state.Close()
		fmt.Println(len(touches), "touched, refused:", state.Apply(touches...))
	}
	// Output:
	// 1 touched, refused: <nil>
	// 1 touched, refused: <nil>
}

func ExampleComposedScorer_Begin() {
	load := byLoad{1: 0.2}
	scorer, err := driftline.Smoothed(driftline.PartOf(load), time.Minute)
	if err != nil {
		panic(err)
	}
	defer scorer.Close()
	for now := driftline.After(0); now <= driftline.After(2*time.Minute); now = now.Add(time.Minute) {
		err := scorer.Begin(now)
		score, askErr := scorer.Score(7, 1)
		if err := errors.Join(err, askErr); err != nil {
			panic(err)
		}
		fmt.Printf("%v: %.2f\n", now, score)
		load[1] = 0.6 // from now on it is busier
	}
	// Output:
	// 0s: 0.80
	// 60s: 0.60
	// 120s: 0.50
}

// licensed says what only the owner of a cluster knows: which nodes may run which chains.
type licensed map[driftline.NodeID]bool

func (l licensed) Score(_ driftline.ChainID, node driftline.NodeID) (float32, error) {
	if l[node] {
		return 1, nil
	}
	return 0, nil
}

func (l licensed) BestAlternative(driftline.ChainID, []driftline.NodeID) (driftline.Alternative, error) {
	return driftline.Alternative{}, driftline.ErrNoOpinion // it only says who gets through
}

func (l licensed) NodeFingerprint(driftline.NodeID) (uint64, error) { return 0, nil } // never moves

func ExampleGate() {
	state, _ := driftline.NewMeshState()
	defer state.Close()
	inventory, _ := driftline.NewInventory(driftline.DefaultInventoryConfig())
	defer inventory.Close()

	// Of the nodes that have a licence, those that have most room; and no score jumps.
	gate, err := driftline.Gate(driftline.PartOf(licensed{1: true, 3: true, 5: true}), inventory, 0.5)
	if err != nil {
		panic(err)
	}
	scorer, err := driftline.Smoothed(gate, time.Minute)
	if err != nil {
		panic(err)
	}
	scheduler, err := driftline.NewLocalScheduler(1, driftline.WithComposed(scorer))
	if err != nil {
		panic(err)
	}
	defer scheduler.Close()

	facts := []driftline.Event{driftline.LeaderSet(7, 1), driftline.HolderAdded(7, 1), driftline.HolderAdded(7, 3)}
	err = errors.Join(state.Apply(facts...), inventory.Follow(facts...))
	for node, used := range map[driftline.NodeID]float64{1: 4, 3: 15, 4: 1, 5: 2} {
		report := driftline.NodeInventory{Node: node, CPUCapacityCores: driftline.Some(16.0), CPUUseCores: driftline.Some(used)}
		err = errors.Join(err, inventory.ReportNodes(0, []driftline.NodeInventory{report}))
	}
	if err != nil {
		panic(err)
	}
	decision, err := scheduler.Tick(state, 0)
	if err != nil {
		panic(err)
	}
	fmt.Println(decision.Actions)
	// Output: [scheduler evict 7: 3 -> 5]
}

func ExampleWeightedSum() {
	inventory, _ := driftline.NewInventory(driftline.DefaultInventoryConfig())
	defer inventory.Close()
	scorer, err := driftline.WeightedSum(
		driftline.Weighted{Part: inventory, Weight: 2},
		driftline.Weighted{Part: driftline.PartOf(byLoad{1: 0.1, 3: 0.9, 9: 0.2}), Weight: 1},
	)
	if err != nil {
		panic(err)
	}
	defer scorer.Close()

	state, _ := driftline.NewMeshState()
	defer state.Close()
	facts := []driftline.Event{driftline.LeaderSet(7, 1), driftline.HolderAdded(7, 1), driftline.HolderAdded(7, 3)}
	if err := errors.Join(state.Apply(facts...), inventory.Follow(facts...)); err != nil {
		panic(err)
	}
	// The inventory knows nothing yet, so that the other one decides alone.
	decision, err := driftline.DiffComposed(state, scorer, driftline.DefaultConfig(), 1, 0, nil)
	if err != nil {
		panic(err)
	}
	fmt.Println(decision.Actions)
	// Output: [scheduler evict 7: 3 -> 9]
}

func ExampleOverridePerChain() {
	inventory, _ := driftline.NewInventory(driftline.DefaultInventoryConfig())
	defer inventory.Close()
	mine := driftline.Override{Part: driftline.PartOf(byLoad{1: 0.1, 2: 0.6}), Chains: []driftline.ChainID{7, 8, 7}}
	_, err := driftline.OverridePerChain(inventory, mine)
	fmt.Println(err)
	var known *driftline.Error
	if errors.As(err, &known) {
		fmt.Println("index", known.Index, "chain", known.Chain)
	}
	// Output:
	// driftline: index 2: chain 7 is listed twice
	// index 2 chain 7
}
