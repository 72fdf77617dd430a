/* gateway_api/validate_*: every rule about Gateways, ListenerSets, ReferenceGrants and what all
 * routes have, strict and lenient. */
#include <criterion/criterion.h>

#include "support/gateway_fixture.h"
#include "support/rows.h"

#define CHECK_AS(version, kind, rows)                                                              \
    gateway_fixture_check_rows("gateway.networking.k8s.io/" version, (kind), (rows), ROWS(rows))
#define CHECK(kind, rows) CHECK_AS("v1", kind, rows)

/* ---- Gateway ---- */

#define LISTENERS(list) "{gatewayClassName: c, listeners: [" list "]}"
/* One listener of that protocol, with more fields. */
#define LISTENER(more) LISTENERS("{name: l, port: 80, protocol: " more "}")
/* A Gateway with a good listener and more fields. */
#define WITH(more)                                                                                 \
    "{gatewayClassName: c, listeners: [{name: l, port: 80, protocol: HTTP}], " more "}"
#define IN_LISTENER "spec.listeners[0]."
#define CERTIFIED "certificateRefs: [{name: s}]"

Test(gateway_validate, gateways)
{
    /* clang-format off */
    static const struct validation_row rows[] = {
        {__LINE__, ACCEPTED, "", LISTENER("HTTP")},
        {__LINE__, ACCEPTED, "",
         "{gatewayClassName: '{CLASS}', listeners: [{name: l, port: 80, protocol: HTTP}]}"},
        {__LINE__, BROKEN_, "spec", "{listeners: [{name: l, port: 80, protocol: HTTP}]}"},
        {__LINE__, BROKEN_, "spec.gatewayClassName",
         "{gatewayClassName: '', listeners: [{name: l, port: 80, protocol: HTTP}]}"},
        {__LINE__, BROKEN_, "spec", "{gatewayClassName: c}"},
        {__LINE__, BROKEN_, "spec.listeners", LISTENERS("")},
        {__LINE__, BROKEN_, "spec.listeners", "{gatewayClassName: c, listeners: null}"},
        {__LINE__, BROKEN_, "spec.listeners", "{gatewayClassName: c, listeners: {}}"},
        {__LINE__, BROKEN_, "spec.listeners[0]", LISTENERS("null")},
        {__LINE__, BROKEN_, "spec.listeners[0]", LISTENERS("l")},
        {__LINE__, REFUSED_, "spec.listenrs", WITH("listenrs: []")},
        {__LINE__, REFUSED_, "spec.allowed_listeners", WITH("allowed_listeners: {}")},
        {__LINE__, ACCEPTED, "", WITH("defaultScope: All")},
        {__LINE__, ACCEPTED, "", WITH("defaultScope: None")},
        {__LINE__, BROKEN_, "spec.defaultScope", WITH("defaultScope: Some")},
        {__LINE__, BROKEN_, "spec.defaultScope", WITH("defaultScope: 1")},
    };
    /* clang-format on */
    CHECK("Gateway", rows);
    CHECK_AS("v1beta1", "Gateway", rows);
}

Test(gateway_validate, listener_fields)
{
    /* clang-format off */
    static const struct validation_row rows[] = {
        {__LINE__, BROKEN_, "spec.listeners[0]", LISTENERS("{port: 80, protocol: HTTP}")},
        {__LINE__, BROKEN_, "spec.listeners[0]", LISTENERS("{name: l, protocol: HTTP}")},
        {__LINE__, BROKEN_, "spec.listeners[0]", LISTENERS("{name: l, port: 80}")},
        {__LINE__, BROKEN_, IN_LISTENER "name",
         LISTENERS("{name: 'bad>', port: 80, protocol: HTTP}")},
        {__LINE__, BROKEN_, IN_LISTENER "name", LISTENERS("{name: '', port: 80, protocol: HTTP}")},
        {__LINE__, BROKEN_, IN_LISTENER "name", LISTENERS("{name: 1, port: 80, protocol: HTTP}")},
        {__LINE__, ACCEPTED, "", LISTENERS("{name: a.b-c, port: 1, protocol: HTTP}")},
        {__LINE__, ACCEPTED, "", LISTENERS("{name: l, port: 65535, protocol: HTTP}")},
        {__LINE__, BROKEN_, IN_LISTENER "port", LISTENERS("{name: l, port: 0, protocol: HTTP}")},
        {__LINE__, BROKEN_, IN_LISTENER "port", LISTENERS("{name: l, port: -1, protocol: HTTP}")},
        {__LINE__, BROKEN_, IN_LISTENER "port",
         LISTENERS("{name: l, port: 65536, protocol: HTTP}")},
        {__LINE__, BROKEN_, IN_LISTENER "port", LISTENERS("{name: l, port: '80', protocol: HTTP}")},
        {__LINE__, BROKEN_, IN_LISTENER "port", LISTENERS("{name: l, port: 80.5, protocol: HTTP}")},
        {__LINE__, ACCEPTED, "", LISTENER("example.com/own")},
        {__LINE__, ACCEPTED, "", LISTENER("SCTP")},
        {__LINE__, BROKEN_, IN_LISTENER "protocol", LISTENER("''")},
        {__LINE__, BROKEN_, IN_LISTENER "protocol", LISTENER("example.com")},
        {__LINE__, ACCEPTED, "", LISTENER("HTTP, hostname: '*.a.b'")},
        {__LINE__, BROKEN_, IN_LISTENER "hostname", LISTENER("HTTP, hostname: '*'")},
        {__LINE__, BROKEN_, IN_LISTENER "hostname", LISTENER("HTTP, hostname: A.b")},
        {__LINE__, REFUSED_, IN_LISTENER "hostname", LISTENER("HTTP, hostname: ''")},
        {__LINE__, REFUSED_, IN_LISTENER "hostname", LISTENER("UDP, hostname: a.b")},
        {__LINE__, REFUSED_, IN_LISTENER "hostname", LISTENER("TCP, hostname: a.b")},
        {__LINE__, REFUSED_, IN_LISTENER "hostname", LISTENER("tcp, hostname: a.b")},
    };
    /* clang-format on */
    CHECK("Gateway", rows);
}

