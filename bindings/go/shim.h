/* What Go cannot say by itself: calls that take callbacks. */
#ifndef DRIFTLINE_GO_SHIM_H
#define DRIFTLINE_GO_SHIM_H

#include "driftline.h"

/* The optional entries of a scorer, as bits. */
#define DRIFTLINE_GO_LIVE_SCORE 1
#define DRIFTLINE_GO_NODE_FINGERPRINT 2
#define DRIFTLINE_GO_CHAIN_FINGERPRINT 4
#define DRIFTLINE_GO_MIGRATION_COST 8
#define DRIFTLINE_GO_SCORE_MANY 16
#define DRIFTLINE_GO_LIVE_SCORE_MANY 32
#define DRIFTLINE_GO_NODE_FINGERPRINTS 64
#define DRIFTLINE_GO_ALTERNATIVES 128

/* What a pass gives back. It lives as long as its scheduler: callbacks move the stack of a goroutine, so nothing that
 * the library writes to during a pass may stand there. */
typedef struct {
    const driftline_action *actions; /* lent by the library */
    size_t action_count;
    driftline_report report;
    driftline_error error;
} driftline_go_pass;

driftline_result driftline_go_tick(driftline_scheduler scheduler, driftline_state state, uint64_t now_ns,
                                   driftline_go_pass *pass);
driftline_result driftline_go_decide(driftline_scheduler scheduler, driftline_state state, uint64_t now_ns,
                                     driftline_go_pass *pass);
driftline_result driftline_go_sample(driftline_scheduler scheduler, driftline_state state, uint64_t now_ns,
                                     driftline_go_pass *pass);

/* `handle` is a number that Go knows; C keeps no pointer into Go. */
driftline_result driftline_go_install(driftline_scheduler scheduler, uintptr_t handle, uint32_t entries,
                                      driftline_error *error);
driftline_result driftline_go_diff(driftline_state state, uint64_t this_node, const driftline_config *config,
                                   uintptr_t handle, uint32_t entries, uint64_t now_ns, const uint64_t *already_evicted,
                                   size_t already_evicted_count, driftline_action *out, size_t capacity,
                                   driftline_go_pass *pass);

/* The same for a scorer that the library holds. */
driftline_result driftline_go_any_scorer(uintptr_t handle, uint32_t entries, driftline_any_scorer *out,
                                         driftline_error *error);
driftline_result driftline_go_diff_any(driftline_state state, uint64_t this_node, const driftline_config *config,
                                       driftline_any_scorer scorer, uint64_t now_ns, const uint64_t *already_evicted,
                                       size_t already_evicted_count, driftline_action *out, size_t capacity,
                                       driftline_go_pass *pass);

/* An action that comes from Go has no pointer in it; what it excludes comes beside it. */
driftline_result driftline_go_action_text(const driftline_action *action, const uint64_t *exclude, size_t exclude_count,
                                          char *out, size_t capacity, size_t *length, driftline_error *error);

#endif
