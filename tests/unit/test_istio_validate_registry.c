/* istio/validate_*: every rule about ServiceEntries, WorkloadEntries and Gateways, strict and
 * lenient. */
#include <criterion/criterion.h>

#include "support/istio_fixture.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

#define HTTP "ports: [{number: 80, name: http, protocol: HTTP}]"

Test(istio_validate_registry, service_entries)
{
#define ENTRY(more) "{hosts: [a.b], " HTTP ", " more "}"
    static const struct validation_row rows[] = {
        {__LINE__, ACCEPTED, "",                                   ENTRY("resolution: DNS, exportTo: ['~']")                },
        {__LINE__, BROKEN_,  "spec",                               "{" HTTP "}"                                             },
        {__LINE__, BROKEN_,  "spec.hosts[0]",                      "{hosts: ['*'], " HTTP "}"                               },
        {__LINE__, BROKEN_,  "spec.hosts[0]",                      "{hosts: [''], " HTTP "}"                                },
        {__LINE__, REFUSED_, "spec.hosts[0]",                      "{hosts: [a.*.b], " HTTP "}"                             },
        {__LINE__, WARNED,   "spec.hosts[0]",                      "{hosts: ['*a.b'], " HTTP "}"                            },
        {__LINE__, REFUSED_, "spec.exportTo[0]",                   ENTRY("exportTo: ['~', b]")                              },
        {__LINE__, ACCEPTED, "",                                   ENTRY("addresses: [1.2.3.4/16, '::1'], resolution: NONE")},
        {__LINE__, BROKEN_,  "spec.addresses[0]",                  ENTRY("addresses: [1.1.A.1]")                            },
        {__LINE__, REFUSED_, "spec.addresses[0]",
         ENTRY("addresses: [1.2.3.4/16], resolution: DNS")                                                                  },
        {__LINE__, BROKEN_,  "spec.ports[0]",                      "{hosts: [a], ports: [null]}"                            },
        {__LINE__, BROKEN_,  "spec.ports[0]",                      "{hosts: [a], ports: [{name: a, protocol: HTTP}]}"       },
        {__LINE__, BROKEN_,  "spec.ports[0].targetPort",
         "{hosts: [a], ports: [{name: a, number: 1, targetPort: 65536, protocol: HTTP}]}"                                   },
        {__LINE__, WARNED,   "spec.ports[0].targetPort",
         "{hosts: [a], ports: [{name: a, number: 1, targetPort: 2, protocol: HTTP}]}"                                       },
        {__LINE__, REFUSED_, "spec.ports[0].name",
         "{hosts: [a], ports: [{name: a_b, number: 1, protocol: HTTP}]}"                                                    },
        {__LINE__, REFUSED_, "spec.ports[0].protocol",
         "{hosts: [a], ports: [{name: a, number: 1, protocol: GOPHER}]}"                                                    },
        {__LINE__, REFUSED_, "spec.ports[1].name",
         "{hosts: [a], ports: [{name: a, number: 1, protocol: HTTP}, {name: a, number: 2, "
         "protocol: "
         "HTTP}]}"                                                                                                          },
        {__LINE__, REFUSED_, "spec.ports[1].number",
         "{hosts: [a], ports: [{name: a, number: 1, protocol: HTTP}, {name: b, number: 1, "
         "protocol: "
         "HTTP}]}"                                                                                                          },
        {__LINE__, WARNED,   "spec.ports[0]",
         "{hosts: [a], ports: [{name: a, number: 1, protocol: tcp}]}"                                                       },
        {__LINE__, REFUSED_, "spec.ports[0]",
         "{hosts: [a, b], addresses: [1.1.1.1], resolution: STATIC, ports: [{name: a, number: 1, "
         "protocol: TCP}]}"                                                                                                 },
        {__LINE__, WARNED,   "spec.workloadSelector",              ENTRY("workloadSelector: {labels: {a: b}}")              },
        {__LINE__, REFUSED_, "spec.workloadSelector.labels[\"\"]",
         ENTRY("resolution: STATIC, workloadSelector: {labels: {'': b}}")                                                   },
        {__LINE__, REFUSED_, "spec.workloadSelector",
         ENTRY("resolution: STATIC, workloadSelector: {labels: {a: b}}, endpoints: [{address: "
               "1.1.1.1}]")                                                                                                 },
    };
    istio_fixture_check_rows("ServiceEntry", rows, ROWS(rows));
}

