package driftline_test

import (
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	driftline "github.com/driftline/driftline/bindings/go"
)

func TestClosedHandlesAreRefused(t *testing.T) {
	state, open := must(driftline.NewMeshState()), ledState(t, 7)
	scheduler := must(driftline.NewLocalScheduler(1, driftline.WithScorer(badThird())))
	live := newScheduler(t)
	for range 2 {
		noError(t, state.Close())
		noError(t, scheduler.Close())
	}
	if scheduler.Scorer() != nil {
		t.Error("a closed scheduler has a scorer")
	}
	refused := map[string]error{
		"Load": state.Load(driftline.Membership{}), "Apply": state.Apply(), "Digest": second(state.Digest()),
		"Chain": second(state.Chain(7)), "AppendChains": second(state.AppendChains(nil)),
		"AppendChainsOn": second(state.AppendChainsOn(nil, 1)), "AppendLedBy": second(state.AppendLedBy(nil, 1)),
		"Tick of the state": second(live.Tick(state, 0)), "Explain of the state": second(live.Explain(state, 7)),
		"AppendDrains": second(state.AppendDrains(nil)), "AppendAvoided": second(state.AppendAvoided(nil)),
		"FrozenUntil": second(state.FrozenUntil()), "ExportChain": second(state.ExportChain(7)),
		"ImportChain":              second(state.ImportChain(must(open.ExportChain(7)))),
		"DrainStatus of the state": second(live.DrainStatus(state, 3)),
		"DiffScheduler":            second(driftline.DiffScheduler(state, badThird(), driftline.DefaultConfig(), 1, 0, nil)),

		"ThisNode": second(scheduler.ThisNode()), "Config": second(scheduler.Config()),
		"Configure": scheduler.Configure(driftline.DefaultConfig()), "Install": second(scheduler.Install(badThird())),
		"Uninstall": second(scheduler.Uninstall()), "Tick": second(scheduler.Tick(open, 0)),
		"Decide": second(scheduler.Decide(open, 0)), "Sample": second(scheduler.Sample(open, 0)),
		"AppendSampled": second(scheduler.AppendSampled(nil)), "AppendCells": second(scheduler.AppendCells(nil, 7)),
		"History": second(scheduler.History(7)), "Explain": second(scheduler.Explain(open, 7)),
		"Snapshot": second(scheduler.Snapshot(open)), "AppendTransitions": second(scheduler.AppendTransitions(nil, 0)),
		"DrainStatus": second(scheduler.DrainStatus(open, 3)), "ClassPolicy": second(scheduler.ClassPolicy(5)),
		"SetClassPolicy":   scheduler.SetClassPolicy(5, driftline.ClassPolicy{}),
		"ClearClassPolicy": scheduler.ClearClassPolicy(5),

		"a state never made":     (&driftline.MeshState{}).Apply(),
		"a scheduler never made": second((&driftline.LocalScheduler{}).Tick(open, 0)),
	}
	for what, err := range refused {
		if !errors.Is(err, driftline.ErrClosed) {
			t.Errorf("%s: the error is %v", what, err)
		}
	}
	for _, err := range state.Chains() {
		wantIs(t, err, driftline.ErrClosed)
	}
	noError(t, (&driftline.MeshState{}).Close())
	noError(t, (&driftline.LocalScheduler{}).Close())
}

