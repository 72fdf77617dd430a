/* yaml/duration: Go's time.ParseDuration, and Gateway API's part of it. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "yaml/decode.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))
#define SECOND INT64_C(1000000000)

Test(duration, reads_what_go_reads)
{
    static const struct {
        int line;
        const char *text;
        int64_t want;
    } rows[] = {
        {__LINE__, "0",                          0                  },
        {__LINE__, "-0",                         0                  },
        {__LINE__, "+0",                         0                  },
        {__LINE__, "0s",                         0                  },
        {__LINE__, "5s",                         5 * SECOND         },
        {__LINE__, "+5s",                        5 * SECOND         },
        {__LINE__, "-5s",                        -5 * SECOND        },
        {__LINE__, "1h30m",                      5400 * SECOND      },
        {__LINE__, "1.5s",                       1500000000         },
        {__LINE__, ".5s",                        500000000          },
        {__LINE__, "5.s",                        5 * SECOND         },
        {__LINE__, "1ms1us1ns",                  1001001            },
        {__LINE__, "1\xc2\xb5s",                 1000               },
        {__LINE__, "1\xce\xbcs",                 1000               },
        {__LINE__, "1s1s",                       2 * SECOND         },
        {__LINE__, "1m.5s",                      60500000000        },
        {__LINE__, "0.3333333333333333333h",     1200 * SECOND      },
        {__LINE__, "0.100000000000000000000h",   360 * SECOND       },
        {__LINE__, "0.830103483285477580700h",   2988372539827      },
        {__LINE__, "9007199254.740993s",         9007199254740993000},
        {__LINE__, "9223372036854775807ns",      INT64_MAX          },
        {__LINE__, "-9223372036854775808ns",     INT64_MIN          },
        {__LINE__, "9223372036s854ms775us807ns", INT64_MAX          },
        {__LINE__, "0.9223372036854775807s",     922337203          },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        int64_t got = 1;
        cr_expect(duration_parse(sluice_str_of(rows[i].text), &got), "line %d", rows[i].line);
        cr_expect(eq(i64, got, rows[i].want), "line %d", rows[i].line);
    }
}

Test(duration, refuses_what_go_refuses)
{
    static const char *const rows[] = {"",
                                       "3",
                                       "-",
                                       "s",
                                       ".",
                                       "-.",
                                       ".s",
                                       "+.s",
                                       "1d",
                                       "1e3s",
                                       "1 s",
                                       " 1s",
                                       "1s ",
                                       "1S",
                                       "1sm",
                                       "0x1s",
                                       "--1s",
                                       "1.2.3s",
                                       "1h-5m",
                                       "00",
                                       "1ms5",
                                       "1m s",
                                       "9223372036854775808ns",
                                       "9223372036854775.808us",
                                       "9223372036854ms775us808ns",
                                       "-9223372036854775809ns",
                                       "3000000h",
                                       "99999999999999999999999s",
                                       "\xc2s",
                                       "1\xc2\xb5",
                                       "inf"};
    for (size_t i = 0; i < ROWS(rows); i++) {
        int64_t got;
        cr_expect(not(duration_parse(sluice_str_of(rows[i]), &got)), "\"%s\"", rows[i]);
    }
}

Test(duration, reads_what_gateway_api_reads)
{
    static const struct {
        int line;
        const char *text;
        int64_t want; /* -1: no duration */
    } rows[] = {
        {__LINE__, "0s",                       0                                 },
        {__LINE__, "00000ms",                  0                                 },
        {__LINE__, "1ms",                      1000000                           },
        {__LINE__, "01h",                      3600 * SECOND                     },
        {__LINE__, "1h2h20m10m",               12600 * SECOND                    },
        {__LINE__, "100ms200ms300ms",          600000000                         },
        {__LINE__, "1m1s1h1ms",                3661 * SECOND + 1000000           },
        {__LINE__, "99999h",                   99999 * 3600 * SECOND             },
        {__LINE__, "99999h99999h99999h99999h", 4 * INT64_C(99999) * 3600 * SECOND},
        {__LINE__, "",                         -1                                },
        {__LINE__, "0",                        -1                                },
        {__LINE__, "1",                        -1                                },
        {__LINE__, "1m1",                      -1                                },
        {__LINE__, "1d",                       -1                                },
        {__LINE__, "1us",                      -1                                },
        {__LINE__, "1\xc2\xb5s",               -1                                },
        {__LINE__, "500ns",                    -1                                },
        {__LINE__, "1.5h",                     -1                                },
        {__LINE__, "-15m",                     -1                                },
        {__LINE__, "+15m",                     -1                                },
        {__LINE__, "s",                        -1                                },
        {__LINE__, "999999h",                  -1                                },
        {__LINE__, "100000s",                  -1                                },
        {__LINE__, "1s1s1s1s1s",               -1                                },
        {__LINE__, "1s ",                      -1                                },
        {__LINE__, " 1s",                      -1                                },
        {__LINE__, "1H",                       -1                                },
        {__LINE__, "99999999999999999999h",    -1                                },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        int64_t got = -1;
        if (!duration_parse_plain(sluice_str_of(rows[i].text), &got)) got = -1;
        cr_expect(eq(i64, got, rows[i].want), "line %d: %s", rows[i].line, rows[i].text);
    }
}
