// What a scorer throws: it comes out as itself, loses nothing and leaks nothing, wherever it was thrown.
#include "cluster.hpp"

#include <doctest/doctest.h>

using namespace unit;
using driftline::LocalScheduler;
using driftline::Scorer;

// Moves of a tick as a line.
static std::string moves(const driftline::Decision& decision)
{
    std::string text;
    for (const driftline::Action& action : decision.actions) {
        const driftline::Eviction& eviction = *action.eviction();
        text += std::to_string(eviction.chain) + ":" + std::to_string(eviction.victim) + "->"
            + std::to_string(*eviction.target) + " ";
    }
    return text;
}

template <class Kind>
static std::size_t count_questions(const driftline::SchedulerConfig& config)
{
    std::size_t asked = 0;
    driftline::MeshState state = make_state();
    Kind scorer;
    scorer.intercept = [&](std::string_view) { asked += 1; };
    LocalScheduler(1, config, Scorer::borrow(scorer)).tick(state, 0s);
    return asked;
}

// Throws at the question `at`, and only once.
template <class Kind>
struct Thrower {
    explicit Thrower(std::size_t fails_at)
    {
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

template <class Kind>
static void throw_everywhere_under_abort(const driftline::SchedulerConfig& config)
{
    const std::size_t questions = count_questions<Kind>(config);
    REQUIRE(questions >= 7);
    for (std::size_t at = 1; at <= questions; at++) {
        const int before = Counted::alive;
        {
            driftline::MeshState state = make_state();
            Thrower<Kind> thrower(at);
            LocalScheduler scheduler(1, config, Scorer::borrow(thrower.scorer));
            const auto result = scheduler.try_tick(state, 0s);
            REQUIRE(!result);
            CHECK(result.error().code() == DRIFTLINE_RESULT_SCORER);
            CHECK(result.error().scorer_code() == driftline::exception_code);
            CHECK(result.error().cause() == thrower.thrown);
            CHECK_THROWS_WITH_AS(result.value(), ("in " + thrower.method).c_str(), Trouble);
            CHECK(scheduler.last_actions().empty());
            CHECK_FALSE(state.chain(7).last_rebalance);
            CHECK(moves(scheduler.tick(state, 0s)) == "7:3->9 ");
        }
        CHECK(Counted::alive == before);
    }
}

TEST_CASE("under abort the exception comes out as the same object, and the next tick is as good")
{
    for (const auto& config : {driftline::SchedulerConfig(), choosy({})}) {
        throw_everywhere_under_abort<PlainScorer>(config);
        throw_everywhere_under_abort<FullScorer>(config);
        throw_everywhere_under_abort<BatchScorer>(config);
    }
}

template <class Kind>
static std::size_t throw_everywhere_under_skip(const driftline::SchedulerConfig& config)
{
    std::size_t reported = 0;
    const std::size_t questions = count_questions<Kind>(config);
    for (std::size_t at = 1; at <= questions; at++) {
        const int before = Counted::alive;
        {
            driftline::MeshState state = make_state();
            Thrower<Kind> thrower(at);
            LocalScheduler scheduler(1, config, Scorer::borrow(thrower.scorer));
            const auto decision = scheduler.tick(state, 0s);
            const auto& failures = decision.report.failures();
            // A batch that failed as a whole is asked again in parts, which do not fail.
            const bool in_batch = std::is_same_v<Kind, BatchScorer>
                && (thrower.method.find("score") == 0 || thrower.method.find("node_fingerprint") == 0);
            if (!in_batch) {
                REQUIRE(failures.size() == 1);
                CHECK(failures[0].cause == thrower.thrown);
                CHECK(failures[0].code == driftline::exception_code);
                reported += 1;
            } else {
                CHECK(failures.empty());
            }
            const auto again = scheduler.tick(state, 0s);
            CHECK(again.report.failures().empty());
            CHECK(moves(decision) + moves(again) == "7:3->9 ");
        }
        CHECK(Counted::alive == before);
    }
    return reported;
}

TEST_CASE("under skip_chain the exception is in the report, and the rest goes on")
{
    CHECK(throw_everywhere_under_skip<PlainScorer>(skipping()) >= 7);
    CHECK(throw_everywhere_under_skip<FullScorer>(skipping()) >= 10);
    CHECK(throw_everywhere_under_skip<BatchScorer>(skipping()) >= 5);
    // The library asks for one alternative after the other, or the scorer does.
    CHECK(throw_everywhere_under_skip<PlainScorer>(choosy(skipping())) >= 8);
    CHECK(throw_everywhere_under_skip<FullScorer>(choosy(skipping())) >= 11);
    CHECK(throw_everywhere_under_skip<BatchScorer>(choosy(skipping())) >= 7);
}

TEST_CASE("a batch that fails again and again is told apart from the failures of its parts")
{
    driftline::MeshState state = make_state();
    BatchScorer scorer;
    int thrown = 0;
    scorer.intercept = [&](std::string_view method) {
        if (method == "score_many") {
            thrown += 1;
            throw Trouble(std::to_string(thrown));
        }
    };
    LocalScheduler scheduler(1, skipping(), Scorer::borrow(scorer));
    const auto report = scheduler.sample(state, 0s);
    REQUIRE(report.failures().size() == 2);
    CHECK(report.failures()[0].chain == 7);
    CHECK(report.failures()[1].chain == 8);
    for (const driftline::Failure& failure : report.failures()) {
        CHECK(failure.method == driftline::ScorerMethod::score);
        CHECK(failure.code == driftline::exception_code);
    }
    // The first batch was about both chains; the second and the third about one each.
    CHECK(thrown == 3);
    CHECK_THROWS_WITH_AS(std::rethrow_exception(report.failures()[0].cause), "2", Trouble);
    CHECK_THROWS_WITH_AS(std::rethrow_exception(report.failures()[1].cause), "3", Trouble);
    const auto judged = driftline::diff_scheduler(state, Scorer::borrow(scorer), skipping(), 1, 0s).report;
    CHECK(judged.failures().size() == judged.capi().scorer_errors);
}

TEST_CASE("a failure finds its own object among all that were thrown")
{
    const auto score = [](ChainId chain, NodeId node) {
        return driftline_failure{DRIFTLINE_METHOD_SCORE, -5, chain, node};
    };
    const auto object = [](const char* what) { return std::make_exception_ptr(Trouble(what)); };
    const driftline::detail::Question of_several{DRIFTLINE_METHOD_SCORE, UINT64_MAX, UINT64_MAX, false};
    const driftline::detail::Question of_eight{DRIFTLINE_METHOD_SCORE, 8, 3, true};
    const driftline::detail::Question of_last{DRIFTLINE_METHOD_SCORE, UINT64_MAX, UINT64_MAX, true};
    const std::vector<driftline::detail::Note> notes{
        {of_several, -5, object("several")}, {of_eight, -4, object("other code")}, {of_eight, -5, object("eight")},
        {of_eight, -5, object("eight again")}, {of_last, -5, object("last")}};
    // What chain 7 threw there was no memory to keep.
    const auto failures = driftline::detail::with_causes(
        {score(7, 3), score(8, 3), score(8, 3), score(8, 2), score(UINT64_MAX, UINT64_MAX)}, notes);
    CHECK(failures[0].cause == nullptr);
    CHECK(failures[1].cause == notes[2].object);
    CHECK(failures[2].cause == notes[3].object);
    CHECK(failures[3].cause == nullptr);
    CHECK(failures[4].cause == notes[4].object);
    CHECK(failures[4].chain == UINT64_MAX);
    CHECK(driftline::detail::with_causes({score(8, 2)}, notes)[0].cause == nullptr);
    CHECK(driftline::detail::with_causes({score(UINT64_MAX, UINT64_MAX)}, notes)[0].cause == notes[4].object);
    CHECK(driftline::detail::failures_of(notes).size() == 4);
}

TEST_CASE("an error of a scorer says which chain and node, also of the chain with the largest number")
{
    driftline::MeshState state;
    state.apply({driftline::events::holder_added(UINT64_MAX, 1), driftline::events::leader_set(UINT64_MAX, 1)});
    FullScorer scorer;
    std::string fails_at;
    scorer.intercept = [&](std::string_view method) {
        if (method == fails_at) {
            driftline::fail(-3);
        }
    };
    LocalScheduler scheduler(1, {}, Scorer::borrow(scorer));
    fails_at = "node_fingerprint";
    const auto of_node = scheduler.try_sample(state, 0s);
    CHECK_FALSE(of_node.error().chain());
    CHECK(of_node.error().node() == 1);
    fails_at = "score";
    const auto of_score = scheduler.try_sample(state, 0s);
    CHECK(of_score.error().chain() == UINT64_MAX);
    CHECK(of_score.error().node() == 1);
    CHECK(of_score.error().method() == driftline::ScorerMethod::score);
}

TEST_CASE("every failure of a pass has its own object")
{
    driftline::MeshState state = make_state();
    FullScorer scorer;
    scorer.intercept = [](std::string_view method) {
        if (method == "score" || method == "node_fingerprint") {
            throw driftline::ScorerFailure(-5, std::string(method));
        }
    };
    LocalScheduler scheduler(1, skipping(), Scorer::borrow(scorer));
    const auto failures = scheduler.tick(state, 0s).report.failures();
    REQUIRE(failures.size() >= 4);
    for (std::size_t at = 0; at < failures.size(); at++) {
        CHECK(failures[at].code == -5);
        REQUIRE(failures[at].cause != nullptr);
        for (std::size_t other = 0; other < at; other++) {
            CHECK(failures[at].cause != failures[other].cause);
        }
        const bool is_score = failures[at].method == driftline::ScorerMethod::score;
        CHECK(failures[at].chain.has_value() == is_score);
        CHECK(failures[at].node.has_value());
        CHECK_THROWS_WITH_AS(std::rethrow_exception(failures[at].cause), is_score ? "score" : "node_fingerprint",
                             driftline::ScorerFailure);
    }
}

TEST_CASE("a live score that is asked of score is a failure with its object, too")
{
    driftline::MeshState state = make_state();
    PlainScorer scorer;
    int asked = 0;
    scorer.intercept = [&](std::string_view) {
        asked += 1;
        if (asked == 6) {
            throw Trouble("live");
        }
    };
    LocalScheduler scheduler(1, skipping(), Scorer::borrow(scorer));
    const auto failures = scheduler.tick(state, 0s).report.failures();
    REQUIRE(failures.size() == 1);
    CHECK(failures[0].method == driftline::ScorerMethod::live_score);
    CHECK(failures[0].chain == 7);
    CHECK(failures[0].node == 3);
    CHECK_THROWS_WITH_AS(std::rethrow_exception(failures[0].cause), "live", Trouble);
}

struct Stop : driftline::Interruption {};

TEST_CASE("what is no std::exception gets through under every policy")
{
    for (const auto& config : {driftline::SchedulerConfig(), skipping()}) {
        driftline::MeshState state = make_state();
        PlainScorer scorer;
        LocalScheduler scheduler(1, config, Scorer::borrow(scorer));
        scorer.intercept = [](std::string_view) { throw Stop(); };
        CHECK_THROWS_AS(scheduler.tick(state, 0s), Stop);
        scorer.intercept = [](std::string_view) { throw 42; };
        CHECK_THROWS_AS(scheduler.tick(state, 0s), int);
        CHECK(scheduler.try_tick(state, 0s).error().scorer_code() == DRIFTLINE_SCORER_INTERRUPTED);
        CHECK_THROWS_AS(scheduler.sample(state, 0s), int);
        CHECK_THROWS_AS(driftline::diff_scheduler(state, Scorer::borrow(scorer), config, 1, 0s), int);
        scorer.intercept = [](std::string_view method) {
            if (method == "best_alternative") {
                throw Stop();
            }
        };
        CHECK_THROWS_AS(scheduler.decide(state, (scheduler.sample(state, 0s), 0s)), Stop);
        scorer.intercept = [](std::string_view) {};
        CHECK(moves(scheduler.tick(state, 0s)) == "7:3->9 ");
    }
}

TEST_CASE("a code of the scorer's own comes back as it is")
{
    driftline::MeshState state = make_state();
    PlainScorer scorer;
    LocalScheduler scheduler(1, {}, Scorer::borrow(scorer));
    scorer.intercept = [](std::string_view) { driftline::fail(-77); };
    const auto result = scheduler.try_tick(state, 0s);
    REQUIRE(!result);
    CHECK(result.error().scorer_code() == -77);
    CHECK(result.error().method() == driftline::ScorerMethod::score);
    CHECK(result.error().cause() == nullptr);
    CHECK_THROWS_AS(result.value(), driftline::ScorerError);
    scorer.intercept = [](std::string_view) { throw driftline::ScorerFailure(-78); };
    CHECK(scheduler.try_tick(state, 0s).error().scorer_code() == -78);
    CHECK_THROWS_AS(scheduler.tick(state, 0s), driftline::ScorerFailure);
    scorer.intercept = [](std::string_view) { driftline::interrupt(); };
    CHECK(scheduler.try_tick(state, 0s).error().scorer_code() == DRIFTLINE_SCORER_INTERRUPTED);
}

TEST_CASE("a code that is none is a failure all the same, and the first one counts")
{
    driftline::MeshState state = make_state();
    PlainScorer scorer;
    LocalScheduler scheduler(1, {}, Scorer::borrow(scorer));
    for (const std::int32_t code : {0, 1, 2, 5}) {
        scorer.intercept = [code](std::string_view) { driftline::fail(code); };
        CHECK(scheduler.try_tick(state, 0s).error().scorer_code() == driftline::exception_code);
        CHECK(driftline::ScorerFailure(code).code() == driftline::exception_code);
    }
    CHECK(driftline::ScorerFailure(-1).code() == -1);
    scorer.intercept = [](std::string_view) {
        driftline::fail(-1);
        driftline::fail(-2);
    };
    CHECK(scheduler.try_tick(state, 0s).error().scorer_code() == -1);
    // Outside of a scorer it does nothing.
    const std::optional<float> nothing = driftline::fail(-3);
    CHECK_FALSE(nothing);
    scorer.intercept = [](std::string_view) {};
    CHECK(moves(scheduler.tick(state, 0s)) == "7:3->9 ");
}

TEST_CASE("a call inside of a call keeps its failures to itself")
{
    driftline::MeshState outer_state = make_state();
    driftline::MeshState inner_state = make_state();
    PlainScorer inner_scorer;
    inner_scorer.intercept = [](std::string_view) { throw Trouble("inner"); };
    LocalScheduler inner(1, skipping(), Scorer::borrow(inner_scorer));
    std::size_t inner_failures = 0;
    PlainScorer outer_scorer;
    outer_scorer.intercept = [&](std::string_view) {
        inner_failures += inner.tick(inner_state, 0s).report.failures().size();
        driftline::fail(-9);
    };
    LocalScheduler outer(1, skipping(), Scorer::borrow(outer_scorer));
    const auto report = outer.sample(outer_state, 0s);
    REQUIRE(report.failures().size() == 2);
    for (const driftline::Failure& failure : report.failures()) {
        CHECK(failure.code == -9);
        CHECK(failure.cause == nullptr);
    }
    CHECK(inner_failures == 4);
}

TEST_CASE("a call through the C header gets codes and no exception")
{
    driftline::MeshState state = make_state();
    PlainScorer scorer;
    scorer.intercept = [](std::string_view) { throw Trouble("nobody asked in C++"); };
    LocalScheduler scheduler(1, {}, Scorer::borrow(scorer));
    driftline_error error = driftline::Error::empty();
    CHECK(driftline_scheduler_sample(scheduler.capi(), state.capi(), 0, nullptr, &error) == DRIFTLINE_RESULT_SCORER);
    CHECK(error.scorer_code == driftline::exception_code);
}

TEST_CASE("an error of driftline that a scorer lets out comes out as itself")
{
    driftline::MeshState state = make_state();
    PlainScorer scorer;
    LocalScheduler scheduler(1, {}, Scorer::borrow(scorer));
    scorer.intercept = [&](std::string_view) { scheduler.uninstall(); };
    CHECK_THROWS_AS(scheduler.tick(state, 0s), driftline::MisuseError);
    CHECK(code_of([&] { scheduler.tick(state, 0s); }) == DRIFTLINE_RESULT_REENTRANT);
}
