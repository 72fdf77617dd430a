/* istio/endpoints: where a destination is reached, and a plain filter beside it. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "base/str.h"
#include "support/rows.h"

#define HEAD(kind, name)                                                                           \
    "---\n{apiVersion: networking.istio.io/v1, kind: " kind ", metadata: {name: " name "}, spec: "
#define ENTRY HEAD("ServiceEntry", "se") "{hosts: [a.com], "
#define ROUTE                                                                                      \
    HEAD("VirtualService", "vs") "{hosts: [a.com], http: [{route: [{destination: {host: a.com"
/* Entries that a selector of app and tier takes, and not: the last is left open. */
#define WORKLOADS                                                                                  \
    HEAD("WorkloadEntry", "w1")                                                                    \
    "{address: 10.0.0.1, labels: {app: a, tier: t}, weight: 2}}\n"                                 \
    "---\n{apiVersion: networking.istio.io/v1, kind: WorkloadEntry, "                              \
    "metadata: {name: w3, namespace: other}, "                                                     \
    "spec: {address: 10.0.0.3, labels: {app: a, tier: t}}}\n" HEAD(                                \
        "WorkloadEntry", "w2") "{address: 10.0.0.2, labels: {app: a}"
#define APP_AND_TIER "workloadSelector: {labels: {app: a, tier: t}}}}\n"
#define LABELLED_WORKLOAD                                                                          \
    "---\n{apiVersion: networking.istio.io/v1, kind: WorkloadEntry, "                              \
    "metadata: {name: w, labels: {app: a, x: meta}}, "                                             \
    "spec: {address: 10.0.0.1, locality: r, labels: {x: spec, z: own}}}\n"
#define SERVICE                                                                                    \
    "---\n{apiVersion: v1, kind: Service, metadata: {name: s}, "                                   \
    "spec: {ports: [{port: 80, name: http}]}}\n"
#define TO_SERVICE                                                                                 \
    HEAD("VirtualService", "vs")                                                                   \
    "{hosts: [a.com], http: [{route: [{destination: {host: s}}]}]}}\n"
#define TARGET_PORT "ports: [{number: 80, name: http, protocol: HTTP, targetPort: 9000}]"
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

/* A ServiceEntry with `entry`, and a route to it, or to its subset with the labels `subset`. */
static void
write_entry(char *to, size_t room, const char *entry, const char *subset)
{
    size_t used = (size_t)snprintf(to, room, ENTRY "%s}}\n", entry);
    if (subset) {
        used += (size_t)snprintf(to + used, room - used,
                                 HEAD("DestinationRule", "dr") "{host: a.com, subsets: "
                                                               "[{name: s, labels: {%s}}]}}\n",
                                 subset);
    }
    used +=
        (size_t)snprintf(to + used, room - used, ROUTE "%s}}]}]}}\n", subset ? ", subset: s" : "");
    cr_assert(used < room);
}

