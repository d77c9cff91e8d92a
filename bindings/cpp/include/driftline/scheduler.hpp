// The scheduler of one node: it observes, decides, and commits.
#ifndef DRIFTLINE_SCHEDULER_HPP
#define DRIFTLINE_SCHEDULER_HPP

#include <driftline/class_policy.hpp>
#include <driftline/composed_scorer.hpp>
#include <driftline/config.hpp>
#include <driftline/explanation.hpp>
#include <driftline/progress.hpp>
#include <driftline/report.hpp>
#include <driftline/snapshot.hpp>
#include <driftline/state.hpp>

namespace driftline {
inline namespace DRIFTLINE_CPP_MODE {

class SchedulerRegistry;

/// Watches the chains that one node leads and says which replica should move.
///
/// Call `tick` regularly, at the latest when the last report's `next_due` has come, and after events; carry out the
/// actions and report back with events. Time is an argument: no clock is read.
///
/// Move-only; a moved-from scheduler refuses every call with `MisuseError`. Functions that are const may run at the
/// same time on several threads, the others have the scheduler to themselves. Where the library sees that this is
/// broken, the call is refused (`DRIFTLINE_RESULT_BUSY`; from inside of a scorer `DRIFTLINE_RESULT_REENTRANT`, P3);
/// nobody waits.
///
/// Every function has a `try_` twin that returns a `Result` in place of throwing. What is returned is a copy, and is
/// yours.
class LocalScheduler {
public:
    /// A scheduler for the chains that `this_node` leads. Without a scorer nothing is sampled and nothing emitted (P4).
    ///
    /// Throws `ConfigError`; `DataError`: `ID` for `no_node`.
    explicit LocalScheduler(NodeId this_node, const SchedulerConfig& config = SchedulerConfig(),
                            Scorer scorer = Scorer())
        : LocalScheduler(try_create(this_node, config, std::move(scorer)).value())
    {
    }

    static Result<LocalScheduler> try_create(NodeId this_node, const SchedulerConfig& config = SchedulerConfig(),
                                             Scorer scorer = Scorer())
    {
        Result<LocalScheduler> created = create(this_node, config);
        if (created && scorer) {
            if (auto installed = created->try_install(std::move(scorer)); !installed) {
                return installed.error();
            }
        }
        return created;
    }

    /// The same with an `Inventory`, or a `ComposedScorer`, which is taken over unless this throws.
    template <class Composed, class = detail::IfComposed<Composed>>
    LocalScheduler(NodeId this_node, const SchedulerConfig& config, Composed&& scorer)
        : LocalScheduler(try_create(this_node, config, std::forward<Composed>(scorer)).value())
    {
    }

    template <class Composed, class = detail::IfComposed<Composed>>
    static Result<LocalScheduler> try_create(NodeId this_node, const SchedulerConfig& config, Composed&& scorer)
    {
        Result<LocalScheduler> created = create(this_node, config);
        if (created) {
            if (auto installed = created->try_install(std::forward<Composed>(scorer)); !installed) {
                return installed.error();
            }
        }
        return created;
    }

    /// Takes over what `release` or C code made. It is freed by this, with its scorer.
    static LocalScheduler adopt(driftline_scheduler scheduler) noexcept { return LocalScheduler(scheduler); }

    /// The C handle, which stays owned by this. In calls that C code makes with it, exceptions of a scorer arrive as
    /// codes, and `last_actions` must not be used after them.
    driftline_scheduler capi() const noexcept { return handle_.get(); }

    /// Gives the C handle away, with the scorer.
    driftline_scheduler release() noexcept
    {
        lent_ = Lent();
        return handle_.release();
    }

    /// Frees the scheduler now and lets go of its scorer; closing twice is fine. Throws `MisuseError` while it is in
    /// use, and is as before then.
    void close() { try_close().value(); }
    Result<void> try_close() noexcept
    {
        Result<void> closed = handle_.close();
        if (closed) {
            lent_ = Lent();
        }
        return closed;
    }

    /// The node whose chains this scheduler acts on.
    NodeId this_node() const { return try_this_node().value(); }
    Result<NodeId> try_this_node() const
    {
        driftline_error error = Error::empty();
        NodeId node = 0;
        const driftline_result result = driftline_scheduler_this_node(capi(), &node, &error);
        return result == DRIFTLINE_RESULT_OK ? Result<NodeId>(node) : Error(result, error);
    }

    /// The present config.
    SchedulerConfig config() const { return try_config().value(); }
    Result<SchedulerConfig> try_config() const
    {
        driftline_error error = Error::empty();
        driftline_config config;
        std::memset(&config, 0, sizeof config);
        config.struct_size = static_cast<std::uint32_t>(sizeof config);
        const driftline_result result = driftline_scheduler_config(capi(), &config, &error);
        return result == DRIFTLINE_RESULT_OK ? Result<SchedulerConfig>(SchedulerConfig(config)) : Error(result, error);
    }

    /// Replaces the config from the next call on (G2). Throws `ConfigError`, and nothing has changed then.
    void configure(const SchedulerConfig& config) { try_configure(config).value(); }
    Result<void> try_configure(const SchedulerConfig& config)
    {
        driftline_error error = Error::empty();
        const driftline_config c_config = config.capi();
        return wrote(driftline_scheduler_configure(capi(), &c_config, &error), error);
    }

    /// The policy of a class; empty if it has none, and is as the config says (Y1).
    std::optional<ClassPolicy> class_policy(ClassId class_id) const { return try_class_policy(class_id).value(); }
    Result<std::optional<ClassPolicy>> try_class_policy(ClassId class_id) const;

    /// Gives a class a policy, or takes it away, from the next call on; returns the previous one (Y1). Class 0 is that
    /// of all chains that were never given one.
    ///
    ///     scheduler.set_class_policy(5, policy);
    ///     scheduler.set_class_policy(5, std::nullopt);
    ///
    /// Throws `ConfigError`, whose message names the field and the value; `DataError`: `TOO_MANY` beyond 255 policies,
    /// `NO_MEMORY`. Nothing has changed then.
    std::optional<ClassPolicy> set_class_policy(ClassId class_id, const std::optional<ClassPolicy>& policy)
    {
        return try_set_class_policy(class_id, policy).value();
    }
    Result<std::optional<ClassPolicy>> try_set_class_policy(ClassId class_id, const std::optional<ClassPolicy>& policy);

    /// Makes this the scorer and returns the previous one, if there was one. Every led chain is due then (P4). A scorer
    /// that is refused is let go of. An inventory or a composed scorer that was installed is let go of, too, with its
    /// parts; what is returned is none then.
    Scorer install(Scorer scorer) { return try_install(std::move(scorer)).value(); }
    Result<Scorer> try_install(Scorer scorer);

    /// The same with an `Inventory`, which you go on reporting to, or a `ComposedScorer`, which is taken over; one that
    /// is refused is as it was.
    ///
    ///     scheduler.install(inventory);
    ///     scheduler.install(driftline::ComposedScorer::minimum({inventory, ByLoad()}));
    template <class Composed, class = detail::IfComposed<Composed>>
    Scorer install(Composed&& scorer)
    {
        return try_install(std::forward<Composed>(scorer)).value();
    }
    template <class Composed, class = detail::IfComposed<Composed>>
    Result<Scorer> try_install(Composed&& scorer)
    {
        if constexpr (std::is_same_v<Composed, ComposedScorer>) {
            return install_composed(scorer);
        } else {
            auto composed = ComposedScorer::try_create(scorer);
            return composed ? install_composed(*composed) : Result<Scorer>(composed.error());
        }
    }

    /// Takes the scorer out and returns it; none where an inventory or a composed scorer was installed, which is let go
    /// of. Throws `ScorerError`: `NO_SCORER` if there is none.
    Scorer uninstall() { return try_uninstall().value(); }
    Result<Scorer> try_uninstall();

    /// Where the scorer is installed. Valid as long as this scheduler stays where it is.
    SchedulerRegistry registry() noexcept;

    /// One tick: observe, decide, commit (A8). Carry its actions out and report back with events. The cooldowns of its
    /// evictions have started; with a `move_timeout` they start when the events show the move done (F2).
    ///
    /// Throws what the scorer threw, the same object, or `ScorerError` if it failed without an exception: nothing is
    /// emitted then and no decision state is written; what was observed is kept, the rest stays due (P2). Throws
    /// `DataError`: `TIME` if `now` is earlier than a time seen before (T1), `NO_MEMORY`. After `std::bad_alloc` the
    /// tick has happened, and `last_actions` has its actions.
    Decision tick(MeshState& state, Time now) { return try_tick(state, now).value(); }
    Result<Decision> try_tick(MeshState& state, Time now) { return decide_with(driftline_scheduler_tick, state, now); }

    /// What a tick on the same observations would decide (T3): a dry run that changes nothing. Throws as `tick`.
    Decision decide(const MeshState& state, Time now) { return try_decide(state, now).value(); }
    Result<Decision> try_decide(const MeshState& state, Time now)
    {
        return decide_with(driftline_scheduler_decide, state, now);
    }

    /// Samples what is due and decides nothing (A3). A tick does it by itself. The verdicts of the report are those
    /// of the last tick. Throws as `tick`.
    TickReport sample(const MeshState& state, Time now) { return try_sample(state, now).value(); }
    Result<TickReport> try_sample(const MeshState& state, Time now);

    /// The actions of the last `tick` or `decide`, once more; none after any other change of this scheduler.
    std::vector<Action> last_actions() const { return detail::to_actions(lent_.actions, lent_.count); }

    /// The chains that the last sample or tick scored anew, ascending, and why.
    std::vector<Sampled> sampled() const { return try_sampled().value(); }
    Result<std::vector<Sampled>> try_sampled() const;

    /// Why a chain is where it is: its verdict as of the last tick, with operands. Throws `DataError`: `NOT_LED` if
    /// this scheduler does not lead the chain now.
    Explanation explain(const MeshState& state, ChainId chain) const { return try_explain(state, chain).value(); }
    Result<Explanation> try_explain(const MeshState& state, ChainId chain) const
    {
        driftline_error error = Error::empty();
        driftline_explanation explanation;
        std::memset(&explanation, 0, sizeof explanation);
        explanation.struct_size = static_cast<std::uint32_t>(sizeof explanation);
        const driftline_result result = driftline_explain(capi(), state.capi(), chain, &explanation, &error);
        return result == DRIFTLINE_RESULT_OK ? Result<Explanation>(Explanation(explanation)) : Error(result, error);
    }

    /// The changes of standing verdicts from a sequence number on, oldest first (W3). The last `transition_ring_length`
    /// are kept; if the first has a larger number than was asked for, some were missed.
    std::vector<Transition> transitions(std::uint64_t since_sequence = 0) const
    {
        return try_transitions(since_sequence).value();
    }
    Result<std::vector<Transition>> try_transitions(std::uint64_t since_sequence = 0) const;

    /// How far a node that is drained has come, as of the last tick and by what the state says now (N1); empty if it is
    /// not drained. Throws `DataError`: `ID` for `no_node`.
    std::optional<DrainStatus> drain_status(const MeshState& state, NodeId node) const
    {
        return try_drain_status(state, node).value();
    }
    Result<std::optional<DrainStatus>> try_drain_status(const MeshState& state, NodeId node) const;

    /// The history of a chain. Throws `DataError`: `NOT_LED` if it was not led at the last sample.
    ScoreHistory history(ChainId chain) const { return try_history(chain).value(); }
    Result<ScoreHistory> try_history(ChainId chain) const;

    /// The sampled scores of a chain's holders, by ascending node; a holder without an opinion has none. Throws as
    /// `history`.
    std::vector<Cell> cells(ChainId chain) const { return try_cells(chain).value(); }
    Result<std::vector<Cell>> try_cells(ChainId chain) const;

    /// The sampled scores of all chains that are led now and were at the last sample. Copies all of them.
    ScoreSnapshot snapshot(const MeshState& state) const { return try_snapshot(state).value(); }
    Result<ScoreSnapshot> try_snapshot(const MeshState& state) const;

private:
    /// Actions that the library lends until the next call that changes the scheduler.
    struct Lent {
        const driftline_action* actions = nullptr;
        std::size_t count = 0;

        Lent() noexcept = default;
        Lent(const driftline_action* lent, std::size_t lent_count) noexcept : actions(lent), count(lent_count) {}
        Lent(Lent&& other) noexcept
            : actions(std::exchange(other.actions, nullptr)), count(std::exchange(other.count, 0))
        {
        }
        Lent& operator=(Lent&& other) noexcept
        {
            Lent taken(std::move(other));
            std::swap(actions, taken.actions);
            std::swap(count, taken.count);
            return *this;
        }
    };

    explicit LocalScheduler(driftline_scheduler scheduler) noexcept : handle_(scheduler) {}

    /// Without a scorer.
    static Result<LocalScheduler> create(NodeId this_node, const SchedulerConfig& config)
    {
        driftline_error error = Error::empty();
        const driftline_config c_config = config.capi();
        driftline_scheduler handle{0};
        const driftline_result result =
            driftline_scheduler_new(DRIFTLINE_ABI, this_node, &c_config, &handle, &error);
        return result == DRIFTLINE_RESULT_OK ? Result<LocalScheduler>(adopt(handle)) : Error(result, error);
    }

    Result<Scorer> install_composed(ComposedScorer& scorer);

    /// Whether a call got in. One that did not has changed nothing, and this object belongs to the call that is inside.
    static bool got_in(driftline_result result) noexcept
    {
        return result != DRIFTLINE_RESULT_BUSY && result != DRIFTLINE_RESULT_REENTRANT;
    }

    Result<void> wrote(driftline_result result, const driftline_error& error)
    {
        if (got_in(result)) {
            lent_ = Lent();
        }
        return result == DRIFTLINE_RESULT_OK ? Result<void>() : Error(result, error);
    }

    template <class Call>
    Result<Decision> decide_with(Call call, const MeshState& state, Time now);

    Result<TickReport> report_of(const driftline_report& report, const detail::Pass& pass) const;

    detail::Handle<driftline_scheduler, driftline_scheduler_free> handle_;
    Lent lent_;
};

/// Holds the scorer of a scheduler. `LocalScheduler::install` and `uninstall` are the same.
class SchedulerRegistry {
public:
    explicit SchedulerRegistry(LocalScheduler& scheduler) noexcept : scheduler_(&scheduler) {}

    Scorer install(Scorer scorer) { return scheduler_->install(std::move(scorer)); }
    Result<Scorer> try_install(Scorer scorer) { return scheduler_->try_install(std::move(scorer)); }
    template <class Composed, class = detail::IfComposed<Composed>>
    Scorer install(Composed&& scorer)
    {
        return scheduler_->install(std::forward<Composed>(scorer));
    }
    template <class Composed, class = detail::IfComposed<Composed>>
    Result<Scorer> try_install(Composed&& scorer)
    {
        return scheduler_->try_install(std::forward<Composed>(scorer));
    }
    Scorer uninstall() { return scheduler_->uninstall(); }
    Result<Scorer> try_uninstall() { return scheduler_->try_uninstall(); }

private:
    LocalScheduler* scheduler_;
};

inline SchedulerRegistry LocalScheduler::registry() noexcept { return SchedulerRegistry(*this); }

inline Result<std::optional<ClassPolicy>> LocalScheduler::try_class_policy(ClassId class_id) const
{
    driftline_error error = Error::empty();
    driftline_class_policy policy = ClassPolicy::empty();
    const driftline_result result = driftline_scheduler_class_policy(capi(), class_id, &policy, &error);
    if (result == DRIFTLINE_RESULT_NO_POLICY) {
        return std::optional<ClassPolicy>();
    }
    if (result != DRIFTLINE_RESULT_OK) {
        return Error(result, error);
    }
    return std::optional<ClassPolicy>(policy);
}

inline Result<std::optional<ClassPolicy>>
LocalScheduler::try_set_class_policy(ClassId class_id, const std::optional<ClassPolicy>& policy)
{
    auto previous = try_class_policy(class_id);
    if (!previous) {
        return previous;
    }
    driftline_error error = Error::empty();
    const driftline_class_policy c_policy = policy ? policy->capi() : ClassPolicy::empty();
    const Result<void> set = wrote(
        driftline_scheduler_set_class_policy(capi(), class_id, policy ? &c_policy : nullptr, &error), error);
    if (!set) {
        return set.error();
    }
    return previous;
}

inline Result<Scorer> LocalScheduler::try_install(Scorer scorer)
{
    if (!scorer) {
        return Error(DRIFTLINE_RESULT_NULL, DRIFTLINE_NONE, "scorer: there is none to install");
    }
    auto ctx = std::make_unique<Scorer>(std::move(scorer));
    driftline_scorer entries = detail::Entries::over(ctx.get());
    entries.drop = detail::Entries::drop;
    driftline_error error = Error::empty();
    detail::Pass pass;
    Scorer dropped;
    pass.dropped = &dropped;
    // Whatever this returns, `drop` is or will be called for `ctx`.
    ctx.release();
    const Result<void> installed = wrote(driftline_scheduler_install(capi(), &entries, &error), error);
    if (!installed) {
        return installed.error();
    }
    return dropped;
}

inline Result<Scorer> LocalScheduler::install_composed(ComposedScorer& scorer)
{
    driftline_error error = Error::empty();
    detail::Pass pass;
    Scorer dropped;
    pass.dropped = &dropped;
    const Result<void> installed = wrote(driftline_scheduler_install_any(capi(), scorer.capi(), &error), error);
    if (!installed) {
        return installed.error();
    }
    // The handle is stale now.
    static_cast<void>(scorer.release());
    return dropped;
}

inline Result<Scorer> LocalScheduler::try_uninstall()
{
    driftline_error error = Error::empty();
    detail::Pass pass;
    Scorer dropped;
    pass.dropped = &dropped;
    const Result<void> uninstalled = wrote(driftline_scheduler_uninstall(capi(), &error), error);
    if (!uninstalled) {
        return uninstalled.error();
    }
    return dropped;
}

template <class Call>
Result<Decision> LocalScheduler::decide_with(Call call, const MeshState& state, Time now)
{
    driftline_error error = Error::empty();
    driftline_report report = detail::empty_report();
    const driftline_action* actions = nullptr;
    std::size_t count = 0;
    detail::Pass pass;
    const driftline_result result =
        call(capi(), state.capi(), now.count(), sizeof(driftline_action), &actions, &count, &report, &error);
    if (const auto outcome = wrote(result, error); !outcome) {
        return detail::pass_error(result, error, pass);
    }
    // From here on memory may be short, so the actions are remembered first.
    lent_ = Lent(actions, count);
    auto full_report = report_of(report, pass);
    if (!full_report) {
        return full_report.error();
    }
    return Decision{last_actions(), std::move(full_report).value()};
}

inline Result<TickReport> LocalScheduler::try_sample(const MeshState& state, Time now)
{
    driftline_error error = Error::empty();
    driftline_report report = detail::empty_report();
    detail::Pass pass;
    const driftline_result result = driftline_scheduler_sample(capi(), state.capi(), now.count(), &report, &error);
    if (const auto outcome = wrote(result, error); !outcome) {
        return detail::pass_error(result, error, pass);
    }
    return report_of(report, pass);
}

inline Result<TickReport> LocalScheduler::report_of(const driftline_report& report, const detail::Pass& pass) const
{
    if (report.scorer_errors == 0) {
        return TickReport(report, {});
    }
    auto failures = detail::fetch<driftline_failure>([&](driftline_failure* out, std::size_t capacity,
                                                         std::size_t* count, driftline_error* error) {
        return driftline_scheduler_failures(capi(), out, capacity, sizeof(driftline_failure), count, error);
    });
    if (!failures) {
        return failures.error();
    }
    return TickReport(report, detail::with_causes(*failures, pass.notes()));
}

inline Result<std::vector<Sampled>> LocalScheduler::try_sampled() const
{
    auto raw = detail::fetch<driftline_sampled>([&](driftline_sampled* out, std::size_t capacity, std::size_t* count,
                                                    driftline_error* error) {
        return driftline_scheduler_sampled(capi(), out, capacity, sizeof(driftline_sampled), count, error);
    });
    if (!raw) {
        return raw.error();
    }
    std::vector<Sampled> sampled;
    sampled.reserve(raw->size());
    for (const driftline_sampled& one : *raw) {
        sampled.push_back(Sampled{one.chain, static_cast<SampleCause>(one.cause)});
    }
    return sampled;
}

inline Result<std::vector<Transition>> LocalScheduler::try_transitions(std::uint64_t since_sequence) const
{
    const auto raw = detail::fetch<driftline_transition>([&](driftline_transition* out, std::size_t capacity,
                                                             std::size_t* count, driftline_error* error) {
        return driftline_scheduler_transitions(capi(), since_sequence, out, capacity, sizeof(driftline_transition),
                                               count, error);
    });
    if (!raw) {
        return raw.error();
    }
    std::vector<Transition> transitions;
    transitions.reserve(raw->size());
    for (const driftline_transition& one : *raw) {
        transitions.push_back(detail::to_transition(one));
    }
    return transitions;
}

inline Result<std::optional<DrainStatus>> LocalScheduler::try_drain_status(const MeshState& state, NodeId node) const
{
    driftline_drain_status found;
    std::memset(&found, 0, sizeof found);
    found.struct_size = static_cast<std::uint32_t>(sizeof found);
    const auto raw = detail::fetch<driftline_blocked>([&](driftline_blocked* out, std::size_t capacity,
                                                          std::size_t* count, driftline_error* error) {
        return driftline_scheduler_drain_status(capi(), state.capi(), node, &found, out, capacity,
                                                sizeof(driftline_blocked), count, error);
    });
    if (!raw) {
        return raw.error();
    }
    if (found.draining == 0) {
        return std::optional<DrainStatus>();
    }
    DrainStatus status;
    status.node = node;
    status.deadline = Nanoseconds(found.deadline_ns);
    status.left = found.left;
    status.moved = found.moved;
    status.in_flight = found.in_flight;
    status.at_risk = found.at_risk != 0;
    status.blocked.reserve(raw->size());
    for (const driftline_blocked& one : *raw) {
        status.blocked.push_back(Blocked{one.chain, static_cast<Verdict>(one.verdict)});
    }
    return std::optional<DrainStatus>(std::move(status));
}

inline Result<ScoreHistory> LocalScheduler::try_history(ChainId chain) const
{
    driftline_error error = Error::empty();
    driftline_sample samples[history_length];
    std::size_t count = 0;
    float ewma = 0.0f;
    std::uint32_t trend = 0;
    const driftline_result result = driftline_history(capi(), chain, samples, history_length, sizeof samples[0],
                                                      &count, &ewma, &trend, &error);
    if (result != DRIFTLINE_RESULT_OK) {
        return Error(result, error);
    }
    ScoreHistory history;
    history.samples.reserve(count);
    for (std::size_t at = 0; at < count; at++) {
        history.samples.push_back(Sample{Nanoseconds(samples[at].at_ns), samples[at].worst_score});
    }
    if (count > 0) {
        history.ewma = ewma;
    }
    history.trend = static_cast<Trend>(trend);
    return history;
}

inline Result<std::vector<Cell>> LocalScheduler::try_cells(ChainId chain) const
{
    auto raw = detail::fetch<driftline_cell>([&](driftline_cell* out, std::size_t capacity, std::size_t* count,
                                                 driftline_error* error) {
        return driftline_snapshot_cells(capi(), chain, out, capacity, sizeof(driftline_cell), count, error);
    });
    if (!raw) {
        return raw.error();
    }
    std::vector<Cell> cells;
    cells.reserve(raw->size());
    for (const driftline_cell& one : *raw) {
        cells.push_back(Cell{one.node, one.score});
    }
    return cells;
}

inline Result<ScoreSnapshot> LocalScheduler::try_snapshot(const MeshState& state) const
{
    const auto node = try_this_node();
    if (!node) {
        return node.error();
    }
    const auto led = state.try_led_by(*node);
    if (!led) {
        return led.error();
    }
    ScoreSnapshot snapshot;
    for (const ChainId chain : *led) {
        auto found = try_cells(chain);
        if (found) {
            snapshot.add(chain, *found);
        } else if (found.error().code() != DRIFTLINE_RESULT_NOT_LED) {
            return found.error();
        }
    }
    return snapshot;
}

} // namespace DRIFTLINE_CPP_MODE
} // namespace driftline

#endif
