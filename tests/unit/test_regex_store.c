/* engine/regex_store: each pattern of a compile is compiled once. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "engine/regex_store.h"
#include "support/failing_alloc.h"

struct fixture {
    struct failing_alloc memory;
    struct arena arena;
    struct regex_store store;
};

static void
begin(struct fixture *fixture, size_t fail_at)
{
    failing_alloc_init(&fixture->memory, fail_at);
    fixture->arena = arena_init(&fixture->memory.allocator);
    fixture->store = regex_store_init(&fixture->arena, 1024);
}

static void
end(struct fixture *fixture)
{
    regex_store_free(&fixture->store);
    arena_free(&fixture->arena);
    cr_expect(eq(sz, failing_alloc_finish(&fixture->memory), 0));
}

Test(regex_store, gives_the_same_regex_for_the_same_pattern)
{
    struct fixture fixture;
    const struct regex *first, *again, *other;
    begin(&fixture, FAILING_ALLOC_NEVER);
    cr_assert(regex_store_get(&fixture.store, &first, STR("a+"), NULL) == REGEX_OK);
    cr_assert(regex_store_get(&fixture.store, &other, STR("b+"), NULL) == REGEX_OK);
    cr_assert(regex_store_get(&fixture.store, &again, STR("a+"), NULL) == REGEX_OK);
    cr_expect(again == first);
    cr_expect(other != first);
    cr_expect(regex_full_match(first, STR("aa")));
    end(&fixture);
}

Test(regex_store, hands_a_regex_over_once_and_then_makes_another)
{
    struct fixture fixture;
    const struct regex *made;
    struct regex *taken, *second;
    begin(&fixture, FAILING_ALLOC_NEVER);
    cr_assert(regex_store_get(&fixture.store, &made, STR("a+"), NULL) == REGEX_OK);
    cr_assert(regex_store_take(&fixture.store, &taken, STR("a+"), NULL) == REGEX_OK);
    cr_expect(taken == made);
    cr_assert(regex_store_take(&fixture.store, &second, STR("a+"), NULL) == REGEX_OK);
    cr_expect(second != taken);
    cr_assert(regex_store_get(&fixture.store, &made, STR("a+"), NULL) == REGEX_OK);
    cr_expect(made != taken);
    end(&fixture);
    cr_expect(regex_full_match(taken, STR("aa")), "what was taken outlives the store");
    regex_free(taken);
    regex_free(second);
}

Test(regex_store, compiles_what_it_does_not_have)
{
    struct fixture fixture;
    struct regex *taken;
    begin(&fixture, FAILING_ALLOC_NEVER);
    cr_assert(regex_store_take(&fixture.store, &taken, STR("a+"), NULL) == REGEX_OK);
    regex_free(taken);
    cr_assert(regex_store_take(NULL, &taken, STR("a+"), NULL) == REGEX_OK);
    regex_free(taken);
    end(&fixture);
}

Test(regex_store, says_each_time_what_is_wrong_with_a_pattern)
{
    struct fixture fixture;
    begin(&fixture, FAILING_ALLOC_NEVER);
    for (int i = 0; i < 2; i++) {
        const struct regex *made;
        struct regex *taken;
        struct regex_error error = {""};
        cr_expect(regex_store_get(&fixture.store, &made, STR("a**"), &error) == REGEX_BAD);
        cr_expect(zero(ptr, (void *)(uintptr_t)made));
        cr_expect(ne(int, error.text[0], 0));
        error.text[0] = 0;
        cr_expect(regex_store_take(&fixture.store, &taken, STR("a**"), &error) == REGEX_BAD);
        cr_expect(zero(ptr, taken));
        cr_expect(ne(int, error.text[0], 0));
    }
    end(&fixture);
}

Test(regex_store, checks_what_is_certain_without_a_regex)
{
    struct fixture fixture;
    struct regex_error error = {""};
    begin(&fixture, FAILING_ALLOC_NEVER);
    cr_expect(regex_store_check(&fixture.store, STR("/a/[0-9]+"), &error) == REGEX_OK);
    cr_expect(eq(sz, fixture.store.patterns.count, 0));
    cr_expect(regex_store_check(&fixture.store, STR("a{2}"), &error) == REGEX_OK);
    cr_expect(eq(sz, fixture.store.patterns.count, 1));
    cr_expect(regex_store_check(&fixture.store, STR("a**"), &error) == REGEX_BAD);
    cr_expect(ne(chr, error.text[0], '\0'));
    end(&fixture);
}

Test(regex_store, survives_each_failing_allocation)
{
    for (size_t fail_at = 0;; fail_at++) {
        struct fixture fixture;
        const struct regex *made;
        begin(&fixture, fail_at);
        enum regex_result result = regex_store_get(&fixture.store, &made, STR("a+"), NULL);
        bool failed = fixture.memory.failed;
        cr_expect(result == (failed ? REGEX_NOMEM : REGEX_OK), "allocation %zu", fail_at);
        cr_expect(eq(int, made == NULL, failed), "allocation %zu", fail_at);
        end(&fixture);
        if (!failed) break;
    }
}
