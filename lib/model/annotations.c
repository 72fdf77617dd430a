/*
 * annotations: see annotations.h.
 */
#include "model/annotations.h"

#include "base/syntax.h"

#define NANOSECONDS INT64_C(1000000000)
#define TTL_SECONDS_MAX (INT64_C(100) * 366 * 86400)
#define COHORT_MAX 253

/* A part of the value that is being read; at most to its end. `base` is the value's first byte. */
struct cursor {
    sluice_str text;
    const char *base;
    struct annotation_error *error;
};

static bool
fail_at(const struct cursor *cursor, sluice_str at, const char *message)
{
    *cursor->error = (struct annotation_error){(size_t)(at.ptr - cursor->base), message};
    return false;
}

/* The trimmed text up to the next `separator`, which is taken off the cursor with it. */
static sluice_str
take_part(struct cursor *cursor, char separator, bool *last)
{
    size_t end = str_find(cursor->text, separator);
    sluice_str part = str_trim(str_first(cursor->text, end));
    *last = end == SIZE_MAX;
    cursor->text = str_skip(cursor->text, *last ? cursor->text.len : end + 1);
    return part;
}

static bool
is_printable(sluice_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] <= ' ' || text.ptr[i] > '~') return false;
    }
    return text.len > 0;
}

static bool
has_unsafe_byte(sluice_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c < 0x20 || c == 0x7f) return true;
    }
    return false;
}

/* ---- ttl: numbers with h, m or s ---- */

static int64_t
unit_seconds(char unit)
{
    switch (unit) {
    case 'h':
        return 3600;
    case 'm':
        return 60;
    case 's':
        return 1;
    default:
        return 0;
    }
}

static bool
parse_ttl(int64_t *ns, sluice_str text)
{
    int64_t total = 0;
    if (text.len == 0) return false;
    while (text.len > 0) {
        size_t digits = 0;
        uint64_t number;
        while (digits < text.len && ascii_is_digit(text.ptr[digits]))
            digits++;
        int64_t unit = digits < text.len ? unit_seconds(text.ptr[digits]) : 0;
        if (unit == 0 || !str_to_u64(str_first(text, digits), &number)) return false;
        if (number > (uint64_t)TTL_SECONDS_MAX) return false;
        total += (int64_t)number * unit;
        if (total > TTL_SECONDS_MAX) return false;
        text = str_skip(text, digits + 1);
    }
    *ns = total * NANOSECONDS;
    return true;
}

/* ---- sticky ---- */

static bool
read_cookie_attribute(struct model_sticky_key *key, const struct cursor *cursor, sluice_str part)
{
    size_t equals = str_find(part, '=');
    sluice_str name = str_trim(str_first(part, equals));
    sluice_str value = str_trim(str_skip(part, equals == SIZE_MAX ? part.len : equals + 1));
    if (str_equal(name, STR("ttl")) && key->ttl_ns == SLUICE_NO_DURATION) {
        if (parse_ttl(&key->ttl_ns, value)) return true;
        return fail_at(cursor, part, "ttl must be a time such as 1h, 30m or 3600s");
    }
    if (str_equal(name, STR("path")) && key->path.len == 0) {
        key->path = value;
        if (str_starts_with(value, STR("/")) && is_printable(value)) return true;
        return fail_at(cursor, part, "path must begin with \"/\" and hold no blanks");
    }
    return fail_at(cursor, part, "a cookie takes one ttl=TIME and one path=PATH, each once");
}

/* NAME[;ttl=1h;path=/] */
static bool
read_cookie(struct model_sticky_key *key, struct cursor cursor)
{
    bool last;
    key->kind = MODEL_STICKY_COOKIE;
    key->name = take_part(&cursor, ';', &last);
    if (!syntax_is_token(key->name))
        return fail_at(&cursor, key->name, "cookie: needs a cookie's name");
    while (!last) {
        sluice_str part = take_part(&cursor, ';', &last);
        if (!read_cookie_attribute(key, &cursor, part)) return false;
    }
    return true;
}

