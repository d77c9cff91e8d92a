//! The simulated world: what is true, who leads, what is on its way, and who carries things out.

use driftline::{Action, SchedulerConfig, Timestamp};

use super::cast::{CHAINS, PLANES};
use super::coverage::Coverage;
use super::executor::{Errand, Fate};
use super::fault::Fault;
use super::handover;
use super::network::{Message, News};
use super::plane::{Plane, Setup};
use super::scorer::Shared;
use super::step::{Manner, Step, Which};
use super::truth::{Record, Truth};
use super::violation::{Checked, Violation};

pub struct World {
    pub truth: Truth,
    pub planes: Vec<Plane>,
    pub errands: Vec<Errand>,
    /// By the clock that nobody reads.
    pub now_ns: u64,
    pub shared: Shared,
    pub fault: Option<Fault>,
    pub coverage: Coverage,
    /// One line for each step, where somebody will read it.
    pub history: Option<Vec<String>>,
    note: String,
}

impl World {
    pub fn new(setups: &[Setup], fault: Option<Fault>, is_told: bool) -> World {
        let shared = Shared::new();
        let plane = |(number, setup): (usize, &Setup)| {
            Plane::new(number, setup.clone(), &shared, SchedulerConfig::default(), Default::default(), fault)
        };
        World {
            truth: Truth::new(),
            planes: setups.iter().enumerate().map(plane).collect(),
            errands: Vec::new(),
            now_ns: 0,
            shared: shared.clone(),
            fault,
            coverage: Coverage::default(),
            history: is_told.then(Vec::new),
            note: String::new(),
        }
    }

    /// Takes one step and checks everything that must be true after it.
    pub fn step(&mut self, step: &Step) -> Checked {
        self.note.clear();
        let mut outcome = self.take(step);
        for plane in &self.planes {
            outcome = outcome.and_then(|()| plane.book.compare(&plane.state));
        }
        if *step != Step::Calm || self.has_note() {
            self.tell(|| step.to_string());
        }
        outcome
    }

    /// Writes a line of the history, if there is one, with what was noted meanwhile.
    pub fn tell(&mut self, line: impl FnOnce() -> String) {
        if let Some(history) = &mut self.history {
            history.push(format!("{:>8}  {}{}", Timestamp(self.now_ns).to_string(), line(), self.note));
            self.note.clear();
        }
    }

    pub fn has_note(&self) -> bool {
        !self.note.is_empty()
    }

    /// Adds to the line of the present step.
    pub fn note(&mut self, what: impl FnOnce() -> String) {
        if self.history.is_some() {
            let separator = if self.note.is_empty() { " => " } else { ", " };
            self.note.push_str(separator);
            self.note.push_str(&what());
        }
    }

    fn take(&mut self, step: &Step) -> Checked {
        match *step {
            Step::Create { chain, holders, desired, plane } if !self.truth.records[chain].exists => {
                let class = self.truth.records[chain].class;
                self.change(chain, |record| {
                    *record = Record { exists: true, holders, desired, class, ..Record::default() };
                });
                self.lead(chain, plane);
            }
            Step::Remove { chain } => self.change_if(chain, |record| *record = Record::default()),
            Step::Claim { chain } => self.change_if(chain, |record| record.claimed = true),
            Step::Release { chain } => self.change_if(chain, |record| record.claimed = false),
            Step::Desire { chain, count } => {
                self.change_if(chain, |record| record.desired = record.desired.map(|_| count));
            }
            Step::Class { chain, class } => self.change_if(chain, |record| record.class = class),
            Step::Give { chain, node } if self.truth.is_alive(node) => {
                self.change_if(chain, |record| record.holders = record.holders.with(node));
            }
            Step::Take { chain, node } => self.change_if(chain, |record| record.holders = record.holders.without(node)),
            Step::Die { node, is_listed } => self.die(node, is_listed),
            Step::Revive { node } => self.revive(node),
            Step::Lead { chain, plane, hands_over } => return self.change_leader(chain, plane, hands_over),
            Step::Deliver { .. }
            | Step::DeliverAll { .. }
            | Step::Repeat { .. }
            | Step::Lose { .. }
            | Step::Resync { .. }
            | Step::Fail { .. } => self.carry(step),
            Step::Tick { plane, after_ns, is_rehearsed } => {
                self.now_ns += after_ns;
                return self.tick(plane, is_rehearsed);
            }
            Step::TickBefore { plane } => return self.planes[plane].tick_in_the_past(),
            Step::Restart { plane } => return self.restart(plane),
            Step::Configure { plane, ref config } => self.planes[plane].configure(**config),
            Step::Policy { plane, class, policy } => self.planes[plane].set_policy(class, policy),
            Step::Say { plane, saying } => {
                let now = self.time_at(plane);
                self.planes[plane].hear(saying.event(now));
            }
            Step::FailScorer { plane, fails } => self.planes[plane].fail_scorer(fails),
            Step::Score { chain, node, score, is_noted } => self.shared.table().set_score(chain, node, score, is_noted),
            Step::Execute { chain, which, manner } => return self.execute(chain, which, manner),
            Step::Forget { chain, which } => drop(self.remove_errand(chain, which)),
            Step::Refuse { chain, which } => {
                if let Some(errand) = self.remove_errand(chain, which) {
                    self.planes[errand.plane].inbox.push(Message { chain, news: News::Failed });
                }
            }
            Step::Calm => return self.calm(),
            Step::Create { .. } | Step::Give { .. } => {}
        }
        Ok(())
    }

