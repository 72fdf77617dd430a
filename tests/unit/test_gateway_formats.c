/* gateway_api/formats: the syntaxes of names, hosts and parts of requests, on both sides of each
 * limit. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/syntax.h"
#include "gateway_api/formats.h"
#include "support/rows.h"

typedef const char *format_check(sluice_str text);

struct row {
    int line;
    const char *text;
    bool valid;
};

static void
check_rows(format_check *check, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *wrong = check(sluice_str_of(rows[i].text));
        cr_expect((wrong == NULL) == rows[i].valid, "line %d: \"%s\": %s", rows[i].line,
                  rows[i].text, wrong ? wrong : "accepted");
    }
}

/* `count` times `c` around which `before` and `after` stand. */
static bool
accepts_repeated(format_check *check, const char *before, char c, size_t count, const char *after)
{
    size_t head = strlen(before), tail = strlen(after);
    char *text = malloc(head + count + tail);
    cr_assert(text != NULL);
    memcpy(text, before, head);
    memset(text + head, c, count);
    memcpy(text + head + count, after, tail);
    bool valid = check((sluice_str){text, head + count + tail}) == NULL;
    free(text);
    return valid;
}

Test(gateway_formats, subdomains)
{
    static const struct row rows[] = {
        {__LINE__, "a",       true },
        {__LINE__, "0",       true },
        {__LINE__, "a-b.c-d", true },
        {__LINE__, "a.b.c",   true },
        {__LINE__, "a--b",    true },
        {__LINE__, "",        false},
        {__LINE__, "A",       false},
        {__LINE__, "a.",      false},
        {__LINE__, ".a",      false},
        {__LINE__, "a..b",    false},
        {__LINE__, "-a",      false},
        {__LINE__, "a-",      false},
        {__LINE__, "a-.b",    false},
        {__LINE__, "a.-b",    false},
        {__LINE__, "a_b",     false},
        {__LINE__, "bad>",    false},
        {__LINE__, "a/b",     false},
        {__LINE__, "*.a",     false},
    };
    check_rows(format_check_subdomain, rows, ROWS(rows));
}

Test(gateway_formats, labels_of_namespaces)
{
    static const struct row rows[] = {
        {__LINE__, "a",   true },
        {__LINE__, "a-1", true },
        {__LINE__, "1",   true },
        {__LINE__, "a.b", false},
        {__LINE__, "",    false},
        {__LINE__, "A",   false},
        {__LINE__, "-a",  false},
        {__LINE__, "a-",  false},
    };
    check_rows(format_check_label, rows, ROWS(rows));
}

Test(gateway_formats, groups_and_kinds)
{
    static const struct row groups[] = {
        {__LINE__, "",                          true },
        {__LINE__, "gateway.networking.k8s.io", true },
        {__LINE__, "example.com/bar",           false},
        {__LINE__, "Example.com",               false},
    };
    static const struct row names[] = {
        {__LINE__, "Service", true },
        {__LINE__, "a",       true },
        {__LINE__, "A-9",     true },
        {__LINE__, "",        false},
        {__LINE__, "9a",      false},
        {__LINE__, "a-",      false},
        {__LINE__, "a/b",     false},
        {__LINE__, "a.b",     false},
    };
    check_rows(format_check_group, groups, ROWS(groups));
    check_rows(format_check_kind, names, ROWS(names));
}

Test(gateway_formats, protocols_of_listeners)
{
    static const struct row rows[] = {
        {__LINE__, "HTTP",          true },
        {__LINE__, "https",         true },
        {__LINE__, "my-own",        true },
        {__LINE__, "example.com/x", true },
        {__LINE__, "example.com",   false},
        {__LINE__, "example.com/",  false},
        {__LINE__, "a/b/c",         false},
        {__LINE__, "Example.com/x", false},
        {__LINE__, "",              false},
        {__LINE__, "-a",            false},
        {__LINE__, "a b",           false},
        {__LINE__, "a/b-c",         false},
    };
    check_rows(format_check_protocol, rows, ROWS(rows));
}

