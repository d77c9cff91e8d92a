// Several alternatives: a scorer's own, or one after the other.
#include "cluster.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace unit;
using driftline::Alternative;
using driftline::AlternativeAnswers;
using driftline::LocalScheduler;
using driftline::Scorer;

// An index of homes, best first. It keeps to what is excluded, and notes what that was.
class Index : public PlainScorer {
public:
    std::vector<Alternative> homes{{9, 0.95f}, {5, 0.9f}, {4, 0.85f}, {6, 0.8f}};
    std::vector<std::vector<NodeId>> asked;

    std::optional<Alternative> best_alternative(ChainId, driftline::span<const NodeId> exclude) override
    {
        intercept("best_alternative");
        asked.emplace_back(exclude.begin(), exclude.end());
        for (const Alternative& home : homes) {
            if (std::find(exclude.begin(), exclude.end(), home.node) == exclude.end()) {
                return home;
            }
        }
        return std::nullopt;
    }
};

class IndexOfMany final : public Index {
public:
    std::size_t capacity = 0;

    void alternatives(ChainId, driftline::span<const NodeId> exclude, AlternativeAnswers& out) override
    {
        intercept("alternatives");
        asked.emplace_back(exclude.begin(), exclude.end());
        capacity = out.capacity();
        for (const Alternative& home : homes) {
            if (std::find(exclude.begin(), exclude.end(), home.node) == exclude.end()) {
                out.add(home.node, home.score);
            }
        }
    }
};

using Lists = std::vector<std::vector<NodeId>>;

static std::vector<NodeId> found_by(driftline::PlacementScorer& scorer, const std::vector<NodeId>& exclude,
                                    std::size_t capacity)
{
    std::vector<driftline_alternative> places(capacity);
    AlternativeAnswers out(places);
    scorer.alternatives(7, exclude, out);
    std::vector<NodeId> nodes;
    for (std::size_t at = 0; at < out.size(); at++) {
        nodes.push_back(places[at].node);
    }
    return nodes;
}

TEST_CASE("by default several alternatives are asked for one after the other")
{
    Index index;
    CHECK(found_by(index, {1, 7}, 3) == std::vector<NodeId>{9, 5, 4});
    CHECK(index.asked == Lists{{1, 7}, {1, 7, 9}, {1, 5, 7, 9}});
    index.asked.clear();
    CHECK(found_by(index, {5}, 9) == std::vector<NodeId>{9, 4, 6});
    CHECK(index.asked.size() == 4);
    CHECK(found_by(index, {4, 5, 6, 9}, 9).empty());
    CHECK(found_by(index, {}, 0).empty());
}

TEST_CASE("a scorer that answers what is excluded is not asked for ever, and what it says is counted")
{
    PlainScorer always_nine;
    CHECK(found_by(always_nine, {1, 2}, 100) == std::vector<NodeId>{9, 9});
    CHECK(found_by(always_nine, {9}, 100) == std::vector<NodeId>{9});
    driftline::MeshState state = make_state();
    LocalScheduler scheduler(1, choosy({}), Scorer::borrow(always_nine));
    const auto decision = scheduler.tick(state, 0s);
    CHECK(decision.actions.at(0).target() == 9);
    CHECK(decision.report.invalid_alternatives() == 1);
}

// The second best, because the best is full.
static driftline::SchedulerConfig with_a_full_target()
{
    driftline::SchedulerConfig config = choosy({});
    config.move_timeout = 60s;
    config.max_in_flight_per_target = 1;
    return config;
}

template <class Kind>
static std::string targets(Kind& scorer)
{
    driftline::MeshState state = make_state();
    scorer.scores[2] = 0.2f;
    LocalScheduler scheduler(1, with_a_full_target(), Scorer::borrow(scorer));
    std::string text;
    for (const driftline::Action& action : scheduler.tick(state, 0s).actions) {
        text += action.text() + "; ";
    }
    return text;
}

TEST_CASE("a scorer with alternatives and one without come to the same decisions")
{
    Index one_by_one;
    IndexOfMany at_once;
    CHECK(targets(one_by_one) == targets(at_once));
    CHECK(targets(at_once) == "scheduler evict 7: 2 -> 9; scheduler evict 8: 2 -> 5; ");
    CHECK(at_once.capacity == 3);
    REQUIRE(at_once.asked.size() >= 2);
    CHECK(at_once.asked[0] == std::vector<NodeId>{1, 2, 3});
    REQUIRE(one_by_one.asked.size() >= 3);
    CHECK(one_by_one.asked[2] == std::vector<NodeId>{1, 2, 3, 5, 9});
}

TEST_CASE("several alternatives are only asked for where there may be several")
{
    driftline::MeshState state = make_state();
    IndexOfMany index;
    LocalScheduler scheduler(1, {}, Scorer::borrow(index));
    CHECK(scheduler.tick(state, 0s).actions.size() == 1);
    CHECK(index.capacity == 0);
    CHECK(index.asked.size() == 1);
    driftline::SchedulerConfig config;
    config.max_alternatives = 2;
    scheduler.configure(config);
    scheduler.tick(state = make_state(), 0s);
    CHECK(index.capacity == 2);
}

TEST_CASE("what closed a node is excluded, for one alternative and for several")
{
    driftline::MeshState state = make_state();
    state.apply({driftline::events::drain(9, 1h), driftline::events::avoid(5, 1h)});
    IndexOfMany index;
    for (const auto& config : {driftline::SchedulerConfig(), choosy({})}) {
        index.asked.clear();
        LocalScheduler scheduler(1, config, Scorer::borrow(index));
        scheduler.sample(state, 0s);
        CHECK(scheduler.decide(state, 0s).actions.at(0).target() == 4);
        CHECK(index.asked.at(0) == std::vector<NodeId>{1, 2, 3, 5, 9});
    }
}

TEST_CASE("a snapshot scorer asks the live one for several")
{
    driftline::MeshState state = make_state();
    IndexOfMany many;
    Index one;
    const Scorer over_many = driftline::SnapshotScorer({}, Scorer::borrow(many));
    const Scorer over_one = driftline::SnapshotScorer({}, Scorer::borrow(one));
    CHECK(over_many.capabilities().alternatives);
    CHECK_FALSE(over_one.capabilities().alternatives);
    CHECK(found_by(*over_many, {5}, 2) == std::vector<NodeId>{9, 4});
    CHECK(found_by(*over_one, {5}, 2) == std::vector<NodeId>{9, 4});
    many.intercept = [](std::string_view method) {
        if (method == "alternatives") {
            throw Trouble("no index");
        }
    };
    CHECK_THROWS_WITH_AS(driftline::diff_scheduler(state, Scorer::borrow(many), choosy({}), 1, 0s), "no index",
                         Trouble);
    const auto skipped = driftline::diff_scheduler(state, Scorer::borrow(many), choosy(skipping()), 1, 0s);
    REQUIRE(skipped.report.failures().size() == 1);
    CHECK(skipped.report.failures()[0].method == driftline::ScorerMethod::best_alternative);
    CHECK(skipped.report.failures()[0].chain == 7);
    CHECK(skipped.report.verdicts(driftline::Verdict::scorer_failed) == 1);
}
