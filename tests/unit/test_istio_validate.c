/* istio/validate_*: every rule about VirtualServices, strict and lenient. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "support/istio_fixture.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))
#define CHECK(rows) istio_fixture_check_rows("VirtualService", (rows), ROWS(rows))

#define TO "route: [{destination: {host: b}}]"
/* A VirtualService of one rule that goes to b, and `more`. */
#define RULE(more) "{hosts: [a], http: [{" TO ", " more "}]}"
#define MATCH(more) RULE("match: [{" more "}]")
#define IN_RULE "spec.http[0]."
#define IN_MATCH "spec.http[0].match[0]."

Test(istio_validate, hosts_and_gateways)
{
    static const struct validation_row rows[] = {
        {__LINE__, ACCEPTED, "",
         "{hosts: [a, b.c, '*.d.e', 1.2.3.4, '2001:db8::1'], http: [{" TO "}]}"                                },
        {__LINE__, ACCEPTED, "",                 "{http: [{" TO "}]}"                                          }, /* a delegate */
        {__LINE__, REFUSED_, "spec",             "{hosts: [a]}"                                                },
        {__LINE__, BROKEN_,  "spec.http[0]",     "{hosts: [a], http: [null]}"                                  },
        {__LINE__, BROKEN_,  "spec.hosts[0]",    "{hosts: [''], http: [{" TO "}]}"                             },
        {__LINE__, BROKEN_,  "spec.hosts[0]",    "{hosts: ['a b'], http: [{" TO "}]}"                          },
        {__LINE__, BROKEN_,  "spec.hosts[0]",    "{hosts: [\"a\\x01\"], http: [{" TO "}]}"                     },
        {__LINE__, REFUSED_, "spec.hosts[1]",    "{hosts: [a, 'b!c'], http: [{" TO "}]}"                       },
        {__LINE__, REFUSED_, "spec.hosts[0]",    "{hosts: ['a.*.b'], http: [{" TO "}]}"                        },
        {__LINE__, REFUSED_, "spec.hosts[0]",    "{hosts: ['*'], http: [{" TO "}]}"                            },
        {__LINE__, REFUSED_, "spec.hosts[0]",
         "{hosts: ['*'], gateways: [g, mesh], http: [{" TO "}]}"                                               },
        {__LINE__, ACCEPTED, "",                 "{hosts: ['*'], gateways: [g], http: [{" TO "}]}"             },
        {__LINE__, REFUSED_, "spec.hosts[1]",    "{hosts: [a, a], http: [{" TO "}]}"                           },
        {__LINE__, REFUSED_, "spec.hosts[1]",
         "{hosts: ['*.foo.com', a.foo.com], http: [{" TO "}]}"                                                 },
        {__LINE__, REFUSED_, "spec.hosts[0]",
         "{hosts: [a.foo.com, '*.foo.com'], http: [{" TO "}]}"                                                 },
        {__LINE__, REFUSED_, "spec.hosts[0]",
         "{hosts: ['*.a.foo.com', '*.foo.com'], http: [{" TO "}]}"                                             },
        {__LINE__, REFUSED_, "spec.hosts[0]",    "{hosts: [foo.com, '*foo.com'], http: [{" TO "}]}"            },
        {__LINE__, ACCEPTED, "",                 "{hosts: [foo.com, '*.foo.com', a.foo.org], http: [{" TO "}]}"},
        {__LINE__, ACCEPTED, "",                 "{hosts: [a], gateways: [g, ns/g, mesh], http: [{" TO "}]}"   },
        {__LINE__, WARNED,   "spec.gateways[0]", "{hosts: [a], gateways: [g.ns], http: [{" TO "}]}"            },
        {__LINE__, REFUSED_, "spec.gateways[0]", "{hosts: [a], gateways: [./g], http: [{" TO "}]}"             },
        {__LINE__, REFUSED_, "spec.gateways[0]",
         "{hosts: [a], gateways: [ns/g.h], http: [{" TO "}]}"                                                  },
        {__LINE__, REFUSED_, "spec.gateways[0]",
         "{hosts: [a], gateways: ['b@d'], http: [{" TO "}]}"                                                   },
 /* as in Istio, names behind the first without "/" are not looked at */
        {__LINE__, ACCEPTED, "",                 "{hosts: [a], gateways: [g, 'b@d/x'], http: [{" TO "}]}"      },
        {__LINE__, REFUSED_, "spec.gateways",    "{gateways: [g], http: [{" TO "}]}"                           },
        {__LINE__, REFUSED_, "spec.tcp",         "{tcp: [{" TO "}]}"                                           },
        {__LINE__, REFUSED_, "spec.tls",         "{tls: [{match: [{sniHosts: [a]}], " TO "}]}"                 },
    };
    CHECK(rows);
}

