/*
 * formats: see formats.h.
 */
#include "gateway_api/formats.h"

#include "base/ip.h"

enum { HOSTNAME_MAX = 253, HEADER_NAME_MAX = 256 };

static bool
is_lower_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || ascii_is_digit(c);
}

static bool
is_alnum(char c)
{
    return ascii_is_alpha(c) || ascii_is_digit(c);
}

static bool
is_one_of(char c, sluice_str marks)
{
    return str_find(marks, c) != SIZE_MAX;
}

/* ---- names ---- */

/* Lower-case letters and digits, with "-" between them. */
static bool
is_label(sluice_str text)
{
    if (text.len == 0) return false;
    if (!is_lower_alnum(text.ptr[0]) || !is_lower_alnum(text.ptr[text.len - 1])) return false;
    for (size_t i = 0; i < text.len; i++) {
        if (!is_lower_alnum(text.ptr[i]) && text.ptr[i] != '-') return false;
    }
    return true;
}

/* The text up to the next dot, cut off the front of *rest with the dot. */
static sluice_str
take_label(sluice_str *rest, bool *last)
{
    sluice_str label = str_first(*rest, str_find(*rest, '.'));
    *last = label.len == rest->len;
    *rest = str_skip(*rest, label.len + 1);
    return label;
}

static bool
is_subdomain(sluice_str text)
{
    for (bool last = false; !last;) {
        if (!is_label(take_label(&text, &last))) return false;
    }
    return true;
}

const char *
format_check_subdomain(sluice_str text)
{
    if (is_subdomain(text)) return NULL;
    return "is no DNS name: lower-case letters, digits, \"-\" and \".\", each part beginning and "
           "ending with a letter or digit";
}

const char *
format_check_label(sluice_str text)
{
    if (is_label(text)) return NULL;
    return "is no DNS label: lower-case letters, digits and \"-\", beginning and ending with a "
           "letter or digit";
}

const char *
format_check_group(sluice_str text)
{
    if (text.len == 0 || is_subdomain(text)) return NULL;
    return "is no API group: a DNS name in lower case without a version, or \"\" for the core "
           "group";
}

static bool
is_kind(sluice_str text)
{
    if (text.len == 0 || !ascii_is_alpha(text.ptr[0])) return false;
    for (size_t i = 0; i < text.len; i++) {
        if (!is_alnum(text.ptr[i]) && text.ptr[i] != '-') return false;
    }
    return text.ptr[text.len - 1] != '-';
}

const char *
format_check_kind(sluice_str text)
{
    if (is_kind(text)) return NULL;
    return "is no kind: letters, digits and inner \"-\", beginning with a letter";
}

/* name, or dns-name/name; the latter is an implementation's own. */
static bool
is_protocol_name(sluice_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!is_alnum(text.ptr[i]) && text.ptr[i] != '-') return false;
    }
    return text.len > 0 && text.ptr[0] != '-' && text.ptr[text.len - 1] != '-';
}

static bool
is_domain_prefixed(sluice_str text, sluice_str marks)
{
    size_t slash = str_find(text, '/');
    if (slash == SIZE_MAX || slash + 1 == text.len) return false;
    if (!is_subdomain(str_first(text, slash))) return false;
    sluice_str name = str_skip(text, slash + 1);
    for (size_t i = 0; i < name.len; i++) {
        if (!is_alnum(name.ptr[i]) && !is_one_of(name.ptr[i], marks)) return false;
    }
    return true;
}

const char *
format_check_protocol(sluice_str text)
{
    if (is_protocol_name(text) || is_domain_prefixed(text, STR(""))) return NULL;
    return "is no protocol: HTTP, HTTPS, TLS, TCP, UDP, or one such as example.com/name";
}

const char *
format_check_address_type(sluice_str text)
{
    static const sluice_str known[] = {STR_INIT("IPAddress"), STR_INIT("Hostname"),
                                       STR_INIT("NamedAddress")};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (str_equal(text, known[i])) return NULL;
    }
    if (is_domain_prefixed(text, STR("/-._~%!$&'()*+,;=:"))) return NULL;
    return "is no address type: IPAddress, Hostname, or one such as example.com/name";
}

