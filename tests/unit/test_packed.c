/* A packed request decides as the same request does in a struct. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "router/layout.h"
#include "support/route_fixture.h"

#define ROWS(rows) (sizeof(rows) / sizeof((rows)[0]))

/* One rule for each text that a packed request can hold: the rule's number tells what was read. */
static void
add_rules(struct route_fixture *f)
{
    static const struct {
        enum model_subject subject;
        const char *name, *value;
    } rows[] = {
        {MODEL_METHOD,           "",     "PUT"     },
        {MODEL_SCHEME,           "",     "https"   },
        {MODEL_PATH,             "",     "/path"   },
        {MODEL_SNI,              "",     "sni"     },
        {MODEL_SOURCE_NAMESPACE, "",     "space"   },
        {MODEL_SOURCE_LABEL,     "app",  "label"   },
        {MODEL_CLAIM,            "sub",  "claim"   },
        {MODEL_HEADER,           "x",    "one,two" },
        {MODEL_HEADER,           "last", ""        },
        {MODEL_AUTHORITY,        "",     "other:81"},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct model_predicate predicate =
            model_builder_text(rows[i].subject, MODEL_EXACT, rows[i].name, rows[i].value);
        char host[16];
        snprintf(host, sizeof(host), "d%zu", i);
        route_fixture_rule(f, model_builder_forward(&f->builder, host), &predicate, 1);
    }
    struct model_predicate port = model_builder_number(MODEL_PORT, 8443);
    route_fixture_rule(f, model_builder_forward(&f->builder, "port"), &port, 1);
    struct model_predicate grpc = model_builder_number(MODEL_PROTOCOL, SLUICE_PROTOCOL_GRPC);
    route_fixture_rule(f, model_builder_forward(&f->builder, "grpc"), &grpc, 1);
    route_fixture_rule(f, model_builder_forward(&f->builder, "rest|v1 1, rest|v2 1"), NULL, 0);
}

Test(packed, reads_every_text)
{
    /* gateway method scheme authority path sni source_ip destination_ip source_namespace
     * service_namespace service_name sticky_key, then pairs */
    static const struct {
        int line;
        sluice_packed shape;
        const char *text, *host;
    } rows[] = {
        {__LINE__, {0},                                                  "\nPUT\n\n\n\n\n\n\n\n\n\n\n",                   "d0"  },
        {__LINE__, {0},                                                  "\n\nhttps\n\n\n\n\n\n\n\n\n\n",                 "d1"  },
        {__LINE__, {0},                                                  "\n\n\n\n/path?q\n\n\n\n\n\n\n\n",               "d2"  },
        {__LINE__, {0},                                                  "mesh\n\n\n\n\nSNI\n\n\n\n\n\n\n",               "d3"  },
        {__LINE__, {0},                                                  "\n\n\n\n\n\n\n\nspace\n\n\n\n",                 "d4"  },
        {__LINE__, {.source_label_count = 1},                            "\n\n\n\n\n\n\n\n\n\n\n\napp\nlabel\n",          "d5"  },
        {__LINE__, {.claim_count = 2},                                   "\n\n\n\n\n\n\n\n\n\n\n\naud\nme\nsub\nclaim\n", "d6"  },
        {__LINE__, {.header_count = 2},                                  "\n\n\n\n\n\n\n\n\n\n\n\nx\none\nX\ntwo\n",      "d7"  },
        {__LINE__,
         {.source_label_count = 1, .claim_count = 1, .header_count = 1},
         "\n\n\n\n\n\n\n\n\n\n\n\napp\na\nsub\nb\nlast\n\n",                                                              "d8"  },
        {__LINE__, {0},                                                  "\n\n\nother:81\n\n\n\n\n\n\n\n\n",              "d9"  },
        {__LINE__, {.port = 8443},                                       "\n\n\n\n\n\n\n\n\n\n\n\n",                      "port"},
        {__LINE__, {.protocol = SLUICE_PROTOCOL_GRPC},                   "\n\n\n\n\n\n\n\n\n\n\n\n",                      "grpc"},
        {__LINE__, {0},                                                  "\n\n\n\n\n\n\n\n\n\n\n\n",                      "rest"},
    };
    sluice_packed_decision out;
    struct route_fixture f;
    route_fixture_init(&f);
    add_rules(&f);
    route_fixture_compile(&f);
    for (size_t i = 0; i < ROWS(rows); i++) {
        sluice_status status = sluice_route_packed(f.context, &rows[i].shape, rows[i].text, &out);
        cr_expect(status == SLUICE_OK, "line %d: %s", rows[i].line, sluice_status_name(status));
        cr_assert(out.decision.destination, "line %d", rows[i].line);
        cr_expect(route_fixture_is(out.decision.destination->host, rows[i].host),
                  "line %d: %s, not %s", rows[i].line,
                  route_fixture_text(out.decision.destination->host), rows[i].host);
        cr_expect(out.decision.router == f.router);
    }
    route_fixture_free(&f);
}

