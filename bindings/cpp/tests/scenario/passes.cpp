// Ticks and the like: what they print.
#include "story.hpp"

namespace scenario {

using driftline::Action;
using driftline::Decision;
using driftline::TickReport;

// ---- What a pass prints first ----

static const char* cause_name(driftline::SampleCause cause)
{
    switch (cause) {
    case driftline::SampleCause::fresh:
        return "new";
    case driftline::SampleCause::dirty:
        return "dirty";
    case driftline::SampleCause::backstop:
        return "backstop";
    }
    return "unknown cause";
}

static void print_sampled_chain(Story& story, const driftline::ScoreSnapshot& snapshot,
                                const driftline::Sampled& sampled)
{
    std::string& out = story.out;
    const auto cells = *story.scheduler->try_cells(sampled.chain);
    out += "sampled " + number(sampled.chain) + " (" + cause_name(sampled.cause) + "):";
    if (cells.empty()) {
        out += " none\n";
        return;
    }
    for (const driftline::Cell& cell : cells) {
        out += " " + number(cell.node) + format("=%.2f", static_cast<double>(cell.score));
        if (snapshot.score(sampled.chain, cell.node) != cell.score) {
            story.disagree("the snapshot has another score");
        }
    }
    const auto worst = snapshot.worst(sampled.chain);
    const auto history = *story.scheduler->try_history(sampled.chain);
    if (!worst || snapshot.cells(sampled.chain).size() != cells.size()) {
        story.disagree("the snapshot lacks a sampled chain");
        return;
    }
    out += ", worst " + number(worst->node) + format("=%.2f, ", static_cast<double>(worst->score))
        + trend_name(history.trend) + "\n";
}

static void print_sampled(Story& story, const TickReport& report)
{
    const auto sampled = *story.scheduler->try_sampled();
    const auto snapshot = *story.scheduler->try_snapshot(*story.state);
    for (const driftline::Sampled& one : sampled) {
        print_sampled_chain(story, snapshot, one);
    }
    if (sampled.empty()) {
        story.out += "sampled none\n";
    }
    if (sampled.size() != report.rescored()) {
        story.disagree("the report counts other re-scored chains than are listed");
    }
}

static void print_failures(Story& story, const TickReport& report)
{
    for (const driftline::Failure& failure : report.failures()) {
        story.out += std::string("failed ") + method_name(failure.method);
        story.out += failure.chain ? " chain=" + number(*failure.chain) : "";
        story.out += failure.node ? " node=" + number(*failure.node) : "";
        story.out += " code=" + std::to_string(failure.code) + "\n";
        if (story.world.manner.throws != (failure.cause != nullptr)) {
            story.disagree("a failure has a cause exactly when the scorer threw one");
        }
    }
    if (report.failures().size() != report.capi().scorer_errors) {
        story.disagree("the report counts other failures than are listed");
    }
}

// ---- What a pass prints of its decision ----

// An eviction by the scheduler that carries no revision has said all of it elsewhere.
static void print_actions(Story& story, const std::vector<Action>& actions)
{
    for (const Action& action : actions) {
        if (action.eviction() == nullptr || action.arm() != driftline::Arm::scheduler || action.revision()) {
            story.out += "action " + *action.try_text() + "\n";
        }
    }
}

// ---- Passes ----

static void command_tick(Story& story, Arguments& arguments)
{
    const Nanoseconds now = parse_time(story, arguments.bare());
    if (!arguments.end()) {
        return;
    }
    const Led before = led_of(story);
    story.world.begin_pass();
    const auto decision = take(story, story.scheduler->try_tick(*story.state, now));
    if (!decision) {
        return;
    }
    const Led after = led_of(story);
    story.last_report = decision->report;
    check_actions(story, decision->actions, now, true);
    check_tick(story, *decision, before, after);
    print_sampled(story, decision->report);
    print_failures(story, decision->report);
    for (const driftline::Explanation& explanation : after.explanations) {
        story.out += *explanation.try_text() + "\n";
    }
    print_actions(story, decision->actions);
    print_calls(story.out, decision->report);
}

static std::optional<TickReport> sample_once(Story& story, Nanoseconds now)
{
    story.world.begin_pass();
    auto report = take(story, story.scheduler->try_sample(*story.state, now));
    if (report) {
        story.last_report = report;
        check_sample(story, *report);
    }
    return report;
}

static void print_sample(Story& story, const TickReport& report)
{
    print_sampled(story, report);
    print_failures(story, report);
    print_calls(story.out, report);
}

static void command_sample(Story& story, Arguments& arguments)
{
    const Nanoseconds now = parse_time(story, arguments.bare());
    if (arguments.end()) {
        if (const auto report = sample_once(story, now)) {
            print_sample(story, *report);
        }
    }
}

static void command_samples(Story& story, Arguments& arguments)
{
    const Nanoseconds from = parse_time(story, arguments.required("from"));
    const Nanoseconds every = parse_time(story, arguments.required("every"));
    const std::uint64_t count = parse_integer(story, arguments.required("count"));
    if (count == 0 || (every.count() != 0 && (UINT64_MAX - from.count()) / every.count() < count - 1)) {
        story.refuse("no sample, or one beyond all time");
    }
    if (!arguments.end()) {
        return;
    }
    std::optional<TickReport> report;
    for (std::uint64_t at = 0; at < count; at++) {
        report = sample_once(story, from + at * every);
        if (!report) {
            return;
        }
    }
    print_sample(story, *report);
}

// A move of the scheduler's as the library prints the judgement behind it: no floor, no gap.
static std::string judgement(const Action& action)
{
    const driftline::ActionDetails& details = details_of(action);
    const auto two = [](std::optional<float> score) {
        return score ? format("%.2f", static_cast<double>(*score)) : "none";
    };
    return number(action.chain()) + " evict " + number(*victim_of(action)) + " -> " + number(*details.target)
        + ": live " + two(details.victim_score) + ", gain " + two(details.gain) + ", cost " + two(details.cost) + "\n";
}

static void print_decision(Story& story, const Decision& decision, bool is_of_table)
{
    check_decision(story, decision, is_of_table);
    for (const Action& action : decision.actions) {
        if (action.arm() == driftline::Arm::scheduler) {
            story.out += judgement(action);
        }
    }
    print_actions(story, decision.actions);
    print_verdicts(story.out, &decision.report);
    print_calls(story.out, decision.report);
}

static void command_decide(Story& story, Arguments& arguments)
{
    const Nanoseconds now = parse_time(story, arguments.bare());
    if (!arguments.end()) {
        return;
    }
    story.world.begin_pass();
    if (const auto decision = take(story, story.scheduler->try_decide(*story.state, now))) {
        check_actions(story, decision->actions, now, true);
        print_failures(story, decision->report);
        print_decision(story, *decision, story.has_table);
    }
}

static void command_diff(Story& story, Arguments& arguments)
{
    const Nanoseconds now = parse_time(story, arguments.bare());
    const auto value = arguments.optional("already");
    const auto already = value ? parse_list(story, *value, parse_id) : std::vector<ChainId>();
    if (!arguments.end()) {
        return;
    }
    const driftline::SchedulerConfig config = *story.scheduler->try_config();
    story.world.begin_pass();
    const auto decision = take(story, driftline::try_diff_scheduler(*story.state, make_scorer(story.world), config,
                                                                    story.this_node, now, already));
    if (decision) {
        if (decision->report.failures().size() != decision->report.capi().scorer_errors) {
            story.disagree("the report counts other failures than are listed");
        }
        check_actions(story, decision->actions, now, false);
        print_decision(story, *decision, true);
    }
}

Command find_pass(const std::string& name)
{
    static const std::map<std::string, Command> commands = {
        {"tick", command_tick},     {"sample", command_sample}, {"samples", command_samples},
        {"decide", command_decide}, {"diff", command_diff},
    };
    const auto found = commands.find(name);
    return found == commands.end() ? nullptr : found->second;
}

} // namespace scenario
