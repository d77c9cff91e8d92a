// Policies of classes.
#include "cluster.hpp"

#include <doctest/doctest.h>

using namespace unit;
using driftline::ClassMode;
using driftline::ClassPolicy;
using driftline::LocalScheduler;
using driftline::Verdict;
namespace events = driftline::events;

// One change of each field.
static const std::vector<void (*)(ClassPolicy&)> changes = {
    [](ClassPolicy& policy) { policy.score_floor = 0.0f; },
    [](ClassPolicy& policy) { policy.score_floor = 0.6f; },
    [](ClassPolicy& policy) { policy.hysteresis_gap = 0.0f; },
    [](ClassPolicy& policy) { policy.hysteresis_gap = 0.1f; },
    [](ClassPolicy& policy) { policy.cooldown = 0s; },
    [](ClassPolicy& policy) { policy.cooldown = driftline::Time::max(); },
    [](ClassPolicy& policy) { policy.cost_per_sec = 0.0f; },
    [](ClassPolicy& policy) { policy.cost_per_sec = 0.3f; },
    [](ClassPolicy& policy) { policy.mode = ClassMode::lazy(0.0f); },
    [](ClassPolicy& policy) { policy.mode = ClassMode::lazy(0.2f); },
    [](ClassPolicy& policy) { policy.mode = ClassMode::pinned(); },
    [](ClassPolicy& policy) { policy.mode = ClassMode::propose_only(); },
};

TEST_CASE("each field goes to the scheduler and comes back, and what was not set stays so")
{
    LocalScheduler scheduler(1);
    std::optional<ClassPolicy> previous;
    for (const auto change : changes) {
        ClassPolicy policy;
        change(policy);
        CHECK(policy != ClassPolicy());
        CHECK_FALSE(policy == ClassPolicy());
        CHECK(policy != previous);
        CHECK(scheduler.set_class_policy(UINT32_MAX, policy) == previous);
        CHECK(scheduler.class_policy(UINT32_MAX) == policy);
        CHECK_FALSE(scheduler.class_policy(0));
        previous = policy;
    }
    CHECK(scheduler.set_class_policy(UINT32_MAX, std::nullopt) == previous);
    CHECK_FALSE(scheduler.class_policy(UINT32_MAX));
    CHECK_FALSE(scheduler.set_class_policy(UINT32_MAX, std::nullopt));
    // A policy in which nothing is set is one all the same.
    scheduler.set_class_policy(0, ClassPolicy());
    CHECK(scheduler.class_policy(0) == ClassPolicy());
}

TEST_CASE("a mode says what it is")
{
    CHECK(ClassMode() == ClassMode::eager());
    CHECK(ClassMode::eager().kind() == ClassMode::Kind::eager);
    CHECK(ClassMode::lazy(0.25f).kind() == ClassMode::Kind::lazy);
    CHECK(ClassMode::pinned().kind() == ClassMode::Kind::pinned);
    CHECK(ClassMode::propose_only().kind() == ClassMode::Kind::propose_only);
    CHECK(ClassMode::lazy(0.25f).critical_floor() == 0.25f);
    CHECK_FALSE(ClassMode::pinned().critical_floor());
    CHECK(ClassMode::lazy(0.25f) != ClassMode::lazy(0.5f));
    CHECK(ClassMode::lazy(0.0f) != ClassMode::eager());
    CHECK_FALSE(ClassMode::pinned() == ClassMode::propose_only());
    constexpr ClassMode at_compile_time = ClassMode::lazy(0.5f);
    static_assert(at_compile_time.critical_floor() == 0.5f);
}

TEST_CASE("a refused policy names the field and changes nothing")
{
    LocalScheduler scheduler(1);
    ClassPolicy good;
    good.score_floor = 0.4f;
    scheduler.set_class_policy(5, good);
    ClassPolicy bad = good;
    bad.cost_per_sec = -1.0f;
    CHECK_THROWS_AS(scheduler.set_class_policy(5, bad), driftline::ConfigError);
    bad = good;
    bad.mode = ClassMode::lazy(1.5f);
    CHECK_THROWS_WITH_AS(scheduler.set_class_policy(5, bad), "config field critical_floor: 1.5 is not in [0, 1]",
                         driftline::ConfigError);
    bad.mode = ClassMode::lazy(std::numeric_limits<float>::quiet_NaN());
    CHECK(scheduler.try_set_class_policy(5, bad).error().code() == DRIFTLINE_RESULT_CONFIG);
    CHECK(scheduler.class_policy(5) == good);
}

TEST_CASE("there are as many policies as there is room for, and the limit is named")
{
    LocalScheduler scheduler(1);
    for (driftline::ClassId class_id = 0; class_id < 255; class_id++) {
        scheduler.set_class_policy(class_id, ClassPolicy());
    }
    const auto one_more = scheduler.try_set_class_policy(255, ClassPolicy());
    REQUIRE_FALSE(one_more);
    CHECK(one_more.error().code() == DRIFTLINE_RESULT_TOO_MANY);
    CHECK(std::string(one_more.error().code_name()) == "TOO_MANY");
    CHECK(std::string(one_more.error().what()).find("255") != std::string::npos);
    CHECK_THROWS_AS(scheduler.set_class_policy(255, ClassPolicy()), driftline::DataError);
    CHECK_FALSE(scheduler.class_policy(255));
    // One that has a policy may get another, and one that loses it makes room.
    scheduler.set_class_policy(254, ClassPolicy());
    scheduler.set_class_policy(254, std::nullopt);
    scheduler.set_class_policy(255, ClassPolicy());
}

TEST_CASE("chains are judged by the policy of their class, from the next call on")
{
    driftline::MeshState state = make_state();
    LocalScheduler scheduler(1, {}, FullScorer());
    scheduler.sample(state, 0s);
    const auto verdict = [&] {
        return scheduler.decide(state, 0s).report.verdicts(Verdict::evict) == 1 ? Verdict::evict
                                                                               : Verdict::not_sampled;
    };
    CHECK(verdict() == Verdict::evict);
    ClassPolicy policy;
    policy.mode = ClassMode::lazy(0.2f);
    scheduler.set_class_policy(5, policy);
    CHECK(verdict() == Verdict::evict);
    state.apply({events::chain_class(7, 5)});
    CHECK(scheduler.decide(state, 0s).report.verdicts(Verdict::healthy) == 2);
    policy.mode = ClassMode::pinned();
    scheduler.set_class_policy(5, policy);
    CHECK(scheduler.decide(state, 0s).report.verdicts(Verdict::pinned) == 1);
    policy.mode = ClassMode::propose_only();
    scheduler.set_class_policy(5, policy);
    const auto proposed = scheduler.tick(state, 0s);
    CHECK(proposed.actions.empty());
    CHECK(proposed.report.verdicts(Verdict::propose_only) == 1);
    const auto why = scheduler.explain(state, 7);
    CHECK(why.text() == "7 propose only 3 -> 9: live 0.30 under 0.50, gain 0.65 over 0.20, cost 0.02");
    scheduler.set_class_policy(5, std::nullopt);
    CHECK(verdict() == Verdict::evict);
    // Class 0 is that of all that were never given one.
    policy.mode = ClassMode::pinned();
    scheduler.set_class_policy(0, policy);
    CHECK(scheduler.decide(state, 0s).report.verdicts(Verdict::pinned) == 1);
}