Test(istio_validate, export_to)
{
    static const struct validation_row rows[] = {
        {__LINE__, ACCEPTED, "",                 "{hosts: [a], exportTo: ['.', other], http: [{" TO "}]}"},
        {__LINE__, REFUSED_, "spec.exportTo[0]", "{hosts: [a], exportTo: ['~'], http: [{" TO "}]}"       },
        {__LINE__, REFUSED_, "spec.exportTo[0]",
         "{hosts: [a], exportTo: ['*', b], http: [{" TO "}]}"                                            },
        {__LINE__, REFUSED_, "spec.exportTo[0]",
         "{hosts: [a], exportTo: ['b_'], http: [{" TO "}]}"                                              },
        {__LINE__, REFUSED_, "spec.exportTo[1]",
         "{hosts: [a], exportTo: [b, b], http: [{" TO "}]}"                                              },
        {__LINE__, REFUSED_, "spec.exportTo[1]",
         "{hosts: [a], exportTo: [ns, '.'], http: [{" TO "}]}"                                           },
    };
    CHECK(rows);
}

Test(istio_validate, parts_of_a_rule)
{
    static const struct validation_row rows[] = {
        {__LINE__, BROKEN_,  "spec.http[0]",           "{hosts: [a], http: [{}]}"                          },
        {__LINE__, BROKEN_,  "spec.http[0]",           "{hosts: [a], http: [{name: x, rewrite: {uri: /}}]}"},
        {__LINE__, REFUSED_, IN_RULE "route",          RULE("redirect: {uri: /}")                          },
        {__LINE__, REFUSED_, IN_RULE "route",          RULE("directResponse: {status: 200}")               },
        {__LINE__, REFUSED_, IN_RULE "directResponse",
         "{hosts: [a], http: [{redirect: {uri: /}, directResponse: {status: 200}}]}"                       },
        {__LINE__, REFUSED_, IN_RULE "fault",
         "{hosts: [a], http: [{redirect: {uri: /}, fault: {abort: {httpStatus: 500}}}]}"                   },
        {__LINE__, REFUSED_, IN_RULE "rewrite",
         "{hosts: [a], http: [{directResponse: {status: 200}, rewrite: {uri: /}}]}"                        },
        {__LINE__, ACCEPTED, "",                       "{hosts: [a], http: [{delegate: {name: d}}]}"       },
        {__LINE__, ACCEPTED, "",
         "{hosts: [a], http: [{delegate: {name: d}, directResponse: {status: 200}}]}"                      },
        {__LINE__, REFUSED_, IN_RULE "route",          RULE("delegate: {name: d}")                         },
        {__LINE__, REFUSED_, IN_RULE "redirect",
         "{hosts: [a], http: [{delegate: {name: d}, redirect: {uri: /}}]}"                                 },
        {__LINE__, REFUSED_, IN_RULE "delegate",       "{http: [{" TO ", delegate: {name: d}}]}"           },
        {__LINE__, BROKEN_,  "spec.http[0]",           "{http: [{delegate: {name: d}}]}"                   },
        {__LINE__, ACCEPTED, "",                       RULE("timeout: 1ms")                                },
        {__LINE__, REFUSED_, IN_RULE "timeout",        RULE("timeout: 0s")                                 },
        {__LINE__, REFUSED_, IN_RULE "timeout",        RULE("timeout: 1500us")                             },
        {__LINE__, BROKEN_,  IN_RULE "timeout",        RULE("timeout: -1s")                                },
    };
    CHECK(rows);
}

