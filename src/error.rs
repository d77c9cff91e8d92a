//! Everything that can go wrong, in one enum that names the thing at fault.

use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;

use crate::id::{ChainId, NodeId, Timestamp};

/// What a refused call says. Whatever it says, the objects of the call are as they were before it; what a failed
/// sample had already observed is kept (P2).
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A configuration field holds a value outside its range (G1).
    #[error("config field {field}: {value} is not {expected}")]
    Config {
        /// The field, by its name in SPEC's table.
        field: &'static str,
        /// The value that was refused.
        value: ConfigValue,
        /// What would have been valid.
        expected: &'static str,
    },
    /// One of the parts of a scorer that is put together from several was refused.
    #[error("index {index}: {field} {value} is not {expected}")]
    Part {
        /// Position of the part.
        index: usize,
        /// What is wrong with it.
        field: &'static str,
        /// The value that was refused.
        value: ConfigValue,
        /// What would have been valid.
        expected: &'static str,
    },
    /// The reserved id `u64::MAX` was passed as a node.
    #[error("{}node id 18446744073709551615 is reserved for \"none\"", At(*index))]
    ReservedNode {
        /// Position in the slice that held it, if it came in one.
        index: Option<usize>,
        /// The chain that it was said of, if any.
        chain: Option<ChainId>,
    },
    /// A membership lists the same chain twice (E2).
    #[error("index {index}: chain {chain} is listed twice")]
    DuplicateChain {
        /// Position of the second mention among the chains.
        index: usize,
        /// The chain.
        chain: ChainId,
    },
    /// A membership lists the same holder of a chain twice (E2).
    #[error("index {index}: node {node} is listed twice as holder of chain {chain}")]
    DuplicateHolder {
        /// Position of the second mention among the holders.
        index: usize,
        /// The chain.
        chain: ChainId,
        /// The holder.
        node: NodeId,
    },
    /// The arrays of a membership do not fit together (E2).
    #[error("index {index}: {reason}")]
    Membership {
        /// Position in the array at fault.
        index: usize,
        /// What does not fit.
        reason: &'static str,
    },
    /// The chain is not led by this scheduler, so there is nothing to say of it.
    #[error("chain {chain} is not led here")]
    NotLed {
        /// The chain.
        chain: ChainId,
    },
    /// `now` is earlier than the last tick or sample of this scheduler (T1).
    #[error("time went back: {} ns after {} ns", now.0, last.0)]
    TimeReversed {
        /// The time that was passed.
        now: Timestamp,
        /// The latest time that this scheduler has seen.
        last: Timestamp,
    },
    /// Memory for the work could not be had; nothing was lost.
    #[error("out of memory")]
    OutOfMemory,
    /// More than the library can number: chains, nodes (2^32 - 2) or class policies (255).
    #[error("too many {what}: the limit is {limit}")]
    TooMany {
        /// What there are too many of.
        what: &'static str,
        /// How many there may be.
        limit: u64,
    },
    /// Bytes that were to be imported are not what an export of a chain looks like (V1).
    #[error("import: {reason}")]
    Import {
        /// What is wrong with them.
        reason: &'static str,
    },
    /// Observed moves do not say what a second of migration costs (I2).
    #[error("calibration: {reason}")]
    Calibration {
        /// Why not, with the numbers.
        reason: CalibrationRefusal,
    },
    /// A report to an inventory says what cannot be.
    #[error("index {index}: {}{field}: {value} is not {expected}", Of { node: *node, chain: *chain })]
    Inventory {
        /// Position in the slice of reports.
        index: usize,
        /// The node that it was said of, if any.
        node: Option<NodeId>,
        /// The chain that it was said of, if any.
        chain: Option<ChainId>,
        /// The field at fault.
        field: &'static str,
        /// The value that was refused.
        value: f64,
        /// What would have been valid.
        expected: &'static str,
    },
    /// There is no scorer where one was needed.
    #[error("no scorer is installed")]
    NoScorer,
    /// The scorer failed and the policy is `Abort` (P2).
    #[error("scorer {}: {source}", Question { method: *method, chain: *chain, node: *node })]
    Scorer {
        /// The method that failed.
        method: ScorerMethod,
        /// The chain that was asked about, if it is known.
        chain: Option<ChainId>,
        /// The node that was asked about, if it is known.
        node: Option<NodeId>,
        /// What the scorer said.
        source: ScorerError,
    },
}

