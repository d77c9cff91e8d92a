/* Policies of classes: what is no policy, what is out of range, and what a scheduler has of them. */
#include "misuse.h"

#include <float.h>
#include <math.h>

/* The most that a scheduler has room for. */
#define POLICIES_AT_MOST 255u

static driftline_result set_policy(const driftline_class_policy *policy)
{
    return driftline_scheduler_set_class_policy(fixture.scheduler, CLASS_KNOWN, policy, &fixture.error);
}

static driftline_result get_policy(uint32_t class_id, driftline_class_policy *policy)
{
    PATTERN_SIZED(*policy);
    return driftline_scheduler_class_policy(fixture.scheduler, class_id, policy, &fixture.error);
}

/* Refused, with a message that names the field. The old policy stays, which the end of the case checks. */
static void refuse_policy(driftline_result code, const driftline_class_policy *policy, const char *field)
{
    REFUSED(code, set_policy(policy));
    CHECK(strstr(fixture.error.message, field) != NULL);
}

/* What was set comes back, and nothing else. */
static void accept_policy(const driftline_class_policy *policy)
{
    driftline_class_policy back;
    fixture.scheduler_may_change = true;
    ACCEPTED(set_policy(policy));
    ACCEPTED(get_policy(CLASS_KNOWN, &back));
    CHECK(memcmp(&back, policy, sizeof back) == 0);
}

static driftline_class_policy with_float(uint32_t flag, size_t offset, float value)
{
    driftline_class_policy policy = policy_empty();
    policy.flags = flag;
    memcpy((char *)&policy + offset, &value, sizeof value);
    return policy;
}

/* ---- Values ---- */

static void class_share(uint32_t flag, size_t offset, const char *field)
{
    const float outside[] = {NAN, INFINITY, -INFINITY, 1.0f + FLT_EPSILON, -FLT_MIN};
    const float edges[] = {0.0f, 1.0f};
    driftline_class_policy policy;
    for (size_t at = 0; at < sizeof outside / sizeof outside[0]; at++) {
        policy = with_float(flag, offset, outside[at]);
        refuse_policy(DRIFTLINE_RESULT_CONFIG, &policy, field);
    }
    for (size_t at = 0; at < sizeof edges / sizeof edges[0]; at++) {
        policy = with_float(flag, offset, edges[at]);
        accept_policy(&policy);
    }
}

static void class_values(void)
{
    CASE("class: score_floor is a share")
    {
        class_share(DRIFTLINE_CLASS_POLICY_SCORE_FLOOR, offsetof(driftline_class_policy, score_floor), "score_floor");
    }
    CASE("class: hysteresis_gap is a share")
    {
        class_share(DRIFTLINE_CLASS_POLICY_HYSTERESIS_GAP, offsetof(driftline_class_policy, hysteresis_gap),
                    "hysteresis_gap");
    }
    CASE("class: cost_per_sec is a price")
    {
        const size_t offset = offsetof(driftline_class_policy, cost_per_sec);
        const float wrong[] = {NAN, INFINITY, -FLT_MIN};
        driftline_class_policy policy;
        for (size_t at = 0; at < sizeof wrong / sizeof wrong[0]; at++) {
            policy = with_float(DRIFTLINE_CLASS_POLICY_COST_PER_SEC, offset, wrong[at]);
            refuse_policy(DRIFTLINE_RESULT_CONFIG, &policy, "cost_per_sec");
        }
        policy = with_float(DRIFTLINE_CLASS_POLICY_COST_PER_SEC, offset, FLT_MAX);
        accept_policy(&policy);
    }
    CASE("class: every cooldown is valid")
    {
        driftline_class_policy policy = policy_empty();
        policy.flags = DRIFTLINE_CLASS_POLICY_COOLDOWN;
        accept_policy(&policy);
        policy.cooldown_ns = UINT64_MAX;
        accept_policy(&policy);
    }
    CASE("class: critical_floor is a share")
    {
        driftline_class_policy policy = policy_empty();
        policy.mode = DRIFTLINE_CLASS_MODE_LAZY;
        policy.critical_floor = 1.0f + FLT_EPSILON;
        refuse_policy(DRIFTLINE_RESULT_CONFIG, &policy, "critical_floor");
        policy.critical_floor = NAN;
        refuse_policy(DRIFTLINE_RESULT_CONFIG, &policy, "critical_floor");
        policy.critical_floor = 0.0f;
        accept_policy(&policy);
        policy.critical_floor = 1.0f;
        accept_policy(&policy);
    }
}

