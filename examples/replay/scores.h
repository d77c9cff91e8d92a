/* How good each node is for each chain's client, refreshed when a row is measured. */
#ifndef REPLAY_SCORES_H
#define REPLAY_SCORES_H

#include "failure.h"

#include <stddef.h>
#include <stdint.h>

struct scores {
    uint32_t node_count;
    double smoothing; /* the weight of a new score; 1 forgets all before it */
    double *values;   /* per chain, a score per node; negative before the first row */
};

#define SCORES_NONE UINT32_MAX

bool scores_open(uint32_t node_count, double smoothing, struct scores *out, struct failure *failure);
void scores_close(struct scores *scores);

/* Takes in a new row of the chain's client. */
void scores_refresh(struct scores *scores, uint32_t chain, const uint16_t *row_cs);

double scores_get(const struct scores *scores, uint32_t chain, uint32_t node);

/* The best node but the client and the excluded ones; ties go to the lower id. SCORES_NONE if none is left. */
uint32_t scores_best(const struct scores *scores, uint32_t chain, const uint64_t *exclude, size_t exclude_count);

#endif
