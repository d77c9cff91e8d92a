/* Sizes that callers say, of structs and of array elements. Smaller, on a field boundary, is an older caller; larger is
 * a newer one and fine as long as the rest is zero; everything else is a mistake. */
#include "misuse.h"

/* The most that any struct may say. */
#define SIZE_LIMIT 4096u
#define FUTURE_TAIL 64u

/* ---- A struct in a larger buffer, handed to one function that takes it ---- */

typedef driftline_result (*sized_call)(void *sized);

static _Alignas(8) unsigned char buffer[SIZE_LIMIT + 8];

static driftline_result call_with_size(sized_call call, const void *known, size_t known_size, uint32_t size,
                                       unsigned char last_byte)
{
    memset(buffer, 0, sizeof buffer);
    memcpy(buffer, known, known_size);
    memcpy(buffer, &size, sizeof size);
    if (size > known_size && size <= sizeof buffer) {
        buffer[size - 1] = last_byte;
    }
    return call(buffer);
}

/* Nothing, half a head, one byte too few, the middle of a field, more than the limit. */
static void refuse_sizes(sized_call call, const void *known, size_t known_size)
{
    const uint32_t sizes[] = {0, 1, 3, 4, 7, 9, 15, 21, (uint32_t)known_size - 2, (uint32_t)known_size - 1,
                              SIZE_LIMIT + 1, SIZE_LIMIT + 8, INT32_MAX, UINT32_MAX};
    for (size_t at = 0; at < sizeof sizes / sizeof sizes[0]; at++) {
        REFUSED(DRIFTLINE_RESULT_STRUCT_SIZE, call_with_size(call, known, known_size, sizes[at], 0));
    }
}

static void refuse_unknown_content(sized_call call, const void *known, size_t known_size)
{
    REFUSED(DRIFTLINE_RESULT_STRUCT_SIZE, call_with_size(call, known, known_size, (uint32_t)known_size + 1, 1));
    REFUSED(DRIFTLINE_RESULT_STRUCT_SIZE,
            call_with_size(call, known, known_size, (uint32_t)known_size + FUTURE_TAIL, 1));
    REFUSED(DRIFTLINE_RESULT_STRUCT_SIZE, call_with_size(call, known, known_size, SIZE_LIMIT, 1));
}

static void accept_zero_tail(sized_call call, const void *known, size_t known_size)
{
    ACCEPTED(call_with_size(call, known, known_size, (uint32_t)known_size + FUTURE_TAIL, 0));
    ACCEPTED(call_with_size(call, known, known_size, SIZE_LIMIT, 0));
}

/* An older caller's struct; what lies behind it is not looked at and not written. */
static void accept_older(sized_call call, const void *known, size_t older_size)
{
    unsigned char behind[64];
    uint32_t size = (uint32_t)older_size;

    memset(buffer, PATTERN_BYTE, sizeof buffer);
    memset(behind, PATTERN_BYTE, sizeof behind);
    memcpy(buffer, known, older_size);
    memcpy(buffer, &size, sizeof size);
    ACCEPTED(call(buffer));
    CHECK(memcmp(buffer + older_size, behind, sizeof behind) == 0);
}

/* ---- Configs that come in ---- */

static driftline_result validate(void *config)
{
    return driftline_config_validate(config, &fixture.error);
}

static driftline_result new_scheduler(void *config)
{
    driftline_scheduler scheduler = {0};
    driftline_result result =
        driftline_scheduler_new(DRIFTLINE_ABI, THIS_NODE, config, &scheduler, &fixture.error);
    ACCEPTED(driftline_scheduler_free(scheduler));
    return result;
}

static driftline_result configure(void *config)
{
    return driftline_scheduler_configure(fixture.scheduler, config, &fixture.error);
}

