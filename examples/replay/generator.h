/* Makes a trace out of a seed: integers only, so that every machine makes the same one. */
#ifndef REPLAY_GENERATOR_H
#define REPLAY_GENERATOR_H

#include "trace.h"

/* Nodes squared times slices: what a trace may cost in memory and patience. */
#define GENERATOR_VOLUME_MAX UINT64_C(1000000000)

/* Expects NODES_MIN to NODES_MAX nodes, 1 to SLICES_MAX slices, and no more than the volume above. */
bool generator_run(uint64_t seed, uint32_t node_count, uint32_t slice_count, struct trace *out,
    struct failure *failure);

#endif
