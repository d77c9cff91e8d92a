// What a scorer can do is what the library sees: optional entries stay NULL unless they are overridden.
#include "cluster.hpp"

#include <doctest/doctest.h>

using namespace unit;
using driftline::Capabilities;
using driftline::Scorer;

static std::string list(const Capabilities& own)
{
    std::string text;
    text += own.live_score ? "live_score " : "";
    text += own.node_fingerprint ? "node_fingerprint " : "";
    text += own.chain_fingerprint ? "chain_fingerprint " : "";
    text += own.migration_cost ? "migration_cost " : "";
    text += own.score_many ? "score_many " : "";
    text += own.live_score_many ? "live_score_many " : "";
    text += own.node_fingerprints ? "node_fingerprints " : "";
    text += own.alternatives ? "alternatives " : "";
    return text;
}

// Whether the entries of the C struct are those of the capabilities.
static std::string entries(const Scorer& scorer)
{
    Scorer copy = scorer;
    const driftline_scorer made = driftline::detail::Entries::over(&copy);
    CHECK(made.ctx == &copy);
    const bool has_what_must_be_there = made.score != nullptr && made.best_alternative != nullptr;
    CHECK(has_what_must_be_there);
    return list({made.live_score != nullptr, made.node_fingerprint != nullptr, made.chain_fingerprint != nullptr,
                 made.migration_cost != nullptr, made.score_many != nullptr, made.live_score_many != nullptr,
                 made.node_fingerprints != nullptr, made.alternatives != nullptr});
}

#define SCORER_THAT_OVERRIDES(Name, ...)                                                                               \
    class Name final : public PlainScorer {                                                                            \
    public:                                                                                                            \
        __VA_ARGS__                                                                                                    \
    }

SCORER_THAT_OVERRIDES(WithLiveScore, std::optional<float> live_score(ChainId, NodeId) override { return 0.1f; });
SCORER_THAT_OVERRIDES(
    WithNodeFingerprint, std::optional<std::uint64_t> node_fingerprint(NodeId) override { return 1; });
SCORER_THAT_OVERRIDES(
    WithChainFingerprint, std::optional<std::uint64_t> chain_fingerprint(ChainId) override { return 1; });
SCORER_THAT_OVERRIDES(
    WithCost, std::optional<driftline::MigrationCost> migration_cost(ChainId, NodeId) override { return {}; });
SCORER_THAT_OVERRIDES(
    WithScoreMany, void score_many(driftline::span<const driftline::Pair>, driftline::span<float>) override {});
SCORER_THAT_OVERRIDES(
    WithLiveMany, void live_score_many(driftline::span<const driftline::Pair>, driftline::span<float>) override {});
SCORER_THAT_OVERRIDES(WithFingerprints, void node_fingerprints(driftline::span<const NodeId>,
                                                               driftline::FingerprintAnswers&) override {});
SCORER_THAT_OVERRIDES(WithAlternatives, void alternatives(ChainId, driftline::span<const NodeId>,
                                                          driftline::AlternativeAnswers&) override {});

TEST_CASE("each override is one entry, and nothing else")
{
    CHECK(entries(PlainScorer()) == "");
    CHECK(entries(WithLiveScore()) == "live_score ");
    CHECK(entries(WithNodeFingerprint()) == "node_fingerprint ");
    CHECK(entries(WithChainFingerprint()) == "chain_fingerprint ");
    CHECK(entries(WithCost()) == "migration_cost ");
    CHECK(entries(WithScoreMany()) == "score_many ");
    CHECK(entries(WithLiveMany()) == "live_score_many ");
    CHECK(entries(WithFingerprints()) == "node_fingerprints ");
    CHECK(entries(WithAlternatives()) == "alternatives ");
    CHECK(entries(FullScorer()) == "live_score node_fingerprint chain_fingerprint migration_cost ");
}

