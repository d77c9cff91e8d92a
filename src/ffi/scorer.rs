//! A scorer of the caller's, as the core sees it.

use core::cell::RefCell;

use libc::c_void;

use super::guard::Failure;
use super::result::{DRIFTLINE_RESULT_NULL, DRIFTLINE_RESULT_RESERVED};
use super::scorer_types::*;
use super::sized::{check_pointer, read_sized};
use super::types::DRIFTLINE_NONE;
use crate::cost::MigrationCost;
use crate::error::ScorerError;
use crate::id::{ChainId, NodeId};
use crate::scorer::{Alternative, PlacementScorer, ScorerResult, each};

/// A scorer without entries: what an older caller's struct is completed with.
const NO_ENTRIES: driftline_scorer = driftline_scorer {
    struct_size: 0,
    flags: 0,
    ctx: core::ptr::null_mut(),
    drop: None,
    score: None,
    best_alternative: None,
    live_score: None,
    node_fingerprint: None,
    chain_fingerprint: None,
    migration_cost: None,
    score_many: None,
    live_score_many: None,
    node_fingerprints: None,
    alternatives: None,
};

/// A vtable of the caller's.
pub(super) struct CScorer {
    entries: driftline_scorer,
    /// Whether `ctx` is ours: then `drop` is called exactly once, whatever becomes of the installation.
    owns_ctx: bool,
    buffers: RefCell<Buffers>,
}

/// What batches need on their way to C and back.
#[derive(Default)]
struct Buffers {
    pairs: Vec<driftline_pair>,
    scores: Vec<f32>,
    fingerprints: Vec<u64>,
    known: Vec<u8>,
}

// SAFETY: the header says that callbacks are called on whichever thread calls the scheduler, one at a time, and that `drop`
// comes on the thread that replaces, uninstalls or frees; a caller that installs a scorer agrees to that.
unsafe impl Send for CScorer {}

impl CScorer {
    /// Uses a scorer for the length of a call; its `drop` is not called.
    pub(super) fn borrow(scorer: *const driftline_scorer) -> Result<Self, Failure> {
        let entries = read_sized(scorer, NO_ENTRIES, "scorer")?;
        CScorer { entries, owns_ctx: false, buffers: RefCell::default() }.checked()
    }

    /// Takes a scorer over. If it is refused, `drop` has been called, as far as the struct could be trusted to have
    /// one.
    pub(super) fn adopt(scorer: *const driftline_scorer) -> Result<Self, Failure> {
        let entries = read_sized(scorer, NO_ENTRIES, "scorer").inspect_err(|_| drop_refused(scorer))?;
        CScorer { entries, owns_ctx: true, buffers: RefCell::default() }.checked()
    }

    fn checked(self) -> Result<Self, Failure> {
        if self.entries.flags != 0 {
            return Err(Failure::new(DRIFTLINE_RESULT_RESERVED, "scorer.flags must be 0"));
        }
        if self.entries.score.is_none() {
            return Err(Failure::new(DRIFTLINE_RESULT_NULL, "scorer.score is NULL"));
        }
        if self.entries.best_alternative.is_none() {
            return Err(Failure::new(DRIFTLINE_RESULT_NULL, "scorer.best_alternative is NULL"));
        }
        Ok(self)
    }
}

impl Drop for CScorer {
    fn drop(&mut self) {
        if self.owns_ctx {
            call_drop(self.entries.ctx, self.entries.drop);
        }
    }
}

/// Calls `drop` of a struct that was refused for its size, if the size says that it has one.
fn drop_refused(scorer: *const driftline_scorer) {
    const END: usize = core::mem::offset_of!(driftline_scorer, score);
    if check_pointer(scorer, "scorer").is_err() {
        return;
    }
    // SAFETY: aligned and not NULL; every such struct begins with its size.
    let size = unsafe { scorer.cast::<u32>().read() } as usize;
    if (END..=4096).contains(&size) {
        // SAFETY: the struct covers `ctx` and `drop`, so both are readable.
        let (ctx, drop) = unsafe { ((&raw const (*scorer).ctx).read(), (&raw const (*scorer).drop).read()) };
        call_drop(ctx, drop);
    }
}

fn call_drop(ctx: *mut c_void, drop: Option<unsafe extern "C" fn(*mut c_void)>) {
    if let Some(drop) = drop {
        // SAFETY: the caller gave us `ctx` together with the function that ends it, and this is the only call.
        unsafe { drop(ctx) };
    }
}

