// Passes, reports, explanations, snapshots, and the decision by itself.
#include "cluster.hpp"

#include <doctest/doctest.h>

using namespace unit;
using driftline::LocalScheduler;
using driftline::Scorer;
using driftline::ScorerMethod;
using driftline::Verdict;

TEST_CASE("a tick says what to do, and why")
{
    driftline::MeshState state = make_state();
    LocalScheduler scheduler(1, {}, FullScorer());
    const driftline::Decision decision = scheduler.tick(state, 10s);
    REQUIRE(decision.actions.size() == 1);
    REQUIRE(decision.actions[0].eviction() != nullptr);
    const driftline::Eviction& action = *decision.actions[0].eviction();
    CHECK(action.chain == 7);
    CHECK(action.arm == driftline::Arm::scheduler);
    CHECK_FALSE(action.revision);
    CHECK(action.victim == 3);
    CHECK(action.target == 9);
    CHECK(action.victim_score == 0.3f);
    CHECK(action.target_score == 0.95f);
    CHECK(action.gain == 0.95f - 0.3f);
    REQUIRE(action.cost);
    CHECK(*action.cost == doctest::Approx(0.02));

    const driftline::Explanation why = scheduler.explain(state, 7);
    CHECK(why.chain() == 7);
    CHECK(why.verdict() == Verdict::evict);
    CHECK(why.victim() == 3);
    CHECK(why.alternative() == 9);
    CHECK(why.sampled_score() == 0.3f);
    CHECK(why.live_score() == 0.3f);
    CHECK(why.score_floor() == 0.5f);
    CHECK(why.alternative_score() == 0.95f);
    CHECK(why.gain() == action.gain);
    CHECK(why.hysteresis_gap() == 0.2f);
    CHECK(why.cost() == action.cost);
    CHECK(why.since() == 10s);
    CHECK(why.sampled_at() == 10s);
    CHECK(why.cooldown_until() == 310s);
    CHECK_FALSE(why.refusal());
    CHECK_FALSE(why.retry_at());
    CHECK(why.text() == "7 evict 3 -> 9: live 0.30 under 0.50, gain 0.65 over 0.20, cost 0.02");
    CHECK(why.capi().chain == 7);
    CHECK(code_of([&] { scheduler.explain(state, 99); }) == DRIFTLINE_RESULT_NOT_LED);
}

TEST_CASE("what an explanation does not know is empty, and what it knows is there")
{
    driftline::MeshState state = make_state();
    LocalScheduler scheduler(1, {}, PlainScorer());
    const auto unknown = scheduler.explain(state, 7);
    CHECK(unknown.verdict() == Verdict::not_sampled);
    CHECK_FALSE(unknown.victim());
    CHECK_FALSE(unknown.alternative());
    CHECK_FALSE(unknown.live_score());
    CHECK_FALSE(unknown.since());
    CHECK_FALSE(unknown.sampled_at());
    scheduler.tick(state, 0s);
    CHECK(scheduler.explain(state, 7).cooldown_until() == 300s);
    driftline::MeshState again = make_state();
    CHECK(scheduler.tick(again, 0s).actions.at(0).eviction()->cost == std::nullopt);

    driftline::SchedulerConfig config;
    config.hysteresis_gap = 0.9f;
    config.retry_backoff = 60s;
    LocalScheduler patient(1, config, FullScorer());
    patient.tick(state = make_state(), 0s);
    patient.tick(state, 500ms);
    const auto waits = patient.explain(state, 7);
    CHECK(waits.verdict() == Verdict::retry_later);
    CHECK(waits.refusal() == Verdict::gap_too_small);
    CHECK(waits.retry_at() == 1s);
}

TEST_CASE("a text of any length is whole")
{
    driftline_explanation long_one = {};
    long_one.struct_size = sizeof long_one;
    long_one.verdict = DRIFTLINE_VERDICT_EVICT;
    long_one.chain = long_one.victim = long_one.alternative = UINT64_MAX - 1;
    long_one.live_score = long_one.score_floor = long_one.gain = long_one.hysteresis_gap = long_one.cost = -1e38f;
    const std::string text = driftline::Explanation(long_one).text();
    CHECK(text.size() > 160);
    CHECK(text.find('\0') == std::string::npos);
    CHECK(text.substr(0, 26) == "18446744073709551614 evict");
    const std::string sentence = driftline::Explanation(long_one).sentence();
    CHECK(sentence.size() > 160);
    CHECK(sentence.find('\0') == std::string::npos);
    CHECK(sentence.substr(0, 32) == "chain 18446744073709551614 moves");
    long_one.verdict = 31;
    CHECK_THROWS_AS(driftline::Explanation(long_one).text(), driftline::ConfigError);
}

