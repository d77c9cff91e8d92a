//! Re-scoring what is due, and only that (S1, S3, S4, S5).

use super::led::Flags;
use super::poll::abort;
use super::sampler::{Block, Due, Sampler};
use crate::action::{SampleCause, TickReport};
use crate::asker::{Asker, Subject};
use crate::config::{FingerprintMode, OnScorerError, SchedulerConfig};
use crate::error::{Error, ScorerError, ScorerMethod};
use crate::id::{ChainId, NodeId, Timestamp};

/// How many pairs cross to the scorer at once: enough to make the crossing cheap, few enough to stay in the cache.
const BLOCK_PAIRS: usize = 4096;

impl Sampler {
    /// S1: lists the chains that are new, dirty or due by the backstop, by ascending id, and counts them by cause.
    pub(super) fn collect_due(
        &mut self,
        config: &SchedulerConfig,
        now: Timestamp,
        report: &mut TickReport,
    ) -> Result<(), Error> {
        self.due.clear();
        self.due.try_reserve(self.marks.len()).map_err(|_| Error::OutOfMemory)?;
        self.sweep_marks();
        for &row in &self.marks {
            let flags = self.led.row(row).flags;
            let cause = if flags.has(Flags::SAMPLED) { SampleCause::Dirty } else { SampleCause::New };
            self.due.push(Due { chain: self.led.snapshot.chain(row), row, cause });
        }
        for row in self.cadence.oldest_first(&self.led) {
            let led = self.led.row(row);
            if now.since_ns(led.last_sampled) < config.decision_interval_ns {
                break;
            }
            if !led.flags.has(Flags::DIRTY) {
                self.due.try_reserve(1).map_err(|_| Error::OutOfMemory)?;
                self.due.push(Due { chain: self.led.snapshot.chain(row), row, cause: SampleCause::Backstop });
            }
        }
        for due in &self.due {
            match due.cause {
                SampleCause::New => report.new += 1,
                SampleCause::Dirty => report.dirty += 1,
                SampleCause::Backstop => report.backstop_due += 1,
            }
        }
        let led = &mut self.led;
        self.due.retain(|due| {
            // P2: the failure of its fingerprint was reported already.
            let sits_out = led.has(due.row, Flags::SITS_OUT);
            led.row_mut(due.row).flags.clear(Flags::SITS_OUT);
            !sits_out
        });
        self.due.sort_unstable();
        Ok(())
    }

    /// Forgets marks of rows that were re-scored or went away.
    fn sweep_marks(&mut self) {
        let led = &mut self.led;
        self.marks.retain(|&row| {
            let flags = &mut led.row_mut(row).flags;
            let is_due = flags.has(Flags::IN_USE) && flags.has(Flags::DIRTY);
            if !is_due {
                flags.clear(Flags::MARKED);
            }
            is_due
        });
    }

    /// S4: re-scores the listed chains, block by block.
    pub(super) fn rescore_due(
        &mut self,
        config: &SchedulerConfig,
        now: Timestamp,
        asker: &mut Asker<'_>,
    ) -> Result<(), Error> {
        let mut block = core::mem::take(&mut self.block);
        let due = core::mem::take(&mut self.due);
        let outcome = self.rescore_blocks(&due, &mut block, config, now, asker);
        self.block = block;
        self.due = due;
        self.sweep_marks();
        outcome
    }