/// A scorer that is asked one question at a time, so that it gets the defaults of the trait.
struct OneByOne<'a>(&'a CScorer);

impl PlacementScorer for OneByOne<'_> {
    fn score(&self, chain: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
        self.0.score(chain, node)
    }

    fn best_alternative(&self, chain: ChainId, exclude: &[NodeId]) -> ScorerResult<Option<Alternative>> {
        self.0.best_alternative(chain, exclude)
    }
}

/// So many alternatives are asked for at first; few callers want more, and fewer scorers have them.
const FIRST_CAPACITY: usize = 256;

/// What a callback returned, and what it wrote.
fn answer<T>(code: i32, value: T) -> ScorerResult<Option<T>> {
    match code {
        DRIFTLINE_SCORER_OK => Ok(Some(value)),
        DRIFTLINE_SCORER_NO_OPINION => Ok(None),
        DRIFTLINE_SCORER_INTERRUPTED => Err(ScorerError::new(code).interrupt()),
        code => Err(ScorerError::new(code)),
    }
}

/// Makes room in a buffer.
fn reserve<T>(buffer: &mut Vec<T>, additional: usize) -> ScorerResult<()> {
    buffer.try_reserve(additional).map_err(|_| ScorerError::out_of_memory())
}

type ScoreEntry = unsafe extern "C" fn(*mut c_void, u64, u64, *mut f32) -> i32;
type ScoreManyEntry = unsafe extern "C" fn(*mut c_void, *const driftline_pair, usize, *mut f32) -> i32;

impl CScorer {
    fn ask_score(&self, entry: ScoreEntry, chain: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
        let mut out = f32::NAN;
        // SAFETY: the caller's function, called as the header says: its `ctx`, and an output that outlives the call.
        let code = unsafe { entry(self.entries.ctx, chain.0, node.0, &raw mut out) };
        answer(code, out)
    }

    fn ask_scores(
        &self,
        entry: ScoreManyEntry,
        pairs: &[(ChainId, NodeId)],
        out: &mut [Option<f32>],
    ) -> ScorerResult<()> {
        let mut buffers = self.buffers.borrow_mut();
        let Buffers { pairs: c_pairs, scores, .. } = &mut *buffers;
        c_pairs.clear();
        reserve(c_pairs, pairs.len())?;
        c_pairs.extend(pairs.iter().map(|&(chain, node)| driftline_pair { chain: chain.0, node: node.0 }));
        scores.clear();
        reserve(scores, pairs.len())?;
        scores.resize(pairs.len(), f32::NAN);
        // SAFETY: as for a single score; both arrays have `c_pairs.len()` elements and outlive the call.
        let code = unsafe { entry(self.entries.ctx, c_pairs.as_ptr(), c_pairs.len(), scores.as_mut_ptr()) };
        if answer(code, ())?.is_some() {
            for (out, &score) in out.iter_mut().zip(scores.iter()) {
                *out = if score.is_nan() { None } else { Some(score) };
            }
        }
        Ok(())
    }
}

impl PlacementScorer for CScorer {
    fn score(&self, chain: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
        // `checked` saw that the entry is there.
        self.entries.score.map_or(Ok(None), |entry| self.ask_score(entry, chain, node))
    }

    fn live_score(&self, chain: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
        match self.entries.live_score {
            Some(entry) => self.ask_score(entry, chain, node),
            None => self.score(chain, node),
        }
    }

    fn best_alternative(&self, chain: ChainId, exclude: &[NodeId]) -> ScorerResult<Option<Alternative>> {
        let Some(entry) = self.entries.best_alternative else { return Ok(None) };
        let mut out = driftline_alternative { node: DRIFTLINE_NONE, score: f32::NAN, reserved: 0 };
        let exclude_ids = exclude.as_ptr().cast::<u64>();
        // SAFETY: `NodeId` is transparent over `u64`; the array has `exclude.len()` of them and, like the output,
        // outlives the call.
        let code = unsafe { entry(self.entries.ctx, chain.0, exclude_ids, exclude.len(), &raw mut out) };
        Ok(answer(code, out)?.map(|found| Alternative { node: NodeId(found.node), score: found.score }))
    }

    fn node_fingerprint(&self, node: NodeId) -> ScorerResult<Option<u64>> {
        let Some(entry) = self.entries.node_fingerprint else { return Ok(None) };
        let mut out = 0;
        // SAFETY: as for a single score.
        let code = unsafe { entry(self.entries.ctx, node.0, &raw mut out) };
        answer(code, out)
    }

