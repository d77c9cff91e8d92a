//! What comes out: actions, verdicts, and the report of a pass.

use alloc::vec::Vec;

use crate::claim::MigrationEligible;
use crate::error::{ScorerError, ScorerMethod};
use crate::id::{ChainId, NodeId, Timestamp};
use crate::scorer::Alternative;

/// What driftline asks the caller to do. Whoever carries it out reports back with events.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Action {
    /// Take the chain away from a holder.
    Evict(Eviction),
    /// Give the chain to one more node.
    Place(Placement),
}

impl Action {
    /// The chain that the action is about.
    #[must_use]
    pub const fn chain(&self) -> ChainId {
        match self {
            Action::Evict(eviction) => eviction.chain,
            Action::Place(placement) => placement.chain,
        }
    }

    /// Which part of the library asks for it.
    #[must_use]
    pub const fn arm(&self) -> Arm {
        match self {
            Action::Evict(eviction) => eviction.arm,
            Action::Place(placement) => placement.arm,
        }
    }

    /// The node that is to hold the chain, if the action names one.
    #[must_use]
    pub const fn target(&self) -> Option<NodeId> {
        match self {
            Action::Evict(eviction) => eviction.target,
            Action::Place(placement) => placement.target,
        }
    }

    /// The latest revision of the chain that the caller has told (R8).
    #[must_use]
    pub const fn revision(&self) -> Option<u64> {
        match self {
            Action::Evict(eviction) => eviction.revision,
            Action::Place(placement) => placement.revision,
        }
    }
}

/// Which part of the library asks for an action, in the order in which they act (R1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[non_exhaustive]
pub enum Arm {
    /// Somebody ordered it (R7).
    Forced = 0,
    /// The number of holders is not the wished one, or the second half of a move is due (R2, R4).
    Count = 1,
    /// A node is drained (N1).
    Drain = 2,
    /// A holder is bad and there is a better home (D11).
    Scheduler = 3,
}

impl Arm {
    /// Every arm, in their order.
    pub const ALL: [Arm; 4] = [Arm::Forced, Arm::Count, Arm::Drain, Arm::Scheduler];

    /// The name in words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Arm::Forced => "forced",
            Arm::Count => "count",
            Arm::Drain => "drain",
            Arm::Scheduler => "scheduler",
        }
    }
}

/// An eviction and the numbers that justify it (D11).
///
/// The library makes one only from a [`MigrationEligible`], so a claimed chain is not evicted from by mistake (D4).
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Eviction {
    /// The chain.
    pub chain: ChainId,
    /// The holder to leave.
    pub victim: NodeId,
    /// The victim's live score; `None` where the arm does not ask for it.
    pub victim_score: Option<f32>,
    /// The home that the chain is to have instead; `None` where it is to have one holder less. The scheduler arm always names
    /// one.
    ///
    /// Who places the chain there depends on what was told. With a wished count ([`Event::DesiredReplicas`]) take the chain
    /// away from the victim and leave the target alone: when the victim is gone, a [`Placement`] on it follows. Without one
    /// under [`MoveOrder::EvictFirst`] this eviction is the whole move: put the chain on the target, too, or it has one
    /// replica less from then on. Under [`MoveOrder::PlaceFirst`] the placement came before, with a wished count or without.
    ///
    /// [`Event::DesiredReplicas`]: crate::Event::DesiredReplicas
    /// [`MoveOrder::EvictFirst`]: crate::MoveOrder::EvictFirst
    /// [`MoveOrder::PlaceFirst`]: crate::MoveOrder::PlaceFirst
    pub target: Option<NodeId>,
    /// Its score, lowered by the penalty for moves that are in flight to it (L2).
    pub target_score: Option<f32>,
    /// `target_score - victim_score`.
    pub gain: Option<f32>,
    /// What the move costs, in score; `None` when the scorer named no cost.
    pub cost: Option<f32>,
    /// Which part of the library asks for it.
    pub arm: Arm,
    /// The latest revision of the chain that the caller has told (R8).
    pub revision: Option<u64>,
}

impl Eviction {
    /// An eviction from a chain that was checked, without numbers, which are public and can be filled in.
    #[must_use]
    pub const fn new(eligible: MigrationEligible, victim: NodeId, arm: Arm) -> Self {
        Eviction {
            chain: eligible.chain(),
            victim,
            victim_score: None,
            target: None,
            target_score: None,
            gain: None,
            cost: None,
            arm,
            revision: None,
        }
    }
}

