/* The policy that always wants the best nodes: what chasing every sample costs. It needs no scheduler. */
#include "policy.h"

static bool contains(const uint64_t *nodes, uint64_t node)
{
    return nodes[0] == node || nodes[1] == node || nodes[2] == node;
}

/* Of equals a holder stays, then the lower id wins: a move must gain something. */
static bool is_better(const struct policy *policy, uint32_t chain, uint32_t node, uint64_t best)
{
    if (best == SCORES_NONE) {
        return true;
    }
    double score = scores_get(policy->scores, chain, node);
    double best_score = scores_get(policy->scores, chain, (uint32_t)best);
    if (score != best_score) {
        return score > best_score;
    }
    const uint64_t *holders = placement_of(policy->placement, chain);
    return contains(holders, node) && !contains(holders, best);
}

static void find_best(const struct policy *policy, uint32_t chain, uint64_t best[REPLICAS])
{
    for (size_t i = 0; i < REPLICAS; i++) {
        best[i] = SCORES_NONE;
    }
    for (size_t i = 0; i < REPLICAS; i++) {
        uint64_t found = SCORES_NONE;
        for (uint32_t node = 0; node < policy->scores->node_count; node++) {
            if (node != chain && !contains(best, node) && is_better(policy, chain, node, found)) {
                found = node;
            }
        }
        best[i] = found;
    }
}

/* The smallest of `nodes` from `least` on that `others` lacks. SCORES_NONE: there is none. */
static uint64_t next_missing(const uint64_t *nodes, const uint64_t *others, uint64_t least)
{
    uint64_t next = SCORES_NONE;
    for (size_t i = 0; i < REPLICAS; i++) {
        if (nodes[i] >= least && nodes[i] < next && !contains(others, nodes[i])) {
            next = nodes[i];
        }
    }
    return next;
}

static void move_chain(struct policy *policy, uint32_t slice, uint32_t chain)
{
    const uint64_t *holders = placement_of(policy->placement, chain);
    uint64_t best[REPLICAS];
    find_best(policy, chain, best);
    uint64_t evicted = next_missing(holders, best, 0);
    uint64_t target = next_missing(best, holders, 0);
    while (evicted != SCORES_NONE) {
        policy->moves[policy->move_count++]
            = (struct move){ .slice = slice, .chain = chain, .evicted = evicted, .target = target };
        evicted = next_missing(holders, best, evicted + 1);
        target = next_missing(best, holders, target + 1);
    }
}

void greedy_decide(struct policy *policy, uint32_t slice, const struct view *view)
{
    /* Nothing else needs a look: a chain's best nodes change only with its client's row. */
    for (size_t i = 0; i < view->listed_count; i++) {
        move_chain(policy, slice, view->listed[i].row);
    }
}
