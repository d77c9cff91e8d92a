// What the operator decides, and what a move is worth.
#ifndef DRIFTLINE_CONFIG_HPP
#define DRIFTLINE_CONFIG_HPP

#include <driftline/error.hpp>

namespace driftline {
inline namespace DRIFTLINE_CPP_MODE {

/// A config of a scheduler (A7). A new one has the library's defaults.
///
///     driftline::SchedulerConfig config;
///     config.cooldown = std::chrono::minutes(1);
///     config.validate();
///
/// `production` is what a cluster that people depend on should run with.
struct SchedulerConfig {
    /// A holder that scores less is a candidate for eviction. In [0, 1]; 0.5.
    float score_floor;
    /// An alternative must be better by more than this. In [0, 1]; 0.2.
    float hysteresis_gap;
    /// How long a chain is left alone after an eviction. 300 s.
    Time cooldown;
    /// No score is older than this. Above zero; 30 s.
    Time decision_interval;
    /// Score that one second of migration costs. Finite and at least zero; 0.1.
    float cost_per_sec;
    /// What a failure of the scorer does; abort.
    OnScorerError on_scorer_error;
    /// Whether the scorer is asked what moved, or events say so; poll.
    FingerprintMode fingerprint_mode;
    /// How many scores one tick asks for; the rest waits, longest due first (L3). 0 is no limit; 0.
    std::uint64_t max_scores_per_tick;
    /// Whether backstops are spread over the interval by chain id (L3); false.
    bool backstop_spread;
    /// How long a chain without a better home is left alone at most (L4). 0 is not at all; 0. When fingerprints are
    /// polled, the wait grows only for a scorer with `node_fingerprint` or `node_fingerprints`: without them every node
    /// counts as changed, every chain is scored anew in each tick, and while one is stuck `next_due` is a second away.
    Time retry_backoff;
    /// No eviction leaves a chain with fewer holders than this (R5). 0. Without a `move_timeout` a holder whose
    /// eviction was said counts as gone until the cooldown is over.
    std::uint32_t min_holders;
    /// Which half of a move goes first (R4); `evict_first`.
    MoveOrder move_order;
    /// For how long the target that justified an eviction is the target of the placement that follows (R3). 60 s.
    Time pin_ttl;
    /// How long a move may take before it counts as failed (F1). 0 is no tracking: what still has to be done is said
    /// again in each tick (F0); 0. The pace of a drain leaves this much time before the deadline (N1).
    Time move_timeout;
    /// At most so many new moves in one tick (L1). 0 is no limit, here and in the next three; 0. Chains whose moves
    /// have failed come after all others and begin at most a quarter of them, and at least one.
    std::uint64_t max_moves_per_tick;
    /// At most so many moves in flight (L1). Needs a `move_timeout`, as do the next two. Chains whose moves have failed
    /// have at most a quarter of them, and at least one.
    std::uint64_t max_in_flight;
    /// At most so many moves in flight away from one node (L1).
    std::uint64_t max_in_flight_per_source;
    /// At most so many moves in flight to one node (L1).
    std::uint64_t max_in_flight_per_target;
    /// By how much each move in flight to a node lowers its score as an alternative (L2). In [0, 1]; 0. Needs a
    /// `move_timeout`.
    float target_penalty;
    /// How many alternatives of a chain are considered before giving up (L2). Above zero; 1, which asks
    /// `best_alternative` in place of `alternatives`.
    std::uint32_t max_alternatives;
    /// A chain that came back to a node which it had left within this time, or that moved three times in it, is left
    /// alone for as long, and its cooldown doubles, up to two hours (O1). 0 is off; 0.
    Time flap_window;
    /// The share of led chains that must have a score before the first move for better scores (V2). In [0, 1]; 0 is
    /// off; 0.
    float warmup_coverage;
    /// For how long such moves wait for that at most (V2). 300 s.
    Time warmup_max;

    SchedulerConfig() noexcept : SchedulerConfig(filled(driftline_config_init)) {}

    /// What the README tells people to run: moves are tracked and limited, flapping is held, the scorer may fail. The
    /// table of fields in the README of the repository has its values. `move_order` is `evict_first` and `min_holders`
    /// 1: a chain of two has one holder for the time of a move, and a chain of one never moves.
    ///
    ///     driftline::SchedulerConfig config = driftline::SchedulerConfig::production();
    ///     config.score_floor = 0.6f;
    static SchedulerConfig production() noexcept { return SchedulerConfig(filled(driftline_config_production)); }

    explicit SchedulerConfig(const driftline_config& config) noexcept
        : score_floor(config.score_floor), hysteresis_gap(config.hysteresis_gap),
          cooldown(Nanoseconds(config.cooldown_ns)), decision_interval(Nanoseconds(config.decision_interval_ns)),
          cost_per_sec(config.cost_per_sec), on_scorer_error(static_cast<OnScorerError>(config.on_scorer_error)),
          fingerprint_mode(static_cast<FingerprintMode>(config.fingerprint_mode)),
          max_scores_per_tick(config.max_scores_per_tick), backstop_spread(config.backstop_spread != 0),
          retry_backoff(Nanoseconds(config.retry_backoff_ns)), min_holders(config.min_holders),
          move_order(static_cast<MoveOrder>(config.move_order)), pin_ttl(Nanoseconds(config.pin_ttl_ns)),
          move_timeout(Nanoseconds(config.move_timeout_ns)), max_moves_per_tick(config.max_moves_per_tick),
          max_in_flight(config.max_in_flight), max_in_flight_per_source(config.max_in_flight_per_source),
          max_in_flight_per_target(config.max_in_flight_per_target), target_penalty(config.target_penalty),
          max_alternatives(config.max_alternatives), flap_window(Nanoseconds(config.flap_window_ns)),
          warmup_coverage(config.warmup_coverage), warmup_max(Nanoseconds(config.warmup_max_ns))
    {
    }

    /// Whether every field is in its range (G1); the error names the first that is not, and its value. Pure.
    Result<void> try_validate() const
    {
        driftline_error error = Error::empty();
        const driftline_config config = capi();
        const driftline_result result = driftline_config_validate(&config, &error);
        return result == DRIFTLINE_RESULT_OK ? Result<void>() : Error(result, error);
    }
    /// Throws `ConfigError`.
    void validate() const { try_validate().value(); }

    /// As the C header has it.
    driftline_config capi() const noexcept
    {
        driftline_config config = filled(driftline_config_init);
        config.score_floor = score_floor;
        config.hysteresis_gap = hysteresis_gap;
        config.cooldown_ns = cooldown.count();
        config.decision_interval_ns = decision_interval.count();
        config.cost_per_sec = cost_per_sec;
        config.on_scorer_error = static_cast<std::uint32_t>(on_scorer_error);
        config.fingerprint_mode = static_cast<std::uint32_t>(fingerprint_mode);
        config.max_scores_per_tick = max_scores_per_tick;
        config.backstop_spread = backstop_spread ? 1 : 0;
        config.retry_backoff_ns = retry_backoff.count();
        config.min_holders = min_holders;
        config.move_order = static_cast<std::uint32_t>(move_order);
        config.pin_ttl_ns = pin_ttl.count();
        config.move_timeout_ns = move_timeout.count();
        config.max_moves_per_tick = max_moves_per_tick;
        config.max_in_flight = max_in_flight;
        config.max_in_flight_per_source = max_in_flight_per_source;
        config.max_in_flight_per_target = max_in_flight_per_target;
        config.target_penalty = target_penalty;
        config.max_alternatives = max_alternatives;
        config.flap_window_ns = flap_window.count();
        config.warmup_coverage = warmup_coverage;
        config.warmup_max_ns = warmup_max.count();
        return config;
    }

    friend bool operator==(const SchedulerConfig& left, const SchedulerConfig& right) noexcept
    {
        return left.score_floor == right.score_floor && left.hysteresis_gap == right.hysteresis_gap
            && left.cooldown == right.cooldown && left.decision_interval == right.decision_interval
            && left.cost_per_sec == right.cost_per_sec && left.on_scorer_error == right.on_scorer_error
            && left.fingerprint_mode == right.fingerprint_mode
            && left.max_scores_per_tick == right.max_scores_per_tick
            && left.backstop_spread == right.backstop_spread && left.retry_backoff == right.retry_backoff
            && left.min_holders == right.min_holders && left.move_order == right.move_order
            && left.pin_ttl == right.pin_ttl && left.move_timeout == right.move_timeout
            && left.max_moves_per_tick == right.max_moves_per_tick && left.max_in_flight == right.max_in_flight
            && left.max_in_flight_per_source == right.max_in_flight_per_source
            && left.max_in_flight_per_target == right.max_in_flight_per_target
            && left.target_penalty == right.target_penalty && left.max_alternatives == right.max_alternatives
            && left.flap_window == right.flap_window && left.warmup_coverage == right.warmup_coverage
            && left.warmup_max == right.warmup_max;
    }
    friend bool operator!=(const SchedulerConfig& left, const SchedulerConfig& right) noexcept
    {
        return !(left == right);
    }

private:
    static driftline_config filled(driftline_result (*fill)(driftline_config*, std::size_t)) noexcept
    {
        driftline_config config;
        std::memset(&config, 0, sizeof config);
        // It fails for NULL and for a wrong size only.
        if (fill(&config, sizeof config) != DRIFTLINE_RESULT_OK) {
            detail::end_program("the linked library does not know this header's driftline_config");
        }
        return config;
    }
};

/// Translates a `MigrationCost` into the score that a move must gain to be worth it (A6).
struct MigrationCostModel {
    /// Score that one second costs. Finite and at least zero.
    float cost_per_sec;

    /// `cost_per_sec * seconds * weight`, in `float` as the scheduler computes it. Pure. Error: `CONFIG` for a rate
    /// that is none.
    Result<float> try_score_equivalent(const MigrationCost& cost) const
    {
        driftline_error error = Error::empty();
        const driftline_migration_cost c_cost = detail::to_c(cost);
        float score = 0.0f;
        const driftline_result result = driftline_score_equivalent(cost_per_sec, &c_cost, &score, &error);
        return result == DRIFTLINE_RESULT_OK ? Result<float>(score) : Error(result, error);
    }
    /// Throws `ConfigError`.
    float score_equivalent(const MigrationCost& cost) const { return try_score_equivalent(cost).value(); }
};

} // namespace DRIFTLINE_CPP_MODE
} // namespace driftline

#endif
