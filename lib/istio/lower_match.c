/* lower_match: a match block as a list of predicates. */
#include "istio/lower.h"
#include "istio/names.h"

static struct model_predicate *
add(struct lower *lower, struct predicate_list *list, enum model_subject subject)
{
    struct model_predicate *items =
        arena_grow(lower->arena, list->items, list->count, &list->capacity, sizeof(*items));
    if (!items) {
        lower->failed = true;
        return NULL;
    }
    list->items = items;
    struct model_predicate *predicate = &list->items[list->count++];
    *predicate = (struct model_predicate){.subject = subject};
    return predicate;
}

/* None of the three forms, and the regex "*", test for presence. */
static struct model_matcher
matcher_of(const struct istio_string_match *match)
{
    struct model_matcher matcher = {.op = MODEL_PRESENT};
    if (!match) return matcher;
    if (value_is_set(match->exact)) {
        matcher = (struct model_matcher){.op = MODEL_EXACT, .value = match->exact.v};
    } else if (value_is_set(match->prefix)) {
        matcher = (struct model_matcher){.op = MODEL_PREFIX, .value = match->prefix.v};
    } else if (value_is_set(match->regex) && !str_equal(match->regex.v, STR("*"))) {
        matcher = (struct model_matcher){.op = MODEL_REGEX, .value = match->regex.v};
    }
    return matcher;
}

static void
add_text(struct lower *lower, struct predicate_list *list, enum model_subject subject,
         const struct istio_string_match *match)
{
    if (!match) return;
    struct model_predicate *predicate = add(lower, list, subject);
    if (predicate) predicate->matcher = matcher_of(match);
}

static void
add_uri(struct lower *lower, struct predicate_list *list, const struct istio_http_match *match)
{
    struct model_matcher matcher = matcher_of(match->uri);
    if (matcher.op == MODEL_PRESENT) return;
    struct model_predicate *predicate = add(lower, list, MODEL_PATH);
    if (!predicate) return;
    predicate->matcher = matcher;
    predicate->matcher.ignore_case = match->more->ignore_uri_case.v && matcher.op != MODEL_REGEX;
}

/*
 * @request.auth.claims.a.b and @request.auth.claims[a][b] are both a.b; a name with a dot of its
 * own stays in brackets: [a.b].c.
 */
static sluice_str
claim_name(struct lower *lower, sluice_str key)
{
    sluice_str rest = str_skip(key, STR("@request.auth.claims").len);
    if (str_starts_with(rest, STR("."))) return str_skip(rest, 1);
    char *out = arena_bytes(lower->arena, rest.len * 2);
    size_t len = 0;
    if (!out) return (sluice_str){NULL, 0};
    while (rest.len) {
        size_t end = str_find(rest, ']');
        sluice_str name = str_skip(str_first(rest, end), 1);
        bool dotted = str_find(name, '.') != SIZE_MAX;
        if (len) out[len++] = '.';
        if (dotted) out[len++] = '[';
        if (name.len) memcpy(out + len, name.ptr, name.len);
        len += name.len;
        if (dotted) out[len++] = ']';
        rest = end == SIZE_MAX ? str_skip(rest, rest.len) : str_skip(rest, end + 1);
    }
    return (sluice_str){out, len};
}

static enum model_subject
header_subject(sluice_str name)
{
    if (str_equal(name, STR(":method"))) return MODEL_METHOD;
    if (str_equal(name, STR(":scheme"))) return MODEL_SCHEME;
    if (str_equal(name, STR(":path"))) return MODEL_RAW_PATH;
    if (str_equal(name, STR(":authority")) || str_equal(name, STR("host"))) return MODEL_AUTHORITY;
    return MODEL_HEADER;
}

static void
add_header(struct lower *lower, struct predicate_list *list, sluice_str key,
           const struct istio_string_match *match, bool without)
{
    bool claim = name_is_jwt_claim(key);
    sluice_str name = claim ? claim_name(lower, key) : expand_lower_case(lower, key);
    struct model_predicate *predicate =
        add(lower, list, claim ? MODEL_CLAIM : header_subject(name));
    if (!predicate) return;
    predicate->name = name;
    predicate->matcher = matcher_of(match);
    predicate->negate = without;
    predicate->absent_is_empty = without && predicate->matcher.op != MODEL_PRESENT;
}

