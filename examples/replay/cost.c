#include "cost.h"

#include <stdlib.h>

static const double CS_PER_SECOND = 100.0;

bool cost_open(struct cost *out, struct failure *failure)
{
    *out = (struct cost){ .counts_by_cs = calloc((size_t)UINT16_MAX + 1, sizeof *out->counts_by_cs) };
    return out->counts_by_cs != NULL || fail_for_memory(failure);
}

void cost_close(struct cost *cost)
{
    free(cost->counts_by_cs);
    *cost = (struct cost){ 0 };
}

void cost_add(struct cost *cost, uint16_t sample_cs)
{
    cost->count++;
    cost->sum_cs += sample_cs;
    cost->counts_by_cs[sample_cs]++;
}

double cost_mean_seconds(const struct cost *cost)
{
    return cost->count == 0 ? 0.0 : (double)cost->sum_cs / (double)cost->count / CS_PER_SECOND;
}

double cost_percentile_seconds(const struct cost *cost, unsigned percent)
{
    uint64_t rank = (cost->count * percent + 99) / 100;
    uint64_t passed = 0;
    for (uint32_t value_cs = 0; value_cs <= UINT16_MAX; value_cs++) {
        passed += cost->counts_by_cs[value_cs];
        if (passed >= rank) {
            return value_cs / CS_PER_SECOND;
        }
    }
    return 0.0;
}
