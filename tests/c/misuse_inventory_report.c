/* What an inventory is told: every report that cannot be is refused as a whole, by its index, and changes nothing. */
#include "misuse.h"

#include <math.h>

static driftline_inventory inventory;

static driftline_result report(const driftline_node_inventory *reports, size_t count)
{
    return driftline_inventory_report_nodes(inventory, 0, reports, count, sizeof reports[0], &fixture.error);
}

static driftline_result profile(const driftline_chain_profile *profiles, size_t count)
{
    return driftline_inventory_report_profiles(inventory, profiles, count, sizeof profiles[0], &fixture.error);
}

static driftline_chain_profile profile_of(uint64_t chain)
{
    driftline_chain_profile profile;
    memset(&profile, 0, sizeof profile);
    profile.chain = chain;
    return profile;
}

static driftline_score_axes axes_of(uint64_t chain, uint64_t node)
{
    driftline_score_axes axes;
    memset(&axes, 0, sizeof axes);
    axes.struct_size = (uint32_t)sizeof axes;
    ACCEPTED(driftline_inventory_axes(inventory, chain, node, &axes, &fixture.error));
    return axes;
}

/* ---- Nodes ---- */

/* Each member with its bit. */
static const struct member {
    uint32_t bit;
    size_t offset, size;
    const char *name;
} node_members[] = {
    {DRIFTLINE_NODE_INVENTORY_CPU_CAPACITY, offsetof(driftline_node_inventory, cpu_capacity_cores), 8,
     "cpu_capacity_cores"},
    {DRIFTLINE_NODE_INVENTORY_CPU_USE, offsetof(driftline_node_inventory, cpu_use_cores), 8, "cpu_use_cores"},
    {DRIFTLINE_NODE_INVENTORY_MEMORY_CAPACITY, offsetof(driftline_node_inventory, memory_capacity_bytes), 8,
     "memory_capacity_bytes"},
    {DRIFTLINE_NODE_INVENTORY_MEMORY_USE, offsetof(driftline_node_inventory, memory_use_bytes), 8, "memory_use_bytes"},
    {DRIFTLINE_NODE_INVENTORY_DISK_CAPACITY, offsetof(driftline_node_inventory, disk_capacity_bytes), 8,
     "disk_capacity_bytes"},
    {DRIFTLINE_NODE_INVENTORY_DISK_USE, offsetof(driftline_node_inventory, disk_use_bytes), 8, "disk_use_bytes"},
    {DRIFTLINE_NODE_INVENTORY_BANDWIDTH, offsetof(driftline_node_inventory, bandwidth_bytes_per_sec), 8,
     "bandwidth_bytes_per_sec"},
    {DRIFTLINE_NODE_INVENTORY_TAGS, offsetof(driftline_node_inventory, tags), 8, "tags"},
    {DRIFTLINE_NODE_INVENTORY_ZONE, offsetof(driftline_node_inventory, zone), 4, "zone"},
    {DRIFTLINE_NODE_INVENTORY_HEALTH, offsetof(driftline_node_inventory, health), 4, "health"},
    {0, offsetof(driftline_node_inventory, reserved), 4, "reserved"},
};
#define NODE_MEMBER_COUNT (sizeof node_members / sizeof node_members[0])
#define NODE_AMOUNT_COUNT 7u /* of these, the ones that are a double */

/* A batch whose second report is at fault: neither is taken. */
static void refuse_second(driftline_result code, driftline_node_inventory second, const char *text)
{
    driftline_node_inventory reports[2];
    driftline_score_axes axes;

    reports[0] = report_of(100);
    reports[0].fields = DRIFTLINE_NODE_INVENTORY_ZONE;
    reports[1] = second;
    REFUSED(code, report(reports, 2));
    CHECK(fixture.error.index == 1);
    CHECK(strstr(fixture.error.message, text) != NULL);
    CHECK(code == DRIFTLINE_RESULT_ID || fixture.error.node == second.node);
    PATTERN_SIZED(axes);
    REFUSED(DRIFTLINE_RESULT_UNKNOWN_NODE, driftline_inventory_axes(inventory, CHAIN_BAD, 100, &axes, &fixture.error));
    CHECK(fixture.error.node == 100);
    UNTOUCHED_SIZED(axes);
}

