/* yaml/decode_check, and the dialect of CRDs in yaml/decode: what a table says beyond the type. */
#include <criterion/criterion.h>

#include "support/rows.h"
#include "support/yaml_fixture.h"
#include "yaml/schema.h"

struct item {
    const struct yaml_node *node;
    struct value_str name;
};

struct thing {
    const struct yaml_node *node;
    struct value_str text, needed, checked;
    struct value_int number, from_one, mode;
    struct value_list strs, numbers, items;
    struct value_str_map labels;
    struct value_duration time;
};

static const char *
check_lower(sluice_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] != ascii_lower(text.ptr[i])) return "is not in lower case";
    }
    return NULL;
}

static const struct enum_value modes[] = {
    {"One", 1},
    {"Two", 2},
    {NULL,  0},
};

#define T struct item
static const struct field_type_row item_fields[] = {
    ROW_WITH(T, name, "name", FIELD_STR, .required = true),
};
static const struct message_type item = MESSAGE_TYPE("Item", T, item_fields);
#undef T

#define T struct thing
static const struct field_type_row thing_fields[] = {
    ROW_WITH(T, text, "text", FIELD_STR, .least = 1, .most = 3),
    ROW_WITH(T, needed, "needed", FIELD_STR, .required = true),
    ROW_WITH(T, checked, "checked", FIELD_STR, .check = check_lower),
    ROW_WITH(T, number, "number", FIELD_INT32, .least = -1, .most = 5),
    ROW_WITH(T, from_one, "fromOne", FIELD_INT32, .least = 1),
    ENUM(T, mode, "mode", modes),
    ROW_WITH(T, strs, "strs", FIELD_STR_LIST, .most = 2, .check = check_lower),
    ROW_WITH(T, numbers, "numbers", FIELD_UINT32_LIST, .least = 4, .most = 5),
    MESSAGES_WITH(T, items, "items", &item, .least = 1, .most = 2),
    ROW_WITH(T, labels, "labels", FIELD_STR_MAP, .most = 1),
    ROW(T, time, "time", FIELD_PLAIN_DURATION),
};
static const struct message_type thing = MESSAGE_TYPE("Thing", T, thing_fields);
#undef T

static const struct decode_dialect dialect = {
    .error_code = "E",
    .warning_code = "W",
    .info_code = "I",
    .crd = true,
};

/* `errors` in both modes; `refused` are errors that lenient makes warnings. */
struct row {
    int line;
    const char *text;
    size_t errors, refused;
    const char *message; /* of the first finding; NULL: any */
};

static void
check_row(const struct row *row, bool lenient)
{
    struct yaml_fixture yaml;
    yaml_fixture_load(&yaml, NULL, sluice_str_of(row->text), NULL, NULL);
    cr_assert(yaml.status == SLUICE_OK, "line %d", row->line);
    struct decode decode = {.arena = &yaml.arena,
                            .messages = &yaml.arena,
                            .diags = &yaml.diags,
                            .dialect = &dialect,
                            .lenient = lenient};
    cr_assert(decode_message(&decode, &thing, yaml.documents->root) != NULL);
    size_t errors = row->errors + (lenient ? 0 : row->refused);
    size_t warnings = lenient ? row->refused : 0;
    const sluice_diagnostic *first = sluice_report_get(yaml.report, 0);
    sluice_str message = first ? first->message : STR("");
    cr_expect(decode.errors == errors, "line %d: %.*s", row->line, STR_ARG(message));
    cr_expect(yaml.diags.count_of[SLUICE_SEVERITY_ERROR] == errors, "line %d", row->line);
    cr_expect(yaml.diags.count_of[SLUICE_SEVERITY_WARNING] == warnings, "line %d", row->line);
    cr_expect(!row->message || str_equal(message, sluice_str_of(row->message)), "line %d: %.*s",
              row->line, STR_ARG(message));
    yaml_fixture_free(&yaml);
}

static void
check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        check_row(&rows[i], false);
        check_row(&rows[i], true);
    }
}

Test(decode_check, required_fields)
{
    /* clang-format off */
    static const struct row rows[] = {
        {__LINE__, "{needed: a}", 0, 0, NULL},
        {__LINE__, "{needed: ''}", 0, 0, NULL},
        {__LINE__, "{}", 1, 0, "needed is required in Thing"},
        {__LINE__, "{needed: ~}", 1, 0, "needed is required in Thing"},
        {__LINE__, "{needed: a, items: [{}]}", 1, 0, "name is required in Item"},
    };
    /* clang-format on */
    check_rows(rows, ROWS(rows));
}

