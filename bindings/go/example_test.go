package driftline_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	driftline "github.com/driftline/driftline/bindings/go"
)

// byLoad is a scorer of two methods: a node is as good a home as it is idle.
type byLoad map[driftline.NodeID]float32

func (b byLoad) Score(_ driftline.ChainID, node driftline.NodeID) (float32, error) {
	load, known := b[node]
	if !known {
		return 0, driftline.ErrNoOpinion
	}
	return 1 - load, nil
}

func (b byLoad) BestAlternative(chain driftline.ChainID, exclude []driftline.NodeID) (driftline.Alternative, error) {
	best := driftline.Alternative{Node: driftline.NoNode}
nodes:
	for node, load := range b {
		for _, holder := range exclude {
			if node == holder {
				continue nodes
			}
		}
		// A map is walked in any order, so the lowest of equal nodes must win: the same inputs, the same answer.
		score := 1 - load
		if best.Node == driftline.NoNode || score > best.Score || score == best.Score && node < best.Node {
			best = driftline.Alternative{Node: node, Score: score}
		}
	}
	if best.Node == driftline.NoNode {
		return best, driftline.ErrNoOpinion
	}
	return best, nil
}

func Example() {
	state, err := driftline.NewMeshState()
	if err != nil {
		panic(err)
	}
	defer state.Close()
	scorer := byLoad{1: 0.1, 2: 0.2, 3: 0.6, 9: 0.05}
	scheduler, err := driftline.NewLocalScheduler(1, driftline.WithScorer(scorer))
	if err != nil {
		panic(err)
	}
	defer scheduler.Close()

	// Node 1 leads chain 7, which the nodes 1, 2 and 3 hold.
	err = state.Apply(driftline.LeaderSet(7, 1), driftline.HolderAdded(7, 1), driftline.HolderAdded(7, 2),
		driftline.HolderAdded(7, 3))
	if err != nil {
		panic(err)
	}
	decision, err := scheduler.Tick(state, driftline.After(10*time.Second))
	if err != nil {
		panic(err)
	}
	for _, action := range decision.Actions {
		fmt.Println(action.Judgement())
		// When it is carried out:
		err = state.Apply(driftline.HolderRemoved(action.Chain, action.Victim), driftline.HolderAdded(action.Chain, action.Target))
		if err != nil {
			panic(err)
		}
	}
	fmt.Println("next tick at", decision.Report.NextDue)
	// Output:
	// 7 evict 3 -> 9: live 0.40, gain 0.55, cost none
	// next tick at 40s
}

func ExampleLocalScheduler() {
	state, _ := driftline.NewMeshState()
	defer state.Close()
	scheduler, _ := driftline.NewLocalScheduler(1, driftline.WithScorer(byLoad{1: 0.1, 3: 0.6, 9: 0.05}))
	defer scheduler.Close()
	if err := state.Apply(driftline.LeaderSet(7, 1), driftline.HolderAdded(7, 1), driftline.HolderAdded(7, 3)); err != nil {
		panic(err)
	}
	if _, err := scheduler.Sample(state, 0); err != nil {
		panic(err)
	}
	dry, _ := scheduler.Decide(state, 0)    // changes nothing
	decision, _ := scheduler.Tick(state, 0) // starts the cooldown of what it emits
	fmt.Println("the same:", dry.Actions[0].String() == decision.Actions[0].String())
	explanation, _ := scheduler.Explain(state, 7)
	fmt.Println(explanation)
	// Output:
	// the same: true
	// 7 evict 3 -> 9: live 0.40 under 0.50, gain 0.55 over 0.20, cost none
}

// The chains of a big cluster are scored in batches: one crossing of the boundary for thousands.
type batches struct{ byLoad }

func (b batches) ScoreMany(pairs []driftline.Pair, scores []float32) error {
	for at, pair := range pairs {
		if load, known := b.byLoad[pair.Node]; known {
			scores[at] = 1 - load
		} // else it stays NaN, which is no opinion
	}
	return nil
}

func ExampleBatchScorer() {
	state, _ := driftline.NewMeshState()
	defer state.Close()
	scheduler, _ := driftline.NewLocalScheduler(1, driftline.WithScorer(batches{byLoad{1: 0.1, 2: 0.9}}))
	defer scheduler.Close()
	for chain := range driftline.ChainID(1000) {
		if err := state.Apply(driftline.LeaderSet(chain, 1), driftline.HolderAdded(chain, 1)); err != nil {
			panic(err)
		}
	}
	decision, err := scheduler.Tick(state, 0)
	if err != nil {
		panic(err)
	}
	fmt.Println(decision.Report.Rescored, "chains,", decision.Report.Calls.Score, "scores")
	// Output: 1000 chains, 1000 scores
}

func ExampleScorerFuncs() {
	scorer := driftline.ScorerFuncs{
		ScoreFunc: func(chain driftline.ChainID, node driftline.NodeID) (float32, error) { return 0.3, nil },
		BestAlternativeFunc: func(chain driftline.ChainID, exclude []driftline.NodeID) (driftline.Alternative, error) {
			return driftline.Alternative{Node: 9, Score: 1}, nil
		},
		MigrationCostFunc: func(chain driftline.ChainID, target driftline.NodeID) (driftline.MigrationCost, error) {
			return driftline.MigrationCost{StateTransfer: 8 * time.Second}, nil
		},
	}
	state, _ := driftline.NewMeshState()
	defer state.Close()
	_ = state.Apply(driftline.LeaderSet(7, 1), driftline.HolderAdded(7, 3))
	scheduler, _ := driftline.NewLocalScheduler(1, driftline.WithScorer(scorer))
	defer scheduler.Close()
	if _, err := scheduler.Tick(state, 0); err != nil {
		panic(err)
	}
	explanation, err := scheduler.Explain(state, 7)
	if err != nil {
		panic(err)
	}
	fmt.Println(explanation)
	// Output: 7 cost too high 3 -> 9: live 0.30, gain 0.70, cost 0.80
}

