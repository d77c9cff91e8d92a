/* Moves replicas by what a control plane knows anyway: no callback, no scorer of your own. */
#include <stdio.h>

#include "driftline.h"

#define SECOND UINT64_C(1000000000)
#define TRY(call) if ((call) != DRIFTLINE_RESULT_OK) return fprintf(stderr, "%s\n", err.message), 1

int main(void)
{
    /* A chain with three replicas, led here, on node 1, where its user is. Node 3 gets busy; 5 is idle, but far. */
    const uint64_t chains[] = {7}, leaders[] = {1}, offsets[] = {0, 3}, holders[] = {1, 2, 3};
    const double busy[] = {4.0, 4.0, 15.2, 2.0, 1.0};
    const driftline_rtt rtts[] = {{1, 1, SECOND / 500}, {1, 2, SECOND / 50}, {1, 3, SECOND / 50}, {1, 4, SECOND / 25},
                                  {1, 5, SECOND / 5}};
    const driftline_client user = {1, 1.0f, 0};
    const driftline_chain_profile known = {.chain = 7, .clients = &user, .client_count = 1, .client_size = sizeof user};
    const driftline_event wish = {.kind = DRIFTLINE_EVENT_DESIRED_REPLICAS, .chain = 7, .value = 3};
    driftline_error err = {.struct_size = sizeof err};
    driftline_config config;
    driftline_state state;
    driftline_scheduler scheduler;
    driftline_inventory inventory;
    driftline_any_scorer scorer;

    TRY(driftline_state_new(DRIFTLINE_ABI, &state, &err));
    TRY(driftline_state_load(state, chains, leaders, 1, offsets, holders, 3, &err));
    TRY(driftline_inventory_new(DRIFTLINE_ABI, NULL, &inventory, &err));
    TRY(driftline_inventory_load(inventory, chains, leaders, 1, offsets, holders, 3, &err));
    TRY(driftline_any_scorer_of_inventory(inventory, &scorer, &err));
    TRY(driftline_config_production(&config, sizeof config));
    TRY(driftline_scheduler_new(DRIFTLINE_ABI, 1, &config, &scheduler, &err));
    TRY(driftline_scheduler_install_any(scheduler, scorer, &err));
    TRY(driftline_state_apply(state, &wish, 1, sizeof wish, &err));
    TRY(driftline_inventory_follow(inventory, &wish, 1, sizeof wish, &err));
    TRY(driftline_inventory_report_profiles(inventory, &known, 1, sizeof known, &err));
    for (uint64_t now_ns = 0, seconds = 0; seconds <= 600; now_ns = (seconds += 30) * SECOND) {
        const driftline_action *action;
        size_t count;
        for (size_t at = 0; at < 5; at++) { /* in earnest: whenever you have measured */
            driftline_node_inventory node = {.node = at + 1, .cpu_capacity_cores = 16.0};
            node.cpu_use_cores = seconds == 0 ? 4.0 : busy[at];
            node.fields = DRIFTLINE_NODE_INVENTORY_CPU_CAPACITY | DRIFTLINE_NODE_INVENTORY_CPU_USE;
            TRY(driftline_inventory_report_nodes(inventory, now_ns, &node, 1, sizeof node, &err));
        }
        TRY(driftline_inventory_report_rtts(inventory, now_ns, rtts, 5, sizeof rtts[0], &err));
        TRY(driftline_scheduler_tick(scheduler, state, now_ns, sizeof *action, &action, &count, NULL, &err));
        for (; count > 0; count--, action++) { /* in earnest: carry it out, and tell when it is done */
            driftline_event done = {DRIFTLINE_EVENT_HOLDER_REMOVED, 0, action->chain, action->victim, 0};
            if (action->kind == DRIFTLINE_ACTION_PLACE)
                done.kind = DRIFTLINE_EVENT_HOLDER_ADDED, done.node = action->target;
            printf("%3d s: chain %d %s node %d\n", (int)seconds, (int)done.chain,
                   action->kind == DRIFTLINE_ACTION_PLACE ? "goes to" : "leaves", (int)done.node);
            TRY(driftline_state_apply(state, &done, 1, sizeof done, &err));
            TRY(driftline_inventory_follow(inventory, &done, 1, sizeof done, &err));
        }
    }
    return driftline_scheduler_free(scheduler) || driftline_inventory_free(inventory) || driftline_state_free(state);
}
