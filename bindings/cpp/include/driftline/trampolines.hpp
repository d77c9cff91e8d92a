// From C to a scorer and back: the only place where exceptions are caught.
#ifndef DRIFTLINE_TRAMPOLINES_HPP
#define DRIFTLINE_TRAMPOLINES_HPP

#include <driftline/any_scorer.hpp>

#include <exception>
#include <vector>

namespace driftline {
inline namespace DRIFTLINE_CPP_MODE {
namespace detail {

/// A failure as it happened, with what was thrown.
struct Note {
    Question question;
    std::int32_t code;
    std::exception_ptr object;
};

/// One call into the library that may ask a scorer. It lives on the stack of that call, so that calls of several
/// threads, and calls inside of calls, never see each other's failures.
class Pass {
public:
    Pass() noexcept : outer_(current()) { current() = this; }
    ~Pass() { current() = outer_; }
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;

    /// NULL where the library was called through the C header.
    static Pass*& current() noexcept
    {
        thread_local Pass* innermost = nullptr;
        return innermost;
    }

    void note(const Question& question, std::int32_t code, std::exception_ptr object) noexcept
    {
        last_ = object;
#if DRIFTLINE_CPP_EXCEPTIONS
        try {
            notes_.push_back(Note{question, code, std::move(object)});
        } catch (...) {
            // Without memory a skipped failure is still reported, only without its object.
        }
#else
        notes_.push_back(Note{question, code, std::move(object)});
#endif
    }

    /// What the scorer threw when it ended the call.
    const std::exception_ptr& last() const noexcept { return last_; }
    const std::vector<Note>& notes() const noexcept { return notes_; }

    /// Where a scorer goes that the library lets go of in this call; NULL: it is let go of here, too.
    Scorer* dropped = nullptr;

private:
    Pass* outer_;
    std::exception_ptr last_;
    std::vector<Note> notes_;
};

/// A question is open as long as this lives.
class OpenedQuestion : public OpenQuestion {
public:
    OpenedQuestion() noexcept
    {
        outer = open_question;
        open_question = this;
    }
    ~OpenedQuestion() { open_question = outer; }
    OpenedQuestion(const OpenedQuestion&) = delete;
    OpenedQuestion& operator=(const OpenedQuestion&) = delete;
};

inline std::int32_t failed(const Question& question, std::int32_t code, std::exception_ptr object) noexcept
{
    if (Pass* pass = Pass::current()) {
        pass->note(question, code, std::move(object));
    }
    return code;
}

/// Answers a question; nothing is thrown out of here.
template <class Answer>
std::int32_t answered(const Question& question, Answer answer) noexcept
{
    OpenedQuestion opened;
    std::int32_t code;
#if DRIFTLINE_CPP_EXCEPTIONS
    try {
        code = answer();
    } catch (const ScorerFailure& failure) {
        return failed(question, failure.code(), std::current_exception());
    } catch (const std::exception&) {
        return failed(question, exception_code, std::current_exception());
    } catch (...) {
        return failed(question, DRIFTLINE_SCORER_INTERRUPTED, std::current_exception());
    }
#else
    code = answer();
#endif
    return opened.failed_with == 0 ? code : failed(question, opened.failed_with, nullptr);
}

inline PlacementScorer& scorer_of(void* ctx) noexcept { return **static_cast<Scorer*>(ctx); }

/// Writes an answer if there is one.
template <class Value>
std::int32_t write(const std::optional<Value>& value, Value* out) noexcept
{
    if (!value) {
        return DRIFTLINE_SCORER_NO_OPINION;
    }
    *out = *value;
    return DRIFTLINE_SCORER_OK;
}

/// A batch as a question: about one chain, or about none that could be named. The pairs of a chain stand together.
inline Question batch(std::uint32_t method, const driftline_pair* pairs, std::size_t count) noexcept
{
    const bool is_own = count > 0 && pairs[0].chain == pairs[count - 1].chain;
    return Question{method, is_own ? pairs[0].chain : DRIFTLINE_NONE, DRIFTLINE_NONE, is_own};
}

/// The entries of a `driftline_scorer`; `ctx` is a `Scorer`. Of a part if it is one of several in a scorer that the
/// library holds, else of what is installed or asked by itself.
template <bool IsPart>
struct EntriesOf {
    static void drop(void* ctx) noexcept
    {
        std::unique_ptr<Scorer> scorer(static_cast<Scorer*>(ctx));
        if constexpr (IsPart) {
            // Nobody gets a part back. Its destructor may end other schedulers, whose scorers are not what the call
            // around this has replaced.
            const Pass alone;
            scorer.reset();
        } else if (Pass* pass = Pass::current(); pass != nullptr && pass->dropped != nullptr) {
            *pass->dropped = std::move(*scorer);
        }
    }

    template <class Answer>
    static std::int32_t answered(Question question, Answer answer) noexcept
    {
        question.is_part = IsPart;
        return detail::answered(question, answer);
    }

    static std::int32_t score(void* ctx, std::uint64_t chain, std::uint64_t node, float* out) noexcept
    {
        return answered({DRIFTLINE_METHOD_SCORE, chain, node},
                        [&] { return write(scorer_of(ctx).score(chain, node), out); });
    }

    static std::int32_t live_score(void* ctx, std::uint64_t chain, std::uint64_t node, float* out) noexcept
    {
        return answered({DRIFTLINE_METHOD_LIVE_SCORE, chain, node},
                        [&] { return write(scorer_of(ctx).live_score(chain, node), out); });
    }

    static std::int32_t best_alternative(void* ctx, std::uint64_t chain, const std::uint64_t* exclude,
                                         std::size_t exclude_count, driftline_alternative* out) noexcept
    {
        return answered({DRIFTLINE_METHOD_BEST_ALTERNATIVE, chain, DRIFTLINE_NONE}, [&]() -> std::int32_t {
            const auto best = scorer_of(ctx).best_alternative(chain, span<const NodeId>(exclude, exclude_count));
            if (!best) {
                return DRIFTLINE_SCORER_NO_OPINION;
            }
            out->node = best->node;
            out->score = best->score;
            return DRIFTLINE_SCORER_OK;
        });
    }

    static std::int32_t node_fingerprint(void* ctx, std::uint64_t node, std::uint64_t* out) noexcept
    {
        return answered({DRIFTLINE_METHOD_NODE_FINGERPRINT, DRIFTLINE_NONE, node},
                        [&] { return write(scorer_of(ctx).node_fingerprint(node), out); });
    }

    static std::int32_t chain_fingerprint(void* ctx, std::uint64_t chain, std::uint64_t* out) noexcept
    {
        return answered({DRIFTLINE_METHOD_CHAIN_FINGERPRINT, chain, DRIFTLINE_NONE},
                        [&] { return write(scorer_of(ctx).chain_fingerprint(chain), out); });
    }

    static std::int32_t migration_cost(void* ctx, std::uint64_t chain, std::uint64_t target,
                                       driftline_migration_cost* out) noexcept
    {
        return answered({DRIFTLINE_METHOD_MIGRATION_COST, chain, target}, [&]() -> std::int32_t {
            const auto cost = scorer_of(ctx).migration_cost(chain, target);
            if (!cost) {
                return DRIFTLINE_SCORER_NO_OPINION;
            }
            *out = to_c(*cost);
            return DRIFTLINE_SCORER_OK;
        });
    }

    static std::int32_t score_many(void* ctx, const driftline_pair* pairs, std::size_t count, float* out) noexcept
    {
        return answered(batch(DRIFTLINE_METHOD_SCORE, pairs, count), [&]() -> std::int32_t {
            scorer_of(ctx).score_many(span<const Pair>(pairs, count), span<float>(out, count));
            return DRIFTLINE_SCORER_OK;
        });
    }

    static std::int32_t live_score_many(void* ctx, const driftline_pair* pairs, std::size_t count, float* out) noexcept
    {
        return answered(batch(DRIFTLINE_METHOD_LIVE_SCORE, pairs, count), [&]() -> std::int32_t {
            scorer_of(ctx).live_score_many(span<const Pair>(pairs, count), span<float>(out, count));
            return DRIFTLINE_SCORER_OK;
        });
    }

    static std::int32_t node_fingerprints(void* ctx, const std::uint64_t* nodes, std::size_t count, std::uint64_t* out,
                                          std::uint8_t* known) noexcept
    {
        const NodeId only = count == 1 ? *nodes : DRIFTLINE_NONE;
        const Question question{DRIFTLINE_METHOD_NODE_FINGERPRINT, DRIFTLINE_NONE, only, count == 1};
        return answered(question, [&]() -> std::int32_t {
            FingerprintAnswers answers(span<std::uint64_t>(out, count), span<std::uint8_t>(known, count));
            scorer_of(ctx).node_fingerprints(span<const NodeId>(nodes, count), answers);
            return DRIFTLINE_SCORER_OK;
        });
    }

    static std::int32_t alternatives(void* ctx, std::uint64_t chain, const std::uint64_t* exclude,
                                     std::size_t exclude_count, driftline_alternative* out, std::size_t capacity,
                                     std::size_t* count) noexcept
    {
        return answered({DRIFTLINE_METHOD_BEST_ALTERNATIVE, chain, DRIFTLINE_NONE}, [&]() -> std::int32_t {
            AlternativeAnswers answers(span<driftline_alternative>(out, capacity));
            scorer_of(ctx).alternatives(chain, span<const NodeId>(exclude, exclude_count), answers);
            *count = answers.size();
            return DRIFTLINE_SCORER_OK;
        });
    }

    /// A struct over these entries. What the scorer has no answer for stays NULL.
    static driftline_scorer over(Scorer* scorer) noexcept
    {
        const Capabilities& own = scorer->capabilities();
        driftline_scorer entries;
        std::memset(&entries, 0, sizeof entries);
        entries.struct_size = static_cast<std::uint32_t>(sizeof entries);
        entries.ctx = scorer;
        entries.score = score;
        entries.best_alternative = best_alternative;
        entries.live_score = own.live_score ? live_score : nullptr;
        entries.node_fingerprint = own.node_fingerprint ? node_fingerprint : nullptr;
        entries.chain_fingerprint = own.chain_fingerprint ? chain_fingerprint : nullptr;
        entries.migration_cost = own.migration_cost ? migration_cost : nullptr;
        entries.score_many = own.score_many ? score_many : nullptr;
        entries.live_score_many = own.live_score_many ? live_score_many : nullptr;
        entries.node_fingerprints = own.node_fingerprints ? node_fingerprints : nullptr;
        entries.alternatives = own.alternatives ? alternatives : nullptr;
        return entries;
    }
};

using Entries = EntriesOf<false>;
using PartEntries = EntriesOf<true>;

/// The error of a call that asked a scorer, with what the scorer threw.
inline Error pass_error(driftline_result result, const driftline_error& error, const Pass& pass)
{
    Error told(result, error);
    return result == DRIFTLINE_RESULT_SCORER ? std::move(told).because(pass.last()) : told;
}

} // namespace detail
} // namespace DRIFTLINE_CPP_MODE
} // namespace driftline

#endif
