//! What a tick made of the moves in flight and of the orders of each chain, which the book follows by itself.

use driftline::{Action, Arm, ChainView, LocalScheduler, MeshState, Placement, TickReport, Timestamp};

use super::advance::{Ends, Found};
use super::book::{Book, Orders, Owed, Told};
use super::cast::{CHAINS, position};
use super::coverage::Coverage;
use super::fault::Fault;
use super::flying::Flying;
use super::pace::check_pace;
use super::violation::{Checked, ensure, same};

/// A tick that has succeeded.
pub struct Ticked<'a> {
    pub actions: &'a [Action],
    pub report: &'a TickReport,
    pub state: &'a MeshState,
    pub scheduler: &'a LocalScheduler,
    pub now: Timestamp,
}

/// What the book counts in a tick.
#[derive(Default)]
pub struct Counts {
    pub ends: Ends,
    /// Moves that actions have begun, rather than gone on with, and the chains that they are of.
    pub fresh: Vec<(usize, Arm, Flying)>,
    pub refused_orders: u64,
    pub standing_orders: u64,
}

/// One led chain in a tick.
struct Follower<'a> {
    ticked: &'a Ticked<'a>,
    chain: usize,
    /// As it was after the first step of the tick.
    told: Told,
    action: Option<&'a Action>,
    tracks: bool,
    /// Whether the action is the second half of the move that is in flight.
    continues: bool,
}

const RULE: &str = "a move is in flight from its action to its end";

impl Ticked<'_> {
    /// Brings the book from the first step of the tick to its end, and checks what the tick says of itself.
    pub fn follow(&self, book: &mut Book, found: Found, fault: Option<Fault>, coverage: &mut Coverage) -> Checked {
        let mut counts = Counts { ends: found.ends, ..Counts::default() };
        self.count_beside(book, &found, coverage);
        let mut actions = self.actions.iter().peekable();
        check_pace(book, self.actions, self.now)?;
        let led: Vec<usize> = book.led().collect();
        for &chain in &led {
            let action = actions.next_if(|action| position(action.chain()) == chain);
            Follower::new(self, book, chain, action).follow(book, &mut counts)?;
            if fault == Some(Fault::UnnotedPlacements) && matches!(action, Some(Action::Place(_))) {
                book.chains[chain].flight = None;
            }
        }
        for (chain, told) in book.chains.iter_mut().enumerate() {
            if !led.contains(&chain) {
                told.orders.grow_old();
            }
        }
        self.audit(book, &led, &counts, fault)?;
        book.ignored_feedback = 0;
        self.count(coverage, &counts);
        Ok(())
    }

    /// What only few ticks are about, with the book as it was before the arms.
    fn count_beside(&self, book: &Book, found: &Found, coverage: &mut Coverage) {
        coverage.add("second half too old", found.too_old);
        coverage.add("eviction untracked", found.untracked);
        for action in self.actions {
            let chain = position(action.chain());
            match action {
                Action::Place(_) if book.chains[chain].record.holders.is_empty() => {
                    coverage.count("first holder placed")
                }
                Action::Evict(eviction) if !book.said(chain, self.now).without(eviction.victim).is_empty() => {
                    coverage.count("evict beside what was said");
                }
                _ => {}
            }
        }
    }

    fn count(&self, coverage: &mut Coverage, counts: &Counts) {
        let report = self.report;
        coverage.add("completed", report.completed_moves);
        coverage.add("failed", report.failed_moves);
        coverage.add("timed out", report.timed_out_moves);
        coverage.add("returned", report.returned_moves);
        coverage.add("order refused", report.forced_refused);
        coverage.add("order left standing", counts.standing_orders);
        coverage.add("feedback ignored", report.ignored_feedback);
        coverage.add("in flight after a tick", report.in_flight);
        coverage.count_verdicts(&report.verdicts);
    }
}

impl<'a> Follower<'a> {
    fn new(ticked: &'a Ticked<'a>, book: &Book, chain: usize, action: Option<&'a Action>) -> Follower<'a> {
        let told = book.chains[chain];
        let goes_on = |action: &Action| told.flight.is_some_and(|flight| flight.is_continued_by(action));
        let continues = action.is_some_and(goes_on);
        Follower { ticked, chain, told, action, tracks: book.tracks(), continues }
    }

    fn follow(&self, book: &mut Book, counts: &mut Counts) -> Checked {
        let now = self.ticked.now;
        let is_frozen = book.is_frozen(now);
        let longest_ns = book.sight(self.chain, now).owed_for_ns();
        let told = &mut book.chains[self.chain];
        if let Some(action) = self.action {
            self.follow_action(action, told)?;
            if !self.continues {
                counts.fresh.push((self.chain, action.arm(), self.begun_by(action)));
            }
        } else if let Some(flight) = self.told.flight {
            // A second half waits for nothing else, not even for limits.
            let waits = self.told.record.claimed || is_frozen;
            ensure(flight.is_said || waits, "a second half is said at once", || self.describe("has no action"))?;
        }
        let is_in_flight = self.view().is_some_and(|view| view.is_in_flight());
        ensure(is_in_flight == told.flight.is_some(), RULE, || {
            self.describe(if is_in_flight { "flies" } else { "lies" })
        })?;
        let is_overdue = told.flight.is_some_and(|flight| now.since_ns(flight.since) >= longest_ns);
        ensure(!is_overdue, "every move in flight goes on or ends", || self.describe("is overdue"))?;
        let (cooldown_ns, may_flap) = (book.cooldown_ns(self.chain), book.config.flap_window_ns > 0);
        self.follow_rebalance(&mut book.chains[self.chain], cooldown_ns, may_flap)?;
        self.follow_orders(book, counts)
    }

    fn view(&self) -> Option<ChainView<'a>> {
        self.ticked.state.chain(CHAINS[self.chain])
    }

