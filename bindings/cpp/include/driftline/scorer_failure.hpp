// How a scorer fails: with an exception, or where there are none, with a code.
#ifndef DRIFTLINE_SCORER_FAILURE_HPP
#define DRIFTLINE_SCORER_FAILURE_HPP

#include <driftline/values.hpp>

#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace driftline {
inline namespace DRIFTLINE_CPP_MODE {

/// What an exception that is no `ScorerFailure` has as its code.
inline constexpr std::int32_t exception_code = std::numeric_limits<std::int32_t>::min();

/// A failure with a code of the scorer's own.
class ScorerFailure : public std::runtime_error {
public:
    /// `code` is below zero; anything else counts as `exception_code`.
    ScorerFailure(std::int32_t code, const std::string& message)
        : std::runtime_error(message), code_(code < 0 ? code : exception_code)
    {
    }
    explicit ScorerFailure(std::int32_t code) : ScorerFailure(code, "the scorer failed") {}

    std::int32_t code() const noexcept { return code_; }

private:
    std::int32_t code_;
};

/// Throw it, or what derives from it, to end the call whatever `on_scorer_error` says: for deadlines and signals. It
/// is no `std::exception`, so that nobody takes it for an ordinary failure.
class Interruption {
public:
    Interruption() = default;
    Interruption(const Interruption&) = default;
    Interruption& operator=(const Interruption&) = default;
    virtual ~Interruption() = default;
};

namespace detail {

/// One question of the library while it is being answered.
struct Question {
    std::uint32_t method = 0;
    ChainId chain = DRIFTLINE_NONE;
    NodeId node = DRIFTLINE_NONE;
    /// Whether a failure comes back as one of its own. Of a batch over several chains or nodes it does not: the library
    /// asks again in parts.
    bool is_own = true;
    /// Whether it was put to a part of a scorer. The library may have asked the whole something else.
    bool is_part = false;
};

/// The failure that the scorer has announced with `fail`; the innermost question of this thread.
struct OpenQuestion {
    std::int32_t failed_with = 0;
    OpenQuestion* outer = nullptr;
};

inline thread_local OpenQuestion* open_question = nullptr;

inline void fail_with(std::int32_t code) noexcept
{
    if (open_question != nullptr && open_question->failed_with == 0) {
        open_question->failed_with = code;
    }
}

} // namespace detail

/// Inside a scorer: the question fails with this code. The first failure of a question counts, and the answer does not.
///
///     return driftline::fail(-5);
///
/// `code` is below zero; anything else counts as `exception_code`. Outside of a scorer it does nothing.
inline std::nullopt_t fail(std::int32_t code) noexcept
{
    detail::fail_with(code < 0 ? code : exception_code);
    return std::nullopt;
}

/// Inside a scorer: as throwing an `Interruption`, without exceptions.
inline std::nullopt_t interrupt() noexcept
{
    detail::fail_with(DRIFTLINE_SCORER_INTERRUPTED);
    return std::nullopt;
}

} // namespace DRIFTLINE_CPP_MODE
} // namespace driftline

#endif
