/*
 * istio/analyze*: which findings there are about which resource, and that none is an error.
 *
 * The tables are laid out by hand: clang-format 14 crashes on them.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "support/failing_alloc.h"
#include "support/rows.h"

#define ISTIO(kind, name, spec)                                                                    \
    "---\n{apiVersion: networking.istio.io/v1, kind: " kind ", metadata: {" name "}, spec: {" spec \
    "}}\n"
#define VS(name, spec) ISTIO("VirtualService", "name: " name, spec)
#define VS_IN(space, name, spec) ISTIO("VirtualService", "namespace: " space ", name: " name, spec)
#define DR(name, spec) ISTIO("DestinationRule", "name: " name, spec)
#define SE(name, spec) ISTIO("ServiceEntry", "name: " name, spec)
#define SE_IN(space, name, spec) ISTIO("ServiceEntry", "namespace: " space ", name: " name, spec)
#define GW(name, spec) ISTIO("Gateway", "name: " name, spec)
#define SERVICE(name, ports)                                                                       \
    "---\n{apiVersion: v1, kind: Service, metadata: {name: " name "}, spec: {ports: [" ports "]}}" \
    "\n"
#define P80 "{number: 80, name: http, protocol: HTTP}"
#define TO(host) "route: [{destination: {host: " host "}}]"
#define HTTP(rules) "hosts: [h], http: [" rules "]"
#define RULE(match) "{match: [" match "], " TO("a") "}"
#define SERVER(host, port)                                                                         \
    "servers: [{hosts: [" host "], port: {number: " port ", name: p, protocol: HTTP}}]"

struct row {
    int line;
    const char *code, *name; /* of the resource */
    size_t count;
    const char *text;
};

static size_t
count_found(const sluice_report *report, const char *code, const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < sluice_report_count(report); i++) {
        const sluice_diagnostic *at = sluice_report_get(report, i);
        count += str_equal(at->code, sluice_str_of(code)) &&
                 (!name || str_equal(at->name, sluice_str_of(name)));
    }
    return count;
}

static sluice_status
compile(const char *text, const sluice_allocator *allocator, sluice_report *report)
{
    sluice_router *router;
    sluice_compile_options options;
    sluice_compile_options_init(&options);
    options.allocator = allocator;
    sluice_source source = {STR("test.yaml"), sluice_str_of(text)};
    sluice_status status = sluice_compile(&router, &source, 1, &options, report);
    sluice_router_release(router);
    return status;
}

static void
check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        sluice_report *report;
        cr_assert(sluice_report_new(&report, NULL) == SLUICE_OK);
        sluice_status status = compile(rows[i].text, NULL, report);
        size_t found = count_found(report, rows[i].code, rows[i].name);
        cr_expect(status == SLUICE_OK, "line %d: status %d", rows[i].line, (int)status);
        cr_expect(found == rows[i].count, "line %d: %zu times %s", rows[i].line, found,
                  rows[i].code);
        sluice_report_free(report);
    }
}

#define CHECK(rows) check_rows((rows), ROWS(rows))

#define WEB SERVICE("web", "{port: 80, name: http}")
#define WEB2 SERVICE("web", "{port: 80, name: http}, {port: 81, name: http-2}")

