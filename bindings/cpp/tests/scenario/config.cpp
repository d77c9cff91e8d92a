// Commands that configure: the config, and the policies of classes.
#include "story.hpp"

namespace scenario {

using driftline::ClassMode;
using driftline::ClassPolicy;
using driftline::SchedulerConfig;

// ---- The config ----

static void take_numbers(Story& story, Arguments& arguments, SchedulerConfig& config)
{
    static const std::pair<const char*, float SchedulerConfig::*> fields[] = {
        {"score_floor", &SchedulerConfig::score_floor},         {"hysteresis_gap", &SchedulerConfig::hysteresis_gap},
        {"cost_per_sec", &SchedulerConfig::cost_per_sec},       {"target_penalty", &SchedulerConfig::target_penalty},
        {"warmup_coverage", &SchedulerConfig::warmup_coverage},
    };
    for (const auto& [key, field] : fields) {
        if (const auto value = arguments.optional(key)) {
            config.*field = parse_number(story, *value);
        }
    }
}

static void take_times(Story& story, Arguments& arguments, SchedulerConfig& config)
{
    static const std::pair<const char*, driftline::Time SchedulerConfig::*> fields[] = {
        {"cooldown", &SchedulerConfig::cooldown},           {"decision_interval", &SchedulerConfig::decision_interval},
        {"retry_backoff", &SchedulerConfig::retry_backoff}, {"pin_ttl", &SchedulerConfig::pin_ttl},
        {"move_timeout", &SchedulerConfig::move_timeout},   {"flap_window", &SchedulerConfig::flap_window},
        {"warmup_max", &SchedulerConfig::warmup_max},
    };
    for (const auto& [key, field] : fields) {
        if (const auto value = arguments.optional(key)) {
            config.*field = parse_time(story, *value);
        }
    }
}

static void take_counts(Story& story, Arguments& arguments, SchedulerConfig& config)
{
    static const std::pair<const char*, std::uint64_t SchedulerConfig::*> fields[] = {
        {"max_scores_per_tick", &SchedulerConfig::max_scores_per_tick},
        {"max_moves_per_tick", &SchedulerConfig::max_moves_per_tick},
        {"max_in_flight", &SchedulerConfig::max_in_flight},
        {"max_in_flight_per_source", &SchedulerConfig::max_in_flight_per_source},
        {"max_in_flight_per_target", &SchedulerConfig::max_in_flight_per_target},
    };
    for (const auto& [key, field] : fields) {
        if (const auto value = arguments.optional(key)) {
            config.*field = parse_integer(story, *value);
        }
    }
    if (const auto value = arguments.optional("min_holders")) {
        config.min_holders = parse_small_integer(story, *value);
    }
    if (const auto value = arguments.optional("max_alternatives")) {
        config.max_alternatives = parse_small_integer(story, *value);
    }
}

// The words stand in the order of their numbers.
static void take_choices(Story& story, Arguments& arguments, SchedulerConfig& config)
{
    if (const auto value = arguments.optional("on_scorer_error")) {
        config.on_scorer_error =
            static_cast<driftline::OnScorerError>(parse_choice(story, *value, {"abort", "skip_chain"}));
    }
    if (const auto value = arguments.optional("fingerprint_mode")) {
        config.fingerprint_mode =
            static_cast<driftline::FingerprintMode>(parse_choice(story, *value, {"poll", "push"}));
    }
    if (const auto value = arguments.optional("move_order")) {
        config.move_order =
            static_cast<driftline::MoveOrder>(parse_choice(story, *value, {"evict_first", "place_first"}));
    }
    if (const auto value = arguments.optional("backstop_spread")) {
        config.backstop_spread = parse_switch(story, *value);
    }
}

static void command_config(Story& story, Arguments& arguments)
{
    if (arguments.count() == 0) {
        story.refuse("nothing is given");
    }
    SchedulerConfig config =
        arguments.flag("production") ? SchedulerConfig::production() : *story.scheduler->try_config();
    take_numbers(story, arguments, config);
    take_times(story, arguments, config);
    take_counts(story, arguments, config);
    take_choices(story, arguments, config);
    if (!arguments.end()) {
        return;
    }
    const auto valid = config.try_validate();
    const auto configured = story.scheduler->try_configure(config);
    if (valid.has_value() != configured.has_value()) {
        story.disagree("what is valid is not what is accepted");
    }
    if (!configured) {
        print_error(story, configured.error());
    } else if (*story.scheduler->try_config() != config) {
        story.disagree("the config is not the one that was set");
    }
}

// ---- Policies ----

static ClassMode take_mode(Story& story, Arguments& arguments)
{
    const auto word = arguments.optional("mode");
    const auto floor = arguments.optional("critical_floor");
    const auto kind = static_cast<ClassMode::Kind>(
        word ? parse_choice(story, *word, {"eager", "lazy", "pinned", "propose_only"}) : 0);
    if (floor.has_value() != (kind == ClassMode::Kind::lazy)) {
        story.refuse("critical_floor goes with mode=lazy");
    }
    switch (kind) {
    case ClassMode::Kind::eager:
        return ClassMode::eager();
    case ClassMode::Kind::lazy:
        return ClassMode::lazy(floor ? parse_number(story, *floor) : 0.0f);
    case ClassMode::Kind::pinned:
        return ClassMode::pinned();
    case ClassMode::Kind::propose_only:
        return ClassMode::propose_only();
    }
    return ClassMode();
}

static ClassPolicy take_policy(Story& story, Arguments& arguments)
{
    ClassPolicy policy;
    if (const auto value = arguments.optional("score_floor")) {
        policy.score_floor = parse_number(story, *value);
    }
    if (const auto value = arguments.optional("hysteresis_gap")) {
        policy.hysteresis_gap = parse_number(story, *value);
    }
    if (const auto value = arguments.optional("cooldown")) {
        policy.cooldown = parse_time(story, *value);
    }
    if (const auto value = arguments.optional("cost_per_sec")) {
        policy.cost_per_sec = parse_number(story, *value);
    }
    policy.mode = take_mode(story, arguments);
    return policy;
}

static void command_policy(Story& story, Arguments& arguments)
{
    if (arguments.count() < 2) {
        story.refuse("nothing is given");
    }
    const driftline::ClassId class_id = parse_small_integer(story, arguments.required("class"));
    std::optional<ClassPolicy> policy;
    if (!arguments.flag("none")) {
        policy = take_policy(story, arguments);
    }
    if (!arguments.end()) {
        return;
    }
    const auto before = *story.scheduler->try_class_policy(class_id);
    const auto previous = take(story, story.scheduler->try_set_class_policy(class_id, policy));
    if (previous && *previous != before) {
        story.disagree("the previous policy is another one");
    }
    if (*story.scheduler->try_class_policy(class_id) != (previous ? policy : before)) {
        story.disagree("the policy of the class is not the one that it was given");
    }
}

// ---- By name ----

Command find_config(const std::string& name)
{
    if (name == "config") {
        return command_config;
    }
    return name == "policy" ? command_policy : nullptr;
}

} // namespace scenario
