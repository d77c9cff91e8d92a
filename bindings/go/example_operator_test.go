package driftline_test

import (
	"fmt"
	"time"

	driftline "github.com/driftline/driftline/bindings/go"
)

// loaded is a state in which node 1 leads chain 7, and a scheduler to which node 3 is a bad home.
func loaded() (*driftline.MeshState, *driftline.LocalScheduler) {
	state, err := driftline.NewMeshState()
	if err != nil {
		panic(err)
	}
	err = state.Apply(driftline.LeaderSet(7, 1), driftline.HolderAdded(7, 1), driftline.HolderAdded(7, 3))
	if err != nil {
		panic(err)
	}
	scheduler, err := driftline.NewLocalScheduler(1, driftline.WithScorer(byLoad{1: 0.1, 3: 0.6, 9: 0.05}))
	if err != nil {
		panic(err)
	}
	return state, scheduler
}

// Chains of class 5 are expensive to move: a bad home is good enough until it is a very bad one.
func ExampleLocalScheduler_SetClassPolicy() {
	state, scheduler := loaded()
	defer state.Close()
	defer scheduler.Close()
	err := scheduler.SetClassPolicy(5, driftline.ClassPolicy{
		Cooldown: driftline.Some(time.Hour), Mode: driftline.Lazy, CriticalFloor: 0.25,
	})
	if err != nil {
		panic(err)
	}
	if err := state.Apply(driftline.ChainClass(7, 5)); err != nil {
		panic(err)
	}
	decision, err := scheduler.Tick(state, 0)
	if err != nil {
		panic(err)
	}
	fmt.Println(len(decision.Actions), "actions")
	// Output: 0 actions
}

func ExampleExplanation_Sentence() {
	state, scheduler := loaded()
	defer state.Close()
	defer scheduler.Close()
	if err := state.Apply(driftline.Avoid(9, driftline.After(time.Hour))); err != nil {
		panic(err)
	}
	if _, err := scheduler.Tick(state, 0); err != nil {
		panic(err)
	}
	explanation, err := scheduler.Explain(state, 7)
	if err != nil {
		panic(err)
	}
	fmt.Println(explanation)
	fmt.Println(explanation.Sentence())
	// Output:
	// 7 no alternative for 3: live 0.40
	// chain 7 stays on node 3: its score 0.40 is under the floor 0.50, but no other home is open to it
}

// What the old leader remembers of a chain goes with it: the new one does not move it again at once.
func ExampleMeshState_ImportChain() {
	state, scheduler := loaded()
	defer state.Close()
	defer scheduler.Close()
	if _, err := scheduler.Tick(state, 0); err != nil { // evicts
		panic(err)
	}
	exported, err := state.ExportChain(7)
	if err != nil {
		panic(err)
	}

	next, successor := loaded()
	defer next.Close()
	defer successor.Close()
	chain, err := next.ImportChain(exported)
	if err != nil {
		panic(err)
	}
	if _, err := successor.Tick(next, driftline.After(10*time.Second)); err != nil {
		panic(err)
	}
	explanation, err := successor.Explain(next, chain)
	if err != nil {
		panic(err)
	}
	fmt.Println(explanation)
	// Output: 7 cooldown until 300s
}

func ExampleLocalScheduler_AppendTransitions() {
	state, scheduler := loaded()
	defer state.Close()
	defer scheduler.Close()
	var seen uint64
	for now := range driftline.Timestamp(3) {
		if _, err := scheduler.Tick(state, now*1e9); err != nil {
			panic(err)
		}
		transitions, err := scheduler.AppendTransitions(nil, seen)
		if err != nil {
			panic(err)
		}
		for _, one := range transitions {
			fmt.Println(one)
			seen = one.Sequence + 1
		}
	}
	// Output:
	// 0s 7 -> evict
	// 1s 7 evict -> cooldown
}
