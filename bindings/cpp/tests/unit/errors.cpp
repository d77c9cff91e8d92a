// Errors name the thing at fault, as exceptions and as results alike.
#include "cluster.hpp"

#include <doctest/doctest.h>

using namespace unit;
using driftline::Error;
using driftline::LocalScheduler;
using driftline::MeshState;

static_assert(std::is_nothrow_copy_constructible_v<Error>, "an exception must not throw while it is thrown");
static_assert(std::is_base_of_v<std::exception, Error>);

TEST_CASE("each hundred of codes has its class")
{
    MeshState state = make_state();
    LocalScheduler scheduler(1);
    driftline::SchedulerConfig config;
    config.score_floor = 1.5f;
    MeshState moved_from = make_state();
    const MeshState taken(std::move(moved_from));
    CHECK_THROWS_AS(moved_from.digest(), driftline::MisuseError);
    CHECK_THROWS_AS(config.validate(), driftline::ConfigError);
    CHECK_THROWS_AS(state.chain(99), driftline::DataError);
    CHECK_THROWS_AS(scheduler.uninstall(), driftline::ScorerError);
    CHECK_THROWS_AS(LocalScheduler{driftline::no_node}, driftline::DataError);
    CHECK_THROWS_AS(LocalScheduler(1, config), driftline::ConfigError);
    try {
        driftline::detail::raise(Error(DRIFTLINE_RESULT_PANIC, DRIFTLINE_NONE, "a bug of ours"));
    } catch (const driftline::MisuseError&) {
        FAIL("a bug is not the caller's");
    } catch (const Error& error) {
        CHECK(error.code() == DRIFTLINE_RESULT_PANIC);
    }
}

TEST_CASE("an error says what, where and in words")
{
    MeshState state = make_state();
    const auto applied = state.try_apply(
        {driftline::events::holder_added(8, 3), driftline::events::holder_added(8, driftline::no_node)});
    REQUIRE(!applied);
    CHECK(applied.error().code() == DRIFTLINE_RESULT_ID);
    CHECK(std::string(applied.error().code_name()) == "ID");
    CHECK(applied.error().index() == 1);
    CHECK(std::string(applied.error().what()).find("reserved") != std::string::npos);
    CHECK(applied.error().capi().code == DRIFTLINE_RESULT_ID);
    CHECK_FALSE(applied.error().scorer_code());
    CHECK_FALSE(applied.error().method());
    CHECK_FALSE(applied.error().cause());
    CHECK(state.chain(8).holders == std::vector<NodeId>{1, 2});

    const std::vector<std::uint64_t> chains{5, 6}, leaders{1, 1}, offsets{0, 1, 3}, holders{1, 4, 4};
    const auto loaded = state.try_load(chains, leaders, offsets, holders);
    REQUIRE(!loaded);
    CHECK(loaded.error().code() == DRIFTLINE_RESULT_DUPLICATE);
    CHECK(loaded.error().index() == 2);
    CHECK(loaded.error().chain() == 6);
    CHECK(loaded.error().node() == 4);
}

TEST_CASE("the largest number is a chain like every other")
{
    const MeshState state;
    const auto chain = state.try_chain(UINT64_MAX);
    CHECK(chain.error().code() == DRIFTLINE_RESULT_UNKNOWN_CHAIN);
    CHECK(chain.error().chain() == UINT64_MAX);
    CHECK_FALSE(chain.error().node());
    CHECK_FALSE(chain.error().index());
    const LocalScheduler scheduler(1);
    CHECK(scheduler.try_history(UINT64_MAX).error().chain() == UINT64_MAX);
    const std::vector<std::uint64_t> chains{UINT64_MAX, UINT64_MAX}, leaders{1, 1}, offsets{0, 1, 2}, holders{1, 1};
    const auto loaded = make_state().try_load(chains, leaders, offsets, holders);
    CHECK(loaded.error().code() == DRIFTLINE_RESULT_DUPLICATE);
    CHECK(loaded.error().index() == 1);
    CHECK(loaded.error().chain() == UINT64_MAX);
}

TEST_CASE("an error without words has the name of its code")
{
    const Error error(DRIFTLINE_RESULT_BUSY, Error::empty());
    CHECK(error.code() == DRIFTLINE_RESULT_BUSY);
    CHECK(std::string(error.what()) == "BUSY");
    CHECK_FALSE(error.index());
    CHECK_FALSE(error.chain());
    // What another call left in the struct says nothing about this one.
    driftline_error old = Error::empty();
    old.code = DRIFTLINE_RESULT_ID;
    old.index = 4;
    std::strcpy(old.message, "of another call");
    CHECK(std::string(Error(DRIFTLINE_RESULT_BUSY, old).what()) == "BUSY");
    CHECK_FALSE(Error(DRIFTLINE_RESULT_BUSY, old).index());
}

TEST_CASE("a result has a value or an error, never both")
{
    const driftline::Result<int> good = 4;
    CHECK(good);
    CHECK(good.has_value());
    CHECK(*good == 4);
    CHECK(good.value() == 4);
    CHECK_THROWS_AS(good.error(), std::invalid_argument);
    const driftline::Result<int> bad = Error(DRIFTLINE_RESULT_TIME, 3, "time went back");
    CHECK_FALSE(bad);
    CHECK_THROWS_AS(*bad, driftline::DataError);
    CHECK_THROWS_AS(bad.value(), driftline::DataError);
    CHECK(bad.error().index() == 3);

    driftline::Result<std::string> text = std::string("words");
    text->append("!");
    CHECK(*text == "words!");
    CHECK(std::move(text).value() == "words!");
    const driftline::Result<void> fine;
    CHECK(fine);
    CHECK_NOTHROW(fine.value());
    CHECK_THROWS_AS(fine.error(), std::invalid_argument);
    const driftline::Result<void> refused = Error(DRIFTLINE_RESULT_CONFIG, DRIFTLINE_NONE, "no");
    CHECK_FALSE(refused);
    CHECK_THROWS_AS(refused.value(), driftline::ConfigError);
    // An error carries what the scorer threw until somebody asks for the value.
    const auto cause = std::make_exception_ptr(Trouble("mine"));
    const driftline::Result<void> thrown = Error(DRIFTLINE_RESULT_SCORER, Error::empty()).because(cause);
    CHECK(thrown.error().cause() == cause);
    CHECK_THROWS_AS(thrown.value(), Trouble);
}

TEST_CASE("time that goes back is refused, and nothing has changed")
{
    MeshState state = make_state();
    LocalScheduler scheduler(1, {}, PlainScorer());
    REQUIRE(scheduler.tick(state, 10s).actions.size() == 1);
    CHECK(code_of([&] { scheduler.tick(state, 9s); }) == DRIFTLINE_RESULT_TIME);
    CHECK(code_of([&] { scheduler.sample(state, 9s); }) == DRIFTLINE_RESULT_TIME);
    CHECK(scheduler.tick(state, 10s).actions.empty());
}
