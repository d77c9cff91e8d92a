//! Runs scenario files. The language is described in `tests/scenarios/README.md`.
//!
//! [`run`] plays a text and returns it with the output that was really printed. A text that comes back unchanged is a
//! passed test; one that is not of the language is a [`Fault`].

mod check;
mod check_moves;
mod config;
mod events;
mod handover;
mod inventory;
mod moves;
mod passes;
mod play;
mod print;
mod questions;
mod setup;
mod tables;
mod tokens;

use std::fmt;

pub use play::Stage;

use super::world::Batch;

/// What is wrong with a scenario, and where. Not to be confused with an error of driftline's, which is output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

/// What separates the commands of a block from their output.
const SEPARATOR: &str = "----";

/// Where in a file a line stands.
enum Place {
    Between,
    Commands,
    Output,
}

/// Plays `text` and returns it with the expected output replaced by the real one.
///
/// # Errors
///
/// The first line that is not of the language, or at which driftline contradicts itself.
pub fn run(file: &str, text: &str) -> Result<String, Fault> {
    run_on(Stage::default(), file, text)
}

/// Plays `text` with the batch entries of the scorer forced to be there, as [`run`] otherwise.
///
/// # Errors
///
/// As [`run`].
pub fn run_batched(file: &str, text: &str, batch: Batch) -> Result<String, Fault> {
    run_on(Stage::with_batch(batch), file, text)
}

fn run_on(mut stage: Stage, file: &str, text: &str) -> Result<String, Fault> {
    let fault = |line: usize, message: String| Fault { file: file.to_owned(), line, message };
    if text.lines().next().unwrap_or_default().strip_prefix("# ").is_none_or(|why| why.trim().is_empty()) {
        return Err(fault(1, "the first line must be `# ` and why the file exists".to_owned()));
    }
    let mut printed = String::with_capacity(text.len());
    let mut output: Vec<String> = Vec::new();
    let mut place = Place::Between;
    let mut last_line = 0;
    for (index, line) in text.lines().enumerate() {
        last_line = index + 1;
        let keeps = match place {
            Place::Between | Place::Commands if line.starts_with('#') => true,
            Place::Between if line.is_empty() => true,
            Place::Commands if line.is_empty() => return Err(fault(last_line, missing_separator())),
            Place::Between if line == SEPARATOR => return Err(fault(last_line, "a block without commands".to_owned())),
            Place::Commands if line == SEPARATOR => true,
            Place::Between | Place::Commands => {
                stage.command(line, &mut output).map_err(|message| fault(last_line, message))?;
                place = Place::Commands;
                true
            }
            Place::Output if line == SEPARATOR => {
                return Err(fault(last_line, "no blank line before this block".to_owned()));
            }
            Place::Output => line.is_empty(),
        };
        if keeps {
            printed.push_str(line);
            printed.push('\n');
        }
        match place {
            Place::Commands if line == SEPARATOR => {
                stage.end_of_block().map_err(|message| fault(last_line, message))?;
                print_block(&mut printed, &mut output);
                place = Place::Output;
            }
            Place::Output if line.is_empty() => place = Place::Between,
            _ => {}
        }
    }
    match place {
        Place::Commands => Err(fault(last_line, missing_separator())),
        Place::Between | Place::Output => Ok(printed),
    }
}

fn missing_separator() -> String {
    format!("the block ends without `{SEPARATOR}`")
}

fn print_block(printed: &mut String, output: &mut Vec<String>) {
    if output.is_empty() {
        output.push("ok".to_owned());
    }
    for line in output.drain(..) {
        printed.push_str(&line);
        printed.push('\n');
    }
}