Test(packed, carries_the_sticky_key)
{
    sluice_packed_decision out;
    struct route_fixture f;
    route_fixture_init(&f);
    add_rules(&f);
    route_fixture_compile(&f);
    for (int key = 0; key < 100; key++) {
        char text[32];
        int len = snprintf(text, sizeof(text), "\n\n\n\n\n\n\n\n\n\n\n%d\n", key);
        sluice_request request = {.sticky_key = str_make(text + 11, (size_t)len - 12)};
        sluice_packed shape = {0};
        sluice_route(f.context, &request, &f.decision);
        size_t wanted = f.decision.split_index;
        cr_assert(sluice_route_packed(f.context, &shape, text, &out) == SLUICE_OK);
        cr_expect(out.decision.split_index == wanted);
        cr_expect(out.decision.sticky.by == SLUICE_STICKY_KEY && out.says & SLUICE_SAYS_MORE);
    }
    route_fixture_free(&f);
}

Test(packed, refuses_what_does_not_consist_of_the_pieces)
{
    static const struct {
        int line;
        sluice_packed shape;
        const char *text;
        sluice_status status;
    } rows[] = {
        {__LINE__, {0},                                                       "",                                  SLUICE_ERR_ARGUMENT},
        {__LINE__, {0},                                                       "\n\n\n\n\n\n\n\n\n\n\n",            SLUICE_ERR_ARGUMENT},
        {__LINE__, {0},                                                       "\n\n\n\n\n\n\n\n\n\n\nkey",         SLUICE_ERR_ARGUMENT},
        {__LINE__, {0},                                                       "\n\n\n\n\n\n\n\n\n\n\n\n\n",        SLUICE_ERR_ARGUMENT},
        {__LINE__, {.header_count = 1},                                       "\n\n\n\n\n\n\n\n\n\n\n\nx\n",       SLUICE_ERR_ARGUMENT},
        {__LINE__, {.header_count = 1},                                       "\n\n\n\n\n\n\n\n\n\n\n\nx\ny\nz\n", SLUICE_ERR_ARGUMENT},
        {__LINE__, {.header_count = 257},                                     "\n\n\n\n\n\n\n\n\n\n\n\n",          SLUICE_ERR_LIMIT   },
        {__LINE__,
         {.claim_count = UINT32_MAX, .header_count = 1},
         "\n\n\n\n\n\n\n\n\n\n\n\n",                                                                               SLUICE_ERR_LIMIT   },
        {__LINE__,
         {.source_label_count = 100, .claim_count = 100, .header_count = 57},
         "\n\n\n\n\n\n\n\n\n\n\n\n",                                                                               SLUICE_ERR_LIMIT   },
    };
    sluice_packed_decision out;
    struct route_fixture f;
    route_fixture_init(&f);
    add_rules(&f);
    route_fixture_compile(&f);
    for (size_t i = 0; i < ROWS(rows); i++) {
        sluice_packed_decision before;
        memset(&out, 0x5a, sizeof(out));
        before = out;
        sluice_status status = sluice_route_packed(f.context, &rows[i].shape, rows[i].text, &out);
        cr_expect(status == rows[i].status, "line %d: %s", rows[i].line,
                  sluice_status_name(status));
        cr_expect(memcmp(&before, &out, sizeof(before)) == 0, "line %d", rows[i].line);
    }
    route_fixture_free(&f);
}

