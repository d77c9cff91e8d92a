// What one leader remembers of a chain, for the next one.
#include "cluster.hpp"

#include <doctest/doctest.h>

using namespace unit;
using driftline::LocalScheduler;
using driftline::MeshState;
namespace events = driftline::events;

using Bytes = std::vector<std::uint8_t>;

// Chain 7 is on its way from 3 to 9 since 40 s.
static MeshState moving(LocalScheduler& scheduler)
{
    MeshState state = make_state();
    REQUIRE(scheduler.tick(state, 40s).actions.size() == 1);
    return state;
}

static driftline::SchedulerConfig tracked()
{
    driftline::SchedulerConfig config;
    config.move_timeout = 60s;
    return config;
}

TEST_CASE("a chain's memory goes from one state to another")
{
    LocalScheduler scheduler(1, tracked(), PlainScorer());
    const MeshState here = moving(scheduler);
    const Bytes bytes = here.export_chain(7);
    CHECK(bytes.size() > 24);
    CHECK(here.export_chain(7) == bytes);

    MeshState there = make_state();
    CHECK_FALSE(there.chain(7).in_flight);
    CHECK(there.import_chain(bytes) == 7);
    CHECK(there.chain(7).in_flight);
    CHECK(there.export_chain(7) == bytes);
    CHECK(there.digest() == here.digest());
    LocalScheduler next(1, tracked(), PlainScorer());
    CHECK(next.tick(there, 50s).actions.empty());
    const auto flight = next.explain(there, 7).flight();
    REQUIRE(flight);
    CHECK(flight->victim == 3);
    CHECK(flight->target == 9);
    CHECK(flight->since == 40s);
    CHECK(flight->times_out_at == 100s);
}

TEST_CASE("a chain comes to exist by what is remembered of it, and of nothing nothing comes")
{
    LocalScheduler scheduler(1, {}, PlainScorer());
    const MeshState here = moving(scheduler);
    MeshState empty;
    CHECK(empty.import_chain(here.export_chain(8)) == 8);
    CHECK(empty.chains().empty());
    CHECK(empty.import_chain(here.export_chain(7)) == 7);
    CHECK(empty.chains() == std::vector<ChainId>{7});
    CHECK(empty.chain(7).last_rebalance == 40s);
    CHECK(empty.chain(7).holders.empty());
}

TEST_CASE("the chain with the largest number is handed over like every other")
{
    MeshState state;
    state.apply({events::holder_added(UINT64_MAX, 1)});
    CHECK(MeshState().import_chain(state.export_chain(UINT64_MAX)) == UINT64_MAX);
    CHECK(code_of([&] { state.export_chain(1); }) == DRIFTLINE_RESULT_UNKNOWN_CHAIN);
    CHECK(state.try_export_chain(1).error().chain() == 1);
}

// Refused as bytes that are no export, with the state as it was.
static void expect_refused(MeshState& state, const Bytes& bytes, const std::string& what)
{
    const std::uint64_t digest = state.digest();
    const auto imported = state.try_import_chain(bytes);
    REQUIRE_FALSE(imported);
    CHECK(imported.error().code() == DRIFTLINE_RESULT_IMPORT);
    CHECK(std::string(imported.error().code_name()) == "IMPORT");
    CHECK((what.empty() || imported.error().what() == what));
    CHECK(state.digest() == digest);
}

TEST_CASE("bytes that are not what was exported are refused, whichever of them it is")
{
    LocalScheduler scheduler(1, tracked(), PlainScorer());
    MeshState state = moving(scheduler);
    const Bytes bytes = state.export_chain(7);
    for (std::size_t at = 0; at < bytes.size(); at++) {
        Bytes damaged = bytes;
        damaged[at] = static_cast<std::uint8_t>(damaged[at] ^ 1);
        expect_refused(state, damaged, at >= 6 ? "import: damaged" : at < 4 ? "import: not an export" : "");
        expect_refused(state, Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(at)), "");
    }
    Bytes longer = bytes;
    longer.push_back(0);
    expect_refused(state, longer, "import: damaged");
    expect_refused(state, {}, "import: not an export");
    expect_refused(state, {'D', 'R', 'F', 'T'}, "import: truncated");
    CHECK_THROWS_WITH_AS(state.import_chain({}), "import: not an export", driftline::DataError);
    CHECK(state.import_chain(bytes) == 7);
}