Test(istio_validate_registry, resolutions)
{
    static const struct validation_row rows[] = {
        {__LINE__, REFUSED_, "spec.endpoints",               ENTRY("endpoints: [{address: 1.1.1.1}]")               },
        {__LINE__, ACCEPTED, "",
         ENTRY("resolution: STATIC, endpoints: [{address: 1.1.1.1, ports: {http: 8080}}]")                          },
        {__LINE__, REFUSED_, "spec.endpoints[0].address",
         ENTRY("resolution: STATIC, endpoints: [{address: c.d}]")                                                   },
        {__LINE__, REFUSED_, "spec.endpoints[0].ports.x",
         ENTRY("resolution: STATIC, endpoints: [{address: 1.1.1.1, ports: {x: 1}}]")                                },
        {__LINE__, BROKEN_,  "spec.endpoints[0].ports.http",
         ENTRY("resolution: STATIC, endpoints: [{address: 1.1.1.1, ports: {http: 99999}}]")                         },
        {__LINE__, BROKEN_,  "spec.endpoints[0]",            ENTRY("resolution: STATIC, endpoints: [null]")         },
        {__LINE__, BROKEN_,  "spec.endpoints[0]",            ENTRY("resolution: STATIC, endpoints: [{}]")           },
        {__LINE__, WARNED,   "spec.endpoints[0]",
         ENTRY("resolution: STATIC, endpoints: [{network: net}]")                                                   },
        {__LINE__, ACCEPTED, "",
         ENTRY("resolution: STATIC, endpoints: [{address: 'unix:///a/b'}]")                                         },
        {__LINE__, REFUSED_, "spec.endpoints[0].address",
         ENTRY("resolution: STATIC, endpoints: [{address: 'unix://a/b'}]")                                          },
        {__LINE__, REFUSED_, "spec.endpoints[0].address",
         ENTRY("resolution: STATIC, endpoints: [{address: 'unix:///a/'}]")                                          },
        {__LINE__, REFUSED_, "spec.endpoints[0].ports",
         ENTRY("resolution: STATIC, endpoints: [{address: 'unix://@a', ports: {http: 1}}]")                         },
        {__LINE__, REFUSED_, "spec.endpoints[0]",
         "{hosts: [a], resolution: STATIC, ports: [{name: a, number: 1, protocol: HTTP}, {name: b, "
         "number: "
         "2, protocol: HTTP}], endpoints: [{address: 'unix://@a'}]}"                                                },
        {__LINE__, ACCEPTED, "",
         ENTRY("resolution: DNS, endpoints: [{address: c.d.}, {address: 1.1.1.1}]")                                 },
        {__LINE__, REFUSED_, "spec.endpoints[0].address",
         ENTRY("resolution: DNS, endpoints: [{address: '*.c'}]")                                                    },
        {__LINE__, REFUSED_, "spec.endpoints[0].address",
         ENTRY("resolution: DNS, endpoints: [{address: 'unix:///a'}]")                                              },
        {__LINE__, REFUSED_, "spec.hosts[0]",                "{hosts: ['*.a'], resolution: DNS, " HTTP "}"          },
        {__LINE__, REFUSED_, "spec.endpoints",
         ENTRY("resolution: DNS_ROUND_ROBIN, endpoints: [{address: c.d}, {address: e.f}]")                          },
        {__LINE__, ACCEPTED, "",                             "{hosts: ['*.a.b'], resolution: DYNAMIC_DNS, " HTTP "}"},
        {__LINE__, REFUSED_, "spec.hosts[0]",                ENTRY("resolution: DYNAMIC_DNS")                       },
        {__LINE__, REFUSED_, "spec.addresses",
         "{hosts: ['*.a.b'], resolution: DYNAMIC_DNS, addresses: [1.1.1.1], " HTTP "}"                              },
        {__LINE__, REFUSED_, "spec.ports[0].protocol",
         "{hosts: ['*.a.b'], resolution: DYNAMIC_DNS, ports: [{name: a, number: 1, protocol: "
         "MYSQL}]}"                                                                                                 },
        {__LINE__, BROKEN_,  "spec.resolution",              ENTRY("resolution: MAGIC")                             },
    };
    istio_fixture_check_rows("ServiceEntry", rows, ROWS(rows));
}

