// Moves replicas by what a control plane knows anyway, without a scorer of your own to begin with; then with one beside
// it.
#include <driftline/driftline.hpp>

#include <cstdio>

using namespace std::chrono_literals;
namespace events = driftline::events;
using driftline::ChainId;
using driftline::NodeId;

// What no inventory knows: node 4 is due for repair.
class Forecast final : public driftline::PlacementScorer {
public:
    std::optional<float> score(ChainId, NodeId node) override { return node == 4 ? 0.1f : 1.0f; }
    // It knows of no home by itself.
    std::optional<driftline::Alternative> best_alternative(ChainId, driftline::span<const NodeId>) override
    {
        return std::nullopt;
    }
};

// One tick, carried out at once; in earnest: carry it out, and tell when it is done.
static void tick(driftline::LocalScheduler& scheduler, driftline::MeshState& state, driftline::Inventory& inventory,
                 std::chrono::seconds now)
{
    for (const driftline::Action& action : scheduler.tick(state, now).actions) {
        const driftline::Eviction* eviction = action.eviction();
        const auto done = eviction != nullptr ? events::holder_removed(eviction->chain, eviction->victim)
                                              : events::holder_added(action.chain(), *action.target());
        std::printf("%3d s: %s\n", static_cast<int>(now.count()), action.text().c_str());
        state.apply({done});
        inventory.follow({done});
    }
}

// In earnest: whenever you have measured. Node 3 gets busy.
static void report(driftline::Inventory& inventory, std::chrono::seconds now)
{
    const double busy_cores[] = {4.0, 4.0, now == 0s ? 4.0 : 15.2, 2.0, 1.0};
    const std::chrono::milliseconds round_trips[] = {1ms, 20ms, 20ms, 40ms, 60ms};
    for (NodeId node = 1; node <= 5; node++) {
        driftline::NodeInventory found;
        found.node = node;
        found.cpu_capacity_cores = 16.0;
        found.cpu_use_cores = busy_cores[node - 1];
        inventory.report_nodes(now, {found});
        inventory.report_rtts(now, {{1, node, round_trips[node - 1]}});
    }
}

int main()
{
    // Two chains with three replicas each, led here, on node 1, where their client is.
    const std::vector<std::uint64_t> chains{7, 8}, leaders{1, 1}, offsets{0, 3, 6}, holders{1, 2, 3, 1, 2, 3};
    driftline::MeshState state;
    driftline::Inventory inventory;
    state.load(chains, leaders, offsets, holders);
    inventory.load(chains, leaders, offsets, holders);
    for (const ChainId chain : chains) {
        state.apply({events::desired_replicas(chain, 3)});
        inventory.follow({events::desired_replicas(chain, 3)});
        driftline::ChainProfile profile;
        profile.chain = chain;
        profile.size_bytes = 1e8;
        profile.clients = {{1, 1.0f}};
        inventory.report_profiles({profile});
    }

    driftline::LocalScheduler scheduler(1, driftline::SchedulerConfig::production(), inventory);
    for (auto now = 0s; now <= 300s; now += 30s) {
        report(inventory, now);
        tick(scheduler, state, inventory, now);
    }
    const auto axes = inventory.axes(7, 4);
    std::printf("chain 7 on node 4: headroom %.2f, proximity %.2f, score %.2f\n", static_cast<double>(*axes->headroom),
                static_cast<double>(*axes->proximity), static_cast<double>(*axes->score));

    // The worse of both counts from now on.
    scheduler.install(driftline::ComposedScorer::minimum({inventory, Forecast()}));
    for (auto now = 1200s; now <= 1500s; now += 30s) {
        report(inventory, now);
        tick(scheduler, state, inventory, now);
    }
}
