#include "placement.h"

#include <stdlib.h>

bool placement_open(const struct scores *scores, struct placement *out, struct failure *failure)
{
    *out = (struct placement){ .node_count = scores->node_count };
    out->holders = calloc((size_t)scores->node_count * REPLICAS, sizeof *out->holders);
    if (out->holders == NULL) {
        return fail_for_memory(failure);
    }
    for (uint32_t chain = 0; chain < scores->node_count; chain++) {
        uint64_t *holders = out->holders + (size_t)chain * REPLICAS;
        for (size_t i = 0; i < REPLICAS; i++) {
            holders[i] = scores_best(scores, chain, holders, i);
        }
    }
    return true;
}

void placement_close(struct placement *placement)
{
    free(placement->holders);
    *placement = (struct placement){ 0 };
}

const uint64_t *placement_of(const struct placement *placement, uint32_t chain)
{
    return placement->holders + (size_t)chain * REPLICAS;
}

bool placement_move(struct placement *placement, uint32_t chain, uint64_t evicted, uint64_t target)
{
    uint64_t *holders = placement->holders + (size_t)chain * REPLICAS;
    uint64_t *place = NULL;
    for (size_t i = 0; i < REPLICAS; i++) {
        if (holders[i] == target) {
            return false;
        }
        if (holders[i] == evicted) {
            place = &holders[i];
        }
    }
    if (place == NULL || target == chain || target >= placement->node_count) {
        return false;
    }
    *place = target;
    return true;
}
