// The config and the cost model.
#include "cluster.hpp"

#include <doctest/doctest.h>

using namespace unit;
using driftline::SchedulerConfig;

TEST_CASE("a new config has the defaults of the specification")
{
    const SchedulerConfig config;
    CHECK(config.score_floor == 0.5f);
    CHECK(config.hysteresis_gap == 0.2f);
    CHECK(config.cooldown == 300s);
    CHECK(config.decision_interval == 30s);
    CHECK(config.cost_per_sec == 0.1f);
    CHECK(config.on_scorer_error == driftline::OnScorerError::abort);
    CHECK(config.fingerprint_mode == driftline::FingerprintMode::poll);
    CHECK(config.max_scores_per_tick == 0);
    CHECK_FALSE(config.backstop_spread);
    CHECK(config.retry_backoff == 0s);
    CHECK_NOTHROW(config.validate());
    CHECK(driftline::history_length == 64);
    CHECK(driftline::history_smoothing == 0.3f);
    CHECK(driftline::history_dead_band == 0.02f);
    CHECK(driftline::retry_backoff_first == 1s);
}

// One change of each field.
static const std::vector<void (*)(SchedulerConfig&)> changes = {
    [](SchedulerConfig& config) { config.score_floor = 0.6f; },
    [](SchedulerConfig& config) { config.hysteresis_gap = 0.1f; },
    [](SchedulerConfig& config) { config.cooldown = 1s; },
    [](SchedulerConfig& config) { config.decision_interval = 2s; },
    [](SchedulerConfig& config) { config.cost_per_sec = 0.3f; },
    [](SchedulerConfig& config) { config.on_scorer_error = driftline::OnScorerError::skip_chain; },
    [](SchedulerConfig& config) { config.fingerprint_mode = driftline::FingerprintMode::push; },
    [](SchedulerConfig& config) { config.max_scores_per_tick = 4; },
    [](SchedulerConfig& config) { config.backstop_spread = true; },
    [](SchedulerConfig& config) { config.retry_backoff = 5s; },
};

TEST_CASE("each field goes to the scheduler and comes back")
{
    for (const auto change : changes) {
        SchedulerConfig config;
        change(config);
        CHECK(config != SchedulerConfig());
        CHECK_FALSE(config == SchedulerConfig());
        CHECK(driftline::LocalScheduler(1, config).config() == config);
        driftline::LocalScheduler scheduler(1);
        scheduler.configure(config);
        CHECK(scheduler.config() == config);
        CHECK_FALSE(scheduler.config() != config);
    }
}

TEST_CASE("a refused config names the field and changes nothing")
{
    driftline::LocalScheduler scheduler(1);
    SchedulerConfig config;
    config.decision_interval = 0s;
    CHECK(config.try_validate().error().code() == DRIFTLINE_RESULT_CONFIG);
    const auto configured = scheduler.try_configure(config);
    CHECK(std::string(configured.error().what()).find("decision_interval") != std::string::npos);
    CHECK_THROWS_AS(scheduler.configure(config), driftline::ConfigError);
    CHECK(scheduler.config() == SchedulerConfig());
    config = SchedulerConfig();
    config.on_scorer_error = static_cast<driftline::OnScorerError>(7);
    CHECK_THROWS_AS(config.validate(), driftline::ConfigError);
}

TEST_CASE("a cost is worth what the specification says")
{
    const driftline::MigrationCostModel model{0.25f};
    CHECK(model.score_equivalent({}) == 0.0f);
    CHECK(model.score_equivalent({2s, 0s, 1.0f}) == 0.5f);
    CHECK(model.score_equivalent({0s, 2s, 1.0f}) == 0.5f);
    CHECK(model.score_equivalent({1s, 1s, 3.0f}) == 1.5f);
    CHECK(model.score_equivalent({1s, 1s, 0.0f}) == 0.5f);
    CHECK_THROWS_AS(driftline::MigrationCostModel{-1.0f}.score_equivalent({}), driftline::ConfigError);
    CHECK(driftline::MigrationCostModel{-1.0f}.try_score_equivalent({}).error().code() == DRIFTLINE_RESULT_CONFIG);
}

TEST_CASE("the linked library says what it is")
{
    CHECK(driftline::abi() == DRIFTLINE_ABI);
    CHECK(std::string(driftline::build_info()).find(driftline::version()) != std::string::npos);
    CHECK(std::string(driftline::name(driftline::Verdict::gap_too_small)) == "gap too small");
    CHECK(std::string(driftline::name(static_cast<driftline::Verdict>(31))) == "unknown");
}
