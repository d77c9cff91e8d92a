// Times and durations. The library counts unsigned nanoseconds; <chrono> mostly counts signed ones.
#ifndef DRIFTLINE_TIME_HPP
#define DRIFTLINE_TIME_HPP

#include <driftline/raise.hpp>

#include <chrono>
#include <cstdint>
#include <ratio>
#include <type_traits>

namespace driftline {
inline namespace DRIFTLINE_CPP_MODE {

/// What comes out: a duration of <chrono>, which counts as the library does.
using Nanoseconds = std::chrono::duration<std::uint64_t, std::nano>;

/// What goes in: a duration, or a time since any origin that is the same in every call. Every value is a time.
///
/// Whoever hands chains over (`MeshState::export_chain`) needs an origin that all leaders share, also after a restart:
/// that of `std::chrono::system_clock`, or of a clock of the cluster. A steady clock begins somewhere else on each
/// machine. A system clock may be set back: then give the last time again.
///
/// Any duration of whole nanoseconds or longer units converts, and so does a time point of any clock; cast floating and
/// finer ones yourself, because that rounds. No clock is read here.
///
/// Throws `std::out_of_range`, which is no `driftline::Error` and names neither field nor event, for what is below zero
/// or beyond 584 years (without exceptions: ends the program).
///
///     scheduler.tick(state, std::chrono::system_clock::now());
///     config.cooldown = std::chrono::minutes(5);
class Time {
public:
    /// Zero.
    constexpr Time() noexcept = default;

    template <class Count, class Period,
              class = std::enable_if_t<std::is_integral_v<Count> && std::ratio_divide<Period, std::nano>::den == 1>>
    constexpr Time(std::chrono::duration<Count, Period> duration) : count_(0)
    {
        constexpr auto unit = static_cast<std::uint64_t>(std::ratio_divide<Period, std::nano>::num);
        if constexpr (std::is_signed_v<Count>) {
            if (duration.count() < 0) {
                detail::raise_out_of_range("a time is below zero");
            }
        }
        const auto count = static_cast<std::uint64_t>(duration.count());
        if (count > UINT64_MAX / unit) {
            detail::raise_out_of_range("a time is beyond 2^64 nanoseconds");
        }
        count_ = count * unit;
    }

    template <class Clock, class Duration>
    constexpr Time(std::chrono::time_point<Clock, Duration> point) : Time(point.time_since_epoch())
    {
    }

    /// The last of all times.
    static constexpr Time max() noexcept { return Time(Nanoseconds::max()); }

    /// Nanoseconds.
    constexpr std::uint64_t count() const noexcept { return count_; }
    constexpr Nanoseconds nanoseconds() const noexcept { return Nanoseconds(count_); }
    constexpr operator Nanoseconds() const noexcept { return nanoseconds(); }

    friend constexpr bool operator==(Time left, Time right) noexcept { return left.count_ == right.count_; }
    friend constexpr bool operator!=(Time left, Time right) noexcept { return left.count_ != right.count_; }
    friend constexpr bool operator<(Time left, Time right) noexcept { return left.count_ < right.count_; }
    friend constexpr bool operator>(Time left, Time right) noexcept { return right < left; }
    friend constexpr bool operator<=(Time left, Time right) noexcept { return !(right < left); }
    friend constexpr bool operator>=(Time left, Time right) noexcept { return !(left < right); }

private:
    std::uint64_t count_ = 0;
};

} // namespace DRIFTLINE_CPP_MODE
} // namespace driftline

#endif