static driftline_result diff_with_config(void *config)
{
    driftline_scorer scorer = puppet_scorer(&fixture.puppet, SHAPE_SINGLE);
    driftline_action actions[4];
    size_t count = 0;
    return driftline_diff_scheduler(fixture.state, THIS_NODE, config, &scorer, TIME_DUE, NULL, 0, actions, 4,
                                    sizeof actions[0], &count, NULL, &fixture.error);
}

static void config_sizes(sized_call call)
{
    fixture.scheduler_may_change = true;
    refuse_sizes(call, &fixture.config, sizeof fixture.config);
    refuse_unknown_content(call, &fixture.config, sizeof fixture.config);
    accept_zero_tail(call, &fixture.config, sizeof fixture.config);
    accept_older(call, &fixture.config, offsetof(driftline_config, decision_interval_ns));
    accept_older(call, &fixture.config, offsetof(driftline_config, max_scores_per_tick));
    accept_older(call, &fixture.config, offsetof(driftline_config, min_holders));
}

static void size_of_config(void)
{
    CASE("size: the config of config_validate")
    {
        config_sizes(validate);
    }
    CASE("size: the config of scheduler_new")
    {
        config_sizes(new_scheduler);
    }
    CASE("size: the config of scheduler_configure")
    {
        config_sizes(configure);
    }
    CASE("size: the config of diff_scheduler")
    {
        config_sizes(diff_with_config);
    }
}

static void size_of_older_config(void)
{
    CASE("size: what an older config does not have is the default")
    {
        driftline_config config = fixture.config;
        driftline_config back;
        fixture.scheduler_may_change = true;
        config.score_floor = 0.25f;
        config.decision_interval_ns = 0; /* invalid, were it read */
        config.struct_size = offsetof(driftline_config, decision_interval_ns);
        ACCEPTED(driftline_scheduler_configure(fixture.scheduler, &config, &fixture.error));
        back.struct_size = (uint32_t)sizeof back;
        ACCEPTED(driftline_scheduler_config(fixture.scheduler, &back, &fixture.error));
        CHECK(back.score_floor == 0.25f);
        CHECK(back.decision_interval_ns == 30 * NANOSECONDS_PER_SECOND);
    }
    CASE("size: a config from before there were limits has none, also where they were configured before")
    {
        driftline_config config = fixture.config;
        driftline_config back;
        fixture.scheduler_may_change = true;
        config.max_scores_per_tick = 1;
        config.backstop_spread = 1;
        config.retry_backoff_ns = 1;
        ACCEPTED(driftline_scheduler_configure(fixture.scheduler, &config, &fixture.error));
        config.backstop_spread = config.reserved = UINT32_MAX; /* invalid, were it read */
        config.struct_size = offsetof(driftline_config, max_scores_per_tick);
        ACCEPTED(driftline_scheduler_configure(fixture.scheduler, &config, &fixture.error));
        back.struct_size = (uint32_t)sizeof back;
        ACCEPTED(driftline_scheduler_config(fixture.scheduler, &back, &fixture.error));
        CHECK(back.max_scores_per_tick == 0 && back.backstop_spread == 0 && back.retry_backoff_ns == 0);
        CHECK(back.reserved == 0);
    }
    CASE("size: a config from before moves were tracked tracks none, also where they were tracked before")
    {
        driftline_config config;
        driftline_config back;
        fixture.scheduler_may_change = true;
        ACCEPTED(driftline_config_production(&config, sizeof config));
        ACCEPTED(driftline_scheduler_configure(fixture.scheduler, &config, &fixture.error));
        config.max_alternatives = 0;
        config.move_order = UINT32_MAX; /* invalid, were they read */
        config.struct_size = offsetof(driftline_config, min_holders);
        ACCEPTED(driftline_scheduler_configure(fixture.scheduler, &config, &fixture.error));
        back.struct_size = (uint32_t)sizeof back;
        ACCEPTED(driftline_scheduler_config(fixture.scheduler, &back, &fixture.error));
        CHECK(back.move_timeout_ns == 0 && back.max_in_flight == 0 && back.max_alternatives == 1);
        CHECK(back.pin_ttl_ns == 60 * NANOSECONDS_PER_SECOND && back.min_holders == 0);
        CHECK(back.cooldown_ns == config.cooldown_ns);
    }
}

