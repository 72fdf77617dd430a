/* gateway_api/validate_*: every rule about the rules of HTTPRoutes and GRPCRoutes, strict and
 * lenient.
 */
#include <criterion/criterion.h>

#include "support/gateway_fixture.h"
#include "support/rows.h"

#define CHECK_AS(version, kind, rows)                                                              \
    gateway_fixture_check_rows("gateway.networking.k8s.io/" version, (kind), (rows), ROWS(rows))
#define CHECK(kind, rows) CHECK_AS("v1", kind, rows)

#define RULE(more) "{rules: [{" more "}]}"
#define MATCH(more) RULE("matches: [{" more "}]")
#define IN_RULE "spec.rules[0]."
#define IN_MATCH IN_RULE "matches[0]."
#define REFS "backendRefs: [{name: b, port: 1}]"

/* ---- matches ---- */

Test(gateway_validate_http, rules)
{
    /* clang-format off */
    static const struct validation_row rows[] = {
        {__LINE__, ACCEPTED, "", "{}"},
        {__LINE__, ACCEPTED, "", RULE("")},
        {__LINE__, ACCEPTED, "", RULE("matches: [], filters: [], backendRefs: []")},
        {__LINE__, ACCEPTED, "", MATCH("")},
        {__LINE__, BROKEN_, "spec.rules", "{rules: []}"},
        {__LINE__, BROKEN_, "spec.rules[0]", "{rules: [null]}"},
        {__LINE__, BROKEN_, IN_RULE "matches[0]", RULE("matches: [null]")},
        {__LINE__, REFUSED_, IN_RULE "mathces", RULE("mathces: []")},
    };
    /* clang-format on */
    CHECK("HTTPRoute", rows);
    CHECK_AS("v1beta1", "HTTPRoute", rows);
}

#define PATH(more) MATCH("path: {" more "}")

Test(gateway_validate_http, paths)
{
    /* clang-format off */
    static const struct validation_row rows[] = {
        {__LINE__, ACCEPTED, "", PATH("")},
        {__LINE__, ACCEPTED, "", PATH("type: Exact")},
        {__LINE__, ACCEPTED, "", PATH("type: Exact, value: /a%20b")},
        {__LINE__, ACCEPTED, "", PATH("type: PathPrefix, value: /a/")},
        {__LINE__, ACCEPTED, "", PATH("type: RegularExpression, value: '/a//[b#]+'")},
        {__LINE__, BROKEN_, IN_MATCH "path.type", PATH("type: Prefix, value: /")},
        {__LINE__, BROKEN_, IN_MATCH "path.type", PATH("type: exact, value: /")},
        {__LINE__, BROKEN_, IN_MATCH "path.value", PATH("value: a")},
        {__LINE__, BROKEN_, IN_MATCH "path.value", PATH("value: ''")},
        {__LINE__, BROKEN_, IN_MATCH "path.value", PATH("type: Exact, value: ''")},
        {__LINE__, BROKEN_, IN_MATCH "path.value", PATH("value: 1")},
        {__LINE__, REFUSED_, IN_MATCH "path.value", PATH("value: /a//b")},
        {__LINE__, REFUSED_, IN_MATCH "path.value", PATH("value: /a/./b")},
        {__LINE__, REFUSED_, IN_MATCH "path.value", PATH("value: /a/../b")},
        {__LINE__, REFUSED_, IN_MATCH "path.value", PATH("value: /a%2fb")},
        {__LINE__, REFUSED_, IN_MATCH "path.value", PATH("type: Exact, value: /a%2Fb")},
        {__LINE__, REFUSED_, IN_MATCH "path.value", PATH("value: '/a#b'")},
        {__LINE__, REFUSED_, IN_MATCH "path.value", PATH("value: /a/..")},
        {__LINE__, REFUSED_, IN_MATCH "path.value", PATH("value: /a/.")},
        {__LINE__, REFUSED_, IN_MATCH "path.value", PATH("value: '/a?b'")},
        {__LINE__, REFUSED_, IN_MATCH "path.value", PATH("type: Exact, value: '/a b'")},
        {__LINE__, BROKEN_, IN_MATCH "path.value", PATH("type: RegularExpression, value: 'a('")},
    };
    /* clang-format on */
    CHECK("HTTPRoute", rows);
}

#define HEADERS(list) MATCH("headers: [" list "]")