// A scorer whose context is over ends the tick under every policy.
func ExampleInterrupt() {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	config := driftline.DefaultConfig()
	config.OnScorerError = driftline.SkipChain
	scorer := driftline.ScorerFuncs{
		ScoreFunc: func(chain driftline.ChainID, node driftline.NodeID) (float32, error) {
			if err := ctx.Err(); err != nil {
				return 0, driftline.Interrupt(err)
			}
			return 1, nil
		},
		BestAlternativeFunc: func(chain driftline.ChainID, exclude []driftline.NodeID) (driftline.Alternative, error) {
			return driftline.Alternative{}, driftline.ErrNoOpinion
		},
	}
	state, _ := driftline.NewMeshState()
	defer state.Close()
	_ = state.Apply(driftline.LeaderSet(7, 1), driftline.HolderAdded(7, 3))
	scheduler, _ := driftline.NewLocalScheduler(1, driftline.WithConfig(config), driftline.WithScorer(scorer))
	defer scheduler.Close()
	_, err := scheduler.Tick(state, 0)
	fmt.Println(err)
	fmt.Println(errors.Is(err, context.Canceled))
	// Output:
	// driftline: scorer score of chain 7 at node 3: interrupted: context canceled
	// true
}

func ExampleMeshState_Load() {
	state, _ := driftline.NewMeshState()
	defer state.Close()
	err := state.Load(driftline.Membership{
		Chains:        []driftline.ChainID{7, 8},
		Leaders:       []driftline.NodeID{1, driftline.NoNode},
		HolderOffsets: []uint64{0, 3, 4},
		Holders:       []driftline.NodeID{1, 2, 3, 3},
	})
	if err != nil {
		panic(err)
	}
	for chain, err := range state.ChainsOn(3) {
		if err != nil {
			panic(err)
		}
		fmt.Println("node 3 holds chain", chain)
	}
	// Output:
	// node 3 holds chain 7
	// node 3 holds chain 8
}

// Given a snapshot scorer the decision function judges by what was sampled.
func ExampleDiffScheduler() {
	scorer := byLoad{1: 0.1, 3: 0.6, 9: 0.05}
	state, _ := driftline.NewMeshState()
	defer state.Close()
	_ = state.Apply(driftline.LeaderSet(7, 1), driftline.HolderAdded(7, 1), driftline.HolderAdded(7, 3))
	scheduler, _ := driftline.NewLocalScheduler(1, driftline.WithScorer(scorer))
	defer scheduler.Close()
	if _, err := scheduler.Sample(state, 0); err != nil {
		panic(err)
	}
	snapshot, err := scheduler.Snapshot(state)
	if err != nil {
		panic(err)
	}
	sampled, err := driftline.NewSnapshotScorer(snapshot, scorer)
	if err != nil {
		panic(err)
	}
	bold := driftline.DefaultConfig()
	bold.HysteresisGap = 0.5
	decision, err := driftline.DiffScheduler(state, sampled, bold, 1, 0, nil)
	if err != nil {
		panic(err)
	}
	fmt.Println(decision.Actions)
	// Output: [scheduler evict 7: 3 -> 9]
}

func ExampleMigrationCostModel() {
	model := driftline.MigrationCostModel{CostPerSec: 0.25}
	cost, err := model.ScoreEquivalent(driftline.MigrationCost{StateTransfer: 2 * time.Second})
	if err != nil {
		panic(err)
	}
	fmt.Println(cost)
	// Output: 0.5
}

func ExampleCalibrate() {
	// Sixteen moves lost about 0.25 for each second that they took. Four met an incident and lost five times as much.
	var moves []driftline.ObservedMove
	for second := 1; second <= 20; second++ {
		move := driftline.ObservedMove{
			Cost:      driftline.MigrationCost{StateTransfer: time.Duration(second) * time.Second},
			ScoreLoss: 0.25 * float32(second),
		}
		switch {
		case second%5 == 0:
			move.ScoreLoss *= 5
		case second%2 == 0:
			move.ScoreLoss += 0.0625
		default:
			move.ScoreLoss -= 0.0625
		}
		moves = append(moves, move)
	}
	found, err := driftline.Calibrate(moves)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%.2f between %.2f and %.2f, %d of %d left out\n", found.CostPerSec, found.Low, found.High, found.Outliers,
		found.Observations)

	_, err = driftline.Calibrate(moves[:3])
	fmt.Println(err)
	// Output:
	// 0.25 between 0.25 and 0.25, 4 of 20 left out
	// driftline: calibration: 3 moves that took any time are too few, 12 are needed
}

func ExampleSchedulerConfig_Validate() {
	config := driftline.DefaultConfig()
	config.ScoreFloor = float32(math.NaN())
	fmt.Println(config.Validate())
	// Output: driftline: config field score_floor: NaN is not in [0, 1]
}
