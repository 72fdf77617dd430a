/* yaml/envelope, yaml/kubernetes, yaml/timestamp and istio/resource: from documents to typed
 * resources. */
#include <criterion/criterion.h>

#include "support/failing_alloc.h"
#include "support/istio_fixture.h"
#include "yaml/timestamp.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

#define VS_HEAD "apiVersion: networking.istio.io/v1\nkind: VirtualService\n"
#define VS_SPEC "spec: {hosts: [a], http: [{route: [{destination: {host: b}}]}]}\n"
#define VS(name) VS_HEAD "metadata: {name: " name "}\n" VS_SPEC

static struct istio_fixture
load(const char *text)
{
    struct istio_fixture fixture;
    istio_fixture_load(&fixture, sluice_str_of(text), false);
    return fixture;
}

/* ---- the envelope ---- */

Test(istio_decode, which_findings_a_document_gives)
{
    static const struct {
        int line;
        const char *text;
        size_t resources, errors, warnings, infos;
        const char *code; /* of the first finding */
    } rows[] = {
        {__LINE__, "",                                                                         0, 0, 0, 0, ""       },
        {__LINE__, "---\n---\nnull\n",                                                         0, 0, 0, 0, ""       },
        {__LINE__, "a",                                                                        0, 1, 0, 0, "SL0301" },
        {__LINE__, "[a]",                                                                      0, 1, 0, 0, "SL0301" },
        {__LINE__, "{}",                                                                       0, 1, 0, 0, "SL0301" },
        {__LINE__, "kind: VirtualService\n" VS_SPEC,                                           0, 1, 0, 0, "SL0301" },
        {__LINE__, "apiVersion: v1\nkind: 7\n",                                                0, 2, 0, 0, "SL0301" },
        {__LINE__, "apiVersion: v1\nkind: Pod\n",                                              0, 0, 0, 1, "SL0304" },
        {__LINE__, "apiVersion: networking.istio.io/v2\nkind: VirtualService\n",               0, 0, 1, 1,
         "SL0307"                                                                                                   },
        {__LINE__, "apiVersion: networking.istio.io/v1\nkind: virtualservice\n",               0, 0, 1, 1,
         "SL0307"                                                                                                   },
        {__LINE__, "apiVersion: networking.istio.io/v1\nkind: DestinationRules\n",             0, 0, 1, 1,
         "SL0307"                                                                                                   },
        {__LINE__, "apiVersion: networking.istio.oi/v1\nkind: Gateway\n",                      0, 0, 1, 1, "SL0307" },
        {__LINE__, "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\n",                0, 0, 0, 1,
         "SL0304"                                                                                                   },
        {__LINE__, "apiVersion: networking.istio.io/v1\nkind: Sidecar\n",                      0, 0, 0, 1, "SL0304" },
        {__LINE__, "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n",                   1, 0, 0, 0, ""       },
        {__LINE__, VS("a"),                                                                    1, 0, 0, 0, ""       },
        {__LINE__, "apiVersion: networking.istio.io/v1alpha3\nkind: VirtualService\n" VS_SPEC, 1, 0,
         0,                                                                                             0, ""       },
        {__LINE__, VS_HEAD,                                                                    1, 1, 0, 0, "IST0106"}, /* no spec */
        {__LINE__, VS_HEAD "spec: null\n",                                                     1, 1, 0, 0, "IST0106"},
        {__LINE__, VS_HEAD "junk: {}\n" VS_SPEC,                                               1, 1, 0, 0, "IST0106"},
        {__LINE__, VS_HEAD "status: {}\n" VS_SPEC,                                             1, 0, 0, 0, ""       },
        {__LINE__, VS_HEAD "metadata: {uid: x, generation: 3, odd: 1}\n" VS_SPEC,              1, 0, 1, 0,
         "IST0133"                                                                                                  },
        {__LINE__, VS_HEAD "metadata: {creationTimestamp: yesterday}\n" VS_SPEC,               1, 1, 0, 0,
         "IST0106"                                                                                                  },
        {__LINE__, VS_HEAD "metadata: {creationTimestamp: null}\n" VS_SPEC,                    1, 0, 0, 0, ""       },
        {__LINE__, VS("a") "---\n" VS("b"),                                                    2, 0, 0, 0, ""       },
        {__LINE__, VS("a") "---\n" VS("a"),                                                    1, 0, 1, 0, "SL0305" },
        {__LINE__, VS_HEAD VS_SPEC "---\n" VS_HEAD VS_SPEC,                                    2, 0, 0, 0,
         ""                                                                                                         }, /* both without a name */
        {__LINE__, VS("a") "---\na\n---\n" VS("b"),                                            2, 1, 0, 0, "SL0301" }, /* and goes on */
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct istio_fixture fixture = load(rows[i].text);
        cr_expect(fixture.status == SLUICE_OK, "line %d", rows[i].line);
        cr_expect(fixture.set.count == rows[i].resources, "line %d", rows[i].line);
        cr_expect(fixture.diags.count_of[SLUICE_SEVERITY_ERROR] == rows[i].errors, "line %d",
                  rows[i].line);
        cr_expect(fixture.diags.count_of[SLUICE_SEVERITY_WARNING] == rows[i].warnings, "line %d",
                  rows[i].line);
        cr_expect(fixture.diags.count_of[SLUICE_SEVERITY_INFO] == rows[i].infos, "line %d",
                  rows[i].line);
        const sluice_diagnostic *first = sluice_report_get(fixture.report, 0);
        cr_expect(str_equal(first ? first->code : STR(""), sluice_str_of(rows[i].code)), "line %d",
                  rows[i].line);
        istio_fixture_free(&fixture);
    }
}

