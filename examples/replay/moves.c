#include "moves.h"

#include "trace.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

bool moves_open(const char *path, struct moves *out, struct failure *failure)
{
    *out = (struct moves){ .path = path };
    if (path == NULL) {
        return true;
    }
    out->file = fopen(path, "wb");
    if (out->file == NULL) {
        return fail(failure, "%s: cannot be written: %s", path, strerror(errno));
    }
    fputs("t,chain,evicted,target\n", out->file);
    return true;
}

void moves_add(struct moves *moves, struct move move)
{
    moves->count++;
    moves->trace = fold(moves->trace, move.slice);
    moves->trace = fold(moves->trace, move.chain);
    moves->trace = fold(moves->trace, move.evicted);
    moves->trace = fold(moves->trace, move.target);
    if (moves->file != NULL) {
        fprintf(moves->file, "%" PRIu32 ",%" PRIu32 ",%" PRIu64 ",%" PRIu64 "\n", move.slice, move.chain,
            move.evicted, move.target);
    }
}

bool moves_close(struct moves *moves, struct failure *failure)
{
    if (moves->file == NULL) {
        return true;
    }
    /* Errors of the writes before are sticky, so one look at the end sees them all. */
    bool written = fflush(moves->file) == 0 && !ferror(moves->file);
    int cause = errno;
    if (fclose(moves->file) != 0 && written) {
        written = false;
        cause = errno;
    }
    moves->file = NULL;
    return written || fail(failure, "%s: cannot be written: %s", moves->path, strerror(cause));
}
