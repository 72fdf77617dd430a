/* gateway_api: how many entries and characters a field may have. Each limit is reached, then
 * passed.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "support/gateway_fixture.h"
#include "support/rows.h"

/* A spec that holds a list of `most` items, or text of `most` characters, at its @. In an item, #
 * is its number, in five digits. */
struct limit {
    int line;
    const char *kind;
    size_t most;
    const char *path;
    const char *spec, *item;
};

#define MATCHES_8 "{}, {}, {}, {}, {}, {}, {}, {}, "
#define MATCHES_64 MATCHES_8 MATCHES_8 MATCHES_8 MATCHES_8 MATCHES_8 MATCHES_8 MATCHES_8 MATCHES_8

/* clang-format off */
static const struct limit limits[] = {
    {__LINE__, "Gateway", 64, "spec.listeners",
     "{gatewayClassName: c, listeners: [@]}",
     "{name: l#, port: 1, protocol: HTTP, hostname: h#}, "},
    {__LINE__, "ListenerSet", 64, "spec.listeners",
     "{parentRef: {name: g}, listeners: [@]}",
     "{name: l#, port: 1, protocol: HTTP, hostname: h#}, "},
    {__LINE__, "Gateway", 8, "spec.listeners[0].allowedRoutes.kinds",
     "{gatewayClassName: c, listeners: [{name: l, port: 80, protocol: HTTP, allowedRoutes: {kinds: [@]}}]}",
     "{kind: K#}, "},
    {__LINE__, "Gateway", 64, "spec.listeners[0].tls.certificateRefs",
     "{gatewayClassName: c, listeners: [{name: l, port: 1, protocol: HTTPS, tls: {certificateRefs: [@]}}]}",
     "{name: s#}, "},
    {__LINE__, "Gateway", 16, "spec.listeners[0].tls.options",
     "{gatewayClassName: c, listeners: [{name: l, port: 1, protocol: HTTPS, tls: {options: {@}}}]}",
     "k#: v, "},
    {__LINE__, "Gateway", 16, "spec.addresses",
     "{gatewayClassName: c, listeners: [{name: l, port: 80, protocol: HTTP}], addresses: [@]}",
     "{type: Hostname, value: h#}, "},
    {__LINE__, "Gateway", 8, "spec.infrastructure.labels",
     "{gatewayClassName: c, listeners: [{name: l, port: 80, protocol: HTTP}], infrastructure: {labels: {@}}}",
     "k#: v, "},
    {__LINE__, "Gateway", 16, "spec.infrastructure.annotations",
     "{gatewayClassName: c, listeners: [{name: l, port: 80, protocol: HTTP}], infrastructure: {annotations: {@}}}",
     "k#: v, "},
    {__LINE__, "Gateway", 253, "spec.listeners[0].hostname",
     "{gatewayClassName: c, listeners: [{name: l, port: 80, protocol: HTTP, hostname: @}]}", "a"},
    {__LINE__, "Gateway", 253, "spec.listeners[0].name",
     "{gatewayClassName: c, listeners: [{port: 80, protocol: HTTP, name: @}]}", "a"},
    {__LINE__, "Gateway", 255, "spec.listeners[0].protocol",
     "{gatewayClassName: c, listeners: [{name: l, port: 80, protocol: @}]}", "a"},
    {__LINE__, "Gateway", 253, "spec.gatewayClassName",
     "{listeners: [{name: l, port: 80, protocol: HTTP}], gatewayClassName: @}", "a"},
    {__LINE__, "ReferenceGrant", 16, "spec.from",
     "{to: [{group: '', kind: Service}], from: [@]}", "{group: '', kind: K, namespace: o#}, "},
    {__LINE__, "ReferenceGrant", 16, "spec.to",
     "{from: [{group: '', kind: K, namespace: o}], to: [@]}", "{group: '', kind: K, name: o#}, "},
    {__LINE__, "ReferenceGrant", 63, "spec.from[0].namespace",
     "{to: [{group: '', kind: K}], from: [{group: '', kind: K, namespace: @}]}", "a"},
    {__LINE__, "ReferenceGrant", 63, "spec.to[0].kind",
     "{from: [{group: '', kind: K, namespace: o}], to: [{group: '', kind: @}]}", "a"},
    {__LINE__, "ReferenceGrant", 253, "spec.to[0].group",
     "{from: [{group: '', kind: K, namespace: o}], to: [{kind: K, group: @}]}", "a"},
    {__LINE__, "HTTPRoute", 32, "spec.parentRefs",
     "{parentRefs: [@]}", "{name: g#}, "},
    {__LINE__, "GRPCRoute", 32, "spec.parentRefs",
     "{parentRefs: [@]}", "{name: g#}, "},
    {__LINE__, "TCPRoute", 32, "spec.parentRefs",
     "{rules: [{backendRefs: [{name: b, port: 1}]}], parentRefs: [@]}", "{name: g#}, "},
    {__LINE__, "HTTPRoute", 16, "spec.hostnames",
     "{hostnames: [@]}", "h#, "},
    {__LINE__, "GRPCRoute", 16, "spec.hostnames",
     "{hostnames: [@]}", "h#, "},
    {__LINE__, "TLSRoute", 1024, "spec.hostnames",
     "{rules: [{backendRefs: [{name: b, port: 1}]}], hostnames: [@]}", "h#, "},
    {__LINE__, "HTTPRoute", 16, "spec.rules",
     "{rules: [@]}", "{}, "},
    {__LINE__, "GRPCRoute", 16, "spec.rules",
     "{rules: [@]}", "{}, "},
    {__LINE__, "HTTPRoute", 64, "spec.rules[0].matches",
     "{rules: [{matches: [@]}]}", "{path: {value: /#}}, "},
    {__LINE__, "GRPCRoute", 64, "spec.rules[0].matches",
     "{rules: [{matches: [@]}]}", "{method: {method: m#}}, "},
    {__LINE__, "HTTPRoute", 61, "spec.rules",
     "{rules: [{}, {matches: [" MATCHES_64 "]}, {matches: [{}, {}]}, {matches: [@]}]}", "{}, "},
    {__LINE__, "GRPCRoute", 62, "spec.rules",
     "{rules: [{}, {matches: [" MATCHES_64 "]}, {matches: [{}, {}]}, {matches: [@]}]}", "{}, "},
    {__LINE__, "HTTPRoute", 16, "spec.rules[0].filters",
     "{rules: [{filters: [@]}]}",
     "{type: ExtensionRef, extensionRef: {group: a, kind: K, name: e#}}, "},
    {__LINE__, "GRPCRoute", 16, "spec.rules[0].filters",
     "{rules: [{filters: [@]}]}",
     "{type: ExtensionRef, extensionRef: {group: a, kind: K, name: e#}}, "},
    {__LINE__, "HTTPRoute", 16, "spec.rules[0].backendRefs[0].filters",
     "{rules: [{backendRefs: [{name: b, port: 1, filters: [@]}]}]}",
     "{type: ExtensionRef, extensionRef: {group: a, kind: K, name: e#}}, "},
    {__LINE__, "HTTPRoute", 16, "spec.rules[0].backendRefs",
     "{rules: [{backendRefs: [@]}]}", "{name: b#, port: 1}, "},
    {__LINE__, "GRPCRoute", 16, "spec.rules[0].backendRefs",
     "{rules: [{backendRefs: [@]}]}", "{name: b#, port: 1}, "},
    {__LINE__, "TCPRoute", 16, "spec.rules[0].backendRefs",
     "{rules: [{backendRefs: [@]}]}", "{name: b#, port: 1}, "},
    {__LINE__, "UDPRoute", 16, "spec.rules[0].backendRefs",
     "{rules: [{backendRefs: [@]}]}", "{name: b#, port: 1}, "},
    {__LINE__, "HTTPRoute", 16, "spec.rules[0].matches[0].headers",
     "{rules: [{matches: [{headers: [@]}]}]}", "{name: h#, value: v}, "},
    {__LINE__, "GRPCRoute", 16, "spec.rules[0].matches[0].headers",
     "{rules: [{matches: [{headers: [@]}]}]}", "{name: h#, value: v}, "},
    {__LINE__, "HTTPRoute", 16, "spec.rules[0].matches[0].queryParams",
     "{rules: [{matches: [{queryParams: [@]}]}]}", "{name: h#, value: v}, "},
    {__LINE__, "HTTPRoute", 16, "spec.rules[0].filters[0].requestHeaderModifier.set",
     "{rules: [{filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [@]}}]}]}",
     "{name: h#, value: v}, "},
    {__LINE__, "HTTPRoute", 16, "spec.rules[0].filters[0].requestHeaderModifier.add",
     "{rules: [{filters: [{type: RequestHeaderModifier, requestHeaderModifier: {add: [@]}}]}]}",
     "{name: h#, value: v}, "},
    {__LINE__, "HTTPRoute", 16, "spec.rules[0].filters[0].requestHeaderModifier.remove",
     "{rules: [{filters: [{type: RequestHeaderModifier, requestHeaderModifier: {remove: [@]}}]}]}",
     "h#, "},
    {__LINE__, "HTTPRoute", 64, "spec.rules[0].filters[0].cors.allowOrigins",
     "{rules: [{filters: [{type: CORS, cors: {allowOrigins: [@]}}]}]}", "http://h#, "},
    {__LINE__, "HTTPRoute", 64, "spec.rules[0].filters[0].cors.allowHeaders",
     "{rules: [{filters: [{type: CORS, cors: {allowHeaders: [@]}}]}]}", "h#, "},
    {__LINE__, "HTTPRoute", 64, "spec.rules[0].filters[0].cors.exposeHeaders",
     "{rules: [{filters: [{type: CORS, cors: {exposeHeaders: [@]}}]}]}", "h#, "},
    {__LINE__, "HTTPRoute", 1023, "spec.rules[0].matches[0].path.value",
     "{rules: [{matches: [{path: {value: /@}}]}]}", "a"},
    {__LINE__, "HTTPRoute", 4096, "spec.rules[0].matches[0].headers[0].value",
     "{rules: [{matches: [{headers: [{name: h, value: @}]}]}]}", "a"},
    {__LINE__, "HTTPRoute", 1024, "spec.rules[0].matches[0].queryParams[0].value",
     "{rules: [{matches: [{queryParams: [{name: h, value: @}]}]}]}", "\xc3\xa4"},
    {__LINE__, "GRPCRoute", 1024, "spec.rules[0].matches[0].method.service",
     "{rules: [{matches: [{method: {service: @}}]}]}", "a"},
    {__LINE__, "HTTPRoute", 4096, "spec.rules[0].filters[0].requestHeaderModifier.set[0].value",
     "{rules: [{filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: h, value: @}]}}]}]}",
     "a"},
    {__LINE__, "HTTPRoute", 1024, "spec.rules[0].filters[0].urlRewrite.path.replaceFullPath",
     "{rules: [{filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplaceFullPath, replaceFullPath: @}}}]}]}",
     "a"},
    {__LINE__, "HTTPRoute", 253, "spec.rules[0].filters[0].requestRedirect.hostname",
     "{rules: [{filters: [{type: RequestRedirect, requestRedirect: {hostname: @}}]}]}", "a"},
    {__LINE__, "HTTPRoute", 253, "spec.rules[0].backendRefs[0].name",
     "{rules: [{backendRefs: [{port: 1, name: @}]}]}", "a"},
    {__LINE__, "HTTPRoute", 253, "spec.rules[0].name",
     "{rules: [{name: @}]}", "a"},
};
/* clang-format on */

