// Commands of an inventory, and of scorers that are put together from it and the table scorer.
#include "story.hpp"

namespace scenario {

using driftline::ComposedScorer;
using driftline::InventoryConfig;
using driftline::Result;

static void say(Story& story, const Result<void>& outcome)
{
    if (!outcome) {
        print_error(story, outcome.error());
    }
}

// ---- Opening ----

static void take_numbers(Story& story, Arguments& arguments, InventoryConfig& config)
{
    static const std::pair<const char*, float InventoryConfig::*> fields[] = {
        {"headroom_weight", &InventoryConfig::headroom_weight},
        {"proximity_weight", &InventoryConfig::proximity_weight},
        {"zone_spread_weight", &InventoryConfig::zone_spread_weight},
        {"colocation_weight", &InventoryConfig::colocation_weight},
        {"worst_share", &InventoryConfig::worst_share},
        {"comfortable_use", &InventoryConfig::comfortable_use},
        {"capacity_reserve", &InventoryConfig::capacity_reserve},
        {"rtt_weight_max", &InventoryConfig::rtt_weight_max},
        {"hysteresis_gap", &InventoryConfig::hysteresis_gap},
    };
    for (const auto& [key, field] : fields) {
        if (const auto value = arguments.optional(key)) {
            config.*field = parse_number(story, *value);
        }
    }
    static const std::pair<const char*, std::optional<float> InventoryConfig::*> epsilons[] = {
        {"headroom_epsilon", &InventoryConfig::headroom_epsilon},
        {"proximity_epsilon", &InventoryConfig::proximity_epsilon},
    };
    for (const auto& [key, field] : epsilons) {
        const auto value = arguments.optional(key);
        if (value && *value != "derived") {
            config.*field = parse_number(story, *value);
        }
    }
}

static void take_times_and_amounts(Story& story, Arguments& arguments, InventoryConfig& config)
{
    static const std::pair<const char*, driftline::Time InventoryConfig::*> times[] = {
        {"rtt_half", &InventoryConfig::rtt_half},
        {"load_half_life", &InventoryConfig::load_half_life},
        {"rtt_half_life", &InventoryConfig::rtt_half_life},
        {"fallback_disruption", &InventoryConfig::fallback_disruption},
    };
    for (const auto& [key, field] : times) {
        if (const auto value = arguments.optional(key)) {
            config.*field = parse_time(story, *value);
        }
    }
    static const std::pair<const char*, double InventoryConfig::*> amounts[] = {
        {"fallback_bandwidth", &InventoryConfig::fallback_bandwidth_bytes_per_sec},
        {"fallback_size", &InventoryConfig::fallback_size_bytes},
        {"serialisation", &InventoryConfig::serialisation_bytes_per_sec},
    };
    for (const auto& [key, field] : amounts) {
        if (const auto value = arguments.optional(key)) {
            config.*field = parse_amount(story, *value);
        }
    }
}

static void command_inventory(Story& story, Arguments& arguments)
{
    InventoryConfig config;
    take_numbers(story, arguments, config);
    take_times_and_amounts(story, arguments, config);
    if (!arguments.end()) {
        return;
    }
    auto opened = driftline::Inventory::try_create(config);
    if (config.try_validate().has_value() != opened.has_value()) {
        story.disagree("what is valid is not what is accepted");
    }
    if (!opened) {
        print_error(story, opened.error());
        return;
    }
    story.inventory = std::move(opened).value();
    if (*story.inventory->try_config() != config) {
        story.disagree("the config is not the one that was set");
    }
    story.has_table = false;
    take(story, story.scheduler->try_install(*story.inventory));
}

// ---- Putting together ----

// What `kind` makes of the table scorer and the inventory. Empty: the file is refused.
static std::optional<Result<ComposedScorer>> composed(Story& story, Arguments& arguments, const std::string& kind,
                                                      ComposedScorer& table, ComposedScorer& inventory)
{
    if (kind == "weighted_sum") {
        const float weight = parse_number(story, arguments.required("table"));
        const float other = parse_number(story, arguments.required("inventory"));
        return arguments.end() ? std::optional(ComposedScorer::try_weighted_sum(
                                     {{std::move(table), weight}, {std::move(inventory), other}}))
                               : std::nullopt;
    }
    if (kind == "minimum") {
        return arguments.end() ? std::optional(ComposedScorer::try_minimum({std::move(table), std::move(inventory)}))
                               : std::nullopt;
    }
    if (kind == "gate") {
        const float threshold = parse_number(story, arguments.required("threshold"));
        return arguments.end()
            ? std::optional(ComposedScorer::try_gate(std::move(table), std::move(inventory), threshold))
            : std::nullopt;
    }
    if (kind == "override") {
        const auto chains = parse_list(story, arguments.required("chains"), parse_id);
        return arguments.end() ? std::optional(ComposedScorer::try_override_per_chain(std::move(inventory),
                                                                                     {{std::move(table), chains}}))
                               : std::nullopt;
    }
    if (kind == "cached") {
        const std::uint64_t capacity = parse_integer(story, arguments.required("capacity"));
        return arguments.end() ? std::optional(ComposedScorer::try_cached(std::move(table), capacity)) : std::nullopt;
    }
    if (kind == "smoothed") {
        const Nanoseconds half_life = parse_time(story, arguments.required("half_life"));
        return arguments.end() ? std::optional(ComposedScorer::try_smoothed(std::move(table), half_life))
                               : std::nullopt;
    }
    story.refuse("'" + kind + "' is no scorer that is put together");
    return std::nullopt;
}

static void command_compose(Story& story, Arguments& arguments)
{
    const std::string kind = arguments.bare();
    auto table = take(story, ComposedScorer::try_create(make_scorer(story.world)));
    auto inventory = take(story, ComposedScorer::try_create(*story.inventory));
    if (!table || !inventory) {
        return;
    }
    auto made = composed(story, arguments, kind, *table, *inventory);
    if (!made) {
        return;
    }
    if (!*made) {
        print_error(story, made->error());
        return;
    }
    story.has_table = false;
    take(story, story.scheduler->try_install(std::move(*made).value()));
}

// ---- Reports ----

// `USE/CAPACITY`, of which either may be left out.
static void take_amounts(Story& story, Arguments& arguments, const char* key, std::optional<double>& used,
                         std::optional<double>& capacity)
{
    const auto text = arguments.optional(key);
    if (!text) {
        return;
    }
    const std::size_t slash = text->find('/');
    if (slash == std::string::npos) {
        story.refuse("'" + *text + "' is not use/capacity");
        return;
    }
    const auto amount = [&](const std::string& part) {
        return part.empty() ? std::nullopt : std::optional<double>(parse_amount(story, part));
    };
    used = amount(text->substr(0, slash));
    capacity = amount(text->substr(slash + 1));
}

static void command_report(Story& story, Arguments& arguments)
{
    const Nanoseconds now = parse_time(story, arguments.bare());
    driftline::NodeInventory report;
    report.node = parse_id(story, arguments.required("node"));
    take_amounts(story, arguments, "cpu", report.cpu_use_cores, report.cpu_capacity_cores);
    take_amounts(story, arguments, "memory", report.memory_use_bytes, report.memory_capacity_bytes);
    take_amounts(story, arguments, "disk", report.disk_use_bytes, report.disk_capacity_bytes);
    if (const auto value = arguments.optional("bandwidth")) {
        report.bandwidth_bytes_per_sec = parse_amount(story, *value);
    }
    if (const auto value = arguments.optional("tags")) {
        report.tags = parse_integer(story, *value);
    }
    if (const auto value = arguments.optional("zone")) {
        report.zone = parse_small_integer(story, *value);
    }
    if (const auto value = arguments.optional("health")) {
        report.health =
            static_cast<driftline::NodeHealth>(parse_choice(story, *value, {"healthy", "cordoned", "failed"}));
    }
    if (arguments.end()) {
        say(story, story.inventory->try_report_nodes(now, {report}));
    }
}

static void command_rtt(Story& story, Arguments& arguments)
{
    const Nanoseconds now = parse_time(story, arguments.bare());
    const NodeId from = parse_id(story, arguments.required("from"));
    std::vector<driftline::Rtt> reports;
    while (const auto pair = arguments.any_pair()) {
        reports.push_back(driftline::Rtt{from, parse_id(story, pair->key), parse_time(story, *pair->value)});
    }
    if (reports.empty()) {
        story.refuse("nothing is given");
    }
    if (arguments.end()) {
        say(story, story.inventory->try_report_rtts(now, reports));
    }
}

static void command_bandwidth(Story& story, Arguments& arguments)
{
    const NodeId from = parse_id(story, arguments.required("from"));
    std::vector<driftline::Bandwidth> reports;
    while (const auto pair = arguments.any_pair()) {
        reports.push_back(driftline::Bandwidth{from, parse_id(story, pair->key), parse_amount(story, *pair->value)});
    }
    if (reports.empty()) {
        story.refuse("nothing is given");
    }
    if (arguments.end()) {
        say(story, story.inventory->try_report_bandwidths(reports));
    }
}

// "1:0.5,2:1"
static std::vector<driftline::Client> parse_clients(Story& story, const std::string& text)
{
    std::vector<driftline::Client> clients;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find(',', at), text.size());
        const std::size_t colon = text.find(':', at);
        if (colon >= end || end + 1 == text.size()) {
            story.refuse("'" + text + "' is not a list of node:weight");
            return clients;
        }
        clients.push_back(driftline::Client{parse_id(story, text.substr(at, colon - at)),
                                            parse_number(story, text.substr(colon + 1, end - colon - 1))});
        at = end + 1;
    }
    return clients;
}