/* Without any service nobody knows which hosts there are. */
Test(analyze, hosts_and_ports)
{
    /* clang-format off */
    static const struct row rows[] = {
        {__LINE__, "IST0101", "v", 0, WEB VS("v", HTTP("{" TO("web") "}"))},
        {__LINE__, "IST0101", "v", 0,
         WEB VS("v", HTTP("{" TO("web.default.svc.cluster.local") "}"))},
        {__LINE__, "IST0101", "v", 1, WEB VS("v", HTTP("{" TO("other") "}"))},
        {__LINE__, "IST0101", "v", 0, VS("v", HTTP("{" TO("other") "}"))},
        {__LINE__, "IST0101", "v", 1, WEB VS_IN("ns", "v", HTTP("{" TO("web") "}"))},
        {__LINE__, "IST0101", "v", 1, WEB VS("v", HTTP("{" TO("web") ", mirror: {host: other}}"))},
        {__LINE__, "IST0101", "v", 1,
         WEB VS("v", HTTP("{route: [{destination: {host: web, port: {number: 9}}}]}"))},
        {__LINE__, "IST0101", "v", 0,
         SE("e", "hosts: ['*.x.org'], resolution: NONE, ports: [" P80 "]")
             VS("v", HTTP("{" TO("a.x.org") "}"))},
        {__LINE__, "IST0101", "v", 1,
         SE_IN("ns", "e", "hosts: ['*.x.org'], exportTo: ['.'], resolution: NONE, ports: [" P80 "]")
             VS("v", HTTP("{" TO("a.x.org") "}"))},
        {__LINE__, "IST0101", "v", 0,
         SE_IN("ns", "e", "hosts: [x.org], exportTo: [default], ports: [" P80 "]")
             VS("v", HTTP("{" TO("x.org") "}"))},
        {__LINE__, "IST0112", "v", 1, WEB2 VS("v", HTTP("{" TO("web") "}"))},
        {__LINE__, "IST0112", "v", 0,
         WEB2 VS("v", HTTP("{route: [{destination: {host: web, port: {number: 81}}}]}"))},
        {__LINE__, "IST0174", "d", 1, WEB DR("d", "host: other")},
        {__LINE__, "IST0174", "d", 0, WEB DR("d", "host: web")},
        {__LINE__, "IST0174", "d", 1, DR("d", "host: other")},
        {__LINE__, "IST0174", "d", 0, DR("d", "host: other") VS("v", HTTP("{" TO("other") "}"))},
        {__LINE__, "IST0174", "d", 0, DR("d", "host: '*.local'") VS("v", HTTP("{" TO("a") "}"))},
        {__LINE__, "IST0174", "d", 1, DR("d", "host: '*.com'") VS("v", HTTP("{" TO("a") "}"))},
        {__LINE__, "IST0174", "d", 0,
         DR("d", "host: m") VS("v", HTTP("{mirror: {host: m}, " TO("a") "}"))},
    };
    /* clang-format on */
    CHECK(rows);
}

#define SUBSETS "host: web, subsets: [{name: v1, labels: {v: '1'}}]"

Test(analyze, subsets)
{
    /* clang-format off */
    static const struct row rows[] = {
        {__LINE__, "IST0101", "v", 0,
         DR("d", SUBSETS) VS("v", HTTP("{route: [{destination: {host: web, subset: v1}}]}"))},
        {__LINE__, "IST0101", "v", 1,
         DR("d", SUBSETS) VS("v", HTTP("{route: [{destination: {host: web, subset: v2}}]}"))},
        {__LINE__, "IST0101", "v", 0,
         VS("v", HTTP("{route: [{destination: {host: web, subset: v2}}]}"))},
        {__LINE__, "SL0608", "d", 1, DR("d", SUBSETS) VS("v", HTTP("{" TO("web") "}"))},
        {__LINE__, "SL0608", "d", 0,
         DR("d", SUBSETS) VS("v", HTTP("{route: [{destination: {host: web, subset: v1}}]}"))},
        {__LINE__, "SL0608", "d", 0, DR("d", SUBSETS)},
        {__LINE__, "IST0140", "g", 1,
         DR("d", SUBSETS) GW("gw", SERVER("'*'", "80"))
             VS("g", "hosts: [x.org], gateways: [gw], http: [{" TO("web") "}]")
                 VS("v",
                    "hosts: [web], http: [{route: [{destination: {host: web, subset: v1}}]}]")},
        {__LINE__, "IST0140", "g", 0,
         DR("d", SUBSETS) GW("gw", SERVER("'*'", "80"))
             VS("g", "hosts: [x.org], gateways: [gw], http: [{" TO("web") "}]")
                 VS("v", "hosts: [u], http: [{route: [{destination: {host: web, subset: v1}}]}]")},
    };
    /* clang-format on */
    CHECK(rows);
}

#define ON(gateway, host) "hosts: [" host "], gateways: [" gateway "], http: [{" TO("a") "}]"
#define TWO_GATEWAYS(labels_a, host_a, labels_b, host_b, port_b)                                   \
    GW("a", "selector: {" labels_a "}, " SERVER(host_a, "80"))                                     \
    GW("b", "selector: {" labels_b "}, " SERVER(host_b, port_b))

