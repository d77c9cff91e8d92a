#include "npy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PRELUDE_BYTES = 10, /* magic, version and the length of the header */
    HEADER_BYTES_MAX = 65535,
    BLOCK_VALUES = 32768,
    TEXT_BYTES = 32
};

/* One GiB of values: far above any trace, far below what could hurt the machine. */
static const size_t VALUES_MAX = (size_t)1 << 29;

/* What is being read, for messages, and where in the header we stand. */
struct reader {
    const char *path;
    FILE *file;
    struct failure *failure;
    const char *at, *end;
};

struct header {
    bool descr_seen, fortran_order_seen, shape_seen;
    char descr[TEXT_BYTES];
    bool fortran_order;
    size_t shape[2];
    size_t dimensions;
};

static bool fail_truncated(const struct reader *reader, const char *part)
{
    if (ferror(reader->file)) {
        return fail(reader->failure, "%s: cannot be read: %s", reader->path, strerror(errno));
    }
    return fail(reader->failure, "%s: truncated: the file ends inside its %s", reader->path, part);
}

static bool fail_header(const struct reader *reader, const char *cause)
{
    return fail(reader->failure, "%s: damaged NPY header: %s", reader->path, cause);
}

static void skip_blanks(struct reader *reader)
{
    while (reader->at < reader->end && strchr(" \t\r\n", *reader->at) != NULL && *reader->at != '\0') {
        reader->at++;
    }
}

static bool take(struct reader *reader, char wanted)
{
    skip_blanks(reader);
    if (reader->at == reader->end || *reader->at != wanted) {
        return false;
    }
    reader->at++;
    return true;
}

static bool take_word(struct reader *reader, const char *word)
{
    size_t length = strlen(word);
    skip_blanks(reader);
    if ((size_t)(reader->end - reader->at) < length || memcmp(reader->at, word, length) != 0) {
        return false;
    }
    reader->at += length;
    return true;
}

/* Unprintable bytes become '?', because the text ends up in a message on somebody's terminal. */
static bool take_text(struct reader *reader, char text[TEXT_BYTES])
{
    skip_blanks(reader);
    if (reader->at == reader->end || (*reader->at != '\'' && *reader->at != '"')) {
        return fail_header(reader, "a quoted text is missing");
    }
    char quote = *reader->at++;
    size_t length = 0;
    while (reader->at < reader->end && *reader->at != quote) {
        if (length + 1 == TEXT_BYTES) {
            return fail_header(reader, "a quoted text is too long");
        }
        char byte = *reader->at++;
        text[length++] = byte >= ' ' && byte <= '~' ? byte : '?';
    }
    text[length] = '\0';
    return take(reader, quote) || fail_header(reader, "a quoted text does not end");
}

static bool take_dimension(struct reader *reader, size_t *dimension)
{
    size_t value = 0;
    const char *start = reader->at;
    while (reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9') {
        size_t digit = (size_t)(*reader->at++ - '0');
        if (value > (VALUES_MAX - digit) / 10) {
            return fail_header(reader, "the shape is absurdly large");
        }
        value = value * 10 + digit;
    }
    *dimension = value;
    return reader->at > start || fail_header(reader, "the shape is not made of whole numbers");
}

static bool take_shape(struct reader *reader, struct header *header)
{
    if (!take(reader, '(')) {
        return fail_header(reader, "the shape is not a tuple");
    }
    while (!take(reader, ')')) {
        size_t dimension = 0;
        if (header->dimensions > 0 && !take(reader, ',')) {
            return fail_header(reader, "the shape is not a tuple");
        }
        if (take(reader, ')')) {
            break;
        }
        skip_blanks(reader);
        if (!take_dimension(reader, &dimension)) {
            return false;
        }
        if (header->dimensions < 2) {
            header->shape[header->dimensions] = dimension;
        }
        header->dimensions++;
    }
    return true;
}

static bool take_entry(struct reader *reader, struct header *header)
{
    char key[TEXT_BYTES];
    if (!take_text(reader, key)) {
        return false;
    }
    if (!take(reader, ':')) {
        return fail_header(reader, "a colon is missing");
    }
    if (strcmp(key, "descr") == 0 && !header->descr_seen) {
        header->descr_seen = true;
        return take_text(reader, header->descr);
    }
    if (strcmp(key, "fortran_order") == 0 && !header->fortran_order_seen) {
        header->fortran_order_seen = true;
        header->fortran_order = take_word(reader, "True");
        return header->fortran_order || take_word(reader, "False")
            || fail_header(reader, "fortran_order is neither True nor False");
    }
    if (strcmp(key, "shape") == 0 && !header->shape_seen) {
        header->shape_seen = true;
        return take_shape(reader, header);
    }
    return fail_header(reader, "an entry is unknown or given twice");
}

