// Events and memberships.
#include "story.hpp"

namespace scenario {

namespace events = driftline::events;

// ---- Events ----

static void apply_collected(Story& story)
{
    auto applied = story.state->try_apply(story.events);
    // An inventory is told what has happened, not what was refused.
    if (applied && story.inventory) {
        applied = story.inventory->try_follow(story.events);
    }
    story.events.clear();
    if (!applied) {
        print_error(story, applied.error());
    }
}

static void collect(Story& story, const driftline::Event& event)
{
    story.events.push_back(event);
    if (!story.collecting) {
        apply_collected(story);
    }
}

static void holder_events(Story& story, Arguments& arguments, driftline::Event (*make)(ChainId, NodeId))
{
    const ChainId chain = parse_id(story, arguments.required("chain"));
    const auto nodes = parse_list(story, arguments.required("nodes"), parse_id);
    if (!arguments.end()) {
        return;
    }
    for (const NodeId node : nodes) {
        story.events.push_back(make(chain, node));
    }
    if (!story.collecting) {
        apply_collected(story);
    }
}

static void command_add(Story& story, Arguments& arguments) { holder_events(story, arguments, events::holder_added); }

static void command_remove(Story& story, Arguments& arguments)
{
    holder_events(story, arguments, events::holder_removed);
}

// An event about one chain.
static void chain_event(Story& story, Arguments& arguments, driftline::Event (*make)(ChainId))
{
    const ChainId chain = parse_id(story, arguments.required("chain"));
    if (arguments.end()) {
        collect(story, make(chain));
    }
}

// About one node.
static void node_event(Story& story, Arguments& arguments, driftline::Event (*make)(NodeId))
{
    const NodeId node = parse_id(story, arguments.required("node"));
    if (arguments.end()) {
        collect(story, make(node));
    }
}

// About one chain and one node.
static void pair_event(Story& story, Arguments& arguments, driftline::Event (*make)(ChainId, NodeId))
{
    const ChainId chain = parse_id(story, arguments.required("chain"));
    const NodeId node = parse_id(story, arguments.required("node"));
    if (arguments.end()) {
        collect(story, make(chain, node));
    }
}

// About one node and a time.
static void time_event(Story& story, Arguments& arguments, const char* key,
                       driftline::Event (*make)(NodeId, driftline::Time))
{
    const NodeId node = parse_id(story, arguments.required("node"));
    const Nanoseconds time = parse_time(story, arguments.required(key));
    if (arguments.end()) {
        collect(story, make(node, time));
    }
}

static void command_lead(Story& story, Arguments& arguments) { pair_event(story, arguments, events::leader_set); }

static void command_unlead(Story& story, Arguments& arguments)
{
    chain_event(story, arguments, events::leader_cleared);
}
static void command_delete(Story& story, Arguments& arguments) { chain_event(story, arguments, events::chain_removed); }
static void command_claim(Story& story, Arguments& arguments) { chain_event(story, arguments, events::claim_acquired); }
static void command_release(Story& story, Arguments& arguments)
{
    chain_event(story, arguments, events::claim_released);
}
static void command_fail(Story& story, Arguments& arguments) { chain_event(story, arguments, events::move_failed); }

static void command_force_evict(Story& story, Arguments& arguments)
{
    pair_event(story, arguments, events::force_evict);
}
static void command_force_place(Story& story, Arguments& arguments)
{
    pair_event(story, arguments, events::force_place);
}

static void command_drain(Story& story, Arguments& arguments)
{
    time_event(story, arguments, "deadline", events::drain);
}
static void command_undrain(Story& story, Arguments& arguments)
{
    node_event(story, arguments, events::drain_cancelled);
}
static void command_avoid(Story& story, Arguments& arguments) { time_event(story, arguments, "until", events::avoid); }

static void command_desire(Story& story, Arguments& arguments)
{
    const ChainId chain = parse_id(story, arguments.required("chain"));
    const std::uint32_t count = parse_small_integer(story, arguments.required("count"));
    if (arguments.end()) {
        collect(story, events::desired_replicas(chain, count));
    }
}

static void command_revision(Story& story, Arguments& arguments)
{
    const ChainId chain = parse_id(story, arguments.required("chain"));
    const std::uint64_t revision = parse_integer(story, arguments.required("value"));
    if (arguments.end()) {
        collect(story, events::chain_revision(chain, revision));
    }
}

static void command_class(Story& story, Arguments& arguments)
{
    const ChainId chain = parse_id(story, arguments.required("chain"));
    const driftline::ClassId class_id = parse_small_integer(story, arguments.required("class"));
    if (arguments.end()) {
        collect(story, events::chain_class(chain, class_id));
    }
}

static void command_freeze(Story& story, Arguments& arguments)
{
    const Nanoseconds until = parse_time(story, arguments.required("until"));
    if (arguments.end()) {
        collect(story, events::freeze_until(until));
    }
}

static void command_thaw(Story& story, Arguments& arguments)
{
    if (arguments.end()) {
        collect(story, events::thaw());
    }
}

static void command_touch(Story& story, Arguments& arguments)
{
    const auto node = arguments.optional("node");
    if (!node) {
        chain_event(story, arguments, events::chain_touched);
        return;
    }
    const NodeId id = parse_id(story, *node);
    if (arguments.end()) {
        collect(story, events::node_touched(id));
    }
}

static void command_commit(Story& story, Arguments& arguments)
{
    if (!story.collecting) {
        story.refuse("commit without begin");
    }
    if (arguments.end()) {
        story.collecting = false;
        apply_collected(story);
    }
}

static void command_begin(Story& story, Arguments& arguments)
{
    if (arguments.end()) {
        story.collecting = true;
    }
}

// ---- Membership ----

struct Membership {
    std::vector<std::uint64_t> chains, leaders, offsets, holders;
};

static void load(Story& story, const Membership& membership)
{
    auto loaded =
        story.state->try_load(membership.chains, membership.leaders, membership.offsets, membership.holders);
    if (loaded && story.inventory) {
        loaded =
            story.inventory->try_load(membership.chains, membership.leaders, membership.offsets, membership.holders);
    }
    if (!loaded) {
        print_error(story, loaded.error());
    }
}

// "7:1:1,2,3"
static void take_chain(Story& story, Membership& membership, const std::string& text)
{
    const std::size_t leader = text.find(':');
    const std::size_t holders = leader == std::string::npos ? leader : text.find(':', leader + 1);
    if (holders == std::string::npos) {
        story.refuse("'" + text + "' is not CHAIN:LEADER:HOLDERS");
        return;
    }
    membership.chains.push_back(parse_id(story, text.substr(0, leader)));
    membership.leaders.push_back(parse_leader(story, text.substr(leader + 1, holders - leader - 1)));
    const auto list = parse_list(story, text.substr(holders + 1), parse_id);
    membership.holders.insert(membership.holders.end(), list.begin(), list.end());
    membership.offsets.push_back(membership.holders.size());
}

static void command_load(Story& story, Arguments& arguments)
{
    Membership membership;
    membership.offsets.push_back(0);
    for (const std::string& text : arguments.all_bare()) {
        take_chain(story, membership, text);
    }
    if (arguments.end()) {
        load(story, membership);
    }
}

static void command_load_raw(Story& story, Arguments& arguments)
{
    Membership membership;
    membership.chains = parse_list(story, arguments.required("chains"), parse_id);
    membership.leaders = parse_list(story, arguments.required("leaders"), parse_leader);
    membership.offsets = parse_list(story, arguments.required("offsets"), parse_integer);
    membership.holders = parse_list(story, arguments.required("holders"), parse_id);
    const std::uint64_t last = membership.offsets.empty() ? 0 : membership.offsets.back();
    if (membership.leaders.size() != membership.chains.size()
        || membership.offsets.size() != membership.chains.size() + 1 || membership.holders.size() != last) {
        story.refuse("arrays of these lengths are none of the language");
    }
    if (arguments.end()) {
        load(story, membership);
    }
}

// ---- By name ----

Command find_event(const std::string& name)
{
    static const std::map<std::string, Command> commands = {
        {"add", command_add},
        {"remove", command_remove},
        {"lead", command_lead},
        {"unlead", command_unlead},
        {"delete", command_delete},
        {"claim", command_claim},
        {"release", command_release},
        {"touch", command_touch},
        {"desire", command_desire},
        {"revision", command_revision},
        {"class", command_class},
        {"drain", command_drain},
        {"undrain", command_undrain},
        {"avoid", command_avoid},
        {"freeze", command_freeze},
        {"thaw", command_thaw},
        {"force-evict", command_force_evict},
        {"force-place", command_force_place},
        {"fail", command_fail},
        {"commit", command_commit},
    };
    const auto found = commands.find(name);
    return found == commands.end() ? nullptr : found->second;
}

Command find_membership(const std::string& name)
{
    static const std::map<std::string, Command> commands = {
        {"begin", command_begin},
        {"load", command_load},
        {"load-raw", command_load_raw},
    };
    const auto found = commands.find(name);
    return found == commands.end() ? nullptr : found->second;
}

} // namespace scenario
