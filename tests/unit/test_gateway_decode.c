/* gateway_api/resource, gateway_api/schema_*: from documents to typed objects. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "support/gateway_fixture.h"
#include "support/rows.h"

#define GROUP "apiVersion: gateway.networking.k8s.io/"
#define ROUTE_SPEC "spec: {rules: [{backendRefs: [{name: b, port: 1}]}]}\n"
#define OBJECT(version, kind, spec) GROUP version "\nkind: " kind "\nmetadata: {name: a}\n" spec
#define HTTP_ROUTE(more) OBJECT("v1", "HTTPRoute", "spec:\n  rules:\n" more)

static struct gateway_fixture
load(const char *text)
{
    struct gateway_fixture fixture;
    gateway_fixture_load(&fixture, sluice_str_of(text), false, NULL);
    return fixture;
}

/* The only object of a text in which nothing is wrong. */
static const struct gateway_object *
load_one(struct gateway_fixture *fixture, const char *text)
{
    *fixture = load(text);
    cr_assert(fixture->set.count == 1);
    cr_assert(!fixture->set.items[0].bad);
    return &fixture->set.items[0];
}

#define expect_text(value, want)                                                                   \
    cr_expect(value_is_set(value) && str_equal((value).v, STR(want)), "got %.*s",                  \
              STR_ARG((value).v))

/* ---- kinds and versions ---- */

struct finding_row {
    int line;
    const char *version, *kind, *rest; /* of the document; the rest is spec, or more */
    size_t objects, errors, warnings, infos;
    const char *code; /* of the first finding */
};

static void
check_findings(const struct finding_row *row)
{
    char text[512];
    snprintf(text, sizeof(text), "apiVersion: %s\nkind: %s\n%s", row->version, row->kind,
             row->rest);
    struct gateway_fixture fixture = load(text);
    const size_t *count_of = fixture.yaml.diags.count_of;
    cr_expect(fixture.status == SLUICE_OK, "line %d", row->line);
    cr_expect(fixture.set.count == row->objects, "line %d", row->line);
    cr_expect(count_of[SLUICE_SEVERITY_ERROR] == row->errors, "line %d", row->line);
    cr_expect(count_of[SLUICE_SEVERITY_WARNING] == row->warnings, "line %d", row->line);
    cr_expect(count_of[SLUICE_SEVERITY_INFO] == row->infos, "line %d", row->line);
    const sluice_diagnostic *first = sluice_report_get(fixture.yaml.report, 0);
    sluice_str code = first ? first->code : STR("");
    cr_expect(str_equal(code, sluice_str_of(row->code)), "line %d", row->line);
    gateway_fixture_free(&fixture);
}

#define API "gateway.networking.k8s.io/"
#define NAMED "metadata: {name: a}\n"
#define GOOD NAMED ROUTE_SPEC

