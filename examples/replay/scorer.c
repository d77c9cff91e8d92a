#include "scorer.h"

/* Our own code, which comes back in `driftline_error.scorer_code`. */
enum { SCORER_UNKNOWN_ID = -1 };

static int32_t score(void *ctx, uint64_t chain, uint64_t node, float *out)
{
    const struct scores *scores = ctx;
    if (chain >= scores->node_count || node >= scores->node_count) {
        return SCORER_UNKNOWN_ID;
    }
    *out = (float)scores_get(scores, (uint32_t)chain, (uint32_t)node);
    return DRIFTLINE_SCORER_OK;
}

static int32_t best_alternative(void *ctx, uint64_t chain, const uint64_t *exclude, size_t exclude_count,
    driftline_alternative *out)
{
    const struct scores *scores = ctx;
    if (chain >= scores->node_count) {
        return SCORER_UNKNOWN_ID;
    }
    uint32_t best = scores_best(scores, (uint32_t)chain, exclude, exclude_count);
    if (best == SCORES_NONE) {
        return DRIFTLINE_SCORER_NO_OPINION;
    }
    out->node = best;
    out->score = (float)scores_get(scores, (uint32_t)chain, best);
    return DRIFTLINE_SCORER_OK;
}

driftline_scorer scorer_over(struct scores *scores)
{
    /* What stays NULL has a default: a live score is the score, and no move costs anything. */
    return (driftline_scorer){
        .struct_size = sizeof(driftline_scorer),
        .ctx = scores,
        .score = score,
        .best_alternative = best_alternative,
    };
}