Test(gateway_formats, types_of_addresses)
{
    static const struct row rows[] = {
        {__LINE__, "IPAddress",      true },
        {__LINE__, "Hostname",       true },
        {__LINE__, "NamedAddress",   true },
        {__LINE__, "acme.io/Pool/7", true },
        {__LINE__, "ipaddress",      false},
        {__LINE__, "acme.io",        false},
        {__LINE__, "acme.io/a b",    false},
        {__LINE__, "",               false},
    };
    check_rows(format_check_address_type, rows, ROWS(rows));
}

Test(gateway_formats, hostnames)
{
    static const struct {
        int line;
        const char *text;
        bool listener, route, precise, sni;
    } rows[] = {
        {__LINE__, "a",           true,  true,  true,  true },
        {__LINE__, "a.b.c",       true,  true,  true,  true },
        {__LINE__, "1.2.3",       true,  true,  true,  true },
        {__LINE__, "*.a",         true,  true,  false, true },
        {__LINE__, "*.a.b",       true,  true,  false, true },
        {__LINE__, "",            true,  false, false, false},
        {__LINE__, "1.2.3.4",     true,  true,  true,  false},
        {__LINE__, "2001:db8::1", false, false, false, false},
        {__LINE__, "*",           false, false, false, false},
        {__LINE__, "*.",          false, false, false, false},
        {__LINE__, "f*.a",        false, false, false, false},
        {__LINE__, "a.*.b",       false, false, false, false},
        {__LINE__, "*.*.a",       false, false, false, false},
        {__LINE__, "*a",          false, false, false, false},
        {__LINE__, "A.b",         false, false, false, false},
        {__LINE__, "a.b.",        false, false, false, false},
        {__LINE__, "a..b",        false, false, false, false},
        {__LINE__, "-a",          false, false, false, false},
        {__LINE__, "a_b",         false, false, false, false},
        {__LINE__, "a:80",        false, false, false, false},
        {__LINE__, "http://a",    false, false, false, false},
        {__LINE__, "a/b",         false, false, false, false},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        sluice_str text = sluice_str_of(rows[i].text);
        cr_expect((format_check_hostname(text) == NULL) == rows[i].listener, "line %d",
                  rows[i].line);
        cr_expect((format_check_route_hostname(text) == NULL) == rows[i].route, "line %d",
                  rows[i].line);
        cr_expect((format_check_precise_hostname(text) == NULL) == rows[i].precise, "line %d",
                  rows[i].line);
        cr_expect((format_check_sni_hostname(text) == NULL) == rows[i].sni, "line %d",
                  rows[i].line);
    }
    cr_expect(accepts_repeated(format_check_route_hostname, "", 'a', 253, ""));
    cr_expect(!accepts_repeated(format_check_route_hostname, "", 'a', 254, ""));
    cr_expect(accepts_repeated(format_check_sni_hostname, "*.", 'a', 251, ""));
    cr_expect(!accepts_repeated(format_check_sni_hostname, "*.", 'a', 252, ""));
}

Test(gateway_formats, origins_of_cors)
{
    static const struct row rows[] = {
        {__LINE__, "*",                       true },
        {__LINE__, "http://a",                true },
        {__LINE__, "https://a.b",             true },
        {__LINE__, "https://A-1.b:1",         true },
        {__LINE__, "https://a.b:65535",       true },
        {__LINE__, "http://*",                true },
        {__LINE__, "http://*:8080",           true },
        {__LINE__, "https://*.bar.com",       true },
        {__LINE__, "https://*.bar.com:12345", true },
        {__LINE__, "http://1.2.3.4",          true },
        {__LINE__, "",                        false},
        {__LINE__, "a.b",                     false},
        {__LINE__, "null",                    false},
        {__LINE__, "ftp://a.b",               false},
        {__LINE__, "HTTP://a.b",              false},
        {__LINE__, "http:/a",                 false},
        {__LINE__, "http://",                 false},
        {__LINE__, "http://a/",               false},
        {__LINE__, "http://a/b",              false},
        {__LINE__, "http://a?b",              false},
        {__LINE__, "http://a:",               false},
        {__LINE__, "http://a:123456",         false},
        {__LINE__, "http://a:8o",             false},
        {__LINE__, "http://a:1:2",            false},
        {__LINE__, "http://u@a",              false},
        {__LINE__, "http://a..b",             false},
        {__LINE__, "http://.a",               false},
        {__LINE__, "http://a.",               false},
        {__LINE__, "http://a*.b",             false},
        {__LINE__, "http://a.*.b",            false},
        {__LINE__, "http://*.*.b",            false},
        {__LINE__, "http://*.",               false},
        {__LINE__, "**",                      false},
    };
    check_rows(format_check_cors_origin, rows, ROWS(rows));
    cr_expect(accepts_repeated(format_check_cors_origin, "http://", 'a', 246, ""));
    cr_expect(!accepts_repeated(format_check_cors_origin, "http://", 'a', 247, ""));
}

