//go:build !asan

// AddressSanitizer moves to the heap what would stand on the stack, and keeps what was freed for a while.

package driftline_test

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	driftline "github.com/driftline/driftline/bindings/go"
)

// A tick in which nothing is due allocates nothing, and neither does a question with room.
func TestWhatAllocatesNothing(t *testing.T) {
	state := ledState(t, 7)
	scorer := asFuncs(badThird())
	scorer.NodeFingerprintsFunc = func(_ []driftline.NodeID, _ []uint64, known []bool) error {
		for at := range known {
			known[at] = true
		}
		return nil
	}
	scheduler := newScheduler(t, driftline.WithScorer(scorer))
	decision := must(scheduler.Tick(state, 0))
	history := must(scheduler.History(7))
	chain := must(state.Chain(7))
	chains := make([]driftline.ChainID, 0, 4)
	cells := make([]driftline.Cell, 0, 4)
	noError(t, state.Apply(driftline.Drain(5, 1e9), driftline.ClaimAcquired(7), driftline.HolderAdded(7, 5)))
	must(scheduler.Tick(state, 1))
	status := must(scheduler.DrainStatus(state, 5))
	times := make([]driftline.NodeTime, 0, 4)
	transitions := make([]driftline.Transition, 0, 4)
	exported := make([]byte, 0, 1024)
	handed := must(state.ExportChain(7))
	policy := driftline.ClassPolicy{Cooldown: driftline.Some(time.Hour)}
	noError(t, scheduler.SetClassPolicy(5, policy))
	inventory := busyThird(t, 7)
	composed := newScheduler(t, driftline.WithComposed(must(driftline.Cached(must(driftline.Minimum(inventory,
		driftline.PartOf(scorer))), 10))))
	idle := must(composed.Tick(state, 1))
	rtts, bandwidths := []driftline.RTT{{From: 1, To: 2, RTT: 5}}, []driftline.Bandwidth{{From: 1, To: 2, BytesPerSec: 5}}
	for what, call := range map[string]func() error{
		"an idle tick of a composed scorer": func() error { return composed.TickInto(idle, state, 1) },
		"axes":                              func() error { return second(inventory.Axes(7, 3)) },
		"an event that is followed":         func() error { return inventory.Follow(driftline.HolderAdded(7, 1)) },
		"a touch":                           func() error { return second(inventory.Touch(state)) },
		"round-trip times":                  func() error { return inventory.ReportRTTs(0, rtts) },
		"bandwidths":                        func() error { return inventory.ReportBandwidths(bandwidths) },

		"an idle tick":   func() error { return scheduler.TickInto(decision, state, 1) },
		"a dry run":      func() error { return scheduler.DecideInto(decision, state, 1) },
		"a sample":       func() error { return scheduler.SampleInto(&decision.Report, state, 1) },
		"an event":       func() error { return state.Apply(driftline.HolderAdded(7, 1)) },
		"a history":      func() error { return scheduler.HistoryInto(7, &history) },
		"a chain":        func() error { return state.ChainInto(7, &chain) },
		"a list":         func() error { return second(state.AppendLedBy(chains, 1)) },
		"cells":          func() error { return second(scheduler.AppendCells(cells, 7)) },
		"an explanation": func() error { return second(scheduler.Explain(state, 7)) },
		"a drain status": func() error { return scheduler.DrainStatusInto(state, 5, &status) },
		"transitions":    func() error { return second(scheduler.AppendTransitions(transitions, 0)) },
		"drains":         func() error { return second(state.AppendDrains(times)) },
		"avoided":        func() error { return second(state.AppendAvoided(times)) },
		"a freeze":       func() error { return second(state.FrozenUntil()) },
		"an export":      func() error { return second(state.AppendExport(exported, 7)) },
		"an import":      func() error { return second(state.ImportChain(handed)) },
		"a policy":       func() error { return scheduler.SetClassPolicy(5, policy) },
		"its answer":     func() error { return second(scheduler.ClassPolicy(5)) },
	} {
		if count := testing.AllocsPerRun(100, func() { noError(t, call()) }); count != 0 {
			t.Errorf("%s allocates %v times", what, count)
		}
	}
}

// cycles is how often the next test makes, ticks and closes; make go-cycles says a million.
func cycles(t *testing.T) int {
	text := os.Getenv("DRIFTLINE_CYCLES")
	if text == "" {
		return 20_000
	}
	count, err := strconv.Atoi(text)
	if err != nil || count < 1000 {
		t.Fatalf("DRIFTLINE_CYCLES must be 1000 at least, not %q", text)
	}
	return count
}

