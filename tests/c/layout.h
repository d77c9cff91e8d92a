/* How layout.c and its other halves print what the C compiler sees. */
#ifndef LAYOUT_H
#define LAYOUT_H

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#include "driftline.h"

/* An array decays to a pointer to its elements here, so that its element type shows. */
#define TYPE_NAME(value)                                                                                              \
    _Generic((value),                                                                                                 \
        uint32_t: "u32",                                                                                              \
        int32_t: "i32",                                                                                               \
        uint64_t: "u64",                                                                                              \
        float: "f32",                                                                                                 \
        double: "f64",                                                                                                \
        driftline_any_scorer: "handle",                                                                               \
        const driftline_client *: "pointer",                                                                          \
        void *: "pointer",                                                                                            \
        const uint64_t *: "pointer",                                                                                  \
        uint64_t *: "[u64]",                                                                                          \
        char *: "[char]",                                                                                             \
        default: "function")

#define STRUCT(type) printf("%s %zu\n", #type, sizeof(type))
#define FIELD(type, field)                                                                                            \
    printf("%s.%s %zu %zu %s\n", #type, #field, offsetof(type, field), sizeof(((type *)0)->field),                    \
           TYPE_NAME(((type *)0)->field))
#define INTEGER(name) printf("%s %" PRIu64 "\n", #name, (uint64_t)(name))
#define NUMBER(name) printf("%s %g\n", #name, (double)(float)(name))

/* The structs and constants of inventories and of scorers that the library holds. */
void print_inventory(void);

#endif
