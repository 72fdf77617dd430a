/*
 * decode: see decode.h. Messages and their fields; decode_value.c has the values.
 */
#include "yaml/decode_check.h"
#include "yaml/decode_value.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/word.h"

/* ---- reports ---- */

/* A message is one line, whatever the text says that it quotes. */
static void
make_printable(char *message)
{
    for (; *message; message++) {
        unsigned char c = (unsigned char)*message;
        if (c < 0x20 || c == 0x7f) *message = '?';
    }
}

static void
report(struct decode *decode, sluice_severity severity, const char *code,
       const struct yaml_node *at, bool at_key, char *message)
{
    make_printable(message);
    struct diag_place place = {
        .document = decode->document,
        .kind = decode->kind,
        .space = decode->space,
        .name = decode->name,
    };
    if (at) {
        bool keyed = at_key && at->key_line;
        place.line = keyed ? at->key_line : at->line;
        place.column = keyed ? at->key_column : at->column;
        place.path = yaml_path(decode->arena, at);
    }
    if (severity == SLUICE_SEVERITY_ERROR) decode->errors++;
    diag_add(decode->diags, severity, code, &place, "%s", message);
}

enum { MESSAGE_MAX = 512 };

void
decode_error(struct decode *decode, const struct yaml_node *at, const char *format, ...)
{
    char message[MESSAGE_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    report(decode, SLUICE_SEVERITY_ERROR, decode->dialect->error_code, at, false, message);
}

void
decode_report(struct decode *decode, sluice_severity severity, const char *code,
              const struct yaml_node *at, const char *format, ...)
{
    char message[MESSAGE_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    report(decode, severity, code, at, false, message);
}

/* ---- names of fields ---- */

/* prefixRewrite as prefix_rewrite. */
static bool
is_snake_of(sluice_str text, const char *camel)
{
    size_t at = 0;
    for (; *camel; camel++) {
        bool upper = *camel >= 'A' && *camel <= 'Z';
        if (upper && (at == text.len || text.ptr[at++] != '_')) return false;
        if (at == text.len || text.ptr[at++] != ascii_lower(*camel)) return false;
    }
    return at == text.len;
}

static bool
is_name(sluice_str text, const struct field_type_row *field)
{
    return text.len == field->name_len && word_same_text(text.ptr, field->name, text.len);
}

static const struct field_type_row *
find_field(const struct decode *decode, const struct message_type *type, sluice_str name,
           bool *snake)
{
    *snake = false;
    for (size_t i = 0; i < type->field_count; i++) {
        if (is_name(name, &type->fields[i])) return &type->fields[i];
    }
    if (decode->dialect->crd || str_find(name, '_') == SIZE_MAX) return NULL;
    *snake = true;
    for (size_t i = 0; i < type->field_count; i++) {
        if (is_snake_of(name, type->fields[i].name)) return &type->fields[i];
    }
    return NULL;
}

enum { SUGGEST_LENGTH = 40 };

static size_t
length_difference(sluice_str a, sluice_str b)
{
    return a.len > b.len ? a.len - b.len : b.len - a.len;
}

static size_t
smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static bool
same_letter(sluice_str a, size_t i, sluice_str b, size_t k)
{
    return ascii_lower(a.ptr[i]) == ascii_lower(b.ptr[k]);
}

/* Letters to insert, remove, change, or swap with a neighbour, ignoring case; names are short. */
static size_t
distance(sluice_str a, sluice_str b)
{
    size_t rows[3][SUGGEST_LENGTH + 1]; /* of a's first i letters, by i modulo 3 */
    for (size_t k = 0; k <= b.len; k++) {
        rows[0][k] = k;
    }
    for (size_t i = 1; i <= a.len; i++) {
        size_t *row = rows[i % 3];
        const size_t *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t k = 1; k <= b.len; k++) {
            row[k] = last[k - 1] + !same_letter(a, i - 1, b, k - 1);
            row[k] = smaller(row[k], smaller(last[k], row[k - 1]) + 1);
            bool swapped = i > 1 && k > 1 && same_letter(a, i - 1, b, k - 2) &&
                           same_letter(a, i - 2, b, k - 1);
            if (swapped) row[k] = smaller(row[k], before[k - 2] + 1);
        }
    }
    return rows[a.len % 3][b.len];
}

bool
decode_is_near(sluice_str name, sluice_str candidate, size_t most)
{
    if (name.len > SUGGEST_LENGTH || candidate.len > SUGGEST_LENGTH) return false;
    return length_difference(name, candidate) <= most && distance(name, candidate) <= most;
}

static const char *
suggest(const struct message_type *type, sluice_str name)
{
    const char *best = NULL;
    size_t best_distance = name.len < 6 ? 2 : 3; /* at most this far, exclusive */
    if (name.len > SUGGEST_LENGTH) return NULL;
    for (size_t i = 0; i < type->field_count; i++) {
        sluice_str candidate = sluice_str_of(type->fields[i].name);
        if (candidate.len > SUGGEST_LENGTH) continue;
        if (length_difference(name, candidate) >= best_distance) continue;
        size_t d = distance(name, candidate);
        if (d < best_distance) {
            best = type->fields[i].name;
            best_distance = d;
        }
    }
    return best;
}

static void
report_unknown(struct decode *decode, const struct message_type *type, const struct yaml_node *at)
{
    char message[MESSAGE_MAX];
    const char *meant = suggest(type, at->key);
    snprintf(message, sizeof(message), "unknown field \"%.*s\" in %s%s%s%s", STR_ARG(at->key),
             type->name, meant ? "; did you mean \"" : "", meant ? meant : "", meant ? "\"?" : "");
    report(decode, decode->lenient ? SLUICE_SEVERITY_WARNING : SLUICE_SEVERITY_ERROR,
           decode->lenient ? decode->dialect->warning_code : decode->dialect->error_code, at, true,
           message);
}

/* ---- one message ---- */

/* Of the fields of one oneof, the second that is set is reported. */
static void
check_oneof(struct decode *decode, const struct message_type *type,
            const struct field_type_row *field, const struct yaml_node *at)
{
    for (const struct yaml_node *before = at->parent->children.first; before != at;
         before = before->next) {
        bool snake;
        const struct field_type_row *other =
            before->kind == YAML_NULL ? NULL : find_field(decode, type, before->key, &snake);
        if (!other || other == field || !other->oneof) continue;
        if (strcmp(field->oneof, other->oneof) != 0) continue;
        decode_error(decode, at, "\"%s\" and \"%s\" exclude each other: give one of them",
                     other->name, field->name);
        return;
    }
}

/* The field may stand under its proper name too. */
static void
check_snake(struct decode *decode, const struct field_type_row *field, const struct yaml_node *at)
{
    const struct yaml_node *proper = yaml_get(at->parent, sluice_str_of(field->name));
    decode_report(decode, SLUICE_SEVERITY_WARNING, decode->dialect->warning_code, at,
                  "\"%.*s\" is not the field's name in YAML, an API server drops it: write \"%s\"",
                  STR_ARG(at->key), field->name);
    if (!proper || proper->kind == YAML_NULL) return;
    decode_error(decode, proper->index > at->index ? proper : at,
                 "field \"%s\" is given twice, as \"%s\" and \"%.*s\"", field->name, field->name,
                 STR_ARG(at->key));
}

/* NULL when memory ran out. */
static void *
place_of(struct decode *decode, const struct message_type *type, const struct field_type_row *field,
         void *message)
{
    if (!field->in_more) return (char *)message + field->offset;
    void *more, *place = (char *)message + type->more;
    memcpy(&more, place, sizeof(more));
    if (more == type->no_more) {
        more = arena_alloc(decode->messages, type->more_size);
        if (!more) return NULL;
        memcpy(place, &more, sizeof(more));
    }
    return (char *)more + field->offset;
}

static void
decode_field(struct decode *decode, const struct message_type *type, void *message,
             const struct yaml_node *at)
{
    bool snake;
    const struct field_type_row *field = find_field(decode, type, at->key, &snake);
    if (!field) {
        report_unknown(decode, type, at);
        return;
    }
    if (at->kind == YAML_NULL && field->type != FIELD_NODE) return;
    if (snake) check_snake(decode, field, at);
    if (field->not_acted_on) {
        decode_report(decode, SLUICE_SEVERITY_INFO, decode->dialect->info_code, at,
                      "\"%s\" decides nothing here: it is left to the host", field->name);
    }
    if (field->oneof) check_oneof(decode, type, field, at);
    void *value = place_of(decode, type, field, message);
    if (!value) return;
    decode_value(decode, field, value, at);
    if (field->least || field->most || field->check) decode_check_value(decode, field, value, at);
}

bool
decode_into(struct decode *decode, const struct message_type *type, void *message,
            const struct yaml_node *node)
{
    memcpy(message, &node, sizeof(node));
    if (type->no_more) memcpy((char *)message + type->more, &type->no_more, sizeof(void *));
    if (type->line) memcpy((char *)message + type->line, &node->line, sizeof(node->line));
    if (node->kind == YAML_NULL) return true;
    if (node->kind != YAML_MAP) {
        decode_error(decode, node, "%s must be a map of fields, not %s", type->name,
                     decode_kind_name(node));
        return true;
    }
    YAML_EACH(child, node)
    {
        decode_field(decode, type, message, child);
        if (decode->arena->failed || decode->messages->failed) return false;
    }
    if (decode->dialect->crd) decode_check_required(decode, type, node);
    return true;
}

void *
decode_message(struct decode *decode, const struct message_type *type, const struct yaml_node *node)
{
    void *message = arena_alloc(decode->messages, type->size);
    if (!message || !decode_into(decode, type, message, node)) return NULL;
    return message;
}
