/* model/annotations: the sluice.dev annotations. */
#include <criterion/criterion.h>

#include "base/alloc.h"
#include "model/annotations.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))
#define NO_TTL SLUICE_NO_DURATION
#define SECOND INT64_C(1000000000)

Test(annotations, one_source)
{
    static const struct {
        int line;
        const char *value;
        bool hash_policy;
        enum model_sticky_key_kind kind;
        const char *name, *path;
        int64_t ttl_ns;
    } rows[] = {
        {__LINE__, "cookie:uid",                      false, MODEL_STICKY_COOKIE,     "uid",    "",   NO_TTL},
        {__LINE__, " cookie: uid ; ttl=1h ; path=/ ", false, MODEL_STICKY_COOKIE,     "uid",    "/",
         3600 * SECOND                                                                                      },
        {__LINE__, "cookie:uid;path=/a;ttl=1h30m10s", false, MODEL_STICKY_COOKIE,     "uid",    "/a",
         5410 * SECOND                                                                                      },
        {__LINE__, "cookie:uid;ttl=0s",               false, MODEL_STICKY_COOKIE,     "uid",    "",   0     },
        {__LINE__, "header:X-User",                   false, MODEL_STICKY_HEADER,     "x-user", "",   NO_TTL},
        {__LINE__, "query:u",                         false, MODEL_STICKY_QUERY,      "u",      "",   NO_TTL},
        {__LINE__, "source-ip",                       false, MODEL_STICKY_SOURCE_IP,  "",       "",   NO_TTL},
        {__LINE__, "key",                             false, MODEL_STICKY_CALLER_KEY, "",       "",   NO_TTL},
        {__LINE__, "hash-policy",                     true,  0,                       "",       "",   NO_TTL},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct arena arena = arena_init(alloc_or_default(NULL));
        struct model_sticky sticky = {0};
        struct annotation_error error;
        cr_assert(annotation_parse(&sticky, &arena, STR(ANNOTATION_STICKY),
                                   sluice_str_of(rows[i].value), &error),
                  "line %d", rows[i].line);
        cr_assert(sticky.source_count == 1, "line %d", rows[i].line);
        const struct model_sticky_source *source = &sticky.sources[0];
        cr_expect(source->hash_policy == rows[i].hash_policy, "line %d", rows[i].line);
        cr_expect(source->hash_policy || source->key.kind == rows[i].kind, "line %d", rows[i].line);
        cr_expect(str_equal(source->key.name, sluice_str_of(rows[i].name)), "line %d",
                  rows[i].line);
        cr_expect(str_equal(source->key.path, sluice_str_of(rows[i].path)), "line %d",
                  rows[i].line);
        cr_expect(source->key.ttl_ns == rows[i].ttl_ns, "line %d", rows[i].line);
        arena_free(&arena);
    }
}

Test(annotations, a_list_keeps_its_order)
{
    struct arena arena = arena_init(alloc_or_default(NULL));
    struct model_sticky sticky = {0};
    struct annotation_error error;
    cr_assert(annotation_parse(&sticky, &arena, STR(ANNOTATION_STICKY),
                               STR("header:a,\n cookie:b;ttl=1h, key"), &error));
    cr_assert(sticky.source_count == 3);
    cr_expect(sticky.sources[0].key.kind == MODEL_STICKY_HEADER);
    cr_expect(sticky.sources[1].key.kind == MODEL_STICKY_COOKIE);
    cr_expect(sticky.sources[2].key.kind == MODEL_STICKY_CALLER_KEY);
    arena_free(&arena);
}

Test(annotations, cohort_and_pick)
{
    struct arena arena = arena_init(alloc_or_default(NULL));
    struct model_sticky sticky = {0};
    struct annotation_error error;
    cr_expect(annotation_parse(&sticky, &arena, STR(ANNOTATION_COHORT), STR(" c-1 "), &error));
    cr_expect(str_equal(sticky.cohort, STR("c-1")));
    cr_expect(annotation_parse(&sticky, &arena, STR(ANNOTATION_PICK), STR("even"), &error));
    cr_expect(sticky.even);
    cr_expect(annotation_parse(&sticky, &arena, STR(ANNOTATION_PICK), STR("random"), &error));
    cr_expect(!sticky.even);
    cr_expect(annotation_parse(&sticky, &arena, STR("other"), STR("?"), &error));
    arena_free(&arena);
}

Test(annotations, mistakes_are_placed)
{
    static const struct {
        int line;
        const char *name, *value;
        size_t at;
    } rows[] = {
        {__LINE__, ANNOTATION_STICKY, "",                                   0 },
        {__LINE__, ANNOTATION_STICKY, "cookie",                             0 },
        {__LINE__, ANNOTATION_STICKY, "cookie:",                            7 },
        {__LINE__, ANNOTATION_STICKY, "cookie:a b",                         7 },
        {__LINE__, ANNOTATION_STICKY, "key, nonsense",                      5 },
        {__LINE__, ANNOTATION_STICKY, "key,",                               4 },
        {__LINE__, ANNOTATION_STICKY, "cookie:a;ttl=1",                     9 },
        {__LINE__, ANNOTATION_STICKY, "cookie:a;ttl=",                      9 },
        {__LINE__, ANNOTATION_STICKY, "cookie:a;ttl=1d",                    9 },
        {__LINE__, ANNOTATION_STICKY, "cookie:a;ttl=99999999999999999999h", 9 },
        {__LINE__, ANNOTATION_STICKY, "cookie:a;ttl=9999999h",              9 },
        {__LINE__, ANNOTATION_STICKY, "cookie:a;ttl=1h;ttl=2h",             16},
        {__LINE__, ANNOTATION_STICKY, "cookie:a;path=x",                    9 },
        {__LINE__, ANNOTATION_STICKY, "cookie:a;secure",                    9 },
        {__LINE__, ANNOTATION_STICKY, "header:",                            7 },
        {__LINE__, ANNOTATION_STICKY, "header:a:b",                         7 },
        {__LINE__, ANNOTATION_STICKY, "query:",                             6 },
        {__LINE__, ANNOTATION_COHORT, " ",                                  1 },
        {__LINE__, ANNOTATION_COHORT, "a b",                                0 },
        {__LINE__, ANNOTATION_PICK,   "Even",                               0 },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct arena arena = arena_init(alloc_or_default(NULL));
        struct model_sticky sticky = {0};
        struct annotation_error error = {SIZE_MAX, NULL};
        cr_expect(!annotation_parse(&sticky, &arena, sluice_str_of(rows[i].name),
                                    sluice_str_of(rows[i].value), &error),
                  "line %d", rows[i].line);
        cr_expect(error.message != NULL, "line %d", rows[i].line);
        cr_expect(error.at == rows[i].at, "line %d: at %zu", rows[i].line, error.at);
        cr_expect(sticky.source_count == 0 && sticky.cohort.len == 0, "line %d", rows[i].line);
        arena_free(&arena);
    }
}