Test(gateway_validate_http, header_matches)
{
    /* clang-format off */
    static const struct validation_row rows[] = {
        {__LINE__, ACCEPTED, "", HEADERS("{name: a, value: b}")},
        {__LINE__, ACCEPTED, "", HEADERS("{type: Exact, name: a, value: b}, {name: c, value: d}")},
        {__LINE__, ACCEPTED, "", HEADERS("{type: RegularExpression, name: a, value: '.*'}")},
        {__LINE__, BROKEN_, IN_MATCH "headers[0].type",
         HEADERS("{type: Prefix, name: a, value: b}")},
        {__LINE__, BROKEN_, IN_MATCH "headers[0]", HEADERS("{value: b}")},
        {__LINE__, BROKEN_, IN_MATCH "headers[0]", HEADERS("{name: a}")},
        {__LINE__, BROKEN_, IN_MATCH "headers[0].name", HEADERS("{name: '', value: b}")},
        {__LINE__, BROKEN_, IN_MATCH "headers[0].name", HEADERS("{name: magic/, value: b}")},
        {__LINE__, BROKEN_, IN_MATCH "headers[0].name", HEADERS("{name: ':method', value: b}")},
        {__LINE__, BROKEN_, IN_MATCH "headers[0].value", HEADERS("{name: a, value: ''}")},
        {__LINE__, BROKEN_, IN_MATCH "headers[0].value", HEADERS("{name: a, value: true}")},
        {__LINE__, BROKEN_, IN_MATCH "headers[0].value", HEADERS("{name: a, value: \"a\\nb\"}")},
        {__LINE__, BROKEN_, IN_MATCH "headers[0].value",
         HEADERS("{type: RegularExpression, name: a, value: 'a('}")},
        {__LINE__, REFUSED_, IN_MATCH "headers[1].name",
         HEADERS("{name: a, value: b}, {name: a, value: c}")},
        {__LINE__, WARNED, IN_MATCH "headers[1].name",
         HEADERS("{name: a, value: b}, {name: A, value: c}")},
    };
    /* clang-format on */
    /* clang-format off */
    static const struct validation_row values[] = {
        {__LINE__, REFUSED_, IN_MATCH "headers[0].value", HEADERS("{name: a, value: 'a  b'}")},
        {__LINE__, REFUSED_, IN_MATCH "headers[0].value", HEADERS("{name: a, value: ' a'}")},
        {__LINE__, REFUSED_, IN_MATCH "headers[0].value", HEADERS("{name: a, value: \"\\xe4\"}")},
    };
    /* clang-format on */
    CHECK("HTTPRoute", rows);
    CHECK("HTTPRoute", values);
}

#define QUERY(list) MATCH("queryParams: [" list "]")

Test(gateway_validate_http, query_matches)
{
    /* clang-format off */
    static const struct validation_row rows[] = {
        {__LINE__, ACCEPTED, "", QUERY("{name: a, value: b}, {name: A, value: any text}")},
        {__LINE__, ACCEPTED, "", QUERY("{type: RegularExpression, name: a, value: '[0-9]+'}")},
        {__LINE__, BROKEN_, IN_MATCH "queryParams[0].type",
         QUERY("{type: Any, name: a, value: b}")},
        {__LINE__, BROKEN_, IN_MATCH "queryParams[0].name", QUERY("{name: 'a[]', value: b}")},
        {__LINE__, BROKEN_, IN_MATCH "queryParams[0].value", QUERY("{name: a, value: ''}")},
        {__LINE__, BROKEN_, IN_MATCH "queryParams[0]", QUERY("{name: a}")},
        {__LINE__, BROKEN_, IN_MATCH "queryParams[0].value",
         QUERY("{type: RegularExpression, name: a, value: '['}")},
        {__LINE__, REFUSED_, IN_MATCH "queryParams[1].name",
         QUERY("{name: a, value: b}, {name: a, value: c}")},
    };
    /* clang-format on */
    CHECK("HTTPRoute", rows);
}

Test(gateway_validate_http, methods)
{
    /* clang-format off */
    static const struct validation_row rows[] = {
        {__LINE__, ACCEPTED, "", MATCH("method: PATCH")},
        {__LINE__, BROKEN_, IN_MATCH "method", MATCH("method: NOTREAL")},
        {__LINE__, BROKEN_, IN_MATCH "method", MATCH("method: get")},
        {__LINE__, BROKEN_, IN_MATCH "method", MATCH("method: {}")},
    };
    /* clang-format on */
    CHECK("HTTPRoute", rows);
}

/* ---- filters ---- */

#define FILTERS(list) RULE("filters: [" list "]")
#define FILTER(more) FILTERS("{" more "}")
#define IN_FILTER IN_RULE "filters[0]."
#define IN_BACKEND(list) RULE("backendRefs: [{name: b, port: 1, filters: [" list "]}]")
#define SET_A "{set: [{name: a, value: b}]}"
#define MIRROR "{backendRef: {name: b, port: 1}}"
#define REQUEST_HEADERS "{type: RequestHeaderModifier, requestHeaderModifier: " SET_A "}"
#define RESPONSE_HEADERS "{type: ResponseHeaderModifier, responseHeaderModifier: " SET_A "}"
#define MIRRORED "{type: RequestMirror, requestMirror: " MIRROR "}"
#define EXTENSION "{type: ExtensionRef, extensionRef: {group: a.b, kind: K, name: e}}"
#define REDIRECTED "{type: RequestRedirect, requestRedirect: {hostname: a}}"
#define REWRITTEN "{type: URLRewrite, urlRewrite: {hostname: a}}"
#define CORS_ALL "{type: CORS, cors: {allowOrigins: ['*']}}"

