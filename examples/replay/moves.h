/* The moves that were made: their number, their trace, and on wish a file of them. */
#ifndef REPLAY_MOVES_H
#define REPLAY_MOVES_H

#include "failure.h"

#include <stdint.h>
#include <stdio.h>

struct move {
    uint32_t slice, chain;
    uint64_t evicted, target;
};

struct moves {
    uint64_t count;
    uint64_t trace; /* the fold of all of them, in order */
    const char *path;
    FILE *file; /* NULL: not written down */
};

/* `path` may be NULL. */
bool moves_open(const char *path, struct moves *out, struct failure *failure);

/* Takes moves in the order of slice and chain. */
void moves_add(struct moves *moves, struct move move);

/* Tells whether the file is whole. Closing twice is fine. */
bool moves_close(struct moves *moves, struct failure *failure);

#endif
