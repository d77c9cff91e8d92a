//! A scorer whose scores follow slowly, so that a moment does not decide.

use alloc::vec::Vec;
use core::cell::RefCell;

use hashbrown::HashMap;

use crate::asker::guard;
use crate::combine::{
    ALTERNATIVES_MIN, AskMany, Fingerprints, Progress, SeenFingerprints, best_first, keep_homes, reserve, sanitised,
};
use crate::cost::MigrationCost;
use crate::decay::half_life_decay;
use crate::error::{ConfigValue, Error, ScorerError};
use crate::id::{ChainId, NodeId, Timestamp};
use crate::scorer::{
    Alternative, BoxedScorer, PlacementScorer, ScorerResult, Search, answer_for_victims, first_of, live_scores,
};

/// A pair that nobody has asked about for so many half-lives is forgotten: less than 1 / 65,000 of it would be left.
const FORGOTTEN_AFTER: u64 = 16;

/// A map with less room than this is left alone.
const KEPT: usize = 4096;

/// An exponentially weighted mean of each score of another scorer, in the time that passes between observations rather
/// than in their number.
///
/// The time is that of the last [`begin`](PlacementScorer::begin), which a scheduler calls. For each chain and node:
///
/// - **The first observation** counts as it is.
/// - **An observation** is taken when the pair is asked about and the fingerprint of its node or chain has moved since
///   the last one, or is `None`, or the score is another one. It counts by `1 - 2^(-dt / half_life)`, where `dt` is the
///   time since the last observation; what the mean was before counts by the rest.
/// - **Between observations** the score is known to be what it was, so the mean goes on towards it, as if it were
///   observed again and again. So at any moment the mean is the same however often the score was said on the way there;
///   and where nothing has changed, asking changes nothing, neither now nor later.
/// - **Zero and silence are no observations.** A score of 0, which says that the node is no home, and no opinion, NaN
///   and infinities among them, are answered at once and leave the mean as it is. A score outside of `[0, 1]` is
///   clamped and not counted as invalid.
///
/// `score` and `live_score` both are observations of the same score, and both answer the mean, so that a victim is
/// judged by the same measure as its alternatives. Before the first `begin` there is no time: every answer is the inner
/// scorer's, and nothing is remembered. A `begin` with an earlier time counts as no time passed.
///
/// # Alternatives
///
/// The inner scorer is asked for as many alternatives as are wanted, and for 16 at least; each is an observation of its
/// pair, and they are put in the order of their means, ties to the lower node. A node that was never asked about has no
/// mean, so its score counts as it is, and is remembered: a node that looks good for a moment may win that once; from
/// then on the moment counts by half of what it did for each half-life. Among those 16 the order is exact. A node that
/// the inner scorer ranks after them is not looked at, even if its mean is higher.
///
/// # What a scheduler sees
///
/// Fingerprints are the inner scorer's: they say when a score jumps, not how its mean goes on. So
///
/// - under [`FingerprintMode::Poll`](crate::FingerprintMode::Poll) a chain is sampled when an input jumps, and the
///   mean's way from there is seen at each backstop: what the scheduler knows is at most one `decision_interval_ns`
///   old, as always. An interval well below the half-life follows closely;
/// - under [`FingerprintMode::Push`](crate::FingerprintMode::Push) the touches say when something jumped, and the
///   backstop sees the rest in the same way. A score that moved without its fingerprint is found by both, since the
///   inner scorer is asked each time and only equal scores need a fingerprint to tell them apart;
/// - a score that stays what it is for n half-lives is the mean but for 2^-n of the distance. So no answer is wrong for
///   longer than that, and a node that is bad and stays so is under the floor as soon as its mean is;
/// - how much one sample counts depends on how long ago the last one was. An inner scorer whose fingerprints rest for
///   hours and then move is believed at once; one that moves all the time is believed slowly. That keeps a fast flutter
///   from deciding, and is of no help against a single false value after a long rest.
///
/// A dry run asks and so observes as a tick does, with its own `now`; whoever replays a history repeats its dry runs,
/// too. Neither hysteresis nor cooldown is needed any less for it.
///
/// # Memory and failures
///
/// A pair takes about 150 bytes and is forgotten when nobody has asked about it for 16 half-lives. Fingerprints are
/// asked for once after each `begin`, nodes in one batch; one that fails counts as `None`. Other failures go through as
/// they are, and what failed is not observed.
///
/// It owns the inner scorer, and like it is used by one thread at a time.
///
/// ```
/// use std::sync::{Arc, Mutex};
///
/// use driftline::{Alternative, ChainId, NodeId, PlacementScorer, ScorerResult, SmoothedScorer, Timestamp};
///
/// struct Gauge(Arc<Mutex<f32>>);
/// impl PlacementScorer for Gauge {
///     fn score(&self, _: ChainId, _: NodeId) -> ScorerResult<Option<f32>> {
///         Ok(Some(*self.0.lock().expect("nobody panics")))
///     }
///     fn best_alternative(&self, _: ChainId, _: &[NodeId]) -> ScorerResult<Option<Alternative>> {
///         Ok(None)
///     }
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let value = Arc::new(Mutex::new(0.8));
/// let half_life_ns = 60_000_000_000;
/// let scorer = SmoothedScorer::new(Box::new(Gauge(value.clone())), half_life_ns)?;
/// scorer.begin(Timestamp(0));
/// assert_eq!(scorer.score(ChainId(7), NodeId(1))?, Some(0.8));
/// *value.lock().expect("nobody panics") = 0.4;
/// scorer.begin(Timestamp(half_life_ns));
/// assert_eq!(scorer.score(ChainId(7), NodeId(1))?, Some(0.6));
/// scorer.begin(Timestamp(2 * half_life_ns));
/// assert_eq!(scorer.score(ChainId(7), NodeId(1))?, Some(0.5));
/// # Ok(())
/// # }
/// ```
pub struct SmoothedScorer {
    inner: BoxedScorer,
    half_life_ns: u64,
    memory: RefCell<Memory>,
}

