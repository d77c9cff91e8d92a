// What a second of migration costs, from moves of which the truth is known.
#include "cluster.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

using namespace unit;
using driftline::Calibration;
using driftline::ObservedMove;

namespace {

/// Moves of 1 to 24 seconds that lost 0.25 for each, by turns a little more and less; one of six met an incident.
std::vector<ObservedMove> observed()
{
    std::vector<ObservedMove> moves;
    for (int second = 1; second <= 24; second++) {
        const auto seconds = static_cast<float>(second);
        ObservedMove move;
        move.cost.state_transfer = second * 250ms;
        move.cost.disruption = second * 750ms;
        move.score_loss = 0.25f * seconds + (second % 4 < 2 ? 0.125f : -0.125f);
        if (second % 6 == 0) {
            move.score_loss = 1.25f * seconds;
        }
        moves.push_back(move);
    }
    return moves;
}

driftline::Error refusal(const std::vector<ObservedMove>& moves)
{
    const auto result = driftline::try_calibrate(moves);
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code() == DRIFTLINE_RESULT_CALIBRATION);
    return result.error();
}

} // namespace

TEST_CASE("observed moves say what a second costs")
{
    auto moves = observed();
    const Calibration found = driftline::calibrate(moves);
    CHECK(found.low < 0.25f);
    CHECK(found.high > 0.25f);
    CHECK(found.high - found.low < 0.02f);
    CHECK(found.low < found.cost_per_sec);
    CHECK(found.cost_per_sec < found.high);
    CHECK(found.observations == 24);
    CHECK(found.outliers == 4);

    std::reverse(moves.begin(), moves.end());
    CHECK(driftline::calibrate(moves) == found);
    CHECK(driftline::try_calibrate(moves).value() == found);
    for (ObservedMove& move : moves) {
        move.cost.reliability_factor = 2.0f;
    }
    CHECK(driftline::calibrate(moves) != found);
    CHECK(driftline::calibrate(moves).cost_per_sec == found.cost_per_sec / 2.0f);

    driftline::SchedulerConfig config;
    config.cost_per_sec = found.cost_per_sec;
    CHECK_NOTHROW(config.validate());
}

TEST_CASE("moves that say nothing are refused, with the reason")
{
    auto moves = observed();
    moves.resize(11);
    CHECK_THROWS_WITH_AS(driftline::calibrate(moves),
                         "calibration: 11 moves that took any time are too few, 12 are needed", driftline::DataError);
    CHECK_THROWS_AS(driftline::calibrate({}), driftline::DataError);
    CHECK_FALSE(refusal(moves).index().has_value());
    CHECK(std::string(refusal(moves).code_name()) == "CALIBRATION");

    moves = observed();
    moves[17].score_loss = std::nanf("");
    CHECK(refusal(moves).index() == 17u);
    CHECK(std::string(refusal(moves).what()) == "calibration: index 17: score_loss NaN is not finite");
    moves[5].cost.reliability_factor = HUGE_VALF;
    CHECK(refusal(moves).index() == 5u);
    CHECK(std::string(refusal(moves).what()) == "calibration: index 5: reliability_factor inf is not finite");

    moves = observed();
    for (ObservedMove& move : moves) {
        move.score_loss = -move.score_loss;
    }
    CHECK(std::string(refusal(moves).what()).find("is negative") != std::string::npos);
}
