//! Whether limits were kept in a tick, and whether its report, the explanations and the drains say what is so, all counted
//! anew from the book.

use driftline::{Action, Arm, NodeId, Timestamp, VERDICT_COUNT, Verdict};

use super::book::{Book, Told};
use super::cast::{CHAINS, NODES};
use super::fault::Fault;
use super::flying::Flying;
use super::follow::{Counts, Ticked};
use super::violation::{Checked, Violation, ensure, same};

impl Ticked<'_> {
    pub fn audit(&self, book: &Book, led: &[usize], counts: &Counts, fault: Option<Fault>) -> Checked {
        self.check_limits(book, counts, fault)?;
        self.check_report(book, led, counts)?;
        self.check_explanations(book, led)?;
        self.check_next_due(book, led)?;
        self.check_drains(book, led)
    }

    /// L1: no move begins where there are as many as there may be.
    fn check_limits(&self, book: &Book, counts: &Counts, fault: Option<Fault>) -> Checked {
        let config = &book.config;
        let spare = u64::from(fault != Some(Fault::LowerLimit));
        let check = |what: &str, node: Option<NodeId>, count: usize, limit: u64| {
            let is_within = limit == 0 || (count as u64) < limit + spare;
            ensure(is_within, "limits are kept", || format!("{count} {what} {node:?}, at most {limit}"))
        };
        check("new moves in one tick", None, counts.fresh.len(), config.max_moves_per_tick)?;
        if config.move_timeout_ns == 0 {
            return Ok(());
        }
        let chains = book.led().map(|chain| &book.chains[chain]);
        let flights: Vec<(&Told, Flying)> = chains.filter_map(|told| Some((told, told.flight?))).collect();
        for begun in &counts.fresh {
            check("moves in flight", None, flights.len(), config.max_in_flight)?;
            if begun.victim.is_some() {
                let from = flights.iter().filter(|(_, other)| other.victim == begun.victim);
                check("moves in flight from", begun.victim, from.count(), config.max_in_flight_per_source)?;
            }
            if begun.target.is_some() {
                // Who has the chain already is no target any more.
                let is_to = |told: &Told, other: &Flying| other.target == begun.target && !other.has_come(&told.record);
                let to = flights.iter().filter(|(told, other)| is_to(told, other));
                check("moves in flight to", begun.target, to.count(), config.max_in_flight_per_target)?;
            }
        }
        Ok(())
    }

    /// T2, W1
    fn check_report(&self, book: &Book, led: &[usize], counts: &Counts) -> Checked {
        let report = self.report;
        let rule = "the report is what it says";
        same(rule, "led", report.led, led.len() as u64)?;
        same(rule, "sum of verdicts", report.verdicts.iter().sum::<u64>(), report.led)?;
        let in_flight = led.iter().filter(|&&chain| book.chains[chain].flight.is_some()).count();
        same(rule, "in flight", report.in_flight, in_flight as u64)?;
        let ended = report.completed_moves + report.failed_moves + report.timed_out_moves;
        same(rule, "moves that ended", ended, counts.ended)?;
        same(rule, "moves that failed", report.failed_moves + report.timed_out_moves, counts.failed)?;
        same(rule, "orders refused", report.forced_refused, counts.refused_orders)?;
        same(rule, "feedback ignored", report.ignored_feedback, book.ignored_feedback)?;
        let is_frozen = report.verdicts[usize::from(Verdict::Frozen.number())] > 0;
        same(rule, "frozen", is_frozen, book.is_frozen(self.now) && !led.is_empty())?;
        let warms_up = report.verdicts[usize::from(Verdict::WarmingUp.number())] > 0;
        let moves = self.actions.iter().map(Action::arm).any(|arm| arm == Arm::Scheduler);
        ensure(!(warms_up && moves), "no move for a better home while warming up", || format!("{:?}", self.actions))
    }

    /// W1, W2, W3
    fn check_explanations(&self, book: &Book, led: &[usize]) -> Checked {
        let rule = "explanations say what the report and the actions say";
        let mut verdicts = [0; VERDICT_COUNT];
        for &chain in led {
            let explanation = self.scheduler.explain(self.state, CHAINS[chain]);
            let explanation = explanation.map_err(|error| Violation { rule, text: error.to_string() })?;
            let verdict = explanation.judgement.verdict;
            verdicts[usize::from(verdict.number())] += 1;
            let is_so = match verdict {
                Verdict::ClaimHeld => book.chains[chain].record.claimed,
                Verdict::Cooldown => book.chains[chain].rebalanced.is_some(),
                Verdict::Pinned => !book.is_movable(chain),
                _ => true,
            };
            ensure(is_so, rule, || format!("{} is {verdict}: {:?}", CHAINS[chain], book.chains[chain]))?;
            let told = book.chains[chain].flight.map(|flight| {
                let times_out_at = flight.times_out_at(book.config.move_timeout_ns);
                (flight.victim, flight.target, times_out_at)
            });
            let said = explanation.flight.map(|flight| (flight.victim, flight.target, flight.times_out_at));
            same(rule, &format!("flight of {}", CHAINS[chain]), said, told)?;
        }
        same(rule, "verdicts", verdicts, self.report.verdicts)?;
        let last = self.scheduler.transitions().len().checked_sub(1);
        let last = last.and_then(|last| self.scheduler.transitions().nth(last));
        ensure(last.is_none_or(|last| last.at <= self.now), "time never goes back", || format!("{last:?}"))
    }

    /// T2: whatever ends by itself is not overslept.
    fn check_next_due(&self, book: &Book, led: &[usize]) -> Checked {
        let check = |what: &str, end: Option<Timestamp>| {
            let due = self.report.next_due;
            let is_waited_for = end.is_none_or(|end| end <= self.now || due.is_some_and(|due| due <= end));
            ensure(is_waited_for, "whoever waits says until when", || format!("{what} {end:?}, but {due:?}"))
        };
        // Who is called again at once has something left to do.
        let may_be_now = self.report.deferred > 0 || !self.report.failures.is_empty() || !self.actions.is_empty();
        let is_ahead = self.report.next_due.is_none_or(|due| due > self.now);
        ensure(is_ahead || may_be_now, "whoever waits lets time pass", || format!("{:?}", self.report))?;
        check("frozen until", Some(book.frozen_until))?;
        for &chain in led {
            let Told { flight, backoffs, rebalanced, .. } = &book.chains[chain];
            check("in flight until", flight.and_then(|flight| flight.times_out_at(book.config.move_timeout_ns)))?;
            check("backs off until", backoffs.first_end(self.now))?;
            if book.config.flap_window_ns == 0 {
                let cooldown_ns = book.cooldown_ns(chain);
                check("on cooldown until", rebalanced.and_then(|last| last.after_ns(cooldown_ns)))?;
            }
        }
        Ok(())
    }

    /// N1
    fn check_drains(&self, book: &Book, led: &[usize]) -> Checked {
        let rule = "a drain says how far it is";
        for node in NODES {
            let status = self.scheduler.drain_status(self.state, node);
            let status = status.map_err(|error| Violation { rule, text: error.to_string() })?;
            let said = status.map(|status| (status.left, status.in_flight));
            let chains = led.iter().map(|&chain| &book.chains[chain]);
            let on_node = chains.filter(|told| told.record.holders.contains(node));
            let leaves = |told: &&Told| told.flight.is_some_and(|flight| flight.victim == Some(node));
            let told = (on_node.clone().count() as u64, on_node.filter(leaves).count() as u64);
            same(rule, "chains left and in flight", said, book.drained.contains(node).then_some(told))?;
        }
        Ok(())
    }
}
