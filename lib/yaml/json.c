#include "yaml/json.h"

#include "yaml/build.h"

struct json {
    struct yaml_load *load;
    sluice_str source;
    const char *begin, *at, *end;
    const char *line_start;
    uint32_t line;
    sluice_status status;
    bool refused; /* not JSON: no diagnostic, YAML may still read it */
    bool repeated_key;
};

struct json_frame {
    struct yaml_node *node;
    struct yaml_node *last;
};

static bool
refuse(struct json *json)
{
    json->refused = true;
    return false;
}

static void
skip_space(struct json *json)
{
    for (; json->at < json->end; json->at++) {
        char c = *json->at;
        if (c == '\n') {
            json->line++;
            json->line_start = json->at + 1;
        } else if (c != ' ' && c != '\t' && c != '\r') {
            return;
        }
    }
}

static bool
take(struct json *json, char c)
{
    if (json->at == json->end || *json->at != c) return false;
    json->at++;
    return true;
}

static uint32_t
column(const struct json *json)
{
    return (uint32_t)(json->at - json->line_start + 1);
}

/* ---- strings ---- */

static int
hex4(const char *at)
{
    int value = 0;
    for (int i = 0; i < 4; i++) {
        char c = ascii_lower(at[i]);
        if (!ascii_is_digit(c) && (c < 'a' || c > 'f')) return -1;
        value = value * 16 + (ascii_is_digit(c) ? c - '0' : c - 'a' + 10);
    }
    return value;
}

static size_t
put_utf8(char *out, uint32_t point)
{
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    if (point < 0x800) {
        out[0] = (char)(0xc0 | (point >> 6));
        out[1] = (char)(0x80 | (point & 0x3f));
        return 2;
    }
    if (point < 0x10000) {
        out[0] = (char)(0xe0 | (point >> 12));
        out[1] = (char)(0x80 | ((point >> 6) & 0x3f));
        out[2] = (char)(0x80 | (point & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | (point >> 18));
    out[1] = (char)(0x80 | ((point >> 12) & 0x3f));
    out[2] = (char)(0x80 | ((point >> 6) & 0x3f));
    out[3] = (char)(0x80 | (point & 0x3f));
    return 4;
}

/* \uXXXX, or two of them that make one character. Moves *at behind it. */
static bool
read_unicode(const char **at, const char *end, uint32_t *point)
{
    int high = end - *at >= 4 ? hex4(*at) : -1;
    if (high < 0) return false;
    *at += 4;
    *point = (uint32_t)high;
    if (high < 0xd800 || high > 0xdfff) return true;
    if (high > 0xdbff || end - *at < 6 || (*at)[0] != '\\' || (*at)[1] != 'u') return false;
    int low = hex4(*at + 2);
    if (low < 0xdc00 || low > 0xdfff) return false;
    *at += 6;
    *point = 0x10000 + (((uint32_t)high - 0xd800) << 10) + ((uint32_t)low - 0xdc00);
    return true;
}

static size_t
unescape(char *out, const char *at, const char *end)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    char *begin = out;
    while (at < end) {
        if (*at != '\\') {
            *out++ = *at++;
            continue;
        }
        const char *known = memchr(from, at[1], sizeof(from) - 1);
        at += 2;
        if (known) {
            *out++ = to[known - from];
        } else {
            uint32_t point;
            if (at[-1] != 'u' || !read_unicode(&at, end, &point)) return SIZE_MAX;
            out += put_utf8(out, point);
        }
    }
    return (size_t)(out - begin);
}

static bool
read_string(struct json *json, sluice_str *out)
{
    if (!take(json, '"')) return refuse(json);
    const char *begin = json->at, *at = begin;
    bool escaped = false;
    while (at < json->end && *at != '"') {
        if ((unsigned char)*at < 0x20) return refuse(json);
        if (*at == '\\') {
            escaped = true;
            if (++at == json->end) return refuse(json);
        }
        at++;
    }
    if (at >= json->end) return refuse(json);
    json->at = at + 1;
    *out = (sluice_str){begin, (size_t)(at - begin)};
    if (!escaped) return true;
    char *text = arena_bytes(json->load->arena, out->len);
    if (!text) {
        json->status = SLUICE_ERR_NOMEM;
        return false;
    }
    size_t len = unescape(text, begin, at);
    if (len == SIZE_MAX) return refuse(json);
    *out = (sluice_str){text, len};
    return true;
}

/* ---- other scalars ---- */

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
    if (digits > 18) node->kind = YAML_FLOAT;
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
        {STR_INIT("null"),  YAML_NULL}
    };
    sluice_str rest = {json->at, (size_t)(json->end - json->at)};
    for (size_t i = 0; i < 3; i++) {
        if (!str_starts_with(rest, words[i].word)) continue;
        node->kind = words[i].kind;
        node->text = str_first(rest, words[i].word.len);
        json->at += words[i].word.len;
        return true;
    }
    return refuse(json);
}