static void set_member(driftline_node_inventory *report, const struct member *member, double amount)
{
    const uint32_t number = 1;
    if (member < node_members + NODE_AMOUNT_COUNT) {
        memcpy((char *)report + member->offset, &amount, sizeof amount);
    } else {
        memcpy((char *)report + member->offset, &number, sizeof number);
    }
}

static void node_fields(void)
{
    CASE("report_nodes: a member that is set and not given")
    {
        inventory = inventory_new();
        for (size_t at = 0; at < NODE_MEMBER_COUNT; at++) {
            driftline_node_inventory second = report_of(101);
            second.fields = DRIFTLINE_NODE_INVENTORY_ZONE & ~node_members[at].bit;
            set_member(&second, &node_members[at], at % 2 == 0 ? 1.0 : (double)NAN);
            refuse_second(DRIFTLINE_RESULT_RESERVED, second, node_members[at].name);
        }
        inventory_end(inventory);
    }
    CASE("report_nodes: fields that are none, each bit in turn")
    {
        inventory = inventory_new();
        for (unsigned bit = 10; bit < 32; bit++) {
            driftline_node_inventory second = report_of(101);
            second.fields = UINT32_C(1) << bit;
            refuse_second(DRIFTLINE_RESULT_RESERVED, second, "fields");
        }
        inventory_end(inventory);
    }
    CASE("report_nodes: each member alone is taken")
    {
        inventory = inventory_new();
        for (size_t at = 0; at + 1 < NODE_MEMBER_COUNT; at++) {
            driftline_node_inventory alone = report_of(200 + at);
            alone.fields = node_members[at].bit;
            set_member(&alone, &node_members[at], 1.0);
            ACCEPTED(report(&alone, 1));
        }
        inventory_end(inventory);
    }
}