/// Why observed moves do not say what a second of migration costs (I2).
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CalibrationRefusal {
    /// A number of a move is not finite.
    #[error("index {index}: {field} {value} is not finite")]
    NotFinite {
        /// Position of the move.
        index: usize,
        /// `reliability_factor` or `score_loss`.
        field: &'static str,
        /// The value.
        value: f32,
    },
    /// Too few moves took any time.
    #[error("{observations} moves that took any time are too few, {least} are needed")]
    TooFew {
        /// How many there are.
        observations: usize,
        /// How many there must be.
        least: usize,
    },
    /// Most moves contradict each other.
    #[error("{outliers} of {observations} moves do not agree with the others")]
    Inconsistent {
        /// How many are too far from the others.
        outliers: usize,
        /// How many took any time.
        observations: usize,
    },
    /// It may well be that moves cost nothing.
    #[error("cost_per_sec {cost_per_sec} may be 0: the 95 % interval is {low} to {high}")]
    ContainsZero {
        /// The estimate.
        cost_per_sec: f32,
        /// Lower end of the interval.
        low: f32,
        /// Upper end of the interval.
        high: f32,
    },
    /// Moves seem to gain score while they last.
    #[error("cost_per_sec {cost_per_sec} is negative: the 95 % interval is {low} to {high}")]
    Negative {
        /// The estimate.
        cost_per_sec: f32,
        /// Lower end of the interval.
        low: f32,
        /// Upper end of the interval.
        high: f32,
    },
    /// Half of the interval is more than half of the estimate.
    #[error("cost_per_sec {cost_per_sec} is not precise enough: the 95 % interval is {low} to {high}")]
    Imprecise {
        /// The estimate.
        cost_per_sec: f32,
        /// Lower end of the interval.
        low: f32,
        /// Upper end of the interval.
        high: f32,
    },
}

/// A configuration value that was refused.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum ConfigValue {
    /// A number with a fraction.
    Float(f32),
    /// A number with a fraction that may be large: an amount, or a rate.
    Double(f64),
    /// A time in nanoseconds, a count or the number of a choice.
    Integer(u64),
}

impl fmt::Display for ConfigValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConfigValue::Float(value) => value.fmt(f),
            ConfigValue::Double(value) => value.fmt(f),
            ConfigValue::Integer(value) => value.fmt(f),
        }
    }
}

/// A method of [`PlacementScorer`](crate::PlacementScorer), as errors and reports name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ScorerMethod {
    /// `score` or `score_many`.
    Score,
    /// `live_score` or `live_score_many`.
    LiveScore,
    /// `best_alternative` or `alternatives`.
    BestAlternative,
    /// `node_fingerprint` or `node_fingerprints`.
    NodeFingerprint,
    /// `chain_fingerprint`.
    ChainFingerprint,
    /// `migration_cost`.
    MigrationCost,
    /// `begin`.
    Begin,
}

impl ScorerMethod {
    /// Every method, in the order of their numbers in the C ABI.
    pub const ALL: [ScorerMethod; 7] = [
        ScorerMethod::Score,
        ScorerMethod::LiveScore,
        ScorerMethod::BestAlternative,
        ScorerMethod::NodeFingerprint,
        ScorerMethod::ChainFingerprint,
        ScorerMethod::MigrationCost,
        ScorerMethod::Begin,
    ];

    /// The name of the method.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            ScorerMethod::Score => "score",
            ScorerMethod::LiveScore => "live_score",
            ScorerMethod::BestAlternative => "best_alternative",
            ScorerMethod::NodeFingerprint => "node_fingerprint",
            ScorerMethod::ChainFingerprint => "chain_fingerprint",
            ScorerMethod::MigrationCost => "migration_cost",
            ScorerMethod::Begin => "begin",
        }
    }
}

/// What a scorer returns when it fails (P2): a code of its own, and whatever it wants to see again on the other side.
///
/// Cloning is cheap; the payload is shared.
#[derive(Clone, Debug)]
pub struct ScorerError {
    code: i32,
    index: Option<usize>,
    payload: Option<Arc<dyn core::error::Error + Send + Sync>>,
    /// Not a code: every code is the scorer's own.
    lacks_memory: bool,
    interrupts: bool,
}

