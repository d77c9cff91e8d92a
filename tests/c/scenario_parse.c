/* Tokens and arguments of scenario files. */
#include "scenario.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- Arguments ---- */

bool arguments_split(arguments *arguments, story *story, char *line)
{
    char *at = line;

    memset(arguments, 0, sizeof *arguments);
    arguments->story = story;
    while (*at != '\0') {
        size_t length = strcspn(at, " \t");
        char *next = at[length] == '\0' ? at + length : at + length + 1;
        at[length] = '\0';
        if (length > 0 && arguments->name == NULL) {
            arguments->name = at;
        } else if (length > 0) {
            char *equals = strchr(at, '=');
            token token = {at, NULL, false};
            if (equals != NULL) {
                *equals = '\0';
                token.value = equals + 1;
            }
            arguments->tokens = grow(arguments->tokens, arguments->count + 1, sizeof token);
            arguments->tokens[arguments->count] = token;
            arguments->count += 1;
        }
        at = next;
    }
    return arguments->name != NULL;
}

void arguments_free(arguments *arguments)
{
    free(arguments->tokens);
}

bool arguments_end(arguments *arguments)
{
    for (size_t at = 0; at < arguments->count; at++) {
        const token *token = &arguments->tokens[at];
        if (!token->taken) {
            refuse(arguments->story, "unknown or repeated argument '%s'", token->key);
        }
    }
    return !is_refused(arguments->story);
}

const char *take_bare(arguments *arguments)
{
    for (size_t at = 0; at < arguments->count; at++) {
        token *token = &arguments->tokens[at];
        if (!token->taken && token->value == NULL) {
            token->taken = true;
            return token->key;
        }
    }
    refuse(arguments->story, "an argument is missing");
    return "0";
}

const char *take_optional(arguments *arguments, const char *key)
{
    for (size_t at = 0; at < arguments->count; at++) {
        token *token = &arguments->tokens[at];
        if (!token->taken && token->value != NULL && strcmp(token->key, key) == 0) {
            token->taken = true;
            return token->value;
        }
    }
    return NULL;
}

const char *take(arguments *arguments, const char *key)
{
    const char *value = take_optional(arguments, key);
    if (value == NULL) {
        refuse(arguments->story, "argument '%s=' is missing", key);
        return "0";
    }
    return value;
}

bool take_flag(arguments *arguments, const char *word)
{
    for (size_t at = 0; at < arguments->count; at++) {
        token *token = &arguments->tokens[at];
        if (!token->taken && token->value == NULL && strcmp(token->key, word) == 0) {
            token->taken = true;
            return true;
        }
    }
    return false;
}

token *take_any_pair(arguments *arguments)
{
    for (size_t at = 0; at < arguments->count; at++) {
        token *token = &arguments->tokens[at];
        if (!token->taken && token->value != NULL) {
            token->taken = true;
            for (size_t other = 0; other < at; other++) {
                if (arguments->tokens[other].value != NULL && strcmp(arguments->tokens[other].key, token->key) == 0) {
                    refuse(arguments->story, "argument '%s=' is repeated", token->key);
                }
            }
            return token;
        }
    }
    return NULL;
}

/* ---- Tokens ---- */

/* Reads leading digits. False: there are none, or they do not fit. */
static bool read_digits(const char **text, uint64_t *value)
{
    const char *at = *text;
    *value = 0;
    while (*at >= '0' && *at <= '9') {
        uint64_t digit = (uint64_t)(*at - '0');
        if (*value > (UINT64_MAX - digit) / 10) {
            return false;
        }
        *value = *value * 10 + digit;
        at += 1;
    }
    if (at == *text) {
        return false;
    }
    *text = at;
    return true;
}

uint64_t parse_integer(story *story, const char *text)
{
    const char *at = text;
    uint64_t value;
    if (!read_digits(&at, &value) || *at != '\0') {
        refuse(story, "'%s' is not an integer", text);
        return 0;
    }
    return value;
}

uint32_t parse_small_integer(story *story, const char *text)
{
    uint64_t value = parse_integer(story, text);
    if (value > UINT32_MAX) {
        refuse(story, "'%s' does not fit into 32 bits", text);
        return 0;
    }
    return (uint32_t)value;
}

const char *const off_on_words[] = {"off", "on", NULL};

uint32_t parse_choice(story *story, const char *text, const char *const *words)
{
    for (uint32_t at = 0; words[at] != NULL; at++) {
        if (strcmp(text, words[at]) == 0) {
            return at;
        }
    }
    refuse(story, "'%s' is none of the words that may stand here", text);
    return 0;
}

uint64_t parse_id(story *story, const char *text)
{
    if (strcmp(text, "max") == 0) {
        return UINT64_MAX;
    }
    if (strcmp(text, "max-1") == 0) {
        return UINT64_MAX - 1;
    }
    return parse_integer(story, text);
}

uint64_t parse_leader(story *story, const char *text)
{
    return strcmp(text, "-") == 0 ? DRIFTLINE_NONE : parse_id(story, text);
}

uint64_t parse_time(story *story, const char *text)
{
    static const struct {
        const char *name;
        uint64_t nanoseconds;
    } units[] = {
        {"ns", 1},
        {"us", 1000},
        {"ms", 1000000},
        {"s", 1000000000},
        {"m", UINT64_C(60000000000)},
        {"h", UINT64_C(3600000000000)},
    };
    const char *at = text;
    uint64_t value;

    if (strcmp(text, "max") == 0) {
        return UINT64_MAX;
    }
    if (strcmp(text, "0") == 0) {
        return 0;
    }
    if (read_digits(&at, &value)) {
        for (size_t unit = 0; unit < sizeof units / sizeof units[0]; unit++) {
            if (strcmp(at, units[unit].name) == 0 && value <= UINT64_MAX / units[unit].nanoseconds) {
                return value * units[unit].nanoseconds;
            }
        }
    }
    refuse(story, "'%s' is not a time", text);
    return 0;
}

