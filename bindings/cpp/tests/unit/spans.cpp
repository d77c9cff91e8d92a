// Arrays go in as they are.
#include <driftline/driftline.hpp>

#include <doctest/doctest.h>

#include <array>

using driftline::span;

static_assert(std::is_convertible_v<std::vector<int>&, span<int>>);
static_assert(std::is_convertible_v<const std::vector<int>&, span<const int>>);
static_assert(std::is_convertible_v<std::vector<int>, span<const int>>);
static_assert(!std::is_convertible_v<const std::vector<int>&, span<int>>, "it is for reading");
static_assert(!std::is_convertible_v<std::vector<int>, span<int>>, "what is written there is lost");
static_assert(!std::is_convertible_v<std::vector<short>&, span<int>>);
static_assert(!std::is_convertible_v<int, span<int>>);

template <class Numbers>
static int sum(const Numbers& numbers)
{
    int total = 0;
    for (const int number : numbers) {
        total += number;
    }
    return total;
}

TEST_CASE("a span is its array")
{
    std::vector<int> vector{1, 2, 3};
    const span<int> of_vector = vector;
    CHECK(of_vector.size() == 3);
    CHECK(of_vector.data() == vector.data());
    CHECK_FALSE(of_vector.empty());
    of_vector[1] = 5;
    CHECK(vector[1] == 5);
    CHECK(sum(of_vector) == 9);

    const std::array<int, 2> array{4, 6};
    CHECK(sum(span<const int>(array)) == 10);
    const int plain[] = {7, 8};
    CHECK(span<const int>(plain).size() == 2);
    CHECK(sum(span<const int>(plain)) == 15);
    CHECK(span<const int>(of_vector).data() == vector.data());
    CHECK(span<const int>(plain, 1).size() == 1);
    CHECK(span<const int>().empty());
    CHECK(span<const int>().data() == nullptr);
}
