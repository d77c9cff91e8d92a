/* The result, for people and, in its last line, for programs. */
#ifndef REPLAY_TABLE_H
#define REPLAY_TABLE_H

#include "options.h"
#include "replay.h"

void table_print(const struct options *options, const struct trace *trace, const struct moves *moves,
    const struct outcome *outcome);

#endif
