// What the caller is asked to do.
#ifndef DRIFTLINE_ACTION_HPP
#define DRIFTLINE_ACTION_HPP

#include <driftline/text.hpp>

#include <limits>
#include <variant>
#include <vector>

namespace driftline {
inline namespace DRIFTLINE_CPP_MODE {

/// What evictions and placements have in common. What is not known, because the arm does not ask for it, is empty.
struct ActionDetails {
    ChainId chain = 0;
    /// Which part of the library asks for it.
    Arm arm = Arm::forced;
    /// The latest revision of the chain that was told (R8). Carry the action out only if it is still that of your
    /// store: without this check nobody can promise more than "as far as this node knew".
    std::optional<std::uint64_t> revision{};
    /// The node that is to hold the chain. Empty: an eviction leaves one holder less, a placement leaves the choice to
    /// you.
    std::optional<NodeId> target{};
    /// The victim's live score, in [0, 1].
    std::optional<float> victim_score{};
    /// The target's score, lowered by the penalty for moves in flight to it (L2), in [0, 1].
    std::optional<float> target_score{};
    /// `target_score - victim_score`.
    std::optional<float> gain{};
    /// What the move costs, in score. Empty, too, if the scorer named no cost.
    std::optional<float> cost{};
};

/// Take the chain away from `victim`, because `target` is a better home (D11), or because there are too many holders.
/// The arm `Arm::scheduler` knows every number.
///
/// Who places the chain on `target` depends on what was told. With a wished count (`events::desired_replicas`) leave
/// the target alone: when the victim is gone, a placement on it follows. Without one under `MoveOrder::evict_first`
/// this is the whole move: put the chain on the target, too, or it has one replica less from then on. Under
/// `MoveOrder::place_first` the placement came before, with a wished count or without.
struct Eviction : ActionDetails {
    /// The holder to leave.
    NodeId victim = no_node;
};

/// Give the chain to one more node: `target`, or any that is not excluded (R2).
struct Placement : ActionDetails {
    /// The holder that is evicted once the target has come (R4), to which the numbers belong; empty: none is. It stays
    /// until then: its eviction is an action of its own.
    std::optional<NodeId> victim{};
    /// The nodes that it must not be, ascending: holders, nodes that are drained or avoided, and targets that have just
    /// failed. `diff_scheduler` leaves it empty.
    std::vector<NodeId> exclude{};
};

/// An eviction or a placement. Report back with events what came of it.
///
///     for (const driftline::Action& action : scheduler.tick(state, now).actions) {
///         if (const auto* eviction = action.eviction()) {
///             stop(eviction->chain, eviction->victim);
///         } else if (const auto* placement = action.placement()) {
///             start(placement->chain, placement->target, placement->exclude);
///         }
///     }
///
/// A value of its own, copied from what the library lends.
class Action {
public:
    Action(Eviction eviction) noexcept : content_(std::move(eviction)) {}
    Action(Placement placement) noexcept : content_(std::move(placement)) {}

    /// Copies what it excludes, too.
    explicit Action(const driftline_action& action) : content_(content_of(action)) {}

    /// NULL: it is none. Valid as long as this is not changed.
    const Eviction* eviction() const noexcept { return std::get_if<Eviction>(&content_); }
    /// NULL: it is none. Valid as long as this is not changed. A later library may know actions that are neither.
    const Placement* placement() const noexcept { return std::get_if<Placement>(&content_); }

    ChainId chain() const noexcept { return details().chain; }
    Arm arm() const noexcept { return details().arm; }
    /// See `ActionDetails::target`.
    std::optional<NodeId> target() const noexcept { return details().target; }
    /// See `ActionDetails::revision`.
    std::optional<std::uint64_t> revision() const noexcept { return details().revision; }

    /// One line, as logs and scenario files have it: "count place 7 -> 9, excluding 1 2". Throws `ConfigError` or
    /// `DataError` for what no library emits.
    std::string text() const { return try_text().value(); }
    Result<std::string> try_text() const
    {
        const driftline_action action = capi();
        return detail::fetch_line([&](char* out, std::size_t capacity, std::size_t* length, driftline_error* error) {
            return driftline_action_text(&action, sizeof action, out, capacity, length, error);
        });
    }

    /// As the C header has it. What it excludes is valid as long as this is not changed.
    driftline_action capi() const noexcept
    {
        driftline_action action = detailed(details());
        if (const Eviction* one = eviction()) {
            action.kind = DRIFTLINE_ACTION_EVICT;
            // An eviction without a victim is the library's to refuse.
            set(action, DRIFTLINE_ACTION_FLAG_VICTIM, action.victim, std::optional<NodeId>(one->victim));
        } else if (const Placement* other = placement()) {
            action.kind = DRIFTLINE_ACTION_PLACE;
            set(action, DRIFTLINE_ACTION_FLAG_VICTIM, action.victim, other->victim);
            action.exclude = other->exclude.empty() ? nullptr : other->exclude.data();
            action.exclude_count = other->exclude.size();
        } else {
            action.kind = std::get_if<Unnamed>(&content_)->kind;
        }
        return action;
    }

private:
    /// An action of a later library.
    struct Unnamed : ActionDetails {
        std::uint32_t kind = 0;
    };

    using Content = std::variant<Eviction, Placement, Unnamed>;

    template <class Value>
    static void set(driftline_action& action, std::uint32_t flag, Value& place,
                    const std::optional<Value>& value) noexcept
    {
        if (value) {
            action.flags |= flag;
            place = *value;
        }
    }

    static ActionDetails details_of(const driftline_action& action) noexcept
    {
        const auto has = [&](std::uint32_t flag) { return (action.flags & flag) != 0; };
        ActionDetails details;
        details.chain = action.chain;
        details.arm = static_cast<Arm>(action.arm);
        details.revision = detail::known(has(DRIFTLINE_ACTION_FLAG_REVISION), action.revision);
        details.target = detail::known(has(DRIFTLINE_ACTION_FLAG_TARGET), action.target);
        details.victim_score = detail::known(has(DRIFTLINE_ACTION_FLAG_VICTIM_SCORE), action.victim_score);
        details.target_score = detail::known(has(DRIFTLINE_ACTION_FLAG_TARGET_SCORE), action.target_score);
        details.gain = detail::known(has(DRIFTLINE_ACTION_FLAG_GAIN), action.gain);
        details.cost = detail::known(has(DRIFTLINE_ACTION_FLAG_COST), action.cost);
        return details;
    }

    static Content content_of(const driftline_action& action)
    {
        if (action.kind == DRIFTLINE_ACTION_EVICT) {
            return Eviction{details_of(action), action.victim};
        }
        if (action.kind == DRIFTLINE_ACTION_PLACE) {
            return Placement{details_of(action),
                             detail::known((action.flags & DRIFTLINE_ACTION_FLAG_VICTIM) != 0, action.victim),
                             std::vector<NodeId>(action.exclude, action.exclude + action.exclude_count)};
        }
        return Unnamed{details_of(action), action.kind};
    }

    /// Without what tells the kinds apart. What is not known is as the library says it.
    static driftline_action detailed(const ActionDetails& details) noexcept
    {
        driftline_action action;
        std::memset(&action, 0, sizeof action);
        action.chain = details.chain;
        action.arm = static_cast<std::uint32_t>(details.arm);
        action.victim = action.target = action.revision = DRIFTLINE_NONE;
        action.victim_score = action.target_score = action.gain = std::numeric_limits<float>::quiet_NaN();
        set(action, DRIFTLINE_ACTION_FLAG_REVISION, action.revision, details.revision);
        set(action, DRIFTLINE_ACTION_FLAG_TARGET, action.target, details.target);
        set(action, DRIFTLINE_ACTION_FLAG_VICTIM_SCORE, action.victim_score, details.victim_score);
        set(action, DRIFTLINE_ACTION_FLAG_TARGET_SCORE, action.target_score, details.target_score);
        set(action, DRIFTLINE_ACTION_FLAG_GAIN, action.gain, details.gain);
        set(action, DRIFTLINE_ACTION_FLAG_COST, action.cost, details.cost);
        return action;
    }

    const ActionDetails& details() const noexcept
    {
        if (const Eviction* one = eviction()) {
            return *one;
        }
        if (const Placement* one = placement()) {
            return *one;
        }
        return *std::get_if<Unnamed>(&content_);
    }

    Content content_;
};

namespace detail {

inline std::vector<Action> to_actions(const driftline_action* actions, std::size_t count)
{
    return std::vector<Action>(actions, actions + count);
}

} // namespace detail
} // namespace DRIFTLINE_CPP_MODE
} // namespace driftline

#endif
