// Runs scenario files through driftline.hpp. The language is described in tests/scenarios/README.md.
//
// Usage: scenario [--functions] [--throw] [--batch] FILE ..
// Prints what differs from the files, with file and line, and exits with 1 if anything does.
//   --functions  the table scorer is a set of functions in place of a class
//   --throw      it throws where a story lets it fail
//   --batch      it answers in batches, too; only for stories in which nothing fails and nothing is NaN
#include "story.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace scenario {

using Lines = std::vector<std::string>;

static std::optional<Lines> read_lines(const std::string& path)
{
    std::ifstream stream(path, std::ios::binary);
    if (!stream) {
        return std::nullopt;
    }
    std::stringstream text;
    text << stream.rdbuf();
    Lines lines;
    for (std::string line; std::getline(text, line);) {
        lines.push_back(line);
    }
    return lines;
}

static void run_command(Story& story, const std::string& line)
{
    Arguments arguments(story, line);
    const std::string& name = arguments.name;
    const Command event = find_event(name);
    Command command = event;
    for (const auto find :
         {find_setup, find_config, find_membership, find_table, find_pass, find_question, find_move, find_inventory}) {
        command = command == nullptr ? find(name) : command;
    }
    if (command == nullptr) {
        story.refuse("unknown command '" + name + "'");
    } else if (!story.scheduler && name != "node") {
        story.refuse("'" + name + "' needs a scheduler, so only 'node' may stand here");
    } else if (story.collecting && event == nullptr) {
        story.refuse("'" + name + "' is no event");
    } else if (!story.inventory && name != "inventory" && find_inventory(name) != nullptr) {
        story.refuse("'" + name + "' needs an inventory");
    } else {
        command(story, arguments);
    }
}

// Compares what was printed with the lines of the file; says the first line that differs.
static bool compare(const Story& story, const Lines& lines, std::size_t first, std::size_t end)
{
    std::stringstream printed(story.out.empty() ? "ok\n" : story.out);
    for (std::size_t at = first;; at++) {
        std::string line;
        const bool has_line = static_cast<bool>(std::getline(printed, line));
        if (!has_line && at >= end) {
            return true;
        }
        if (!has_line || at >= end || line != lines[at]) {
            std::printf("%s:%zu: the output differs\n", story.path.c_str(), at + 1);
            std::printf("  wanted:  %s\n", at < end ? lines[at].c_str() : "(nothing more)");
            std::printf("  printed: %s\n", has_line ? line.c_str() : "(nothing more)");
            return false;
        }
    }
}

// Runs the block that starts at line `at` and moves `at` behind it.
static bool run_block(Story& story, const Lines& lines, std::size_t& at)
{
    story.out.clear();
    for (; at < lines.size() && lines[at] != "----"; at++) {
        story.line = at + 1;
        if (lines[at].empty()) {
            story.refuse("a blank line among the commands");
        } else if (lines[at][0] != '#') {
            run_command(story, lines[at]);
        }
        if (!story.refusal.empty()) {
            return false;
        }
    }
    if (story.collecting || at == lines.size()) {
        story.refuse(story.collecting ? "'begin' without 'commit'" : "a block without ----");
        return false;
    }
    at += 1;
    const std::size_t first_expected = at;
    while (at < lines.size() && !lines[at].empty()) {
        if (lines[at] == "----") {
            story.refuse("a second ---- before the blank line");
            return false;
        }
        at += 1;
    }
    return compare(story, lines, first_expected, at);
}

static bool run_file(const std::string& path, const Manner& manner, std::size_t& block_count)
{
    Story story;
    story.path = path;
    story.world.manner = manner;
    const auto lines = read_lines(path);
    if (!lines) {
        std::printf("%s: cannot be read\n", path.c_str());
        return false;
    }
    story.line = 1;
    if (lines->empty() || lines->front().compare(0, 2, "# ") != 0) {
        story.refuse("the first line does not say why the file exists");
    }
    bool passed = true;
    for (std::size_t at = 0; at < lines->size() && story.refusal.empty();) {
        if ((*lines)[at].empty() || (*lines)[at][0] == '#') {
            at += 1;
        } else {
            passed = run_block(story, *lines, at) && passed;
            block_count += 1;
        }
    }
    story.end();
    if (!story.refusal.empty()) {
        std::printf("%s:%zu: refused: %s\n", path.c_str(), story.line, story.refusal.c_str());
    }
    std::printf("%s", story.disagreement.c_str());
    return passed && story.refusal.empty() && story.disagreement.empty();
}

} // namespace scenario

int main(int argument_count, char** arguments)
{
    scenario::Manner manner;
    std::size_t files = 0;
    std::size_t blocks = 0;
    std::size_t failed = 0;
    for (int at = 1; at < argument_count; at++) {
        const std::string argument = arguments[at];
        if (argument == "--functions") {
            manner.functions = true;
        } else if (argument == "--throw") {
            manner.throws = true;
        } else if (argument == "--batch") {
            manner.batch = true;
        } else {
            files += 1;
            failed += scenario::run_file(argument, manner, blocks) ? 0 : 1;
        }
    }
    if (files == 0) {
        std::fputs("usage: scenario [--functions] [--throw] [--batch] FILE ..\n", stderr);
        return EXIT_FAILURE;
    }
    std::printf("%zu scenario files, %zu blocks, %zu files failed (%s%s%s)\n", files, blocks, failed,
                manner.functions ? "functions" : "class", manner.throws ? ", throwing" : "",
                manner.batch ? ", batches" : "");
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
