/* The trampolines: the library calls C, C calls Go. No more than that happens here. */
#include "shim.h"

#include <string.h>

#include "_cgo_export.h"

/* ---- Callbacks ---- */

static void drop(void *ctx)
{
    driftlineGoDrop((uintptr_t)ctx);
}

static int32_t score(void *ctx, uint64_t chain, uint64_t node, float *out)
{
    return driftlineGoScore((uintptr_t)ctx, chain, node, out);
}

static int32_t best_alternative(void *ctx, uint64_t chain, const uint64_t *exclude, size_t exclude_count,
                                driftline_alternative *out)
{
    return driftlineGoBestAlternative((uintptr_t)ctx, chain, (uint64_t *)exclude, exclude_count, out);
}

static int32_t live_score(void *ctx, uint64_t chain, uint64_t node, float *out)
{
    return driftlineGoLiveScore((uintptr_t)ctx, chain, node, out);
}

static int32_t node_fingerprint(void *ctx, uint64_t node, uint64_t *out)
{
    return driftlineGoNodeFingerprint((uintptr_t)ctx, node, out);
}

static int32_t chain_fingerprint(void *ctx, uint64_t chain, uint64_t *out)
{
    return driftlineGoChainFingerprint((uintptr_t)ctx, chain, out);
}

static int32_t migration_cost(void *ctx, uint64_t chain, uint64_t target, driftline_migration_cost *out)
{
    return driftlineGoMigrationCost((uintptr_t)ctx, chain, target, out);
}

static int32_t score_many(void *ctx, const driftline_pair *pairs, size_t count, float *out)
{
    return driftlineGoScoreMany((uintptr_t)ctx, (driftline_pair *)pairs, count, out);
}

static int32_t live_score_many(void *ctx, const driftline_pair *pairs, size_t count, float *out)
{
    return driftlineGoLiveScoreMany((uintptr_t)ctx, (driftline_pair *)pairs, count, out);
}

static int32_t node_fingerprints(void *ctx, const uint64_t *nodes, size_t count, uint64_t *out, uint8_t *known)
{
    return driftlineGoNodeFingerprints((uintptr_t)ctx, (uint64_t *)nodes, count, out, known);
}

static int32_t alternatives(void *ctx, uint64_t chain, const uint64_t *exclude, size_t exclude_count,
                            driftline_alternative *out, size_t capacity, size_t *count)
{
    return driftlineGoAlternatives((uintptr_t)ctx, chain, (uint64_t *)exclude, exclude_count, out, capacity, count);
}

static driftline_scorer scorer_of(uintptr_t handle, uint32_t entries)
{
    driftline_scorer scorer;
    memset(&scorer, 0, sizeof scorer);
    scorer.struct_size = (uint32_t)sizeof scorer;
    scorer.ctx = (void *)handle;
    scorer.score = score;
    scorer.best_alternative = best_alternative;
    scorer.live_score = entries & DRIFTLINE_GO_LIVE_SCORE ? live_score : NULL;
    scorer.node_fingerprint = entries & DRIFTLINE_GO_NODE_FINGERPRINT ? node_fingerprint : NULL;
    scorer.chain_fingerprint = entries & DRIFTLINE_GO_CHAIN_FINGERPRINT ? chain_fingerprint : NULL;
    scorer.migration_cost = entries & DRIFTLINE_GO_MIGRATION_COST ? migration_cost : NULL;
    scorer.score_many = entries & DRIFTLINE_GO_SCORE_MANY ? score_many : NULL;
    scorer.live_score_many = entries & DRIFTLINE_GO_LIVE_SCORE_MANY ? live_score_many : NULL;
    scorer.node_fingerprints = entries & DRIFTLINE_GO_NODE_FINGERPRINTS ? node_fingerprints : NULL;
    scorer.alternatives = entries & DRIFTLINE_GO_ALTERNATIVES ? alternatives : NULL;
    return scorer;
}

/* ---- Passes ---- */

static void begin(driftline_go_pass *pass)
{
    memset(pass, 0, sizeof *pass);
    pass->report.struct_size = (uint32_t)sizeof pass->report;
    pass->error.struct_size = (uint32_t)sizeof pass->error;
}

driftline_result driftline_go_tick(driftline_scheduler scheduler, driftline_state state, uint64_t now_ns,
                                   driftline_go_pass *pass)
{
    begin(pass);
    return driftline_scheduler_tick(scheduler, state, now_ns, sizeof *pass->actions, &pass->actions,
                                    &pass->action_count, &pass->report, &pass->error);
}

driftline_result driftline_go_decide(driftline_scheduler scheduler, driftline_state state, uint64_t now_ns,
                                     driftline_go_pass *pass)
{
    begin(pass);
    return driftline_scheduler_decide(scheduler, state, now_ns, sizeof *pass->actions, &pass->actions,
                                      &pass->action_count, &pass->report, &pass->error);
}

driftline_result driftline_go_sample(driftline_scheduler scheduler, driftline_state state, uint64_t now_ns,
                                     driftline_go_pass *pass)
{
    begin(pass);
    return driftline_scheduler_sample(scheduler, state, now_ns, &pass->report, &pass->error);
}

driftline_result driftline_go_install(driftline_scheduler scheduler, uintptr_t handle, uint32_t entries,
                                      driftline_error *error)
{
    driftline_scorer scorer = scorer_of(handle, entries);
    scorer.drop = drop;
    return driftline_scheduler_install(scheduler, &scorer, error);
}

driftline_result driftline_go_diff(driftline_state state, uint64_t this_node, const driftline_config *config,
                                   uintptr_t handle, uint32_t entries, uint64_t now_ns, const uint64_t *already_evicted,
                                   size_t already_evicted_count, driftline_action *out, size_t capacity,
                                   driftline_go_pass *pass)
{
    driftline_scorer scorer = scorer_of(handle, entries);
    begin(pass);
    return driftline_diff_scheduler(state, this_node, config, &scorer, now_ns, already_evicted, already_evicted_count,
                                    out, capacity, sizeof *out, &pass->action_count, &pass->report, &pass->error);
}

driftline_result driftline_go_diff_any(driftline_state state, uint64_t this_node, const driftline_config *config,
                                       driftline_any_scorer scorer, uint64_t now_ns, const uint64_t *already_evicted,
                                       size_t already_evicted_count, driftline_action *out, size_t capacity,
                                       driftline_go_pass *pass)
{
    begin(pass);
    return driftline_diff_scheduler_any(state, this_node, config, scorer, now_ns, already_evicted, already_evicted_count,
                                        out, capacity, sizeof *out, &pass->action_count, &pass->report, &pass->error);
}

/* ---- Scorers that the library holds ---- */

driftline_result driftline_go_any_scorer(uintptr_t handle, uint32_t entries, driftline_any_scorer *out,
                                         driftline_error *error)
{
    driftline_scorer scorer = scorer_of(handle, entries);
    scorer.drop = drop;
    return driftline_any_scorer_of_callbacks(&scorer, out, error);
}

/* ---- Texts ---- */

driftline_result driftline_go_action_text(const driftline_action *action, const uint64_t *exclude, size_t exclude_count,
                                          char *out, size_t capacity, size_t *length, driftline_error *error)
{
    driftline_action whole = *action;
    whole.exclude = exclude;
    whole.exclude_count = exclude_count;
    return driftline_action_text(&whole, sizeof whole, out, capacity, length, error);
}