static void size_of_initial_config(void)
{
    CASE("size: config_init and config_production with a size that no config has")
    {
        const size_t sizes[] = {0, 1, 4, 7, 9, sizeof(driftline_config) - 1, SIZE_LIMIT + 1, SIZE_MAX};
        driftline_config config;
        for (size_t at = 0; at < sizeof sizes / sizeof sizes[0]; at++) {
            PATTERN(config);
            REFUSED_SILENT(DRIFTLINE_RESULT_STRUCT_SIZE, driftline_config_init(&config, sizes[at]));
            REFUSED_SILENT(DRIFTLINE_RESULT_STRUCT_SIZE, driftline_config_production(&config, sizes[at]));
            UNTOUCHED(config);
        }
    }
    CASE("size: config_init fills what a newer caller has with zeros, and of an older one only what it has")
    {
        driftline_config config;
        memset(buffer, PATTERN_BYTE, sizeof buffer);
        ACCEPTED(driftline_config_init((driftline_config *)(void *)buffer, sizeof config + 8));
        memcpy(&config, buffer, sizeof config);
        CHECK(config.struct_size == sizeof config + 8);
        CHECK(config.score_floor == 0.5f);
        CHECK(buffer[sizeof config] == 0 && buffer[sizeof config + 7] == 0);
        CHECK(buffer[sizeof config + 8] == PATTERN_BYTE);

        PATTERN(config);
        ACCEPTED(driftline_config_init(&config, offsetof(driftline_config, decision_interval_ns)));
        CHECK(config.struct_size == offsetof(driftline_config, decision_interval_ns));
        CHECK(config.cooldown_ns == 300 * NANOSECONDS_PER_SECOND);
        CHECK(is_pattern(&config.decision_interval_ns, sizeof config.decision_interval_ns));

        PATTERN(config);
        ACCEPTED(driftline_config_production(&config, offsetof(driftline_config, min_holders)));
        CHECK(config.struct_size == offsetof(driftline_config, min_holders) && config.backstop_spread == 1);
        CHECK(is_pattern(&config.min_holders, sizeof config - offsetof(driftline_config, min_holders)));
    }
}

/* ---- Structs that go out ---- */

static driftline_result config_out(void *config)
{
    return driftline_scheduler_config(fixture.scheduler, config, &fixture.error);
}

static driftline_result chain_out(void *chain)
{
    uint64_t holders[8];
    size_t count = 0;
    return driftline_state_chain(fixture.state, CHAIN_BAD, chain, holders, 8, &count, &fixture.error);
}

static driftline_result explanation_out(void *explanation)
{
    return driftline_explain(fixture.scheduler, fixture.state, CHAIN_BAD, explanation, &fixture.error);
}

static driftline_result policy_out(void *policy)
{
    return driftline_scheduler_class_policy(fixture.scheduler, CLASS_KNOWN, policy, &fixture.error);
}

static driftline_result drain_status_out(void *status)
{
    size_t count = 0;
    return driftline_scheduler_drain_status(fixture.scheduler, fixture.state, NODE_BAD, status, NULL, 0,
                                            sizeof(driftline_blocked), &count, &fixture.error);
}

static driftline_result report_of_sample(void *report)
{
    return driftline_scheduler_sample(fixture.scheduler, fixture.state, TIME_DUE, report, &fixture.error);
}

static driftline_result report_of_tick(void *report)
{
    const driftline_action *actions = NULL;
    size_t count = 0;
    return driftline_scheduler_tick(fixture.scheduler, fixture.state, TIME_DUE, sizeof *actions, &actions, &count,
                                    report, &fixture.error);
}