Test(analyze, gateways)
{
    /* clang-format off */
    static const struct row rows[] = {
        {__LINE__, "IST0101", "v", 1, VS("v", ON("gw", "x.org"))},
        {__LINE__, "IST0132", "v", 1, VS("v", ON("gw", "x.org"))},
        {__LINE__, "IST0132", "v", 0, GW("gw", SERVER("'*'", "80")) VS("v", ON("gw", "x.org"))},
        {__LINE__, "IST0132", "v", 0, GW("gw", SERVER("'*.org'", "80")) VS("v", ON("gw", "x.org"))},
        {__LINE__, "IST0132", "v", 1, GW("gw", SERVER("'*.com'", "80")) VS("v", ON("gw", "x.org"))},
        {__LINE__, "IST0132", "v", 1,
         GW("gw", SERVER("ns/x.org", "80")) VS("v", ON("gw", "x.org"))},
        {__LINE__, "IST0132", "v", 0, GW("gw", SERVER("./x.org", "80")) VS("v", ON("gw", "x.org"))},
        {__LINE__, "IST0165", "v", 1,
         VS("v", ON("gw-istio-autogenerated-k8s-gateway-http", "x.org"))},
        {__LINE__, "IST0145", NULL, 2, TWO_GATEWAYS("i: g", "x.org", "i: g", "x.org", "80")},
        {__LINE__, "IST0145", NULL, 2,
         TWO_GATEWAYS("i: g", "x.org", "'a': b, i: g", "x.org", "80")},
        {__LINE__, "IST0145", NULL, 0, TWO_GATEWAYS("i: g", "x.org", "i: h", "x.org", "80")},
        {__LINE__, "IST0145", NULL, 0, TWO_GATEWAYS("i: g", "x.org", "i: g", "y.org", "80")},
        {__LINE__, "IST0145", NULL, 0, TWO_GATEWAYS("i: g", "x.org", "i: g", "x.org", "81")},
    };
    /* clang-format on */
    CHECK(rows);
}

#define CLAIM_ROUTE                                                                                \
    GW("gw", "selector: {i: g}, " SERVER("'*'", "80"))                                             \
    VS("v", "hosts: [x.org], gateways: [gw], http: [{match: [{headers: "                           \
            "{'@request.auth.claims.sub': {exact: a}}}], " TO("a") "}]")
#define POD "---\n{apiVersion: v1, kind: Pod, metadata: {name: p, labels: {i: g}}}\n"
#define POLICY(labels)                                                                             \
    "---\n{apiVersion: security.istio.io/v1, kind: RequestAuthentication, metadata: {name: r}, "   \
    "spec: {selector: {matchLabels: {" labels "}}}}\n"

Test(analyze, sidecars)
{
    /* clang-format off */
    static const struct row rows[] = {
        {__LINE__, "IST0002", "s", 1,
         ISTIO("Sidecar", "name: s", "outboundTrafficPolicy: {egressProxy: {host: a}}")},
        {__LINE__, "IST0002", "s", 0, ISTIO("Sidecar", "name: s", "outboundTrafficPolicy: {}")},
    };
    /* clang-format on */
    CHECK(rows);
}

Test(analyze, claims)
{
    /* clang-format off */
    static const struct row rows[] = {
        {__LINE__, "IST0149", "v", 1, CLAIM_ROUTE POD},
        {__LINE__, "IST0149", "v", 1, CLAIM_ROUTE},
        {__LINE__, "IST0149", "v", 0, CLAIM_ROUTE POLICY("i: g")},
        {__LINE__, "IST0149", "v", 1, CLAIM_ROUTE POLICY("i: h")},
        {__LINE__, "IST0149", "v", 0, CLAIM_ROUTE POD POLICY("i: g")},
        {__LINE__, "IST0149", "v", 1, CLAIM_ROUTE POD POLICY("i: h")},
    };
    /* clang-format on */
    CHECK(rows);
}

#define SERVICE_OF(name, selector)                                                                 \
    "---\n{apiVersion: v1, kind: Service, metadata: {name: " name "}, spec: {ports: [{port: 80, "  \
    "name: http}], selector: {" selector "}}}\n"
#define POD_OF(name, labels)                                                                       \
    "---\n{apiVersion: v1, kind: Pod, metadata: {name: " name ", labels: {" labels "}}}\n"
#define SUBSET_OF(labels) DR("d", "host: h, subsets: [{name: s, labels: {" labels "}}]")

