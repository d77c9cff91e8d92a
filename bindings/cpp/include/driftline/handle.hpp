// Who owns a handle of the C library.
#ifndef DRIFTLINE_HANDLE_HPP
#define DRIFTLINE_HANDLE_HPP

#include <driftline/error.hpp>

#include <utility>
#include <vector>

namespace driftline {
inline namespace DRIFTLINE_CPP_MODE {
namespace detail {

/// Owns one handle; zero is none. Moving leaves none behind, moving onto itself changes nothing.
template <class CHandle, driftline_result (*Free)(CHandle)>
class Handle {
public:
    Handle() noexcept = default;
    explicit Handle(CHandle handle) noexcept : handle_(handle) {}
    Handle(Handle&& other) noexcept : handle_(other.release()) {}
    Handle& operator=(Handle&& other) noexcept
    {
        Handle taken(std::move(other));
        std::swap(handle_, taken.handle_);
        return *this;
    }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;

    /// A handle that is in use, by another thread or by the call that destroys it, cannot be freed and stays in the
    /// library; nothing dangles.
    ~Handle() { static_cast<void>(Free(handle_)); }

    CHandle get() const noexcept { return handle_; }

    CHandle release() noexcept { return std::exchange(handle_, CHandle{0}); }

    /// Frees now. After an error the handle is still owned.
    Result<void> close() noexcept
    {
        const driftline_result result = Free(handle_);
        if (result != DRIFTLINE_RESULT_OK) {
            return Error(result, Error::empty());
        }
        handle_ = CHandle{0};
        return {};
    }

private:
    CHandle handle_{0};
};

/// A list whose length the library knows: asks for it, makes room, and asks again.
///
/// `ask(out, capacity, count, error)` returns the code. Another thread may make the list longer in between.
template <class Element, class Ask>
Result<std::vector<Element>> fetch(const Ask& ask)
{
    std::vector<Element> elements;
    for (;;) {
        driftline_error error = Error::empty();
        std::size_t count = 0;
        const driftline_result result = ask(elements.data(), elements.size(), &count, &error);
        if (result == DRIFTLINE_RESULT_OK && count <= elements.size()) {
            elements.resize(count);
            // Moved by every compiler: there may be no second answer.
            return Result<std::vector<Element>>(std::move(elements));
        }
        if (result != DRIFTLINE_RESULT_OK && result != DRIFTLINE_RESULT_CAPACITY) {
            return Error(result, error);
        }
        elements.resize(count);
    }
}

} // namespace detail
} // namespace DRIFTLINE_CPP_MODE
} // namespace driftline

#endif
