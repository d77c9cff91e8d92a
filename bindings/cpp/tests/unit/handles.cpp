// Who owns what: moves, closing, and what moved-from objects answer.
#include "cluster.hpp"

#include <doctest/doctest.h>

#include <type_traits>

using namespace unit;
using driftline::LocalScheduler;
using driftline::MeshState;

static_assert(!std::is_copy_constructible_v<MeshState> && !std::is_copy_assignable_v<MeshState>);
static_assert(!std::is_copy_constructible_v<LocalScheduler> && !std::is_copy_assignable_v<LocalScheduler>);
static_assert(std::is_nothrow_move_constructible_v<MeshState> && std::is_nothrow_move_assignable_v<MeshState>);
static_assert(std::is_nothrow_move_constructible_v<LocalScheduler>);
static_assert(std::is_nothrow_move_assignable_v<LocalScheduler>);
static_assert(!std::is_default_constructible_v<LocalScheduler>);

// Hides a self-move from the compiler, which would warn.
template <class Thing>
static void move_onto(Thing& to, Thing& from)
{
    to = std::move(from);
}

TEST_CASE("a moved state is the same state, and what is left refuses every call")
{
    MeshState first = make_state();
    const std::uint64_t digest = first.digest();
    const driftline_state handle = first.capi();
    MeshState second(std::move(first));
    CHECK(second.capi().bits == handle.bits);
    CHECK(second.digest() == digest);

    CHECK(first.capi().bits == 0);
    const std::vector<std::uint64_t> none, offsets{0};
    CHECK(first.try_load(none, none, offsets, none).error().code() == DRIFTLINE_RESULT_HANDLE);
    CHECK(first.try_apply({driftline::events::chain_touched(7)}).error().code() == DRIFTLINE_RESULT_HANDLE);
    CHECK(first.try_digest().error().code() == DRIFTLINE_RESULT_HANDLE);
    CHECK(first.try_chain(7).error().code() == DRIFTLINE_RESULT_HANDLE);
    CHECK(first.try_chains().error().code() == DRIFTLINE_RESULT_HANDLE);
    CHECK(first.try_chains_on(1).error().code() == DRIFTLINE_RESULT_HANDLE);
    CHECK(first.try_led_by(1).error().code() == DRIFTLINE_RESULT_HANDLE);
    CHECK(first.try_drains().error().code() == DRIFTLINE_RESULT_HANDLE);
    CHECK(first.try_avoided().error().code() == DRIFTLINE_RESULT_HANDLE);
    CHECK(first.try_frozen_until().error().code() == DRIFTLINE_RESULT_HANDLE);
    CHECK(first.try_export_chain(7).error().code() == DRIFTLINE_RESULT_HANDLE);
    CHECK(first.try_import_chain(second.export_chain(7)).error().code() == DRIFTLINE_RESULT_HANDLE);
    CHECK_THROWS_AS(first.digest(), driftline::MisuseError);
    first.close();
}

TEST_CASE("a moved scheduler is the same scheduler, and what is left refuses every call")
{
    MeshState state = make_state();
    LocalScheduler first(1, {}, PlainScorer());
    const auto moved = first.tick(state, 0s).actions;
    LocalScheduler second(std::move(first));
    CHECK(second.this_node() == 1);
    CHECK(second.history(7).samples.size() == 1);
    CHECK(second.last_actions().size() == moved.size());

    CHECK(first.last_actions().empty());
    CHECK(first.try_this_node().error().code() == DRIFTLINE_RESULT_HANDLE);
    CHECK(first.try_config().error().code() == DRIFTLINE_RESULT_HANDLE);
    CHECK(first.try_configure({}).error().code() == DRIFTLINE_RESULT_HANDLE);
    CHECK(first.try_install(PlainScorer()).error().code() == DRIFTLINE_RESULT_HANDLE);
    CHECK(first.try_uninstall().error().code() == DRIFTLINE_RESULT_HANDLE);
    CHECK(first.try_tick(state, 0s).error().code() == DRIFTLINE_RESULT_HANDLE);
    CHECK(first.try_decide(state, 0s).error().code() == DRIFTLINE_RESULT_HANDLE);
    CHECK(first.try_sample(state, 0s).error().code() == DRIFTLINE_RESULT_HANDLE);
    CHECK(first.try_sampled().error().code() == DRIFTLINE_RESULT_HANDLE);
    CHECK(first.try_explain(state, 7).error().code() == DRIFTLINE_RESULT_HANDLE);
    CHECK(first.try_history(7).error().code() == DRIFTLINE_RESULT_HANDLE);
    CHECK(first.try_cells(7).error().code() == DRIFTLINE_RESULT_HANDLE);
    CHECK(first.try_snapshot(state).error().code() == DRIFTLINE_RESULT_HANDLE);
    CHECK(first.try_class_policy(0).error().code() == DRIFTLINE_RESULT_HANDLE);
    CHECK(first.try_set_class_policy(0, std::nullopt).error().code() == DRIFTLINE_RESULT_HANDLE);
    CHECK(first.try_transitions().error().code() == DRIFTLINE_RESULT_HANDLE);
    CHECK(first.try_drain_status(state, 1).error().code() == DRIFTLINE_RESULT_HANDLE);
    first.close();
}