/* Refuses what is no number. The form is checked by hand, because strtof and strtod know more forms than the language
 * has; what is left they read alike. */
static bool is_number(story *story, const char *text)
{
    const char *at = text;
    size_t digits;

    if (strcmp(text, "nan") == 0 || strcmp(text, "inf") == 0 || strcmp(text, "-inf") == 0) {
        return true;
    }
    at += *at == '-';
    digits = strspn(at, "0123456789");
    at += digits;
    if (digits > 0 && *at == '.') {
        digits = strspn(at + 1, "0123456789");
        at += 1 + digits;
    }
    if (digits == 0 || *at != '\0') {
        refuse(story, "'%s' is not a number", text);
        return false;
    }
    return true;
}

float parse_number(story *story, const char *text)
{
    return is_number(story, text) ? strtof(text, NULL) : 0.0f;
}

double parse_amount(story *story, const char *text)
{
    return is_number(story, text) ? strtod(text, NULL) : 0.0;
}

bool parse_failure(const char *text, int32_t *code)
{
    const char *at = text;
    uint64_t magnitude;
    if (strcmp(text, "interrupt") == 0) {
        *code = DRIFTLINE_SCORER_INTERRUPTED;
        return true;
    }
    if (strncmp(at, "fail(-", 6) != 0) {
        return false;
    }
    at += 6;
    if (!read_digits(&at, &magnitude) || strcmp(at, ")") != 0 || magnitude == 0
        || magnitude > UINT64_C(2147483648)) {
        return false;
    }
    *code = (int32_t)-(int64_t)magnitude;
    return true;
}

/* What scores and fingerprints share. True: it is one of these. */
static bool parse_no_value(const char *text, answer *out)
{
    memset(out, 0, sizeof *out);
    if (strcmp(text, "none") == 0) {
        out->kind = ANSWER_NOTHING;
        return true;
    }
    if (parse_failure(text, &out->code)) {
        out->kind = ANSWER_FAILS;
        return true;
    }
    out->kind = ANSWER_VALUE;
    return false;
}

answer parse_score(story *story, const char *text)
{
    answer answer;
    if (!parse_no_value(text, &answer)) {
        answer.score = parse_number(story, text);
    }
    return answer;
}

answer parse_fingerprint(story *story, const char *text)
{
    answer answer;
    if (!parse_no_value(text, &answer)) {
        answer.fingerprint = parse_integer(story, text);
    }
    return answer;
}

bool next_element(story *story, const char **at, char *element, size_t size)
{
    size_t length = strcspn(*at, ",");
    if (**at == '\0') {
        return false;
    }
    if (length == 0 || length >= size || ((*at)[length] == ',' && (*at)[length + 1] == '\0')) {
        refuse(story, "'%s' is not a list", *at);
        return false;
    }
    memcpy(element, *at, length);
    element[length] = '\0';
    *at += length + ((*at)[length] == ',');
    return true;
}

size_t parse_list(story *story, const char *text, uint64_t (*parse)(struct story *, const char *), uint64_t **list)
{
    size_t count = 0;
    char one[32];

    *list = NULL;
    while (next_element(story, &text, one, sizeof one)) {
        *list = grow(*list, count + 1, sizeof **list);
        (*list)[count] = parse(story, one);
        count += 1;
    }
    return count;
}

/* ---- Fields ---- */

static float parse_derivable(story *story, const char *text)
{
    const float derived = (float)DRIFTLINE_DERIVED;
    float number = strcmp(text, "derived") == 0 ? derived : parse_number(story, text);
    if (number == derived && strcmp(text, "derived") != 0) {
        refuse(story, "'%s' is how C says derived, so it cannot be refused there", text);
    }
    return number;
}

bool take_field(arguments *arguments, const field *field, void *into)
{
    story *story = arguments->story;
    unsigned char *place = (unsigned char *)into + field->offset;
    const char *value = take_optional(arguments, field->key);
    float number;
    double amount;
    uint64_t large;
    uint32_t small;

    if (value == NULL) {
        return false;
    }
    switch (field->form) {
    case FORM_NUMBER:
        number = parse_number(story, value);
        memcpy(place, &number, sizeof number);
        break;
    case FORM_DERIVABLE:
        number = parse_derivable(story, value);
        memcpy(place, &number, sizeof number);
        break;
    case FORM_AMOUNT:
        amount = parse_amount(story, value);
        memcpy(place, &amount, sizeof amount);
        break;
    case FORM_TIME:
    case FORM_COUNT:
        large = field->form == FORM_TIME ? parse_time(story, value) : parse_integer(story, value);
        memcpy(place, &large, sizeof large);
        break;
    case FORM_SMALL_COUNT:
    case FORM_CHOICE:
        small = field->form == FORM_CHOICE ? parse_choice(story, value, field->words)
                                           : parse_small_integer(story, value);
        memcpy(place, &small, sizeof small);
        break;
    }
    return true;
}

uint32_t take_fields(arguments *arguments, const field *fields, size_t count, void *into)
{
    uint32_t flags = 0;
    for (size_t at = 0; at < count; at++) {
        if (take_field(arguments, &fields[at], into)) {
            flags |= fields[at].flag;
        }
    }
    return flags;
}
