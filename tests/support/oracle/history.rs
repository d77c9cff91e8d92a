//! A4: the history of one chain.

use driftline::{Timestamp, Trend};

/// Equal is equal bit for bit.
#[derive(Clone, Debug, Default)]
pub struct OracleHistory {
    /// Oldest first, at most 64 (H3).
    pub samples: Vec<(Timestamp, f32)>,
    pub ewma: Option<f32>,
    pub trend: Trend,
}

impl PartialEq for OracleHistory {
    fn eq(&self, other: &Self) -> bool {
        let samples = |history: &OracleHistory| {
            history.samples.iter().map(|&(at, score)| (at, score.to_bits())).collect::<Vec<_>>()
        };
        let mean = |history: &OracleHistory| history.ewma.map(f32::to_bits);
        samples(self) == samples(other) && mean(self) == mean(other) && self.trend == other.trend
    }
}

impl OracleHistory {
    pub fn record(&mut self, at: Timestamp, worst_score: f32) {
        match self.ewma {
            // H1
            None => {
                self.ewma = Some(worst_score);
                self.trend = Trend::Stable;
            }
            // H2: classify, then fold in, then push.
            Some(ewma) => {
                self.trend = if worst_score < ewma - 0.02 {
                    Trend::Degrading
                } else if worst_score > ewma + 0.02 {
                    Trend::Improving
                } else {
                    Trend::Stable
                };
                self.ewma = Some(0.3 * worst_score + (1.0 - 0.3) * ewma);
            }
        }
        self.samples.push((at, worst_score));
        if self.samples.len() > 64 {
            self.samples.remove(0);
        }
    }
}
