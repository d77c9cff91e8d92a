/* driftline from C, from the first call to the last: read it from top to bottom.
 *
 * Two chains are led by this node. One of them has a holder on a bad node; the control plane asks once per tick,
 * carries out what driftline says, and reports back. Then the same with all that makes it safe to leave running: moves
 * in two halves, a node that is drained, and a leader that hands over what it remembers. Then the same scorer beside an
 * inventory, which needs none; examples/inventory has no other. Every return code is looked at, as yours should be. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driftline.h"

#define SECOND_NS UINT64_C(1000000000)

/* driftline never retries and never guesses, so a failed call is the caller's to handle. This program gives up. */
static void must(driftline_result result, const driftline_error *error, const char *what)
{
    if (result != DRIFTLINE_RESULT_OK) {
        fprintf(stderr, "%s: %s", what, driftline_result_name(result));
        fprintf(stderr, " (%s)\n", error == NULL ? "no reason given" : error->message);
        exit(EXIT_FAILURE);
    }
}

static void expect(int holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "not so: %s\n", what);
        exit(EXIT_FAILURE);
    }
}

/* The size tells the library how old this program is; the library fills the rest when a call fails. */
static driftline_error new_error(void)
{
    driftline_error error;
    memset(&error, 0, sizeof error);
    error.struct_size = (uint32_t)sizeof error;
    return error;
}

/* ---- The scorer: how good each home is. This one looks numbers up in a table. ---- */

typedef struct node_info {
    uint64_t node;
    float score;
    uint64_t version; /* goes up whenever the score may have changed */
} node_info;

typedef struct cluster {
    node_info nodes[4];
    int is_dropped; /* driftline has let go of the scorer */
} cluster;

static node_info *find_node(cluster *cluster, uint64_t node)
{
    for (size_t at = 0; at < sizeof cluster->nodes / sizeof cluster->nodes[0]; at++) {
        if (cluster->nodes[at].node == node) {
            return &cluster->nodes[at];
        }
    }
    return NULL;
}

/* Callbacks must return: no longjmp, no exception. An output is written only with DRIFTLINE_SCORER_OK. */
static int32_t score(void *ctx, uint64_t chain, uint64_t node, float *out)
{
    const node_info *info = find_node(ctx, node);
    (void)chain;
    if (info == NULL) {
        return DRIFTLINE_SCORER_NO_OPINION;
    }
    *out = info->score;
    return DRIFTLINE_SCORER_OK;
}

/* The best node that is not excluded: holders are, and nodes that are no target now. */
static int32_t best_alternative(void *ctx, uint64_t chain, const uint64_t *exclude, size_t exclude_count,
                                driftline_alternative *out)
{
    const cluster *self = ctx;
    int32_t result = DRIFTLINE_SCORER_NO_OPINION;
    (void)chain;
    for (size_t at = 0; at < sizeof self->nodes / sizeof self->nodes[0]; at++) {
        const node_info *info = &self->nodes[at];
        int is_excluded = 0;
        for (size_t holder = 0; holder < exclude_count; holder++) {
            is_excluded |= exclude[holder] == info->node;
        }
        if (!is_excluded && (result == DRIFTLINE_SCORER_NO_OPINION || info->score > out->score)) {
            out->node = info->node;
            out->score = info->score;
            result = DRIFTLINE_SCORER_OK;
        }
    }
    return result;
}

/* With a fingerprint a node is scored again only when something about it changed. */
static int32_t node_fingerprint(void *ctx, uint64_t node, uint64_t *out)
{
    const node_info *info = find_node(ctx, node);
    if (info == NULL) {
        return DRIFTLINE_SCORER_NO_OPINION;
    }
    *out = info->version;
    return DRIFTLINE_SCORER_OK;
}

/* A move has to be worth what it costs. */
static int32_t migration_cost(void *ctx, uint64_t chain, uint64_t target, driftline_migration_cost *out)
{
    (void)ctx;
    (void)chain;
    (void)target;
    out->state_transfer_ns = SECOND_NS;
    out->disruption_ns = SECOND_NS / 2;
    return DRIFTLINE_SCORER_OK;
}

/* Called exactly once, when driftline needs the scorer no more. Here `ctx` would be freed. */
static void drop(void *ctx)
{
    cluster *self = ctx;
    self->is_dropped += 1;
}

