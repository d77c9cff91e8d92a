package driftline

// #include "shim.h"
// #cgo noescape driftline_scheduler_new
// #cgo nocallback driftline_scheduler_new
// #cgo noescape driftline_scheduler_this_node
// #cgo nocallback driftline_scheduler_this_node
// #cgo noescape driftline_scheduler_config
// #cgo nocallback driftline_scheduler_config
// #cgo noescape driftline_scheduler_configure
// #cgo nocallback driftline_scheduler_configure
import "C"

import (
	"runtime"
	"runtime/cgo"
	"sync/atomic"
)

// LocalScheduler watches the chains that one node leads and says which replica should live somewhere else.
//
// Call Tick regularly, at the latest when the last report's NextDue has come, and after events. Carry the actions out and
// report back with events. Time is an argument: no clock is read, no goroutine is started.
//
// Tick, Decide, Sample, Configure, SetClassPolicy, Install, Uninstall and Close have the scheduler to themselves; questions
// (Explain, History, Cells, Sampled, Transitions, DrainStatus, Config, ClassPolicy) may be asked by several goroutines at
// once. Who comes at a wrong moment gets [ErrBusy], a scorer that uses the scheduler that is asking it [ErrReentrant]; nothing
// has changed then, and nobody waits.
type LocalScheduler struct {
	handle  C.driftline_scheduler
	cleanup runtime.Cleanup
	// Whoever has it may use what stands below, and what the library lends.
	entered   atomic.Bool
	pass      C.driftline_go_pass
	session   *session
	installed atomic.Pointer[installation] // is also read without having entered
}

// Option is a choice for [NewLocalScheduler].
type Option func(*options)

type options struct {
	config SchedulerConfig
	scorer PlacementScorer
}

// WithConfig starts with this config in place of [DefaultConfig].
func WithConfig(config SchedulerConfig) Option {
	return func(o *options) { o.config = config }
}

// WithScorer installs a scorer at once. Without one nothing is sampled and nothing emitted (P4).
func WithScorer(scorer PlacementScorer) Option {
	return func(o *options) { o.scorer = scorer }
}

// NewLocalScheduler makes a scheduler for the chains that thisNode leads. Close it when you are done; if you forget, the
// garbage collector does.
//
// Errors: [ErrReservedNode], a [*ConfigError], [ErrOutOfMemory]; [ErrNil] for a scorer that lacks what it must have.
func NewLocalScheduler(thisNode NodeID, choices ...Option) (*LocalScheduler, error) {
	chosen := options{config: DefaultConfig()}
	for _, choose := range choices {
		choose(&chosen)
	}
	config, err := chosen.config.inC()
	if err != nil {
		return nil, err
	}
	var handle C.driftline_scheduler
	cause := newError()
	if err := check(C.driftline_scheduler_new(HeaderABI, C.uint64_t(thisNode), &config, &handle, &cause), &cause); err != nil {
		return nil, err
	}
	scheduler := &LocalScheduler{handle: handle}
	scheduler.cleanup = runtime.AddCleanup(scheduler, freeScheduler, handle)
	if chosen.scorer != nil {
		if _, err := scheduler.Install(chosen.scorer); err != nil {
			scheduler.Close()
			return nil, err
		}
	}
	return scheduler, nil
}

func freeScheduler(handle C.driftline_scheduler) {
	C.driftline_scheduler_free(handle)
}

// Close ends the scheduler and frees its memory. Closing again does nothing.
// Errors: [ErrBusy], [ErrReentrant]; the scheduler is as it was then.
func (s *LocalScheduler) Close() error {
	defer runtime.KeepAlive(s)
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	result := C.driftline_scheduler_free(s.handle)
	if result == C.DRIFTLINE_RESULT_HANDLE {
		return nil
	}
	if result != C.DRIFTLINE_RESULT_OK {
		return failure(Code(result), "the scheduler is in use and cannot be closed")
	}
	s.cleanup.Stop()
	s.session = nil
	s.installed.Store(nil)
	return nil
}