    fn begun_by(&self, action: &Action) -> Flying {
        Flying::of(action, &self.told.record, self.ticked.now)
    }

    fn describe(&self, what: &str) -> String {
        let Follower { action, told, .. } = self;
        format!("{} {what}: {action:?} by {told:?}", CHAINS[self.chain])
    }

    /// What an action leaves behind.
    fn follow_action(&self, action: &Action, told: &mut Told) -> Checked {
        let now = self.ticked.now;
        let may_begin = self.continues || self.told.flight.is_none();
        ensure(may_begin, "no new move while one is in flight", || self.describe("has another move"))?;
        if action.arm() == Arm::Forced && action.target().is_some() {
            // Whoever orders it knows better.
            told.backoffs.succeed(action.target());
        }
        let begun = self.begun_by(action);
        let is_second = begun.places_first && matches!(action, Action::Evict(_));
        // An order is an order; and where nobody tracks moves nobody knows that an eviction has failed.
        let minds = !self.continues && action.arm() != Arm::Forced && (self.tracks || !is_second);
        let waits = minds && told.backoffs.hold(begun.key(), now);
        ensure(!waits, "what has failed waits", || self.describe("has an action too early"))?;
        let arm = self.told.flight.map_or(begun.arm, |flight| flight.arm);
        told.flight = self.tracks.then_some(begun.by(arm));
        match action {
            Action::Place(Placement { victim: Some(victim), target, .. }) if action.arm() != Arm::Count => {
                told.owed = Some(Owed { victim: *victim, target: *target, at: now, is_doubtful: false });
            }
            Action::Evict(_) if is_second && self.tracks => told.owed = told.owed.map(|owed| Owed { at: now, ..owed }),
            Action::Evict(eviction) if eviction.target.is_none() && action.arm() == Arm::Count && !self.tracks => {
                told.owed = Some(Owed { victim: eviction.victim, target: None, at: now, is_doubtful: false });
            }
            _ => {}
        }
        if let Action::Evict(eviction) = action
            && !self.tracks
        {
            told.said = told.said.with(eviction.victim);
            (told.rebalanced, told.is_rebalanced_now) = (Some(now), true);
        }
        Ok(())
    }

    /// F2, E4: when the chain was last evicted from, until that is long ago.
    fn follow_rebalance(&self, told: &mut Told, cooldown_ns: u64, may_flap: bool) -> Checked {
        let rule = "a cooldown begins with an eviction";
        let is_rested = |last| self.ticked.now.since_ns(last) >= cooldown_ns;
        let said = self.view().and_then(|view| view.last_rebalance());
        let is_old = !told.is_rebalanced_now && told.rebalanced.is_some_and(is_rested);
        if said.is_none() {
            let may_forget = is_old || told.rebalanced.is_none();
            ensure(may_forget, rule, || self.describe("has forgotten its cooldown"))?;
            told.rebalanced = None;
        }
        // Who flaps is on cooldown for longer.
        ensure(!is_old || may_flap || said.is_none(), rule, || self.describe("has not forgotten its cooldown"))?;
        same(rule, &format!("last eviction from {}", CHAINS[self.chain]), said, told.rebalanced)
    }

    /// R7: an order is carried out, refused, or left standing because of a limit.
    fn follow_orders(&self, book: &mut Book, counts: &mut Counts) -> Checked {
        let fresh = self.told.orders.fresh();
        let is_done = self.action.is_some_and(|action| action.arm() == Arm::Forced);
        let view = self.view();
        let stands = view.is_some_and(|view| view.pending_eviction().is_some() || view.pending_placement().is_some());
        if stands {
            counts.standing_orders += 1;
            book.chains[self.chain].orders = fresh;
            let may_stand = !fresh.is_empty() && !is_done && book.has_limits();
            return ensure(may_stand, "orders are settled by the next tick", || self.describe("still has orders"));
        }
        if !is_done {
            counts.refused_orders += u64::from(fresh.victim.is_some()) + u64::from(fresh.target.is_some());
        }
        book.chains[self.chain].orders = Orders::default();
        Ok(())
    }
}
