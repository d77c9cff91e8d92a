/* A bug on purpose that only the Rust side can trip over: arrays that are gone when the library reads them. The C side
 * never touches them again, so this is noticed only if the Rust code, too, is instrumented. */
#include <stdio.h>
#include <stdlib.h>

#include "driftline.h"

static void *volatile hidden;

int main(void)
{
    const uint64_t chains[] = {7};
    const uint64_t leaders[] = {1};
    const uint64_t holders[] = {1};
    driftline_state state = {0};
    uint64_t *holder_offsets = malloc(2 * sizeof *holder_offsets);

    if (holder_offsets == NULL || driftline_state_new(DRIFTLINE_ABI, &state, NULL) != DRIFTLINE_RESULT_OK) {
        return 2;
    }
    holder_offsets[0] = 0;
    holder_offsets[1] = 1;
    hidden = holder_offsets;
    free(holder_offsets);
    /* What the freed memory says now does not matter; the answer is not looked at. */
    driftline_state_load(state, chains, leaders, 1, hidden, holders, 1, NULL);
    return driftline_state_free(state) == DRIFTLINE_RESULT_OK ? 0 : 2;
}