// enter takes the scheduler for what uses its Go side. The library guards its own, but not what it lends.
func (s *LocalScheduler) enter() error {
	if s.entered.CompareAndSwap(false, true) {
		return nil
	}
	// Only the library knows whether it is our own call that asks.
	if _, err := s.ThisNode(); err != nil {
		return err
	}
	return failure(ErrBusy, "the scheduler is in use by another goroutine")
}

func (s *LocalScheduler) leave() {
	s.entered.Store(false)
}

// ThisNode is the node whose chains this scheduler acts on.
func (s *LocalScheduler) ThisNode() (NodeID, error) {
	defer runtime.KeepAlive(s)
	var node C.uint64_t
	cause := newError()
	if err := check(C.driftline_scheduler_this_node(s.handle, &node, &cause), &cause); err != nil {
		return NoNode, err
	}
	return NodeID(node), nil
}

// Config is the present config.
func (s *LocalScheduler) Config() (SchedulerConfig, error) {
	defer runtime.KeepAlive(s)
	var config C.driftline_config
	config.struct_size = C.sizeof_driftline_config
	cause := newError()
	if err := check(C.driftline_scheduler_config(s.handle, &config, &cause), &cause); err != nil {
		return SchedulerConfig{}, err
	}
	return configOf(&config), nil
}

// Configure replaces the config from the next call on (G2). A refused config changes nothing; the error is then a
// [*ConfigError].
func (s *LocalScheduler) Configure(config SchedulerConfig) error {
	defer runtime.KeepAlive(s)
	inC, err := config.inC()
	if err != nil {
		return err
	}
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	cause := newError()
	return check(C.driftline_scheduler_configure(s.handle, &inC, &cause), &cause)
}

// Install makes this the scorer and returns the previous one, or nil. Every led chain is due then (P4). Its abilities are
// looked for now and not again.
func (s *LocalScheduler) Install(scorer PlacementScorer) (previous PlacementScorer, err error) {
	defer runtime.KeepAlive(s)
	next, err := newInstallation(scorer)
	if err != nil {
		return nil, err
	}
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.leave()
	fresh := &session{}
	cause := newError()
	// Whatever comes of it, the library drops the handle when the installation is over, and so it is deleted.
	result := C.driftline_go_install(s.handle, C.uintptr_t(cgo.NewHandle(fresh)), C.uint32_t(next.entries), &cause)
	if err := check(result, &cause); err != nil {
		return nil, err
	}
	s.session = fresh
	return s.installed.Swap(next).installedScorer(), nil
}

// Uninstall takes the scorer out and returns it. The error is an [ErrNoScorer] if there is none.
func (s *LocalScheduler) Uninstall() (PlacementScorer, error) {
	defer runtime.KeepAlive(s)
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.leave()
	cause := newError()
	if err := check(C.driftline_scheduler_uninstall(s.handle, &cause), &cause); err != nil {
		return nil, err
	}
	s.session = nil
	return s.installed.Swap(nil).installedScorer(), nil
}

// Scorer is the installed scorer, or nil.
func (s *LocalScheduler) Scorer() PlacementScorer {
	return s.installed.Load().installedScorer()
}

func (in *installation) installedScorer() PlacementScorer {
	if in == nil {
		return nil
	}
	return in.scorer
}

// SchedulerRegistry is where the scorer of a scheduler is installed. [LocalScheduler] has the same methods.
type SchedulerRegistry struct{ scheduler *LocalScheduler }

// Registry is where the scorer is installed.
func (s *LocalScheduler) Registry() SchedulerRegistry { return SchedulerRegistry{s} }

// Install is [LocalScheduler.Install].
func (r SchedulerRegistry) Install(scorer PlacementScorer) (previous PlacementScorer, err error) {
	return r.scheduler.Install(scorer)
}

// Uninstall is [LocalScheduler.Uninstall].
func (r SchedulerRegistry) Uninstall() (PlacementScorer, error) { return r.scheduler.Uninstall() }

// Scorer is [LocalScheduler.Scorer].
func (r SchedulerRegistry) Scorer() PlacementScorer { return r.scheduler.Scorer() }
