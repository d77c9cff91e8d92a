/* Two threads and one handle: refused, never waited for, never undefined. One thread is held inside a callback while
 * the other tries, so nothing here depends on timing. */
#include "misuse.h"

#include <limits.h>
#include <pthread.h>

/* ---- A thread that stops inside a callback ---- */

static struct {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    puppet_entry entry; /* in which callback the worker stops */
    bool reached, released;
    driftline_result result; /* of the worker's call */
    size_t count;            /* the actions that it got */
} gate = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, ENTRY_COUNT, false, false, 0, 0};

static void stop_inside(puppet *puppet, puppet_entry entry)
{
    (void)puppet;
    pthread_mutex_lock(&gate.mutex);
    if (entry == gate.entry && !gate.released) {
        gate.reached = true;
        pthread_cond_broadcast(&gate.changed);
        while (!gate.released) {
            pthread_cond_wait(&gate.changed, &gate.mutex);
        }
    }
    pthread_mutex_unlock(&gate.mutex);
}

/* Runs `work` in a thread until it stops in `entry`, then `attempt` in this one, then lets it go on to its end. */
static void hold(void *(*work)(void *), puppet_entry entry, void (*attempt)(void))
{
    pthread_t worker;

    fixture.puppet.inside = stop_inside;
    fixture.scheduler_may_change = true;
    gate.entry = entry;
    gate.reached = gate.released = false;
    if (!CHECK(pthread_create(&worker, NULL, work, NULL) == 0)) {
        return;
    }
    pthread_mutex_lock(&gate.mutex);
    while (!gate.reached) {
        pthread_cond_wait(&gate.changed, &gate.mutex);
    }
    pthread_mutex_unlock(&gate.mutex);

    attempt();

    pthread_mutex_lock(&gate.mutex);
    gate.released = true;
    pthread_cond_broadcast(&gate.changed);
    pthread_mutex_unlock(&gate.mutex);
    pthread_join(worker, NULL);
    fixture.puppet.inside = NULL;
}

/* The workers use no fixture.error: it belongs to the other thread. */
static void *work_tick(void *unused)
{
    const driftline_action *actions = NULL;
    gate.result = driftline_scheduler_tick(fixture.scheduler, fixture.state, TIME_DUE, sizeof *actions, &actions,
                                           &gate.count, NULL, NULL);
    return unused;
}

static void *work_sample(void *unused)
{
    gate.count = 1;
    gate.result = driftline_scheduler_sample(fixture.scheduler, fixture.state, TIME_DUE, NULL, NULL);
    return unused;
}

static void *work_decide(void *unused)
{
    const driftline_action *actions = NULL;
    gate.result = driftline_scheduler_decide(fixture.scheduler, fixture.state, TIME_DUE, sizeof *actions, &actions,
                                             &gate.count, NULL, NULL);
    return unused;
}

static void *work_diff(void *unused)
{
    driftline_scorer scorer = puppet_scorer(&fixture.puppet, SHAPE_SINGLE);
    driftline_action actions[4];
    gate.result = driftline_diff_scheduler(fixture.state, THIS_NODE, &fixture.config, &scorer, TIME_DUE, NULL, 0,
                                           actions, 4, sizeof actions[0], &gate.count, NULL, NULL);
    return unused;
}

static driftline_any_scorer shared; /* what the worker decides over */

static void *work_diff_any(void *unused)
{
    driftline_action actions[4];
    gate.result = driftline_diff_scheduler_any(fixture.state, THIS_NODE, &fixture.config, shared, TIME_DUE, NULL, 0,
                                               actions, 4, sizeof actions[0], &gate.count, NULL, NULL);
    return unused;
}

static void check_worker(void)
{
    ACCEPTED(gate.result);
    CHECK(gate.count == 1);
}

/* ---- What the other thread tries ---- */