/// Empty while the inner scorer is asked. A panic is caught before it could take the memory with it.
#[derive(Default)]
struct Memory {
    /// The time of the last `begin`.
    now: Option<Timestamp>,
    swept_at: Timestamp,
    seen: SeenFingerprints,
    means: Means,
    pairs: Vec<(ChainId, NodeId)>,
}

/// Only ever looked up and thinned out, so that its order reaches no output.
type Means = HashMap<(ChainId, NodeId), Mean, foldhash::fast::FixedState>;

/// What is known of the score of one pair.
#[derive(Clone, Copy)]
struct Mean {
    /// As it was at the last observation.
    mean: f64,
    /// The last observation, the inputs that it stands for, and its time.
    score: f32,
    fingerprints: Fingerprints,
    observed_at: Timestamp,
    asked_at: Timestamp,
}

impl Mean {
    /// The mean with this score counting for all the time since the last observation.
    fn with(&self, score: f32, now: Timestamp, half_life_ns: u64) -> f64 {
        let rest = half_life_decay(now.since_ns(self.observed_at), half_life_ns);
        f64::from(score) + (self.mean - f64::from(score)) * rest
    }
}

impl Memory {
    /// Observes a score of a pair whose fingerprints are known, and answers what the mean is now.
    fn observe(
        &mut self,
        (chain, node): (ChainId, NodeId),
        score: Option<f32>,
        now: Timestamp,
        half_life_ns: u64,
    ) -> ScorerResult<Option<f32>> {
        // A zero is a veto and no number to be averaged.
        let Some(score) = sanitised(score) else { return Ok(None) };
        if score <= 0.0 {
            return Ok(Some(0.0));
        }
        let fingerprints = self.seen.of(chain, node);
        let first = Mean { mean: f64::from(score), score, fingerprints, observed_at: now, asked_at: now };
        self.means.try_reserve(1).map_err(|_| ScorerError::out_of_memory())?;
        let known = self.means.entry((chain, node)).or_insert(first);
        if is_forgotten(known, now, half_life_ns) {
            *known = first;
        }
        let mean = known.with(score, now, half_life_ns);
        known.asked_at = known.asked_at.max(now);
        // Equal scores with equal inputs are one observation, however often it is made.
        if score != known.score || !fingerprints.say_same_as(&known.fingerprints) {
            let observed_at = known.observed_at.max(now);
            *known = Mean { mean, score, fingerprints, observed_at, asked_at: known.asked_at };
        }
        Ok(Some(mean as f32))
    }

    /// Forgets whom nobody has asked about for long, and gives back their room. Twice in that time is often enough to
    /// bound it.
    fn sweep(&mut self, now: Timestamp, half_life_ns: u64) {
        if now.since_ns(self.swept_at) < half_life_ns.saturating_mul(FORGOTTEN_AFTER / 2) {
            return;
        }
        self.swept_at = now;
        self.means.retain(|_, mean| !is_forgotten(mean, now, half_life_ns));
        if self.means.capacity() > KEPT + 4 * self.means.len() {
            let mut smaller = Means::default();
            // Where there is no memory to move the rest to, it stays.
            if smaller.try_reserve(2 * self.means.len()).is_ok() {
                smaller.extend(self.means.drain());
                self.means = smaller;
            }
        }
    }
}

fn is_forgotten(mean: &Mean, now: Timestamp, half_life_ns: u64) -> bool {
    now.since_ns(mean.asked_at) > half_life_ns.saturating_mul(FORGOTTEN_AFTER)
}

impl SmoothedScorer {
    /// Smooths a scorer. After one half-life without news half of what the mean was is left, after two a quarter.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] if the half-life is 0. The scorer is dropped then.
    pub fn new(inner: BoxedScorer, half_life_ns: u64) -> Result<Self, Error> {
        if half_life_ns == 0 {
            let value = ConfigValue::Integer(half_life_ns);
            return Err(Error::Config { field: "half_life_ns", value, expected: "above 0" });
        }
        Ok(SmoothedScorer { inner, half_life_ns, memory: RefCell::default() })
    }

