#include "router/builder.h"

static const struct affix *
convert_affix(struct builder *builder, const struct model_matcher *from)
{
    struct affix *to = build_array(builder, 1, sizeof(*to));
    if (to) {
        to->prefix = build_text(builder, from->value);
        to->suffix = build_text(builder, from->suffix);
    }
    return to;
}

static const struct cidr *
convert_cidr(struct builder *builder, const struct model_cidr *from)
{
    struct cidr *to = build_array(builder, 1, sizeof(*to));
    if (to) {
        memcpy(to->address, from->address, sizeof(to->address));
        to->bits = from->bits;
    }
    return to;
}

/* ---- texts ---- */

enum { SHORT_TEXT = 64 };

static bool
has_text(const struct model_predicate *predicate)
{
    enum model_op op = predicate->matcher.op;
    return predicate->subject != MODEL_PORT && predicate->subject != MODEL_PROTOCOL &&
           op != MODEL_AFFIX && op != MODEL_CIDR;
}

/* Of a pattern the part that may be cut off. */
static sluice_str
text_of(const struct model_predicate *predicate)
{
    sluice_str text = predicate->matcher.value;
    if (predicate->matcher.op == MODEL_REGEX) return str_first(text, build_regex_cut_most(text));
    bool segment = predicate->matcher.op == MODEL_SEGMENT_PREFIX;
    return segment && str_ends_with(text, STR("/")) ? str_first(text, text.len - 1) : text;
}

/* A short text stands behind the predicates of its rule, so that it is in the cache with them. */
static size_t
near_bytes(const struct model_predicate *predicate)
{
    size_t len = has_text(predicate) ? text_of(predicate).len : 0;
    return len <= SHORT_TEXT ? len : 0;
}

size_t
build_predicate_words(const struct model_rule *rule)
{
    size_t bytes = rule->predicate_count * sizeof(struct predicate);
    for (size_t i = 0; i < rule->predicate_count; i++) {
        bytes += near_bytes(&rule->predicates[i]);
    }
    return (bytes + 7) / 8;
}

static struct pattern
convert_pattern(struct builder *builder, sluice_str text)
{
    size_t cut;
    if (!build_regex_cut(&cut, builder->scratch, text)) {
        build_fail(builder, SLUICE_ERR_NOMEM);
        cut = 0;
    }
    struct pattern pattern = {
        .prefix = builder->text_at,
        .len = (uint32_t)cut,
        .regex = build_regex(builder, str_skip(text, cut)),
    };
    if (cut) memcpy(builder->text_at, text.ptr, cut);
    builder->text_at += cut;
    return pattern;
}

static sluice_str
convert_text(struct builder *builder, const struct model_predicate *from)
{
    bool lower = from->subject == MODEL_SNI; /* as a server name is when it is compared */
    sluice_str text = text_of(from);
    bool near = text.len <= SHORT_TEXT;
    if (!near) return lower ? build_lower(builder, text) : build_text(builder, text);
    char *to = builder->text_at;
    if (text.len) memcpy(to, text.ptr, text.len);
    for (size_t i = 0; lower && i < text.len; i++) {
        to[i] = ascii_lower(to[i]);
    }
    builder->text_at += text.len;
    return (sluice_str){to, text.len};
}

static void
convert_value(struct builder *builder, struct predicate *to, const struct model_predicate *from)
{
    const struct model_matcher *matcher = &from->matcher;
    if (from->subject == MODEL_PORT || from->subject == MODEL_PROTOCOL) {
        to->number = matcher->number;
        return;
    }
    switch (matcher->op) {
    case MODEL_REGEX:
        to->pattern = convert_pattern(builder, matcher->value);
        return;
    case MODEL_AFFIX:
        to->affix = convert_affix(builder, matcher);
        return;
    case MODEL_CIDR:
        to->cidr = convert_cidr(builder, matcher->cidr);
        return;
    case MODEL_SEGMENT_PREFIX:
    case MODEL_PRESENT:
    case MODEL_EXACT:
    case MODEL_PREFIX:
    case MODEL_SUFFIX:
        to->text = convert_text(builder, from);
        break;
    }
}

