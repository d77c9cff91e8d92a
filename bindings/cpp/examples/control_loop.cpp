// A control loop: tell what is so, tick, carry out, report back. Read it from top to bottom.
#include <driftline/driftline.hpp>

#include <cstdio>
#include <map>

using namespace std::chrono_literals;
namespace events = driftline::events;

// How good each home is: here the share of a node that is free, whatever the chain.
class ByLoad final : public driftline::PlacementScorer {
public:
    std::map<driftline::NodeId, float> free_share{{1, 0.9f}, {2, 0.8f}, {3, 0.3f}, {4, 0.95f}};

    std::optional<float> score(driftline::ChainId, driftline::NodeId node) override
    {
        const auto found = free_share.find(node);
        return found == free_share.end() ? std::nullopt : std::optional<float>(found->second);
    }

    std::optional<driftline::Alternative> best_alternative(driftline::ChainId,
                                                           driftline::span<const driftline::NodeId> exclude) override
    {
        std::optional<driftline::Alternative> best;
        for (const auto& [node, share] : free_share) {
            const bool is_holder = std::find(exclude.begin(), exclude.end(), node) != exclude.end();
            if (!is_holder && (!best || share > best->score)) {
                best = driftline::Alternative{node, share};
            }
        }
        return best;
    }
};

static void print(const driftline::Decision& decision)
{
    for (const driftline::Action& action : decision.actions) {
        std::printf("  chain %llu: from %llu to %llu, gains %.2f\n", static_cast<unsigned long long>(action.chain),
                    static_cast<unsigned long long>(action.victim), static_cast<unsigned long long>(action.target),
                    static_cast<double>(action.gain));
    }
}

int main()
{
    // Who holds what. Chain 7 is on nodes 1, 2 and 3, chain 8 on 1 and 2; node 1 leads both.
    driftline::MeshState state;
    state.apply({events::holder_added(7, 1), events::holder_added(7, 2), events::holder_added(7, 3),
                 events::leader_set(7, 1)});
    state.apply({events::holder_added(8, 1), events::holder_added(8, 2), events::leader_set(8, 1)});

    driftline::SchedulerConfig config;
    config.cooldown = 1min;
    ByLoad by_load;
    driftline::LocalScheduler scheduler(1, config, driftline::Scorer::borrow(by_load));

    for (const auto now : {0s, 10s, 20s, 70s}) {
        if (now == 20s) {
            by_load.free_share[2] = 0.2f;
        }
        const driftline::Decision decision = scheduler.tick(state, now);
        std::printf("at %lld s: %llu chains, %zu to move\n", static_cast<long long>(now.count()),
                    static_cast<unsigned long long>(decision.report.led()), decision.actions.size());
        print(decision);
        for (const driftline::Action& action : decision.actions) {
            // Here the data would be moved. Then the state is told what is so.
            state.apply({events::holder_removed(action.chain, action.victim),
                         events::holder_added(action.chain, action.target)});
        }
        for (const driftline::ChainId chain : state.led_by(1)) {
            std::printf("  why: %s\n", scheduler.explain(state, chain).text().c_str());
        }
    }
}
