// What a part throws: it comes out as itself, wherever in a composed scorer it was thrown, and the rest is as good.
#include "cluster.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

using namespace unit;
using driftline::ComposedScorer;
using driftline::LocalScheduler;
using driftline::Scorer;

using Compose = ComposedScorer (*)(Scorer part);

// Node 9 is worth less to it than to the throwing one, so that both are asked about it.
static PlainScorer other()
{
    PlainScorer scorer;
    scorer.scores = {{1, 0.9f}, {2, 0.9f}, {3, 0.4f}, {9, 0.9f}};
    return scorer;
}

static const std::vector<Compose> compositions = {
    [](Scorer part) { return ComposedScorer(std::move(part)); },
    [](Scorer part) { return ComposedScorer::minimum({other(), std::move(part)}); },
    [](Scorer part) { return ComposedScorer::weighted_sum({{std::move(part), 2.0f}, {other(), 1.0f}}); },
    [](Scorer part) { return ComposedScorer::gate(std::move(part), other(), 0.1f); },
    [](Scorer part) { return ComposedScorer::gate(other(), std::move(part), 0.1f); },
    [](Scorer part) { return ComposedScorer::override_per_chain(other(), {{std::move(part), {7}}}); },
    [](Scorer part) { return ComposedScorer::override_per_chain(std::move(part), {{other(), {8}}}); },
    [](Scorer part) { return ComposedScorer::cached(std::move(part), 100); },
    [](Scorer part) { return ComposedScorer::smoothed(std::move(part), 10s); },
    [](Scorer part) {
        auto smoothed = ComposedScorer::smoothed(std::move(part), 10s);
        return ComposedScorer::cached(ComposedScorer::minimum({std::move(smoothed), other()}), 100);
    },
};

// Throws at the question `at`, and only once.
template <class Kind>
struct PartThrower {
    explicit PartThrower(std::size_t fails_at)
    {
        scorer.scores[9] = 0.95f;
        scorer.intercept = [this, fails_at](std::string_view asked) {
            count += 1;
            if (count == fails_at) {
                method = asked;
                thrown = std::make_exception_ptr(Trouble("in " + method));
                std::rethrow_exception(thrown);
            }
        };
    }

    Kind scorer;
    std::size_t count = 0;
    std::string method;
    std::exception_ptr thrown;
};

// So many questions a tick puts to the part.
template <class Kind>
static std::size_t count_questions(Compose compose, const driftline::SchedulerConfig& config)
{
    driftline::MeshState state = make_state();
    PartThrower<Kind> thrower(SIZE_MAX);
    LocalScheduler(1, config, compose(Scorer::borrow(thrower.scorer))).tick(state, 0s);
    return thrower.count;
}

// Fingerprints that fail within a cached or smoothed scorer are only unknown.
static bool is_fingerprint(const std::string& method) { return method.find("fingerprint") != std::string::npos; }

template <class Kind>
static void throw_everywhere_under_abort(Compose compose)
{
    const std::size_t questions = count_questions<Kind>(compose, {});
    REQUIRE(questions >= 3);
    for (std::size_t at = 1; at <= questions; at++) {
        const int before = Counted::alive;
        {
            driftline::MeshState state = make_state();
            PartThrower<Kind> thrower(at);
            LocalScheduler scheduler(1, {}, compose(Scorer::borrow(thrower.scorer)));
            const auto result = scheduler.try_tick(state, 0s);
            REQUIRE((!result || is_fingerprint(thrower.method)));
            if (!result) {
                CHECK(result.error().code() == DRIFTLINE_RESULT_SCORER);
                CHECK(result.error().scorer_code() == driftline::exception_code);
                CHECK(result.error().cause() == thrower.thrown);
                CHECK_THROWS_WITH_AS(result.value(), ("in " + thrower.method).c_str(), Trouble);
                CHECK(scheduler.tick(state, 0s).actions.size() == 1);
            }
        }
        CHECK(Counted::alive == before);
    }
}

TEST_CASE("under abort the exception of a part comes out as the same object, and the next tick is as good")
{
    for (const Compose compose : compositions) {
        throw_everywhere_under_abort<PlainScorer>(compose);
        throw_everywhere_under_abort<FullScorer>(compose);
        throw_everywhere_under_abort<BatchScorer>(compose);
    }
}

