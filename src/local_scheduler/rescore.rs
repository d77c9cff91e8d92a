//! Re-scoring what is due, and only that (S1, S3, S4, S5).

use alloc::vec::Vec;

use super::led::Flags;
use super::poll::abort;
use super::sampler::{Block, Due, Sampler};
use crate::action::Verdict;
use crate::asker::{Asker, Subject};
use crate::config::FingerprintMode;
use crate::decision::Rules;
use crate::error::{Error, ScorerError, ScorerMethod};
use crate::id::{ChainId, NodeId};
use crate::room;

/// How many pairs cross to the scorer at once: enough to make the crossing cheap, few enough to stay in the cache.
const BLOCK_PAIRS: usize = 4096;

/// The chains to re-score, on their way through: in front those that were, behind those that are still to come.
struct Line {
    chains: Vec<Due>,
    sampled: usize,
    next: usize,
}

impl Line {
    /// The next chain was sampled.
    fn keep_next(&mut self) {
        self.chains[self.sampled] = self.chains[self.next];
        self.sampled += 1;
        self.next += 1;
    }
}

impl Sampler {
    /// S4: re-scores the listed chains, block by block, and leaves those that were in the list.
    pub(super) fn rescore_due(&mut self, rules: &Rules<'_>, asker: &mut Asker<'_>) -> Result<(), Error> {
        let mut block = core::mem::take(&mut self.block);
        let mut line = Line { chains: core::mem::take(&mut self.due), next: 0, sampled: 0 };
        let outcome = self.rescore_blocks(&mut line, &mut block, rules, asker);
        line.chains.truncate(line.sampled);
        self.due = line.chains;
        self.block = block;
        self.sweep_marks(rules.now);
        outcome
    }

    fn rescore_blocks(
        &mut self,
        line: &mut Line,
        block: &mut Block,
        rules: &Rules<'_>,
        asker: &mut Asker<'_>,
    ) -> Result<(), Error> {
        // Up to here chains are asked one by one, because a whole block failed.
        let mut single_until = 0;
        // After a failure blocks start small, so that a scorer that is down does not cost a whole block for each chain.
        let mut block_chains = usize::MAX;
        while line.next < line.chains.len() {
            let most = if line.next < single_until { 1 } else { block_chains };
            let end = line.next + self.fill_block(&line.chains[line.next..], most, block)?;
            let Block { pairs, scores, .. } = block;
            let Err(error) = asker.score_many(pairs, scores) else {
                self.take_scores(line, end, scores, rules, asker)?;
                block_chains = block_chains.saturating_mul(2);
                continue;
            };
            let index = error.index().filter(|&index| index < pairs.len());
            if index.is_none() && end - line.next > 1 {
                if asker.ends_the_call(&error) {
                    return abort(asker.fail(error, score_subject(None, None)));
                }
                single_until = end;
                continue;
            }
            let answered = index.unwrap_or(0);
            self.take_scores(line, end, &mut scores[..answered], rules, asker)?;
            self.score_failed(line.chains[line.next], error, index.map(|index| pairs[index].1), asker)?;
            line.next += 1;
            block_chains = 1;
        }
        Ok(())
    }

    /// Lists the pairs of the next chains and says how many chains those are.
    fn fill_block(&self, due: &[Due], most: usize, block: &mut Block) -> Result<usize, Error> {
        let Block { pairs, scores, .. } = block;
        pairs.clear();
        let mut count = 0;
        for entry in due.iter().take(most) {
            let holders = self.led.snapshot.row_holders(entry.row);
            if count > 0 && pairs.len() + holders.len() > BLOCK_PAIRS {
                break;
            }
            room::reserve(pairs, holders.len())?;
            pairs.extend(holders.map(|node| (entry.chain, node)));
            count += 1;
        }
        scores.clear();
        room::reserve(scores, pairs.len())?;
        scores.resize(pairs.len(), None);
        Ok(count)
    }

