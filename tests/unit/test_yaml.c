/* yaml: YAML text into trees, with each engine. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "support/failing_alloc.h"
#include "support/yaml_fixture.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

static const struct yaml_backend *const backends[] = {&yaml_libfyaml, &yaml_libyaml};

struct row {
    int line;
    const char *text, *want;
};

static void
check_row(const struct yaml_backend *backend, const struct row *row)
{
    struct yaml_fixture fixture;
    sluice_str text = sluice_str_of(row->text);
    yaml_fixture_load(&fixture, backend, text, NULL, NULL);
    sluice_str got = yaml_fixture_print(&fixture);
    const sluice_diagnostic *d = sluice_report_get(fixture.report, 0);
    cr_expect(str_equal(got, sluice_str_of(row->want)), "line %d (%s): %.*s %.*s", row->line,
              backend->name, STR_ARG(got), STR_ARG(d ? d->message : STR("")));
    cr_expect(eq(int, (int)fixture.status, (int)SLUICE_OK), "line %d (%s)", row->line,
              backend->name);
    cr_expect(yaml_fixture_is_sound(&fixture, text), "line %d (%s)", row->line, backend->name);
    yaml_fixture_free(&fixture);
}

static void
check_rows(const struct row *rows, size_t count)
{
    for (size_t b = 0; b < ROWS(backends); b++) {
        for (size_t i = 0; i < count; i++) {
            check_row(backends[b], &rows[i]);
        }
    }
}

Test(yaml, reads_documents)
{
    static const struct row rows[] = {
        {__LINE__, "",                                                   ""                                },
        {__LINE__, "\n\n# nothing\n",                                    ""                                },
        {__LINE__, "---\n---\n...\n",                                    ""                                },
        {__LINE__, "null\n---\n~\n",                                     ""                                },
        {__LINE__, "a: 1\n",                                             "{a: int 1}"                      },
        {__LINE__,
         "\xef\xbb\xbf"
         "a: 1",                                                         "{a: int 1}"                      },
        {__LINE__, "a: 1\n---\nb: 2\n...\n---\n# c\nc: 3",               "{a: int 1} {b: int 2} {c: int 3}"},
        {__LINE__, "%YAML 1.1\n---\na: 1\n...\n%YAML 1.2\n--- \nb: 2\n", "{a: int 1} {b: int 2}"           },
        {__LINE__, "a:\n- 1\n-  - 2\n   - 3\n- b: 4\n  c: 5\n",
         "{a: [int 1, [int 2, int 3], {b: int 4, c: int 5}]}"                                              },
        {__LINE__, "a: {b: [1, {c: d}], e: }\nf: []\ng: {}",
         "{a: {b: [int 1, {c: str \"d\"}], e: null}, f: [], g: {}}"                                        },
        {__LINE__, "a: b\r\nc:\r\n  - d\r\n",                            "{a: str \"b\", c: [str \"d\"]}"  },
        {__LINE__, "? a\n: b\n",                                         "{a: str \"b\"}"                  },
        {__LINE__, "a:\nb: ~\nc: ''\n",                                  "{a: null, b: null, c: str \"\"}" },
        {__LINE__, "{a: 1}\n---\n[b]\n",                                 "{a: int 1} [str \"b\"]"          },
        {__LINE__, "just text\n",                                        "str \"just text\""               },
    };
    check_rows(rows, ROWS(rows));
}

Test(yaml, types_scalars_and_keys)
{
    static const struct row rows[] = {
        {__LINE__, "[yes, 'yes', 010, \"1\", 1.5, ~, on-call]",
         "[bool yes, str \"yes\", int 010, str \"1\", float 1.5, null, str \"on-call\"]"                                              },
        {__LINE__, "on: 1\n010: 2\n1.50: 3\n'on': 4\n\"~\": 5\n",
         "{true: int 1, 8: int 2, 1.5: int 3, on: int 4, ~: int 5}"                                                                   },
        {__LINE__, "[!!str 5, !!int 7, !!float 1, !!bool yes, !!null '', ! 5, !!str , !!int '3']",
         "[str \"5\", int 7, float 1, bool yes, null, int 5, str \"\", int 3]"                                                        },
        {__LINE__, "a: !!map {b: !!seq [c]}\n!!str 010: 1\n",                                      "{a: {b: [str \"c\"]}, 010: int 1}"},
        {__LINE__, "a: |\n  yes\nb: >-\n  1\n",                                                    "{a: str \"yes\n\", b: str \"1\"}" },
    };
    check_rows(rows, ROWS(rows));
}

Test(yaml, reads_plain_and_quoted_text)
{
    static const struct row rows[] = {
        {__LINE__, "a: one\n  two\n\n\n  three \t\n  four # c\n",
         "{a: str \"one two\n\nthree four\"}"                                                                               },
        {__LINE__, "a: http://h:80/p?q=1#f\nb: x # y\nc: x#y\nd: -1x\ne: a, b] c\n",
         "{a: str \"http://h:80/p?q=1#f\", b: str \"x\", c: str \"x#y\", d: str \"-1x\", e: str "
         "\"a, b] c\"}"                                                                                                     },
        {__LINE__, "a: 'it''s'\nb: ''\nc: ''''\nd: 'p''''q''r''''s''t''''u''v'\n",
         "{a: str \"it's\", b: str \"\", c: str \"'\", d: str \"p''q'r''s't''u'v\"}"                                        },
        {__LINE__, "a: ' x''  \n\n   ''y \n z '\n",                                  "{a: str \" x'\n'y z \"}"              },
        {__LINE__, "a: \"x\\ty\\x41\\u00e9\\U0001F600\\N\\_\\L\\P\\e\\0\\/\\ \"\n",
         "{a: str \"x\tyA\xc3\xa9\xf0\x9f\x98\x80\xc2\x85\xc2\xa0\xe2\x80\xa8\xe2\x80\xa9\x1b"                              },
        {__LINE__, "a: \"x \\\n   \\  y\\\n\n\n  z \t\n  w\"\n",                     "{a: str \"x   y\n\nz w\"}"            },
        {__LINE__, "a: \"\n  x\n\n  y\n  \"\n",                                      "{a: str \" x\ny \"}"                  },
        {__LINE__, "\"a\\\"b\": 'c: d'\n'e''f': \"#g\"\n",                           "{a\"b: str \"c: d\", e'f: str \"#g\"}"},
        {__LINE__, "\xc3\xa4: '\xc3\xb6\xe2\x82\xac'\n",
         "{\xc3\xa4: str \"\xc3\xb6\xe2\x82\xac\"}"                                                                         },
    };
    /* The row with \0 prints up to it. */
    check_rows(rows, 4);
    check_rows(rows + 5, ROWS(rows) - 5);
    struct yaml_fixture fixture;
    yaml_fixture_load(&fixture, NULL, sluice_str_of(rows[4].text), NULL, NULL);
    static const char want[] =
        "x\tyA\xc3\xa9\xf0\x9f\x98\x80\xc2\x85\xc2\xa0\xe2\x80\xa8\xe2\x80\xa9\x1b\0/ ";
    cr_expect(str_equal(fixture.documents->root->children.first->text, STR(want)));
    yaml_fixture_free(&fixture);
}