Test(gateway_validate, listener_tls)
{
    /* clang-format off */
    static const struct validation_row rows[] = {
        {__LINE__, ACCEPTED, "", LISTENER("HTTPS")},
        {__LINE__, ACCEPTED, "", LISTENER("HTTPS, tls: {" CERTIFIED "}")},
        {__LINE__, ACCEPTED, "", LISTENER("HTTPS, tls: {mode: Terminate, " CERTIFIED "}")},
        {__LINE__, ACCEPTED, "", LISTENER("HTTPS, tls: {options: {example.com/v: '1.2'}}")},
        {__LINE__, ACCEPTED, "", LISTENER("TLS, tls: {mode: Passthrough}")},
        {__LINE__, ACCEPTED, "", LISTENER("TLS, tls: {mode: Terminate, " CERTIFIED "}")},
        {__LINE__, ACCEPTED, "", LISTENER("TLS, tls: {" CERTIFIED "}")},
        {__LINE__, ACCEPTED, "",
         LISTENER( "TLS, tls: {certificateRefs: [{group: '', kind: Secret, namespace: o, name: s}]}")},
        {__LINE__, REFUSED_, IN_LISTENER "tls", LISTENER("HTTP, tls: {" CERTIFIED "}")},
        {__LINE__, REFUSED_, IN_LISTENER "tls", LISTENER("http, tls: {" CERTIFIED "}")},
        {__LINE__, REFUSED_, IN_LISTENER "tls", LISTENER("TCP, tls: {" CERTIFIED "}")},
        {__LINE__, REFUSED_, IN_LISTENER "tls", LISTENER("UDP, tls: {" CERTIFIED "}")},
        {__LINE__, BROKEN_, IN_LISTENER "tls.mode", LISTENER("HTTPS, tls: {mode: Passthrough}")},
        {__LINE__, BROKEN_, IN_LISTENER "tls.mode", LISTENER("https, tls: {mode: Passthrough}")},
        {__LINE__, BROKEN_, IN_LISTENER "tls.mode", LISTENER("HTTPS, tls: {mode: Mutual}")},
        {__LINE__, BROKEN_, "spec.listeners[0]", LISTENER("TLS")},
        {__LINE__, BROKEN_, "spec.listeners[0]", LISTENER("tls")},
        {__LINE__, REFUSED_, IN_LISTENER "tls", LISTENER("HTTPS, tls: {}")},
        {__LINE__, REFUSED_, IN_LISTENER "tls", LISTENER("TLS, tls: {mode: Terminate}")},
        {__LINE__, REFUSED_, IN_LISTENER "tls", LISTENER("HTTPS, tls: {certificateRefs: []}")},
        {__LINE__, REFUSED_, IN_LISTENER "tls.options[\"a~\"]",
         LISTENER("HTTPS, tls: {options: {a~: b}}")},
        {__LINE__, BROKEN_, IN_LISTENER "tls.certificateRefs[0]",
         LISTENER("HTTPS, tls: {certificateRefs: [{kind: Secret}]}")},
        {__LINE__, BROKEN_, IN_LISTENER "tls.certificateRefs[0].kind",
         LISTENER("HTTPS, tls: {certificateRefs: [{name: s, kind: a/b}]}")},
        {__LINE__, BROKEN_, IN_LISTENER "tls.certificateRefs[0].namespace",
         LISTENER("HTTPS, tls: {certificateRefs: [{name: s, namespace: a.b}]}")},
    };
    /* clang-format on */
    CHECK("Gateway", rows);
}