static void command_profile(Story& story, Arguments& arguments)
{
    driftline::ChainProfile profile;
    profile.chain = parse_id(story, arguments.required("chain"));
    const std::pair<const char*, std::optional<double>*> amounts[] = {
        {"size", &profile.size_bytes}, {"cpu", &profile.cpu_cores}, {"memory", &profile.memory_bytes}};
    for (const auto& [key, place] : amounts) {
        if (const auto value = arguments.optional(key)) {
            *place = parse_amount(story, *value);
        }
    }
    profile.required_tags = parse_integer(story, arguments.optional("tags").value_or("0"));
    profile.clients = parse_clients(story, arguments.optional("clients").value_or(""));
    if (const auto value = arguments.optional("value")) {
        profile.service_value = parse_number(story, *value);
    }
    if (const auto value = arguments.optional("disruption")) {
        profile.disruption = parse_time(story, *value);
    }
    if (const auto value = arguments.optional("group")) {
        profile.group = parse_integer(story, *value);
    }
    profile.zone_anti_affinity = parse_switch(story, arguments.optional("anti_affinity").value_or("off"));
    if (arguments.end()) {
        say(story, story.inventory->try_report_profiles({profile}));
    }
}

static void command_forget(Story& story, Arguments& arguments)
{
    const NodeId node = parse_id(story, arguments.required("node"));
    if (!arguments.end()) {
        return;
    }
    if (const auto was_known = take(story, story.inventory->try_forget_node(node))) {
        story.out += *was_known ? "forgotten\n" : "nothing was known\n";
    }
}

