/* istio/endpoints: where a destination is reached, and a plain filter beside it. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "base/str.h"
#include "support/rows.h"

#define HEAD(kind, name)                                                                           \
    "---\n{apiVersion: networking.istio.io/v1, kind: " kind ", metadata: {name: " name "}, spec: "
#define ROUTE(host, rest)                                                                          \
    HEAD("VirtualService", "vs")                                                                   \
    "{hosts: [a.com], http: [{route: [{destination: {host: " host rest "}}]}]}}\n"
#define SUBSETS(labels)                                                                            \
    HEAD("DestinationRule", "dr")                                                                  \
    "{host: a.com, subsets: [{name: s, labels: {" labels "}}]}}\n"
#define WORKLOAD(name, space, rest)                                                                \
    "---\n{apiVersion: networking.istio.io/v1, kind: WorkloadEntry, metadata: {name: " name        \
    ", namespace: " space "}, spec: {" rest "}}\n"
#define ENTRY(rest) HEAD("ServiceEntry", "se") "{hosts: [a.com], " rest "}}\n"
#define PORTS "ports: [{number: 80, name: http, protocol: HTTP}]"

struct asked {
    sluice_router *router;
    sluice_context *context;
    sluice_decision decision;
};

static void
ask(struct asked *asked, const char *rules, const char *path)
{
    sluice_source source = {sluice_str_of("rules"), sluice_str_of(rules)};
    sluice_report *report;
    cr_assert(eq(int, sluice_report_new(&report, NULL), SLUICE_OK));
    if (sluice_compile(&asked->router, &source, 1, NULL, report) != SLUICE_OK) {
        sluice_str message = sluice_report_get(report, 0)->message;
        cr_fatal("%.*s\n%s", (int)message.len, message.ptr, rules);
    }
    sluice_report_free(report);
    cr_assert(eq(int, sluice_context_new(&asked->context, asked->router, NULL), SLUICE_OK));
    sluice_request request = {
        .port = 80, .authority = sluice_str_of("a.com"), .path = sluice_str_of(path)};
    sluice_route(asked->context, &request, &asked->decision);
}

static void
done(struct asked *asked)
{
    sluice_context_free(asked->context);
    sluice_router_release(asked->router);
}

/* "address:port*weight@region/zone/subzone ..." */
static void
write_endpoints(const sluice_endpoints *endpoints, char *to, size_t room)
{
    size_t used = 0;
    to[0] = '\0';
    for (size_t i = 0; i < endpoints->count; i++) {
        const sluice_endpoint *at = &endpoints->items[i];
        used += (size_t)snprintf(to + used, room - used, "%s%.*s:%u*%u@%.*s/%.*s/%.*s",
                                 i ? " " : "", (int)at->address.len, at->address.ptr,
                                 (unsigned)at->port, (unsigned)at->weight, (int)at->region.len,
                                 at->region.ptr, (int)at->zone.len, at->zone.ptr,
                                 (int)at->subzone.len, at->subzone.ptr);
    }
}