Test(gateway_formats, header_names)
{
    static const struct row rows[] = {
        {__LINE__, "a",               true },
        {__LINE__, "X-Trace_Id.9",    true },
        {__LINE__, "!#$%&'*+-.^_`|~", true },
        {__LINE__, "*",               true },
        {__LINE__, "",                false},
        {__LINE__, ":method",         false},
        {__LINE__, "magic/",          false},
        {__LINE__, "a b",             false},
        {__LINE__, "a\tb",            false},
        {__LINE__, "a,b",             false},
        {__LINE__, "\xc3\xa4",        false},
    };
    check_rows(format_check_header_name, rows, ROWS(rows));
    cr_expect(accepts_repeated(format_check_header_name, "", 'a', 256, ""));
    cr_expect(!accepts_repeated(format_check_header_name, "", 'a', 257, ""));
}

Test(gateway_formats, header_values)
{
    static const struct {
        int line;
        const char *text;
        bool valid, control;
    } rows[] = {
        {__LINE__, "a",        true,  false},
        {__LINE__, "a b\tc",   true,  false},
        {__LINE__, "~!",       true,  false},
        {__LINE__, "",         false, false},
        {__LINE__, " a",       false, false},
        {__LINE__, "a ",       false, false},
        {__LINE__, "a  b",     false, false},
        {__LINE__, "a \tb",    false, false},
        {__LINE__, "\xc3\xa4", false, false},
        {__LINE__, "a\nb",     false, true },
        {__LINE__, "a\rb",     false, true },
        {__LINE__, "a\x01",    false, true },
        {__LINE__, "\x7f",     false, true },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        sluice_str text = sluice_str_of(rows[i].text);
        bool valid = format_check_header_value(text) == NULL;
        cr_expect(valid == rows[i].valid, "line %d", rows[i].line);
        cr_expect(format_has_control(text) == rows[i].control, "line %d", rows[i].line);
    }
}

Test(gateway_formats, methods_and_schemes)
{
    static const struct row methods[] = {
        {__LINE__, "GET",     true },
        {__LINE__, "HEAD",    true },
        {__LINE__, "POST",    true },
        {__LINE__, "PUT",     true },
        {__LINE__, "PATCH",   true },
        {__LINE__, "CONNECT", true },
        {__LINE__, "OPTIONS", true },
        {__LINE__, "TRACE",   true },
        {__LINE__, "DELETE",  true },
        {__LINE__, "get",     false},
        {__LINE__, "",        false},
        {__LINE__, "NOTREAL", false},
        {__LINE__, "*",       false},
    };
    static const struct row schemes[] = {
        {__LINE__, "http",  true },
        {__LINE__, "https", true },
        {__LINE__, "HTTP",  false},
        {__LINE__, "ws",    false},
        {__LINE__, "",      false},
    };
    check_rows(format_check_method, methods, ROWS(methods));
    check_rows(format_check_redirect_scheme, schemes, ROWS(schemes));
    cr_expect(format_check_cors_method(STR("*")) == NULL);
    cr_expect(format_check_cors_method(STR("PUT")) == NULL);
    cr_expect(format_check_cors_method(STR("put")) != NULL);
}

