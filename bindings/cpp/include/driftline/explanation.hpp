// Why a chain is where it is, and how it fared.
#ifndef DRIFTLINE_EXPLANATION_HPP
#define DRIFTLINE_EXPLANATION_HPP

#include <driftline/error.hpp>

#include <string>
#include <vector>

namespace driftline {
inline namespace DRIFTLINE_CPP_MODE {

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
    std::optional<float> score_floor() const noexcept { return score(explanation_.score_floor); }
    /// The best other home.
    std::optional<NodeId> alternative() const noexcept { return id(explanation_.alternative); }
    std::optional<float> alternative_score() const noexcept { return score(explanation_.alternative_score); }
    /// Alternative minus live victim.
    std::optional<float> gain() const noexcept { return score(explanation_.gain); }
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
        return (explanation_.flags & DRIFTLINE_EXPLANATION_REFUSAL) != 0
            ? std::optional<Verdict>(static_cast<Verdict>(explanation_.refusal))
            : std::nullopt;
    }

    /// One line, as logs and scenario files have it.
    std::string text() const { return try_text().value(); }
    Result<std::string> try_text() const
    {
        // A line is about half as long; what is longer says so and gets its room.
        std::string line(160, '\0');
        for (;;) {
            driftline_error error = Error::empty();
            std::size_t length = 0;
            const driftline_result result =
                driftline_explanation_text(&explanation_, &line[0], line.size(), &length, &error);
            if (result == DRIFTLINE_RESULT_OK) {
                line.resize(length);
                return line;
            }
            if (result != DRIFTLINE_RESULT_CAPACITY) {
                return Error(result, error);
            }
            line.resize(length + 1);
        }
    }

    /// As the C header has it.
    const driftline_explanation& capi() const noexcept { return explanation_; }

private:
    static std::optional<NodeId> id(NodeId node) noexcept
    {
        return node == DRIFTLINE_NONE ? std::nullopt : std::optional<NodeId>(node);
    }

    static std::optional<float> score(float score) noexcept
    {
        // NaN is the only number that is not equal to itself.
        return score != score ? std::nullopt : std::optional<float>(score);
    }

    std::optional<Nanoseconds> time(std::uint32_t flag, std::uint64_t time_ns) const noexcept
    {
        return (explanation_.flags & flag) != 0 ? std::optional<Nanoseconds>(time_ns) : std::nullopt;
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