Test(analyze, pods_of_subsets)
{
    /* clang-format off */
    static const struct row rows[] = {
        {__LINE__, "IST0173", "d", 0, SERVICE_OF("h", "app: a") SUBSET_OF("v: v1")},
        {__LINE__, "IST0173", "d", 1,
         SERVICE_OF("h", "app: a") SUBSET_OF("v: v1") POD_OF("p", "app: a, v: v2")},
        {__LINE__, "IST0173", "d", 0,
         SERVICE_OF("h", "app: a") SUBSET_OF("v: v1") POD_OF("p", "app: a, v: v1")},
        {__LINE__, "IST0173", "d", 1,
         SERVICE_OF("h", "app: a") SUBSET_OF("v: v1") POD_OF("p", "app: b, v: v1")},
        {__LINE__, "IST0173", "d", 0,
         SERVICE_OF("h", "app: a") SUBSET_OF("app: b") POD_OF("p", "app: b")},
        {__LINE__, "IST0173", "d", 0,
         SERVICE_OF("h", "app: a") SUBSET_OF("topology.istio.io/subzone: s") POD_OF("p", "app: a")},
        {__LINE__, "IST0173", "d", 1,
         SERVICE_OF("h", "app: a") SUBSET_OF("v: v1") POD_OF("p", "")},
        {__LINE__, "IST0173", "d", 0, SUBSET_OF("v: v1") POD_OF("p", "app: a, v: v2")},
    };
    /* clang-format on */
    CHECK(rows);
}

#define SECURED(tls) DR("d", "host: h, trafficPolicy: {tls: {" tls "}}")

Test(analyze, servers_that_nobody_verifies)
{
    /* clang-format off */
    static const struct row rows[] = {
        {__LINE__, "IST0128", "d", 1, SECURED("mode: SIMPLE")},
        {__LINE__, "IST0128", "d", 1,
         SECURED("mode: MUTUAL, clientCertificate: /c, privateKey: /k")},
        {__LINE__, "IST0128", "d", 0, SECURED("mode: SIMPLE, caCertificates: /ca")},
        {__LINE__, "IST0128", "d", 0, SECURED("mode: SIMPLE, credentialName: c")},
        {__LINE__, "IST0128", "d", 0, SECURED("mode: ISTIO_MUTUAL")},
        {__LINE__, "IST0129", "d", 0, SECURED("mode: SIMPLE")},
        {__LINE__, "IST0129", "d", 1,
         DR("d", "host: h, trafficPolicy: {portLevelSettings: [{port: {number: 443}, tls: {mode: "
                 "SIMPLE}}, {port: {number: 444}, tls: {mode: SIMPLE, caCertificates: /ca}}]}")},
    };
    /* clang-format on */
    CHECK(rows);
}

#define MESH(space, name, host, to)                                                                \
    VS_IN(space, name, "hosts: [" host "], exportTo: [" to "], http: [{" TO("a") "}]")

Test(analyze, claims_of_mesh_hosts)
{
    /* clang-format off */
    static const struct row rows[] = {
        {__LINE__, "IST0109", NULL, 2, MESH("x", "a", "h", "'*'") MESH("x", "b", "h", "'*'")},
        {__LINE__, "IST0109", NULL, 0, MESH("x", "a", "h", "'*'") MESH("u", "b", "h", "'*'")},
        {__LINE__, "IST0109", NULL, 2,
         MESH("x", "a", "h", "'*'") MESH("u", "b", "h.x.svc.cluster.local", "'*'")},
        {__LINE__, "IST0109", NULL, 0,
         MESH("x", "a", "h.org", "'.'") MESH("u", "b", "h.org", "'.'")},
        {__LINE__, "IST0109", NULL, 2,
         MESH("x", "a", "h.org", "'.'") MESH("u", "b", "h.org", "'*'")},
        {__LINE__, "IST0109", NULL, 2,
         MESH("x", "a", "h.org", "'.'") MESH("u", "b", "'*.org'", "'*'")},
        {__LINE__, "IST0109", NULL, 2,
         MESH("x", "a", "'*.org'", "'.'") MESH("u", "b", "h.org", "'*'")},
        {__LINE__, "IST0109", NULL, 0,
         MESH("x", "a", "'*.org'", "'*'") MESH("u", "b", "h.org", "'*'")},
        {__LINE__, "IST0109", NULL, 3,
         MESH("x", "a", "'*.org'", "'.'") MESH("u", "c", "'*.org'", "'.'")
             MESH("z", "b", "h.org", "'*'")},
    };
    /* clang-format on */
    CHECK(rows);
}

