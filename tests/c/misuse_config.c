/* Every field of the config, outside its range and on its edge; every way in which a config comes in. */
#include "misuse.h"

#include <float.h>
#include <math.h>

/* Refused wherever a config comes in, with a message that names the field, and nothing else happens. */
static void refuse_config(const driftline_config *config, const char *field)
{
    driftline_scheduler scheduler;
    driftline_scorer scorer = puppet_scorer(&fixture.puppet, SHAPE_SINGLE);
    driftline_action actions[4];
    size_t count = 0;

    REFUSED(DRIFTLINE_RESULT_CONFIG, driftline_config_validate(config, &fixture.error));
    CHECK(strstr(fixture.error.message, field) != NULL);

    PATTERN(scheduler);
    REFUSED(DRIFTLINE_RESULT_CONFIG,
            driftline_scheduler_new(DRIFTLINE_ABI, THIS_NODE, config, &scheduler, &fixture.error));
    CHECK(strstr(fixture.error.message, field) != NULL);
    UNTOUCHED(scheduler);

    REFUSED(DRIFTLINE_RESULT_CONFIG, driftline_scheduler_configure(fixture.scheduler, config, &fixture.error));
    CHECK(strstr(fixture.error.message, field) != NULL);

    PATTERN(actions);
    PATTERN(count);
    REFUSED(DRIFTLINE_RESULT_CONFIG,
            driftline_diff_scheduler(fixture.state, THIS_NODE, config, &scorer, TIME_DUE, NULL, 0, actions, 4,
                                     sizeof actions[0], &count, NULL, &fixture.error));
    CHECK(strstr(fixture.error.message, field) != NULL);
    UNTOUCHED(actions);
    UNTOUCHED(count);
    CHECK(fixture.puppet.calls[ENTRY_SCORE] == 6); /* those of the fixture's own sample */
    CHECK(fixture.puppet.calls[ENTRY_DROP] == 0);
}

static void accept_config(const driftline_config *config)
{
    driftline_scheduler scheduler = {0};
    fixture.scheduler_may_change = true;
    ACCEPTED(driftline_config_validate(config, &fixture.error));
    ACCEPTED(driftline_scheduler_new(DRIFTLINE_ABI, THIS_NODE, config, &scheduler, &fixture.error));
    ACCEPTED(driftline_scheduler_free(scheduler));
    ACCEPTED(driftline_scheduler_configure(fixture.scheduler, config, &fixture.error));
}

static void refuse_float(size_t offset, const char *field, float value)
{
    driftline_config config = fixture.config;
    memcpy((char *)&config + offset, &value, sizeof value);
    refuse_config(&config, field);
}

static void accept_float(size_t offset, float value)
{
    driftline_config config = fixture.config;
    memcpy((char *)&config + offset, &value, sizeof value);
    accept_config(&config);
}

static void config_floor(void)
{
    const size_t offset = offsetof(driftline_config, score_floor);

    CASE("config: score_floor is NaN")
    {
        refuse_float(offset, "score_floor", NAN);
    }
    CASE("config: score_floor is infinite")
    {
        refuse_float(offset, "score_floor", INFINITY);
        refuse_float(offset, "score_floor", -INFINITY);
    }
    CASE("config: score_floor is just outside its range")
    {
        refuse_float(offset, "score_floor", 1.0f + FLT_EPSILON);
        refuse_float(offset, "score_floor", -FLT_MIN);
    }
    CASE("config: score_floor is on its edges")
    {
        accept_float(offset, 0.0f);
        accept_float(offset, 1.0f);
    }
}

static void config_gap(void)
{
    const size_t offset = offsetof(driftline_config, hysteresis_gap);

    CASE("config: hysteresis_gap is NaN")
    {
        refuse_float(offset, "hysteresis_gap", NAN);
    }
    CASE("config: hysteresis_gap is infinite")
    {
        refuse_float(offset, "hysteresis_gap", INFINITY);
        refuse_float(offset, "hysteresis_gap", -INFINITY);
    }
    CASE("config: hysteresis_gap is just outside its range")
    {
        refuse_float(offset, "hysteresis_gap", 1.0f + FLT_EPSILON);
        refuse_float(offset, "hysteresis_gap", -FLT_MIN);
    }
    CASE("config: hysteresis_gap is on its edges")
    {
        accept_float(offset, 0.0f);
        accept_float(offset, 1.0f);
    }
}