static driftline_result report_of_decide(void *report)
{
    const driftline_action *actions = NULL;
    size_t count = 0;
    return driftline_scheduler_decide(fixture.scheduler, fixture.state, TIME_DUE, sizeof *actions, &actions, &count,
                                      report, &fixture.error);
}

static driftline_result report_of_diff(void *report)
{
    driftline_scorer scorer = puppet_scorer(&fixture.puppet, SHAPE_SINGLE);
    driftline_action actions[4];
    size_t count = 0;
    return driftline_diff_scheduler(fixture.state, THIS_NODE, &fixture.config, &scorer, TIME_DUE, NULL, 0, actions, 4,
                                    sizeof actions[0], &count, report, &fixture.error);
}

/* Refusals first: after them everything must be as it was. */
static void report_sizes(sized_call call)
{
    driftline_report report;
    uint64_t asked = fixture.puppet.calls[ENTRY_SCORE];
    memset(&report, 0, sizeof report);
    refuse_sizes(call, &report, sizeof report);
    refuse_unknown_content(call, &report, sizeof report);
    CHECK(fixture.puppet.calls[ENTRY_SCORE] == asked);
    fixture.state_may_change = fixture.scheduler_may_change = true;
    accept_zero_tail(call, &report, sizeof report);
    accept_older(call, &report, offsetof(driftline_report, verdicts));
    accept_older(call, &report, offsetof(driftline_report, deferred));
    accept_older(call, &report, offsetof(driftline_report, in_flight));
}

static void size_of_outputs(void)
{
    CASE("size: the config of scheduler_config")
    {
        driftline_config config;
        memset(&config, 0, sizeof config);
        refuse_sizes(config_out, &config, sizeof config);
        refuse_unknown_content(config_out, &config, sizeof config);
        accept_zero_tail(config_out, &config, sizeof config);
        accept_older(config_out, &config, offsetof(driftline_config, decision_interval_ns));
        accept_older(config_out, &config, offsetof(driftline_config, max_scores_per_tick));
        accept_older(config_out, &config, offsetof(driftline_config, min_holders));
    }
    CASE("size: the chain of state_chain")
    {
        driftline_chain chain;
        memset(&chain, 0, sizeof chain);
        refuse_sizes(chain_out, &chain, sizeof chain);
        refuse_unknown_content(chain_out, &chain, sizeof chain);
        accept_zero_tail(chain_out, &chain, sizeof chain);
        accept_older(chain_out, &chain, offsetof(driftline_chain, last_rebalance_ns));
        accept_older(chain_out, &chain, offsetof(driftline_chain, desired_replicas));
    }
    CASE("size: the explanation of explain")
    {
        driftline_explanation explanation;
        memset(&explanation, 0, sizeof explanation);
        refuse_sizes(explanation_out, &explanation, sizeof explanation);
        refuse_unknown_content(explanation_out, &explanation, sizeof explanation);
        accept_zero_tail(explanation_out, &explanation, sizeof explanation);
        accept_older(explanation_out, &explanation, offsetof(driftline_explanation, flags));
        accept_older(explanation_out, &explanation, offsetof(driftline_explanation, retry_at_ns));
        accept_older(explanation_out, &explanation, offsetof(driftline_explanation, limit));
    }
    CASE("size: the policy of scheduler_class_policy")
    {
        driftline_class_policy policy = policy_empty();
        refuse_sizes(policy_out, &policy, sizeof policy);
        refuse_unknown_content(policy_out, &policy, sizeof policy);
        accept_zero_tail(policy_out, &policy, sizeof policy);
        accept_older(policy_out, &policy, offsetof(driftline_class_policy, critical_floor));
    }
    CASE("size: the status of scheduler_drain_status")
    {
        driftline_drain_status status;
        memset(&status, 0, sizeof status);
        refuse_sizes(drain_status_out, &status, sizeof status);
        refuse_unknown_content(drain_status_out, &status, sizeof status);
        accept_zero_tail(drain_status_out, &status, sizeof status);
        accept_older(drain_status_out, &status, offsetof(driftline_drain_status, at_risk));
    }
    CASE("size: the report of scheduler_sample")
    {
        report_sizes(report_of_sample);
    }
    CASE("size: the report of scheduler_tick")
    {
        report_sizes(report_of_tick);
    }
    CASE("size: the report of scheduler_decide")
    {
        report_sizes(report_of_decide);
    }
    CASE("size: the report of diff_scheduler")
    {
        report_sizes(report_of_diff);
    }
}

