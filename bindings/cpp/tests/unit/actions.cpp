// Actions: what is known of them, what they say, and what becomes of what the library only lends.
#include "cluster.hpp"

#include <doctest/doctest.h>

using namespace unit;
using driftline::Action;
using driftline::Arm;
using driftline::Eviction;
using driftline::LocalScheduler;
using driftline::Placement;
namespace events = driftline::events;

static_assert(std::is_copy_constructible_v<Action> && std::is_nothrow_move_constructible_v<Action>);

// What one arm says, as C has it.
static driftline_action raw_of(std::uint32_t kind)
{
    driftline_action raw = {};
    raw.kind = kind;
    raw.chain = 7;
    raw.arm = DRIFTLINE_ARM_DRAIN;
    raw.victim = 3;
    raw.target = 9;
    raw.victim_score = 0.25f;
    raw.target_score = 0.75f;
    raw.gain = 0.5f;
    raw.cost = 0.125f;
    raw.revision = UINT64_MAX;
    return raw;
}

// What is known of an action, by name.
static std::string known(const Action& action)
{
    const driftline::ActionDetails& details = action.eviction() != nullptr
        ? static_cast<const driftline::ActionDetails&>(*action.eviction())
        : *action.placement();
    std::string text;
    text += action.placement() != nullptr && action.placement()->victim == 3 ? "victim " : "";
    text += details.target == 9 ? "target " : "";
    text += details.victim_score == 0.25f ? "victim_score " : "";
    text += details.target_score == 0.75f ? "target_score " : "";
    text += details.gain == 0.5f ? "gain " : "";
    text += details.cost == 0.125f ? "cost " : "";
    text += details.revision == UINT64_MAX ? "revision " : "";
    return text;
}

TEST_CASE("each flag says what is known, and nothing else")
{
    static const std::pair<std::uint32_t, const char*> flags[] = {
        {DRIFTLINE_ACTION_FLAG_VICTIM, "victim "},
        {DRIFTLINE_ACTION_FLAG_TARGET, "target "},
        {DRIFTLINE_ACTION_FLAG_VICTIM_SCORE, "victim_score "},
        {DRIFTLINE_ACTION_FLAG_TARGET_SCORE, "target_score "},
        {DRIFTLINE_ACTION_FLAG_GAIN, "gain "},
        {DRIFTLINE_ACTION_FLAG_COST, "cost "},
        {DRIFTLINE_ACTION_FLAG_REVISION, "revision "},
    };
    std::uint32_t all = 0;
    std::string everything;
    for (const auto& [flag, name] : flags) {
        driftline_action raw = raw_of(DRIFTLINE_ACTION_PLACE);
        raw.flags = flag;
        CHECK(known(Action(raw)) == name);
        CHECK(Action(raw).capi().flags == flag);
        all |= flag;
        everything += name;
    }
    driftline_action raw = raw_of(DRIFTLINE_ACTION_PLACE);
    CHECK(known(Action(raw)) == "");
    raw.flags = all;
    CHECK(known(Action(raw)) == everything);
    raw.kind = DRIFTLINE_ACTION_EVICT;
    CHECK("victim " + known(Action(raw)) == everything);
}

TEST_CASE("an action goes to C as it came")
{
    const std::uint64_t exclude[] = {1, 2, UINT64_MAX - 1};
    for (const auto kind : {std::uint32_t{DRIFTLINE_ACTION_EVICT}, std::uint32_t{DRIFTLINE_ACTION_PLACE}}) {
        driftline_action raw = raw_of(kind);
        raw.flags = 127;
        raw.exclude = kind == DRIFTLINE_ACTION_PLACE ? exclude : nullptr;
        raw.exclude_count = kind == DRIFTLINE_ACTION_PLACE ? 3 : 0;
        const Action action(raw);
        const driftline_action back = action.capi();
        CHECK(back.kind == raw.kind);
        CHECK(back.flags == raw.flags);
        CHECK(back.chain == raw.chain);
        CHECK(back.arm == raw.arm);
        CHECK(back.reserved == 0);
        CHECK(back.victim == raw.victim);
        CHECK(back.target == raw.target);
        CHECK(back.victim_score == raw.victim_score);
        CHECK(back.target_score == raw.target_score);
        CHECK(back.gain == raw.gain);
        CHECK(back.cost == raw.cost);
        CHECK(back.revision == raw.revision);
        CHECK(back.exclude_count == raw.exclude_count);
        // A copy of its own, and the last of what is excluded is there, too.
        const bool has_own = back.exclude == nullptr ? raw.exclude == nullptr : back.exclude != raw.exclude;
        CHECK(has_own);
        CHECK((back.exclude == nullptr || back.exclude[2] == UINT64_MAX - 1));
    }
    const driftline_action bare = Action(Placement()).capi();
    CHECK(bare.flags == 0);
    CHECK(bare.victim == DRIFTLINE_NONE);
    CHECK(bare.target == DRIFTLINE_NONE);
    CHECK(bare.revision == DRIFTLINE_NONE);
    CHECK(bare.gain != bare.gain);
    CHECK(bare.victim_score != bare.victim_score);
    CHECK(bare.target_score != bare.target_score);
    CHECK(bare.cost == 0.0f);
    CHECK(bare.exclude == nullptr);
}

