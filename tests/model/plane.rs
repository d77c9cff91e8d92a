//! One control plane: a state, a scheduler, what has not reached it yet, and the book that is kept beside.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use driftline::{
    Action, ChainId, ClassPolicy, Error, Event, LocalScheduler, Membership, MeshState, NodeId, OnScorerError,
    SchedulerConfig, Timestamp,
};

use super::book::Book;
use super::cast::{CHAINS, PLANES};
use super::coverage::Coverage;
use super::fault::Fault;
use super::follow::Ticked;
use super::network::{Feed, Message, News};
use super::rules::check_actions;
use super::scorer::{Shared, TableScorer};
use super::settings::CLASSES;
use super::truth::{Lease, Record, Truth};
use super::violation::{Checked, Violation, ensure, same};

/// How a control plane is set up, and what stays when it starts anew.
#[derive(Clone, Debug)]
pub struct Setup {
    pub feed: Feed,
    /// By how much its clock is ahead.
    pub skew_ns: u64,
}

pub struct Plane {
    pub number: usize,
    pub setup: Setup,
    pub state: MeshState,
    pub scheduler: LocalScheduler,
    pub book: Book,
    pub inbox: Vec<Message>,
    fails: Arc<AtomicBool>,
    shared: Shared,
    fault: Option<Fault>,
    last_seen: Option<Timestamp>,
    pub next_due: Option<Timestamp>,
    /// What the last tick has emitted.
    pub emitted: Vec<Action>,
}

impl Plane {
    pub fn new(
        number: usize,
        setup: Setup,
        shared: &Shared,
        config: SchedulerConfig,
        policies: [Option<ClassPolicy>; CLASSES as usize],
        fault: Option<Fault>,
    ) -> Plane {
        let mut scheduler = LocalScheduler::new(PLANES[number].0, config).expect("the config is valid");
        let fails = Arc::new(AtomicBool::new(false));
        scheduler.registry_mut().install(Box::new(TableScorer { shared: shared.clone(), fails: Arc::clone(&fails) }));
        for (class, policy) in (0..).zip(policies) {
            scheduler.set_class_policy(class, policy).expect("the policy is valid");
        }
        Plane {
            number,
            setup,
            state: MeshState::new(),
            scheduler,
            book: Book::new(number, config, policies, fault),
            inbox: Vec::new(),
            fails,
            shared: shared.clone(),
            fault,
            last_seen: None,
            next_due: None,
            emitted: Vec::new(),
        }
    }

    /// The same control plane with an empty memory.
    pub fn restarted(&self) -> Plane {
        let Book { config, policies, .. } = self.book;
        Plane::new(self.number, self.setup.clone(), &self.shared, config, policies, self.fault)
    }

    fn apply(&mut self, events: &[Event]) {
        self.state.apply(events).expect("no event names the reserved node");
    }

    /// Takes in what somebody says beside the store.
    pub fn hear(&mut self, event: Event) {
        if let Some(chain) = event.chain() {
            let told = &self.book.chains[super::cast::position(chain)];
            let is_order = matches!(event, Event::ForceEvict { .. } | Event::ForcePlace { .. });
            if is_order && !told.record.exists {
                return;
            }
        }
        self.apply(&[event]);
        assert!(self.fault != Some(Fault::Panics) || event != Event::Thaw, "planted");
        let is_unheard = match self.fault {
            Some(Fault::UnheardThaw) => event == Event::Thaw,
            Some(Fault::ForgottenOrders) => matches!(event, Event::ForcePlace { .. }),
            _ => false,
        };
        if !is_unheard {
            self.book.note(&event);
        }
    }