Test(yaml, reads_blocks_of_text)
{
    static const struct row rows[] = {
        {__LINE__, "a: |\n  x\n   y\n\n  z\n\n\nb: 1\n",               "{a: str \"x\n y\n\nz\n\", b: int 1}"},
        {__LINE__, "a: |-\n  x\n\nb: |+\n  y\n\nc: 1",
         "{a: str \"x\", b: str \"y\n\n\", c: int 1}"                                                       },
        {__LINE__, "a: >\n  x\n  y\n\n  z\n   w\n  v\n",               "{a: str \"x y\nz\n w\nv\n\"}"       },
        {__LINE__, "a: >\n  x\n  \n   y\n",                            "{a: str \"x\n\n y\n\"}"             }, /* libfyaml loses a line */
        {__LINE__, "a: |2-  # c\n   x\nb: >1\n x\n y\n",               "{a: str \" x\", b: str \"x y\n\"}"  },
        {__LINE__, "a: |\n  x",                                        "{a: str \"x\"}"                     }, /* libfyaml adds a line feed */
        {__LINE__, "a: |\n\n\n  x\n",                                  "{a: str \"\n\nx\n\"}"               },
        {__LINE__, "a: |\nb: >-\n",                                    "{a: str \"\", b: str \"\"}"         },
        {__LINE__, "a:\n- |\n  # x\n # c\n- !!str &a >1\n  y\n- *a\n",
         "{a: [str \"# x\n\", str \" y\n\", str \" y\n\"]}"                                                 },
        {__LINE__, "a: |\r\n  x\r\n  y\r\nb: 1\r\n",                   "{a: str \"x\ny\n\", b: int 1}"      },
    };
    check_rows(rows, ROWS(rows));
}