static void attempt_frees(void)
{
    REFUSED_SILENT(DRIFTLINE_RESULT_BUSY, driftline_scheduler_free(fixture.scheduler));
    REFUSED_SILENT(DRIFTLINE_RESULT_BUSY, driftline_state_free(fixture.state));
}

static void attempt_beside_tick(void)
{
    expect_of_scheduler_calls(fixture.scheduler, CALLS_ALL, DRIFTLINE_RESULT_BUSY);
    expect_of_state_calls(fixture.state, CALLS_ALL, DRIFTLINE_RESULT_BUSY);
    attempt_frees();
}

static void attempt_beside_sample(void)
{
    expect_of_scheduler_calls(fixture.scheduler, CALLS_ALL, DRIFTLINE_RESULT_BUSY);
    expect_of_state_calls(fixture.state, CALLS_WRITING, DRIFTLINE_RESULT_BUSY);
    expect_of_state_calls(fixture.state, CALLS_READING_BOTH, DRIFTLINE_RESULT_BUSY);
    expect_of_state_calls(fixture.state, CALLS_READING_ALONE, DRIFTLINE_RESULT_OK);
    attempt_frees();
}

static void attempt_beside_diff(void)
{
    expect_of_state_calls(fixture.state, CALLS_WRITING, DRIFTLINE_RESULT_BUSY);
    expect_of_state_calls(fixture.state, CALLS_READING_ALONE, DRIFTLINE_RESULT_OK);
    expect_of_scheduler_calls(fixture.scheduler, CALLS_READING, DRIFTLINE_RESULT_OK);
    REFUSED_SILENT(DRIFTLINE_RESULT_BUSY, driftline_state_free(fixture.state));
}

static void attempt_beside_diff_any(void)
{
    expect_of_any_calls(shared, DRIFTLINE_RESULT_BUSY);
    REFUSED_SILENT(DRIFTLINE_RESULT_BUSY, driftline_any_scorer_free(shared));
    REFUSED_SILENT(DRIFTLINE_RESULT_BUSY, driftline_scheduler_install_any(fixture.scheduler, shared, NULL));
    attempt_beside_diff();
}

/* The scheduler is busy; the scorer that was to be installed is as it was. */
static void attempt_install_any(void)
{
    size_t count = 0;
    REFUSED_SILENT(DRIFTLINE_RESULT_BUSY, driftline_scheduler_install_any(fixture.scheduler, shared, NULL));
    REFUSED_SILENT(DRIFTLINE_RESULT_BUSY, any_decide(shared, &count)); /* the state, that is */
    ACCEPTED(driftline_any_scorer_free(shared));
}

static void attempt_poison(void)
{
    REFUSED_SILENT(DRIFTLINE_RESULT_BUSY, driftline_testing_panic_state(fixture.state));
    REFUSED_SILENT(DRIFTLINE_RESULT_BUSY, driftline_testing_panic_scheduler(fixture.scheduler));
}

static void attempt_elsewhere(void)
{
    driftline_state state = {0};
    driftline_scheduler scheduler = {0};
    ACCEPTED(driftline_state_new(DRIFTLINE_ABI, &state, &fixture.error));
    ACCEPTED(driftline_scheduler_new(DRIFTLINE_ABI, THIS_NODE, &fixture.config, &scheduler, &fixture.error));
    ACCEPTED(driftline_scheduler_sample(scheduler, state, 0, NULL, &fixture.error));
    ACCEPTED(driftline_scheduler_free(scheduler));
    ACCEPTED(driftline_state_free(state));
}

