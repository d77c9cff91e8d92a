// Package driftline says which replica should live somewhere else, and only when the move is worth it.
//
// A [MeshState] is told who holds which chain and who leads it. An [Inventory] that you feed says how good each home is, or a
// [PlacementScorer] that you write, or a [ComposedScorer] of both. Once per tick a [LocalScheduler] answers with the few moves
// that are worth making. It does no I/O, reads no clock and starts no goroutine: the same inputs give the same answers, bit for
// bit, here as in Rust, C, C++ and Python.
//
//	state, err := driftline.NewMeshState()
//	...
//	scheduler, err := driftline.NewLocalScheduler(thisNode, driftline.WithScorer(scorer))
//	...
//	for now := range ticks {
//		err := state.Apply(events...)
//		...
//		decision, err := scheduler.Tick(state, now)
//		...
//		for _, action := range decision.Actions {
//			// ActionEvict: take action.Chain away from action.Victim; action.Target is the home that justifies it.
//			// ActionPlace: give it to action.Target, or where that is NoNode to any node that is not in action.Exclude.
//			// When that has happened, say so with HolderRemoved and HolderAdded; if it was tried and has failed, with
//			// MoveFailed. If the chain has another Revision by now, leave it, and say what is so.
//		}
//	}
//
// # How good a home is
//
// An [Inventory] makes scores of what a control plane knows anyway: what nodes have and use, how far they are from clients,
// what chains need. Install it with [WithInventory], give it the membership and events that the state has taken, and report
// what is known before each tick. What only you know goes into a [PlacementScorer]: two methods, and more where it can do
// more. [WeightedSum], [Minimum], [Gate], [OverridePerChain], [Cached] and [Smoothed] put scorers together.
//
// # Safe to leave running
//
// Start with [ProductionConfig]. Say with [DesiredReplicas] how many nodes should hold a chain: then evictions are followed by
// placements, and what is lost is placed. Without a wished count an eviction under [EvictFirst] is the whole move: place the
// chain on its Target yourself. Say with [ChainRevision] which revision each chain has, and compare [Action].Revision before
// you carry an action out: two leaders that overlap cannot both act on one state then. The example of the control loop does
// all of this. [Drain] empties a node in time, [FreezeUntil] stops everything, [LocalScheduler.Explain] and
// [LocalScheduler.AppendTransitions] say why.
//
// # Time
//
// A [Timestamp] counts from any origin, as long as it never goes back. Whoever hands chains over ([MeshState.ExportChain])
// needs one that all leaders share, also after a restart: Unix time ([Timestamp] of time.Now().UnixNano()) or a clock of the
// cluster, and not the start of a process. [Drain], [Avoid] and [FreezeUntil] take a Timestamp of that clock, such as
// now.Add(time.Hour).
//
// # Whose memory is what
//
// Nothing that this package returns belongs to the library, and nothing that it is given is kept: slices are copied, a scorer
// is referred to until it is uninstalled. A [ComposedScorer] is taken over by what it is installed in or put into. The
// exception are the slices that a batch method of a scorer is given ([BatchScorer], [BatchFingerprinter], and where an
// [AlternativesScorer] writes), which are the library's and are gone when the method returns. Methods that end in Into, and
// those that begin with Append, reuse the room of what they are given, but never that of [Action].Exclude.
//
// # Goroutines
//
// Nothing takes a context, and nothing blocks but a report to an [Inventory] and a scheduler that asks it, which wait for each
// other, never for long. Methods that only ask may run at the same time, those that change have a state or a scheduler to
// themselves; who comes at a wrong moment gets [ErrBusy] at once and has changed nothing. Use a mutex if you would rather
// wait.
//
// # Errors
//
// Ask with [errors.Is] for a [Code] such as [ErrNotLed] or for whatever your own scorer returned, and with [errors.As]
// for an [*Error], [*ConfigError] or [*ScorerError] that names the thing at fault.
//
// # Linking
//
// The package is a thin layer over the C library (cgo). By default it links target/release/libdriftline.a of the checkout
// that it stands in. With -tags driftline_system it links the library that pkg-config knows as "driftline".
//
// Marks such as (S3) or (D7) number the rules of the design. They connect these docs with the source and its tests; the sentence
// before a mark says the rule, and there is nothing to look up.
package driftline
