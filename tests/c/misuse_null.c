/* NULL for every pointer of every function: refused where the pointer is needed, fine where it is optional. */
#include "misuse.h"

static void null_in_pure_functions(void)
{
    driftline_explanation explanation;
    driftline_migration_cost cost = {0, 0, 1.0f, 0};
    char text[128];
    size_t length = 0;
    float worth = 0.0f;

    memset(&explanation, 0, sizeof explanation);
    explanation.struct_size = (uint32_t)sizeof explanation;

    CASE("config_init: config is NULL")
    {
        REFUSED_SILENT(DRIFTLINE_RESULT_NULL, driftline_config_init(NULL, sizeof(driftline_config)));
    }
    CASE("config_production: config is NULL")
    {
        REFUSED_SILENT(DRIFTLINE_RESULT_NULL, driftline_config_production(NULL, sizeof(driftline_config)));
    }
    CASE("config_validate: config is NULL")
    {
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_config_validate(NULL, &fixture.error));
    }
    CASE("score_equivalent: cost is NULL")
    {
        PATTERN(worth);
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_score_equivalent(0.1f, NULL, &worth, &fixture.error));
        UNTOUCHED(worth);
    }
    CASE("score_equivalent: out is NULL")
    {
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_score_equivalent(0.1f, &cost, NULL, &fixture.error));
    }
    CASE("explanation_text: explanation is NULL")
    {
        PATTERN(text);
        PATTERN(length);
        REFUSED(DRIFTLINE_RESULT_NULL,
                driftline_explanation_text(NULL, text, sizeof text, &length, &fixture.error));
        UNTOUCHED(text);
        UNTOUCHED(length);
    }
    CASE("explanation_sentence: explanation, out or length is NULL")
    {
        PATTERN(text);
        PATTERN(length);
        REFUSED(DRIFTLINE_RESULT_NULL,
                driftline_explanation_sentence(NULL, text, sizeof text, &length, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_NULL,
                driftline_explanation_sentence(&explanation, NULL, sizeof text, &length, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_NULL,
                driftline_explanation_sentence(&explanation, text, sizeof text, NULL, &fixture.error));
        UNTOUCHED(text);
        UNTOUCHED(length);
    }
    CASE("explanation_text: out is NULL with a capacity")
    {
        PATTERN(length);
        REFUSED(DRIFTLINE_RESULT_NULL,
                driftline_explanation_text(&explanation, NULL, sizeof text, &length, &fixture.error));
        UNTOUCHED(length);
    }
    CASE("explanation_text: length is NULL")
    {
        PATTERN(text);
        REFUSED(DRIFTLINE_RESULT_NULL,
                driftline_explanation_text(&explanation, text, sizeof text, NULL, &fixture.error));
        UNTOUCHED(text);
    }
}

static void null_in_state_input(void)
{
    static const uint64_t chains[] = {CHAIN_BAD};
    static const uint64_t leaders[] = {THIS_NODE};
    static const uint64_t holder_offsets[] = {0, 1};
    static const uint64_t holders[] = {1};

    CASE("state_new: out is NULL")
    {
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_state_new(DRIFTLINE_ABI, NULL, &fixture.error));
    }
    CASE("state_load: chains is NULL")
    {
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_state_load(fixture.state, NULL, leaders, 1, holder_offsets, holders,
                                                            1, &fixture.error));
    }
    CASE("state_load: leaders is NULL")
    {
        REFUSED(DRIFTLINE_RESULT_NULL,
                driftline_state_load(fixture.state, chains, NULL, 1, holder_offsets, holders, 1, &fixture.error));
    }
    CASE("state_load: holder_offsets is NULL")
    {
        REFUSED(DRIFTLINE_RESULT_NULL,
                driftline_state_load(fixture.state, chains, leaders, 1, NULL, holders, 1, &fixture.error));
    }
    CASE("state_load: holders is NULL")
    {
        REFUSED(DRIFTLINE_RESULT_NULL,
                driftline_state_load(fixture.state, chains, leaders, 1, holder_offsets, NULL, 1, &fixture.error));
    }
    CASE("state_load: holders is NULL and nobody holds anything")
    {
        static const uint64_t no_holders[] = {0, 0};
        fixture.state_may_change = fixture.scheduler_may_change = true;
        ACCEPTED(driftline_state_load(fixture.state, chains, leaders, 1, no_holders, NULL, 0, &fixture.error));
    }
    CASE("state_apply: events is NULL")
    {
        REFUSED(DRIFTLINE_RESULT_NULL,
                driftline_state_apply(fixture.state, NULL, 1, sizeof(driftline_event), &fixture.error));
    }
    CASE("state_apply: events is NULL and there are none")
    {
        ACCEPTED(driftline_state_apply(fixture.state, NULL, 0, sizeof(driftline_event), &fixture.error));
    }
}

