/* yaml/json: strict JSON into trees. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "support/failing_alloc.h"
#include "support/yaml_fixture.h"
#include "yaml/json.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

/* The JSON reader alone. False: it leaves the text to the YAML reader. */
static bool
read_json(struct yaml_fixture *fixture, sluice_str text, size_t *error)
{
    yaml_fixture_load(fixture, NULL, STR(""), NULL, NULL);
    struct reading reading = reading_init(&fixture->load, STR("test.json"), text, &fixture->tail);
    bool taken = json_read(&reading, error);
    fixture->status = reading.status;
    reading_free(&reading);
    return taken;
}

Test(json, reads_strict_json)
{
    static const struct {
        int line;
        const char *text, *want;
    } rows[] = {
        {__LINE__, "{}",                                                 "{}"                        },
        {__LINE__, " [ ] \n",                                            "[]"                        },
        {__LINE__, "{\"a\":1,\"b\":[true,false,null,\"x\",1.5,-0,1e3]}",
         "{a: int 1, b: [bool true, bool false, null, str \"x\", float 1.5, int -0, float 1e3]}"     },
        {__LINE__, "{\"on\":{},\"010\":[[],{}]}",                        "{on: {}, 010: [[], {}]}"   },
        {__LINE__, "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]",                   "[str \"\"\\/\b\f\n\r\t\"]" },
        {__LINE__, "[\"\\u00e9\\u20AC\\ud83d\\uDE00\"]",
         "[str \"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"]"                                            },
        {__LINE__, "[\"\xc3\xa9 \x7f\xef\xbb\xbf\xe2\x80\xa8\"]",
         "[str \"\xc3\xa9 \x7f\xef\xbb\xbf\xe2\x80\xa8\"]"                                           },
        {__LINE__, "[\"0123456\\\\\",\"01234567\\n\",\"012345678\"]",
         "[str \"0123456\\\", str \"01234567\n\", str \"012345678\"]"                                },
        {__LINE__, "[18446744073709551615,-9223372036854775808,1E+2]",
         "[int 18446744073709551615, int -9223372036854775808, float 1E+2]"                          },
        {__LINE__, "{\"<<\":{\"a\":1},\"~\":2}",                         "{<<: {a: int 1}, ~: int 2}"},
        {__LINE__, "{\"\":\"\"}",                                        "{: str \"\"}"              },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct yaml_fixture fixture;
        sluice_str text = sluice_str_of(rows[i].text);
        size_t error = 0;
        cr_expect(read_json(&fixture, text, &error), "line %d", rows[i].line);
        cr_expect(yaml_fixture_is_sound(&fixture, text), "line %d", rows[i].line);
        sluice_str got = yaml_fixture_print(&fixture);
        cr_expect(str_equal(got, sluice_str_of(rows[i].want)), "line %d: %.*s", rows[i].line,
                  STR_ARG(got));
        yaml_fixture_free(&fixture);
    }
}

Test(json, leaves_the_rest_to_yaml)
{
    static const struct {
        int line;
        const char *text;
        size_t error;
    } rows[] = {
        {__LINE__, "{a: 1}",               1},
        {__LINE__, "[1,]",                 3},
        {__LINE__, "{\"a\":1,}",           7},
        {__LINE__, "[01]",                 3},
        {__LINE__, "[1.]",                 3},
        {__LINE__, "[.5]",                 1},
        {__LINE__, "[+1]",                 1},
        {__LINE__, "[1e]",                 3},
        {__LINE__, "[-]",                  2},
        {__LINE__, "[tru]",                1},
        {__LINE__, "[\"a\nb\"]",           3},
        {__LINE__, "[\"\\x41\"]",          2},
        {__LINE__, "[\"\\ud800\"]",        8},
        {__LINE__, "[\"\\ud800\\u0041\"]", 8},
        {__LINE__, "[\"\\udc00\"]",        8},
        {__LINE__, "[\"\\u00g0\"]",        4},
        {__LINE__, "[\"a",                 3},
        {__LINE__, "[\"a\\",               3},
        {__LINE__, "['a']",                1},
        {__LINE__, "[1 2]",                3},
        {__LINE__, "{\"a\" 1}",            5},
        {__LINE__, "{\"a\":}",             5},
        {__LINE__, "[1}",                  2},
        {__LINE__, "[",                    1},
        {__LINE__, "{} {}",                3},
        {__LINE__, "[]\n---\n[]",          3},
        {__LINE__, "[1] # c",              4},
        {__LINE__, "[\t\v]",               2},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct yaml_fixture fixture;
        size_t error = 0;
        cr_expect(not(read_json(&fixture, sluice_str_of(rows[i].text), &error)), "line %d",
                  rows[i].line);
        cr_expect(eq(sz, error, rows[i].error), "line %d", rows[i].line);
        cr_expect(eq(sz, sluice_report_count(fixture.report), 0), "line %d", rows[i].line);
        cr_expect(eq(sz, fixture.load.nodes, 0), "line %d", rows[i].line);
        cr_expect(fixture.documents == NULL, "line %d", rows[i].line);
        yaml_fixture_free(&fixture);
    }
}