Test(gateway_decode, kinds_and_versions)
{
    static const struct finding_row rows[] = {
        {__LINE__, API "v1",                               "HTTPRoute",        GOOD,  1, 0, 0, 0, ""      },
        {__LINE__, API "v1beta1",                          "HTTPRoute",        GOOD,  1, 0, 0, 0, ""      },
        {__LINE__, API "v1alpha2",                         "HTTPRoute",        GOOD,  0, 1, 0, 0, "SL0703"},
        {__LINE__, API "v1",                               "GRPCRoute",        GOOD,  1, 0, 0, 0, ""      },
        {__LINE__, API "v1beta1",                          "GRPCRoute",        GOOD,  0, 1, 0, 0, "SL0703"},
        {__LINE__, API "v1alpha2",                         "GRPCRoute",        GOOD,  0, 1, 0, 0, "SL0703"},
        {__LINE__, API "v1",                               "TCPRoute",         GOOD,  1, 0, 0, 0, ""      },
        {__LINE__, API "v1alpha2",                         "TCPRoute",         GOOD,  1, 0, 1, 0, "SL0704"},
        {__LINE__, API "v1alpha3",                         "TCPRoute",         GOOD,  0, 1, 0, 0, "SL0703"},
        {__LINE__, API "v1",                               "UDPRoute",         GOOD,  1, 0, 0, 0, ""      },
        {__LINE__, API "v1alpha2",                         "UDPRoute",         GOOD,  1, 0, 1, 0, "SL0704"},
        {__LINE__, API "v1alpha2",                         "TLSRoute",         GOOD,  1, 0, 1, 0, "SL0704"},
        {__LINE__, API "v1alpha3",                         "TLSRoute",         GOOD,  1, 0, 1, 0, "SL0704"},
        {__LINE__, API "v1alpha2",                         "ReferenceGrant",   NAMED, 0, 1, 0, 0, "SL0703"},
        {__LINE__, API "v1beta1",                          "ListenerSet",      NAMED, 0, 1, 0, 0, "SL0703"},
        {__LINE__, API "v1alpha2",                         "Gateway",          NAMED, 0, 1, 0, 0, "SL0703"},
        {__LINE__, API "v1alpha2",                         "GatewayClass",     NAMED, 0, 1, 0, 0, "SL0703"},
        {__LINE__, API "v1",                               "HttpRoute",        GOOD,  0, 1, 0, 0, "SL0703"},
        {__LINE__, API "v1",                               "XMesh",            NAMED, 0, 0, 0, 1, "SL0304"},
        {__LINE__, API "v1",                               "BackendTLSPolicy", NAMED, 0, 0, 0, 1, "SL0304"},
        {__LINE__, "gateway.networking.x-k8s.io/v1alpha1", "XListenerSet",     NAMED, 0, 0, 0, 1,
         "SL0304"                                                                                         },
        {__LINE__, "networking.istio.io/v1",               "Gateway",          NAMED, 0, 0, 0, 1, "SL0304"},
        {__LINE__, "v1",                                   "Namespace",        NAMED, 1, 0, 0, 0, ""      },
        {__LINE__, "v1",                                   "Service",          NAMED, 1, 0, 0, 0, ""      },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        check_findings(&rows[i]);
    }
}

Test(gateway_decode, the_outside_of_an_object)
{
    static const struct finding_row rows[] = {
        {__LINE__, API "v1", "HTTPRoute", NAMED,                                              1, 1, 0, 0, "SL0701"},
        {__LINE__, API "v1", "HTTPRoute", NAMED "spec: []\n",                                 1, 1, 0, 0, "SL0701"},
        {__LINE__, API "v1", "HTTPRoute", NAMED "status: {a: b}\n" ROUTE_SPEC,                1, 0, 0, 0, ""      },
        {__LINE__, API "v1", "HTTPRoute", NAMED "more: {}\n" ROUTE_SPEC,                      1, 1, 0, 0, "SL0701"},
        {__LINE__, API "v1", "HTTPRoute", ROUTE_SPEC,                                         1, 1, 0, 0, "SL0701"},
        {__LINE__, API "v1", "HTTPRoute", "metadata: {generateName: a-}\n" ROUTE_SPEC,        1, 0, 0, 0,
         ""                                                                                                       },
        {__LINE__, API "v1", "HTTPRoute", "metadata: {name: A}\n" ROUTE_SPEC,                 1, 1, 0, 0, "SL0701"},
        {__LINE__, API "v1", "HTTPRoute", "metadata: {name: a, namespace: b.c}\n" ROUTE_SPEC, 1, 1,
         0,                                                                                            0, "SL0701"},
        {__LINE__, API "v1", "HTTPRoute",
         "metadata: {name: a, annotations: {sluice.dev/pick: x}}\n" ROUTE_SPEC,               1, 1, 0, 0,
         "SL0401"                                                                                                 },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        check_findings(&rows[i]);
    }
}

