// Scorers come and go: who holds them, and until when.
#include "cluster.hpp"

#include <doctest/doctest.h>

using namespace unit;
using driftline::LocalScheduler;
using driftline::Scorer;

TEST_CASE("installing returns the previous scorer, and every led chain is due")
{
    driftline::MeshState state = make_state();
    LocalScheduler scheduler(1);
    const Scorer first = FullScorer();
    const Scorer second = FullScorer();
    CHECK_FALSE(scheduler.install(first));
    CHECK(scheduler.sample(state, 0s).rescored() == 2);
    CHECK(scheduler.sample(state, 0s).rescored() == 0);
    CHECK(scheduler.install(second) == first);
    CHECK(scheduler.sample(state, 0s).rescored() == 2);
    CHECK(scheduler.registry().install(first) == second);
    CHECK(scheduler.registry().uninstall() == first);
    CHECK(code_of([&] { scheduler.uninstall(); }) == DRIFTLINE_RESULT_NO_SCORER);
    CHECK(code_of([&] { scheduler.registry().uninstall(); }) == DRIFTLINE_RESULT_NO_SCORER);
    CHECK(scheduler.registry().try_install(second).has_value());
    CHECK(*scheduler.registry().try_uninstall() == second);
    CHECK(scheduler.tick(state, 0s).report.verdicts(driftline::Verdict::not_sampled) == 2);
}

TEST_CASE("a scorer lives as long as somebody holds it, and no longer")
{
    const int before = Counted::alive;
    {
        LocalScheduler scheduler(1, {}, PlainScorer());
        CHECK(Counted::alive == before + 1);
        scheduler.install(PlainScorer());
        CHECK(Counted::alive == before + 1);
        Scorer former = scheduler.install(PlainScorer());
        CHECK(Counted::alive == before + 2);
        former = Scorer();
        CHECK(Counted::alive == before + 1);
        scheduler.uninstall();
        CHECK(Counted::alive == before);
        scheduler.install(std::make_unique<PlainScorer>());
        CHECK(Counted::alive == before + 1);
    }
    CHECK(Counted::alive == before);
}

TEST_CASE("one scorer serves several schedulers")
{
    const int before = Counted::alive;
    driftline::MeshState state = make_state();
    state.apply({driftline::events::leader_set(8, 2)});
    {
        const Scorer shared = std::make_shared<PlainScorer>();
        LocalScheduler first(1, {}, shared);
        LocalScheduler second(2, {}, shared);
        CHECK(first.tick(state, 0s).report.led() == 1);
        first.close();
        CHECK(Counted::alive == before + 1);
        CHECK(second.tick(state, 0s).report.led() == 1);
    }
    CHECK(Counted::alive == before);
}

TEST_CASE("a scorer that is refused is let go of, and the installed one stays")
{
    const int before = Counted::alive;
    driftline::MeshState state = make_state();
    LocalScheduler scheduler(1);
    PlainScorer installed;
    driftline_result code = DRIFTLINE_RESULT_OK;
    installed.intercept = [&](std::string_view) { code = scheduler.try_install(PlainScorer()).error().code(); };
    scheduler.install(Scorer::borrow(installed));
    scheduler.tick(state, 0s);
    CHECK(code == DRIFTLINE_RESULT_REENTRANT);
    CHECK(Counted::alive == before + 1);
    CHECK(scheduler.uninstall().get() == &installed);
}

TEST_CASE("no scorer cannot be installed or asked")
{
    LocalScheduler scheduler(1);
    CHECK(scheduler.try_install(Scorer()).error().code() == DRIFTLINE_RESULT_NULL);
    CHECK(scheduler.try_install(std::unique_ptr<PlainScorer>()).error().code() == DRIFTLINE_RESULT_NULL);
    CHECK(driftline::try_diff_scheduler(make_state(), Scorer(), {}, 1, 0s).error().code() == DRIFTLINE_RESULT_NULL);
    CHECK_THROWS_AS(driftline::SnapshotScorer({}, Scorer()), std::invalid_argument);
    CHECK_FALSE(Scorer());
    CHECK(Scorer().get() == nullptr);
    CHECK(Scorer() != Scorer(PlainScorer()));
}

TEST_CASE("a scorer that installs another one elsewhere, and frees a third, mixes nothing up")
{
    const int before = Counted::alive;
    {
        driftline::MeshState state = make_state();
        LocalScheduler outer(1);
        LocalScheduler other(2, {}, PlainScorer());
        std::optional<LocalScheduler> third(std::in_place, 3, driftline::SchedulerConfig(), PlainScorer());
        const Scorer wanted = PlainScorer();
        PlainScorer asking;
        asking.intercept = [&](std::string_view) {
            other.install(wanted);
            third.reset();
        };
        outer.install(Scorer::borrow(asking));
        CHECK(outer.tick(state, 0s).actions.size() == 1);
        CHECK(other.uninstall() == wanted);
        CHECK(Counted::alive == before + 2);
    }
    CHECK(Counted::alive == before);
}

TEST_CASE("a scheduler that is refused lets go of its scorer")
{
    const int before = Counted::alive;
    CHECK(LocalScheduler::try_create(driftline::no_node, {}, PlainScorer()).error().code() == DRIFTLINE_RESULT_ID);
    CHECK(Counted::alive == before);
}
