/* A trace of round-trip times, `k[t][c][n]`, stored as the rows that were measured anew in each slice. */
#ifndef REPLAY_TRACE_H
#define REPLAY_TRACE_H

#include "failure.h"

#include <stddef.h>
#include <stdint.h>

enum {
    REPLICAS = 3,
    NODES_MIN = REPLICAS + 2, /* a client, its replicas and one node to move to */
    NODES_MAX = 4096,
    SLICES_MAX = 65536 /* a slice number is 16 bits wide */
};

struct record {
    uint16_t slice, row;
};

struct trace {
    uint32_t node_count, slice_count;
    size_t record_count;
    struct record *records; /* by slice, then row; slice 0 lists every row */
    uint16_t *values_cs;    /* `node_count` of them for each record; 1 is 10 ms */
};

/* Reads and checks a measured trace: `ti_path` holds the records, `cs_path` their rows. */
bool trace_read(const char *ti_path, const char *cs_path, struct trace *out, struct failure *failure);

void trace_free(struct trace *trace);

/* What is known in one slice. */
struct view {
    const struct trace *trace;
    const uint16_t **rows_cs;      /* per node: its latest row */
    const struct record *listed;   /* the rows that are new in this slice */
    size_t listed_count;
    size_t next;
};

bool view_open(const struct trace *trace, struct view *out, struct failure *failure);

/* Slices are visited in order, from 0 on. */
void view_advance(struct view *view, uint32_t slice);

void view_close(struct view *view);

/* The fold of the rules: a number that two traces, or two lists of moves, share only if they are equal. */
uint64_t fold(uint64_t total, uint64_t value);

#endif