Test(yaml, expands_aliases_and_merges)
{
    static const struct row rows[] = {
        {__LINE__, "a: &x {b: [1, 2]}\nc: *x\nd: [*x, *x]\n",
         "{a: {b: [int 1, int 2]}, c: {b: [int 1, int 2]}, d: [{b: [int 1, int 2]}, {b: [int 1, "
         "int 2]}]}"                                                                                                  },
        {__LINE__, "a: &x 1\nb: &x 2\nc: *x\n",                                 "{a: int 1, b: int 2, c: int 2}"      },
        {__LINE__, "&k a: 1\nb: *k\n",                                          "{a: int 1, b: str \"a\"}"            },
        {__LINE__, "a: &x 010\nb: {*x : 1}\n",                                  "{a: int 010, b: {8: int 1}}"         },
        {__LINE__, "a: &e\nb: *e\n",                                            "{a: null, b: null}"                  },
        {__LINE__, "a: &x {p: 1, q: 2}\nb: {<<: *x, q: 3, r: 4}\n",
         "{a: {p: int 1, q: int 2}, b: {q: int 3, r: int 4, p: int 1}}"                                               },
        {__LINE__, "b: {q: 3, <<: {q: 1, s: 2}}\n",                             "{b: {q: int 3, s: int 2}}"           },
        {__LINE__, "x: &x {p: 1}\nb: {<<: [{p: 2, q: 3}, *x, {q: 4, r: 5}]}\n",
         "{x: {p: int 1}, b: {p: int 2, q: int 3, r: int 5}}"                                                         },
        {__LINE__, "a: &x {p: 1}\nb: &y {<<: *x, q: 2}\nc: {<<: *y}\n",
         "{a: {p: int 1}, b: {q: int 2, p: int 1}, c: {q: int 2, p: int 1}}"                                          },
        {__LINE__, "b: {<<: &x {p: &z [1]}, q: 2}\nc: *x\nd: *z\n",
         "{b: {q: int 2, p: [int 1]}, c: {p: [int 1]}, d: [int 1]}"                                                   },
        {__LINE__, "b: {<<: [&x {p: 1}, &y {q: 2}]}\nc: [*x, *y]\n",
         "{b: {p: int 1, q: int 2}, c: [{p: int 1}, {q: int 2}]}"                                                     },
        {__LINE__, "'<<': 1\nb: {\"<<\": {c: d}}\n",                            "{<<: int 1, b: {<<: {c: str \"d\"}}}"},
        {__LINE__, "b: {<<: []}\nc: {<<: {}}\n",                                "{b: {}, c: {}}"                      },
    };
    check_rows(rows, ROWS(rows));
}

Test(yaml, places_are_of_the_value_and_of_its_key)
{
    static const struct {
        int line;
        const char *text;
        uint32_t key_line, key_column, value_line,
            value_column; /* of the first child's first one */
    } rows[] = {
        {__LINE__, "a:\n  bc: d\n",                         2, 3, 2, 7 },
        {__LINE__, "a:\n  bc:\n",                           2, 3, 2, 3 },
        {__LINE__, "a:\n  bc: &x\n",                        2, 3, 2, 3 },
        {__LINE__, "a:\n  bc: &x !!str d\n",                2, 3, 2, 16},
        {__LINE__, "a:\n  bc: 'd'\n",                       2, 3, 2, 7 },
        {__LINE__, "a:\n  bc: \"d\"\n",                     2, 3, 2, 7 },
        {__LINE__, "a:\n  bc: | # |\n    x\n",              2, 3, 2, 7 },
        {__LINE__, "a:\n  bc: !!str >-\n\n    x\n",         2, 3, 2, 13},
        {__LINE__, "a:\n  bc:\n    - x\n",                  2, 3, 3, 5 },
        {__LINE__, "a:\n  bc: [x]\n",                       2, 3, 2, 7 },
        {__LINE__, "a:\n- d\n",                             0, 0, 2, 3 },
        {__LINE__, "a:\n- b: c\n",                          0, 0, 2, 3 },
        {__LINE__, "a: {\xc3\xa4\xc3\xb6: \xe2\x82\xac}\n", 1, 5, 1, 11}, /* columns are bytes */
        {__LINE__, "\xc3\xa4\xc3\xb6: [\xe2\x82\xac, x]\n", 0, 0, 1, 8 },
        {__LINE__, "a:\r\n  bc: d\r\n",                     2, 3, 2, 7 },
        {__LINE__,
         "\xef\xbb\xbf"
         "a: {b: c}",                                       1, 5, 1, 8 },
    };
    for (size_t b = 0; b < ROWS(backends); b++) {
        for (size_t i = 0; i < ROWS(rows); i++) {
            struct yaml_fixture fixture;
            yaml_fixture_load(&fixture, backends[b], sluice_str_of(rows[i].text), NULL, NULL);
            cr_assert(fixture.documents != NULL, "line %d", rows[i].line);
            const struct yaml_node *node = fixture.documents->root->children.first->children.first;
            cr_expect(eq(u32, node->key_line, rows[i].key_line), "line %d", rows[i].line);
            cr_expect(eq(u32, node->key_column, rows[i].key_column), "line %d", rows[i].line);
            cr_expect(eq(u32, node->line, rows[i].value_line), "line %d", rows[i].line);
            cr_expect(eq(u32, node->column, rows[i].value_column), "line %d", rows[i].line);
            yaml_fixture_free(&fixture);
        }
    }
}

