// What can go wrong, as an exception or as a result.
#ifndef DRIFTLINE_ERROR_HPP
#define DRIFTLINE_ERROR_HPP

#include <driftline/raise.hpp>
#include <driftline/values.hpp>

#include <cstdio>
#include <cstring>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

namespace driftline {
inline namespace DRIFTLINE_CPP_MODE {

/// Why a call was refused. Whatever it says, the objects of the call are as they were before; what a failed sample had
/// already observed is kept (P2). Copying one throws nothing.
class Error : public std::exception {
public:
    /// As the library filled it in; `code` is what the function returned.
    Error(driftline_result code, const driftline_error& error) noexcept : error_(error)
    {
        if (error_.code != code || error_.message[0] == '\0') {
            // The function does without an error struct, so the code is all there is.
            error_ = empty();
            error_.code = code;
            say(driftline_result_name(code));
        }
    }

    /// What this header itself refuses.
    Error(driftline_result code, std::uint64_t index, const char* message) noexcept : error_(empty())
    {
        error_.code = code;
        error_.index = index;
        say(message);
    }

    /// `DRIFTLINE_RESULT_...`, never `DRIFTLINE_RESULT_OK`.
    driftline_result code() const noexcept { return error_.code; }
    /// Its name, such as "CONFIG".
    const char* code_name() const noexcept { return driftline_result_name(error_.code); }
    /// One line that names the thing at fault. Valid as long as this object.
    const char* what() const noexcept override { return error_.message; }

    /// The element of the array at fault.
    std::optional<std::uint64_t> index() const noexcept { return known(error_.index); }
    /// The node at fault.
    std::optional<NodeId> node() const noexcept { return known(error_.node); }

    /// The chain at fault. Empty for `DUPLICATE` where it is a part of a composed scorer that is listed twice.
    std::optional<ChainId> chain() const noexcept
    {
        // Every number is a chain, the one for "none", too; so what was refused says whether there is one.
        return names_a_chain() ? std::optional<ChainId>(error_.chain) : known(error_.chain);
    }

    /// What the scorer failed with, if it was the scorer.
    std::optional<std::int32_t> scorer_code() const noexcept
    {
        return is_scorer() ? std::optional<std::int32_t>(error_.scorer_code) : std::nullopt;
    }

    /// The question that the scorer failed at.
    std::optional<ScorerMethod> method() const noexcept
    {
        return is_scorer() ? std::optional<ScorerMethod>(static_cast<ScorerMethod>(error_.method)) : std::nullopt;
    }

    /// The exception that the scorer threw: the same object. Null if it failed without one, or did not fail.
    const std::exception_ptr& cause() const noexcept { return cause_; }

    /// The same error with its cause.
    Error because(std::exception_ptr cause) && noexcept
    {
        cause_ = std::move(cause);
        return std::move(*this);
    }

    /// The same error, where no chain but a part of a scorer is listed twice. C writes the same for such a part and for
    /// the chain with the largest number; who called knows which of them it is.
    Error of_a_part() && noexcept
    {
        is_of_a_part_ = true;
        return std::move(*this);
    }

    /// As the C header has it.
    const driftline_error& capi() const noexcept { return error_; }

    /// An error struct for the library to fill in.
    static driftline_error empty() noexcept
    {
        driftline_error error;
        std::memset(&error, 0, sizeof error);
        error.struct_size = static_cast<std::uint32_t>(sizeof error);
        error.index = error.chain = error.node = DRIFTLINE_NONE;
        return error;
    }

private:
    static std::optional<std::uint64_t> known(std::uint64_t number) noexcept
    {
        return number == DRIFTLINE_NONE ? std::nullopt : std::optional<std::uint64_t>(number);
    }

    bool is_scorer() const noexcept { return error_.code == DRIFTLINE_RESULT_SCORER; }

    bool names_a_chain() const noexcept
    {
        switch (error_.code) {
        case DRIFTLINE_RESULT_DUPLICATE:
            return !is_of_a_part_;
        case DRIFTLINE_RESULT_NOT_LED:
        case DRIFTLINE_RESULT_UNKNOWN_CHAIN:
            return true;
        case DRIFTLINE_RESULT_INVENTORY:
            // A report of a node names the node, a profile its chain.
            return error_.node == DRIFTLINE_NONE;
        case DRIFTLINE_RESULT_SCORER:
            // A batch of several scores knows neither chain nor node.
            return error_.method != DRIFTLINE_METHOD_NODE_FINGERPRINT && error_.method != DRIFTLINE_METHOD_BEGIN
                && (error_.method != DRIFTLINE_METHOD_SCORE || error_.node != DRIFTLINE_NONE);
        default:
            return false;
        }
    }

    void say(const char* message) noexcept { std::snprintf(error_.message, sizeof error_.message, "%s", message); }

    driftline_error error_;
    bool is_of_a_part_ = false;
    std::exception_ptr cause_;
};

/// The caller's mistake: a moved-from or foreign object, one that is in use, an argument that makes no sense (1xx).
class MisuseError : public Error {
public:
    explicit MisuseError(const Error& error) noexcept : Error(error) {}
};

/// A field of a config is out of its range (2xx, G1).
class ConfigError : public Error {
public:
    explicit ConfigError(const Error& error) noexcept : Error(error) {}
};

/// What was told or asked does not fit what is so: ids, times, memberships, memory (3xx).
class DataError : public Error {
public:
    explicit DataError(const Error& error) noexcept : Error(error) {}
};

/// The scorer failed without an exception, or there is none (4xx).
class ScorerError : public Error {
public:
    explicit ScorerError(const Error& error) noexcept : Error(error) {}
};

namespace detail {

/// An error leaves: what a scorer threw as itself, everything else as the class of its hundred.
[[noreturn]] inline void raise(const Error& error)
{
#if DRIFTLINE_CPP_EXCEPTIONS
    if (error.cause()) {
        std::rethrow_exception(error.cause());
    }
    switch (error.code() / 100) {
    case 1:
        throw MisuseError(error);
    case 2:
        throw ConfigError(error);
    case 3:
        throw DataError(error);
    case 4:
        throw ScorerError(error);
    default:
        throw error;
    }
#else
    end_program(error.what());
#endif
}

} // namespace detail

/// A value, or the reason why there is none. What every `try_` function returns; it reports errors by this alone.
template <class T>
class [[nodiscard]] Result {
public:
    Result(T value) : outcome_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) noexcept : outcome_(std::in_place_index<1>, std::move(error)) {}

    bool has_value() const noexcept { return outcome_.index() == 0; }
    explicit operator bool() const noexcept { return has_value(); }

    /// The value. If there is none: throws the error, or what the scorer threw (without exceptions: ends the program).
    T& value() &
    {
        check();
        return *std::get_if<0>(&outcome_);
    }
    const T& value() const&
    {
        check();
        return *std::get_if<0>(&outcome_);
    }
    T value() &&
    {
        check();
        return std::move(*std::get_if<0>(&outcome_));
    }

    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    /// The error. Throws `std::invalid_argument` if there is none (without exceptions: ends the program).
    const Error& error() const
    {
        if (has_value()) {
            detail::raise_invalid_argument("a result without an error was asked for its error");
        }
        return *std::get_if<1>(&outcome_);
    }

private:
    void check() const
    {
        if (!has_value()) {
            detail::raise(*std::get_if<1>(&outcome_));
        }
    }

    std::variant<T, Error> outcome_;
};

/// Success, or the reason why not.
template <>
class [[nodiscard]] Result<void> {
public:
    Result() noexcept = default;
    Result(Error error) noexcept : error_(std::move(error)) {}

    bool has_value() const noexcept { return !error_.has_value(); }
    explicit operator bool() const noexcept { return has_value(); }

    /// Does nothing after success. Else as `Result<T>::value`.
    void value() const
    {
        if (error_.has_value()) {
            detail::raise(*error_);
        }
    }

    /// As `Result<T>::error`.
    const Error& error() const
    {
        if (has_value()) {
            detail::raise_invalid_argument("a result without an error was asked for its error");
        }
        return *error_;
    }

private:
    std::optional<Error> error_;
};

} // namespace DRIFTLINE_CPP_MODE
} // namespace driftline

#endif
