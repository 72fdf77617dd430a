#include "support/yaml_fixture.h"

#include "base/alloc.h"

sluice_limits
yaml_fixture_limits(void)
{
    return (sluice_limits){
        .text_bytes = (size_t)1 << 28,
        .documents = 1000000,
        .depth = 64,
        .nodes = 50000000,
        .alias_nodes = 1000000,
        .rules = 4000000,
        .destinations = 10000,
        .regex_bytes = 1024,
    };
}

void
yaml_fixture_load(struct yaml_fixture *fixture, const struct yaml_backend *backend, sluice_str text,
                  const sluice_limits *limits, const sluice_allocator *alloc)
{
    *fixture = (struct yaml_fixture){
        .arena = arena_init(alloc_or_default(alloc)),
        .limits = limits ? *limits : yaml_fixture_limits(),
    };
    fixture->tail = &fixture->documents;
    fixture->status = sluice_report_new(&fixture->report, alloc);
    if (fixture->status != SLUICE_OK) return;
    fixture->diags.report = fixture->report;
    fixture->load = (struct yaml_load){
        .arena = &fixture->arena, .diags = &fixture->diags, .limits = &fixture->limits};
    sluice_source source = {STR("test.yaml"), text};
    fixture->status = backend ? yaml_load_with(&fixture->load, backend, &source, &fixture->tail)
                              : yaml_load(&fixture->load, &source, &fixture->tail);
}

void
yaml_fixture_free(struct yaml_fixture *fixture)
{
    sluice_report_free(fixture->report);
    arena_free(&fixture->arena);
}

static bool
has_children(const struct yaml_node *node)
{
    return node->kind == YAML_MAP || node->kind == YAML_SEQ;
}

const struct yaml_node *
yaml_fixture_next(const struct yaml_node *root, const struct yaml_node *node)
{
    if (has_children(node) && node->children.first) return node->children.first;
    while (node != root && !node->next) {
        node = node->parent;
    }
    return node == root ? NULL : node->next;
}

/* ---- printing ---- */

static sluice_str
print_scalar(struct arena *arena, const struct yaml_node *node)
{
    static const char *const names[] = {"null", "bool", "int", "float", "str"};
    if (node->kind == YAML_NULL) return STR("null");
    const char *quote = node->kind == YAML_STRING ? "\"" : "";
    return arena_printf(arena, "%s %s%.*s%s", names[node->kind], quote, STR_ARG(node->text), quote);
}

/* What closes behind a node: the collections whose last one it is. */
static sluice_str
print_closing(struct arena *arena, const struct yaml_node *root, const struct yaml_node *node)
{
    sluice_str out = STR("");
    if (has_children(node)) {
        if (node->children.first) return out;
        out = node->kind == YAML_MAP ? STR("}") : STR("]");
    }
    for (; node != root && !node->next; node = node->parent) {
        bool map = node->parent->kind == YAML_MAP;
        out = arena_printf(arena, "%.*s%s", STR_ARG(out), map ? "}" : "]");
    }
    return out;
}

sluice_str
yaml_fixture_print(struct yaml_fixture *fixture)
{
    struct arena *arena = &fixture->arena;
    sluice_str out = STR("");
    for (const struct yaml_document *d = fixture->documents; d; d = d->next) {
        const struct yaml_node *node = d->root;
        for (; node; node = yaml_fixture_next(d->root, node)) {
            const char *gap = node->parent ? node->index ? ", " : "" : out.len ? " " : "";
            bool keyed = node->parent && node->parent->kind == YAML_MAP;
            sluice_str value = has_children(node) ? node->kind == YAML_MAP ? STR("{") : STR("[")
                                                  : print_scalar(arena, node);
            sluice_str closing = print_closing(arena, d->root, node);
            out = arena_printf(arena, "%.*s%s%.*s%s%.*s%.*s", STR_ARG(out), gap, STR_ARG(node->key),
                               keyed ? ": " : "", STR_ARG(value), STR_ARG(closing));
        }
    }
    return out;
}

/* ---- comparing ---- */

static bool
nodes_differ(const struct yaml_node *a, const struct yaml_node *b)
{
    if (a->kind != b->kind || !str_equal(a->key, b->key) || a->index != b->index) return true;
    /* A document that is nothing but an empty text has no place of its own. */
    bool placeless = !a->parent && !has_children(a) && a->text.len == 0;
    if (!placeless && (a->line != b->line || a->column != b->column)) return true;
    if (a->key_line != b->key_line || a->key_column != b->key_column) return true;
    return has_children(a) ? a->children.count != b->children.count : !str_equal(a->text, b->text);
}

bool
yaml_fixture_differs(const struct yaml_document *a, const struct yaml_document *b,
                     const struct yaml_node **at)
{
    *at = NULL;
    for (; a && b; a = a->next, b = b->next) {
        const struct yaml_node *x = a->root, *y = b->root;
        for (; x && y; x = yaml_fixture_next(a->root, x), y = yaml_fixture_next(b->root, y)) {
            *at = x;
            if (nodes_differ(x, y)) return true;
        }
        if (x || y) return true;
    }
    return a || b;
}

/* ---- soundness ---- */

static bool
is_sound(const struct yaml_node *node, size_t lines)
{
    if (node->line == 0 || node->line > lines || node->column == 0) return false;
    if (node->key_line > lines || (node->key_line == 0) != (node->key_column == 0)) return false;
    if (node->parent && (node->parent->kind == YAML_MAP) != (node->key_line > 0)) return false;
    if (!has_children(node)) return node->text.len == 0 || node->text.ptr != NULL;
    size_t count = 0;
    YAML_EACH(child, node)
    {
        if (child->parent != node || child->index != count) return false;
        count++;
    }
    return count == node->children.count;
}

bool
yaml_fixture_is_sound(const struct yaml_fixture *fixture, sluice_str text)
{
    size_t lines = 1;
    for (size_t i = 0; i < text.len; i++) {
        lines += text.ptr[i] == '\n' || text.ptr[i] == '\r';
    }
    for (const struct yaml_document *d = fixture->documents; d; d = d->next) {
        if (d->root->parent || d->root->kind == YAML_NULL) return false;
        for (const struct yaml_node *n = d->root; n; n = yaml_fixture_next(d->root, n)) {
            if (!is_sound(n, lines)) return false;
        }
    }
    return true;
}
