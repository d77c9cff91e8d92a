//! driftline decides **when a replica should live somewhere else**, and only when the move is worth it.
//!
//! A control plane tells it who holds which chain, who leads it, and what time it is. A scorer that the control plane
//! supplies says how good each home is. Once per tick driftline answers with the few moves that are worth making. It
//! does no I/O, reads no clock, starts no thread and owns no network: same inputs, same bytes out.
//!
//! A *chain* is anything that is replicated and has *holders*: a shard, a log, a blob, a daemon with state. At most one
//! node *leads* a chain, and only the leader's scheduler acts on it.
//!
//! # The loop
//!
//! ```
//! use driftline::{
//!     Action, Alternative, ChainId, Event, LocalScheduler, MeshState, NodeId, PlacementScorer, SchedulerConfig,
//!     ScorerResult, Timestamp,
//! };
//!
//! struct Latency;
//! impl PlacementScorer for Latency {
//!     fn score(&self, _: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
//!         Ok(Some(if node == NodeId(3) { 0.4 } else { 0.9 })) // In earnest: what you measured.
//!     }
//!     fn best_alternative(&self, _: ChainId, exclude: &[NodeId]) -> ScorerResult<Option<Alternative>> {
//!         Ok([4, 5].map(NodeId).into_iter().find(|node| !exclude.contains(node)).map(|node| Alternative { node, score: 0.9 }))
//!     }
//! }
//!
//! # fn main() -> Result<(), driftline::Error> {
//! let mut state = MeshState::new();
//! let mut scheduler = LocalScheduler::new(NodeId(1), SchedulerConfig::default())?;
//! scheduler.registry_mut().install(Box::new(Latency));
//! let chain = ChainId(7);
//! let mut events = vec![
//!     Event::HolderAdded { chain, node: NodeId(1) },
//!     Event::HolderAdded { chain, node: NodeId(3) },
//!     Event::LeaderSet { chain, node: NodeId(1) },
//! ];
//! for now in [0, 30_000_000_000].map(Timestamp) {
//!     state.apply(&events)?; // What happened since the last tick.
//!     events.clear();
//!     for action in &scheduler.tick(&mut state, now)?.actions {
//!         if let Action::Evict(eviction) = action {
//!             // Carry it out, then say so.
//!             events.push(Event::HolderRemoved { chain: eviction.chain, node: eviction.victim });
//!             events.extend(eviction.target.map(|node| Event::HolderAdded { chain: eviction.chain, node }));
//!         }
//!     }
//! }
//! assert_eq!(state.chain(chain).unwrap().holders().collect::<Vec<_>>(), [NodeId(1), NodeId(4)]);
//! # Ok(())
//! # }
//! ```
//!
//! # What a tick does
//!
//! 1. **Observe.** Chains that are new, dirty (an input moved: a fingerprint, the holders, a touch) or due by the backstop
//!    are re-scored into a [`ScoreSnapshot`]; the worst score of each enters its [`ScoreHistory`]. A clean chain costs
//!    nothing.
//! 2. **Decide.** For each led chain the first rule that applies is its [`Verdict`]: cooldown, claim, no score, healthy,
//!    recovered, no alternative, gap too small, cost too high, or evict. Nobody is evicted on a stale number: the victim is
//!    scored anew before.
//! 3. **Commit.** The cooldowns of the evictions start. Nothing in this step can fail.
//!
//! # Safe to leave running
//!
//! Moves go wrong in known ways: back and forth, all to one node, on half of the facts, and nobody can say why. What stands
//! against each is off by default and on in [`SchedulerConfig::production`]:
//!
//! - **A move has two halves.** Tell how many nodes should hold a chain ([`Event::DesiredReplicas`]) and driftline asks for
//!   both: [`Action::Evict`], and [`Action::Place`] on the very target that justified it. With [`MoveOrder::PlaceFirst`] the
//!   victim leaves only when the target has come. Chains with too few or too many holders are set right, whatever their
//!   scores. Without a wished count an eviction under [`MoveOrder::EvictFirst`] is the whole move, and its
//!   [`target`](Eviction::target) is yours to place: where nobody does, the chain has a replica less from then on, after a
//!   drain as after a move for a score.
//! - **Moves are tracked** until events show them done, [`Event::MoveFailed`] says otherwise, or
//!   [`move_timeout_ns`](SchedulerConfig::move_timeout_ns) passes. A chain has one move at a time ([`Verdict::InFlight`]);
//!   what failed backs off, and chains whose moves have failed come after all others and have at most a quarter of the limits,
//!   so that they hold up nobody.
//! - **Limits** bound the moves of a tick, of the cluster, and of each source and target. The best moves go first, each move
//!   under way makes its target less attractive ([`target_penalty`](SchedulerConfig::target_penalty)), and the next best home
//!   is tried before giving up.
//! - **Who has flapped stays**: a chain that came back to a node that it had just left, or moved three times, is left alone
//!   for a [`flap_window_ns`](SchedulerConfig::flap_window_ns), and its cooldown doubles.
//! - **Nodes drain** at an even pace ([`Event::Drain`]), whose last move begins a `move_timeout_ns` before the deadline;
//!   [`LocalScheduler::drain_status`] tells early whether it will be met, and [`Event::Avoid`] keeps newcomers off a node.
//! - **Classes** of chains have policies of their own ([`ClassPolicy`]): other bounds, only in an emergency, never, or
//!   proposals only; their wished counts are kept and orders carried out all the same.
//! - **Nothing moves on half of the facts**: after a start the first moves wait until enough chains have a score
//!   ([`warmup_coverage`](SchedulerConfig::warmup_coverage)). [`Event::FreezeUntil`] stops everything, orders too: those that
//!   come meanwhile are refused. Else orders ([`Event::ForceEvict`], [`Event::ForcePlace`]) override scores, never a claim. A
//!   refused one is gone, and counted in [`forced_refused`](TickReport::forced_refused).
//! - **The next leader knows**: [`MeshState::export_chain`] and [`MeshState::import_chain`] hand over cooldown, moves and
//!   back-offs, with their times: both leaders count from one origin, such as that of Unix time.
//! - **Everything has a reason.** Each led chain stands in exactly one [`Verdict`]; [`LocalScheduler::explain`] has its
//!   operands, [`Explanation::sentence`] says it in English, and [`LocalScheduler::transitions`] what has changed.
//!
//! Every action carries the latest [`Event::ChainRevision`] of its chain. **Compare and swap it** when you carry the action
//! out: two leaders that overlap for a moment then cannot both act on one state of the chain. Without that check nobody can
//! promise more than "as far as this node knew". Where the comparison is lost, tell what is so now, as events, and
//! [`Event::MoveFailed`], which makes the target wait, only if that does not end the move.
//!
//! # Without a scorer of your own
//!
//! [`InventoryScorer`] is one: report what nodes have and use, round-trip times, and what chains need, and it says how good each
//! home is. [`WeightedSum`], [`Minimum`], [`Gate`], [`OverridePerChain`], [`Cached`] and [`SmoothedScorer`] make scorers of
//! scorers, and [`calibrate`] finds what a second of migration costs from moves that were observed.
//!
//! # Large clusters
//!
//! A tick costs what has changed, not what there is. What is left to bound is off by default: how many scores one tick asks
//! for ([`max_scores_per_tick`](SchedulerConfig::max_scores_per_tick); the rest is [`Verdict::Deferred`]), whether chains that
//! were loaded together come due together ([`backstop_spread`](SchedulerConfig::backstop_spread)), and how often a chain that
//! has no better home is asked about ([`retry_backoff_ns`](SchedulerConfig::retry_backoff_ns); meanwhile it is
//! [`Verdict::RetryLater`]).
//!
//! # The caller's duties
//!
//! - **Time** is an argument, in nanoseconds from any origin. It must not go back for one scheduler ([`Error::TimeReversed`]).
//!   Tick at the latest at the report's `next_due`, and after events. Whoever hands chains over, to another node or to itself
//!   after a restart, needs an origin that all of them share: Unix time, or a clock of the cluster. In an import, times that
//!   lie ahead of the importer's clock count as its now. `Drain`, `Avoid` and `FreezeUntil` take times of that clock, not
//!   durations.
//! - **Events** say what is so, in order. They are idempotent, so saying a thing twice is fine; not saying it is not.
//! - **Actions** are to be carried out by the caller, who reports with events. An eviction that is not carried out is asked
//!   for again after the cooldown; with tracking, after its time-out and a back-off.
//! - **Leadership** is the caller's. driftline acts as far as its node knew; two leaders that overlap both act, unless whoever
//!   carries their actions out compares revisions.
//! - **The scorer** answers truthfully or not at all. Fingerprints move whenever a score may have; where they cannot,
//!   send `NodeTouched` and `ChainTouched`. What both miss is found by the backstop within one `decision_interval_ns`.
//!
//! # Features
//!
//! | feature | default | what it adds |
//! | --- | --- | --- |
//! | `capi` | yes | the C ABI of `include/driftline.h`; implies `std` |
//! | `std` | with `capi` | a panic of a Rust scorer counts as a failure of the scorer |
//! | `header` | no | has the build write the C header for the test that checks it |
//! | `testing` | no | what the C tests need; never in a release |
//!
//! Without `std` the crate is `no_std` + `alloc`, which is how the compiler checks that it has no clock, no I/O and no
//! random order. The core has no `unsafe`.
//!
//! Letters and numbers in parentheses (S3, D7, P2, ...) are marks of the design's rules. Each stands beside the sentence that
//! says the rule, and connects it with the source and its tests; there is nothing to look up.
#![cfg_attr(not(feature = "std"), no_std)]
#![deny(unsafe_code)]
#![warn(missing_docs)]