/* ---- values ---- */

static void
append(struct json_frame *frame, struct yaml_node *node)
{
    node->parent = frame->node;
    node->index = (uint32_t)frame->node->children.count++;
    if (frame->last) {
        frame->last->next = node;
    } else {
        frame->node->children.first = node;
    }
    frame->last = node;
}

/* The key and colon in front of a value of a map. */
static bool
read_key(struct json *json, struct yaml_node *node)
{
    node->key_line = json->line;
    node->key_column = column(json);
    if (!read_string(json, &node->key)) return false;
    skip_space(json);
    if (!take(json, ':')) return refuse(json);
    skip_space(json);
    return true;
}

/* A scalar, or the opening bracket of a map or list. */
static bool
read_value(struct json *json, struct yaml_node *node)
{
    if (json->at == json->end) return refuse(json);
    node->line = json->line;
    node->column = column(json);
    char c = *json->at;
    if (c == '{' || c == '[') {
        node->kind = c == '{' ? YAML_MAP : YAML_SEQ;
        json->at++;
        return true;
    }
    if (c == '"') {
        node->kind = YAML_STRING;
        return read_string(json, &node->text);
    }
    return c == '-' || ascii_is_digit(c) ? read_number(json, node) : read_word(json, node);
}

static bool
is_open(const struct yaml_node *node)
{
    return node->kind == YAML_MAP || node->kind == YAML_SEQ;
}

/* Close every map and list that ends here. True when another item follows in the innermost one. */
static bool
close_frames(struct json *json, const struct json_frame *frames, uint32_t *depth)
{
    while (*depth) {
        const struct json_frame *frame = &frames[*depth - 1];
        skip_space(json);
        if (take(json, frame->node->kind == YAML_MAP ? '}' : ']')) {
            if (frame->node->kind == YAML_MAP &&
                !yaml_check_keys(json->load, json->source, frame->node, &json->repeated_key)) {
                json->status = SLUICE_ERR_NOMEM;
                return false;
            }
            (*depth)--;
            continue;
        }
        if (!frame->last) return true;
        if (!take(json, ',')) return refuse(json);
        skip_space(json);
        return true;
    }
    return false;
}

static struct yaml_node *
read_item(struct json *json, struct json_frame *frame)
{
    struct yaml_node *node =
        yaml_node_new(json->load, json->source, json->line, column(json), &json->status);
    if (!node) return NULL;
    if (frame && frame->node->kind == YAML_MAP && !read_key(json, node)) return NULL;
    if (!read_value(json, node)) return NULL;
    if (frame) append(frame, node);
    return node;
}

static struct yaml_node *
read_tree(struct json *json, struct json_frame *frames)
{
    uint32_t depth = 0;
    struct yaml_node *root = read_item(json, NULL);
    for (struct yaml_node *node = root; node;) {
        if (is_open(node)) {
            if (depth == json->load->limits->depth) {
                yaml_report(json->load, json->source, "SL0006", node->line, node->column,
                            "nested more than %u deep", (unsigned)depth);
                json->status = SLUICE_ERR_LIMIT;
                return NULL;
            }
            frames[depth++] = (struct json_frame){.node = node};
        }
        if (!close_frames(json, frames, &depth)) {
            return json->refused || json->status != SLUICE_OK ? NULL : root;
        }
        node = read_item(json, &frames[depth - 1]);
    }
    return NULL;
}

sluice_status
json_load(struct yaml_load *load, sluice_str source, sluice_str text, struct yaml_document ***tail,
          bool *refused)
{
    struct json json = {.load = load,
                        .source = source,
                        .begin = text.ptr,
                        .at = text.ptr,
                        .end = text.ptr + text.len,
                        .line_start = text.ptr,
                        .line = 1};
    size_t nodes = load->nodes;
    struct json_frame *frames = ARENA_ARRAY(load->arena, struct json_frame, load->limits->depth);
    if (!frames) return SLUICE_ERR_NOMEM;
    skip_space(&json);
    struct yaml_node *root = read_tree(&json, frames);
    if (root) {
        skip_space(&json);
        if (json.at != json.end) json.refused = true;
    }
    *refused = json.refused;
    if (json.refused) {
        load->nodes = nodes;
        return SLUICE_OK;
    }
    if (json.status != SLUICE_OK) return json.status;
    sluice_status status = yaml_add_document(load, source, root, tail);
    return status == SLUICE_OK && json.repeated_key ? SLUICE_ERR_SYNTAX : status;
}
