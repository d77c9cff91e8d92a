// What classes of chains do otherwise than the config.
#ifndef DRIFTLINE_CLASS_POLICY_HPP
#define DRIFTLINE_CLASS_POLICY_HPP

#include <driftline/error.hpp>

namespace driftline {
inline namespace DRIFTLINE_CPP_MODE {

/// How eagerly the chains of a class move (Y1).
class ClassMode {
public:
    /// A later library may know more than have names here.
    enum class Kind : std::uint32_t {
        eager = DRIFTLINE_CLASS_MODE_EAGER,
        lazy = DRIFTLINE_CLASS_MODE_LAZY,
        pinned = DRIFTLINE_CLASS_MODE_PINNED,
        propose_only = DRIFTLINE_CLASS_MODE_PROPOSE_ONLY,
    };

    /// Eager.
    constexpr ClassMode() noexcept = default;

    /// Whenever a move is worth it.
    static constexpr ClassMode eager() noexcept { return ClassMode(Kind::eager, 0.0f); }
    /// Only when the worst holder is below `critical_floor`, whatever the floor is. In [0, 1]; no score is below 0, so
    /// with 0 the chains never move for a better score, but still for a drain.
    static constexpr ClassMode lazy(float critical_floor) noexcept { return ClassMode(Kind::lazy, critical_floor); }
    /// Never for a better score and never for a drain; the wished count is kept and orders are carried out.
    static constexpr ClassMode pinned() noexcept { return ClassMode(Kind::pinned, 0.0f); }
    /// Moves for a better score and for a drain are decided and not emitted: the verdict is `Verdict::propose_only`.
    /// The wished count is kept and orders are carried out. For a dry run of everything there is
    /// `LocalScheduler::decide`.
    static constexpr ClassMode propose_only() noexcept { return ClassMode(Kind::propose_only, 0.0f); }

    constexpr Kind kind() const noexcept { return kind_; }
    /// Of a lazy one.
    constexpr std::optional<float> critical_floor() const noexcept
    {
        return kind_ == Kind::lazy ? std::optional<float>(critical_floor_) : std::nullopt;
    }

    friend constexpr bool operator==(ClassMode left, ClassMode right) noexcept
    {
        return left.kind_ == right.kind_ && left.critical_floor_ == right.critical_floor_;
    }
    friend constexpr bool operator!=(ClassMode left, ClassMode right) noexcept { return !(left == right); }

private:
    friend struct ClassPolicy;

    constexpr ClassMode(Kind kind, float critical_floor) noexcept : kind_(kind), critical_floor_(critical_floor) {}

    Kind kind_ = Kind::eager;
    float critical_floor_ = 0.0f;
};

/// The policy of a class (Y1). What is empty is as in the config.
///
///     driftline::ClassPolicy archives;
///     archives.mode = driftline::ClassMode::lazy(0.2f);
///     archives.cooldown = std::chrono::hours(1);
///     scheduler.set_class_policy(5, archives);
struct ClassPolicy {
    /// In [0, 1]. A lazy class has its critical floor instead.
    std::optional<float> score_floor{};
    /// In [0, 1].
    std::optional<float> hysteresis_gap{};
    std::optional<Time> cooldown{};
    /// Finite and at least zero.
    std::optional<float> cost_per_sec{};
    ClassMode mode{};

    ClassPolicy() noexcept = default;

    explicit ClassPolicy(const driftline_class_policy& policy) noexcept
        : score_floor(known(policy, DRIFTLINE_CLASS_POLICY_SCORE_FLOOR, policy.score_floor)),
          hysteresis_gap(known(policy, DRIFTLINE_CLASS_POLICY_HYSTERESIS_GAP, policy.hysteresis_gap)),
          cooldown(known(policy, DRIFTLINE_CLASS_POLICY_COOLDOWN, Time(Nanoseconds(policy.cooldown_ns)))),
          cost_per_sec(known(policy, DRIFTLINE_CLASS_POLICY_COST_PER_SEC, policy.cost_per_sec)),
          mode(static_cast<ClassMode::Kind>(policy.mode), policy.critical_floor)
    {
    }

    /// As the C header has it.
    driftline_class_policy capi() const noexcept
    {
        driftline_class_policy policy = empty();
        policy.mode = static_cast<std::uint32_t>(mode.kind_);
        policy.critical_floor = mode.critical_floor_;
        set(policy, DRIFTLINE_CLASS_POLICY_SCORE_FLOOR, policy.score_floor, score_floor);
        set(policy, DRIFTLINE_CLASS_POLICY_HYSTERESIS_GAP, policy.hysteresis_gap, hysteresis_gap);
        set(policy, DRIFTLINE_CLASS_POLICY_COST_PER_SEC, policy.cost_per_sec, cost_per_sec);
        const auto cooldown_ns = cooldown ? std::optional<std::uint64_t>(cooldown->count()) : std::nullopt;
        set(policy, DRIFTLINE_CLASS_POLICY_COOLDOWN, policy.cooldown_ns, cooldown_ns);
        return policy;
    }

    /// A policy struct for the library to fill in.
    static driftline_class_policy empty() noexcept
    {
        driftline_class_policy policy;
        std::memset(&policy, 0, sizeof policy);
        policy.struct_size = static_cast<std::uint32_t>(sizeof policy);
        return policy;
    }

    friend bool operator==(const ClassPolicy& left, const ClassPolicy& right) noexcept
    {
        return left.score_floor == right.score_floor && left.hysteresis_gap == right.hysteresis_gap
            && left.cooldown == right.cooldown && left.cost_per_sec == right.cost_per_sec && left.mode == right.mode;
    }
    friend bool operator!=(const ClassPolicy& left, const ClassPolicy& right) noexcept { return !(left == right); }

private:
    template <class Value>
    static std::optional<Value> known(const driftline_class_policy& policy, std::uint32_t flag, Value value) noexcept
    {
        return detail::known((policy.flags & flag) != 0, value);
    }

    /// What is not set stays 0.
    template <class Value>
    static void set(driftline_class_policy& policy, std::uint32_t flag, Value& place,
                    const std::optional<Value>& value) noexcept
    {
        if (value) {
            policy.flags |= flag;
            place = *value;
        }
    }
};

} // namespace DRIFTLINE_CPP_MODE
} // namespace driftline

#endif
