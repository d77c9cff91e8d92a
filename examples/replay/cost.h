/* What the clients paid: the round-trip times between each chain's client and its holders. */
#ifndef REPLAY_COST_H
#define REPLAY_COST_H

#include "failure.h"

#include <stdint.h>

struct cost {
    uint64_t count, sum_cs;
    uint64_t *counts_by_cs; /* exact, because a sample has 16 bits */
};

bool cost_open(struct cost *out, struct failure *failure);
void cost_close(struct cost *cost);

void cost_add(struct cost *cost, uint16_t sample_cs);

/* Both are 0 without a sample. The percentile is the nearest rank: a value that did occur. */
double cost_mean_seconds(const struct cost *cost);
double cost_percentile_seconds(const struct cost *cost, unsigned percent);

#endif
