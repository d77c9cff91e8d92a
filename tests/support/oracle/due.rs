//! T2: when the caller should tick next.

use driftline::{ChainId, Timestamp};

use super::class::bounds;
use super::decision::end;
use super::drains::pace_end;
use super::flap;
use super::sampling::{Led, worst};
use super::scheduler::OracleScheduler;
use super::state::{OracleChain, OracleState};

impl OracleScheduler {
    /// The earliest thing that is waiting.
    pub(super) fn next_due(&self, state: &OracleState, now: Timestamp) -> Option<Timestamp> {
        let mut waiting = Vec::new();
        for id in state.led_by(self.this_node) {
            let chain = &state.chains[&id];
            if self.entries.is_some()
                && let Some(led) = self.known(state).get(&id)
            {
                waiting.extend(self.wants_sample(id, led));
                waiting.extend(self.wants_answer(chain, led, now));
            }
            waiting.extend(self.wants_move(chain, now));
        }
        for (&id, chain) in state.chains.iter().filter(|(_, chain)| chain.leader == Some(self.this_node)) {
            // What a tick would forget now counts no longer.
            let mut memory = chain.memory.clone();
            flap::forget(&mut memory, now, self.window());
            let cooldown_ns = bounds(chain, &self.config, &self.classes).cooldown_ns;
            let cooldown_ns = flap::cooldown_ns(&memory, cooldown_ns, self.window());
            let last = chain.memory.last_rebalance.filter(|last| now.0.saturating_sub(last.0) < cooldown_ns);
            waiting.extend(last.and_then(|last| end(last, cooldown_ns)));
            // O1: the pure function looks at the chains that are led alone.
            let is_looked_at = !self.is_forgetful || state.is_led_by(self.this_node, id);
            waiting.extend(flap::held_until(&memory, now, self.window()).filter(|_| is_looked_at));
        }
        // N2: a home opens.
        waiting.extend(state.avoided.values().filter(|&&until| until > now));
        if state.is_frozen(now) {
            waiting.extend(state.frozen_until);
        } else {
            waiting.extend(self.wants_drain(state, now));
        }
        if self.inputs(state, now).is_warming {
            waiting.extend(self.of_state(state).warm_up.end(self.config.warmup_max_ns));
        }
        waiting.into_iter().min()
    }

    /// When a chain wants to be sampled at the latest.
    fn wants_sample(&self, id: ChainId, led: &Led) -> Option<Timestamp> {
        if led.deferred {
            // L3: at once, which the last sample already was.
            self.last_seen
        } else if led.sample_failed {
            end(led.last_attempt.expect("it was tried"), self.config.decision_interval_ns)
        } else {
            led.backstop(id, &self.config)
        }
    }

    /// L4: when a chain wants to be asked about again.
    fn wants_answer(&self, chain: &OracleChain, led: &Led, now: Timestamp) -> Option<Timestamp> {
        let wait = led.wait.filter(|wait| wait.holds(now, &self.config) && !led.deferred)?;
        let (_, lowest) = worst(&led.current(chain))?;
        let floor = bounds(chain, &self.config, &self.classes).score_floor;
        if lowest < floor { wait.end(&self.config) } else { None }
    }

    /// F1: when a move fails or a back-off is over.
    fn wants_move(&self, chain: &OracleChain, now: Timestamp) -> Vec<Timestamp> {
        let memory = &chain.memory;
        let mut waiting = Vec::new();
        if let Some(flight) = memory.flight.filter(|flight| flight.emitted && self.config.move_timeout_ns > 0) {
            waiting.extend(end(flight.since, self.config.move_timeout_ns));
        }
        waiting.extend(memory.back_offs.values().filter_map(|back_off| back_off.until()).filter(|&until| until > now));
        waiting
    }

    /// N1: the next move of each node that is drained, by what the last tick left.
    fn wants_drain(&self, state: &OracleState, now: Timestamp) -> Vec<Timestamp> {
        let mut waiting = Vec::new();
        let mut drains = self.of_state(state).drains;
        drains.catch_up(state);
        for (node, drained) in &drains.nodes {
            let (Some(last), Some(&deadline)) = (drained.last_paced, state.drains.get(node)) else { continue };
            let end_of_pace = pace_end(deadline, &self.config);
            // Later everybody may go at once, and who is held back by limits waits for those.
            if drained.left > 0 && drained.behind == 0 && end_of_pace > now {
                let time_left = end_of_pace.0.saturating_sub(last.0);
                let next = end(last, time_left.div_ceil(drained.left + 1));
                waiting.extend(next.map(|next| next.max(now)));
            }
        }
        waiting
    }
}
