#include "trace.h"

#include "npy.h"

#include <stdlib.h>

static bool check_shapes(const char *ti_path, const struct npy *ti, const char *cs_path, const struct npy *cs,
    struct failure *failure)
{
    if (ti->columns != 2) {
        return fail(failure, "%s: wrong shape: %zu columns, 2 are needed (slice and row)", ti_path, ti->columns);
    }
    if (cs->columns < NODES_MIN || cs->columns > NODES_MAX) {
        return fail(failure, "%s: wrong shape: %zu columns, one per node, from %d to %d", cs_path, cs->columns,
            NODES_MIN, NODES_MAX);
    }
    if (ti->rows != cs->rows) {
        return fail(failure, "%s lists %zu rows, but %s holds %zu", ti_path, ti->rows, cs_path, cs->rows);
    }
    return true;
}

static bool check_order(const char *path, const struct trace *trace, struct failure *failure)
{
    for (size_t i = 0; i < trace->record_count; i++) {
        struct record now = trace->records[i];
        if (now.row >= trace->node_count) {
            return fail(failure, "%s: entry %zu: row %u, but there are %u nodes", path, i, now.row, trace->node_count);
        }
        if (i == 0) {
            continue;
        }
        struct record before = trace->records[i - 1];
        if (now.slice < before.slice) {
            return fail(failure, "%s: entry %zu: slice %u comes after slice %u", path, i, now.slice, before.slice);
        }
        if (now.slice == before.slice && now.row <= before.row) {
            return fail(failure, "%s: entry %zu: row %u comes after row %u of the same slice", path, i, now.row,
                before.row);
        }
    }
    return true;
}

/* A chain cannot be placed before its client has been heard of. */
static bool check_start(const char *path, const struct trace *trace, struct failure *failure)
{
    for (uint32_t row = 0; row < trace->node_count; row++) {
        if (row >= trace->record_count || trace->records[row].slice != 0 || trace->records[row].row != row) {
            return fail(failure, "%s: slice 0 lacks row %u: every row is needed there", path, row);
        }
    }
    return true;
}

static bool assemble(const char *ti_path, const struct npy *ti, struct npy *cs, struct trace *out,
    struct failure *failure)
{
    if (ti->rows == 0) {
        return fail(failure, "%s: lists no row at all", ti_path);
    }
    out->node_count = (uint32_t)cs->columns;
    out->record_count = ti->rows;
    out->values_cs = cs->values;
    cs->values = NULL;
    out->records = calloc(ti->rows, sizeof *out->records);
    if (out->records == NULL) {
        return fail_for_memory(failure);
    }
    for (size_t i = 0; i < ti->rows; i++) {
        out->records[i] = (struct record){ .slice = ti->values[2 * i], .row = ti->values[2 * i + 1] };
    }
    out->slice_count = (uint32_t)out->records[ti->rows - 1].slice + 1;
    return check_order(ti_path, out, failure) && check_start(ti_path, out, failure);
}

bool trace_read(const char *ti_path, const char *cs_path, struct trace *out, struct failure *failure)
{
    struct npy ti = { 0 }, cs = { 0 };
    *out = (struct trace){ 0 };
    bool read = npy_read(ti_path, &ti, failure) && npy_read(cs_path, &cs, failure)
        && check_shapes(ti_path, &ti, cs_path, &cs, failure) && assemble(ti_path, &ti, &cs, out, failure);
    npy_free(&ti);
    npy_free(&cs);
    if (!read) {
        trace_free(out);
    }
    return read;
}

void trace_free(struct trace *trace)
{
    free(trace->records);
    free(trace->values_cs);
    *trace = (struct trace){ 0 };
}

bool view_open(const struct trace *trace, struct view *out, struct failure *failure)
{
    *out = (struct view){ .trace = trace, .rows_cs = calloc(trace->node_count, sizeof *out->rows_cs) };
    return out->rows_cs != NULL || fail_for_memory(failure);
}

void view_advance(struct view *view, uint32_t slice)
{
    const struct trace *trace = view->trace;
    size_t first = view->next;
    while (view->next < trace->record_count && trace->records[view->next].slice == slice) {
        view->rows_cs[trace->records[view->next].row] = trace->values_cs + view->next * trace->node_count;
        view->next++;
    }
    view->listed = trace->records + first;
    view->listed_count = view->next - first;
}

void view_close(struct view *view)
{
    free(view->rows_cs);
    *view = (struct view){ 0 };
}

uint64_t fold(uint64_t total, uint64_t value)
{
    return total * 1000003 + value + 1;
}
