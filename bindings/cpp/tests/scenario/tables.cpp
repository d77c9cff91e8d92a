// Commands that say what the table scorer answers.
#include "story.hpp"

namespace scenario {

static void command_score(Story& story, Arguments& arguments)
{
    const ChainId chain = parse_id(story, arguments.required("chain"));
    while (const auto pair = arguments.any_pair()) {
        story.world.scores[{chain, parse_id(story, pair->key)}] = parse_score(story, *pair->value);
    }
    arguments.end();
}

static void command_live(Story& story, Arguments& arguments)
{
    const ChainId chain = parse_id(story, arguments.required("chain"));
    while (const auto pair = arguments.any_pair()) {
        const NodeId node = parse_id(story, pair->key);
        if (*pair->value == "unset") {
            story.world.live_scores.erase({chain, node});
        } else {
            story.world.live_scores[{chain, node}] = parse_score(story, *pair->value);
        }
    }
    arguments.end();
}

static void set_fingerprints(Story& story, Arguments& arguments, Table& table)
{
    while (const auto pair = arguments.any_pair()) {
        table[{parse_id(story, pair->key), 0}] = parse_fingerprint(story, *pair->value);
    }
    arguments.end();
}

static void command_fingerprint(Story& story, Arguments& arguments)
{
    set_fingerprints(story, arguments, story.world.fingerprints);
}

static void command_chainprint(Story& story, Arguments& arguments)
{
    set_fingerprints(story, arguments, story.world.chain_fingerprints);
}

static void command_alternative(Story& story, Arguments& arguments)
{
    const ChainId chain = parse_id(story, arguments.required("chain"));
    auto answer = arguments.no_value();
    if (!answer) {
        answer.emplace();
        answer->kind = AnswerKind::value;
        answer->alternative.node = parse_id(story, arguments.required("node"));
        answer->alternative.score = parse_number(story, arguments.required("score"));
    }
    if (arguments.end()) {
        story.world.alternatives[{chain, 0}] = *answer;
        story.world.homes.erase(chain);
    }
}

static void command_alternatives(Story& story, Arguments& arguments)
{
    const ChainId chain = parse_id(story, arguments.required("chain"));
    std::vector<driftline::Alternative> homes;
    while (const auto pair = arguments.any_pair()) {
        homes.push_back({parse_id(story, pair->key), parse_number(story, *pair->value)});
    }
    if (homes.empty()) {
        story.refuse("an index of no home");
    }
    if (arguments.end()) {
        story.world.homes[chain] = homes;
    }
}

static void command_cost(Story& story, Arguments& arguments)
{
    const ChainId chain = parse_id(story, arguments.required("chain"));
    const NodeId node = parse_id(story, arguments.required("node"));
    auto answer = arguments.no_value();
    if (!answer) {
        answer.emplace();
        answer->kind = AnswerKind::value;
        if (const auto value = arguments.optional("transfer")) {
            answer->cost.state_transfer = parse_time(story, *value);
        }
        if (const auto value = arguments.optional("disruption")) {
            answer->cost.disruption = parse_time(story, *value);
        }
        if (const auto value = arguments.optional("reliability")) {
            answer->cost.reliability_factor = parse_number(story, *value);
        }
    }
    if (arguments.end()) {
        story.world.costs[{chain, node}] = *answer;
    }
}

Command find_table(const std::string& name)
{
    static const std::map<std::string, Command> commands = {
        {"score", command_score},
        {"live", command_live},
        {"fingerprint", command_fingerprint},
        {"chainprint", command_chainprint},
        {"alternative", command_alternative},
        {"alternatives", command_alternatives},
        {"cost", command_cost},
    };
    const auto found = commands.find(name);
    return found == commands.end() ? nullptr : found->second;
}

} // namespace scenario