/// One more node for a chain (R2).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Placement {
    /// The chain.
    pub chain: ChainId,
    /// The nodes that it must not be: holders, nodes that are drained or avoided, and targets that have just failed; by
    /// ascending id.
    pub exclude: Vec<NodeId>,
    /// The node to place it on; `None` leaves the choice among all others to the caller.
    pub target: Option<NodeId>,
    /// The holder that will be evicted once the target has come; `None` where the chain is to have one holder more (R4).
    pub victim: Option<NodeId>,
    /// The victim's live score; `None` where the arm does not ask for it. The numbers that follow likewise.
    pub victim_score: Option<f32>,
    /// The target's score, lowered by the penalty for moves that are in flight to it (L2).
    pub target_score: Option<f32>,
    /// `target_score - victim_score`.
    pub gain: Option<f32>,
    /// What the move costs, in score; `None` also when the scorer named no cost.
    pub cost: Option<f32>,
    /// Which part of the library asks for it.
    pub arm: Arm,
    /// The latest revision of the chain that the caller has told (R8).
    pub revision: Option<u64>,
}

/// A move that is under way (F1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Flight {
    /// The holder to leave, if one is.
    pub victim: Option<NodeId>,
    /// The node to hold the chain, if one was named.
    pub target: Option<NodeId>,
    /// When its last action was emitted.
    pub since: Timestamp,
    /// When it counts as failed; `None` if that lies beyond all time, or while it waits for driftline itself to say the next
    /// thing.
    pub times_out_at: Option<Timestamp>,
}

/// How far a node that is drained has come (N1).
///
/// This is what the drain makes of the node's chains: they are in flight, or blocked, or wait for their turn.
/// [`explain`](crate::LocalScheduler::explain) goes by scores on a drained node, too: a chain that waits, or that is blocked by
/// [`Verdict::NoAlternative`], [`Verdict::LastHolder`] or [`Verdict::ProposeOnly`], may read as [`Verdict::Healthy`] there.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DrainStatus {
    /// The node.
    pub node: NodeId,
    /// When it should be empty.
    pub deadline: Timestamp,
    /// The chains led here that it still holds, those in flight included.
    pub left: u64,
    /// The chains led here that the drain has moved away. Without a `move_timeout_ns` nobody sees a move done, and it counts
    /// when its eviction is said.
    pub moved: u64,
    /// The chains led here that are on their way from it.
    pub in_flight: u64,
    /// The chains that the drain could not move, by ascending id, and why.
    pub blocked: Vec<(ChainId, Verdict)>,
    /// Whether it will not be empty in time unless something changes: the deadline has passed, somebody is blocked by what
    /// does not pass by itself, or limits keep the drain behind its pace.
    pub at_risk: bool,
}

/// A change of a standing verdict (W3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Transition {
    /// Counts from 0, so that a reader notices what it has missed.
    pub sequence: u64,
    /// The tick that changed it.
    pub at: Timestamp,
    /// The chain; `None` is all chains at once, which freeze and warm-up are about.
    pub chain: Option<ChainId>,
    /// The verdict before; `None` if there was none.
    pub from: Option<Verdict>,
    /// The verdict from then on; `None` where each chain has its own again.
    pub to: Option<Verdict>,
}

/// Why a chain moves or does not. Numbered once and for ever; the list only grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[non_exhaustive]
pub enum Verdict {
    /// No score has been asked for since the chain became led, or there is no scorer.
    NotSampled = 0,
    /// The worst holder is at or above the floor (D6).
    Healthy = 1,
    /// No holder has a score, or the victim has no live one (D5, D7).
    NoScore = 2,
    /// The chain was evicted from less than a cooldown ago (D3).
    Cooldown = 3,
    /// Somebody holds an exclusive claim on the chain (D4).
    ClaimHeld = 4,
    /// The victim's live score is at or above the floor (D7).
    Recovered = 5,
    /// The scorer knows no better home (D8).
    NoAlternative = 6,
    /// The alternative is not better by more than the hysteresis gap (D9).
    GapTooSmall = 7,
    /// The move costs at least what it gains (D10).
    CostTooHigh = 8,
    /// The victim should go (D11).
    Evict = 9,
    /// The scorer failed for this chain, which sits this pass out (P2).
    ScorerFailed = 10,
    /// An arm that comes earlier has acted on the chain in the same pass (D2).
    AlreadyMoved = 16,
    /// The move would leave the chain with too few holders (R5).
    LastHolder = 17,
    /// Nothing is emitted until a freeze is over (R6).
    Frozen = 18,
    /// A move of the chain is under way (F1).
    InFlight = 19,
    /// Refused before for want of a better home, and nothing is new yet (L4).
    RetryLater = 20,
    /// The moves of this tick are used up (L1).
    TickLimit = 21,
    /// Too many moves are in flight (L1).
    ClusterLimit = 22,
    /// Too many moves are in flight from the victim (L1).
    SourceLimit = 23,
    /// Too many moves are in flight to every home that would do (L1).
    TargetLimit = 24,
    /// The chain has moved back and forth, or too often (O1).
    FlapHold = 25,
    /// Too few chains have a score yet (V2).
    WarmingUp = 26,
    /// The chain's class does not move (Y1).
    Pinned = 27,
    /// The victim should go, but the chain's class only proposes (Y1).
    ProposeOnly = 28,
    /// Due, but the scores of this tick were used up before its turn (L3).
    Deferred = 29,
}