TEST_CASE("an action is an eviction or a placement, and what both say is asked of either")
{
    Eviction eviction;
    eviction.chain = 7;
    eviction.victim = 3;
    eviction.target = 9;
    eviction.arm = Arm::drain;
    eviction.revision = 0;
    const Action leaves = eviction;
    CHECK(leaves.eviction()->victim == 3);
    CHECK(leaves.placement() == nullptr);
    CHECK(leaves.chain() == 7);
    CHECK(leaves.target() == 9);
    CHECK(leaves.arm() == Arm::drain);
    CHECK(leaves.revision() == 0);
    CHECK(leaves.text() == "drain evict 7: 3 -> 9 at revision 0");

    Placement placement;
    placement.chain = UINT64_MAX;
    placement.arm = Arm::count;
    const Action comes = placement;
    CHECK(comes.eviction() == nullptr);
    CHECK(comes.placement()->exclude.empty());
    CHECK(comes.chain() == UINT64_MAX);
    CHECK_FALSE(comes.target());
    CHECK(comes.arm() == Arm::count);
    CHECK_FALSE(comes.revision());
    CHECK(comes.text() == "count place 18446744073709551615, excluding none");
}

TEST_CASE("an action that a later library may know is neither")
{
    driftline_action raw = raw_of(77);
    raw.flags = DRIFTLINE_ACTION_FLAG_REVISION;
    raw.arm = 78;
    const Action action(raw);
    CHECK(action.eviction() == nullptr);
    CHECK(action.placement() == nullptr);
    CHECK(action.chain() == 7);
    CHECK(static_cast<std::uint32_t>(action.arm()) == 78);
    CHECK(action.revision() == UINT64_MAX);
    CHECK(action.capi().kind == 77);
    CHECK(action.try_text().error().code() == DRIFTLINE_RESULT_CONFIG);
}

TEST_CASE("what no library emits has no text")
{
    CHECK(Action(Eviction()).try_text().error().code() == DRIFTLINE_RESULT_ID);
    CHECK_THROWS_AS(Action(Eviction()).text(), driftline::DataError);
    Placement nowhere;
    nowhere.target = driftline::no_node;
    CHECK(Action(nowhere).try_text().error().code() == DRIFTLINE_RESULT_ID);
}

TEST_CASE("the text of a placement that excludes a thousand nodes is whole")
{
    Placement placement;
    for (NodeId node = 1; node <= 1000; node++) {
        placement.exclude.push_back(node);
    }
    const std::string text = Action(placement).text();
    CHECK(text.size() > 3800);
    CHECK(text.substr(text.size() - 9) == " 999 1000");
}

// Chain 7 is to have one holder more, and nodes 4 and 5 are no target.
static driftline::MeshState short_of_a_holder()
{
    driftline::MeshState state = make_state();
    state.apply({events::desired_replicas(7, 4), events::drain(5, 1h), events::avoid(4, 1h)});
    return state;
}

TEST_CASE("what a placement excludes outlives what was lent")
{
    driftline::MeshState state = short_of_a_holder();
    LocalScheduler scheduler(1);
    const std::vector<NodeId> excluded{1, 2, 3, 4, 5};
    const driftline::Decision decision = scheduler.tick(state, 0s);
    REQUIRE(decision.actions.size() == 1);
    REQUIRE(decision.actions[0].placement() != nullptr);
    CHECK(decision.actions[0].placement()->exclude == excluded);
    const std::vector<Action> again = scheduler.last_actions();
    CHECK(again.at(0).placement()->exclude == excluded);
    CHECK(again[0].placement()->exclude.data() != decision.actions[0].placement()->exclude.data());
    const Action copy = again[0];
    // The library fills its own place anew, and then gives it back.
    state.apply({events::desired_replicas(8, 3), events::drain_cancelled(5)});
    CHECK(scheduler.tick(state, 0s).actions.size() == 2);
    scheduler.close();
    CHECK(again[0].placement()->exclude == excluded);
    CHECK(copy.text() == "count place 7, excluding 1 2 3 4 5");
    CHECK(decision.actions[0].text() == copy.text());
}

TEST_CASE("a dry run says what a placement excludes, the decision by itself does not")
{
    driftline::MeshState state = make_state();
    driftline::SchedulerConfig config;
    config.move_order = driftline::MoveOrder::place_first;
    PlainScorer scorer;
    LocalScheduler scheduler(1, config, driftline::Scorer::borrow(scorer));
    scheduler.sample(state, 0s);
    const auto planned = scheduler.decide(state, 0s).actions;
    REQUIRE(planned.size() == 1);
    REQUIRE(planned[0].placement() != nullptr);
    CHECK(planned[0].placement()->exclude == std::vector<NodeId>{1, 2, 3});
    const auto judged = driftline::diff_scheduler(state, driftline::Scorer::borrow(scorer), config, 1, 0s).actions;
    REQUIRE(judged.size() == 1);
    REQUIRE(judged[0].placement() != nullptr);
    CHECK(judged[0].placement()->exclude.empty());
    CHECK(judged[0].placement()->victim == 3);
    CHECK(judged[0].placement()->gain == planned[0].placement()->gain);
}