template <class Kind>
static void throw_everywhere_under_skip(Compose compose, const driftline::SchedulerConfig& config)
{
    const std::size_t questions = count_questions<Kind>(compose, config);
    for (std::size_t at = 1; at <= questions; at++) {
        const int before = Counted::alive;
        {
            driftline::MeshState state = make_state();
            PartThrower<Kind> thrower(at);
            LocalScheduler scheduler(1, config, compose(Scorer::borrow(thrower.scorer)));
            const auto decision = scheduler.tick(state, 0s);
            CHECK(decision.report.failures().size() <= 1);
            for (const driftline::Failure& failure : decision.report.failures()) {
                CAPTURE(thrower.method);
                CHECK(failure.cause == thrower.thrown);
                CHECK(failure.code == driftline::exception_code);
            }
            CHECK(decision.actions.size() + scheduler.tick(state, 0s).actions.size() == 1);

            driftline::MeshState again = make_state();
            PartThrower<Kind> judged(at);
            ComposedScorer composed = compose(Scorer::borrow(judged.scorer));
            const auto report = driftline::diff_scheduler(again, composed, config, 1, 0s).report;
            CHECK(report.failures().size() == report.capi().scorer_errors);
            for (const driftline::Failure& failure : report.failures()) {
                CHECK(failure.cause == judged.thrown);
            }
        }
        CHECK(Counted::alive == before);
    }
}

TEST_CASE("under skip_chain the exception of a part is in the report, and the rest goes on")
{
    for (const Compose compose : compositions) {
        for (const auto& config : {skipping(), choosy(skipping())}) {
            throw_everywhere_under_skip<PlainScorer>(compose, config);
            throw_everywhere_under_skip<FullScorer>(compose, config);
            throw_everywhere_under_skip<BatchScorer>(compose, config);
        }
    }
}

TEST_CASE("what a part throws for the sake of an alternative is told from what it threw elsewhere")
{
    const auto object = [](const char* what) { return std::make_exception_ptr(Trouble(what)); };
    const auto asked = [](std::uint32_t method, ChainId chain, NodeId node, bool is_part) {
        driftline::detail::Question question{method, chain, node};
        question.is_part = is_part;
        return question;
    };
    const std::uint32_t live = DRIFTLINE_METHOD_LIVE_SCORE;
    const std::uint32_t best = DRIFTLINE_METHOD_BEST_ALTERNATIVE;
    const std::vector<driftline::detail::Note> notes{
        {asked(DRIFTLINE_METHOD_CHAIN_FINGERPRINT, 7, UINT64_MAX, true), -5, object("fingerprint")},
        {asked(live, 7, 9, false), -5, object("no part")},
        {asked(live, 8, 9, true), -5, object("other chain")},
        {asked(live, 7, 9, true), -6, object("other code")},
        {asked(live, 7, 9, true), -5, object("the one")},
        {asked(best, 7, UINT64_MAX, true), -5, object("exact")}};
    const auto cause = [&](std::uint32_t method, NodeId node, std::vector<driftline::detail::Note> among) {
        return driftline::detail::with_causes({driftline_failure{method, -5, 7, node}}, among)[0].cause;
    };
    CHECK(cause(best, UINT64_MAX, {notes.begin(), notes.end() - 1}) == notes[4].object);
    CHECK(cause(best, UINT64_MAX, notes) == notes[5].object);
    CHECK(cause(best, UINT64_MAX, {notes.begin(), notes.begin() + 4}) == nullptr);
    CHECK(cause(DRIFTLINE_METHOD_SCORE, 8, notes) == nullptr);
    CHECK(cause(DRIFTLINE_METHOD_SCORE, 9, notes) == notes[4].object);
    CHECK(cause(DRIFTLINE_METHOD_MIGRATION_COST, 9, notes) == nullptr);
    // A batch about one chain knows no node.
    CHECK(cause(DRIFTLINE_METHOD_SCORE, 9, {{asked(DRIFTLINE_METHOD_SCORE, 7, UINT64_MAX, true), -5, notes[0].object}})
          == notes[0].object);
}

TEST_CASE("what is no std::exception gets through a composed scorer under every policy")
{
    for (const auto& config : {driftline::SchedulerConfig(), skipping()}) {
        for (const Compose compose : compositions) {
            driftline::MeshState state = make_state();
            PlainScorer scorer;
            scorer.intercept = [](std::string_view) { throw 42; };
            LocalScheduler scheduler(1, config, compose(Scorer::borrow(scorer)));
            CHECK_THROWS_AS(scheduler.tick(state, 0s), int);
            ComposedScorer composed = compose(Scorer::borrow(scorer));
            CHECK_THROWS_AS(driftline::diff_scheduler(state, composed, config, 1, 0s), int);
        }
    }
}