TEST_CASE("a report counts")
{
    driftline::MeshState state = make_state();
    PlainScorer odd;
    odd.scores[1] = 1.5f;
    odd.scores[2] = std::numeric_limits<float>::quiet_NaN();
    LocalScheduler scheduler(1, {}, Scorer::borrow(odd));
    const auto report = scheduler.tick(state, 0s).report;
    CHECK(report.led() == 2);
    CHECK(report.fresh() == 2);
    CHECK(report.dirty() == 0);
    CHECK(report.backstop_due() == 0);
    CHECK(report.rescored() == 2);
    CHECK(report.deferred() == 0);
    CHECK(report.deferred_age() == 0s);
    CHECK(report.calls(ScorerMethod::score) == 5);
    CHECK(report.calls(ScorerMethod::live_score) == 1);
    CHECK(report.calls(ScorerMethod::best_alternative) == 1);
    CHECK(report.calls(ScorerMethod::node_fingerprint) == 3);
    CHECK(report.calls(ScorerMethod::chain_fingerprint) == 0);
    CHECK(report.calls(ScorerMethod::migration_cost) == 1);
    CHECK(report.calls(static_cast<ScorerMethod>(99)) == 0);
    CHECK(report.invalid_scores() == 4);
    CHECK(report.invalid_alternatives() == 0);
    CHECK(report.verdicts(Verdict::evict) == 1);
    CHECK(report.verdicts(Verdict::healthy) == 1);
    CHECK(report.verdicts(static_cast<Verdict>(32)) == 0);
    CHECK(report.next_due() == 30s);
    CHECK(report.capi().led == 2);
    CHECK(report.failures().empty());
    driftline::MeshState fresh = make_state();
    CHECK(LocalScheduler(1).tick(fresh, 0s).report.next_due() == std::nullopt);
}

TEST_CASE("every kind of question is counted under its own name")
{
    driftline_report raw = driftline::detail::empty_report();
    raw.score_calls = 1;
    raw.live_score_calls = 2;
    raw.alternative_calls = 3;
    raw.node_fingerprint_calls = 4;
    raw.chain_fingerprint_calls = 5;
    raw.cost_calls = 6;
    raw.fresh = 7;
    raw.dirty = 8;
    raw.backstop_due = 9;
    raw.rescored = 10;
    raw.deferred = 11;
    raw.deferred_age_ns = 12;
    raw.invalid_scores = 13;
    raw.invalid_alternatives = 14;
    const driftline::TickReport report(raw, {});
    for (std::uint32_t method = 0; method <= DRIFTLINE_METHOD_MIGRATION_COST; method++) {
        CHECK(report.calls(static_cast<ScorerMethod>(method)) == method + 1);
    }
    CHECK(report.fresh() == 7);
    CHECK(report.dirty() == 8);
    CHECK(report.backstop_due() == 9);
    CHECK(report.rescored() == 10);
    CHECK(report.deferred() == 11);
    // What stands behind the last verdict is none.
    CHECK(report.verdicts(static_cast<Verdict>(32)) == 0);
    CHECK(report.deferred_age() == 12ns);
    CHECK(report.invalid_scores() == 13);
    CHECK(report.invalid_alternatives() == 14);
}

TEST_CASE("a dry run says what a tick would do, and changes nothing")
{
    driftline::MeshState state = make_state();
    LocalScheduler scheduler(1, {}, FullScorer());
    scheduler.sample(state, 0s);
    const std::uint64_t digest = state.digest();
    CHECK(scheduler.decide(state, 0s).actions.size() == 1);
    CHECK(scheduler.decide(state, 0s).actions.size() == 1);
    CHECK(scheduler.last_actions().size() == 1);
    CHECK(state.digest() == digest);
    CHECK(scheduler.tick(state, 0s).actions.size() == 1);
    CHECK(scheduler.tick(state, 0s).actions.empty());
}

TEST_CASE("the last actions are there until the scheduler changes")
{
    driftline::MeshState state = make_state();
    LocalScheduler scheduler(1);
    CHECK(scheduler.last_actions().empty());
    const std::vector<void (*)(LocalScheduler&, driftline::MeshState&)> changes = {
        [](LocalScheduler& changed, driftline::MeshState&) { changed.configure({}); },
        [](LocalScheduler& changed, driftline::MeshState&) { changed.install(PlainScorer()); },
        [](LocalScheduler& changed, driftline::MeshState&) { changed.uninstall(); },
        [](LocalScheduler& changed, driftline::MeshState&) { changed.set_class_policy(5, std::nullopt); },
        [](LocalScheduler& changed, driftline::MeshState& of) { changed.sample(of, 0s); },
        [](LocalScheduler& changed, driftline::MeshState& of) { changed.tick(of, 0s); },
        [](LocalScheduler& changed, driftline::MeshState&) { changed.close(); },
    };
    for (const auto change : changes) {
        LocalScheduler acting(1, {}, PlainScorer());
        REQUIRE(acting.tick(state = make_state(), 0s).actions.size() == 1);
        CHECK(acting.last_actions().at(0).target() == 9);
        CHECK(acting.last_actions().at(0).eviction()->victim == 3);
        change(acting, state);
        CHECK(acting.last_actions().empty());
    }
    LocalScheduler given(1, {}, PlainScorer());
    REQUIRE(given.tick(state = make_state(), 0s).actions.size() == 1);
    const LocalScheduler taken = LocalScheduler::adopt(given.release());
    CHECK(given.last_actions().empty());
    CHECK(taken.last_actions().empty());
}