Test(istio_validate, matches)
{
    static const struct validation_row rows[] = {
        {__LINE__, ACCEPTED, "",                                             MATCH("uri: {exact: ''}, headers: {x: {}, ':path': {exact: /}}")},
        {__LINE__, ACCEPTED, "",                                             RULE("match: [null, {}]")                                       },
        {__LINE__, ACCEPTED, "",                                             MATCH("uri: {prefix: ''}")                                      },
        {__LINE__, BROKEN_,  IN_MATCH "method.prefix",                       MATCH("method: {prefix: ''}")                                   },
        {__LINE__, BROKEN_,  IN_MATCH "uri.regex",                           MATCH("uri: {regex: ''}")                                       },
        {__LINE__, BROKEN_,  IN_MATCH "uri.regex",                           MATCH("uri: {regex: '['}")                                      },
        {__LINE__, BROKEN_,  IN_MATCH "uri.regex",                           MATCH("uri: {regex: '*'}")                                      },
        {__LINE__, BROKEN_,  IN_MATCH "uri.regex",                           MATCH("uri: {regex: '(?=a)'}")                                  },
        {__LINE__, BROKEN_,  IN_MATCH "uri.prefix",                          MATCH("uri: {exact: /, prefix: /}")                             },
        {__LINE__, REFUSED_, IN_MATCH "headers.x",                           MATCH("headers: {x: null}")                                     },
        {__LINE__, REFUSED_, IN_MATCH "headers.x.regex",                     MATCH("headers: {x: {regex: '*'}}")                             },
        {__LINE__, BROKEN_,  IN_MATCH "headers.x.prefix",                    MATCH("headers: {x: {prefix: ''}}")                             },
        {__LINE__, BROKEN_,  IN_MATCH "headers[\"\"]",                       MATCH("headers: {'': {exact: a}}")                              },
        {__LINE__, BROKEN_,  IN_MATCH "headers[\"a b\"]",                    MATCH("headers: {'a b': {exact: a}}")                           },
        {__LINE__, BROKEN_,  IN_MATCH "headers[\":x\"]",                     MATCH("headers: {':x': {exact: a}}")                            },
        {__LINE__, ACCEPTED, "",                                             MATCH("withoutHeaders: {x: {regex: '*'}, y: null}")             },
        {__LINE__, BROKEN_,  IN_MATCH "withoutHeaders[\"::\"]",              MATCH("withoutHeaders: {'::': {}}")                             },
        {__LINE__, ACCEPTED, "",                                             MATCH("queryParams: {'a b': {exact: ''}, c: null}")             },
        {__LINE__, BROKEN_,  IN_MATCH "queryParams.q.prefix",
         MATCH("queryParams: {q: {prefix: ''}}")                                                                                             },
        {__LINE__, ACCEPTED, "",                                             MATCH("port: 65535")                                            },
        {__LINE__, BROKEN_,  IN_MATCH "port",                                MATCH("port: 65536")                                            },
        {__LINE__, ACCEPTED, "",                                             MATCH("sourceLabels: {a.b/c: '', d: e}, sourceNamespace: ns")   },
        {__LINE__, REFUSED_, IN_MATCH "sourceLabels.a",                      MATCH("sourceLabels: {a: '-'}")                                 },
        {__LINE__, REFUSED_, IN_MATCH "sourceNamespace",                     MATCH("sourceNamespace: a.b")                                   },
        {__LINE__, REFUSED_, IN_MATCH "gateways[0]",                         MATCH("gateways: ['*/g']")                                      },
        {__LINE__, REFUSED_, IN_MATCH "headers[\"@request.auth.claims.a\"]",
         MATCH("headers: {'@request.auth.claims.a': {exact: x}}")                                                                            },
        {__LINE__, ACCEPTED, "",
         "{hosts: [a], gateways: [g], http: [{" TO
         ", match: [{headers: {'@request.auth.claims[a][b]': {exact: x}}}]}]}"                                                               },
    };
    CHECK(rows);
}

Test(istio_validate, destinations)
{
    static const struct validation_row rows[] = {
        {__LINE__, BROKEN_,  IN_RULE "route[0]",                         "{hosts: [a], http: [{route: [{}]}]}"                            },
        {__LINE__, BROKEN_,  IN_RULE "route[0].destination",
         "{hosts: [a], http: [{route: [{destination: {}}]}]}"                                                                             },
        {__LINE__, BROKEN_,  IN_RULE "route[0].destination.host",
         "{hosts: [a], http: [{route: [{destination: {host: '*'}}]}]}"                                                                    },
        {__LINE__, REFUSED_, IN_RULE "route[0].destination.host",
         "{hosts: [a], http: [{route: [{destination: {host: a/b}}]}]}"                                                                    },
        {__LINE__, ACCEPTED, "",                                         "{hosts: [a], http: [{route: [{destination: {host: '*.b.c'}}]}]}"},
        {__LINE__, REFUSED_, IN_RULE "route[0].destination.subset",
         "{hosts: [a], http: [{route: [{destination: {host: b, subset: v_1}}]}]}"                                                         },
        {__LINE__, BROKEN_,  IN_RULE "route[0].destination.port",
         "{hosts: [a], http: [{route: [{destination: {host: b, port: {}}}]}]}"                                                            },
        {__LINE__, BROKEN_,  IN_RULE "route[0].destination.port.number",
         "{hosts: [a], http: [{route: [{destination: {host: b, port: {number: 65536}}}]}]}"                                               },
        {__LINE__, BROKEN_,  IN_RULE "route[0].weight",
         "{hosts: [a], http: [{route: [{destination: {host: b}, weight: -1}]}]}"                                                          },
        {__LINE__, ACCEPTED, "",
         "{hosts: [a], http: [{route: [{destination: {host: b}, weight: 0}]}]}"                                                           },
        {__LINE__, REFUSED_, IN_RULE "route",
         "{hosts: [a], http: [{route: [{destination: {host: b}}, {destination: {host: c}}]}]}"                                            },
        {__LINE__, ACCEPTED, "",
         "{hosts: [a], http: [{route: [{destination: {host: b}}, {destination: {host: c}, weight: "
         "7}]}]}"                                                                                                                         },
        {__LINE__, BROKEN_,  IN_RULE "route",
         "{hosts: [a], http: [{route: [{destination: {host: b}, weight: 2147483647}, {destination: "
         "{host: c}, weight: 2147483647}, {destination: {host: d}, weight: 2}]}]}"                                                        },
    };
    CHECK(rows);
}