static driftline_scorer new_scorer(cluster *cluster)
{
    driftline_scorer scorer;
    memset(&scorer, 0, sizeof scorer); /* entries that stay NULL get their defaults */
    scorer.struct_size = (uint32_t)sizeof scorer;
    scorer.ctx = cluster;
    scorer.drop = drop;
    scorer.score = score;
    scorer.best_alternative = best_alternative;
    scorer.node_fingerprint = node_fingerprint;
    scorer.migration_cost = migration_cost;
    return scorer;
}

/* ---- What a control plane does ---- */

/* A library of another ABI refuses to work; asking first gives a better message. */
static void check_version(void)
{
    expect(driftline_abi() == DRIFTLINE_ABI, "the library has the ABI that this program was compiled against");
    printf("driftline %s\n%s\n", driftline_version(), driftline_build_info());
}

static driftline_config new_config(void)
{
    driftline_error error = new_error();
    driftline_config config;

    must(driftline_config_init(&config, sizeof config), NULL, "config_init");
    config.cooldown_ns = 60 * SECOND_NS;
    must(driftline_config_validate(&config, &error), &error, "config_validate");
    return config;
}

/* The whole membership in one call: who leads which chain, and who holds it. */
static void load_membership(driftline_state state, driftline_inventory inventory)
{
    static const uint64_t chains[] = {7, 8};
    static const uint64_t leaders[] = {1, 1};
    /* Chain i is held by holders[holder_offsets[i]] up to holders[holder_offsets[i + 1] - 1]. */
    static const uint64_t holder_offsets[] = {0, 3, 5};
    static const uint64_t holders[] = {1, 2, 3, 1, 2};
    driftline_error error = new_error();

    must(driftline_state_load(state, chains, leaders, 2, holder_offsets, holders, 5, &error), &error, "state_load");
    if (inventory.bits != 0) {
        must(driftline_inventory_load(inventory, chains, leaders, 2, holder_offsets, holders, 5, &error), &error,
             "inventory_load");
    }
}

/* Afterwards only what changes is told. Several facts go in one call: all of them, or none. */
static void report_move(driftline_state state, uint64_t chain, uint64_t from, uint64_t to)
{
    driftline_error error = new_error();
    driftline_event events[2];

    memset(events, 0, sizeof events);
    events[0].kind = DRIFTLINE_EVENT_HOLDER_REMOVED;
    events[0].chain = chain;
    events[0].node = from;
    events[1].kind = DRIFTLINE_EVENT_HOLDER_ADDED;
    events[1].chain = chain;
    events[1].node = to;
    must(driftline_state_apply(state, events, 2, sizeof events[0], &error), &error, "state_apply");
}

/* One turn of the loop. `now_ns` is any clock that never runs backwards. Returns the number of moves. */
static size_t tick(driftline_scheduler scheduler, driftline_state state, uint64_t now_ns)
{
    driftline_error error = new_error();
    driftline_report report;
    const driftline_action *actions = NULL;
    size_t action_count = 0;

    memset(&report, 0, sizeof report);
    report.struct_size = (uint32_t)sizeof report;
    must(driftline_scheduler_tick(scheduler, state, now_ns, sizeof *actions, &actions, &action_count, &report, &error),
         &error, "scheduler_tick");
    printf("tick at %" PRIu64 " s: %" PRIu64 " led, %" PRIu64 " re-scored, %zu to move\n", now_ns / SECOND_NS,
           report.led, report.rescored, action_count);

    /* The actions are borrowed: they stay until the next writing call on this scheduler. */
    for (size_t at = 0; at < action_count; at++) {
        const driftline_action *action = &actions[at];
        expect(action->kind == DRIFTLINE_ACTION_EVICT, "nobody has said how many holders a chain should have");
        printf("  chain %" PRIu64 ": from %" PRIu64 " to %" PRIu64 ", gains %.2f\n", action->chain, action->victim,
               action->target, (double)action->gain);
        /* A control plane would move the data now. Then it says what is so. */
        report_move(state, action->chain, action->victim, action->target);
    }
    if (report.next_due_known) {
        printf("  next tick at %" PRIu64 " s at the latest\n", report.next_due_ns / SECOND_NS);
    }
    return action_count;
}