TEST_CASE("samples, cells and histories are those of the scheduler")
{
    driftline::MeshState state = make_state();
    FullScorer scorer;
    LocalScheduler scheduler(1, {}, Scorer::borrow(scorer));
    scheduler.sample(state, 5s);
    auto sampled = scheduler.sampled();
    REQUIRE(sampled.size() == 2);
    CHECK(sampled[0].chain == 7);
    CHECK(sampled[1].chain == 8);
    CHECK(sampled[0].cause == driftline::SampleCause::fresh);
    const auto cells = scheduler.cells(7);
    REQUIRE(cells.size() == 3);
    CHECK(cells[2].node == 3);
    CHECK(cells[2].score == 0.3f);

    scorer.scores[3] = 0.2f;
    state.apply({driftline::events::chain_touched(7)});
    scheduler.sample(state, 6s);
    REQUIRE(scheduler.sampled().size() == 1);
    CHECK(scheduler.sampled()[0].cause == driftline::SampleCause::dirty);
    scheduler.sample(state, 60s);
    CHECK(scheduler.sampled().at(1).cause == driftline::SampleCause::backstop);
    const auto history = scheduler.history(7);
    REQUIRE(history.samples.size() == 3);
    CHECK(history.samples[0].at == 5s);
    CHECK(history.samples[0].worst_score == 0.3f);
    CHECK(history.samples[1].at == 6s);
    CHECK(history.samples[1].worst_score == 0.2f);
    CHECK(history.trend == driftline::Trend::degrading);
    CHECK(*history.ewma == doctest::Approx(0.249));
    CHECK(code_of([&] { scheduler.history(99); }) == DRIFTLINE_RESULT_NOT_LED);
    CHECK(code_of([&] { scheduler.cells(99); }) == DRIFTLINE_RESULT_NOT_LED);

    PlainScorer silent;
    silent.scores.clear();
    scheduler.install(Scorer::borrow(silent));
    state.apply({driftline::events::holder_added(70, 1), driftline::events::leader_set(70, 1)});
    scheduler.sample(state, 60s);
    CHECK(scheduler.history(70).samples.empty());
    CHECK_FALSE(scheduler.history(70).ewma);
    CHECK(scheduler.cells(70).empty());
}

TEST_CASE("a snapshot is what was seen, and stays so")
{
    driftline::MeshState state = make_state();
    LocalScheduler scheduler(1, {}, PlainScorer());
    CHECK(scheduler.snapshot(state).size() == 0);
    scheduler.sample(state, 0s);
    state.apply({driftline::events::holder_added(70, 1), driftline::events::leader_set(70, 1)});
    const auto snapshot = scheduler.snapshot(state);
    CHECK(snapshot.size() == 2);
    CHECK(snapshot.chains()[0] == 7);
    CHECK(snapshot.chains()[1] == 8);
    CHECK(snapshot.contains(7));
    CHECK_FALSE(snapshot.contains(70));
    CHECK(snapshot.cells(7).size() == 3);
    CHECK(snapshot.cells(8).size() == 2);
    CHECK(snapshot.cells(8)[1].node == 2);
    CHECK(snapshot.cells(70).empty());
    CHECK(snapshot.cells(0).empty());
    CHECK(snapshot.score(8, 2) == 0.8f);
    CHECK_FALSE(snapshot.score(8, 3));
    CHECK(snapshot.worst(7)->node == 3);
    CHECK_FALSE(snapshot.worst(70));

    driftline::ScoreSnapshot own;
    const std::vector<driftline::Cell> equal{{1, 0.5f}, {2, 0.5f}};
    own.add(7, equal);
    CHECK(own.worst(7)->node == 1);
    CHECK_THROWS_AS(own.add(7, equal), std::invalid_argument);
    CHECK_THROWS_AS(own.add(6, equal), std::invalid_argument);
    own.add(8, driftline::span<const driftline::Cell>());
    CHECK(own.size() == 2);
    CHECK_FALSE(own.worst(8));
}