static void
add_headers(struct lower *lower, struct predicate_list *list, const struct value_message_map *map,
            bool without)
{
    const struct istio_string_match *items = map->items;
    for (size_t i = 0; i < map->count; i++) {
        add_header(lower, list, map->keys[i], &items[i], without);
    }
}

static void
add_queries(struct lower *lower, struct predicate_list *list, const struct value_message_map *map)
{
    const struct istio_string_match *items = map->items;
    for (size_t i = 0; i < map->count; i++) {
        struct model_predicate *predicate = add(lower, list, MODEL_QUERY);
        if (!predicate) return;
        predicate->name = map->keys[i];
        predicate->matcher = matcher_of(&items[i]);
    }
}

static void
add_source(struct lower *lower, struct predicate_list *list, const struct istio_http_match *match)
{
    for (size_t i = 0; i < match->more->source_labels.count; i++) {
        struct model_predicate *predicate = add(lower, list, MODEL_SOURCE_LABEL);
        if (!predicate) return;
        predicate->name = match->more->source_labels.items[i].name;
        predicate->matcher = (struct model_matcher){
            .op = MODEL_EXACT, .value = match->more->source_labels.items[i].value};
    }
    if (match->more->source_namespace.v.len == 0) return;
    struct model_predicate *predicate = add(lower, list, MODEL_SOURCE_NAMESPACE);
    if (!predicate) return;
    predicate->matcher =
        (struct model_matcher){.op = MODEL_EXACT, .value = match->more->source_namespace.v};
}

static void
add_port(struct lower *lower, struct predicate_list *list, uint32_t port)
{
    struct model_predicate *predicate = add(lower, list, MODEL_PORT);
    if (predicate) predicate->matcher = (struct model_matcher){.op = MODEL_EXACT, .number = port};
}

bool
lower_is_static(const struct model_predicate *predicate)
{
    return predicate->subject == MODEL_PORT || predicate->subject == MODEL_SOURCE_LABEL ||
           predicate->subject == MODEL_SOURCE_NAMESPACE;
}

void
lower_match_segments(struct predicate_list *list)
{
    struct model_matcher *path = list->count ? &list->items[0].matcher : NULL;
    if (!path || list->items[0].subject != MODEL_PATH || path->op != MODEL_PREFIX) return;
    if (path->value.len && !str_equal(path->value, STR("/"))) path->op = MODEL_SEGMENT_PREFIX;
}

/* Room for all, so that the list is not copied as it grows. */
static void
make_room(struct lower *lower, const struct istio_http_match *match, struct predicate_list *list)
{
    const struct istio_http_match_more *more = match->more;
    list->capacity = match->headers.count + (match->uri != NULL) + (match->method != NULL);
    if (more != &istio_no_more_of_match) {
        list->capacity += more->without_headers.count + more->query_params.count +
                          more->source_labels.count + more->port.set + (more->scheme != NULL) +
                          (more->authority != NULL) + value_is_set(more->source_namespace);
    }
    list->items = ARENA_ROOM(lower->arena, struct model_predicate, list->capacity);
    if (!list->items) lower->failed = true;
}

bool
lower_match(struct lower *lower, const struct istio_http_match *match,
            const struct lower_scope *scope, struct predicate_list *list)
{
    make_room(lower, match, list);
    if (lower->failed) return false;
    add_uri(lower, list, match);
    if (match->more->port.v > 0 && scope->port == 0)
        add_port(lower, list, (uint32_t)match->more->port.v);
    add_text(lower, list, MODEL_METHOD, match->method);
    add_text(lower, list, MODEL_SCHEME, match->more->scheme);
    add_text(lower, list, MODEL_AUTHORITY, match->more->authority);
    /* A block that names its gateways does not ask where the request comes from. */
    if (match->more->gateways.count == 0) add_source(lower, list, match);
    add_headers(lower, list, &match->headers, false);
    add_headers(lower, list, &match->more->without_headers, true);
    add_queries(lower, list, &match->more->query_params);
    return !lower->failed && !lower->arena->failed;
}
