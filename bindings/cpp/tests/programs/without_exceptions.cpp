// A program without exceptions and run-time types: every error is a result. With an argument it misuses one, and ends.
#include <driftline/driftline.hpp>

#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace std::chrono_literals;

static_assert(DRIFTLINE_CPP_EXCEPTIONS == 0 && DRIFTLINE_CPP_RTTI == 0, "this program is about being without them");

namespace {

class Table final : public driftline::PlacementScorer {
public:
    std::int32_t fails_with = 0;
    bool interrupts = false;

    std::optional<float> score(driftline::ChainId, driftline::NodeId node) override
    {
        if (interrupts) {
            return driftline::interrupt();
        }
        if (fails_with != 0) {
            return driftline::fail(fails_with);
        }
        return node == 2 ? 0.2f : 0.9f;
    }
    std::optional<driftline::Alternative> best_alternative(driftline::ChainId,
                                                           driftline::span<const driftline::NodeId>) override
    {
        return driftline::Alternative{9, 0.95f};
    }
};

void expect(bool holds, const char* what)
{
    if (!holds) {
        std::printf("not so: %s\n", what);
        std::exit(EXIT_FAILURE);
    }
}

void misuse(const char* how)
{
    if (std::strcmp(how, "value") == 0) {
        driftline::LocalScheduler::try_create(driftline::no_node).value();
    } else if (std::strcmp(how, "error") == 0) {
        driftline::MeshState::try_create().error();
    } else if (std::strcmp(how, "time") == 0) {
        static_cast<void>(driftline::Time(-1s));
    } else if (std::strcmp(how, "throwing twin") == 0) {
        driftline::MeshState().chain(99);
    } else if (std::strcmp(how, "part") == 0) {
        static_cast<void>(driftline::ComposedScorer(driftline::Scorer()));
    }
}

} // namespace

// Scorers that are put together, whose parts fail with codes.
void compose(driftline::MeshState& state, driftline::LocalScheduler& scheduler, Table& table)
{
    auto inventory = driftline::Inventory::try_create();
    expect(inventory.has_value(), "an inventory is made");
    driftline::NodeInventory report;
    report.node = 1;
    report.cpu_capacity_cores = -1.0;
    expect(inventory->try_report_nodes(0s, {report}).error().code() == DRIFTLINE_RESULT_INVENTORY,
           "it is told no nonsense");
    auto part = driftline::ComposedScorer::try_create(driftline::Scorer::borrow(table));
    expect(part.has_value(), "a part is made");
    expect(driftline::ComposedScorer::try_cached(std::move(*part), 0).error().code() == DRIFTLINE_RESULT_CONFIG,
           "a capacity is refused");
    auto lowest = driftline::ComposedScorer::try_minimum({*inventory, std::move(*part)});
    expect(lowest.has_value() && part->capi().bits == 0, "it is put together all the same");
    const auto score = lowest->try_score(7, 2);
    expect(score.has_value() && *score == 0.2f, "it says what a node is worth");
    expect(lowest->try_begin(1s).has_value(), "it is told the time");
    expect(lowest->try_live_score(7, 2).value() == 0.2f, "what it is worth right now");
    expect(!lowest->try_migration_cost(7, 2).value(), "and that a move there is for free");
    const auto homes = lowest->try_alternatives(7, {1, 2}, SIZE_MAX);
    expect(homes.has_value() && homes->size() == 1 && homes->front().node == 9, "and where a chain could be");
    expect(inventory->try_alternatives(7, {}, 1)->empty(), "which an inventory that knows nothing does not");
    expect(!inventory->try_migration_cost(7, 2).value() && inventory->try_touches()->empty(), "nor anything else");
    expect(inventory->try_config()->try_epsilons()->score_bound > 0.0f, "but for its epsilons");
    table.fails_with = -8;
    expect(lowest->try_score(7, 2).error().scorer_code() == -8, "a failure of a part is one of the question");
    table.fails_with = 0;
    const auto installed = scheduler.try_install(std::move(*lowest));
    expect(installed.has_value() && installed->get() == &table, "it is installed in place of the former scorer");
    table.fails_with = -9;
    const auto failed = scheduler.try_tick(state, 0s);
    expect(failed.has_value() && failed->report.failures().size() == 1, "a failure of a part is skipped");
    expect(failed->report.failures()[0].code == -9, "and reported");
    table.fails_with = 0;
}

int main(int argument_count, char** arguments)
{
    if (argument_count > 1) {
        misuse(arguments[1]);
        return EXIT_SUCCESS;
    }
    auto state = driftline::MeshState::try_create();
    expect(state.has_value(), "a state is made");
    expect(state->try_apply({driftline::events::holder_added(7, 1), driftline::events::holder_added(7, 2),
                             driftline::events::leader_set(7, 1)})
               .has_value(),
           "events are applied");
    Table table;
    auto scheduler = driftline::LocalScheduler::try_create(1, {}, driftline::Scorer::borrow(table));
    expect(scheduler.has_value(), "a scheduler is made");

    table.fails_with = -7;
    const auto failed = scheduler->try_tick(*state, 0s);
    expect(!failed && failed.error().scorer_code() == -7, "a failure comes back with its code");
    expect(failed.error().cause() == nullptr, "without an exception");
    table.interrupts = true;
    expect(scheduler->try_tick(*state, 0s).error().scorer_code() == DRIFTLINE_SCORER_INTERRUPTED, "it is interrupted");
    table.interrupts = false;

    driftline::SchedulerConfig skipping;
    skipping.on_scorer_error = driftline::OnScorerError::skip_chain;
    expect(scheduler->try_configure(skipping).has_value(), "it is configured");
    const auto skipped = scheduler->try_tick(*state, 0s);
    expect(skipped.has_value() && skipped->report.failures().size() == 1, "a failure is skipped");
    expect(skipped->report.failures()[0].code == -7, "and reported");
    table.fails_with = 0;
    const auto decision = scheduler->try_tick(*state, 0s);
    expect(decision.has_value() && decision->actions.size() == 1, "the next tick is as good");
    const driftline::Eviction* eviction = decision->actions[0].eviction();
    expect(eviction != nullptr && eviction->victim == 2 && eviction->target == 9, "and says where to");
    expect(state->try_import_chain({}).error().code() == DRIFTLINE_RESULT_IMPORT, "what is no export is refused");
    driftline::ClassPolicy policy;
    policy.mode = driftline::ClassMode::lazy(2.0f);
    expect(scheduler->try_set_class_policy(5, policy).error().code() == DRIFTLINE_RESULT_CONFIG, "and so is a policy");
    expect(scheduler->try_explain(*state, 7)->try_sentence()->size() > 20, "a sentence is a result, too");
    expect(state->try_chain(99).error().code() == DRIFTLINE_RESULT_UNKNOWN_CHAIN, "errors have codes");
    compose(*state, *scheduler, table);
    std::puts("ok, without exceptions");
    return EXIT_SUCCESS;
}