// ---- Questions ----

static void command_push(Story& story, Arguments& arguments)
{
    if (!arguments.end()) {
        return;
    }
    if (const auto count = take(story, story.inventory->try_touch(*story.state))) {
        story.out += "touched " + number(*count) + "\n";
    }
}

static void command_axes(Story& story, Arguments& arguments)
{
    const ChainId chain = parse_id(story, arguments.required("chain"));
    const NodeId node = parse_id(story, arguments.required("node"));
    if (!arguments.end()) {
        return;
    }
    const auto axes = take(story, story.inventory->try_axes(chain, node));
    if (!axes) {
        return;
    }
    story.out += number(chain) + " on " + number(node) + ": ";
    if (!*axes) {
        story.out += "nothing was reported\n";
        return;
    }
    const driftline::ScoreAxes& found = **axes;
    const std::pair<const char*, std::optional<float>> values[] = {{"headroom", found.headroom},
                                                                   {"proximity", found.proximity},
                                                                   {"zone_spread", found.zone_spread},
                                                                   {"colocation", found.colocation},
                                                                   {"score", found.score}};
    story.out += found.is_home ? "a home" : "no home";
    for (const auto& [name, value] : values) {
        story.out += std::string(", ") + name + " " + (value ? format("%.2f", static_cast<double>(*value)) : "-");
    }
    story.out += "\n";
}

// ---- By name ----

Command find_inventory(const std::string& name)
{
    static const std::map<std::string, Command> commands = {
        {"inventory", command_inventory}, {"compose", command_compose}, {"report", command_report},
        {"rtt", command_rtt},             {"bandwidth", command_bandwidth}, {"profile", command_profile},
        {"forget", command_forget},       {"push", command_push},       {"axes", command_axes},
    };
    const auto found = commands.find(name);
    return found == commands.end() ? nullptr : found->second;
}

} // namespace scenario