Test(gateway_decode, objects_by_kind)
{
    struct gateway_fixture fixture = load(OBJECT("v1", "HTTPRoute", ROUTE_SPEC) "---\n" OBJECT(
        "v1", "TCPRoute",
        ROUTE_SPEC) "---\n" GROUP "v1\nkind: HTTPRoute\nmetadata: {name: b}\nspec: {nope: 1}\n---\n"
                    "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {type: "
                    "ExternalName, "
                    "ports: [{name: p, port: 80, appProtocol: kubernetes.io/h2c}]}\n");
    cr_assert(fixture.set.count == 4);
    cr_assert(fixture.set.count_of[GATEWAY_HTTP_ROUTE] == 2);
    cr_expect(fixture.set.of[GATEWAY_HTTP_ROUTE][1] == &fixture.set.items[2]);
    cr_expect(!fixture.set.items[0].bad && !fixture.set.items[1].bad && fixture.set.items[2].bad);
    cr_assert(fixture.set.count_of[GATEWAY_SERVICE] == 1);
    const struct kube_service *service = fixture.set.of[GATEWAY_SERVICE][0]->service;
    const struct kube_service_port *ports = service->ports.items;
    expect_text(service->type, "ExternalName");
    expect_text(ports[0].app_protocol, "kubernetes.io/h2c");
    cr_expect(ports[0].port.v == 80);
    gateway_fixture_free(&fixture);
}

Test(gateway_decode, metadata)
{
    struct gateway_fixture fixture =
        load(GROUP "v1\nkind: HTTPRoute\nmetadata:\n  name: a\n"
                   "  creationTimestamp: 2024-05-01T12:00:00Z\n"
                   "  annotations: {sluice.dev/sticky: 'header:x-user', sluice.dev/cohort: c, "
                   "sluice.dev/pick: even, other: text}\n" ROUTE_SPEC "---\n" GROUP
                   "v1\nkind: GRPCRoute\nmetadata: {name: b, namespace: n1}\n" ROUTE_SPEC);
    cr_assert(fixture.set.count == 2);
    const struct gateway_object *route = &fixture.set.items[0];
    cr_expect(!route->bad);
    cr_expect(route->created == 1714564800);
    cr_expect(str_equal(route->meta->space, STR("default")));
    cr_assert(route->sticky.source_count == 1);
    cr_expect(str_equal(route->sticky.sources[0].key.name, STR("x-user")));
    cr_expect(str_equal(route->sticky.cohort, STR("c")) && route->sticky.even);
    cr_expect(fixture.set.items[1].created == GATEWAY_CREATED_UNKNOWN);
    cr_expect(fixture.set.items[1].sticky.source_count == 0);
    gateway_fixture_free(&fixture);
}

/* ---- typed fields ---- */

Test(gateway_decode, a_listener)
{
    struct gateway_fixture fixture;
    const struct gateway_gateway *spec =
        load_one(&fixture,
                 OBJECT("v1", "Gateway",
                        "spec:\n  gatewayClassName: c\n  defaultScope: All\n"
                        "  allowedListeners: {namespaces: {from: None}}\n  listeners:\n"
                        "  - {name: l, port: 443, protocol: TLS, hostname: '*.a.b', tls: {mode: "
                        "Passthrough}}\n"
                        "  - {name: m, port: 80, protocol: HTTP, allowedRoutes: {kinds: [{kind: "
                        "HTTPRoute}], namespaces: {from: Selector, selector: {matchLabels: {a: b}, "
                        "matchExpressions: [{key: k, operator: NotIn, values: [v, w]}]}}}}\n"))
            ->gateway;
    const struct gateway_listener *l = spec->listeners.items, *m = l + 1;
    expect_text(spec->gateway_class_name, "c");
    cr_expect(spec->default_scope.v == GATEWAY_DEFAULT_ALL);
    cr_expect(spec->allowed_listeners->namespaces->from.v == GATEWAY_FROM_NONE);
    cr_assert(spec->listeners.count == 2);
    expect_text(l->name, "l");
    expect_text(l->protocol, "TLS");
    expect_text(l->hostname, "*.a.b");
    cr_expect(l->port.v == 443);
    cr_expect(l->tls->mode.v == GATEWAY_TLS_PASSTHROUGH && !l->allowed_routes);
    const struct gateway_namespaces *namespaces = m->allowed_routes->namespaces;
    const struct gateway_route_kind *kinds = m->allowed_routes->kinds.items;
    expect_text(kinds[0].kind, "HTTPRoute");
    cr_expect(!value_is_set(kinds[0].group) && namespaces->from.v == GATEWAY_FROM_SELECTOR);
    cr_expect(str_equal(namespaces->selector->match_labels.items[0].value, STR("b")));
    const struct gateway_label_expression *expression =
        namespaces->selector->match_expressions.items;
    expect_text(expression->key, "k");
    cr_expect(expression->op.v == GATEWAY_LABEL_NOT_IN && expression->values.count == 2);
    gateway_fixture_free(&fixture);
}

