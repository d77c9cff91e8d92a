//! What comes out: actions, verdicts, and the report of a pass.

use alloc::vec::Vec;

use crate::claim::MigrationEligible;
use crate::error::{ScorerError, ScorerMethod};
use crate::id::{ChainId, NodeId, Timestamp};
use crate::scorer::Alternative;

/// What driftline asks the caller to do. Whoever carries it out reports back with events.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Action {
    /// Take the chain away from a holder: it has a better home (D11).
    Evict(Eviction),
}

impl Action {
    /// The chain that the action is about.
    #[must_use]
    pub const fn chain(&self) -> ChainId {
        match self {
            Action::Evict(eviction) => eviction.chain,
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
    /// The victim's live score.
    pub victim_score: f32,
    /// The home that justifies the move.
    pub target: NodeId,
    /// Its score.
    pub target_score: f32,
    /// `target_score - victim_score`.
    pub gain: f32,
    /// What the move costs, in score; `None` when the scorer named no cost.
    pub cost: Option<f32>,
}

impl Eviction {
    /// Builds an eviction for a chain that was checked.
    #[must_use]
    pub fn new(
        eligible: MigrationEligible,
        victim: NodeId,
        victim_score: f32,
        target: Alternative,
        cost: Option<f32>,
    ) -> Self {
        Eviction {
            chain: eligible.chain(),
            victim,
            victim_score,
            target: target.node,
            target_score: target.score,
            gain: target.score - victim_score,
            cost,
        }
    }
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
    /// The chain was evicted from earlier in the same pass (D2).
    AlreadyMoved = 16,
    /// Refused before for want of a better home, and nothing is new yet (L4).
    RetryLater = 20,
    /// Due, but the scores of this tick were used up before its turn (L3).
    Deferred = 29,
}

/// How many verdict numbers a report has room for.
pub const VERDICT_COUNT: usize = 32;

impl Verdict {
    /// Every verdict that this version can give, by ascending number.
    pub const ALL: [Verdict; 14] = [
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
        Verdict::RetryLater,
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
            Verdict::RetryLater => "retry later",
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
    /// The best alternative (D8).
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
    /// The floor that the verdict was judged by; the present one if no tick has judged the chain yet.
    pub score_floor: f32,
    /// The gap that it was judged by, likewise.
    pub hysteresis_gap: f32,
    /// Why the chain waits to be asked about again (L4); `None` unless the verdict is `RetryLater`.
    pub refusal: Option<Verdict>,
    /// When that wait is over at the latest; `None` if there is none, or if it ends beyond all time.
    pub retry_at: Option<Timestamp>,
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
    /// When the caller should tick next at the latest: the earliest backstop, retry of a failed sample, end of a
    /// cooldown or end of a back-off, and at once if a chain was deferred. `None` if nothing is waiting. A chain that has
    /// just `Recovered` is due in the next tick, whenever that is (S8).
    pub next_due: Option<Timestamp>,
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