static void thread_held(void)
{
    CASE("thread: everything beside a tick that is in score")
    {
        fixture.state_may_change = true;
        hold(work_tick, ENTRY_SCORE, attempt_beside_tick);
        check_worker();
    }
    CASE("thread: everything beside a tick that is in node_fingerprint")
    {
        fixture.state_may_change = true;
        hold(work_tick, ENTRY_NODE_FINGERPRINT, attempt_beside_tick);
        check_worker();
    }
    CASE("thread: everything beside a tick that is in migration_cost")
    {
        fixture.state_may_change = true;
        hold(work_tick, ENTRY_MIGRATION_COST, attempt_beside_tick);
        check_worker();
    }
    CASE("thread: everything beside a sample; reading the state is fine")
    {
        hold(work_sample, ENTRY_SCORE, attempt_beside_sample);
        check_worker();
    }
    CASE("thread: everything beside a dry run; reading the state is fine")
    {
        hold(work_decide, ENTRY_LIVE_SCORE, attempt_beside_sample);
        check_worker();
    }
    CASE("thread: everything beside diff_scheduler; only writing the state is refused")
    {
        hold(work_diff, ENTRY_BEST_ALTERNATIVE, attempt_beside_diff);
        check_worker();
    }
    CASE("thread: everything beside diff_scheduler_any; the scorer is refused as well")
    {
        shared = any_of(&fixture.puppet);
        hold(work_diff_any, ENTRY_BEST_ALTERNATIVE, attempt_beside_diff_any);
        check_worker();
        ACCEPTED(driftline_any_scorer_free(shared));
    }
    CASE("thread: a scorer of the library's is not installed beside a tick")
    {
        shared = any_of(&fixture.puppet);
        fixture.state_may_change = true;
        hold(work_tick, ENTRY_SCORE, attempt_install_any);
        check_worker();
    }
    CASE("thread: a busy handle cannot be poisoned from outside")
    {
        fixture.state_may_change = true;
        hold(work_tick, ENTRY_LIVE_SCORE, attempt_poison);
        check_worker();
    }
    CASE("thread: other handles work beside a tick")
    {
        fixture.state_may_change = true;
        hold(work_tick, ENTRY_SCORE, attempt_elsewhere);
        check_worker();
    }
    CASE("thread: the handles work again when the other thread is done")
    {
        fixture.state_may_change = true;
        hold(work_tick, ENTRY_SCORE, attempt_beside_tick);
        check_worker();
        expect_of_scheduler_calls(fixture.scheduler, CALLS_READING, DRIFTLINE_RESULT_OK);
        expect_of_state_calls(fixture.state, CALLS_READING, DRIFTLINE_RESULT_OK);
    }
}

/* ---- Many threads at once. Whatever the order: the codes are the promised ones. ---- */

#define THREAD_COUNT 4
#define ROUND_COUNT 2000

typedef struct crew {
    pthread_t threads[THREAD_COUNT];
    uint64_t surprises[THREAD_COUNT]; /* codes that were not promised */
    pthread_barrier_t start;
    void (*work)(struct crew *crew, size_t self);
} crew;

typedef struct crew_member {
    crew *crew;
    size_t self;
} crew_member;

static void *crew_run(void *argument)
{
    crew_member *member = argument;
    pthread_barrier_wait(&member->crew->start);
    member->crew->work(member->crew, member->self);
    return NULL;
}

static void crew_work(void (*work)(struct crew *crew, size_t self))
{
    crew crew;
    crew_member members[THREAD_COUNT];

    memset(&crew, 0, sizeof crew);
    crew.work = work;
    pthread_barrier_init(&crew.start, NULL, THREAD_COUNT);
    for (size_t at = 0; at < THREAD_COUNT; at++) {
        members[at].crew = &crew;
        members[at].self = at;
        CHECK(pthread_create(&crew.threads[at], NULL, crew_run, &members[at]) == 0);
    }
    for (size_t at = 0; at < THREAD_COUNT; at++) {
        pthread_join(crew.threads[at], NULL);
        CHECK(crew.surprises[at] == 0);
    }
    pthread_barrier_destroy(&crew.start);
}

