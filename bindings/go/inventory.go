package driftline

// #include "shim.h"
// #cgo noescape driftline_inventory_new
// #cgo nocallback driftline_inventory_new
// #cgo nocallback driftline_inventory_free
// #cgo noescape driftline_inventory_config_of
// #cgo nocallback driftline_inventory_config_of
// #cgo noescape driftline_inventory_load
// #cgo nocallback driftline_inventory_load
// #cgo noescape driftline_inventory_follow
// #cgo nocallback driftline_inventory_follow
// #cgo noescape driftline_inventory_forget_node
// #cgo nocallback driftline_inventory_forget_node
// #cgo noescape driftline_inventory_touch
// #cgo nocallback driftline_inventory_touch
// #cgo noescape driftline_inventory_touches
// #cgo nocallback driftline_inventory_touches
// #cgo noescape driftline_inventory_axes
// #cgo nocallback driftline_inventory_axes
// #cgo noescape driftline_inventory_alternatives
// #cgo nocallback driftline_inventory_alternatives
// #cgo noescape driftline_inventory_migration_cost
// #cgo nocallback driftline_inventory_migration_cost
import "C"

import "runtime"

// Inventory is what is known of nodes and chains. It makes scores of that by itself, so no scorer has to be written: report
// what nodes use, how far they are from clients and what chains need, and install it with [LocalScheduler.InstallInventory],
// alone or as a [Part] of a [ComposedScorer].
//
// Give it the membership and the events that the state is given, each after the state has taken it. Hard facts make a node no
// home at all: it has failed, lacks a tag, has no room, or has another holder in its zone where that is forbidden. The rest is
// a score of four axes, see [ScoreAxes]. What was not reported is no opinion.
//
// Reports are taken by one goroutine at a time; who comes meanwhile gets [ErrBusy] and has changed nothing. While a scheduler
// asks what is known, a report waits until the question is answered, and a question until the report is taken: the one place
// where this package waits, and never for long. For the same decisions from the same inputs, report between ticks. A scorer
// beside the inventory in a [ComposedScorer] may use it.
type Inventory struct {
	handle  C.driftline_inventory
	cleanup runtime.Cleanup
}

// NewInventory makes an inventory that knows nothing. Close it when you are done; if you forget, the garbage collector does.
//
// Errors: a [*ConfigError]; [ErrReserved] for a Value that is not Known; [ErrOutOfMemory], [ErrTooMany].
func NewInventory(config InventoryConfig) (*Inventory, error) {
	inC, err := config.inC()
	if err != nil {
		return nil, err
	}
	var handle C.driftline_inventory
	cause := newError()
	if err := check(C.driftline_inventory_new(HeaderABI, &inC, &handle, &cause), &cause); err != nil {
		return nil, err
	}
	inventory := &Inventory{handle: handle}
	inventory.cleanup = runtime.AddCleanup(inventory, func(handle C.driftline_inventory) {
		C.driftline_inventory_free(handle)
	}, handle)
	return inventory, nil
}

// Close ends the inventory. Scorers that were made of it go on with what it knows. Closing again does nothing.
// The error is an [ErrBusy]; the inventory is as it was then.
func (i *Inventory) Close() error {
	defer runtime.KeepAlive(i)
	result := C.driftline_inventory_free(i.handle)
	if result == C.DRIFTLINE_RESULT_HANDLE {
		return nil
	}
	if result != C.DRIFTLINE_RESULT_OK {
		return failure(Code(result), "the inventory is in use and cannot be closed")
	}
	i.cleanup.Stop()
	return nil
}

// Config is how it judges.
func (i *Inventory) Config() (InventoryConfig, error) {
	defer runtime.KeepAlive(i)
	var config C.driftline_inventory_config
	config.struct_size = C.sizeof_driftline_inventory_config
	cause := newError()
	if err := check(C.driftline_inventory_config_of(i.handle, &config, &cause), &cause); err != nil {
		return InventoryConfig{}, err
	}
	return inventoryConfigOf(&config), nil
}