static driftline_result explanation_in(void *explanation)
{
    char text[256];
    size_t length = 0;
    return driftline_explanation_text(explanation, text, sizeof text, &length, &fixture.error);
}

static driftline_result policy_in(void *policy)
{
    return driftline_scheduler_set_class_policy(fixture.scheduler, CLASS_KNOWN, policy, &fixture.error);
}

static driftline_result sentence_in(void *explanation)
{
    char text[256];
    size_t length = 0;
    return driftline_explanation_sentence(explanation, text, sizeof text, &length, &fixture.error);
}

static void size_of_inputs(void)
{
    CASE("size: the explanation of explanation_sentence")
    {
        driftline_explanation explanation = fixture_explain(CHAIN_BAD);
        refuse_sizes(sentence_in, &explanation, sizeof explanation);
        refuse_unknown_content(sentence_in, &explanation, sizeof explanation);
        accept_zero_tail(sentence_in, &explanation, sizeof explanation);
        accept_older(sentence_in, &explanation, offsetof(driftline_explanation, limit));
    }
    CASE("size: the policy of scheduler_set_class_policy")
    {
        refuse_sizes(policy_in, &fixture.policy, sizeof fixture.policy);
        refuse_unknown_content(policy_in, &fixture.policy, sizeof fixture.policy);
        accept_zero_tail(policy_in, &fixture.policy, sizeof fixture.policy);
        accept_older(policy_in, &fixture.policy, offsetof(driftline_class_policy, critical_floor));
    }
    CASE("size: the explanation of explanation_text")
    {
        driftline_explanation explanation = fixture_explain(CHAIN_BAD);
        refuse_sizes(explanation_in, &explanation, sizeof explanation);
        refuse_unknown_content(explanation_in, &explanation, sizeof explanation);
        accept_zero_tail(explanation_in, &explanation, sizeof explanation);
        accept_older(explanation_in, &explanation, offsetof(driftline_explanation, flags));
        accept_older(explanation_in, &explanation, offsetof(driftline_explanation, retry_at_ns));
        accept_older(explanation_in, &explanation, offsetof(driftline_explanation, limit));
    }
}

/* ---- The scorer's vtable ---- */

static driftline_result install(void *scorer)
{
    return driftline_scheduler_install(fixture.scheduler, scorer, &fixture.error);
}

static driftline_result diff_with_scorer(void *scorer)
{
    driftline_action actions[4];
    size_t count = 0;
    return driftline_diff_scheduler(fixture.state, THIS_NODE, &fixture.config, scorer, TIME_DUE, NULL, 0, actions, 4,
                                    sizeof actions[0], &count, NULL, &fixture.error);
}

