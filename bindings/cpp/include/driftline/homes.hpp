// The best homes of a chain, of which there may be more than anybody wants.
#ifndef DRIFTLINE_HOMES_HPP
#define DRIFTLINE_HOMES_HPP

#include <driftline/error.hpp>

#include <algorithm>
#include <vector>

namespace driftline {
inline namespace DRIFTLINE_CPP_MODE {
namespace detail {

/// Room for so many homes is made at first. Most callers want fewer, and are answered by one question.
inline constexpr std::size_t homes_at_first = 1024;

/// Up to `limit` homes, with so many nodes excluded. `ask(out, capacity, count)` is a `Result<void>`.
template <class Ask>
Result<std::vector<Alternative>> up_to(std::size_t limit, std::size_t excluded, const Ask& ask)
{
    std::vector<driftline_alternative> found;
    // What is excluded takes room, too, where a scorer names it.
    std::size_t capacity = std::min(limit, homes_at_first + excluded);
    std::size_t count = 0;
    for (;;) {
        found.resize(capacity);
        if (const Result<void> asked = ask(found.data(), capacity, &count); !asked) {
            return asked.error();
        }
        // Who names fewer than there is room for has no more.
        if (count + excluded < capacity || capacity == limit) {
            break;
        }
        // Room for all that a limit allows may be more than memory has.
        capacity = capacity > limit / 2 ? limit : capacity * 2;
    }
    std::vector<Alternative> homes;
    homes.reserve(count);
    for (std::size_t at = 0; at < count; at++) {
        homes.push_back(Alternative{found[at].node, found[at].score});
    }
    return homes;
}

} // namespace detail
} // namespace DRIFTLINE_CPP_MODE
} // namespace driftline

#endif
