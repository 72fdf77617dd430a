/* istio/traffic_policy: which policy and which hash key a destination gets. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "istio/traffic_policy.h"
#include "support/istio_fixture.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))
#define SECOND INT64_C(1000000000)
#define HEAD                                                                                       \
    "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: d}\nspec: "

static const struct istio_destination_rule *
rule_of(const struct istio_fixture *fixture)
{
    cr_assert(fixture->set.count == 1);
    cr_assert(fixture->diags.count_of[SLUICE_SEVERITY_ERROR] == 0);
    return fixture->set.items[0].destination_rule;
}

static const struct istio_traffic_policy *
subset_policy(const struct istio_destination_rule *rule)
{
    const struct istio_subset *subsets = rule->subsets.items;
    return rule->subsets.count ? subsets[0].traffic_policy : NULL;
}

static const sluice_traffic_policy *
lower(struct istio_fixture *fixture, const char *spec, uint32_t port)
{
    char text[2048];
    int len = snprintf(text, sizeof(text), HEAD "%s\n", spec);
    istio_fixture_load(fixture, str_make(text, (size_t)len), false);
    const struct istio_destination_rule *rule = rule_of(fixture);
    const sluice_traffic_policy *policy;
    cr_assert(traffic_policy_lower(&policy, &fixture->arena, rule->traffic_policy,
                                   subset_policy(rule), port));
    return policy;
}

/* Text of slices points into the source, which is gone by then: only numbers and flags are
 * compared. */
Test(traffic_policy, blocks_are_inherited_whole)
{
#define TOP "loadBalancer: {simple: RANDOM}, outlierDetection: {consecutive5xxErrors: 1}"
#define PORT(block) "portLevelSettings: [{port: {number: 80}, " block "}]"
    static const struct {
        int line;
        const char *spec;
        uint32_t port;
        sluice_lb_simple simple;
        uint32_t errors; /* 0: no outlier detection */
    } rows[] = {
        {__LINE__, "{host: a, trafficPolicy: {" TOP "}}",                                           80, SLUICE_LB_RANDOM,        1},
        {__LINE__,
         "{host: a, trafficPolicy: {" TOP ", " PORT("loadBalancer: {simple: ROUND_ROBIN}") "}}",    80,
         SLUICE_LB_ROUND_ROBIN,                                                                                                  0},
        {__LINE__,
         "{host: a, trafficPolicy: {" TOP ", " PORT("loadBalancer: {simple: ROUND_ROBIN}") "}}",    81,
         SLUICE_LB_RANDOM,                                                                                                       1},
        {__LINE__,
         "{host: a, trafficPolicy: {" TOP "}, subsets: [{name: s, trafficPolicy: {loadBalancer: "
         "{simple: PASSTHROUGH}}}]}",                                                               80, SLUICE_LB_PASSTHROUGH,   1},
        {__LINE__,
         "{host: a, trafficPolicy: {" TOP "}, subsets: [{name: s, trafficPolicy: {" PORT(
             "loadBalancer: {simple: PASSTHROUGH}") "}}]}",
         80,                                                                                            SLUICE_LB_PASSTHROUGH,   0},
        {__LINE__,
         "{host: a, trafficPolicy: {" TOP "}, subsets: [{name: s, trafficPolicy: {" PORT(
             "loadBalancer: {simple: PASSTHROUGH}") "}}]}",
         81,                                                                                            SLUICE_LB_RANDOM,        1},
        {__LINE__,
         "{host: a, trafficPolicy: {loadBalancer: {localityLbSetting: {}}, outlierDetection: {}}}", 0,  SLUICE_LB_LEAST_REQUEST, 5},
        {__LINE__, "{host: a, trafficPolicy: {loadBalancer: {simple: LEAST_CONN}}}",                0,
         SLUICE_LB_LEAST_REQUEST,                                                                                                0},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct istio_fixture fixture;
        const sluice_traffic_policy *policy = lower(&fixture, rows[i].spec, rows[i].port);
        cr_assert(policy != NULL, "line %d", rows[i].line);
        cr_expect(policy->load_balancer.present, "line %d", rows[i].line);
        cr_expect(policy->load_balancer.simple == rows[i].simple, "line %d", rows[i].line);
        cr_expect(policy->outlier_detection.present == (rows[i].errors > 0), "line %d",
                  rows[i].line);
        cr_expect(policy->outlier_detection.consecutive_5xx_errors == rows[i].errors, "line %d",
                  rows[i].line);
        istio_fixture_free(&fixture);
    }
}