Test(yaml, scalars_are_slices_of_the_source)
{
    static const char text[] = "a: plain\nb: 'single'\nc: \"double\"\n";
    struct yaml_fixture fixture;
    yaml_fixture_load(&fixture, &yaml_libfyaml, STR(text), NULL, NULL);
    YAML_EACH(child, fixture.documents->root)
    {
        cr_expect(child->text.ptr >= text && child->text.ptr < text + sizeof(text));
        cr_expect(child->key.ptr >= text && child->key.ptr < text + sizeof(text));
    }
    yaml_fixture_free(&fixture);
}

struct refused {
    int line;
    const char *text, *code;
    uint32_t at_line, at_column; /* 0: not compared */
    size_t documents;            /* that are kept all the same */
};

static size_t
count_documents(const struct yaml_fixture *fixture)
{
    size_t count = 0;
    for (const struct yaml_document *d = fixture->documents; d; d = d->next) {
        count++;
    }
    return count;
}

static void
check_refused(const struct yaml_backend *backend, const struct refused *row, sluice_str text)
{
    struct yaml_fixture fixture;
    yaml_fixture_load(&fixture, backend, text, NULL, NULL);
    const sluice_diagnostic *d = sluice_report_get(fixture.report, 0);
    bool limit = strcmp(row->code, "SL0006") == 0;
    cr_expect(eq(int, (int)fixture.status, (int)(limit ? SLUICE_ERR_LIMIT : SLUICE_ERR_SYNTAX)),
              "line %d (%s)", row->line, backend->name);
    cr_expect(eq(sz, count_documents(&fixture), row->documents), "line %d (%s)", row->line,
              backend->name);
    cr_expect(d != NULL, "line %d (%s)", row->line, backend->name);
    if (d) {
        cr_expect(str_equal(d->code, sluice_str_of(row->code)), "line %d (%s): %.*s %.*s",
                  row->line, backend->name, STR_ARG(d->code), STR_ARG(d->message));
        cr_expect(str_equal(d->document, STR("test.yaml")));
        if (row->at_line)
            cr_expect(eq(u32, d->line, row->at_line), "line %d (%s)", row->line, backend->name);
        if (row->at_column)
            cr_expect(eq(u32, d->column, row->at_column), "line %d (%s)", row->line, backend->name);
    }
    yaml_fixture_free(&fixture);
}

