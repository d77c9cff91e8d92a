// A small cluster for tests: node 1 leads chains 7 and 8; node 3 is bad, node 9 is free and good.
#ifndef UNIT_CLUSTER_HPP
#define UNIT_CLUSTER_HPP

#include <driftline/driftline.hpp>

#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

namespace unit {

using driftline::ChainId;
using driftline::NodeId;
using namespace std::chrono_literals;

// What a question may do before it is answered, such as throw.
using Interceptor = std::function<void(std::string_view method)>;

// How many scorers and exceptions of the tests there are.
struct Counted {
    static inline int alive = 0;
    Counted() { alive += 1; }
    Counted(const Counted&) { alive += 1; }
    Counted& operator=(const Counted&) = default;
    ~Counted() { alive -= 1; }
};

struct Trouble : std::runtime_error {
    explicit Trouble(const std::string& what) : std::runtime_error(what) {}
    Counted counted;
};

// Only what must be there.
class PlainScorer : public driftline::PlacementScorer {
public:
    std::map<NodeId, float> scores{{1, 0.9f}, {2, 0.8f}, {3, 0.3f}};
    Interceptor intercept = [](std::string_view) {};

    std::optional<float> score(ChainId, NodeId node) override
    {
        intercept("score");
        const auto found = scores.find(node);
        return found == scores.end() ? std::nullopt : std::optional<float>(found->second);
    }

    std::optional<driftline::Alternative> best_alternative(ChainId, driftline::span<const NodeId>) override
    {
        intercept("best_alternative");
        return driftline::Alternative{9, 0.95f};
    }

private:
    Counted counted_;
};

// Everything there is, one by one.
class FullScorer : public PlainScorer {
public:
    std::optional<float> live_score(ChainId chain, NodeId node) override
    {
        intercept("live_score");
        const Interceptor kept = std::exchange(intercept, [](std::string_view) {});
        const auto answer = score(chain, node);
        intercept = kept;
        return answer;
    }
    std::optional<std::uint64_t> node_fingerprint(NodeId node) override
    {
        intercept("node_fingerprint");
        return node;
    }
    std::optional<std::uint64_t> chain_fingerprint(ChainId chain) override
    {
        intercept("chain_fingerprint");
        return chain;
    }
    std::optional<driftline::MigrationCost> migration_cost(ChainId, NodeId) override
    {
        intercept("migration_cost");
        return driftline::MigrationCost{100ms, 100ms, 1.0f};
    }
};

// And in batches.
class BatchScorer final : public FullScorer {
public:
    void score_many(driftline::span<const driftline::Pair> pairs, driftline::span<float> out) override
    {
        intercept("score_many");
        PlacementScorer::score_many(pairs, out);
    }
    void node_fingerprints(driftline::span<const NodeId> nodes, driftline::FingerprintAnswers& out) override
    {
        intercept("node_fingerprints");
        PlacementScorer::node_fingerprints(nodes, out);
    }
    void alternatives(ChainId chain, driftline::span<const NodeId> exclude,
                      driftline::AlternativeAnswers& out) override
    {
        intercept("alternatives");
        PlacementScorer::alternatives(chain, exclude, out);
    }
};

inline driftline::MeshState make_state()
{
    const std::vector<std::uint64_t> chains{7, 8}, leaders{1, 1}, offsets{0, 3, 5}, holders{1, 2, 3, 1, 2};
    driftline::MeshState state;
    state.load(chains, leaders, offsets, holders);
    return state;
}

inline driftline::SchedulerConfig skipping()
{
    driftline::SchedulerConfig config;
    config.on_scorer_error = driftline::OnScorerError::skip_chain;
    return config;
}

// Asks for several alternatives.
inline driftline::SchedulerConfig choosy(driftline::SchedulerConfig config)
{
    config.max_alternatives = 3;
    return config;
}

// The code of the error that a call throws; 0 if it throws none.
template <class Call>
driftline_result code_of(const Call& call)
{
    try {
        call();
    } catch (const driftline::Error& error) {
        return error.code();
    }
    return DRIFTLINE_RESULT_OK;
}

} // namespace unit

#endif