static void config_cost(void)
{
    const size_t offset = offsetof(driftline_config, cost_per_sec);

    CASE("config: cost_per_sec is NaN")
    {
        refuse_float(offset, "cost_per_sec", NAN);
    }
    CASE("config: cost_per_sec is infinite")
    {
        refuse_float(offset, "cost_per_sec", INFINITY);
        refuse_float(offset, "cost_per_sec", -INFINITY);
    }
    CASE("config: cost_per_sec is negative")
    {
        refuse_float(offset, "cost_per_sec", -FLT_MIN);
    }
    CASE("config: cost_per_sec is on its edges")
    {
        accept_float(offset, 0.0f);
        accept_float(offset, FLT_MAX);
    }
}

static void config_times_and_choices(void)
{
    driftline_config config;

    CASE("config: decision_interval is zero")
    {
        config = fixture.config;
        config.decision_interval_ns = 0;
        refuse_config(&config, "decision_interval");
    }
    CASE("config: decision_interval is on its edges")
    {
        config = fixture.config;
        config.decision_interval_ns = 1;
        accept_config(&config);
        config.decision_interval_ns = UINT64_MAX;
        accept_config(&config);
    }
    CASE("config: every cooldown is valid")
    {
        config = fixture.config;
        config.cooldown_ns = 0;
        accept_config(&config);
        config.cooldown_ns = UINT64_MAX;
        accept_config(&config);
    }
    CASE("config: on_scorer_error is no known number")
    {
        config = fixture.config;
        config.on_scorer_error = DRIFTLINE_ON_SCORER_ERROR_SKIP_CHAIN + 1;
        refuse_config(&config, "on_scorer_error");
        config.on_scorer_error = UINT32_MAX;
        refuse_config(&config, "on_scorer_error");
    }
    CASE("config: fingerprint_mode is no known number")
    {
        config = fixture.config;
        config.fingerprint_mode = DRIFTLINE_FINGERPRINT_PUSH + 1;
        refuse_config(&config, "fingerprint_mode");
        config.fingerprint_mode = UINT32_MAX;
        refuse_config(&config, "fingerprint_mode");
    }
    CASE("config: every known number is valid")
    {
        config = fixture.config;
        config.backstop_spread = 1;
        config.on_scorer_error = DRIFTLINE_ON_SCORER_ERROR_SKIP_CHAIN;
        config.fingerprint_mode = DRIFTLINE_FINGERPRINT_PUSH;
        accept_config(&config);
    }
}

static void config_limits(void)
{
    driftline_config config;

    CASE("config: every limit of scores is valid")
    {
        config = fixture.config;
        config.max_scores_per_tick = 1;
        accept_config(&config);
        config.max_scores_per_tick = UINT64_MAX;
        accept_config(&config);
    }
    CASE("config: every back-off is valid")
    {
        config = fixture.config;
        config.retry_backoff_ns = 1;
        accept_config(&config);
        config.retry_backoff_ns = UINT64_MAX;
        accept_config(&config);
    }
    CASE("config: backstop_spread is neither off nor on")
    {
        config = fixture.config;
        config.backstop_spread = 2;
        refuse_config(&config, "backstop_spread");
        config.backstop_spread = UINT32_MAX;
        refuse_config(&config, "backstop_spread");
    }
    CASE("config: what is reserved is not zero")
    {
        driftline_scheduler scheduler;
        config = fixture.config;
        config.reserved = 1;
        REFUSED(DRIFTLINE_RESULT_RESERVED, driftline_config_validate(&config, &fixture.error));
        CHECK(strstr(fixture.error.message, "config.reserved") != NULL);
        PATTERN(scheduler);
        REFUSED(DRIFTLINE_RESULT_RESERVED,
                driftline_scheduler_new(DRIFTLINE_ABI, THIS_NODE, &config, &scheduler, &fixture.error));
        UNTOUCHED(scheduler);
        REFUSED(DRIFTLINE_RESULT_RESERVED,
                driftline_scheduler_configure(fixture.scheduler, &config, &fixture.error));
        config.reserved = UINT32_MAX;
        REFUSED(DRIFTLINE_RESULT_RESERVED, driftline_config_validate(&config, &fixture.error));
    }
}

/* ---- Moves ---- */

/* A share that only means something when moves are tracked. */
static void config_share(size_t offset, const char *field)
{
    fixture.config.move_timeout_ns = 1;
    refuse_float(offset, field, NAN);
    refuse_float(offset, field, INFINITY);
    refuse_float(offset, field, 1.0f + FLT_EPSILON);
    refuse_float(offset, field, -FLT_MIN);
    accept_float(offset, 0.0f);
    accept_float(offset, 1.0f);
}