Test(gateway_formats, paths)
{
    static const struct row rows[] = {
        {__LINE__, "/",                  true },
        {__LINE__, "/a",                 true },
        {__LINE__, "/a/",                true },
        {__LINE__, "/-._~!$&'()*+,;=:@", true },
        {__LINE__, "/%20",               true },
        {__LINE__, "/a%C3%a4b",          true },
        {__LINE__, "/.a/..b/c.",         true },
        {__LINE__, "/...",               true },
        {__LINE__, "",                   false},
        {__LINE__, "a",                  false},
        {__LINE__, "//",                 false},
        {__LINE__, "/a//b",              false},
        {__LINE__, "/./a",               false},
        {__LINE__, "/a/./b",             false},
        {__LINE__, "/a/../b",            false},
        {__LINE__, "/a%2fb",             false},
        {__LINE__, "/a%2Fb",             false},
        {__LINE__, "/a#b",               false},
        {__LINE__, "/..",                false},
        {__LINE__, "/a/..",              false},
        {__LINE__, "/.",                 false},
        {__LINE__, "/a/.",               false},
        {__LINE__, "/a?b",               false},
        {__LINE__, "/a b",               false},
        {__LINE__, "/a[b]",              false},
        {__LINE__, "/a\"",               false},
        {__LINE__, "/%",                 false},
        {__LINE__, "/%2",                false},
        {__LINE__, "/%zz",               false},
        {__LINE__, "/%2g",               false},
        {__LINE__, "/\xc3\xa4",          false},
    };
    check_rows(format_check_path, rows, ROWS(rows));
}

Test(gateway_formats, grpc_names)
{
    static const struct row services[] = {
        {__LINE__, "Greeter",          true },
        {__LINE__, "a.b.C",            true },
        {__LINE__, ".a.b",             true },
        {__LINE__, "_a._9",            true },
        {__LINE__, "foo.Test.Example", true },
        {__LINE__, "",                 false},
        {__LINE__, ".",                false},
        {__LINE__, "..a",              false},
        {__LINE__, "a.",               false},
        {__LINE__, "a..b",             false},
        {__LINE__, "9a",               false},
        {__LINE__, "a.9",              false},
        {__LINE__, "a/b",              false},
        {__LINE__, ".*",               false},
        {__LINE__, "a-b",              false},
    };
    static const struct row methods[] = {
        {__LINE__, "Login", true },
        {__LINE__, "_x9",   true },
        {__LINE__, "",      false},
        {__LINE__, "9",     false},
        {__LINE__, "a.b",   false},
        {__LINE__, ".*",    false},
        {__LINE__, "a/b",   false},
        {__LINE__, ".a",    false},
    };
    check_rows(format_check_grpc_service, services, ROWS(services));
    check_rows(format_check_grpc_method, methods, ROWS(methods));
}

Test(gateway_formats, label_keys_and_values)
{
    static const struct row keys[] = {
        {__LINE__, "app",                   true },
        {__LINE__, "A_b.c-9",               true },
        {__LINE__, "example.com/path.html", true },
        {__LINE__, "a/b",                   true },
        {__LINE__, "",                      false},
        {__LINE__, "Example.com/a",         false},
        {__LINE__, "a/",                    false},
        {__LINE__, "/a",                    false},
        {__LINE__, "a/b/c",                 false},
        {__LINE__, "key~@@@",               false},
        {__LINE__, "-a",                    false},
        {__LINE__, "a.",                    false},
    };
    static const struct row values[] = {
        {__LINE__, "",             true },
        {__LINE__, "MyValue",      true },
        {__LINE__, "123-my_value", true },
        {__LINE__, "a ",           false},
        {__LINE__, "v a l u e",    false},
        {__LINE__, ".a",           false},
    };
    check_rows(format_check_label_key, keys, ROWS(keys));
    check_rows(syntax_check_label_value, values, ROWS(values));
    cr_expect(accepts_repeated(format_check_label_key, "x/", 'a', 63, ""));
    cr_expect(!accepts_repeated(format_check_label_key, "x/", 'a', 64, ""));
    cr_expect(accepts_repeated(format_check_label_key, "", 'a', 253, "/k"));
    cr_expect(!accepts_repeated(format_check_label_key, "", 'a', 254, "/k"));
    cr_expect(accepts_repeated(syntax_check_label_value, "", 'a', 63, ""));
    cr_expect(!accepts_repeated(syntax_check_label_value, "", 'a', 64, ""));
}
