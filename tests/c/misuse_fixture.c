/* The puppet scorer, and shorthands that make a case fit on a few lines. */
#include "misuse.h"

/* ---- The puppet ---- */

/* What every entry does first. True: the entry is to return puppet->returns[entry] without an answer. */
static bool enter(puppet *puppet, puppet_entry entry)
{
    puppet->calls[entry] += 1;
    if (puppet->inside != NULL) {
        /* A call from inside may lead back here; once is enough. */
        void (*inside)(struct puppet *, puppet_entry) = puppet->inside;
        puppet->inside = NULL;
        inside(puppet, entry);
        puppet->inside = inside;
    }
    return puppet->silent[entry] || puppet->returns[entry] != DRIFTLINE_SCORER_OK;
}

static bool is_bad(const puppet *puppet, uint64_t chain, uint64_t node)
{
    if (puppet->every_chain_is_bad) {
        return node == NODE_BAD || node == 5;
    }
    return chain == CHAIN_BAD && node == NODE_BAD;
}

static float score_of(const puppet *puppet, uint64_t chain, uint64_t node)
{
    return is_bad(puppet, chain, node) ? puppet->bad_score : 0.9f;
}

static float live_score_of(const puppet *puppet, uint64_t chain, uint64_t node)
{
    return is_bad(puppet, chain, node) ? puppet->bad_live_score : 0.9f;
}

static int32_t puppet_score(void *ctx, uint64_t chain, uint64_t node, float *out)
{
    puppet *self = ctx;
    if (!enter(self, ENTRY_SCORE)) {
        *out = score_of(self, chain, node);
    }
    return self->returns[ENTRY_SCORE];
}

static int32_t puppet_live_score(void *ctx, uint64_t chain, uint64_t node, float *out)
{
    puppet *self = ctx;
    if (!enter(self, ENTRY_LIVE_SCORE)) {
        *out = live_score_of(self, chain, node);
    }
    return self->returns[ENTRY_LIVE_SCORE];
}

static int32_t puppet_best_alternative(void *ctx, uint64_t chain, const uint64_t *exclude, size_t exclude_count,
                                       driftline_alternative *out)
{
    puppet *self = ctx;
    (void)chain;
    (void)exclude;
    (void)exclude_count;
    if (!enter(self, ENTRY_BEST_ALTERNATIVE)) {
        *out = self->alternative;
    }
    return self->returns[ENTRY_BEST_ALTERNATIVE];
}

static int32_t puppet_node_fingerprint(void *ctx, uint64_t node, uint64_t *out)
{
    puppet *self = ctx;
    (void)node;
    if (!enter(self, ENTRY_NODE_FINGERPRINT)) {
        *out = self->fingerprint;
    }
    return self->returns[ENTRY_NODE_FINGERPRINT];
}

static int32_t puppet_chain_fingerprint(void *ctx, uint64_t chain, uint64_t *out)
{
    puppet *self = ctx;
    (void)chain;
    if (!enter(self, ENTRY_CHAIN_FINGERPRINT)) {
        *out = self->fingerprint;
    }
    return self->returns[ENTRY_CHAIN_FINGERPRINT];
}

static int32_t puppet_migration_cost(void *ctx, uint64_t chain, uint64_t target, driftline_migration_cost *out)
{
    puppet *self = ctx;
    (void)chain;
    (void)target;
    if (!enter(self, ENTRY_MIGRATION_COST)) {
        *out = self->cost;
    }
    return self->returns[ENTRY_MIGRATION_COST];
}

static int32_t puppet_score_many(void *ctx, const driftline_pair *pairs, size_t count, float *out)
{
    puppet *self = ctx;
    if (!enter(self, ENTRY_SCORE_MANY)) {
        for (size_t at = 0; at < count; at++) {
            out[at] = score_of(self, pairs[at].chain, pairs[at].node);
        }
    }
    return self->returns[ENTRY_SCORE_MANY];
}

static int32_t puppet_live_score_many(void *ctx, const driftline_pair *pairs, size_t count, float *out)
{
    puppet *self = ctx;
    if (!enter(self, ENTRY_LIVE_SCORE_MANY)) {
        for (size_t at = 0; at < count; at++) {
            out[at] = live_score_of(self, pairs[at].chain, pairs[at].node);
        }
    }
    return self->returns[ENTRY_LIVE_SCORE_MANY];
}

static int32_t puppet_node_fingerprints(void *ctx, const uint64_t *nodes, size_t count, uint64_t *out, uint8_t *known)
{
    puppet *self = ctx;
    (void)nodes;
    if (!enter(self, ENTRY_NODE_FINGERPRINTS)) {
        for (size_t at = 0; at < count; at++) {
            out[at] = self->fingerprint;
            known[at] = 1;
        }
    }
    return self->returns[ENTRY_NODE_FINGERPRINTS];
}

