/* A bug on purpose: one thread writes an array while another hands it to the library, which reads it. The reader is the
 * Rust side, so the race is noticed only if both sides are instrumented. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "driftline.h"

static uint64_t holder_offsets[2] = {0, 1};
static pthread_barrier_t start;

static void *write_array(void *unused)
{
    pthread_barrier_wait(&start);
    for (unsigned round = 0; round < 1000; round++) {
        holder_offsets[1] = 1;
    }
    return unused;
}

int main(void)
{
    const uint64_t chains[] = {7};
    const uint64_t leaders[] = {1};
    const uint64_t holders[] = {1};
    driftline_state state = {0};
    pthread_t writer;

    if (driftline_state_new(DRIFTLINE_ABI, &state, NULL) != DRIFTLINE_RESULT_OK
        || pthread_barrier_init(&start, NULL, 2) != 0 || pthread_create(&writer, NULL, write_array, NULL) != 0) {
        return 2;
    }
    pthread_barrier_wait(&start);
    for (unsigned round = 0; round < 1000; round++) {
        driftline_state_load(state, chains, leaders, 1, holder_offsets, holders, 1, NULL);
    }
    pthread_join(writer, NULL);
    return driftline_state_free(state) == DRIFTLINE_RESULT_OK ? EXIT_SUCCESS : 2;
}
