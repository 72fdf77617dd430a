/* yaml/decode: trees into typed structs. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stddef.h>
#include <stdio.h>

#include "support/failing_alloc.h"
#include "support/yaml_fixture.h"
#include "yaml/decode.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

struct inner_more {
    struct value_int weight;
    struct value_str note;
};

struct inner {
    const struct yaml_node *node;
    const struct inner_more *more;
    struct value_str host;
    struct value_int port;
    uint32_t line;
};

struct outer {
    const struct yaml_node *node;
    struct value_str str;
    struct value_bool boolean;
    struct value_int int32, uint32, mode;
    struct value_u64 uint64;
    struct value_double real;
    struct value_duration time;
    struct value_str bytes;
    struct inner *inner;
    struct value_list strs, uint32s, modes, inners;
    struct value_str_map str_map;
    struct value_uint32_map uint32_map;
    struct value_message_map inner_map;
    const struct yaml_node *any;
    struct value_str exact, prefix_rewrite;
    struct value_bool ignored;
};

#define INNER(member_, name_, type_)                                                               \
    .name = (name_), .name_len = sizeof(name_) - 1, .type = (type_),                               \
    .offset = offsetof(struct inner, member_)
#define OUTER(member_, name_, type_)                                                               \
    .name = (name_), .name_len = sizeof(name_) - 1, .type = (type_),                               \
    .offset = offsetof(struct outer, member_)

#define INNER_MORE(member_, name_, type_)                                                          \
    .name = (name_), .name_len = sizeof(name_) - 1, .type = (type_),                               \
    .offset = offsetof(struct inner_more, member_), .in_more = true

static const struct inner_more no_more = {.weight = {.set = false}};
static const struct field_type_row inner_fields[] = {
    {INNER(host, "host", FIELD_STR)},
    {INNER_MORE(weight, "weight", FIELD_UINT32)},
    {INNER_MORE(note, "note", FIELD_STR)},
    {INNER(port, "port", FIELD_UINT32)},
};
static const struct message_type inner_type = {
    .name = "Inner",
    .size = sizeof(struct inner),
    .fields = inner_fields,
    .field_count = ROWS(inner_fields),
    .more = offsetof(struct inner, more),
    .more_size = sizeof(struct inner_more),
    .no_more = &no_more,
    .line = offsetof(struct inner, line),
};

static const struct enum_value modes[] = {
    {"OFF",    0},
    {"SIMPLE", 1},
    {"MUTUAL", 2},
    {NULL,     0}
};

#define OUTER_WITH(member_, name_, type_, more_) OUTER(member_, name_, type_), more_

static const struct field_type_row outer_fields[] = {
    {OUTER(str, "str", FIELD_STR)},
    {OUTER(boolean, "boolean", FIELD_BOOL)},
    {OUTER(int32, "int32", FIELD_INT32)},
    {OUTER(uint32, "uint32", FIELD_UINT32)},
    {OUTER(uint64, "uint64", FIELD_UINT64)},
    {OUTER(real, "real", FIELD_DOUBLE)},
    {OUTER(time, "time", FIELD_DURATION)},
    {OUTER(bytes, "bytes", FIELD_BYTES)},
    {OUTER_WITH(mode, "mode", FIELD_ENUM, .values = modes)},
    {OUTER_WITH(inner, "inner", FIELD_MESSAGE, .message = &inner_type)},
    {OUTER(strs, "strs", FIELD_STR_LIST)},
    {OUTER(uint32s, "uint32s", FIELD_UINT32_LIST)},
    {OUTER_WITH(modes, "modes", FIELD_ENUM_LIST, .values = modes)},
    {OUTER_WITH(inners, "inners", FIELD_MESSAGE_LIST, .message = &inner_type)},
    {OUTER(str_map, "strMap", FIELD_STR_MAP)},
    {OUTER(uint32_map, "uint32Map", FIELD_UINT32_MAP)},
    {OUTER_WITH(inner_map, "innerMap", FIELD_MESSAGE_MAP, .message = &inner_type)},
    {OUTER(any, "any", FIELD_NODE)},
    {OUTER_WITH(exact, "exact", FIELD_STR, .oneof = "match")},
    {OUTER_WITH(prefix_rewrite, "prefixRewrite", FIELD_STR, .oneof = "match")},
    {OUTER_WITH(ignored, "ignored", FIELD_BOOL, .not_acted_on = true)},
};
static const struct message_type outer_type = {
    .name = "Outer",
    .size = sizeof(struct outer),
    .fields = outer_fields,
    .field_count = ROWS(outer_fields),
};

static const struct decode_dialect dialect = {
    .error_code = "E",
    .warning_code = "W",
    .info_code = "I",
};

struct decoded {
    struct yaml_fixture yaml;
    struct decode decode;
    struct outer *outer;
};

static void
decode_text(struct decoded *decoded, sluice_str text, bool lenient, const sluice_allocator *alloc)
{
    yaml_fixture_load(&decoded->yaml, NULL, text, NULL, alloc);
    decoded->outer = NULL;
    decoded->decode = (struct decode){
        .arena = &decoded->yaml.arena,
        .messages = &decoded->yaml.arena,
        .diags = &decoded->yaml.diags,
        .dialect = &dialect,
        .lenient = lenient,
        .document = STR("test.yaml"),
        .kind = STR("Kind"),
        .name = STR("name"),
    };
    if (decoded->yaml.status != SLUICE_OK) return;
    decoded->outer = decode_message(&decoded->decode, &outer_type, decoded->yaml.documents->root);
}

static void
expect_clean(const struct decoded *decoded, int line)
{
    const sluice_diagnostic *d = sluice_report_get(decoded->yaml.report, 0);
    cr_assert(decoded->outer != NULL, "line %d", line);
    cr_expect(d == NULL, "line %d: %.*s", line, STR_ARG(d ? d->message : STR("")));
}

Test(decode, reads_every_type)
{
    static const char text[] =
        "str: a\nboolean: yes\nint32: -5\nuint32: 0x10\nuint64: 18446744073709551615\nreal: 1.5\n"
        "time: 1h30m\nbytes: aGk=\nmode: MUTUAL\ninner: {host: h, port: 80}\nstrs: [a, 'b']\n"
        "uint32s: [1, 2]\nmodes: [SIMPLE, 0]\ninners: [{host: x}, {port: 1}]\nstrMap: {a: b, on: "
        "'c'}\n"
        "uint32Map: {a: 7}\ninnerMap: {k: {host: z}}\nany: [1]\nexact: e\n";
    struct decoded decoded;
    decode_text(&decoded, STR(text), false, NULL);
    expect_clean(&decoded, __LINE__);
    const struct outer *o = decoded.outer;
    cr_expect(str_equal(o->str.v, STR("a")));
    cr_expect(value_is_set(o->str) && o->boolean.set && o->boolean.v);
    cr_expect(eq(i64, o->int32.v, -5));
    cr_expect(eq(i64, o->uint32.v, 16));
    cr_expect(eq(u64, o->uint64.v, UINT64_MAX));
    cr_expect(o->real.v == 1.5);
    cr_expect(eq(i64, o->time.v, INT64_C(5400000000000)));
    cr_expect(str_equal(o->bytes.v, STR("hi")));
    cr_expect(eq(i64, o->mode.v, 2));
    cr_expect(str_equal(o->inner->host.v, STR("h")));
    cr_expect(eq(i64, o->inner->port.v, 80));
    cr_expect(eq(u32, o->inner->node->line, 10));
    cr_expect(eq(u32, o->inner->line, 10));
    const sluice_str *strs = o->strs.items;
    cr_expect(eq(sz, o->strs.count, 2));
    cr_expect(str_equal(strs[1], STR("b")));
    cr_expect(eq(u32, ((const uint32_t *)o->uint32s.items)[1], 2));
    cr_expect(eq(i64, ((const int64_t *)o->modes.items)[0], 1));
    const struct inner *inners = o->inners.items;
    cr_expect(eq(sz, o->inners.count, 2));
    cr_expect(eq(i64, inners[1].port.v, 1));
    cr_expect(not(value_is_set(inners[1].host)));
    cr_expect(eq(sz, o->str_map.count, 2));
    cr_expect(str_equal(o->str_map.items[1].name, STR("true")));
    cr_expect(eq(u32, o->str_map.nodes[1]->line, 15));
    cr_expect(eq(u32, o->uint32_map.values[0], 7));
    cr_expect(str_equal(o->inner_map.keys[0], STR("k")));
    cr_expect(str_equal(((const struct inner *)o->inner_map.items)->host.v, STR("z")));
    cr_expect(o->any->kind == YAML_SEQ);
    cr_expect(str_equal(o->exact.v, STR("e")));
    yaml_fixture_free(&decoded.yaml);
}

Test(decode, makes_room_for_what_few_messages_have)
{
    static const char text[] =
        "inners: [{host: x, port: 1}, {weight: 5, host: z, note: slow}, null]";
    struct decoded decoded;
    decode_text(&decoded, STR(text), false, NULL);
    expect_clean(&decoded, __LINE__);
    const struct inner *inners = decoded.outer->inners.items;
    cr_assert(eq(sz, decoded.outer->inners.count, 3));
    cr_expect(inners[0].more == &no_more && inners[2].more == &no_more);
    cr_assert(inners[1].more != &no_more);
    cr_expect(inners[1].more->weight.set && inners[1].more->weight.v == 5);
    cr_expect(str_equal(inners[1].more->note.v, STR("slow")));
    cr_expect(str_equal(inners[1].host.v, STR("z")) && !inners[1].port.set);
    yaml_fixture_free(&decoded.yaml);
}

Test(decode, null_is_absent_but_in_lists_and_maps)
{
    struct decoded decoded;
    decode_text(
        &decoded,
        STR("str:\nboolean: ~\nint32: null\ninner: ~\nstrs:\nmode:\nany: ~\n"
            "exact: x\nprefixRewrite:\ninners: [~, {port: 1}]\ninnerMap: {a: , b: {port: 2}}\n"),
        false, NULL);
    expect_clean(&decoded, __LINE__);
    const struct outer *o = decoded.outer;
    cr_expect(not(value_is_set(o->str) || o->boolean.set || o->int32.set || o->mode.set));
    cr_expect(o->inner == NULL);
    cr_expect(o->strs.node == NULL);
    cr_expect(o->any->kind == YAML_NULL);
    const struct inner *inners = o->inners.items;
    cr_expect(inners[0].node->kind == YAML_NULL);
    cr_expect(not(inners[0].port.set));
    cr_expect(inners[1].port.set);
    const struct inner *values = o->inner_map.items;
    cr_expect(eq(sz, o->inner_map.count, 2));
    cr_expect(values[0].node->kind == YAML_NULL);
    cr_expect(eq(i64, values[1].port.v, 2));
    yaml_fixture_free(&decoded.yaml);
}

Test(decode, numbers_may_be_written_in_more_than_one_way)
{
    static const struct {
        int line;
        const char *text;
        int64_t uint32, int32;
        uint64_t uint64;
        double real;
    } rows[] = {
        {__LINE__, "uint32: 1e2",                    100,        0,         0,                   0  },
        {__LINE__, "uint32: \"100\"",                100,        0,         0,                   0  },
        {__LINE__, "uint32: '1e2'",                  100,        0,         0,                   0  },
        {__LINE__, "uint32: 100.0",                  100,        0,         0,                   0  },
        {__LINE__, "uint32: 010",                    8,          0,         0,                   0  },
        {__LINE__, "uint32: 4294967295",             4294967295, 0,         0,                   0  },
        {__LINE__, "int32: -2147483648",             0,          INT32_MIN, 0,                   0  },
        {__LINE__, "int32: '-7'",                    0,          -7,        0,                   0  },
        {__LINE__, "{\"int32\": -0}",                0,          0,         0,                   0  },
        {__LINE__, "uint64: 1e18",                   0,          0,         1000000000000000000, 0  },
        {__LINE__, "uint64: '18446744073709551615'", 0,          0,         UINT64_MAX,          0  },
        {__LINE__, "real: 3",                        0,          0,         0,                   3  },
        {__LINE__, "real: '2.5e1'",                  0,          0,         0,                   25 },
        {__LINE__, "{\"real\": 1e-1}",               0,          0,         0,                   0.1},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct decoded decoded;
        decode_text(&decoded, sluice_str_of(rows[i].text), false, NULL);
        expect_clean(&decoded, rows[i].line);
        cr_expect(eq(i64, decoded.outer->uint32.v, rows[i].uint32), "line %d", rows[i].line);
        cr_expect(eq(i64, decoded.outer->int32.v, rows[i].int32), "line %d", rows[i].line);
        cr_expect(eq(u64, decoded.outer->uint64.v, rows[i].uint64), "line %d", rows[i].line);
        cr_expect(decoded.outer->real.v == rows[i].real, "line %d", rows[i].line);
        yaml_fixture_free(&decoded.yaml);
    }
}

static bool
contains(sluice_str text, const char *part)
{
    size_t len = strlen(part);
    for (size_t i = 0; i + len <= text.len; i++) {
        if (memcmp(text.ptr + i, part, len) == 0) return true;
    }
    return false;
}

Test(decode, findings_say_where_and_what)
{
    static const struct {
        int line;
        const char *text, *path, *part;
        uint32_t at_line, at_column;
    } rows[] = {
        {__LINE__, "a: 1",                       "a",               "unknown field \"a\" in Outer", 1, 1 },
        {__LINE__, "booleen: true",              "booleen",         "did you mean \"boolean\"?",    1, 1 },
        {__LINE__, "inner: {hots: x}",           "inner.hots",      "did you mean \"host\"?",       1, 9 },
        {__LINE__, "Str: x",                     "Str",             "did you mean \"str\"?",        1, 1 },
        {__LINE__, "str: yes",                   "str",             "\"yes\" in quotes",            1, 6 },
        {__LINE__, "str: 1.10",                  "str",             "\"1.10\" in quotes",           1, 6 },
        {__LINE__, "str: 5",                     "str",             "\"5\" in quotes",              1, 6 },
        {__LINE__, "str: {}",                    "str",             "not a map",                    1, 6 },
        {__LINE__, "boolean: 'true'",            "boolean",         "take the quotes away",         1, 10},
        {__LINE__, "boolean: 1",                 "boolean",         "true or false",                1, 10},
        {__LINE__, "int32: 2147483648",          "int32",           "out of range",                 1, 8 },
        {__LINE__, "uint32: -1",                 "uint32",          "out of range",                 1, 9 },
        {__LINE__, "uint32: 4294967296",         "uint32",          "out of range",                 1, 9 },
        {__LINE__, "uint32: 1.5",                "uint32",          "integer",                      1, 9 },
        {__LINE__, "uint32: ' 1'",               "uint32",          "integer",                      1, 9 },
        {__LINE__, "uint32: '0x10'",             "uint32",          "integer",                      1, 9 },
        {__LINE__, "uint32: true",               "uint32",          "integer",                      1, 9 },
        {__LINE__, "uint32: []",                 "uint32",          "not a list",                   1, 9 },
        {__LINE__, "uint64: -1",                 "uint64",          "integer",                      1, 9 },
        {__LINE__, "uint64: 1e300",              "uint64",          "integer",                      1, 9 },
        {__LINE__, "real: .inf",                 "real",            "number",                       1, 7 },
        {__LINE__, "real: x",                    "real",            "number",                       1, 7 },
        {__LINE__, "real: 'NaN'",                "real",            "number",                       1, 7 },
        {__LINE__, "time: 5",                    "time",            "in quotes",                    1, 7 },
        {__LINE__, "time: 5x",                   "time",            "\"5x\" is no duration",        1, 7 },
        {__LINE__, "bytes: '*'",                 "bytes",           "base64",                       1, 8 },
        {__LINE__, "bytes: abcde",               "bytes",           "base64",                       1, 8 },
        {__LINE__, "mode: NONE",                 "mode",            "OFF, SIMPLE, MUTUAL",          1, 7 },
        {__LINE__, "mode: simple",               "mode",            "OFF, SIMPLE, MUTUAL",          1, 7 },
        {__LINE__, "mode: 3",                    "mode",            "OFF, SIMPLE, MUTUAL",          1, 7 },
        {__LINE__, "inner: [x]",                 "inner",           "Inner must be a map",          1, 8 },
        {__LINE__, "strs: x",                    "strs",            "a list is expected",           1, 7 },
        {__LINE__, "strs: [a, 1]",               "strs[1]",         "in quotes",                    1, 11},
        {__LINE__, "uint32s: [1, x]",            "uint32s[1]",      "integer",                      1, 14},
        {__LINE__, "modes:\n- NONE",             "modes[0]",        "SIMPLE",                       2, 3 },
        {__LINE__, "inners: [{port: -1}]",       "inners[0].port",  "out of range",                 1, 17},
        {__LINE__, "strMap: {a.b: 1}",           "strMap[\"a.b\"]", "in quotes",                    1, 15},
        {__LINE__, "strMap: []",                 "strMap",          "a map is expected",            1, 9 },
        {__LINE__, "uint32Map: {a: x}",          "uint32Map.a",     "integer",                      1, 16},
        {__LINE__, "innerMap: {a: {port: x}}",   "innerMap.a.port", "integer",                      1, 22},
        {__LINE__, "exact: a\nprefixRewrite: b", "prefixRewrite",   "exclude each other",           2, 16},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct decoded decoded;
        decode_text(&decoded, sluice_str_of(rows[i].text), false, NULL);
        cr_assert(decoded.outer != NULL, "line %d", rows[i].line);
        cr_expect(eq(sz, sluice_report_count(decoded.yaml.report), 1), "line %d", rows[i].line);
        cr_expect(eq(sz, decoded.decode.errors, 1), "line %d", rows[i].line);
        const sluice_diagnostic *d = sluice_report_get(decoded.yaml.report, 0);
        cr_assert(d != NULL, "line %d", rows[i].line);
        cr_expect(contains(d->message, rows[i].part), "line %d: %.*s", rows[i].line,
                  STR_ARG(d->message));
        cr_expect(str_equal(d->path, sluice_str_of(rows[i].path)), "line %d: %.*s", rows[i].line,
                  STR_ARG(d->path));
        cr_expect(eq(u32, d->line, rows[i].at_line), "line %d", rows[i].line);
        cr_expect(eq(u32, d->column, rows[i].at_column), "line %d", rows[i].line);
        cr_expect(str_equal(d->code, STR("E")) && str_equal(d->kind, STR("Kind")));
        yaml_fixture_free(&decoded.yaml);
    }
}

Test(decode, all_findings_are_reported_and_the_rest_is_decoded)
{
    struct decoded decoded;
    decode_text(&decoded, STR("str: 1\nx: 2\nint32: y\nuint32: 7\n"), false, NULL);
    cr_expect(eq(sz, decoded.decode.errors, 3));
    cr_expect(eq(i64, decoded.outer->uint32.v, 7));
    cr_expect(not(value_is_set(decoded.outer->str)));
    yaml_fixture_free(&decoded.yaml);
}

struct graded {
    int line;
    const char *text, *code;
    sluice_severity severity;
    bool lenient;
};

Test(decode, severities_depend_on_the_finding_and_the_mode)
{
    static const struct graded rows[] = {
        {__LINE__, "x: 1",              "W", SLUICE_SEVERITY_WARNING, true },
        {__LINE__, "str: 1",            "E", SLUICE_SEVERITY_ERROR,   true },
        {__LINE__, "prefix_rewrite: a", "W", SLUICE_SEVERITY_WARNING, false},
        {__LINE__, "ignored: true",     "I", SLUICE_SEVERITY_INFO,    false},
        {__LINE__, "{\"a\\nb\": 1}",    "E", SLUICE_SEVERITY_ERROR,   false},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct decoded decoded;
        decode_text(&decoded, sluice_str_of(rows[i].text), rows[i].lenient, NULL);
        cr_expect(eq(sz, sluice_report_count(decoded.yaml.report), 1), "line %d", rows[i].line);
        const sluice_diagnostic *d = sluice_report_get(decoded.yaml.report, 0);
        cr_expect(eq(int, (int)d->severity, (int)rows[i].severity), "line %d", rows[i].line);
        cr_expect(str_equal(d->code, sluice_str_of(rows[i].code)), "line %d", rows[i].line);
        cr_expect(not(contains(d->message, "\n")), "line %d", rows[i].line);
        yaml_fixture_free(&decoded.yaml);
    }
}

Test(decode, a_field_under_both_its_names_is_an_error)
{
    static const char *const rows[] = {"prefix_rewrite: a\nprefixRewrite: b\n",
                                       "prefixRewrite: a\nprefix_rewrite: b\n"};
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct decoded decoded;
        decode_text(&decoded, sluice_str_of(rows[i]), false, NULL);
        cr_expect(eq(sz, decoded.decode.errors, 1), "%zu", i);
        const sluice_diagnostic *d = sluice_report_get(decoded.yaml.report, 1);
        cr_assert(d != NULL);
        cr_expect(contains(d->message, "given twice"));
        cr_expect(eq(u32, d->line, 2));
        yaml_fixture_free(&decoded.yaml);
    }
}

Test(decode, a_root_that_is_no_map_is_one_finding)
{
    struct decoded decoded;
    decode_text(&decoded, STR("[1, 2]"), false, NULL);
    cr_expect(eq(sz, decoded.decode.errors, 1));
    cr_expect(decoded.outer != NULL);
    cr_expect(decoded.outer->node == decoded.yaml.documents->root);
    yaml_fixture_free(&decoded.yaml);
}

Test(decode, many_unknown_fields_take_linear_time, .timeout = 20)
{
    static char text[2000000];
    size_t len = 0;
    for (int i = 0; i < 100000; i++) {
        len += (size_t)snprintf(text + len, sizeof(text) - len, "exakt%d: 1\n", i);
    }
    struct decoded decoded;
    decode_text(&decoded, str_make(text, len), false, NULL);
    cr_expect(eq(sz, decoded.decode.errors, 100000));
    yaml_fixture_free(&decoded.yaml);
}

Test(decode, every_allocation_may_fail)
{
    static const char text[] =
        "str: 1\nbytes: aGk=\nmode: x\ninner: {host: h}\nstrs: [a]\nuint32s: [1]\nmodes: [OFF]\n"
        "inners: [{host: x}]\nstrMap: {a: b}\nuint32Map: {a: 1}\ninnerMap: {a: {}}\nx: 1\n";
    struct failing_alloc memory;
    size_t k = 0;
    do {
        struct decoded decoded;
        failing_alloc_init(&memory, k++);
        decode_text(&decoded, STR(text), false, &memory.allocator);
        bool whole = decoded.outer && !decoded.yaml.arena.failed && !decoded.yaml.diags.failed;
        cr_expect(eq(int, whole, !memory.failed), "allocation %zu", k - 1);
        yaml_fixture_free(&decoded.yaml);
        cr_expect(eq(sz, failing_alloc_finish(&memory), 0), "allocation %zu", k - 1);
    } while (memory.failed && k < 1000);
    cr_expect(gt(sz, k, 4));
}
