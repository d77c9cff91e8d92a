// What is known of nodes and chains, from which scores are made without a scorer of your own.
#ifndef DRIFTLINE_INVENTORY_HPP
#define DRIFTLINE_INVENTORY_HPP

#include <driftline/homes.hpp>
#include <driftline/inventory_values.hpp>
#include <driftline/state.hpp>

namespace driftline {
inline namespace DRIFTLINE_CPP_MODE {

/// An inventory: tell it what most control planes know, and install it; nobody has to write a scorer to begin with.
///
///     driftline::Inventory inventory;
///     driftline::LocalScheduler scheduler(1, driftline::SchedulerConfig::production(), inventory);
///     // Then, for ever:
///     state.apply(events);
///     inventory.follow(events);
///     inventory.report_nodes(now, reports);
///     scheduler.tick(state, now);
///
/// What it is installed in, or part of, answers from what is reported here, and goes on when this object is gone.
///
/// Move-only; a moved-from inventory refuses every call with `MisuseError`. Functions that are const may run at the
/// same time on several threads, the others have this object to themselves; where the library sees that this is broken,
/// the call is refused (`DRIFTLINE_RESULT_BUSY`). Schedulers do not count for that: while one asks, on another thread,
/// a report waits until that question is answered, and a question until a report is taken. It is the one place where
/// this library waits, and never for long. For the same decisions from the same inputs, report between ticks and not
/// during one.
///
/// Every function has a `try_` twin that returns a `Result` in place of throwing. Without memory for the arrays on
/// their way to the library, or for what is returned: `std::bad_alloc`, and nothing has changed.
class Inventory {
public:
    /// An inventory that knows nothing. Throws `ConfigError`; `Error`: the library has another ABI, or no memory.
    explicit Inventory(const InventoryConfig& config = InventoryConfig()) : Inventory(try_create(config).value()) {}

    static Result<Inventory> try_create(const InventoryConfig& config = InventoryConfig())
    {
        driftline_error error = Error::empty();
        const driftline_inventory_config c_config = config.capi();
        driftline_inventory inventory{0};
        const driftline_result result = driftline_inventory_new(DRIFTLINE_ABI, &c_config, &inventory, &error);
        return result == DRIFTLINE_RESULT_OK ? Result<Inventory>(adopt(inventory)) : Error(result, error);
    }

    /// Takes over what `release` or C code made. It is freed by this.
    static Inventory adopt(driftline_inventory inventory) noexcept { return Inventory(inventory); }

    /// The C handle, which stays owned by this.
    driftline_inventory capi() const noexcept { return handle_.get(); }

    /// Gives the C handle away.
    driftline_inventory release() noexcept { return handle_.release(); }

    /// Lets go of the inventory now; closing twice is fine. Scorers that were made of it go on with what it knows.
    /// Throws `MisuseError` while it is in use, and is as before then.
    void close() { try_close().value(); }
    Result<void> try_close() noexcept { return handle_.close(); }

    /// The config.
    InventoryConfig config() const { return try_config().value(); }
    Result<InventoryConfig> try_config() const
    {
        driftline_error error = Error::empty();
        driftline_inventory_config config;
        std::memset(&config, 0, sizeof config);
        config.struct_size = static_cast<std::uint32_t>(sizeof config);
        const driftline_result result = driftline_inventory_config_of(capi(), &config, &error);
        return result == DRIFTLINE_RESULT_OK ? Result<InventoryConfig>(InventoryConfig(config)) : Error(result, error);
    }

    /// Takes the whole membership over, the same arrays as `MeshState::load` does. All or nothing, but that `NO_MEMORY`
    /// may come when part of it was taken over; load it again then.
    ///
    /// What nodes use is not changed: reports have these chains in them. Profiles of chains that are not listed are
    /// forgotten. Throws as `MeshState::load`.
    void load(span<const ChainId> chains, span<const NodeId> leaders, span<const std::uint64_t> offsets,
              span<const NodeId> holders)
    {
        try_load(chains, leaders, offsets, holders).value();
    }
    Result<void> try_load(span<const ChainId> chains, span<const NodeId> leaders, span<const std::uint64_t> offsets,
                          span<const NodeId> holders)
    {
        if (auto lengths = detail::check_membership(chains, leaders, offsets); !lengths) {
            return lengths;
        }
        driftline_error error = Error::empty();
        const driftline_result result =
            driftline_inventory_load(capi(), chains.data(), leaders.data(), chains.size(), offsets.data(),
                                     holders.data(), holders.size(), &error);
        return outcome(result, error);
    }

    /// Takes notice of events of a state: holders, wished counts, chains that are gone, drains. Give it the very events
    /// that `MeshState::apply` has taken; those that it has no use for are skipped.
    ///
    /// A chain that comes to a node is expected to use there what its profile says, and less where it left, until
    /// reports of the node take over: a report that lags behind the moves does not bring on the same moves again.
    ///
    /// Throws as `MeshState::apply`, before anything is noted, but for `NO_MEMORY` and `TOO_MANY`: events before it
    /// count, so give it all of them again; they are idempotent.
    void follow(span<const Event> events) { try_follow(events).value(); }
    void follow(std::initializer_list<Event> events) { try_follow(events).value(); }
    Result<void> try_follow(std::initializer_list<Event> events)
    {
        return try_follow(span<const Event>(events.begin(), events.size()));
    }
    Result<void> try_follow(span<const Event> events)
    {
        driftline_error error = Error::empty();
        const driftline_result result =
            driftline_inventory_follow(capi(), events.data(), events.size(), sizeof(Event), &error);
        return outcome(result, error);
    }

    /// Takes reports of nodes that were made at `now`, in order. All or nothing; the error's index names the one at
    /// fault.
    ///
    /// Uses are smoothed by the times of their reports, so it does not matter how often you report. `now` is of the
    /// clock that ticks are given, and never earlier than that of a report before.
    ///
    /// Throws `DataError`: `INVENTORY` with a message that names field and value, for a quantity that is negative or
    /// not finite, a use above its capacity, a health that is none; `TIME`, `ID`, `TOO_MANY`, `NO_MEMORY`.
    void report_nodes(Time now, span<const NodeInventory> reports) { try_report_nodes(now, reports).value(); }
    void report_nodes(Time now, std::initializer_list<NodeInventory> reports)
    {
        try_report_nodes(now, reports).value();
    }
    Result<void> try_report_nodes(Time now, std::initializer_list<NodeInventory> reports)
    {
        return try_report_nodes(now, span<const NodeInventory>(reports.begin(), reports.size()));
    }
    Result<void> try_report_nodes(Time now, span<const NodeInventory> reports)
    {
        std::vector<driftline_node_inventory> c_reports;
        c_reports.reserve(reports.size());
        for (const NodeInventory& report : reports) {
            c_reports.push_back(detail::to_c(report));
        }
        driftline_error error = Error::empty();
        const driftline_result result =
            driftline_inventory_report_nodes(capi(), now.count(), c_reports.data(), c_reports.size(),
                                             sizeof(driftline_node_inventory), &error);
        return outcome(result, error);
    }

    /// Takes round-trip times that were measured at `now`, in order. All or nothing. They are smoothed as uses are.
    ///
    /// Throws `DataError`: `TIME`, `ID`, `TOO_MANY`, `NO_MEMORY`.
    void report_rtts(Time now, span<const Rtt> reports) { try_report_rtts(now, reports).value(); }
    void report_rtts(Time now, std::initializer_list<Rtt> reports) { try_report_rtts(now, reports).value(); }
    Result<void> try_report_rtts(Time now, std::initializer_list<Rtt> reports)
    {
        return try_report_rtts(now, span<const Rtt>(reports.begin(), reports.size()));
    }
    Result<void> try_report_rtts(Time now, span<const Rtt> reports)
    {
        std::vector<driftline_rtt> c_reports;
        c_reports.reserve(reports.size());
        for (const Rtt& report : reports) {
            c_reports.push_back(detail::to_c(report));
        }
        driftline_error error = Error::empty();
        const driftline_result result = driftline_inventory_report_rtts(
            capi(), now.count(), c_reports.data(), c_reports.size(), sizeof(driftline_rtt), &error);
        return outcome(result, error);
    }

    /// Takes bandwidths, in order; each replaces what was measured before. All or nothing. Only costs depend on them.
    ///
    /// Throws `DataError`: `INVENTORY`, `ID`, `TOO_MANY`, `NO_MEMORY`.
    void report_bandwidths(span<const Bandwidth> reports) { try_report_bandwidths(reports).value(); }
    void report_bandwidths(std::initializer_list<Bandwidth> reports) { try_report_bandwidths(reports).value(); }
    Result<void> try_report_bandwidths(std::initializer_list<Bandwidth> reports)
    {
        return try_report_bandwidths(span<const Bandwidth>(reports.begin(), reports.size()));
    }
    Result<void> try_report_bandwidths(span<const Bandwidth> reports)
    {
        driftline_error error = Error::empty();
        const driftline_result result = driftline_inventory_report_bandwidths(
            capi(), reports.data(), reports.size(), sizeof(Bandwidth), &error);
        return outcome(result, error);
    }

    /// Takes profiles of chains, in order; each replaces that of its chain as a whole. All or nothing.
    ///
    /// Throws `DataError`: `INVENTORY`, `ID`, `TOO_MANY`, `NO_MEMORY`; the error's index names the profile, also where
    /// one of its clients is at fault, and `node()` the client then.
    void report_profiles(span<const ChainProfile> profiles) { try_report_profiles(profiles).value(); }
    void report_profiles(std::initializer_list<ChainProfile> profiles) { try_report_profiles(profiles).value(); }
    Result<void> try_report_profiles(std::initializer_list<ChainProfile> profiles)
    {
        return try_report_profiles(span<const ChainProfile>(profiles.begin(), profiles.size()));
    }
    Result<void> try_report_profiles(span<const ChainProfile> profiles);

    /// Forgets what was reported of a node and by it, and says whether there was anything. What it holds stays until
    /// events say otherwise. Throws `DataError`: `ID` for `no_node`.
    bool forget_node(NodeId node) { return try_forget_node(node).value(); }
    Result<bool> try_forget_node(NodeId node)
    {
        driftline_error error = Error::empty();
        std::uint32_t was_known = 0;
        const driftline_result result = driftline_inventory_forget_node(capi(), node, &was_known, &error);
        return result == DRIFTLINE_RESULT_OK ? Result<bool>(was_known != 0) : Error(result, error);
    }

    /// Tells a state which nodes and chains have moved since the last call, as the touches that `FingerprintMode::push`
    /// goes by, and returns how many there were. Call it before each tick in that mode; in the other one there is no
    /// need for it.
    ///
    /// An inventory tells each move once, by this or by `touches`, which is for several states. Throws `DataError`:
    /// `NO_MEMORY`, `TOO_MANY`; what has moved is told next time then.
    std::size_t touch(MeshState& state) { return try_touch(state).value(); }
    Result<std::size_t> try_touch(MeshState& state)
    {
        driftline_error error = Error::empty();
        std::size_t count = 0;
        const driftline_result result = driftline_inventory_touch(capi(), state.capi(), &count, &error);
        return result == DRIFTLINE_RESULT_OK ? Result<std::size_t>(count) : Error(result, error);
    }

    /// The same as events, where one inventory serves several states: nodes and chains that have moved since the last
    /// call, nodes first, each by ascending id. Give all of them to `MeshState::apply` of each state.
    ///
    ///     const std::vector<driftline::Event> touches = inventory.touches();
    ///     here.apply(touches);
    ///     there.apply(touches);
    ///
    /// Throws `DataError`: `NO_MEMORY`; what has moved is told next time then, and after `std::bad_alloc`, too.
    std::vector<Event> touches() { return try_touches().value(); }
    Result<std::vector<Event>> try_touches()
    {
        return detail::fetch<Event>([&](Event* out, std::size_t capacity, std::size_t* count, driftline_error* error) {
            return driftline_inventory_touches(capi(), out, capacity, sizeof(Event), count, error);
        });
    }

    /// What a node is worth to a chain, axis by axis: as its holder, or as one that would take the place of the holder
    /// that would leave, which is the one that is drained, or else the worst; a scheduler says who leaves. Empty if
    /// nothing was reported of the node. Throws `DataError`: `ID` for `no_node`.
    std::optional<ScoreAxes> axes(ChainId chain, NodeId node) const { return try_axes(chain, node).value(); }
    Result<std::optional<ScoreAxes>> try_axes(ChainId chain, NodeId node) const
    {
        driftline_error error = Error::empty();
        driftline_score_axes found;
        std::memset(&found, 0, sizeof found);
        found.struct_size = static_cast<std::uint32_t>(sizeof found);
        const driftline_result result = driftline_inventory_axes(capi(), chain, node, &found, &error);
        if (result == DRIFTLINE_RESULT_UNKNOWN_NODE) {
            return std::optional<ScoreAxes>();
        }
        if (result != DRIFTLINE_RESULT_OK) {
            return Error(result, error);
        }
        return std::optional<ScoreAxes>(detail::to_axes(found));
    }

    /// The best homes that a chain could have: up to `limit` of them, best first, ties by ascending id. Nodes in
    /// `exclude`, in any order, are left out, and so are the holders that the inventory knows of and what is no home to
    /// the chain. The score is that of `axes`.
    ///
    /// It walks over all nodes: some 40 microseconds for 10,000 of them. Any `limit` will do: room is made for what is
    /// found, and where that is a lot, it is asked for again. Throws `DataError`: `NO_MEMORY`.
    std::vector<Alternative> alternatives(ChainId chain, span<const NodeId> exclude, std::size_t limit) const
    {
        return try_alternatives(chain, exclude, limit).value();
    }
    std::vector<Alternative> alternatives(ChainId chain, std::initializer_list<NodeId> exclude,
                                          std::size_t limit) const
    {
        return try_alternatives(chain, exclude, limit).value();
    }
    Result<std::vector<Alternative>> try_alternatives(ChainId chain, std::initializer_list<NodeId> exclude,
                                                      std::size_t limit) const
    {
        return try_alternatives(chain, span<const NodeId>(exclude.begin(), exclude.size()), limit);
    }
    Result<std::vector<Alternative>> try_alternatives(ChainId chain, span<const NodeId> exclude,
                                                      std::size_t limit) const
    {
        const auto ask = [&](driftline_alternative* out, std::size_t capacity, std::size_t* count) {
            driftline_error error = Error::empty();
            const driftline_result result =
                driftline_inventory_alternatives(capi(), chain, exclude.data(), exclude.size(), out, capacity,
                                                 sizeof(driftline_alternative), count, &error);
            return outcome(result, error);
        };
        return detail::up_to(limit, exclude.size(), ask);
    }

    /// What it would cost to move a chain to a node: by its size and the bandwidth of the path from the best connected
    /// holder. Empty where nothing is known that would make it cost anything. Throws `DataError`: `ID` for `no_node`.
    std::optional<MigrationCost> migration_cost(ChainId chain, NodeId target) const
    {
        return try_migration_cost(chain, target).value();
    }
    Result<std::optional<MigrationCost>> try_migration_cost(ChainId chain, NodeId target) const
    {
        driftline_error error = Error::empty();
        std::uint32_t is_known = 0;
        driftline_migration_cost cost = detail::to_c(MigrationCost());
        const driftline_result result =
            driftline_inventory_migration_cost(capi(), chain, target, &is_known, &cost, &error);
        if (result != DRIFTLINE_RESULT_OK) {
            return Error(result, error);
        }
        return detail::to_cost(is_known, cost);
    }

private:
    explicit Inventory(driftline_inventory inventory) noexcept : handle_(inventory) {}

    static Result<void> outcome(driftline_result result, const driftline_error& error)
    {
        return result == DRIFTLINE_RESULT_OK ? Result<void>() : Error(result, error);
    }

    detail::Handle<driftline_inventory, driftline_inventory_free> handle_;
};

inline Result<void> Inventory::try_report_profiles(span<const ChainProfile> profiles)
{
    std::size_t client_count = 0;
    for (const ChainProfile& profile : profiles) {
        client_count += profile.clients.size();
    }
    // All of them in one list that no longer moves when profiles point into it.
    std::vector<driftline_client> clients;
    clients.reserve(client_count);
    std::vector<driftline_chain_profile> c_profiles;
    c_profiles.reserve(profiles.size());
    for (const ChainProfile& profile : profiles) {
        const driftline_client* const first = clients.data() + clients.size();
        for (const Client& client : profile.clients) {
            clients.push_back(detail::to_c(client));
        }
        c_profiles.push_back(detail::to_c(profile, first));
    }
    driftline_error error = Error::empty();
    const driftline_result result = driftline_inventory_report_profiles(
        capi(), c_profiles.data(), c_profiles.size(), sizeof(driftline_chain_profile), &error);
    return outcome(result, error);
}

} // namespace DRIFTLINE_CPP_MODE
} // namespace driftline

#endif
