#include "scores.h"

#include <stdlib.h>

/* A node at this cost scores one half. */
static const double HALF_COST_CS = 25.0;

static const double UNKNOWN = -1.0;

bool scores_open(uint32_t node_count, double smoothing, struct scores *out, struct failure *failure)
{
    size_t count = (size_t)node_count * node_count;
    *out = (struct scores){ .node_count = node_count, .smoothing = smoothing };
    out->values = malloc(count * sizeof *out->values);
    if (out->values == NULL) {
        return fail_for_memory(failure);
    }
    for (size_t i = 0; i < count; i++) {
        out->values[i] = UNKNOWN;
    }
    return true;
}

void scores_close(struct scores *scores)
{
    free(scores->values);
    *scores = (struct scores){ 0 };
}

void scores_refresh(struct scores *scores, uint32_t chain, const uint16_t *row_cs)
{
    double *values = scores->values + (size_t)chain * scores->node_count;
    for (uint32_t node = 0; node < scores->node_count; node++) {
        double score = HALF_COST_CS / (HALF_COST_CS + row_cs[node]);
        /* Without smoothing the score is taken as it is: E + (s - E) may differ from s in its last bit. */
        if (values[node] == UNKNOWN || scores->smoothing == 1.0) {
            values[node] = score;
        } else {
            values[node] += scores->smoothing * (score - values[node]);
        }
    }
}

double scores_get(const struct scores *scores, uint32_t chain, uint32_t node)
{
    return scores->values[(size_t)chain * scores->node_count + node];
}

static bool contains(const uint64_t *nodes, size_t count, uint32_t node)
{
    for (size_t i = 0; i < count; i++) {
        if (nodes[i] == node) {
            return true;
        }
    }
    return false;
}

uint32_t scores_best(const struct scores *scores, uint32_t chain, const uint64_t *exclude, size_t exclude_count)
{
    const double *values = scores->values + (size_t)chain * scores->node_count;
    uint32_t best = SCORES_NONE;
    for (uint32_t node = 0; node < scores->node_count; node++) {
        bool better = best == SCORES_NONE || values[node] > values[best];
        /* The list is only searched for the few nodes that would win. */
        if (better && node != chain && !contains(exclude, exclude_count, node)) {
            best = node;
        }
    }
    return best;
}
