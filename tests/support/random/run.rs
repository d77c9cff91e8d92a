//! A history in words, and playing it.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use proptest::prelude::{Strategy, any};
use proptest::{collection, prop_oneof};

use super::choice;
use super::coverage::Coverage;
use super::duel::{Duel, Setting};
use super::safety;
use super::step::Step;

/// A history as proptest makes it and makes it smaller.
#[derive(Clone, Debug)]
pub enum History {
    /// Each step is chosen by a word when its turn comes.
    Words(Words),
    /// The steps are what they are.
    Steps(Vec<Step>),
}

#[derive(Clone, Debug)]
pub struct Words {
    start: u64,
    opening: [u64; 6],
    /// Half of all words leave Part B off.
    safety: u64,
    /// Scores and an alternative, one word for a chain.
    sheets: [u64; 6],
    /// Edits, then the passes of one moment.
    rounds: Vec<(Vec<u64>, u64)>,
}

/// Histories of 1 to 60 moments, most of them short: a rule that two states of the world can break is found soonest in
/// many different beginnings.
pub fn histories() -> impl Strategy<Value = History> {
    let round = || (collection::vec(any::<u64>(), 0..=4), any::<u64>());
    let rounds = prop_oneof![
        3 => collection::vec(round(), 1..=20),
        1 => collection::vec(round(), 21..=60),
    ];
    (any::<u64>(), any::<[u64; 6]>(), any::<u64>(), any::<[u64; 6]>(), rounds).prop_map(
        |(start, opening, safety, sheets, rounds)| History::Words(Words { start, opening, safety, sheets, rounds }),
    )
}

/// Where library and oracle differ.
#[derive(Clone, Debug)]
pub struct Found {
    /// The last one shows the difference.
    pub steps: Vec<Step>,
    pub difference: String,
}

/// Plays a history. What it reached is added to `coverage`.
pub fn run(history: &History, setting: Setting, coverage: &mut Coverage) -> Result<(), Found> {
    let mut steps = Vec::new();
    let outcome = guarded(|| {
        let mut duel = Duel::new(setting);
        match history {
            History::Words(words) => play_words(&mut duel, words, setting, &mut steps)?,
            History::Steps(given) => play_all(&mut duel, given.clone(), &mut steps)?,
        }
        coverage.merge(&duel.coverage);
        Ok(())
    });
    outcome.map_err(|difference| Found { steps, difference })
}

fn play_words(duel: &mut Duel, words: &Words, setting: Setting, steps: &mut Vec<Step>) -> Result<(), String> {
    duel.start_at(choice::start(words.start));
    let opening = duel.choose(|context| choice::opening(&words.opening, &words.sheets, context.config));
    play_all(duel, opening, steps)?;
    let is_safe = words.safety % 2 == 1;
    if is_safe {
        let opening = duel.choose(|context| safety::opening(words.safety / 2, context));
        play_all(duel, opening, steps)?;
    }
    for (edits, pass) in &words.rounds {
        for &edit in edits {
            let chosen = duel.choose(|context| choice::edit(edit, is_safe, context));
            play_all(duel, chosen, steps)?;
        }
        if setting.shared {
            // Another part of the same word.
            play_all(duel, vec![choice::turn(pass.rotate_left(20))], steps)?;
        }
        let chosen = duel.choose(|context| choice::passes(*pass, is_safe, context));
        play_all(duel, chosen, steps)?;
    }
    Ok(())
}

/// Plays steps; says where they first differ, and how.
pub fn replay(steps: &[Step], setting: Setting) -> Option<Found> {
    let mut played = Vec::new();
    let outcome = guarded(|| play_all(&mut Duel::new(setting), steps.to_vec(), &mut played));
    outcome.err().map(|difference| Found { steps: played, difference })
}

fn play_all(duel: &mut Duel, chosen: Vec<Step>, steps: &mut Vec<Step>) -> Result<(), String> {
    for step in chosen {
        steps.push(step);
        duel.play(steps.last().expect("it was just pushed"))?;
    }
    Ok(())
}

/// A panic is a difference like any other.
fn guarded(play: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    thread_local! {
        /// Where the last panic of a guarded play happened, and what it said.
        static LAST_PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
        static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
    }
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if IS_GUARDED.get() {
                LAST_PANIC.set(Some(info.to_string()));
            } else {
                usual(info);
            }
        }));
    });
    IS_GUARDED.set(true);
    let outcome = catch_unwind(AssertUnwindSafe(play));
    IS_GUARDED.set(false);
    outcome.unwrap_or_else(|_| Err(LAST_PANIC.take().unwrap_or_else(|| "a panic without a message".to_owned())))
}
