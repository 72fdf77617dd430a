/*
 * format_names: names of the API and hosts; see formats.h.
 */
#include "gateway_api/formats.h"

#include "base/ip.h"
#include "base/syntax.h"

enum { HOSTNAME_MAX = 253 };

/* Beside letters and digits, behind the domain of a name. */
#define PATH_MARKS "/-._~%!$&'()*+,;=:"

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
    if (is_domain_prefixed(text, STR(PATH_MARKS))) return NULL;
    return "is no address type: IPAddress, Hostname, or one such as example.com/name";
}

const char *
format_check_controller(sluice_str text)
{
    if (is_domain_prefixed(text, STR(PATH_MARKS))) return NULL;
    return "is no controller: a DNS name and a path, such as example.com/controller";
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

/* ---- labels ---- */

const char *
format_check_label_key(sluice_str text)
{
    enum { PREFIX_MAX = 253 };
    size_t slash = str_find(text, '/');
    sluice_str name = slash == SIZE_MAX ? text : str_skip(text, slash + 1);
    if (slash != SIZE_MAX && (slash > PREFIX_MAX || !is_subdomain(str_first(text, slash))))
        return "has a prefix before \"/\" that is no DNS name in lower case";
    if (!syntax_is_qualified_name(name))
        return "is not 1 to 63 letters, digits, \"-\", \"_\" or \".\" between letters or digits";
    return NULL;
}
