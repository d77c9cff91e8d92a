//! Why a chain is where it is (W2).

use super::LocalScheduler;
use super::led::Flags;
use crate::action::{Explanation, Flight, Judgement, Verdict};
use crate::decision::{Holds, limit_of};
use crate::error::Error;
use crate::id::{ChainId, Timestamp};
use crate::state::{ChainView, MeshState, Tracked};

impl LocalScheduler {
    /// Why a chain is where it is: its verdict as of the last tick, with operands.
    ///
    /// # Errors
    ///
    /// [`Error::NotLed`] if this scheduler does not lead the chain now.
    pub fn explain(&self, state: &MeshState, chain: ChainId) -> Result<Explanation, Error> {
        let view = state.chain(chain).filter(|view| view.is_led_by(self.this_node));
        let view = view.ok_or(Error::NotLed { chain })?;
        let last_tick = self.committed_at(state);
        let rules = self.rules(state, last_tick.unwrap_or_default());
        let bounds = rules.bounds(&view);
        let holds = Holds::new(view.last_rebalance(), view.memory(), &bounds, &rules);
        let mut explanation = Explanation {
            judgement: Judgement::bare(chain, Verdict::NotSampled),
            since: None,
            sampled_at: None,
            cooldown_until: holds.cooldown_end(),
            score_floor: bounds.score_floor,
            hysteresis_gap: bounds.hysteresis_gap,
            refusal: None,
            retry_at: None,
            limit: None,
            flap_hold_until: last_tick.and_then(|last| holds.hold_end(last)),
            flight: view.memory().and_then(|memory| memory.flight).map(|flight| self.describe(&flight)),
        };
        let standing = if last_tick.is_some() { self.standing.present() } else { None };
        let row = if self.sampler.knows(state) { self.sampler.led.find(chain) } else { None };
        if let Some(row) = row {
            self.explain_row(&view, row, &mut explanation);
        }
        if let Some((verdict, since)) = standing {
            explanation.judgement = Judgement::bare(chain, verdict);
            explanation.since = Some(since);
            (explanation.refusal, explanation.retry_at, explanation.limit) = (None, None, None);
        }
        Ok(explanation)
    }

    /// What is known of a chain that was led at the last sample.
    fn explain_row(&self, view: &ChainView<'_>, row: u32, explanation: &mut Explanation) {
        let chain = view.id();
        let led = self.sampler.led.row(row);
        if led.flags.has(Flags::JUDGED) {
            explanation.since = Some(self.standing.since(led.since));
            let class = self.sampler.class_of(row);
            let bounds = self.judged_classes.bounds(&self.judged_by, class);
            explanation.score_floor = bounds.score_floor;
            explanation.hysteresis_gap = bounds.hysteresis_gap;
        }
        explanation.sampled_at = led.flags.has(Flags::SAMPLED).then_some(led.last_sampled);
        explanation.judgement.verdict = led.verdict;
        explanation.limit = limit_of(led.verdict, &self.judged_by);
        if led.verdict == Verdict::RetryLater {
            let wait = self.sampler.waits.get(row);
            explanation.refusal = wait.map(|wait| wait.refusal);
            explanation.retry_at = wait.and_then(|wait| wait.end(self.config.retry_backoff_ns));
        }
        if led.verdict == Verdict::Healthy {
            let worst = self.sampler.led.snapshot.row_worst(row);
            explanation.judgement.victim = worst.map(|(node, _)| node);
            explanation.judgement.sampled_score = worst.map(|(_, score)| score);
        } else {
            let judgements = &self.committed.decision.judgements;
            if let Ok(index) = judgements.binary_search_by_key(&chain, |judgement| judgement.chain)
                && judgements[index].verdict == led.verdict
            {
                explanation.judgement = judgements[index];
            }
        }
    }

    /// The last tick of this state, if there was one.
    pub(super) fn committed_at(&self, state: &MeshState) -> Option<Timestamp> {
        self.last_tick.filter(|_| self.sampler.knows(state))
    }

    /// A move under way as the outside sees it.
    fn describe(&self, flight: &Tracked) -> Flight {
        let times_out_at = flight.times_out_at(self.config.move_timeout_ns);
        Flight { victim: flight.victim, target: flight.target, since: flight.since, times_out_at }
    }
}
