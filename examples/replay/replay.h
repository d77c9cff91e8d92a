/* The replay: a trace goes by, a policy moves replicas, and what the clients pay is written down. */
#ifndef REPLAY_REPLAY_H
#define REPLAY_REPLAY_H

#include "cost.h"
#include "moves.h"
#include "policy.h"
#include "trace.h"

struct outcome {
    struct cost pre, post, fresh;
    struct counters counters;
};

/* On failure the outcome holds no memory. `moves` is left open: its owner knows when it is whole. */
bool replay_run(const struct trace *trace, enum policy_kind kind, uint64_t cooldown_slices, double smoothing,
    struct moves *moves, struct outcome *out, struct failure *failure);

void outcome_free(struct outcome *outcome);

#endif
