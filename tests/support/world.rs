//! The table-driven scorer of the tests: it answers what its tables say and logs every question.
//!
//! A [`World`] is a handle; clones share the tables. Whoever runs a scenario writes to the tables and hands
//! [`World::scorer`] to the scheduler; whoever compares call sequences reads them with [`World::take_calls`].
//!
//! ```ignore
//! let world = World::default();
//! world.tables().scores.insert((ChainId(7), NodeId(1)), Answer::Is(0.9));
//! scheduler.registry_mut().install(world.scorer(Entries::default()));
//! ```

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use driftline::{Alternative, BoxedScorer, ChainId, MigrationCost, NodeId, PlacementScorer, ScorerError, ScorerResult};

/// What a table holds for one question. A question without an entry is answered as its table says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Answer<T> {
    /// The scorer answers this, however wrong it is: NaN, infinite, out of range, an excluded node.
    Is(T),
    /// The scorer has no opinion (for a fingerprint: cannot say; for a cost: free).
    Nothing,
    /// The scorer fails with this code. With [`ScorerError::PANIC`] one that has only single forms panics.
    Fails(i32),
}

/// The code of a scorer that wants the call to end; the same number as in C.
pub const INTERRUPTED: i32 = 2;

/// The failure with this code.
fn failure(code: i32) -> ScorerError {
    let failure = ScorerError::new(code);
    if code == INTERRUPTED { failure.interrupt() } else { failure }
}

impl<T: Copy> Answer<T> {
    fn given(self) -> Result<Option<T>, i32> {
        match self {
            Answer::Is(value) => Ok(Some(value)),
            Answer::Nothing => Ok(None),
            Answer::Fails(code) => Err(code),
        }
    }
}

/// One question that a scorer was asked. A batch is logged element by element, as far as it was evaluated.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Call {
    Score { chain: ChainId, node: NodeId },
    LiveScore { chain: ChainId, node: NodeId },
    BestAlternative { chain: ChainId, exclude: Vec<NodeId> },
    Alternatives { chain: ChainId, limit: usize, exclude: Vec<NodeId> },
    NodeFingerprint { node: NodeId },
    ChainFingerprint { chain: ChainId },
    MigrationCost { chain: ChainId, target: NodeId },
}

/// What the scorer answers from now on.
#[derive(Debug, Default)]
pub struct Tables {
    /// Unset: no opinion.
    pub scores: BTreeMap<(ChainId, NodeId), Answer<f32>>,
    /// Unset: what the score answers.
    pub live_scores: BTreeMap<(ChainId, NodeId), Answer<f32>>,
    /// Unset: no alternative. The excluded nodes are logged, not looked at.
    pub alternatives: BTreeMap<ChainId, Answer<(NodeId, f32)>>,
    /// An honest placement index, best first: what is excluded is left out. Where one is set it answers in place of
    /// `alternatives`.
    pub indexes: BTreeMap<ChainId, Vec<(NodeId, f32)>>,
    /// Unset: cannot say.
    pub fingerprints: BTreeMap<NodeId, Answer<u64>>,
    /// Unset: `Some(0)`, as in a scorer that does not override the method.
    pub chain_fingerprints: BTreeMap<ChainId, Answer<u64>>,
    /// Unset: free.
    pub costs: BTreeMap<(ChainId, NodeId), Answer<MigrationCost>>,
    /// Every question since the last [`World::take_calls`], in order.
    pub calls: Vec<Call>,
}

impl Tables {
    /// All alternatives that are known for a chain, best first.
    fn homes(&self, chain: ChainId, exclude: &[NodeId]) -> Result<Vec<(NodeId, f32)>, i32> {
        match self.indexes.get(&chain) {
            Some(index) => Ok(index.iter().filter(|(node, _)| !exclude.contains(node)).copied().collect()),
            None => {
                let answer = self.alternatives.get(&chain).map_or(Ok(None), |answer| answer.given());
                Ok(answer?.into_iter().collect())
            }
        }
    }
}

/// Which optional entries the scorer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entries {
    /// Whether it overrides the batch forms (scenario word `batch`).
    pub batch: Batch,
    /// Whether it has a live score of its own; without one `live_score` is `score` (scenario word `live`).
    pub live: bool,
    /// Whether it says that it has chain fingerprints (scenario word `chain_fingerprints`).
    pub chain_fingerprints: bool,
}

impl Default for Entries {
    fn default() -> Self {
        Entries { batch: Batch::Off, live: true, chain_fingerprints: false }
    }
}

/// Whether a scorer overrides the batch forms, and what it says when an element fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Batch {
    /// Single forms only: `batch=off`.
    Off,
    /// Overridden; a failure names its element: `batch=on`.
    On,
    /// Overridden; a failure is one of the whole batch, which is evaluated to its end: `batch=blind`.
    Blind,
}

/// A handle on the tables and the log.
#[derive(Clone, Default)]
pub struct World {
    tables: Arc<Mutex<Tables>>,
    /// Answers in place of the tables.
    answering: Option<Arc<dyn PlacementScorer + Send + Sync>>,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").field("tables", &self.tables).finish_non_exhaustive()
    }
}