/* ---- What says which values are there ---- */

static void class_flags(void)
{
    CASE("class: flags that are none")
    {
        const uint32_t flags[] = {16, UINT32_C(0x80000000), UINT32_MAX};
        for (size_t at = 0; at < 3; at++) {
            driftline_class_policy policy = policy_empty();
            policy.flags = flags[at];
            refuse_policy(DRIFTLINE_RESULT_RESERVED, &policy, "flags");
        }
    }
    CASE("class: a value whose flag was forgotten")
    {
        driftline_class_policy policy = with_float(0, offsetof(driftline_class_policy, score_floor), 0.5f);
        refuse_policy(DRIFTLINE_RESULT_RESERVED, &policy, "score_floor");
        policy = with_float(0, offsetof(driftline_class_policy, hysteresis_gap), NAN);
        refuse_policy(DRIFTLINE_RESULT_RESERVED, &policy, "hysteresis_gap");
        policy = with_float(0, offsetof(driftline_class_policy, cost_per_sec), FLT_MIN);
        refuse_policy(DRIFTLINE_RESULT_RESERVED, &policy, "cost_per_sec");
        policy = policy_empty();
        policy.cooldown_ns = 1;
        refuse_policy(DRIFTLINE_RESULT_RESERVED, &policy, "cooldown_ns");
    }
    CASE("class: a critical floor in another mode than lazy")
    {
        const uint32_t modes[] = {DRIFTLINE_CLASS_MODE_EAGER, DRIFTLINE_CLASS_MODE_PINNED,
                                  DRIFTLINE_CLASS_MODE_PROPOSE_ONLY};
        for (size_t at = 0; at < 3; at++) {
            driftline_class_policy policy = policy_empty();
            policy.mode = modes[at];
            accept_policy(&policy);
            policy.critical_floor = 0.1f;
            refuse_policy(DRIFTLINE_RESULT_RESERVED, &policy, "critical_floor");
        }
    }
    CASE("class: a mode that is none")
    {
        driftline_class_policy policy = policy_empty();
        policy.mode = DRIFTLINE_CLASS_MODE_PROPOSE_ONLY + 1;
        refuse_policy(DRIFTLINE_RESULT_CONFIG, &policy, "mode");
        policy.mode = UINT32_MAX;
        refuse_policy(DRIFTLINE_RESULT_CONFIG, &policy, "mode");
    }
    CASE("class: what is reserved is not zero")
    {
        driftline_class_policy policy = policy_empty();
        policy.reserved = 1;
        refuse_policy(DRIFTLINE_RESULT_RESERVED, &policy, "reserved");
    }
}

/* ---- The table ---- */

