/*
 * decode_check: see decode_check.h.
 */
#include "yaml/decode_check.h"

#include "yaml/utf8.h"

/* What the API server refuses although it has a meaning. */
#define REFUSED(decode, at, ...)                                                                   \
    decode_report((decode), (decode)->lenient ? SLUICE_SEVERITY_WARNING : SLUICE_SEVERITY_ERROR,   \
                  (decode)->lenient ? (decode)->dialect->warning_code                              \
                                    : (decode)->dialect->error_code,                               \
                  (at), __VA_ARGS__)

static bool
is_outside(const struct field_type_row *field, int64_t value)
{
    return value < field->least || (field->most && value > field->most);
}

static void
check_number(struct decode *decode, const struct field_type_row *field, const struct yaml_node *at,
             int64_t value)
{
    if ((!field->least && !field->most) || !is_outside(field, value)) return;
    if (field->most) {
        decode_error(decode, at, "%s is %lld; a number from %lld to %lld is expected", field->name,
                     (long long)value, (long long)field->least, (long long)field->most);
    } else {
        decode_error(decode, at, "%s is %lld; a number from %lld up is expected", field->name,
                     (long long)value, (long long)field->least);
    }
}

/* Too few have no meaning. */
static void
check_count(struct decode *decode, const struct field_type_row *field, const struct yaml_node *at,
            size_t count, const char *unit)
{
    if (!is_outside(field, (int64_t)count)) return;
    if ((int64_t)count < field->least) {
        decode_error(decode, at, "%s has %zu %s; it must have at least %lld", field->name, count,
                     unit, (long long)field->least);
    } else {
        REFUSED(decode, at, "%s has %zu %s; at most %lld are allowed", field->name, count, unit,
                (long long)field->most);
    }
}

static void
check_text(struct decode *decode, const struct field_type_row *field, const struct yaml_node *at,
           struct value_str value)
{
    if (!value_is_set(value)) return;
    if (value.v.len == 0 && field->least > 0) {
        decode_error(decode, at, "%s must not be empty", field->name);
        return;
    }
    if (field->least || field->most) {
        check_count(decode, field, at, utf8_count(value.v), "characters");
    }
    const char *wrong = field->check ? field->check(value.v) : NULL;
    if (wrong) decode_error(decode, at, "%s \"%.*s\" %s", field->name, STR_ARG(value.v), wrong);
}

static void
check_texts(struct decode *decode, const struct field_type_row *field,
            const struct value_list *list)
{
    const sluice_str *items = list->items;
    if (!field->check || !items) return;
    YAML_EACH(child, list->node)
    {
        const char *wrong = child->kind == YAML_STRING ? field->check(*items) : NULL;
        if (wrong) decode_error(decode, child, "\"%.*s\" %s", STR_ARG(*items), wrong);
        items++;
    }
}

static void
check_numbers(struct decode *decode, const struct field_type_row *field,
              const struct value_list *list)
{
    const uint32_t *items = list->items;
    if (!items) return;
    YAML_EACH(child, list->node)
    {
        bool read = child->kind == YAML_INT && !str_starts_with(child->text, STR("-"));
        if (read) check_number(decode, field, child, *items);
        items++;
    }
}

void
decode_check_value(struct decode *decode, const struct field_type_row *field, const void *value,
                   const struct yaml_node *at)
{
    switch (field->type) {
    case FIELD_STR:
        check_text(decode, field, at, *(const struct value_str *)value);
        return;
    case FIELD_INT32:
    case FIELD_UINT32: {
        const struct value_int *number = value;
        if (number->set) check_number(decode, field, at, number->v);
        return;
    }
    case FIELD_UINT32_LIST:
        check_numbers(decode, field, value);
        return;
    case FIELD_STR_LIST:
        check_texts(decode, field, value);
        /* fall through */
    case FIELD_MESSAGE_LIST:
        if (at->kind == YAML_SEQ) check_count(decode, field, at, at->children.count, "entries");
        return;
    case FIELD_STR_MAP:
        if (at->kind == YAML_MAP) check_count(decode, field, at, at->children.count, "entries");
        return;
    default:
        return;
    }
}

void
decode_check_required(struct decode *decode, const struct message_type *type,
                      const struct yaml_node *node)
{
    for (size_t i = 0; i < type->field_count; i++) {
        if (!type->fields[i].required) continue;
        const struct yaml_node *child = yaml_get(node, sluice_str_of(type->fields[i].name));
        if (child && child->kind != YAML_NULL) continue;
        decode_error(decode, child ? child : node, "%s is required in %s", type->fields[i].name,
                     type->name);
    }
}