static void node_values(void)
{
    CASE("report_nodes: amounts that cannot be")
    {
        static const double wrong[] = {-1.0, NAN, INFINITY, -INFINITY};
        inventory = inventory_new();
        for (size_t at = 0; at < NODE_AMOUNT_COUNT; at++) {
            for (size_t which = 0; which < sizeof wrong / sizeof wrong[0]; which++) {
                driftline_node_inventory second = report_of(101);
                second.fields = node_members[at].bit;
                set_member(&second, &node_members[at], wrong[which]);
                refuse_second(DRIFTLINE_RESULT_INVENTORY, second, node_members[at].name);
            }
        }
        inventory_end(inventory);
    }
    CASE("report_nodes: more in use than there is, by what was said before")
    {
        driftline_node_inventory second = report_of(NODE_BAD);
        inventory = inventory_new();
        second.fields = DRIFTLINE_NODE_INVENTORY_CPU_USE;
        second.cpu_use_cores = 10.5;
        refuse_second(DRIFTLINE_RESULT_INVENTORY, second, "cpu_use_cores");
        inventory_end(inventory);
    }
    CASE("report_nodes: a health and a zone that are none")
    {
        driftline_node_inventory second = report_of(101);
        inventory = inventory_new();
        second.fields = DRIFTLINE_NODE_INVENTORY_HEALTH;
        second.health = DRIFTLINE_NODE_HEALTH_FAILED + 1;
        refuse_second(DRIFTLINE_RESULT_INVENTORY, second, "health");
        second.health = UINT32_MAX;
        refuse_second(DRIFTLINE_RESULT_INVENTORY, second, "health");
        second = report_of(101);
        second.fields = DRIFTLINE_NODE_INVENTORY_ZONE;
        second.zone = UINT32_MAX;
        refuse_second(DRIFTLINE_RESULT_INVENTORY, second, "zone");
        inventory_end(inventory);
    }
    CASE("report_nodes: the reserved id")
    {
        inventory = inventory_new();
        refuse_second(DRIFTLINE_RESULT_ID, report_of(DRIFTLINE_NONE), "reserved");
        inventory_end(inventory);
    }
    CASE("report: time goes back")
    {
        driftline_node_inventory late = report_of(101);
        driftline_rtt rtt = {1, 2, 3};
        inventory = inventory_new();
        ACCEPTED(driftline_inventory_report_rtts(inventory, 10, &rtt, 1, sizeof rtt, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_TIME,
                driftline_inventory_report_nodes(inventory, 9, &late, 1, sizeof late, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_TIME,
                driftline_inventory_report_rtts(inventory, 9, &rtt, 1, sizeof rtt, &fixture.error));
        ACCEPTED(driftline_inventory_report_nodes(inventory, 10, &late, 1, sizeof late, &fixture.error));
        inventory_end(inventory);
    }
}

/* ---- Paths ---- */

static void paths(void)
{
    CASE("report_rtts: the reserved id, on either side")
    {
        driftline_rtt reports[] = {{1, 2, 3}, {DRIFTLINE_NONE, 2, 3}, {1, DRIFTLINE_NONE, 3}};
        inventory = inventory_new();
        REFUSED(DRIFTLINE_RESULT_ID,
                driftline_inventory_report_rtts(inventory, 0, reports, 3, sizeof reports[0], &fixture.error));
        CHECK(fixture.error.index == 1);
        reports[1] = reports[0];
        REFUSED(DRIFTLINE_RESULT_ID,
                driftline_inventory_report_rtts(inventory, 0, reports, 3, sizeof reports[0], &fixture.error));
        CHECK(fixture.error.index == 2);
        inventory_end(inventory);
    }
    CASE("report_bandwidths: what is none")
    {
        static const double wrong[] = {0.0, -1.0, NAN, INFINITY};
        driftline_bandwidth reports[] = {{1, 2, 3.0}, {1, 2, 0.0}};
        inventory = inventory_new();
        for (size_t at = 0; at < sizeof wrong / sizeof wrong[0]; at++) {
            reports[1].bytes_per_sec = wrong[at];
            REFUSED(DRIFTLINE_RESULT_INVENTORY,
                    driftline_inventory_report_bandwidths(inventory, reports, 2, sizeof reports[0], &fixture.error));
            CHECK(fixture.error.index == 1 && fixture.error.node == 2);
        }
        reports[0].to = DRIFTLINE_NONE;
        REFUSED(DRIFTLINE_RESULT_ID,
                driftline_inventory_report_bandwidths(inventory, reports, 2, sizeof reports[0], &fixture.error));
        CHECK(fixture.error.index == 0);
        inventory_end(inventory);
    }
}

/* ---- Profiles ---- */

static void refuse_profile(driftline_result code, driftline_chain_profile second, const char *text)
{
    driftline_chain_profile profiles[2];
    profiles[0] = profile_of(CHAIN_BAD);
    profiles[0].fields = DRIFTLINE_CHAIN_PROFILE_GROUP;
    profiles[1] = second;
    REFUSED(code, profile(profiles, 2));
    CHECK(fixture.error.index == 1);
    CHECK(fixture.error.chain == second.chain);
    CHECK(strstr(fixture.error.message, text) != NULL);
    /* The first one was not taken either: no group, no opinion. */
    CHECK((axes_of(CHAIN_BAD, 1).fields & DRIFTLINE_SCORE_AXES_COLOCATION) == 0);
}

static void profile_fields(void)
{
    CASE("report_profiles: a member that is set and not given")
    {
        driftline_chain_profile second = profile_of(9);
        inventory = inventory_new();
        second.size_bytes = 1.0;
        refuse_profile(DRIFTLINE_RESULT_RESERVED, second, "size_bytes");
        second = profile_of(9);
        second.cpu_cores = NAN;
        refuse_profile(DRIFTLINE_RESULT_RESERVED, second, "cpu_cores");
        second = profile_of(9);
        second.memory_bytes = -1.0;
        refuse_profile(DRIFTLINE_RESULT_RESERVED, second, "memory_bytes");
        second = profile_of(9);
        second.service_value = 1.0f;
        refuse_profile(DRIFTLINE_RESULT_RESERVED, second, "service_value");
        second = profile_of(9);
        second.disruption_ns = 1;
        refuse_profile(DRIFTLINE_RESULT_RESERVED, second, "disruption_ns");
        second = profile_of(9);
        second.group = 1;
        refuse_profile(DRIFTLINE_RESULT_RESERVED, second, "group");
        second = profile_of(9);
        second.reserved = 1;
        refuse_profile(DRIFTLINE_RESULT_RESERVED, second, "reserved");
        inventory_end(inventory);
    }
    CASE("report_profiles: fields that are none, each bit in turn")
    {
        inventory = inventory_new();
        for (unsigned bit = 6; bit < 32; bit++) {
            driftline_chain_profile second = profile_of(9);
            second.fields = UINT32_C(1) << bit;
            refuse_profile(DRIFTLINE_RESULT_RESERVED, second, "fields");
        }
        inventory_end(inventory);
    }
    CASE("report_profiles: values that cannot be")
    {
        driftline_chain_profile second = profile_of(9);
        inventory = inventory_new();
        second.zone_anti_affinity = 2;
        refuse_profile(DRIFTLINE_RESULT_INVENTORY, second, "zone_anti_affinity");
        second = profile_of(9);
        second.fields = DRIFTLINE_CHAIN_PROFILE_SIZE;
        second.size_bytes = -1.0;
        refuse_profile(DRIFTLINE_RESULT_INVENTORY, second, "size_bytes");
        second = profile_of(9);
        second.fields = DRIFTLINE_CHAIN_PROFILE_SERVICE_VALUE;
        refuse_profile(DRIFTLINE_RESULT_INVENTORY, second, "service_value");
        inventory_end(inventory);
    }
}

static void profile_clients(void)
{
    driftline_client clients[] = {{1, 1.0f, 0}, {2, 1.0f, 0}};
    driftline_chain_profile second = profile_of(9);

    second.clients = clients;
    second.client_count = 2;
    second.client_size = sizeof clients[0];
    CASE("report_profiles: clients that cannot be")
    {
        inventory = inventory_new();
        clients[1].weight = 0.0f;
        refuse_profile(DRIFTLINE_RESULT_INVENTORY, second, "weight");
        CHECK(fixture.error.node == 2);
        clients[1].weight = NAN;
        refuse_profile(DRIFTLINE_RESULT_INVENTORY, second, "weight");
        clients[1].weight = 1.0f;
        clients[1].node = 1;
        refuse_profile(DRIFTLINE_RESULT_INVENTORY, second, "listed once");
        clients[1].node = DRIFTLINE_NONE;
        refuse_profile(DRIFTLINE_RESULT_ID, second, "reserved");
        clients[1].node = 2;
        clients[1].reserved = 1;
        refuse_profile(DRIFTLINE_RESULT_RESERVED, second, "reserved");
        CHECK(fixture.error.node == 2);
        clients[1].reserved = 0;
        inventory_end(inventory);
    }
    CASE("report_profiles: clients that are not there, or too many")
    {
        driftline_chain_profile broken = second;
        inventory = inventory_new();
        broken.clients = NULL;
        refuse_profile(DRIFTLINE_RESULT_NULL, broken, "clients");
        broken = second;
        broken.clients = (const driftline_client *)((const char *)clients + 1);
        refuse_profile(DRIFTLINE_RESULT_ALIGNMENT, broken, "clients");
        broken = second;
        broken.client_count = UINT64_MAX;
        refuse_profile(DRIFTLINE_RESULT_CAPACITY, broken, "clients");
        broken = second;
        broken.client_size = 8;
        refuse_profile(DRIFTLINE_RESULT_STRUCT_SIZE, broken, "clients");
        broken.client_size = UINT64_MAX;
        refuse_profile(DRIFTLINE_RESULT_STRUCT_SIZE, broken, "clients");
        inventory_end(inventory);
    }
    CASE("report_profiles: without clients, their pointer and their size do not matter")
    {
        driftline_chain_profile none = second;
        inventory = inventory_new();
        none.client_count = 0;
        none.client_size = 3;
        none.clients = (const driftline_client *)((const char *)clients + 1);
        ACCEPTED(profile(&none, 1));
        inventory_end(inventory);
    }
}

/* ---- Arrays ---- */

typedef driftline_result (*array_call)(const void *elements, size_t count, size_t size);

static driftline_result nodes_array(const void *elements, size_t count, size_t size)
{
    return driftline_inventory_report_nodes(inventory, 0, elements, count, size, &fixture.error);
}

static driftline_result rtts_array(const void *elements, size_t count, size_t size)
{
    return driftline_inventory_report_rtts(inventory, 0, elements, count, size, &fixture.error);
}

static driftline_result bandwidths_array(const void *elements, size_t count, size_t size)
{
    return driftline_inventory_report_bandwidths(inventory, elements, count, size, &fixture.error);
}

static driftline_result profiles_array(const void *elements, size_t count, size_t size)
{
    return driftline_inventory_report_profiles(inventory, elements, count, size, &fixture.error);
}

static driftline_result events_array(const void *elements, size_t count, size_t size)
{
    return driftline_inventory_follow(inventory, elements, count, size, &fixture.error);
}

static void check_array(array_call call, const void *element, size_t size)
{
    static uint64_t room[64];

    inventory = inventory_new();
    memset(room, 0, sizeof room);
    memcpy(room, element, size);
    REFUSED(DRIFTLINE_RESULT_NULL, call(NULL, 1, size));
    REFUSED(DRIFTLINE_RESULT_ALIGNMENT, call((const char *)room + 1, 1, size));
    REFUSED(DRIFTLINE_RESULT_CAPACITY, call(room, SIZE_MAX / 2, size));
    REFUSED(DRIFTLINE_RESULT_STRUCT_SIZE, call(room, 1, 0));
    REFUSED(DRIFTLINE_RESULT_STRUCT_SIZE, call(room, 1, 8));
    REFUSED(DRIFTLINE_RESULT_STRUCT_SIZE, call(room, 1, size + 4));
    REFUSED(DRIFTLINE_RESULT_STRUCT_SIZE, call(room, 1, 4104));
    ACCEPTED(call(NULL, 0, size));
    ACCEPTED(call(room, 1, size));
    ACCEPTED(call(room, 1, size + 8));
    ((char *)room)[size + 7] = 1;
    REFUSED(DRIFTLINE_RESULT_STRUCT_SIZE, call(room, 1, size + 8));
    CHECK(fixture.error.index == 0);
    inventory_end(inventory);
}

static void arrays(void)
{
    CASE("report_nodes: the array")
    {
        driftline_node_inventory element = report_of(1);
        check_array(nodes_array, &element, sizeof element);
    }
    CASE("report_rtts: the array")
    {
        driftline_rtt element = {1, 2, 3};
        check_array(rtts_array, &element, sizeof element);
    }
    CASE("report_bandwidths: the array")
    {
        driftline_bandwidth element = {1, 2, 3.0};
        check_array(bandwidths_array, &element, sizeof element);
    }
    CASE("report_profiles: the array")
    {
        driftline_chain_profile element = profile_of(1);
        check_array(profiles_array, &element, sizeof element);
    }
    CASE("inventory_follow: the array")
    {
        driftline_event element = event_of(DRIFTLINE_EVENT_HOLDER_ADDED, 1, 2);
        check_array(events_array, &element, sizeof element);
    }
    CASE("report_nodes: an element that an older caller of nothing could have had")
    {
        driftline_node_inventory element = report_of(1);
        inventory = inventory_new();
        REFUSED(DRIFTLINE_RESULT_STRUCT_SIZE, nodes_array(&element, 1, sizeof element - 8));
        inventory_end(inventory);
    }
}

/* ---- The feed, and questions ---- */

static void feed(void)
{
    CASE("inventory_follow: events that a state would refuse")
    {
        driftline_event events[] = {event_of(DRIFTLINE_EVENT_HOLDER_ADDED, 1, 2), event_of(999, 1, 2)};
        inventory = inventory_new();
        REFUSED(DRIFTLINE_RESULT_EVENT, events_array(events, 2, sizeof events[0]));
        CHECK(fixture.error.index == 1);
        events[1] = event_of(DRIFTLINE_EVENT_HOLDER_ADDED, 1, DRIFTLINE_NONE);
        REFUSED(DRIFTLINE_RESULT_ID, events_array(events, 2, sizeof events[0]));
        CHECK(fixture.error.index == 1);
        events[1] = event_of(DRIFTLINE_EVENT_LEADER_CLEARED, 1, 2);
        REFUSED(DRIFTLINE_RESULT_RESERVED, events_array(events, 2, sizeof events[0]));
        CHECK(fixture.error.index == 1);
        inventory_end(inventory);
    }
    CASE("inventory_load: memberships that a state would refuse")
    {
        const uint64_t chains[] = {1, 1}, leaders[] = {1, 1}, offsets[] = {0, 1, 2}, holders[] = {1, 2}, none[] = {0, 3};
        inventory = inventory_new();
        REFUSED(DRIFTLINE_RESULT_DUPLICATE,
                driftline_inventory_load(inventory, chains, leaders, 2, offsets, holders, 2, &fixture.error));
        CHECK(fixture.error.index == 1 && fixture.error.chain == 1);
        REFUSED(DRIFTLINE_RESULT_MEMBERSHIP,
                driftline_inventory_load(inventory, chains, leaders, 1, none, holders, 2, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_NULL,
                driftline_inventory_load(inventory, NULL, leaders, 1, offsets, holders, 1, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_NULL,
                driftline_inventory_load(inventory, chains, leaders, 1, offsets, NULL, 1, &fixture.error));
        ACCEPTED(driftline_inventory_load(inventory, NULL, NULL, 0, NULL, NULL, 0, &fixture.error));
        inventory_end(inventory);
    }
    CASE("inventory_forget_node: known, unknown, none, and without a wish to hear it")
    {
        uint32_t was_known;
        inventory = inventory_new();
        PATTERN(was_known);
        REFUSED(DRIFTLINE_RESULT_ID,
                driftline_inventory_forget_node(inventory, DRIFTLINE_NONE, &was_known, &fixture.error));
        UNTOUCHED(was_known);
        ACCEPTED(driftline_inventory_forget_node(inventory, NODE_BETTER, &was_known, &fixture.error));
        CHECK(was_known == 1);
        ACCEPTED(driftline_inventory_forget_node(inventory, NODE_BETTER, &was_known, &fixture.error));
        CHECK(was_known == 0);
        ACCEPTED(driftline_inventory_forget_node(inventory, NODE_BAD, NULL, &fixture.error));
        inventory_end(inventory);
    }
    CASE("inventory_touch: what has moved is told once, and to a state that is one")
    {
        driftline_state none = {0};
        size_t count;
        inventory = inventory_new();
        PATTERN(count);
        REFUSED(DRIFTLINE_RESULT_HANDLE, driftline_inventory_touch(inventory, none, &count, &fixture.error));
        UNTOUCHED(count);
        fixture.state_may_change = true;
        ACCEPTED(driftline_inventory_touch(inventory, fixture.state, &count, &fixture.error));
        CHECK(count > 0);
        ACCEPTED(driftline_inventory_touch(inventory, fixture.state, &count, &fixture.error));
        CHECK(count == 0);
        ACCEPTED(driftline_inventory_touch(inventory, fixture.state, NULL, &fixture.error));
        inventory_end(inventory);
    }
    CASE("inventory_axes: only what is known has a bit and a number")
    {
        driftline_score_axes axes;
        inventory = inventory_new();
        axes = axes_of(CHAIN_BAD, NODE_BETTER);
        CHECK(axes.fields == (DRIFTLINE_SCORE_AXES_HEADROOM | DRIFTLINE_SCORE_AXES_SCORE));
        CHECK(axes.headroom == 1.0f && axes.score == 1.0f && axes.is_home == 1);
        CHECK(axes.proximity == 0.0f && axes.zone_spread == 0.0f && axes.colocation == 0.0f);
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_inventory_axes(inventory, CHAIN_BAD, 1, NULL, &fixture.error));
        PATTERN_SIZED(axes);
        REFUSED(DRIFTLINE_RESULT_ID,
                driftline_inventory_axes(inventory, CHAIN_BAD, DRIFTLINE_NONE, &axes, &fixture.error));
        UNTOUCHED_SIZED(axes);
        axes.struct_size = 9;
        REFUSED(DRIFTLINE_RESULT_STRUCT_SIZE, driftline_inventory_axes(inventory, CHAIN_BAD, 1, &axes, &fixture.error));
        inventory_end(inventory);
    }
}

void misuse_inventory_report(void)
{
    node_fields();
    node_values();
    paths();
    profile_fields();
    profile_clients();
    arrays();
    feed();
}