static void class_table(void)
{
    CASE("class_policy: out is NULL")
    {
        REFUSED(DRIFTLINE_RESULT_NULL,
                driftline_scheduler_class_policy(fixture.scheduler, CLASS_KNOWN, NULL, &fixture.error));
    }
    CASE("class_policy: a class that has none")
    {
        const uint32_t classes[] = {0, CLASS_KNOWN + 1, UINT32_MAX};
        driftline_class_policy policy;
        for (size_t at = 0; at < 3; at++) {
            REFUSED(DRIFTLINE_RESULT_NO_POLICY, get_policy(classes[at], &policy));
            UNTOUCHED_SIZED(policy);
        }
    }
    CASE("class: a policy is taken away, and may be taken away where there is none")
    {
        driftline_class_policy policy;
        fixture.scheduler_may_change = true;
        ACCEPTED(set_policy(NULL));
        REFUSED(DRIFTLINE_RESULT_NO_POLICY, get_policy(CLASS_KNOWN, &policy));
        UNTOUCHED_SIZED(policy);
        ACCEPTED(set_policy(NULL));
    }
    CASE("class: one policy more than there is room for")
    {
        driftline_class_policy policy = policy_empty();
        driftline_class_policy back;
        fixture.scheduler_may_change = true;
        /* The fixture has one already. */
        for (uint32_t class_id = 1000; class_id < 1000 + POLICIES_AT_MOST - 1; class_id++) {
            ACCEPTED(driftline_scheduler_set_class_policy(fixture.scheduler, class_id, &policy, &fixture.error));
        }
        REFUSED(DRIFTLINE_RESULT_TOO_MANY,
                driftline_scheduler_set_class_policy(fixture.scheduler, UINT32_MAX, &policy, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_NO_POLICY, get_policy(UINT32_MAX, &back));
        /* To replace one needs no room. */
        ACCEPTED(set_policy(&policy));
        ACCEPTED(set_policy(NULL));
        ACCEPTED(driftline_scheduler_set_class_policy(fixture.scheduler, UINT32_MAX, &policy, &fixture.error));
        ACCEPTED(get_policy(UINT32_MAX, &back));
    }
}

static void class_in_force(void)
{
    CASE("class: the policy of a chain's class is what it is judged by")
    {
        driftline_class_policy policy = policy_empty();
        driftline_explanation explanation;
        size_t count = 1;
        policy.flags = DRIFTLINE_CLASS_POLICY_SCORE_FLOOR | DRIFTLINE_CLASS_POLICY_HYSTERESIS_GAP;
        policy.score_floor = 0.3f; /* the bad holder has 0.4 */
        policy.hysteresis_gap = 0.25f;
        accept_policy(&policy);
        fixture_apply(event_with(DRIFTLINE_EVENT_CHAIN_CLASS, CHAIN_BAD, 0, CLASS_KNOWN));
        ACCEPTED(fixture_tick(TIME_DUE, &count));
        CHECK(count == 0);
        explanation = fixture_explain(CHAIN_BAD);
        CHECK(explanation.verdict == DRIFTLINE_VERDICT_HEALTHY);
        CHECK(explanation.score_floor == 0.3f && explanation.hysteresis_gap == 0.25f);
        CHECK(fixture_explain(CHAIN_WELL).score_floor == 0.5f);
        ACCEPTED(set_policy(NULL));
        ACCEPTED(fixture_tick(TIME_DUE + 1, &count));
        CHECK(count == 1);
    }
    CASE("class: a chain that is pinned, and one that only proposes")
    {
        driftline_class_policy policy = policy_empty();
        size_t count = 1;
        fixture_apply(event_with(DRIFTLINE_EVENT_CHAIN_CLASS, CHAIN_BAD, 0, CLASS_KNOWN));
        policy.mode = DRIFTLINE_CLASS_MODE_PINNED;
        accept_policy(&policy);
        ACCEPTED(fixture_tick(TIME_DUE, &count));
        CHECK(count == 0 && fixture_explain(CHAIN_BAD).verdict == DRIFTLINE_VERDICT_PINNED);
        policy.mode = DRIFTLINE_CLASS_MODE_PROPOSE_ONLY;
        accept_policy(&policy);
        ACCEPTED(fixture_tick(TIME_DUE + 1, &count));
        CHECK(count == 0 && fixture_explain(CHAIN_BAD).verdict == DRIFTLINE_VERDICT_PROPOSE_ONLY);
    }
}

void misuse_class(void)
{
    class_values();
    class_flags();
    class_table();
    class_in_force();
}
