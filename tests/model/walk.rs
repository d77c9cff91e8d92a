//! A random walk: its steps, playing them again, and making them few.

use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};

use driftline::SchedulerConfig;

use super::cast::{PLANES, SECOND};
use super::choose;
use super::coverage::Coverage;
use super::dice::Dice;
use super::fault::Fault;
use super::network::Feed;
use super::plane::Setup;
use super::settings::FIELDS;
use super::step::Step;
use super::violation::{Checked, Violation};
use super::world::World;

/// So many steps of chance come before it is calm, and so often.
const STORM: usize = 120;
const STORMS: usize = 2;

/// Steps that may be played to make a walk smaller.
const STEPS_TO_PLAY: usize = 600_000;

#[derive(Clone, Debug)]
pub struct Walk {
    pub setups: Vec<Setup>,
    pub steps: Vec<Step>,
}

/// A walk that broke a rule in its last step.
#[derive(Debug)]
pub struct Found {
    pub walk: Walk,
    pub violation: Violation,
}

/// Walks at random. What was reached, how many steps it took, and the violation if there was one.
pub fn wander(seed: u64, fault: Option<Fault>) -> (Coverage, u64, Option<Found>) {
    let mut dice = Dice::new(seed);
    let setups: Vec<Setup> = PLANES.iter().map(|_| setup(&mut dice)).collect();
    let mut world = World::new(&setups, fault, false);
    let mut walk = Walk { setups, steps: choose::opening(&mut dice) };
    let opening = walk.steps.len();
    let mut violation = (0..opening).find_map(|index| attempt(&mut world, &walk.steps[index]).err());
    for index in 0..STORMS * (STORM + 1) {
        if violation.is_some() {
            break;
        }
        let is_calm = index % (STORM + 1) == STORM;
        walk.steps.push(if is_calm { Step::Calm } else { choose::next(&world, &mut dice) });
        violation = attempt(&mut world, &walk.steps[walk.steps.len() - 1]).err();
    }
    let count = walk.steps.len() as u64;
    (world.coverage, count, violation.map(|violation| Found { walk, violation }))
}

fn setup(dice: &mut Dice) -> Setup {
    let feed = dice.of(&[Feed::Records, Feed::Changes]);
    Setup { feed, skew_ns: dice.of(&[0, 0, 3 * SECOND, SECOND / 2]) }
}

/// One step; a panic is a broken rule too.
fn attempt(world: &mut World, step: &Step) -> Checked {
    catch_unwind(AssertUnwindSafe(|| world.step(step))).unwrap_or_else(|panic| {
        let message = panic.downcast_ref::<String>().map(String::as_str);
        let message = message.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
        Err(Violation { rule: "nothing panics", text: format!("{step}: {message}") })
    })
}

/// Plays steps until a rule is broken.
fn play(walk: &Walk, fault: Option<Fault>, is_told: bool) -> (World, usize, Option<Violation>) {
    let mut world = World::new(&walk.setups, fault, is_told);
    for (index, step) in walk.steps.iter().enumerate() {
        if let Err(violation) = attempt(&mut world, step) {
            return (world, index + 1, Some(violation));
        }
    }
    let length = walk.steps.len();
    (world, length, None)
}

/// Looks for the shortest walk that breaks the same rule: drops steps, then settings.
pub fn smallest(found: Found, fault: Option<Fault>) -> Found {
    let mut search = Search { found, fault, steps_left: STEPS_TO_PLAY };
    loop {
        let before = search.size();
        search.drop_steps();
        search.drop_settings();
        if search.size() == before {
            return search.found;
        }
    }
}

struct Search {
    found: Found,
    fault: Option<Fault>,
    steps_left: usize,
}

impl Search {
    fn size(&self) -> usize {
        let unusual = |step: &Step| match step {
            Step::Configure { config, .. } => differences(config),
            _ => 0,
        };
        self.found.walk.steps.iter().map(|step| 1 + unusual(step)).sum()
    }

    /// Takes over a walk that still breaks the rule.
    fn attempt(&mut self, mut walk: Walk) -> bool {
        if walk.steps.len() > self.steps_left {
            return false;
        }
        self.steps_left -= walk.steps.len();
        let (_, length, violation) = play(&walk, self.fault, false);
        match violation {
            Some(violation) if violation.rule == self.found.violation.rule => {
                walk.steps.truncate(length);
                self.found = Found { walk, violation };
                true
            }
            _ => false,
        }
    }

    fn drop_steps(&mut self) {
        let mut length = self.found.walk.steps.len();
        while length > 0 {
            let mut first = 0;
            while first < self.found.walk.steps.len() {
                let mut fewer = self.found.walk.clone();
                fewer.steps.drain(first..(first + length).min(fewer.steps.len()));
                if !self.attempt(fewer) {
                    first += length;
                }
            }
            length /= 2;
        }
    }

    fn drop_settings(&mut self) {
        for index in (0..self.found.walk.steps.len()).rev() {
            for field in FIELDS {
                let mut simpler = self.found.walk.clone();
                let Some(Step::Configure { config, .. }) = simpler.steps.get_mut(index) else { break };
                let before = **config;
                field(config, &SchedulerConfig::default());
                if **config != before && config.validate().is_ok() {
                    self.attempt(simpler);
                }
            }
        }
        for plane in 0..PLANES.len() {
            let mut simpler = self.found.walk.clone();
            simpler.setups[plane] = Setup { feed: Feed::Records, skew_ns: 0 };
            self.attempt(simpler);
        }
    }
}

/// How many fields of a config are not as usual.
fn differences(config: &SchedulerConfig) -> usize {
    let usual = SchedulerConfig::default();
    let is_unusual = |field: &fn(&mut SchedulerConfig, &SchedulerConfig)| {
        let mut other = *config;
        field(&mut other, &usual);
        other != *config
    };
    FIELDS.iter().filter(|field| is_unusual(field)).count()
}

const LINES_AT_FIRST: usize = 60;
const LINES_AT_LAST: usize = 10;

/// The history of a walk, one line for each step.
pub fn history(found: &Found, fault: Option<Fault>) -> String {
    let (world, _, violation) = play(&found.walk, fault, true);
    let mut text = String::new();
    for (plane, setup) in PLANES.iter().zip(&found.walk.setups) {
        if setup.skew_ns > 0 || setup.feed != Feed::Records {
            let (feed, ahead) = (setup.feed, driftline::Timestamp(setup.skew_ns));
            writeln!(text, "{} hears {feed:?} and its clock is {ahead} ahead", plane.1)
                .expect("a string takes everything");
        }
    }
    let lines = world.history.unwrap_or_default();
    for (number, line) in lines.iter().enumerate() {
        // What goes round in circles is not told to the end.
        let (is_early, is_late) = (number < LINES_AT_FIRST, number + LINES_AT_LAST >= lines.len());
        if is_early || is_late {
            writeln!(text, "{line}").expect("a string takes everything");
        } else if number == LINES_AT_FIRST {
            writeln!(text, "          and so on").expect("a string takes everything");
        }
    }
    let Violation { rule, text: broken } = violation.unwrap_or(found.violation.clone());
    writeln!(text, "broken: {rule}\n{broken}").expect("a string takes everything");
    text
}