Test(yaml, refuses_with_a_code_and_a_place)
{
    static const struct refused rows[] = {
        {__LINE__, "a: [\n",                                       "SL0001", 2,     1,  0},
        {__LINE__, "a: 'x\n",                                      "SL0001", 0,     0,  0},
        {__LINE__, "a: b: c\n",                                    "SL0001", 1,     0,  0},
        {__LINE__, "a:\n\tb: c\n",                                 "SL0001", 2,     0,  0},
        {__LINE__, "a: \"\\q\"\n",                                 "SL0001", 1,     0,  0},
        {__LINE__, "a: \"\\ud83d\\ude00\"\n",                      "SL0001", 1,     0,  0},
        {__LINE__, "a: }\n",                                       "SL0001", 1,     4,  0},
        {__LINE__, "a: 1\n---\nb: [\n---\nc: 3\n",                 "SL0001", 4,     1,  2},
        {__LINE__, "a: 1\n---\nb: \"\n---\nc: 3\n---\n}\n--- d\n", "SL0001", 0,     0,  3},
        {__LINE__, "a: \xff\n",                                    "SL0002", 1,     4,  0},
        {__LINE__, "a: \xc0\xaf\n",                                "SL0002", 1,     4,  0},
        {__LINE__, "a: \xed\xa0\x80\n",                            "SL0002", 1,     4,  0},
        {__LINE__, "a: \xf4\x90\x80\x80\n",                        "SL0002", 1,     4,  0},
        {__LINE__, "a: \xe2\x82",                                  "SL0002", 1,     4,  0},
        {__LINE__, "a: 1\nb: \x01\n",                              "SL0002", 2,     4,  0},
        {__LINE__, "a: \x7f\n",                                    "SL0002", 1,     4,  0},
        {__LINE__, "a: \xc2\x9f\n",                                "SL0002", 1,     4,  0},
        {__LINE__, "a: \xc2\x85\n",                                "SL0002", 1,     4,  0},
        {__LINE__, "a: x\xe2\x80\xa8y\n",                          "SL0002", 1,     5,  0},
        {__LINE__, "a: \xef\xbf\xbf\n",                            "SL0002", 1,     4,  0},
        {__LINE__, "\xfe\xff\x20\x61\n",                           "SL0002", 1,     1,  0},
        {__LINE__, "a: \v\n",                                      "SL0002", 1,     4,  0},
        {__LINE__,
         "a: 1\n---\n\xef\xbb\xbf"
         "b: 2\n",                                                 "SL0003", 3,     1,  0},
        {__LINE__, "%TAG ! tag:x,2000:\n---\na: 1\n",              "SL0003", 1,     1,  0},
        {__LINE__, "%YAML 2.0\n---\na: 1\n",                       "SL0003", 1,     1,  0},
        {__LINE__, "%YAML 1.",                                     "SL0003", 1,     1,  0},
        {__LINE__, "%\xc3\xa4\n",                                  "SL0003", 1,     1,  0},
        {__LINE__, "a: |\n  x\n%FOO\n",                            "SL0003", 3,     1,  0},
        {__LINE__, "a: !foo b\n---\nb: 1\n",                       "SL0003", 1,     0,  1},
        {__LINE__, "a: !!int x\n",                                 "SL0003", 1,     0,  0},
        {__LINE__, "a: !!binary aGk=\n",                           "SL0003", 1,     0,  0},
        {__LINE__, "a: !!set {b}\n",                               "SL0003", 1,     0,  0},
        {__LINE__, "a: ! '5'\n",                                   "SL0003", 1,     0,  0},
        {__LINE__, "? x:\t>",                                      "SL0003", 1,     5,  0}, /* libfyaml crashes */
        {__LINE__, "?\n x: \t- y\n",                               "SL0003", 2,     5,  0},
        {__LINE__, "a: b\n? - x\t:\t|\n    y\n",                   "SL0003", 2,     8,  0},
        {__LINE__, "? {a: b}\n: c\n",                              "SL0003", 1,     3,  0},
        {__LINE__, "[a]: c\nb: 1\nb: 2\n",                         "SL0003", 1,     1,  0},
        {__LINE__, "~: c\n",                                       "SL0003", 1,     1,  0},
        {__LINE__, "? \n: c\n",                                    "SL0003", 1,     0,  0},
        {__LINE__, "a: {<<: 1}\n",                                 "SL0003", 1,     9,  0},
        {__LINE__, "a: {<<: [1]}\n",                               "SL0003", 1,     10, 0},
        {__LINE__, "a: 1\nb: 2\na: 3\n---\nc: 1\n",                "SL0004", 3,     1,  1},
        {__LINE__, "on: 1\ntrue: 2\n",                             "SL0004", 2,     1,  0},
        {__LINE__, "a: {b: 1, 'b': 2}\n",                          "SL0004", 1,     11, 0},
        {__LINE__, "a: {<<: {b: 1}, <<: {c: 1}}\n",                "SL0004", 1,     17, 0},
        {__LINE__, "a: *x\n---\nb: 1\n",                           "SL0005", 1,     4,  1},
        {__LINE__, "a: &x 1\n---\nb: *x\n",                        "SL0005", 2 + 1, 4,  1},
        {__LINE__, "a: &x [*x]\n",                                 "SL0005", 1,     8,  0},
        {__LINE__, "a: &x {b: {c: *x}}\n",                         "SL0005", 1,     15, 0},
        {__LINE__, "a: &x {<<: *x}\n",                             "SL0005", 1,     12, 0},
        {__LINE__, "a: &x [1]\nb: {*x : 1}\n",                     "SL0003", 2,     5,  0},
    };
    for (size_t b = 0; b < ROWS(backends); b++) {
        for (size_t i = 0; i < ROWS(rows); i++) {
            check_refused(backends[b], &rows[i], sluice_str_of(rows[i].text));
        }
    }
    static const struct refused nul = {__LINE__, "", "SL0002", 1, 4, 0};
    check_refused(&yaml_libfyaml, &nul, STR("a: \0 b"));
    static const struct refused utf16 = {__LINE__, "", "SL0002", 1, 1, 0};
    check_refused(&yaml_libfyaml, &utf16, STR("a\0:\0 \0"));
    check_refused(&yaml_libfyaml, &utf16,
                  STR("\xff\xfe"
                      "a\0"));
}

/* What libfyaml 0.7.12 reads as something else, or Kubernetes does, is refused with that engine. */
Test(yaml, refuses_what_libfyaml_misreads)
{
    static const struct refused rows[] = {
        {__LINE__, "- a: 1\n  b: |\n  c: 2\n", "SL0001", 2, 6, 0},
        {__LINE__, "[?a]\n",                   "SL0001", 1, 2, 0},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        check_refused(&yaml_libfyaml, &rows[i], sluice_str_of(rows[i].text));
    }
}