    /// Changes a chain in the store, which tells everybody, sooner or later.
    pub fn change(&mut self, chain: usize, change: impl FnOnce(&mut Record)) {
        let before = self.truth.change(chain, change);
        let news = News::Changed { before, record: self.truth.records[chain] };
        self.broadcast(Message { chain, news });
    }

    /// The same if the chain exists and would be another.
    pub fn change_if(&mut self, chain: usize, change: impl FnOnce(&mut Record)) {
        let before = self.truth.records[chain];
        let mut after = before;
        change(&mut after);
        if before.exists && after != before {
            self.change(chain, |record| *record = after);
        }
    }

    fn broadcast(&mut self, message: Message) {
        self.planes.iter_mut().for_each(|plane| plane.inbox.push(message));
    }

    fn lead(&mut self, chain: usize, plane: usize) {
        self.truth.lead(chain, plane);
        self.broadcast(Message { chain, news: News::Led(self.truth.leases[chain]) });
    }

    /// The new leader knows at once; the others hear of it.
    fn change_leader(&mut self, chain: usize, plane: usize, hands_over: bool) -> Checked {
        let old = self.truth.leases[chain].plane;
        self.lead(chain, plane);
        self.planes[plane].take_lease(chain, self.truth.leases[chain]);
        let Some(old) = old.filter(|&old| hands_over && old != plane) else { return Ok(()) };
        let [old, new] = self.planes.get_disjoint_mut([old, plane]).expect("they are two");
        handover::hand_over(old, new, chain, self.fault, &mut self.coverage)
    }

    fn die(&mut self, node: driftline::NodeId, is_listed: bool) {
        self.truth.alive = self.truth.alive.without(node);
        let mut table = self.shared.table();
        table.known = table.known.without(node);
        table.listed = if is_listed { table.listed } else { table.listed.without(node) };
        table.note(node);
        drop(table);
        for chain in 0..CHAINS.len() {
            self.change_if(chain, |record| record.holders = record.holders.without(node));
        }
    }

    pub fn revive(&mut self, node: driftline::NodeId) {
        self.truth.alive = self.truth.alive.with(node);
        let mut table = self.shared.table();
        (table.known, table.listed) = (table.known.with(node), table.listed.with(node));
        table.note(node);
    }

    /// What happens between the store and the control planes.
    fn carry(&mut self, step: &Step) {
        match *step {
            Step::Deliver { plane, chain, which } => self.deliver(plane, chain, which, false),
            Step::Repeat { plane, chain } => self.deliver(plane, chain, Which::Oldest, true),
            Step::DeliverAll { plane } => {
                for message in std::mem::take(&mut self.planes[plane].inbox) {
                    let became = self.planes[plane].take(message);
                    self.coverage.count(became);
                }
            }
            Step::Lose { plane, chain } => {
                let inbox = &mut self.planes[plane].inbox;
                if let Some(index) = inbox.iter().position(|message| message.chain == chain) {
                    inbox.remove(index);
                }
            }
            Step::Resync { plane } => self.planes[plane].resync(&self.truth),
            Step::Fail { plane, chain } => self.planes[plane].inbox.push(Message { chain, news: News::Failed }),
            _ => {}
        }
    }