/// How many verdict numbers a report has room for.
pub const VERDICT_COUNT: usize = 32;

impl Verdict {
    /// Every verdict that this version can give, by ascending number.
    pub const ALL: [Verdict; 25] = [
        Verdict::NotSampled,
        Verdict::Healthy,
        Verdict::NoScore,
        Verdict::Cooldown,
        Verdict::ClaimHeld,
        Verdict::Recovered,
        Verdict::NoAlternative,
        Verdict::GapTooSmall,
        Verdict::CostTooHigh,
        Verdict::Evict,
        Verdict::ScorerFailed,
        Verdict::AlreadyMoved,
        Verdict::LastHolder,
        Verdict::Frozen,
        Verdict::InFlight,
        Verdict::RetryLater,
        Verdict::TickLimit,
        Verdict::ClusterLimit,
        Verdict::SourceLimit,
        Verdict::TargetLimit,
        Verdict::FlapHold,
        Verdict::WarmingUp,
        Verdict::Pinned,
        Verdict::ProposeOnly,
        Verdict::Deferred,
    ];

    /// The number of the verdict.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The verdict with this number, if this version knows one.
    #[must_use]
    pub fn from_number(number: u32) -> Option<Verdict> {
        Verdict::ALL.into_iter().find(|verdict| u32::from(verdict.number()) == number)
    }

    /// The name in words, as scenario files and logs print it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Verdict::NotSampled => "not sampled",
            Verdict::Healthy => "healthy",
            Verdict::NoScore => "no score",
            Verdict::Cooldown => "cooldown",
            Verdict::ClaimHeld => "claim held",
            Verdict::Recovered => "recovered",
            Verdict::NoAlternative => "no alternative",
            Verdict::GapTooSmall => "gap too small",
            Verdict::CostTooHigh => "cost too high",
            Verdict::Evict => "evict",
            Verdict::ScorerFailed => "scorer failed",
            Verdict::AlreadyMoved => "already moved",
            Verdict::LastHolder => "last holder",
            Verdict::Frozen => "frozen",
            Verdict::InFlight => "in flight",
            Verdict::RetryLater => "retry later",
            Verdict::TickLimit => "tick limit",
            Verdict::ClusterLimit => "cluster limit",
            Verdict::SourceLimit => "source limit",
            Verdict::TargetLimit => "target limit",
            Verdict::FlapHold => "flap hold",
            Verdict::WarmingUp => "warming up",
            Verdict::Pinned => "pinned",
            Verdict::ProposeOnly => "propose only",
            Verdict::Deferred => "deferred",
        }
    }
}

/// One chain's verdict and what it was judged by. What was not asked or not reached is `None`.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Judgement {
    /// The chain.
    pub chain: ChainId,
    /// The verdict.
    pub verdict: Verdict,
    /// The worst holder (D5).
    pub victim: Option<NodeId>,
    /// The score that made it the worst.
    pub sampled_score: Option<f32>,
    /// Its live score (D7).
    pub live_score: Option<f32>,
    /// The best alternative, its score lowered by the penalty for moves in flight to it (D8, L2).
    pub alternative: Option<Alternative>,
    /// Alternative minus live victim (D9).
    pub gain: Option<f32>,
    /// What the move would cost, in score; also `None` when the scorer named no cost (D10).
    pub cost: Option<f32>,
}

impl Judgement {
    /// A verdict without operands, which are public and can be filled in.
    #[must_use]
    pub const fn bare(chain: ChainId, verdict: Verdict) -> Self {
        Judgement {
            chain,
            verdict,
            victim: None,
            sampled_score: None,
            live_score: None,
            alternative: None,
            gain: None,
            cost: None,
        }
    }
}

/// Why one chain is where it is: its verdict as of the last tick, the operands, and since when.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Explanation {
    /// Verdict and operands.
    pub judgement: Judgement,
    /// When the chain got this verdict; `None` if no tick has judged it yet.
    pub since: Option<Timestamp>,
    /// When its scores were sampled; `None` if they never were.
    pub sampled_at: Option<Timestamp>,
    /// End of its cooldown; `None` if it is on none, or on one that ends beyond all time.
    pub cooldown_until: Option<Timestamp>,
    /// The floor of the chain that the verdict was judged by; the present one if no tick has judged the chain yet.
    pub score_floor: f32,
    /// The gap that it was judged by, likewise.
    pub hysteresis_gap: f32,
    /// Why the chain waits to be asked about again (L4); `None` unless the verdict is `RetryLater`.
    pub refusal: Option<Verdict>,
    /// When that wait is over at the latest; `None` if there is none, or if it ends beyond all time.
    pub retry_at: Option<Timestamp>,
    /// The limit that kept the chain where it is (L1); `None` unless the verdict is that of a limit.
    pub limit: Option<u64>,
    /// When the chain is let go after it has flapped (O1); `None` if it has not, or if that lies beyond all time.
    pub flap_hold_until: Option<Timestamp>,
    /// The move that is under way now (F1).
    pub flight: Option<Flight>,
}

