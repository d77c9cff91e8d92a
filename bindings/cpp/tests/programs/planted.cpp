// Bugs on purpose: a sanitizer that finds nothing here finds nothing anywhere.
#include <driftline/driftline.hpp>

#include <cstdio>
#include <cstring>

using namespace std::chrono_literals;

namespace {

class Table : public driftline::PlacementScorer {
public:
    float bad_score = 0.2f;
    std::optional<float> score(driftline::ChainId, driftline::NodeId) override { return bad_score; }
    std::optional<driftline::Alternative> best_alternative(driftline::ChainId,
                                                           driftline::span<const driftline::NodeId>) override
    {
        return std::nullopt;
    }
};

// A scorer that is only lent, and gone before its scheduler.
void use_after_free()
{
    driftline::MeshState state;
    state.apply({driftline::events::holder_added(7, 1), driftline::events::leader_set(7, 1)});
    driftline::LocalScheduler scheduler(1);
    {
        const auto gone = std::make_unique<Table>();
        scheduler.install(driftline::Scorer::borrow(*gone));
    }
    scheduler.tick(state, 0s);
}

void leak()
{
    auto* scorer = new driftline::Scorer(Table());
    std::printf("%d\n", scorer->capabilities().live_score);
    scorer = nullptr;
}

} // namespace

int main(int argument_count, char** arguments)
{
    if (argument_count > 1 && std::strcmp(arguments[1], "use-after-free") == 0) {
        use_after_free();
    } else if (argument_count > 1) {
        leak();
    }
    return 0;
}