#define ENTRY(space, name, to, protocol)                                                           \
    SE_IN(space, name,                                                                             \
          "hosts: [x.org], exportTo: [" to "], resolution: DNS, ports: [{number: 80, "             \
          "name: p, protocol: " protocol "}]")

Test(analyze, protocols_of_service_entries)
{
    /* clang-format off */
    static const struct row rows[] = {
        {__LINE__, "IST0177", NULL, 2,
         ENTRY("x", "a", "'*'", "HTTP") ENTRY("u", "b", "'*'", "HTTPS")},
        {__LINE__, "IST0177", NULL, 0,
         ENTRY("x", "a", "'*'", "HTTP") ENTRY("u", "b", "'*'", "http")},
        {__LINE__, "IST0177", NULL, 0,
         ENTRY("x", "a", "'.'", "HTTP") ENTRY("u", "b", "'.'", "HTTPS")},
        {__LINE__, "IST0177", NULL, 2,
         ENTRY("x", "a", "'.'", "HTTP") ENTRY("u", "b", "'*'", "HTTPS")},
        {__LINE__, "IST0177", NULL, 3,
         ENTRY("x", "a", "'.'", "HTTP") ENTRY("u", "b", "'*'", "HTTPS")
         ENTRY("z", "c", "'*'", "HTTPS")},
    };
    /* clang-format on */
    CHECK(rows);
}

#define PREFIX(text) "{uri: {prefix: " text "}}"

/* Istio's heuristic: a missing method is GET; a test of the authority covers none. */
Test(analyze, matches_as_istio_sees_them)
{
    /* clang-format off */
    static const struct row rows[] = {
        {__LINE__, "IST0130", "v", 1, VS("v", HTTP("{" TO("a") "}, {" TO("b") "}"))},
        {__LINE__, "IST0130", "v", 2,
         VS("v", HTTP("{" TO("a") "}, " RULE(PREFIX("/a") ", " PREFIX("/b"))))},
        {__LINE__, "IST0130", "v", 1, VS("v", HTTP(RULE(PREFIX("/a")) ", " RULE(PREFIX("/a"))))},
        {__LINE__, "IST0131", "v", 1, VS("v", HTTP(RULE(PREFIX("/a")) ", " RULE(PREFIX("/a"))))},
        {__LINE__, "IST0131", "v", 1,
         VS("v", HTTP(RULE("{name: x, headers: {a: {exact: '1'}, b: {}}}") ", "
                      RULE("{headers: {b: {}, a: {exact: '1'}}}, " PREFIX("/a"))))},
        {__LINE__, "IST0131", "v", 1, VS("v", HTTP(RULE(PREFIX("/a")) ", " RULE(PREFIX("/a/b"))))},
        {__LINE__, "IST0131", "v", 0, VS("v", HTTP(RULE(PREFIX("/a/b")) ", " RULE(PREFIX("/a"))))},
        /* A method by regular expression is GET to Istio, like none; an empty text is no text. */
        {__LINE__, "IST0131", "v", 1,
         VS("v", HTTP(RULE("{uri: {prefix: /a}, method: {exact: GET}}") ", "
                      RULE("{uri: {prefix: /a/b}, method: {regex: P.*}}")))},
        {__LINE__, "IST0131", "v", 1,
         VS("v", HTTP(RULE("{uri: {prefix: /a}, headers: {x: {prefix: b}}}") ", "
                      RULE("{uri: {prefix: /a/b}, headers: {x: {exact: ''}}}")))},
        {__LINE__, "IST0131", "v", 0,
         VS("v", HTTP(RULE(PREFIX("/a")) ", " RULE("{uri: {prefix: /a/b}, headers: {x: {}}}")))},
        {__LINE__, "IST0131", "v", 0,
         VS("v", HTTP(RULE(PREFIX("/a")) ", "
         RULE("{uri: {prefix: /a/b}, method: {exact: POST}}")))},
        {__LINE__, "IST0131", "v", 1,
         VS("v", HTTP(RULE("{uri: {prefix: /a}, authority: {exact: x}}") ", "
         RULE(PREFIX("/a/b"))))},
        {__LINE__, "IST0131", "v", 1,
         VS("v", "hosts: [h], tcp: [{match: [{port: 1}], "
         TO("a") "}, {match: [{port: 1}, {port: 2}], "
                 TO("a") "}]")},
    };
    /* clang-format on */
    CHECK(rows);
}