Test(istio_decode, lists_are_expanded_in_place)
{
    struct istio_fixture fixture = load(VS(
        "a") "---\n"
             "apiVersion: v1\nkind: List\nitems:\n"
             "- {apiVersion: v1, kind: Namespace, metadata: {name: b}}\n"
             "- apiVersion: v1\n  kind: List\n  items:\n"
             "  - {apiVersion: v1, kind: Service, metadata: {name: c}, spec: {ports: [{port: "
             "80}]}}\n"
             "- {apiVersion: networking.istio.io/v1, kind: DestinationRuleList, items: [{metadata: "
             "{name: d}, spec: {host: x}}]}\n"
             "---\n" VS("e"));
    static const char names[] = "abcde";
    cr_assert(fixture.set.count == 5);
    for (size_t i = 0; i < 5; i++) {
        const struct envelope *meta = fixture.set.items[i].meta;
        cr_expect(meta->name.len == 1 && meta->name.ptr[0] == names[i], "item %zu", i);
    }
    cr_expect(fixture.diags.count_of[SLUICE_SEVERITY_ERROR] == 0);
    cr_expect(fixture.set.count_of[ISTIO_VIRTUAL_SERVICE] == 2);
    cr_expect(fixture.set.of[ISTIO_VIRTUAL_SERVICE][1] == &fixture.set.items[4]);
    cr_expect(fixture.set.items[3].kind == ISTIO_DESTINATION_RULE);
    istio_fixture_free(&fixture);
}

Test(istio_decode, metadata)
{
    struct istio_fixture fixture =
        load(VS_HEAD "metadata:\n  name: a\n  labels: {app: x}\n"
                     "  annotations: {k: v, sluice.dev/sticky: 'cookie:uid;ttl=1h'}\n"
                     "  creationTimestamp: 2024-05-01T12:00:00Z\n" VS_SPEC "---\n"
                     "apiVersion: v1\nkind: Namespace\nmetadata: {name: n}\n");
    cr_assert(fixture.set.count == 2);
    const struct istio_resource *vs = &fixture.set.items[0];
    const struct yaml_node *node;
    cr_expect(str_equal(vs->meta->space, STR("default")));
    cr_expect(vs->meta->has_created && vs->meta->created == 1714564800);
    cr_expect(vs->meta->labels.count == 1);
    const sluice_str *value = envelope_annotation(vs->meta, STR("k"), &node);
    cr_assert(value && str_equal(*value, STR("v")));
    cr_expect(node->line == 6);
    cr_expect(envelope_annotation(vs->meta, STR("missing"), NULL) == NULL);
    cr_assert(vs->sticky.source_count == 1);
    cr_expect(vs->sticky.sources[0].key.ttl_ns == INT64_C(3600000000000));
    cr_expect(fixture.set.items[1].meta->space.len == 0); /* lives outside namespaces */
    istio_fixture_free(&fixture);
}

Test(istio_decode, the_last_of_equal_objects_counts)
{
    struct istio_fixture fixture =
        load(VS("a") "---\n" VS_HEAD "metadata: {name: a, namespace: default}\n"
                     "spec: {hosts: [second], http: [{route: [{destination: {host: b}}]}]}\n");
    cr_assert(fixture.set.count == 1);
    const sluice_str *hosts = fixture.set.items[0].virtual_service->hosts.items;
    cr_expect(str_equal(hosts[0], STR("second")));
    istio_fixture_free(&fixture);
}