Test(gateway_decode, matches)
{
    struct gateway_fixture fixture;
    const struct gateway_route *spec =
        load_one(&fixture,
                 HTTP_ROUTE("  - name: r\n    matches:\n"
                            "    - path: {type: Exact, value: /a}\n"
                            "      method: PUT\n"
                            "      headers: [{type: RegularExpression, name: h, value: v}]\n"
                            "      queryParams: [{name: q, value: w}]\n"
                            "    - {}\n"))
            ->route;
    const struct gateway_http_rule *rule = spec->rules.items;
    const struct gateway_http_match *match = rule->matches.items;
    const struct gateway_value_match *header = match->headers.items;
    const struct gateway_value_match *query = match->query_params.items;
    expect_text(rule->name, "r");
    cr_expect(match->path->type.v == GATEWAY_PATH_EXACT);
    expect_text(match->path->value, "/a");
    expect_text(match->method, "PUT");
    cr_expect(header->type.v == GATEWAY_MATCH_REGEX);
    expect_text(header->name, "h");
    expect_text(header->value, "v");
    cr_expect(!query->type.set && query->type.v == GATEWAY_MATCH_EXACT);
    expect_text(query->name, "q");
    cr_expect(match[1].path == NULL && rule->timeouts == NULL);
    gateway_fixture_free(&fixture);
}

Test(gateway_decode, backends_and_policies)
{
    struct gateway_fixture fixture;
    const struct gateway_route *spec =
        load_one(
            &fixture,
            HTTP_ROUTE("  - backendRefs: [{name: b, namespace: m, port: 8080, weight: 7, filters: "
                       "[{type: URLRewrite, urlRewrite: {hostname: h, path: {type: "
                       "ReplaceFullPath, replaceFullPath: ''}}}]}]\n"
                       "    timeouts: {request: 0s, backendRequest: 1m1ms}\n"
                       "    retry: {attempts: 2, codes: [500, 503], backoff: 10ms}\n"
                       "    sessionPersistence: {type: Header, header: {name: x}, "
                       "absoluteTimeout: 1h}\n"))
            ->route;
    const struct gateway_http_rule *rule = spec->rules.items;
    const struct gateway_backend_ref *ref = rule->backend_refs.items;
    const struct gateway_filter *filter = ref->filters.items;
    expect_text(ref->name, "b");
    expect_text(ref->space, "m");
    cr_expect(ref->port.v == 8080 && ref->weight.v == 7 && !value_is_set(ref->group));
    cr_expect(filter->type.v == GATEWAY_FILTER_URL_REWRITE && !filter->redirect);
    expect_text(filter->url_rewrite->hostname, "h");
    expect_text(filter->url_rewrite->path->replace_full_path, "");
    cr_expect(rule->timeouts->request.set && rule->timeouts->request.v == 0);
    cr_expect(rule->timeouts->backend_request.v == INT64_C(60001000000));
    const uint32_t *codes = rule->retry->codes.items;
    cr_expect(rule->retry->attempts.v == 2 && codes[1] == 503);
    cr_expect(rule->retry->backoff.v == 10000000);
    cr_expect(rule->session_persistence->type.v == GATEWAY_SESSION_HEADER);
    expect_text(rule->session_persistence->header->name, "x");
    gateway_fixture_free(&fixture);
}