#define TWO(a, b) LISTENERS("{name: a, " a "}, {name: b, " b "}")

Test(gateway_validate, listeners_are_distinct)
{
    /* clang-format off */
    static const struct validation_row rows[] = {
        {__LINE__, BROKEN_, "spec.listeners[1].name",
         LISTENERS("{name: a, port: 1, protocol: HTTP}, {name: a, port: 2, protocol: HTTP}")},
        { __LINE__, ACCEPTED, "", TWO("port: 1, protocol: HTTP", "port: 2, protocol: HTTP")},
        { __LINE__, ACCEPTED, "", TWO("port: 1, protocol: HTTP", "port: 1, protocol: HTTPS")},
        { __LINE__, ACCEPTED, "", TWO("port: 1, protocol: TCP", "port: 1, protocol: UDP")},
        { __LINE__, ACCEPTED, "",
         TWO("port: 1, protocol: HTTP, hostname: a", "port: 1, protocol: HTTP, hostname: b")},
        { __LINE__, ACCEPTED, "",
         TWO("port: 1, protocol: HTTP, hostname: a", "port: 1, protocol: HTTP")},
        { __LINE__, REFUSED_, "spec.listeners[1]",
         TWO("port: 1, protocol: HTTP", "port: 1, protocol: HTTP")},
        { __LINE__, REFUSED_, "spec.listeners[1]",
         TWO("port: 1, protocol: HTTP, hostname: a", "port: 1, protocol: HTTP, hostname: a")},
        { __LINE__, REFUSED_, "spec.listeners[1]",
         TWO("port: 1, protocol: HTTP", "port: 1, protocol: http")},
        { __LINE__, REFUSED_, "spec.listeners[1]",
         TWO("port: 1, protocol: example.com/own", "port: 1, protocol: example.com/own")},
        { __LINE__, ACCEPTED, "",
         TWO("port: 1, protocol: example.com/own", "port: 1, protocol: example.com/OWN")},
    };
    /* clang-format on */
    CHECK("Gateway", rows);
}

#define ALLOWED(more) LISTENER("HTTP, allowedRoutes: {" more "}")
#define SELECTOR(more) ALLOWED("namespaces: {from: Selector, selector: {" more "}}")
#define IN_ALLOWED IN_LISTENER "allowedRoutes."
#define IN_SELECTOR IN_ALLOWED "namespaces.selector."
#define IN_EXPRESSION IN_SELECTOR "matchExpressions[0]"

Test(gateway_validate, allowed_routes)
{
    /* clang-format off */
    static const struct validation_row rows[] = {
        {__LINE__, ACCEPTED, "", ALLOWED("")},
        {__LINE__, ACCEPTED, "", ALLOWED("kinds: [], namespaces: {}")},
        {__LINE__, ACCEPTED, "", ALLOWED("namespaces: {from: All}")},
        {__LINE__, ACCEPTED, "", ALLOWED("namespaces: {from: Same}")},
        {__LINE__, BROKEN_, IN_ALLOWED "namespaces.from", ALLOWED("namespaces: {from: None}")},
        {__LINE__, BROKEN_, IN_ALLOWED "namespaces.from", ALLOWED("namespaces: {from: all}")},
        {__LINE__, ACCEPTED, "", ALLOWED("kinds: [{kind: HTTPRoute}, {group: a.b, kind: X}]")},
        {__LINE__, BROKEN_, IN_ALLOWED "kinds[0]", ALLOWED("kinds: [{group: a.b}]")},
        {__LINE__, BROKEN_, IN_ALLOWED "kinds[0].kind", ALLOWED("kinds: [{kind: ''}]")},
        {__LINE__, BROKEN_, IN_ALLOWED "kinds[0].group", ALLOWED("kinds: [{kind: X, group: a/b}]")},
        {__LINE__, WARNED, IN_ALLOWED "namespaces.from", ALLOWED("namespaces: {from: Selector}")},
        {__LINE__, WARNED, IN_ALLOWED "namespaces.selector", ALLOWED("namespaces: {selector: {}}")},
    };
    /* clang-format on */
    CHECK("Gateway", rows);
}

