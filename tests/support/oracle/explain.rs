//! W2: why one chain is where it is.

use driftline::{ChainId, Verdict};

use super::answer::{Explained, Flying, Judged, Refusal};
use super::class::{bounds, of_class};
use super::decision::end;
use super::flap;
use super::memory::OracleFlight;
use super::sampling::worst;
use super::scheduler::OracleScheduler;
use super::state::OracleState;

impl OracleScheduler {
    /// The verdict of the last tick for a chain that is led now.
    pub fn explain(&self, state: &OracleState, chain: ChainId) -> Result<Explained, Refusal> {
        if !state.is_led_by(self.this_node, chain) {
            return Err(Refusal::NotLed { chain });
        }
        let led = self.known(state).get(&chain);
        let standing = led.and_then(|led| led.standing);
        let of_all = self.of_all.filter(|_| self.knows(state));
        let mut judged = match (of_all, standing) {
            (Some((verdict, _)), _) => Judged::bare(chain, verdict),
            (None, Some(standing)) => standing.judged,
            (None, None) => Judged::bare(chain, Verdict::NotSampled),
        };
        if judged.verdict == Verdict::Healthy {
            // The score that keeps it so is the one that was sampled last.
            let worst = led.and_then(|led| worst(&led.cells));
            judged.victim = worst.map(|(node, _)| node);
            judged.sampled_score = worst.map(|(_, score)| score);
        }
        let known = &state.chains[&chain];
        let bounds = bounds(known, &self.config, &self.classes);
        let judged_by = match (&self.judged_by, led, standing) {
            (Some((config, classes)), Some(led), Some(_)) => of_class(led.class, config, classes),
            _ => bounds,
        };
        let memory = &known.memory;
        let window = self.window();
        let last_tick = self.of_state(state).last_tick;
        // What a tick would have forgotten then counts no longer.
        let mut remembered = memory.clone();
        last_tick.iter().for_each(|&now| flap::forget(&mut remembered, now, window));
        let cooldown_ns = flap::cooldown_ns(&remembered, bounds.cooldown_ns, window);
        let wait = led.and_then(|led| led.wait).filter(|_| judged.verdict == Verdict::RetryLater);
        Ok(Explained {
            judged,
            since: of_all.map(|(_, since)| since).or(standing.map(|standing| standing.since)),
            sampled_at: led.and_then(|led| led.last_sample.as_ref()).map(|last| last.at),
            cooldown_until: memory.last_rebalance.and_then(|last| end(last, cooldown_ns)),
            score_floor: judged_by.score_floor,
            hysteresis_gap: judged_by.hysteresis_gap,
            refusal: wait.map(|wait| wait.refusal),
            retry_at: wait.and_then(|wait| wait.end(&self.config)),
            limit: standing.and_then(|standing| standing.limit).filter(|_| of_all.is_none()),
            flap_hold_until: last_tick.and_then(|now| flap::held_until(memory, now, window)),
            flight: memory.flight.map(|flight| self.flying(flight)),
        })
    }

    fn flying(&self, flight: OracleFlight) -> Flying {
        let OracleFlight { victim, target, since, emitted, .. } = flight;
        let is_timed = emitted && self.config.move_timeout_ns > 0;
        let times_out_at = if is_timed { end(since, self.config.move_timeout_ns) } else { None };
        Flying { victim, target, since, times_out_at }
    }
}
