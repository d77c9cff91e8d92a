//go:build !asan

// What the library had in its hands when the goroutine ended is lost, and LeakSanitizer says so.

package driftline_test

import (
	"errors"
	"runtime"
	"testing"

	driftline "github.com/driftline/driftline/bindings/go"
)

// The end of a goroutine inside a scorer leaves what was asking it busy for ever, as the documentation says, and harms
// nothing else.
func TestGoexitLeavesOnlyItsOwnBusy(t *testing.T) {
	state := must(driftline.NewMeshState())
	noError(t, state.Apply(driftline.HolderAdded(7, 1), driftline.LeaderSet(7, 1)))
	scheduler := must(driftline.NewLocalScheduler(1, driftline.WithScorer(trap("score", func() error {
		runtime.Goexit()
		return nil
	}))))
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		// The thread, on whose stack C has left its frames, ends with the goroutine.
		runtime.LockOSThread()
		_, _ = scheduler.Tick(state, 0)
	}()
	<-gone
	for _, err := range []error{second(scheduler.Config()), scheduler.Close(), state.Close()} {
		if !errors.Is(err, driftline.ErrBusy) && !errors.Is(err, driftline.ErrReentrant) {
			t.Errorf("the error is %v", err)
		}
	}
	healthy := newScheduler(t, driftline.WithScorer(badThird()))
	wantEqual(t, "the actions of another", len(must(healthy.Tick(ledState(t, 7), 0)).Actions), 1)
}