Test(gateway_validate_http, filters_of_both_kinds)
{
    /* clang-format off */
    static const struct validation_row rows[] = {
        {__LINE__, ACCEPTED, "", FILTERS(REQUEST_HEADERS ", " RESPONSE_HEADERS)},
        {__LINE__, ACCEPTED, "", FILTERS(MIRRORED ", " MIRRORED ", " EXTENSION ", " EXTENSION)},
        {__LINE__, ACCEPTED, "", IN_BACKEND(REQUEST_HEADERS ", " RESPONSE_HEADERS ", " MIRRORED)},
        {__LINE__, BROKEN_, IN_RULE "filters[0]", FILTER("requestHeaderModifier: " SET_A)},
        {__LINE__, BROKEN_, IN_RULE "filters[0]", FILTERS("null")},
        {__LINE__, BROKEN_, IN_FILTER "type", FILTER("type: Other")},
        {__LINE__, BROKEN_, IN_RULE "filters[0]", FILTER("type: RequestHeaderModifier")},
        {__LINE__, BROKEN_, IN_RULE "filters[0]", FILTER("type: ResponseHeaderModifier")},
        {__LINE__, BROKEN_, IN_RULE "filters[0]", FILTER("type: RequestMirror")},
        {__LINE__, BROKEN_, IN_RULE "filters[0]", FILTER("type: ExtensionRef")},
        {__LINE__, BROKEN_, IN_FILTER "requestMirror",
         FILTER("type: RequestHeaderModifier, requestHeaderModifier: " SET_A ", requestMirror: " MIRROR)},
        {__LINE__, BROKEN_, IN_FILTER "requestHeaderModifier",
         FILTER("type: RequestMirror, requestMirror: " MIRROR ", requestHeaderModifier: {}")},
        {__LINE__, BROKEN_, IN_FILTER "responseHeaderModifier",
         FILTER("type: RequestMirror, requestMirror: " MIRROR ", responseHeaderModifier: {}")},
        {__LINE__, BROKEN_, IN_FILTER "extensionRef",
         FILTER("type: RequestMirror, requestMirror: " MIRROR ", extensionRef: {group: a, kind: b, name: c}")},
        {__LINE__, BROKEN_, IN_RULE "filters[1].type",
         FILTERS(REQUEST_HEADERS ", " REQUEST_HEADERS)},
        {__LINE__, BROKEN_, IN_RULE "filters[2].type",
         FILTERS(RESPONSE_HEADERS ", " MIRRORED ", " RESPONSE_HEADERS)},
        {__LINE__, BROKEN_, IN_RULE "backendRefs[0].filters[1].type",
         IN_BACKEND(REQUEST_HEADERS ", " REQUEST_HEADERS)},
        {__LINE__, BROKEN_, IN_FILTER "extensionRef",
         FILTER("type: ExtensionRef, extensionRef: {kind: K, name: e}")},
        {__LINE__, REFUSED_, IN_FILTER "extensionRef.namespace",
         FILTER("type: ExtensionRef, extensionRef: {group: a, kind: K, name: e, namespace: m}")},
    };
    /* clang-format on */
    CHECK("HTTPRoute", rows);
    CHECK("GRPCRoute", rows);
}

#define MODIFY(more) FILTER("type: RequestHeaderModifier, requestHeaderModifier: {" more "}")
#define IN_MODIFIER IN_FILTER "requestHeaderModifier."

Test(gateway_validate_http, header_modifiers)
{
    /* clang-format off */
    static const struct validation_row rows[] = {
        {__LINE__, ACCEPTED, "", MODIFY("")},
        {__LINE__, ACCEPTED, "",
         MODIFY("set: [{name: a, value: b}], add: [{name: c, value: 'd,e f'}], remove: [g]")},
        {__LINE__, BROKEN_, IN_MODIFIER "set[0].name", MODIFY("set: [{name: 'a:b', value: b}]")},
        {__LINE__, BROKEN_, IN_MODIFIER "set[0]", MODIFY("set: [{name: a}]")},
        {__LINE__, BROKEN_, IN_MODIFIER "add[0]", MODIFY("add: [{value: a}]")},
        {__LINE__, BROKEN_, IN_MODIFIER "add[0].value", MODIFY("add: [{name: a, value: ''}]")},
        {__LINE__, BROKEN_, IN_MODIFIER "set[0].value",
         MODIFY("set: [{name: a, value: \"b\\r\\nc\"}]")},
        {__LINE__, REFUSED_, IN_MODIFIER "set[0].value", MODIFY("set: [{name: a, value: 'b  c'}]")},
        {__LINE__, REFUSED_, IN_MODIFIER "set[1].name",
         MODIFY("set: [{name: a, value: b}, {name: a, value: c}]")},
        {__LINE__, REFUSED_, IN_MODIFIER "add[1].name",
         MODIFY("add: [{name: a, value: b}, {name: a, value: c}]")},
        {__LINE__, REFUSED_, IN_MODIFIER "remove[1]", MODIFY("remove: [foo, foo]")},
        {__LINE__, WARNED, IN_MODIFIER "set[1].name",
         MODIFY("set: [{name: a, value: b}, {name: A, value: c}]")},
        {__LINE__, WARNED, IN_MODIFIER "add[0].name",
         MODIFY("set: [{name: a, value: b}], add: [{name: a, value: c}]")},
        {__LINE__, WARNED, IN_MODIFIER "remove[0]",
         MODIFY("add: [{name: a, value: b}], remove: [A]")},
        {__LINE__, BROKEN_, IN_MODIFIER "remove", MODIFY("remove: a")},
        {__LINE__, BROKEN_, IN_MODIFIER "set", MODIFY("set: {a: b}")},
    };
    /* clang-format on */
    CHECK("HTTPRoute", rows);
    CHECK("GRPCRoute", rows);
}

