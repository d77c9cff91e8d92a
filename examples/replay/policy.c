#include "policy.h"

#include <stdlib.h>

const char *policy_name(enum policy_kind kind)
{
    switch (kind) {
    case POLICY_NEVER:
        return "never";
    case POLICY_GREEDY:
        return "greedy";
    case POLICY_DRIFT:
        return "drift";
    }
    return "unknown";
}

bool policy_open(enum policy_kind kind, uint64_t cooldown_slices, struct scores *scores,
    const struct placement *placement, struct policy *out, struct failure *failure)
{
    *out = (struct policy){ .kind = kind, .scores = scores, .placement = placement };
    /* No slice moves more than every replica of every chain. */
    out->moves = calloc((size_t)placement->node_count * REPLICAS, sizeof *out->moves);
    if (out->moves == NULL) {
        return fail_for_memory(failure);
    }
    if (kind == POLICY_DRIFT && !drift_open(out, cooldown_slices, scores, failure)) {
        policy_close(out);
        return false;
    }
    return true;
}

bool policy_decide(struct policy *policy, uint32_t slice, const struct view *view, struct failure *failure)
{
    policy->move_count = 0;
    switch (policy->kind) {
    case POLICY_NEVER:
        return true;
    case POLICY_GREEDY:
        greedy_decide(policy, slice, view);
        return true;
    case POLICY_DRIFT:
        return drift_decide(policy, slice, view, failure);
    }
    return fail(failure, "no such policy");
}

void policy_close(struct policy *policy)
{
    if (policy->kind == POLICY_DRIFT) {
        drift_close(policy);
    }
    free(policy->moves);
    *policy = (struct policy){ 0 };
}