static void size_of_scorer(void)
{
    driftline_scorer scorer;
    const uint32_t end_of_drop = offsetof(driftline_scorer, drop) + sizeof(void (*)(void));

    CASE("size: a vtable whose size cannot be right is not even asked for drop")
    {
        const uint32_t sizes[] = {0, 4, 8, offsetof(driftline_scorer, drop), end_of_drop - 1, SIZE_LIMIT + 8,
                                  UINT32_MAX};
        scorer = puppet_scorer(&fixture.puppet, SHAPE_BATCH);
        for (size_t at = 0; at < sizeof sizes / sizeof sizes[0]; at++) {
            REFUSED(DRIFTLINE_RESULT_STRUCT_SIZE, call_with_size(install, &scorer, sizeof scorer, sizes[at], 0));
        }
        CHECK(fixture.puppet.calls[ENTRY_DROP] == 0);
    }
    CASE("size: a vtable that ends before what is required is refused and dropped")
    {
        const uint32_t sizes[] = {end_of_drop, offsetof(driftline_scorer, best_alternative)};
        for (size_t at = 0; at < 2; at++) {
            scorer = puppet_hand_over(&fixture.puppet, SHAPE_BATCH);
            REFUSED(DRIFTLINE_RESULT_STRUCT_SIZE, call_with_size(install, &scorer, sizeof scorer, sizes[at], 0));
            CHECK(fixture.puppet.calls[ENTRY_DROP] == at + 1);
        }
    }
    CASE("size: a vtable that ends inside an entry is refused and dropped")
    {
        const uint32_t end_of_required = offsetof(driftline_scorer, live_score);
        const uint32_t sizes[] = {end_of_required + 1, end_of_required + 4, sizeof scorer - 1};
        for (size_t at = 0; at < 3; at++) {
            scorer = puppet_hand_over(&fixture.puppet, SHAPE_BATCH);
            REFUSED(DRIFTLINE_RESULT_STRUCT_SIZE, call_with_size(install, &scorer, sizeof scorer, sizes[at], 0));
            CHECK(fixture.puppet.calls[ENTRY_DROP] == at + 1);
        }
    }
    CASE("size: a vtable with an entry that this library does not know is refused and dropped")
    {
        scorer = puppet_hand_over(&fixture.puppet, SHAPE_BATCH);
        REFUSED(DRIFTLINE_RESULT_STRUCT_SIZE,
                call_with_size(install, &scorer, sizeof scorer, (uint32_t)sizeof scorer + 8, 1));
        CHECK(fixture.puppet.calls[ENTRY_DROP] == 1);
    }
    CASE("size: a newer vtable whose new entries are NULL is installed")
    {
        fixture.scheduler_may_change = true;
        scorer = puppet_hand_over(&fixture.puppet, SHAPE_BATCH);
        ACCEPTED(call_with_size(install, &scorer, sizeof scorer, (uint32_t)sizeof scorer + 8, 0));
    }
    CASE("size: the oldest vtable has what is required and nothing else")
    {
        size_t count = 0;
        fixture.state_may_change = fixture.scheduler_may_change = true;
        scorer = puppet_hand_over(&fixture.puppet, SHAPE_BATCH);
        fixture.puppet.bad_live_score = 0.9f; /* of an entry that does not count here */
        ACCEPTED(call_with_size(install, &scorer, sizeof scorer, offsetof(driftline_scorer, live_score), 0));
        ACCEPTED(fixture_tick(TIME_DUE, &count));
        CHECK(count == 1);
        CHECK(fixture.puppet.calls[ENTRY_LIVE_SCORE] == 0 && fixture.puppet.calls[ENTRY_SCORE_MANY] == 0);
        CHECK(fixture.puppet.calls[ENTRY_MIGRATION_COST] == 0);
    }
    CASE("size: the vtable of diff_scheduler, which is never dropped")
    {
        scorer = puppet_scorer(&fixture.puppet, SHAPE_SINGLE);
        refuse_sizes(diff_with_scorer, &scorer, sizeof scorer);
        refuse_unknown_content(diff_with_scorer, &scorer, sizeof scorer);
        accept_zero_tail(diff_with_scorer, &scorer, sizeof scorer);
        accept_older(diff_with_scorer, &scorer, offsetof(driftline_scorer, live_score));
        CHECK(fixture.puppet.calls[ENTRY_DROP] == 0);
    }
}

/* ---- The error itself ---- */