    /// Takes in the answers for the chains up to `end` that they cover in full.
    fn take_scores(
        &mut self,
        line: &mut Line,
        end: usize,
        scores: &mut [Option<f32>],
        rules: &Rules<'_>,
        asker: &mut Asker<'_>,
    ) -> Result<(), Error> {
        let mut rest = scores;
        for score in rest.iter_mut() {
            // Also those of a chain that was not answered in full: they were asked for, so they are counted.
            *score = asker.tally.validate(*score);
        }
        // What can fail for want of memory comes before any of them is taken in.
        room::reserve(&mut self.pending, end - line.next)?;
        while line.next < end {
            let due = line.chains[line.next];
            let holder_count = self.led.snapshot.row_holders(due.row).len();
            if rest.len() < holder_count {
                return Ok(());
            }
            let (scores, others) = rest.split_at_mut(holder_count);
            self.chain_sampled(due.row, scores, rules)?;
            line.keep_next();
            rest = others;
        }
        Ok(())
    }

    /// The chain was sampled: cells, history, backstop and standing follow. What can fail comes first; the room among
    /// the pending was made before.
    fn chain_sampled(&mut self, row: u32, scores: &[Option<f32>], rules: &Rules<'_>) -> Result<(), Error> {
        self.under_floor.reserve(1)?;
        self.backstops.reserve(&mut self.led)?;
        let worst_score = lowest(scores);
        let score_floor = self.floor_of(row, rules.config, rules.classes);
        let led = self.led.row_mut(row);
        if let Some(worst_score) = worst_score {
            led.history.record(rules.now, worst_score)?;
        }
        let is_healthy = worst_score.is_some_and(|score| score >= score_floor);
        let stays_healthy = is_healthy && led.verdict == Verdict::Healthy && led.flags.has(Flags::JUDGED);
        if !stays_healthy {
            // Whatever else could change the verdict of a healthy chain is noted by the state.
            self.make_pending_reserved(row);
        }
        self.led.replace_cells(row, scores);
        let is_under = worst_score.is_some_and(|score| score < score_floor);
        self.under_floor.put(&mut self.led, row, is_under)?;
        self.backstops.sampled(&mut self.led, row, rules.now);
        // L4: there is something new to judge by.
        self.waits.remove(row);
        let flags = &mut self.led.row_mut(row).flags;
        if flags.has(Flags::FAILED) {
            self.failed_count -= 1;
        }
        flags.set(Flags::SAMPLED);
        flags.clear(Flags::DIRTY);
        flags.clear(Flags::FAILED);
        flags.clear(Flags::PUSHED);
        if rules.config.fingerprint_mode == FingerprintMode::Push {
            flags.set(Flags::PUSHED);
        }
        Ok(())
    }

    fn score_failed(
        &mut self,
        due: Due,
        error: ScorerError,
        node: Option<NodeId>,
        asker: &mut Asker<'_>,
    ) -> Result<(), Error> {
        abort(asker.fail(error, score_subject(Some(due.chain), node)))?;
        self.attempt_failed(due.row)
    }

    /// P2: the chain sits this tick out and stays due.
    pub(super) fn attempt_failed(&mut self, row: u32) -> Result<(), Error> {
        self.make_pending(row)?;
        self.mark(row)?;
        self.backstops.remove(&mut self.led, row);
        self.marks_are_stale = true;
        let flags = &mut self.led.row_mut(row).flags;
        flags.set(Flags::REQUEUED);
        if !flags.has(Flags::FAILED) {
            flags.set(Flags::FAILED);
            self.failed_count += 1;
        }
        Ok(())
    }
}

fn score_subject(chain: Option<ChainId>, node: Option<NodeId>) -> Subject {
    Subject { method: ScorerMethod::Score, chain, node }
}

/// The lowest score, the first of equals.
fn lowest(scores: &[Option<f32>]) -> Option<f32> {
    scores.iter().flatten().copied().reduce(|lowest, score| if score < lowest { score } else { lowest })
}