TEST_CASE("what is overridden by a class in between counts")
{
    CHECK(entries(BatchScorer())
          == "live_score node_fingerprint chain_fingerprint migration_cost score_many node_fingerprints alternatives ");
}

class Private : public PlainScorer {
    std::optional<float> live_score(ChainId, NodeId) override { return 0.2f; }
};

class Overloaded : public PlainScorer {
public:
    std::optional<std::uint64_t> node_fingerprint(NodeId) override { return 4; }
    int node_fingerprint(const char*) { return 0; }
};

TEST_CASE("what is overridden in private, or overloaded, counts")
{
    CHECK(entries(Private()) == "live_score ");
    CHECK(entries(Overloaded()) == "node_fingerprint ");
}

TEST_CASE("a scorer that comes as its base is refused, because its type hides what it can")
{
    std::unique_ptr<driftline::PlacementScorer> as_base = std::make_unique<FullScorer>();
    CHECK_THROWS_AS(Scorer(std::move(as_base)), std::invalid_argument);
    std::unique_ptr<PlainScorer> as_middle = std::make_unique<FullScorer>();
    CHECK_THROWS_AS(Scorer(std::move(as_middle)), std::invalid_argument);
    FullScorer full;
    PlainScorer& reference = full;
    CHECK_THROWS_AS(Scorer::borrow(reference), std::invalid_argument);
}

class SaysItself : public PlainScorer {
public:
    std::optional<Capabilities> capabilities() const override
    {
        Capabilities own;
        own.migration_cost = true;
        return own;
    }
};

TEST_CASE("a scorer that says what it can is believed, under every type")
{
    CHECK(entries(SaysItself()) == "migration_cost ");
    std::unique_ptr<driftline::PlacementScorer> as_base = std::make_unique<SaysItself>();
    CHECK(entries(Scorer(std::move(as_base))) == "migration_cost ");
}

static driftline::ScorerFunctions required()
{
    driftline::ScorerFunctions functions;
    functions.score = [](ChainId, NodeId node) { return std::optional<float>(node == 3 ? 0.3f : 0.8f); };
    functions.best_alternative = [](ChainId, driftline::span<const NodeId>) {
        return std::optional<driftline::Alternative>({9, 0.95f});
    };
    return functions;
}

TEST_CASE("a set of functions is a scorer, and what is empty stays NULL")
{
    CHECK(entries(required()) == "");
    driftline::ScorerFunctions functions = required();
    functions.live_score = functions.score;
    CHECK(entries(functions) == "live_score ");
    functions.node_fingerprint = [](NodeId) { return 1; };
    functions.chain_fingerprint = [](ChainId) { return 1; };
    functions.migration_cost = [](ChainId, NodeId) { return driftline::MigrationCost(); };
    CHECK(entries(functions) == "live_score node_fingerprint chain_fingerprint migration_cost ");
    functions = required();
    functions.score_many = [](driftline::span<const driftline::Pair>, driftline::span<float>) {};
    CHECK(entries(functions) == "score_many ");
    functions = required();
    functions.live_score_many = [](driftline::span<const driftline::Pair>, driftline::span<float>) {};
    CHECK(entries(functions) == "live_score_many ");
    functions = required();
    functions.node_fingerprints = [](driftline::span<const NodeId>, driftline::FingerprintAnswers&) {};
    CHECK(entries(functions) == "node_fingerprints ");
    functions = required();
    functions.alternatives = [](ChainId, driftline::span<const NodeId>, driftline::AlternativeAnswers&) {};
    CHECK(entries(functions) == "alternatives ");

    driftline::MeshState state = make_state();
    driftline::LocalScheduler scheduler(1, {}, required());
    CHECK(scheduler.tick(state, 0s).actions.at(0).target() == 9);
}

TEST_CASE("a set of functions without the two that it needs is refused")
{
    driftline::ScorerFunctions functions = required();
    functions.score = nullptr;
    CHECK_THROWS_AS(Scorer{functions}, std::invalid_argument);
    functions = required();
    functions.best_alternative = nullptr;
    CHECK_THROWS_AS(Scorer{functions}, std::invalid_argument);
}

