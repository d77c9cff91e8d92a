// A million schedulers and states come, tick and go, and every tenth time an inventory and what was put together of it:
// the heap is afterwards as large as it was after the first ten thousand.
#include <driftline/driftline.hpp>

#include <cstdio>
#include <cstdlib>
#include <malloc.h>

using namespace std::chrono_literals;

namespace {

class Table final : public driftline::PlacementScorer {
public:
    std::optional<float> score(driftline::ChainId, driftline::NodeId node) override { return node == 2 ? 0.2f : 0.9f; }
    std::optional<driftline::Alternative> best_alternative(driftline::ChainId,
                                                           driftline::span<const driftline::NodeId>) override
    {
        return driftline::Alternative{9, 0.95f};
    }
};

// The other half of the move, and what is handed over to the next leader.
bool hand_over(driftline::MeshState& state, driftline::LocalScheduler& scheduler)
{
    driftline::ClassPolicy policy;
    policy.mode = driftline::ClassMode::lazy(0.5f);
    scheduler.set_class_policy(0, policy);
    state.apply({driftline::events::holder_removed(7, 2), driftline::events::desired_replicas(7, 2)});
    const auto actions = scheduler.tick(state, 2s).actions;
    driftline::MeshState next;
    next.import_chain(state.export_chain(7));
    return actions.size() == 1 && actions[0].placement() != nullptr && actions[0].placement()->exclude.size() == 1
        && next.chain(7).last_rebalance == 1s && scheduler.transitions().size() == 2;
}

// An inventory and scorers that are put together; the part throws in the end.
bool compose(driftline::MeshState& state, driftline::LocalScheduler& scheduler)
{
    driftline::Inventory inventory;
    driftline::NodeInventory report;
    report.node = 1;
    report.cpu_capacity_cores = 10.0;
    report.cpu_use_cores = 1.0;
    inventory.report_nodes(2s, {report});
    inventory.report_rtts(2s, {{50, 1, 1ms}});
    driftline::ScorerFunctions functions;
    functions.score = [](driftline::ChainId, driftline::NodeId) -> std::optional<float> {
        throw std::runtime_error("a part");
    };
    functions.best_alternative = [](driftline::ChainId, driftline::span<const driftline::NodeId>) {
        return std::optional<driftline::Alternative>();
    };
    auto lowest = driftline::ComposedScorer::minimum({inventory, Table()});
    scheduler.install(driftline::ComposedScorer::override_per_chain(std::move(lowest), {{functions, {7}}}));
    driftline::ComposedScorer refused(inventory);
    if (driftline::ComposedScorer::try_smoothed(std::move(refused), 0s)) {
        return false;
    }
    try {
        scheduler.tick(state, 2s);
        return false;
    } catch (const std::runtime_error&) {
        return inventory.forget_node(50) && !scheduler.uninstall();
    }
}

// Every tenth scorer throws, and every scheduler is moved once on its way.
bool cycle(unsigned long round)
{
    driftline::MeshState state;
    state.apply({driftline::events::holder_added(7, 1), driftline::events::holder_added(7, 2),
                 driftline::events::leader_set(7, 1)});
    driftline::LocalScheduler first(1, {}, Table());
    driftline::LocalScheduler scheduler(std::move(first));
    bool moved = scheduler.tick(state, 1s).actions.size() == 1 && hand_over(state, scheduler);
    if (round % 10 == 0) {
        driftline::ScorerFunctions functions;
        functions.score = [](driftline::ChainId, driftline::NodeId) -> std::optional<float> {
            throw std::runtime_error("every tenth");
        };
        functions.best_alternative = [](driftline::ChainId, driftline::span<const driftline::NodeId>) {
            return std::optional<driftline::Alternative>();
        };
        scheduler.install(std::move(functions));
        try {
            scheduler.tick(state, 2s);
            moved = false;
        } catch (const std::runtime_error&) {
            moved = moved && compose(state, scheduler);
        }
    }
    scheduler.close();
    return moved;
}

} // namespace

int main(int argument_count, char** arguments)
{
    const unsigned long cycles = argument_count > 1 ? std::strtoul(arguments[1], nullptr, 10) : 1000000;
    // By then the allocator keeps as many free pieces of each size as it ever will.
    const unsigned long warm_up = 10000;
    std::size_t before = 0;
    for (unsigned long round = 0; round < cycles; round++) {
        if (!cycle(round)) {
            std::printf("cycle %lu did not end as it should\n", round);
            return EXIT_FAILURE;
        }
        if (round == warm_up - 1) {
            before = mallinfo2().uordblks;
        }
    }
    const std::size_t after = mallinfo2().uordblks;
    std::printf("%lu cycles: %zu bytes in use after %lu, %zu at the end\n", cycles, before, warm_up, after);
    return after <= before ? EXIT_SUCCESS : EXIT_FAILURE;
}
