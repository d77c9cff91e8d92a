package driftline_test

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	driftline "github.com/driftline/driftline/bindings/go"
)

// Of those who come at once somebody is served: who is refused does not get in the way of whose turn it is.
func TestWhoComesFirstIsServed(t *testing.T) {
	const goroutines, rounds = 2, 20_000
	state := ledState(t, 7)
	composed := asking(t, constant(0.5))
	scheduler := newScheduler(t, driftline.WithScorer(badThird()))
	for what, use := range map[string]func() error{
		"Score":        func() error { return second(composed.Score(7, 3)) },
		"Alternatives": func() error { return second(composed.Alternatives(7, nil, 0)) },
		"Sample":       func() error { return second(scheduler.Sample(state, 0)) },
	} {
		var ready, served [rounds]atomic.Int32
		var all sync.WaitGroup
		for range goroutines {
			all.Add(1)
			go func() {
				defer all.Done()
				for round := range rounds {
					ready[round].Add(1)
					for ready[round].Load() < goroutines {
						runtime.Gosched()
					}
					if err := use(); err == nil {
						served[round].Add(1)
					} else if !errors.Is(err, driftline.ErrBusy) {
						t.Errorf("%s: the error is %v", what, err)
					}
				}
			}()
		}
		all.Wait()
		unserved := 0
		for round := range rounds {
			if served[round].Load() == 0 {
				unserved++
			}
		}
		wantEqual(t, fmt.Sprint(what, ": how often nobody was served"), unserved, 0)
	}
}