static void null_in_state_output(void)
{
    driftline_chain chain;
    uint64_t ids[8];
    size_t count = 0;

    CASE("state_chain: out is NULL")
    {
        PATTERN(ids);
        PATTERN(count);
        REFUSED(DRIFTLINE_RESULT_NULL,
                driftline_state_chain(fixture.state, CHAIN_BAD, NULL, ids, 8, &count, &fixture.error));
        UNTOUCHED(ids);
        UNTOUCHED(count);
    }
    CASE("state_chain: holders is NULL with a capacity")
    {
        PATTERN_SIZED(chain);
        PATTERN(count);
        REFUSED(DRIFTLINE_RESULT_NULL,
                driftline_state_chain(fixture.state, CHAIN_BAD, &chain, NULL, 8, &count, &fixture.error));
        UNTOUCHED_SIZED(chain);
        UNTOUCHED(count);
    }
    CASE("state_chain: holder_count is NULL")
    {
        PATTERN_SIZED(chain);
        PATTERN(ids);
        REFUSED(DRIFTLINE_RESULT_NULL,
                driftline_state_chain(fixture.state, CHAIN_BAD, &chain, ids, 8, NULL, &fixture.error));
        UNTOUCHED_SIZED(chain);
        UNTOUCHED(ids);
    }
    CASE("state_digest: out is NULL")
    {
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_state_digest(fixture.state, NULL, &fixture.error));
    }
}

static void null_in_state_lists(void)
{
    uint64_t ids[8];
    size_t count = 0;

    CASE("state_chains: out is NULL with a capacity")
    {
        PATTERN(count);
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_state_chains(fixture.state, NULL, 8, &count, &fixture.error));
        UNTOUCHED(count);
    }
    CASE("state_chains: count is NULL")
    {
        PATTERN(ids);
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_state_chains(fixture.state, ids, 8, NULL, &fixture.error));
        UNTOUCHED(ids);
    }
    CASE("state_chains_on: out is NULL with a capacity")
    {
        PATTERN(count);
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_state_chains_on(fixture.state, 2, NULL, 8, &count, &fixture.error));
        UNTOUCHED(count);
    }
    CASE("state_chains_on: count is NULL")
    {
        PATTERN(ids);
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_state_chains_on(fixture.state, 2, ids, 8, NULL, &fixture.error));
        UNTOUCHED(ids);
    }
    CASE("state_led_by: out is NULL with a capacity")
    {
        PATTERN(count);
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_state_led_by(fixture.state, 1, NULL, 8, &count, &fixture.error));
        UNTOUCHED(count);
    }
    CASE("state_led_by: count is NULL")
    {
        PATTERN(ids);
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_state_led_by(fixture.state, 1, ids, 8, NULL, &fixture.error));
        UNTOUCHED(ids);
    }
}

