//! Whether limits were kept in a tick, and whether its report, the explanations and the drains say what is so, all counted
//! anew from the book.

use driftline::{Action, Arm, NodeId, Timestamp, VERDICT_COUNT, Verdict};

use super::advance::Ends;
use super::book::{Book, Told};
use super::cast::{CHAINS, NODES};
use super::fault::Fault;
use super::follow::{Counts, Ticked};
use super::violation::{Checked, Violation, ensure, same};

impl Ticked<'_> {
    pub fn audit(&self, book: &Book, led: &[usize], counts: &Counts, fault: Option<Fault>) -> Checked {
        self.check_limits(book, counts, fault)?;
        self.check_report(book, led, counts)?;
        self.check_explanations(book, led, counts)?;
        self.check_next_due(book, led)?;
        self.check_drains(book, led)?;
        self.check_turns(book, counts)
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
        if !book.tracks() {
            return Ok(());
        }
        let flights = book.flights();
        for (_, _, begun) in &counts.fresh {
            check("moves in flight", None, flights.len(), config.max_in_flight)?;
            if begun.victim.is_some() {
                let from = flights.iter().filter(|(_, other)| other.victim == begun.victim);
                check("moves in flight from", begun.victim, from.count(), config.max_in_flight_per_source)?;
            }
            if begun.target.is_some() {
                let to = book.flights_to(begun.target);
                check("moves in flight to", begun.target, to, config.max_in_flight_per_target)?;
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
        let (completed, failed, timed_out) = (report.completed_moves, report.failed_moves, report.timed_out_moves);
        same(rule, "moves that ended", Ends { completed, failed, timed_out }, counts.ends)?;
        same(rule, "orders refused", report.forced_refused, counts.refused_orders)?;
        same(rule, "feedback ignored", report.ignored_feedback, book.ignored_feedback)?;
        let is_frozen = report.verdicts[usize::from(Verdict::Frozen.number())] > 0;
        same(rule, "frozen", is_frozen, book.is_frozen(self.now) && !led.is_empty())?;
        let warms_up = report.verdicts[usize::from(Verdict::WarmingUp.number())] > 0;
        let moves = self.actions.iter().map(Action::arm).any(|arm| arm == Arm::Scheduler);
        ensure(!(warms_up && moves), "no move for a better home while warming up", || format!("{:?}", self.actions))
    }

    /// W1, W2, W3
    fn check_explanations(&self, book: &Book, led: &[usize], counts: &Counts) -> Checked {
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
                Verdict::InFlight => book.chains[chain].flight.is_some() || book.chains[chain].owed.is_some(),
                _ => true,
            };
            ensure(is_so, rule, || format!("{} is {verdict}: {:?}", CHAINS[chain], book.chains[chain]))?;
            self.check_verdict(book, counts, chain, verdict)?;
            let told = book.chains[chain].flight.map(|flight| {
                let times_out_at = flight.times_out_at(book.config.move_timeout_ns);
                (flight.victim, flight.target, flight.since, times_out_at)
            });
            let said = explanation.flight;
            let said = said.map(|flight| (flight.victim, flight.target, flight.since, flight.times_out_at));
            same(rule, &format!("flight of {}", CHAINS[chain]), said, told)?;
        }
        same(rule, "verdicts", verdicts, self.report.verdicts)?;
        let last = self.scheduler.transitions().len().checked_sub(1);
        let last = last.and_then(|last| self.scheduler.transitions().nth(last));
        ensure(last.is_none_or(|last| last.at <= self.now), "time never goes back", || format!("{last:?}"))
    }

    /// W1: what comes first is what is said, as far as the book knows of it.
    fn check_verdict(&self, book: &Book, counts: &Counts, chain: usize, verdict: Verdict) -> Checked {
        use Verdict::{AlreadyMoved, ClaimHeld, Cooldown, Evict, FlapHold, Frozen, InFlight, Pinned, WarmingUp};
        use Verdict::{ClusterLimit, Deferred, NoScore, ScorerFailed, TargetLimit, TickLimit};
        let told = &book.chains[chain];
        let begun = counts.fresh.iter().find(|(other, ..)| *other == chain).map(|(_, arm, _)| *arm);
        let is_on_cooldown = book.is_on_cooldown(chain, self.now);
        let unknown: &[Verdict] = if book.config.flap_window_ns > 0 { &[Cooldown, FlapHold] } else { &[] };
        let expected: &[Verdict] = match begun {
            _ if book.is_frozen(self.now) => &[Frozen],
            _ if verdict == WarmingUp => &[WarmingUp],
            Some(Arm::Scheduler) => &[Evict],
            Some(_) => &[AlreadyMoved],
            None if book.is_pinned(chain) => &[Pinned],
            None if told.flight.is_some() => &[InFlight],
            None if is_on_cooldown => &[InFlight, Cooldown],
            None if told.record.claimed => &[InFlight, ClaimHeld],
            // Nobody has a score where nobody holds the chain.
            None if told.record.holders.is_empty() => {
                &[InFlight, TickLimit, ClusterLimit, TargetLimit, Deferred, ScorerFailed, NoScore]
            }
            None => return Ok(()),
        };
        // Who flaps is kept for longer, and who owes an eviction is said to be in flight.
        let is_later = expected.contains(&ClaimHeld) || expected.contains(&NoScore);
        let is_so = expected.contains(&verdict) || is_later && unknown.contains(&verdict);
        ensure(is_so, "the first verdict that applies is said", || {
            format!("{} is {verdict}, not {expected:?}: {told:?}", CHAINS[chain])
        })
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
        for until in book.avoided_until {
            check("avoided until", Some(until))?;
        }
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
            let said = status.map(|status| (status.left, status.in_flight, status.moved));
            let chains = led.iter().map(|&chain| &book.chains[chain]);
            let on_node = chains.filter(|told| told.record.holders.contains(node));
            let leaves = |told: &&Told| told.flight.is_some_and(|flight| flight.victim == Some(node));
            let moved = book.paces[node.0 as usize - 1].moved;
            let told = (on_node.clone().count() as u64, on_node.filter(leaves).count() as u64, moved);
            same(rule, "chains left, in flight and moved", said, book.drained.contains(node).then_some(told))?;
        }
        Ok(())
    }
}
