//! Making a found history small, and printing it as a scenario file.

use std::fmt::Write;

use driftline::{ClassMode, SchedulerConfig};

use super::dice::THIS_NODE;
use super::duel::Setting;
use super::run::{Found, replay};
use super::step::{Say, Step};
use crate::support::world::Batch;

/// How many steps may be played to make a history smaller: thousands of attempts for a short one, and for one with
/// thousands of chains no more than a reader will wait for.
const STEPS_TO_PLAY: usize = 400_000;

/// Drops what the difference does not need: whole steps, then parts of steps.
pub fn smallest(found: Found, setting: Setting) -> Found {
    let mut search = Search { smallest: found, setting, steps_left: STEPS_TO_PLAY };
    loop {
        let before = size(&search.smallest.steps);
        search.drop_steps();
        search.drop_parts();
        if size(&search.smallest.steps) == before {
            return search.smallest;
        }
    }
}

fn size(steps: &[Step]) -> usize {
    steps.iter().map(|step| 1 + parts(step)).sum()
}

struct Search {
    /// On which the two sides still differ.
    smallest: Found,
    setting: Setting,
    steps_left: usize,
}

impl Search {
    /// Takes over steps that still show a difference.
    fn attempt(&mut self, steps: &[Step]) -> bool {
        if steps.len() > self.steps_left {
            return false;
        }
        self.steps_left -= steps.len();
        let found = replay(steps, self.setting);
        let succeeded = found.is_some();
        if let Some(found) = found {
            self.smallest = found;
        }
        succeeded
    }

    fn drop_steps(&mut self) {
        let mut length = self.smallest.steps.len();
        while length > 0 {
            let mut first = 0;
            while first < self.smallest.steps.len() {
                let mut fewer = self.smallest.steps.clone();
                fewer.drain(first..(first + length).min(fewer.len()));
                if !self.attempt(&fewer) {
                    first += length;
                }
            }
            length /= 2;
        }
    }

    fn drop_parts(&mut self) {
        for position in (0..self.smallest.steps.len()).rev() {
            let mut part = 0;
            while position < self.smallest.steps.len() && part < parts(&self.smallest.steps[position]) {
                let step = &self.smallest.steps[position];
                let smaller = without(step, part);
                let became_smaller = parts(&smaller) < parts(step);
                let mut fewer = self.smallest.steps.clone();
                fewer[position] = smaller;
                if !self.attempt(&fewer) || !became_smaller {
                    part += 1;
                }
            }
        }
    }
}

/// How many parts a step has that it could do without.
fn parts(step: &Step) -> usize {
    match step {
        Step::Apply(events) => events.len(),
        Step::Load { chains, leaders, .. } if chains.len() == leaders.len() && step.is_sayable() => chains.len(),
        Step::Say(Say::Scores(_, answers)) if answers.len() > 1 => answers.len(),
        Step::Say(Say::Fingerprints(answers)) if answers.len() > 1 => answers.len(),
        Step::Say(Say::Index(_, homes)) if homes.len() > 1 => homes.len(),
        Step::Policy(_, Some(_)) => 5,
        Step::Diff { already_evicted, .. } => already_evicted.len(),
        // One for each field.
        Step::Configure(_) => 23,
        _ => 0,
    }
}

