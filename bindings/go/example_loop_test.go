package driftline_test

import (
	"errors"
	"fmt"
	"slices"
	"time"

	driftline "github.com/driftline/driftline/bindings/go"
)

// idleness is the scorer of the control loop.
var idleness = byLoad{1: 0.1, 2: 0.2, 3: 0.7, 4: 0.3, 9: 0.05}

var errStale = errors.New("the chain has another revision by now")

// store stands for where replicas really live. Every change of a chain gives it another revision.
type store map[driftline.ChainID]*stored

type stored struct {
	revision uint64
	holders  []driftline.NodeID
}

// compareAndSwap carries an action out if its chain is still what the action was decided on: two leaders that overlap cannot
// both act on one state.
func (s store) compareAndSwap(action driftline.Action) error {
	chain := s[action.Chain]
	if action.RevisionKnown && action.Revision != chain.revision {
		return errStale
	}
	if action.Kind == driftline.ActionEvict {
		chain.evict(action.Victim)
		return nil
	}
	target := action.Target
	if target == driftline.NoNode { // the choice is ours, among all nodes that are not excluded
		best, err := idleness.BestAlternative(action.Chain, action.Exclude)
		if err != nil {
			return err
		}
		target = best.Node
	}
	chain.revision++
	chain.holders = append(chain.holders, target)
	return nil
}

func (s *stored) evict(victim driftline.NodeID) {
	s.revision++
	s.holders = slices.DeleteFunc(s.holders, func(node driftline.NodeID) bool { return node == victim })
}

// facts is what is so now, whoever has done it. What is known already changes nothing.
func (s store) facts(id driftline.ChainID) []driftline.Event {
	events := []driftline.Event{driftline.ChainRevision(id, s[id].revision)}
	for node := range idleness {
		if slices.Contains(s[id].holders, node) {
			events = append(events, driftline.HolderAdded(id, node))
		} else {
			events = append(events, driftline.HolderRemoved(id, node))
		}
	}
	return events
}

// step is one turn of the control loop.
func step(scheduler *driftline.LocalScheduler, state *driftline.MeshState, store store, now driftline.Timestamp) error {
	decision, err := scheduler.Tick(state, now)
	if err != nil {
		return err
	}
	for _, action := range decision.Actions {
		switch err := store.compareAndSwap(action); {
		case err == nil:
			fmt.Println(now, action)
		case errors.Is(err, errStale):
			fmt.Println(now, action, "is too late") // nothing has failed: the facts say how it is now
		default:
			fmt.Println(now, action, "has failed:", err)
			if err := state.Apply(driftline.MoveFailed(action.Chain)); err != nil { // its target waits for a while
				return err
			}
		}
		if err := state.Apply(store.facts(action.Chain)...); err != nil {
			return err
		}
	}
	return nil
}

// A loop that is safe to leave running: a production config, a wished number of replicas, revisions, and a drain.
func Example_controlLoop() {
	state, _ := driftline.NewMeshState()
	defer state.Close()
	scheduler, err := driftline.NewLocalScheduler(1, driftline.WithConfig(driftline.ProductionConfig()),
		driftline.WithScorer(idleness))
	if err != nil {
		panic(err)
	}
	defer scheduler.Close()

	// Chain 7 has lost its third holder. Chain 8 has a bad one.
	store := store{7: {1, []driftline.NodeID{1, 2}}, 8: {1, []driftline.NodeID{1, 3, 4}}}
	for _, chain := range []driftline.ChainID{7, 8} {
		events := []driftline.Event{driftline.LeaderSet(chain, 1), driftline.DesiredReplicas(chain, 3)}
		if err := state.Apply(append(events, store.facts(chain)...)...); err != nil {
			panic(err)
		}
	}
	for now := driftline.Timestamp(0); now < driftline.After(time.Hour); now = now.Add(10 * time.Second) {
		if now == driftline.After(10*time.Minute) { // node 2 is to be empty in time
			if err := state.Apply(driftline.Drain(2, now.Add(50*time.Minute))); err != nil {
				panic(err)
			}
			// Another leader, which does not know yet that it is one no more, decides the same and is faster.
			store[7].evict(2)
		}
		if err := step(scheduler, state, store, now); err != nil {
			panic(err)
		}
	}
	status, err := scheduler.DrainStatus(state, 2)
	if err != nil {
		panic(err)
	}
	fmt.Println("node 2: left", status.Left, "moved", status.Moved, "at risk", status.AtRisk)
	// Output:
	// 0s count place 7, excluding 1 2 at revision 1
	// 0s scheduler evict 8: 3 -> 9 at revision 1
	// 10s count place 8 -> 9, excluding 1 4 at revision 2
	// 600s drain evict 7: 2 -> 4 at revision 2 is too late
	// 610s count place 7 -> 4, excluding 1 2 9 at revision 3
	// node 2: left 0 moved 1 at risk false
}