Test(istio_decode, errors_stay_with_their_resource)
{
    struct istio_fixture fixture = load(VS(
        "a") "---\n" VS_HEAD "metadata: {name: bad}\nspec: {http: [{}], nope: 1}\n---\n" VS("c"));
    cr_assert(fixture.set.count == 3);
    cr_expect(!fixture.set.items[0].bad && fixture.set.items[1].bad && !fixture.set.items[2].bad);
    cr_expect(fixture.set.items[1].meta->errors == 2);
    const sluice_diagnostic *d = sluice_report_get(fixture.report, 0);
    cr_expect(str_equal(d->name, STR("bad")) && str_equal(d->kind, STR("VirtualService")));
    cr_expect(str_equal(d->document, STR("test.yaml")));
    istio_fixture_free(&fixture);
}

/* ---- typed fields ---- */

Test(istio_decode, a_virtual_service)
{
    struct istio_fixture fixture =
        load(VS_HEAD "metadata: {name: a}\nspec:\n  hosts: [h]\n  http:\n"
                     "  - name: r\n    timeout: 1.5s\n"
                     "    match:\n    - uri: {exact: ''}\n      headers: {x: {}, y: {regex: a}}\n  "
                     "    port: 80\n"
                     "    - null\n"
                     "    route:\n    - destination: {host: b, subset: v1, port: {number: 9080}}\n "
                     "     weight: 90\n"
                     "    - destination: {host: c}\n      weight: 10\n"
                     "    mirror_percent: 5\n"
                     "  - directResponse: {status: 200, body: {bytes: aGVsbG8=}}\n"
                     "  - redirect: {derivePort: FROM_REQUEST_PORT}\n");
    cr_assert(fixture.set.count == 1);
    const struct istio_virtual_service *vs = fixture.set.items[0].virtual_service;
    const struct istio_http_route *http = vs->http.items;
    const struct istio_http_match *match = http[0].match.items;
    const struct istio_string_match *headers = match[0].headers.items;
    const struct istio_http_destination *route = http[0].route.items;
    cr_assert(vs->http.count == 3 && http[0].match.count == 2 && http[0].route.count == 2);
    cr_expect(http[0].more->timeout.set && http[0].more->timeout.v == 1500000000);
    cr_expect(value_is_set(match[0].uri->exact) && match[0].uri->exact.v.len == 0 &&
              !value_is_set(match[0].uri->prefix));
    cr_expect(match[0].more->port.v == 80 && match[0].headers.count == 2);
    cr_expect(!value_is_set(headers[0].regex) && str_equal(headers[1].regex.v, STR("a")));
    cr_expect(match[1].node->kind == YAML_NULL && !match[1].uri);
    cr_expect(match[1].more == &istio_no_more_of_match);
    cr_expect(route[0].destination->port->number.v == 9080 && route[0].weight.v == 90);
    cr_expect(route[1].destination->port == NULL);
    cr_expect(http[0].more->mirror_percent.set &&
              http[0].more->mirror_percent.v == 5); /* snake case, warned of */
    cr_expect(str_equal(http[1].more->direct_response->body->bytes.v, STR("hello")));
    cr_expect(http[2].more->redirect->derive_port.v == ISTIO_FROM_REQUEST_PORT);
    cr_expect(fixture.diags.count_of[SLUICE_SEVERITY_ERROR] == 0);
    istio_fixture_free(&fixture);
}

Test(istio_decode, a_service)
{
    struct istio_fixture fixture =
        load("apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec:\n  type: ClusterIP\n"
             "  selector: {app: s}\n  sessionAffinity: None\n"
             "  ports: [{name: http, port: 80, targetPort: web, appProtocol: http}, {port: 0}]\n");
    cr_assert(fixture.set.count == 1 && fixture.set.items[0].kind == ISTIO_SERVICE);
    const struct kube_service_port *ports = fixture.set.items[0].service->ports.items;
    cr_expect(ports[0].port.v == 80 && str_equal(ports[0].app_protocol.v, STR("http")));
    cr_expect(ports[0].target_port && str_equal(ports[0].target_port->text, STR("web")));
    cr_expect(istio_fixture_count(&fixture, SLUICE_SEVERITY_ERROR, "spec.ports[1].port") == 1);
    istio_fixture_free(&fixture);
}

Test(istio_decode, yaml_types_are_not_coerced)
{
    static const struct validation_row rows[] = {
        {__LINE__, BROKEN_, "spec.http[0].match[0].headers.x.exact",
         "{hosts: [a], http: [{match: [{headers: {x: {exact: yes}}}], route: [{destination: {host: "
         "b}}]}]}"                                                                           },
        {__LINE__, BROKEN_, "spec.http[0].match[0].headers.x.exact",
         "{hosts: [a], http: [{match: [{headers: {x: {exact: 1.10}}}], route: [{destination: "
         "{host: b}}]}]}"                                                                    },
        {__LINE__, BROKEN_, "spec.http[0].route[0].weight",
         "{hosts: [a], http: [{route: [{destination: {host: b}, weight: 1.5}]}]}"            },
        {__LINE__, BROKEN_, "spec.http[0].timeout",
         "{hosts: [a], http: [{timeout: 5, route: [{destination: {host: b}}]}]}"             },
        {__LINE__, BROKEN_, "spec.http",                             "{hosts: [a], http: {}}"},
    };
    istio_fixture_check_rows("VirtualService", rows, ROWS(rows));
}

