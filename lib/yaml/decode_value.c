/*
 * decode_value: see decode_value.h.
 */
#include "yaml/decode_value.h"

#include <math.h>

#include "yaml/scalar.h"

const char *
decode_kind_name(const struct yaml_node *node)
{
    switch (node->kind) {
    case YAML_NULL:
        return "null";
    case YAML_BOOL:
        return "a boolean";
    case YAML_INT:
    case YAML_FLOAT:
        return "a number";
    case YAML_STRING:
        return "text";
    case YAML_MAP:
        return "a map";
    case YAML_SEQ:
        return "a list";
    }
    return "unknown";
}

static bool
is_scalar(const struct yaml_node *node)
{
    return node->kind != YAML_MAP && node->kind != YAML_SEQ;
}

/* ---- scalars: false when the value does not fit the type, which has been reported ---- */

static bool
read_str(struct decode *decode, const struct yaml_node *at, sluice_str *out)
{
    if (at->kind == YAML_STRING) {
        *out = at->text;
        return true;
    }
    if (is_scalar(at) && at->kind != YAML_NULL) {
        decode_error(decode, at,
                     "text is expected, but %.*s is %s in YAML: write \"%.*s\" in quotes",
                     STR_ARG(at->text), decode_kind_name(at), STR_ARG(at->text));
    } else {
        decode_error(decode, at, "text is expected, not %s", decode_kind_name(at));
    }
    return false;
}

static bool
read_bool(struct decode *decode, const struct yaml_node *at, bool *out)
{
    if (at->kind != YAML_BOOL) {
        bool quoted = at->kind == YAML_STRING && scalar_kind(at->text) == YAML_BOOL;
        decode_error(decode, at, "true or false is expected, not %s%s", decode_kind_name(at),
                     quoted ? ": take the quotes away" : "");
        return false;
    }
    *out = scalar_bool(at->text);
    return true;
}

/* The number at a node: plain, or as protobuf's JSON may write it, in quotes. */
static bool
is_number(const struct decode *decode, const struct yaml_node *at)
{
    if (at->kind == YAML_STRING) return !decode->dialect->crd && scalar_is_json_number(at->text);
    return at->kind == YAML_INT || at->kind == YAML_FLOAT;
}

/* Integers, and floats without a fraction such as 1e2. */
static bool
read_whole(const struct decode *decode, const struct yaml_node *at, bool *negative,
           uint64_t *magnitude)
{
    if (!is_number(decode, at)) return false;
    if (scalar_integer(at->text, negative, magnitude)) return true;
    double value = scalar_double(at->text);
    *negative = value < 0;
    value = fabs(value);
    if (!(value < 18446744073709551616.0) || value != floor(value)) return false;
    *magnitude = (uint64_t)value;
    return true;
}

static bool
read_int(struct decode *decode, const struct yaml_node *at, int64_t least, uint64_t most,
         int64_t *out)
{
    bool negative;
    uint64_t magnitude;
    if (!read_whole(decode, at, &negative, &magnitude)) {
        if (at->kind == YAML_STRING && scalar_is_json_number(at->text)) {
            decode_error(decode, at, "an integer is expected, not text: take the quotes away");
        } else if (is_scalar(at)) {
            decode_error(decode, at, "an integer is expected, not \"%.*s\"", STR_ARG(at->text));
        } else {
            decode_error(decode, at, "an integer is expected, not %s", decode_kind_name(at));
        }
        return false;
    }
    if (negative ? magnitude > (uint64_t)-least : magnitude > most) {
        decode_error(decode, at, "%.*s is out of range: %lld to %llu is expected",
                     STR_ARG(at->text), (long long)least, (unsigned long long)most);
        return false;
    }
    /* Wire types of 32 bits: what fits them can be negated. */
    *out = negative ? -(int64_t)magnitude : (int64_t)magnitude;
    return true;
}

static bool
read_u64(struct decode *decode, const struct yaml_node *at, uint64_t *out)
{
    bool negative;
    if (read_whole(decode, at, &negative, out) && (!negative || *out == 0)) return true;
    decode_error(decode, at, "an integer from 0 up is expected");
    return false;
}

static bool
read_double(struct decode *decode, const struct yaml_node *at, double *out)
{
    if (is_number(decode, at)) {
        *out = scalar_double(at->text);
        if (isfinite(*out)) return true;
    }
    decode_error(decode, at, "a number is expected, not %s", decode_kind_name(at));
    return false;
}

static bool
read_duration(struct decode *decode, const struct yaml_node *at, int64_t *out)
{
    sluice_str text = {NULL, 0};
    bool zero = at->kind == YAML_INT && str_equal(at->text, STR("0"));
    if (!zero && !read_str(decode, at, &text)) return false;
    if (zero || duration_parse(text, out)) return true;
    decode_error(decode, at,
                 "\"%.*s\" is no duration: one such as 1.5s, 250ms or 1h30m is expected",
                 STR_ARG(text));
    return false;
}

