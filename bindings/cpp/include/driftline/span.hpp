// Arrays that somebody else owns: `std::span` where there is one, else the part of it that is needed here.
#ifndef DRIFTLINE_SPAN_HPP
#define DRIFTLINE_SPAN_HPP

#include <driftline/modes.hpp>

#include <cstddef>
#include <iterator>
#include <type_traits>

#if DRIFTLINE_CPP_STD_SPAN
#include <span>
#endif

namespace driftline {
inline namespace DRIFTLINE_CPP_MODE {

#if DRIFTLINE_CPP_STD_SPAN

template <class T>
using span = std::span<T>;

#else

/// A pointer and a length. Owns nothing, and is valid as long as the array is.
template <class T>
class span {
public:
    using element_type = T;
    using value_type = std::remove_cv_t<T>;
    using iterator = T*;

    constexpr span() noexcept = default;
    constexpr span(T* data, std::size_t size) noexcept : data_(data), size_(size) {}

    template <std::size_t Size>
    constexpr span(T (&array)[Size]) noexcept : data_(array), size_(Size) {}

    /// Whatever keeps its elements in one array: a vector, an array, another span. A temporary only for reading,
    /// because what is written there is lost.
    template <class Container,
              class Pointer = decltype(std::data(std::declval<Container&>())),
              class = std::enable_if_t<std::is_convertible_v<std::remove_pointer_t<Pointer> (*)[], T (*)[]>
                                       && (std::is_lvalue_reference_v<Container> || std::is_const_v<T>)
                                       && !std::is_array_v<std::remove_reference_t<Container>>>>
    constexpr span(Container&& container) noexcept : data_(std::data(container)), size_(std::size(container))
    {
    }

    constexpr T* data() const noexcept { return data_; }
    constexpr std::size_t size() const noexcept { return size_; }
    constexpr bool empty() const noexcept { return size_ == 0; }
    constexpr T* begin() const noexcept { return data_; }
    constexpr T* end() const noexcept { return data_ + size_; }
    /// `at` is below `size()`.
    constexpr T& operator[](std::size_t at) const noexcept { return data_[at]; }

private:
    T* data_ = nullptr;
    std::size_t size_ = 0;
};

#endif

} // namespace DRIFTLINE_CPP_MODE
} // namespace driftline

#endif
