/* driftline-replay: a trace of round-trip times goes by, and replicas drift after it. See `--help`. */
#include "generator.h"
#include "options.h"
#include "replay.h"
#include "table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool open_trace(const struct options *options, struct trace *out, struct failure *failure)
{
    if (options->ti_path != NULL) {
        return trace_read(options->ti_path, options->cs_path, out, failure);
    }
    return generator_run(options->seed, options->node_count, options->slice_count, out, failure);
}

static bool play(const struct options *options, const struct trace *trace, struct moves *moves,
    struct failure *failure)
{
    struct outcome outcome;
    if (!replay_run(trace, options->policy, options->cooldown_slices, options->smoothing, moves, &outcome, failure)) {
        return false;
    }
    /* A table above a file that is not whole would be believed. */
    bool written = moves_close(moves, failure);
    if (written) {
        table_print(options, trace, moves, &outcome);
    }
    outcome_free(&outcome);
    return written;
}

static bool replay(const struct options *options, struct failure *failure)
{
    struct trace trace;
    struct moves moves = { 0 };
    if (!open_trace(options, &trace, failure)) {
        return false;
    }
    /* Opened when the trace is known to be good: a mistyped path costs no old result. */
    bool played = moves_open(options->moves_path, &moves, failure) && play(options, &trace, &moves, failure);
    if (!played) {
        /* The first failure is the one to tell. */
        struct failure ignored;
        moves_close(&moves, &ignored);
    }
    trace_free(&trace);
    return played;
}

int main(int argc, char **argv)
{
    struct options options;
    struct failure failure;
    if (!options_parse(argc, argv, &options, &failure)) {
        fprintf(stderr, "driftline-replay: %s\nTry 'driftline-replay --help'.\n", failure.message);
        return EXIT_FAILURE;
    }
    if (options.wish == WISH_HELP) {
        fputs(OPTIONS_HELP, stdout);
    } else if (options.wish == WISH_VERSION) {
        printf("driftline-replay %s\n%s\n", driftline_version(), driftline_build_info());
    } else if (!replay(&options, &failure)) {
        fprintf(stderr, "driftline-replay: %s\n", failure.message);
        return EXIT_FAILURE;
    }
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "driftline-replay: the output cannot be written: %s\n", strerror(errno));
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
