/* istio/names, istio/host_set, base/ip, istio/http_status: the syntaxes of names and addresses. */
#include <criterion/criterion.h>

#include "base/alloc.h"
#include "base/ip.h"
#include "base/syntax.h"
#include "istio/host_set.h"
#include "istio/http_status.h"
#include "istio/names.h"
#include "istio/port_protocol.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

#define X63 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

Test(istio_names, domains)
{
    static const struct {
        int line;
        const char *text;
        bool fqdn, wildcard, sni;
    } rows[] = {
        {__LINE__, "",                                false, false, false},
        {__LINE__, "a",                               true,  true,  true },
        {__LINE__, "A-1.b",                           true,  true,  true },
        {__LINE__, "a.b.",                            true,  true,  true },
        {__LINE__, ".",                               false, false, false},
        {__LINE__, "a..b",                            false, false, false},
        {__LINE__, "-a.b",                            false, false, false},
        {__LINE__, "a-.b",                            false, false, false},
        {__LINE__, "a_b",                             false, false, false},
        {__LINE__, "1.1.1.1",                         false, false, false},
        {__LINE__, "a.1b",                            true,  true,  true },
        {__LINE__, "*",                               false, true,  true },
        {__LINE__, "*.a.b",                           false, true,  true },
        {__LINE__, "*a.b",                            false, true,  true },
        {__LINE__, "*-a.b",                           false, true,  true },
        {__LINE__, "*-",                              false, false, false},
        {__LINE__, "**.a",                            false, false, false},
        {__LINE__, "a.*.b",                           false, false, false},
        {__LINE__, X63 ".b",                          true,  true,  true },
        {__LINE__, "x" X63 ".b",                      false, false, false},
        {__LINE__, X63 "." X63 "." X63 "." X63,       true,  true,  true }, /* 255 bytes */
        {__LINE__, X63 "." X63 "." X63 "." X63 ".",   false, false, false},
        {__LINE__, "outbound_.80_._.e2e.foobar.mesh", false, false, true },
        {__LINE__, "outbound_.80_.v1_.a.b",           false, false, true },
        {__LINE__, "outbound_.x_._.a.b",              false, false, false},
        {__LINE__, "outbound_.80_._",                 false, false, false},
        {__LINE__, "neverbound_.80_._.a",             false, false, false},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        sluice_str text = sluice_str_of(rows[i].text);
        cr_expect((name_check_fqdn(text) == NULL) == rows[i].fqdn, "line %d", rows[i].line);
        cr_expect((name_check_wildcard_domain(text) == NULL) == rows[i].wildcard, "line %d",
                  rows[i].line);
        cr_expect((name_check_sni_domain(text) == NULL) == rows[i].sni, "line %d", rows[i].line);
    }
}

Test(istio_names, labels_headers_and_claims)
{
    static const struct {
        int line;
        const char *text;
        bool key, value, token, claim;
    } rows[] = {
        {__LINE__, "",                           false, true,  false, false},
        {__LINE__, "app",                        true,  true,  true,  false},
        {__LINE__, "a.b_c-d",                    true,  true,  true,  false},
        {__LINE__, "a.b/c",                      true,  false, false, false},
        {__LINE__, "a..b/c",                     false, false, false, false},
        {__LINE__, "/c",                         false, false, false, false},
        {__LINE__, "a/",                         false, false, false, false},
        {__LINE__, "-a",                         false, false, true,  false},
        {__LINE__, "a b",                        false, false, false, false},
        {__LINE__, X63,                          true,  true,  true,  false},
        {__LINE__, X63 "x",                      false, false, true,  false},
        {__LINE__, "!#$%&'*+-.^_`|~",            false, false, true,  false},
        {__LINE__, "@request.auth.claims",       false, false, false, false},
        {__LINE__, "@request.auth.claims.",      false, false, false, false},
        {__LINE__, "@request.auth.claims.a",     false, false, false, true },
        {__LINE__, "@Request.Auth.Claims.a",     false, false, false, true },
        {__LINE__, "@request.auth.claims[a][b]", false, false, false, true },
        {__LINE__, "@request.auth.claims[]",     false, false, false, false},
        {__LINE__, "@request.auth.claims[a",     false, false, false, false},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        sluice_str text = sluice_str_of(rows[i].text);
        cr_expect((name_check_label_key(text) == NULL) == rows[i].key, "line %d", rows[i].line);
        cr_expect((syntax_check_label_value(text) == NULL) == rows[i].value, "line %d",
                  rows[i].line);
        cr_expect(syntax_is_token(text) == rows[i].token, "line %d", rows[i].line);
        cr_expect(name_is_jwt_claim(text) == rows[i].claim, "line %d", rows[i].line);
    }
}