/* A bare number gets the same answer as text that is none: quotes would not help. */
static bool
read_plain_duration(struct decode *decode, const struct yaml_node *at, int64_t *out)
{
    sluice_str text = {NULL, 0};
    bool number = at->kind == YAML_INT || at->kind == YAML_FLOAT;
    if (number) text = at->text;
    if (!number && !read_str(decode, at, &text)) return false;
    if (!number && duration_parse_plain(text, out)) return true;
    decode_error(decode, at,
                 "\"%.*s\" is no duration: one to four whole numbers of at most 5 digits with a "
                 "unit, h, m, s or ms, are expected, such as 1h30m or 500ms",
                 STR_ARG(text));
    return false;
}

static bool
read_enum(struct decode *decode, const struct field_type_row *field, const struct yaml_node *at,
          int64_t *out)
{
    for (const struct enum_value *value = field->values; value->name; value++) {
        bool named = at->kind == YAML_STRING && str_equal(at->text, sluice_str_of(value->name));
        bool negative;
        uint64_t magnitude;
        bool numbered = !decode->dialect->crd && at->kind == YAML_INT &&
                        scalar_integer(at->text, &negative, &magnitude) && !negative &&
                        magnitude == (uint64_t)value->number;
        if (named || numbered) {
            *out = value->number;
            return true;
        }
    }
    sluice_str list = {NULL, 0};
    for (const struct enum_value *value = field->values; value->name; value++) {
        list = arena_printf(decode->arena, "%.*s%s%s", STR_ARG(list), list.len ? ", " : "",
                            value->name);
    }
    decode_error(decode, at, "\"%.*s\" is none of %.*s", is_scalar(at) ? (int)at->text.len : 0,
                 is_scalar(at) && at->text.ptr ? at->text.ptr : "", STR_ARG(list));
    return false;
}

