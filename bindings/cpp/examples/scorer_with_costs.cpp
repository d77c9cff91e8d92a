// A scorer for production: counters say what moved, batches make it fast, and a move has to be worth what it costs.
#include <driftline/driftline.hpp>

#include <cstdio>
#include <map>
#include <stdexcept>

using namespace std::chrono_literals;
namespace events = driftline::events;

struct Node {
    float score;
    // Goes up with every change of what scores depend on: a node that did not change is not scored again.
    std::uint64_t version;
};

class Inventory final : public driftline::PlacementScorer {
public:
    std::map<driftline::NodeId, Node> nodes;
    std::map<driftline::ChainId, std::uint64_t> megabytes;
    std::size_t batches = 0;

    std::optional<float> score(driftline::ChainId, driftline::NodeId node) override { return nodes.at(node).score; }

    // One call for many pairs. Places that are left alone are "no opinion".
    void score_many(driftline::span<const driftline::Pair> pairs, driftline::span<float> out) override
    {
        batches += 1;
        for (std::size_t at = 0; at < pairs.size(); at++) {
            out[at] = nodes.at(pairs[at].node).score;
        }
    }

    std::optional<driftline::Alternative> best_alternative(driftline::ChainId,
                                                           driftline::span<const driftline::NodeId> exclude) override
    {
        std::optional<driftline::Alternative> best;
        for (const auto& [id, node] : nodes) {
            const bool is_holder = std::find(exclude.begin(), exclude.end(), id) != exclude.end();
            if (!is_holder && (!best || node.score > best->score)) {
                best = driftline::Alternative{id, node.score};
            }
        }
        return best;
    }

    std::optional<std::uint64_t> node_fingerprint(driftline::NodeId node) override { return nodes.at(node).version; }

    // Ten megabytes a second, and a moment in which the chain serves worse.
    std::optional<driftline::MigrationCost> migration_cost(driftline::ChainId chain, driftline::NodeId) override
    {
        driftline::MigrationCost cost;
        cost.state_transfer = std::chrono::milliseconds(megabytes.at(chain) * 100);
        cost.disruption = 200ms;
        return cost;
    }
};

int main()
{
    driftline::MeshState state;
    for (const driftline::ChainId chain : {7u, 8u}) {
        state.apply({events::holder_added(chain, 1), events::holder_added(chain, 2), events::leader_set(chain, 1)});
    }
    Inventory inventory;
    inventory.nodes = {{1, {0.9f, 1}}, {2, {0.4f, 1}}, {3, {0.8f, 1}}};
    inventory.megabytes = {{7, 10}, {8, 1000}};
    driftline::LocalScheduler scheduler(1, {}, driftline::Scorer::borrow(inventory));

    // Both chains are on a bad node, but the large one would cost more than it gains.
    auto decision = scheduler.tick(state, 0s);
    for (const driftline::ChainId chain : {7u, 8u}) {
        std::printf("%s\n", scheduler.explain(state, chain).text().c_str());
    }
    std::printf("%zu batch, %llu scores\n", inventory.batches,
                static_cast<unsigned long long>(decision.report.calls(driftline::ScorerMethod::score)));

    // Nothing changed, so nothing is scored.
    decision = scheduler.tick(state, 1s);
    std::printf("%llu scores\n",
                static_cast<unsigned long long>(decision.report.calls(driftline::ScorerMethod::score)));

    // What a scorer throws comes out of the tick as itself, and the next tick is as good as if it had not happened.
    state.apply({events::holder_added(7, 99)});
    try {
        scheduler.tick(state, 2s);
    } catch (const std::out_of_range&) {
        std::puts("node 99 is not in the inventory");
    }
}
