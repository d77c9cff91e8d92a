/* Runs scenario files through the C ABI. The language is described in tests/scenarios/README.md.
 *
 * Usage: scenario [--batch] FILE ..
 * With --batch the table scorer always has its batch entries, so no score, live score or node fingerprint may be `nan`,
 * fail or be interrupted.
 * Prints what differs from the files, with file and line, and exits with 1 if anything does. */
#include "scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Files ---- */

typedef struct file {
    char *bytes;  /* the whole file; newlines are replaced by NUL */
    char **lines; /* into bytes */
    size_t line_count;
} file;

static bool file_read(file *file, const char *path)
{
    FILE *stream = fopen(path, "rb");
    size_t length = 0;
    size_t got;

    memset(file, 0, sizeof *file);
    if (stream == NULL) {
        return false;
    }
    do {
        file->bytes = grow(file->bytes, length + 4096 + 1, 1);
        got = fread(file->bytes + length, 1, 4096, stream);
        length += got;
    } while (got > 0);
    fclose(stream);
    file->bytes[length] = '\0';

    for (char *at = file->bytes; at < file->bytes + length;) {
        size_t line_length = strcspn(at, "\n");
        file->lines = grow(file->lines, file->line_count + 1, sizeof *file->lines);
        file->lines[file->line_count] = at;
        file->line_count += 1;
        at[line_length] = '\0';
        at += line_length + 1;
    }
    return true;
}

static void file_free(file *file)
{
    free(file->bytes);
    free(file->lines);
}

/* ---- Blocks ---- */

static void run_command(story *story, char *line)
{
    static command_function (*const finders[])(const char *) = {
        command_find, config_find, event_find, pass_find, question_find, move_find, inventory_find,
    };
    arguments arguments;
    const char *name;
    command_function function = NULL;

    if (!arguments_split(&arguments, story, line)) {
        return;
    }
    name = arguments.name;
    for (size_t at = 0; at < sizeof finders / sizeof finders[0] && function == NULL; at++) {
        function = finders[at](name);
    }
    if (function == NULL) {
        refuse(story, "unknown command '%s'", name);
    } else if (story->scheduler.bits == 0 && strcmp(name, "node") != 0) {
        refuse(story, "'%s' needs a scheduler, so only 'node' may stand here", name);
    } else if (story->collecting && !command_is_event(name)) {
        refuse(story, "'%s' is no event", name);
    } else {
        function(story, &arguments);
    }
    arguments_free(&arguments);
}

/* Compares what was printed with the lines of the file; says the first line that differs. */
static bool compare(const story *story, const file *file, size_t first, size_t end)
{
    const char *printed = story->out.length == 0 ? "ok\n" : story->out.bytes;

    for (size_t at = first; at < end || *printed != '\0'; at++) {
        const char *wanted = at < end ? file->lines[at] : NULL;
        size_t length = strcspn(printed, "\n");
        if (wanted == NULL || *printed == '\0' || strlen(wanted) != length || strncmp(wanted, printed, length) != 0) {
            printf("%s:%zu: the output differs\n", story->path, at + 1);
            printf("  wanted:  %s\n", wanted == NULL ? "(nothing more)" : wanted);
            printf("  printed: %.*s\n", (int)length, printed);
            return false;
        }
        printed += length + (printed[length] == '\n');
    }
    return true;
}

/* Runs the block that starts at line *at and moves *at behind it. */
static bool run_block(story *story, const file *file, size_t *at)
{
    size_t first_expected;
    bool same;

    text_clear(&story->out);
    for (; *at < file->line_count && strcmp(file->lines[*at], "----") != 0; *at += 1) {
        char *line = file->lines[*at];
        story->line = (unsigned)*at + 1;
        if (line[0] == '\0') {
            refuse(story, "a blank line among the commands");
        } else if (line[0] != '#') {
            run_command(story, line);
        }
        if (is_refused(story)) {
            return false;
        }
    }
    if (story->collecting) {
        refuse(story, "'begin' without 'commit'");
        return false;
    }
    if (*at == file->line_count) {
        refuse(story, "a block without ----");
        return false;
    }
    *at += 1;
    first_expected = *at;
    while (*at < file->line_count && file->lines[*at][0] != '\0') {
        *at += 1;
    }
    same = compare(story, file, first_expected, *at);
    if (story->disagreement.length > 0) {
        printf("%s", story->disagreement.bytes);
        text_clear(&story->disagreement);
        same = false;
    }
    return same;
}

/* ---- A file ---- */

static bool run_file(const char *path, bool always_batch, size_t *block_count)
{
    story story;
    file file;
    bool passed = true;

    memset(&story, 0, sizeof story);
    story.path = path;
    story.world.always_batch = always_batch;
    if (!file_read(&file, path)) {
        printf("%s: cannot be read\n", path);
        return false;
    }
    story.line = 1;
    if (file.line_count == 0 || strncmp(file.lines[0], "# ", 2) != 0) {
        refuse(&story, "the first line does not say why the file exists");
    }
    for (size_t at = 0; at < file.line_count && !is_refused(&story);) {
        if (file.lines[at][0] == '\0' || file.lines[at][0] == '#') {
            at += 1;
        } else {
            passed = run_block(&story, &file, &at) && passed;
            *block_count += 1;
        }
    }
    story_end(&story);
    if (is_refused(&story)) {
        printf("%s:%u: refused: %s\n", path, story.line, story.refusal.bytes);
        passed = false;
    }
    if (story.disagreement.length > 0) {
        printf("%s", story.disagreement.bytes);
        passed = false;
    }
    world_free(&story.world);
    free(story.events);
    free(story.exported);
    text_free(&story.out);
    text_free(&story.refusal);
    text_free(&story.disagreement);
    file_free(&file);
    return passed;
}

int main(int argument_count, char **arguments)
{
    bool always_batch = argument_count > 1 && strcmp(arguments[1], "--batch") == 0;
    int first = always_batch ? 2 : 1;
    size_t block_count = 0;
    int failed = 0;

    if (argument_count <= first) {
        fputs("usage: scenario [--batch] FILE ..\n", stderr);
        return EXIT_FAILURE;
    }
    for (int at = first; at < argument_count; at++) {
        failed += !run_file(arguments[at], always_batch, &block_count);
    }
    printf("%d scenario files, %zu blocks, %d files failed\n", argument_count - first, block_count, failed);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
