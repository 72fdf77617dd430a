/* Rewriting paths: docs/rules.md, "Rewrite", and docs/gateway-api.md, "Filters". */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "support/route_fixture.h"

#define ROWS(rows) (sizeof(rows) / sizeof((rows)[0]))

struct row {
    int line;
    enum model_op op; /* of the path predicate; MODEL_PRESENT: no predicate */
    const char *match;
    enum model_path_mode mode;
    const char *value, *path, *want;
};

static void
check(const struct row *row, bool ignore_case)
{
    struct route_fixture f;
    route_fixture_init(&f);
    struct model_action *action = model_builder_forward(&f.builder, "a");
    action->path = (struct model_path_edit){.mode = row->mode,
                                            .value = sluice_str_of(row->value),
                                            .pattern = sluice_str_of(row->match)};
    struct model_predicate path = model_builder_text(MODEL_PATH, row->op, "", row->match);
    path.matcher.ignore_case = ignore_case;
    bool bare = row->op == MODEL_PRESENT || row->mode == MODEL_PATH_REGEX;
    route_fixture_one(&f, action, &path, bare ? 0 : 1);
    cr_expect(eq(int, route_fixture_get(&f, "h", row->path), SLUICE_FORWARD), "line %d", row->line);
    cr_expect(route_fixture_is(f.decision.path, row->want), "line %d: %s", row->line,
              route_fixture_text(f.decision.path));
    route_fixture_free(&f);
}

Test(path, replaces_matched_bytes)
{
    static const struct row rows[] = {
        {__LINE__, MODEL_PREFIX,  "/foo",      MODEL_PATH_PREFIX, "/",     "/foo/bar",     "//bar"     },
        {__LINE__, MODEL_PREFIX,  "/foo",      MODEL_PATH_PREFIX, "/",     "/foo",         "/"         },
        {__LINE__, MODEL_PREFIX,  "/foo",      MODEL_PATH_PREFIX, "/",     "/foobar",      "/bar"      },
        {__LINE__, MODEL_PREFIX,  "/foo/",     MODEL_PATH_PREFIX, "/",     "/foo/bar?x=1", "/bar?x=1"  },
        {__LINE__, MODEL_PREFIX,  "/a",        MODEL_PATH_PREFIX, "/v1",   "/a/x",         "/v1/x"     },
        {__LINE__, MODEL_PREFIX,  "",          MODEL_PATH_PREFIX, "/v2",   "/foo",         "/v2/foo"   },
        {__LINE__, MODEL_EXACT,   "/b",        MODEL_PATH_PREFIX, "/v1",   "/b?q",         "/v1?q"     },
        {__LINE__, MODEL_REGEX,   "/u/[0-9]+", MODEL_PATH_PREFIX, "/u",    "/u/12?z",      "/u?z"      },
        {__LINE__, MODEL_PRESENT, "",          MODEL_PATH_PREFIX, "/v2",   "/foo",         "/v2foo"    },
        {__LINE__, MODEL_PRESENT, "",          MODEL_PATH_PREFIX, "/v2/",  "/foo?a",       "/v2/foo?a" },
        {__LINE__, MODEL_PRESENT, "",          MODEL_PATH_PREFIX, "/v2?k", "/foo?a",       "/v2?kfoo?a"},
        {__LINE__, MODEL_PREFIX,  "/a",        MODEL_PATH_PREFIX, "/b",    "/a#f?x",       "/b?x"      },
        {__LINE__, MODEL_PREFIX,  "/a",        MODEL_PATH_PREFIX, "/b",    "/a?x?y#f",     "/b?x?y#f"  },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        check(&rows[i], false);
    }
}

Test(path, removes_as_many_bytes_whatever_their_case)
{
    check(&(struct row){__LINE__, MODEL_PREFIX, "/FOO", MODEL_PATH_PREFIX, "/v", "/fOo/Bar",
                        "/v/Bar"},
          true);
}

