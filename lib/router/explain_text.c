#include "router/explain_text.h"

enum { SHOWN_BYTES = 200 };

/* In quotes, with what is not printable escaped, cut off when it is long. */
static sluice_str
quote(struct arena *arena, sluice_str text)
{
    static const char hex[] = "0123456789abcdef";
    sluice_str shown = str_first(text, SHOWN_BYTES);
    char *out = arena_bytes(arena, shown.len * 4 + 5);
    if (!out) return (sluice_str){NULL, 0};
    char *at = out;
    *at++ = '"';
    for (size_t i = 0; i < shown.len; i++) {
        unsigned char c = (unsigned char)shown.ptr[i];
        if (c == '"' || c == '\\') {
            *at++ = '\\';
            *at++ = (char)c;
        } else if (c >= 0x20 && c < 0x7f) {
            *at++ = (char)c;
        } else {
            *at++ = '\\';
            *at++ = 'x';
            *at++ = hex[c >> 4];
            *at++ = hex[c & 15];
        }
    }
    *at++ = '"';
    if (shown.len < text.len) {
        memcpy(at, "...", 3);
        at += 3;
    }
    return (sluice_str){out, (size_t)(at - out)};
}

static const char *
subject_name(const struct predicate *predicate)
{
    static const char *const names[] = {
        [SUBJECT_PATH] = "path",
        [SUBJECT_RAW_PATH] = "header :path",
        [SUBJECT_METHOD] = "method",
        [SUBJECT_SCHEME] = "scheme",
        [SUBJECT_AUTHORITY] = "authority",
        [SUBJECT_HEADER] = "header",
        [SUBJECT_QUERY] = "query parameter",
        [SUBJECT_QUERY_DECODED] = "query parameter",
        [SUBJECT_PORT] = "port",
        [SUBJECT_SOURCE_NAMESPACE] = "source namespace",
        [SUBJECT_SOURCE_LABEL] = "source label",
        [SUBJECT_SOURCE_IP] = "source address",
        [SUBJECT_DESTINATION_IP] = "destination address",
        [SUBJECT_SNI] = "server name",
        [SUBJECT_CLAIM] = "claim",
        [SUBJECT_PROTOCOL] = "protocol",
        [SUBJECT_GRPC_SERVICE] = "gRPC service",
        [SUBJECT_GRPC_METHOD] = "gRPC method",
    };
    return names[predicate->subject];
}

static sluice_str
subject_key(const sluice_router *router, const struct predicate *predicate)
{
    sluice_needed what;
    switch ((enum subject)predicate->subject) {
    case SUBJECT_HEADER:
        what = SLUICE_NEEDED_HEADER;
        break;
    case SUBJECT_QUERY:
    case SUBJECT_QUERY_DECODED:
        what = SLUICE_NEEDED_QUERY;
        break;
    case SUBJECT_SOURCE_LABEL:
        what = SLUICE_NEEDED_SOURCE_LABEL;
        break;
    case SUBJECT_CLAIM:
        what = SLUICE_NEEDED_CLAIM;
        break;
    default:
        return STR("");
    }
    return router->needed[what][predicate->name];
}

static const char *
protocol_name(uint64_t protocol)
{
    static const char *const names[] = {"http", "grpc", "tls", "tcp", "udp"};
    return protocol < 5 ? names[protocol] : "unknown";
}

/* E.g. 10.0.0.0/8 or 2001:db8:0:0:0:0:0:0/32. */
static sluice_str
cidr_text(struct arena *arena, const struct cidr *cidr)
{
    static const uint8_t v4[12] = {[10] = 0xff, [11] = 0xff};
    const uint8_t *a = cidr->address;
    if (cidr->bits >= 96 && memcmp(a, v4, sizeof(v4)) == 0) {
        return arena_printf(arena, "%u.%u.%u.%u/%u", a[12], a[13], a[14], a[15],
                            (unsigned)cidr->bits - 96);
    }
    sluice_str text = {NULL, 0};
    for (size_t i = 0; i < 16; i += 2) {
        text = arena_printf(arena, "%.*s%s%x", STR_ARG(text), i ? ":" : "",
                            (unsigned)(a[i] << 8 | a[i + 1]));
    }
    return arena_printf(arena, "%.*s/%u", STR_ARG(text), (unsigned)cidr->bits);
}

