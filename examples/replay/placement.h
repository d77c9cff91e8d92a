/* Who holds what: three replicas of every chain, never on the chain's own client. */
#ifndef REPLAY_PLACEMENT_H
#define REPLAY_PLACEMENT_H

#include "scores.h"
#include "trace.h"

struct placement {
    uint32_t node_count;
    uint64_t *holders; /* REPLICAS of them for each chain; wide, because driftline's ids are */
};

/* Every chain starts on its best nodes. */
bool placement_open(const struct scores *scores, struct placement *out, struct failure *failure);
void placement_close(struct placement *placement);

const uint64_t *placement_of(const struct placement *placement, uint32_t chain);

/* The target takes the place of the evicted. False if `evicted` holds nothing or `target` does already. */
bool placement_move(struct placement *placement, uint32_t chain, uint64_t evicted, uint64_t target);

#endif