Test(path, replaces_segments)
{
    static const struct row rows[] = {
        {__LINE__, MODEL_SEGMENT_PREFIX, "/foo",  MODEL_PATH_SEGMENT, "/xyz",  "/foo/bar",
         "/xyz/bar"                                                                                 },
        {__LINE__, MODEL_SEGMENT_PREFIX, "/foo",  MODEL_PATH_SEGMENT, "/xyz/", "/foo/bar",
         "/xyz/bar"                                                                                 },
        {__LINE__, MODEL_SEGMENT_PREFIX, "/foo/", MODEL_PATH_SEGMENT, "/xyz",  "/foo/bar",
         "/xyz/bar"                                                                                 },
        {__LINE__, MODEL_SEGMENT_PREFIX, "/foo/", MODEL_PATH_SEGMENT, "/xyz/", "/foo/bar",
         "/xyz/bar"                                                                                 },
        {__LINE__, MODEL_SEGMENT_PREFIX, "/foo",  MODEL_PATH_SEGMENT, "/xyz",  "/foo",     "/xyz"   },
        {__LINE__, MODEL_SEGMENT_PREFIX, "/foo",  MODEL_PATH_SEGMENT, "/xyz/", "/foo",     "/xyz"   },
        {__LINE__, MODEL_SEGMENT_PREFIX, "/foo",  MODEL_PATH_SEGMENT, "/xyz",  "/foo/",    "/xyz/"  },
        {__LINE__, MODEL_SEGMENT_PREFIX, "/foo",  MODEL_PATH_SEGMENT, "",      "/foo/bar", "/bar"   },
        {__LINE__, MODEL_SEGMENT_PREFIX, "/foo",  MODEL_PATH_SEGMENT, "",      "/foo/",    "/"      },
        {__LINE__, MODEL_SEGMENT_PREFIX, "/foo",  MODEL_PATH_SEGMENT, "",      "/foo",     "/"      },
        {__LINE__, MODEL_SEGMENT_PREFIX, "/foo",  MODEL_PATH_SEGMENT, "/",     "/foo/",    "/"      },
        {__LINE__, MODEL_SEGMENT_PREFIX, "/foo",  MODEL_PATH_SEGMENT, "/",     "/foo?q",   "/?q"    },
        {__LINE__, MODEL_SEGMENT_PREFIX, "/",     MODEL_PATH_SEGMENT, "/xyz",  "/a",       "/xyz/a" },
        {__LINE__, MODEL_PRESENT,        "",      MODEL_PATH_SEGMENT, "/xyz",  "/a",       "/xyz/a" },
        {__LINE__, MODEL_PRESENT,        "",      MODEL_PATH_SEGMENT, "/",     "/a/b",     "/a/b"   },
        {__LINE__, MODEL_PRESENT,        "",      MODEL_PATH_SEGMENT, "/xyz",  "//a",      "/xyz//a"},
        {__LINE__, MODEL_SEGMENT_PREFIX, "/",     MODEL_PATH_SEGMENT, "/xyz",  "//a",      "/xyz//a"},
        {__LINE__, MODEL_PREFIX,         "",      MODEL_PATH_SEGMENT, "/v",    "abc",      "/v/abc" },
        {__LINE__, MODEL_EXACT,          "/a",    MODEL_PATH_SEGMENT, "/v/",   "/a?q",     "/v?q"   },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        check(&rows[i], false);
    }
}

Test(path, replaces_the_whole_or_by_regex)
{
    static const struct row rows[] = {
        {__LINE__, MODEL_PREFIX,  "/a",       MODEL_PATH_FULL,  "/new",    "/a/b?x=1",    "/new?x=1"   },
        {__LINE__, MODEL_PREFIX,  "/a",       MODEL_PATH_FULL,  "",        "/a/b?x=1",    "/?x=1"      },
        {__LINE__, MODEL_PRESENT, "a",        MODEL_PATH_REGEX, "b",       "/banana?a=a", "/bbnbnb?a=a"},
        {__LINE__, MODEL_PRESENT, "^/(\\w+)", MODEL_PATH_REGEX, "/v\\1",   "/x/y",        "/vx/y"      },
        {__LINE__, MODEL_PRESENT, "nothing",  MODEL_PATH_REGEX, "z",       "/x/y?q",      "/x/y?q"     },
        {__LINE__, MODEL_PRESENT, "",         MODEL_PATH_KEEP,  "/unused", "/x/y?q",      "/x/y?q"     },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        check(&rows[i], false);
    }
}

Test(path, may_drop_the_query)
{
    struct route_fixture f;
    route_fixture_init(&f);
    struct model_action *action = model_builder_forward(&f.builder, "a");
    action->path =
        (struct model_path_edit){MODEL_PATH_FULL, STR("/new?y=2"), STR(""), .drop_query = true};
    route_fixture_one(&f, action, NULL, 0);
    route_fixture_get(&f, "h", "/old?x=1");
    cr_expect(route_fixture_is(f.decision.path, "/new?y=2"));
    route_fixture_free(&f);
}

Test(path, too_long_for_the_scratch_is_unavailable)
{
    static const enum model_path_mode modes[] = {MODEL_PATH_FULL, MODEL_PATH_PREFIX,
                                                 MODEL_PATH_SEGMENT, MODEL_PATH_REGEX};
    for (size_t i = 0; i < ROWS(modes); i++) {
        struct route_fixture f;
        route_fixture_init(&f);
        f.options.scratch_bytes = 16;
        struct model_action *action = model_builder_forward(&f.builder, "a");
        action->path = (struct model_path_edit){modes[i], STR("/0123456789"), STR("x"), false};
        route_fixture_one(&f, action, NULL, 0);
        cr_expect(eq(int, route_fixture_get(&f, "h", "/x?q"), SLUICE_FORWARD), "%zu", i);
        cr_expect(eq(int, route_fixture_get(&f, "h", "/xxxxxx?0123456789"), SLUICE_UNAVAILABLE),
                  "%zu", i);
        cr_expect(eq(u32, f.decision.status, 500));
        cr_expect(f.decision.destination == NULL && f.decision.split_count == 0);
        cr_expect(f.decision.matched != NULL);
        cr_expect(eq(int, route_fixture_get(&f, "h", "/x?q"), SLUICE_FORWARD), "and recovers");
        route_fixture_free(&f);
    }
}