impl ScorerError {
    /// The code of a scorer that panicked.
    pub const PANIC: i32 = i32::MIN;

    /// A failure with a code of the scorer's own; negative by convention, since C callbacks return it as it is.
    #[must_use]
    pub const fn new(code: i32) -> Self {
        ScorerError { code, index: None, payload: None, lacks_memory: false, interrupts: false }
    }

    /// A failure that carries an error of the scorer's own, to be found again with [`payload`](Self::payload).
    #[must_use]
    pub fn with_payload(code: i32, payload: Arc<dyn core::error::Error + Send + Sync>) -> Self {
        ScorerError { payload: Some(payload), ..ScorerError::new(code) }
    }

    /// There was no memory for the question; the call fails with [`Error::OutOfMemory`], whatever the policy.
    #[must_use]
    pub const fn out_of_memory() -> Self {
        ScorerError { code: 0, index: None, payload: None, lacks_memory: true, interrupts: false }
    }

    /// Whether there was no memory for the question.
    #[must_use]
    pub const fn lacks_memory(&self) -> bool {
        self.lacks_memory
    }

    /// The same as an interruption: somebody wants the call to end, such as a user who pressed Ctrl-C. It ends as under
    /// `Abort`, whatever the policy.
    #[must_use]
    pub fn interrupt(self) -> Self {
        ScorerError { interrupts: true, ..self }
    }

    /// Whether this is an interruption.
    #[must_use]
    pub const fn interrupts(&self) -> bool {
        self.interrupts
    }

    /// A failure of a batch entry at one element. The elements before it must have been answered; they count.
    #[must_use]
    pub fn at_index(self, index: usize) -> Self {
        ScorerError { index: Some(index), ..self }
    }

    /// The same failure of a batch that was asked by somebody else, to whom the index says nothing.
    pub(crate) fn without_index(self) -> Self {
        ScorerError { index: None, ..self }
    }

    /// The failure of a scorer that panicked with `message`.
    #[must_use]
    pub fn from_panic(message: String) -> Self {
        ScorerError::with_payload(Self::PANIC, Arc::new(PanicMessage(message)))
    }

    /// The scorer's own code.
    #[must_use]
    pub const fn code(&self) -> i32 {
        self.code
    }

    /// The element of a batch that failed, if the scorer said so.
    #[must_use]
    pub const fn index(&self) -> Option<usize> {
        self.index
    }

    /// The scorer's own error, if it gave one.
    #[must_use]
    pub fn payload(&self) -> Option<&(dyn core::error::Error + Send + Sync + 'static)> {
        self.payload.as_deref()
    }
}

impl fmt::Display for ScorerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "code {}", self.code)?;
        match &self.payload {
            Some(payload) => write!(f, ": {payload}"),
            None => Ok(()),
        }
    }
}

impl core::error::Error for ScorerError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        self.payload.as_ref().map(|payload| payload.as_ref() as &(dyn core::error::Error + 'static))
    }
}

/// The text of a panic, as an error.
#[derive(Debug, thiserror::Error)]
#[error("panic: {0}")]
struct PanicMessage(String);

/// Prints "index N: " for errors that may have come in a slice.
struct At(Option<usize>);

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(index) => write!(f, "index {index}: "),
            None => Ok(()),
        }
    }
}

/// Prints "chain N: node N: " of a report, as far as it names them.
struct Of {
    node: Option<NodeId>,
    chain: Option<ChainId>,
}

impl fmt::Display for Of {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(chain) = self.chain {
            write!(f, "chain {chain}: ")?;
        }
        if let Some(node) = self.node {
            write!(f, "node {node}: ")?;
        }
        Ok(())
    }
}

/// Prints what the scorer was asked.
pub(crate) struct Question {
    pub(crate) method: ScorerMethod,
    pub(crate) chain: Option<ChainId>,
    pub(crate) node: Option<NodeId>,
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.method.name())?;
        if let Some(chain) = self.chain {
            write!(f, " chain {chain}")?;
        }
        if let Some(node) = self.node {
            write!(f, " node {node}")?;
        }
        Ok(())
    }
}
