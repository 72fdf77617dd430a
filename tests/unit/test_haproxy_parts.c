/* What the HAProxy binding is made of: option texts, request texts, fields, shared rules. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "fields.h"
#include "request_text.h"
#include "rules.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

/* ---- settings ---- */

static bool
settings_accept(const char *text)
{
    struct settings settings;
    const char *problem;
    bool accepted = settings_read(&settings, text, &problem);
    settings_free(&settings);
    return accepted;
}

Test(haproxy_settings, knows_its_words_and_no_others)
{
    static const struct {
        const char *text;
        bool want;
    } rows[] = {
        {"",                                         true },
        {" \t\n ",                                   true },
        {"lenient keep-going",                       true },
        {"registry=on registry=off",                 true },
        {"registry=auto",                            false},
        {"outbound=registry-only",                   true },
        {"outbound=",                                false},
        {"export-to=. export-to=*",                  true },
        {"export-to=x",                              false},
        {"namespace=a",                              true },
        {"namespace=",                               false},
        {"label:a=b label:c= label:d=e=f",           true },
        {"label:a",                                  false},
        {"label:=b",                                 false},
        {"gateway=ns/gw",                            true },
        {"port=1 port=65535",                        true },
        {"port=0",                                   false},
        {"port=65536",                               false},
        {"port=99999999999999999999999999999999999", false},
        {"port=+1",                                  false},
        {"port=80x",                                 false},
        {"port=",                                    false},
        {"protocol=grpc protocol=http",              true },
        {"protocol=tcp",                             false},
        {"lenient=yes",                              false},
        {"Lenient",                                  false},
        {"x",                                        false},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        cr_expect(eq(int, settings_accept(rows[i].text), rows[i].want), "\"%s\"", rows[i].text);
    }
}

Test(haproxy_settings, names_the_word_that_is_wrong)
{
    struct settings settings;
    const char *problem;
    cr_assert(not(settings_read(&settings, "lenient colour=red port=1", &problem)));
    cr_expect(eq(str, (char *)problem, "colour=red"));
    settings_free(&settings);
}

Test(haproxy_settings, reach_the_compile_options)
{
    struct settings settings;
    const char *problem;
    cr_assert(settings_read(&settings, "label:a=b label:c=d=e port=8080 gateway=n/g", &problem));
    cr_assert(eq(sz, settings.compile.proxy_label_count, 2));
    cr_expect(str_equal(settings.compile.proxy_labels[1].name, STR("c")));
    cr_expect(str_equal(settings.compile.proxy_labels[1].value, STR("d=e")));
    cr_expect(eq(u32, settings.port, 8080));
    cr_expect(str_equal(settings.gateway, STR("n/g")));
    settings_free(&settings);
}

/* ---- request texts ---- */

Test(haproxy_request_text, reads_a_request_line_and_header_lines)
{
    struct headers headers = {0};
    sluice_request request = {.port = 1};
    sluice_str text = STR("PUT a.com:80 /x?y z\r\nAccept: a\r\nx:\t b \t\nno colon\r\n:port: 8080\n"
                          ":scheme: https\n:source-ip: ::1\n\nbody: no\n");
    cr_assert(request_text_read(text, &request, &headers));
    cr_expect(str_equal(request.method, STR("PUT")));
    cr_expect(str_equal(request.authority, STR("a.com:80")));
    cr_expect(str_equal(request.path, STR("/x?y z")));
    cr_expect(eq(sz, request.header_count, 5));
    cr_expect(str_equal(headers_get(&headers, "accept"), STR("a")));
    cr_expect(str_equal(headers_get(&headers, "x"), STR("b")));
    cr_expect(eq(ptr, (void *)headers_get(&headers, "body").ptr, NULL));
    cr_expect(eq(u32, request.port, 8080));
    cr_expect(str_equal(request.scheme, STR("https")));
    cr_expect(str_equal(request.source_ip, STR("::1")));
    headers_free(&headers);
}

Test(haproxy_request_text, keeps_its_room_from_request_to_request)
{
    struct headers headers = {0};
    char text[4096] = "GET a /\n";
    for (int i = 0; i < 100; i++)
        strcat(text, "name: value\n");
    for (int round = 0; round < 3; round++) {
        sluice_request request = {0};
        cr_assert(request_text_read(sluice_str_of(text), &request, &headers));
        cr_expect(eq(sz, request.header_count, 100));
    }
    headers_free(&headers);
}

Test(haproxy_request_text, any_bytes_are_safe)
{
    static const char bytes[] = "GET: \r\n\t\0\xff/a";
    struct headers headers = {0};
    unsigned random = 1;
    for (int round = 0; round < 20000; round++) {
        size_t len = (size_t)(random >> 16) % 40;
        char *text = malloc(len + 1); /* its end is the end of the memory, for AddressSanitizer */
        for (size_t i = 0; i < len; i++) {
            random = random * 1103515245 + 12345;
            text[i] = bytes[(random >> 16) % (sizeof bytes - 1)];
        }
        sluice_request request = {0};
        cr_assert(request_text_read((sluice_str){text, len}, &request, &headers));
        random += (unsigned)headers.count + 1;
        free(text);
    }
    headers_free(&headers);
}

