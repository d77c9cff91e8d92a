/* When a replica moves: never, always, or when driftline says so. */
#ifndef REPLAY_POLICY_H
#define REPLAY_POLICY_H

#include "moves.h"
#include "placement.h"
#include "scores.h"
#include "trace.h"

#include <driftline.h>

enum policy_kind { POLICY_NEVER, POLICY_GREEDY, POLICY_DRIFT };

const char *policy_name(enum policy_kind kind);

/* What driftline reported, summed over the whole replay. */
struct counters {
    uint64_t led, rescored;
    uint64_t score_calls, live_score_calls, alternative_calls;
    uint64_t invalid_scores, invalid_alternatives;
    uint64_t verdicts[DRIFTLINE_VERDICT_COUNT];
};

struct policy {
    enum policy_kind kind;
    const struct scores *scores;
    const struct placement *placement;
    struct move *moves; /* of the present slice */
    size_t move_count;
    struct counters counters;
    /* Of POLICY_DRIFT only. */
    driftline_state state;
    driftline_scheduler scheduler;
    driftline_event *events;
};

/* Called in slice 0, on the initial placement; makes no move. Scores and placement are borrowed. */
bool policy_open(enum policy_kind kind, uint64_t cooldown_slices, struct scores *scores,
    const struct placement *placement, struct policy *out, struct failure *failure);

/* Leaves the moves of this slice in `moves`, by ascending chain; the caller carries them out. */
bool policy_decide(struct policy *policy, uint32_t slice, const struct view *view, struct failure *failure);

void policy_close(struct policy *policy);

/* The policies themselves, each in its own file. */
void greedy_decide(struct policy *policy, uint32_t slice, const struct view *view);
bool drift_open(struct policy *policy, uint64_t cooldown_slices, struct scores *scores, struct failure *failure);
bool drift_decide(struct policy *policy, uint32_t slice, const struct view *view, struct failure *failure);
void drift_close(struct policy *policy);

/* What driftline is told to want; the table prints them. */
extern const float DRIFT_SCORE_FLOOR;
extern const float DRIFT_HYSTERESIS_GAP;

#endif
