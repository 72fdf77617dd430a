/* istio/validate_*: every rule about DestinationRules, strict and lenient. */
#include <criterion/criterion.h>

#include "support/istio_fixture.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))
#define CHECK(rows) istio_fixture_check_rows("DestinationRule", (rows), ROWS(rows))

/* A DestinationRule with a traffic policy. */
#define POLICY(text) "{host: a, trafficPolicy: {" text "}}"
#define IN_POLICY "spec.trafficPolicy."
#define BALANCER(text) POLICY("loadBalancer: {" text "}, outlierDetection: {}")
#define IN_BALANCER IN_POLICY "loadBalancer."

Test(istio_validate_policy, host_subsets_and_export)
{
    static const struct validation_row rows[] = {
        {__LINE__, ACCEPTED, "",                                    "{host: '*.a.b', subsets: [{name: v1, labels: {version: v1}}]}"},
        {__LINE__, ACCEPTED, "",                                    "{host: '*'}"                                                  },
        {__LINE__, BROKEN_,  "spec",                                "{}"                                                           },
        {__LINE__, BROKEN_,  "spec.host",                           "{host: ''}"                                                   },
        {__LINE__, REFUSED_, "spec.host",                           "{host: 1.1.1.1}"                                              },
        {__LINE__, BROKEN_,  "spec.subsets[0]",                     "{host: a, subsets: [null]}"                                   },
        {__LINE__, BROKEN_,  "spec.subsets[0]",                     "{host: a, subsets: [{}]}"                                     },
        {__LINE__, REFUSED_, "spec.subsets[0].name",                "{host: a, subsets: [{name: v_1}]}"                            },
        {__LINE__, REFUSED_, "spec.subsets[1].name",                "{host: a, subsets: [{name: v}, {name: v}]}"                   },
        {__LINE__, REFUSED_, "spec.subsets[0].labels[\"a b\"]",
         "{host: a, subsets: [{name: v, labels: {'a b': c}}]}"                                                                     },
        {__LINE__, REFUSED_, "spec.subsets[0].trafficPolicy",
         "{host: a, subsets: [{name: v, trafficPolicy: {}}]}"                                                                      },
        {__LINE__, REFUSED_, "spec.exportTo[0]",                    "{host: a, exportTo: ['~']}"                                   },
        {__LINE__, ACCEPTED, "",
         "{host: a, exportTo: ['.'], workloadSelector: {matchLabels: {a: b}}}"                                                     },
        {__LINE__, REFUSED_, "spec.exportTo[1]",
         "{host: a, exportTo: ['.', b], workloadSelector: {matchLabels: {a: b}}}"                                                  },
        {__LINE__, WARNED,   "spec.workloadSelector",               "{host: a, workloadSelector: {}}"                              },
        {__LINE__, REFUSED_, "spec.workloadSelector.matchLabels.a",
         "{host: a, workloadSelector: {matchLabels: {a: 'b*'}}}"                                                                   },
    };
    CHECK(rows);
}

Test(istio_validate_policy, whole_policies)
{
    static const struct validation_row rows[] = {
        {__LINE__, REFUSED_, "spec.trafficPolicy",                                               POLICY("")                                                  },
        {__LINE__, ACCEPTED, "",                                                                 POLICY("retryBudget: {percent: 20, minRetryConcurrency: 3}")},
        {__LINE__, BROKEN_,  IN_POLICY "retryBudget.percent",                                    POLICY("retryBudget: {percent: 101}")                       },
        {__LINE__, BROKEN_,  IN_POLICY "retryBudget.budgetInterval",
         POLICY("retryBudget: {budgetInterval: -1s}")                                                                                                        },
        {__LINE__, ACCEPTED, "",                                                                 POLICY("proxyProtocol: {version: V2}")                      },
        {__LINE__, BROKEN_,  IN_POLICY "proxyProtocol.version",
         POLICY("proxyProtocol: {version: V3}")                                                                                                              },
        {__LINE__, REFUSED_, IN_POLICY "proxyProtocol",
         POLICY("proxyProtocol: {}, tunnel: {targetHost: a, targetPort: 1}")                                                                                 },
        {__LINE__, REFUSED_, IN_POLICY "tunnel.protocol",
         POLICY("tunnel: {protocol: PUT, targetHost: a, targetPort: 1}")                                                                                     },
        {__LINE__, REFUSED_, IN_POLICY "tunnel.targetHost",
         POLICY("tunnel: {targetHost: '*.a', targetPort: 1}")                                                                                                },
        {__LINE__, ACCEPTED, "",                                                                 POLICY("tunnel: {targetHost: 1.2.3.4, targetPort: 1}")      },
        {__LINE__, BROKEN_,  IN_POLICY "tunnel",                                                 POLICY("tunnel: {targetHost: a}")                           },
        {__LINE__, BROKEN_,  IN_POLICY "portLevelSettings[0]",
         POLICY("portLevelSettings: [{loadBalancer: {simple: RANDOM}}]")                                                                                     },
        {__LINE__, REFUSED_, IN_POLICY "portLevelSettings[0]",
         POLICY("portLevelSettings: [{port: {number: 80}}]")                                                                                                 },
        {__LINE__, BROKEN_,  IN_POLICY "portLevelSettings[0]",                                   POLICY("portLevelSettings: [null]")                         },
        {__LINE__, BROKEN_,  IN_POLICY "portLevelSettings[0].connectionPool.tcp.maxConnections",
         POLICY("portLevelSettings: [{port: {number: 80}, connectionPool: {tcp: {maxConnections: "
                "-1}}}]")                                                                                                                                    },
    };
    CHECK(rows);
}