// Load takes the whole membership over, as [MeshState.Load] does. What nodes use is not changed, since reports have these
// chains in them. Profiles of chains that are not listed are forgotten. All or nothing, but that [ErrOutOfMemory] may come when
// part of it was taken over; load it again then. Errors: as of the state.
func (i *Inventory) Load(membership Membership) error {
	defer runtime.KeepAlive(i)
	offsets, err := membership.offsets()
	if err != nil {
		return err
	}
	cause := newError()
	return check(C.driftline_inventory_load(i.handle,
		pointerTo[C.uint64_t](membership.Chains), pointerTo[C.uint64_t](membership.Leaders),
		C.size_t(len(membership.Chains)), pointerTo[C.uint64_t](offsets), pointerTo[C.uint64_t](membership.Holders),
		C.size_t(len(membership.Holders)), &cause), &cause)
}

// Follow takes notice of events that [MeshState.Apply] has taken: the very same ones, those that it has no use for are
// skipped.
//
// A chain that comes to a node is expected to use there what its profile says, and less where it left, until reports of the
// node take over: a report that lags behind the moves does not bring on the same moves again.
//
// Errors: as of the state, and nothing is noted then; but after [ErrOutOfMemory] and [ErrTooMany] some are, so give it all of
// them again.
func (i *Inventory) Follow(events ...Event) error {
	defer runtime.KeepAlive(i)
	cause := newError()
	return check(C.driftline_inventory_follow(i.handle, pointerTo[C.driftline_event](events), C.size_t(len(events)),
		C.sizeof_driftline_event, &cause), &cause)
}

// ForgetNode forgets what was reported of a node and by it, and says whether there was anything. What it holds stays until
// events say otherwise. The error may be an [ErrReservedNode].
func (i *Inventory) ForgetNode(node NodeID) (wasKnown bool, err error) {
	defer runtime.KeepAlive(i)
	var known C.uint32_t
	cause := newError()
	err = check(C.driftline_inventory_forget_node(i.handle, C.uint64_t(node), &known, &cause), &cause)
	return known != 0, err
}

// Touch tells a state which nodes and chains have moved since the last call, and returns how many: the touches that [Push] goes
// by. Call it before each tick in that mode; in [Poll] there is no need for it. An inventory tells each move once: where it
// feeds several states, take the touches with [Inventory.Touches].
//
// Errors: [ErrOutOfMemory], [ErrTooMany]; what has moved is told next time.
func (i *Inventory) Touch(state *MeshState) (count int, err error) {
	defer runtime.KeepAlive(i)
	defer runtime.KeepAlive(state)
	var touched C.size_t
	cause := newError()
	err = check(C.driftline_inventory_touch(i.handle, state.handle, &touched, &cause), &cause)
	return int(touched), err
}

// Touches are the same as events, for several states: nodes and chains that have moved since the last call, nodes first, each
// by ascending id. Give them to [MeshState.Apply] of each state. From then on they count as told.
//
// Errors: [ErrOutOfMemory], [ErrClosed], [ErrBusy]; what has moved is told next time.
func (i *Inventory) Touches() ([]Event, error) {
	defer runtime.KeepAlive(i)
	var touches []Event
	var err error
	for again := true; again; {
		room := roomIn(touches)
		result := C.driftline_inventory_touches(i.handle, pointerTo[C.driftline_event](room.free), room.capacity(),
			C.sizeof_driftline_event, &room.count, &room.cause)
		touches, again, err = room.filled(touches, result)
	}
	return touches, err
}

// ScoreAxes is what one home is worth to one chain, axis by axis, each in [0, 1], where there is an opinion.
type ScoreAxes struct {
	Headroom   Optional[float32] // free capacity, with the chain on the node
	Proximity  Optional[float32] // near to the clients
	ZoneSpread Optional[float32] // 1 for a zone without other holders, a half beside one, a third beside two
	Colocation Optional[float32] // 1 beside another chain of the group, else a half
	Score      Optional[float32] // what comes of it: 0 if it is no home
	// The node is a home for the chain at all: it has not failed, has all required tags, and no other holder in its zone where
	// that is forbidden; if it does not hold the chain, it also may take chains, has room, and what is known of a holder,
	// on any of the axes that count, is known of it, too.
	IsHome bool
}

