// Tokens and arguments of scenario files.
#include "story.hpp"

#include <cmath>
#include <cstdlib>
#include <limits>

namespace scenario {

// ---- Arguments ----

Arguments::Arguments(Story& story, const std::string& line) : story_(story)
{
    std::size_t at = 0;
    while (at < line.size()) {
        const std::size_t end = std::min(line.find_first_of(" \t", at), line.size());
        const std::string word = line.substr(at, end - at);
        at = end + 1;
        if (word.empty()) {
            continue;
        }
        if (name.empty()) {
            name = word;
            continue;
        }
        Token token;
        const std::size_t equals = word.find('=');
        token.key = word.substr(0, equals);
        if (equals != std::string::npos) {
            token.value = word.substr(equals + 1);
        }
        tokens_.push_back(token);
    }
}

bool Arguments::end()
{
    for (const Token& token : tokens_) {
        if (!token.taken) {
            story_.refuse("unknown or repeated argument '" + token.key + "'");
        }
    }
    return story_.refusal.empty();
}

std::string Arguments::bare()
{
    for (Token& token : tokens_) {
        if (!token.taken && !token.value) {
            token.taken = true;
            return token.key;
        }
    }
    story_.refuse("an argument is missing");
    return "0";
}

std::optional<std::string> Arguments::optional(const char* key)
{
    for (Token& token : tokens_) {
        if (!token.taken && token.value && token.key == key) {
            token.taken = true;
            return token.value;
        }
    }
    return std::nullopt;
}

std::string Arguments::required(const char* key)
{
    auto value = optional(key);
    if (!value) {
        story_.refuse("argument '" + std::string(key) + "=' is missing");
        return "0";
    }
    return *value;
}

bool Arguments::flag(const char* word)
{
    for (Token& token : tokens_) {
        if (!token.taken && !token.value && token.key == word) {
            token.taken = true;
            return true;
        }
    }
    return false;
}

std::optional<Token> Arguments::any_pair()
{
    for (Token& token : tokens_) {
        if (token.taken || !token.value) {
            continue;
        }
        token.taken = true;
        for (const Token* other = tokens_.data(); other != &token; other++) {
            if (other->value && other->key == token.key) {
                story_.refuse("argument '" + token.key + "=' is repeated");
            }
        }
        return token;
    }
    return std::nullopt;
}

std::optional<Answer> Arguments::no_value()
{
    Answer answer;
    if (flag("none")) {
        return answer;
    }
    for (Token& token : tokens_) {
        const auto code = token.value ? std::nullopt : parse_failure(token.key);
        if (code) {
            token.taken = true;
            answer.kind = AnswerKind::fails;
            answer.code = *code;
            return answer;
        }
    }
    return std::nullopt;
}

std::vector<std::string> Arguments::all_bare()
{
    std::vector<std::string> words;
    for (Token& token : tokens_) {
        if (!token.taken && !token.value) {
            token.taken = true;
            words.push_back(token.key);
        }
    }
    return words;
}

// ---- Tokens ----

// Reads leading digits and moves `at` behind them. Empty: there are none, or they do not fit.
static std::optional<std::uint64_t> read_digits(const std::string& text, std::size_t& at)
{
    const std::size_t first = at;
    std::uint64_t value = 0;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; at++) {
        const auto digit = static_cast<std::uint64_t>(text[at] - '0');
        if (value > (UINT64_MAX - digit) / 10) {
            return std::nullopt;
        }
        value = value * 10 + digit;
    }
    return at == first ? std::nullopt : std::optional<std::uint64_t>(value);
}

std::uint64_t parse_integer(Story& story, const std::string& text)
{
    std::size_t at = 0;
    const auto value = read_digits(text, at);
    if (!value || at != text.size()) {
        story.refuse("'" + text + "' is not an integer");
        return 0;
    }
    return *value;
}

std::uint32_t parse_small_integer(Story& story, const std::string& text)
{
    const std::uint64_t value = parse_integer(story, text);
    if (value > UINT32_MAX) {
        story.refuse("'" + text + "' does not fit into 32 bits");
        return 0;
    }
    return static_cast<std::uint32_t>(value);
}

std::uint32_t parse_choice(Story& story, const std::string& text, const std::vector<std::string>& words)
{
    const auto found = std::find(words.begin(), words.end(), text);
    if (found == words.end()) {
        story.refuse("'" + text + "' is no choice here");
        return 0;
    }
    return static_cast<std::uint32_t>(found - words.begin());
}