Test(yaml, findings_of_one_source_are_bounded)
{
    char text[4096];
    size_t len = 0;
    for (int i = 0; i < 300; i++, len += 8) {
        memcpy(text + len, "---\n*x \n", 8);
    }
    for (size_t b = 0; b < ROWS(backends); b++) {
        struct yaml_fixture fixture;
        yaml_fixture_load(&fixture, backends[b], str_make(text, len), NULL, NULL);
        cr_expect(eq(int, (int)fixture.status, (int)SLUICE_ERR_SYNTAX));
        cr_expect(eq(sz, sluice_report_count(fixture.report), 101), "%s", backends[b]->name);
        yaml_fixture_free(&fixture);
    }
}

Test(yaml, limits_hold)
{
    static const struct {
        int line;
        const char *text;
        sluice_limits limits;
        size_t documents;
    } rows[] = {
        {__LINE__, "a: 1\n",                       {4, 9, 9, 99, 9, 1, 1, 1},  0},
        {__LINE__, "a: 1\n---\nb: 1\n---\nc: 1\n", {99, 2, 9, 99, 9, 1, 1, 1}, 2},
        {__LINE__, "a: {b: {c: 1}}\n",             {99, 9, 2, 99, 9, 1, 1, 1}, 0},
        {__LINE__, "- - - 1\n",                    {99, 9, 2, 99, 9, 1, 1, 1}, 0},
        {__LINE__, "a: &x [[1]]\nb: [*x]\n",       {99, 9, 3, 99, 9, 1, 1, 1}, 0},
        {__LINE__, "a: 1\n---\n- 2\n- 3\n",        {99, 9, 9, 4, 9, 1, 1, 1},  1},
        {__LINE__, "a: &x [1, 2]\nb: *x\nc: *x\n", {99, 9, 9, 99, 5, 1, 1, 1}, 0},
        {__LINE__, "a: &x [1, 2]\nb: *x\n",        {99, 9, 9, 6, 9, 1, 1, 1},  0},
    };
    for (size_t b = 0; b < ROWS(backends); b++) {
        for (size_t i = 0; i < ROWS(rows); i++) {
            struct yaml_fixture fixture;
            yaml_fixture_load(&fixture, backends[b], sluice_str_of(rows[i].text), &rows[i].limits,
                              NULL);
            cr_expect(eq(int, (int)fixture.status, (int)SLUICE_ERR_LIMIT), "line %d", rows[i].line);
            cr_expect(eq(sz, sluice_report_count(fixture.report), 1), "line %d", rows[i].line);
            cr_expect(eq(sz, count_documents(&fixture), rows[i].documents), "line %d",
                      rows[i].line);
            yaml_fixture_free(&fixture);
        }
    }
}

/* ---- hostile texts ---- */

/* before, `count` times unit (with %u as a running number), after. Free ptr. */
static sluice_str
repeat(const char *before, const char *unit, size_t count, const char *after)
{
    size_t room = strlen(before) + (strlen(unit) + 10) * count + strlen(after) + 1;
    char *text = malloc(room);
    cr_assert(text != NULL);
    size_t len = (size_t)snprintf(text, room, "%s", before);
    const char *number = strstr(unit, "%u");
    for (size_t i = 0; i < count; i++) {
        size_t head = number ? (size_t)(number - unit) : strlen(unit);
        memcpy(text + len, unit, head);
        len += head;
        if (number) len += (size_t)snprintf(text + len, room - len, "%zu%s", i, number + 2);
    }
    len += (size_t)snprintf(text + len, room - len, "%s", after);
    return str_make(text, len);
}

struct hostile {
    int line;
    const char *before, *unit;
    size_t count;
    const char *after;
    sluice_status status;
};

static void
check_hostile(const struct hostile *row)
{
    sluice_str text = repeat(row->before, row->unit, row->count, row->after);
    for (size_t b = 0; b < ROWS(backends); b++) {
        struct yaml_fixture fixture;
        yaml_fixture_load(&fixture, backends[b], text, NULL, NULL);
        cr_expect(eq(int, (int)fixture.status, (int)row->status), "line %d (%s)", row->line,
                  backends[b]->name);
        cr_expect(le(sz, sluice_report_count(fixture.report), 101), "line %d", row->line);
        yaml_fixture_free(&fixture);
    }
    free((char *)text.ptr);
}

/* Any of these is quadratic, or worse, in libfyaml or in a loader written without care. Linear,
 * they take well under a second each. */
