// Who holds what.
#ifndef DRIFTLINE_STATE_HPP
#define DRIFTLINE_STATE_HPP

#include <driftline/events.hpp>
#include <driftline/handle.hpp>
#include <driftline/span.hpp>

#include <initializer_list>
#include <vector>

namespace driftline {
inline namespace DRIFTLINE_CPP_MODE {

/// One chain of a state.
struct ChainInfo {
    ChainId chain = 0;
    /// Empty: nobody leads it.
    std::optional<NodeId> leader{};
    /// Ascending.
    std::vector<NodeId> holders{};
    /// Whether an exclusive claim is held.
    bool claim_held = false;
    /// When it was last evicted from. Forgotten when the cooldown is over (E4).
    std::optional<Nanoseconds> last_rebalance{};
    /// How many nodes should hold it, if that was told; 0 can be told.
    std::optional<std::uint32_t> desired_replicas{};
    /// 0 if it was never given one (Y1).
    ClassId class_id = 0;
    /// Its latest revision, if one was told (R8).
    std::optional<std::uint64_t> revision{};
    /// Whether a move of it is in flight (F1).
    bool in_flight = false;
    /// The holder that is ordered away, until a tick of its leader has considered it (R7).
    std::optional<NodeId> pending_eviction{};
    /// The node that it is ordered to, likewise.
    std::optional<NodeId> pending_placement{};
};

/// A node with a time: when it should be empty, or until when it is avoided.
struct NodeTime {
    NodeId node = no_node;
    Nanoseconds at{};
};

namespace detail {

inline ChainInfo to_chain_info(ChainId chain, const driftline_chain& found, std::vector<NodeId> holders)
{
    const auto has = [&](std::uint32_t flag) { return (found.flags & flag) != 0; };
    ChainInfo info;
    info.chain = chain;
    info.leader = known(found.leader != DRIFTLINE_NONE, found.leader);
    info.holders = std::move(holders);
    info.claim_held = has(DRIFTLINE_CHAIN_CLAIM_HELD);
    info.last_rebalance = known(has(DRIFTLINE_CHAIN_REBALANCED), Nanoseconds(found.last_rebalance_ns));
    info.desired_replicas = known(has(DRIFTLINE_CHAIN_DESIRED), found.desired_replicas);
    info.class_id = found.class_id;
    info.revision = known(has(DRIFTLINE_CHAIN_REVISION), found.revision);
    info.in_flight = has(DRIFTLINE_CHAIN_IN_FLIGHT);
    info.pending_eviction = known(has(DRIFTLINE_CHAIN_PENDING_EVICTION), found.pending_eviction);
    info.pending_placement = known(has(DRIFTLINE_CHAIN_PENDING_PLACEMENT), found.pending_placement);
    return info;
}

/// C takes one length for three arrays, so the other two have to be looked at here.
inline Result<void> check_membership(span<const ChainId> chains, span<const NodeId> leaders,
                                     span<const std::uint64_t> offsets)
{
    if (leaders.size() != chains.size()) {
        return Error(DRIFTLINE_RESULT_MEMBERSHIP, leaders.size() < chains.size() ? leaders.size() : chains.size(),
                     "leaders: there must be one for each chain");
    }
    if (offsets.size() != chains.size() + 1) {
        return Error(DRIFTLINE_RESULT_MEMBERSHIP, offsets.size(), "offsets: there must be one more than chains");
    }
    return {};
}

} // namespace detail

/// A state: a fold over events (A1). Several schedulers may share one; it knows nothing of them.
///
/// Move-only; a moved-from state refuses every call with `MisuseError`. Functions that are const may run at the same
/// time on several threads, the others have the state to themselves. Where the library sees that this is broken, the
/// call is refused (`DRIFTLINE_RESULT_BUSY`, `DRIFTLINE_RESULT_REENTRANT`); nobody waits.
///
/// Every function has a `try_` twin that returns a `Result` in place of throwing. Lists are copies, and are yours;
/// without memory for one, `std::bad_alloc`.
class MeshState {
public:
    /// A state without chains. Throws `Error`: the library has another ABI, or no memory.
    MeshState() : MeshState(try_create().value()) {}

    static Result<MeshState> try_create()
    {
        driftline_error error = Error::empty();
        driftline_state state{0};
        const driftline_result result = driftline_state_new(DRIFTLINE_ABI, &state, &error);
        return result == DRIFTLINE_RESULT_OK ? Result<MeshState>(adopt(state)) : Error(result, error);
    }

    /// Takes over what `capi` or C code made. It is freed by this.
    static MeshState adopt(driftline_state state) noexcept { return MeshState(state); }

    /// The C handle, which stays owned by this.
    driftline_state capi() const noexcept { return handle_.get(); }

    /// Gives the C handle away.
    driftline_state release() noexcept { return handle_.release(); }

    /// Frees the state now; closing twice is fine. Throws `MisuseError` while it is in use, and is as before then.
    void close() { try_close().value(); }
    Result<void> try_close() noexcept { return handle_.close(); }

    /// Replaces the whole membership, all or nothing (E2).
    ///
    /// The holders of chain `i` are `holders[offsets[i]]` up to `holders[offsets[i + 1] - 1]`, in any order; there
    /// are as many leaders as chains and one offset more. `no_node` as a leader is nobody. Chains that are listed
    /// keep all the rest: claim, cooldown, facts, moves. The arrays are only read during the call.
    ///
    /// Throws `DataError`: `MEMBERSHIP`, `DUPLICATE`, `ID`, `TOO_MANY`, `NO_MEMORY`; the index says where.
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
            driftline_state_load(capi(), chains.data(), leaders.data(), chains.size(), offsets.data(), holders.data(),
                                 holders.size(), &error);
        return outcome(result, error);
    }

    /// Applies events in order, all or nothing: a refused one leaves the state as it was, and the error's index names
    /// it.
    ///
    ///     state.apply({driftline::events::holder_removed(7, 3), driftline::events::holder_added(7, 9)});
    ///
    /// Throws `DataError`: `ID`, `EVENT`, `TOO_MANY`, `NO_MEMORY`.
    void apply(span<const Event> events) { try_apply(events).value(); }
    void apply(std::initializer_list<Event> events) { try_apply(events).value(); }
    Result<void> try_apply(std::initializer_list<Event> events)
    {
        return try_apply(span<const Event>(events.begin(), events.size()));
    }
    Result<void> try_apply(span<const Event> events)
    {
        driftline_error error = Error::empty();
        const driftline_result result =
            driftline_state_apply(capi(), events.data(), events.size(), sizeof(Event), &error);
        return outcome(result, error);
    }

    /// 64 bits that depend on the logical content only (E5). Walks all chains.
    std::uint64_t digest() const { return try_digest().value(); }
    Result<std::uint64_t> try_digest() const
    {
        driftline_error error = Error::empty();
        std::uint64_t digest = 0;
        const driftline_result result = driftline_state_digest(capi(), &digest, &error);
        return result == DRIFTLINE_RESULT_OK ? Result<std::uint64_t>(digest) : Error(result, error);
    }

    /// One chain. Throws `DataError`: `UNKNOWN_CHAIN` if it does not exist.
    ChainInfo chain(ChainId chain) const { return try_chain(chain).value(); }
    Result<ChainInfo> try_chain(ChainId chain) const
    {
        driftline_chain found;
        std::memset(&found, 0, sizeof found);
        found.struct_size = static_cast<std::uint32_t>(sizeof found);
        auto holders = detail::fetch<NodeId>([&](NodeId* out, std::size_t capacity, std::size_t* count,
                                                 driftline_error* error) {
            return driftline_state_chain(capi(), chain, &found, out, capacity, count, error);
        });
        if (!holders) {
            return holders.error();
        }
        return detail::to_chain_info(chain, found, std::move(holders).value());
    }

    /// The chains that exist, ascending. Walks all of them.
    std::vector<ChainId> chains() const { return try_chains().value(); }
    Result<std::vector<ChainId>> try_chains() const
    {
        return detail::fetch<ChainId>([&](ChainId* out, std::size_t capacity, std::size_t* count,
                                          driftline_error* error) {
            return driftline_state_chains(capi(), out, capacity, count, error);
        });
    }

    /// The chains that a node holds, ascending. Throws `DataError`: `ID` for `no_node`.
    std::vector<ChainId> chains_on(NodeId node) const { return try_chains_on(node).value(); }
    Result<std::vector<ChainId>> try_chains_on(NodeId node) const
    {
        return detail::fetch<ChainId>([&](ChainId* out, std::size_t capacity, std::size_t* count,
                                          driftline_error* error) {
            return driftline_state_chains_on(capi(), node, out, capacity, count, error);
        });
    }

    /// The chains that a node leads and that have a holder or should have one, ascending. Walks all chains. Throws as
    /// `chains_on`.
    std::vector<ChainId> led_by(NodeId node) const { return try_led_by(node).value(); }
    Result<std::vector<ChainId>> try_led_by(NodeId node) const
    {
        return detail::fetch<ChainId>([&](ChainId* out, std::size_t capacity, std::size_t* count,
                                          driftline_error* error) {
            return driftline_state_led_by(capi(), node, out, capacity, count, error);
        });
    }

    /// The nodes that are drained, ascending, with their deadlines (N1).
    std::vector<NodeTime> drains() const { return try_drains().value(); }
    Result<std::vector<NodeTime>> try_drains() const { return node_times(driftline_state_drains); }

    /// The nodes that are avoided, ascending, and until when (N2). One whose time is over stands here until the next
    /// tick.
    std::vector<NodeTime> avoided() const { return try_avoided().value(); }
    Result<std::vector<NodeTime>> try_avoided() const { return node_times(driftline_state_avoided); }

    /// When the freeze is over; empty if there is none (R6). One that is over stands here until the next tick.
    std::optional<Nanoseconds> frozen_until() const { return try_frozen_until().value(); }
    Result<std::optional<Nanoseconds>> try_frozen_until() const
    {
        driftline_error error = Error::empty();
        std::uint32_t is_known = 0;
        std::uint64_t until_ns = 0;
        const driftline_result result = driftline_state_frozen_until(capi(), &is_known, &until_ns, &error);
        if (result != DRIFTLINE_RESULT_OK) {
            return Error(result, error);
        }
        return detail::known(is_known != 0, Nanoseconds(until_ns));
    }

    /// What is remembered of a chain, for whoever leads it next: its cooldown, its moves and the one in flight, its
    /// back-offs (V1). Facts that events tell are not in it. The bytes are the same on every platform. The times in it
    /// are those of this leader's ticks, so all leaders, and this one after a restart, need one origin: see `Time`.
    ///
    ///     there.import_chain(here.export_chain(7));
    ///
    /// Throws `DataError`: `UNKNOWN_CHAIN`, `NO_MEMORY`.
    std::vector<std::uint8_t> export_chain(ChainId chain) const { return try_export_chain(chain).value(); }
    Result<std::vector<std::uint8_t>> try_export_chain(ChainId chain) const
    {
        return detail::fetch<std::uint8_t>([&](std::uint8_t* out, std::size_t capacity, std::size_t* count,
                                               driftline_error* error) {
            return driftline_state_export_chain(capi(), chain, out, capacity, count, error);
        });
    }

    /// Takes in what another leader has exported, in place of what is remembered of that chain, and says which it is
    /// (V1). The bytes are only read during the call, and nothing of them is believed before all are checked. Times
    /// that lie ahead of the next tick's count as that tick's.
    ///
    /// Throws `DataError`: `IMPORT`, whose message says what is wrong with the bytes ("import: damaged"), `TOO_MANY`,
    /// `NO_MEMORY`.
    ChainId import_chain(span<const std::uint8_t> bytes) { return try_import_chain(bytes).value(); }
    Result<ChainId> try_import_chain(span<const std::uint8_t> bytes)
    {
        driftline_error error = Error::empty();
        ChainId chain = 0;
        const driftline_result result =
            driftline_state_import_chain(capi(), bytes.data(), bytes.size(), &chain, &error);
        return result == DRIFTLINE_RESULT_OK ? Result<ChainId>(chain) : Error(result, error);
    }

private:
    explicit MeshState(driftline_state state) noexcept : handle_(state) {}

    static Result<void> outcome(driftline_result result, const driftline_error& error)
    {
        return result == DRIFTLINE_RESULT_OK ? Result<void>() : Error(result, error);
    }

    template <class List>
    Result<std::vector<NodeTime>> node_times(List list) const
    {
        const auto found = detail::fetch<driftline_node_time>([&](driftline_node_time* out, std::size_t capacity,
                                                                  std::size_t* count, driftline_error* error) {
            return list(capi(), out, capacity, sizeof(driftline_node_time), count, error);
        });
        if (!found) {
            return found.error();
        }
        std::vector<NodeTime> times;
        times.reserve(found->size());
        for (const driftline_node_time& one : *found) {
            times.push_back(NodeTime{one.node, Nanoseconds(one.at_ns)});
        }
        return times;
    }

    detail::Handle<driftline_state, driftline_state_free> handle_;
};

/// Proof that no claim was held on a chain (D4). `check` is the only way to one, so code that moves a chain for
/// reasons of its own can ask for it as an argument, and cannot forget the claim.
class MigrationEligible {
public:
    /// Empty if a claim is held. Throws `DataError`: `UNKNOWN_CHAIN`.
    static std::optional<MigrationEligible> check(const MeshState& state, ChainId chain)
    {
        return try_check(state, chain).value();
    }
    static Result<std::optional<MigrationEligible>> try_check(const MeshState& state, ChainId chain)
    {
        auto info = state.try_chain(chain);
        if (!info) {
            return info.error();
        }
        return info->claim_held ? std::nullopt : std::optional<MigrationEligible>(MigrationEligible(chain));
    }

    ChainId chain() const noexcept { return chain_; }

private:
    explicit MigrationEligible(ChainId chain) noexcept : chain_(chain) {}

    ChainId chain_;
};

} // namespace DRIFTLINE_CPP_MODE
} // namespace driftline

#endif