TEST_CASE("moving onto an object frees what it was, and moving onto itself changes nothing")
{
    MeshState state = make_state();
    const std::uint64_t digest = state.digest();
    MeshState other;
    const driftline_state freed = other.capi();
    move_onto(other, state);
    std::uint64_t unwritten = 0;
    CHECK(driftline_state_digest(freed, &unwritten, nullptr) == DRIFTLINE_RESULT_HANDLE);
    move_onto(other, other);
    CHECK(other.digest() == digest);

    const int before = Counted::alive;
    LocalScheduler scheduler(1, {}, PlainScorer());
    LocalScheduler replaced(2, {}, PlainScorer());
    CHECK(Counted::alive == before + 2);
    REQUIRE(scheduler.tick(other, 0s).actions.size() == 1);
    move_onto(replaced, scheduler);
    CHECK(Counted::alive == before + 1);
    move_onto(replaced, replaced);
    CHECK(replaced.this_node() == 1);
    CHECK(replaced.last_actions().size() == 1);
    CHECK(scheduler.last_actions().empty());
}

TEST_CASE("closing frees at once, twice is fine, and a closed object refuses calls")
{
    const int before = Counted::alive;
    MeshState state = make_state();
    LocalScheduler scheduler(1, {}, PlainScorer());
    REQUIRE(scheduler.tick(state, 0s).actions.size() == 1);
    const driftline_scheduler handle = scheduler.capi();
    scheduler.close();
    scheduler.close();
    CHECK(Counted::alive == before);
    CHECK(scheduler.last_actions().empty());
    std::uint64_t node = 0;
    CHECK(driftline_scheduler_this_node(handle, &node, nullptr) == DRIFTLINE_RESULT_HANDLE);
    CHECK(code_of([&] { scheduler.this_node(); }) == DRIFTLINE_RESULT_HANDLE);
    state.close();
    CHECK(code_of([&] { state.digest(); }) == DRIFTLINE_RESULT_HANDLE);
}

TEST_CASE("handles can be given to C and taken back")
{
    MeshState state = make_state();
    const std::uint64_t digest = state.digest();
    const driftline_state handle = state.release();
    CHECK(state.capi().bits == 0);
    CHECK(MeshState::adopt(handle).digest() == digest);
    std::uint64_t unwritten = 0;
    CHECK(driftline_state_digest(handle, &unwritten, nullptr) == DRIFTLINE_RESULT_HANDLE);

    const int before = Counted::alive;
    LocalScheduler scheduler(5, {}, PlainScorer());
    const driftline_scheduler raw = scheduler.release();
    CHECK(scheduler.capi().bits == 0);
    CHECK(Counted::alive == before + 1);
    CHECK(LocalScheduler::adopt(raw).this_node() == 5);
    CHECK(Counted::alive == before);
}

TEST_CASE("the end of an object is the end of its handle")
{
    driftline_state state{0};
    driftline_scheduler scheduler{0};
    {
        const MeshState first;
        const LocalScheduler second(1);
        state = first.capi();
        scheduler = second.capi();
    }
    CHECK(driftline_state_free(state) == DRIFTLINE_RESULT_HANDLE);
    CHECK(driftline_scheduler_free(scheduler) == DRIFTLINE_RESULT_HANDLE);
}

TEST_CASE("a scorer cannot use or end what is asking it")
{
    MeshState state = make_state();
    LocalScheduler scheduler(1);
    std::vector<driftline_result> codes;
    PlainScorer scorer;
    scorer.intercept = [&](std::string_view) {
        codes.push_back(scheduler.try_tick(state, 0s).error().code());
        codes.push_back(scheduler.try_install(PlainScorer()).error().code());
        codes.push_back(scheduler.try_uninstall().error().code());
        codes.push_back(scheduler.try_close().error().code());
        codes.push_back(scheduler.try_set_class_policy(5, std::nullopt).error().code());
        codes.push_back(scheduler.try_transitions().error().code());
        codes.push_back(state.try_apply({driftline::events::chain_touched(7)}).error().code());
        codes.push_back(state.try_import_chain({}).error().code());
        codes.push_back(state.try_export_chain(7).error().code());
        codes.push_back(state.try_frozen_until().error().code());
        codes.push_back(state.try_close().error().code());
    };
    scheduler.install(driftline::Scorer::borrow(scorer));
    CHECK(scheduler.tick(state, 0s).actions.size() == 1);
    CHECK(codes.size() > 6);
    for (const driftline_result code : codes) {
        CHECK(code == DRIFTLINE_RESULT_REENTRANT);
    }
    CHECK(scheduler.last_actions().size() == 1);
}

TEST_CASE("an object that a scorer destroys stays in the library, and nothing dangles")
{
    MeshState state = make_state();
    std::optional<LocalScheduler> scheduler(std::in_place, 1);
    const driftline_scheduler handle = scheduler->capi();
    PlainScorer scorer;
    scorer.intercept = [&](std::string_view) { scheduler.reset(); };
    scheduler->install(driftline::Scorer::borrow(scorer));
    // The call that goes on must not be one of the object that is gone.
    const driftline_action* actions = nullptr;
    std::size_t count = 0;
    CHECK(driftline_scheduler_tick(handle, state.capi(), 0, sizeof *actions, &actions, &count, nullptr, nullptr)
          == DRIFTLINE_RESULT_OK);
    CHECK(count == 1);
    CHECK(!scheduler);
    CHECK(driftline_scheduler_free(handle) == DRIFTLINE_RESULT_OK);
}