static void null_in_scheduler_setup(void)
{
    driftline_scheduler scheduler;
    driftline_scorer scorer;

    CASE("scheduler_new: config is NULL")
    {
        PATTERN(scheduler);
        REFUSED(DRIFTLINE_RESULT_NULL,
                driftline_scheduler_new(DRIFTLINE_ABI, THIS_NODE, NULL, &scheduler, &fixture.error));
        UNTOUCHED(scheduler);
    }
    CASE("scheduler_new: out is NULL")
    {
        REFUSED(DRIFTLINE_RESULT_NULL,
                driftline_scheduler_new(DRIFTLINE_ABI, THIS_NODE, &fixture.config, NULL, &fixture.error));
    }
    CASE("scheduler_configure: config is NULL")
    {
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_scheduler_configure(fixture.scheduler, NULL, &fixture.error));
    }
    CASE("scheduler_this_node: out is NULL")
    {
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_scheduler_this_node(fixture.scheduler, NULL, &fixture.error));
    }
    CASE("scheduler_config: out is NULL")
    {
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_scheduler_config(fixture.scheduler, NULL, &fixture.error));
    }
    CASE("scheduler_install: scorer is NULL")
    {
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_scheduler_install(fixture.scheduler, NULL, &fixture.error));
    }
    CASE("scheduler_install: score is NULL")
    {
        scorer = puppet_hand_over(&fixture.puppet, SHAPE_SINGLE);
        scorer.score = NULL;
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_scheduler_install(fixture.scheduler, &scorer, &fixture.error));
        CHECK(fixture.puppet.calls[ENTRY_DROP] == 1);
    }
    CASE("scheduler_install: best_alternative is NULL")
    {
        scorer = puppet_hand_over(&fixture.puppet, SHAPE_BATCH);
        scorer.best_alternative = NULL;
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_scheduler_install(fixture.scheduler, &scorer, &fixture.error));
        CHECK(fixture.puppet.calls[ENTRY_DROP] == 1);
    }
    CASE("scheduler_install: drop and ctx are NULL, the optional entries too")
    {
        fixture.scheduler_may_change = true;
        scorer = puppet_scorer(&fixture.puppet, SHAPE_REQUIRED);
        scorer.drop = NULL;
        ACCEPTED(driftline_scheduler_install(fixture.scheduler, &scorer, &fixture.error));
        CHECK(fixture.puppet.calls[ENTRY_DROP] == 1);
    }
}

static void null_in_scheduler_lists(void)
{
    driftline_sampled sampled[8];
    driftline_failure failures[8];
    size_t count = 0;

    CASE("scheduler_sampled: out is NULL with a capacity")
    {
        PATTERN(count);
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_scheduler_sampled(fixture.scheduler, NULL, 8, sizeof sampled[0],
                                                                   &count, &fixture.error));
        UNTOUCHED(count);
    }
    CASE("scheduler_sampled: count is NULL")
    {
        PATTERN(sampled);
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_scheduler_sampled(fixture.scheduler, sampled, 8, sizeof sampled[0],
                                                                   NULL, &fixture.error));
        UNTOUCHED(sampled);
    }
    CASE("scheduler_failures: out is NULL with a capacity")
    {
        PATTERN(count);
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_scheduler_failures(fixture.scheduler, NULL, 8, sizeof failures[0],
                                                                    &count, &fixture.error));
        UNTOUCHED(count);
    }
    CASE("scheduler_failures: count is NULL")
    {
        PATTERN(failures);
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_scheduler_failures(fixture.scheduler, failures, 8, sizeof failures[0],
                                                                    NULL, &fixture.error));
        UNTOUCHED(failures);
    }
}

