//! A scorer that is not asked twice for what has not changed.

use alloc::vec::Vec;
use core::cell::RefCell;

use hashbrown::HashTable;

use super::{Fingerprints, Progress, SeenFingerprints, fill, reserve};
use crate::asker::guard;
use crate::cost::MigrationCost;
use crate::error::{ConfigValue, Error, ScorerError};
use crate::id::{ChainId, NodeId, Timestamp};
use crate::scorer::{Alternative, BoxedScorer, PlacementScorer, ScorerResult, Search, answer_for_victims, live_scores};

/// Remembers the `score` of each chain and node as long as the fingerprints of both stay what they were.
///
/// A score is the inner scorer's, to the bit, but for those that it is not asked for: where both fingerprints are known
/// and the same as when it gave the score. A fingerprint that is `None`, or that fails, is never the same as another
/// one, so such pairs are asked for each time. `live_score`, alternatives, costs and fingerprints are always the inner
/// scorer's, and so are its failures; what failed is not remembered.
///
/// - **Fingerprints** are asked for once after each [`begin`](PlacementScorer::begin), nodes in one batch, so once in a
///   tick; what a scheduler asks about nodes itself counts. Without a `begin` they are asked for with each call.
/// - **They are believed.** Neither a touch (`NodeTouched`, `ChainTouched`) nor the backstop gets past them: the
///   scheduler asks again, and is told what is remembered. So give it a scorer whose fingerprints see everything that
///   its scores depend on; under [`FingerprintMode::Push`](crate::FingerprintMode::Push), too, they have to be there
///   and move. Nobody is evicted on a stale number all the same, because live scores are never remembered; but nobody
///   is found either.
/// - **Bounded**: it remembers at most `capacity` pairs, about 64 bytes each. When it is full it forgets the half that
///   it came to know first. Where more pairs are asked for in turn than it has room for, it helps little.
///
/// It owns the inner scorer, and like it is used by one thread at a time.
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// use driftline::{Alternative, Cached, ChainId, NodeId, PlacementScorer, ScorerResult, Timestamp};
///
/// struct Slow { asked: Arc<AtomicU64>, generation: Arc<AtomicU64> }
/// impl PlacementScorer for Slow {
///     fn score(&self, _: ChainId, _: NodeId) -> ScorerResult<Option<f32>> {
///         self.asked.fetch_add(1, Ordering::Relaxed);
///         Ok(Some(0.9))
///     }
///     fn best_alternative(&self, _: ChainId, _: &[NodeId]) -> ScorerResult<Option<Alternative>> {
///         Ok(None)
///     }
///     fn node_fingerprint(&self, _: NodeId) -> ScorerResult<Option<u64>> {
///         Ok(Some(self.generation.load(Ordering::Relaxed)))
///     }
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (asked, generation) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
/// let scorer = Cached::new(Box::new(Slow { asked: asked.clone(), generation: generation.clone() }), 100_000)?;
/// scorer.begin(Timestamp(0));
/// scorer.score(ChainId(7), NodeId(1))?;
/// scorer.begin(Timestamp(1));
/// scorer.score(ChainId(7), NodeId(1))?;
/// assert_eq!(asked.load(Ordering::Relaxed), 1);
/// generation.store(1, Ordering::Relaxed);
/// scorer.begin(Timestamp(2));
/// scorer.score(ChainId(7), NodeId(1))?;
/// assert_eq!(asked.load(Ordering::Relaxed), 2);
/// # Ok(())
/// # }
/// ```
pub struct Cached {
    inner: BoxedScorer,
    memory: RefCell<Memory>,
}

/// Empty while the inner scorer is asked for scores. A panic is caught before it could take the memory with it.
struct Memory {
    seen: SeenFingerprints,
    scores: RememberedScores,
    /// The pairs of a batch that are not known, and where they stand in it.
    pairs: Vec<(ChainId, NodeId)>,
    places: Vec<usize>,
    answers: Vec<Option<f32>>,
}

/// Scores by pair, the first that it came to know in front.
struct RememberedScores {
    capacity: usize,
    table: HashTable<u32>,
    entries: Vec<Entry>,
}