TEST_CASE("empty functions answer as the library would have")
{
    const Scorer scorer = required();
    CHECK(scorer->live_score(7, 3) == 0.3f);
    CHECK_FALSE(scorer->node_fingerprint(3));
    CHECK(scorer->chain_fingerprint(7) == 0);
    CHECK_FALSE(scorer->migration_cost(7, 9));
    const std::vector<driftline::Pair> pairs{{7, 1}, {7, 3}};
    std::vector<float> scores(2);
    scorer->score_many(pairs, scores);
    CHECK(scores == std::vector<float>{0.8f, 0.3f});
    scores = {0.0f, 0.0f};
    scorer->live_score_many(pairs, scores);
    CHECK(scores == std::vector<float>{0.8f, 0.3f});
    std::vector<std::uint64_t> counters(1);
    std::vector<std::uint8_t> known(1);
    driftline::FingerprintAnswers fingerprints(counters, known);
    const std::vector<NodeId> nodes{3};
    scorer->node_fingerprints(nodes, fingerprints);
    CHECK(known[0] == 0);
    std::vector<driftline_alternative> places(2);
    driftline::AlternativeAnswers found(places);
    scorer->alternatives(7, nodes, found);
    CHECK(found.size() == 2);
    CHECK(places[0].node == 9);
}

TEST_CASE("answers stay within their arrays")
{
    std::vector<std::uint64_t> counters(1);
    std::vector<std::uint8_t> known(1);
    driftline::FingerprintAnswers fingerprints(counters, known);
    CHECK(fingerprints.size() == 1);
    fingerprints.set(0, 5);
    CHECK(counters[0] == 5);
    CHECK(known[0] == 1);
    CHECK_THROWS_AS(fingerprints.set(1, 5), std::out_of_range);
    std::vector<driftline_alternative> places(1);
    driftline::AlternativeAnswers found(places);
    CHECK(found.capacity() == 1);
    CHECK(found.add(4, 0.5f));
    CHECK_FALSE(found.add(5, 0.4f));
    CHECK(found.size() == 1);
    CHECK(places[0].node == 4);
    CHECK(places[0].score == 0.5f);
}

// Also those that this version of the library does not ask, called as it would.
TEST_CASE("the entries for live batches and alternatives answer")
{
    class All final : public PlainScorer {
    public:
        void live_score_many(driftline::span<const driftline::Pair> pairs, driftline::span<float> out) override
        {
            CHECK(pairs.size() == 2);
            CHECK(pairs[1].node == 3);
            PlacementScorer::live_score_many(pairs, out);
        }
        void alternatives(ChainId chain, driftline::span<const NodeId> exclude,
                          driftline::AlternativeAnswers& out) override
        {
            CHECK(chain == 7);
            CHECK(exclude.size() == 1);
            CHECK(out.capacity() == 3);
            out.add(9, 0.95f);
            out.add(10, 0.9f);
        }
    };
    Scorer scorer = All();
    const driftline_scorer made = driftline::detail::Entries::over(&scorer);
    const driftline_pair pairs[] = {{7, 1}, {7, 3}};
    float scores[] = {0.0f, 0.0f};
    CHECK(made.live_score_many(made.ctx, pairs, 2, scores) == DRIFTLINE_SCORER_OK);
    CHECK(scores[0] == 0.9f);
    CHECK(scores[1] == 0.3f);
    const std::uint64_t exclude[] = {3};
    driftline_alternative found[3] = {};
    std::size_t count = 0;
    CHECK(made.alternatives(made.ctx, 7, exclude, 1, found, 3, &count) == DRIFTLINE_SCORER_OK);
    CHECK(count == 2);
    CHECK(found[0].node == 9);
    CHECK(found[1].node == 10);
}