/// Why a chain was sampled; the first of S1 that applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[non_exhaustive]
pub enum SampleCause {
    /// Not sampled since it became led.
    New = 0,
    /// An input moved (S2), its last decision was `Recovered` (S8), another scorer was installed (P4), or an earlier
    /// attempt failed (P2).
    Dirty = 1,
    /// Its scores are a decision interval old (S3).
    Backstop = 2,
}

impl SampleCause {
    /// The name in words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            SampleCause::New => "new",
            SampleCause::Dirty => "dirty",
            SampleCause::Backstop => "backstop",
        }
    }
}

/// How often each scorer method was asked in one pass. A batch of `n` counts `n`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ScorerCalls {
    /// `score`.
    pub score: u64,
    /// `live_score`.
    pub live_score: u64,
    /// `best_alternative`.
    pub best_alternative: u64,
    /// `node_fingerprint`.
    pub node_fingerprint: u64,
    /// `chain_fingerprint`.
    pub chain_fingerprint: u64,
    /// `migration_cost`.
    pub migration_cost: u64,
}

/// A failure of the scorer that `SkipChain` survived (P2).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ScorerFailure {
    /// The method that failed.
    pub method: ScorerMethod,
    /// The chain that sits this pass out; `None` where a node's fingerprint failed.
    pub chain: Option<ChainId>,
    /// The node that was asked about, if there was one.
    pub node: Option<NodeId>,
    /// What the scorer said.
    pub error: ScorerError,
}

/// What a pass did (T2).
#[derive(Clone, Debug, Default)]
pub struct TickReport {
    /// Chains led here.
    pub led: u64,
    /// Of them, those due because they are new (S1).
    pub new: u64,
    /// Those due because they are dirty, and not new.
    pub dirty: u64,
    /// Those due by the backstop alone.
    pub backstop_due: u64,
    /// Those that were in fact re-scored; fewer than were due when the scorer failed.
    pub rescored: u64,
    /// Those that were due and are left for later, because `max_scores_per_tick` was used up (L3).
    pub deferred: u64,
    /// For how long the first of them has been due, in nanoseconds; 0 if there is none.
    pub deferred_age_ns: u64,
    /// Calls of each scorer method.
    pub calls: ScorerCalls,
    /// Values that were not finite or out of range (P1).
    pub invalid_scores: u64,
    /// Alternatives that were excluded or reserved (P1).
    pub invalid_alternatives: u64,
    /// Failures that were skipped (P2), in the order in which they happened.
    pub failures: Vec<ScorerFailure>,
    /// Chains by the number of their verdict; they add up to `led`.
    pub verdicts: [u64; VERDICT_COUNT],
    /// When the caller should tick next at the latest: the earliest backstop, retry of a failed sample, end of a cooldown,
    /// back-off, hold, freeze, avoidance or warm-up, timeout of a move or next move of a drain, and at once if a chain was
    /// deferred. `None` if nothing is waiting. A chain that has just `Recovered` is due in the next tick, whenever that is
    /// (S8).
    pub next_due: Option<Timestamp>,
    /// Moves of led chains that are in flight after the pass (F1).
    pub in_flight: u64,
    /// Moves that the pass found done.
    pub completed_moves: u64,
    /// Moves that somebody said have failed.
    pub failed_moves: u64,
    /// Moves that took longer than `move_timeout_ns`.
    pub timed_out_moves: u64,
    /// Moves back to a node that the chain had left less than a `flap_window_ns` before (O1).
    pub returned_moves: u64,
    /// Orders that could not be carried out, or that came during a freeze (R7). They are gone; which they were is not said.
    pub forced_refused: u64,
    /// Feedback since the last tick that referred to no move in flight, or to a half that was not said yet (F3).
    pub ignored_feedback: u64,
}

/// What a pass decided: the actions by ascending chain, and why (D12).
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Decision {
    /// At most one per chain, by ascending chain id.
    pub actions: Vec<Action>,
    /// The chains that were judged by their numbers, by ascending chain id. Without a snapshot these are all led
    /// chains; with one, those under the floor.
    pub judgements: Vec<Judgement>,
    /// What the pass did.
    pub report: TickReport,
}