// P3: what a scorer does with the scheduler and the state that are asking it is refused, and nothing else happens.
func TestReentrance(t *testing.T) {
	state := ledState(t, 7)
	other := ledState(t, 7)
	var scheduler *driftline.LocalScheduler
	exported := must(other.ExportChain(7))
	var seen map[string]error
	reenter := func() error {
		seen = map[string]error{
			"Tick": second(scheduler.Tick(other, 0)), "Decide": second(scheduler.Decide(other, 0)),
			"Sample": second(scheduler.Sample(other, 0)), "Close": scheduler.Close(),
			"Install": second(scheduler.Install(badThird())), "Uninstall": second(scheduler.Uninstall()),
			"Configure": scheduler.Configure(driftline.DefaultConfig()), "Config": second(scheduler.Config()),
			"ThisNode": second(scheduler.ThisNode()), "History": second(scheduler.History(7)),
			"AppendSampled": second(scheduler.AppendSampled(nil)), "Explain": second(scheduler.Explain(other, 7)),
			"Apply": state.Apply(driftline.ChainRemoved(7)), "Digest": second(state.Digest()), "close the state": state.Close(),
			"SetClassPolicy": scheduler.SetClassPolicy(5, driftline.ClassPolicy{}), "ClassPolicy": second(scheduler.ClassPolicy(5)),
			"ClearClassPolicy": scheduler.ClearClassPolicy(5), "DrainStatus": second(scheduler.DrainStatus(other, 3)),
			"AppendTransitions": second(scheduler.AppendTransitions(nil, 0)), "ImportChain": second(state.ImportChain(exported)),
			"ExportChain": second(state.ExportChain(7)), "AppendDrains": second(state.AppendDrains(nil)),
			"AppendAvoided": second(state.AppendAvoided(nil)), "FrozenUntil": second(state.FrozenUntil()),
		}
		return nil
	}
	scorer := trap("score", reenter)
	scheduler = newScheduler(t, driftline.WithScorer(scorer))
	decision := must(scheduler.Tick(state, 0))
	wantEqual(t, "the actions", len(decision.Actions), 1)
	wantEqual(t, "how much was tried", len(seen), 25)
	for what, err := range seen {
		if !errors.Is(err, driftline.ErrReentrant) {
			t.Errorf("%s: the error is %v", what, err)
		}
	}
}

// Another scheduler may be used from inside a scorer.
func TestASchedulerInsideAScorer(t *testing.T) {
	inner, innerState := newScheduler(t, driftline.WithScorer(badThird())), ledState(t, 7)
	state := ledState(t, 7)
	outer := newScheduler(t, driftline.WithScorer(trap("live_score", func() error {
		_, err := inner.Tick(innerState, 0)
		return err
	})))
	wantEqual(t, "the actions", len(must(outer.Tick(state, 0)).Actions), 1)
	wantEqual(t, "the inner chain", must(innerState.Chain(7)).LastRebalance.Known, true)
}

// Whoever comes while another goroutine is inside is refused at once.
func TestBusy(t *testing.T) {
	state := ledState(t, 7)
	inside, done := make(chan struct{}), make(chan struct{})
	scheduler := newScheduler(t, driftline.WithScorer(trap("live_score", func() error {
		inside <- struct{}{}
		<-done
		return nil
	})))
	var ticking sync.WaitGroup
	ticking.Add(1)
	go func() {
		defer ticking.Done()
		_, err := scheduler.Tick(state, 0)
		noError(t, err)
	}()
	<-inside
	for what, err := range map[string]error{
		"Tick": second(scheduler.Tick(state, 0)), "Close": scheduler.Close(), "Config": second(scheduler.Config()),
		"Configure": scheduler.Configure(driftline.DefaultConfig()), "Install": second(scheduler.Install(badThird())),
		"Uninstall": second(scheduler.Uninstall()), "Apply": state.Apply(), "close the state": state.Close(),
		"SetClassPolicy": scheduler.SetClassPolicy(5, driftline.ClassPolicy{}), "ClearClassPolicy": scheduler.ClearClassPolicy(5),
		"AppendTransitions": second(scheduler.AppendTransitions(nil, 0)), "FrozenUntil": second(state.FrozenUntil()),
	} {
		if !errors.Is(err, driftline.ErrBusy) {
			t.Errorf("%s: the error is %v", what, err)
		}
	}
	close(done)
	ticking.Wait()
	wantEqual(t, "the chain", must(state.Chain(7)).LastRebalance.Known, true)
}

// Goroutines that fight for one scheduler get an answer or ErrBusy, and never what belongs to another pass.
func TestManyGoroutines(t *testing.T) {
	config := driftline.DefaultConfig()
	config.Cooldown = 0
	state := ledState(t, 7, 8, 9)
	scorer := badThird()
	scheduler := newScheduler(t, driftline.WithScorer(scorer), driftline.WithConfig(config))
	policy := driftline.ClassPolicy{Mode: driftline.Pinned}
	var succeeded atomic.Uint64
	var all sync.WaitGroup
	for range 8 {
		all.Add(1)
		go func() {
			defer all.Done()
			var decision driftline.Decision
			for range 2000 {
				err := scheduler.TickInto(&decision, state, 0)
				if err == nil {
					succeeded.Add(1)
					if len(decision.Actions) != 3 || decision.Actions[2].Chain != 9 || decision.Report.Led != 3 {
						t.Errorf("the decision is %v", decision)
					}
				} else if !errors.Is(err, driftline.ErrBusy) {
					t.Error(err)
				}
				if _, err := scheduler.Explain(state, 7); err != nil && !errors.Is(err, driftline.ErrBusy) {
					t.Error(err)
				}
				if _, err := scheduler.Install(scorer); err != nil && !errors.Is(err, driftline.ErrBusy) {
					t.Error(err)
				}
				if err := scheduler.SetClassPolicy(5, policy); err != nil && !errors.Is(err, driftline.ErrBusy) {
					t.Error(err)
				}
				_ = scheduler.Scorer()
			}
		}()
	}
	all.Wait()
	if succeeded.Load() == 0 {
		t.Error("no tick ever succeeded")
	}
}

