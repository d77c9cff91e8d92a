// The parts of the scenario runner: a story is one file of tests/scenarios while it is being told.
//
// main.cpp      files, blocks, comparing      parse.cpp   tokens and arguments
// world.cpp     the table scorer              tables.cpp  what it answers
// setup.cpp     scheduler and scorer          config.cpp  config and policies of classes
// events.cpp    events and memberships        moves.cpp   hand-over, drains, transitions
// passes.cpp    ticks and the like            checks.cpp  what they must agree on
// questions.cpp                               print.cpp   values, reports, errors
// inventory.cpp inventory, scorers put together
#ifndef SCENARIO_STORY_HPP
#define SCENARIO_STORY_HPP

#include <driftline/driftline.hpp>

#include <map>
#include <string>
#include <vector>

namespace scenario {

using driftline::ChainId;
using driftline::Nanoseconds;
using driftline::NodeId;

// ---- The tables of the scorer ----

enum class AnswerKind { value, nothing, fails };

// One answer of one table; the table says which of the values it is.
struct Answer {
    AnswerKind kind = AnswerKind::nothing;
    std::int32_t code = 0;
    float score = 0.0f;
    std::uint64_t fingerprint = 0;
    driftline::Alternative alternative{};
    driftline::MigrationCost cost{};
};

using Table = std::map<std::pair<std::uint64_t, std::uint64_t>, Answer>;

// How the table scorer is brought to the library; all of them must tell the same stories.
struct Manner {
    bool functions = false; // a set of functions in place of a class
    bool throws = false;    // failures are thrown in place of returned
    bool batch = false;     // batches even where the story has none
};

// How often the scorer was asked what, in the names that it has itself.
using Calls = std::map<driftline::ScorerMethod, std::uint64_t>;

struct World {
    Table scores, live_scores, alternatives, fingerprints, chain_fingerprints, costs;
    // Homes by chain, best first; where there are some, `alternatives` does not count.
    std::map<ChainId, std::vector<driftline::Alternative>> homes;
    bool batch = false, live = true, with_chain_fingerprints = false;
    std::size_t alive = 0; // scorers over this world that are not destroyed yet
    std::string asked;     // what they were asked in the last pass, a line each
    Calls seen;            // and how often
    Manner manner;

    void begin_pass()
    {
        asked.clear();
        seen.clear();
    }
};

driftline::Scorer make_scorer(World& world);

// ---- A story ----

struct Story {
    std::string path;
    std::size_t line = 0;
    std::string refusal;      // why the file is refused; empty: it is not
    std::string out;          // what the commands of this block printed
    std::string disagreement; // where the library contradicts itself
    World world;
    std::optional<driftline::MeshState> state;
    std::optional<driftline::LocalScheduler> scheduler; // empty: before the first `node`, or after a refused one
    std::optional<driftline::Inventory> inventory;
    bool has_table = true; // what is installed is the table scorer, by itself
    NodeId this_node = 0;
    bool collecting = false; // between `begin` and `commit`
    std::vector<driftline::Event> events;
    std::optional<driftline::TickReport> last_report;
    std::optional<std::uint64_t> mark;
    std::optional<std::vector<std::uint8_t>> exported;
    std::uint64_t next_transition = 0;

    // Only the first reason is kept.
    void refuse(const std::string& reason)
    {
        if (refusal.empty()) {
            refusal = reason;
        }
    }
    void disagree(const std::string& what) { disagreement += path + ":" + std::to_string(line) + ": " + what + "\n"; }
    void end();
};

// Arguments: a taker that does not find what it wants refuses the file and returns something harmless; so a command
// first takes everything, then asks `end`, then acts. ----

struct Token {
    std::string key; // left of '=', or the whole token
    std::optional<std::string> value;
    bool taken = false;
};

class Arguments {
public:
    Arguments(Story& story, const std::string& line);

    std::string name;

    // True: every token was taken and none was at fault, so the command may act.
    bool end();
    std::string bare();
    std::optional<std::string> optional(const char* key);
    std::string required(const char* key);
    bool flag(const char* word);
    std::size_t count() const { return tokens_.size(); }
    // The next key=value that is left.
    std::optional<Token> any_pair();
    // `none`, `fail(CODE)` or `interrupt` in place of values; empty: none of them is there.
    std::optional<Answer> no_value();
    std::vector<std::string> all_bare();

private:
    Story& story_;
    std::vector<Token> tokens_;
};

std::uint64_t parse_id(Story& story, const std::string& text);
std::uint64_t parse_leader(Story& story, const std::string& text);
std::uint64_t parse_integer(Story& story, const std::string& text);
std::uint32_t parse_small_integer(Story& story, const std::string& text);
// The place of a word in a list.
std::uint32_t parse_choice(Story& story, const std::string& text, const std::vector<std::string>& words);
// `off` or `on`.
bool parse_switch(Story& story, const std::string& text);
Nanoseconds parse_time(Story& story, const std::string& text);
float parse_number(Story& story, const std::string& text);
double parse_amount(Story& story, const std::string& text);
Answer parse_score(Story& story, const std::string& text);
Answer parse_fingerprint(Story& story, const std::string& text);
std::optional<std::int32_t> parse_failure(const std::string& text);
std::vector<std::uint64_t> parse_list(Story& story, const std::string& text,
                                      std::uint64_t (*parse)(Story&, const std::string&));

// ---- Commands ----

using Command = void (*)(Story&, Arguments&);
// NULL: there is no such command.
Command find_setup(const std::string& name);
Command find_config(const std::string& name);
Command find_event(const std::string& name);
Command find_membership(const std::string& name);
Command find_table(const std::string& name);
Command find_pass(const std::string& name);
Command find_question(const std::string& name);
Command find_move(const std::string& name);
Command find_inventory(const std::string& name);

// ---- What a pass must agree on ----

// The led chains by ascending id, and whether they are in flight by the state.
struct Led {
    std::vector<driftline::Explanation> explanations;
    std::vector<bool> in_flight;
};

Led led_of(Story& story);
void check_sample(Story& story, const driftline::TickReport& report);
// `is_lent`: the actions say what they exclude.
void check_actions(Story& story, const std::vector<driftline::Action>& actions, Nanoseconds now, bool is_lent);
// `is_of_table`: the table scorer, by itself, was asked.
void check_decision(Story& story, const driftline::Decision& decision, bool is_of_table);
void check_tick(Story& story, const driftline::Decision& decision, const Led& before, const Led& after);
// The eviction or placement as one; every action is one of them.
const driftline::ActionDetails& details_of(const driftline::Action& action);
std::optional<NodeId> victim_of(const driftline::Action& action);

// ---- Printing ----

std::string format(const char* format, ...) __attribute__((format(printf, 1, 2)));
std::string number(std::uint64_t value);
std::string time_text(Nanoseconds time);
const char* method_name(driftline::ScorerMethod method);
const char* trend_name(driftline::Trend trend);
// A verdict as one word.
std::string verdict_word(driftline::Verdict verdict);
void print_error(Story& story, const driftline::Error& error);
void print_verdicts(std::string& out, const driftline::TickReport* report);
// The lines that every pass ends with.
void print_calls(std::string& out, const driftline::TickReport& report);

// The value, or an error line and nothing.
template <class Value>
std::optional<Value> take(Story& story, driftline::Result<Value> result)
{
    if (!result) {
        print_error(story, result.error());
        return std::nullopt;
    }
    return std::move(result).value();
}

} // namespace scenario

#endif
