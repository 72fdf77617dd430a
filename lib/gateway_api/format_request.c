/*
 * format_request: parts of requests; see formats.h.
 */
#include "gateway_api/formats.h"

#include "base/syntax.h"

enum { ORIGIN_MAX = 253, HEADER_NAME_MAX = 256, PORT_DIGITS_MAX = 5 };

static bool
is_alnum(char c)
{
    return ascii_is_alpha(c) || ascii_is_digit(c);
}

/* ---- CORS ---- */

/* Labels of letters, digits and "-". */
static bool
is_origin_name(sluice_str host)
{
    bool begun = false;
    for (size_t i = 0; i < host.len; i++) {
        bool dot = host.ptr[i] == '.';
        if (dot && !begun) return false;
        if (!dot && !is_alnum(host.ptr[i]) && host.ptr[i] != '-') return false;
        begun = !dot;
    }
    return begun;
}

/* "*", a name, or "*." and a name. */
static bool
is_origin_host(sluice_str host)
{
    if (str_equal(host, STR("*"))) return true;
    return is_origin_name(str_skip(host, str_starts_with(host, STR("*.")) ? 2 : 0));
}

static bool
is_origin_port(sluice_str port)
{
    uint64_t number;
    return port.len <= PORT_DIGITS_MAX && str_to_u64(port, &number);
}

const char *
format_check_cors_origin(sluice_str text)
{
    static const char wrong[] = "is no origin: \"*\", or http:// or https:// and a host, which may "
                                "begin with \"*.\", and optionally a port";
    if (str_equal(text, STR("*"))) return NULL;
    if (text.len > ORIGIN_MAX) return "has more than 253 characters";
    bool secure = str_starts_with(text, STR("https://"));
    if (!secure && !str_starts_with(text, STR("http://"))) return wrong;
    sluice_str host = str_skip(text, secure ? 8 : 7);
    size_t colon = str_find(host, ':');
    if (colon != SIZE_MAX && !is_origin_port(str_skip(host, colon + 1))) return wrong;
    return is_origin_host(str_first(host, colon)) ? NULL : wrong;
}

/* ---- headers ---- */

const char *
format_check_header_name(sluice_str text)
{
    if (text.len == 0) return "must not be empty";
    if (text.len > HEADER_NAME_MAX) return "has more than 256 characters";
    if (syntax_is_token(text)) return NULL;
    return "is no name: letters, digits and !#$%&'*+-.^_`|~ are expected";
}

bool
format_has_control(sluice_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f) return true;
    }
    return false;
}

const char *
format_check_header_value(sluice_str text)
{
    bool blank = true; /* a blank may not come first */
    for (size_t i = 0; i < text.len; i++) {
        bool next = text.ptr[i] == ' ' || text.ptr[i] == '\t';
        if ((next && blank) || (!next && (text.ptr[i] < '!' || text.ptr[i] > '~')))
            return "is not printable ASCII with single blanks inside";
        blank = next;
    }
    return blank ? "is not printable ASCII with single blanks inside" : NULL;
}

/* ---- methods, schemes ---- */

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

/* ---- paths ---- */

static bool
contains(sluice_str text, sluice_str part)
{
    for (size_t i = 0; i + part.len <= text.len; i++) {
        if (str_starts_with(str_skip(text, i), part)) return true;
    }
    return false;
}

static bool
is_hex_digit(char c)
{
    return ascii_is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'f');
}

/* Whether a URL's path may hold these bytes. */
static bool
is_path_text(sluice_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (is_alnum(c) || str_find(STR("-/._~!$&'()*+,;=:@"), c) != SIZE_MAX) continue;
        if (c != '%' || i + 2 >= text.len) return false;
        if (!is_hex_digit(text.ptr[i + 1]) || !is_hex_digit(text.ptr[i + 2])) return false;
        i += 2;
    }
    return true;
}

const char *
format_check_path(sluice_str text)
{
    static const struct {
        sluice_str part;
        const char *wrong;
    } inside[] = {
        {STR_INIT("//"),   "must not contain \"//\""  },
        {STR_INIT("/./"),  "must not contain \"/./\"" },
        {STR_INIT("/../"), "must not contain \"/../\""},
        {STR_INIT("%2f"),  "must not contain \"%2f\"" },
        {STR_INIT("%2F"),  "must not contain \"%2F\"" },
        {STR_INIT("#"),    "must not contain \"#\""   },
    };
    if (!str_starts_with(text, STR("/"))) return "must begin with \"/\"";
    for (size_t i = 0; i < sizeof(inside) / sizeof(inside[0]); i++) {
        if (contains(text, inside[i].part)) return inside[i].wrong;
    }
    if (str_ends_with(text, STR("/.."))) return "must not end with \"/..\"";
    if (str_ends_with(text, STR("/."))) return "must not end with \"/.\"";
    return format_check_path_text(text);
}

const char *
format_check_path_text(sluice_str text)
{
    if (is_path_text(text)) return NULL;
    return "holds a character that must be written as %XX: letters, digits and "
           "-/._~!$&'()*+,;=:@ may stand in a path";
}

/* ---- gRPC ---- */

/* A name of a protobuf package, service or method. */
static bool
is_identifier(sluice_str text)
{
    if (text.len == 0 || ascii_is_digit(text.ptr[0])) return false;
    for (size_t i = 0; i < text.len; i++) {
        if (!is_alnum(text.ptr[i]) && text.ptr[i] != '_') return false;
    }
    return true;
}

const char *
format_check_grpc_service(sluice_str text)
{
    if (str_starts_with(text, STR("."))) text = str_skip(text, 1);
    for (;;) {
        size_t dot = str_find(text, '.');
        if (!is_identifier(str_first(text, dot)))
            return "is no service: names of letters, digits and \"_\", separated by \".\", such as "
                   "package.Service";
        if (dot == SIZE_MAX) return NULL;
        text = str_skip(text, dot + 1);
    }
}

const char *
format_check_grpc_method(sluice_str text)
{
    if (is_identifier(text)) return NULL;
    return "is no method: a name of letters, digits and \"_\", such as GetItem";
}
