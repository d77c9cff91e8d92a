#include "options.h"

#include "generator.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COOLDOWN_SLICES_MAX = 1000000000 };

const char OPTIONS_HELP[]
    = "Usage: driftline-replay [OPTION]...\n"
      "\n"
      "Replays a trace of round-trip times and lets a policy move replicas after them.\n"
      "Every node is the client of one chain; each chain has three replicas, none on\n"
      "its client. A low round-trip time from client to replica is a good home. At the\n"
      "end stand the costs that the clients paid and the moves that it took.\n"
      "\n"
      "The trace (default: --generate 42 24 120):\n"
      "  --rows TI.npy CS.npy    measured rows. Both files are NPY 1.0 of little-\n"
      "                          endian uint16: TI lists (slice, row), sorted; CS holds\n"
      "                          the row itself, in units of 10 ms. A row that is not\n"
      "                          listed in a slice is unchanged; slice 0 lists all.\n"
      "  --generate SEED N T     a generated trace of N nodes (5 to 4096) and T slices\n"
      "                          (1 to 65536), N * N * T at most 1,000,000,000. Equal\n"
      "                          numbers give equal traces on every machine.\n"
      "\n"
      "The policy:\n"
      "  --policy never|greedy|drift\n"
      "                          never:  replicas stay where they are put at first.\n"
      "                          greedy: replicas are always on the three best nodes.\n"
      "                          drift:  driftline decides (default). It evicts the\n"
      "                          worst replica when its score is under 0.5 and another\n"
      "                          node scores better by more than 0.2.\n"
      "  --cooldown N            drift: after a move, a chain rests for N slices\n"
      "                          (default 10; 0 lets it move in every slice).\n"
      "  --smooth ALPHA          scores follow the measurements slowly: each new row\n"
      "                          moves them by ALPHA of the difference. Over 0, up to\n"
      "                          1, which is no smoothing (default).\n"
      "\n"
      "The output:\n"
      "  --moves FILE            writes the moves as CSV: t,chain,evicted,target\n"
      "  --help, -h              shows this text\n"
      "  --version               shows the versions of program and library\n"
      "\n"
      "The last line of the output is for programs; here it is broken in two:\n"
      "  moves=.. pre_cs=.. post_cs=.. fresh_cs=.. trace=..\n"
      "  score_calls=.. alternative_calls=..\n"
      "Costs are sums in units of 10 ms: pre before and post after the moves of each\n"
      "slice, fresh of the rows just measured, before the moves. Judge by fresh: the\n"
      "others reward a policy for the very sample that it chose by. trace is a fold of\n"
      "all moves: equal traces mean equal moves. The calls are driftline's.\n"
      "\n"
      "The exit status is 0, or 1 after an error, which is told on standard error.\n"
      "\n"
      "Examples:\n"
      "  driftline-replay\n"
      "  driftline-replay --policy greedy --generate 1 99 688\n"
      "  driftline-replay --rows ti.npy cs.npy --smooth 0.3 --moves moves.csv\n";

enum { OPTION_ROWS = 1000, OPTION_GENERATE, OPTION_COOLDOWN, OPTION_POLICY, OPTION_SMOOTH, OPTION_MOVES,
    OPTION_VERSION };

static const struct option OPTIONS[] = {
    { "rows", required_argument, NULL, OPTION_ROWS },
    { "generate", required_argument, NULL, OPTION_GENERATE },
    { "cooldown", required_argument, NULL, OPTION_COOLDOWN },
    { "policy", required_argument, NULL, OPTION_POLICY },
    { "smooth", required_argument, NULL, OPTION_SMOOTH },
    { "moves", required_argument, NULL, OPTION_MOVES },
    { "help", no_argument, NULL, 'h' },
    { "version", no_argument, NULL, OPTION_VERSION },
    { NULL, 0, NULL, 0 },
};

/* Digits only: strtoull alone would take signs and blanks, and turn -1 into a very large number. */
static bool parse_number(const char *what, const char *text, uint64_t least, uint64_t most, uint64_t *out,
    struct failure *failure)
{
    bool valid = text[0] != '\0' && strspn(text, "0123456789") == strlen(text);
    errno = 0;
    uint64_t value = valid ? strtoull(text, NULL, 10) : 0;
    if (!valid || errno != 0 || value < least || value > most) {
        return fail(failure, "%s must be a whole number from %" PRIu64 " to %" PRIu64 ", not '%s'", what, least, most,
            text);
    }
    *out = value;
    return true;
}

static bool parse_smoothing(const char *text, double *out, struct failure *failure)
{
    char *end = NULL;
    bool plain = text[0] != '\0' && strspn(text, "0123456789.eE+-") == strlen(text);
    double value = plain ? strtod(text, &end) : NAN;
    if (!plain || *end != '\0' || !(value > 0.0 && value <= 1.0)) {
        return fail(failure, "--smooth must be a number over 0 and up to 1, not '%s'", text);
    }
    *out = value;
    return true;
}