Test(gateway_validate, label_selectors)
{
    /* clang-format off */
    static const struct validation_row rows[] = {
        {__LINE__, ACCEPTED, "", SELECTOR("")},
        {__LINE__, ACCEPTED, "", SELECTOR("matchLabels: {a: b, example.com/c: ''}")},
        {__LINE__, BROKEN_, IN_SELECTOR "matchLabels[\"a b\"]", SELECTOR("matchLabels: {a b: c}")},
        {__LINE__, BROKEN_, IN_SELECTOR "matchLabels.a", SELECTOR("matchLabels: {a: b c}")},
        {__LINE__, BROKEN_, IN_SELECTOR "matchLabels.a", SELECTOR("matchLabels: {a: true}")},
        {__LINE__, ACCEPTED, "",
         SELECTOR("matchExpressions: [{key: a, operator: In, values: [b]}]")},
        {__LINE__, ACCEPTED, "",
         SELECTOR("matchExpressions: [{key: a, operator: NotIn, values: [b]}]")},
        {__LINE__, ACCEPTED, "", SELECTOR("matchExpressions: [{key: a, operator: Exists}]")},
        {__LINE__, ACCEPTED, "",
         SELECTOR("matchExpressions: [{key: a, operator: DoesNotExist, values: []}]")},
        {__LINE__, BROKEN_, IN_EXPRESSION, SELECTOR("matchExpressions: [{operator: Exists}]")},
        {__LINE__, BROKEN_, IN_EXPRESSION, SELECTOR("matchExpressions: [{key: a}]")},
        {__LINE__, BROKEN_, IN_EXPRESSION ".operator",
         SELECTOR("matchExpressions: [{key: a, operator: Equals}]")},
        {__LINE__, BROKEN_, IN_EXPRESSION ".key",
         SELECTOR("matchExpressions: [{key: /a, operator: Exists}]")},
        {__LINE__, BROKEN_, IN_EXPRESSION, SELECTOR("matchExpressions: [{key: a, operator: In}]")},
        {__LINE__, BROKEN_, IN_EXPRESSION ".values",
         SELECTOR("matchExpressions: [{key: a, operator: NotIn, values: []}]")},
        {__LINE__, BROKEN_, IN_EXPRESSION ".values",
         SELECTOR("matchExpressions: [{key: a, operator: Exists, values: [b]}]")},
        {__LINE__, BROKEN_, IN_EXPRESSION ".values[1]",
         SELECTOR("matchExpressions: [{key: a, operator: In, values: [b, 'c d']}]")},
    };
    /* clang-format on */
    CHECK("Gateway", rows);
}

Test(gateway_validate, allowed_listeners)
{
    /* clang-format off */
    static const struct validation_row rows[] = {
        {__LINE__, ACCEPTED, "", WITH("allowedListeners: {}")},
        {__LINE__, ACCEPTED, "", WITH("allowedListeners: {namespaces: {from: None}}")},
        {__LINE__, ACCEPTED, "", WITH("allowedListeners: {namespaces: {from: Same}}")},
        {__LINE__, ACCEPTED, "",
         WITH("allowedListeners: {namespaces: {from: Selector, selector: {matchLabels: {a: b}}}}")},
        {__LINE__, BROKEN_, "spec.allowedListeners.namespaces.from",
         WITH("allowedListeners: {namespaces: {from: Any}}")},
        {__LINE__, BROKEN_, "spec.allowedListeners.namespaces.selector.matchLabels.a",
         WITH("allowedListeners: {namespaces: {from: Selector, selector: {matchLabels: {a: ' " "'}}}}")},
    };
    /* clang-format on */
    CHECK("Gateway", rows);
}

#define ADDRESSES(list) WITH("addresses: [" list "]")
#define INFRASTRUCTURE(more) WITH("infrastructure: {" more "}")
#define FRONTEND(more) WITH("tls: {frontend: {" more "}}")
#define VALIDATION(more) FRONTEND("default: {validation: {" more "}}")
#define CA "{group: '', kind: ConfigMap, name: o}"