static void work_reads(crew *crew, size_t self)
{
    for (unsigned round = 0; round < ROUND_COUNT; round++) {
        driftline_explanation explanation;
        driftline_cell cells[8];
        uint64_t digest = 0;
        size_t count = 0;

        explanation.struct_size = (uint32_t)sizeof explanation;
        crew->surprises[self] += driftline_state_digest(fixture.state, &digest, NULL) != DRIFTLINE_RESULT_OK;
        crew->surprises[self] +=
            driftline_explain(fixture.scheduler, fixture.state, CHAIN_BAD, &explanation, NULL) != DRIFTLINE_RESULT_OK;
        crew->surprises[self] += driftline_snapshot_cells(fixture.scheduler, CHAIN_BAD, cells, 8, sizeof cells[0],
                                                          &count, NULL)
                                 != DRIFTLINE_RESULT_OK;
        crew->surprises[self] += count != 3;
    }
}

static void work_diffs(crew *crew, size_t self)
{
    puppet own;
    driftline_scorer scorer;
    puppet_reset(&own);
    scorer = puppet_scorer(&own, SHAPE_BATCH);
    for (unsigned round = 0; round < ROUND_COUNT; round++) {
        driftline_action actions[4];
        size_t count = 0;
        driftline_result result =
            driftline_diff_scheduler(fixture.state, THIS_NODE, &fixture.config, &scorer, TIME_DUE, NULL, 0, actions, 4,
                                     sizeof actions[0], &count, NULL, NULL);
        crew->surprises[self] += result != DRIFTLINE_RESULT_OK || count != 1;
    }
}

/* Touches change no content, so the state is the same afterwards. */
static void work_mixed(crew *crew, size_t self)
{
    driftline_event event = event_of(DRIFTLINE_EVENT_CHAIN_TOUCHED, CHAIN_BAD, 0);
    for (unsigned round = 0; round < ROUND_COUNT; round++) {
        uint64_t digest = 0;
        driftline_result result = (round + self) % 2 == 0
                                      ? driftline_state_apply(fixture.state, &event, 1, sizeof event, NULL)
                                      : driftline_state_digest(fixture.state, &digest, NULL);
        crew->surprises[self] += result != DRIFTLINE_RESULT_OK && result != DRIFTLINE_RESULT_BUSY;
    }
}

static void work_lives(crew *crew, size_t self)
{
    for (unsigned round = 0; round < ROUND_COUNT; round++) {
        driftline_event event = event_of(DRIFTLINE_EVENT_HOLDER_ADDED, self, self);
        driftline_state state = {0};
        uint64_t chain = UINT64_MAX;
        size_t count = 0;
        crew->surprises[self] += driftline_state_new(DRIFTLINE_ABI, &state, NULL) != DRIFTLINE_RESULT_OK;
        crew->surprises[self] += driftline_state_apply(state, &event, 1, sizeof event, NULL) != DRIFTLINE_RESULT_OK;
        crew->surprises[self] += driftline_state_chains(state, &chain, 1, &count, NULL) != DRIFTLINE_RESULT_OK;
        crew->surprises[self] += count != 1 || chain != self;
        crew->surprises[self] += driftline_state_free(state) != DRIFTLINE_RESULT_OK;
        crew->surprises[self] += driftline_state_free(state) != DRIFTLINE_RESULT_HANDLE;
    }
}

/* A state that one thread frees while the others use it. */
static driftline_state contested;

/* The others read for a while only: a writer is never waited for, so endless readers could keep it out for ever. */
static void work_contested(crew *crew, size_t self)
{
    const unsigned rounds = self == 0 ? UINT_MAX : 200;
    bool gone = false;
    for (unsigned round = 0; round < rounds && !gone; round++) {
        uint64_t digest = 0;
        driftline_result result = self == 0 ? driftline_state_free(contested)
                                            : driftline_state_digest(contested, &digest, NULL);
        gone = result == DRIFTLINE_RESULT_HANDLE;
        crew->surprises[self] += !gone && result != DRIFTLINE_RESULT_OK && result != DRIFTLINE_RESULT_BUSY;
    }
}

/* One thread reports, the others decide over scorers of that inventory: here they wait for each other. */
static driftline_inventory fed;