fn without(step: &Step, part: usize) -> Step {
    let mut step = step.clone();
    match &mut step {
        Step::Apply(events) => drop(events.remove(part)),
        Step::Load { chains, leaders, offsets, holders } => {
            let (start, end) = (offsets[part] as usize, offsets[part + 1] as usize);
            if start <= end && end <= holders.len() {
                chains.remove(part);
                leaders.remove(part);
                holders.drain(start..end);
                offsets.remove(part + 1);
                offsets[part + 1..].iter_mut().for_each(|offset| *offset -= (end - start) as u64);
            }
        }
        Step::Say(Say::Scores(_, answers)) => drop(answers.remove(part)),
        Step::Say(Say::Fingerprints(answers)) => drop(answers.remove(part)),
        Step::Say(Say::Index(_, homes)) => drop(homes.remove(part)),
        Step::Policy(_, Some(policy)) => match part {
            0 => policy.score_floor = None,
            1 => policy.hysteresis_gap = None,
            2 => policy.cooldown_ns = None,
            3 => policy.cost_per_sec = None,
            _ => policy.mode = ClassMode::Eager,
        },
        Step::Diff { already_evicted, .. } => drop(already_evicted.remove(part)),
        Step::Configure(config) => {
            let usual = SchedulerConfig::default();
            match part {
                0 => config.score_floor = usual.score_floor,
                1 => config.hysteresis_gap = usual.hysteresis_gap,
                2 => config.cooldown_ns = usual.cooldown_ns,
                3 => config.decision_interval_ns = usual.decision_interval_ns,
                4 => config.cost_per_sec = usual.cost_per_sec,
                5 => config.on_scorer_error = usual.on_scorer_error,
                6 => config.fingerprint_mode = usual.fingerprint_mode,
                7 => config.max_scores_per_tick = usual.max_scores_per_tick,
                8 => config.backstop_spread = usual.backstop_spread,
                9 => config.retry_backoff_ns = usual.retry_backoff_ns,
                10 => config.min_holders = usual.min_holders,
                11 => config.move_order = usual.move_order,
                12 => config.pin_ttl_ns = usual.pin_ttl_ns,
                13 => config.max_moves_per_tick = usual.max_moves_per_tick,
                14 => config.max_in_flight = usual.max_in_flight,
                15 => config.max_in_flight_per_source = usual.max_in_flight_per_source,
                16 => config.max_in_flight_per_target = usual.max_in_flight_per_target,
                17 => config.target_penalty = usual.target_penalty,
                18 => config.max_alternatives = usual.max_alternatives,
                19 => config.flap_window_ns = usual.flap_window_ns,
                20 => config.warmup_coverage = usual.warmup_coverage,
                21 => config.warmup_max_ns = usual.warmup_max_ns,
                // Last, since the limits need it.
                _ => config.move_timeout_ns = usual.move_timeout_ns,
            }
        }
        _ => {}
    }
    step
}

/// Whether [`scenario`] leaves nothing out.
pub fn is_playable(found: &Found) -> bool {
    found.steps.iter().all(Step::is_sayable)
}

/// The history as a scenario file. Its expected output is still to be filled in.
pub fn scenario(found: &Found) -> String {
    let mut text = String::from("# A random history on which the library and the oracle differ.\n");
    for line in found.difference.lines() {
        comment(&mut text, line);
    }
    if found.steps.iter().any(|step| matches!(step, Step::Install(entries) if entries.batch == Batch::Blind)) {
        comment(&mut text, "To be played with `Batch::Blind` for `batch=on`: a batch fails without saying where.");
    }
    let mut commands = format!("node {THIS_NODE}\n");
    for step in &found.steps {
        if !step.is_sayable() {
            comment(&mut commands, &format!("The language cannot say: {step}"));
            continue;
        }
        writeln!(commands, "{step}").expect("a string takes everything");
        if matches!(step, Step::Tick(_) | Step::Sample(_) | Step::Decide(_) | Step::Diff { .. }) {
            end_block(&mut text, &mut commands);
        }
    }
    end_block(&mut text, &mut commands);
    text
}

fn comment(text: &mut String, line: &str) {
    writeln!(text, "# {line}").expect("a string takes everything");
}

fn end_block(text: &mut String, commands: &mut String) {
    let says_something = commands.lines().any(|line| !line.starts_with('#'));
    if says_something {
        text.push_str(commands);
        text.push_str("----\nok\n\n");
    } else {
        text.push_str(commands);
    }
    commands.clear();
}
