// Commands that set something up: scheduler, config, scorer.
#include "story.hpp"

namespace scenario {

void Story::end()
{
    if (scheduler && !scheduler->try_close()) {
        disagree("a scheduler could not be closed");
    }
    if (state && !state->try_close()) {
        disagree("a state could not be closed");
    }
    scheduler.reset();
    state.reset();
    if (world.alive != 0) {
        disagree("a scorer outlives its scheduler");
    }
}

static void install(Story& story)
{
    const auto installed = story.scheduler->try_install(make_scorer(story.world));
    if (!installed) {
        print_error(story, installed.error());
    }
}

static void command_node(Story& story, Arguments& arguments)
{
    const NodeId node = parse_id(story, arguments.bare());
    if (!arguments.end()) {
        return;
    }
    story.end();
    const Manner manner = story.world.manner;
    story.world = World();
    story.world.manner = manner;
    story.this_node = node;
    story.last_report.reset();
    story.state = take(story, driftline::MeshState::try_create());
    auto scheduler = driftline::LocalScheduler::try_create(node);
    if (!scheduler) {
        print_error(story, scheduler.error());
        return;
    }
    story.scheduler = std::move(scheduler).value();
    if (*story.scheduler->try_this_node() != node) {
        story.disagree("the scheduler is another node's");
    }
    install(story);
}

// One of two words.
static bool choose(Story& story, const std::string& word, const char* no, const char* yes)
{
    if (word != no && word != yes) {
        story.refuse("'" + word + "' is neither " + no + " nor " + yes);
    }
    return word == yes;
}

static void take_numbers(Story& story, Arguments& arguments, driftline::SchedulerConfig& config)
{
    if (const auto value = arguments.optional("score_floor")) {
        config.score_floor = parse_number(story, *value);
    }
    if (const auto value = arguments.optional("hysteresis_gap")) {
        config.hysteresis_gap = parse_number(story, *value);
    }
    if (const auto value = arguments.optional("cost_per_sec")) {
        config.cost_per_sec = parse_number(story, *value);
    }
    if (const auto value = arguments.optional("max_scores_per_tick")) {
        config.max_scores_per_tick = parse_integer(story, *value);
    }
}

static void take_times(Story& story, Arguments& arguments, driftline::SchedulerConfig& config)
{
    if (const auto value = arguments.optional("cooldown")) {
        config.cooldown = parse_time(story, *value);
    }
    if (const auto value = arguments.optional("decision_interval")) {
        config.decision_interval = parse_time(story, *value);
    }
    if (const auto value = arguments.optional("retry_backoff")) {
        config.retry_backoff = parse_time(story, *value);
    }
}

static void take_choices(Story& story, Arguments& arguments, driftline::SchedulerConfig& config)
{
    if (const auto value = arguments.optional("on_scorer_error")) {
        config.on_scorer_error = choose(story, *value, "abort", "skip_chain") ? driftline::OnScorerError::skip_chain
                                                                              : driftline::OnScorerError::abort;
    }
    if (const auto value = arguments.optional("fingerprint_mode")) {
        config.fingerprint_mode = choose(story, *value, "poll", "push") ? driftline::FingerprintMode::push
                                                                        : driftline::FingerprintMode::poll;
    }
    if (const auto value = arguments.optional("backstop_spread")) {
        config.backstop_spread = choose(story, *value, "off", "on");
    }
}

static void command_config(Story& story, Arguments& arguments)
{
    driftline::SchedulerConfig config = *story.scheduler->try_config();
    take_numbers(story, arguments, config);
    take_times(story, arguments, config);
    take_choices(story, arguments, config);
    if (!arguments.end()) {
        return;
    }
    const auto valid = config.try_validate();
    const auto configured = story.scheduler->try_configure(config);
    if (valid.has_value() != configured.has_value()) {
        story.disagree("what is valid is not what is accepted");
    }
    if (!configured) {
        print_error(story, configured.error());
    } else if (*story.scheduler->try_config() != config) {
        story.disagree("the config is not the one that was set");
    }
}

static void command_install(Story& story, Arguments& arguments)
{
    if (arguments.end()) {
        install(story);
    }
}

static void command_uninstall(Story& story, Arguments& arguments)
{
    if (!arguments.end()) {
        return;
    }
    const auto former = take(story, story.scheduler->registry().try_uninstall());
    if (former && !*former) {
        story.disagree("nothing was uninstalled");
    }
}

static void command_scorer(Story& story, Arguments& arguments)
{
    const auto option = [&](const char* key, bool& present) {
        if (const auto value = arguments.optional(key)) {
            present = choose(story, *value, "off", "on");
        }
    };
    option("batch", story.world.batch);
    option("live", story.world.live);
    option("chain_fingerprints", story.world.with_chain_fingerprints);
    if (arguments.end()) {
        install(story);
    }
}

Command find_setup(const std::string& name)
{
    static const std::map<std::string, Command> commands = {
        {"node", command_node},           {"config", command_config}, {"install", command_install},
        {"uninstall", command_uninstall}, {"scorer", command_scorer},
    };
    const auto found = commands.find(name);
    return found == commands.end() ? nullptr : found->second;
}

} // namespace scenario