Test(istio_validate_policy, load_balancers)
{
#define HASH(text) BALANCER("consistentHash: {" text "}")
#define IN_HASH IN_BALANCER "consistentHash."
    static const struct validation_row rows[] = {
        {__LINE__, BROKEN_,  IN_BALANCER "simple",                BALANCER("simple: BEST")                    },
        {__LINE__, BROKEN_,  IN_BALANCER "consistentHash",
         BALANCER("simple: RANDOM, consistentHash: {useSourceIp: true}")                                      },
        {__LINE__, ACCEPTED, "",
         HASH("httpCookie: {name: c, ttl: 0s}, ringHash: {minimumRingSize: 9}")                               },
        {__LINE__, BROKEN_,  IN_HASH "httpCookie",                HASH("httpCookie: {ttl: 1s}")               },
        {__LINE__, BROKEN_,  IN_HASH "httpCookie.ttl",            HASH("httpCookie: {name: c, ttl: -1s}")     },
        {__LINE__, BROKEN_,  IN_HASH "useSourceIp",               HASH("httpHeaderName: x, useSourceIp: true")},
        {__LINE__, REFUSED_, IN_HASH "httpCookie.attributes[1]",
         HASH("httpCookie: {name: c, attributes: [{name: a}, {name: a}]}")                                    },
        {__LINE__, REFUSED_, IN_HASH "httpCookie.attributes[0]",
         HASH("httpCookie: {name: c, attributes: [{value: a}]}")                                              },
        {__LINE__, WARNED,   IN_HASH "minimumRingSize",
         HASH("useSourceIp: true, minimumRingSize: 9")                                                        },
        {__LINE__, REFUSED_, IN_HASH "minimumRingSize",
         HASH("useSourceIp: true, minimumRingSize: 9, ringHash: {}")                                          },
        {__LINE__, BROKEN_,  IN_HASH "ringHash",                  HASH("maglev: {}, ringHash: {}")            },
        {__LINE__, REFUSED_, IN_HASH "maglev",                    HASH("maglev: {}")                          },
        {__LINE__, BROKEN_,  IN_HASH "maglev.tableSize",          HASH("maglev: {tableSize: 1000}")           },
        {__LINE__, BROKEN_,  IN_HASH "maglev.tableSize",          HASH("maglev: {tableSize: 1}")              },
        {__LINE__, BROKEN_,  IN_HASH "maglev.tableSize",
         HASH("maglev: {tableSize: 18446744073709551557}")                                                    },
        {__LINE__, ACCEPTED, "",                                  HASH("maglev: {tableSize: 4999999}")        },
        {__LINE__, ACCEPTED, "",
         BALANCER("simple: ROUND_ROBIN, warmup: {duration: 1s, aggression: 0.5}")                             },
        {__LINE__, REFUSED_, IN_BALANCER "warmup",                BALANCER("warmup: {minimumPercent: 5}")     },
        {__LINE__, BROKEN_,  IN_BALANCER "warmup.minimumPercent",
         BALANCER("warmup: {duration: 1s, minimumPercent: 150}")                                              },
        {__LINE__, BROKEN_,  IN_BALANCER "warmup.aggression",
         BALANCER("warmup: {duration: 1s, aggression: 0}")                                                    },
        {__LINE__, REFUSED_, IN_BALANCER "warmupDurationSecs",
         BALANCER("warmup: {duration: 1s}, warmupDurationSecs: 1s")                                           },
    };
    CHECK(rows);
}

