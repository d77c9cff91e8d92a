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
// Tick, Decide, Sample, Configure, SetClassPolicy, Install and its kin, Uninstall and Close have the scheduler to themselves;
// questions (Explain, History, Cells, Sampled, Transitions, DrainStatus, Config, ClassPolicy) may be asked by several goroutines
// at once. Who comes at a wrong moment gets [ErrBusy], a scorer that uses the scheduler that is asking it [ErrReentrant]; nothing
// has changed then, and nobody waits.
type LocalScheduler struct {
	handle  C.driftline_scheduler
	cleanup runtime.Cleanup
	// Whoever has it may use what stands below, and what the library lends.
	turn      turn
	pass      C.driftline_go_pass
	session   session
	installed atomic.Pointer[cast] // is also read without having entered
}

// Option is a choice for [NewLocalScheduler].
type Option func(*options)

type options struct {
	config  SchedulerConfig
	install func(*LocalScheduler) (PlacementScorer, error) // nil for no scorer
}

// WithConfig starts with this config in place of [DefaultConfig].
func WithConfig(config SchedulerConfig) Option {
	return func(o *options) { o.config = config }
}

// WithScorer installs a scorer at once. Without one nothing is sampled and nothing emitted (P4). Of several options that
// install something the last one counts.
func WithScorer(scorer PlacementScorer) Option {
	if scorer == nil {
		return withInstalled(nil)
	}
	return withInstalled(func(s *LocalScheduler) (PlacementScorer, error) { return s.Install(scorer) })
}

// WithInventory installs what the inventory says at once, see [LocalScheduler.InstallInventory].
func WithInventory(inventory *Inventory) Option {
	return withInstalled(func(s *LocalScheduler) (PlacementScorer, error) { return s.InstallInventory(inventory) })
}

// WithComposed installs a composed scorer at once, see [LocalScheduler.InstallComposed]: it is taken over, unless
// [NewLocalScheduler] fails.
func WithComposed(scorer *ComposedScorer) Option {
	return withInstalled(func(s *LocalScheduler) (PlacementScorer, error) { return s.InstallComposed(scorer) })
}

func withInstalled(install func(*LocalScheduler) (PlacementScorer, error)) Option {
	return func(o *options) { o.install = install }
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
	scheduler.session.turn = &scheduler.turn
	scheduler.cleanup = runtime.AddCleanup(scheduler, freeScheduler, handle)
	if chosen.install != nil {
		if _, err := chosen.install(scheduler); err != nil {
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
	s.installed.Store(nil)
	return nil
}

// enter takes the scheduler for what uses its Go side. The library guards its own, but not what it lends.
func (s *LocalScheduler) enter() error {
	if s.turn.take() {
		return nil
	}
	return s.turn.refusal("scheduler", func() error {
		_, err := s.ThisNode()
		return err
	})
}

func (s *LocalScheduler) leave() {
	s.turn.end()
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

// Install makes this the scorer and returns the previous one; nil if there was none, or if it was an inventory or a composed one.
// Every led chain is due then (P4). Its abilities are looked for now and not again.
func (s *LocalScheduler) Install(scorer PlacementScorer) (previous PlacementScorer, err error) {
	next, err := newInstallation(scorer)
	if err != nil {
		return nil, err
	}
	whom := castOf(next)
	return s.install(whom, func(cause *C.driftline_error) C.driftline_result {
		// Whatever comes of it, the library drops the handle when the installation is over, and so it is deleted.
		handle := C.uintptr_t(cgo.NewHandle(whom.parts[0].callee))
		return C.driftline_go_install(s.handle, handle, C.uint32_t(next.entries), cause)
	})
}

// InstallInventory makes what the inventory says the scorer: every led chain is due then (P4). It may be installed in any
// number of schedulers, and is fed as before. Returns the previous scorer as Install does.
func (s *LocalScheduler) InstallInventory(inventory *Inventory) (previous PlacementScorer, err error) {
	scorer, err := inventory.composed()
	if err != nil {
		return nil, err
	}
	defer scorer.Close() // nothing, unless the scheduler did not want it
	return s.InstallComposed(scorer)
}

// InstallComposed makes this the scorer: every led chain is due then (P4). It is taken over, and what it remembers, such as
// means, with it: from now on it cannot be used anywhere else. After an error it is as it was. Returns the previous scorer as
// Install does.
func (s *LocalScheduler) InstallComposed(scorer *ComposedScorer) (previous PlacementScorer, err error) {
	if scorer == nil {
		return nil, failure(ErrNil, "the scorer is nil")
	}
	defer runtime.KeepAlive(scorer)
	if err := scorer.enter(); err != nil {
		return nil, err
	}
	defer scorer.leave()
	previous, err = s.install(scorer.whom.Load(), func(cause *C.driftline_error) C.driftline_result {
		return C.driftline_scheduler_install_any(s.handle, scorer.handle, cause)
	})
	if err == nil {
		scorer.isGone()
	}
	return previous, err
}

func (s *LocalScheduler) install(
	whom *cast, install func(*C.driftline_error) C.driftline_result,
) (previous PlacementScorer, err error) {
	defer runtime.KeepAlive(s)
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.leave()
	cause := newError()
	if err := check(install(&cause), &cause); err != nil {
		return nil, err
	}
	return s.installed.Swap(whom).scorer(), nil
}

// Uninstall takes the scorer out and returns it; nil for a composed one, which is gone then, and for an inventory, which is not.
// The error is an [ErrNoScorer] if there is none.
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
	return s.installed.Swap(nil).scorer(), nil
}

// Scorer is the installed scorer; nil if there is none, or if it is an inventory or a composed one.
func (s *LocalScheduler) Scorer() PlacementScorer {
	return s.installed.Load().scorer()
}

// scorer is the one that stands alone, or nil.
func (c *cast) scorer() PlacementScorer {
	if c == nil {
		return nil
	}
	return c.alone
}

// SchedulerRegistry is where the scorer of a scheduler is installed. [LocalScheduler] has the same methods.
type SchedulerRegistry struct{ scheduler *LocalScheduler }

// Registry is where the scorer is installed.
func (s *LocalScheduler) Registry() SchedulerRegistry { return SchedulerRegistry{s} }

// Install is [LocalScheduler.Install].
func (r SchedulerRegistry) Install(scorer PlacementScorer) (previous PlacementScorer, err error) {
	return r.scheduler.Install(scorer)
}

// InstallInventory is [LocalScheduler.InstallInventory].
func (r SchedulerRegistry) InstallInventory(inventory *Inventory) (previous PlacementScorer, err error) {
	return r.scheduler.InstallInventory(inventory)
}

// InstallComposed is [LocalScheduler.InstallComposed].
func (r SchedulerRegistry) InstallComposed(scorer *ComposedScorer) (previous PlacementScorer, err error) {
	return r.scheduler.InstallComposed(scorer)
}

// Uninstall is [LocalScheduler.Uninstall].
func (r SchedulerRegistry) Uninstall() (PlacementScorer, error) { return r.scheduler.Uninstall() }

// Scorer is [LocalScheduler.Scorer].
func (r SchedulerRegistry) Scorer() PlacementScorer { return r.scheduler.Scorer() }
