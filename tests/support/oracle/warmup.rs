//! V2: whoever has just started knows too little to move anything for a better score.

use driftline::Timestamp;

use super::decision::Scores;
use super::decision::end;
use super::pass::Inputs;

#[derive(Clone, Copy, Debug, Default)]
pub struct WarmUp {
    pub start: Option<Timestamp>,
    /// Over is over for good.
    pub is_over: bool,
}

impl WarmUp {
    /// With the first look at the state.
    pub fn begin(&mut self, now: Timestamp) {
        self.start = self.start.or(Some(now));
    }

    /// Whether enough is known, or enough time has passed.
    pub fn is_warming(&self, inputs: &Inputs<'_>) -> bool {
        let coverage = inputs.config.warmup_coverage;
        if self.is_over || coverage == 0.0 {
            return false;
        }
        let waited_ns = self.start.map_or(0, |start| inputs.now.0.saturating_sub(start.0));
        // As of the last sample.
        let (led, covered) = match inputs.scores {
            Scores::Sampled(led) => (led.len(), led.values().filter(|led| !led.cells.is_empty()).count()),
            Scores::Asked => (0, 0),
        };
        let is_covered = led > 0 && covered as f64 >= f64::from(coverage) * led as f64;
        !is_covered && waited_ns < inputs.config.warmup_max_ns
    }

    pub fn end(&self, max_ns: u64) -> Option<Timestamp> {
        end(self.start?, max_ns)
    }
}