Test(endpoints, are_those_of_the_port_and_the_subset)
{
    static const struct {
        int line;
        sluice_outcome outcome;
        bool complete;
        const char *want, *subset, *entry;
    } rows[] = {
        {__LINE__, SLUICE_FORWARD,     true,  "10.0.0.1:80*1@// 10.0.0.2:8080*3@//",    NULL,
         PORTS ", resolution: STATIC, endpoints: [{address: 10.0.0.1}, "
               "{address: 10.0.0.2, weight: 3, ports: {http: 8080}}]"                                                      },
 /* targetPort, unless the endpoint has a port of that name */
        {__LINE__, SLUICE_FORWARD,     true,  "10.0.0.1:9000*1@// 10.0.0.2:1*1@//",     NULL,
         TARGET_PORT ", resolution: STATIC, endpoints: "
                     "[{address: 10.0.0.1}, {address: 10.0.0.2, ports: {http: 1}}]"                                        },
        {__LINE__, SLUICE_FORWARD,     true,  "unix:///var/run/a:0*1@//",               NULL,
         PORTS ", resolution: STATIC, endpoints: [{address: 'unix:///var/run/a'}]"                                         },
        {__LINE__, SLUICE_FORWARD,     true,  "10.0.0.1:80*1@r/z/s 10.0.0.2:80*1@r/z/",
         "topology.kubernetes.io/zone: z",                                                       PORTS ", resolution: STATIC, endpoints: [{address: 10.0.0.1, locality: r/z/s}, "
               "{address: 10.0.0.2, labels: {istio-locality: r.z}}, "
               "{address: 10.0.0.3, locality: r}]"                               },
        {__LINE__, SLUICE_FORWARD,     true,  "10.0.0.2:80*1@//",                       "v: v2",
         PORTS ", resolution: STATIC, endpoints: [{address: 10.0.0.1, labels: {v: v1}}, "
               "{address: 10.0.0.2, labels: {v: v2}}]"                                                                     },
        {__LINE__, SLUICE_UNAVAILABLE, true,  "",                                       "v: v2",
         PORTS ", resolution: STATIC, endpoints: [{address: 10.0.0.1, labels: {v: v1}}]"                                   },
 /* A name is its own endpoint, without labels. */
        {__LINE__, SLUICE_FORWARD,     true,  "a.com:80*1@//",                          NULL,    PORTS ", resolution: DNS" },
        {__LINE__, SLUICE_UNAVAILABLE, true,  "",                                       "v: v1", PORTS ", resolution: DNS" },
        {__LINE__, SLUICE_FORWARD,     true,  "a.com:80*1@//",                          "",      PORTS ", resolution: DNS" },
 /* Without resolution the address is that of the connection. */
        {__LINE__, SLUICE_FORWARD,     false, "",                                       NULL,    PORTS ", resolution: NONE"},
 /* WorkloadEntries of the same namespace; pods may be selected too. */
        {__LINE__, SLUICE_FORWARD,     false, "10.0.0.1:80*2@//",                       NULL,
         PORTS ", resolution: STATIC, " APP_AND_TIER WORKLOADS                                                             },
        {__LINE__, SLUICE_FORWARD,     false, "",                                       NULL,
         PORTS ", resolution: STATIC, workloadSelector: {labels: {app: a}}"                                                },
 /* An endpoint behind another network's gateway has no address here. */
        {__LINE__, SLUICE_FORWARD,     false, "",                                       NULL,
         PORTS ", resolution: STATIC, endpoints: [{network: net}]"                                                         },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct asked asked;
        char rules[2048], text[512];
        write_entry(rules, sizeof(rules), rows[i].entry, rows[i].subset);
        ask(&asked, rules, "/");
        const sluice_destination *destination = asked.decision.split_count
                                                    ? asked.decision.split[0].destination
                                                    : asked.decision.destination;
        const sluice_endpoints *endpoints = destination->endpoints;
        cr_assert(endpoints != NULL, "line %d", rows[i].line);
        write_endpoints(endpoints, text, sizeof(text));
        cr_expect(eq(int, asked.decision.outcome, rows[i].outcome), "line %d", rows[i].line);
        cr_expect(eq(str, text, (char *)rows[i].want), "line %d", rows[i].line);
        cr_expect(eq(int, endpoints->complete, rows[i].complete), "line %d", rows[i].line);
        done(&asked);
    }
}

Test(endpoints, are_not_known_without_an_entry_for_the_destination)
{
    static const struct {
        int line;
        const char *rules;
    } rows[] = {
        {__LINE__, ROUTE "}}]}]}}\n"                                     },
        {__LINE__, SERVICE ENTRY PORTS ", resolution: DNS}}\n" TO_SERVICE},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct asked asked;
        ask(&asked, rows[i].rules, "/");
        cr_expect(eq(int, asked.decision.outcome, SLUICE_FORWARD), "line %d", rows[i].line);
        cr_expect(asked.decision.destination->endpoints == NULL, "line %d", rows[i].line);
        done(&asked);
    }
}

/* The labels of the metadata win over those of the spec. */
Test(endpoints, have_the_labels_of_spec_metadata_and_locality)
{
    struct asked asked;
    ask(&asked,
        ENTRY PORTS
        ", resolution: STATIC, workloadSelector: {labels: {app: a}}}}\n" LABELLED_WORKLOAD ROUTE
        "}}]}]}}\n",
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
