/* Reads a matrix of little-endian uint16 from an NPY v1.0 file. */
#ifndef REPLAY_NPY_H
#define REPLAY_NPY_H

#include "failure.h"

#include <stddef.h>
#include <stdint.h>

struct npy {
    size_t rows, columns;
    uint16_t *values; /* row after row */
};

/* Nothing that the header says is believed before the file has shown it. On failure `out` holds no memory. */
bool npy_read(const char *path, struct npy *out, struct failure *failure);

void npy_free(struct npy *npy);

#endif
