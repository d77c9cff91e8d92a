#include "replay.h"

struct run {
    struct view view;
    struct scores scores;
    struct placement placement;
    struct policy policy;
};

static void refresh_listed(struct run *run)
{
    for (size_t i = 0; i < run->view.listed_count; i++) {
        uint32_t chain = run->view.listed[i].row;
        scores_refresh(&run->scores, chain, run->view.rows_cs[chain]);
    }
}

static void record_chain(const struct run *run, uint32_t chain, struct cost *cost)
{
    const uint64_t *holders = placement_of(&run->placement, chain);
    for (size_t i = 0; i < REPLICAS; i++) {
        cost_add(cost, run->view.rows_cs[chain][holders[i]]);
    }
}

static void record_all(const struct run *run, struct cost *cost)
{
    for (uint32_t chain = 0; chain < run->placement.node_count; chain++) {
        record_chain(run, chain, cost);
    }
}

/* A row that is measured now tells about a placement that was chosen before: the honest sample. */
static void record_listed(const struct run *run, struct cost *cost)
{
    for (size_t i = 0; i < run->view.listed_count; i++) {
        record_chain(run, run->view.listed[i].row, cost);
    }
}

static bool carry_out(struct run *run, struct moves *moves, struct failure *failure)
{
    for (size_t i = 0; i < run->policy.move_count; i++) {
        struct move move = run->policy.moves[i];
        if (!placement_move(&run->placement, move.chain, move.evicted, move.target)) {
            return fail(failure, "slice %u: the policy moved chain %u in a way that its placement does not allow",
                move.slice, move.chain);
        }
        moves_add(moves, move);
    }
    return true;
}

static bool play_slice(struct run *run, uint32_t slice, struct moves *moves, struct outcome *out,
    struct failure *failure)
{
    view_advance(&run->view, slice);
    refresh_listed(run);
    record_all(run, &out->pre);
    record_listed(run, &out->fresh);
    if (!policy_decide(&run->policy, slice, &run->view, failure) || !carry_out(run, moves, failure)) {
        return false;
    }
    record_all(run, &out->post);
    return true;
}

static bool play(struct run *run, const struct trace *trace, enum policy_kind kind, uint64_t cooldown_slices,
    double smoothing, struct moves *moves, struct outcome *out, struct failure *failure)
{
    if (!view_open(trace, &run->view, failure)
        || !scores_open(trace->node_count, smoothing, &run->scores, failure)) {
        return false;
    }
    view_advance(&run->view, 0);
    refresh_listed(run);
    if (!placement_open(&run->scores, &run->placement, failure)
        || !policy_open(kind, cooldown_slices, &run->scores, &run->placement, &run->policy, failure)) {
        return false;
    }
    for (uint32_t slice = 1; slice < trace->slice_count; slice++) {
        if (!play_slice(run, slice, moves, out, failure)) {
            return false;
        }
    }
    out->counters = run->policy.counters;
    return true;
}

bool replay_run(const struct trace *trace, enum policy_kind kind, uint64_t cooldown_slices, double smoothing,
    struct moves *moves, struct outcome *out, struct failure *failure)
{
    struct run run = { 0 };
    *out = (struct outcome){ 0 };
    bool played = cost_open(&out->pre, failure) && cost_open(&out->post, failure) && cost_open(&out->fresh, failure)
        && play(&run, trace, kind, cooldown_slices, smoothing, moves, out, failure);
    policy_close(&run.policy);
    placement_close(&run.placement);
    scores_close(&run.scores);
    view_close(&run.view);
    if (!played) {
        outcome_free(out);
    }
    return played;
}

void outcome_free(struct outcome *outcome)
{
    cost_close(&outcome->pre);
    cost_close(&outcome->post);
    cost_close(&outcome->fresh);
}
