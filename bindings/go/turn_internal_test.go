package driftline

import (
	"errors"
	"testing"
)

// Whose turn it is meets nobody at the handle before a scorer was asked: only a handle that is tried shows that it is none.
func TestHandlesAreNotTriedTooEarly(t *testing.T) {
	composed, scheduler := &ComposedScorer{}, &LocalScheduler{}
	for what, one := range map[string]struct {
		turn  *turn
		enter func() error
	}{
		"a composed scorer": {&composed.turn, composed.enter},
		"a scheduler":       {&scheduler.turn, scheduler.enter},
	} {
		for range 2 {
			if err := one.enter(); err != nil {
				t.Errorf("%s: the error is %v", what, err)
			}
			if err := one.enter(); !errors.Is(err, ErrBusy) {
				t.Errorf("%s that is taken: the error is %v", what, err)
			}
			one.turn.isAsking()
			if err := one.enter(); !errors.Is(err, ErrClosed) {
				t.Errorf("%s that is asking: the error is %v", what, err)
			}
			one.turn.end()
		}
	}
}