Test(istio_validate, redirects_and_rewrites)
{
#define REDIRECT(text) "{hosts: [a], http: [{redirect: {" text "}}]}"
    static const struct validation_row rows[] = {
        {__LINE__, REFUSED_, IN_RULE "redirect",                        REDIRECT("redirectCode: 302")                },
        {__LINE__, ACCEPTED, "",                                        REDIRECT("derivePort: FROM_PROTOCOL_DEFAULT")},
        {__LINE__, ACCEPTED, "",                                        REDIRECT("port: 8443, scheme: https")        },
        {__LINE__, BROKEN_,  IN_RULE "redirect.port",                   REDIRECT("port: 70000")                      },
        {__LINE__, BROKEN_,  IN_RULE "redirect.derivePort",
         REDIRECT("port: 1, derivePort: FROM_REQUEST_PORT")                                                          },
        {__LINE__, BROKEN_,  IN_RULE "redirect.derivePort",             REDIRECT("derivePort: NONE")                 },
        {__LINE__, REFUSED_, IN_RULE "redirect.scheme",                 REDIRECT("scheme: ftp")                      },
        {__LINE__, BROKEN_,  IN_RULE "redirect.redirectCode",           REDIRECT("uri: /, redirectCode: 299")        },
        {__LINE__, BROKEN_,  IN_RULE "redirect.redirectCode",           REDIRECT("uri: /, redirectCode: 304")        },
        {__LINE__, ACCEPTED, "",                                        REDIRECT("uri: /, redirectCode: 308")        },
        {__LINE__, BROKEN_,  IN_RULE "redirect.prefixRewrite",          REDIRECT("uri: /, prefixRewrite: /")         },
        {__LINE__, REFUSED_, IN_MATCH "uri",
         "{hosts: [a], http: [{match: [{uri: {exact: /}}], redirect: {prefixRewrite: /b}}]}"                         },
        {__LINE__, ACCEPTED, "",
         "{hosts: [a], http: [{match: [{uri: {prefix: /}}, {port: 1}], redirect: {prefixRewrite: "
         "/b}}]}"                                                                                                    },
        {__LINE__, REFUSED_, IN_RULE "rewrite",                         RULE("rewrite: {}")                          },
        {__LINE__, REFUSED_, IN_RULE "rewrite.uriRegexRewrite",
         RULE("rewrite: {uri: /, uriRegexRewrite: {match: a, rewrite: b}}")                                          },
        {__LINE__, BROKEN_,  IN_RULE "rewrite.uriRegexRewrite",
         RULE("rewrite: {uriRegexRewrite: {rewrite: b}}")                                                            },
        {__LINE__, REFUSED_, IN_RULE "rewrite.uriRegexRewrite",
         RULE("rewrite: {uriRegexRewrite: {match: a}}")                                                              },
        {__LINE__, BROKEN_,  IN_RULE "rewrite.uriRegexRewrite.match",
         RULE("rewrite: {uriRegexRewrite: {match: '[', rewrite: b}}")                                                },
        {__LINE__, BROKEN_,  IN_RULE "rewrite.uriRegexRewrite.rewrite",
         RULE("rewrite: {uriRegexRewrite: {match: '(a)', rewrite: '\\2'}}")                                          },
        {__LINE__, ACCEPTED, "",
         RULE("rewrite: {uriRegexRewrite: {match: '(a)', rewrite: '\\1'}}")                                          },
        {__LINE__, BROKEN_,  IN_RULE "directResponse",                  "{hosts: [a], http: [{directResponse: {}}]}" },
        {__LINE__, BROKEN_,  IN_RULE "directResponse.status",
         "{hosts: [a], http: [{directResponse: {status: 199}}]}"                                                     },
        {__LINE__, ACCEPTED, "",
         "{hosts: [a], http: [{directResponse: {status: 600, body: {bytes: aGk=}}}]}"                                },
        {__LINE__, BROKEN_,  IN_RULE "directResponse.body.string",
         "{hosts: [a], http: [{directResponse: {status: 200, body: {bytes: aGk=, string: a}}}]}"                     },
    };
    CHECK(rows);
}

