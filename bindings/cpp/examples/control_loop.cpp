// A control loop that is safe to leave running: tell what is so, tick, compare revisions, carry out, report back. Read
// it from top to bottom.
#include <driftline/driftline.hpp>

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>

using namespace std::chrono_literals;
namespace events = driftline::events;
using driftline::ChainId;
using driftline::NodeId;

// How good each home is: here the share of a node that is free, whatever the chain.
class ByLoad final : public driftline::PlacementScorer {
public:
    std::map<NodeId, float> free_share{{1, 0.9f}, {2, 0.8f}, {3, 0.3f}, {4, 0.95f}, {5, 0.85f}};

    std::optional<float> score(ChainId, NodeId node) override
    {
        const auto found = free_share.find(node);
        return found == free_share.end() ? std::nullopt : std::optional<float>(found->second);
    }

    std::optional<driftline::Alternative> best_alternative(ChainId, driftline::span<const NodeId> exclude) override
    {
        std::optional<driftline::Alternative> best;
        for (const auto& [node, share] : free_share) {
            const bool is_excluded = std::find(exclude.begin(), exclude.end(), node) != exclude.end();
            if (!is_excluded && (!best || share > best->score)) {
                best = driftline::Alternative{node, share};
            }
        }
        return best;
    }
};

// The store of the cluster, which every leader writes to. It changes a chain only for whoever knows its latest
// revision, so two leaders that overlap cannot both act on one state.
class Store {
public:
    struct Chain {
        std::set<NodeId> holders;
        std::uint64_t revision = 1;
    };

    std::map<ChainId, Chain> chains{{7, {{1, 2, 3}}}, {8, {{1, 2}}}};

    bool change(ChainId chain, std::uint64_t known_revision, NodeId node, bool holds)
    {
        Chain& found = chains[chain];
        if (found.revision != known_revision) {
            return false;
        }
        holds ? static_cast<void>(found.holders.insert(node)) : static_cast<void>(found.holders.erase(node));
        found.revision += 1;
        return true;
    }
};

// Here the data would be moved, too.
static bool carry_out(Store& store, const driftline::Action& action)
{
    if (const driftline::Eviction* eviction = action.eviction()) {
        return store.change(eviction->chain, *eviction->revision, eviction->victim, false);
    }
    const driftline::Placement& placement = *action.placement();
    // Without a target the choice among all that are not excluded is ours. This cluster always has one.
    return store.change(placement.chain, *placement.revision, placement.target.value(), true);
}

// Reports back what is so in the store now, whoever has done it. What has not changed is no event.
static void tell(driftline::MeshState& state, const Store& store)
{
    std::vector<driftline::Event> news;
    for (const auto& [chain, known] : store.chains) {
        const std::vector<NodeId> before = state.try_chain(chain) ? state.chain(chain).holders : std::vector<NodeId>();
        for (const NodeId node : before) {
            if (known.holders.count(node) == 0) {
                news.push_back(events::holder_removed(chain, node));
            }
        }
        for (const NodeId node : known.holders) {
            news.push_back(events::holder_added(chain, node));
        }
        news.push_back(events::chain_revision(chain, known.revision));
    }
    state.apply(news);
}

static void print_drain(const std::optional<driftline::DrainStatus>& drain)
{
    if (drain) {
        std::printf("  drain of node %llu: %llu left, %llu moved, %s\n", static_cast<unsigned long long>(drain->node),
                    static_cast<unsigned long long>(drain->left), static_cast<unsigned long long>(drain->moved),
                    drain->at_risk ? "at risk" : "on time");
    }
}

int main()
{
    Store store;
    driftline::MeshState state;
    tell(state, store);
    // Node 1 leads both chains. Chain 7 is to have three replicas, chain 8 two.
    state.apply({events::leader_set(7, 1), events::desired_replicas(7, 3), events::leader_set(8, 1),
                 events::desired_replicas(8, 2)});

    // Moves are tracked and limited, flapping is held. What we know better: here the target comes before the victim
    // goes, no move takes five minutes, and a chain that has moved should have paid for that before it moves again.
    driftline::SchedulerConfig config = driftline::SchedulerConfig::production();
    config.move_order = driftline::MoveOrder::place_first;
    config.move_timeout = 5min;
    config.cooldown = 10min;
    driftline::LocalScheduler scheduler(1, config, ByLoad());

    // In earnest `now` is a time that all leaders share, such as that of `std::chrono::system_clock`.
    for (const auto now : {0s, 10s, 20s, 90s, 100s, 200s, 210s, 220s}) {
        if (now == 10s) {
            // Another leader, which did not know that it is one no more, has decided the same and was faster.
            store.change(7, store.chains[7].revision, 3, false);
        }
        if (now == 90s) {
            state.apply({events::drain(2, now + 8min)});
        }
        const driftline::Decision decision = scheduler.tick(state, now);
        std::printf("at %lld s: %llu in flight\n", static_cast<long long>(now.count()),
                    static_cast<unsigned long long>(decision.report.in_flight()));
        for (const driftline::Action& action : decision.actions) {
            const bool is_done = carry_out(store, action);
            std::printf("  %s%s\n", action.text().c_str(), is_done ? "" : ": not any more");
        }
        // Who was too late says nothing else: `move_failed` is for a move that was tried, and makes its target wait.
        tell(state, store);
        print_drain(scheduler.drain_status(state, 2));
    }
    for (const ChainId chain : state.led_by(1)) {
        std::printf("why: %s\n", scheduler.explain(state, chain).sentence().c_str());
    }
}
