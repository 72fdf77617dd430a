#include "router/match_plain.h"

#include "base/ip.h"

/* The comparisons that need no more than two texts. Inline: every predicate passes here. */
static inline bool
compare_text(enum match_op op, bool ignore_case, sluice_str value, sluice_str text)
{
    switch (op) {
    case OP_PRESENT:
        return true;
    case OP_EXACT:
        if (ignore_case) return str_equal_ignore_case(text, value);
        return text.len == value.len && word_same_text(text.ptr, value.ptr, value.len);
    case OP_PREFIX:
        if (ignore_case) return str_starts_with_ignore_case(text, value);
        return text.len >= value.len && word_same_text(text.ptr, value.ptr, value.len);
    case OP_SEGMENT_PREFIX:
        if (text.len > value.len && text.ptr[value.len] != '/') return false;
        return ignore_case ? str_starts_with_ignore_case(text, value)
                           : str_starts_with(text, value);
    case OP_SUFFIX:
        return text.len > value.len && str_ends_with(text, value);
    case OP_REGEX:
    case OP_AFFIX:
    case OP_CIDR:
        break;
    }
    return false;
}

bool
match_text(const sluice_context *context, enum match_op op, bool ignore_case, sluice_str value,
           uint32_t regex, sluice_str text)
{
    if (op == OP_REGEX) return regex_full_match(context_regex(context, regex), text);
    return compare_text(op, ignore_case, value, text);
}

bool
match_affix(const struct affix *affix, sluice_str text)
{
    return text.len > affix->prefix.len + affix->suffix.len &&
           str_starts_with(text, affix->prefix) && str_ends_with(text, affix->suffix);
}

static bool
match_cidr(const struct cidr *cidr, sluice_str text)
{
    struct ip ip;
    if (!ip_parse(&ip, text)) return false;
    const uint8_t *address = ip.bytes;
    uint32_t whole = cidr->bits / 8, rest = cidr->bits % 8;
    if (memcmp(address, cidr->address, whole) != 0) return false;
    if (rest == 0) return true;
    uint8_t mask = (uint8_t)(0xff << (8 - rest));
    return ((address[whole] ^ cidr->address[whole]) & mask) == 0;
}

static bool
match_pattern(const sluice_context *context, const struct pattern *pattern, sluice_str value)
{
    if (!str_starts_with(value, str_make(pattern->prefix, pattern->len))) return false;
    return regex_full_match(context_regex(context, pattern->regex), str_skip(value, pattern->len));
}

/* Does one value of a subject pass the comparison? */
static bool
compare(const struct view *view, const struct predicate *predicate, sluice_str value)
{
    bool ignore_case = predicate->flags & PREDICATE_IGNORE_CASE;
    switch ((enum match_op)predicate->op) {
    case OP_AFFIX:
        return match_affix(predicate->affix, value);
    case OP_CIDR:
        return match_cidr(predicate->cidr, value);
    case OP_REGEX:
        return match_pattern(view->context, &predicate->pattern, value);
    case OP_PRESENT:
    case OP_EXACT:
    case OP_PREFIX:
    case OP_SEGMENT_PREFIX:
    case OP_SUFFIX:
        break;
    }
    return compare_text((enum match_op)predicate->op, ignore_case, predicate->text, value);
}

static bool
find_field(const sluice_field *fields, size_t count, sluice_str name, sluice_str *value)
{
    for (size_t i = 0; i < count; i++) {
        if (!str_equal(fields[i].name, name)) continue;
        *value = fields[i].value;
        return true;
    }
    return false;
}

static bool
source_label(const struct view *view, sluice_str name, sluice_str *value)
{
    const sluice_request *request = view->request;
    if (request->source_labels) {
        return find_field(request->source_labels, request->source_label_count, name, value);
    }
    return find_field(view->router->proxy_labels, view->router->proxy_label_count, name, value);
}

/* The segments of /service/method. */
static bool
grpc_segment(const struct view *view, bool method, sluice_str *value)
{
    sluice_str rest = str_skip(view->path, 1);
    size_t slash = str_find(rest, '/');
    if (view->path.len == 0 || view->path.ptr[0] != '/' || slash == SIZE_MAX) return false;
    *value = method ? str_skip(rest, slash + 1) : str_first(rest, slash);
    return true;
}