static driftline_result fail_into(void *error)
{
    return driftline_config_validate(NULL, error);
}

static driftline_result succeed_with(void *error)
{
    return driftline_config_validate(&fixture.config, error);
}

static void size_of_error(void)
{
    CASE("size: an error struct that cannot be right is refused, whatever the call would have said")
    {
        const uint32_t sizes[] = {0, 1, 4, 7, 9, sizeof(driftline_error) - 1, SIZE_LIMIT + 1, UINT32_MAX};
        driftline_error error;
        for (size_t at = 0; at < sizeof sizes / sizeof sizes[0]; at++) {
            PATTERN(error);
            error.struct_size = sizes[at];
            REFUSED_SILENT(DRIFTLINE_RESULT_STRUCT_SIZE, fail_into(&error));
            REFUSED_SILENT(DRIFTLINE_RESULT_STRUCT_SIZE, succeed_with(&error));
            CHECK(error.struct_size == sizes[at]);
            CHECK(is_pattern(&error.code, sizeof error - offsetof(driftline_error, code)));
        }
    }
    CASE("size: with a wrong error struct nothing is done")
    {
        driftline_event event = event_of(DRIFTLINE_EVENT_HOLDER_ADDED, CHAIN_UNKNOWN, 1);
        driftline_error error;
        driftline_state state;
        PATTERN(error);
        PATTERN(state);
        error.struct_size = 5;
        REFUSED_SILENT(DRIFTLINE_RESULT_STRUCT_SIZE,
                       driftline_state_apply(fixture.state, &event, 1, sizeof event, &error));
        REFUSED_SILENT(DRIFTLINE_RESULT_STRUCT_SIZE, driftline_state_new(DRIFTLINE_ABI, &state, &error));
        UNTOUCHED(state);
    }
    CASE("size: with a wrong error struct the scorer is dropped all the same")
    {
        driftline_scorer scorer = puppet_hand_over(&fixture.puppet, SHAPE_SINGLE);
        driftline_error error;
        PATTERN(error);
        error.struct_size = 5;
        REFUSED_SILENT(DRIFTLINE_RESULT_STRUCT_SIZE,
                       driftline_scheduler_install(fixture.scheduler, &scorer, &error));
        CHECK(fixture.puppet.calls[ENTRY_DROP] == 1);
    }
    CASE("size: an older error struct gets what it has")
    {
        driftline_error error;
        PATTERN(error);
        error.struct_size = offsetof(driftline_error, message);
        REFUSED_SILENT(DRIFTLINE_RESULT_NULL, fail_into(&error));
        CHECK(error.struct_size == offsetof(driftline_error, message));
        CHECK(error.code == DRIFTLINE_RESULT_NULL);
        CHECK(error.index == DRIFTLINE_NONE && error.chain == DRIFTLINE_NONE && error.node == DRIFTLINE_NONE);
        CHECK(is_pattern(error.message, sizeof error.message));
    }
    CASE("size: a newer error struct with a zero tail is filled, with another tail it is refused")
    {
        driftline_error error;
        driftline_result code;
        memset(&error, 0, sizeof error);
        REFUSED_SILENT(DRIFTLINE_RESULT_NULL,
                       call_with_size(fail_into, &error, sizeof error, sizeof error + FUTURE_TAIL, 0));
        memcpy(&code, buffer + offsetof(driftline_error, code), sizeof code);
        CHECK(code == DRIFTLINE_RESULT_NULL);
        REFUSED_SILENT(DRIFTLINE_RESULT_STRUCT_SIZE,
                       call_with_size(fail_into, &error, sizeof error, sizeof error + FUTURE_TAIL, 1));
    }
}

void misuse_size(void)
{
    size_of_config();
    size_of_older_config();
    size_of_initial_config();
    size_of_outputs();
    size_of_inputs();
    size_of_scorer();
    size_of_error();
}