static void refuse_untracked(size_t offset, const char *field, uint64_t value)
{
    driftline_config config = fixture.config;
    memcpy((char *)&config + offset, &value, sizeof value);
    refuse_config(&config, field);
    CHECK(strstr(fixture.error.message, "zero without move_timeout") != NULL);
    config.move_timeout_ns = 1;
    accept_config(&config);
}

static void config_moves(void)
{
    driftline_config config;

    CASE("config: target_penalty is a share")
    {
        config_share(offsetof(driftline_config, target_penalty), "target_penalty");
    }
    CASE("config: warmup_coverage is a share")
    {
        config_share(offsetof(driftline_config, warmup_coverage), "warmup_coverage");
    }
    CASE("config: max_alternatives is zero")
    {
        config = fixture.config;
        config.max_alternatives = 0;
        refuse_config(&config, "max_alternatives");
        config.max_alternatives = UINT32_MAX;
        accept_config(&config);
    }
    CASE("config: move_order is no known number")
    {
        config = fixture.config;
        config.move_order = DRIFTLINE_MOVE_ORDER_PLACE_FIRST + 1;
        refuse_config(&config, "move_order");
        config.move_order = UINT32_MAX;
        refuse_config(&config, "move_order");
        config.move_order = DRIFTLINE_MOVE_ORDER_PLACE_FIRST;
        accept_config(&config);
    }
    CASE("config: every time and every other limit of moves is valid")
    {
        config = fixture.config;
        config.min_holders = UINT32_MAX;
        config.pin_ttl_ns = config.flap_window_ns = config.warmup_max_ns = UINT64_MAX;
        config.move_timeout_ns = config.max_moves_per_tick = UINT64_MAX;
        config.max_in_flight = config.max_in_flight_per_source = config.max_in_flight_per_target = UINT64_MAX;
        accept_config(&config);
        config.pin_ttl_ns = config.warmup_max_ns = 0;
        accept_config(&config);
    }
}

static void config_untracked(void)
{
    driftline_config config;

    CASE("config: what counts moves in flight needs a timeout")
    {
        refuse_untracked(offsetof(driftline_config, max_in_flight), "max_in_flight", 1);
        refuse_untracked(offsetof(driftline_config, max_in_flight_per_source), "max_in_flight_per_source", 1);
        refuse_untracked(offsetof(driftline_config, max_in_flight_per_target), "max_in_flight_per_target", UINT64_MAX);
    }
    CASE("config: a penalty needs a timeout")
    {
        config = fixture.config;
        config.target_penalty = FLT_MIN;
        refuse_config(&config, "target_penalty");
        CHECK(strstr(fixture.error.message, "zero without move_timeout") != NULL);
    }
    CASE("config: what is reserved at its end is not zero")
    {
        config = fixture.config;
        config.reserved_2 = 1;
        REFUSED(DRIFTLINE_RESULT_RESERVED, driftline_config_validate(&config, &fixture.error));
        CHECK(strstr(fixture.error.message, "config.reserved_2") != NULL);
        REFUSED(DRIFTLINE_RESULT_RESERVED,
                driftline_scheduler_configure(fixture.scheduler, &config, &fixture.error));
    }
}

static void config_production(void)
{
    driftline_config config;

    CASE("config: production is safe to run, and valid")
    {
        PATTERN(config);
        ACCEPTED(driftline_config_production(&config, sizeof config));
        CHECK(config.struct_size == sizeof config);
        CHECK(config.score_floor == 0.5f && config.hysteresis_gap == 0.25f && config.cost_per_sec == 0.1f);
        CHECK(config.on_scorer_error == DRIFTLINE_ON_SCORER_ERROR_SKIP_CHAIN && config.backstop_spread == 1);
        CHECK(config.min_holders == 1 && config.move_timeout_ns > 0 && config.max_moves_per_tick > 0);
        CHECK(config.max_in_flight > 0 && config.max_in_flight_per_source > 0 && config.max_in_flight_per_target > 0);
        CHECK(config.target_penalty > 0.0f && config.max_alternatives > 1);
        CHECK(config.flap_window_ns == 1800 * NANOSECONDS_PER_SECOND && config.warmup_coverage == 0.9f);
        CHECK(config.reserved == 0 && config.reserved_2 == 0);
        accept_config(&config);
    }
}