    /// Lends the memory for the length of a call. The inner scorer is asked meanwhile, so it must not stay borrowed.
    fn with_memory<T>(&self, work: impl FnOnce(&mut Memory) -> T) -> T {
        let mut memory = self.memory.take();
        let outcome = work(&mut memory);
        self.memory.replace(memory);
        outcome
    }

    fn smooth(&self, ask: AskMany<'_>, pairs: &[(ChainId, NodeId)], out: &mut [Option<f32>]) -> ScorerResult<()> {
        self.with_memory(|memory| {
            let Some(now) = memory.now else { return ask(&*self.inner, pairs, out) };
            // Before the scores, so that a score is never older than what stands for it.
            memory.seen.learn(&*self.inner, pairs)?;
            let mut progress = Progress::new(pairs.len());
            progress.take(guard(|| ask(&*self.inner, pairs, out)), pairs.len(), |index| index)?;
            for (&pair, score) in pairs.iter().zip(out.iter_mut()).take(progress.answered) {
                *score = memory.observe(pair, *score, now, self.half_life_ns)?;
            }
            out[progress.answered..].fill(None);
            progress.finish()
        })
    }

    fn homes_with(
        &self,
        search: &Search<'_>,
        limit: usize,
        found: &mut Vec<Alternative>,
        memory: &mut Memory,
    ) -> ScorerResult<()> {
        let Some(now) = memory.now else { return search.homes(&*self.inner, limit, found) };
        let asked = limit.max(ALTERNATIVES_MIN);
        guard(|| search.homes(&*self.inner, asked, found))?;
        found.truncate(asked);
        keep_homes(found, search.exclude)?;
        let mut pairs = core::mem::take(&mut memory.pairs);
        pairs.clear();
        reserve(&mut pairs, found.len())?;
        pairs.extend(found.iter().map(|alternative| (search.chain, alternative.node)));
        memory.seen.learn(&*self.inner, &pairs)?;
        for (&pair, alternative) in pairs.iter().zip(found.iter_mut()) {
            let mean = memory.observe(pair, Some(alternative.score), now, self.half_life_ns)?;
            alternative.score = mean.unwrap_or(alternative.score);
        }
        memory.pairs = pairs;
        found.sort_unstable_by(best_first);
        found.truncate(limit);
        Ok(())
    }

    fn best_home(&self, search: &Search<'_>) -> ScorerResult<Option<Alternative>> {
        first_of(|homes| self.homes(search, 1, homes))
    }

    fn homes(&self, search: &Search<'_>, limit: usize, out: &mut Vec<Alternative>) -> ScorerResult<()> {
        let mut found = Vec::new();
        self.with_memory(|memory| self.homes_with(search, limit, &mut found, memory))?;
        reserve(out, found.len())?;
        out.extend_from_slice(&found);
        Ok(())
    }

    fn live_scores(
        &self,
        victim: Option<NodeId>,
        pairs: &[(ChainId, NodeId)],
        out: &mut [Option<f32>],
    ) -> ScorerResult<()> {
        self.smooth(&|scorer, pairs, out| live_scores(scorer, victim, pairs, out), pairs, out)
    }
}

#[cfg(feature = "capi")]
impl crate::combine::Composed for SmoothedScorer {
    fn parts_mut(&mut self) -> impl Iterator<Item = &mut BoxedScorer> {
        core::iter::once(&mut self.inner)
    }
}

impl PlacementScorer for SmoothedScorer {
    fn begin(&self, now: Timestamp) {
        let mut memory = self.memory.borrow_mut();
        memory.now = Some(now);
        memory.seen.begin();
        memory.sweep(now, self.half_life_ns);
        drop(memory);
        self.inner.begin(now);
    }

    fn score(&self, chain: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
        let mut out = [None];
        self.smooth(&|scorer, _, out| one(scorer.score(chain, node), out), &[(chain, node)], &mut out)?;
        Ok(out[0])
    }

    fn live_score(&self, chain: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
        let mut out = [None];
        self.smooth(&|scorer, _, out| one(scorer.live_score(chain, node), out), &[(chain, node)], &mut out)?;
        Ok(out[0])
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
        self.smooth(&|scorer, pairs, out| scorer.score_many(pairs, out), pairs, out)
    }

    fn node_fingerprints(&self, nodes: &[NodeId], out: &mut [Option<u64>]) -> ScorerResult<()> {
        self.inner.node_fingerprints(nodes, out)?;
        let mut memory = self.memory.borrow_mut();
        nodes.iter().zip(out.iter()).for_each(|(&node, &fingerprint)| memory.seen.node_said(node, fingerprint));
        Ok(())
    }
}

/// Writes the answer to a single question where that of a batch would stand.
fn one(answer: ScorerResult<Option<f32>>, out: &mut [Option<f32>]) -> ScorerResult<()> {
    out[0] = answer?;
    Ok(())
}