    fn deliver(&mut self, plane: usize, chain: usize, which: Which, stays: bool) {
        let inbox = &mut self.planes[plane].inbox;
        let is_about = |message: &Message| message.chain == chain;
        let index = match which {
            Which::Oldest => inbox.iter().position(is_about),
            Which::Newest => inbox.iter().rposition(is_about),
        };
        let Some(index) = index else { return };
        let message = if stays { inbox[index] } else { inbox.remove(index) };
        let became = self.planes[plane].take(message);
        self.coverage.count(became);
        self.note(|| became.to_owned());
    }

    pub fn time_at(&self, plane: usize) -> Timestamp {
        Timestamp(self.now_ns.saturating_add(self.planes[plane].setup.skew_ns))
    }

    /// A tick; what it emits waits for somebody to carry it out.
    pub fn tick(&mut self, plane: usize, is_rehearsed: bool) -> Checked {
        let now = self.time_at(plane);
        let World { planes, coverage, .. } = self;
        let at = &mut planes[plane];
        let outcome = if is_rehearsed { at.tick_rehearsed(now, coverage) } else { at.tick(now, coverage) };
        let config = at.book.config;
        for action in std::mem::take(&mut at.emitted) {
            self.note(|| describe(&action));
            let errand = Errand::new(plane, action, &config);
            if self.errands.iter().any(|other| other.rivals(&errand)) {
                self.coverage.count("two leaders act on one revision");
            }
            self.errands.push(errand);
        }
        outcome
    }

    fn restart(&mut self, plane: usize) -> Checked {
        let new = self.planes[plane].restarted();
        let mut old = std::mem::replace(&mut self.planes[plane], new);
        self.planes[plane].resync(&self.truth);
        // Those in flight have most to remember.
        let in_flight = old.book.chains.iter().position(|told| told.flight.is_some());
        let chain = in_flight.or_else(|| old.book.led().next()).unwrap_or(0);
        self.coverage.count(if in_flight.is_some() { "started anew in flight" } else { "started anew" });
        handover::check_alone(&mut old, chain)
    }

    fn find_errand(&self, chain: usize, which: Which) -> Option<usize> {
        let is_about = |errand: &Errand| errand.chain() == chain;
        match which {
            Which::Oldest => self.errands.iter().position(is_about),
            Which::Newest => self.errands.iter().rposition(is_about),
        }
    }

    fn remove_errand(&mut self, chain: usize, which: Which) -> Option<Errand> {
        self.find_errand(chain, which).map(|index| self.errands.remove(index))
    }

    fn execute(&mut self, chain: usize, which: Which, manner: Manner) -> Checked {
        let Some(index) = self.find_errand(chain, which) else { return Ok(()) };
        let errand = if manner == Manner::Twice { self.errands[index].clone() } else { self.errands.remove(index) };
        self.note(|| format!("{} of {}", describe(&errand.action), PLANES[errand.plane].1));
        self.attempt(&errand, manner).map(drop)
    }

    /// Somebody tries to carry out an action.
    pub fn attempt(&mut self, errand: &Errand, manner: Manner) -> Result<Fate, Violation> {
        let (fate, changed) = errand.attempt(&self.truth, &self.shared.table(), manner, self.fault)?;
        if let Some(changed) = changed {
            self.change(errand.chain(), |record| *record = changed);
        }
        let revision = self.truth.records[errand.chain()].revision;
        self.note(|| format!("{fate:?}, at revision {revision}"));
        self.coverage.count(match fate {
            Fate::Done => "carried out",
            Fate::Saved => "saved by its revision",
            Fate::Refused(why) => why,
        });
        Ok(fate)
    }
}

fn describe(action: &Action) -> String {
    match action {
        Action::Place(placement) if placement.victim.is_some() => {
            format!("{action}, for {}", placement.victim.map_or(String::new(), |victim| victim.to_string()))
        }
        _ => action.to_string(),
    }
}
