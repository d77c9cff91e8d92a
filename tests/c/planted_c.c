/* Bugs on purpose, on the C side, so that a run can prove that the sanitizers are in the binary.
 *
 * Usage: planted_c use-after-free | leak | overflow
 * Ends with 0 only if nobody noticed. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driftline.h"

/* Read through volatile, so that the compiler can neither see the bug nor drop it. */
static void *volatile hidden;

static int use_after_free(void)
{
    driftline_config *config = malloc(sizeof *config);
    if (config == NULL || driftline_config_init(config, sizeof *config) != DRIFTLINE_RESULT_OK) {
        return 1;
    }
    hidden = config;
    free(config);
    config = hidden;
    return config->score_floor < 0.0f;
}

static int leak(void)
{
    hidden = malloc(64);
    hidden = NULL;
    return 0;
}

static int overflow(int count)
{
    volatile int largest = INT_MAX;
    largest += count;
    return largest == 0;
}

int main(int argument_count, char **arguments)
{
    const char *bug = argument_count == 2 ? arguments[1] : "";
    if (strcmp(bug, "use-after-free") == 0) {
        return use_after_free();
    }
    if (strcmp(bug, "leak") == 0) {
        return leak();
    }
    if (strcmp(bug, "overflow") == 0) {
        return overflow(argument_count);
    }
    fputs("usage: planted_c use-after-free | leak | overflow\n", stderr);
    return 2;
}
