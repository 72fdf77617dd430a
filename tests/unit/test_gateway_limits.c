/* gateway_api: how many entries and characters a field may have. Each limit is reached, then
 * passed.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "support/gateway_fixture.h"
#include "support/rows.h"

/* A spec that holds a list of `most` items, or text of `most` characters, between two parts. In an
 * item, # is its number, in five digits. */
struct limit {
    int line;
    const char *kind;
    const char *before, *item, *after;
    size_t most;
    const char *path;
};

#define GATEWAY_WITH "gatewayClassName: c, listeners: [{name: l, port: 80, protocol: HTTP, "
#define GATEWAY_END "}]}"
#define RULE "{rules: [{"
#define RULE_END "}]}"
#define IN_RULE "spec.rules[0]."
#define MODIFIER "{type: RequestHeaderModifier, requestHeaderModifier: {"
#define FILTER_END "}}]}]}"

static const struct limit limits[] = {
    {__LINE__, "Gateway",        "{gatewayClassName: c, listeners: [",
     "{name: l#, port: 1, protocol: HTTP, hostname: h#}, ",                                                                                "]}",            64,   "spec.listeners"                                       },
    {__LINE__, "ListenerSet",    "{parentRef: {name: g}, listeners: [",
     "{name: l#, port: 1, protocol: HTTP, hostname: h#}, ",                                                                                "]}",            64,   "spec.listeners"                                       },
    {__LINE__, "Gateway",        "{" GATEWAY_WITH "allowedRoutes: {kinds: [",                             "{kind: K#}, ",
     "]}" GATEWAY_END,                                                                                                                                      8,    "spec.listeners[0].allowedRoutes.kinds"                },
    {__LINE__, "Gateway",
     "{gatewayClassName: c, listeners: [{name: l, port: 1, protocol: HTTPS, "
     "tls: {certificateRefs: [",                                                                          "{name: s#}, ",                  "]}}]}",         64,   "spec.listeners[0].tls.certificateRefs"                },
    {__LINE__, "Gateway",
     "{gatewayClassName: c, listeners: [{name: l, port: 1, protocol: HTTPS, tls: {options: {",            "k#: v, ",                       "}}}]}",         16,   "spec.listeners[0].tls.options"                        },
    {__LINE__, "Gateway",        "{" GATEWAY_WITH "}], addresses: [",                                     "{type: Hostname, value: h#}, ",
     "]}",                                                                                                                                                  16,   "spec.addresses"                                       },
    {__LINE__, "Gateway",        "{" GATEWAY_WITH "}], infrastructure: {labels: {",                       "k#: v, ",                       "}}}",           8,
     "spec.infrastructure.labels"                                                                                                                                                                                        },
    {__LINE__, "Gateway",        "{" GATEWAY_WITH "}], infrastructure: {annotations: {",                  "k#: v, ",                       "}}}",
     16,                                                                                                                                                          "spec.infrastructure.annotations"                      },
    {__LINE__, "Gateway",        "{" GATEWAY_WITH "hostname: ",                                           "a",                             GATEWAY_END,     253,
     "spec.listeners[0].hostname"                                                                                                                                                                                        },
    {__LINE__, "Gateway",        "{gatewayClassName: c, listeners: [{port: 80, protocol: HTTP, name: ",
     "a",                                                                                                                                  "}]}",           253,  "spec.listeners[0].name"                               },
    {__LINE__, "Gateway",        "{gatewayClassName: c, listeners: [{name: l, port: 80, protocol: ",      "a",
     "}]}",                                                                                                                                                 255,  "spec.listeners[0].protocol"                           },
    {__LINE__, "Gateway",        "{listeners: [{name: l, port: 80, protocol: HTTP}], gatewayClassName: ",
     "a",                                                                                                                                  "}",             253,  "spec.gatewayClassName"                                },
    {__LINE__, "ReferenceGrant", "{to: [{group: '', kind: Service}], from: [",
     "{group: '', kind: K, namespace: o#}, ",                                                                                              "]}",            16,   "spec.from"                                            },
    {__LINE__, "ReferenceGrant", "{from: [{group: '', kind: K, namespace: o}], to: [",
     "{group: '', kind: K, name: o#}, ",                                                                                                   "]}",            16,   "spec.to"                                              },
    {__LINE__, "ReferenceGrant",
     "{to: [{group: '', kind: K}], from: [{group: '', kind: K, "
     "namespace: ",                                                                                       "a",                             "}]}",           63,   "spec.from[0].namespace"                               },
    {__LINE__, "ReferenceGrant",
     "{from: [{group: '', kind: K, namespace: o}], to: [{group: '', "
     "kind: ",                                                                                            "a",                             "}]}",           63,   "spec.to[0].kind"                                      },
    {__LINE__, "ReferenceGrant",
     "{from: [{group: '', kind: K, namespace: o}], to: [{kind: K, "
     "group: ",                                                                                           "a",                             "}]}",           253,  "spec.to[0].group"                                     },
    {__LINE__, "HTTPRoute",      "{parentRefs: [",                                                        "{name: g#}, ",                  "]}",            32,   "spec.parentRefs"                                      },
    {__LINE__, "GRPCRoute",      "{parentRefs: [",                                                        "{name: g#}, ",                  "]}",            32,   "spec.parentRefs"                                      },
    {__LINE__, "TCPRoute",       "{rules: [{backendRefs: [{name: b, port: 1}]}], parentRefs: [",
     "{name: g#}, ",                                                                                                                       "]}",            32,   "spec.parentRefs"                                      },
    {__LINE__, "HTTPRoute",      "{hostnames: [",                                                         "h#, ",                          "]}",            16,   "spec.hostnames"                                       },
    {__LINE__, "GRPCRoute",      "{hostnames: [",                                                         "h#, ",                          "]}",            16,   "spec.hostnames"                                       },
    {__LINE__, "TLSRoute",       "{rules: [{backendRefs: [{name: b, port: 1}]}], hostnames: [",           "h#, ",
     "]}",                                                                                                                                                  1024, "spec.hostnames"                                       },
    {__LINE__, "HTTPRoute",      "{rules: [",                                                             "{}, ",                          "]}",            16,   "spec.rules"                                           },
    {__LINE__, "GRPCRoute",      "{rules: [",                                                             "{}, ",                          "]}",            16,   "spec.rules"                                           },
    {__LINE__, "HTTPRoute",      RULE "matches: [",                                                       "{path: {value: /#}}, ",         "]" RULE_END,    64,
     IN_RULE "matches"                                                                                                                                                                                                   },
    {__LINE__, "GRPCRoute",      RULE "matches: [",                                                       "{method: {method: m#}}, ",      "]" RULE_END,    64,
     IN_RULE "matches"                                                                                                                                                                                                   },
    {__LINE__, "HTTPRoute",
     "{rules: [{}, {matches: [{}, {}, {}, {}]}, {matches: [{}, {}]}, "
     "{matches: [{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, "
     "{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, "
     "{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, "
     "{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}]}, {matches: [",                                         "{}, ",                          "]}]}",          61,   "spec.rules"                                           },
    {__LINE__, "HTTPRoute",      RULE "filters: [",
     "{type: ExtensionRef, extensionRef: {group: a, kind: K, name: e#}}, ",                                                                "]" RULE_END,    16,
     IN_RULE "filters"                                                                                                                                                                                                   },
    {__LINE__, "GRPCRoute",      RULE "filters: [",
     "{type: ExtensionRef, extensionRef: {group: a, kind: K, name: e#}}, ",                                                                "]" RULE_END,    16,
     IN_RULE "filters"                                                                                                                                                                                                   },
    {__LINE__, "HTTPRoute",      RULE "backendRefs: [{name: b, port: 1, filters: [",
     "{type: ExtensionRef, extensionRef: {group: a, kind: K, name: e#}}, ",                                                                "]}]" RULE_END,  16,
     IN_RULE "backendRefs[0].filters"                                                                                                                                                                                    },
    {__LINE__, "HTTPRoute",      RULE "backendRefs: [",                                                   "{name: b#, port: 1}, ",         "]" RULE_END,    16,
     IN_RULE "backendRefs"                                                                                                                                                                                               },
    {__LINE__, "GRPCRoute",      RULE "backendRefs: [",                                                   "{name: b#, port: 1}, ",         "]" RULE_END,    16,
     IN_RULE "backendRefs"                                                                                                                                                                                               },
    {__LINE__, "TCPRoute",       RULE "backendRefs: [",                                                   "{name: b#, port: 1}, ",         "]" RULE_END,    16,
     IN_RULE "backendRefs"                                                                                                                                                                                               },
    {__LINE__, "UDPRoute",       RULE "backendRefs: [",                                                   "{name: b#, port: 1}, ",         "]" RULE_END,    16,
     IN_RULE "backendRefs"                                                                                                                                                                                               },
    {__LINE__, "HTTPRoute",      RULE "matches: [{headers: [",                                            "{name: h#, value: v}, ",        "]}]" RULE_END,
     16,                                                                                                                                                          IN_RULE "matches[0].headers"                           },
    {__LINE__, "GRPCRoute",      RULE "matches: [{headers: [",                                            "{name: h#, value: v}, ",        "]}]" RULE_END,
     16,                                                                                                                                                          IN_RULE "matches[0].headers"                           },
    {__LINE__, "HTTPRoute",      RULE "matches: [{queryParams: [",                                        "{name: h#, value: v}, ",
     "]}]" RULE_END,                                                                                                                                        16,   IN_RULE "matches[0].queryParams"                       },
    {__LINE__, "HTTPRoute",      RULE "filters: [" MODIFIER "set: [",                                     "{name: h#, value: v}, ",
     "]" FILTER_END,                                                                                                                                        16,   IN_RULE "filters[0].requestHeaderModifier.set"         },
    {__LINE__, "HTTPRoute",      RULE "filters: [" MODIFIER "add: [",                                     "{name: h#, value: v}, ",
     "]" FILTER_END,                                                                                                                                        16,   IN_RULE "filters[0].requestHeaderModifier.add"         },
    {__LINE__, "HTTPRoute",      RULE "filters: [" MODIFIER "remove: [",                                  "h#, ",                          "]" FILTER_END,  16,
     IN_RULE "filters[0].requestHeaderModifier.remove"                                                                                                                                                                   },
    {__LINE__, "HTTPRoute",      RULE "filters: [{type: CORS, cors: {allowOrigins: [",                    "http://h#, ",
     "]" FILTER_END,                                                                                                                                        64,   IN_RULE "filters[0].cors.allowOrigins"                 },
    {__LINE__, "HTTPRoute",      RULE "filters: [{type: CORS, cors: {allowHeaders: [",                    "h#, ",
     "]" FILTER_END,                                                                                                                                        64,   IN_RULE "filters[0].cors.allowHeaders"                 },
    {__LINE__, "HTTPRoute",      RULE "filters: [{type: CORS, cors: {exposeHeaders: [",                   "h#, ",
     "]" FILTER_END,                                                                                                                                        64,   IN_RULE "filters[0].cors.exposeHeaders"                },
    {__LINE__, "HTTPRoute",      RULE "matches: [{path: {value: /",                                       "a",                             "}}]" RULE_END,  1023,
     IN_RULE "matches[0].path.value"                                                                                                                                                                                     },
    {__LINE__, "HTTPRoute",      RULE "matches: [{headers: [{name: h, value: ",                           "a",                             "}]}]" RULE_END,
     4096,                                                                                                                                                        IN_RULE "matches[0].headers[0].value"                  },
    {__LINE__, "HTTPRoute",      RULE "matches: [{queryParams: [{name: h, value: ",                       "\xc3\xa4",
     "}]}]" RULE_END,                                                                                                                                       1024, IN_RULE "matches[0].queryParams[0].value"              },
    {__LINE__, "GRPCRoute",      RULE "matches: [{method: {service: ",                                    "a",                             "}}]" RULE_END,  1024,
     IN_RULE "matches[0].method.service"                                                                                                                                                                                 },
    {__LINE__, "HTTPRoute",      RULE "filters: [" MODIFIER "set: [{name: h, value: ",                    "a",
     "}]" FILTER_END,                                                                                                                                       4096, IN_RULE "filters[0].requestHeaderModifier.set[0].value"},
    {__LINE__, "HTTPRoute",
     RULE "filters: [{type: URLRewrite, urlRewrite: {path: {type: "
          "ReplaceFullPath, replaceFullPath: ",                                                           "a",                             "}" FILTER_END,  1024, IN_RULE "filters[0].urlRewrite.path.replaceFullPath"   },
    {__LINE__, "HTTPRoute",      RULE "filters: [{type: RequestRedirect, requestRedirect: {hostname: ",
     "a",                                                                                                                                  FILTER_END,      253,  IN_RULE "filters[0].requestRedirect.hostname"          },
    {__LINE__, "HTTPRoute",      RULE "backendRefs: [{port: 1, name: ",                                   "a",                             "}]" RULE_END,   253,
     IN_RULE "backendRefs[0].name"                                                                                                                                                                                       },
    {__LINE__, "HTTPRoute",      RULE "name: ",                                                           "a",                             RULE_END,        253,  IN_RULE "name"                                         },
};

static void
append(char **at, const char *text)
{
    size_t len = strlen(text);
    memcpy(*at, text, len);
    *at += len;
}

static char *
spec_of(const struct limit *limit, size_t count)
{
    enum { DIGITS = 5 };
    size_t room = strlen(limit->before) + strlen(limit->after) +
                  count * (strlen(limit->item) + 4 * DIGITS) + 1;
    char *spec = malloc(room), *at = spec;
    cr_assert(spec != NULL);
    append(&at, limit->before);
    for (size_t i = 0; i < count; i++) {
        for (const char *c = limit->item; *c; c++) {
            if (*c == '#') {
                at += snprintf(at, DIGITS + 1, "%05zu", i);
            } else {
                *at++ = *c;
            }
        }
    }
    append(&at, limit->after);
    *at = '\0';
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
