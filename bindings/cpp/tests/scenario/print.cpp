// Values, reports and errors, as every runner prints them.
#include "story.hpp"

#include <cstdarg>

namespace scenario {

// ---- Values ----

std::string format(const char* format, ...)
{
    char text[256];
    va_list list;
    va_start(list, format);
    const int length = std::vsnprintf(text, sizeof text, format, list);
    va_end(list);
    return length > 0 && static_cast<std::size_t>(length) < sizeof text ? std::string(text) : "(no such text)";
}

std::string number(std::uint64_t value) { return std::to_string(value); }

std::string time_text(Nanoseconds time)
{
    static const std::pair<const char*, std::uint64_t> units[] = {{"s", 1000000000}, {"ms", 1000000}, {"us", 1000}};
    for (const auto& [name, nanoseconds] : units) {
        if (time.count() % nanoseconds == 0) {
            return number(time.count() / nanoseconds) + name;
        }
    }
    return number(time.count()) + "ns";
}

const char* method_name(driftline::ScorerMethod method)
{
    switch (method) {
    case driftline::ScorerMethod::score:
        return "score";
    case driftline::ScorerMethod::live_score:
        return "live_score";
    case driftline::ScorerMethod::best_alternative:
        return "best_alternative";
    case driftline::ScorerMethod::node_fingerprint:
        return "node_fingerprint";
    case driftline::ScorerMethod::chain_fingerprint:
        return "chain_fingerprint";
    case driftline::ScorerMethod::migration_cost:
        return "migration_cost";
    case driftline::ScorerMethod::begin:
        return "begin";
    }
    return "unknown_method";
}

const char* trend_name(driftline::Trend trend)
{
    switch (trend) {
    case driftline::Trend::stable:
        return "stable";
    case driftline::Trend::degrading:
        return "degrading";
    case driftline::Trend::improving:
        return "improving";
    }
    return "unknown trend";
}

std::string verdict_word(driftline::Verdict verdict)
{
    std::string word = driftline::name(verdict);
    std::replace(word.begin(), word.end(), ' ', '_');
    return word;
}

// ---- Reports ----

void print_verdicts(std::string& out, const driftline::TickReport* report)
{
    bool any = false;
    out += "verdicts";
    for (std::uint32_t verdict = 0; report != nullptr && verdict < DRIFTLINE_VERDICT_COUNT; verdict++) {
        const auto kind = static_cast<driftline::Verdict>(verdict);
        if (report->verdicts(kind) == 0) {
            continue;
        }
        out += " " + verdict_word(kind) + "=" + number(report->verdicts(kind));
        any = true;
    }
    out += any ? "\n" : " none\n";
}

using Count = std::pair<const char*, std::uint64_t>;

// Those that are not zero.
static std::string counts(const std::vector<Count>& list)
{
    std::string text;
    for (const auto& [name, value] : list) {
        text += value == 0 ? "" : std::string(" ") + name + "=" + number(value);
    }
    return text;
}

// A line that is only there if something is counted.
static void print_counts(std::string& out, const char* name, const std::vector<Count>& list)
{
    const std::string text = counts(list);
    out += text.empty() ? "" : name + text + "\n";
}

void print_calls(std::string& out, const driftline::TickReport& report)
{
    using driftline::ScorerMethod;
    if (report.deferred() != 0) {
        out += "deferred " + number(report.deferred()) + ", oldest " + time_text(report.deferred_age()) + "\n";
    }
    const std::string calls = counts({{"score", report.calls(ScorerMethod::score)},
                                      {"live_score", report.calls(ScorerMethod::live_score)},
                                      {"alternative", report.calls(ScorerMethod::best_alternative)},
                                      {"fingerprint", report.calls(ScorerMethod::node_fingerprint)},
                                      {"chain_fingerprint", report.calls(ScorerMethod::chain_fingerprint)},
                                      {"cost", report.calls(ScorerMethod::migration_cost)}});
    out += "calls" + (calls.empty() ? " none" : calls) + "\n";
    print_counts(out, "invalid",
                 {{"scores", report.invalid_scores()}, {"alternatives", report.invalid_alternatives()}});
    print_counts(out, "moves",
                 {{"in_flight", report.in_flight()},
                  {"completed", report.completed_moves()},
                  {"failed", report.failed_moves()},
                  {"timed_out", report.timed_out_moves()},
                  {"returned", report.returned_moves()},
                  {"forced_refused", report.forced_refused()},
                  {"ignored_feedback", report.ignored_feedback()}});
    out += "next " + (report.next_due() ? time_text(*report.next_due()) : "none") + "\n";
}

// ---- Errors ----

static std::string known(const char* name, std::optional<std::uint64_t> value)
{
    return value ? std::string(" ") + name + "=" + number(*value) : "";
}

// The message is "config field NAME: VALUE is not ..".
static std::string config_field(const std::string& message)
{
    static const std::string before = "config field ";
    if (message.compare(0, before.size(), before) != 0) {
        return "";
    }
    return " " + message.substr(before.size(), message.find(':') - before.size());
}

// The message is "import: REASON".
static std::string import_reason(const std::string& message)
{
    static const std::string before = "import: ";
    return message.compare(0, before.size(), before) == 0 ? " " + message.substr(before.size()) : "";
}

// The message is "index I: FIELD VALUE is not ..".
static std::string part_field(const std::string& message)
{
    const std::size_t first = message.find(": ") + 2;
    return " " + message.substr(first, message.find(' ', first) - first);
}

// The message is "index I: [chain C: ][node N: ]FIELD: VALUE is not ..".
static std::string inventory_field(const std::string& message)
{
    const std::size_t end = message.rfind(": ");
    const std::size_t first = message.rfind(' ', end - 1) + 1;
    return " " + message.substr(first, end - first);
}

static std::string scorer_error(const driftline::Error& error)
{
    std::string line = std::string("error scorer ") + method_name(*error.method());
    line += known("chain", error.chain()) + known("node", error.node());
    if (*error.scorer_code() == DRIFTLINE_SCORER_INTERRUPTED) {
        return line + " interrupted; nothing emitted";
    }
    return line + " code=" + std::to_string(*error.scorer_code()) + "; nothing emitted";
}

static std::string error_line(const driftline::Error& error)
{
    switch (error.code()) {
    case DRIFTLINE_RESULT_CONFIG:
        return error.index() ? "error part" + part_field(error.what()) + known("index", error.index())
                             : "error config" + config_field(error.what());
    case DRIFTLINE_RESULT_INVENTORY:
        return "error inventory" + inventory_field(error.what()) + known("index", error.index())
            + known("node", error.node()) + known("chain", error.chain());
    case DRIFTLINE_RESULT_ID:
        return "error reserved" + known("index", error.index());
    case DRIFTLINE_RESULT_DUPLICATE:
        return "error duplicate" + known("index", error.index()) + known("chain", error.chain())
            + known("node", error.node());
    case DRIFTLINE_RESULT_MEMBERSHIP:
        return "error membership" + known("index", error.index());
    case DRIFTLINE_RESULT_NOT_LED:
        return "error not-led" + known("chain", error.chain());
    case DRIFTLINE_RESULT_TIME:
        return "error time";
    case DRIFTLINE_RESULT_NO_SCORER:
        return "error no-scorer";
    case DRIFTLINE_RESULT_NO_MEMORY:
        return "error memory";
    case DRIFTLINE_RESULT_TOO_MANY:
        return "error too-many";
    case DRIFTLINE_RESULT_UNKNOWN_CHAIN:
        return "error no such chain";
    case DRIFTLINE_RESULT_IMPORT:
        return "error import" + import_reason(error.what());
    case DRIFTLINE_RESULT_SCORER:
        return scorer_error(error);
    default:
        return std::string("error ") + error.code_name() + ", which no scenario knows: " + error.what();
    }
}

void print_error(Story& story, const driftline::Error& error)
{
    const bool is_thrown = story.world.manner.throws && error.code() == DRIFTLINE_RESULT_SCORER;
    if (is_thrown != (error.cause() != nullptr)) {
        story.disagree("an error has a cause exactly when the scorer threw one");
    }
    story.out += error_line(error) + "\n";
}

} // namespace scenario