Test(analyze, single_routes)
{
    /* clang-format off */
    static const struct row rows[] = {
        {__LINE__, "SL0602", "v", 1,
         VS("v", HTTP("{fault: {abort: {httpStatus: 500}}, " TO("a") "}"))},
        {__LINE__, "SL0602", "v", 1,
         VS("v", HTTP("{fault: {delay: {fixedDelay: 1s}}, " TO("a") "}"))},
        {__LINE__, "SL0602", "v", 0,
         VS("v", HTTP("{fault: {abort: {httpStatus: 500, percentage: {value: 1}}}, " TO("a") "}"))},
        {__LINE__, "SL0603", "v", 1,
         VS("v", HTTP("{route: [{destination: {host: a}, weight: 5}]}"))},
        {__LINE__, "SL0603", "v", 0,
         VS("v", HTTP("{route: [{destination: {host: a}, weight: 100}]}"))},
        {__LINE__, "SL0604", "v", 1, VS("v", HTTP("{" TO("web.default") "}"))},
        {__LINE__, "SL0604", "v", 0, VS("v", HTTP("{" TO("web.org") "}"))},
        {__LINE__, "SL0604", "v", 1, WEB VS_IN("ns", "v", HTTP("{" TO("web.default") "}"))},
        {__LINE__, "SL0605", "v", 1,
         VS("v", HTTP("{mirror: {host: b}, mirrorPercentage: {value: 0}, " TO("a") "}"))},
        {__LINE__, "SL0605", "v", 0, VS("v", HTTP("{mirror: {host: b}, " TO("a") "}"))},
        {__LINE__, "SL0606", "v", 1,
         VS("v", HTTP(RULE("{headers: {x: {exact: a}}, withoutHeaders: {X: {}}}")))},
        {__LINE__, "SL0606", "v", 1, VS("v", HTTP(RULE("{withoutHeaders: {x: {regex: '.*'}}}")))},
        {__LINE__, "SL0606", "v", 1, VS("v", HTTP(RULE("{uri: {exact: '/a?b=1'}}")))},
        {__LINE__, "SL0606", "v", 0,
         VS("v", HTTP(RULE("{headers: {x: {}}, withoutHeaders: {x: {exact: a}}}")))},
        {__LINE__, "SL0606", "v", 1, VS("v", HTTP(RULE("{gateways: [gw]}")))},
        {__LINE__, "SL0606", "v", 1, VS("v", "gateways: [gw], " HTTP(RULE("{gateways: [mesh]}")))},
        {__LINE__, "SL0606", "v", 1,
         VS("v", "gateways: [gw, mesh], " HTTP(RULE("{gateways: [ns/gw]}")))},
        {__LINE__, "SL0606", "v", 0,
         VS("v", "gateways: [ns/gw, mesh], " HTTP(RULE("{gateways: [other, gw.ns]}")))},
        {__LINE__, "SL0606", "v", 0, VS("v", HTTP(RULE("{gateways: [mesh]}")))},
    };
    /* clang-format on */
    CHECK(rows);
}