static uint32_t
convert_name(struct builder *builder, const struct model_predicate *from)
{
    switch (from->subject) {
    case MODEL_HEADER:
        return build_needed(builder, SLUICE_NEEDED_HEADER, from->name);
    case MODEL_QUERY:
    case MODEL_QUERY_DECODED:
        return build_needed(builder, SLUICE_NEEDED_QUERY, from->name);
    case MODEL_SOURCE_LABEL:
        return build_needed(builder, SLUICE_NEEDED_SOURCE_LABEL, from->name);
    case MODEL_CLAIM:
        return build_needed(builder, SLUICE_NEEDED_CLAIM, from->name);
    default:
        return 0;
    }
}

/* The enums of the model and of the router have the same order. */
_Static_assert((int)MODEL_PATH == SUBJECT_PATH && (int)MODEL_GRPC_METHOD == SUBJECT_GRPC_METHOD,
               "subjects");
_Static_assert((int)MODEL_PRESENT == OP_PRESENT && (int)MODEL_CIDR == OP_CIDR, "operators");

static enum plain
plain_of(const struct predicate *predicate)
{
    if (predicate->flags) return PLAIN_NOT;
    if (predicate->subject == SUBJECT_PATH && predicate->op == OP_PREFIX) return PLAIN_PATH_PREFIX;
    if (predicate->op != OP_EXACT) return PLAIN_NOT;
    switch ((enum subject)predicate->subject) {
    case SUBJECT_PATH:
        return PLAIN_PATH;
    case SUBJECT_HEADER:
        return PLAIN_HEADER;
    case SUBJECT_METHOD:
        return PLAIN_METHOD;
    default:
        return PLAIN_NOT;
    }
}

static void
convert_predicate(struct builder *builder, struct predicate *to, const struct model_predicate *from)
{
    to->subject = (uint8_t)from->subject;
    to->op = (uint8_t)from->matcher.op;
    bool absent_is_empty = from->absent_is_empty && from->matcher.op != MODEL_PRESENT;
    to->flags = (uint8_t)((from->matcher.ignore_case ? PREDICATE_IGNORE_CASE : 0) |
                          (from->negate ? PREDICATE_NEGATE : 0) |
                          (absent_is_empty ? PREDICATE_ABSENT_IS_EMPTY : 0));
    to->plain = (uint8_t)plain_of(to);
    to->name = convert_name(builder, from);
    convert_value(builder, to, from);
}

/* What is cheap to look at comes first; a regular expression last. */
enum { COST_REGEX = 8, COSTS = 16 };

static unsigned
cost(const struct model_predicate *predicate)
{
    static const uint8_t by_subject[] = {
        [MODEL_PATH] = 0,           [MODEL_PORT] = 0,         [MODEL_PROTOCOL] = 0,
        [MODEL_METHOD] = 1,         [MODEL_SCHEME] = 1,       [MODEL_AUTHORITY] = 1,
        [MODEL_RAW_PATH] = 1,       [MODEL_SNI] = 1,          [MODEL_SOURCE_NAMESPACE] = 1,
        [MODEL_GRPC_SERVICE] = 2,   [MODEL_GRPC_METHOD] = 2,  [MODEL_HEADER] = 3,
        [MODEL_QUERY] = 4,          [MODEL_SOURCE_LABEL] = 4, [MODEL_CLAIM] = 4,
        [MODEL_DESTINATION_IP] = 5, [MODEL_SOURCE_IP] = 5,    [MODEL_QUERY_DECODED] = 6,
    };
    return by_subject[predicate->subject] +
           (predicate->matcher.op == MODEL_REGEX ? COST_REGEX : 0u);
}

/* A counting sort: stable, and linear also for a rule of a hundred thousand headers. */
static void
convert_sorted(struct builder *builder, struct predicate *to, const struct model_rule *rule)
{
    size_t next[COSTS + 1] = {0};
    for (size_t i = 0; i < rule->predicate_count; i++) {
        next[cost(&rule->predicates[i]) + 1]++;
    }
    for (size_t i = 1; i < COSTS; i++) {
        next[i] += next[i - 1];
    }
    for (size_t i = 0; i < rule->predicate_count; i++) {
        const struct model_predicate *from = &rule->predicates[i];
        convert_predicate(builder, &to[next[cost(from)]++], from);
    }
}

size_t
build_predicates(struct builder *builder, uint64_t *words, const struct model_rule *rule)
{
    struct predicate *to = (void *)words;
    builder->text_at = (char *)(to + rule->predicate_count);
    if (rule->predicate_count == 1) {
        convert_predicate(builder, to, rule->predicates);
    } else {
        convert_sorted(builder, to, rule);
    }
    return ((size_t)(builder->text_at - (char *)words) + 7) / 8;
}