static int
base64_digit(char c)
{
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (ascii_is_digit(c)) return c - '0' + 52;
    return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

/* The bytes of base64 text without padding. False when it is none. */
static bool
decode_base64(sluice_str text, char *bytes, size_t *len)
{
    uint32_t group = 0, bits = 0;
    for (size_t i = 0; i < text.len; i++) {
        int digit = base64_digit(text.ptr[i]);
        if (digit < 0) return false;
        group = (group << 6) | (uint32_t)digit;
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        bytes[(*len)++] = (char)(group >> bits);
    }
    return bits < 6;
}

static bool
read_bytes(struct decode *decode, const struct yaml_node *at, sluice_str *out)
{
    sluice_str text;
    if (!read_str(decode, at, &text)) return false;
    while (str_ends_with(text, STR("="))) {
        text.len--;
    }
    char *bytes = arena_bytes(decode->arena, text.len);
    size_t len = 0;
    if (!bytes) return false;
    if (!decode_base64(text, bytes, &len)) {
        decode_error(decode, at, "base64 text is expected");
        return false;
    }
    *out = (sluice_str){bytes, len};
    return true;
}

/* ---- lists and maps ---- */

static size_t
item_size(const struct field_type_row *field)
{
    switch (field->type) {
    case FIELD_STR_LIST:
        return sizeof(sluice_str);
    case FIELD_UINT32_LIST:
        return sizeof(uint32_t);
    case FIELD_ENUM_LIST:
        return sizeof(int64_t);
    default:
        return field->message->size;
    }
}

static void
read_item(struct decode *decode, const struct field_type_row *field, void *to,
          const struct yaml_node *at)
{
    int64_t number = 0;
    if (decode->dialect->crd && at->kind == YAML_NULL && field->type == FIELD_MESSAGE_LIST) {
        decode_error(decode, at, "%s is expected, not null", field->message->name);
    }
    switch (field->type) {
    case FIELD_STR_LIST:
        read_str(decode, at, to);
        break;
    case FIELD_UINT32_LIST:
        if (read_int(decode, at, 0, UINT32_MAX, &number)) *(uint32_t *)to = (uint32_t)number;
        break;
    case FIELD_ENUM_LIST:
        read_enum(decode, field, at, to);
        break;
    default:
        decode_into(decode, field->message, to, at);
        break;
    }
}

static void
decode_list(struct decode *decode, const struct field_type_row *field, struct value_list *to,
            const struct yaml_node *at)
{
    to->node = at;
    if (at->kind != YAML_SEQ) {
        decode_error(decode, at, "a list is expected, not %s", decode_kind_name(at));
        return;
    }
    size_t size = item_size(field);
    bool messages = field->type == FIELD_MESSAGE_LIST;
    char *items =
        arena_array(messages ? decode->messages : decode->arena, at->children.count, size);
    if (!items) return;
    to->items = items;
    to->count = at->children.count;
    YAML_EACH(child, at)
    {
        read_item(decode, field, items, child);
        items += size;
    }
}

static bool
is_map(struct decode *decode, const struct yaml_node *at)
{
    if (at->kind == YAML_MAP) return true;
    decode_error(decode, at, "a map is expected, not %s", decode_kind_name(at));
    return false;
}

static void
decode_str_map(struct decode *decode, struct value_str_map *to, const struct yaml_node *at)
{
    if (!is_map(decode, at)) return;
    sluice_field *items = ARENA_ARRAY(decode->arena, sluice_field, at->children.count);
    const struct yaml_node **nodes =
        ARENA_ARRAY(decode->arena, const struct yaml_node *, at->children.count);
    if (!items || !nodes) return;
    *to = (struct value_str_map){items, nodes, 0};
    YAML_EACH(child, at)
    {
        items[to->count].name = child->key;
        if (!read_str(decode, child, &items[to->count].value)) continue;
        nodes[to->count++] = child;
    }
}

static void
decode_uint32_map(struct decode *decode, struct value_uint32_map *to, const struct yaml_node *at)
{
    if (!is_map(decode, at)) return;
    size_t room = at->children.count;
    sluice_str *keys = ARENA_ARRAY(decode->arena, sluice_str, room);
    uint32_t *values = ARENA_ARRAY(decode->arena, uint32_t, room);
    const struct yaml_node **nodes = ARENA_ARRAY(decode->arena, const struct yaml_node *, room);
    if (!keys || !values || !nodes) return;
    *to = (struct value_uint32_map){keys, values, nodes, 0};
    YAML_EACH(child, at)
    {
        int64_t number;
        if (!read_int(decode, child, 0, UINT32_MAX, &number)) continue;
        keys[to->count] = child->key;
        values[to->count] = (uint32_t)number;
        nodes[to->count++] = child;
    }
}

static void
decode_message_map(struct decode *decode, const struct field_type_row *field,
                   struct value_message_map *to, const struct yaml_node *at)
{
    if (!is_map(decode, at)) return;
    size_t size = field->message->size;
    sluice_str *keys = ARENA_ARRAY(decode->messages, sluice_str, at->children.count);
    char *items = arena_array(decode->messages, at->children.count, size);
    if (!keys || !items) return;
    *to = (struct value_message_map){keys, items, 0};
    YAML_EACH(child, at)
    {
        keys[to->count] = child->key;
        decode->at_keys |= str_starts_with(child->key, STR("@"));
        decode_into(decode, field->message, items + to->count * size, child);
        to->count++;
    }
}

/* ---- any field ---- */

static void
decode_int(struct decode *decode, const struct field_type_row *field, struct value_int *to,
           const struct yaml_node *at)
{
    if (field->type == FIELD_ENUM) {
        to->set = read_enum(decode, field, at, &to->v);
    } else if (field->type == FIELD_INT32) {
        to->set = read_int(decode, at, INT32_MIN, INT32_MAX, &to->v);
    } else {
        to->set = read_int(decode, at, 0, UINT32_MAX, &to->v);
    }
}

void
decode_value(struct decode *decode, const struct field_type_row *field, void *to,
             const struct yaml_node *at)
{
    switch (field->type) {
    case FIELD_STR: {
        struct value_str *value = to;
        if (read_str(decode, at, &value->v) && !value->v.ptr) value->v = STR(""); /* and is set */
        return;
    }
    case FIELD_BYTES: {
        struct value_str *value = to;
        read_bytes(decode, at, &value->v);
        return;
    }
    case FIELD_BOOL: {
        struct value_bool *value = to;
        value->set = read_bool(decode, at, &value->v);
        return;
    }
    case FIELD_INT32:
    case FIELD_UINT32:
    case FIELD_ENUM:
        decode_int(decode, field, to, at);
        return;
    case FIELD_UINT64: {
        struct value_u64 *value = to;
        value->set = read_u64(decode, at, &value->v);
        return;
    }
    case FIELD_DOUBLE: {
        struct value_double *value = to;
        value->set = read_double(decode, at, &value->v);
        return;
    }
    case FIELD_DURATION: {
        struct value_duration *value = to;
        value->set = read_duration(decode, at, &value->v);
        return;
    }
    case FIELD_PLAIN_DURATION: {
        struct value_duration *value = to;
        value->set = read_plain_duration(decode, at, &value->v);
        return;
    }
    case FIELD_MESSAGE: {
        void *message = decode_message(decode, field->message, at);
        memcpy(to, &message, sizeof(message));
        return;
    }
    case FIELD_STR_LIST:
    case FIELD_UINT32_LIST:
    case FIELD_ENUM_LIST:
    case FIELD_MESSAGE_LIST:
        decode_list(decode, field, to, at);
        return;
    case FIELD_STR_MAP:
        decode_str_map(decode, to, at);
        return;
    case FIELD_UINT32_MAP:
        decode_uint32_map(decode, to, at);
        return;
    case FIELD_MESSAGE_MAP:
        decode_message_map(decode, field, to, at);
        return;
    case FIELD_NODE:
        memcpy(to, &at, sizeof(at));
        return;
    }
}
