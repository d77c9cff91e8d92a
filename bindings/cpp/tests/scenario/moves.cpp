// Commands about moves: hand-over, drains, transitions of verdicts.
#include "story.hpp"

namespace scenario {

// ---- Hand-over ----

static void command_export(Story& story, Arguments& arguments)
{
    const ChainId chain = parse_id(story, arguments.required("chain"));
    if (!arguments.end()) {
        return;
    }
    if (auto bytes = take(story, story.state->try_export_chain(chain))) {
        story.exported = std::move(bytes);
    }
}

static void command_import(Story& story, Arguments& arguments)
{
    const bool is_damaged = arguments.flag("damaged");
    if (!story.exported) {
        story.refuse("import without export");
    }
    if (!arguments.end()) {
        return;
    }
    std::vector<std::uint8_t> bytes = *story.exported;
    if (is_damaged) {
        std::uint8_t& byte = bytes[bytes.size() / 2];
        byte = static_cast<std::uint8_t>(byte ^ 1);
    }
    take(story, story.state->try_import_chain(bytes));
}

// ---- Drains ----

static void check_drain(Story& story, const driftline::DrainStatus& status)
{
    bool is_known = false;
    for (const driftline::NodeTime& drain : *story.state->try_drains()) {
        is_known = is_known || (drain.node == status.node && drain.at == status.deadline);
    }
    if (!is_known) {
        story.disagree("a drain has another deadline than the state says");
    }
    for (std::size_t at = 1; at < status.blocked.size(); at++) {
        if (status.blocked[at - 1].chain >= status.blocked[at].chain) {
            story.disagree("blocked chains are not ascending");
        }
    }
}

static void command_drain_status(Story& story, Arguments& arguments)
{
    const NodeId node = parse_id(story, arguments.required("node"));
    if (!arguments.end()) {
        return;
    }
    const auto found = take(story, story.scheduler->try_drain_status(*story.state, node));
    if (!found) {
        return;
    }
    if (!*found) {
        story.out += "drain " + number(node) + ": not draining\n";
        return;
    }
    const driftline::DrainStatus& status = **found;
    check_drain(story, status);
    story.out += "drain " + number(status.node) + ": left " + number(status.left) + ", moved " + number(status.moved)
        + ", in flight " + number(status.in_flight) + ", blocked";
    for (const driftline::Blocked& one : status.blocked) {
        story.out += " " + number(one.chain) + " " + verdict_word(one.verdict);
    }
    story.out += status.blocked.empty() ? " none" : "";
    story.out += status.at_risk ? ", at risk\n" : ", on time\n";
}

// ---- Transitions ----

static void command_transitions(Story& story, Arguments& arguments)
{
    if (!arguments.end()) {
        return;
    }
    const auto transitions = *story.scheduler->try_transitions(story.next_transition);
    if (transitions.size() > driftline::transition_ring_length) {
        story.disagree("more transitions are kept than are promised");
    }
    for (const driftline::Transition& one : transitions) {
        if (one.sequence < story.next_transition || one.sequence - transitions.front().sequence
                != static_cast<std::uint64_t>(&one - transitions.data())) {
            story.disagree("the transitions are not numbered one after the other");
        }
        story.out += time_text(one.at) + " " + (one.chain ? number(*one.chain) : "all");
        story.out += one.from ? " " + verdict_word(*one.from) : "";
        story.out += " ->";
        story.out += (one.to ? " " + verdict_word(*one.to) : "") + "\n";
    }
    if (transitions.empty()) {
        story.out += "transitions none\n";
    } else {
        story.next_transition = transitions.back().sequence + 1;
    }
}

// ---- By name ----

Command find_move(const std::string& name)
{
    static const std::map<std::string, Command> commands = {
        {"export", command_export},
        {"import", command_import},
        {"drain-status", command_drain_status},
        {"transitions", command_transitions},
    };
    const auto found = commands.find(name);
    return found == commands.end() ? nullptr : found->second;
}

} // namespace scenario