Test(gateway_validate, what_the_host_acts_on)
{
    /* clang-format off */
    static const struct validation_row rows[] = {
        {__LINE__, ACCEPTED, "", ADDRESSES("{value: 1.2.3.4}, {type: Hostname, value: foo.bar}")},
        {__LINE__, ACCEPTED, "", ADDRESSES("{type: IPAddress, value: '1111:2222:3333:4444::'}")},
        {__LINE__, ACCEPTED, "",
         ADDRESSES("{type: IPAddress}, {type: IPAddress}, {type: Hostname}")},
        {__LINE__, ACCEPTED, "",
         ADDRESSES("{type: acme.io/Pool, value: x}, {type: acme.io/Pool, value: x}")},
        {__LINE__, BROKEN_, "spec.addresses[0].value", ADDRESSES("{value: '1.2.3.4:8080'}")},
        {__LINE__, BROKEN_, "spec.addresses[0].value",
         ADDRESSES("{type: Hostname, value: '*foo/bar'}")},
        {__LINE__, BROKEN_, "spec.addresses[0].value",
         ADDRESSES("{type: Hostname, value: '12:34::'}")},
        {__LINE__, BROKEN_, "spec.addresses[0].type", ADDRESSES("{type: ip, value: x}")},
        {__LINE__, REFUSED_, "spec.addresses[1].value",
         ADDRESSES("{value: 1.1.1.1}, {value: 1.1.1.1}")},
        {__LINE__, REFUSED_, "spec.addresses[1].value",
         ADDRESSES("{type: Hostname, value: a}, {type: Hostname, value: a}")},
        {__LINE__, ACCEPTED, "", INFRASTRUCTURE("labels: {a: b}, annotations: {a.b/c: any text}")},
        {__LINE__, BROKEN_, "spec.infrastructure.labels[\"Example.com/key\"]",
         INFRASTRUCTURE("labels: {Example.com/key: v}")},
        {__LINE__, BROKEN_, "spec.infrastructure.labels.key",
         INFRASTRUCTURE("labels: {key: v a l u e}")},
        {__LINE__, BROKEN_, "spec.infrastructure.annotations[\"a~\"]",
         INFRASTRUCTURE("annotations: {a~: b}")},
        {__LINE__, ACCEPTED, "", INFRASTRUCTURE("parametersRef: {group: a.b, kind: K, name: o}")},
        {__LINE__, BROKEN_, "spec.infrastructure.parametersRef",
         INFRASTRUCTURE("parametersRef: {kind: K, name: o}")},
        {__LINE__, ACCEPTED, "", VALIDATION("caCertificateRefs: [" CA "]")},
        {__LINE__, ACCEPTED, "",
         VALIDATION("caCertificateRefs: [" CA "], mode: AllowInsecureFallback")},
        {__LINE__, BROKEN_, "spec.tls.frontend.default.validation.mode",
         VALIDATION("caCertificateRefs: [" CA "], mode: Any")},
        {__LINE__, BROKEN_, "spec.tls.frontend.default.validation.caCertificateRefs",
         VALIDATION("caCertificateRefs: []")},
        {__LINE__, BROKEN_, "spec.tls.frontend.default.validation", VALIDATION("")},
        {__LINE__, BROKEN_, "spec.tls.frontend", FRONTEND("")},
        {__LINE__, BROKEN_, "spec.tls.frontend.perPort[0]",
         FRONTEND("default: {}, perPort: [{port: 1}]")},
        {__LINE__, REFUSED_, "spec.tls.frontend.perPort[1].port",
         FRONTEND("default: {}, perPort: [{port: 1, tls: {}}, {port: 1, tls: {}}]")},
        {__LINE__, ACCEPTED, "", WITH("tls: {backend: {clientCertificateRef: {name: s}}}")},
        {__LINE__, BROKEN_, "spec.tls.backend.clientCertificateRef",
         WITH("tls: {backend: {clientCertificateRef: {}}}")},
    };
    /* clang-format on */
    CHECK("Gateway", rows);
}

/* ---- GatewayClass, ListenerSet, ReferenceGrant ---- */

Test(gateway_validate, gateway_classes)
{
    /* clang-format off */
    static const struct validation_row rows[] = {
        {__LINE__, ACCEPTED, "", "{controllerName: example.com/a/b}"},
        {__LINE__, ACCEPTED, "",
         "{controllerName: a.b/c, description: d, parametersRef: {group: g, kind: K, name: p}}"},
        {__LINE__, BROKEN_, "spec", "{}"},
        {__LINE__, BROKEN_, "spec.controllerName", "{controllerName: example}"},
        {__LINE__, BROKEN_, "spec.controllerName", "{controllerName: example.com/}"},
        {__LINE__, BROKEN_, "spec.controllerName", "{controllerName: ''}"},
        {__LINE__, BROKEN_, "spec.parametersRef",
         "{controllerName: a.b/c, parametersRef: {name: p}}"},
    };
    /* clang-format on */
    CHECK("GatewayClass", rows);
    CHECK_AS("v1beta1", "GatewayClass", rows);
}

#define SET(ref, list) "{parentRef: {" ref "}, listeners: [" list "]}"

Test(gateway_validate, listener_sets)
{
    /* clang-format off */
    static const struct validation_row rows[] = {
        {__LINE__, ACCEPTED, "", SET("name: g", "{name: l, port: 80, protocol: HTTP}")},
        {__LINE__, ACCEPTED, "",
         SET("name: g, namespace: o, kind: Gateway, group: gateway.networking.k8s.io",
             "{name: l, port: 80, protocol: HTTP}")},
        {__LINE__, BROKEN_, "spec", "{listeners: [{name: l, port: 80, protocol: HTTP}]}"},
        {__LINE__, BROKEN_, "spec.parentRef", SET("", "{name: l, port: 80, protocol: HTTP}")},
        {__LINE__, REFUSED_, "spec.parentRef.sectionName",
         SET("name: g, sectionName: s", "{name: l, port: 80, protocol: HTTP}")},
        {__LINE__, BROKEN_, "spec.listeners", SET("name: g", "")},
        {__LINE__, BROKEN_, "spec.listeners[0]", SET("name: g", "{name: l, protocol: HTTP}")},
        {__LINE__, BROKEN_, "spec.listeners[1].name",
         SET("name: g", "{name: l, port: 1, protocol: HTTP}, {name: l, port: 2, protocol: HTTP}")},
        {__LINE__, REFUSED_, "spec.listeners[0].hostname",
         SET("name: g", "{name: l, port: 1, protocol: UDP, hostname: a}")},
    };
    /* clang-format on */
    CHECK("ListenerSet", rows);
}

