// Who holds what.
#ifndef DRIFTLINE_STATE_HPP
#define DRIFTLINE_STATE_HPP

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
};

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
    /// keep their claim and cooldown. The arrays are only read during the call.
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
        // C takes one length for three arrays, so the other two have to be looked at here.
        if (leaders.size() != chains.size()) {
            return Error(DRIFTLINE_RESULT_MEMBERSHIP, leaders.size() < chains.size() ? leaders.size() : chains.size(),
                         "leaders: there must be one for each chain");
        }
        if (offsets.size() != chains.size() + 1) {
            return Error(DRIFTLINE_RESULT_MEMBERSHIP, offsets.size(), "offsets: there must be one more than chains");
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
        ChainInfo info;
        info.chain = chain;
        info.holders = std::move(holders).value();
        if (found.leader != DRIFTLINE_NONE) {
            info.leader = found.leader;
        }
        info.claim_held = (found.flags & DRIFTLINE_CHAIN_CLAIM_HELD) != 0;
        if ((found.flags & DRIFTLINE_CHAIN_REBALANCED) != 0) {
            info.last_rebalance = Nanoseconds(found.last_rebalance_ns);
        }
        return info;
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

    /// The chains that a node leads and that have a holder, ascending. Walks all chains. Throws as `chains_on`.
    std::vector<ChainId> led_by(NodeId node) const { return try_led_by(node).value(); }
    Result<std::vector<ChainId>> try_led_by(NodeId node) const
    {
        return detail::fetch<ChainId>([&](ChainId* out, std::size_t capacity, std::size_t* count,
                                          driftline_error* error) {
            return driftline_state_led_by(capi(), node, out, capacity, count, error);
        });
    }

private:
    explicit MeshState(driftline_state state) noexcept : handle_(state) {}

    static Result<void> outcome(driftline_result result, const driftline_error& error)
    {
        return result == DRIFTLINE_RESULT_OK ? Result<void>() : Error(result, error);
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