Test(json, places_are_those_of_the_text)
{
    struct yaml_fixture fixture;
    yaml_fixture_load(&fixture, NULL, STR("\xef\xbb\xbf{\n  \"a\": [1,\r\n \"\xc3\xa9\", true]}\n"),
                      NULL, NULL);
    const struct yaml_node *a = yaml_get(fixture.documents->root, STR("a"));
    const struct yaml_node *last = a->children.first->next->next;
    cr_expect(eq(u32, fixture.documents->root->line, 1));
    cr_expect(eq(u32, fixture.documents->root->column, 1));
    cr_expect(eq(u32, a->key_line, 2));
    cr_expect(eq(u32, a->key_column, 3));
    cr_expect(eq(u32, a->line, 2));
    cr_expect(eq(u32, a->column, 8));
    cr_expect(eq(u32, last->line, 3));
    cr_expect(eq(u32, last->column, 8));
    cr_expect(eq(u32, last->key_line, 0));
    cr_expect(eq(u32, last->index, 2));
    yaml_fixture_free(&fixture);
}

static void
expect_finding(const struct yaml_fixture *fixture, size_t index, const char *code, uint32_t line,
               uint32_t column)
{
    const sluice_diagnostic *d = sluice_report_get(fixture->report, index);
    cr_assert(d != NULL);
    cr_expect(str_equal(d->code, sluice_str_of(code)), "%.*s", STR_ARG(d->code));
    cr_expect(eq(u32, d->line, line));
    cr_expect(eq(u32, d->column, column));
}

Test(json, duplicate_keys_are_reported_in_small_and_in_large_maps)
{
    struct yaml_fixture fixture;
    yaml_fixture_load(&fixture, NULL, STR("{\"a\":1,\n\"b\":2,\"a\":3}"), NULL, NULL);
    cr_expect(eq(int, (int)fixture.status, (int)SLUICE_ERR_SYNTAX));
    cr_expect(fixture.documents == NULL);
    expect_finding(&fixture, 0, "SL0004", 2, 7);
    yaml_fixture_free(&fixture);
    char text[1024];
    int len = snprintf(text, sizeof(text), "{\"k0\":0");
    for (int i = 1; i < 50; i++) {
        len += snprintf(text + len, sizeof(text) - (size_t)len, ",\n\"k%d\":0", i == 49 ? 7 : i);
    }
    len += snprintf(text + len, sizeof(text) - (size_t)len, "}");
    yaml_fixture_load(&fixture, NULL, str_make(text, (size_t)len), NULL, NULL);
    cr_expect(eq(sz, sluice_report_count(fixture.report), 1));
    expect_finding(&fixture, 0, "SL0004", 50, 1);
    yaml_fixture_free(&fixture);
}

Test(json, limits_hold)
{
    static const struct {
        int line;
        const char *text;
        sluice_limits limits;
    } rows[] = {
        {__LINE__, "[[[1]]]", {1000, 10, 2, 100, 10, 1, 1, 1}},
        {__LINE__, "[1,2,3]", {1000, 10, 9, 3, 10, 1, 1, 1}  },
        {__LINE__, "[1]",     {2, 10, 9, 100, 10, 1, 1, 1}   },
        {__LINE__, "[1]",     {1000, 0, 9, 100, 10, 1, 1, 1} },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct yaml_fixture fixture;
        yaml_fixture_load(&fixture, NULL, sluice_str_of(rows[i].text), &rows[i].limits, NULL);
        cr_expect(eq(int, (int)fixture.status, (int)SLUICE_ERR_LIMIT), "line %d", rows[i].line);
        cr_expect(eq(sz, sluice_report_count(fixture.report), 1), "line %d", rows[i].line);
        cr_expect(fixture.documents == NULL, "line %d", rows[i].line);
        yaml_fixture_free(&fixture);
    }
}