Test(istio_validate_policy, localities)
{
#define LOCALITY(text) BALANCER("localityLbSetting: {" text "}")
#define FROM(text) LOCALITY("distribute: [" text "]")
#define IN_LOCALITY IN_BALANCER "localityLbSetting."
    static const struct validation_row rows[] = {
        {__LINE__, ACCEPTED, "",
         FROM("{from: a/b/*, to: {a/b: 80, 'c/*': 20}}, {from: a/c, to: {'*': 100}}, {from: '*', "
              "to: {a: 100}}")                                                                                                                },
        {__LINE__, BROKEN_,  IN_LOCALITY "distribute[0].to",                       FROM("{from: a, to: {a: 80, b: 25}}")                      },
        {__LINE__, BROKEN_,  IN_LOCALITY "distribute[0].to.a",
         FROM("{from: a, to: {a: 0, b: 100}}")                                                                                                },
        {__LINE__, BROKEN_,  IN_LOCALITY "distribute[0].from",
         FROM("{from: 'a/*/c', to: {a: 100}}")                                                                                                },
        {__LINE__, BROKEN_,  IN_LOCALITY "distribute[0].from",                     FROM("{from: a//c, to: {a: 100}}")                         },
        {__LINE__, BROKEN_,  IN_LOCALITY "distribute[0].from",                     FROM("{from: '', to: {a: 100}}")                           },
        {__LINE__, REFUSED_, IN_LOCALITY "distribute[1].from",
         FROM("{from: '*', to: {a: 100}}, {from: a/b/c, to: {a: 100}}")                                                                       },
        {__LINE__, REFUSED_, IN_LOCALITY "distribute[1].from",
         FROM("{from: a/b/c, to: {a: 100}}, {from: a, to: {a: 100}}")                                                                         },
        {__LINE__, REFUSED_, IN_LOCALITY "distribute[1].from",
         FROM("{from: 'a/*', to: {a: 100}}, {from: a/b, to: {a: 100}}")                                                                       },
        {__LINE__, ACCEPTED, "",
         FROM("{from: a/b/c, to: {a: 100}}, {from: 'a/b/*', to: {a: 100}}")                                                                   },
        {__LINE__, REFUSED_, IN_LOCALITY "failover",
         LOCALITY("distribute: [{from: a, to: {a: 100}}], failover: [{from: a, to: b}]")                                                      },
        {__LINE__, BROKEN_,  IN_LOCALITY "failover[0]",                            LOCALITY("failover: [{from: a, to: a}]")                   },
        {__LINE__, BROKEN_,  IN_LOCALITY "failover[0]",                            LOCALITY("failover: [{from: a, to: b/c}]")                 },
        {__LINE__, BROKEN_,  IN_LOCALITY "failover[0]",                            LOCALITY("failover: [{from: '*', to: b}]")                 },
        {__LINE__, REFUSED_, IN_LOCALITY "failoverPriority[0]",
         LOCALITY("failover: [{from: a, to: b}], failoverPriority: [topology.kubernetes.io/zone]")                                            },
        {__LINE__, ACCEPTED, "",                                                   LOCALITY("failoverPriority: [topology.kubernetes.io/zone]")},
        {__LINE__, WARNED,   IN_BALANCER "localityLbSetting",
         POLICY("loadBalancer: {localityLbSetting: {failover: [{from: a, to: b}]}}")                                                          },
        {__LINE__, REFUSED_, IN_BALANCER "zoneAwareLbSetting",
         BALANCER("localityLbSetting: {}, zoneAwareLbSetting: {}")                                                                            },
        {__LINE__, REFUSED_, IN_BALANCER "zoneAwareLbSetting.failoverPriority[0]",
         BALANCER("zoneAwareLbSetting: {failoverPriority: [topology.istio.io/subzone]}")                                                      },
    };
    CHECK(rows);
}