extern crate alloc;

mod action;
mod asker;
mod by_chain;
mod calibrate;
mod cells;
mod claim;
mod class;
mod combine;
mod config;
mod cost;
mod decay;
mod decision;
mod error;
mod event;
#[cfg(feature = "capi")]
#[doc(hidden)]
pub mod ffi;
mod fit;
mod history;
mod holder_nodes;
mod id;
mod inventory;
mod local_scheduler;
mod numbers;
pub mod question;
mod room;
mod scorer;
mod sentence;
mod smoothed;
mod snapshot;
mod state;
mod text;

pub use action::{
    Action, Arm, Decision, DrainStatus, Eviction, Explanation, Flight, Judgement, Placement, SampleCause, ScorerCalls,
    ScorerFailure, TickReport, Transition, VERDICT_COUNT, Verdict,
};
pub use calibrate::{Calibration, ObservedMove, calibrate};
pub use claim::MigrationEligible;
pub use class::{ClassMode, ClassPolicy};
pub use combine::{Cached, Gate, Minimum, OverridePerChain, WeightedSum};
pub use config::{
    FLAP_COOLDOWN_MAX_NS, FLAP_MEMORY, FingerprintMode, HISTORY_DEAD_BAND, HISTORY_LENGTH, HISTORY_SMOOTHING,
    MOVE_BACKOFF_FIRST_NS, MOVE_BACKOFF_MAX_NS, MoveOrder, OnScorerError, RETRY_BACKOFF_FIRST_NS, SchedulerConfig,
    TRANSITION_RING_LENGTH,
};
pub use cost::{MigrationCost, MigrationCostModel};
pub use decision::diff_scheduler;
pub use error::{CalibrationRefusal, ConfigValue, Error, ScorerError, ScorerMethod};
pub use event::Event;
pub use history::{HistorySample, ScoreHistory, Trend};
pub use id::{ChainId, NodeId, Timestamp};
#[cfg(feature = "std")]
pub use inventory::SharedInventory;
pub use inventory::{
    Bandwidth, ChainProfile, Client, InventoryConfig, InventoryScorer, NodeHealth, NodeInventory, Rtt, ScoreAxes,
};
pub use local_scheduler::LocalScheduler;
pub use scorer::{Alternative, BoxedScorer, PlacementScorer, SchedulerRegistry, ScorerResult};
pub use smoothed::SmoothedScorer;
pub use snapshot::{ScoreSnapshot, SnapshotScorer};
pub use state::{ChainView, Membership, MeshState};

/// Version, target, profile, features and compiler of this build, in one line.
pub const BUILD_INFO: &str = env!("DRIFTLINE_BUILD_INFO");

/// The examples of the README are compiled like all others.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
