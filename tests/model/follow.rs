//! What a tick made of the moves in flight and of the orders of each chain, which the book follows by itself.

use driftline::{Action, Arm, LocalScheduler, MeshState, TickReport, Timestamp};

use super::book::{Book, Orders, Told};
use super::cast::{CHAINS, position};
use super::coverage::Coverage;
use super::fault::Fault;
use super::flying::{Flying, Stage};
use super::violation::{Checked, Violation, ensure, same};

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
    /// Moves that are over.
    pub ended: u64,
    /// Those of them that were not done.
    pub failed: u64,
    /// Those that actions have begun, rather than gone on with.
    pub fresh: Vec<Flying>,
    pub refused_orders: u64,
    pub standing_orders: u64,
}

/// One led chain in a tick.
struct Follower<'a> {
    ticked: &'a Ticked<'a>,
    chain: usize,
    /// As it was told before the tick.
    told: Told,
    action: Option<&'a Action>,
    move_timeout_ns: u64,
    /// Whether the action is the second half of the move that was in flight.
    continues: bool,
}

const RULE: &str = "a move is in flight from its action to its end";

impl Ticked<'_> {
    /// Brings the book to where the tick has brought the control plane, and checks what the tick says of itself.
    pub fn follow(&self, book: &mut Book, fault: Option<Fault>, coverage: &mut Coverage) -> Checked {
        let mut counts = Counts::default();
        let mut actions = self.actions.iter().peekable();
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
        let goes_on = |action: &Action| told.flight.is_some_and(|flight| flight.continues_with(action, &told.record));
        let continues = action.is_some_and(goes_on);
        Follower { ticked, chain, told, action, move_timeout_ns: book.config.move_timeout_ns, continues }
    }

    fn follow(&self, book: &mut Book, counts: &mut Counts) -> Checked {
        let flight = self.follow_flight()?;
        let told = &mut book.chains[self.chain];
        told.flight = flight;
        if let Some(action) = self.action.filter(|_| !self.continues) {
            counts.fresh.push(self.begun_by(action));
        }
        self.follow_end(told, counts)?;
        let (cooldown_ns, may_flap) = (book.cooldown_ns(self.chain), book.config.flap_window_ns > 0);
        self.follow_rebalance(&mut book.chains[self.chain], cooldown_ns, may_flap)?;
        self.follow_orders(book, counts)
    }

    fn tracks(&self) -> bool {
        self.move_timeout_ns > 0
    }

    fn begun_by(&self, action: &Action) -> Flying {
        Flying::of(action, &self.told.record, self.ticked.now)
    }

    fn describe(&self, what: &str) -> String {
        let Follower { action, told, .. } = self;
        format!("{} {what}: {action:?} by {told:?}", CHAINS[self.chain])
    }

    /// The move that must be in flight after the tick.
    fn follow_flight(&self) -> Result<Option<Flying>, Violation> {
        let (record, now) = (&self.told.record, self.ticked.now);
        let view = self.ticked.state.chain(CHAINS[self.chain]);
        let is_in_flight = view.is_some_and(|view| view.is_in_flight());
        let may_end = |flight: Flying| !self.tracks() || flight.may_be_over(record, self.move_timeout_ns, now);
        if let Some(action) = self.action {
            ensure(is_in_flight == self.tracks(), RULE, || self.describe("has an action, but not its flight"))?;
            let may_begin = self.continues || self.told.flight.is_none_or(may_end);
            ensure(may_begin, "no new move while one is in flight", || self.describe("has another move"))?;
            return Ok(self.tracks().then(|| self.begun_by(action)));
        }
        let Some(mut flight) = self.told.flight else {
            ensure(!is_in_flight, RULE, || self.describe("is in flight without an action"))?;
            return Ok(None);
        };
        if !is_in_flight {
            ensure(may_end(flight), RULE, || self.describe("is not in flight any more"))?;
            return Ok(None);
        }
        flight.go_on(record, now);
        let is_late = !self.tracks() || flight.is_overdue(self.move_timeout_ns, now);
        ensure(!is_late, "every move in flight ends", || self.describe("is overdue"))?;
        let has_failed = std::mem::take(&mut flight.has_failed) && flight.is_said;
        ensure(!has_failed, "every move in flight ends", || self.describe("has failed"))?;
        Ok(Some(flight))
    }

    /// F1: how a move that is over came to its end, and for how long that is remembered.
    fn follow_end(&self, told: &mut Told, counts: &mut Counts) -> Checked {
        let (record, now) = (&self.told.record, self.ticked.now);
        told.backoffs.forget(now);
        let is_over = told.flight.is_none() || self.action.is_some() && !self.continues;
        if let Some(over) = self.told.flight.filter(|_| is_over && self.tracks()) {
            counts.ended += 1;
            if !over.is_said || over.is_done(record) {
                told.backoffs.succeed(over.key());
            } else {
                counts.failed += 1;
                told.backoffs.fail(over.key(), now);
            }
        }
        if let Some(action) = self.action.filter(|action| action.arm() == Arm::Forced && action.target().is_some()) {
            // Whoever orders it knows better.
            told.backoffs.succeed(action.target());
        }
        // An order is an order, and what nobody tracks is said again.
        let minds = |action: &&Action| self.tracks() && !self.continues && action.arm() != Arm::Forced;
        let begun = self.action.filter(minds).map(|action| self.begun_by(action));
        let waits = begun.is_some_and(|begun| told.backoffs.hold(begun.key(), now));
        ensure(!waits, "what has failed waits", || self.describe("has an action too early"))
    }

    /// F2: tracked, an eviction counts from when it was found done, else from when it was said.
    fn follow_rebalance(&self, told: &mut Told, cooldown_ns: u64, may_flap: bool) -> Checked {
        let rule = "a cooldown begins with an eviction";
        let now = self.ticked.now;
        let has_left = |flight: Flying| flight.stage == Stage::Evicting && flight.is_done(&self.told.record);
        let evicts = if self.tracks() {
            self.told.flight.is_some_and(has_left)
        } else {
            matches!(self.action, Some(Action::Evict(_)))
        };
        if evicts {
            told.rebalanced = Some(now);
        }
        let view = self.ticked.state.chain(CHAINS[self.chain]);
        let said = view.and_then(|view| view.last_rebalance());
        let is_old = !evicts && told.rebalanced.is_some_and(|last| now.since_ns(last) >= cooldown_ns);
        if said.is_none() {
            let may_forget = is_old || told.rebalanced.is_none();
            ensure(may_forget, rule, || self.describe("has forgotten its cooldown"))?;
            told.rebalanced = None;
        }
        // E4: who flaps is on cooldown for longer.
        // An import may come from a clock that is ahead.
        let lies_ahead = told.rebalanced.is_some_and(|last| last > now);
        let may_remember = !is_old || may_flap || lies_ahead;
        ensure(may_remember || said.is_none(), rule, || self.describe("has not forgotten its cooldown"))?;
        same(rule, &format!("last eviction from {}", CHAINS[self.chain]), said, told.rebalanced)
    }

    /// R7: an order is carried out, refused, or left standing because of a limit.
    fn follow_orders(&self, book: &mut Book, counts: &mut Counts) -> Checked {
        let fresh = self.told.orders.fresh();
        let is_done = self.action.is_some_and(|action| action.arm() == Arm::Forced);
        let view = self.ticked.state.chain(CHAINS[self.chain]);
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