    /// Takes in news, and says what became of them.
    pub fn take(&mut self, message: Message) -> &'static str {
        let chain = message.chain;
        match message.news {
            News::Changed { before, record } => self.take_record(chain, before, record),
            News::Led(lease) => self.take_lease(chain, lease),
            News::Failed => {
                self.hear(Event::MoveFailed { chain: CHAINS[chain] });
                "failure told"
            }
        }
    }

    pub fn take_lease(&mut self, chain: usize, lease: Lease) -> &'static str {
        let told = &self.book.chains[chain];
        if lease.epoch <= told.lease.epoch {
            return "led, old";
        }
        let (exists, has_orders) = (told.record.exists, !told.orders.is_empty());
        self.note_lease(chain, lease);
        let drops = has_orders && self.book.chains[chain].orders.is_empty();
        if exists {
            let event = leader_event(CHAINS[chain], lease);
            self.apply(&[event]);
        }
        if drops { "led, orders dropped" } else { "led" }
    }

    fn note_lease(&mut self, chain: usize, lease: Lease) {
        let orders = self.book.chains[chain].orders;
        self.book.lead(chain, lease);
        if self.fault == Some(Fault::OutlivedOrders) {
            self.book.chains[chain].orders = orders;
        }
    }

    fn take_record(&mut self, chain: usize, before: u64, record: Record) -> &'static str {
        let known = self.book.chains[chain].record;
        if record.revision <= known.revision {
            if self.fault == Some(Fault::MembershipOutOfOrder) && known.exists && record.exists {
                self.adopt(chain, Record { holders: record.holders, ..known });
            }
            return "changed, old";
        }
        if self.fault == Some(Fault::RevisionBeforeMembership) && known.exists && record.revision.is_multiple_of(2) {
            self.adopt(chain, Record { revision: record.revision, ..known });
            return "changed, by its number alone";
        }
        if self.setup.feed == Feed::Changes && before != known.revision {
            return "changed, with a gap";
        }
        self.adopt(chain, record);
        "changed"
    }

    /// Makes this what is known of a chain, in one batch with its revision.
    fn adopt(&mut self, chain: usize, record: Record) {
        self.forget_former(chain, &record);
        let told = self.book.chains[chain];
        let (id, known) = (CHAINS[chain], told.record);
        if !record.exists {
            return self.book.remove(chain, record.revision);
        }
        let says_all = self.setup.feed == Feed::Records;
        let mut events: Vec<Event> = Vec::with_capacity(8);
        let comes = if says_all { record.holders } else { record.holders.minus(known.holders) };
        let goes = known.holders.minus(record.holders);
        events.extend(comes.iter().map(|node| Event::HolderAdded { chain: id, node }));
        events.extend(goes.iter().map(|node| Event::HolderRemoved { chain: id, node }));
        facts(id, &record, &mut events);
        if !known.exists {
            events.push(leader_event(id, told.lease));
        }
        self.apply(&events);
        self.note_record(chain, record);
    }

    /// A chain that is gone, or another one under the same id, has nothing to do with what is remembered.
    fn forget_former(&mut self, chain: usize, record: &Record) {
        let known = self.book.chains[chain].record;
        if known.exists && (!record.exists || record.born != known.born) {
            self.apply(&[Event::ChainRemoved { chain: CHAINS[chain] }]);
            self.book.remove(chain, known.revision);
        }
    }

    fn note_record(&mut self, chain: usize, record: Record) {
        let known = &mut self.book.chains[chain].record;
        let stays_claimed = self.fault == Some(Fault::UnheardReleases) && known.claimed;
        *known = Record { claimed: record.claimed || stays_claimed, ..record };
    }

    /// Reads the whole store, whatever is on its way.
    pub fn resync(&mut self, truth: &Truth) {
        let existing: Vec<usize> = (0..CHAINS.len()).filter(|&chain| truth.records[chain].exists).collect();
        let (mut leaders, mut offsets, mut holders, mut events) = (Vec::new(), vec![0], Vec::new(), Vec::new());
        for &chain in &existing {
            let record = &truth.records[chain];
            self.forget_former(chain, record);
            leaders.push(truth.leases[chain].plane.map_or(NodeId::NONE, |plane| PLANES[plane].0));
            holders.extend(record.holders.iter());
            offsets.push(holders.len() as u64);
            facts(CHAINS[chain], record, &mut events);
        }
        let chains: Vec<ChainId> = existing.iter().map(|&chain| CHAINS[chain]).collect();
        let membership = Membership { chains: &chains, leaders: &leaders, holder_offsets: &offsets, holders: &holders };
        self.state.load(&membership).expect("the membership fits together");
        self.apply(&events);
        for chain in 0..CHAINS.len() {
            self.note_lease(chain, truth.leases[chain]);
            if truth.records[chain].exists {
                self.note_record(chain, truth.records[chain]);
            } else {
                self.book.remove(chain, truth.records[chain].revision);
            }
        }
    }

    pub fn configure(&mut self, config: SchedulerConfig) {
        self.scheduler.configure(config).expect("the config is valid");
        self.book.config = config;
    }

    pub fn set_policy(&mut self, class: u32, policy: Option<ClassPolicy>) {
        self.scheduler.set_class_policy(class, policy).expect("the policy is valid");
        self.book.policies[class as usize] = policy;
    }

    pub fn fail_scorer(&self, fails: bool) {
        self.fails.store(fails, Ordering::Relaxed);
    }

    fn aborts(&self) -> bool {
        self.fails.load(Ordering::Relaxed) && self.book.config.on_scorer_error == OnScorerError::Abort
    }

    /// One tick and everything that must be true of it.
    pub fn tick(&mut self, now: Timestamp, coverage: &mut Coverage) -> Checked {
        self.emitted.clear();
        let digest = self.aborts().then(|| self.state.digest());
        self.last_seen = Some(now);
        coverage.count("tick");
        let report = match self.scheduler.tick(&mut self.state, now) {
            Ok(decision) => {
                self.emitted.clone_from(&decision.actions);
                decision.report.clone()
            }
            Err(Error::Scorer { .. }) if digest.is_some() => {
                coverage.count("tick aborted");
                same("a tick that aborts changes nothing", "digest", Some(self.state.digest()), digest)?;
                return Ok(());
            }
            Err(error) => return Err(Violation { rule: "a tick succeeds", text: error.to_string() }),
        };
        self.next_due = report.next_due;
        let found = self.book.advance(now);
        check_actions(&self.book, &self.emitted, now)?;
        self.emitted.iter().for_each(|action| coverage.count_action(action));
        let Plane { state, scheduler, book, emitted, .. } = self;
        let ticked = Ticked { actions: emitted, report: &report, state, scheduler, now };
        ticked.follow(book, found, self.fault, coverage)
    }

    /// T3: what a dry run says a tick does.
    pub fn tick_rehearsed(&mut self, now: Timestamp, coverage: &mut Coverage) -> Checked {
        let digest = self.state.digest();
        let decided = match self.scheduler.sample(&self.state, now) {
            Ok(_) => self.scheduler.decide(&self.state, now),
            Err(error) => Err(error),
        };
        same("a dry run changes nothing", "digest", self.state.digest(), digest)?;
        self.tick(now, coverage)?;
        // With a limit of scores the tick goes on sampling where the sample before the dry run had to stop (L3).
        let has_sampled = self.book.config.max_scores_per_tick == 0;
        if let Some(decided) = decided.ok().filter(|_| has_sampled) {
            same("a tick does what a dry run said", "actions", &self.emitted, &decided.actions)?;
        }
        Ok(())
    }

    /// T1: time never goes back.
    pub fn tick_in_the_past(&mut self) -> Checked {
        let Some(before) = self.last_seen.and_then(|last| last.0.checked_sub(1)).map(Timestamp) else { return Ok(()) };
        let digest = self.state.digest();
        let outcome = self.scheduler.tick(&mut self.state, before);
        let is_refused = matches!(outcome, Err(Error::TimeReversed { .. }));
        ensure(is_refused, "time never goes back", || format!("a tick at {before}"))?;
        same("time never goes back", "digest", self.state.digest(), digest)
    }
}

/// What the store says of a chain beside who holds and leads it.
fn facts(chain: ChainId, record: &Record, events: &mut Vec<Event>) {
    events.extend(record.desired.map(|count| Event::DesiredReplicas { chain, count }));
    events.push(Event::ChainClass { chain, class: record.class });
    events.push(if record.claimed { Event::ClaimAcquired { chain } } else { Event::ClaimReleased { chain } });
    events.push(Event::ChainRevision { chain, revision: record.revision });
}

fn leader_event(chain: ChainId, lease: Lease) -> Event {
    match lease.plane {
        Some(plane) => Event::LeaderSet { chain, node: PLANES[plane].0 },
        None => Event::LeaderCleared { chain },
    }
}
