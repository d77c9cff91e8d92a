/* One failure, told to the person who can do something about it. */
#ifndef REPLAY_FAILURE_H
#define REPLAY_FAILURE_H

#include <stdbool.h>

/* Roomy, because a message starts with a path and must not lose the cause behind it. */
struct failure {
    char message[5120];
};

/* Keeps the message and returns false, so that a caller can fail and say why in one line. */
bool fail(struct failure *failure, const char *format, ...) __attribute__((format(printf, 2, 3)));

bool fail_for_memory(struct failure *failure);

#endif