Test(packed, takes_256_header_lines)
{
    char text[12 + 256 * 4 + 1] = {0};
    memset(text, '\n', sizeof(text) - 1);
    for (size_t i = 0; i < 256; i++) {
        text[12 + 4 * i] = 'y';
        text[12 + 4 * i + 2] = '1';
    }
    text[12 + 4 * 255] = 'x'; /* "x: 1" comes last */
    struct model_predicate last = model_builder_text(MODEL_HEADER, MODEL_EXACT, "x", "1");
    sluice_packed shape = {.header_count = 256};
    sluice_packed_decision out;
    struct route_fixture f;
    route_fixture_init(&f);
    route_fixture_one(&f, model_builder_forward(&f.builder, "a"), &last, 1);
    cr_expect(sluice_route_packed(f.context, &shape, text, &out) == SLUICE_OK);
    cr_expect(out.decision.outcome == SLUICE_FORWARD && out.rule != 0);
    route_fixture_free(&f);
}

/* Rule 1 is the first. */
static uint32_t
number_of(const sluice_router *router, uint32_t rule)
{
    if (rule == 0) return 0;
    const struct rule *at = list_rule(list_at(router, 0), rule - 1);
    return (uint32_t)((const uint64_t *)at - router->lists);
}

/* One rule for each thing that a decision can say, and what is said then. */
Test(packed, tells_what_the_decision_says)
{
    static const struct {
        int line;
        const char *path;
        uint32_t rule, says;
    } rows[] = {
        {__LINE__, "/plain",     1, 0                                  },
        {__LINE__, "/plain?a=b", 1, 0                                  },
        {__LINE__, "/path",      2, SLUICE_SAYS_PATH                   },
        {__LINE__, "/authority", 3, SLUICE_SAYS_AUTHORITY              },
        {__LINE__, "/timeout",   4, SLUICE_SAYS_MORE                   },
        {__LINE__, "/nowhere",   5, SLUICE_SAYS_MORE                   },
        {__LINE__, "/else",      0, SLUICE_SAYS_MORE                   },
        {__LINE__, "",           0, SLUICE_SAYS_PATH | SLUICE_SAYS_MORE},
    };
    static const char *const paths[] = {"/plain", "/path", "/authority", "/timeout", "/nowhere"};
    struct model_action *actions[ROWS(paths)];
    sluice_packed_decision out;
    struct route_fixture f;
    route_fixture_init(&f);
    for (size_t i = 0; i < ROWS(paths); i++) {
        struct model_predicate path = model_builder_text(MODEL_PATH, MODEL_EXACT, "", paths[i]);
        actions[i] = i == 4 ? model_builder_action(&f.builder, MODEL_NOT_FOUND)
                            : model_builder_forward(&f.builder, "a 1, b 2");
        route_fixture_rule(&f, actions[i], &path, 1);
    }
    actions[1]->path = (struct model_path_edit){.mode = MODEL_PATH_FULL, .value = STR("/new")};
    actions[2]->authority = STR("new");
    actions[3]->timeout_ns = 0;
    route_fixture_compile(&f);
    for (size_t i = 0; i < ROWS(rows); i++) {
        sluice_packed shape = {0};
        char text[64];
        snprintf(text, sizeof(text), "\n\n\nhost\n%s\n\n\n\n\n\n\n\n", rows[i].path);
        cr_assert(sluice_route_packed(f.context, &shape, text, &out) == SLUICE_OK);
        cr_expect(out.rule == number_of(f.router, rows[i].rule), "line %d: rule %u", rows[i].line,
                  out.rule);
        cr_expect(out.says == rows[i].says, "line %d: says %u", rows[i].line, out.says);
        cr_expect((out.rule != 0) == (out.decision.matched != NULL), "line %d", rows[i].line);
    }
    route_fixture_free(&f);
}
