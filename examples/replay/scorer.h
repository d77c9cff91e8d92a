/* The scores, in the form in which driftline asks for them. */
#ifndef REPLAY_SCORER_H
#define REPLAY_SCORER_H

#include "scores.h"

#include <driftline.h>

/* The scores are borrowed: they must outlive the scheduler that this is installed in. */
driftline_scorer scorer_over(struct scores *scores);

#endif