impl World {
    /// A world in which this scorer answers and nothing is logged: for whoever measures, since a log of millions of
    /// questions costs more than asking them.
    pub fn answering(scorer: Arc<dyn PlacementScorer + Send + Sync>) -> Self {
        World { tables: Arc::default(), answering: Some(scorer) }
    }

    /// The tables, to be read and written. Do not hold the guard across a call of the scheduler.
    pub fn tables(&self) -> MutexGuard<'_, Tables> {
        // Tables are never left half written, so a panic elsewhere does not spoil them.
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A scorer over these tables, to be installed or asked directly.
    pub fn scorer(&self, entries: Entries) -> BoxedScorer {
        let single = SingleScorer { world: self.clone(), entries };
        match entries.batch {
            Batch::Off => Box::new(single),
            Batch::On => Box::new(BatchScorer { single, blind: false }),
            Batch::Blind => Box::new(BatchScorer { single, blind: true }),
        }
    }

    /// The questions since the last time, in order.
    pub fn take_calls(&self) -> Vec<Call> {
        std::mem::take(&mut self.tables().calls)
    }

    /// Asks and logs one score.
    pub fn score(&self, chain: ChainId, node: NodeId) -> Result<Option<f32>, i32> {
        if let Some(scorer) = &self.answering {
            return scorer.score(chain, node).map_err(|error| error.code());
        }
        let mut tables = self.tables();
        tables.calls.push(Call::Score { chain, node });
        tables.scores.get(&(chain, node)).map_or(Ok(None), |answer| answer.given())
    }

    /// Asks and logs one live score. Where no other is set it is what the score would answer.
    pub fn live_score(&self, chain: ChainId, node: NodeId) -> Result<Option<f32>, i32> {
        if let Some(scorer) = &self.answering {
            return scorer.live_score(chain, node).map_err(|error| error.code());
        }
        let mut tables = self.tables();
        tables.calls.push(Call::LiveScore { chain, node });
        let pair = (chain, node);
        tables.live_scores.get(&pair).or_else(|| tables.scores.get(&pair)).map_or(Ok(None), |answer| answer.given())
    }

    /// Asks and logs the alternative.
    pub fn best_alternative(&self, chain: ChainId, exclude: &[NodeId]) -> Result<Option<(NodeId, f32)>, i32> {
        if let Some(scorer) = &self.answering {
            return scorer.best_alternative(chain, exclude).map(home).map_err(|error| error.code());
        }
        let mut tables = self.tables();
        tables.calls.push(Call::BestAlternative { chain, exclude: exclude.to_vec() });
        Ok(tables.homes(chain, exclude)?.first().copied())
    }

    /// Asks and logs the best `limit` alternatives.
    pub fn alternatives(&self, chain: ChainId, exclude: &[NodeId], limit: usize) -> Result<Vec<(NodeId, f32)>, i32> {
        if let Some(scorer) = &self.answering {
            let mut found = Vec::new();
            scorer.alternatives(chain, exclude, limit, &mut found).map_err(|error| error.code())?;
            return Ok(found.into_iter().filter_map(|alternative| home(Some(alternative))).collect());
        }
        let mut tables = self.tables();
        tables.calls.push(Call::Alternatives { chain, limit, exclude: exclude.to_vec() });
        let mut homes = tables.homes(chain, exclude)?;
        homes.truncate(limit);
        Ok(homes)
    }

    /// Asks and logs the fingerprint of a node.
    pub fn node_fingerprint(&self, node: NodeId) -> Result<Option<u64>, i32> {
        if let Some(scorer) = &self.answering {
            return scorer.node_fingerprint(node).map_err(|error| error.code());
        }
        let mut tables = self.tables();
        tables.calls.push(Call::NodeFingerprint { node });
        tables.fingerprints.get(&node).map_or(Ok(None), |answer| answer.given())
    }

    /// Asks and logs the fingerprint of a chain.
    pub fn chain_fingerprint(&self, chain: ChainId) -> Result<Option<u64>, i32> {
        if let Some(scorer) = &self.answering {
            return scorer.chain_fingerprint(chain).map_err(|error| error.code());
        }
        let mut tables = self.tables();
        tables.calls.push(Call::ChainFingerprint { chain });
        tables.chain_fingerprints.get(&chain).map_or(Ok(Some(0)), |answer| answer.given())
    }

    /// Asks and logs a cost.
    pub fn migration_cost(&self, chain: ChainId, target: NodeId) -> Result<Option<MigrationCost>, i32> {
        if let Some(scorer) = &self.answering {
            return scorer.migration_cost(chain, target).map_err(|error| error.code());
        }
        let mut tables = self.tables();
        tables.calls.push(Call::MigrationCost { chain, target });
        tables.costs.get(&(chain, target)).map_or(Ok(None), |answer| answer.given())
    }
}

/// An alternative as the tables have it.
fn home(found: Option<Alternative>) -> Option<(NodeId, f32)> {
    found.map(|alternative| (alternative.node, alternative.score))
}

/// Implements the single forms and leaves the batch forms at their defaults, but for `alternatives`: whoever has a second
/// best home is asked for it.
struct SingleScorer {
    world: World,
    entries: Entries,
}