Test(istio_validate, bodies_have_a_size)
{
    static const struct {
        int line;
        size_t size;
        size_t errors, warnings;
    } rows[] = {
        {__LINE__, 100 * 1024,      0, 0},
        {__LINE__, 100 * 1024 + 1,  0, 1},
        {__LINE__, 1024 * 1024,     0, 1},
        {__LINE__, 1024 * 1024 + 1, 1, 0},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        static const char head[] =
            "apiVersion: networking.istio.io/v1\nkind: VirtualService\n"
            "metadata: {name: r}\nspec: {hosts: [a], http: [{directResponse: "
            "{status: 200, body: {string: '";
        size_t cap = sizeof(head) + rows[i].size + 16, len = sizeof(head) - 1;
        char *text = malloc(cap);
        cr_assert(text != NULL);
        memcpy(text, head, len);
        memset(text + len, 'x', rows[i].size);
        len += rows[i].size;
        len += (size_t)snprintf(text + len, cap - len, "'}}}]}\n");
        struct istio_fixture fixture;
        istio_fixture_load(&fixture, str_make(text, len), false);
        cr_expect(fixture.diags.count_of[SLUICE_SEVERITY_ERROR] == rows[i].errors, "line %d",
                  rows[i].line);
        cr_expect(fixture.diags.count_of[SLUICE_SEVERITY_WARNING] == rows[i].warnings, "line %d",
                  rows[i].line);
        istio_fixture_free(&fixture);
        free(text);
    }
}

Test(istio_validate, faults_and_retries)
{
    static const struct validation_row rows[] = {
        {__LINE__, REFUSED_, IN_RULE "fault",                        RULE("fault: {}")                                },
        {__LINE__, ACCEPTED, "",
         RULE("fault: {delay: {fixedDelay: 1s, percentage: {value: 0.0001}}}")                                        },
        {__LINE__, REFUSED_, IN_RULE "fault.delay.percentage.value",
         RULE("fault: {delay: {fixedDelay: 1s, percentage: {value: 0.00001}}}")                                       },
        {__LINE__, BROKEN_,  IN_RULE "fault.delay.percentage.value",
         RULE("fault: {delay: {fixedDelay: 1s, percentage: {value: 100.1}}}")                                         },
        {__LINE__, REFUSED_, IN_RULE "fault.delay.fixedDelay",
         RULE("fault: {delay: {fixedDelay: 0s}}")                                                                     },
        {__LINE__, REFUSED_, IN_RULE "fault.delay.exponentialDelay",
         RULE("fault: {delay: {exponentialDelay: 1s}}")                                                               },
        {__LINE__, WARNED,   IN_RULE "fault.delay.percent",
         RULE("fault: {delay: {fixedDelay: 1s, percent: 5}}")                                                         },
        {__LINE__, WARNED,   IN_RULE "fault.abort",                  RULE("fault: {abort: {percentage: {value: 1}}}") },
        {__LINE__, ACCEPTED, "",                                     RULE("fault: {abort: {httpStatus: 600}}")        },
        {__LINE__, BROKEN_,  IN_RULE "fault.abort.httpStatus",
         RULE("fault: {abort: {httpStatus: 199}}")                                                                    },
        {__LINE__, ACCEPTED, "",                                     RULE("fault: {abort: {grpcStatus: UNAVAILABLE}}")},
        {__LINE__, BROKEN_,  IN_RULE "fault.abort.grpcStatus",
         RULE("fault: {abort: {grpcStatus: unavailable}}")                                                            },
        {__LINE__, REFUSED_, IN_RULE "fault.abort.http2Error",
         RULE("fault: {abort: {http2Error: X}}")                                                                      },
        {__LINE__, BROKEN_,  IN_RULE "fault.abort.grpcStatus",
         RULE("fault: {abort: {httpStatus: 500, grpcStatus: OK}}")                                                    },
        {__LINE__, ACCEPTED, "",                                     RULE("retries: {}")                              },
        {__LINE__, ACCEPTED, "",
         RULE("retries: {attempts: 2, retryOn: '5xx,503,reset', perTryTimeout: 1s}")                                  },
        {__LINE__, REFUSED_, IN_RULE "retries.attempts",             RULE("retries: {attempts: -1}")                  },
        {__LINE__, REFUSED_, IN_RULE "retries",                      RULE("retries: {retryOn: 5xx}")                  },
        {__LINE__, REFUSED_, IN_RULE "retries.attempts",
         RULE("retries: {attempts: 0, perTryTimeout: 1s}")                                                            },
        {__LINE__, REFUSED_, IN_RULE "retries.retryOn",
         RULE("retries: {attempts: 1, retryOn: '503, reset'}")                                                        },
        {__LINE__, REFUSED_, IN_RULE "retries.retryOn",
         RULE("retries: {attempts: 1, retryOn: '600'}")                                                               },
        {__LINE__, REFUSED_, IN_RULE "retries.retryOn",
         RULE("retries: {attempts: 1, retryOn: 'reset,'}")                                                            },
        {__LINE__, REFUSED_, IN_RULE "retries.backoff",
         RULE("retries: {attempts: 1, backoff: 0s}")                                                                  },
    };
    CHECK(rows);
}