#define MIRROR_TO(more) FILTER("type: RequestMirror, requestMirror: {" more "}")
#define MIRROR_B(more) MIRROR_TO("backendRef: {name: b, port: 1}, " more)
#define IN_MIRROR IN_FILTER "requestMirror."

Test(gateway_validate_http, mirrors)
{
    /* clang-format off */
    static const struct validation_row rows[] = {
        {__LINE__, ACCEPTED, "", MIRROR_B("percent: 0")},
        {__LINE__, ACCEPTED, "", MIRROR_B("percent: 100")},
        {__LINE__, ACCEPTED, "", MIRROR_B("fraction: {numerator: 0}")},
        {__LINE__, ACCEPTED, "", MIRROR_B("fraction: {numerator: 100}")},
        {__LINE__, ACCEPTED, "", MIRROR_B("fraction: {numerator: 1, denominator: 1}")},
        {__LINE__, ACCEPTED, "", MIRROR_TO("backendRef: {kind: Other, group: a.b, name: b}")},
        {__LINE__, BROKEN_, IN_FILTER "requestMirror", MIRROR_TO("percent: 1")},
        {__LINE__, REFUSED_, IN_MIRROR "backendRef", MIRROR_TO("backendRef: {name: b}")},
        {__LINE__, REFUSED_, IN_MIRROR "backendRef.weight",
         MIRROR_TO("backendRef: {name: b, port: 1, weight: 1}")},
        {__LINE__, BROKEN_, IN_MIRROR "percent", MIRROR_B("percent: -1")},
        {__LINE__, BROKEN_, IN_MIRROR "percent", MIRROR_B("percent: 101")},
        {__LINE__, BROKEN_, IN_MIRROR "percent", MIRROR_B("percent: 42, fraction: {numerator: 1}")},
        {__LINE__, BROKEN_, IN_MIRROR "fraction", MIRROR_B("fraction: {}")},
        {__LINE__, BROKEN_, IN_MIRROR "fraction.numerator", MIRROR_B("fraction: {numerator: -1}")},
        {__LINE__, BROKEN_, IN_MIRROR "fraction.numerator", MIRROR_B("fraction: {numerator: 101}")},
        {__LINE__, BROKEN_, IN_MIRROR "fraction.numerator",
         MIRROR_B("fraction: {numerator: 1001, denominator: 1000}")},
        {__LINE__, BROKEN_, IN_MIRROR "fraction.denominator",
         MIRROR_B("fraction: {numerator: 0, denominator: 0}")},
    };
    /* clang-format on */
    CHECK("HTTPRoute", rows);
    CHECK("GRPCRoute", rows);
}

Test(gateway_validate_http, filters_of_http)
{
    /* clang-format off */
    static const struct validation_row rows[] = {
        {__LINE__, ACCEPTED, "", FILTERS(REWRITTEN ", " CORS_ALL)},
        {__LINE__, ACCEPTED, "", FILTERS(REDIRECTED ", " CORS_ALL)},
        {__LINE__, ACCEPTED, "", IN_BACKEND(REDIRECTED)},
        {__LINE__, ACCEPTED, "", IN_BACKEND(REWRITTEN)},
        {__LINE__, BROKEN_, IN_RULE "filters[0]", FILTER("type: RequestRedirect")},
        {__LINE__, BROKEN_, IN_RULE "filters[0]", FILTER("type: URLRewrite")},
        {__LINE__, BROKEN_, IN_RULE "filters[0]", FILTER("type: CORS")},
        {__LINE__, BROKEN_, IN_RULE "filters[0]", FILTER("type: ExternalAuth")},
        {__LINE__, BROKEN_, IN_FILTER "cors", FILTER("type: URLRewrite, urlRewrite: {}, cors: {}")},
        {__LINE__, BROKEN_, IN_FILTER "urlRewrite", FILTER("type: CORS, cors: {}, urlRewrite: {}")},
        {__LINE__, BROKEN_, IN_RULE "filters[1].type", FILTERS(REDIRECTED ", " REDIRECTED)},
        {__LINE__, BROKEN_, IN_RULE "filters[1].type", FILTERS(REWRITTEN ", " REWRITTEN)},
        {__LINE__, BROKEN_, IN_RULE "filters[1].type", FILTERS(CORS_ALL ", " CORS_ALL)},
        {__LINE__, BROKEN_, IN_RULE "filters[1].type", FILTERS(REDIRECTED ", " REWRITTEN)},
        {__LINE__, BROKEN_, IN_RULE "backendRefs[0].filters[1].type",
         IN_BACKEND(REWRITTEN ", " REDIRECTED)},
        {__LINE__, REFUSED_, IN_RULE "filters[0]", RULE("filters: [" REDIRECTED "], " REFS)},
        {__LINE__, ACCEPTED, "", RULE("filters: [" REDIRECTED "], backendRefs: []")},
    };
    /* clang-format on */
    CHECK("HTTPRoute", rows);
}