Test(json, a_syntax_error_in_what_is_nearly_json_is_reported_once)
{
    static const char *const rows[] = {"{\"a\": [1, 2}", "{\"a\":1,\"a\":2,]", "{\"a\"\v: 1}",
                                       "{\"a\": \"\\ud800\"}"};
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct yaml_fixture fixture;
        yaml_fixture_load(&fixture, NULL, sluice_str_of(rows[i]), NULL, NULL);
        cr_expect(eq(int, (int)fixture.status, (int)SLUICE_ERR_SYNTAX), "%s", rows[i]);
        cr_expect(le(sz, sluice_report_count(fixture.report), (size_t)(i == 1 ? 2 : 1)), "%s",
                  rows[i]);
        cr_expect(fixture.documents == NULL, "%s", rows[i]);
        yaml_fixture_free(&fixture);
    }
}

/* A text of `unit` repeated. Free ptr. */
static sluice_str
repeat(const char *before, const char *unit, size_t count, const char *after)
{
    size_t unit_len = strlen(unit), len = strlen(before);
    char *text = malloc(len + unit_len * count + strlen(after) + 1);
    cr_assert(text != NULL);
    memcpy(text, before, len);
    for (size_t i = 0; i < count; i++, len += unit_len) {
        memcpy(text + len, unit, unit_len);
    }
    memcpy(text + len, after, strlen(after) + 1);
    return sluice_str_of(text);
}

Test(json, large_and_deep_texts_take_linear_time, .timeout = 30)
{
    static const struct {
        int line;
        const char *before, *unit, *after;
        sluice_status status;
    } rows[] = {
        {__LINE__, "",    "[",        "",         SLUICE_ERR_LIMIT },
        {__LINE__, "",    "{\"a\":",  "",         SLUICE_ERR_LIMIT },
        {__LINE__, "[",   "1,",       "1]",       SLUICE_OK        },
        {__LINE__, "[\"", "\\u00e9",  "\"]",      SLUICE_OK        },
        {__LINE__, "[",   "\n",       "]",        SLUICE_OK        },
        {__LINE__, "{",   "\"a\":1,", "\"a\":2}", SLUICE_ERR_SYNTAX},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct yaml_fixture fixture;
        sluice_str text = repeat(rows[i].before, rows[i].unit, 300000, rows[i].after);
        yaml_fixture_load(&fixture, NULL, text, NULL, NULL);
        cr_expect(eq(int, (int)fixture.status, (int)rows[i].status), "line %d", rows[i].line);
        cr_expect(le(sz, sluice_report_count(fixture.report), 101), "line %d", rows[i].line);
        yaml_fixture_free(&fixture);
        free((char *)text.ptr);
    }
}

Test(json, every_allocation_may_fail)
{
    static const char text[] =
        "{\"a\":[1,\"x\\ny\",{}],\"k1\":1,\"k2\":2,\"k3\":3,\"k4\":4,\"k5\":5,\"k6\":6,\"k7\":7,"
        "\"k8\":8,\"a\":{\"b\":[[[[[[[[[[[]]]]]]]]]]]}}";
    struct failing_alloc memory;
    size_t k = 0;
    do {
        struct yaml_fixture fixture;
        failing_alloc_init(&memory, k++);
        yaml_fixture_load(&fixture, NULL, STR(text), NULL, &memory.allocator);
        sluice_status want = memory.failed ? SLUICE_ERR_NOMEM : SLUICE_ERR_SYNTAX;
        cr_expect(eq(int, (int)fixture.status, (int)want), "allocation %zu", k - 1);
        yaml_fixture_free(&fixture);
        cr_expect(eq(sz, failing_alloc_finish(&memory), 0), "allocation %zu", k - 1);
    } while (memory.failed && k < 1000);
    cr_expect(gt(sz, k, 5));
}
