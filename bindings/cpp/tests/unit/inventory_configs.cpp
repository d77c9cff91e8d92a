// How an inventory judges.
#include "cluster.hpp"

#include <doctest/doctest.h>

using namespace unit;
using driftline::Inventory;
using driftline::InventoryConfig;

TEST_CASE("a new config of an inventory has the defaults of the library")
{
    const InventoryConfig config;
    CHECK(config.headroom_weight == 1.0f);
    CHECK(config.proximity_weight == 1.0f);
    CHECK(config.zone_spread_weight == 0.5f);
    CHECK(config.colocation_weight == 0.25f);
    CHECK(config.worst_share == 0.5f);
    CHECK(config.comfortable_use == 0.6f);
    CHECK(config.capacity_reserve == 0.1f);
    CHECK(config.rtt_half == 100ms);
    CHECK(config.load_half_life == 60s);
    CHECK(config.rtt_half_life == 100s);
    CHECK(config.rtt_weight_max == 0.3f);
    CHECK(config.hysteresis_gap == 0.2f);
    CHECK_FALSE(config.headroom_epsilon);
    CHECK_FALSE(config.proximity_epsilon);
    CHECK(config.fallback_bandwidth_bytes_per_sec == 125e6);
    CHECK(config.fallback_size_bytes == 0.0);
    CHECK(config.serialisation_bytes_per_sec == 0.0);
    CHECK(config.fallback_disruption == 0s);
    CHECK_NOTHROW(config.validate());
    driftline_inventory_config raw = {};
    REQUIRE(driftline_inventory_config_init(&raw, sizeof raw) == DRIFTLINE_RESULT_OK);
    const driftline_inventory_config back = config.capi();
    CHECK(std::memcmp(&back, &raw, sizeof raw) == 0);
    CHECK(Inventory().config() == config);
}

// One change of each field.
static const std::vector<void (*)(InventoryConfig&)> changes = {
    [](InventoryConfig& config) { config.headroom_weight = 2.0f; },
    [](InventoryConfig& config) { config.proximity_weight = 3.0f; },
    [](InventoryConfig& config) { config.zone_spread_weight = 4.0f; },
    [](InventoryConfig& config) { config.colocation_weight = 5.0f; },
    [](InventoryConfig& config) { config.worst_share = 0.25f; },
    [](InventoryConfig& config) { config.comfortable_use = 0.5f; },
    [](InventoryConfig& config) { config.capacity_reserve = 0.2f; },
    [](InventoryConfig& config) { config.rtt_half = 7ms; },
    [](InventoryConfig& config) { config.load_half_life = 8s; },
    [](InventoryConfig& config) { config.rtt_half_life = 9s; },
    [](InventoryConfig& config) { config.rtt_weight_max = 1.0f; },
    [](InventoryConfig& config) { config.hysteresis_gap = 0.25f; },
    [](InventoryConfig& config) { config.headroom_epsilon = 0.0f; },
    [](InventoryConfig& config) { config.proximity_epsilon = 0.125f; },
    [](InventoryConfig& config) { config.fallback_bandwidth_bytes_per_sec = 1e9; },
    [](InventoryConfig& config) { config.fallback_size_bytes = 1e6; },
    [](InventoryConfig& config) { config.serialisation_bytes_per_sec = 1e7; },
    [](InventoryConfig& config) { config.fallback_disruption = 10s; },
};

TEST_CASE("each field of a config goes to the inventory and comes back")
{
    for (const auto change : changes) {
        InventoryConfig config;
        change(config);
        CHECK(config != InventoryConfig());
        CHECK_FALSE(config == InventoryConfig());
        CHECK(Inventory(config).config() == config);
        CHECK(InventoryConfig(config.capi()) == config);
    }
}

TEST_CASE("a config says which epsilons it comes to")
{
    InventoryConfig config;
    // A twentieth of the gap, over how much of a score the axis can be.
    const float derived = 0.2f * 0.05f / (0.5f + 0.5f * 1.0f / 2.75f);
    CHECK(config.epsilons().headroom == doctest::Approx(derived));
    CHECK(config.epsilons().proximity == doctest::Approx(derived));
    CHECK(config.epsilons().score_bound == doctest::Approx(2.0f * derived));
    config.headroom_epsilon = 0.125f;
    config.proximity_epsilon = 0.0625f;
    const driftline::InventoryEpsilons given = config.try_epsilons().value();
    CHECK(given.headroom == 0.125f);
    CHECK(given.proximity == 0.0625f);
    CHECK(given.score_bound == 0.25f);
    // What is switched off moves no score.
    config.headroom_weight = 0.0f;
    CHECK(config.epsilons().score_bound == 0.125f);
    config.hysteresis_gap = 1.5f;
    CHECK(config.try_epsilons().error().code() == DRIFTLINE_RESULT_CONFIG);
    CHECK_THROWS_WITH_AS(config.epsilons(), "config field hysteresis_gap: 1.5 is not in [0, 1]",
                         driftline::ConfigError);
}

TEST_CASE("a refused config of an inventory names the field and the value")
{
    InventoryConfig config;
    config.worst_share = 1.5f;
    CHECK(config.try_validate().error().code() == DRIFTLINE_RESULT_CONFIG);
    CHECK_THROWS_WITH_AS(config.validate(), "config field worst_share: 1.5 is not in [0, 1]", driftline::ConfigError);
    CHECK_THROWS_AS(Inventory{config}, driftline::ConfigError);
    CHECK(Inventory::try_create(config).error().code() == DRIFTLINE_RESULT_CONFIG);
    config = InventoryConfig();
    config.headroom_epsilon = -0.5f;
    CHECK_THROWS_AS(config.validate(), driftline::ConfigError);
    // As the header says.
    config.headroom_epsilon = -1.0f;
    CHECK_FALSE(Inventory(config).config().headroom_epsilon);
}