// Axes is what a node is worth to a chain: as its holder, or as one that would take the place of the holder that would leave:
// of one that is drained, else of the worst.
//
// Errors: [ErrUnknownNode] if nothing was reported of the node; [ErrReservedNode].
func (i *Inventory) Axes(chain ChainID, node NodeID) (ScoreAxes, error) {
	defer runtime.KeepAlive(i)
	var inC C.driftline_score_axes
	inC.struct_size = C.sizeof_driftline_score_axes
	cause := newError()
	err := check(C.driftline_inventory_axes(i.handle, C.uint64_t(chain), C.uint64_t(node), &inC, &cause), &cause)
	if err != nil {
		return ScoreAxes{}, err
	}
	axis := func(value C.float, flag C.uint32_t) Optional[float32] {
		return Optional[float32]{Value: float32(value), Known: inC.fields&flag != 0}
	}
	return ScoreAxes{
		Headroom:   axis(inC.headroom, C.DRIFTLINE_SCORE_AXES_HEADROOM),
		Proximity:  axis(inC.proximity, C.DRIFTLINE_SCORE_AXES_PROXIMITY),
		ZoneSpread: axis(inC.zone_spread, C.DRIFTLINE_SCORE_AXES_ZONE_SPREAD),
		Colocation: axis(inC.colocation, C.DRIFTLINE_SCORE_AXES_COLOCATION),
		Score:      axis(inC.score, C.DRIFTLINE_SCORE_AXES_SCORE),
		IsHome:     inC.is_home != 0,
	}, nil
}

// Alternatives are up to limit homes that the chain could have, best first, ties by ascending node; none is an answer.
// Nodes in exclude, in any order, are left out, as are holders that the inventory knows of, and what is no home at all.
// It walks over all nodes: some 40 microseconds for 10,000 of them.
//
// Errors: [ErrCapacity] for a limit below zero; [ErrOutOfMemory]; [ErrClosed], [ErrBusy].
func (i *Inventory) Alternatives(chain ChainID, exclude []NodeID, limit int) ([]Alternative, error) {
	defer runtime.KeepAlive(i)
	return homesUpTo(limit, len(exclude), func(room []Alternative, count *C.size_t) error {
		cause := newError()
		return check(C.driftline_inventory_alternatives(i.handle, C.uint64_t(chain), pointerTo[C.uint64_t](exclude),
			C.size_t(len(exclude)), pointerTo[C.driftline_alternative](room), C.size_t(len(room)),
			C.sizeof_driftline_alternative, count, &cause), &cause)
	})
}

// MigrationCost is what it would cost to move the chain to the target: by its size and the bandwidth of the path from the best
// connected holder.
//
// Errors: [ErrNoOpinion], which is an answer, where nothing is known that would make it cost anything; [ErrReservedNode];
// [ErrClosed], [ErrBusy].
func (i *Inventory) MigrationCost(chain ChainID, target NodeID) (MigrationCost, error) {
	defer runtime.KeepAlive(i)
	var cost C.driftline_migration_cost
	var isKnown C.uint32_t
	cause := newError()
	err := check(C.driftline_inventory_migration_cost(i.handle, C.uint64_t(chain), C.uint64_t(target), &isKnown, &cost,
		&cause), &cause)
	return costOf(&cost, isKnown != 0, err)
}

// composed is a scorer that answers from the inventory, of which there may be many.
func (i *Inventory) composed() (*ComposedScorer, error) {
	if i == nil {
		return nil, failure(ErrNil, "the inventory is nil")
	}
	defer runtime.KeepAlive(i)
	return newComposed(&cast{}, func(out *C.driftline_any_scorer, cause *C.driftline_error) C.driftline_result {
		return C.driftline_any_scorer_of_inventory(i.handle, out, cause)
	})
}