Test(istio_decode, unknown_fields_are_warnings_when_lenient)
{
    static const struct validation_row rows[] = {
        {__LINE__, REFUSED_, "spec.nope", "{host: a, nope: 1}"},
        {__LINE__, ACCEPTED, "",          "{host: a}"         },
    };
    istio_fixture_check_rows("DestinationRule", rows, ROWS(rows));
}

/* ---- timestamps ---- */

Test(istio_decode, timestamps)
{
    static const struct {
        int line;
        const char *text;
        bool valid;
        int64_t seconds;
    } rows[] = {
        {__LINE__, "1970-01-01T00:00:00Z",      true,  0           },
        {__LINE__, "2000-02-29T23:59:59Z",      true,  951868799   },
        {__LINE__, "2024-05-01T12:00:00.999z",  true,  1714564800  },
        {__LINE__, "2024-05-01t12:00:00+02:00", true,  1714557600  },
        {__LINE__, "2024-05-01T12:00:00-00:30", true,  1714566600  },
        {__LINE__, "1969-12-31T23:59:59Z",      true,  -1          },
        {__LINE__, "0000-01-01T00:00:00Z",      true,  -62167219200},
        {__LINE__, "9999-12-31T23:59:59Z",      true,  253402300799},
        {__LINE__, "2023-02-29T00:00:00Z",      false, 0           },
        {__LINE__, "2024-13-01T00:00:00Z",      false, 0           },
        {__LINE__, "2024-00-01T00:00:00Z",      false, 0           },
        {__LINE__, "2024-05-01T24:00:00Z",      false, 0           },
        {__LINE__, "2024-05-01T12:00:00",       false, 0           },
        {__LINE__, "2024-05-01T12:00:00.Z",     false, 0           },
        {__LINE__, "2024-05-01 12:00:00Z",      false, 0           },
        {__LINE__, "2024-05-01",                false, 0           },
        {__LINE__, "",                          false, 0           },
        {__LINE__, "2024-05-01T12:00:00Zjunk",  false, 0           },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        int64_t seconds = 0;
        bool valid = timestamp_parse(&seconds, sluice_str_of(rows[i].text));
        cr_expect(valid == rows[i].valid, "line %d", rows[i].line);
        if (valid)
            cr_expect(seconds == rows[i].seconds, "line %d: %lld", rows[i].line,
                      (long long)seconds);
    }
}

/* ---- memory ---- */

/* Whatever allocation fails, the status says so and nothing is leaked. */
Test(istio_decode, out_of_memory)
{
    static const char text[] =
        "apiVersion: v1\nkind: List\nitems:\n"
        "- {apiVersion: v1, kind: Service, metadata: {name: s}, spec: {ports: [{port: 80}]}}\n"
        "- {apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: d}, spec: "
        "{host: a, "
        "subsets: [{name: v1, trafficPolicy: {loadBalancer: {localityLbSetting: {distribute: "
        "[{from: a, to: "
        "{b: 100}}]}, consistentHash: {httpCookie: {name: c, attributes: [{name: x}]}}}}}]}}\n"
        "- {apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: e}, spec: "
        "{hosts: [a.b], "
        "exportTo: ['.'], resolution: STATIC, ports: [{number: 80, name: http, protocol: HTTP}]}}\n"
        "- {apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: g}, spec: "
        "{servers: [{hosts: "
        "['*'], port: {number: 80, name: p, protocol: HTTP}}]}}\n"
        "---\n" VS_HEAD "metadata: {name: a, annotations: {sluice.dev/sticky: 'header:X'}}\n"
        "spec: {hosts: [a, '*.b', b!], exportTo: [x, x], tls: [{match: [{sniHosts: [a]}], route: "
        "[{destination: "
        "{host: b}}]}], http: [{match: [{uri: {regex: 'a.*'}}], route: [{destination: {host: "
        "b}}]}]}\n";
    size_t k = 0;
    for (;; k++) {
        struct failing_alloc memory;
        struct istio_fixture fixture;
        failing_alloc_init(&memory, k);
        istio_fixture_load_with(&fixture, &memory.allocator, sluice_str_of(text), true);
        cr_expect((fixture.status == SLUICE_ERR_NOMEM) == memory.failed, "allocation %zu", k);
        istio_fixture_free(&fixture);
        cr_expect(failing_alloc_finish(&memory) == 0, "allocation %zu", k);
        if (!memory.failed) break;
    }
    cr_expect(k > 10);
}
