// What a second of migration costs, from moves that were carried out.
#ifndef DRIFTLINE_CALIBRATION_HPP
#define DRIFTLINE_CALIBRATION_HPP

#include <driftline/error.hpp>
#include <driftline/span.hpp>

#include <vector>

namespace driftline {
inline namespace DRIFTLINE_CPP_MODE {

/// One move that was carried out (I2).
struct ObservedMove {
    /// What it took, measured, and the weight of the chain. A move without any duration says nothing and is left out.
    MigrationCost cost{};
    /// The score that was lost over the move, in the unit in which moves are judged. Finite; may be noisy, and negative.
    float score_loss = 0.0f;
};

/// What `calibrate` found (I2).
struct Calibration {
    /// Score that one second of transfer or disruption costs, for `SchedulerConfig::cost_per_sec`. Above zero.
    float cost_per_sec = 0.0f;
    /// Lower end of the 95 % interval. Above zero.
    float low = 0.0f;
    /// Upper end of the 95 % interval. It is no farther from `low` than `cost_per_sec` is from zero.
    float high = 0.0f;
    /// How many moves took any time; those are all that count.
    std::uint64_t observations = 0;
    /// How many of them are so far from the rest that they had no say. At most half.
    std::uint64_t outliers = 0;

    Calibration() noexcept = default;

    explicit Calibration(const driftline_calibration& found) noexcept
        : cost_per_sec(found.cost_per_sec),
          low(found.low),
          high(found.high),
          observations(found.observations),
          outliers(found.outliers)
    {
    }

    friend bool operator==(const Calibration& left, const Calibration& right) noexcept
    {
        return left.cost_per_sec == right.cost_per_sec && left.low == right.low && left.high == right.high
            && left.observations == right.observations && left.outliers == right.outliers;
    }
    friend bool operator!=(const Calibration& left, const Calibration& right) noexcept { return !(left == right); }
};

/// Finds the `cost_per_sec` at which `MigrationCostModel` says what moves really cost (I2). Pure, from any thread.
///
///     std::vector<driftline::ObservedMove> moves; // {{4s, 1s, 1.0f}, 0.12f} and so on
///     config.cost_per_sec = driftline::calibrate(moves).cost_per_sec;
///
/// Moves that do not belong to the rest, such as those that met an incident, do no harm, also where all of them lost
/// more than they should have, as long as they are clearly fewer than half and clearly apart. The order of the moves
/// does not matter, and the same moves give the same bits on every platform.
///
/// Error: `CALIBRATION`, which says why these moves say nothing: a number that is not finite (`index()` is the move),
/// fewer than 12 moves that took any time, more than half of them outliers, an interval that contains 0 or is wider
/// than the cost itself, a negative cost; `NO_MEMORY`.
inline Result<Calibration> try_calibrate(span<const ObservedMove> moves)
{
    std::vector<driftline_observed_move> c_moves;
    c_moves.reserve(moves.size());
    for (const ObservedMove& move : moves) {
        c_moves.push_back({move.cost.state_transfer.count(), move.cost.disruption.count(),
                           move.cost.reliability_factor, move.score_loss});
    }
    driftline_calibration found;
    std::memset(&found, 0, sizeof found);
    found.struct_size = static_cast<std::uint32_t>(sizeof found);
    driftline_error error = Error::empty();
    const driftline_result result =
        driftline_calibrate(c_moves.data(), c_moves.size(), sizeof(driftline_observed_move), &found, &error);
    return result == DRIFTLINE_RESULT_OK ? Result<Calibration>(Calibration(found)) : Error(result, error);
}
/// Throws `DataError`.
inline Calibration calibrate(span<const ObservedMove> moves) { return try_calibrate(moves).value(); }

} // namespace DRIFTLINE_CPP_MODE
} // namespace driftline

#endif