#define REDIRECT(more) FILTER("type: RequestRedirect, requestRedirect: {" more "}")
#define IN_REDIRECT IN_FILTER "requestRedirect."
#define REWRITE(more) FILTER("type: URLRewrite, urlRewrite: {" more "}")
#define IN_REWRITE IN_FILTER "urlRewrite."

Test(gateway_validate_http, redirects_and_rewrites)
{
    /* clang-format off */
    static const struct validation_row rows[] = {
        {__LINE__, ACCEPTED, "", REDIRECT("")},
        {__LINE__, ACCEPTED, "",
         REDIRECT("scheme: https, hostname: a.b, port: 65535, statusCode: 308")},
        {__LINE__, BROKEN_, IN_REDIRECT "scheme", REDIRECT("scheme: ftp")},
        {__LINE__, BROKEN_, IN_REDIRECT "hostname", REDIRECT("hostname: '*.a'")},
        {__LINE__, BROKEN_, IN_REDIRECT "hostname", REDIRECT("hostname: ''")},
        {__LINE__, BROKEN_, IN_REDIRECT "port", REDIRECT("port: 0")},
        {__LINE__, BROKEN_, IN_REDIRECT "port", REDIRECT("port: 65536")},
        {__LINE__, ACCEPTED, "", REDIRECT("statusCode: 301")},
        {__LINE__, ACCEPTED, "", REDIRECT("statusCode: 303")},
        {__LINE__, ACCEPTED, "", REDIRECT("statusCode: 307")},
        {__LINE__, BROKEN_, IN_REDIRECT "statusCode", REDIRECT("statusCode: 300")},
        {__LINE__, BROKEN_, IN_REDIRECT "statusCode", REDIRECT("statusCode: 304")},
        {__LINE__, BROKEN_, IN_REDIRECT "statusCode", REDIRECT("statusCode: 200")},
        {__LINE__, ACCEPTED, "", REDIRECT("path: {type: ReplaceFullPath, replaceFullPath: ''}")},
        {__LINE__, ACCEPTED, "",
         REWRITE("hostname: a.b, path: {type: ReplaceFullPath, replaceFullPath: /x}")},
        {__LINE__, BROKEN_, IN_REWRITE "hostname", REWRITE("hostname: '*.b'")},
        {__LINE__, BROKEN_, IN_REWRITE "path", REWRITE("path: {}")},
        {__LINE__, BROKEN_, IN_REWRITE "path.type", REWRITE("path: {type: Replace}")},
        {__LINE__, BROKEN_, IN_REWRITE "path", REWRITE("path: {type: ReplaceFullPath}")},
        {__LINE__, BROKEN_, IN_REWRITE "path", REWRITE("path: {type: ReplacePrefixMatch}")},
        {__LINE__, REFUSED_, IN_REWRITE "path.replacePrefixMatch",
         REWRITE("path: {type: ReplaceFullPath, replaceFullPath: /, replacePrefixMatch: /}")},
        {__LINE__, REFUSED_, IN_REDIRECT "path.replaceFullPath",
         REDIRECT("path: {type: ReplacePrefixMatch, replaceFullPath: /, replacePrefixMatch: /}")},
    };
    /* clang-format on */
    CHECK("HTTPRoute", rows);
}

#define REPLACE "path: {type: ReplacePrefixMatch, replacePrefixMatch: /x}"
#define REPLACING(filter, field, matches)                                                          \
    RULE("matches: [" matches "], filters: [{type: " filter ", " field ": {" REPLACE "}}]")
#define REPLACING_BACKEND(filter, field, matches)                                                  \
    RULE("matches: [" matches "], backendRefs: [{name: b, port: 1, filters: [{type: " filter       \
         ", " field ": {" REPLACE "}}]}]")
#define AT_RULE(field) IN_FILTER field ".path"
#define AT_BACKEND(field) IN_RULE "backendRefs[0].filters[0]." field ".path"

