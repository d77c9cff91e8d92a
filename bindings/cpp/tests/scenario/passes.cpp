// Ticks and the like: what they print, and what they must agree on.
#include "story.hpp"

namespace scenario {

using driftline::Action;
using driftline::Decision;
using driftline::TickReport;
using driftline::Verdict;

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

// ---- What a pass must agree on ----

static void check_report(Story& story, const TickReport& report)
{
    std::uint64_t sum = 0;
    std::uint64_t asked = 0;
    for (std::uint32_t verdict = 0; verdict < DRIFTLINE_VERDICT_COUNT; verdict++) {
        sum += report.verdicts(static_cast<Verdict>(verdict));
    }
    if (sum != report.led()) {
        story.disagree("the verdicts do not add up to the led chains");
    }
    for (std::uint32_t method = 0; method <= DRIFTLINE_METHOD_MIGRATION_COST; method++) {
        asked += report.calls(static_cast<driftline::ScorerMethod>(method));
    }
    const auto lines = std::count(story.world.asked.begin(), story.world.asked.end(), '\n');
    if (asked != static_cast<std::uint64_t>(lines)) {
        story.disagree("the report counts other questions than the scorer was asked");
    }
}

// L3: what is due is scored or left for later; a chain that is too large is scored alone.
static void check_limit(Story& story, const TickReport& report)
{
    const std::uint64_t limit = story.scheduler->try_config()->max_scores_per_tick;
    if (report.deferred() == 0 && report.deferred_age().count() != 0) {
        story.disagree("what is not deferred has an age");
    }
    if (!report.failures().empty()) {
        return;
    }
    if (report.fresh() + report.dirty() + report.backstop_due() != report.rescored() + report.deferred()) {
        story.disagree("a chain that is due was neither scored nor left for later");
    }
    const std::uint64_t scores = report.calls(driftline::ScorerMethod::score);
    if (limit == 0 ? report.deferred() != 0 : scores > limit && report.rescored() > 1) {
        story.disagree("the limit of scores is not kept");
    }
}

static void check_actions(Story& story, const Decision& decision)
{
    for (std::size_t at = 1; at < decision.actions.size(); at++) {
        if (decision.actions[at - 1].chain >= decision.actions[at].chain) {
            story.disagree("the actions are not by ascending chain");
        }
    }
}

static bool is_same_move(const Action& action, const driftline::Explanation& explanation)
{
    return action.chain == explanation.chain() && action.victim == explanation.victim()
        && action.target == explanation.alternative() && action.victim_score == explanation.live_score()
        && action.target_score == explanation.alternative_score() && action.gain == explanation.gain()
        && action.cost == explanation.cost();
}

// The explanations of the led chains: a line each, the same verdicts as the report, an action for each eviction.
static void print_led(Story& story, const Decision& decision)
{
    std::map<Verdict, std::uint64_t> verdicts;
    std::size_t evictions = 0;
    const auto led = *story.state->try_led_by(story.this_node);
    for (const ChainId chain : led) {
        const auto explanation = take(story, story.scheduler->try_explain(*story.state, chain));
        if (!explanation) {
            continue;
        }
        story.out += *explanation->try_text() + "\n";
        verdicts[explanation->verdict()] += 1;
        if (explanation->verdict() == Verdict::evict) {
            if (evictions >= decision.actions.size() || !is_same_move(decision.actions[evictions], *explanation)) {
                story.disagree("an evict line is no action");
            }
            evictions += 1;
        }
    }
    if (evictions != decision.actions.size()) {
        story.disagree("an action is no evict line");
    }
    if (led.size() != decision.report.led()) {
        story.disagree("the report counts other led chains than there are");
    }
    if (verdicts[Verdict::deferred] > decision.report.deferred()) {
        story.disagree("more chains say deferred than are");
    }
    for (const auto& [verdict, count] : verdicts) {
        if (decision.report.verdicts(verdict) != count) {
            story.disagree("the report counts other verdicts than the lines");
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
    story.world.asked.clear();
    const auto decision = take(story, story.scheduler->try_tick(*story.state, now));
    if (!decision) {
        return;
    }
    story.last_report = decision->report;
    print_sampled(story, decision->report);
    print_failures(story, decision->report);
    check_report(story, decision->report);
    check_limit(story, decision->report);
    check_actions(story, *decision);
    print_led(story, *decision);
    print_calls(story.out, decision->report);
}

static std::optional<TickReport> sample_once(Story& story, Nanoseconds now)
{
    story.world.asked.clear();
    auto report = take(story, story.scheduler->try_sample(*story.state, now));
    if (report) {
        story.last_report = report;
        check_report(story, *report);
        check_limit(story, *report);
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

// An action's numbers as the library prints a judgement: no floor, no gap.
static std::string action_line(const Action& action)
{
    const auto two = [](float score) { return format("%.2f", static_cast<double>(score)); };
    return number(action.chain) + " evict " + number(action.victim) + " -> " + number(action.target) + ": live "
        + two(action.victim_score) + ", gain " + two(action.gain) + ", cost "
        + (action.cost ? two(*action.cost) : "none") + "\n";
}

static void print_decision(Story& story, const Decision& decision)
{
    check_report(story, decision.report);
    check_actions(story, decision);
    if (decision.report.deferred() != 0 || decision.report.deferred_age().count() != 0) {
        story.disagree("a pass that samples nothing defers something");
    }
    if (decision.actions.size() != decision.report.verdicts(Verdict::evict)) {
        story.disagree("the report counts other evictions than there are actions");
    }
    for (const Action& action : decision.actions) {
        story.out += action_line(action);
    }
    print_verdicts(story.out, &decision.report);
    print_calls(story.out, decision.report);
}

static void command_decide(Story& story, Arguments& arguments)
{
    const Nanoseconds now = parse_time(story, arguments.bare());
    if (!arguments.end()) {
        return;
    }
    story.world.asked.clear();
    if (const auto decision = take(story, story.scheduler->try_decide(*story.state, now))) {
        print_failures(story, decision->report);
        print_decision(story, *decision);
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
    story.world.asked.clear();
    const auto decision = take(story, driftline::try_diff_scheduler(*story.state, make_scorer(story.world), config,
                                                                    story.this_node, now, already));
    if (decision) {
        if (decision->report.failures().size() != decision->report.capi().scorer_errors) {
            story.disagree("the report counts other failures than are listed");
        }
        print_decision(story, *decision);
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
