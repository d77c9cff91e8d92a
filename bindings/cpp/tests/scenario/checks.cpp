// What a story does not print but must hold: a pass agrees with itself, with the state, and with what the scorer saw.
#include "story.hpp"

namespace scenario {

using driftline::Action;
using driftline::ActionDetails;
using driftline::Arm;
using driftline::Decision;
using driftline::Explanation;
using driftline::ScorerMethod;
using driftline::TickReport;
using driftline::Verdict;

// ---- The report ----

static void check_verdict_sum(Story& story, const TickReport& report)
{
    std::uint64_t sum = 0;
    for (std::uint32_t verdict = 0; verdict < DRIFTLINE_VERDICT_COUNT; verdict++) {
        sum += report.verdicts(static_cast<Verdict>(verdict));
    }
    if (sum != report.led()) {
        story.disagree("the verdicts do not add up to the led chains");
    }
}

static void check_calls(Story& story, const TickReport& report, bool is_of_table)
{
    // An inventory says nobody what it was asked, and what is put together asks as it likes.
    if (!is_of_table) {
        return;
    }
    Calls counted;
    for (std::uint32_t method = 0; method <= DRIFTLINE_METHOD_MIGRATION_COST; method++) {
        if (const std::uint64_t calls = report.calls(static_cast<ScorerMethod>(method))) {
            counted[static_cast<ScorerMethod>(method)] = calls;
        }
    }
    // Without a live score of its own the scorer is asked `score` where the library counts `live_score`.
    if (!story.world.live && counted.count(ScorerMethod::live_score) != 0) {
        counted[ScorerMethod::score] += counted[ScorerMethod::live_score];
        counted.erase(ScorerMethod::live_score);
    }
    if (counted != story.world.seen) {
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
    const std::uint64_t scores = report.calls(ScorerMethod::score);
    if (limit == 0 ? report.deferred() != 0 : scores > limit && report.rescored() > 1) {
        story.disagree("the limit of scores is not kept");
    }
}

void check_sample(Story& story, const TickReport& report)
{
    check_verdict_sum(story, report);
    check_calls(story, report, story.has_table);
    check_limit(story, report);
}

// ---- Actions: whom they may be about ----

const ActionDetails& details_of(const Action& action)
{
    if (const driftline::Eviction* eviction = action.eviction()) {
        return *eviction;
    }
    return *action.placement();
}

std::optional<NodeId> victim_of(const Action& action)
{
    const driftline::Eviction* eviction = action.eviction();
    return eviction != nullptr ? eviction->victim : action.placement()->victim;
}

static bool contains(const std::vector<NodeId>& nodes, NodeId node)
{
    return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
}

// The nodes that are drained, and those that are avoided now.
static std::vector<NodeId> closed_nodes(Story& story, Nanoseconds now)
{
    std::vector<NodeId> closed;
    for (const driftline::NodeTime& drain : *story.state->try_drains()) {
        closed.push_back(drain.node);
    }
    for (const driftline::NodeTime& avoided : *story.state->try_avoided()) {
        if (now < avoided.at) {
            closed.push_back(avoided.node);
        }
    }
    return closed;
}

static void check_excluded(Story& story, const driftline::Placement& placement,
                           const std::vector<NodeId>& holders, Nanoseconds now)
{
    const std::vector<NodeId>& exclude = placement.exclude;
    if (std::adjacent_find(exclude.begin(), exclude.end(), std::greater_equal<>()) != exclude.end()) {
        story.disagree("what a placement excludes is not ascending");
    }
    for (const NodeId node : holders) {
        if (!contains(exclude, node)) {
            story.disagree("a placement does not exclude a holder");
        }
    }
    for (const NodeId node : closed_nodes(story, now)) {
        if (!contains(exclude, node)) {
            story.disagree("a placement does not exclude a node that is drained or avoided");
        }
    }
    if (placement.target && contains(exclude, *placement.target)) {
        story.disagree("a placement excludes its target");
    }
}

static void check_action(Story& story, const Action& action, Nanoseconds now, bool is_lent)
{
    if (action.eviction() == nullptr && action.placement() == nullptr) {
        story.disagree("an action is neither an eviction nor a placement");
        return;
    }
    const auto info = story.state->try_chain(action.chain());
    if (!info) {
        story.disagree("an action is about a chain that does not exist");
        return;
    }
    const bool is_nobodys = info->holders.empty() && info->desired_replicas.value_or(0) == 0;
    if (info->leader != story.this_node || is_nobodys || info->claim_held) {
        story.disagree("an action is about a chain that is claimed or not led here");
    }
    if (action.revision() != info->revision) {
        story.disagree("an action has another revision than its chain");
    }
    if (const auto victim = victim_of(action); victim && !contains(info->holders, *victim)) {
        story.disagree("the victim of an action is no holder");
    }
    const driftline::Placement* placement = action.placement();
    if (placement != nullptr && is_lent) {
        check_excluded(story, *placement, info->holders, now);
    } else if (placement != nullptr && !placement->exclude.empty()) {
        story.disagree("an action excludes what nobody has kept for it");
    }
}

void check_actions(Story& story, const std::vector<Action>& actions, Nanoseconds now, bool is_lent)
{
    const auto frozen_until = *story.state->try_frozen_until();
    if (frozen_until && now < *frozen_until && !actions.empty()) {
        story.disagree("there are actions, although the state is frozen");
    }
    for (std::size_t at = 0; at < actions.size(); at++) {
        if (at > 0 && actions[at - 1].chain() >= actions[at].chain()) {
            story.disagree("the actions are not by ascending chain");
        }
        check_action(story, actions[at], now, is_lent);
    }
    // What was lent is still there, with all that belongs to it.
    const std::vector<Action> lent = story.scheduler->last_actions();
    const auto is_same = [](const Action& left, const Action& right) { return *left.try_text() == *right.try_text(); };
    if (is_lent && !std::equal(actions.begin(), actions.end(), lent.begin(), lent.end(), is_same)) {
        story.disagree("the last actions are other ones");
    }
}

// ---- A decision that is not carried out ----

void check_decision(Story& story, const Decision& decision, bool is_of_table)
{
    const auto is_scheduler = [](const Action& action) { return action.arm() == Arm::scheduler; };
    check_verdict_sum(story, decision.report);
    check_calls(story, decision.report, is_of_table);
    if (decision.report.deferred() != 0 || decision.report.deferred_age().count() != 0) {
        story.disagree("a pass that samples nothing defers something");
    }
    const auto moves = std::count_if(decision.actions.begin(), decision.actions.end(), is_scheduler);
    if (static_cast<std::uint64_t>(moves) != decision.report.verdicts(Verdict::evict)) {
        story.disagree("the report counts other evictions than there are actions");
    }
}

// ---- A tick ----

Led led_of(Story& story)
{
    Led led;
    for (const ChainId chain : *story.state->try_led_by(story.this_node)) {
        const auto explanation = story.scheduler->try_explain(*story.state, chain);
        if (!explanation) {
            story.disagree("a led chain cannot be explained");
            continue;
        }
        led.explanations.push_back(*explanation);
        led.in_flight.push_back(story.state->try_chain(chain)->in_flight);
    }
    return led;
}

static bool is_same_move(const Action& action, const Explanation& explanation)
{
    const ActionDetails& details = details_of(action);
    return action.chain() == explanation.chain() && victim_of(action) == explanation.victim()
        && details.target == explanation.alternative() && details.victim_score == explanation.live_score()
        && details.target_score == explanation.alternative_score() && details.gain == explanation.gain()
        && details.cost == explanation.cost();
}

// The scheduler's actions are the `evict` lines.
static void check_evictions(Story& story, const std::vector<Action>& actions, const Led& led)
{
    std::vector<Action> moves;
    for (const Action& action : actions) {
        if (action.arm() == Arm::scheduler) {
            moves.push_back(action);
        }
    }
    std::vector<Explanation> lines;
    for (const Explanation& explanation : led.explanations) {
        if (explanation.verdict() == Verdict::evict) {
            lines.push_back(explanation);
        }
    }
    if (!std::equal(moves.begin(), moves.end(), lines.begin(), lines.end(), is_same_move)) {
        story.disagree("the evict lines are not the actions of the scheduler");
    }
}

static void check_led(Story& story, const TickReport& report, const Led& led)
{
    std::map<Verdict, std::uint64_t> verdicts;
    for (const Explanation& explanation : led.explanations) {
        verdicts[explanation.verdict()] += 1;
    }
    // A chain on cooldown, for one, says that first, so there may be fewer.
    if (verdicts[Verdict::deferred] > report.deferred()) {
        story.disagree("more chains say deferred than are");
    }
    if (led.explanations.size() != report.led()) {
        story.disagree("the report counts other led chains than there are");
    }
    // Both add up to the led chains, so none is forgotten.
    for (const auto& [verdict, count] : verdicts) {
        if (report.verdicts(verdict) != count) {
            story.disagree("the report counts other verdicts than the lines");
        }
    }
}

// By the state, by the explanations and by the report the same chains are in flight.
static void check_flights(Story& story, const TickReport& report, const Led& led)
{
    std::uint64_t count = 0;
    for (std::size_t at = 0; at < led.explanations.size(); at++) {
        if (led.in_flight[at] != led.explanations[at].flight().has_value()) {
            story.disagree("state and explanation do not agree on what is in flight");
        }
        count += led.in_flight[at] ? 1 : 0;
    }
    if (report.in_flight() != count) {
        story.disagree("the report counts other moves in flight than there are");
    }
}

static void at_most(Story& story, std::uint64_t count, std::uint64_t limit, const char* what)
{
    if (limit != 0 && count > limit) {
        story.disagree(what);
    }
}

// How many flights have this node at one of their ends.
static std::uint64_t flights_at(const Led& led, std::optional<NodeId> driftline::Flight::*end,
                                std::optional<NodeId> node)
{
    std::uint64_t count = 0;
    for (const Explanation& explanation : led.explanations) {
        const auto flight = explanation.flight();
        count += node && flight && *flight.*end == node ? 1 : 0;
    }
    return count;
}

// No limit is exceeded by what the tick began: what was not in flight before.
static void check_new_moves(Story& story, const std::vector<Action>& actions, const Led& before, const Led& after)
{
    const driftline::SchedulerConfig config = *story.scheduler->try_config();
    const auto place_of = [](const Led& led, ChainId chain) {
        const auto found = std::find_if(led.explanations.begin(), led.explanations.end(),
                                        [&](const Explanation& one) { return one.chain() == chain; });
        return static_cast<std::size_t>(found - led.explanations.begin());
    };
    std::uint64_t new_moves = 0;
    for (const Action& action : actions) {
        const std::size_t earlier = place_of(before, action.chain());
        if (earlier < before.in_flight.size() && before.in_flight[earlier]) {
            continue;
        }
        new_moves += 1;
        const std::size_t place = place_of(after, action.chain());
        const auto flight = place < after.explanations.size() ? after.explanations[place].flight() : std::nullopt;
        if (flight) {
            at_most(story, flights_at(after, &driftline::Flight::victim, flight->victim),
                    config.max_in_flight_per_source, "more moves are in flight from one node than may be");
            at_most(story, flights_at(after, &driftline::Flight::target, flight->target),
                    config.max_in_flight_per_target, "more moves are in flight to one node than may be");
        }
    }
    at_most(story, new_moves, config.max_moves_per_tick, "a tick begins more moves than it may");
    if (new_moves > 0) {
        const auto flights = std::count(after.in_flight.begin(), after.in_flight.end(), true);
        at_most(story, static_cast<std::uint64_t>(flights), config.max_in_flight,
                "more moves are in flight than may be");
    }
}

void check_tick(Story& story, const Decision& decision, const Led& before, const Led& after)
{
    check_sample(story, decision.report);
    check_led(story, decision.report, after);
    check_evictions(story, decision.actions, after);
    check_flights(story, decision.report, after);
    check_new_moves(story, decision.actions, before, after);
}

} // namespace scenario