Test(istio_validate, mirrors_and_cors)
{
    static const struct validation_row rows[] = {
        {__LINE__, ACCEPTED, "",                                         RULE("mirror: {host: m}, mirrorPercentage: {value: 0}")},
        {__LINE__, BROKEN_,  IN_RULE "mirror",                           RULE("mirror: {}")                                     },
        {__LINE__, REFUSED_, IN_RULE "mirrors",
         RULE("mirror: {host: m}, mirrors: [{destination: {host: o}}]")                                                         },
        {__LINE__, BROKEN_,  IN_RULE "mirrors[0]",                       RULE("mirrors: [null]")                                },
        {__LINE__, BROKEN_,  IN_RULE "mirrors[0]",                       RULE("mirrors: [{percentage: {value: 1}}]")            },
        {__LINE__, BROKEN_,  IN_RULE "mirrors[0].percentage.value",
         RULE("mirrors: [{destination: {host: m}, percentage: {value: -1}}]")                                                   },
        {__LINE__, BROKEN_,  IN_RULE "mirrorPercentage.value",
         RULE("mirror: {host: m}, mirrorPercentage: {value: 101}")                                                              },
        {__LINE__, WARNED,   IN_RULE "mirrorPercent",                    RULE("mirror: {host: m}, mirrorPercent: 50")           },
        {__LINE__, BROKEN_,  IN_RULE "mirrorPercent",                    RULE("mirror: {host: m}, mirrorPercent: 101")          },
        {__LINE__, ACCEPTED, "",
         RULE("corsPolicy: {allowOrigins: [{exact: a}, {regex: 'b.*'}], allowMethods: [GET, '*'], "
              "allowHeaders: [x-a, '*'], maxAge: 24h, unmatchedPreflights: IGNORE}")                                            },
        {__LINE__, BROKEN_,  IN_RULE "corsPolicy.allowOrigins[0]",
         RULE("corsPolicy: {allowOrigins: [{exact: ''}]}")                                                                      },
        {__LINE__, BROKEN_,  IN_RULE "corsPolicy.allowOrigins[0].regex",
         RULE("corsPolicy: {allowOrigins: [{regex: '('}]}")                                                                     },
        {__LINE__, REFUSED_, IN_RULE "corsPolicy.allowMethods[0]",
         RULE("corsPolicy: {allowMethods: [get]}")                                                                              },
        {__LINE__, REFUSED_, IN_RULE "corsPolicy.exposeHeaders[0]",
         RULE("corsPolicy: {exposeHeaders: ['']}")                                                                              },
        {__LINE__, REFUSED_, IN_RULE "corsPolicy.maxAge",                RULE("corsPolicy: {maxAge: 1500ms}")                   },
        {__LINE__, REFUSED_, IN_RULE "corsPolicy.maxAge",                RULE("corsPolicy: {maxAge: 0s}")                       },
    };
    CHECK(rows);
}