Test(traffic_policy, nothing_said_is_null)
{
    struct istio_fixture fixture;
    cr_expect(lower(&fixture, "{host: a}", 80) == NULL);
    istio_fixture_free(&fixture);
}

Test(traffic_policy, values_and_defaults)
{
    struct istio_fixture fixture;
    const sluice_traffic_policy *p = lower(
        &fixture,
        "{host: a, trafficPolicy: {connectionPool: {tcp: {maxConnections: 7, idleTimeout: 0s}, "
        "http: "
        "{http2MaxRequests: 9, h2UpgradePolicy: DO_NOT_UPGRADE}}, outlierDetection: {interval: "
        "2s}, "
        "retryBudget: {}, tunnel: {targetHost: t, targetPort: 5}, tls: {mode: ISTIO_MUTUAL}}}",
        0);
    cr_assert(p != NULL);
    cr_expect(!p->load_balancer.present);
    cr_expect(p->connection_pool.tcp_max_connections == 7 &&
              p->connection_pool.tcp_idle_timeout_ns == 0);
    cr_expect(p->connection_pool.tcp_connect_timeout_ns == SLUICE_NO_DURATION);
    cr_expect(p->connection_pool.http2_max_requests == 9);
    cr_expect(p->connection_pool.http_h2_upgrade == SLUICE_H2_UPGRADE_DO_NOT);
    cr_expect(p->outlier_detection.interval_ns == 2 * SECOND);
    cr_expect(p->outlier_detection.base_ejection_time_ns == 30 * SECOND);
    cr_expect(p->outlier_detection.max_ejection_percent == 10);
    cr_expect(p->retry_budget_present && p->retry_budget_min_concurrency == 3);
    cr_expect(p->retry_budget_percent > 19.9 && p->retry_budget_percent < 20.1);
    cr_expect(p->tunnel_target_port == 5 && str_equal(p->tunnel_protocol, STR("CONNECT")));
    cr_expect(p->tls.mode == SLUICE_UPSTREAM_TLS_ISTIO_MUTUAL);
    cr_expect(p->proxy_protocol.len == 0);
    istio_fixture_free(&fixture);
}

Test(traffic_policy, locality_and_warmup)
{
    struct istio_fixture fixture;
    const sluice_traffic_policy *p =
        lower(&fixture,
              "{host: a, trafficPolicy: {loadBalancer: {warmup: {duration: 5s}, localityLbSetting: "
              "{enabled: "
              "false, distribute: [{from: a, to: {b: 40, c: 60}}, {from: d, to: {e: 100}}]}}}}",
              0);
    cr_assert(p != NULL);
    cr_expect(p->load_balancer.warmup_duration_ns == 5 * SECOND);
    cr_expect(p->load_balancer.locality_present && !p->load_balancer.locality_enabled);
    cr_assert(p->load_balancer.distribute_count == 3);
    cr_expect(p->load_balancer.distribute[1].weight == 60 &&
              p->load_balancer.distribute[2].weight == 100);
    istio_fixture_free(&fixture);
}