static sluice_str
affix_text(struct arena *arena, const struct affix *affix)
{
    sluice_str parts[] = {quote(arena, affix->prefix), STR(" and suffix "),
                          quote(arena, affix->suffix)};
    return arena_concat(arena, parts, 3);
}

/* What the comparison is with, in quotes where it is text. */
static sluice_str
quote_pattern(struct arena *arena, const sluice_router *router, const struct pattern *pattern)
{
    sluice_str parts[] = {
        {pattern->prefix, pattern->len},
        router->patterns[pattern->regex]
    };
    return quote(arena, arena_concat(arena, parts, 2));
}

static sluice_str
operand(struct arena *arena, const sluice_router *router, const struct predicate *predicate)
{
    if (predicate->subject == SUBJECT_PORT) {
        return arena_printf(arena, "%u", (unsigned)predicate->number);
    }
    if (predicate->subject == SUBJECT_PROTOCOL) {
        return sluice_str_of(protocol_name(predicate->number));
    }
    switch ((enum match_op)predicate->op) {
    case OP_PRESENT:
        return STR("");
    case OP_REGEX:
        return quote_pattern(arena, router, &predicate->pattern);
    case OP_AFFIX:
        return affix_text(arena, predicate->affix);
    case OP_CIDR:
        return cidr_text(arena, predicate->cidr);
    default:
        return quote(arena, predicate->text);
    }
}

static bool
is_plain(sluice_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] <= ' ' || text.ptr[i] > '~') return false;
    }
    return text.len > 0;
}

/* Name and operator, e.g. "header end-user exact". */
static sluice_str
left_side(struct arena *arena, const sluice_router *router, const struct predicate *predicate)
{
    static const char *const ops[] = {
        [OP_PRESENT] = " present", [OP_EXACT] = " exact",
        [OP_PREFIX] = " prefix",   [OP_SEGMENT_PREFIX] = " segment prefix",
        [OP_SUFFIX] = " suffix",   [OP_AFFIX] = " prefix",
        [OP_REGEX] = " regex",     [OP_CIDR] = " in",
    };
    sluice_str key = subject_key(router, predicate);
    bool numeric = predicate->subject == SUBJECT_PORT || predicate->subject == SUBJECT_PROTOCOL;
    if (key.len && !is_plain(key)) key = quote(arena, key);
    return arena_printf(arena, "%s%s%s%.*s%s", predicate->flags & PREDICATE_NEGATE ? "not " : "",
                        subject_name(predicate), key.len ? " " : "", STR_ARG(key),
                        numeric ? "" : ops[predicate->op]);
}

sluice_str
explain_predicate(struct arena *arena, const sluice_router *router,
                  const struct predicate *predicate)
{
    sluice_str left = left_side(arena, router, predicate);
    sluice_str value = operand(arena, router, predicate);
    bool folded = predicate->flags & PREDICATE_IGNORE_CASE;
    sluice_str parts[] = {left, value.len ? STR(" ") : STR(""), value,
                          folded ? STR(", ignoring case") : STR("")};
    return arena_concat(arena, parts, 4);
}

sluice_str
explain_actual(struct arena *arena, struct view *view, const struct predicate *predicate)
{
    sluice_str value;
    if (predicate->subject == SUBJECT_PORT) {
        return arena_printf(arena, "%u", (unsigned)view->port);
    }
    if (predicate->subject == SUBJECT_PROTOCOL) {
        return sluice_str_of(protocol_name((uint64_t)view->request->protocol));
    }
    if (!match_subject(view, predicate, &value)) return STR("absent");
    return quote(arena, value);
}