/* The blocks of a rule may be covered by different rules. */
Test(analyze, rules_that_no_request_reaches)
{
    /* clang-format off */
    static const struct {
        int line;
        size_t count;
        const char *rules;
    } rows[] = {
        {__LINE__, 1, "{" TO("a") "}, " RULE(PREFIX("/a"))},
        {__LINE__, 1, RULE(PREFIX("/")) ", " RULE("{uri: {exact: x}}")},
        {__LINE__, 1, RULE(PREFIX("/a")) ", " RULE("{uri: {exact: /ab}}")},
        {__LINE__, 0, RULE(PREFIX("/ab")) ", " RULE(PREFIX("/a"))},
        {__LINE__, 0, RULE(PREFIX("/a")) ", " RULE(PREFIX("/b"))},
        {__LINE__, 0, RULE(PREFIX("/a")) ", " RULE("{uri: {prefix: /ab}, ignoreUriCase: true}")},
        {__LINE__, 1, RULE("{uri: {prefix: /A}, ignoreUriCase: true}") ", " RULE(PREFIX("/ab"))},
        {__LINE__, 0, RULE(PREFIX("/a")) ", " RULE("{uri: {regex: /ab}}")},
        {__LINE__, 1,
         RULE("{uri: {regex: /ab}}") ", " RULE("{uri: {regex: /ab}, method: {exact: GET}}")},
        {__LINE__, 0, RULE("{headers: {x: {}}}") ", " RULE(PREFIX("/"))},
        {__LINE__, 1, RULE("{headers: {x: {}}}") ", " RULE("{headers: {X: {prefix: a}, q: {}}}")},
        {__LINE__, 1,
         RULE("{withoutHeaders: {x: {exact: a}}}") ", " RULE("{withoutHeaders: {x: {}}}")},
        {__LINE__, 0,
         RULE("{withoutHeaders: {x: {}}}") ", " RULE("{withoutHeaders: {x: {exact: a}}}")},
        {__LINE__, 1,
         RULE(PREFIX("/a")) ", " RULE(PREFIX("/b")) ", " RULE(PREFIX("/ax") ", " PREFIX("/bx"))},
        {__LINE__, 0, RULE(PREFIX("/a")) ", " RULE(PREFIX("/ax") ", " PREFIX("/bx"))},
        {__LINE__, 0, RULE("{port: 80}") ", " RULE(PREFIX("/a"))},
        {__LINE__, 1,
         RULE("{port: 80, uri: {prefix: /a}}") ", " RULE("{uri: {prefix: /ab}, port: 80}")},
        {__LINE__, 0, RULE("{gateways: [mesh]}") ", " RULE(PREFIX("/a"))},
        {__LINE__, 1,
         RULE("{gateways: [mesh]}") ", " RULE("{gateways: [mesh], method: {exact: A}}")},
        {__LINE__, 0, RULE("{sourceLabels: {a: b}, uri: {prefix: /x}}") ", " RULE(PREFIX("/x"))},
        {__LINE__, 0, "{match: [{uri: {prefix: /a}}], delegate: {name: d}}, " RULE(PREFIX("/ab"))},
    };
    /* clang-format on */
    for (size_t i = 0; i < ROWS(rows); i++) {
        char text[2048];
        sluice_report *report;
        snprintf(text, sizeof(text), VS("v", "hosts: [h], http: [%s]"), rows[i].rules);
        cr_assert(sluice_report_new(&report, NULL) == SLUICE_OK);
        cr_expect(compile(text, NULL, report) == SLUICE_OK, "line %d", rows[i].line);
        size_t found = count_found(report, "SL0601", "v");
        cr_expect(found == rows[i].count, "line %d: %zu", rows[i].line, found);
        sluice_report_free(report);
    }
}

Test(analyze, memory_that_runs_out)
{
    static const char text[] = WEB2 CLAIM_ROUTE POD POLICY("i: h") DR("d", SUBSETS)
        SERVICE_OF("h", "app: a") DR("e", "host: h, subsets: [{name: s, labels: {v: v1}}]") DR(
            "f", "host: h, trafficPolicy: {tls: {mode: SIMPLE}}") ENTRY("x", "a", "'.'", "HTTP")
            ENTRY("u", "b", "'*'", "HTTPS") TWO_GATEWAYS("i: g", "x.org", "'a': b, i: g", "x.org",
                                                         "80") MESH("x", "a", "'*.org'", "'.'")
                MESH("u", "b", "h.org", "'*'") VS(
                    "w",
                    HTTP(RULE(PREFIX("/a")) ", " RULE(
                        "{name: n, uri: {prefix: /ab}, "
                        "headers: {x: {}}}") ", " RULE(PREFIX("/a")) ", {" TO("web.default") "}"));
    size_t k = 0;
    for (;; k++) {
        struct failing_alloc memory;
        sluice_report *report;
        failing_alloc_init(&memory, k);
        cr_assert(sluice_report_new(&report, NULL) == SLUICE_OK);
        sluice_status status = compile(text, &memory.allocator, report);
        cr_expect((status == SLUICE_ERR_NOMEM) == memory.failed, "allocation %zu", k);
        sluice_report_free(report);
        cr_expect(failing_alloc_finish(&memory) == 0, "allocation %zu", k);
        if (!memory.failed) break;
    }
    cr_expect(k > 20);
}