Test(gateway_validate_http, replacing_a_prefix_needs_one)
{
    /* clang-format off */
    static const struct validation_row rows[] = {
        {__LINE__, ACCEPTED, "", FILTER("type: URLRewrite, urlRewrite: {" REPLACE "}")},
        { __LINE__, ACCEPTED, "", REPLACING("URLRewrite", "urlRewrite", "{}")},
        { __LINE__, ACCEPTED, "", REPLACING("URLRewrite", "urlRewrite", "{path: {value: /a}}")},
        { __LINE__, REFUSED_, AT_RULE("urlRewrite"), REPLACING("URLRewrite", "urlRewrite", "")},
        { __LINE__, REFUSED_, AT_RULE("urlRewrite"),
         REPLACING("URLRewrite", "urlRewrite", "{path: {value: /a}}, {path: {value: /b}}")},
        { __LINE__, BROKEN_, AT_RULE("urlRewrite"),
         REPLACING("URLRewrite", "urlRewrite", "{path: {type: Exact, value: /a}}")},
        { __LINE__, BROKEN_, AT_RULE("requestRedirect"),
         REPLACING("RequestRedirect", "requestRedirect",
         "{path: {type: RegularExpression, value: /a}}")},
        { __LINE__, BROKEN_, AT_RULE("requestRedirect"),
         REPLACING("RequestRedirect", "requestRedirect",
         "{path: {value: /a}}, {path: {type: Exact, value: /a}}")},
        { __LINE__, BROKEN_, AT_BACKEND("urlRewrite"),
         REPLACING_BACKEND("URLRewrite", "urlRewrite", "{path: {type: Exact, value: /a}}")},
        { __LINE__, REFUSED_, AT_BACKEND("requestRedirect"),
         REPLACING_BACKEND("RequestRedirect", "requestRedirect", "{}, {}")},
        { __LINE__, ACCEPTED, "",
         REPLACING_BACKEND("URLRewrite", "urlRewrite", "{path: {value: /a}}")},
    };
    /* clang-format on */
    CHECK("HTTPRoute", rows);
}

#define CORS(more) FILTER("type: CORS, cors: {" more "}")
#define IN_CORS IN_FILTER "cors."

Test(gateway_validate_http, cors)
{
    /* clang-format off */
    static const struct validation_row rows[] = {
        {__LINE__, ACCEPTED, "", CORS("")},
        {__LINE__, ACCEPTED, "",
         CORS("allowOrigins: ['http://a', 'https://*.b:8443'], allowCredentials: true, "
              "allowMethods: [GET, PUT], allowHeaders: [a, b], exposeHeaders: ['*', c], maxAge: 1")},
        {__LINE__, ACCEPTED, "",
         CORS("allowOrigins: ['*'], allowMethods: ['*'], allowHeaders: ['*']")},
        {__LINE__, REFUSED_, IN_CORS "allowOrigins[1]", CORS("allowOrigins: ['http://a', '*']")},
        {__LINE__, REFUSED_, IN_CORS "allowMethods[0]", CORS("allowMethods: ['*', GET]")},
        {__LINE__, REFUSED_, IN_CORS "allowHeaders[1]", CORS("allowHeaders: [a, '*']")},
        {__LINE__, REFUSED_, IN_CORS "allowOrigins[1]",
         CORS("allowOrigins: ['http://a', 'http://a']")},
        {__LINE__, REFUSED_, IN_CORS "allowMethods[1]", CORS("allowMethods: [GET, GET]")},
        {__LINE__, REFUSED_, IN_CORS "exposeHeaders[1]", CORS("exposeHeaders: [a, a]")},
        {__LINE__, BROKEN_, IN_CORS "allowOrigins[0]", CORS("allowOrigins: [a.b]")},
        {__LINE__, BROKEN_, IN_CORS "allowOrigins[0]", CORS("allowOrigins: ['http://a/b']")},
        {__LINE__, BROKEN_, IN_CORS "allowMethods[0]", CORS("allowMethods: [get]")},
        {__LINE__, BROKEN_, IN_CORS "allowHeaders[0]", CORS("allowHeaders: ['a b']")},
        {__LINE__, BROKEN_, IN_CORS "exposeHeaders[0]", CORS("exposeHeaders: ['']")},
        {__LINE__, BROKEN_, IN_CORS "maxAge", CORS("maxAge: 0")},
        {__LINE__, BROKEN_, IN_CORS "maxAge", CORS("maxAge: -1")},
        {__LINE__, BROKEN_, IN_CORS "maxAge", CORS("maxAge: 5s")},
        {__LINE__, BROKEN_, IN_CORS "allowCredentials", CORS("allowCredentials: 'true'")},
    };
    /* clang-format on */
    CHECK("HTTPRoute", rows);
}

#define AUTH(more) FILTER("type: ExternalAuth, externalAuth: {" more "}")
#define AUTH_B(more) AUTH("backendRef: {name: b, port: 1}, " more)
#define IN_AUTH IN_FILTER "externalAuth"

