//! Whose turn it is (F1, L1): whoever has failed keeps nobody else waiting, and whoever is short is filled.

use driftline::{Arm, Verdict};

use super::book::Book;
use super::cast::{CHAINS, NODES};
use super::flying::Flying;
use super::follow::{Counts, Ticked};
use super::violation::{Checked, ensure};

/// What chains whose moves have failed may have of a limit.
fn share(limit: u64) -> u64 {
    (limit / 4).max(1)
}

/// Whether so many are as many as there may be.
fn is_reached(limit: u64, count: usize) -> bool {
    limit > 0 && count as u64 >= limit
}

/// The moves of the chains whose moves have failed, in one tick.
struct Failing {
    fresh: usize,
    in_flight: usize,
    /// The arms that have begun one, but for what was ordered.
    arms: Vec<Arm>,
}

impl Failing {
    fn of(book: &Book, counts: &Counts) -> Failing {
        let has_failed = |chain: usize| book.chains[chain].backoffs.are_there();
        let fresh: Vec<&(usize, Arm, Flying)> = counts.fresh.iter().filter(|(chain, ..)| has_failed(*chain)).collect();
        let in_flight = book.flights().iter().filter(|(chain, _)| has_failed(*chain)).count();
        let arms = fresh.iter().map(|(_, arm, _)| *arm).filter(|&arm| arm != Arm::Forced).collect();
        Failing { fresh: fresh.len(), in_flight, arms }
    }
}