struct Entry {
    chain: ChainId,
    node: NodeId,
    fingerprints: Fingerprints,
    score: Option<f32>,
}

fn hash_of(chain: ChainId, node: NodeId) -> u64 {
    use core::hash::BuildHasher;
    foldhash::fast::FixedState::default().hash_one((chain, node))
}

impl RememberedScores {
    fn place_of(&self, chain: ChainId, node: NodeId) -> Option<u32> {
        let is_it = |&place: &u32| {
            let entry = &self.entries[place as usize];
            (entry.chain, entry.node) == (chain, node)
        };
        self.table.find(hash_of(chain, node), is_it).copied()
    }

    /// The score of a pair, if its inputs are surely the same.
    fn get(&self, chain: ChainId, node: NodeId, fingerprints: &Fingerprints) -> Option<Option<f32>> {
        let entry = &self.entries[self.place_of(chain, node)? as usize];
        entry.fingerprints.say_same_as(fingerprints).then_some(entry.score)
    }

    fn remember(&mut self, new: Entry) -> ScorerResult<()> {
        if !new.fingerprints.are_known() {
            return Ok(());
        }
        if let Some(place) = self.place_of(new.chain, new.node) {
            self.entries[place as usize] = new;
            return Ok(());
        }
        if self.entries.len() >= self.capacity {
            self.forget_half();
        }
        let RememberedScores { table, entries, .. } = self;
        let hash_at = |entries: &[Entry], place: u32| {
            let entry = &entries[place as usize];
            hash_of(entry.chain, entry.node)
        };
        crate::room::reserve(entries, 1).map_err(|_| ScorerError::out_of_memory())?;
        table.try_reserve(1, |&place| hash_at(entries, place)).map_err(|_| ScorerError::out_of_memory())?;
        let (hash, place) = (hash_of(new.chain, new.node), entries.len() as u32);
        entries.push(new);
        table.insert_unique(hash, place, |&place| hash_at(entries, place));
        Ok(())
    }

    /// Forgets those that it came to know first. The room stays, so that nothing here can fail.
    fn forget_half(&mut self) {
        let RememberedScores { capacity, table, entries } = self;
        entries.drain(..entries.len() - *capacity / 2);
        table.clear();
        for (place, entry) in entries.iter().enumerate() {
            let rehash = |&place: &u32| hash_of(entries[place as usize].chain, entries[place as usize].node);
            table.insert_unique(hash_of(entry.chain, entry.node), place as u32, rehash);
        }
    }
}

impl Memory {
    fn new(capacity: usize) -> Self {
        Memory {
            seen: SeenFingerprints::default(),
            scores: RememberedScores { capacity, table: HashTable::new(), entries: Vec::new() },
            pairs: Vec::new(),
            places: Vec::new(),
            answers: Vec::new(),
        }
    }
}

impl Cached {
    /// Puts a memory for so many pairs before a scorer; a pair is a chain and a node. Room is taken as it is needed.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] if `capacity` is 0 or above 2^32 - 2. The scorer is dropped then.
    pub fn new(inner: BoxedScorer, capacity: usize) -> Result<Self, Error> {
        if capacity == 0 || capacity as u64 >= u64::from(u32::MAX) {
            let value = ConfigValue::Integer(capacity as u64);
            return Err(Error::Config { field: "capacity", value, expected: "in 1 to 2^32 - 2" });
        }
        Ok(Cached { inner, memory: RefCell::new(Memory::new(capacity)) })
    }

    /// Lends the memory for the length of a call. The inner scorer is asked meanwhile, so it must not stay borrowed.
    fn with_memory<T>(&self, work: impl FnOnce(&mut Memory) -> T) -> T {
        let capacity = self.memory.borrow().scores.capacity;
        let mut memory = self.memory.replace(Memory::new(capacity));
        let outcome = work(&mut memory);
        self.memory.replace(memory);
        outcome
    }

    fn score_with(&self, chain: ChainId, node: NodeId, memory: &mut Memory) -> ScorerResult<Option<f32>> {
        memory.seen.learn(&*self.inner, &[(chain, node)])?;
        let fingerprints = memory.seen.of(chain, node);
        if let Some(score) = memory.scores.get(chain, node, &fingerprints) {
            return Ok(score);
        }
        let score = guard(|| self.inner.score(chain, node))?;
        memory.scores.remember(Entry { chain, node, fingerprints, score })?;
        Ok(score)
    }