TEST_CASE("a code of a part's own comes back as it is")
{
    driftline::MeshState state = make_state();
    PlainScorer scorer;
    scorer.intercept = [](std::string_view) { driftline::fail(-77); };
    LocalScheduler scheduler(1, {}, ComposedScorer::minimum({other(), Scorer::borrow(scorer)}));
    const auto result = scheduler.try_tick(state, 0s);
    CHECK(result.error().scorer_code() == -77);
    CHECK(result.error().method() == driftline::ScorerMethod::score);
    CHECK(result.error().chain() == 7);
    CHECK(result.error().cause() == nullptr);
    CHECK_THROWS_AS(result.value(), driftline::ScorerError);
}

TEST_CASE("a scorer that could not be told the time knows neither chain nor node")
{
    driftline_error error = driftline::Error::empty();
    error.code = DRIFTLINE_RESULT_SCORER;
    error.method = DRIFTLINE_METHOD_BEGIN;
    std::strcpy(error.message, "scorer begin: panic");
    const driftline::Error told(DRIFTLINE_RESULT_SCORER, error);
    CHECK(told.method() == driftline::ScorerMethod::begin);
    CHECK_FALSE(told.chain());
    CHECK_FALSE(told.node());
    driftline::MeshState state = make_state();
    LocalScheduler scheduler(1, {}, PlainScorer());
    CHECK(scheduler.tick(state, 0s).report.calls(driftline::ScorerMethod::begin) == 0);
}

TEST_CASE("a part cannot use what is asking it, and may use everything else")
{
    driftline::MeshState state = make_state();
    driftline::Inventory inventory;
    ComposedScorer judged = PlainScorer();
    PlainScorer scorer;
    std::vector<driftline_result> codes;
    std::vector<driftline_result> fine;
    scorer.intercept = [&](std::string_view) {
        codes.push_back(driftline::try_diff_scheduler(state, judged, {}, 1, 0s).error().code());
        codes.push_back(judged.try_close().error().code());
        codes.push_back(ComposedScorer::try_cached(std::move(judged), 1).error().code());
        // The inventory beside it is only asked, not entered.
        const auto reported = inventory.try_report_nodes(0s, {driftline::NodeInventory{3, 10.0, 1.0}});
        fine.push_back(reported ? DRIFTLINE_RESULT_OK : reported.error().code());
    };
    judged = ComposedScorer::minimum({inventory, Scorer::borrow(scorer)});
    CHECK(driftline::diff_scheduler(state, judged, {}, 1, 0s).actions.size() == 1);
    CHECK(codes.size() >= 9);
    for (const driftline_result code : codes) {
        CHECK(code == DRIFTLINE_RESULT_REENTRANT);
    }
    for (const driftline_result code : fine) {
        CHECK(code == DRIFTLINE_RESULT_OK);
    }
}

TEST_CASE("one scorer that is a part on several threads keeps its exceptions apart")
{
    driftline::MeshState state;
    for (NodeId node = 1; node <= 4; node++) {
        state.apply({driftline::events::holder_added(node, 1), driftline::events::leader_set(node, node)});
    }
    driftline::ScorerFunctions functions;
    functions.score = [](ChainId chain, NodeId) -> std::optional<float> { throw Trouble(std::to_string(chain)); };
    functions.best_alternative = [](ChainId, driftline::span<const NodeId>) {
        return std::optional<driftline::Alternative>();
    };
    const Scorer shared = functions;
    std::atomic<int> right{0};
    std::vector<std::thread> threads;
    for (NodeId node = 1; node <= 4; node++) {
        threads.emplace_back([&, node] {
            LocalScheduler scheduler(node, {}, ComposedScorer::minimum({other(), shared}));
            for (int round = 0; round < 100; round++) {
                try {
                    scheduler.sample(state, 0s);
                } catch (const Trouble& trouble) {
                    right += trouble.what() == std::to_string(node) ? 1 : 0;
                }
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    CHECK(right == 400);
}

TEST_CASE("a composed scorer that is in use on another thread is refused")
{
    driftline::MeshState state = make_state();
    PlainScorer scorer;
    ComposedScorer judged = Scorer::borrow(scorer);
    std::vector<driftline_result> codes;
    scorer.intercept = [&](std::string_view) {
        std::thread([&] {
            codes.push_back(driftline::try_diff_scheduler(state, judged, {}, 1, 0s).error().code());
            codes.push_back(judged.try_close().error().code());
            codes.push_back(ComposedScorer::try_smoothed(std::move(judged), 1s).error().code());
            LocalScheduler elsewhere(1);
            codes.push_back(elsewhere.try_install(std::move(judged)).error().code());
        }).join();
    };
    CHECK(driftline::diff_scheduler(state, judged, {}, 1, 0s).actions.size() == 1);
    CHECK(codes.size() >= 4);
    for (const driftline_result code : codes) {
        CHECK(code == DRIFTLINE_RESULT_BUSY);
    }
}