static void null_in_passes(void)
{
    const driftline_action *actions = NULL;
    size_t count = 0;
    const size_t size = sizeof(driftline_action);

    CASE("scheduler_tick: actions is NULL")
    {
        PATTERN(count);
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_scheduler_tick(fixture.scheduler, fixture.state, TIME_DUE, size, NULL,
                                                                &count, NULL, &fixture.error));
        UNTOUCHED(count);
    }
    CASE("scheduler_tick: count is NULL")
    {
        PATTERN(actions);
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_scheduler_tick(fixture.scheduler, fixture.state, TIME_DUE, size,
                                                                &actions, NULL, NULL, &fixture.error));
        UNTOUCHED(actions);
    }
    CASE("scheduler_tick: report is NULL")
    {
        fixture.state_may_change = fixture.scheduler_may_change = true;
        ACCEPTED(driftline_scheduler_tick(fixture.scheduler, fixture.state, TIME_DUE, size, &actions, &count, NULL,
                                          &fixture.error));
        CHECK(count == 1);
    }
    CASE("scheduler_decide: actions is NULL")
    {
        PATTERN(count);
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_scheduler_decide(fixture.scheduler, fixture.state, TIME_DUE, size,
                                                                  NULL, &count, NULL, &fixture.error));
        UNTOUCHED(count);
    }
    CASE("scheduler_decide: count is NULL")
    {
        PATTERN(actions);
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_scheduler_decide(fixture.scheduler, fixture.state, TIME_DUE, size,
                                                                  &actions, NULL, NULL, &fixture.error));
        UNTOUCHED(actions);
    }
    CASE("scheduler_decide: report is NULL")
    {
        ACCEPTED(driftline_scheduler_decide(fixture.scheduler, fixture.state, TIME_DUE, size, &actions, &count, NULL,
                                            &fixture.error));
        CHECK(count == 1);
    }
    CASE("scheduler_sample: report is NULL")
    {
        fixture.scheduler_may_change = true;
        ACCEPTED(driftline_scheduler_sample(fixture.scheduler, fixture.state, TIME_DUE, NULL, &fixture.error));
    }
}

static driftline_result diff(const driftline_config *config, const driftline_scorer *scorer, const uint64_t *skip,
                             size_t skip_count, driftline_action *out, size_t *count)
{
    return driftline_diff_scheduler(fixture.state, THIS_NODE, config, scorer, TIME_DUE, skip, skip_count, out, 8,
                                    sizeof(driftline_action), count, NULL, &fixture.error);
}

static void null_in_diff(void)
{
    driftline_action actions[8];
    driftline_scorer scorer = puppet_scorer(&fixture.puppet, SHAPE_SINGLE);
    size_t count = 0;

    CASE("diff_scheduler: config is NULL")
    {
        PATTERN(actions);
        PATTERN(count);
        REFUSED(DRIFTLINE_RESULT_NULL, diff(NULL, &scorer, NULL, 0, actions, &count));
        UNTOUCHED(actions);
        UNTOUCHED(count);
    }
    CASE("diff_scheduler: scorer is NULL")
    {
        PATTERN(actions);
        REFUSED(DRIFTLINE_RESULT_NULL, diff(&fixture.config, NULL, NULL, 0, actions, &count));
        UNTOUCHED(actions);
    }
    CASE("diff_scheduler: score is NULL; a borrowed scorer is never dropped")
    {
        driftline_scorer broken = scorer;
        broken.score = NULL;
        REFUSED(DRIFTLINE_RESULT_NULL, diff(&fixture.config, &broken, NULL, 0, actions, &count));
        CHECK(fixture.puppet.calls[ENTRY_DROP] == 0);
    }
    CASE("diff_scheduler: best_alternative is NULL")
    {
        driftline_scorer broken = scorer;
        broken.best_alternative = NULL;
        REFUSED(DRIFTLINE_RESULT_NULL, diff(&fixture.config, &broken, NULL, 0, actions, &count));
        CHECK(fixture.puppet.calls[ENTRY_DROP] == 0);
    }
    CASE("diff_scheduler: already_evicted is NULL with a count")
    {
        REFUSED(DRIFTLINE_RESULT_NULL, diff(&fixture.config, &scorer, NULL, 1, actions, &count));
    }
    CASE("diff_scheduler: out is NULL with a capacity")
    {
        REFUSED(DRIFTLINE_RESULT_NULL, diff(&fixture.config, &scorer, NULL, 0, NULL, &count));
    }
    CASE("diff_scheduler: count is NULL")
    {
        PATTERN(actions);
        REFUSED(DRIFTLINE_RESULT_NULL, diff(&fixture.config, &scorer, NULL, 0, actions, NULL));
        UNTOUCHED(actions);
    }
}

