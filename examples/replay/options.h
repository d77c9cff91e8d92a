/* What the user asked for. */
#ifndef REPLAY_OPTIONS_H
#define REPLAY_OPTIONS_H

#include "failure.h"
#include "policy.h"

#include <stdint.h>

enum options_wish { WISH_REPLAY, WISH_HELP, WISH_VERSION };

struct options {
    enum options_wish wish;
    const char *ti_path, *cs_path; /* NULL: the trace is generated */
    uint64_t seed;
    uint32_t node_count, slice_count;
    uint64_t cooldown_slices;
    enum policy_kind policy;
    double smoothing; /* 1: none */
    const char *moves_path; /* NULL: none */
};

/* Points into `argv`. A failure is one of usage. */
bool options_parse(int argc, char **argv, struct options *out, struct failure *failure);

extern const char OPTIONS_HELP[];

#endif