impl Ticked<'_> {
    pub fn check_turns(&self, book: &Book, counts: &Counts) -> Checked {
        let failing = Failing::of(book, counts);
        self.check_shares(book, &failing)?;
        self.check_drained(book, counts)?;
        for chain in book.led() {
            self.check_precedence(book, &failing, chain)?;
            self.check_filled(book, counts, &failing, chain)?;
            self.check_paid(book, counts, &failing, chain)?;
        }
        Ok(())
    }

    /// Chains whose moves have failed begin no move beyond their share.
    fn check_shares(&self, book: &Book, failing: &Failing) -> Checked {
        let config = &book.config;
        let check = |what: &str, count: usize, limit: u64| {
            let is_within = failing.arms.is_empty() || limit == 0 || count as u64 <= share(limit);
            ensure(is_within, "whoever has failed takes no more than a share", || format!("{count} {what} of {limit}"))
        };
        check("new moves", failing.fresh, config.max_moves_per_tick)?;
        check("moves in flight", failing.in_flight, config.max_in_flight)
    }

    /// Whoever has not failed was asked before.
    fn check_precedence(&self, book: &Book, failing: &Failing, chain: usize) -> Checked {
        let told = &book.chains[chain];
        let Ok(explanation) = self.scheduler.explain(self.state, CHAINS[chain]) else { return Ok(()) };
        let is_refused = matches!(explanation.judgement.verdict, Verdict::TickLimit | Verdict::ClusterLimit);
        if !is_refused || told.backoffs.are_there() {
            return Ok(());
        }
        let is_short = told.record.surplus().is_some_and(|surplus| surplus < 0);
        let is_before = |arm: &Arm| *arm == Arm::Scheduler || is_short;
        ensure(!failing.arms.iter().any(is_before), "whoever has failed comes last", || {
            format!("{} waits for {:?}: {told:?}", CHAINS[chain], failing.arms)
        })
    }

    /// Whoever has failed leaves a drained node after all that have not and can.
    fn check_drained(&self, book: &Book, counts: &Counts) -> Checked {
        let has_failed = |chain: usize| book.chains[chain].backoffs.are_there();
        let acts = |chain: usize| self.actions.iter().any(|action| action.chain() == CHAINS[chain]);
        let late = counts.fresh.iter().filter(|(chain, arm, _)| *arm == Arm::Drain && has_failed(*chain));
        for node in late.filter_map(|(.., begun)| begun.victim) {
            let status = self.scheduler.drain_status(self.state, node).ok().flatten();
            let blocked = status.map(|status| status.blocked).unwrap_or_default();
            for chain in book.led().filter(|&chain| !has_failed(chain) && !acts(chain)) {
                let told = &book.chains[chain];
                // Who flaps is on cooldown for longer, and what was said stands for as long.
                let may_be_said = book.config.flap_window_ns > 0 && told.rebalanced.is_some();
                let is_leaving =
                    may_be_said || told.flight.is_some() || told.owed.is_some() || told.said.contains(node);
                let is_blocked = blocked.iter().any(|(other, _)| *other == CHAINS[chain]);
                let waits = told.record.holders.contains(node) && !is_leaving && !is_blocked;
                ensure(!waits, "whoever has failed comes last", || format!("{} on {node}: {told:?}", CHAINS[chain]))?;
            }
        }
        Ok(())
    }

    /// R2: whoever has fewer holders than wished, or none at all, is filled unless something stands in its way.
    fn check_filled(&self, book: &Book, counts: &Counts, failing: &Failing, chain: usize) -> Checked {
        let told = &book.chains[chain];
        let is_short = told.record.surplus().is_some_and(|surplus| surplus < 0);
        let acts = self.actions.iter().any(|action| action.chain() == CHAINS[chain]);
        let is_kept = told.record.claimed || book.is_frozen(self.now) || told.flight.is_some() || told.owed.is_some();
        if !is_short || acts || is_kept {
            return Ok(());
        }
        let is_full = |node| is_reached(book.config.max_in_flight_per_target, book.flights_to(Some(node)));
        let is_refused = is_limited(book, counts, failing, chain) || NODES.into_iter().any(is_full);
        ensure(is_refused || told.backoffs.hold(None, self.now), "whoever is short is filled", || {
            format!("{}: {told:?}", CHAINS[chain])
        })
    }

    /// R4, F0: what is owed is paid, and a placement that nobody tracks is said again, unless something stands in its way.
    fn check_paid(&self, book: &Book, counts: &Counts, failing: &Failing, chain: usize) -> Checked {
        let told = &book.chains[chain];
        let acts = self.actions.iter().any(|action| action.chain() == CHAINS[chain]);
        let is_kept = told.record.claimed || book.is_frozen(self.now) || told.flight.is_some();
        let owed = told.owed.filter(|owed| !owed.is_doubtful);
        let owed = owed.and_then(|owed| Some((owed.victim, owed.target?)));
        let Some((victim, target)) = owed else { return Ok(()) };
        if acts || is_kept || is_limited(book, counts, failing, chain) {
            return Ok(());
        }
        let has_come = told.record.holders.contains(target);
        let waits = if !has_come {
            told.backoffs.hold(Some(target), self.now)
        } else if book.tracks() {
            let from = book.flights().iter().filter(|(_, flight)| flight.victim == Some(victim)).count();
            told.backoffs.hold(Some(victim), self.now) || is_reached(book.config.max_in_flight_per_source, from)
        } else {
            // Who flaps is on cooldown for longer; and whoever else was said to go may be one too many to lose.
            let may_flap = book.config.flap_window_ns > 0;
            may_flap || book.is_on_cooldown(chain, self.now)
        };
        ensure(waits, "what is owed is paid", || format!("{}: {told:?}", CHAINS[chain]))
    }
}

/// Whether limits of tick and cluster, or the shares of those that have failed, are reached after the tick.
fn is_limited(book: &Book, counts: &Counts, failing: &Failing, chain: usize) -> bool {
    let is_beyond = |limit: u64, count: usize| limit > 0 && count as u64 >= share(limit);
    let (in_tick, in_flight) = (book.config.max_moves_per_tick, book.config.max_in_flight);
    is_reached(in_tick, counts.fresh.len())
        || is_reached(in_flight, book.flights().len())
        || book.chains[chain].backoffs.are_there()
            && (is_beyond(in_tick, failing.fresh) || is_beyond(in_flight, failing.in_flight))
}
