//! What the oracle answers. The library's own types cannot be built outside of it, and need not be trusted here.

use std::collections::BTreeMap;

use driftline::{Arm, ChainId, NodeId, ScorerCalls, ScorerMethod, Timestamp, Verdict};

/// One chain's verdict and what was known when it fell. Equal is equal bit for bit.
#[derive(Clone, Copy, Debug)]
pub struct Judged {
    pub chain: ChainId,
    pub verdict: Verdict,
    pub victim: Option<NodeId>,
    pub sampled_score: Option<f32>,
    pub live_score: Option<f32>,
    pub alternative: Option<(NodeId, f32)>,
    pub gain: Option<f32>,
    pub cost: Option<f32>,
}

impl Judged {
    /// A verdict that fell before any number was looked at.
    pub fn bare(chain: ChainId, verdict: Verdict) -> Self {
        Judged {
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

impl PartialEq for Judged {
    fn eq(&self, other: &Self) -> bool {
        let parts = |judged: &Judged| {
            let scores = [judged.sampled_score, judged.live_score, judged.gain, judged.cost].map(bits);
            let alternative = judged.alternative.map(|(node, score)| (node, score.to_bits()));
            (judged.chain, judged.verdict, judged.victim, alternative, scores)
        };
        parts(self) == parts(other)
    }
}

/// The bits of a number: a zero has a sign, and one NaN is like another.
fn bits(score: Option<f32>) -> Option<u32> {
    score.map(f32::to_bits)
}

/// What the caller is asked to do. Equal is equal bit for bit.
#[derive(Clone, Debug, PartialEq)]
pub struct OracleAction {
    pub chain: ChainId,
    pub arm: Arm,
    /// R8
    pub revision: Option<u64>,
    pub kind: Kind,
    /// Who is to go, now or when the target has come (R4).
    pub victim: Option<NodeId>,
    pub target: Option<NodeId>,
    pub numbers: Numbers,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    Evict,
    /// With what is no home.
    Place(Vec<NodeId>),
}

/// What justifies a move (D11); only the scheduler's arm knows all of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Numbers {
    pub victim_score: Option<f32>,
    pub target_score: Option<f32>,
    pub gain: Option<f32>,
    pub cost: Option<f32>,
}

impl PartialEq for Numbers {
    fn eq(&self, other: &Self) -> bool {
        let parts =
            |numbers: &Numbers| [numbers.victim_score, numbers.target_score, numbers.gain, numbers.cost].map(bits);
        parts(self) == parts(other)
    }
}

impl OracleAction {
    pub fn is_placement(&self) -> bool {
        self.kind != Kind::Evict
    }
}

/// A failure of the scorer: survived under `SkipChain`, the end of the call under `Abort` (P2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Failure {
    pub method: ScorerMethod,
    pub chain: Option<ChainId>,
    pub node: Option<NodeId>,
    pub code: i32,
}

/// Why a call was refused.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    Config {
        field: &'static str,
        value: String,
    },
    Reserved {
        index: Option<usize>,
        chain: Option<ChainId>,
    },
    DuplicateChain {
        index: usize,
        chain: ChainId,
    },
    DuplicateHolder {
        index: usize,
        chain: ChainId,
        node: NodeId,
    },
    Membership {
        index: usize,
    },
    NotLed {
        chain: ChainId,
    },
    TimeReversed {
        now: Timestamp,
        last: Timestamp,
    },
    Scorer(Failure),
    /// V1: the bytes are no export.
    Import,
}

/// What a pass did (T2).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    pub led: u64,
    pub new: u64,
    pub dirty: u64,
    pub backstop_due: u64,
    pub rescored: u64,
    /// L3: what was due and is left for later, and for how long the first of it has been due.
    pub deferred: u64,
    pub deferred_age_ns: u64,
    pub calls: ScorerCalls,
    pub invalid_scores: u64,
    pub invalid_alternatives: u64,
    pub failures: Vec<Failure>,
    pub verdicts: BTreeMap<Verdict, u64>,
    pub next_due: Option<Timestamp>,
    /// F1, after the pass.
    pub in_flight: u64,
    pub completed_moves: u64,
    pub failed_moves: u64,
    pub timed_out_moves: u64,
    /// O1
    pub returned_moves: u64,
    /// R7
    pub forced_refused: u64,
    /// F3
    pub ignored_feedback: u64,
}

/// What a pass decided: one judgement for every led chain, and the actions, both by ascending chain (D12).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decided {
    pub actions: Vec<OracleAction>,
    pub judged: Vec<Judged>,
    pub report: Report,
}

/// The standing verdict of one chain (W2).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Explained {
    pub judged: Judged,
    pub since: Option<Timestamp>,
    pub sampled_at: Option<Timestamp>,
    pub cooldown_until: Option<Timestamp>,
    pub score_floor: f32,
    pub hysteresis_gap: f32,
    /// L4: what the chain waits for, and until when.
    pub refusal: Option<Verdict>,
    pub retry_at: Option<Timestamp>,
    /// L1: the limit that the verdict is about.
    pub limit: Option<u64>,
    /// O1
    pub flap_hold_until: Option<Timestamp>,
    pub flight: Option<Flying>,
}

/// A move that is under way, as far as it is told (F1).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flying {
    pub victim: Option<NodeId>,
    pub target: Option<NodeId>,
    pub since: Timestamp,
    pub times_out_at: Option<Timestamp>,
}

/// How far a node that is drained has come (N1).
#[derive(Clone, Debug, PartialEq)]
pub struct Drained {
    pub node: NodeId,
    pub deadline: Timestamp,
    pub left: u64,
    pub moved: u64,
    pub in_flight: u64,
    pub blocked: Vec<(ChainId, Verdict)>,
    pub at_risk: bool,
}

/// A change of a standing verdict (W3); `chain` is `None` for all at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed {
    pub sequence: u64,
    pub at: Timestamp,
    pub chain: Option<ChainId>,
    pub from: Option<Verdict>,
    pub to: Option<Verdict>,
}