#define GRANT(from, to) "{from: [" from "], to: [" to "]}"
#define FROM "{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: o}"
#define TO "{group: '', kind: Service}"

Test(gateway_validate, reference_grants)
{
    /* clang-format off */
    static const struct validation_row rows[] = {
        {__LINE__, ACCEPTED, "", GRANT(FROM, TO)},
        {__LINE__, ACCEPTED, "", GRANT(FROM ", " FROM, "{group: '', kind: Service, name: s}")},
        {__LINE__, BROKEN_, "spec", "{to: [" TO "]}"},
        {__LINE__, BROKEN_, "spec", "{from: [" FROM "]}"},
        {__LINE__, BROKEN_, "spec.from", GRANT("", TO)},
        {__LINE__, BROKEN_, "spec.to", GRANT(FROM, "")},
        {__LINE__, BROKEN_, "spec.from[0]", GRANT("{kind: HTTPRoute, namespace: o}", TO)},
        {__LINE__, BROKEN_, "spec.from[0]", GRANT("{group: a.b, namespace: o}", TO)},
        {__LINE__, BROKEN_, "spec.from[0]", GRANT("{group: a.b, kind: HTTPRoute}", TO)},
        {__LINE__, BROKEN_, "spec.from[0].namespace",
         GRANT("{group: '', kind: K, namespace: '*'}", TO)},
        {__LINE__, BROKEN_, "spec.from[0].namespace",
         GRANT("{group: '', kind: K, namespace: ''}", TO)},
        {__LINE__, BROKEN_, "spec.to[0]", GRANT(FROM, "{kind: Service}")},
        {__LINE__, BROKEN_, "spec.to[0]", GRANT(FROM, "{group: ''}")},
        {__LINE__, BROKEN_, "spec.to[0].name", GRANT(FROM, "{group: '', kind: Service, name: ''}")},
    };
    /* clang-format on */
    CHECK("ReferenceGrant", rows);
    CHECK_AS("v1beta1", "ReferenceGrant", rows);
}

/* ---- what all routes have ---- */

#define PARENTS(list) "{parentRefs: [" list "], rules: [{backendRefs: [{name: b, port: 1}]}]}"

Test(gateway_validate, parent_refs)
{
    /* clang-format off */
    static const struct validation_row rows[] = {
        {__LINE__, ACCEPTED, "", PARENTS("")},
        {__LINE__, ACCEPTED, "", PARENTS("{name: g}")},
        {__LINE__, ACCEPTED, "", PARENTS("{name: g, sectionName: s, port: 443}")},
        {__LINE__, ACCEPTED, "", PARENTS("{name: g}, {name: h}")},
        {__LINE__, ACCEPTED, "", PARENTS("{name: g}, {name: g, namespace: m}")},
        {__LINE__, ACCEPTED, "", PARENTS("{name: g}, {name: g, group: '', kind: Service}")},
        {__LINE__, ACCEPTED, "", PARENTS("{name: g, sectionName: a}, {name: g, sectionName: b}")},
        {__LINE__, ACCEPTED, "", PARENTS("{name: g, port: 1}, {name: g, port: 2}")},
        {__LINE__, ACCEPTED, "",
         PARENTS("{name: g, port: 1, sectionName: a}, {name: g, port: 1, sectionName: b}")},
        {__LINE__, REFUSED_, "spec.parentRefs[1]", PARENTS("{name: g}, {name: g}")},
        {__LINE__, REFUSED_, "spec.parentRefs[1]",
         PARENTS("{name: g}, {name: g, kind: Gateway, group: gateway.networking.k8s.io}")},
        {__LINE__, REFUSED_, "spec.parentRefs[1]", PARENTS("{name: g}, {name: g, port: 1}")},
        {__LINE__, REFUSED_, "spec.parentRefs[1]", PARENTS("{name: g}, {name: g, sectionName: a}")},
        {__LINE__, REFUSED_, "spec.parentRefs[1]",
         PARENTS("{name: g, sectionName: a}, {name: g, port: 1}")},
        {__LINE__, REFUSED_, "spec.parentRefs[1]",
         PARENTS("{name: g, sectionName: a}, {name: g, sectionName: a, port: 1}")},
        {__LINE__, REFUSED_, "spec.parentRefs[1]",
         PARENTS("{name: g, sectionName: a}, {name: g, sectionName: a}")},
        {__LINE__, REFUSED_, "spec.parentRefs[1]",
         PARENTS("{name: g, port: 1}, {name: g, port: 1}")},
        {__LINE__, REFUSED_, "spec.parentRefs[2]",
         PARENTS("{name: g, port: 1}, {name: g, port: 2}, {name: g, port: 1}")},
        {__LINE__, BROKEN_, "spec.parentRefs[0]", PARENTS("{kind: Gateway}")},
        {__LINE__, BROKEN_, "spec.parentRefs[0]", PARENTS("null")},
        {__LINE__, BROKEN_, "spec.parentRefs[0].name", PARENTS("{name: ''}")},
        {__LINE__, BROKEN_, "spec.parentRefs[0].port", PARENTS("{name: g, port: 0}")},
        {__LINE__, BROKEN_, "spec.parentRefs[0].sectionName", PARENTS("{name: g, sectionName: A}")},
        {__LINE__, BROKEN_, "spec.parentRefs[0].namespace", PARENTS("{name: g, namespace: a.b}")},
        {__LINE__, BROKEN_, "spec.parentRefs[0].group", PARENTS("{name: g, group: a/b}")},
        {__LINE__, BROKEN_, "spec.parentRefs[0].kind", PARENTS("{name: g, kind: ''}")},
    };
    /* clang-format on */
    CHECK("HTTPRoute", rows);
    CHECK("GRPCRoute", rows);
    CHECK("TCPRoute", rows);
    CHECK("UDPRoute", rows);
}