Test(istio_validate, header_operations)
{
#define REQUEST(text) RULE("headers: {request: {" text "}}")
#define RESPONSE(text) RULE("headers: {response: {" text "}}")
#define VALUE(text) REQUEST("set: {x: '" text "'}")
    static const struct validation_row rows[] = {
        {__LINE__, ACCEPTED, "",                                             REQUEST("set: {host: a, 'x y': b}, remove: [x]")         },
        {__LINE__, ACCEPTED, "",                                             REQUEST("add: {':authority': a}")                        },
        {__LINE__, REFUSED_, IN_RULE "headers.request.set[\":path\"]",
         REQUEST("set: {':path': a}")                                                                                                 },
        {__LINE__, BROKEN_,  IN_RULE "headers.request.add[\"\"]",            REQUEST("add: {'': a}")                                  },
        {__LINE__, REFUSED_, IN_RULE "headers.request.remove[0]",            REQUEST("remove: [Host]")                                },
        {__LINE__, BROKEN_,  IN_RULE "headers.request.remove[0]",            REQUEST("remove: ['']")                                  },
        {__LINE__, REFUSED_, IN_RULE "headers.response.set.host",            RESPONSE("set: {host: a}")                               },
        {__LINE__, REFUSED_, IN_RULE "headers.response.add[\":authority\"]",
         RESPONSE("add: {':authority': a}")                                                                                           },
        {__LINE__, REFUSED_, IN_RULE "headers.request.set.host",
         RULE("rewrite: {authority: a}, headers: {request: {set: {host: b}}}")                                                        },
        {__LINE__, REFUSED_, IN_RULE "headers.request.add.host",
         REQUEST("set: {':authority': a}, add: {host: b}")                                                                            },
        {__LINE__, ACCEPTED, "",                                             VALUE("100%% of %HOSTNAME%, %REQ(X?Y)% %START_TIME(%s)%")},
        {__LINE__, ACCEPTED, "",                                             VALUE("%UPSTREAM_METADATA([\"a\", \"b\\\"c\"])%")        },
        {__LINE__, BROKEN_,  IN_RULE "headers.request.set.x",                VALUE("100%")                                            },
        {__LINE__, BROKEN_,  IN_RULE "headers.request.set.x",                VALUE("%START_TIME%%")                                   },
        {__LINE__, BROKEN_,  IN_RULE "headers.request.set.x",                VALUE("abc%123")                                         },
        {__LINE__, BROKEN_,  IN_RULE "headers.request.set.x",                VALUE("%REQ(X%")                                         },
        {__LINE__, BROKEN_,  IN_RULE "headers.request.set.x",                VALUE("%M([\"a\" \"b\"])%")                              },
        {__LINE__, BROKEN_,  IN_RULE "headers.request.set.x",                REQUEST("set: {x: \"a\\r\\nb: c\"}")                     },
        {__LINE__, ACCEPTED, "",                                             REQUEST("set: {x: \"a\\tb\"}")                           },
        {__LINE__, BROKEN_,  IN_RULE "route[0].headers.response.set[\"\"]",
         "{hosts: [a], http: [{route: [{destination: {host: b}, headers: {response: {set: {'': "
         "x}}}}]}]}"                                                                                                                  },
    };
    CHECK(rows);
}

Test(istio_validate, tls_and_tcp)
{
#define TLS(text) "{hosts: ['*.foo.com'], tls: [{match: [{" text "}], " TO "}]}"
    static const struct validation_row rows[] = {
        {__LINE__, ACCEPTED, "",                                           TLS("sniHosts: [a.foo.com, '*.b.foo.com'], port: 443")},
        {__LINE__, REFUSED_, "spec.tls[0].match[0].sniHosts[1]",
         TLS("sniHosts: [a.foo.com, foo.com]")                                                                                   },
        {__LINE__, REFUSED_, "spec.tls[0].match[0].sniHosts[0]",           TLS("sniHosts: ['*.com']")                            },
        {__LINE__, REFUSED_, "spec.tls[0].match[0].sniHosts[0]",           TLS("sniHosts: ['a.*.foo.com']")                      },
        {__LINE__, WARNED,   "spec.tls[0].match[0].sniHosts[0]",           TLS("sniHosts: [1.2.3.4]")                            },
        {__LINE__, REFUSED_, "spec.tls[0].match[0]",                       TLS("port: 443")                                      },
        {__LINE__, REFUSED_, "spec.tls[0]",                                "{hosts: [a], tls: [{" TO "}]}"                       },
        {__LINE__, BROKEN_,  "spec.tls[0].match[0]",                       "{hosts: [a], tls: [{match: [null], " TO "}]}"        },
        {__LINE__, BROKEN_,  "spec.tls[0]",                                "{hosts: [a], tls: [{match: [{sniHosts: [a]}]}]}"     },
        {__LINE__, ACCEPTED, "",
         "{hosts: [a.b, outbound_.80_._.c.d], gateways: [g], tls: [{match: [{sniHosts: "
         "[outbound_.80_._.c.d]}], " TO "}]}"                                                                                    },
        {__LINE__, REFUSED_, "spec.hosts[0]",
         "{hosts: [outbound_.80_._.c.d], tls: [{match: [{sniHosts: [a]}], " TO "}]}"                                             },
        {__LINE__, ACCEPTED, "",
         "{hosts: [a], tcp: [{match: [{port: 1, destinationSubnets: [10.0.0.0/8, '::1', "
         "1.2.3.4]}], " TO "}]}"                                                                                                 },
        {__LINE__, BROKEN_,  "spec.tcp[0].match[0].destinationSubnets[0]",
         "{hosts: [a], tcp: [{match: [{destinationSubnets: [10.0.0.0/33]}], " TO "}]}"                                           },
        {__LINE__, BROKEN_,  "spec.tcp[0].match[0].port",
         "{hosts: [a], tcp: [{match: [{port: 70000}], " TO "}]}"                                                                 },
        {__LINE__, BROKEN_,  "spec.tcp[0]",                                "{hosts: [a], tcp: [{}]}"                             },
        {__LINE__, REFUSED_, "spec.tcp[0].match[0].sourceLabels[\"a b\"]",
         "{hosts: [a], tcp: [{match: [{sourceLabels: {'a b': c}}], " TO "}]}"                                                    },
        {__LINE__, REFUSED_, "spec.tcp[0].route",
         "{hosts: [a], tcp: [{route: [{destination: {host: b}}, {destination: {host: c}}]}]}"                                    },
    };
    CHECK(rows);
}