TEST_CASE("over a snapshot the decision is that of the scheduler")
{
    driftline::MeshState state = make_state();
    FullScorer live;
    LocalScheduler scheduler(1, {}, Scorer::borrow(live));
    scheduler.sample(state, 0s);
    live.scores[1] = 0.1f;
    int scores = 0;
    live.intercept = [&](std::string_view method) { scores += method == "score" ? 1 : 0; };
    const Scorer snapshot = driftline::SnapshotScorer(scheduler.snapshot(state), Scorer::borrow(live));
    const auto judged = driftline::diff_scheduler(state, snapshot, {}, 1, 0s);
    const auto decided = scheduler.decide(state, 0s);
    REQUIRE(judged.actions.size() == 1);
    CHECK(judged.actions[0].eviction()->victim == decided.actions.at(0).eviction()->victim);
    CHECK(judged.actions[0].eviction()->cost == decided.actions[0].eviction()->cost);
    CHECK(scores == 0);
    CHECK(driftline::diff_scheduler(state, Scorer::borrow(live), {}, 1, 0s).actions.size() == 2);
}

TEST_CASE("a snapshot scorer passes on what the live scorer can, but for its batch of scores")
{
    const driftline::ScoreSnapshot empty;
    const auto over = [&](Scorer live) { return Scorer(driftline::SnapshotScorer(empty, std::move(live))); };
    CHECK(over(PlainScorer()).capabilities().live_score);
    CHECK_FALSE(over(PlainScorer()).capabilities().migration_cost);
    const Scorer full = over(BatchScorer());
    CHECK(full.capabilities().node_fingerprint);
    CHECK(full.capabilities().chain_fingerprint);
    CHECK(full.capabilities().migration_cost);
    CHECK(full.capabilities().node_fingerprints);
    CHECK_FALSE(full.capabilities().score_many);
    CHECK_FALSE(full->score(7, 3));
    CHECK(full->live_score(7, 3) == 0.3f);
    CHECK(full->best_alternative(7, {})->node == 9);
    CHECK(full->node_fingerprint(3) == 3);
    CHECK(full->chain_fingerprint(7) == 7);
    CHECK(full->migration_cost(7, 9)->disruption == 100ms);
    const std::vector<driftline::Pair> pairs{{7, 3}};
    std::vector<float> scores(1);
    full->live_score_many(pairs, scores);
    CHECK(scores[0] == 0.3f);
    std::vector<std::uint64_t> counters(1);
    std::vector<std::uint8_t> known(1);
    driftline::FingerprintAnswers fingerprints(counters, known);
    const std::vector<NodeId> nodes{3};
    full->node_fingerprints(nodes, fingerprints);
    CHECK(counters[0] == 3);
    std::vector<driftline_alternative> places(1);
    driftline::AlternativeAnswers found(places);
    full->alternatives(7, nodes, found);
    CHECK(places[0].node == 9);
}

TEST_CASE("the decision by itself skips, fails and refuses as it should")
{
    const driftline::MeshState state = make_state();
    PlainScorer scorer;
    const Scorer borrowed = Scorer::borrow(scorer);
    CHECK(driftline::diff_scheduler(state, borrowed, {}, 1, 0s).actions.size() == 1);
    const std::vector<ChainId> already{7};
    const auto skipped = driftline::diff_scheduler(state, borrowed, {}, 1, 0s, already);
    CHECK(skipped.actions.empty());
    CHECK(skipped.report.verdicts(Verdict::already_moved) == 1);
    CHECK(driftline::diff_scheduler(state, borrowed, {}, 2, 0s).report.led() == 0);
    CHECK(code_of([&] { driftline::diff_scheduler(state, borrowed, {}, driftline::no_node, 0s); })
          == DRIFTLINE_RESULT_ID);
    driftline::SchedulerConfig config;
    config.hysteresis_gap = -1.0f;
    CHECK(code_of([&] { driftline::diff_scheduler(state, borrowed, config, 1, 0s); }) == DRIFTLINE_RESULT_CONFIG);

    scorer.intercept = [](std::string_view method) {
        if (method == "best_alternative") {
            throw Trouble("no index");
        }
    };
    CHECK_THROWS_WITH_AS(driftline::diff_scheduler(state, borrowed, {}, 1, 0s), "no index", Trouble);
    const auto report = driftline::diff_scheduler(state, borrowed, skipping(), 1, 0s).report;
    REQUIRE(report.failures().size() == 1);
    CHECK(report.capi().scorer_errors == 1);
    CHECK(report.failures()[0].method == ScorerMethod::best_alternative);
    CHECK(report.failures()[0].chain == 7);
    CHECK_FALSE(report.failures()[0].node);
    CHECK_THROWS_WITH_AS(std::rethrow_exception(report.failures()[0].cause), "no index", Trouble);
}