Test(gateway_validate_http, external_auth)
{
    /* clang-format off */
    static const struct validation_row rows[] = {
        {__LINE__, ACCEPTED, "", AUTH_B("protocol: GRPC, grpc: {allowedHeaders: [a]}")},
        {__LINE__, ACCEPTED, "",
         AUTH_B("protocol: HTTP, http: {path: /a, allowedHeaders: [a], allowedResponseHeaders: [b]}, "
                "forwardBody: {maxSize: 0}")},
        {__LINE__, BROKEN_, IN_AUTH, AUTH("")},
        {__LINE__, BROKEN_, IN_AUTH, AUTH("protocol: GRPC, grpc: {}")},
        {__LINE__, BROKEN_, IN_AUTH, AUTH_B("grpc: {}")},
        {__LINE__, BROKEN_, IN_AUTH ".protocol", AUTH_B("protocol: TCP")},
        {__LINE__, REFUSED_, IN_AUTH, AUTH_B("protocol: GRPC")},
        {__LINE__, REFUSED_, IN_AUTH, AUTH_B("protocol: HTTP")},
        {__LINE__, REFUSED_, IN_AUTH ".http", AUTH_B("protocol: GRPC, grpc: {}, http: {}")},
        {__LINE__, REFUSED_, IN_AUTH ".grpc", AUTH_B("protocol: HTTP, grpc: {}, http: {}")},
        {__LINE__, REFUSED_, IN_AUTH ".backendRef",
         AUTH("protocol: GRPC, grpc: {}, backendRef: {name: b}")},
        {__LINE__, BROKEN_, IN_AUTH ".forwardBody.maxSize",
         AUTH_B("protocol: GRPC, grpc: {}, forwardBody: {maxSize: -1}")},
        {__LINE__, BROKEN_, IN_AUTH ".http.path", AUTH_B("protocol: HTTP, http: {path: 'a b'}")},
        {__LINE__, REFUSED_, IN_AUTH ".grpc.allowedHeaders[1]",
         AUTH_B("protocol: GRPC, grpc: {allowedHeaders: [a, a]}")},
    };
    /* clang-format on */
    CHECK("HTTPRoute", rows);
}

/* ---- policies ---- */

#define TIMEOUTS(more) RULE("timeouts: {" more "}")
#define RETRY(more) RULE("retry: {" more "}")

Test(gateway_validate_http, timeouts_and_retries)
{
    /* clang-format off */
    static const struct validation_row rows[] = {
        {__LINE__, ACCEPTED, "", TIMEOUTS("request: 10s, backendRequest: 10s")},
        {__LINE__, ACCEPTED, "", TIMEOUTS("request: 0s, backendRequest: 1ms")},
        {__LINE__, ACCEPTED, "", TIMEOUTS("backendRequest: 1h")},
        {__LINE__, REFUSED_, IN_RULE "timeouts.backendRequest",
         TIMEOUTS("request: 200ms, backendRequest: 1s")},
        {__LINE__, REFUSED_, IN_RULE "timeouts.backendRequest",
         TIMEOUTS("request: 1s, backendRequest: 1001ms")},
        {__LINE__, BROKEN_, IN_RULE "timeouts.request", TIMEOUTS("request: 100us")},
        {__LINE__, BROKEN_, IN_RULE "timeouts.request", TIMEOUTS("request: 1d")},
        {__LINE__, BROKEN_, IN_RULE "timeouts.request", TIMEOUTS("request: 0.5s")},
        {__LINE__, BROKEN_, IN_RULE "timeouts.request", TIMEOUTS("request: 0")},
        {__LINE__, BROKEN_, IN_RULE "timeouts.request", TIMEOUTS("request: '0'")},
        {__LINE__, BROKEN_, IN_RULE "timeouts.request", TIMEOUTS("request: ''")},
        {__LINE__, BROKEN_, IN_RULE "timeouts.backendRequest", TIMEOUTS("backendRequest: -1s")},
        {__LINE__, ACCEPTED, "", RETRY("")},
        {__LINE__, ACCEPTED, "", RETRY("attempts: 1, codes: [400, 599], backoff: 10ms")},
        {__LINE__, REFUSED_, IN_RULE "retry.attempts", RETRY("attempts: 0")},
        {__LINE__, BROKEN_, IN_RULE "retry.attempts", RETRY("attempts: -1")},
        {__LINE__, BROKEN_, IN_RULE "retry.codes[0]", RETRY("codes: [399]")},
        {__LINE__, BROKEN_, IN_RULE "retry.codes[1]", RETRY("codes: [500, 600]")},
        {__LINE__, BROKEN_, IN_RULE "retry.codes[0]", RETRY("codes: [0]")},
        {__LINE__, BROKEN_, IN_RULE "retry.codes[0]", RETRY("codes: [-500]")},
        {__LINE__, BROKEN_, IN_RULE "retry.codes[0]", RETRY("codes: ['500']")},
        {__LINE__, REFUSED_, IN_RULE "retry.codes[2]", RETRY("codes: [500, 503, 500]")},
        {__LINE__, BROKEN_, IN_RULE "retry.backoff", RETRY("backoff: 1us")},
    };
    /* clang-format on */
    CHECK("HTTPRoute", rows);
}

#define SESSION(more) RULE("sessionPersistence: {" more "}")
#define IN_SESSION IN_RULE "sessionPersistence"