Test(gateway_validate, default_gateways)
{
    /* clang-format off */
    static const struct validation_row rows[] = {
        {__LINE__, ACCEPTED, "", "{useDefaultGateways: All}"},
        {__LINE__, ACCEPTED, "", "{useDefaultGateways: None}"},
        {__LINE__, BROKEN_, "spec.useDefaultGateways", "{useDefaultGateways: Yes!}"},
    };
    /* clang-format on */
    CHECK("HTTPRoute", rows);
}

#define HOSTS(list) "{hostnames: [" list "], rules: [{backendRefs: [{name: b, port: 1}]}]}"

Test(gateway_validate, hostnames)
{
    /* clang-format off */
    static const struct validation_row rows[] = {
        {__LINE__, ACCEPTED, "", HOSTS("a.b, '*.c.d'")},
        {__LINE__, BROKEN_, "spec.hostnames[0]", HOSTS("'http://a<'")},
        {__LINE__, BROKEN_, "spec.hostnames[1]", HOSTS("a, '*'")},
        {__LINE__, BROKEN_, "spec.hostnames[0]", HOSTS("''")},
        {__LINE__, BROKEN_, "spec.hostnames[0]", HOSTS("A")},
        {__LINE__, BROKEN_, "spec.hostnames[0]", HOSTS("1")},
        {__LINE__, BROKEN_, "spec.hostnames[0]", HOSTS("null")},
    };
    /* clang-format on */
    /* clang-format off */
    static const struct validation_row addresses[] = {
        {__LINE__, WARNED, "spec.hostnames[0]", HOSTS("1.2.3.4")},
    };
    /* clang-format on */
    CHECK("HTTPRoute", rows);
    CHECK("GRPCRoute", rows);
    CHECK("TLSRoute", rows);
    CHECK("HTTPRoute", addresses);
    CHECK("GRPCRoute", addresses);
}

#define REF(more) "{rules: [{backendRefs: [{" more "}]}]}"
#define IN_REF "spec.rules[0].backendRefs[0]"

Test(gateway_validate, backend_refs)
{
    /* clang-format off */
    static const struct validation_row rows[] = {
        {__LINE__, ACCEPTED, "", REF("name: b, port: 1")},
        {__LINE__, ACCEPTED, "", REF("name: b, port: 65535, weight: 0")},
        {__LINE__, ACCEPTED, "", REF("name: b, port: 1, weight: 1000000")},
        {__LINE__, ACCEPTED, "", REF("name: b, port: 1, namespace: m, group: '', kind: Service")},
        {__LINE__, ACCEPTED, "", REF("name: b, kind: Other")},
        {__LINE__, ACCEPTED, "", REF("name: b, group: a.b")},
        {__LINE__, REFUSED_, IN_REF, REF("name: b")},
        {__LINE__, REFUSED_, IN_REF, REF("name: b, kind: Service")},
        {__LINE__, REFUSED_, IN_REF, REF("name: b, kind: Service, group: ''")},
        {__LINE__, BROKEN_, IN_REF, REF("port: 1")},
        {__LINE__, BROKEN_, IN_REF ".name", REF("name: '', port: 1")},
        {__LINE__, BROKEN_, IN_REF ".port", REF("name: b, port: 0")},
        {__LINE__, BROKEN_, IN_REF ".port", REF("name: b, port: 800080")},
        {__LINE__, BROKEN_, IN_REF ".weight", REF("name: b, port: 1, weight: -1")},
        {__LINE__, BROKEN_, IN_REF ".weight", REF("name: b, port: 1, weight: 1000001")},
        {__LINE__, BROKEN_, IN_REF ".weight", REF("name: b, port: 1, weight: '1'")},
        {__LINE__, BROKEN_, IN_REF ".weight", REF("name: b, port: 1, weight: 1.5")},
        {__LINE__, BROKEN_, IN_REF ".namespace", REF("name: b, port: 1, namespace: N")},
        {__LINE__, BROKEN_, IN_REF ".group", REF("name: b, port: 1, group: a/b")},
    };
    /* clang-format on */
    CHECK("HTTPRoute", rows);
    CHECK("GRPCRoute", rows);
    CHECK("TCPRoute", rows);
    CHECK("UDPRoute", rows);
}

