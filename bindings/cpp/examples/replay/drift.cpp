// The policy of driftline for examples/replay, through driftline.hpp: it takes the place of drift.c and scorer.c.
#include <driftline/driftline.hpp>

#include <exception>
#include <limits>

extern "C" {
#include "policy.h"

const float DRIFT_SCORE_FLOOR = 0.5f;
const float DRIFT_HYSTERESIS_GAP = 0.2f;
}

namespace {

namespace events = driftline::events;

// Any length would do, as long as the cooldown is counted in it.
using Slices = std::chrono::duration<std::uint64_t>;

class RowScorer final : public driftline::PlacementScorer {
public:
    explicit RowScorer(const scores& rows) : rows_(rows) {}

    std::optional<float> score(driftline::ChainId chain, driftline::NodeId node) override
    {
        return static_cast<float>(scores_get(&rows_, number(chain), number(node)));
    }

    std::optional<driftline::Alternative> best_alternative(driftline::ChainId chain,
                                                           driftline::span<const driftline::NodeId> exclude) override
    {
        const std::uint32_t best = scores_best(&rows_, number(chain), exclude.data(), exclude.size());
        if (best == SCORES_NONE) {
            return std::nullopt;
        }
        return driftline::Alternative{best, score(chain, best).value()};
    }

private:
    std::uint32_t number(std::uint64_t id) const
    {
        if (id >= rows_.node_count) {
            throw driftline::ScorerFailure(-1, "there is no row " + std::to_string(id));
        }
        return static_cast<std::uint32_t>(id);
    }

    const scores& rows_;
};

driftline::SchedulerConfig config_of(std::uint64_t cooldown_slices)
{
    driftline::SchedulerConfig config;
    config.score_floor = DRIFT_SCORE_FLOOR;
    config.hysteresis_gap = DRIFT_HYSTERESIS_GAP;
    config.cooldown = Slices(cooldown_slices);
    // A score depends on nothing but the row of its chain's client, and we say when that changes.
    config.fingerprint_mode = driftline::FingerprintMode::push;
    config.decision_interval = driftline::Time::max();
    return config;
}

struct Drift {
    driftline::MeshState state;
    driftline::LocalScheduler scheduler;

    // The scheduler sits beside the nodes: it leads every chain and holds none.
    Drift(const policy& policy, std::uint64_t cooldown_slices, const scores& rows)
        : scheduler(policy.placement->node_count, config_of(cooldown_slices), RowScorer(rows))
    {
        const std::size_t count = policy.placement->node_count;
        std::vector<std::uint64_t> chains(count), offsets(count + 1);
        const std::vector<std::uint64_t> leaders(count, count);
        for (std::size_t at = 0; at < count; at++) {
            chains[at] = at;
            offsets[at + 1] = (at + 1) * REPLICAS;
        }
        state.load(chains, leaders, offsets, {policy.placement->holders, count * REPLICAS});
    }
};

void count(counters& counters, const driftline::TickReport& report)
{
    counters.led += report.led();
    counters.rescored += report.rescored();
    counters.score_calls += report.calls(driftline::ScorerMethod::score);
    counters.live_score_calls += report.calls(driftline::ScorerMethod::live_score);
    counters.alternative_calls += report.calls(driftline::ScorerMethod::best_alternative);
    counters.invalid_scores += report.invalid_scores();
    counters.invalid_alternatives += report.invalid_alternatives();
}

void decide(policy& policy, Drift& drift, std::uint32_t slice, const view& view)
{
    std::vector<driftline::Event> news;
    for (std::size_t at = 0; at < view.listed_count; at++) {
        news.push_back(events::chain_touched(view.listed[at].row));
    }
    drift.state.apply(news);
    const driftline::Decision decision = drift.scheduler.tick(drift.state, Slices(slice));
    count(policy.counters, decision.report);
    for (std::uint32_t verdict = 0; verdict < DRIFTLINE_VERDICT_COUNT; verdict++) {
        policy.counters.verdicts[verdict] += decision.report.verdicts(static_cast<driftline::Verdict>(verdict));
    }
    // The alternative that justified the eviction takes the victim's place at once.
    news.clear();
    for (const driftline::Action& action : decision.actions) {
        // Nobody orders, drains or wishes for replicas here, so the scheduler arm is alone, and names a target.
        const driftline::Eviction& eviction = *action.eviction();
        news.push_back(events::holder_removed(eviction.chain, eviction.victim));
        news.push_back(events::holder_added(eviction.chain, *eviction.target));
        policy.moves[policy.move_count++] =
            move{slice, static_cast<std::uint32_t>(eviction.chain), eviction.victim, *eviction.target};
    }
    drift.state.apply(news);
}

// The C side keeps a place for its own handles and events, which are not needed here; one of them holds ours.
Drift*& drift_of(policy& policy) { return reinterpret_cast<Drift*&>(policy.events); }

template <class Body>
bool guarded(failure* failure, const Body& body) noexcept
{
    try {
        body();
        return true;
    } catch (const std::exception& error) {
        return fail(failure, "driftline: %s", error.what());
    }
}

} // namespace

extern "C" bool drift_open(policy* policy, std::uint64_t cooldown_slices, scores* rows, failure* failure)
{
    return guarded(failure, [&] {
        drift_of(*policy) = new Drift(*policy, cooldown_slices, *rows);
        Drift& drift = *drift_of(*policy);
        // Slice 0 is seen but not acted on: a sample is the half of a tick that decides nothing.
        count(policy->counters, drift.scheduler.sample(drift.state, Slices(0)));
    });
}

extern "C" bool drift_decide(policy* policy, std::uint32_t slice, const view* view, failure* failure)
{
    return guarded(failure, [&] { decide(*policy, *drift_of(*policy), slice, *view); });
}

extern "C" void drift_close(policy* policy) { delete drift_of(*policy); }
