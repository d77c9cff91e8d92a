package driftline

import (
	"sync"
	"sync/atomic"
)

// turn is whose turn it is to use the Go side of a handle, such as whom callbacks find: one goroutine at a time, and nobody
// waits for it. The library guards its own side.
//
// Only the library knows whether it is a callback of this turn that asks for another one, and tells by refusing to let it in.
// Where the handle is free it lets whoever tries it in, and would refuse the rightful owner meanwhile. So it is tried only
// after a scorer of Go's was asked in this turn: from then on the owner is inside of the library, or back already and needs
// the handle no more but to read. The mutex keeps the next turn from beginning before that is over.
type turn struct {
	taken atomic.Bool
	mutex sync.Mutex // of asked and of those who try the handle; the owner, who alone writes asked, reads it without
	asked bool
}

func (t *turn) take() bool {
	return t.taken.CompareAndSwap(false, true)
}

// isAsking is called before a scorer of Go's is asked in this turn.
func (t *turn) isAsking() {
	if t == nil || t.asked {
		return
	}
	t.mutex.Lock()
	t.asked = true
	t.mutex.Unlock()
}

func (t *turn) end() {
	if t.asked {
		t.mutex.Lock()
		t.asked = false
		t.mutex.Unlock()
	}
	t.taken.Store(false)
}

// refusal is the error for who came when it was somebody else's turn. What tries the handle must leave it as it is.
func (t *turn) refusal(what string, try func() error) error {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if t.asked {
		if err := try(); err != nil {
			return err
		}
	}
	return failure(ErrBusy, "the %s is in use by another goroutine", what)
}