/* Why a chain is where it is: the numbers, and the same as a line for logs. */
static uint32_t explain(driftline_scheduler scheduler, driftline_state state, uint64_t chain)
{
    driftline_error error = new_error();
    driftline_explanation explanation;
    char line[256];
    size_t length = 0;

    memset(&explanation, 0, sizeof explanation);
    explanation.struct_size = (uint32_t)sizeof explanation;
    must(driftline_explain(scheduler, state, chain, &explanation, &error), &error, "explain");
    must(driftline_explanation_text(&explanation, line, sizeof line, &length, &error), &error, "explanation_text");
    printf("  why: %s\n", line);
    return explanation.verdict;
}

/* How the worst holder of a chain fared. */
static void print_history(driftline_scheduler scheduler, uint64_t chain)
{
    driftline_error error = new_error();
    driftline_sample samples[DRIFTLINE_HISTORY_LENGTH];
    size_t count = 0;
    float average = 0.0f;
    uint32_t trend = 0;

    must(driftline_history(scheduler, chain, samples, DRIFTLINE_HISTORY_LENGTH, sizeof samples[0], &count, &average,
                           &trend, &error),
         &error, "history");
    printf("chain %" PRIu64 ": %zu samples, average of the worst %.2f, %s\n", chain, count, (double)average,
           trend == DRIFTLINE_TREND_IMPROVING ? "improving" : "not improving");
    expect(count >= 2 && trend == DRIFTLINE_TREND_IMPROVING, "the move made chain 7 better");
}

static uint64_t digest(driftline_state state)
{
    driftline_error error = new_error();
    uint64_t digest = 0;
    must(driftline_state_digest(state, &digest, &error), &error, "state_digest");
    return digest;
}

/* A wrong call says what is wrong and changes nothing. */
static void refuse_a_wrong_event(driftline_state state)
{
    driftline_error error = new_error();
    driftline_event events[2];
    uint64_t before = digest(state);
    driftline_result result;

    memset(events, 0, sizeof events);
    events[0].kind = DRIFTLINE_EVENT_HOLDER_ADDED; /* right, and not applied all the same */
    events[0].chain = 8;
    events[0].node = 3;
    events[1].kind = 4711;
    result = driftline_state_apply(state, events, 2, sizeof events[0], &error);
    expect(result == DRIFTLINE_RESULT_EVENT, "an unknown kind of event is refused");
    expect(error.code == result && error.index == 1, "the error names the element");
    expect(digest(state) == before, "all or nothing");
    printf("refused as %s: %s\n", driftline_result_name(result), error.message);
}

static void run(driftline_scheduler scheduler, driftline_state state, cluster *cluster)
{
    uint64_t before = digest(state);

    /* The first tick scores everything. Node 3 is below the floor, node 4 is better by more than the gap. */
    expect(tick(scheduler, state, 0) == 1, "chain 7 leaves node 3");
    expect(explain(scheduler, state, 7) == DRIFTLINE_VERDICT_EVICT, "and the explanation says so");
    expect(digest(state) != before, "the move is in the state");

    /* Ten seconds later chain 7 has other holders, so it is scored again; then it rests. */
    expect(tick(scheduler, state, 10 * SECOND_NS) == 0, "a chain that just moved is left alone");
    expect(explain(scheduler, state, 7) == DRIFTLINE_VERDICT_COOLDOWN, "it is on cooldown");

    /* A node gets worse, and its fingerprint says so: both of its chains are scored again. */
    find_node(cluster, 2)->score = 0.6f;
    find_node(cluster, 2)->version += 1;
    expect(tick(scheduler, state, 20 * SECOND_NS) == 0, "0.6 is still above the floor");
    expect(explain(scheduler, state, 8) == DRIFTLINE_VERDICT_HEALTHY, "so chain 8 stays");
    print_history(scheduler, 7);
}

/* ---- Safe to leave running ---- */

static void tell(driftline_state state, uint32_t kind, uint64_t chain, uint64_t node, uint64_t value)
{
    driftline_error error = new_error();
    driftline_event event;

    memset(&event, 0, sizeof event);
    event.kind = kind;
    event.chain = chain;
    event.node = node;
    event.value = value;
    must(driftline_state_apply(state, &event, 1, sizeof event, &error), &error, "state_apply");
}

/* A control plane compares `revision` with the chain's present one in its store before it does anything: another leader
 * may have been faster. Then it acts, and says what is so. A placement without a target leaves the choice to it. */
