//! What a second of migration really costs, from moves that were carried out (I2).

use alloc::vec::Vec;

use crate::cost::MigrationCost;
use crate::error::{CalibrationRefusal, Error};
use crate::fit::{self, Fit, Point};

/// Fewer say nothing that could be told from chance.
const OBSERVATIONS_MIN: usize = 12;

/// One move that was carried out: what it took, and the score that was lost over it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ObservedMove {
    /// What the move took, measured: the durations in nanoseconds, and the weight that the scorer gives to the chain. A
    /// move without any duration says nothing and is left out.
    pub cost: MigrationCost,
    /// The score that was lost over the move, in the unit in which the move is to be judged: what its gain must exceed
    /// to be worth it. It may be noisy, and negative.
    pub score_loss: f32,
}

/// What [`calibrate`] found.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Calibration {
    /// Score that one second of transfer or disruption costs, for
    /// [`SchedulerConfig::cost_per_sec`](crate::SchedulerConfig::cost_per_sec). Above zero.
    pub cost_per_sec: f32,
    /// Lower end of the 95 % interval. Above zero.
    pub low: f32,
    /// Upper end of the 95 % interval. It is no farther from `low` than `cost_per_sec` is from zero.
    pub high: f32,
    /// How many moves took any time; those are all that count.
    pub observations: usize,
    /// How many of them are so far from the rest that they had no say. At most half.
    pub outliers: usize,
}

/// Finds the `cost_per_sec` at which [`MigrationCostModel`](crate::MigrationCostModel) says what moves really cost:
/// `score_loss = cost_per_sec * (state_transfer + disruption) * weight`, as well as can be.
///
/// Moves that do not belong to the rest, such as those that met an incident, do no harm, also where all of them lost
/// more than they should have, as long as they are clearly fewer than half and clearly apart. Noise may be of the same
/// size for all moves, or grow with what they take; it should lie evenly on both sides. The order of the moves does not
/// matter, and the same moves give the same bits on every platform. With fewer than thirty moves the interval holds the
/// truth somewhat less often than it says, in about nine of ten cases. Takes `O(n log n)` time and `24 n` bytes while it
/// runs.
///
/// A pure function: it may be called from any thread at any time, and keeps nothing.
///
/// # Errors
///
/// [`Error::Calibration`] says why these moves say nothing, in this order: a number that is not finite, with the index
/// of the move; fewer than 12 moves that took any time; more than half of them are outliers; the interval contains 0;
/// the cost is negative; the interval is wider than the cost itself. [`Error::OutOfMemory`].
///
/// ```
/// use driftline::{MigrationCost, ObservedMove, SchedulerConfig, calibrate};
///
/// # fn main() -> Result<(), driftline::Error> {
/// // Sixteen moves lost about 0.02 for each second that they took. Four met an incident and lost five times as much.
/// let moves: Vec<ObservedMove> = (1..=20u32)
///     .map(|index| {
///         let seconds = index as f32;
///         let noise = if index % 2 == 0 { 0.01 } else { -0.01 };
///         let incident = if index % 5 == 0 { 5.0 } else { 1.0 };
///         ObservedMove {
///             cost: MigrationCost { state_transfer_ns: u64::from(index) * 1_000_000_000, ..MigrationCost::default() },
///             score_loss: 0.02 * seconds * incident + noise,
///         }
///     })
///     .collect();
///
/// let calibration = calibrate(&moves)?;
/// assert!((0.019..0.021).contains(&calibration.cost_per_sec));
/// assert!(calibration.low < 0.02 && 0.02 < calibration.high);
/// assert_eq!((calibration.observations, calibration.outliers), (20, 4));
/// let config = SchedulerConfig { cost_per_sec: calibration.cost_per_sec, ..SchedulerConfig::production() };
/// # config.validate()?;
///
/// // Three moves are too few to say anything.
/// let refused = calibrate(&moves[..3]).unwrap_err();
/// assert_eq!(refused.to_string(), "calibration: 3 moves that took any time are too few, 12 are needed");
/// # Ok(())
/// # }
/// ```
pub fn calibrate(moves: &[ObservedMove]) -> Result<Calibration, Error> {
    let refused = |reason| Err(Error::Calibration { reason });
    let mut points = points(moves)?;
    let observations = points.len();
    if observations < OBSERVATIONS_MIN {
        return refused(CalibrationRefusal::TooFew { observations, least: OBSERVATIONS_MIN });
    }
    let Fit { slope, half_width, consistent } = fit::fit(&mut points)?;
    let outliers = observations - consistent;
    if consistent < outliers {
        return refused(CalibrationRefusal::Inconsistent { outliers, observations });
    }
    // What is judged is what is returned: the rounded numbers.
    let (cost_per_sec, low, high) = (slope as f32, (slope - half_width) as f32, (slope + half_width) as f32);
    if low <= 0.0 && high >= 0.0 {
        return refused(CalibrationRefusal::ContainsZero { cost_per_sec, low, high });
    }
    if high < 0.0 {
        return refused(CalibrationRefusal::Negative { cost_per_sec, low, high });
    }
    // In `f64` the difference of two `f32` of about the same size is exact. A NaN is not precise either.
    let is_precise = f64::from(high) - f64::from(low) <= f64::from(cost_per_sec);
    if !is_precise || !high.is_finite() {
        return refused(CalibrationRefusal::Imprecise { cost_per_sec, low, high });
    }
    Ok(Calibration { cost_per_sec, low, high, observations, outliers })
}

/// The moves that took any time: how many weighted seconds, and what they lost.
fn points(moves: &[ObservedMove]) -> Result<Vec<Point>, Error> {
    let mut points = Vec::new();
    points.try_reserve_exact(moves.len()).map_err(|_| Error::OutOfMemory)?;
    for (index, observed) in moves.iter().enumerate() {
        // The cost gate would take such a weight for 1 (C1), but here it says that something was not measured.
        for (field, value) in
            [("reliability_factor", observed.cost.reliability_factor), ("score_loss", observed.score_loss)]
        {
            if !value.is_finite() {
                return Err(Error::Calibration { reason: CalibrationRefusal::NotFinite { index, field, value } });
            }
        }
        let duration_ns = observed.cost.state_transfer_ns as f64 + observed.cost.disruption_ns as f64;
        let exposure = duration_ns / 1e9 * f64::from(observed.cost.weight());
        if exposure > 0.0 {
            points.push(Point { x: exposure, y: f64::from(observed.score_loss) });
        }
    }
    Ok(points)
}