// Whatever is made and closed leaves nothing behind, on either side of the boundary.
func TestCyclesLeaveNothing(t *testing.T) {
	count := cycles(t)
	scorer := badThird()
	profiles := []driftline.ChainProfile{{Chain: 7, Clients: []driftline.Client{{Node: 5, Weight: 1}, {Node: 6, Weight: 1}}}}
	made := 0
	cycle := func() {
		state := must(driftline.NewMeshState())
		noError(t, state.Apply(driftline.HolderAdded(7, 1), driftline.HolderAdded(7, 3), driftline.LeaderSet(7, 1),
			driftline.DesiredReplicas(7, 3), driftline.Drain(1, 0)))
		scheduler := must(driftline.NewLocalScheduler(1, driftline.WithScorer(scorer)))
		decision := must(scheduler.Tick(state, 0))
		if len(decision.Actions) != 1 || len(decision.Actions[0].Exclude) != 2 {
			t.Fatalf("the actions are %v", decision.Actions)
		}
		must(scheduler.Install(scorer))
		noError(t, scheduler.SetClassPolicy(5, driftline.ClassPolicy{Mode: driftline.Pinned}))
		must(state.ImportChain(must(state.ExportChain(7))))
		must(scheduler.DrainStatuses(state))
		for range 4 {
			must(driftline.DiffScheduler(state, scorer, driftline.DefaultConfig(), 1, 0, nil))
		}
		inventory := must(driftline.NewInventory(driftline.DefaultInventoryConfig()))
		noError(t, inventory.Follow(driftline.HolderAdded(7, 1)))
		composed := must(driftline.Gate(inventory, must(driftline.Minimum(driftline.PartOf(scorer))), 0.1))
		wantIs(t, second(driftline.Cached(composed, 0)), driftline.ErrConfig)
		made++
		if made%2 == 0 {
			must(scheduler.InstallComposed(composed))
		}
		noError(t, inventory.ReportProfiles(profiles))
		noError(t, composed.Close())
		noError(t, inventory.Close())
		noError(t, scheduler.Close())
		noError(t, state.Close())
	}
	for range count / 10 {
		cycle()
	}
	before := residentKiB(t)
	for range count {
		cycle()
	}
	after := residentKiB(t)
	t.Logf("%d cycles: %d KiB before, %d KiB after", count, before, after)
	// Eight bytes for each of a million: the least leak would be far beyond it, the runtime's own needs are within.
	if limit := before + 8192; after > limit {
		t.Errorf("%d KiB resident after %d cycles, %d KiB before", after, count, before)
	}
}

// What is forgotten is freed on the other side of the boundary, too: schedulers, states, inventories and what is made of these.
func TestForgottenMemoryIsFreed(t *testing.T) {
	const count, chains, limitKiB = 40, 20_000, 64 << 10
	membership := driftline.Membership{HolderOffsets: []uint64{0}}
	for chain := range driftline.ChainID(chains) {
		membership.Chains = append(membership.Chains, chain)
		membership.Leaders = append(membership.Leaders, 1)
		membership.Holders = append(membership.Holders, 1, 2)
		membership.HolderOffsets = append(membership.HolderOffsets, uint64(len(membership.Holders)))
	}
	before := residentKiB(t)
	for _, forget := range []string{"schedulers", "states", "inventories", "composed scorers"} {
		for range count {
			if forget == "inventories" || forget == "composed scorers" {
				inventory := must(driftline.NewInventory(driftline.DefaultInventoryConfig()))
				noError(t, inventory.Load(membership))
				if forget == "composed scorers" {
					must(driftline.Minimum(must(driftline.Cached(inventory, 10)), driftline.PartOf(badThird())))
					noError(t, inventory.Close())
				}
			}
			state, scheduler := must(driftline.NewMeshState()), must(driftline.NewLocalScheduler(1, driftline.WithScorer(badThird())))
			noError(t, state.Load(membership))
			if forget == "schedulers" {
				must(scheduler.Tick(state, 0))
				noError(t, state.Close())
			} else {
				noError(t, scheduler.Close())
			}
			// The allocator keeps what is freed for whoever comes next, so the collector has to keep up.
			for tries := 0; residentKiB(t) > before+limitKiB; tries++ {
				if tries == 100 {
					t.Fatalf("%d KiB resident with forgotten %s, %d KiB before", residentKiB(t), forget, before)
				}
				time.Sleep(time.Millisecond)
			}
		}
	}
}

func residentKiB(t *testing.T) int {
	runtime.GC()
	status := string(must(os.ReadFile("/proc/self/status")))
	_, rest, found := strings.Cut(status, "VmRSS:")
	if !found {
		t.Fatal("the system does not tell the resident size")
	}
	return must(strconv.Atoi(strings.Fields(rest)[0]))
}