static void carry_out(driftline_state state, const driftline_action *action)
{
    driftline_error error = new_error();
    char line[256];
    size_t length = 0;

    must(driftline_action_text(action, sizeof *action, line, sizeof line, &length, &error), &error, "action_text");
    printf("  %s\n", line);
    expect((action->flags & DRIFTLINE_ACTION_FLAG_REVISION) != 0, "the action says which revision it is about");
    if (action->kind == DRIFTLINE_ACTION_EVICT) {
        tell(state, DRIFTLINE_EVENT_HOLDER_REMOVED, action->chain, action->victim, 0);
    } else {
        expect(action->kind == DRIFTLINE_ACTION_PLACE && action->exclude_count > 0, "one more holder, but not these");
        expect((action->flags & DRIFTLINE_ACTION_FLAG_TARGET) != 0, "each placement here is the half of a move");
        tell(state, DRIFTLINE_EVENT_HOLDER_ADDED, action->chain, action->target, 0);
    }
    tell(state, DRIFTLINE_EVENT_CHAIN_REVISION, action->chain, 0, action->revision + 1);
}

/* Ticks whenever the library wants to be called, until nothing is in flight and `is_over` says so. */
static uint64_t run_until(driftline_scheduler scheduler, driftline_state state, uint64_t now_ns,
                          int (*is_over)(driftline_scheduler, driftline_state))
{
    for (int turn = 0; turn < 100; turn++) {
        driftline_error error = new_error();
        driftline_report report;
        const driftline_action *actions = NULL;
        size_t count = 0;

        memset(&report, 0, sizeof report);
        report.struct_size = (uint32_t)sizeof report;
        must(driftline_scheduler_tick(scheduler, state, now_ns, sizeof *actions, &actions, &count, &report, &error),
             &error, "scheduler_tick");
        for (size_t at = 0; at < count; at++) {
            carry_out(state, &actions[at]);
        }
        if (count == 0 && report.in_flight == 0 && is_over(scheduler, state)) {
            return now_ns;
        }
        /* After events soon, else when something is due. */
        now_ns = count > 0 ? now_ns + SECOND_NS : report.next_due_ns;
        expect(count > 0 || report.next_due_known, "something is waited for");
    }
    expect(0, "a hundred ticks are enough");
    return now_ns;
}

static int is_always_over(driftline_scheduler scheduler, driftline_state state)
{
    (void)scheduler;
    (void)state;
    return 1;
}

static int is_node_2_empty(driftline_scheduler scheduler, driftline_state state)
{
    driftline_error error = new_error();
    driftline_drain_status status;
    driftline_blocked blocked[4];
    size_t count = 0;

    memset(&status, 0, sizeof status);
    status.struct_size = (uint32_t)sizeof status;
    must(driftline_scheduler_drain_status(scheduler, state, 2, &status, blocked, 4, sizeof blocked[0], &count, &error),
         &error, "scheduler_drain_status");
    expect(status.draining && !status.at_risk && count == 0, "nobody is in the way of the drain");
    if (status.left == 0) {
        printf("  node 2 is empty: %" PRIu64 " moved\n", status.moved);
    }
    return status.left == 0;
}

static void print_sentence(driftline_scheduler scheduler, driftline_state state, uint64_t chain)
{
    driftline_error error = new_error();
    driftline_explanation explanation;
    char sentence[512];
    size_t length = 0;

    memset(&explanation, 0, sizeof explanation);
    explanation.struct_size = (uint32_t)sizeof explanation;
    must(driftline_explain(scheduler, state, chain, &explanation, &error), &error, "explain");
    must(driftline_explanation_sentence(&explanation, sentence, sizeof sentence, &length, &error), &error,
         "explanation_sentence");
    printf("  %s\n", sentence);
}

/* Another node leads the chain from now on; what this one remembers of it goes along, whatever way bytes go. */
static void hand_over(driftline_state state, uint64_t chain)
{
    driftline_error error = new_error();
    driftline_state other = {0};
    driftline_chain view;
    uint8_t bytes[1024];
    size_t count = 0;
    uint64_t imported = 0;

    must(driftline_state_export_chain(state, chain, bytes, sizeof bytes, &count, &error), &error, "export_chain");
    must(driftline_state_new(DRIFTLINE_ABI, &other, &error), &error, "state_new");
    must(driftline_state_import_chain(other, bytes, count, &imported, &error), &error, "import_chain");
    memset(&view, 0, sizeof view);
    view.struct_size = (uint32_t)sizeof view;
    must(driftline_state_chain(other, imported, &view, NULL, 0, &count, &error), &error, "state_chain");
    expect(imported == chain && (view.flags & DRIFTLINE_CHAIN_REBALANCED) != 0, "the new leader knows of the cooldown");
    must(driftline_state_free(other), NULL, "state_free");
}