Test(yaml, hostile_texts_take_linear_time, .timeout = 120)
{
    static const struct hostile rows[] = {
        {__LINE__, "a: |\n  x\n",             "\n",                      900,     "  y\n",       SLUICE_OK        },
        {__LINE__, "a: |\n  x\n",             "\n",                      1000000, "  y\n",       SLUICE_ERR_LIMIT },
        {__LINE__, "a: \"x",                  " \t\n",                   100000,  "y\"\n",       SLUICE_ERR_LIMIT },
        {__LINE__, "a: 'x",                   "\r",                      100000,  "y'\n",        SLUICE_ERR_LIMIT },
        {__LINE__, "",                        "%TAG !%u! tag:a,2000:\n", 20000,   "---\na: 1\n", SLUICE_ERR_SYNTAX},
        {__LINE__, "",                        "[",                       100000,  "",            SLUICE_ERR_LIMIT },
        {__LINE__, "a: ",                     "{a: ",                    30000,   "",            SLUICE_ERR_LIMIT },
        {__LINE__, "",                        "- ",                      100000,  "",            SLUICE_ERR_LIMIT },
        {__LINE__, "",                        "? ",                      50000,   "",            SLUICE_ERR_LIMIT },
        {__LINE__, "a: [",                    "x, ",                     200000,  "]\n",         SLUICE_ERR_LIMIT },
        {__LINE__, "a: [",                    "x,\n ",                   100000,  "]\n",         SLUICE_OK        },
        {__LINE__, "",                        "k%u: 1\n",                100000,  "",            SLUICE_OK        },
        {__LINE__, "k1: 1\n",                 "k%u: 1\n",                100000,  "",            SLUICE_ERR_SYNTAX},
        {__LINE__, "",                        "k: 1\n",                  100000,  "",            SLUICE_ERR_SYNTAX},
        {__LINE__, "",                        "- &a%u x\n",              100000,  "",            SLUICE_OK        },
        {__LINE__, "- &a x\n",                "- *a\n",                  100000,  "",            SLUICE_OK        },
        {__LINE__, "- &a x\n",                "- *b\n",                  100000,  "",            SLUICE_ERR_SYNTAX},
        {__LINE__, "",                        "--- &a x\n",              100000,  "",            SLUICE_OK        },
        {__LINE__, "",                        "---\n",                   200000,  "",            SLUICE_OK        },
        {__LINE__, "",                        "--- ]\n",                 200000,  "",            SLUICE_ERR_SYNTAX},
        {__LINE__, "",                        "--- \"\n",                200000,  "",            SLUICE_ERR_SYNTAX},
        {__LINE__, "",                        "# c\n",                   300000,  "a: 1\n",      SLUICE_OK        },
        {__LINE__, "a: ",                     "x\n  ",                   300000,  "",            SLUICE_OK        },
        {__LINE__, "a: '",                    "''",                      300000,  "'\n",         SLUICE_OK        },
        {__LINE__, "a: \"",                   "\\n",                     300000,  "\"\n",        SLUICE_OK        },
        {__LINE__, "a: >\n",                  "  x\n\n",                 300000,  "",            SLUICE_OK        },
        {__LINE__, "a: >\n",                  "  x\n   y\n",             300000,  "",            SLUICE_OK        },
        {__LINE__, "",                        "- |\n  x\n",              100000,  "",            SLUICE_OK        },
        {__LINE__, "a: !<",                   "x",                       1000000, "> b\n",       SLUICE_ERR_SYNTAX},
        {__LINE__, "a: &",                    "x",                       1000000, " b\n",        SLUICE_OK        },
        {__LINE__, "a: {<<: [",               "{k%u: 1},\n ",            50000,   "]}\n",        SLUICE_OK        },
        {__LINE__, "x: &x {a: 1}\nb: {<<: [", "*x,\n ",                  50000,   "]}\n",        SLUICE_OK        },
        {__LINE__, "",                        "a: 1\r",                  100000,  "",            SLUICE_ERR_SYNTAX},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        check_hostile(&rows[i]);
    }
}

Test(yaml, alias_bombs_stop_at_the_limit, .timeout = 20)
{
    static const char text[] = "a: &a [x, x, x, x, x, x, x, x, x]\n"
                               "b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\n"
                               "c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]\n"
                               "d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c]\n"
                               "e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d]\n"
                               "f: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e]\n"
                               "g: &g [*f, *f, *f, *f, *f, *f, *f, *f, *f]\n";
    static const struct refused row = {__LINE__, text, "SL0006", 0, 0, 0};
    for (size_t b = 0; b < ROWS(backends); b++) {
        check_refused(backends[b], &row, STR(text));
    }
}

/* ---- many sources, and memory ---- */

