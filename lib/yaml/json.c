#include "yaml/json.h"

#include "yaml/json_string.h"

struct json {
    struct reading *reading;
    const char *at, *end;
    const char *line_start;
    uint32_t line;
    bool refused; /* not JSON */
};

static bool
refuse(struct json *json)
{
    json->refused = true;
    return false;
}

static bool
is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void
skip_space(struct json *json)
{
    for (; json->at < json->end && is_space(*json->at); json->at++) {
        if (*json->at != '\n') continue;
        json->line++;
        json->line_start = json->at + 1;
    }
}

static bool
take(struct json *json, char c)
{
    if (json->at == json->end || *json->at != c) return false;
    json->at++;
    return true;
}

static struct place
place_of(const struct json *json)
{
    return (struct place){json->line, (uint32_t)(json->at - json->line_start) + 1};
}

/* ---- scalars ---- */

static bool
read_string(struct json *json, sluice_str *out)
{
    struct reading *reading = json->reading;
    if (json->at == json->end || *json->at != '"') return refuse(json);
    switch (json_string_read(reading->load->arena, &json->at, json->end, out)) {
    case JSON_STRING_OK:
        return true;
    case JSON_STRING_NOMEM:
        return reading_nomem(reading);
    default:
        return refuse(json);
    }
}

static size_t
skip_digits(struct json *json)
{
    const char *begin = json->at;
    while (json->at < json->end && ascii_is_digit(*json->at)) {
        json->at++;
    }
    return (size_t)(json->at - begin);
}

static bool
read_number(struct json *json, struct yaml_node *node)
{
    const char *begin = json->at;
    node->kind = YAML_INT;
    take(json, '-');
    bool leading_zero = json->at < json->end && *json->at == '0';
    size_t digits = skip_digits(json);
    if (digits == 0 || (leading_zero && digits > 1)) return refuse(json);
    if (take(json, '.')) {
        node->kind = YAML_FLOAT;
        if (skip_digits(json) == 0) return refuse(json);
    }
    if (take(json, 'e') || take(json, 'E')) {
        node->kind = YAML_FLOAT;
        if (!take(json, '+')) take(json, '-');
        if (skip_digits(json) == 0) return refuse(json);
    }
    node->text = (sluice_str){begin, (size_t)(json->at - begin)};
    return true;
}

static bool
read_word(struct json *json, struct yaml_node *node)
{
    static const struct {
        sluice_str word;
        enum yaml_kind kind;
    } words[] = {
        {STR_INIT("true"),  YAML_BOOL},
        {STR_INIT("false"), YAML_BOOL},
        {STR_INIT("null"),  YAML_NULL},
    };
    sluice_str rest = {json->at, (size_t)(json->end - json->at)};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (!str_starts_with(rest, words[i].word)) continue;
        node->kind = words[i].kind;
        node->text = str_first(rest, words[i].word.len);
        json->at += words[i].word.len;
        return true;
    }
    return refuse(json);
}

/* ---- maps and lists ---- */

static bool
read_scalar(struct json *json, struct yaml_node *node)
{
    char c = *json->at;
    if (c == '"') {
        node->kind = YAML_STRING;
        return read_string(json, &node->text);
    }
    return c == '-' || ascii_is_digit(c) ? read_number(json, node) : read_word(json, node);
}

/* A scalar, or the opening bracket of a map or list. */
static bool
read_value(struct json *json)
{
    if (json->at == json->end) return refuse(json);
    char c = *json->at;
    bool opens = c == '{' || c == '[';
    struct yaml_node *node =
        reading_add(json->reading, c == '{' ? YAML_MAP : YAML_SEQ, place_of(json));
    if (!node) return false;
    if (!opens) return read_scalar(json, node);
    json->at++;
    return reading_open(json->reading, node);
}

static bool
read_key(struct json *json)
{
    struct place place = place_of(json);
    sluice_str key;
    if (!read_string(json, &key)) return false;
    skip_space(json);
    if (!take(json, ':')) return refuse(json);
    skip_space(json);
    reading_set_key(json->reading, key, place);
    return true;
}

/* What follows in the innermost open map or list: its end, or one more value. */
static bool
read_next(struct json *json)
{
    const struct reading_frame *frame = reading_frame(json->reading);
    bool map = frame->node->kind == YAML_MAP;
    skip_space(json);
    if (take(json, map ? '}' : ']')) return reading_close(json->reading);
    if (frame->last) {
        if (!take(json, ',')) return refuse(json);
        skip_space(json);
    }
    if (map && !read_key(json)) return false;
    return read_value(json);
}

static bool
read_text(struct json *json)
{
    bool going = true;
    skip_space(json);
    going = read_value(json);
    while (going && json->reading->depth) {
        going = read_next(json);
    }
    if (!going) return false;
    skip_space(json);
    return json->at == json->end || refuse(json);
}

bool
json_is_likely(sluice_str text)
{
    size_t at = 0;
    while (at < text.len && is_space(text.ptr[at])) {
        at++;
    }
    return at < text.len && (text.ptr[at] == '{' || text.ptr[at] == '[');
}

bool
json_read(struct reading *reading, size_t *error)
{
    sluice_str text = reading->text;
    struct json json = {
        .reading = reading,
        .at = text.ptr,
        .end = text.ptr + text.len,
        .line_start = text.ptr,
        .line = 1,
    };
    size_t nodes = reading->load->nodes;
    reading_begin_document(reading);
    if (read_text(&json)) {
        reading_end_document(reading);
        return true;
    }
    *error = (size_t)(json.at - text.ptr);
    if (!json.refused) return true;
    /* A duplicate key was reported: so it is JSON that has a syntax error too. */
    if (reading->findings) {
        reading_error(reading, SLUICE_ERR_SYNTAX, CODE_SYNTAX, place_of(&json),
                      "this is not valid JSON");
        return true;
    }
    reading->load->nodes = nodes;
    return false;
}