Test(istio_validate_registry, workload_entries)
{
    static const struct validation_row rows[] = {
        {__LINE__, ACCEPTED, "",                  "{address: 1.2.3.4, ports: {http: 80}, labels: {a: b}}"},
        {__LINE__, ACCEPTED, "",                  "{address: a.b.c}"                                     },
        {__LINE__, ACCEPTED, "",                  "{address: 'unix:///a/b'}"                             },
        {__LINE__, BROKEN_,  "spec",              "{}"                                                   },
        {__LINE__, WARNED,   "spec",              "{network: net}"                                       },
        {__LINE__, REFUSED_, "spec.address",      "{address: 'a b'}"                                     },
        {__LINE__, REFUSED_, "spec.ports",        "{address: 'unix://@a', ports: {http: 80}}"            },
        {__LINE__, REFUSED_, "spec.ports[\"@\"]", "{address: 1.1.1.1, ports: {'@': 80}}"                 },
        {__LINE__, BROKEN_,  "spec.ports.http",   "{address: 1.1.1.1, ports: {http: 99999}}"             },
        {__LINE__, REFUSED_, "spec.labels.a",     "{address: 1.1.1.1, labels: {a: '-'}}"                 },
    };
    istio_fixture_check_rows("WorkloadEntry", rows, ROWS(rows));
}

#define SERVER(host, port, more)                                                                   \
    "{servers: [{hosts: ['" host "'], port: {number: 80, name: p, protocol: " port "}" more "}]}"

Test(istio_validate_registry, servers)
{
    static const struct validation_row rows[] = {
        {__LINE__,                         ACCEPTED,                    "",                                                               SERVER("*","HTTP", "")},
        {__LINE__,                             ACCEPTED,                                                        "",                                                                                                                 SERVER("./*.a.b","grpc-web", "")},
        {__LINE__,                ACCEPTED,                                 "",SERVER("ns/1.1.1.1","HTTP", "")},
        {__LINE__,         BROKEN_,  "spec",                                                                  "{}"    },
        {__LINE__,                                BROKEN_,                                                    "spec.servers[0]",                                                                                                     "{servers: [null]}"},
        {__LINE__,                                BROKEN_,                                                    "spec.servers[0]",                                                                              "{servers: [{hosts: ['*']}]}"},
        {__LINE__,                                BROKEN_,                                                    "spec.servers[0]",
         "{servers: [{port: {number: 80, name: p, protocol: HTTP}}]}"},
        {__LINE__,                                REFUSED_,                                                    "spec.servers[0].hosts[0]",                                                                              SERVER("short",     "HTTP", "")},
        {__LINE__,                                REFUSED_,                                                    "spec.servers[0].hosts[0]",                                                                             SERVER("a.*.b","HTTP", "")},
        {__LINE__,                          REFUSED_,                                                  "spec.servers[0].hosts[0]",                                                                                                                  SERVER("*a.b","HTTP", "")},
        {__LINE__,      REFUSED_,"spec.servers[0].hosts[0]",SERVER("~/a.b","HTTP", "")},
        {__LINE__,                         REFUSED_,                   "spec.servers[0].hosts[0]",        SERVER("/a.b","HTTP", "")},
        {__LINE__,                             REFUSED_,                                                        "spec.servers[0].hosts[0]",                                                                                                                 SERVER("ns/","HTTP", "")},
        {__LINE__,                  BROKEN_,                                       "spec.servers[0].port.protocol",                                                                                                                                                       SERVER("*",                                                                                                                                          "GOPHER", "")},
        {__LINE__,BROKEN_,"spec.servers[0].port.number",
         "{servers: [{hosts: ['*'], port: {number: 66000, name: p, protocol: HTTP}}]}"                                                                                                                                           },
        {__LINE__,                                REFUSED_,                                                    "spec.servers[0].port",
         "{servers: [{hosts: ['*'], port: {number: 80, protocol: HTTP}}]}"},
        {__LINE__,                          REFUSED_,                                                  "spec.servers[0].port.targetPort",
         "{servers: [{hosts: ['*'], port: {number: 80, name: p, targetPort: 1, protocol: HTTP}}]}"       },
        {__LINE__, REFUSED_,"spec.servers[1].port.name",
         "{servers: [{hosts: ['*'], port: {number: 80, name: p, protocol: HTTP}}, {hosts: ['*'], "
         "port: "
         "{number: 81, name: p, protocol: HTTP}}]}"},
        {__LINE__,                         ACCEPTED,                                              "",                                                                                                   SERVER("*","HTTP", ", bind: '::1'")},
        {__LINE__,                         REFUSED_,             "spec.servers[0].bind",    SERVER("*","HTTP", ", bind: a.b")},
        {__LINE__,                         REFUSED_,                   "spec.servers[0].port.number",
         SERVER("*","HTTP", ", bind: 'unix:///a'")},
        {__LINE__,                         ACCEPTED,                                            "",
         "{servers: [{hosts: ['*'], bind: 'unix://@a', port: {number: 0, name: p, protocol: "
         "HTTP}}]}"},
    };
    istio_fixture_check_rows("Gateway", rows, ROWS(rows));
}

