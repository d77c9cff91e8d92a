// driftline-inventory moves replicas sensibly without a scorer of its own: nodes report what they use, the library does the rest.
package main

import (
	"fmt"
	"io"
	"os"
	"time"

	driftline "github.com/driftline/driftline/bindings/go"
)

func main() { run(os.Stdout) }

// run is ten minutes of a cluster. Six chains have two replicas, each of which keeps two cores of its node busy. Others use node
// 2, too, and after five minutes node 4 has failed.
func run(out io.Writer) {
	config := driftline.ProductionConfig()
	config.MaxInFlightPerSource = 1 // so that a busy node is left by no more than have to go
	inventory := must(driftline.NewInventory(driftline.DefaultInventoryConfig()))
	state := must(driftline.NewMeshState())
	scheduler := must(driftline.NewLocalScheduler(1, driftline.WithConfig(config), driftline.WithInventory(inventory)))
	tell := func(events ...driftline.Event) {
		must(0, state.Apply(events...))
		must(0, inventory.Follow(events...))
	}
	for chain := range driftline.ChainID(6) {
		tell(driftline.LeaderSet(chain, 1), driftline.DesiredReplicas(chain, 2),
			driftline.HolderAdded(chain, driftline.NodeID(1+chain%4)), driftline.HolderAdded(chain, driftline.NodeID(1+(chain+1)%4)))
		must(0, inventory.ReportProfiles([]driftline.ChainProfile{{Chain: chain, CPUCores: driftline.Some(2.0)}}))
	}
	for now := driftline.After(0); now < driftline.After(10*time.Minute); now = now.Add(10 * time.Second) {
		for at, others := range []float64{0, 12, 0, 0, 0} {
			report := driftline.NodeInventory{Node: driftline.NodeID(at + 1), CPUCapacityCores: driftline.Some(20.0)}
			report.CPUUseCores = driftline.Some(others + 2*float64(len(must(state.AppendChainsOn(nil, report.Node)))))
			if report.Node == 4 && now >= driftline.After(5*time.Minute) {
				report.Health = driftline.Some(driftline.Failed)
			}
			must(0, inventory.ReportNodes(now, []driftline.NodeInventory{report}))
		}
		for _, action := range must(scheduler.Tick(state, now)).Actions { // they are carried out at once
			fmt.Fprintln(out, now, action)
			if action.Kind == driftline.ActionEvict {
				tell(driftline.HolderRemoved(action.Chain, action.Victim))
			} else {
				tell(driftline.HolderAdded(action.Chain, action.Target))
			}
		}
	}
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