static int32_t puppet_alternatives(void *ctx, uint64_t chain, const uint64_t *exclude, size_t exclude_count,
                                   driftline_alternative *out, size_t capacity, size_t *count)
{
    puppet *self = ctx;
    (void)chain;
    (void)exclude;
    (void)exclude_count;
    if (!enter(self, ENTRY_ALTERNATIVES)) {
        out[0] = self->alternative;
        *count = 1;
        if (self->second.node != 0 && capacity > 1) {
            out[1] = self->second;
            *count = 2;
        }
    }
    return self->returns[ENTRY_ALTERNATIVES];
}

static void puppet_drop(void *ctx)
{
    puppet *self = ctx;
    enter(self, ENTRY_DROP);
}

void puppet_reset(puppet *puppet)
{
    memset(puppet, 0, sizeof *puppet);
    puppet->bad_score = 0.4f;
    puppet->bad_live_score = 0.4f;
    puppet->alternative.node = NODE_BETTER;
    puppet->alternative.score = 0.95f;
    puppet->cost.state_transfer_ns = NANOSECONDS_PER_SECOND;
    puppet->cost.reliability_factor = 1.0f;
    puppet->fingerprint = 5;
}

driftline_scorer puppet_scorer(puppet *puppet, puppet_shape shape)
{
    driftline_scorer scorer;
    memset(&scorer, 0, sizeof scorer);
    scorer.struct_size = (uint32_t)sizeof scorer;
    scorer.ctx = puppet;
    scorer.drop = puppet_drop;
    scorer.score = puppet_score;
    scorer.best_alternative = puppet_best_alternative;
    if (shape != SHAPE_REQUIRED) {
        scorer.live_score = puppet_live_score;
        scorer.node_fingerprint = puppet_node_fingerprint;
        scorer.chain_fingerprint = puppet_chain_fingerprint;
        scorer.migration_cost = puppet_migration_cost;
    }
    if (shape == SHAPE_BATCH) {
        scorer.score_many = puppet_score_many;
        scorer.live_score_many = puppet_live_score_many;
        scorer.node_fingerprints = puppet_node_fingerprints;
        scorer.alternatives = puppet_alternatives;
    }
    return scorer;
}

driftline_scorer puppet_hand_over(puppet *puppet, puppet_shape shape)
{
    puppet->handed_over += 1;
    return puppet_scorer(puppet, shape);
}

/* ---- Shorthands ---- */

driftline_config config_default(void)
{
    driftline_config config;
    memset(&config, 0, sizeof config);
    driftline_config_init(&config, sizeof config);
    return config;
}

driftline_event event_of(uint32_t kind, uint64_t chain, uint64_t node)
{
    driftline_event event;
    memset(&event, 0, sizeof event);
    event.kind = kind;
    event.chain = chain;
    event.node = node;
    return event;
}

driftline_event event_with(uint32_t kind, uint64_t chain, uint64_t node, uint64_t value)
{
    driftline_event event = event_of(kind, chain, node);
    event.value = value;
    return event;
}

driftline_class_policy policy_empty(void)
{
    driftline_class_policy policy;
    memset(&policy, 0, sizeof policy);
    policy.struct_size = (uint32_t)sizeof policy;
    return policy;
}

void fixture_apply(driftline_event event)
{
    fixture.state_may_change = true;
    ACCEPTED(driftline_state_apply(fixture.state, &event, 1, sizeof event, &fixture.error));
}

void fixture_configure(void)
{
    fixture.scheduler_may_change = true;
    ACCEPTED(driftline_scheduler_configure(fixture.scheduler, &fixture.config, &fixture.error));
}

uint64_t digest_of(driftline_state state)
{
    uint64_t digest = 0;
    ACCEPTED(driftline_state_digest(state, &digest, NULL));
    return digest;
}

void fixture_install(puppet_shape shape)
{
    fixture.scorer = puppet_hand_over(&fixture.puppet, shape);
    ACCEPTED(driftline_scheduler_install(fixture.scheduler, &fixture.scorer, &fixture.error));
}

void fixture_skip_chain(void)
{
    fixture.scheduler_may_change = true;
    fixture.config.on_scorer_error = DRIFTLINE_ON_SCORER_ERROR_SKIP_CHAIN;
    ACCEPTED(driftline_scheduler_configure(fixture.scheduler, &fixture.config, &fixture.error));
}

driftline_result fixture_tick(uint64_t now_ns, size_t *action_count)
{
    const driftline_action *actions = NULL;
    size_t count = 0;
    driftline_result result = driftline_scheduler_tick(fixture.scheduler, fixture.state, now_ns,
                                                       sizeof(driftline_action), &actions, &count, &fixture.report,
                                                       &fixture.error);
    if (action_count != NULL) {
        *action_count = count;
    }
    return result;
}

driftline_explanation fixture_explain(uint64_t chain)
{
    driftline_explanation explanation;
    memset(&explanation, 0, sizeof explanation);
    explanation.struct_size = (uint32_t)sizeof explanation;
    ACCEPTED(driftline_explain(fixture.scheduler, fixture.state, chain, &explanation, &fixture.error));
    return explanation;
}