static void
append(char **at, const char *text, size_t len)
{
    memcpy(*at, text, len);
    *at += len;
}

static void
append_item(char **at, const char *item, size_t number)
{
    char digits[8];
    snprintf(digits, sizeof(digits), "%05zu", number % 100000);
    for (; *item; item++) {
        bool numbered = *item == '#';
        append(at, numbered ? digits : item, numbered ? strlen(digits) : 1);
    }
}

static char *
spec_of(const struct limit *limit, size_t count)
{
    enum { ITEM_GROWTH = 16 }; /* of the numbers in an item */
    const char *hole = strchr(limit->spec, '@');
    char *spec = malloc(strlen(limit->spec) + count * (strlen(limit->item) + ITEM_GROWTH) + 1);
    char *at = spec;
    cr_assert(spec != NULL && hole != NULL);
    append(&at, limit->spec, (size_t)(hole - limit->spec));
    for (size_t i = 0; i < count; i++) {
        append_item(&at, limit->item, i);
    }
    append(&at, hole + 1, strlen(hole + 1) + 1);
    return spec;
}

static void
check(const struct limit *limit, size_t count, enum verdict verdict)
{
    char *spec = spec_of(limit, count);
    struct validation_row row = {limit->line, verdict, limit->path, spec};
    gateway_fixture_check_rows("gateway.networking.k8s.io/v1", limit->kind, &row, 1);
    free(spec);
}

Test(gateway_limits, are_reached_and_not_passed)
{
    for (size_t i = 0; i < ROWS(limits); i++) {
        check(&limits[i], limits[i].most, ACCEPTED);
        check(&limits[i], limits[i].most + 1, REFUSED_);
    }
}

/* Time is in step with the input whatever its shape: no list is compared with itself. */
Test(gateway_limits, long_lists_take_no_longer_than_their_length, .timeout = 20)
{
    for (size_t i = 0; i < ROWS(limits); i++) {
        if (strchr(limits[i].item, '#')) check(&limits[i], 5000, REFUSED_);
    }
}