Test(istio_names, addresses)
{
    static const struct {
        int line;
        const char *text;
        bool address, prefix;
        uint32_t bits;
        uint8_t bytes[16];
    } rows[] = {
        {__LINE__, "1.2.3.4",               true,  true,  128, {[10] = 0xff, 0xff, 1, 2, 3, 4}           },
        {__LINE__, "255.0.0.0/8",           false, true,  104, {[10] = 0xff, 0xff, 255}                  },
        {__LINE__, "1.2.3",                 false, false, 0,   {0}                                       },
        {__LINE__, "1.2.3.256",             false, false, 0,   {0}                                       },
        {__LINE__, "01.2.3.4",              false, false, 0,   {0}                                       },
        {__LINE__, "1.2.3.4.",              false, false, 0,   {0}                                       },
        {__LINE__, "1.2.3.4/33",            false, false, 0,   {0}                                       },
        {__LINE__, "1.2.3.4/08",            false, false, 0,   {0}                                       },
        {__LINE__, "1.2.3.4/",              false, false, 0,   {0}                                       },
        {__LINE__, "",                      false, false, 0,   {0}                                       },
        {__LINE__, "::",                    true,  true,  128, {0}                                       },
        {__LINE__, "::1",                   true,  true,  128, {[15] = 1}                                },
        {__LINE__, "1::",                   true,  true,  128, {[1] = 1}                                 },
        {__LINE__, "2001:db8::/32",         false, true,  32,  {0x20, 0x01, 0x0d, 0xb8}                  },
        {__LINE__,
         "1:2:3:4:5:6:7:8",                 true,
         true,                                            128,
         {0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8}                                                },
        {__LINE__, "1:2:3:4:5:6:7::",       true,  true,  128, {0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7}},
        {__LINE__, "1:2:3:4:5:6:7:8:9",     false, false, 0,   {0}                                       },
        {__LINE__, "1:2:3:4:5:6:7",         false, false, 0,   {0}                                       },
        {__LINE__, "1::2::3",               false, false, 0,   {0}                                       },
        {__LINE__, ":::",                   false, false, 0,   {0}                                       },
        {__LINE__, ":1",                    false, false, 0,   {0}                                       },
        {__LINE__, "1:",                    false, false, 0,   {0}                                       },
        {__LINE__, "12345::",               false, false, 0,   {0}                                       },
        {__LINE__, "2001:1:G::1",           false, false, 0,   {0}                                       },
        {__LINE__, "::ffff:1.2.3.4",        true,  true,  128, {[10] = 0xff, 0xff, 1, 2, 3, 4}           },
        {__LINE__,
         "1:2:3:4:5:6:1.2.3.4",             true,
         true,                                            128,
         {0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 1, 2, 3, 4}                                                },
        {__LINE__, "1:2:3:4:5:6:7:1.2.3.4", false, false, 0,   {0}                                       },
        {__LINE__, "::1%eth0",              false, false, 0,   {0}                                       },
        {__LINE__, "::/129",                false, false, 0,   {0}                                       },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct ip ip;
        uint32_t bits;
        sluice_str text = sluice_str_of(rows[i].text);
        cr_expect(ip_parse(&ip, text) == rows[i].address, "line %d", rows[i].line);
        bool prefix = ip_parse_prefix(&ip, &bits, text);
        cr_assert(prefix == rows[i].prefix, "line %d", rows[i].line);
        if (!prefix) continue;
        cr_expect(bits == rows[i].bits, "line %d", rows[i].line);
        cr_expect(memcmp(ip.bytes, rows[i].bytes, 16) == 0, "line %d", rows[i].line);
    }
}

Test(istio_names, host_set_finds_the_longest_wildcard)
{
    static const struct {
        int line;
        const char *host;
        int exact, covering; /* index into hosts, or -1 */
    } rows[] = {
        {__LINE__, "a.foo.com",   0,  2},
        {__LINE__, "b.foo.com",   -1, 2},
        {__LINE__, "foo.com",     -1, 3},
        {__LINE__, "xfoo.com",    -1, 3},
        {__LINE__, "*.foo.com",   2,  2},
        {__LINE__, "*.b.foo.com", -1, 2},
        {__LINE__, "*foo.com",    3,  3},
        {__LINE__, "*.com",       -1, 4},
        {__LINE__, "other",       -1, 4},
        {__LINE__, "",            -1, 4},
    };
    static const char *const hosts[] = {"a.foo.com", "b.bar", "*.foo.com", "*foo.com", "*"};
    struct arena arena = arena_init(alloc_or_default(NULL));
    struct host_set set = host_set_init(&arena);
    cr_expect(host_set_covering(&set, STR("a"), NULL) == NULL);
    for (size_t i = 0; i < ROWS(hosts); i++) {
        cr_assert(host_set_add(&set, sluice_str_of(hosts[i]), (void *)(uintptr_t)(i + 1)));
    }
    for (size_t i = 0; i < ROWS(rows); i++) {
        sluice_str host = sluice_str_of(rows[i].host);
        intptr_t exact = (intptr_t)host_set_find(&set, host) - 1;
        intptr_t covering = (intptr_t)host_set_covering(&set, host, NULL) - 1;
        cr_expect(exact == rows[i].exact, "line %d", rows[i].line);
        cr_expect(covering == rows[i].covering, "line %d", rows[i].line);
    }
    cr_expect(host_set_covering(&set, STR("*.foo.com"), (void *)3) == (void *)4);
    host_set_free(&set);
}

Test(istio_names, statuses_and_protocols)
{
    cr_expect(grpc_status_number(STR("OK")) == 0);
    cr_expect(grpc_status_number(STR("UNAUTHENTICATED")) == 16);
    cr_expect(grpc_status_number(STR("ok")) == -1);
    cr_expect(http_status_is_standard(503) && http_status_is_standard(418));
    cr_expect(!http_status_is_standard(600) && !http_status_is_standard(306));
    cr_expect(retry_policy_is_known(STR("5xx")) && !retry_policy_is_known(STR(" 5xx")));
    cr_expect(port_protocol_parse(STR("gRPC-Web")) == PROTOCOL_HTTP);
    cr_expect(port_protocol_parse(STR("https")) == PROTOCOL_TLS);
    cr_expect(port_protocol_parse(STR("")) == PROTOCOL_UNSUPPORTED);
}