/* What changed, for whoever wants to know; the numbers say whether something was missed. */
static void print_transitions(driftline_scheduler scheduler)
{
    driftline_error error = new_error();
    driftline_transition transitions[DRIFTLINE_TRANSITION_RING_LENGTH];
    size_t count = 0;

    must(driftline_scheduler_transitions(scheduler, 0, transitions, DRIFTLINE_TRANSITION_RING_LENGTH,
                                         sizeof transitions[0], &count, &error),
         &error, "scheduler_transitions");
    expect(count > 0 && transitions[0].sequence == 0, "all of them are still there");
    printf("%zu changes of verdicts, the last one to: %s\n", count,
           driftline_verdict_name(transitions[count - 1].to));
}

static void run_safely(cluster *cluster)
{
    driftline_error error = new_error();
    driftline_config config;
    driftline_state state = {0};
    driftline_scheduler scheduler = {0};
    driftline_scorer scorer = new_scorer(cluster);
    uint64_t now_ns;

    must(driftline_config_production(&config, sizeof config), NULL, "config_production");
    must(driftline_state_new(DRIFTLINE_ABI, &state, &error), &error, "state_new");
    load_membership(state, (driftline_inventory){0});
    must(driftline_scheduler_new(DRIFTLINE_ABI, 1, &config, &scheduler, &error), &error, "scheduler_new");
    must(driftline_scheduler_install(scheduler, &scorer, &error), &error, "scheduler_install");

    /* With a wished count driftline asks for both halves of a move, with a revision it says what it knew. */
    tell(state, DRIFTLINE_EVENT_DESIRED_REPLICAS, 7, 0, 3);
    tell(state, DRIFTLINE_EVENT_DESIRED_REPLICAS, 8, 0, 2);
    tell(state, DRIFTLINE_EVENT_CHAIN_REVISION, 7, 0, 70);
    tell(state, DRIFTLINE_EVENT_CHAIN_REVISION, 8, 0, 80);
    printf("a bad holder:\n");
    now_ns = run_until(scheduler, state, 0, is_always_over);
    print_sentence(scheduler, state, 7);

    printf("a drain:\n");
    tell(state, DRIFTLINE_EVENT_DRAIN, 0, 2, now_ns + 1200 * SECOND_NS);
    now_ns = run_until(scheduler, state, now_ns, is_node_2_empty);
    printf("  at %" PRIu64 " s\n", now_ns / SECOND_NS);
    hand_over(state, 7);
    print_transitions(scheduler);

    must(driftline_scheduler_free(scheduler), NULL, "scheduler_free");
    must(driftline_state_free(state), NULL, "state_free");
}

/* ---- An inventory: what is measured goes in, and the worse of two opinions counts ---- */

static void print_axes(driftline_inventory inventory, uint64_t node)
{
    driftline_error error = new_error();
    driftline_score_axes axes;

    memset(&axes, 0, sizeof axes);
    axes.struct_size = (uint32_t)sizeof axes;
    must(driftline_inventory_axes(inventory, 7, node, &axes, &error), &error, "inventory_axes");
    expect((axes.fields & DRIFTLINE_SCORE_AXES_HEADROOM) != 0, "its use was reported");
    expect((axes.fields & DRIFTLINE_SCORE_AXES_PROXIMITY) == 0, "no round-trip time was");
    printf("  node %" PRIu64 ": headroom %.2f, score %.2f\n", node, (double)axes.headroom, (double)axes.score);
}