static void config_as_a_whole(void)
{
    driftline_config config;

    CASE("config: init gives the defaults of the specification")
    {
        PATTERN(config);
        ACCEPTED(driftline_config_init(&config, sizeof config));
        CHECK(config.struct_size == sizeof config);
        CHECK(config.score_floor == 0.5f);
        CHECK(config.hysteresis_gap == 0.2f);
        CHECK(config.cost_per_sec == 0.1f);
        CHECK(config.cooldown_ns == 300 * NANOSECONDS_PER_SECOND);
        CHECK(config.decision_interval_ns == 30 * NANOSECONDS_PER_SECOND);
        CHECK(config.on_scorer_error == DRIFTLINE_ON_SCORER_ERROR_ABORT);
        CHECK(config.fingerprint_mode == DRIFTLINE_FINGERPRINT_POLL);
        CHECK(config.max_scores_per_tick == 0 && config.backstop_spread == 0 && config.retry_backoff_ns == 0);
        CHECK(config.min_holders == 0 && config.move_order == DRIFTLINE_MOVE_ORDER_EVICT_FIRST);
        CHECK(config.pin_ttl_ns == 60 * NANOSECONDS_PER_SECOND && config.move_timeout_ns == 0);
        CHECK(config.max_moves_per_tick == 0 && config.max_in_flight == 0);
        CHECK(config.max_in_flight_per_source == 0 && config.max_in_flight_per_target == 0);
        CHECK(config.target_penalty == 0.0f && config.max_alternatives == 1 && config.flap_window_ns == 0);
        CHECK(config.warmup_coverage == 0.0f && config.warmup_max_ns == 300 * NANOSECONDS_PER_SECOND);
        CHECK(config.reserved == 0 && config.reserved_2 == 0);
        ACCEPTED(driftline_config_validate(&config, &fixture.error));
    }
    CASE("config: what was configured comes back")
    {
        driftline_config back;
        config = fixture.config;
        config.score_floor = 0.25f;
        config.cooldown_ns = 7;
        config.fingerprint_mode = DRIFTLINE_FINGERPRINT_PUSH;
        config.max_scores_per_tick = 100;
        config.backstop_spread = 1;
        config.retry_backoff_ns = 60 * NANOSECONDS_PER_SECOND;
        config.min_holders = 2;
        config.move_order = DRIFTLINE_MOVE_ORDER_PLACE_FIRST;
        config.pin_ttl_ns = 11;
        config.move_timeout_ns = 12;
        config.max_moves_per_tick = 13;
        config.max_in_flight = 14;
        config.max_in_flight_per_source = 15;
        config.max_in_flight_per_target = 16;
        config.target_penalty = 0.125f;
        config.max_alternatives = 17;
        config.flap_window_ns = 18;
        config.warmup_max_ns = 19;
        config.warmup_coverage = 0.75f;
        fixture.scheduler_may_change = true;
        ACCEPTED(driftline_scheduler_configure(fixture.scheduler, &config, &fixture.error));
        PATTERN_SIZED(back);
        ACCEPTED(driftline_scheduler_config(fixture.scheduler, &back, &fixture.error));
        CHECK(memcmp(&back, &config, sizeof config) == 0);
    }
}

static void config_in_force(void)
{
    driftline_config config;

    CASE("this_node: what was said when the scheduler was made")
    {
        uint64_t this_node = 0;
        ACCEPTED(driftline_scheduler_this_node(fixture.scheduler, &this_node, &fixture.error));
        CHECK(this_node == THIS_NODE);
    }
    CASE("config: a refused one leaves the old one in force")
    {
        size_t count = 0;
        config = fixture.config;
        config.score_floor = 2.0f;
        config.cooldown_ns = 0;
        fixture.state_may_change = fixture.scheduler_may_change = true;
        REFUSED(DRIFTLINE_RESULT_CONFIG,
                driftline_scheduler_configure(fixture.scheduler, &config, &fixture.error));
        ACCEPTED(fixture_tick(TIME_DUE, &count));
        CHECK(count == 1);
        /* The old cooldown holds. */
        ACCEPTED(fixture_tick(TIME_DUE + 1, &count));
        CHECK(count == 0);
        CHECK(fixture.report.verdicts[DRIFTLINE_VERDICT_COOLDOWN] == 1);
    }
}

void misuse_config(void)
{
    config_floor();
    config_gap();
    config_cost();
    config_times_and_choices();
    config_limits();
    config_moves();
    config_untracked();
    config_production();
    config_as_a_whole();
    config_in_force();
}