    fn has_chain_fingerprint(&self) -> bool {
        self.entries.chain_fingerprint.is_some()
    }

    fn chain_fingerprint(&self, chain: ChainId) -> ScorerResult<Option<u64>> {
        let Some(entry) = self.entries.chain_fingerprint else { return Ok(Some(0)) };
        let mut out = 0;
        // SAFETY: as for a single score.
        let code = unsafe { entry(self.entries.ctx, chain.0, &raw mut out) };
        answer(code, out)
    }

    fn migration_cost(&self, chain: ChainId, target: NodeId) -> ScorerResult<Option<MigrationCost>> {
        let Some(entry) = self.entries.migration_cost else { return Ok(None) };
        let mut out =
            driftline_migration_cost { state_transfer_ns: 0, disruption_ns: 0, reliability_factor: 1.0, reserved: 0 };
        // SAFETY: as for a single score.
        let code = unsafe { entry(self.entries.ctx, chain.0, target.0, &raw mut out) };
        Ok(answer(code, out)?.map(MigrationCost::from))
    }

    fn score_many(&self, pairs: &[(ChainId, NodeId)], out: &mut [Option<f32>]) -> ScorerResult<()> {
        match self.entries.score_many {
            Some(entry) => self.ask_scores(entry, pairs, out),
            None => each(pairs, out, |&(chain, node)| self.score(chain, node)),
        }
    }

    fn live_score_many(&self, pairs: &[(ChainId, NodeId)], out: &mut [Option<f32>]) -> ScorerResult<()> {
        match self.entries.live_score_many {
            Some(entry) => self.ask_scores(entry, pairs, out),
            None => each(pairs, out, |&(chain, node)| self.live_score(chain, node)),
        }
    }

    fn node_fingerprints(&self, nodes: &[NodeId], out: &mut [Option<u64>]) -> ScorerResult<()> {
        let Some(entry) = self.entries.node_fingerprints else {
            return each(nodes, out, |&node| self.node_fingerprint(node));
        };
        let mut buffers = self.buffers.borrow_mut();
        let Buffers { fingerprints, known, .. } = &mut *buffers;
        // What stands among the fingerprints says nothing without `known`.
        reserve(fingerprints, nodes.len().saturating_sub(fingerprints.len()))?;
        fingerprints.resize(nodes.len(), 0);
        known.clear();
        reserve(known, nodes.len())?;
        known.resize(nodes.len(), 0);
        let ids = nodes.as_ptr().cast::<u64>();
        // SAFETY: `NodeId` is transparent over `u64`; the three arrays have `nodes.len()` elements and outlive the call.
        let code = unsafe { entry(self.entries.ctx, ids, nodes.len(), fingerprints.as_mut_ptr(), known.as_mut_ptr()) };
        if answer(code, ())?.is_some() {
            for ((out, &fingerprint), &known) in out.iter_mut().zip(fingerprints.iter()).zip(known.iter()) {
                *out = (known != 0).then_some(fingerprint);
            }
        }
        Ok(())
    }

    fn alternatives(
        &self,
        chain: ChainId,
        exclude: &[NodeId],
        limit: usize,
        out: &mut Vec<Alternative>,
    ) -> ScorerResult<()> {
        let Some(entry) = self.entries.alternatives else {
            return OneByOne(self).alternatives(chain, exclude, limit, out);
        };
        let mut found = Vec::new();
        let mut capacity = limit.min(FIRST_CAPACITY);
        loop {
            found.clear();
            reserve(&mut found, capacity)?;
            found.resize(capacity, driftline_alternative { node: DRIFTLINE_NONE, score: f32::NAN, reserved: 0 });
            let mut count = 0;
            let ids = exclude.as_ptr().cast::<u64>();
            // SAFETY: as for the best alternative; `found` has `capacity` elements.
            let code = unsafe {
                entry(self.entries.ctx, chain.0, ids, exclude.len(), found.as_mut_ptr(), capacity, &raw mut count)
            };
            if answer(code, ())?.is_none() {
                return Ok(());
            }
            // A count that a callback returned is not trusted.
            found.truncate(count);
            if found.len() < capacity || capacity == limit {
                break;
            }
            // There may be more. Room for all that a config allows may be more than memory has.
            capacity = limit.min(capacity * 2);
        }
        reserve(out, found.len())?;
        out.extend(found.iter().map(|found| Alternative { node: NodeId(found.node), score: found.score }));
        Ok(())
    }
}