/* ---- hosts ---- */

const char *
format_check_hostname(sluice_str text)
{
    bool wild = str_starts_with(text, STR("*."));
    if (text.len == 0 || is_subdomain(str_skip(text, wild ? 2 : 0))) return NULL;
    return "is no hostname: lower-case DNS labels, the first of which may be \"*\"; no scheme, "
           "port or path";
}

const char *
format_check_precise_hostname(sluice_str text)
{
    if (is_subdomain(text)) return NULL;
    return "is no hostname: lower-case DNS labels; no \"*\", scheme, port or path";
}

const char *
format_check_route_hostname(sluice_str text)
{
    if (text.len == 0) return "must not be empty";
    if (text.len > HOSTNAME_MAX) return "has more than 253 characters";
    return format_check_hostname(text);
}

const char *
format_check_sni_hostname(sluice_str text)
{
    struct ip ip;
    if (ip_parse(&ip, text)) return "is an IP address; names that a client asks for are expected";
    return format_check_route_hostname(text);
}

/* ---- CORS ---- */

/* "*", a name, or "*." and a name. */
static bool
is_origin_host(sluice_str host)
{
    if (str_equal(host, STR("*"))) return true;
    if (str_starts_with(host, STR("*."))) host = str_skip(host, 2);
    for (size_t i = 0; i < host.len; i++) {
        if (is_one_of(host.ptr[i], STR("*/?# "))) return false;
    }
    return host.len > 0;
}

static bool
is_origin_port(sluice_str port)
{
    uint64_t number;
    return port.len <= 5 && str_to_u64(port, &number);
}

const char *
format_check_cors_origin(sluice_str text)
{
    static const char wrong[] = "is no origin: \"*\", or http:// or https:// and a host, which may "
                                "begin with \"*.\", and optionally a port";
    if (str_equal(text, STR("*"))) return NULL;
    if (text.len > HOSTNAME_MAX) return "has more than 253 characters";
    bool secure = str_starts_with(text, STR("https://"));
    if (!secure && !str_starts_with(text, STR("http://"))) return wrong;
    sluice_str host = str_skip(text, secure ? 8 : 7);
    size_t colon = str_find(host, ':');
    if (colon != SIZE_MAX && !is_origin_port(str_skip(host, colon + 1))) return wrong;
    return is_origin_host(str_first(host, colon)) ? NULL : wrong;
}

/* ---- parts of requests ---- */

const char *
format_check_header_name(sluice_str text)
{
    if (text.len == 0) return "must not be empty";
    if (text.len > HEADER_NAME_MAX) return "has more than 256 characters";
    for (size_t i = 0; i < text.len; i++) {
        if (is_alnum(text.ptr[i]) || is_one_of(text.ptr[i], STR("!#$%&'*+-.^_`|~"))) continue;
        return "is no name: letters, digits and !#$%&'*+-.^_`|~ are expected";
    }
    return NULL;
}

static bool
is_method(sluice_str text)
{
    static const sluice_str known[] = {
        STR_INIT("GET"),     STR_INIT("HEAD"),   STR_INIT("POST"),
        STR_INIT("PUT"),     STR_INIT("DELETE"), STR_INIT("CONNECT"),
        STR_INIT("OPTIONS"), STR_INIT("TRACE"),  STR_INIT("PATCH"),
    };
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (str_equal(text, known[i])) return true;
    }
    return false;
}

const char *
format_check_method(sluice_str text)
{
    if (is_method(text)) return NULL;
    return "is none of GET, HEAD, POST, PUT, DELETE, CONNECT, OPTIONS, TRACE, PATCH";
}

const char *
format_check_cors_method(sluice_str text)
{
    if (is_method(text) || str_equal(text, STR("*"))) return NULL;
    return "is none of *, GET, HEAD, POST, PUT, DELETE, CONNECT, OPTIONS, TRACE, PATCH";
}

const char *
format_check_redirect_scheme(sluice_str text)
{
    if (str_equal(text, STR("http")) || str_equal(text, STR("https"))) return NULL;
    return "is neither http nor https";
}