static void
check_annotation(int line, const char *annotation, sluice_severity severity, const char *code)
{
    char text[512];
    struct istio_fixture fixture;
    int len =
        snprintf(text, sizeof(text),
                 "apiVersion: networking.istio.io/v1\nkind: VirtualService\n"
                 "metadata: {name: r, annotations: {%s}}\nspec: {hosts: [a], http: [{" TO "}]}\n",
                 annotation);
    istio_fixture_load(&fixture, str_make(text, (size_t)len), false);
    cr_assert(sluice_report_count(fixture.report) == 1, "line %d", line);
    const sluice_diagnostic *d = sluice_report_get(fixture.report, 0);
    cr_expect(d->severity == severity, "line %d", line);
    cr_expect(str_equal(d->code, sluice_str_of(code)), "line %d", line);
    cr_expect(d->line == 3, "line %d", line);
    istio_fixture_free(&fixture);
}

Test(istio_validate, annotations)
{
    check_annotation(__LINE__, "istio.io/dry-run: 'true'", SLUICE_SEVERITY_ERROR, "IST0106");
    check_annotation(__LINE__, "internal.istio.io/parents: x", SLUICE_SEVERITY_ERROR, "IST0106");
    check_annotation(__LINE__, "sluice.dev/sticky: 'cookie:'", SLUICE_SEVERITY_ERROR, "SL0401");
    check_annotation(__LINE__, "sluice.dev/pick: fair", SLUICE_SEVERITY_ERROR, "SL0401");
}

Test(istio_validate, gateway_semantics_leave_destinations_alone)
{
    static const char text[] =
        "apiVersion: networking.istio.io/v1\nkind: VirtualService\n"
        "metadata: {name: r, annotations: {internal.istio.io/route-semantics: gateway}}\n"
        "spec: {hosts: [a], gateways: [ns/g~x], http: [{route: [{destination: {host: ''}}]}]}\n";
    struct istio_fixture fixture;
    istio_fixture_load(&fixture, sluice_str_of(text), false);
    cr_expect(fixture.diags.count_of[SLUICE_SEVERITY_ERROR] == 0);
    istio_fixture_free(&fixture);
}

/* Ten thousand hosts in one resource: no pair is compared with every other. */
Test(istio_validate, overlap_of_many_hosts, .timeout = 20)
{
    enum { COUNT = 10000 };
    size_t cap = COUNT * 64, len = 0;
    char *text = malloc(cap);
    cr_assert(text != NULL);
    len += (size_t)snprintf(text, cap,
                            "apiVersion: networking.istio.io/v1\nkind: VirtualService\n"
                            "metadata: {name: r}\nspec:\n  http: [{" TO "}]\n  hosts:\n");
    for (int i = 0; i < COUNT; i++) {
        len += (size_t)snprintf(text + len, cap - len, "  - '%sh%d.example.com'\n",
                                i % 2 ? "*." : "a.", i / 2);
    }
    struct istio_fixture fixture;
    istio_fixture_load(&fixture, str_make(text, len), true);
    cr_expect(fixture.diags.count_of[SLUICE_SEVERITY_WARNING] == COUNT / 2);
    istio_fixture_free(&fixture);
    free(text);
}