Test(gateway_decode, filters)
{
    struct gateway_fixture fixture;
    const struct gateway_route *spec =
        load_one(
            &fixture,
            HTTP_ROUTE(
                "  - filters:\n"
                "    - {type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: a, "
                "value: b}], add: [{name: c, value: d}], remove: [e]}}\n"
                "    - {type: RequestMirror, requestMirror: {backendRef: {name: b, port: 1}, "
                "fraction: {numerator: 1, denominator: 8}}}\n"
                "    - {type: RequestRedirect, requestRedirect: {scheme: https, port: 8443, "
                "statusCode: 307, path: {type: ReplacePrefixMatch, replacePrefixMatch: /x}}}\n"
                "    - {type: CORS, cors: {allowOrigins: ['http://a'], allowCredentials: true, "
                "maxAge: 60}}\n"
                "    - {type: ExtensionRef, extensionRef: {group: g, kind: K, name: e}}\n"))
            ->route;
    const struct gateway_http_rule *rule = spec->rules.items;
    const struct gateway_filter *filters = rule->filters.items;
    const struct gateway_header *set = filters[0].request_headers->set.items;
    const sluice_str *removed = filters[0].request_headers->remove.items;
    const sluice_str *origins = filters[3].cors->allow_origins.items;
    expect_text(set->value, "b");
    cr_expect(str_equal(removed[0], STR("e")));
    expect_text(filters[1].mirror->backend_ref->name, "b");
    cr_expect(filters[1].mirror->fraction->denominator.v == 8 && !filters[1].mirror->percent.set);
    expect_text(filters[2].redirect->scheme, "https");
    cr_expect(filters[2].redirect->port.v == 8443 && filters[2].redirect->status_code.v == 307);
    cr_expect(filters[2].redirect->path->type.v == GATEWAY_REPLACE_PREFIX_MATCH);
    cr_expect(str_equal(origins[0], STR("http://a")));
    cr_expect(filters[3].cors->allow_credentials.v && filters[3].cors->max_age.v == 60);
    expect_text(filters[4].extension_ref->kind, "K");
    gateway_fixture_free(&fixture);
}

/* ---- where findings are ---- */

Test(gateway_decode, findings_have_places)
{
    static const char text[] = GROUP "v1\n"
                                     "kind: HTTPRoute\n"
                                     "metadata: {name: a, namespace: shop}\n"
                                     "spec:\n"
                                     "  rules:\n"
                                     "  - matches:\n"
                                     "    - path: {type: Exact, value: /a//b}\n"
                                     "    mathces: []\n"
                                     "    filters:\n"
                                     "    - type: URLRewrite\n"
                                     "    backendRefs:\n"
                                     "    - name: b\n"
                                     "      weight: 1000001\n";
    static const struct {
        uint32_t line, column;
        const char *path;
    } want[] = {
        {8,  5,  "spec.rules[0].mathces"              },
        {13, 15, "spec.rules[0].backendRefs[0].weight"},
        {7,  34, "spec.rules[0].matches[0].path.value"},
        {10, 7,  "spec.rules[0].filters[0]"           },
        {12, 7,  "spec.rules[0].backendRefs[0]"       },
    };
    struct gateway_fixture fixture = load(text);
    cr_assert(sluice_report_count(fixture.yaml.report) == ROWS(want));
    for (size_t i = 0; i < ROWS(want); i++) {
        const sluice_diagnostic *d = sluice_report_get(fixture.yaml.report, i);
        cr_expect(str_equal(d->path, sluice_str_of(want[i].path)), "%zu: %.*s", i,
                  STR_ARG(d->path));
        cr_expect(d->line == want[i].line, "%s", want[i].path);
        cr_expect(d->column == want[i].column, "%s", want[i].path);
        cr_expect(str_equal(d->code, STR("SL0701")) && str_equal(d->kind, STR("HTTPRoute")));
        cr_expect(str_equal(d->space, STR("shop")) && str_equal(d->name, STR("a")));
    }
    gateway_fixture_free(&fixture);
}