static bool parse_header(struct reader *reader, struct header *header)
{
    if (!take(reader, '{')) {
        return fail_header(reader, "it is not a dictionary");
    }
    bool separated = true;
    while (!take(reader, '}')) {
        if (!separated) {
            return fail_header(reader, "a comma or a brace is missing");
        }
        if (!take_entry(reader, header)) {
            return false;
        }
        separated = take(reader, ',');
    }
    skip_blanks(reader);
    if (reader->at != reader->end) {
        return fail_header(reader, "something follows the dictionary");
    }
    if (!header->descr_seen || !header->fortran_order_seen || !header->shape_seen) {
        return fail_header(reader, "descr, fortran_order or shape is missing");
    }
    return true;
}

static bool check_header(const struct reader *reader, const struct header *header)
{
    if (strcmp(header->descr, "<u2") != 0) {
        return fail(reader->failure, "%s: wrong dtype '%s': little-endian uint16, '<u2', is needed", reader->path,
            header->descr);
    }
    if (header->fortran_order) {
        return fail(reader->failure, "%s: wrong order: columns come first, rows are needed first", reader->path);
    }
    if (header->dimensions != 2) {
        return fail(reader->failure, "%s: wrong shape: %zu dimension%s, 2 are needed", reader->path,
            header->dimensions, header->dimensions == 1 ? "" : "s");
    }
    if (header->shape[1] != 0 && header->shape[0] > VALUES_MAX / header->shape[1]) {
        return fail(reader->failure, "%s: wrong shape: (%zu, %zu) would need more than 1 GiB", reader->path,
            header->shape[0], header->shape[1]);
    }
    return true;
}

static bool read_header(struct reader *reader, struct header *header)
{
    unsigned char prelude[PRELUDE_BYTES];
    if (fread(prelude, 1, sizeof prelude, reader->file) != sizeof prelude) {
        return fail_truncated(reader, "NPY header");
    }
    if (memcmp(prelude, "\x93NUMPY", 6) != 0) {
        return fail(reader->failure, "%s: not an NPY file", reader->path);
    }
    if (prelude[6] != 1 || prelude[7] != 0) {
        return fail(reader->failure, "%s: NPY version %u.%u: only 1.0 is read", reader->path, prelude[6], prelude[7]);
    }
    size_t length = prelude[8] | (size_t)prelude[9] << 8;
    char text[HEADER_BYTES_MAX];
    if (fread(text, 1, length, reader->file) != length) {
        return fail_truncated(reader, "NPY header");
    }
    reader->at = text;
    reader->end = text + length;
    bool parsed = parse_header(reader, header);
    reader->at = reader->end = NULL;
    return parsed && check_header(reader, header);
}

/* Grows with what the file really holds: a header that lies costs nothing. */
static bool grow(uint16_t **values, size_t *capacity, size_t count, struct failure *failure)
{
    size_t wanted = *capacity == 0 ? BLOCK_VALUES : *capacity * 2;
    if (wanted > count) {
        wanted = count;
    }
    uint16_t *grown = realloc(*values, wanted * sizeof *grown);
    if (grown == NULL) {
        return fail_for_memory(failure);
    }
    *values = grown;
    *capacity = wanted;
    return true;
}

static bool read_values(struct reader *reader, struct npy *out)
{
    unsigned char block[BLOCK_VALUES * 2];
    size_t count = out->rows * out->columns;
    size_t capacity = 0;
    for (size_t filled = 0; filled < count;) {
        size_t wanted = count - filled < BLOCK_VALUES ? count - filled : BLOCK_VALUES;
        if (fread(block, 2, wanted, reader->file) != wanted) {
            return fail_truncated(reader, "data");
        }
        while (capacity < filled + wanted) {
            if (!grow(&out->values, &capacity, count, reader->failure)) {
                return false;
            }
        }
        for (size_t i = 0; i < wanted; i++) {
            out->values[filled + i] = (uint16_t)(block[2 * i] | block[2 * i + 1] << 8);
        }
        filled += wanted;
    }
    if (fgetc(reader->file) != EOF) {
        return fail(reader->failure, "%s: data goes on behind the shape (%zu, %zu)", reader->path, out->rows,
            out->columns);
    }
    return !ferror(reader->file) || fail_truncated(reader, "data");
}

bool npy_read(const char *path, struct npy *out, struct failure *failure)
{
    *out = (struct npy){ 0 };
    struct reader reader = { .path = path, .file = fopen(path, "rb"), .failure = failure };
    if (reader.file == NULL) {
        return fail(failure, "%s: cannot be opened: %s", path, strerror(errno));
    }
    struct header header = { 0 };
    bool read = read_header(&reader, &header);
    if (read) {
        out->rows = header.shape[0];
        out->columns = header.shape[1];
        read = read_values(&reader, out);
    }
    fclose(reader.file);
    if (!read) {
        npy_free(out);
    }
    return read;
}

void npy_free(struct npy *npy)
{
    free(npy->values);
    *npy = (struct npy){ 0 };
}
