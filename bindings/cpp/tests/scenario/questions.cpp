// Questions: they print what the library remembers and change nothing.
#include "story.hpp"

#include <cinttypes>

namespace scenario {

static std::string time_or_never(std::optional<Nanoseconds> time) { return time ? time_text(*time) : "never"; }

static std::string ids(const std::vector<std::uint64_t>& list)
{
    std::string text;
    for (const std::uint64_t id : list) {
        text += " " + number(id);
    }
    return list.empty() ? " none" : text;
}

// ---- The scheduler ----

static void command_explain(Story& story, Arguments& arguments)
{
    const ChainId chain = parse_id(story, arguments.required("chain"));
    if (!arguments.end()) {
        return;
    }
    if (const auto explanation = take(story, story.scheduler->try_explain(*story.state, chain))) {
        story.out += *explanation->try_text() + "; since " + time_or_never(explanation->since()) + ", sampled "
            + time_or_never(explanation->sampled_at()) + "\n";
    }
}

static void command_why(Story& story, Arguments& arguments)
{
    const ChainId chain = parse_id(story, arguments.required("chain"));
    if (!arguments.end()) {
        return;
    }
    if (const auto explanation = take(story, story.scheduler->try_explain(*story.state, chain))) {
        story.out += *explanation->try_sentence() + "\n";
    }
}

static void command_history(Story& story, Arguments& arguments)
{
    const ChainId chain = parse_id(story, arguments.required("chain"));
    if (!arguments.end()) {
        return;
    }
    const auto history = take(story, story.scheduler->try_history(chain));
    if (!history) {
        return;
    }
    story.out += "history " + number(chain) + ":";
    if (history->samples.empty()) {
        story.out += " empty\n";
        return;
    }
    for (const driftline::Sample& sample : history->samples) {
        story.out += " " + time_text(sample.at) + format("=%.2f", static_cast<double>(sample.worst_score));
    }
    story.out += format(", ewma %.2f, ", static_cast<double>(*history->ewma)) + trend_name(history->trend) + "\n";
}

static void command_ewma(Story& story, Arguments& arguments)
{
    const ChainId chain = parse_id(story, arguments.required("chain"));
    if (!arguments.end()) {
        return;
    }
    const auto history = take(story, story.scheduler->try_history(chain));
    if (!history) {
        return;
    }
    std::uint32_t bits = 0;
    if (history->ewma) {
        std::memcpy(&bits, &*history->ewma, sizeof bits);
    }
    story.out += "ewma " + number(chain) + ": " + (history->ewma ? format("0x%08" PRIx32, bits) : "none") + "\n";
}

static void command_cells(Story& story, Arguments& arguments)
{
    const ChainId chain = parse_id(story, arguments.required("chain"));
    if (!arguments.end()) {
        return;
    }
    const auto cells = take(story, story.scheduler->try_cells(chain));
    if (!cells) {
        return;
    }
    story.out += "cells " + number(chain) + ":";
    for (const driftline::Cell& cell : *cells) {
        story.out += " " + number(cell.node) + format("=%.2f", static_cast<double>(cell.score));
    }
    story.out += cells->empty() ? " none\n" : "\n";
}

static void command_asked(Story& story, Arguments& arguments)
{
    if (arguments.end()) {
        story.out += story.world.asked.empty() ? "asked nothing\n" : story.world.asked;
    }
}

static void command_verdicts(Story& story, Arguments& arguments)
{
    if (arguments.end()) {
        print_verdicts(story.out, story.last_report ? &*story.last_report : nullptr);
    }
}

// ---- The state ----

static std::string facts(const driftline::ChainInfo& info)
{
    std::string text;
    text += info.desired_replicas ? ", desired " + number(*info.desired_replicas) : "";
    text += info.class_id != 0 ? ", class " + number(info.class_id) : "";
    text += info.revision ? ", revision " + number(*info.revision) : "";
    text += info.in_flight ? ", in flight" : "";
    text += info.pending_eviction || info.pending_placement ? ", ordered" : "";
    text += info.pending_eviction ? " " + number(*info.pending_eviction) : "";
    text += info.pending_placement ? " -> " + number(*info.pending_placement) : "";
    return text;
}

static void command_state(Story& story, Arguments& arguments)
{
    const ChainId chain = parse_id(story, arguments.required("chain"));
    if (!arguments.end()) {
        return;
    }
    const auto info = story.state->try_chain(chain);
    if (!info && info.error().code() == DRIFTLINE_RESULT_UNKNOWN_CHAIN) {
        story.out += "state " + number(chain) + ": no such chain\n";
        return;
    }
    if (!info) {
        print_error(story, info.error());
        return;
    }
    story.out += "state " + number(chain) + ": leader " + (info->leader ? number(*info->leader) : "none") + ", holders"
        + ids(info->holders) + ", claim " + (info->claim_held ? "held" : "free") + ", last rebalance "
        + time_or_never(info->last_rebalance) + facts(*info) + "\n";
    const auto eligible = *driftline::MigrationEligible::try_check(*story.state, chain);
    if (eligible.has_value() == info->claim_held || (eligible && eligible->chain() != chain)) {
        story.disagree("a chain is eligible exactly when no claim is held on it");
    }
}

static void command_chains(Story& story, Arguments& arguments)
{
    if (arguments.end()) {
        story.out += "chains" + ids(*story.state->try_chains()) + "\n";
    }
}

static void command_on(Story& story, Arguments& arguments)
{
    const NodeId node = parse_id(story, arguments.required("node"));
    if (!arguments.end()) {
        return;
    }
    if (const auto chains = take(story, story.state->try_chains_on(node))) {
        story.out += "on " + number(node) + ":" + ids(*chains) + "\n";
    }
}

static void command_digest(Story& story, Arguments& arguments)
{
    if (arguments.end()) {
        story.out += format("digest 0x%016" PRIx64 "\n", *story.state->try_digest());
    }
}

static void command_digest_mark(Story& story, Arguments& arguments)
{
    if (arguments.end()) {
        story.mark = *story.state->try_digest();
    }
}

static void command_digest_check(Story& story, Arguments& arguments)
{
    if (!story.mark) {
        story.refuse("digest-check before digest-mark");
    }
    if (arguments.end()) {
        const bool same = *story.state->try_digest() == *story.mark;
        story.out += std::string("digest ") + (same ? "unchanged" : "changed") + " since mark\n";
    }
}

// ---- By name ----

Command find_question(const std::string& name)
{
    static const std::map<std::string, Command> commands = {
        {"explain", command_explain},
        {"why", command_why},
        {"history", command_history},
        {"ewma", command_ewma},
        {"cells", command_cells},
        {"asked", command_asked},
        {"verdicts", command_verdicts},
        {"state", command_state},
        {"chains", command_chains},
        {"on", command_on},
        {"digest", command_digest},
        {"digest-mark", command_digest_mark},
        {"digest-check", command_digest_check},
    };
    const auto found = commands.find(name);
    return found == commands.end() ? nullptr : found->second;
}

} // namespace scenario
