// Lines of text that the library writes.
#ifndef DRIFTLINE_TEXT_HPP
#define DRIFTLINE_TEXT_HPP

#include <driftline/error.hpp>

#include <string>

namespace driftline {
inline namespace DRIFTLINE_CPP_MODE {
namespace detail {

/// `ask(out, capacity, length, error)` returns the code.
template <class Ask>
Result<std::string> fetch_line(const Ask& ask)
{
    // Most lines are about half as long; what is longer says so and gets its room.
    std::string line(160, '\0');
    for (;;) {
        driftline_error error = Error::empty();
        std::size_t length = 0;
        const driftline_result result = ask(&line[0], line.size(), &length, &error);
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

} // namespace detail
} // namespace DRIFTLINE_CPP_MODE
} // namespace driftline

#endif