    fn score_many_with(
        &self,
        pairs: &[(ChainId, NodeId)],
        out: &mut [Option<f32>],
        memory: &mut Memory,
    ) -> ScorerResult<()> {
        let Memory { seen, scores, pairs: asked, places, answers } = memory;
        seen.learn(&*self.inner, pairs)?;
        asked.clear();
        places.clear();
        for (place, &(chain, node)) in pairs.iter().enumerate() {
            match scores.get(chain, node, &seen.of(chain, node)) {
                Some(score) => out[place] = score,
                None => {
                    reserve(asked, 1)?;
                    reserve(places, 1)?;
                    asked.push((chain, node));
                    places.push(place);
                }
            }
        }
        if asked.is_empty() {
            return Ok(());
        }
        let mut progress = Progress::new(pairs.len());
        fill(answers, asked.len(), None)?;
        let outcome = guard(|| self.inner.score_many(asked, answers));
        progress.take(outcome, asked.len(), |index| places[index])?;
        for (&place, &score) in places.iter().zip(answers.iter()) {
            if place >= progress.answered {
                break;
            }
            let (chain, node) = pairs[place];
            out[place] = score;
            scores.remember(Entry { chain, node, fingerprints: seen.of(chain, node), score })?;
        }
        out[progress.answered..].fill(None);
        progress.finish()
    }

    fn best_home(&self, search: &Search<'_>) -> ScorerResult<Option<Alternative>> {
        search.best(&*self.inner)
    }

    fn homes(&self, search: &Search<'_>, limit: usize, out: &mut Vec<Alternative>) -> ScorerResult<()> {
        search.homes(&*self.inner, limit, out)
    }

    fn live_scores(
        &self,
        victim: Option<NodeId>,
        pairs: &[(ChainId, NodeId)],
        out: &mut [Option<f32>],
    ) -> ScorerResult<()> {
        live_scores(&*self.inner, victim, pairs, out)
    }
}

#[cfg(feature = "capi")]
impl super::Composed for Cached {
    fn parts_mut(&mut self) -> impl Iterator<Item = &mut BoxedScorer> {
        core::iter::once(&mut self.inner)
    }
}

impl PlacementScorer for Cached {
    fn begin(&self, now: Timestamp) {
        self.memory.borrow_mut().seen.begin();
        self.inner.begin(now);
    }

    fn score(&self, chain: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
        self.with_memory(|memory| self.score_with(chain, node, memory))
    }

    fn live_score(&self, chain: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
        self.inner.live_score(chain, node)
    }

    answer_for_victims!();

    fn node_fingerprint(&self, node: NodeId) -> ScorerResult<Option<u64>> {
        let fingerprint = self.inner.node_fingerprint(node)?;
        self.memory.borrow_mut().seen.node_said(node, fingerprint);
        Ok(fingerprint)
    }

    fn has_chain_fingerprint(&self) -> bool {
        self.inner.has_chain_fingerprint()
    }

    fn chain_fingerprint(&self, chain: ChainId) -> ScorerResult<Option<u64>> {
        self.inner.chain_fingerprint(chain)
    }

    fn migration_cost(&self, chain: ChainId, target: NodeId) -> ScorerResult<Option<MigrationCost>> {
        self.inner.migration_cost(chain, target)
    }

    fn score_many(&self, pairs: &[(ChainId, NodeId)], out: &mut [Option<f32>]) -> ScorerResult<()> {
        self.with_memory(|memory| self.score_many_with(pairs, out, memory))
    }

    fn node_fingerprints(&self, nodes: &[NodeId], out: &mut [Option<u64>]) -> ScorerResult<()> {
        self.inner.node_fingerprints(nodes, out)?;
        let mut memory = self.memory.borrow_mut();
        nodes.iter().zip(out.iter()).for_each(|(&node, &fingerprint)| memory.seen.node_said(node, fingerprint));
        Ok(())
    }
}
