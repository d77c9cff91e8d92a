// What happens when there is no result to carry an error: an exception, or where there are none, the end.
#ifndef DRIFTLINE_RAISE_HPP
#define DRIFTLINE_RAISE_HPP

#include <driftline/modes.hpp>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>

namespace driftline {
inline namespace DRIFTLINE_CPP_MODE {
namespace detail {

/// Without exceptions a program that reads a result that is not there ends, as it does in the standard library.
[[noreturn]] inline void end_program(const char* message) noexcept
{
    std::fprintf(stderr, "driftline: %s\n", message);
    std::abort();
}

[[noreturn]] inline void raise_invalid_argument(const char* message)
{
#if DRIFTLINE_CPP_EXCEPTIONS
    throw std::invalid_argument(message);
#else
    end_program(message);
#endif
}

[[noreturn]] inline void raise_out_of_range(const char* message)
{
#if DRIFTLINE_CPP_EXCEPTIONS
    throw std::out_of_range(message);
#else
    end_program(message);
#endif
}

} // namespace detail
} // namespace DRIFTLINE_CPP_MODE
} // namespace driftline

#endif