Test(decode_check, texts)
{
    /* clang-format off */
    static const struct row rows[] = {
        {__LINE__, "{needed: a, text: a}", 0, 0, NULL},
        {__LINE__, "{needed: a, text: abc}", 0, 0, NULL},
        {__LINE__, "{needed: a, text: \xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80}", 0, 0, NULL},
        {__LINE__, "{needed: a, text: abcd}", 0, 1, "text has 4 characters; at most 3 are allowed"},
        {__LINE__, "{needed: a, text: ''}", 1, 0, "text must not be empty"},
        {__LINE__, "{needed: a, checked: a}", 0, 0, NULL},
        {__LINE__, "{needed: a, checked: A}", 1, 0, "checked \"A\" is not in lower case"},
        {__LINE__, "{needed: a, strs: [a, B]}", 1, 0, "\"B\" is not in lower case"},
        {__LINE__, "{needed: a, strs: [a, b, c]}", 0, 1, "strs has 3 entries; at most 2 are allowed"},
        {__LINE__, "{needed: a, strs: [1]}", 1, 0, NULL},
    };
    /* clang-format on */
    check_rows(rows, ROWS(rows));
}

Test(decode_check, numbers)
{
    /* clang-format off */
    static const struct row rows[] = {
        {__LINE__, "{needed: a, number: -1}", 0, 0, NULL},
        {__LINE__, "{needed: a, number: 5}", 0, 0, NULL},
        {__LINE__, "{needed: a, number: -2}", 1, 0, "number is -2; a number from -1 to 5 is expected"},
        {__LINE__, "{needed: a, number: 6}", 1, 0, "number is 6; a number from -1 to 5 is expected"},
        {__LINE__, "{needed: a, fromOne: 2147483647}", 0, 0, NULL},
        {__LINE__, "{needed: a, fromOne: 0}", 1, 0, "fromOne is 0; a number from 1 up is expected"},
        {__LINE__, "{needed: a, numbers: [4, 5]}", 0, 0, NULL},
        {__LINE__, "{needed: a, numbers: [3, 6]}", 2, 0, NULL},
        {__LINE__, "{needed: a, numbers: [-4]}", 1, 0, NULL},
    };
    /* clang-format on */
    check_rows(rows, ROWS(rows));
}

Test(decode_check, entries)
{
    /* clang-format off */
    static const struct row rows[] = {
        {__LINE__, "{needed: a, items: [{name: b}, {name: c}]}", 0, 0, NULL},
        {__LINE__, "{needed: a, items: []}", 1, 0, "items has 0 entries; it must have at least 1"},
        {__LINE__, "{needed: a, items: [{name: b}, {name: c}, {name: d}]}", 0, 1, NULL},
        {__LINE__, "{needed: a, items: [~]}", 1, 0, "Item is expected, not null"},
        {__LINE__, "{needed: a, items: {name: b}}", 1, 0, NULL},
        {__LINE__, "{needed: a, labels: {a: b}}", 0, 0, NULL},
        {__LINE__, "{needed: a, labels: {a: b, c: d}}", 0, 1, NULL},
    };
    /* clang-format on */
    check_rows(rows, ROWS(rows));
}

#define DURATION(text)                                                                             \
    "\"" text "\" is no duration: one to four whole numbers of at most 5 digits with a unit, h, "  \
    "m, s or ms, are expected, such as 1h30m or 500ms"

Test(decode_check, values_have_the_types_of_json)
{
    /* clang-format off */
    static const struct row rows[] = {
        {__LINE__, "{needed: a, number: 5.0}", 0, 0, NULL},
        {__LINE__, "{needed: a, number: '5'}", 1, 0, "an integer is expected, not text: take the quotes away"},
        {__LINE__, "{needed: a, number: x}", 1, 0, "an integer is expected, not \"x\""},
        {__LINE__, "{needed: a, mode: One}", 0, 0, NULL},
        {__LINE__, "{needed: a, mode: 1}", 1, 0, "\"1\" is none of One, Two"},
        {__LINE__, "{needed: a, mode: one}", 1, 0, "\"one\" is none of One, Two"},
        {__LINE__, "{needed: a, from_one: 1}", 0, 1, "unknown field \"from_one\" in Thing; did you mean \"fromOne\"?"},
        {__LINE__, "{needed: a, time: 1h30m}", 0, 0, NULL},
        {__LINE__, "{needed: a, time: 1.5h}", 1, 0, NULL},
        {__LINE__, "{needed: a, time: 10}", 1, 0, DURATION("10")},
        {__LINE__, "{needed: a, time: '10'}", 1, 0, DURATION("10")},
        {__LINE__, "{needed: a, time: true}", 1, 0, NULL},
    };
    /* clang-format on */
    check_rows(rows, ROWS(rows));
}
