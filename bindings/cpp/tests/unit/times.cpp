// Times: what converts, and what is refused.
#include <driftline/driftline.hpp>

#include <doctest/doctest.h>

using driftline::Nanoseconds;
using driftline::Time;
using namespace std::chrono_literals;

using Picoseconds = std::chrono::duration<std::uint64_t, std::pico>;

static_assert(std::is_convertible_v<std::chrono::hours, Time>);
static_assert(std::is_convertible_v<std::chrono::nanoseconds, Time>);
static_assert(std::is_convertible_v<std::chrono::steady_clock::time_point, Time>);
static_assert(!std::is_convertible_v<std::chrono::duration<double>, Time>, "it rounds");
static_assert(!std::is_convertible_v<Picoseconds, Time>, "it rounds");
static_assert(!std::is_convertible_v<int, Time>, "it has no unit");

TEST_CASE("every unit is counted in nanoseconds")
{
    CHECK(Time().count() == 0);
    CHECK(Time(1ns).count() == 1);
    CHECK(Time(2us).count() == 2000);
    CHECK(Time(3ms).count() == 3000000);
    CHECK(Time(4s).count() == 4000000000);
    CHECK(Time(5min).count() == 300000000000);
    CHECK(Time(6h).count() == 21600000000000);
    CHECK(Time(std::chrono::steady_clock::time_point(7s)).count() == 7000000000);
    CHECK(Time(Nanoseconds(UINT64_MAX)).count() == UINT64_MAX);
    CHECK(Time::max().count() == UINT64_MAX);
    CHECK(Nanoseconds(Time(8s)) == 8s);
    CHECK(Time(9s).nanoseconds() == 9s);
}

TEST_CASE("a time is refused where it has no place")
{
    CHECK_THROWS_AS(Time(-1ns), std::out_of_range);
    CHECK_THROWS_AS(Time(-1h), std::out_of_range);
    CHECK_NOTHROW(Time(0s));
    using Seconds = std::chrono::duration<std::uint64_t>;
    CHECK(Time(Seconds(UINT64_MAX / 1000000000)).count() == UINT64_MAX / 1000000000 * 1000000000);
    CHECK_THROWS_AS(Time(Seconds(UINT64_MAX / 1000000000 + 1)), std::out_of_range);
    CHECK_THROWS_AS(Time{std::chrono::hours::max()}, std::out_of_range);
}

TEST_CASE("times compare as numbers")
{
    CHECK(Time(1s) == Time(1000ms));
    CHECK_FALSE(Time(1s) == Time(2s));
    CHECK(Time(1s) != Time(2s));
    CHECK_FALSE(Time(1s) != Time(1s));
    CHECK(Time(1s) < Time(2s));
    CHECK_FALSE(Time(1s) < Time(1s));
    CHECK(Time(2s) > Time(1s));
    CHECK_FALSE(Time(1s) > Time(1s));
    CHECK(Time(1s) <= Time(1s));
    CHECK_FALSE(Time(2s) <= Time(1s));
    CHECK(Time(1s) >= Time(1s));
    CHECK_FALSE(Time(1s) >= Time(2s));
    constexpr Time at_compile_time = 30s;
    static_assert(at_compile_time == Time(30000ms));
}