    fn rescore_blocks(
        &mut self,
        due: &[Due],
        block: &mut Block,
        config: &SchedulerConfig,
        now: Timestamp,
        asker: &mut Asker<'_>,
    ) -> Result<(), Error> {
        let mut first = 0;
        // Up to here chains are asked one by one, because a whole block failed.
        let mut single_until = 0;
        // After a failure blocks start small, so that a scorer that is down does not cost a whole block for each chain.
        let mut block_chains = usize::MAX;
        while first < due.len() {
            let most = if first < single_until { 1 } else { block_chains };
            let end = first + self.fill_block(&due[first..], most, block)?;
            let Block { pairs, scores, .. } = block;
            let Err(error) = asker.score_many(pairs, scores) else {
                self.take_scores(&due[first..end], scores, config, now, asker)?;
                first = end;
                block_chains = block_chains.saturating_mul(2);
                continue;
            };
            let index = error.index().filter(|&index| index < pairs.len());
            if index.is_none() && end - first > 1 {
                if asker.on_scorer_error == OnScorerError::Abort {
                    return abort(asker.fail(error, score_subject(None, None)));
                }
                single_until = end;
                continue;
            }
            let answered = index.unwrap_or(0);
            first += self.take_scores(&due[first..end], &mut scores[..answered], config, now, asker)?;
            self.score_failed(due[first], error, index.map(|index| pairs[index].1), now, asker)?;
            first += 1;
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
            pairs.try_reserve(holders.len()).map_err(|_| Error::OutOfMemory)?;
            pairs.extend(holders.map(|node| (entry.chain, node)));
            count += 1;
        }
        scores.clear();
        scores.try_reserve(pairs.len()).map_err(|_| Error::OutOfMemory)?;
        scores.resize(pairs.len(), None);
        Ok(count)
    }

    /// Takes in the answers for the chains that they cover in full, and says how many those are.
    fn take_scores(
        &mut self,
        due: &[Due],
        scores: &mut [Option<f32>],
        config: &SchedulerConfig,
        now: Timestamp,
        asker: &mut Asker<'_>,
    ) -> Result<usize, Error> {
        let mut rest = scores;
        for score in rest.iter_mut() {
            // Also those of a chain that was not answered in full: they were asked for, so they are counted.
            *score = asker.tally.validate(*score);
        }
        for (count, entry) in due.iter().enumerate() {
            let holder_count = self.led.snapshot.row_holders(entry.row).len();
            if rest.len() < holder_count {
                return Ok(count);
            }
            let (scores, others) = rest.split_at_mut(holder_count);
            self.chain_sampled(*entry, scores, config, now)?;
            rest = others;
        }
        Ok(due.len())
    }

    /// The chain was sampled: cells, history, cadence and standing follow. What can fail comes first.
    fn chain_sampled(
        &mut self,
        due: Due,
        scores: &[Option<f32>],
        config: &SchedulerConfig,
        now: Timestamp,
    ) -> Result<(), Error> {
        let row = due.row;
        self.sampled.try_reserve(1).map_err(|_| Error::OutOfMemory)?;
        self.under_floor.reserve(1)?;
        self.make_pending(row)?;
        if let Some(worst_score) = lowest(scores) {
            self.led.row_mut(row).history.record(now, worst_score)?;
        }
        self.led.snapshot.replace_cells(row, scores);
        self.under_floor.update(&mut self.led, row, config.score_floor)?;
        self.cadence.sampled(&mut self.led, row, now);
        let flags = &mut self.led.row_mut(row).flags;
        if flags.has(Flags::FAILED) {
            self.failed_count -= 1;
        }
        flags.set(Flags::SAMPLED);
        flags.clear(Flags::DIRTY);
        flags.clear(Flags::FAILED);
        flags.clear(Flags::PUSHED);
        if config.fingerprint_mode == FingerprintMode::Push {
            flags.set(Flags::PUSHED);
        }
        self.sampled.push((due.chain, due.cause));
        Ok(())
    }

    fn score_failed(
        &mut self,
        due: Due,
        error: ScorerError,
        node: Option<NodeId>,
        now: Timestamp,
        asker: &mut Asker<'_>,
    ) -> Result<(), Error> {
        abort(asker.fail(error, score_subject(Some(due.chain), node)))?;
        self.attempt_failed(due.row, now)
    }

    /// P2: the chain sits this tick out and stays due.
    pub(super) fn attempt_failed(&mut self, row: u32, now: Timestamp) -> Result<(), Error> {
        self.make_pending(row)?;
        self.mark(row)?;
        self.cadence.remove(&mut self.led, row);
        let flags = &mut self.led.row_mut(row).flags;
        if !flags.has(Flags::FAILED) {
            flags.set(Flags::FAILED);
            self.failed_count += 1;
        }
        self.failed_at = now;
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