Test(istio_validate_policy, connection_pools)
{
#define POOL(text) POLICY("connectionPool: {" text "}")
#define IN_POOL IN_POLICY "connectionPool."
    static const struct validation_row rows[] = {
        {__LINE__, REFUSED_, IN_POLICY "connectionPool",             POOL("")                                                    },
        {__LINE__, ACCEPTED, "",                                     POOL("tcp: {idleTimeout: 0s, connectTimeout: 30ms}")        },
        {__LINE__, REFUSED_, IN_POOL "http.idleTimeout",             POOL("http: {idleTimeout: 0s}")                             },
        {__LINE__, REFUSED_, IN_POOL "tcp.connectTimeout",
         POOL("tcp: {connectTimeout: 2.000000005s}")                                                                             },
        {__LINE__, REFUSED_, IN_POOL "tcp.maxConnectionDuration",
         POOL("tcp: {maxConnectionDuration: 500ns}")                                                                             },
        {__LINE__, REFUSED_, IN_POOL "tcp.tcpKeepalive.time",
         POOL("tcp: {tcpKeepalive: {time: 0s}}")                                                                                 },
        {__LINE__, BROKEN_,  IN_POOL "tcp.maxConnections",           POOL("tcp: {maxConnections: -1}")                           },
        {__LINE__, BROKEN_,  IN_POOL "http.http1MaxPendingRequests",
         POOL("http: {http1MaxPendingRequests: -1}")                                                                             },
        {__LINE__, BROKEN_,  IN_POOL "http.http2MaxRequests",        POOL("http: {http2MaxRequests: -1}")                        },
        {__LINE__, BROKEN_,  IN_POOL "http.maxRetries",              POOL("http: {maxRetries: -1}")                              },
        {__LINE__, BROKEN_,  IN_POOL "http.maxConcurrentStreams",
         POOL("http: {maxConcurrentStreams: -1}")                                                                                },
        {__LINE__, REFUSED_, IN_POOL "http.useClientProtocol",
         POOL("http: {h2UpgradePolicy: UPGRADE, useClientProtocol: true}")                                                       },
        {__LINE__, ACCEPTED, "",                                     POOL("http: {http2KeepAlive: {interval: 15s, timeout: 5s}}")},
        {__LINE__, REFUSED_, IN_POOL "http.http2KeepAlive",
         POOL("http: {http2KeepAlive: {timeout: 5s}}")                                                                           },
    };
    CHECK(rows);
}

Test(istio_validate_policy, outliers_and_tls)
{
#define OUTLIER(text) POLICY("outlierDetection: {" text "}")
#define IN_OUTLIER IN_POLICY "outlierDetection."
#define TLS(text) POLICY("tls: {" text "}")
#define IN_TLS IN_POLICY "tls."
    static const struct validation_row rows[] = {
        {__LINE__, ACCEPTED, "",
         OUTLIER("consecutive5xxErrors: 0, interval: 1s, maxEjectionPercent: 100")                                                        },
        {__LINE__, BROKEN_,  IN_OUTLIER "maxEjectionPercent",             OUTLIER("maxEjectionPercent: 101")                              },
        {__LINE__, BROKEN_,  IN_OUTLIER "minHealthPercent",               OUTLIER("minHealthPercent: -1")                                 },
        {__LINE__, BROKEN_,  IN_OUTLIER "interval",                       OUTLIER("interval: -11.000000001s")                             },
        {__LINE__, WARNED,   IN_OUTLIER "consecutiveErrors",              OUTLIER("consecutiveErrors: 1")                                 },
        {__LINE__, REFUSED_, IN_OUTLIER "consecutiveLocalOriginFailures",
         OUTLIER("consecutiveLocalOriginFailures: 1")                                                                                     },
        {__LINE__, ACCEPTED, "",
         OUTLIER("consecutiveLocalOriginFailures: 1, splitExternalLocalOriginErrors: true")                                               },
        {__LINE__, BROKEN_,  IN_OUTLIER "outlierDetectionHttpErrorCodes",
         OUTLIER("outlierDetectionHttpErrorCodes: [500, 600]")                                                                            },
        {__LINE__, ACCEPTED, "",
         TLS("mode: SIMPLE, caCertificates: ca, insecureSkipVerify: false")                                                               },
        {__LINE__, REFUSED_, IN_TLS "insecureSkipVerify",
         TLS("mode: SIMPLE, credentialName: c, insecureSkipVerify: true")                                                                 },
        {__LINE__, ACCEPTED, "",                                          TLS("mode: MUTUAL, credentialName: c, insecureSkipVerify: true")},
        {__LINE__, REFUSED_, IN_TLS "credentialName",
         TLS("mode: SIMPLE, credentialName: c, privateKey: k")                                                                            },
        {__LINE__, REFUSED_, IN_POLICY "tls",                             TLS("mode: MUTUAL, privateKey: k")                              },
        {__LINE__, REFUSED_, IN_POLICY "tls",                             TLS("mode: MUTUAL, clientCertificate: k")                       },
        {__LINE__, ACCEPTED, "",                                          TLS("mode: ISTIO_MUTUAL")                                       },
    };
    CHECK(rows);
}