// Questions run beside each other.
func TestQuestionsAreShared(t *testing.T) {
	state := ledState(t, 7)
	scheduler := newScheduler(t, driftline.WithScorer(badThird()))
	must(scheduler.Tick(state, 0))
	var all sync.WaitGroup
	for range 4 {
		all.Add(1)
		go func() {
			defer all.Done()
			for range 1000 {
				noError(t, second(scheduler.Explain(state, 7)))
				noError(t, second(scheduler.History(7)))
				noError(t, second(scheduler.AppendCells(nil, 7)))
				noError(t, second(state.Chain(7)))
			}
		}()
	}
	all.Wait()
}

// A forgotten scheduler is freed, and its scorer with it, even if the scorer refers to the scheduler.
func TestForgottenSchedulersAreFreed(t *testing.T) {
	const count = 100
	var freed atomic.Int64
	for range count {
		state := must(driftline.NewMeshState())
		noError(t, state.Apply(driftline.HolderAdded(7, 1), driftline.LeaderSet(7, 1)))
		scorer := &cyclic{table: badThird()}
		scheduler := must(driftline.NewLocalScheduler(1, skipChain(), driftline.WithScorer(scorer)))
		scorer.scheduler, scorer.state = scheduler, state
		must(scheduler.Tick(state, 0))
		runtime.AddCleanup(scorer, func(freed *atomic.Int64) { freed.Add(1) }, &freed)
	}
	for range 100 {
		if freed.Load() == count {
			return
		}
		runtime.GC()
		runtime.Gosched()
	}
	if freed.Load() < count {
		t.Errorf("%d of %d scorers were freed", freed.Load(), count)
	}
}

// cyclic refers to the scheduler that asks it, and so do the errors that it returns.
type cyclic struct {
	*table
	scheduler *driftline.LocalScheduler
	state     *driftline.MeshState
}

type cyclicError struct{ *cyclic }

func (cyclicError) Error() string { return "cyclic" }

func (c *cyclic) Score(driftline.ChainID, driftline.NodeID) (float32, error) {
	return 0, cyclicError{c}
}

// A call keeps what it uses alive, however eager the collector is.
func TestACallKeepsItsHandlesAlive(t *testing.T) {
	for range 50 {
		scorer := asFuncs(badThird())
		scorer.ScoreFunc = func(driftline.ChainID, driftline.NodeID) (float32, error) {
			runtime.GC()
			return 0.9, nil
		}
		state := must(driftline.NewMeshState())
		noError(t, state.Apply(driftline.HolderAdded(7, 1), driftline.LeaderSet(7, 1)))
		scheduler := must(driftline.NewLocalScheduler(1, driftline.WithScorer(scorer)))
		decision, err := scheduler.Tick(state, 0)
		noError(t, err)
		if err == nil {
			wantEqual(t, "the healthy chains", decision.Report.Verdicts[driftline.VerdictHealthy], 1)
		}
	}
}

// The stack of a goroutine moves when it grows. Nothing that the library writes to may stand on it.
func TestADeepScorer(t *testing.T) {
	state := ledState(t, 7)
	scorer := trap("live_score", func() error {
		if depth(20000) != 20000 {
			return errors.New("lost count")
		}
		return nil
	})
	scheduler := newScheduler(t, driftline.WithScorer(scorer))
	done := make(chan int)
	go func() { done <- len(must(scheduler.Tick(state, 0)).Actions) }()
	wantEqual(t, "the actions", <-done, 1)
	go func() {
		done <- len(must(driftline.DiffScheduler(state, scorer, driftline.DefaultConfig(), 1, 1e18, nil)).Actions)
	}()
	wantEqual(t, "the actions of a diff", <-done, 1)
}

func depth(left int) int {
	var room [16]int
	room[left%16] = 1
	if left == 0 {
		return 0
	}
	return depth(left-1) + room[left%16]
}
