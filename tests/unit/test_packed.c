/* A packed request decides as the same request does in a struct. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

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
        sluice_str text;
        const char *host;
    } rows[] = {
        {__LINE__, {0},                                                  STR_INIT("\0PUT\0\0\0\0\0\0\0\0\0\0\0"),              "d0"  },
        {__LINE__, {0},                                                  STR_INIT("\0\0https\0\0\0\0\0\0\0\0\0\0"),            "d1"  },
        {__LINE__, {0},                                                  STR_INIT("\0\0\0\0/path?q\0\0\0\0\0\0\0\0"),          "d2"  },
        {__LINE__, {0},                                                  STR_INIT("mesh\0\0\0\0\0SNI\0\0\0\0\0\0\0"),          "d3"  },
        {__LINE__, {0},                                                  STR_INIT("\0\0\0\0\0\0\0\0space\0\0\0\0"),            "d4"  },
        {__LINE__,
         {.source_label_count = 1},
         STR_INIT("\0\0\0\0\0\0\0\0\0\0\0\0app\0label\0"),
         "d5"                                                                                                                        },
        {__LINE__,
         {.claim_count = 2},
         STR_INIT("\0\0\0\0\0\0\0\0\0\0\0\0aud\0me\0sub\0claim\0"),
         "d6"                                                                                                                        },
        {__LINE__, {.header_count = 2},                                  STR_INIT("\0\0\0\0\0\0\0\0\0\0\0\0x\0one\0X\0two\0"), "d7"  },
        {__LINE__,
         {.source_label_count = 1, .claim_count = 1, .header_count = 1},
         STR_INIT("\0\0\0\0\0\0\0\0\0\0\0\0app\0a\0sub\0b\0last\0\0"),
         "d8"                                                                                                                        },
        {__LINE__, {0},                                                  STR_INIT("\0\0\0other:81\0\0\0\0\0\0\0\0\0"),         "d9"  },
        {__LINE__, {.port = 8443},                                       STR_INIT("\0\0\0\0\0\0\0\0\0\0\0\0"),                 "port"},
        {__LINE__,
         {.protocol = SLUICE_PROTOCOL_GRPC},
         STR_INIT("\0\0\0\0\0\0\0\0\0\0\0\0"),
         "grpc"                                                                                                                      },
        {__LINE__, {0},                                                  STR_INIT("\0\0\0\0\0\0\0\0\0\0\0\0"),                 "rest"},
    };
    struct route_fixture f;
    route_fixture_init(&f);
    add_rules(&f);
    route_fixture_compile(&f);
    for (size_t i = 0; i < ROWS(rows); i++) {
        sluice_status status = sluice_route_packed(f.context, &rows[i].shape, rows[i].text.ptr,
                                                   rows[i].text.len, &f.decision);
        cr_expect(status == SLUICE_OK, "line %d: %s", rows[i].line, sluice_status_name(status));
        cr_assert(f.decision.destination, "line %d", rows[i].line);
        cr_expect(route_fixture_is(f.decision.destination->host, rows[i].host),
                  "line %d: %s, not %s", rows[i].line,
                  route_fixture_text(f.decision.destination->host), rows[i].host);
        cr_expect(f.decision.router == f.router);
    }
    route_fixture_free(&f);
}

Test(packed, carries_the_sticky_key)
{
    struct route_fixture f;
    route_fixture_init(&f);
    add_rules(&f);
    route_fixture_compile(&f);
    for (int key = 0; key < 100; key++) {
        char text[32] = {0};
        int len = snprintf(text + 11, sizeof(text) - 11, "%d", key);
        sluice_request request = {.sticky_key = str_make(text + 11, (size_t)len)};
        sluice_packed shape = {0};
        sluice_route(f.context, &request, &f.decision);
        size_t wanted = f.decision.split_index;
        cr_assert(sluice_route_packed(f.context, &shape, text, 12 + (size_t)len, &f.decision) ==
                  SLUICE_OK);
        cr_expect(f.decision.split_index == wanted && f.decision.sticky.by == SLUICE_STICKY_KEY);
    }
    route_fixture_free(&f);
}

Test(packed, refuses_what_does_not_consist_of_the_pieces)
{
    static const struct {
        int line;
        sluice_packed shape;
        sluice_str text;
        sluice_status status;
    } rows[] = {
        {__LINE__, {0},                                                       {NULL, 0},                              SLUICE_ERR_ARGUMENT},
        {__LINE__, {0},                                                       STR_INIT("\0\0\0\0\0\0\0\0\0\0\0"),     SLUICE_ERR_ARGUMENT},
        {__LINE__, {0},                                                       STR_INIT("\0\0\0\0\0\0\0\0\0\0\0key"),  SLUICE_ERR_ARGUMENT},
        {__LINE__, {0},                                                       STR_INIT("\0\0\0\0\0\0\0\0\0\0\0\0\0"), SLUICE_ERR_ARGUMENT},
        {__LINE__,
         {.header_count = 1},
         STR_INIT("\0\0\0\0\0\0\0\0\0\0\0\0x\0"),
         SLUICE_ERR_ARGUMENT                                                                                                             },
        {__LINE__,
         {.header_count = 1},
         STR_INIT("\0\0\0\0\0\0\0\0\0\0\0\0x\0y\0z\0"),
         SLUICE_ERR_ARGUMENT                                                                                                             },
        {__LINE__, {.header_count = 257},                                     STR_INIT("\0\0\0\0\0\0\0\0\0\0\0\0"),   SLUICE_ERR_LIMIT   },
        {__LINE__,
         {.claim_count = UINT32_MAX, .header_count = 1},
         STR_INIT("\0\0\0\0\0\0\0\0\0\0\0\0"),
         SLUICE_ERR_LIMIT                                                                                                                },
        {__LINE__,
         {.source_label_count = 100, .claim_count = 100, .header_count = 57},
         STR_INIT("\0\0\0\0\0\0\0\0\0\0\0\0"),
         SLUICE_ERR_LIMIT                                                                                                                },
    };
    struct route_fixture f;
    route_fixture_init(&f);
    add_rules(&f);
    route_fixture_compile(&f);
    for (size_t i = 0; i < ROWS(rows); i++) {
        sluice_decision before;
        memset(&f.decision, 0x5a, sizeof(f.decision));
        before = f.decision;
        sluice_status status = sluice_route_packed(f.context, &rows[i].shape, rows[i].text.ptr,
                                                   rows[i].text.len, &f.decision);
        cr_expect(status == rows[i].status, "line %d: %s", rows[i].line,
                  sluice_status_name(status));
        cr_expect(memcmp(&before, &f.decision, sizeof(before)) == 0, "line %d", rows[i].line);
    }
    route_fixture_free(&f);
}

Test(packed, takes_256_header_lines)
{
    char text[12 + 256 * 4];
    memset(text, 0, sizeof(text));
    for (size_t i = 0; i < 256; i++) {
        text[12 + 4 * i] = 'y';
        text[12 + 4 * i + 2] = '1';
    }
    text[12 + 4 * 255] = 'x'; /* "x: 1" comes last */
    struct model_predicate last = model_builder_text(MODEL_HEADER, MODEL_EXACT, "x", "1");
    sluice_packed shape = {.header_count = 256};
    struct route_fixture f;
    route_fixture_init(&f);
    route_fixture_one(&f, model_builder_forward(&f.builder, "a"), &last, 1);
    cr_expect(sluice_route_packed(f.context, &shape, text, sizeof(text), &f.decision) == SLUICE_OK);
    cr_expect(f.decision.outcome == SLUICE_FORWARD);
    route_fixture_free(&f);
}
