//! What a second of migration costs, from moves that were carried out.

use super::guard::{Failure, guard};
use super::result::driftline_result;
use super::sized::{check_required_output, input_elements, sized_struct};
use super::types::driftline_error;
use crate::calibrate::{ObservedMove, calibrate};
use crate::cost::MigrationCost;
use crate::error::Error;

/// One move that was carried out: what it took, and the score that was lost over it.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct driftline_observed_move {
    /// How long the state was shipped.
    pub state_transfer_ns: u64,
    /// How long the chain served worse. A move without any duration says nothing and is left out.
    pub disruption_ns: u64,
    /// Weight of the whole, as in `driftline_migration_cost`: what is not above zero counts as 1 (SPEC C1). Finite.
    pub reliability_factor: f32,
    /// The score that was lost over the move, in the unit in which moves are judged. Finite; may be noisy, and
    /// negative.
    pub score_loss: f32,
}

/// What a second of migration costs, and how sure that is.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct driftline_calibration {
    /// `sizeof(driftline_calibration)`.
    pub struct_size: u32,
    /// Score that one second of transfer or disruption costs, for the config. Above zero.
    pub cost_per_sec: f32,
    /// Lower end of the 95 % interval. Above zero.
    pub low: f32,
    /// Upper end of the 95 % interval. It is no farther from `low` than `cost_per_sec` is from zero.
    pub high: f32,
    /// How many moves took any time; those are all that count.
    pub observations: u64,
    /// How many of them are so far from the rest that they had no say. At most half.
    pub outliers: u64,
}
sized_struct!(driftline_calibration, low, high, observations, outliers);

/// Finds the `cost_per_sec` at which `driftline_score_equivalent` says what moves really cost (SPEC I2). Pure.
///
/// `observed_move_size` is `sizeof(driftline_observed_move)`. Moves that do not belong to the rest, such as those that met
/// an incident, do no harm, also where all of them lost more than they should have, as long as they are clearly fewer
/// than half and clearly apart. The order of the moves does not matter, and the same moves give the same bits on every
/// platform. Each move takes 56 bytes while it runs.
///
/// Errors: `CALIBRATION` with a message that says why these moves say nothing: a number that is not finite (`index` is
/// the move), fewer than 12 moves that took any time, more than half of them outliers, an interval that contains 0 or
/// is wider than the cost itself, a negative cost; `NULL`, `STRUCT_SIZE`, `CAPACITY`, `NO_MEMORY`.
///
/// # Safety
///
/// `moves` must be readable for `move_count` elements of `observed_move_size` bytes; `out` must be NULL or writable for
/// its `struct_size`; `err` must be NULL or writable for its.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_calibrate(
    moves: *const driftline_observed_move,
    move_count: usize,
    observed_move_size: usize,
    out: *mut driftline_calibration,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let elements =
            input_elements(moves, move_count, observed_move_size, size_of::<driftline_observed_move>(), "moves")?;
        let out = check_required_output(out, "out")?;
        let mut observed = Vec::new();
        observed.try_reserve_exact(elements.count()).map_err(|_| Failure::from(Error::OutOfMemory))?;
        for index in 0..elements.count() {
            observed.push(elements.read(index, driftline_observed_move::default(), "moves")?.into());
        }
        let calibration = calibrate(&observed)?;
        out.write(driftline_calibration {
            struct_size: size_of::<driftline_calibration>() as u32,
            cost_per_sec: calibration.cost_per_sec,
            low: calibration.low,
            high: calibration.high,
            observations: calibration.observations as u64,
            outliers: calibration.outliers as u64,
        });
        Ok(())
    })
}

impl From<driftline_observed_move> for ObservedMove {
    fn from(observed: driftline_observed_move) -> Self {
        ObservedMove {
            cost: MigrationCost {
                state_transfer_ns: observed.state_transfer_ns,
                disruption_ns: observed.disruption_ns,
                reliability_factor: observed.reliability_factor,
            },
            score_loss: observed.score_loss,
        }
    }
}
