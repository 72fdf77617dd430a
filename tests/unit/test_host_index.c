/* istio/host_index: which hosts match which, held against the definition for every pair. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "base/alloc.h"
#include "istio/host_index.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

static const char *const hosts[] = {
    "a.com",   "b.a.com", "c.b.a.com", "*.a.com", "*.b.a.com", "*a.com", "*.com",
    "*",       "com",     "xa.com",    "a.com.",  "A.com",     "",       "*.",
    "b.a.com", "*.a.com", "*b.a.com",  "a.org",   "*.org",
};

/* Whether two hosts, plain or wildcards, have a host in common. */
static bool
by_definition(sluice_str a, sluice_str b)
{
    bool wild_a = str_starts_with(a, STR("*")), wild_b = str_starts_with(b, STR("*"));
    sluice_str x = wild_a ? str_skip(a, 1) : a, y = wild_b ? str_skip(b, 1) : b;
    if (!wild_a && !wild_b) return str_equal(a, b);
    if (!wild_a) return str_ends_with(x, y);
    if (!wild_b) return str_ends_with(y, x);
    return x.len > y.len ? str_ends_with(x, y) : str_ends_with(y, x);
}

static bool
has(const struct host_owners *owners, size_t owner)
{
    for (size_t i = 0; i < owners->count; i++) {
        if (owners->items[i] == owner) return true;
    }
    return false;
}

Test(host_index, finds_what_matches_and_nothing_else)
{
    struct arena arena = arena_init(alloc_or_default(NULL));
    struct host_index index = {.arena = &arena};
    for (size_t i = 0; i < ROWS(hosts); i++) {
        cr_assert(host_index_add(&index, sluice_str_of(hosts[i]), (uint32_t)i));
    }
    host_index_seal(&index);
    for (size_t q = 0; q < ROWS(hosts); q++) {
        struct host_owners found = {0};
        sluice_str asked = sluice_str_of(hosts[q]);
        cr_assert(host_index_find(&index, asked, &found));
        host_owners_sort(&found);
        for (size_t i = 0; i < ROWS(hosts); i++) {
            cr_expect(eq(int, has(&found, i), by_definition(asked, sluice_str_of(hosts[i]))),
                      "\"%s\" asked for \"%s\"", hosts[i], hosts[q]);
        }
        for (size_t i = 1; i < found.count; i++) {
            cr_expect(lt(u32, found.items[i - 1], found.items[i]), "\"%s\"", hosts[q]);
        }
    }
    arena_free(&arena);
}

Test(host_index, says_whether_anything_matches)
{
    static const struct {
        int line;
        const char *host;
        bool matches;
    } rows[] = {
        {__LINE__, "a.com",     true },
        {__LINE__, "x.b.com",   true },
        {__LINE__, "b.com",     false},
        {__LINE__, "*.com",     true },
        {__LINE__, "*.org",     false},
        {__LINE__, "*",         true },
        {__LINE__, "*.x.b.com", true },
        {__LINE__, "",          false},
    };
    struct arena arena = arena_init(alloc_or_default(NULL));
    struct host_index index = {.arena = &arena};
    cr_expect(not(host_index_matches(&index, STR("*"))));
    cr_assert(host_index_add(&index, STR("a.com"), 0));
    cr_assert(host_index_add(&index, STR("*.b.com"), 1));
    host_index_seal(&index);
    for (size_t i = 0; i < ROWS(rows); i++) {
        cr_expect(eq(int, host_index_matches(&index, sluice_str_of(rows[i].host)), rows[i].matches),
                  "line %d", rows[i].line);
    }
    arena_free(&arena);
}
