// Commands that set something up: scheduler and scorer.
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
    if (inventory && !inventory->try_close()) {
        disagree("an inventory could not be closed");
    }
    scheduler.reset();
    state.reset();
    inventory.reset();
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
    story.has_table = true;
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
    story.next_transition = 0;
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
    if (former && static_cast<bool>(*former) != story.has_table) {
        story.disagree("what was uninstalled is not what was installed");
    }
}

static void command_scorer(Story& story, Arguments& arguments)
{
    const auto option = [&](const char* key, bool& present) {
        if (const auto value = arguments.optional(key)) {
            present = parse_switch(story, *value);
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
        {"node", command_node},
        {"install", command_install},
        {"uninstall", command_uninstall},
        {"scorer", command_scorer},
    };
    const auto found = commands.find(name);
    return found == commands.end() ? nullptr : found->second;
}

} // namespace scenario
