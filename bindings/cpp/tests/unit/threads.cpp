// Several threads: reads meet, writes are refused, and exceptions stay on their threads.
#include "cluster.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

using namespace unit;
using driftline::LocalScheduler;
using driftline::Scorer;

TEST_CASE("what is in use by another thread is refused, not waited for")
{
    driftline::MeshState state = make_state();
    PlainScorer scorer;
    std::vector<driftline_result> codes;
    LocalScheduler scheduler(1, {}, Scorer::borrow(scorer));
    scorer.intercept = [&](std::string_view) {
        std::thread([&] {
            codes.push_back(scheduler.try_tick(state, 0s).error().code());
            codes.push_back(scheduler.try_this_node().error().code());
            codes.push_back(scheduler.try_close().error().code());
            codes.push_back(scheduler.try_set_class_policy(5, driftline::ClassPolicy()).error().code());
            codes.push_back(scheduler.try_transitions().error().code());
            codes.push_back(scheduler.try_drain_status(state, 1).error().code());
            codes.push_back(state.try_apply({driftline::events::chain_touched(7)}).error().code());
            codes.push_back(state.try_export_chain(7).error().code());
            codes.push_back(state.try_import_chain({}).error().code());
        }).join();
    };
    CHECK(scheduler.tick(state, 0s).actions.size() == 1);
    CHECK(codes.size() >= 9);
    for (const driftline_result code : codes) {
        CHECK(code == DRIFTLINE_RESULT_BUSY);
    }
    CHECK(scheduler.last_actions().size() == 1);
    CHECK_FALSE(scheduler.class_policy(5));
}

TEST_CASE("schedulers on several threads share a state and a scorer, and keep their exceptions apart")
{
    // A sample only reads the state.
    driftline::MeshState state;
    for (NodeId node = 1; node <= 4; node++) {
        state.apply({driftline::events::holder_added(node, 1), driftline::events::leader_set(node, node)});
    }
    class ThrowsItsChain final : public driftline::PlacementScorer {
    public:
        std::optional<float> score(ChainId chain, NodeId) override { throw Trouble(std::to_string(chain)); }
        std::optional<driftline::Alternative> best_alternative(ChainId, driftline::span<const NodeId>) override
        {
            return std::nullopt;
        }
    };
    const Scorer shared = ThrowsItsChain();
    std::atomic<int> right{0};
    std::vector<std::thread> threads;
    for (NodeId node = 1; node <= 4; node++) {
        threads.emplace_back([&, node] {
            LocalScheduler scheduler(node, {}, shared);
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