/* ---- fields ---- */

static const sluice_destination reviews = {.host = STR_INIT("reviews.example"),
                                           .subset = STR_INIT("v2")};

static const sluice_decision forward = {
    .outcome = SLUICE_FORWARD,
    .destination = &reviews,
    .port = 80,
    .path = STR_INIT("/a=b"),
    .authority = STR_INIT("a\nb"),
    .timeout_ns = 1000001,
    .hash_present = true,
    .hash = UINT64_MAX,
};

static struct line
all_fields(char *room, size_t size)
{
    struct line line = {room, 0, size, true};
    fields_write(&forward, &line);
    return line;
}

Test(haproxy_fields, are_written_and_found_again)
{
    static const struct {
        const char *name, *want;
    } rows[] = {
        {"outcome",   "forward"             },
        {"backend",   "reviews.example:v2"  },
        {"host",      "reviews.example"     },
        {"port",      "80"                  },
        {"path",      "/a=b"                },
        {"timeout",   "2"                   }, /* milliseconds, never less than the rule says */
        {"hash",      "18446744073709551615"},
        {"authority", NULL                  }, /* a line end could not be read back */
        {"route",     NULL                  },
        {"out",       NULL                  },
        {"",          NULL                  },
    };
    char room[512];
    struct line line = all_fields(room, sizeof room);
    cr_assert(line.whole);
    for (size_t i = 0; i < ROWS(rows); i++) {
        sluice_str text = {room, line.len};
        sluice_str found = fields_find(text, sluice_str_of(rows[i].name));
        cr_expect(eq(int, found.ptr == NULL, rows[i].want == NULL), "%s", rows[i].name);
        if (rows[i].want)
            cr_expect(str_equal(found, sluice_str_of(rows[i].want)), "%s", rows[i].name);
    }
}

Test(haproxy_fields, leave_out_what_does_not_fit)
{
    char room[512];
    for (size_t size = 0; size < 200; size++) {
        struct line line = all_fields(room, size);
        cr_expect(line.whole && line.len <= size);
        cr_expect(line.len == 0 || room[line.len - 1] == '\n', "size %zu", size);
        struct line one = {room, 0, size, true};
        cr_expect(eq(int, field_write(&forward, STR("host"), &one), size >= reviews.host.len));
    }
}

/* ---- rules ---- */

static const char *const rule_text =
    "{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: a}, spec: "
    "{hosts: [a.com], http: [{route: [{destination: {host: b}}]}]}}\n";

static void
write_file(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");
    cr_assert(file != NULL);
    fputs(text, file);
    fclose(file);
}

/* The messages of loading one file, to be freed. */
static char *
load_file(struct rules **out, const char *name, const char *options)
{
    char *text;
    size_t len;
    FILE *messages = open_memstream(&text, &len);
    cr_assert(messages != NULL);
    *out = rules_load(&name, 1, options, messages);
    fclose(messages);
    return text;
}

static void
expect_refused(const char *name, const char *options, const char *words)
{
    struct rules *rules;
    char *said = load_file(&rules, name, options);
    cr_expect(rules == NULL);
    cr_expect(strstr(said, words) != NULL, "\"%s\" in \"%s\"", words, said);
    free(said);
}

Test(haproxy_rules, are_shared_by_name_and_options_while_somebody_holds_them)
{
    char name[] = "/tmp/sluice-rules-XXXXXX";
    struct rules *first, *second, *other;
    close(mkstemp(name));
    write_file(name, rule_text);
    free(load_file(&first, name, ""));
    write_file(name, "no: rules\n");
    free(load_file(&second, name, ""));
    cr_assert(first != NULL);
    cr_expect(eq(ptr, first, second), "a change of the file is for the next process");
    write_file(name, rule_text);
    free(load_file(&other, name, "lenient"));
    cr_expect(other && other != first);
    rules_release(first);
    rules_release(second);
    rules_release(other);
    write_file(name, "no: rules\n");
    expect_refused(name, "", ":1:1: error: ");
    unlink(name);
}

Test(haproxy_rules, say_what_is_wrong)
{
    expect_refused("/nonexistent/a.yaml", "", "/nonexistent/a.yaml: error: No such file");
    expect_refused("/", "", "/: error: Is a directory");
    expect_refused("/dev/null", "colour", "option \"colour\" is not known");
    rules_release(NULL);
}

Test(haproxy_rules, read_a_file_of_any_size)
{
    char name[] = "/tmp/sluice-rules-XXXXXX";
    struct rules *rules;
    close(mkstemp(name));
    FILE *file = fopen(name, "w");
    fputs(rule_text, file);
    for (int i = 0; i < 200000; i++)
        fputs("# a comment\n", file);
    fclose(file);
    free(load_file(&rules, name, ""));
    cr_assert(rules != NULL);
    sluice_context *context = rules_context(rules);
    cr_expect(context != NULL);
    cr_expect(not(rules_need_headers(rules)));
    sluice_context_free(context);
    rules_release(rules);
    unlink(name);
}
