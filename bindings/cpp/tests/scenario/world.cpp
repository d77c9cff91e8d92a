// The table scorer: it answers what its tables say.
#include "story.hpp"

namespace scenario {

namespace {

const Answer* find(const Table& table, std::uint64_t first, std::uint64_t second)
{
    const auto found = table.find({first, second});
    return found == table.end() ? nullptr : &found->second;
}

// Fails as the story wants it, in the manner of this run.
std::nullopt_t fail(const World& world, std::int32_t code)
{
#if DRIFTLINE_CPP_EXCEPTIONS
    if (world.manner.throws && code == DRIFTLINE_SCORER_INTERRUPTED) {
        throw driftline::Interruption();
    }
    if (world.manner.throws) {
        throw driftline::ScorerFailure(code, "as the table says");
    }
#endif
    static_cast<void>(world);
    return code == DRIFTLINE_SCORER_INTERRUPTED ? driftline::interrupt() : driftline::fail(code);
}

template <class Value>
std::optional<Value> answer(const World& world, const Answer* found, Value Answer::*value)
{
    if (found == nullptr || found->kind == AnswerKind::nothing) {
        return std::nullopt;
    }
    return found->kind == AnswerKind::fails ? fail(world, found->code) : std::optional<Value>(found->*value);
}

std::string excluding(driftline::span<const NodeId> exclude)
{
    std::string text = " excluding";
    for (const NodeId node : exclude) {
        text += " " + number(node);
    }
    return text + (exclude.empty() ? " none\n" : "\n");
}

// Whether a home is not excluded.
auto is_free(driftline::span<const NodeId> exclude)
{
    return [exclude](const driftline::Alternative& home) {
        return std::find(exclude.begin(), exclude.end(), home.node) == exclude.end();
    };
}

class TableScorer final : public driftline::PlacementScorer {
public:
    explicit TableScorer(World& world) : world_(world) { world_.alive += 1; }
    ~TableScorer() override { world_.alive -= 1; }
    TableScorer(const TableScorer&) = delete;
    TableScorer& operator=(const TableScorer&) = delete;

    std::optional<float> score(ChainId chain, NodeId node) override
    {
        ask(driftline::ScorerMethod::score);
        world_.asked += "asked score " + number(chain) + " " + number(node) + "\n";
        return answer(world_, find(world_.scores, chain, node), &Answer::score);
    }

    // A live score that was never set is the score.
    std::optional<float> live_score(ChainId chain, NodeId node) override
    {
        const Answer* found = find(world_.live_scores, chain, node);
        ask(driftline::ScorerMethod::live_score);
        world_.asked += "asked live_score " + number(chain) + " " + number(node) + "\n";
        return answer(world_, found != nullptr ? found : find(world_.scores, chain, node), &Answer::score);
    }

    std::optional<driftline::Alternative> best_alternative(ChainId chain,
                                                           driftline::span<const NodeId> exclude) override
    {
        ask(driftline::ScorerMethod::best_alternative);
        world_.asked += "asked best_alternative " + number(chain) + excluding(exclude);
        const auto index = world_.homes.find(chain);
        if (index == world_.homes.end()) {
            return answer(world_, find(world_.alternatives, chain, 0), &Answer::alternative);
        }
        const auto found = std::find_if(index->second.begin(), index->second.end(), is_free(exclude));
        return found == index->second.end() ? std::nullopt : std::optional<driftline::Alternative>(*found);
    }

    // Without an index the one alternative that there is, whatever is excluded.
    void alternatives(ChainId chain, driftline::span<const NodeId> exclude,
                      driftline::AlternativeAnswers& out) override
    {
        ask(driftline::ScorerMethod::best_alternative);
        world_.asked +=
            "asked alternatives " + number(chain) + " limit " + number(out.capacity()) + excluding(exclude);
        const auto index = world_.homes.find(chain);
        if (index == world_.homes.end()) {
            if (const auto one = answer(world_, find(world_.alternatives, chain, 0), &Answer::alternative)) {
                out.add(one->node, one->score);
            }
            return;
        }
        for (const driftline::Alternative& home : index->second) {
            // What there is no room for is not wanted.
            if (is_free(exclude)(home) && !out.add(home.node, home.score)) {
                return;
            }
        }
    }

    std::optional<std::uint64_t> node_fingerprint(NodeId node) override
    {
        ask(driftline::ScorerMethod::node_fingerprint);
        world_.asked += "asked node_fingerprint " + number(node) + "\n";
        return answer(world_, find(world_.fingerprints, node, 0), &Answer::fingerprint);
    }

    std::optional<std::uint64_t> chain_fingerprint(ChainId chain) override
    {
        const Answer* found = find(world_.chain_fingerprints, chain, 0);
        ask(driftline::ScorerMethod::chain_fingerprint);
        world_.asked += "asked chain_fingerprint " + number(chain) + "\n";
        return found == nullptr ? 0 : answer(world_, found, &Answer::fingerprint);
    }

    std::optional<driftline::MigrationCost> migration_cost(ChainId chain, NodeId target) override
    {
        ask(driftline::ScorerMethod::migration_cost);
        world_.asked += "asked migration_cost " + number(chain) + " " + number(target) + "\n";
        return answer(world_, find(world_.costs, chain, target), &Answer::cost);
    }

    // The inherited batches ask these functions one by one. Which of them the library sees depends on the story.
    std::optional<driftline::Capabilities> capabilities() const override
    {
        driftline::Capabilities own;
        own.live_score = world_.live;
        own.node_fingerprint = own.migration_cost = own.alternatives = true;
        own.chain_fingerprint = world_.with_chain_fingerprints;
        own.score_many = own.node_fingerprints = world_.batch || world_.manner.batch;
        own.live_score_many = own.score_many && world_.live;
        return own;
    }

private:
    void ask(driftline::ScorerMethod method) { world_.seen[method] += 1; }

    World& world_;
};

// The same answers as a set of functions.
driftline::ScorerFunctions functions_over(World& world)
{
    const auto table = std::make_shared<TableScorer>(world);
    const driftline::Capabilities own = *table->capabilities();
    driftline::ScorerFunctions functions;
    functions.score = [table](ChainId chain, NodeId node) { return table->score(chain, node); };
    functions.best_alternative = [table](ChainId chain, driftline::span<const NodeId> exclude) {
        return table->best_alternative(chain, exclude);
    };
    functions.alternatives = [table](ChainId chain, driftline::span<const NodeId> exclude,
                                     driftline::AlternativeAnswers& out) { table->alternatives(chain, exclude, out); };
    functions.node_fingerprint = [table](NodeId node) { return table->node_fingerprint(node); };
    functions.migration_cost = [table](ChainId chain, NodeId node) { return table->migration_cost(chain, node); };
    if (own.live_score) {
        functions.live_score = [table](ChainId chain, NodeId node) { return table->live_score(chain, node); };
    }
    if (own.chain_fingerprint) {
        functions.chain_fingerprint = [table](ChainId chain) { return table->chain_fingerprint(chain); };
    }
    if (own.score_many) {
        functions.score_many = [table](driftline::span<const driftline::Pair> pairs, driftline::span<float> out) {
            table->score_many(pairs, out);
        };
        functions.node_fingerprints = [table](driftline::span<const NodeId> nodes,
                                              driftline::FingerprintAnswers& out) {
            table->node_fingerprints(nodes, out);
        };
    }
    return functions;
}

} // namespace

driftline::Scorer make_scorer(World& world)
{
    if (world.manner.functions) {
        return driftline::Scorer(functions_over(world));
    }
    return driftline::Scorer(std::make_unique<TableScorer>(world));
}

} // namespace scenario