Test(gateway_validate_http, sessions)
{
    /* clang-format off */
    static const struct validation_row rows[] = {
        {__LINE__, ACCEPTED, "", SESSION("cookie: {}")},
        {__LINE__, ACCEPTED, "",
         SESSION("type: Cookie, cookie: {name: c, path: /a, lifetimeType: Session}")},
        {__LINE__, ACCEPTED, "", SESSION("cookie: {lifetimeType: Permanent}, absoluteTimeout: 1h")},
        {__LINE__, ACCEPTED, "", SESSION("type: Header, header: {name: x-session}")},
        {__LINE__, REFUSED_, IN_SESSION ".cookie.lifetimeType",
         SESSION("cookie: {lifetimeType: Permanent}")},
        {__LINE__, BROKEN_, IN_SESSION ".type", SESSION("type: Query")},
        {__LINE__, BROKEN_, IN_SESSION ".cookie.lifetimeType",
         SESSION("cookie: {lifetimeType: Forever}")},
        {__LINE__, BROKEN_, IN_SESSION ".cookie.name", SESSION("cookie: {name: 'a b'}")},
        {__LINE__, BROKEN_, IN_SESSION ".absoluteTimeout",
         SESSION("cookie: {}, absoluteTimeout: 1d")},
        {__LINE__, REFUSED_, IN_SESSION, SESSION("")},
        {__LINE__, REFUSED_, IN_SESSION, SESSION("type: Cookie")},
        {__LINE__, BROKEN_, IN_SESSION, SESSION("type: Header")},
        {__LINE__, BROKEN_, IN_SESSION ".header", SESSION("type: Header, header: {}")},
        {__LINE__, BROKEN_, IN_SESSION ".header.name", SESSION("type: Header, header: {name: ''}")},
        {__LINE__, REFUSED_, IN_SESSION ".cookie",
         SESSION("type: Header, header: {name: a}, cookie: {}")},
        {__LINE__, REFUSED_, IN_SESSION ".header", SESSION("cookie: {}, header: {name: a}")},
 /* as releases up to 1.5 have it */
        {__LINE__, WARNED, IN_SESSION ".sessionName", SESSION("sessionName: s")},
        {__LINE__, WARNED, IN_SESSION ".sessionName", SESSION("type: Header, sessionName: s")},
        {__LINE__, WARNED, IN_SESSION ".cookieConfig",
         SESSION("cookieConfig: {lifetimeType: Session}")},
        {__LINE__, REFUSED_, IN_SESSION ".cookieConfig.lifetimeType",
         SESSION("cookieConfig: {lifetimeType: Permanent}")},
        {__LINE__, REFUSED_, IN_SESSION ".cookieConfig",
         SESSION("type: Header, sessionName: s, cookieConfig: {}")},
        {__LINE__, BROKEN_, IN_SESSION ".cookieConfig", SESSION("cookie: {}, cookieConfig: {}")},
        {__LINE__, WARNED, IN_SESSION ".idleTimeout", SESSION("cookie: {}, idleTimeout: 1h")},
    };
    /* clang-format on */
    CHECK("HTTPRoute", rows);
    CHECK("GRPCRoute", rows);
}

/* ---- gRPC ---- */

#define METHOD(more) MATCH("method: {" more "}")

Test(gateway_validate_http, grpc)
{
    /* clang-format off */
    static const struct validation_row rows[] = {
        {__LINE__, ACCEPTED, "", "{}"},
        {__LINE__, ACCEPTED, "", "{rules: []}"},
        {__LINE__, ACCEPTED, "", METHOD("service: foo.Test.Example, method: Login")},
        {__LINE__, ACCEPTED, "", METHOD("type: Exact, service: .foo.Test.Example")},
        {__LINE__, ACCEPTED, "", METHOD("method: Login")},
        {__LINE__, ACCEPTED, "", METHOD("type: RegularExpression, service: '.*', method: '.*'")},
        {__LINE__, REFUSED_, IN_MATCH "method", METHOD("")},
        {__LINE__, REFUSED_, IN_MATCH "method", METHOD("type: RegularExpression")},
        {__LINE__, REFUSED_, IN_MATCH "method.service", METHOD("service: ''")},
        {__LINE__, BROKEN_, IN_MATCH "method.type", METHOD("type: Prefix, service: a")},
        {__LINE__, BROKEN_, IN_MATCH "method.service", METHOD("service: '.*'")},
        {__LINE__, BROKEN_, IN_MATCH "method.method", METHOD("type: Exact, method: '.*'")},
        {__LINE__, BROKEN_, IN_MATCH "method.method", METHOD("method: a/b")},
        {__LINE__, BROKEN_, IN_MATCH "method.service",
         METHOD("type: RegularExpression, service: 'a('")},
        {__LINE__, BROKEN_, IN_MATCH "method", MATCH("method: GET")},
        {__LINE__, ACCEPTED, "", HEADERS("{name: a, value: 'any  text'}")},
        {__LINE__, BROKEN_, IN_MATCH "headers[0].name", HEADERS("{name: a/, value: b}")},
        {__LINE__, REFUSED_, IN_MATCH "headers[1].name",
         HEADERS("{name: a, value: b}, {name: a, value: c}")},
        {__LINE__, REFUSED_, IN_MATCH "path", MATCH("path: {value: /}")},
        {__LINE__, REFUSED_, IN_RULE "timeouts", TIMEOUTS("request: 1s")},
        {__LINE__, REFUSED_, IN_RULE "retry", RETRY("")},
        {__LINE__, BROKEN_, IN_FILTER "type", FILTERS(REDIRECTED)},
        {__LINE__, BROKEN_, IN_FILTER "type", FILTERS(REWRITTEN)},
        {__LINE__, BROKEN_, IN_FILTER "type", FILTERS(CORS_ALL)},
    };
    /* clang-format on */
    CHECK("GRPCRoute", rows);
}
