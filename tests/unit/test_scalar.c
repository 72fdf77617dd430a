/* yaml/scalar and yaml/number: Kubernetes' typing of plain scalars, values, keys. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

#include "base/alloc.h"
#include "yaml/number.h"
#include "yaml/scalar.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

Test(scalar, kinds_are_those_of_kubernetes)
{
    static const struct {
        int line;
        enum yaml_kind kind;
        const char *texts[24];
    } rows[] = {
        {__LINE__, YAML_NULL,   {"", "~", "null", "Null", "NULL"}                                                        },
        {__LINE__, YAML_BOOL,   {"y",     "Y",     "yes",   "Yes", "YES", "true", "True", "TRUE",
                               "on",    "On",    "ON",    "n",   "N",   "no",   "No",   "NO",
                               "false", "False", "FALSE", "off", "Off", "OFF"}              },
        {__LINE__,
         YAML_STRING,           {"yEs", "tRue", "nULL", "oN", "yess", "nope", "~~", "nul", "t", "f", "truE", "none", "o"}},
        {__LINE__,
         YAML_INT,              {"0",
          "1",
          "-1",
          "+5",
          "010",
          "0o10",
          "0O17",
          "0x1F",
          "0X1f",
          "0b101",
          "0B11",
          "1_000",
          "-0x1F",
          "-0b101",
          "0b-101",
          "1__0_",
          "0x_1F",
          "9223372036854775807",
          "-9223372036854775808",
          "18446744073709551615",
          "00",
          "-0",
          "0_7"}                                                                                       },
        {__LINE__,
         YAML_FLOAT,            {"1.5", "1.", ".5", "-.5", "+.5", "1e3", "1E3", "1e+3", "1e-3", "08", "09", "0_8", "1_0.5",
          "1.e3", ".5e3", "-08.10", "0.0", "18446744073709551616", "-9223372036854775809"}           },
        {__LINE__,
         YAML_FLOAT,            {".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF", ".nan",
          ".NaN", ".NAN"}                                                                            },
        {__LINE__, YAML_STRING, {".",   "-",   "+",   "..", "1.2.3", "1e",  "1e+",
                                 "e3",  ".e3", "0x",  "0b", "0o",    "0xg", "0b2",
                                 "0o8", "--1", "+-1", "1-", "_1",    "._5", ".5_"}        },
        {__LINE__,
         YAML_STRING,           {"1:30", "2001-01-01", "2001-12-14t21:59:43.10-05:00", "1,000", "1 000", "0x1.8p1",
          "1e999", "-1e999", "inf", "nan", ".iNf", "-.nan", "0b1.1", "1.5x", "v1", "10m", "1e3s",
          "<<", "="}                                                                                },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        for (size_t k = 0; k < 24 && rows[i].texts[k]; k++) {
            cr_expect(eq(int, (int)scalar_kind(sluice_str_of(rows[i].texts[k])), (int)rows[i].kind),
                      "line %d: \"%s\"", rows[i].line, rows[i].texts[k]);
        }
    }
}

Test(scalar, integers_have_their_value_or_do_not_fit)
{
    static const struct {
        int line;
        const char *text;
        bool fits, negative;
        uint64_t magnitude;
    } rows[] = {
        {__LINE__, "0",                    true,  false, 0                },
        {__LINE__, "010",                  true,  false, 8                },
        {__LINE__, "-010",                 true,  true,  8                },
        {__LINE__, "0o17",                 true,  false, 15               },
        {__LINE__, "0x1F",                 true,  false, 31               },
        {__LINE__, "0b-101",               true,  true,  5                },
        {__LINE__, "1_000",                true,  false, 1000             },
        {__LINE__, "+5",                   true,  false, 5                },
        {__LINE__, "18446744073709551615", true,  false, UINT64_MAX       },
        {__LINE__, "18446744073709551616", false, false, 0                },
        {__LINE__, "-9223372036854775808", true,  true,  UINT64_C(1) << 63},
        {__LINE__, "-9223372036854775809", false, false, 0                },
        {__LINE__, "+9223372036854775808", false, false, 0                },
        {__LINE__, "1.0",                  false, false, 0                },
        {__LINE__, "x",                    false, false, 0                },
        {__LINE__, "",                     false, false, 0                },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        bool negative = false;
        uint64_t magnitude = 0;
        bool fits = scalar_integer(sluice_str_of(rows[i].text), &negative, &magnitude);
        cr_expect(eq(int, fits, rows[i].fits), "line %d", rows[i].line);
        if (!fits) continue;
        cr_expect(eq(int, negative, rows[i].negative), "line %d", rows[i].line);
        cr_expect(eq(u64, magnitude, rows[i].magnitude), "line %d", rows[i].line);
    }
}

Test(scalar, doubles_are_the_nearest)
{
    static const struct {
        int line;
        const char *text;
        double want;
    } rows[] = {
        {__LINE__, "0",                                              0                      },
        {__LINE__, "0x10",                                           16                     },
        {__LINE__, "1e3",                                            1000                   },
        {__LINE__, "0.1",                                            0.1                    },
        {__LINE__, "-0.3",                                           -0.3                   },
        {__LINE__, "99.999",                                         99.999                 },
        {__LINE__, "1_0.5",                                          10.5                   },
        {__LINE__, "123456789012345678",                             123456789012345678.0   },
        {__LINE__, "3.14159265358979323846264338327950288",          3.14159265358979323846 },
        {__LINE__, "1.7976931348623157e308",                         1.7976931348623157e308 },
        {__LINE__, "2.2250738585072014e-290",                        2.2250738585072014e-290},
        {__LINE__, "1e-301",                                         0                      },
        {__LINE__, "0.00000000000000000000000000000000000000001e41", 1                      },
        {__LINE__, "100000000000000000000000000000000000000000e-41", 1                      },
        {__LINE__, "9007199254740993",                               9007199254740992.0     },
        {__LINE__, "18446744073709551616",                           18446744073709551616.0 },
        {__LINE__, "0.1e-400000000000000",                           0                      },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        double got = scalar_double(sluice_str_of(rows[i].text));
        cr_expect(got == rows[i].want, "line %d: %.17g", rows[i].line, got);
    }
    cr_expect(isinf(number_read(STR("1e309"))) && isinf(scalar_double(STR(".inf"))));
    cr_expect(scalar_double(STR("-.inf")) < 0 && isnan(scalar_double(STR(".nan"))));
}

Test(scalar, json_numbers_are_told_from_others)
{
    static const char *const good[] = {"0", "-1", "10", "1.5", "1e3", "1E+3", "-0.5e-2", "0.0"};
    static const char *const bad[] = {"",   "-",  "+1", "01",   "1.",  ".5",  "0x1",  "1_0",
                                      "1e", " 1", "1 ", "1.e3", "-.5", "nan", "1.5.2"};
    for (size_t i = 0; i < ROWS(good); i++) {
        cr_expect(scalar_is_json_number(sluice_str_of(good[i])), "\"%s\"", good[i]);
    }
    for (size_t i = 0; i < ROWS(bad); i++) {
        cr_expect(not(scalar_is_json_number(sluice_str_of(bad[i]))), "\"%s\"", bad[i]);
    }
}

Test(scalar, keys_become_text_after_they_are_typed)
{
    static const struct {
        int line;
        const char *text, *want;
    } rows[] = {
        {__LINE__, "on",               "true"         },
        {__LINE__, "Y",                "true"         },
        {__LINE__, "OFF",              "false"        },
        {__LINE__, "010",              "8"            },
        {__LINE__, "-0x1F",            "-31"          },
        {__LINE__, "-0",               "0"            },
        {__LINE__, "1_000",            "1000"         },
        {__LINE__, "1.10",             "1.1"          },
        {__LINE__, "1.",               "1"            },
        {__LINE__, "08",               "8"            },
        {__LINE__, "0.1",              "0.1"          },
        {__LINE__, "-2.50",            "-2.5"         },
        {__LINE__, "1e3",              "1000"         },
        {__LINE__, "123456.0",         "123456"       },
        {__LINE__, "1e6",              "1e+06"        }, /* Go's FormatFloat(1e6, 'g', -1, 32) */
        {__LINE__, "1234567.0",        "1.234567e+06" },
        {__LINE__, "0.0001",           "0.0001"       },
        {__LINE__, "0.00012",          "0.00012"      },
        {__LINE__, "0.00001",          "1e-05"        },
        {__LINE__, "16777217.0",       "1.6777216e+07"},
        {__LINE__, "3.14159265358979", "3.1415927"    },
        {__LINE__, ".inf",             ".inf"         },
        {__LINE__, "-.inf",            "-.inf"        },
        {__LINE__, ".nan",             ".nan"         },
        {__LINE__, "0.0",              "0"            },
    };
    struct arena arena = arena_init(alloc_or_default(NULL));
    for (size_t i = 0; i < ROWS(rows); i++) {
        sluice_str text = sluice_str_of(rows[i].text), key;
        cr_assert(scalar_key(&arena, scalar_kind(text), text, &key));
        cr_expect(str_equal(key, sluice_str_of(rows[i].want)), "line %d: %.*s", rows[i].line,
                  STR_ARG(key));
    }
    arena_free(&arena);
}