static bool
given(sluice_str text, sluice_str *value)
{
    *value = text;
    return text.len > 0;
}

bool
match_subject(struct view *view, const struct predicate *predicate, sluice_str *value)
{
    const sluice_router *router = view->router;
    const sluice_request *request = view->request;
    switch ((enum subject)predicate->subject) {
    case SUBJECT_PATH:
        *value = view->path;
        return true;
    case SUBJECT_RAW_PATH:
        *value = view->raw_path;
        return true;
    case SUBJECT_METHOD:
        *value = view_method(view);
        return true;
    case SUBJECT_SCHEME:
        *value = view_scheme(view);
        return true;
    case SUBJECT_AUTHORITY:
        return given(view_authority(view), value);
    case SUBJECT_HEADER:
        return view_header(view, predicate->name, value);
    case SUBJECT_QUERY:
        return view_query(view, router->needed[SLUICE_NEEDED_QUERY][predicate->name], value);
    case SUBJECT_QUERY_DECODED:
        return view_query_decoded(view, router->needed[SLUICE_NEEDED_QUERY][predicate->name],
                                  value);
    case SUBJECT_SOURCE_NAMESPACE:
        *value =
            request->source_namespace.len ? request->source_namespace : router->proxy_namespace;
        return true;
    case SUBJECT_SOURCE_LABEL:
        return source_label(view, router->needed[SLUICE_NEEDED_SOURCE_LABEL][predicate->name],
                            value);
    case SUBJECT_SOURCE_IP:
        return given(request->source_ip, value);
    case SUBJECT_DESTINATION_IP:
        return given(request->destination_ip, value);
    case SUBJECT_SNI:
        return given(view->sni, value);
    case SUBJECT_CLAIM:
        return find_field(request->claims, request->claim_count,
                          router->needed[SLUICE_NEEDED_CLAIM][predicate->name], value);
    case SUBJECT_GRPC_SERVICE:
        return grpc_segment(view, false, value);
    case SUBJECT_GRPC_METHOD:
        return grpc_segment(view, true, value);
    case SUBJECT_PORT:
    case SUBJECT_PROTOCOL:
        break;
    }
    return false;
}

static bool
compare_absent(const struct view *view, const struct predicate *predicate)
{
    return (predicate->flags & PREDICATE_ABSENT_IS_EMPTY) && compare(view, predicate, STR(""));
}

/* A claim may be a list: any member may match. */
static bool
match_claim(const struct view *view, const struct predicate *predicate)
{
    sluice_str name = view->router->needed[SLUICE_NEEDED_CLAIM][predicate->name];
    const sluice_field *claims = view->request->claims;
    bool present = false;
    for (size_t i = 0; i < view->request->claim_count; i++) {
        if (!str_equal(claims[i].name, name)) continue;
        if (compare(view, predicate, claims[i].value)) return true;
        present = true;
    }
    return !present && compare_absent(view, predicate);
}

static bool
holds(struct view *view, const struct predicate *predicate)
{
    sluice_str value;
    if (predicate->subject == SUBJECT_PATH) return compare(view, predicate, view->path);
    if (predicate->subject == SUBJECT_PORT) return predicate->number == view->port;
    if (predicate->subject == SUBJECT_PROTOCOL) {
        return predicate->number == (uint64_t)view->request->protocol;
    }
    if (predicate->subject == SUBJECT_CLAIM) return match_claim(view, predicate);
    if (!match_subject(view, predicate, &value)) return compare_absent(view, predicate);
    return compare(view, predicate, value);
}

bool
match_predicate(struct view *view, const struct predicate *predicate)
{
    return holds(view, predicate) != (bool)(predicate->flags & PREDICATE_NEGATE);
}

const struct predicate *
match_rule(struct view *view, const struct rule *rule)
{
    const struct predicate *predicate = rule_predicates(view->router, rule);
    const struct predicate *end = predicate + rule->predicate_count;
    for (; predicate < end; predicate++) {
        if (!match_predicate_inline(view, predicate)) return predicate;
    }
    return NULL;
}