static void run_with_inventory(cluster *cluster)
{
    static const double use_cores[] = {2.0, 9.8, 2.0, 2.0};
    driftline_error error = new_error();
    driftline_config config = new_config();
    driftline_state state = {0};
    driftline_inventory inventory = {0};
    driftline_any_scorer parts[2] = {{0}, {0}}, worse = {0};
    driftline_scorer scorer = new_scorer(cluster);
    driftline_action actions[4];
    size_t count = 0;

    must(driftline_state_new(DRIFTLINE_ABI, &state, &error), &error, "state_new");
    must(driftline_inventory_new(DRIFTLINE_ABI, NULL, &inventory, &error), &error, "inventory_new");
    load_membership(state, inventory);
    for (uint64_t node = 1; node <= 4; node++) {
        driftline_node_inventory report;
        memset(&report, 0, sizeof report);
        report.node = node;
        report.fields = DRIFTLINE_NODE_INVENTORY_CPU_CAPACITY | DRIFTLINE_NODE_INVENTORY_CPU_USE;
        report.cpu_capacity_cores = 10.0;
        report.cpu_use_cores = use_cores[node - 1];
        must(driftline_inventory_report_nodes(inventory, 0, &report, 1, sizeof report, &error), &error, "report_nodes");
    }
    printf("an inventory:\n");
    print_axes(inventory, 1);
    print_axes(inventory, 2);

    /* The parts are the minimum's from here on; the inventory is still fed through its own handle. */
    must(driftline_any_scorer_of_callbacks(&scorer, &parts[0], &error), &error, "of_callbacks");
    must(driftline_any_scorer_of_inventory(inventory, &parts[1], &error), &error, "of_inventory");
    must(driftline_any_scorer_minimum(parts, 2, &worse, &error), &error, "minimum");
    expect(driftline_any_scorer_free(parts[0]) == DRIFTLINE_RESULT_HANDLE, "a part has no handle any more");
    must(driftline_diff_scheduler_any(state, 1, &config, worse, 0, NULL, 0, actions, 4, sizeof actions[0], &count, NULL,
                                      &error),
         &error, "diff_scheduler_any");
    for (size_t at = 0; at < count; at++) {
        printf("  chain %" PRIu64 ": leave node %" PRIu64 " for node %" PRIu64 "\n", actions[at].chain,
               actions[at].victim, actions[at].target);
    }
    must(driftline_any_scorer_free(worse), NULL, "any_scorer_free");
    must(driftline_inventory_free(inventory), NULL, "inventory_free");
    must(driftline_state_free(state), NULL, "state_free");
}

int main(void)
{
    driftline_error error = new_error();
    driftline_config config;
    driftline_state state = {0};
    driftline_scheduler scheduler = {0};
    driftline_scorer scorer;
    cluster cluster = {{{1, 0.9f, 1}, {2, 0.8f, 1}, {3, 0.3f, 1}, {4, 0.95f, 1}}, 0};

    check_version();
    config = new_config();

    /* The state is who holds what; several schedulers may share one. */
    must(driftline_state_new(DRIFTLINE_ABI, &state, &error), &error, "state_new");
    load_membership(state, (driftline_inventory){0});
    refuse_a_wrong_event(state);

    /* The scheduler of node 1 acts on the chains that node 1 leads. From here on the scorer is the library's. */
    must(driftline_scheduler_new(DRIFTLINE_ABI, 1, &config, &scheduler, &error), &error, "scheduler_new");
    scorer = new_scorer(&cluster);
    must(driftline_scheduler_install(scheduler, &scorer, &error), &error, "scheduler_install");

    run(scheduler, state, &cluster);

    must(driftline_scheduler_free(scheduler), NULL, "scheduler_free");
    expect(cluster.is_dropped == 1, "the scorer was given back, once");
    must(driftline_state_free(state), NULL, "state_free");
    /* A freed handle is a number that means nothing any more; using it is an error, not a crash. */
    expect(driftline_state_digest(state, &(uint64_t){0}, NULL) == DRIFTLINE_RESULT_HANDLE, "a freed handle is refused");

    cluster = (struct cluster){{{1, 0.9f, 1}, {2, 0.8f, 1}, {3, 0.3f, 1}, {4, 0.95f, 1}}, 0};
    run_safely(&cluster);
    expect(cluster.is_dropped == 1, "this scorer was given back, too");

    cluster = (struct cluster){{{1, 0.9f, 1}, {2, 0.8f, 1}, {3, 0.3f, 1}, {4, 0.95f, 1}}, 0};
    run_with_inventory(&cluster);
    expect(cluster.is_dropped == 1, "and this one went with the last thing that it was a part of");
    printf("ok\n");
    return EXIT_SUCCESS;
}