static bool
read_header(struct model_sticky_key *key, struct arena *arena, const struct cursor *cursor)
{
    key->kind = MODEL_STICKY_HEADER;
    if (!syntax_is_token(cursor->text))
        return fail_at(cursor, cursor->text, "header: needs a header's name");
    char *lower = arena_bytes(arena, cursor->text.len);
    if (!lower) return false;
    for (size_t i = 0; i < cursor->text.len; i++) {
        lower[i] = ascii_lower(cursor->text.ptr[i]);
    }
    key->name = str_make(lower, cursor->text.len);
    return true;
}

static bool
read_query(struct model_sticky_key *key, const struct cursor *cursor)
{
    key->kind = MODEL_STICKY_QUERY;
    key->name = cursor->text;
    if (key->name.len > 0 && !has_unsafe_byte(key->name)) return true;
    return fail_at(cursor, cursor->text, "query: needs a parameter's name");
}

static bool
read_source(struct model_sticky_source *out, struct arena *arena, const struct cursor *list,
            sluice_str part)
{
    static const struct {
        sluice_str prefix;
        enum model_sticky_key_kind kind;
    } named[] = {
        {STR_INIT("cookie:"), MODEL_STICKY_COOKIE},
        {STR_INIT("header:"), MODEL_STICKY_HEADER},
        {STR_INIT("query:"),  MODEL_STICKY_QUERY }
    };
    *out = (struct model_sticky_source){.key.ttl_ns = SLUICE_NO_DURATION};
    out->hash_policy = str_equal(part, STR("hash-policy"));
    if (out->hash_policy) return true;
    out->key.kind = MODEL_STICKY_SOURCE_IP;
    if (str_equal(part, STR("source-ip"))) return true;
    out->key.kind = MODEL_STICKY_CALLER_KEY;
    if (str_equal(part, STR("key"))) return true;
    for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
        if (!str_starts_with(part, named[i].prefix)) continue;
        struct cursor rest = *list;
        rest.text = str_trim(str_skip(part, named[i].prefix.len));
        if (named[i].kind == MODEL_STICKY_COOKIE) return read_cookie(&out->key, rest);
        if (named[i].kind == MODEL_STICKY_HEADER) return read_header(&out->key, arena, &rest);
        return read_query(&out->key, &rest);
    }
    return fail_at(list, part,
                   "expected cookie:NAME, header:NAME, query:NAME, source-ip, key or hash-policy, "
                   "separated by commas");
}

static size_t
count_parts(sluice_str text)
{
    size_t count = 1;
    for (size_t i = 0; i < text.len; i++) {
        count += text.ptr[i] == ',';
    }
    return count;
}

static bool
parse_sticky(struct model_sticky *out, struct arena *arena, struct cursor cursor)
{
    size_t count = count_parts(cursor.text);
    struct model_sticky_source *sources = ARENA_ARRAY(arena, struct model_sticky_source, count);
    if (!sources) return false;
    bool last = false;
    for (size_t i = 0; !last; i++) {
        sluice_str part = take_part(&cursor, ',', &last);
        if (!read_source(&sources[i], arena, &cursor, part)) return false;
    }
    out->sources = sources;
    out->source_count = count;
    return true;
}

/* ---- cohort and pick ---- */

static bool
parse_cohort(struct model_sticky *out, const struct cursor *cursor)
{
    sluice_str name = str_trim(cursor->text);
    if (!is_printable(name) || name.len > COHORT_MAX)
        return fail_at(cursor, name, "a cohort is a name of 1 to 253 bytes without blanks");
    out->cohort = name;
    return true;
}

static bool
parse_pick(struct model_sticky *out, const struct cursor *cursor)
{
    sluice_str mode = str_trim(cursor->text);
    bool even = str_equal(mode, STR("even"));
    if (!even && !str_equal(mode, STR("random")))
        return fail_at(cursor, mode, "pick must be random or even");
    out->even = even;
    return true;
}

bool
annotation_parse(struct model_sticky *out, struct arena *arena, sluice_str name, sluice_str value,
                 struct annotation_error *error)
{
    if (!value.ptr) value.ptr = "";
    struct cursor cursor = {.text = value, .base = value.ptr, .error = error};
    *error = (struct annotation_error){0};
    if (str_equal(name, STR(ANNOTATION_STICKY))) return parse_sticky(out, arena, cursor);
    if (str_equal(name, STR(ANNOTATION_COHORT))) return parse_cohort(out, &cursor);
    if (str_equal(name, STR(ANNOTATION_PICK))) return parse_pick(out, &cursor);
    return true;
}