/* The key goes by presence of consistentHash alone, and by the explicit port. */
Test(traffic_policy, where_the_hash_key_comes_from)
{
#define KEY(name) "loadBalancer: {consistentHash: {httpHeaderName: " name "}}"
    static const struct {
        int line;
        const char *spec;
        uint32_t port;
        const char *header; /* NULL: none */
    } rows[] = {
        {__LINE__, "{host: a, trafficPolicy: {" KEY("top") "}}",                              0,  "top" },
        {__LINE__, "{host: a, trafficPolicy: {" KEY("top") ", " PORT(KEY("port")) "}}",       80, "port"},
        {__LINE__, "{host: a, trafficPolicy: {" KEY("top") ", " PORT(KEY("port")) "}}",       0,  "top" },
        {__LINE__,
         "{host: a, trafficPolicy: {" KEY("top") ", " PORT("connectionPool: {tcp: {}}") "}}", 80,
         "top"                                                                                          },
        {__LINE__,
         "{host: a, trafficPolicy: {" KEY("top") "}, subsets: [{name: s, trafficPolicy: {" KEY(
             "sub") "}}]}",
         80,                                                                                      "sub" },
        {__LINE__,
         "{host: a, trafficPolicy: {" KEY(
             "top") "}, subsets: [{name: s, trafficPolicy: {loadBalancer: "
                    "{simple: RANDOM}}}]}",                                                   80, "top" },
        {__LINE__,
         "{host: a, subsets: [{name: s, trafficPolicy: {loadBalancer: {simple: RANDOM}}}]}",  80,
         NULL                                                                                           },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct istio_fixture fixture;
        char text[2048];
        int len = snprintf(text, sizeof(text), HEAD "%s\n", rows[i].spec);
        istio_fixture_load(&fixture, str_make(text, (size_t)len), false);
        const struct istio_destination_rule *rule = rule_of(&fixture);
        const struct istio_consistent_hash *hash =
            traffic_policy_hash_source(rule->traffic_policy, subset_policy(rule), rows[i].port);
        cr_assert((hash != NULL) == (rows[i].header != NULL), "line %d", rows[i].line);
        if (hash) {
            cr_expect(str_equal(hash->http_header_name.v, sluice_str_of(rows[i].header)), "line %d",
                      rows[i].line);
        }
        istio_fixture_free(&fixture);
    }
}

Test(traffic_policy, hash_keys)
{
    static const struct {
        int line;
        const char *hash;
        bool present;
        sluice_hash_key key;
        int64_t ttl_ns;
        sluice_lb_hash algorithm;
        uint64_t size;
    } rows[] = {
        {__LINE__, "httpHeaderName: x",                                 true,  SLUICE_HASH_HEADER,    SLUICE_NO_DURATION,
         SLUICE_LB_HASH_RING,                                                                                                                    0},
        {__LINE__, "httpCookie: {name: c, ttl: 0s}",                    true,  SLUICE_HASH_COOKIE,    0,
         SLUICE_LB_HASH_RING,                                                                                                                    0},
        {__LINE__, "httpCookie: {name: c}, maglev: {tableSize: 7}",     true,  SLUICE_HASH_COOKIE,
         SLUICE_NO_DURATION,                                                                                              SLUICE_LB_HASH_MAGLEV, 7},
        {__LINE__, "useSourceIp: true, ringHash: {minimumRingSize: 9}", true,  SLUICE_HASH_SOURCE_IP,
         SLUICE_NO_DURATION,                                                                                              SLUICE_LB_HASH_RING,   9},
        {__LINE__, "useSourceIp: false",                                false, SLUICE_HASH_SOURCE_IP, SLUICE_NO_DURATION,
         SLUICE_LB_HASH_RING,                                                                                                                    0},
        {__LINE__, "httpQueryParameterName: q, minimumRingSize: 3",     true,
         SLUICE_HASH_QUERY_PARAMETER,                                                                 SLUICE_NO_DURATION, SLUICE_LB_HASH_RING,   3},
        {__LINE__, "ringHash: {}",                                      false, SLUICE_HASH_SOURCE_IP, SLUICE_NO_DURATION,
         SLUICE_LB_HASH_RING,                                                                                                                    0},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct istio_fixture fixture;
        char spec[512];
        snprintf(spec, sizeof(spec),
                 "{host: a, trafficPolicy: {loadBalancer: {consistentHash: {%s}}}}", rows[i].hash);
        const sluice_traffic_policy *policy = lower(&fixture, spec, 0);
        cr_assert(policy != NULL, "line %d", rows[i].line);
        const sluice_load_balancer *balancer = &policy->load_balancer;
        cr_expect(balancer->hash_policy_present == rows[i].present, "line %d", rows[i].line);
        cr_expect(balancer->hash_policy.key == rows[i].key, "line %d", rows[i].line);
        cr_expect(balancer->hash_policy.ttl_ns == rows[i].ttl_ns, "line %d", rows[i].line);
        cr_expect(balancer->hash == rows[i].algorithm, "line %d", rows[i].line);
        cr_expect(balancer->hash_table_size == rows[i].size, "line %d", rows[i].line);
        istio_fixture_free(&fixture);
    }
}
