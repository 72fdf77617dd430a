/* router/move: even picks count on across a swap where their split did not change. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "support/live_fixture.h"
#include "support/rows.h"

#define EVEN(where, what)                                                                          \
    {                                                                                              \
        .path = (where), .split = (what), .pick = MODEL_PICK_EVEN                                  \
    }

static void
publish(struct live_fixture *f, const struct live_rule *rules, size_t count)
{
    live_fixture_publish(f, live_fixture_router(&f->routers.allocator, rules, count));
}

/* Entries picked by so many requests, as digits. */
static const char *
picks(struct live_fixture *f, const char *path, size_t count)
{
    static char text[64];
    for (size_t i = 0; i < count; i++) {
        text[i] = (char)('0' + live_fixture_entry(f, path));
    }
    text[count] = '\0';
    return text;
}

static void
expect_picks(struct live_fixture *f, const char *path, const char *expected)
{
    cr_expect_str_eq(picks(f, path, strlen(expected)), expected, "%s", path);
}

/* The dumb oracle: a context that never moves. */
Test(live_even, the_sequence_is_that_of_a_router_never_swapped)
{
    const struct live_rule rule = EVEN("/", "a 5, b 3, c 1");
    struct live_fixture swapped, still;
    live_fixture_init(&swapped);
    live_fixture_init(&still);
    live_fixture_start(&swapped, live_fixture_router(NULL, &rule, 1));
    live_fixture_start(&still, live_fixture_router(NULL, &rule, 1));
    for (int i = 0; i < 200; i++) {
        if (i % 7 == 0) live_fixture_publish(&swapped, live_fixture_router(NULL, &rule, 1));
        cr_assert(eq(sz, live_fixture_entry(&swapped, "/"), live_fixture_entry(&still, "/")),
                  "request %d", i);
    }
    cr_expect(eq(sz, live_fixture_finish(&swapped) + live_fixture_finish(&still), 0));
}

/* "a 2, b 1" gives 0 1 0 from the start; one request in, 1 0 0 comes next. */
Test(live_even, only_unchanged_splits_count_on)
{
    static const struct {
        const char *what;
        struct live_rule next;
        const char *picks;
    } rows[] = {
        {"unchanged",      EVEN("/",    "a 2, b 1"),                 "100"},
        {"another weight",                EVEN("/",            "a 4, b 2"),                "010"},
        {"another entry",           EVEN("/",                      "a 2, c 1"),                    "010"},
        {"another subset",     EVEN("/","a|v1 2, b 1"),"010"},
        {"one entry more",    EVEN("/",            "a 2, b 1, c 0"),                                     "010"},
        {"another order", EVEN("/", "b 1, a 2"), "101"},
        {"another path",                EVEN("/",             "a 2, b 1"),                                "100"},
        {"of another salt",
         {.path = "/", .split = "a 2, b 1", .salt = "x/y", .pick = MODEL_PICK_EVEN},
         "010"                                   },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct live_fixture f;
        live_fixture_init(&f);
        const struct live_rule first = EVEN("/", "a 2, b 1");
        live_fixture_start(&f, live_fixture_router(&f.routers.allocator, &first, 1));
        expect_picks(&f, "/", "0");
        publish(&f, &rows[i].next, 1);
        cr_expect_str_eq(picks(&f, "/", 3), rows[i].picks, "%s", rows[i].what);
        cr_expect(eq(sz, live_fixture_finish(&f), 0));
    }
}

Test(live_even, splits_are_found_again_wherever_they_went)
{
    const struct live_rule before[] = {EVEN("/1", "a 2, b 1"), EVEN("/2", "c 2, d 1"),
                                       EVEN("/3", "e 3, f 1"), EVEN("/4", "g 1, h 1")};
    const struct live_rule after[] = {EVEN("/new", "x 1, y 1, z 1"), EVEN("/4", "g 1, h 1"),
                                      EVEN("/2", "c 2, d 1"), EVEN("/1", "a 1, b 1"),
                                      EVEN("/moved", "e 3, f 1")};
    struct live_fixture f;
    live_fixture_init(&f);
    live_fixture_start(&f, live_fixture_router(&f.routers.allocator, before, ROWS(before)));
    expect_picks(&f, "/1", "0");
    expect_picks(&f, "/2", "0");
    expect_picks(&f, "/3", "00");
    expect_picks(&f, "/4", "0");
    publish(&f, after, ROWS(after));
    expect_picks(&f, "/4", "101");
    expect_picks(&f, "/2", "100");
    expect_picks(&f, "/1", "01");
    expect_picks(&f, "/moved", "10");
    expect_picks(&f, "/new", "012");
    cr_expect(eq(sz, live_fixture_finish(&f), 0));
}

/* Rules of equal splits share one set of counters, before and after. */
Test(live_even, equal_splits_go_on_together)
{
    const struct live_rule rules[] = {EVEN("/1", "a 2, b 1"), EVEN("/2", "a 2, b 1")};
    struct live_fixture f;
    live_fixture_init(&f);
    live_fixture_start(&f, live_fixture_router(&f.routers.allocator, rules, 2));
    expect_picks(&f, "/1", "0");
    expect_picks(&f, "/2", "1");
    publish(&f, rules, 2);
    expect_picks(&f, "/1", "0");
    expect_picks(&f, "/2", "0");
    expect_picks(&f, "/1", "1");
    cr_expect(eq(sz, live_fixture_finish(&f), 0));
}

Test(live_even, a_router_without_the_split_forgets_it)
{
    const struct live_rule with = EVEN("/", "a 2, b 1");
    struct live_fixture f;
    live_fixture_init(&f);
    live_fixture_start(&f, live_fixture_router(&f.routers.allocator, &with, 1));
    expect_picks(&f, "/", "0");
    live_fixture_publish(&f, live_fixture_to(&f.routers.allocator, "a"));
    expect_picks(&f, "/", "0");
    publish(&f, &with, 1);
    expect_picks(&f, "/", "010");
    cr_expect(eq(sz, live_fixture_finish(&f), 0));
}

/* A move that fails half-way leaves the counters as they were. */
Test(live_even, counters_survive_a_failed_move)
{
    const struct live_rule rule = EVEN("/", "a 2, b 1");
    struct live_fixture f;
    live_fixture_init(&f);
    live_fixture_start(&f, live_fixture_router(&f.routers.allocator, &rule, 1));
    expect_picks(&f, "/", "0");
    publish(&f, &rule, 1);
    f.contexts.fail_at = f.contexts.calls + 2;
    expect_picks(&f, "/", "1");
    cr_expect(f.contexts.failed);
    expect_picks(&f, "/", "001001");
    cr_expect(eq(sz, live_fixture_finish(&f), 0));
}
