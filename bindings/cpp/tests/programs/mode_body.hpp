// What every mode does: something that is compiled differently in each.
#ifndef PROGRAMS_MODE_BODY_HPP
#define PROGRAMS_MODE_BODY_HPP

#include <driftline/driftline.hpp>
// Twice is once.
#include <driftline/driftline.hpp>

namespace {

int code_of_a_moved_from_state()
{
    driftline::MeshState state;
    const driftline::MeshState taken(std::move(state));
    const std::uint64_t nothing[] = {0};
    const auto result = state.try_load({}, {}, nothing, {});
#if DRIFTLINE_CPP_EXCEPTIONS
    try {
        result.value();
    } catch (const driftline::MisuseError& error) {
        return error.code();
    }
    return 0;
#else
    return result.error().code();
#endif
}

} // namespace

#endif