static void null_in_questions(void)
{
    driftline_sample samples[64];
    driftline_cell cells[8];
    size_t count = 0;
    float ewma = 0.0f;
    uint32_t trend = 0;

    CASE("explain: out is NULL")
    {
        REFUSED(DRIFTLINE_RESULT_NULL,
                driftline_explain(fixture.scheduler, fixture.state, CHAIN_BAD, NULL, &fixture.error));
    }
    CASE("history: out is NULL with a capacity")
    {
        PATTERN(count);
        PATTERN(ewma);
        PATTERN(trend);
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_history(fixture.scheduler, CHAIN_BAD, NULL, 64, sizeof samples[0],
                                                         &count, &ewma, &trend, &fixture.error));
        UNTOUCHED(count);
        UNTOUCHED(ewma);
        UNTOUCHED(trend);
    }
    CASE("history: count is NULL")
    {
        PATTERN(samples);
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_history(fixture.scheduler, CHAIN_BAD, samples, 64, sizeof samples[0],
                                                         NULL, &ewma, &trend, &fixture.error));
        UNTOUCHED(samples);
    }
    CASE("history: ewma and trend are NULL")
    {
        ACCEPTED(driftline_history(fixture.scheduler, CHAIN_BAD, samples, 64, sizeof samples[0], &count, NULL, NULL,
                                   &fixture.error));
        CHECK(count == 1);
    }
    CASE("snapshot_cells: out is NULL with a capacity")
    {
        PATTERN(count);
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_snapshot_cells(fixture.scheduler, CHAIN_BAD, NULL, 8, sizeof cells[0],
                                                                &count, &fixture.error));
        UNTOUCHED(count);
    }
    CASE("snapshot_cells: count is NULL")
    {
        PATTERN(cells);
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_snapshot_cells(fixture.scheduler, CHAIN_BAD, cells, 8,
                                                                sizeof cells[0], NULL, &fixture.error));
        UNTOUCHED(cells);
    }
}

/* The code is the same whether somebody wants to read the reason or not. */
static void null_error(void)
{
    CASE("the error is NULL: every refusal is the same without it")
    {
        driftline_state no_state = {0};
        driftline_scheduler no_scheduler = {0};
        driftline_config config = fixture.config;
        driftline_event event = event_of(99, 1, 1);
        uint64_t id = 0;

        config.score_floor = 2.0f;
        REFUSED_SILENT(DRIFTLINE_RESULT_CONFIG, driftline_config_validate(&config, NULL));
        REFUSED_SILENT(DRIFTLINE_RESULT_ABI, driftline_state_new(DRIFTLINE_ABI + 1, &no_state, NULL));
        REFUSED_SILENT(DRIFTLINE_RESULT_ABI,
                       driftline_scheduler_new(DRIFTLINE_ABI + 1, 1, &fixture.config, &no_scheduler, NULL));
        REFUSED_SILENT(DRIFTLINE_RESULT_EVENT, driftline_state_apply(fixture.state, &event, 1, sizeof event, NULL));
        REFUSED_SILENT(DRIFTLINE_RESULT_HANDLE, driftline_state_digest(no_state, &id, NULL));
        REFUSED_SILENT(DRIFTLINE_RESULT_CONFIG, driftline_scheduler_configure(fixture.scheduler, &config, NULL));
        REFUSED_SILENT(DRIFTLINE_RESULT_NULL, driftline_scheduler_install(fixture.scheduler, NULL, NULL));
        REFUSED_SILENT(DRIFTLINE_RESULT_NULL, driftline_score_equivalent(0.1f, NULL, NULL, NULL));
    }
}

void misuse_null(void)
{
    null_in_pure_functions();
    null_in_state_input();
    null_in_state_output();
    null_in_state_lists();
    null_in_scheduler_setup();
    null_in_scheduler_lists();
    null_in_passes();
    null_in_diff();
    null_in_questions();
    null_error();
}