Test(yaml, limits_count_over_all_sources)
{
    struct yaml_fixture fixture;
    sluice_limits limits = {14, 9, 9, 99, 9, 1, 1, 1};
    yaml_fixture_load(&fixture, NULL, STR("a: 1\n"), &limits, NULL);
    sluice_source second = {STR("b.yaml"), STR("{\"b\":2}")};
    cr_expect(eq(int, (int)yaml_load(&fixture.load, &second, &fixture.tail), (int)SLUICE_OK));
    cr_expect(eq(sz, fixture.load.documents, 2));
    cr_expect(eq(sz, fixture.load.nodes, 4));
    cr_expect(str_equal(fixture.documents->next->source, STR("b.yaml")));
    cr_expect(
        eq(int, (int)yaml_load(&fixture.load, &second, &fixture.tail), (int)SLUICE_ERR_LIMIT));
    cr_expect(eq(sz, count_documents(&fixture), 2));
    yaml_fixture_free(&fixture);
}

/* Every feature that allocates. */
static const char everything[] =
    "a: &x {p: [1, 'it''s', \"\\t\", 010], q: &y >-\n"
    "}\n---\n"
    "a: &x {p: [1, 'it''s', \"\\t\"], on: 1.5, 010: 2}\n"
    "b: [*x, *x]\nc: {<<: [*x, {z: 1}], p: 3}\nd: |\n  text\n  more\ne: one\n  two\n"
    "k1: 1\nk2: 2\nk3: 3\nk4: 4\nk5: 5\nk6: 6\n"
    "f: [[[[[[[[[[deep]]]]]]]]]]\n&k g: *k\na: again\n---\nh: *none\n---\n? [i]\n: j\n---\nl: !x "
    "m\n";

Test(yaml, every_allocation_may_fail)
{
    for (size_t b = 0; b < ROWS(backends); b++) {
        struct failing_alloc memory;
        size_t k = 0;
        do {
            struct yaml_fixture fixture;
            failing_alloc_init(&memory, k++);
            yaml_fixture_load(&fixture, backends[b], STR(everything), NULL, &memory.allocator);
            sluice_status want = memory.failed ? SLUICE_ERR_NOMEM : SLUICE_ERR_SYNTAX;
            cr_expect(eq(int, (int)fixture.status, (int)want), "allocation %zu", k - 1);
            yaml_fixture_free(&fixture);
            cr_expect(eq(sz, failing_alloc_finish(&memory), 0), "allocation %zu", k - 1);
        } while (memory.failed && k < 1000);
        cr_expect(gt(sz, k, 10));
    }
}

/* ---- finding the way ---- */

Test(yaml, paths_name_nodes)
{
    struct yaml_fixture fixture;
    yaml_fixture_load(
        &fixture, NULL,
        STR("spec: {http: [x, {match: [{uri: y}]}], \"a.b/c\": [z], \"\": w, \"q\\\"\": v}\n"),
        NULL, NULL);
    static const struct {
        int line;
        const char *path;
    } rows[] = {
        {__LINE__, ""                         },
        {__LINE__, "spec"                     },
        {__LINE__, "spec.http"                },
        {__LINE__, "spec.http[0]"             },
        {__LINE__, "spec.http[1]"             },
        {__LINE__, "spec.http[1].match"       },
        {__LINE__, "spec.http[1].match[0]"    },
        {__LINE__, "spec.http[1].match[0].uri"},
        {__LINE__, "spec[\"a.b/c\"]"          },
        {__LINE__, "spec[\"a.b/c\"][0]"       },
        {__LINE__, "spec[\"\"]"               },
        {__LINE__, "spec[\"q\"\"]"            },
    };
    const struct yaml_node *root = fixture.documents->root, *node = root;
    for (size_t i = 0; i < ROWS(rows); i++, node = yaml_fixture_next(root, node)) {
        cr_assert(node != NULL);
        sluice_str path = yaml_path(&fixture.arena, node);
        cr_expect(str_equal(path, sluice_str_of(rows[i].path)), "line %d: %.*s", rows[i].line,
                  STR_ARG(path));
    }
    cr_expect(node == NULL);
    yaml_fixture_free(&fixture);
}

Test(yaml, get_finds_children_of_maps_only)
{
    struct yaml_fixture fixture;
    yaml_fixture_load(&fixture, NULL, STR("a: {b: 1}\nc: [b]\nd: b\n"), NULL, NULL);
    const struct yaml_node *root = fixture.documents->root;
    cr_expect(str_equal(yaml_get(yaml_get(root, STR("a")), STR("b"))->text, STR("1")));
    cr_expect(yaml_get(root, STR("x")) == NULL);
    cr_expect(yaml_get(NULL, STR("a")) == NULL);
    cr_expect(yaml_get(yaml_get(root, STR("c")), STR("b")) == NULL);
    cr_expect(yaml_get(yaml_get(root, STR("d")), STR("b")) == NULL);
    yaml_fixture_free(&fixture);
}