/// The failure with this code, or a panic. It unwinds without the hook, which would print each one.
fn fail_or_panic(code: i32) -> ScorerError {
    if code == ScorerError::PANIC {
        std::panic::resume_unwind(Box::new("the table says so"));
    }
    failure(code)
}

impl PlacementScorer for SingleScorer {
    fn score(&self, chain: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
        self.world.score(chain, node).map_err(fail_or_panic)
    }

    fn best_alternative(&self, chain: ChainId, exclude: &[NodeId]) -> ScorerResult<Option<Alternative>> {
        let found = self.world.best_alternative(chain, exclude).map_err(fail_or_panic)?;
        Ok(found.map(|(node, score)| Alternative { node, score }))
    }

    fn live_score(&self, chain: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
        if self.entries.live {
            self.world.live_score(chain, node).map_err(fail_or_panic)
        } else {
            self.score(chain, node)
        }
    }

    fn node_fingerprint(&self, node: NodeId) -> ScorerResult<Option<u64>> {
        self.world.node_fingerprint(node).map_err(fail_or_panic)
    }

    fn has_chain_fingerprint(&self) -> bool {
        self.entries.chain_fingerprints
    }

    fn chain_fingerprint(&self, chain: ChainId) -> ScorerResult<Option<u64>> {
        self.world.chain_fingerprint(chain).map_err(fail_or_panic)
    }

    fn migration_cost(&self, chain: ChainId, target: NodeId) -> ScorerResult<Option<MigrationCost>> {
        self.world.migration_cost(chain, target).map_err(fail_or_panic)
    }

    fn alternatives(
        &self,
        chain: ChainId,
        exclude: &[NodeId],
        limit: usize,
        out: &mut Vec<Alternative>,
    ) -> ScorerResult<()> {
        let found = self.world.alternatives(chain, exclude, limit).map_err(fail_or_panic)?;
        out.extend(found.into_iter().map(|(node, score)| Alternative { node, score }));
        Ok(())
    }
}

/// Overrides the batch forms as well. These never panic: a panic could not name its element.
struct BatchScorer {
    single: SingleScorer,
    blind: bool,
}

impl BatchScorer {
    /// Answers a batch, and checks that it was handed over as documented.
    fn each<Q, A: PartialEq + std::fmt::Debug>(
        &self,
        questions: &[Q],
        out: &mut [Option<A>],
        ask: impl Fn(&Q) -> Result<Option<A>, i32>,
    ) -> ScorerResult<()> {
        assert_eq!(questions.len(), out.len(), "a batch has room for every answer");
        assert!(out.iter().all(Option::is_none), "answers are pre-set to no opinion");
        let mut first_failure = None;
        for (index, (question, answer)) in questions.iter().zip(out).enumerate() {
            match ask(question) {
                Ok(given) => *answer = given,
                Err(code) if self.blind => first_failure = first_failure.or(Some(code)),
                Err(code) => return Err(failure(code).at_index(index)),
            }
        }
        first_failure.map_or(Ok(()), |code| Err(failure(code)))
    }
}

impl PlacementScorer for BatchScorer {
    fn score(&self, chain: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
        self.single.score(chain, node)
    }

    fn best_alternative(&self, chain: ChainId, exclude: &[NodeId]) -> ScorerResult<Option<Alternative>> {
        self.single.best_alternative(chain, exclude)
    }

    fn live_score(&self, chain: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
        self.single.live_score(chain, node)
    }

    fn node_fingerprint(&self, node: NodeId) -> ScorerResult<Option<u64>> {
        self.single.node_fingerprint(node)
    }

    fn has_chain_fingerprint(&self) -> bool {
        self.single.has_chain_fingerprint()
    }

    fn chain_fingerprint(&self, chain: ChainId) -> ScorerResult<Option<u64>> {
        self.single.chain_fingerprint(chain)
    }

    fn migration_cost(&self, chain: ChainId, target: NodeId) -> ScorerResult<Option<MigrationCost>> {
        self.single.migration_cost(chain, target)
    }

    fn score_many(&self, pairs: &[(ChainId, NodeId)], out: &mut [Option<f32>]) -> ScorerResult<()> {
        self.each(pairs, out, |&(chain, node)| self.single.world.score(chain, node))
    }

    fn live_score_many(&self, pairs: &[(ChainId, NodeId)], out: &mut [Option<f32>]) -> ScorerResult<()> {
        self.each(pairs, out, |&(chain, node)| {
            let Entries { live, .. } = self.single.entries;
            if live { self.single.world.live_score(chain, node) } else { self.single.world.score(chain, node) }
        })
    }

    fn node_fingerprints(&self, nodes: &[NodeId], out: &mut [Option<u64>]) -> ScorerResult<()> {
        self.each(nodes, out, |&node| self.single.world.node_fingerprint(node))
    }

    fn alternatives(
        &self,
        chain: ChainId,
        exclude: &[NodeId],
        limit: usize,
        out: &mut Vec<Alternative>,
    ) -> ScorerResult<()> {
        self.single.alternatives(chain, exclude, limit, out)
    }
}