static bool parse_policy(const char *text, enum policy_kind *out, struct failure *failure)
{
    for (enum policy_kind kind = POLICY_NEVER; kind <= POLICY_DRIFT; kind++) {
        if (strcmp(text, policy_name(kind)) == 0) {
            *out = kind;
            return true;
        }
    }
    return fail(failure, "--policy must be never, greedy or drift, not '%s'", text);
}

/* The values of an option behind its first, which getopt has taken already. */
static bool take_more(int argc, char **argv, size_t count, const char *values[], const char *usage,
    struct failure *failure)
{
    for (size_t i = 0; i < count; i++) {
        if (optind >= argc || strncmp(argv[optind], "--", 2) == 0) {
            return fail(failure, "%s: a value is missing", usage);
        }
        values[i] = argv[optind++];
    }
    return true;
}

static bool parse_rows(int argc, char **argv, struct options *out, struct failure *failure)
{
    out->ti_path = optarg;
    return take_more(argc, argv, 1, &out->cs_path, "--rows TI.npy CS.npy", failure);
}

static bool parse_generate(int argc, char **argv, struct options *out, struct failure *failure)
{
    const char *more[2];
    uint64_t nodes = 0, slices = 0;
    const char *seed = optarg;
    if (!take_more(argc, argv, 2, more, "--generate SEED N T", failure)
        || !parse_number("--generate: SEED", seed, 0, UINT64_MAX, &out->seed, failure)
        || !parse_number("--generate: N, the nodes,", more[0], NODES_MIN, NODES_MAX, &nodes, failure)
        || !parse_number("--generate: T, the slices,", more[1], 1, SLICES_MAX, &slices, failure)) {
        return false;
    }
    if (nodes * nodes * slices > GENERATOR_VOLUME_MAX) {
        return fail(failure, "--generate: N * N * T must be at most %" PRIu64 ", not %" PRIu64, GENERATOR_VOLUME_MAX,
            nodes * nodes * slices);
    }
    out->node_count = (uint32_t)nodes;
    out->slice_count = (uint32_t)slices;
    return true;
}

static bool fail_unknown(int argc, char **argv, int code, struct failure *failure)
{
    const char *text = optind > 0 && optind <= argc ? argv[optind - 1] : "";
    if (code == ':') {
        return fail(failure, "%s: a value is missing", text);
    }
    /* A code of a long option stands here if it was given a value that it does not take. */
    if (optopt == 'h' || optopt == OPTION_VERSION) {
        return fail(failure, "%s: this option takes no value", text);
    }
    if (optopt != 0) {
        return fail(failure, "unknown option -%c", optopt);
    }
    return fail(failure, "unknown or ambiguous option %s", text);
}

static bool parse_option(int argc, char **argv, int code, struct options *out, struct failure *failure)
{
    switch (code) {
    case OPTION_ROWS:
        return parse_rows(argc, argv, out, failure);
    case OPTION_GENERATE:
        return parse_generate(argc, argv, out, failure);
    case OPTION_COOLDOWN:
        return parse_number("--cooldown", optarg, 0, COOLDOWN_SLICES_MAX, &out->cooldown_slices, failure);
    case OPTION_POLICY:
        return parse_policy(optarg, &out->policy, failure);
    case OPTION_SMOOTH:
        return parse_smoothing(optarg, &out->smoothing, failure);
    case OPTION_MOVES:
        out->moves_path = optarg;
        return true;
    case OPTION_VERSION:
        out->wish = WISH_VERSION;
        return true;
    case 'h':
        out->wish = WISH_HELP;
        return true;
    default:
        return fail_unknown(argc, argv, code, failure);
    }
}

bool options_parse(int argc, char **argv, struct options *out, struct failure *failure)
{
    *out = (struct options){ .seed = 42, .node_count = 24, .slice_count = 120, .cooldown_slices = 10,
        .policy = POLICY_DRIFT, .smoothing = 1.0 };
    bool generate = false;
    int code;
    opterr = 0; /* The messages are ours. */
    /* '+' leaves the order alone, so that the values of --rows and --generate stay behind their option. */
    while (out->wish == WISH_REPLAY && (code = getopt_long(argc, argv, "+:h", OPTIONS, NULL)) != -1) {
        generate = generate || code == OPTION_GENERATE;
        if (!parse_option(argc, argv, code, out, failure)) {
            return false;
        }
    }
    if (out->wish != WISH_REPLAY) {
        return true;
    }
    if (optind < argc) {
        return fail(failure, "unexpected argument '%s'", argv[optind]);
    }
    return !(generate && out->ti_path != NULL) || fail(failure, "--rows and --generate exclude each other");
}
