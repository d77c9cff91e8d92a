//! What the sampler learned: a ring of worst scores, their moving average and the trend (A4).

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::config::{HISTORY_DEAD_BAND, HISTORY_LENGTH, HISTORY_SMOOTHING};
use crate::error::Error;
use crate::id::Timestamp;

/// Where the worst score of a chain is going.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Trend {
    /// Within the dead band around the mean.
    #[default]
    Stable = 0,
    /// Below it.
    Degrading = 1,
    /// Above it.
    Improving = 2,
}

impl Trend {
    /// The name in words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Trend::Stable => "stable",
            Trend::Degrading => "degrading",
            Trend::Improving => "improving",
        }
    }
}

/// One sample of a history.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HistorySample {
    /// When it was taken.
    pub at: Timestamp,
    /// The worst score of the chain's holders then, in `[0, 1]`.
    pub worst_score: f32,
}

/// The last samples of one chain's worst score, with moving average and trend.
///
/// Never more than [`HISTORY_LENGTH`] samples; memory grows as they come and not any more once the ring is full (H3).
///
/// ```
/// use driftline::{ScoreHistory, Timestamp, Trend};
///
/// # fn main() -> Result<(), driftline::Error> {
/// let mut history = ScoreHistory::default();
/// history.record(Timestamp(0), 0.9)?;
/// history.record(Timestamp(10), 0.4)?;
/// assert_eq!(history.trend(), Trend::Degrading);
/// assert_eq!(history.ewma(), Some(0.75));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct ScoreHistory {
    ring: Box<[PackedSample]>,
    ewma: f32,
    /// Position of the oldest sample.
    oldest: u8,
    length: u8,
    trend: Trend,
}

/// A sample in 12 bytes: a million full rings of 16-byte samples would pay 256 MB for padding.
#[derive(Clone, Copy, Debug, Default)]
struct PackedSample {
    at_high: u32,
    at_low: u32,
    worst_score: f32,
}

impl From<HistorySample> for PackedSample {
    fn from(sample: HistorySample) -> Self {
        PackedSample {
            at_high: (sample.at.0 >> 32) as u32,
            at_low: sample.at.0 as u32,
            worst_score: sample.worst_score,
        }
    }
}

impl From<PackedSample> for HistorySample {
    fn from(packed: PackedSample) -> Self {
        HistorySample {
            at: Timestamp(u64::from(packed.at_high) << 32 | u64::from(packed.at_low)),
            worst_score: packed.worst_score,
        }
    }
}

impl ScoreHistory {
    /// Number of samples, at most [`HISTORY_LENGTH`].
    #[must_use]
    pub fn len(&self) -> usize {
        usize::from(self.length)
    }

    /// Whether there is no sample yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The moving average of the worst score; `None` before the first sample.
    #[must_use]
    pub fn ewma(&self) -> Option<f32> {
        (!self.is_empty()).then_some(self.ewma)
    }

    /// Where the score is going; `Stable` before the second sample.
    #[must_use]
    pub fn trend(&self) -> Trend {
        self.trend
    }

    /// The current value: the newest sample.
    #[must_use]
    pub fn current(&self) -> Option<HistorySample> {
        self.samples().next_back()
    }

    /// The samples, oldest first.
    pub fn samples(&self) -> impl DoubleEndedIterator<Item = HistorySample> + ExactSizeIterator + '_ {
        (0..self.len()).map(|age| self.ring[self.position(age)].into())
    }

    /// Takes in one sample (H1, H2).
    ///
    /// # Errors
    ///
    /// [`Error::OutOfMemory`] when the ring has to grow and cannot; the history is as it was.
    pub fn record(&mut self, at: Timestamp, worst_score: f32) -> Result<(), Error> {
        self.reserve()?;
        if self.is_empty() {
            // H1
            self.ewma = worst_score;
            self.trend = Trend::Stable;
        } else {
            // H2: classified against the mean before the sample is folded in.
            self.trend = if worst_score < self.ewma - HISTORY_DEAD_BAND {
                Trend::Degrading
            } else if worst_score > self.ewma + HISTORY_DEAD_BAND {
                Trend::Improving
            } else {
                Trend::Stable
            };
            self.ewma = HISTORY_SMOOTHING * worst_score + (1.0 - HISTORY_SMOOTHING) * self.ewma;
        }
        let sample = HistorySample { at, worst_score }.into();
        if self.len() < self.ring.len() {
            let position = self.position(self.len());
            self.ring[position] = sample;
            self.length += 1;
        } else {
            self.ring[usize::from(self.oldest)] = sample;
            self.oldest = self.position(1) as u8;
        }
        Ok(())
    }

    /// Makes room for one more sample: rings grow by doubling, so that a chain with three samples does not pay for 64.
    pub(crate) fn reserve(&mut self) -> Result<(), Error> {
        if self.len() < self.ring.len() || self.ring.len() == HISTORY_LENGTH {
            return Ok(());
        }
        let capacity = (self.ring.len() * 2).clamp(4, HISTORY_LENGTH);
        let mut grown: Vec<PackedSample> = Vec::new();
        grown.try_reserve_exact(capacity).map_err(|_| Error::OutOfMemory)?;
        // A ring that still grows has never wrapped, so its order is that of the samples.
        grown.extend_from_slice(&self.ring);
        grown.resize(capacity, PackedSample::default());
        self.ring = grown.into_boxed_slice();
        Ok(())
    }

    /// Where the sample of this age (0 is the oldest) lies in the ring.
    fn position(&self, age: usize) -> usize {
        (usize::from(self.oldest) + age) % self.ring.len().max(1)
    }
}