Test(istio_validate_registry, server_tls)
{
#define TLS(text) SERVER("*", "HTTPS", ", tls: {" text "}")
#define PAIR "serverCertificate: c, privateKey: k"
    static const char at[] = "spec.servers[0].tls";
    static const struct validation_row rows[] = {
        {__LINE__,                                  REFUSED_,                        "spec.servers[0]",SERVER("*",  "HTTPS", "")},
        {__LINE__,                                      ACCEPTED,                                                                     "",SERVER("*","HTTP", ", tls: {httpsRedirect: true}")},
        {__LINE__,                               WARNED,                                                        "spec.servers[0].tls.httpsRedirect",TLS("httpsRedirect: true")                                                 },
        {__LINE__,     REFUSED_,at,SERVER("*","HTTP", ", tls: {mode: SIMPLE, credentialName: c}")},
        {__LINE__,                             REFUSED_,                                                                                                                 at,                                                                                                                                                   SERVER("*",                                                                                                                                                                                                                                                                                                                                                "TCP", ", tls: {mode: SIMPLE, credentialName: c}")},
        {__LINE__,                                         ACCEPTED,                                                                 "",TLS("mode: SIMPLE, " PAIR)},
        {__LINE__,                                    REFUSED_,                        at,TLS("mode: SIMPLE")},
        {__LINE__,                                       REFUSED_,at,TLS("mode: SIMPLE, " PAIR ", credentialName: c")                                                                                                                                    },
        {__LINE__,                                       ACCEPTED,                            "",     TLS("mode: SIMPLE, privateKey: k, credentialName: c")                                                                                                                                                                                                                                                                                                                                                                                                                                  },
        {__LINE__,                                       REFUSED_,                                           at,TLS("mode: SIMPLE, credentialName: c, credentialNames: [d]")},
        {__LINE__,                                       ACCEPTED,"",TLS("mode: SIMPLE, tlsCertificates: [{" PAIR "}, {" PAIR "}]")},
        {__LINE__,                                       REFUSED_,"spec.servers[0].tls.tlsCertificates[0]",
         TLS("mode: SIMPLE, tlsCertificates: [{privateKey: k}]")                   },
        {__LINE__,                                       REFUSED_,                   "spec.servers[0].tls.caCrl",                                  TLS("mode: SIMPLE, caCrl: c, " PAIR)                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                        },
        {__LINE__, ACCEPTED,                    "",TLS("mode: MUTUAL, caCertificates: a, " PAIR)},
        {__LINE__,              REFUSED_,at,TLS("mode: MUTUAL, " PAIR)},
        {__LINE__,                                       REFUSED_,      at,TLS("mode: OPTIONAL_MUTUAL, caCertificates: a")                                                                                        },
        {__LINE__,                                       ACCEPTED,                                                      "",                                                                                                 TLS("mode: MUTUAL, credentialNames: [a, b]")                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                         },
        {__LINE__,                                       ACCEPTED,                  "",TLS("mode: ISTIO_MUTUAL")},
        {__LINE__,                                       REFUSED_,"spec.servers[0].tls.privateKey",
         TLS("mode: ISTIO_MUTUAL, privateKey: k")},
        {__LINE__,                                       WARNED,                            at,TLS("mode: PASSTHROUGH, caCrl: c")                                                                                                                                                           },
        {__LINE__,         WARNED,                                   "spec.servers[0].tls.cipherSuites[0]",
         TLS("mode: ISTIO_MUTUAL, cipherSuites: [nonsense]")                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                       },
        {__LINE__,                                       WARNED,         "spec.servers[0].tls.cipherSuites[1]",
         TLS("mode: ISTIO_MUTUAL, cipherSuites: [AES128-SHA, AES128-SHA]")},
        {__LINE__,    ACCEPTED,                        "",TLS("mode: ISTIO_MUTUAL, cipherSuites: [-AES128-SHA]")},
        {__LINE__,    WARNED,          "spec.servers[0].tls.minProtocolVersion",
         TLS("mode: ISTIO_MUTUAL, minProtocolVersion: TLSV1_1")                                                                                                                                                        },
    };
    istio_fixture_check_rows("Gateway", rows, ROWS(rows));
}

Test(istio_validate_registry, gateway_names_are_labels)
{
    static const char text[] = "apiVersion: networking.istio.io/v1\nkind: Gateway\n"
                               "metadata: {name: a.b}\nspec: " SERVER("*", "HTTP", "") "\n";
    struct istio_fixture fixture;
    istio_fixture_load(&fixture, sluice_str_of(text), false);
    cr_expect(istio_fixture_count(&fixture, SLUICE_SEVERITY_ERROR, "metadata.name") == 1);
    istio_fixture_free(&fixture);
}