bool parse_switch(Story& story, const std::string& text) { return parse_choice(story, text, {"off", "on"}) == 1; }

std::uint64_t parse_id(Story& story, const std::string& text)
{
    if (text == "max" || text == "max-1") {
        return text == "max" ? UINT64_MAX : UINT64_MAX - 1;
    }
    return parse_integer(story, text);
}

std::uint64_t parse_leader(Story& story, const std::string& text)
{
    return text == "-" ? driftline::no_node : parse_id(story, text);
}

Nanoseconds parse_time(Story& story, const std::string& text)
{
    static const std::map<std::string, std::uint64_t> units = {
        {"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000}, {"m", 60000000000}, {"h", 3600000000000}};
    if (text == "max") {
        return Nanoseconds::max();
    }
    if (text == "0") {
        return Nanoseconds(0);
    }
    std::size_t at = 0;
    const auto value = read_digits(text, at);
    const auto unit = units.find(text.substr(at));
    if (!value || unit == units.end() || *value > UINT64_MAX / unit->second) {
        story.refuse("'" + text + "' is not a time");
        return Nanoseconds(0);
    }
    return Nanoseconds(*value * unit->second);
}

// The nearest number of its kind, as `read` finds it.
template <class Number>
static Number parse_decimal(Story& story, const std::string& text, Number (*read)(const char*, char**))
{
    if (text == "nan") {
        return std::numeric_limits<Number>::quiet_NaN();
    }
    if (text == "inf" || text == "-inf") {
        return static_cast<Number>(text == "inf" ? 1 : -1) * std::numeric_limits<Number>::infinity();
    }
    // The form is checked by hand, because strtof and strtod know more forms than the language has.
    static const char digits[] = "0123456789";
    std::size_t at = text.substr(0, 1) == "-" ? 1 : 0;
    std::size_t end = std::min(text.find_first_not_of(digits, at), text.size());
    bool is_number = end > at;
    if (is_number && end < text.size() && text[end] == '.') {
        at = end + 1;
        end = std::min(text.find_first_not_of(digits, at), text.size());
        is_number = end > at;
    }
    if (!is_number || end != text.size()) {
        story.refuse("'" + text + "' is not a number");
        return 0;
    }
    return read(text.c_str(), nullptr);
}

float parse_number(Story& story, const std::string& text) { return parse_decimal<float>(story, text, std::strtof); }

double parse_amount(Story& story, const std::string& text) { return parse_decimal<double>(story, text, std::strtod); }

std::optional<std::int32_t> parse_failure(const std::string& text)
{
    if (text == "interrupt") {
        return DRIFTLINE_SCORER_INTERRUPTED;
    }
    std::size_t at = 6;
    if (text.compare(0, at, "fail(-") != 0) {
        return std::nullopt;
    }
    const auto magnitude = read_digits(text, at);
    if (!magnitude || text.substr(at) != ")" || *magnitude == 0 || *magnitude > 2147483648) {
        return std::nullopt;
    }
    return static_cast<std::int32_t>(-static_cast<std::int64_t>(*magnitude));
}

// What scores and fingerprints share; an answer of the kind `value` still lacks it.
static Answer parse_kind(const std::string& text)
{
    Answer answer;
    if (text == "none") {
        return answer;
    }
    const auto code = parse_failure(text);
    answer.kind = code ? AnswerKind::fails : AnswerKind::value;
    answer.code = code.value_or(0);
    return answer;
}

Answer parse_score(Story& story, const std::string& text)
{
    Answer answer = parse_kind(text);
    if (answer.kind == AnswerKind::value) {
        answer.score = parse_number(story, text);
    }
    return answer;
}

Answer parse_fingerprint(Story& story, const std::string& text)
{
    Answer answer = parse_kind(text);
    if (answer.kind == AnswerKind::value) {
        answer.fingerprint = parse_integer(story, text);
    }
    return answer;
}

std::vector<std::uint64_t> parse_list(Story& story, const std::string& text,
                                      std::uint64_t (*parse)(Story&, const std::string&))
{
    std::vector<std::uint64_t> list;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find(',', at), text.size());
        if (end == at || end + 1 == text.size()) {
            story.refuse("'" + text + "' is not a list");
            return list;
        }
        list.push_back(parse(story, text.substr(at, end - at)));
        at = end + 1;
    }
    return list;
}

} // namespace scenario
