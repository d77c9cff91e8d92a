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
    CHECK(config.min_holders == 0);
    CHECK(config.move_order == driftline::MoveOrder::evict_first);
    CHECK(config.pin_ttl == 60s);
    CHECK(config.move_timeout == 0s);
    CHECK(config.max_moves_per_tick == 0);
    CHECK(config.max_in_flight == 0);
    CHECK(config.max_in_flight_per_source == 0);
    CHECK(config.max_in_flight_per_target == 0);
    CHECK(config.target_penalty == 0.0f);
    CHECK(config.max_alternatives == 1);
    CHECK(config.flap_window == 0s);
    CHECK(config.warmup_coverage == 0.0f);
    CHECK(config.warmup_max == 300s);
    CHECK_NOTHROW(config.validate());
    CHECK(driftline::history_length == 64);
    CHECK(driftline::history_smoothing == 0.3f);
    CHECK(driftline::history_dead_band == 0.02f);
    CHECK(driftline::retry_backoff_first == 1s);
    CHECK(driftline::move_backoff_first == 60s);
    CHECK(driftline::move_backoff_max == 1h);
    CHECK(driftline::flap_memory == 8);
    CHECK(driftline::flap_cooldown_max == 2h);
    CHECK(driftline::transition_ring_length == 1024);
}

TEST_CASE("the production config is the library's, and has on what makes it safe")
{
    const SchedulerConfig config = SchedulerConfig::production();
    driftline_config raw = {};
    REQUIRE(driftline_config_production(&raw, sizeof raw) == DRIFTLINE_RESULT_OK);
    const driftline_config back = config.capi();
    CHECK(std::memcmp(&back, &raw, sizeof raw) == 0);
    CHECK(config.move_timeout > 0s);
    CHECK(config.max_in_flight > 0);
    CHECK(config.min_holders > 0);
    CHECK(config.max_alternatives > 1);
    CHECK(config.on_scorer_error == driftline::OnScorerError::skip_chain);
    CHECK(config != SchedulerConfig());
    CHECK_NOTHROW(config.validate());
    CHECK(driftline::LocalScheduler(1, config).config() == config);
}

// One change of each field. What needs a timeout is changed together with it.
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
    [](SchedulerConfig& config) { config.min_holders = UINT32_MAX; },
    [](SchedulerConfig& config) { config.move_order = driftline::MoveOrder::place_first; },
    [](SchedulerConfig& config) { config.pin_ttl = 6s; },
    [](SchedulerConfig& config) { config.max_moves_per_tick = UINT64_MAX; },
    [](SchedulerConfig& config) { config.max_alternatives = UINT32_MAX; },
    [](SchedulerConfig& config) { config.flap_window = driftline::Time::max(); },
    [](SchedulerConfig& config) { config.warmup_coverage = 0.25f; },
    [](SchedulerConfig& config) { config.warmup_max = 7s; },
    [](SchedulerConfig& config) { config.move_timeout = 8s; },
    [](SchedulerConfig& config) { config.max_in_flight = 9; },
    [](SchedulerConfig& config) { config.max_in_flight_per_source = 10; },
    [](SchedulerConfig& config) { config.max_in_flight_per_target = 11; },
    [](SchedulerConfig& config) { config.target_penalty = 0.125f; },
};

TEST_CASE("each field goes to the scheduler and comes back")
{
    for (const auto change : changes) {
        SchedulerConfig tracked;
        tracked.move_timeout = 12s;
        SchedulerConfig config = tracked;
        change(config);
        CHECK(config != tracked);
        CHECK_FALSE(config == tracked);
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
    config = SchedulerConfig();
    config.move_order = static_cast<driftline::MoveOrder>(2);
    CHECK_THROWS_AS(config.validate(), driftline::ConfigError);
    config = SchedulerConfig();
    config.max_in_flight = UINT64_MAX;
    CHECK_THROWS_WITH_AS(config.validate(),
                         "config field max_in_flight: 18446744073709551615 is not zero without move_timeout",
                         driftline::ConfigError);
    config = SchedulerConfig();
    config.max_alternatives = 0;
    CHECK_THROWS_WITH_AS(scheduler.configure(config), "config field max_alternatives: 0 is not above zero",
                         driftline::ConfigError);
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
