// Why a chain is where it is, and how it fared.
#ifndef DRIFTLINE_EXPLANATION_HPP
#define DRIFTLINE_EXPLANATION_HPP

#include <driftline/text.hpp>

#include <vector>

namespace driftline {
inline namespace DRIFTLINE_CPP_MODE {

/// A move that is under way (F1).
struct Flight {
    /// The holder to leave, if one is.
    std::optional<NodeId> victim{};
    /// The node to hold the chain, if one was named.
    std::optional<NodeId> target{};
    /// When its last action was emitted.
    Nanoseconds since{};
    /// When it counts as failed. Empty: beyond all time, or while the library itself has to say the next thing.
    std::optional<Nanoseconds> times_out_at{};
};

/// The verdict of a chain as of the last tick, with its operands (W2). What is not known is empty.
class Explanation {
public:
    explicit Explanation(const driftline_explanation& explanation) noexcept : explanation_(explanation) {}

    ChainId chain() const noexcept { return explanation_.chain; }
    Verdict verdict() const noexcept { return static_cast<Verdict>(explanation_.verdict); }

    /// The worst holder.
    std::optional<NodeId> victim() const noexcept { return id(explanation_.victim); }
    /// The score that made it the worst.
    std::optional<float> sampled_score() const noexcept { return score(explanation_.sampled_score); }
    std::optional<float> live_score() const noexcept { return score(explanation_.live_score); }
    /// The floor of the chain: its class's, or the config's.
    std::optional<float> score_floor() const noexcept { return score(explanation_.score_floor); }
    /// The best other home.
    std::optional<NodeId> alternative() const noexcept { return id(explanation_.alternative); }
    /// Its score, lowered by the penalty for moves in flight to it (L2).
    std::optional<float> alternative_score() const noexcept { return score(explanation_.alternative_score); }
    /// Alternative minus live victim.
    std::optional<float> gain() const noexcept { return score(explanation_.gain); }
    /// The gap of the chain, as its floor.
    std::optional<float> hysteresis_gap() const noexcept { return score(explanation_.hysteresis_gap); }
    /// What the move would cost, in score.
    std::optional<float> cost() const noexcept { return score(explanation_.cost); }

    /// When the chain got this verdict.
    std::optional<Nanoseconds> since() const noexcept
    {
        return time(DRIFTLINE_EXPLANATION_SINCE, explanation_.since_ns);
    }
    /// When its scores were sampled.
    std::optional<Nanoseconds> sampled_at() const noexcept
    {
        return time(DRIFTLINE_EXPLANATION_SAMPLED_AT, explanation_.sampled_at_ns);
    }
    std::optional<Nanoseconds> cooldown_until() const noexcept
    {
        return time(DRIFTLINE_EXPLANATION_COOLDOWN_UNTIL, explanation_.cooldown_until_ns);
    }
    /// When the wait of a chain that retries later is over at the latest.
    std::optional<Nanoseconds> retry_at() const noexcept
    {
        return time(DRIFTLINE_EXPLANATION_RETRY_AT, explanation_.retry_at_ns);
    }
    /// Why it waits: the verdict that it was refused with (L4).
    std::optional<Verdict> refusal() const noexcept
    {
        return detail::known(has(DRIFTLINE_EXPLANATION_REFUSAL), static_cast<Verdict>(explanation_.refusal));
    }

    /// The limit of the config that keeps the chain where it is, where the verdict is that of a limit (L1).
    std::optional<std::uint64_t> limit() const noexcept
    {
        return detail::known(has(DRIFTLINE_EXPLANATION_LIMIT), explanation_.limit);
    }
    /// When the chain is let go after it has flapped (O1).
    std::optional<Nanoseconds> flap_hold_until() const noexcept
    {
        return time(DRIFTLINE_EXPLANATION_FLAP_HOLD_UNTIL, explanation_.flap_hold_until_ns);
    }
    /// The move of the chain that is under way now (F1).
    std::optional<Flight> flight() const noexcept
    {
        if (!has(DRIFTLINE_EXPLANATION_FLIGHT)) {
            return std::nullopt;
        }
        return Flight{id(explanation_.flight_victim), id(explanation_.flight_target),
                      Nanoseconds(explanation_.flight_since_ns),
                      time(DRIFTLINE_EXPLANATION_FLIGHT_TIMES_OUT_AT, explanation_.flight_times_out_at_ns)};
    }

    /// One line, as logs and scenario files have it: "7 gap too small 3 -> 9: live 0.40, gain 0.10".
    std::string text() const { return try_text().value(); }
    Result<std::string> try_text() const { return line(driftline_explanation_text); }

    /// The same for somebody who is called at night: one sentence, without an end mark.
    std::string sentence() const { return try_sentence().value(); }
    Result<std::string> try_sentence() const { return line(driftline_explanation_sentence); }

    /// As the C header has it.
    const driftline_explanation& capi() const noexcept { return explanation_; }

private:
    static std::optional<NodeId> id(NodeId node) noexcept
    {
        return detail::known(node != DRIFTLINE_NONE, node);
    }

    static std::optional<float> score(float score) noexcept
    {
        // NaN, which is no score, is the only number that is not equal to itself.
        return detail::known(score == score, score);
    }

    bool has(std::uint32_t flag) const noexcept { return (explanation_.flags & flag) != 0; }

    std::optional<Nanoseconds> time(std::uint32_t flag, std::uint64_t time_ns) const noexcept
    {
        return detail::known(has(flag), Nanoseconds(time_ns));
    }

    template <class Write>
    Result<std::string> line(Write write) const
    {
        return detail::fetch_line([&](char* out, std::size_t capacity, std::size_t* length, driftline_error* error) {
            return write(&explanation_, out, capacity, length, error);
        });
    }

    driftline_explanation explanation_;
};

/// A chain that was scored anew, and why.
struct Sampled {
    ChainId chain = 0;
    SampleCause cause = SampleCause::fresh;
};

/// The sampled score of one holder.
struct Cell {
    NodeId node = no_node;
    float score = 0.0f;
};

/// One sample of a history.
struct Sample {
    Nanoseconds at{};
    /// The worst score of the chain's holders then.
    float worst_score = 0.0f;
};

/// How the worst holder of a chain fared (A4).
struct ScoreHistory {
    /// Oldest first, at most `history_length`.
    std::vector<Sample> samples{};
    /// The moving average; empty before the first sample.
    std::optional<float> ewma{};
    Trend trend = Trend::stable;
};

} // namespace DRIFTLINE_CPP_MODE
} // namespace driftline

#endif