Test(endpoints, are_those_of_the_port_and_the_subset)
{
    static const struct {
        int line;
        const char *rules;
        const char *want; /* NULL: not known */
        sluice_outcome outcome;
        bool complete;
    } rows[] = {
        {__LINE__,
         ENTRY(PORTS ", resolution: STATIC, endpoints: [{address: 10.0.0.1}, "
                     "{address: 10.0.0.2, weight: 3, ports: {http: 8080}}]") ROUTE("a.com",                                                             ""),
         "10.0.0.1:80*1@// 10.0.0.2:8080*3@//",                                                                                                                                                   SLUICE_FORWARD,     true},
 /* targetPort, unless the endpoint has a port of that name */
        {__LINE__,
         ENTRY("ports: [{number: 80, name: http, protocol: HTTP, targetPort: 9000}], resolution: "
               "STATIC, endpoints: [{address: 10.0.0.1}, {address: 10.0.0.2, ports: {http: 1}}]")
             ROUTE("a.com",                                                                                                                             ""),
         "10.0.0.1:9000*1@// 10.0.0.2:1*1@//",                                                                                                                                                    SLUICE_FORWARD,     true},
        {__LINE__,
         ENTRY(PORTS ", resolution: STATIC, endpoints: [{address: 'unix:///var/run/a'}]")
             ROUTE("a.com",                                                                                                                             ""),
         "unix:///var/run/a:0*1@//",                                                                                                                                                              SLUICE_FORWARD,     true},
        {__LINE__,
         ENTRY(PORTS ", resolution: STATIC, endpoints: [{address: 10.0.0.1, locality: r/z/s}, "
                     "{address: 10.0.0.2, labels: {istio-locality: r.z}}, "
                     "{address: 10.0.0.3, locality: r}]") SUBSETS("topology.kubernetes.io/zone: z")
             ROUTE("a.com",                                                                                                                             ", subset: s"),
         "10.0.0.1:80*1@r/z/s 10.0.0.2:80*1@r/z/",                                                                                                                                                SLUICE_FORWARD,     true},
        {__LINE__,
         ENTRY(PORTS ", resolution: STATIC, endpoints: [{address: 10.0.0.1, labels: {v: v1}}, "
                     "{address: 10.0.0.2, labels: {v: v2}}]") SUBSETS("v: v2")
             ROUTE("a.com",                                                                                                                             ", subset: s"),
         "10.0.0.2:80*1@//",                                                                                                                                                                      SLUICE_FORWARD,     true},
        {__LINE__,
         ENTRY(PORTS ", resolution: STATIC, endpoints: [{address: 10.0.0.1, labels: {v: v1}}]")
             SUBSETS("v: v2") ROUTE("a.com",                                                                                                            ", subset: s"),
         "",                                                                                                                                                                                      SLUICE_UNAVAILABLE, true},
 /* A name is its own endpoint, without labels (trap 72). */
        {__LINE__,                                                                     ENTRY(PORTS ", resolution: DNS") ROUTE("a.com",                  ""),            "a.com:80*1@//",
         SLUICE_FORWARD,                                                                                                                                                                                              true},
        {__LINE__,                                                                     ENTRY(PORTS ", resolution: DNS") SUBSETS("v: v1") ROUTE("a.com", ", subset: s"),
         "",                                                                                                                                                                                      SLUICE_UNAVAILABLE, true},
        {__LINE__,                                                                     ENTRY(PORTS ", resolution: DNS") SUBSETS("") ROUTE("a.com",      ", subset: s"),
         "a.com:80*1@//",                                                                                                                                                                         SLUICE_FORWARD,     true},
 /* Without resolution the address is that of the connection. */
        {__LINE__,                                                                     ENTRY(PORTS ", resolution: NONE") ROUTE("a.com",                 ""),            "",                       SLUICE_FORWARD,     false},
 /* WorkloadEntries of the same namespace; pods may be selected too. */
        {__LINE__,
         ENTRY(PORTS ", resolution: STATIC, workloadSelector: {labels: {app: a, tier: t}}")
             WORKLOAD("w1",                                                                                                                             "default",      "address: 10.0.0.1, labels: {app: a, tier: t}, weight: 2")
                 WORKLOAD("w2", "default",          "address: 10.0.0.2, labels: {app: a}")
                     WORKLOAD("w3","other", "address: 10.0.0.3, labels: {app: a, tier: t}")
                         ROUTE("a.com", ""),
         "10.0.0.1:80*2@//", SLUICE_FORWARD, false},
        {__LINE__,
         ENTRY(PORTS ", resolution: STATIC, workloadSelector: {labels: {app: a}}")
             ROUTE("a.com",                                                                                                   ""),
         "",                                                                                                                                                      SLUICE_FORWARD,                                                                                                                                                                   false},
 /* An endpoint behind another network's gateway has no address here. */
        {__LINE__,
         ENTRY(PORTS ", resolution: STATIC, endpoints: [{network: net}]") ROUTE("a.com",                      ""),                                                                                                                                                            "",
         SLUICE_FORWARD,false},
        {__LINE__,
         "---\n{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {ports: [{port: 80, "
         "name: http}]}}\n" ENTRY(PORTS ", resolution: DNS") ROUTE("s",                                        ""),
         NULL,                                                                                                                                                                          SLUICE_FORWARD,                                                                                                                                                                                                                                                                                                                            false                                                                                                                                                                                                                                                                                                       },
        {__LINE__,                ROUTE("a.com",                                     ""),                                                                                                                                                          NULL,SLUICE_FORWARD,false},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct asked asked;
        char text[512];
        ask(&asked, rows[i].rules, "/");
        const sluice_destination *destination = asked.decision.split_count
                                                    ? asked.decision.split[0].destination
                                                    : asked.decision.destination;
        const sluice_endpoints *endpoints = destination->endpoints;
        cr_expect(eq(int, asked.decision.outcome, rows[i].outcome), "line %d", rows[i].line);
        cr_expect(eq(int, endpoints != NULL, rows[i].want != NULL), "line %d", rows[i].line);
        if (endpoints && rows[i].want) {
            write_endpoints(endpoints, text, sizeof(text));
            cr_expect(eq(str, text, (char *)rows[i].want), "line %d", rows[i].line);
            cr_expect(eq(int, endpoints->complete, rows[i].complete), "line %d", rows[i].line);
        }
        done(&asked);
    }
}

