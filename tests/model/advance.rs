//! The first step of a tick: what has become of the moves in flight and of what is remembered, before any arm acts.

use driftline::{Arm, FLAP_COOLDOWN_MAX_NS, Timestamp};

use super::book::{Book, Owed, Told};
use super::cast::Nodes;
use super::fault::Fault;
use super::flying::{End, Flying, Sight, Stage};

/// How many moves have ended, by how they did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ends {
    pub completed: u64,
    pub failed: u64,
    pub timed_out: u64,
}

/// What the first step of a tick has found.
#[derive(Clone, Copy, Debug, Default)]
pub struct Found {
    pub ends: Ends,
    /// Second halves that were given up for their age.
    pub too_old: u64,
    /// Evictions that nobody tracks any more.
    pub untracked: u64,
}

impl Book {
    /// Brings every led chain to where news and time have brought it.
    pub fn advance(&mut self, now: Timestamp) -> Found {
        let (mut found, mut left) = (Found::default(), Vec::new());
        let led: Vec<usize> = self.led().collect();
        for chain in led {
            let mut told = self.chains[chain];
            told.clamp(now);
            told.is_rebalanced_now = false;
            told.backoffs.forget(now);
            self.chains[chain] = told;
            // The cooldown that is over takes with it whom evictions have named.
            if self.tracks() || self.fault != Some(Fault::LastingWords) && !self.is_on_cooldown(chain, now) {
                told.said = Nodes::default();
            }
            let sight = self.sight(chain, now);
            match told.flight.take() {
                Some(flight) if self.tracks() => {
                    let victim = flight.victim.filter(|_| flight.arm == Arm::Drain);
                    if let Some(node) = victim.filter(|_| flight.has_evicted(&sight.record)) {
                        left.push(node);
                    }
                    told.advance_flight(flight, &sight, &mut found);
                }
                Some(flight) => {
                    let is_said = told.stop_tracking(flight, &sight, self.cooldown_ns(chain));
                    found.untracked += u64::from(is_said);
                }
                None => {}
            }
            if told.flight.is_none() {
                told.owed = told.owed.filter(|owed| self.is_still_owed(chain, &told, owed, &sight));
                let is_old = |owed: &Owed| sight.age_ns(owed.at) >= self.config.pin_ttl_ns.max(self.cooldown_ns(chain));
                told.owed = told.owed.map(|owed| Owed {
                    is_doubtful: owed.is_doubtful || !self.tracks() && owed.target.is_some() && is_old(&owed),
                    ..owed
                });
            }
            self.chains[chain] = told;
        }
        left.into_iter().for_each(|node| self.paces[node.0 as usize - 1].moved += 1);
        found
    }

    /// D7, R4: an eviction that nobody owes any more, or that was decided too long ago, is forgotten.
    fn is_still_owed(&self, chain: usize, told: &Told, owed: &Owed, sight: &Sight<'_>) -> bool {
        if !sight.is_held_by(owed.victim) {
            return false;
        }
        let Some(target) = owed.target else { return sight.has_one_to_lose() };
        let age_ns = sight.age_ns(owed.at);
        if !sight.is_held_by(target) {
            let waits = !self.tracks() && age_ns < self.config.pin_ttl_ns;
            return waits && !sight.closed.contains(target);
        }
        let is_fresh = if self.tracks() {
            // As long as it is remembered that it failed it is tried again.
            told.backoffs.is_remembered(Some(owed.victim)) || age_ns < sight.owed_for_ns()
        } else {
            age_ns < self.config.pin_ttl_ns.max(self.cooldown_at_most_ns(chain))
        };
        is_fresh && sight.has_one_to_lose()
    }

    /// O1: who flaps is on cooldown for longer, which is not counted here.
    fn cooldown_at_most_ns(&self, chain: usize) -> u64 {
        let cooldown_ns = self.cooldown_ns(chain);
        if self.config.flap_window_ns == 0 { cooldown_ns } else { cooldown_ns.max(FLAP_COOLDOWN_MAX_NS) }
    }
}

impl Told {
    /// Somebody else's clock may have been ahead, and nothing is to wait for that.
    fn clamp(&mut self, now: Timestamp) {
        self.rebalanced = self.rebalanced.map(|at| at.min(now));
        self.owed = self.owed.map(|owed| Owed { at: owed.at.min(now), ..owed });
        if let Some(flight) = &mut self.flight {
            flight.clamp(now);
        }
        self.backoffs.clamp(now);
    }

    fn advance_flight(&mut self, flight: Flying, sight: &Sight<'_>, found: &mut Found) {
        let ends = &mut found.ends;
        if flight.has_evicted(&sight.record) {
            // F2: from when it was seen done, or from when it must have been where nobody has looked for long.
            let latest = flight.since.after_ns(sight.config.move_timeout_ns);
            self.rebalanced = Some(latest.map_or(sight.now, |latest| latest.min(sight.now)));
            self.is_rebalanced_now = true;
        }
        let end = match flight.advance(sight) {
            Ok(flight) => {
                self.flight = Some(flight);
                return;
            }
            Err(end) => end,
        };
        if end == End::Completed {
            ends.completed += 1;
            found.too_old += u64::from(flight.is_too_old(sight));
            self.owed = None;
            self.forgive(&flight, sight);
            return;
        }
        let count = if end == End::Failed { &mut ends.failed } else { &mut ends.timed_out };
        *count += 1;
        self.backoffs.fail(flight.key(), sight.now);
        self.drop_unless_half_done(&flight);
    }

    /// F1: who was reached has not failed for good, nor has who was to be reached where nobody wishes for a number; and
    /// what ended well does not wait either.
    fn forgive(&mut self, flight: &Flying, sight: &Sight<'_>) {
        let is_reached = flight.target.is_some_and(|target| sight.is_held_by(target));
        if flight.target.is_some() && (is_reached || sight.record.desired.is_none()) {
            self.backoffs.succeed(flight.target);
        }
        if flight.key() != flight.target || flight.target.is_none() {
            self.backoffs.succeed(flight.key());
        }
    }

    /// F0: nobody tracks moves any more. What was said may still happen, as if it had never been tracked. Says whether there
    /// was such an eviction.
    fn stop_tracking(&mut self, flight: Flying, sight: &Sight<'_>, cooldown_ns: u64) -> bool {
        self.drop_unless_half_done(&flight);
        let is_said = flight.stage == Stage::Evicting && flight.is_said;
        let victim = flight.victim.filter(|&victim| is_said && sight.is_held_by(victim));
        if let Some(victim) = victim {
            self.rebalanced = Some(flight.since);
            self.is_rebalanced_now = true;
            if sight.age_ns(flight.since) < cooldown_ns {
                self.said = self.said.with(victim);
            }
        }
        victim.is_some()
    }

    /// An eviction that failed after its target had come is still to be made; any other is not.
    fn drop_unless_half_done(&mut self, flight: &Flying) {
        if !(flight.places_first && flight.stage == Stage::Evicting) {
            self.owed = None;
        }
    }
}
