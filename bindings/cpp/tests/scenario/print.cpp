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
        std::string words = driftline::name(kind);
        for (char& letter : words) {
            letter = letter == ' ' ? '_' : letter;
        }
        out += " " + words + "=" + number(report->verdicts(kind));
        any = true;
    }
    out += any ? "\n" : " none\n";
}

void print_calls(std::string& out, const driftline::TickReport& report)
{
    static const std::pair<const char*, driftline::ScorerMethod> methods[] = {
        {"score", driftline::ScorerMethod::score},
        {"live_score", driftline::ScorerMethod::live_score},
        {"alternative", driftline::ScorerMethod::best_alternative},
        {"fingerprint", driftline::ScorerMethod::node_fingerprint},
        {"chain_fingerprint", driftline::ScorerMethod::chain_fingerprint},
        {"cost", driftline::ScorerMethod::migration_cost},
    };
    const auto count = [&out](const char* name, std::uint64_t value) {
        if (value != 0) {
            out += std::string(" ") + name + "=" + number(value);
        }
        return value != 0;
    };
    if (report.deferred() != 0) {
        out += "deferred " + number(report.deferred()) + ", oldest " + time_text(report.deferred_age()) + "\n";
    }
    out += "calls";
    bool any = false;
    for (const auto& [name, method] : methods) {
        any = count(name, report.calls(method)) || any;
    }
    out += any ? "\n" : " none\n";
    if (report.invalid_scores() != 0 || report.invalid_alternatives() != 0) {
        out += "invalid";
        count("scores", report.invalid_scores());
        count("alternatives", report.invalid_alternatives());
        out += "\n";
    }
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
        return "error config" + config_field(error.what());
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