/* The labels of the metadata win over those of the spec. */
Test(endpoints, have_the_labels_of_spec_metadata_and_locality)
{
    struct asked asked;
    ask(&asked,
        ENTRY(
            PORTS
            ", resolution: STATIC, workloadSelector: {labels: {app: a}}") "---\n{apiVersion: "
                                                                          "networking.istio.io/v1, "
                                                                          "kind: WorkloadEntry, "
                                                                          "metadata: {name: w, "
                                                                          "labels: {app: a, x: "
                                                                          "meta}}, spec: {address: "
                                                                          "10.0.0.1, locality: r, "
                                                                          "labels: {x: spec, "
                                                                          "z: own}}}\n" ROUTE(
                                                                              "a.com", ""),
        "/");
    static const char *const want[][2] = {
        {"app",                           "a"   },
        {"topology.kubernetes.io/region", "r"   },
        {"x",                             "meta"},
        {"z",                             "own" },
    };
    const sluice_endpoints *endpoints = asked.decision.destination->endpoints;
    cr_assert(eq(sz, endpoints->count, 1));
    cr_assert(eq(sz, endpoints->items[0].label_count, ROWS(want)));
    for (size_t i = 0; i < ROWS(want); i++) {
        const sluice_field *label = &endpoints->items[0].labels[i];
        cr_expect(str_equal(label->name, sluice_str_of(want[i][0])), "label %zu", i);
        cr_expect(str_equal(label->value, sluice_str_of(want[i][1])), "label %zu", i);
    }
    done(&asked);
}

/* ---- against a plain filter ---- */

enum { ENDPOINTS = 40, CHOICES = 30, NAMES = 3, ROUNDS = 20 };

/* For each name a value 1 to 3, or 0: the label is absent. */
struct labels {
    unsigned value[NAMES];
};

static bool
has_all(const struct labels *own, const struct labels *wanted)
{
    for (size_t i = 0; i < NAMES; i++) {
        if (wanted->value[i] && wanted->value[i] != own->value[i]) return false;
    }
    return true;
}

static struct labels
any_labels(sluice_rng *rng, unsigned values)
{
    struct labels labels;
    for (size_t i = 0; i < NAMES; i++) {
        labels.value[i] = (unsigned)(sluice_rng_next(rng) >> 40) % values;
    }
    return labels;
}

static size_t
put_labels(char *to, size_t room, const struct labels *labels)
{
    size_t used = (size_t)snprintf(to, room, "labels: {");
    for (size_t i = 0; i < NAMES; i++) {
        if (!labels->value[i]) continue;
        used += (size_t)snprintf(to + used, room - used, "l%zu: v%u, ", i, labels->value[i]);
    }
    return used + (size_t)snprintf(to + used, room - used, "}");
}

static void
write_rules(char *to, size_t room, const struct labels *own, const struct labels *wanted)
{
    size_t used = (size_t)snprintf(to, room,
                                   HEAD("ServiceEntry", "se") "{hosts: [a.com], " PORTS
                                                              ", resolution: STATIC, endpoints: [");
    for (size_t i = 0; i < ENDPOINTS; i++) {
        used += (size_t)snprintf(to + used, room - used, "{address: 10.0.0.%zu, ", i + 1);
        used += put_labels(to + used, room - used, &own[i]);
        used += (size_t)snprintf(to + used, room - used, "}, ");
    }
    used += (size_t)snprintf(to + used, room - used,
                             "]}}\n" HEAD("DestinationRule", "dr") "{host: a.com, subsets: [");
    for (size_t i = 0; i < CHOICES; i++) {
        used += (size_t)snprintf(to + used, room - used, "{name: s%zu, ", i);
        used += put_labels(to + used, room - used, &wanted[i]);
        used += (size_t)snprintf(to + used, room - used, "}, ");
    }
    used += (size_t)snprintf(to + used, room - used,
                             "]}}\n" HEAD("VirtualService", "vs") "{hosts: [a.com], http: [");
    for (size_t i = 0; i < CHOICES; i++) {
        used += (size_t)snprintf(to + used, room - used,
                                 "{match: [{uri: {exact: /%zu}}], route: [{destination: {host: "
                                 "a.com, subset: s%zu}}]}, ",
                                 i, i);
    }
    used += (size_t)snprintf(to + used, room - used, "]}}\n");
    cr_assert(used < room);
}

Test(endpoints, of_subsets_agree_with_a_plain_filter)
{
    static char rules[1 << 16];
    sluice_rng rng;
    sluice_rng_init(&rng, 7, 0);
    for (size_t round = 0; round < ROUNDS; round++) {
        struct labels own[ENDPOINTS], wanted[CHOICES];
        for (size_t i = 0; i < ENDPOINTS; i++) {
            own[i] = any_labels(&rng, 4);
        }
        for (size_t i = 0; i < CHOICES; i++) {
            wanted[i] = any_labels(&rng, 3);
        }
        write_rules(rules, sizeof(rules), own, wanted);
        for (size_t i = 0; i < CHOICES; i++) {
            struct asked asked;
            char path[16], address[16];
            size_t found = 0;
            snprintf(path, sizeof(path), "/%zu", i);
            ask(&asked, rules, path);
            const sluice_endpoints *endpoints = asked.decision.split[0].destination->endpoints;
            for (size_t k = 0; k < ENDPOINTS; k++) {
                if (!has_all(&own[k], &wanted[i])) continue;
                snprintf(address, sizeof(address), "10.0.0.%zu", k + 1);
                cr_assert(found < endpoints->count);
                cr_expect(str_equal(endpoints->items[found++].address, sluice_str_of(address)));
            }
            cr_expect(eq(sz, found, endpoints->count));
            done(&asked);
        }
    }
}