#define NAMED(a, b)                                                                                \
    "{rules: [{name: " a ", backendRefs: [{name: b, port: 1}]}, "                                  \
    "{name: " b ", backendRefs: [{name: b, port: 1}]}]}"

Test(gateway_validate, rule_names)
{
    /* clang-format off */
    static const struct validation_row rows[] = {
        {__LINE__, ACCEPTED, "", NAMED("a", "b.c")},
        {__LINE__, REFUSED_, "spec.rules[1].name", NAMED("a", "a")},
        {__LINE__, BROKEN_, "spec.rules[0].name", NAMED("A", "a")},
        {__LINE__, BROKEN_, "spec.rules[0].name", NAMED("''", "a")},
    };
    /* clang-format on */
    CHECK("HTTPRoute", rows);
    CHECK("GRPCRoute", rows);
}

/* ---- connections ---- */

#define L4_RULE "{backendRefs: [{name: b, port: 1}]}"

Test(gateway_validate, connection_routes)
{
    /* clang-format off */
    static const struct validation_row rows[] = {
        {__LINE__, ACCEPTED, "", "{rules: [" L4_RULE "]}"},
        {__LINE__, BROKEN_, "spec", "{}"},
        {__LINE__, BROKEN_, "spec.rules", "{rules: []}"},
        {__LINE__, BROKEN_, "spec.rules[0]", "{rules: [{}]}"},
        {__LINE__, BROKEN_, "spec.rules[0].backendRefs", "{rules: [{backendRefs: []}]}"},
        {__LINE__, REFUSED_, "spec.rules", "{rules: [" L4_RULE ", " L4_RULE "]}"},
        {__LINE__, REFUSED_, "spec.rules[0].matches",
         "{rules: [{backendRefs: [{name: b, port: 1}], matches: []}]}"},
        {__LINE__, REFUSED_, IN_REF ".filters", REF("name: b, port: 1, filters: []")},
        {__LINE__, REFUSED_, "spec.hostnames", "{hostnames: [a], rules: [" L4_RULE "]}"},
    };
    /* clang-format on */
    /* clang-format off */
    static const struct validation_row alpha[] = {
        {__LINE__, WARNED, "apiVersion", "{rules: [" L4_RULE ", " L4_RULE "]}"},
        {__LINE__, BROKEN_, "spec.rules", "{rules: []}"},
    };
    /* clang-format on */
    CHECK("TCPRoute", rows);
    CHECK("UDPRoute", rows);
    CHECK_AS("v1alpha2", "TCPRoute", alpha);
    CHECK_AS("v1alpha2", "UDPRoute", alpha);
    CHECK_AS("v1alpha2", "TLSRoute", alpha);
}

Test(gateway_validate, tls_routes)
{
    /* clang-format off */
    static const struct validation_row rows[] = {
        {__LINE__, ACCEPTED, "", "{hostnames: [a, '*.b'], rules: [" L4_RULE "]}"},
        {__LINE__, BROKEN_, "spec", "{rules: [" L4_RULE "]}"},
        {__LINE__, BROKEN_, "spec", "{hostnames: [a]}"},
        {__LINE__, BROKEN_, "spec.hostnames", "{hostnames: [], rules: [" L4_RULE "]}"},
        {__LINE__, BROKEN_, "spec.hostnames[0]", "{hostnames: [1.2.3.4], rules: [" L4_RULE "]}"},
        {__LINE__, BROKEN_, "spec.hostnames[0]", "{hostnames: ['::1'], rules: [" L4_RULE "]}"},
        {__LINE__, REFUSED_, "spec.rules", "{hostnames: [a], rules: [" L4_RULE ", " L4_RULE "]}"},
    };
    /* clang-format on */
    /* clang-format off */
    static const struct validation_row alpha[] = {
        {__LINE__, WARNED, "apiVersion", "{rules: [" L4_RULE "]}"},
        {__LINE__, WARNED, "apiVersion", "{hostnames: [], rules: [" L4_RULE ", " L4_RULE "]}"},
        {__LINE__, BROKEN_, "spec.hostnames[0]", "{hostnames: [1.2.3.4], rules: [" L4_RULE "]}"},
    };
    /* clang-format on */
    CHECK("TLSRoute", rows);
    CHECK_AS("v1alpha3", "TLSRoute", alpha);
    CHECK_AS("v1alpha2", "TLSRoute", alpha);
}