static void work_fed(crew *crew, size_t self)
{
    driftline_any_scorer own = {0};
    if (self != 0) {
        crew->surprises[self] += driftline_any_scorer_of_inventory(fed, &own, NULL) != DRIFTLINE_RESULT_OK;
    }
    /* From here on the handle is the first thread's alone. */
    pthread_barrier_wait(&crew->start);
    for (unsigned round = 0; round < ROUND_COUNT; round++) {
        driftline_node_inventory report = report_of(NODE_BETTER);
        driftline_action actions[4];
        size_t count = 0;
        report.fields = DRIFTLINE_NODE_INVENTORY_CPU_USE;
        report.cpu_use_cores = round % 2 == 0 ? 1.0 : 9.9;
        crew->surprises[self] +=
            self == 0 ? driftline_inventory_report_nodes(fed, round, &report, 1, sizeof report, NULL) != DRIFTLINE_RESULT_OK
                      : driftline_diff_scheduler_any(fixture.state, THIS_NODE, &fixture.config, own, TIME_DUE, NULL, 0,
                                                     actions, 4, sizeof actions[0], &count, NULL, NULL)
                            != DRIFTLINE_RESULT_OK;
    }
    crew->surprises[self] += driftline_any_scorer_free(own) != DRIFTLINE_RESULT_OK;
}

/* A scorer that all threads want to take over, and how often somebody did. */
static driftline_any_scorer wanted;
static uint64_t taken[THREAD_COUNT];

static void work_taking(crew *crew, size_t self)
{
    driftline_any_scorer own = {0};
    driftline_result result = self % 2 == 0 ? driftline_any_scorer_cached(wanted, 1, &own, NULL)
                                            : driftline_any_scorer_minimum(&wanted, 1, &own, NULL);
    taken[self] += result == DRIFTLINE_RESULT_OK;
    crew->surprises[self] += result != DRIFTLINE_RESULT_OK && result != DRIFTLINE_RESULT_HANDLE
                             && result != DRIFTLINE_RESULT_BUSY;
    crew->surprises[self] += (own.bits != 0) != (result == DRIFTLINE_RESULT_OK);
    crew->surprises[self] += driftline_any_scorer_free(own) != DRIFTLINE_RESULT_OK;
}

static void thread_crew(void)
{
    CASE("thread: many read one state and one scheduler at once, and none is refused")
    {
        crew_work(work_reads);
    }
    CASE("thread: many run diff_scheduler over one state at once, and none is refused")
    {
        crew_work(work_diffs);
    }
    CASE("thread: readers and writers at once are served or refused, nothing else")
    {
        fixture.scheduler_may_change = true;
        crew_work(work_mixed);
    }
    CASE("thread: many create and free at once, each its own")
    {
        crew_work(work_lives);
    }
    CASE("thread: one frees what the others use")
    {
        for (unsigned life = 0; life < 100; life++) {
            ACCEPTED(driftline_state_new(DRIFTLINE_ABI, &contested, &fixture.error));
            crew_work(work_contested);
        }
    }
    CASE("thread: one reports while the others decide, and none is refused")
    {
        fed = inventory_new();
        crew_work(work_fed);
        inventory_end(fed);
    }
    CASE("thread: of many that take one scorer over, one has it")
    {
        memset(taken, 0, sizeof taken);
        for (uint64_t life = 1; life <= 100; life++) {
            wanted = any_of(&fixture.puppet);
            crew_work(work_taking);
            CHECK(taken[0] + taken[1] + taken[2] + taken[3] == life);
            CHECK(fixture.puppet.calls[ENTRY_DROP] == life);
        }
    }
    CASE("thread: a handle may go from thread to thread")
    {
        fixture.state_may_change = fixture.scheduler_may_change = true;
        hold(work_tick, ENTRY_SCORE, attempt_elsewhere);
        check_worker();
        ACCEPTED(fixture_tick(TIME_DUE + 1, NULL));
    }
}

void misuse_thread(void)
{
    thread_held();
    thread_crew();
}
