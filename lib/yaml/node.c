#include <stdarg.h>
#include <stdio.h>

#include "base/map.h"
#include "yaml/build.h"

void
yaml_report(struct yaml_load *load, sluice_str source, const char *code, uint32_t line,
            uint32_t column, const char *format, ...)
{
    char message[512];
    struct diag_place place = {.document = source, .line = line, .column = column};
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    diag_add(load->diags, SLUICE_SEVERITY_ERROR, code, &place, "%s", message);
}

struct yaml_node *
yaml_node_new(struct yaml_load *load, sluice_str source, uint32_t line, uint32_t column,
              sluice_status *status)
{
    if (load->nodes >= load->limits->nodes) {
        yaml_report(load, source, "SL0006", line, column, "more than %u values",
                    (unsigned)load->limits->nodes);
        *status = SLUICE_ERR_LIMIT;
        return NULL;
    }
    struct yaml_node *node = ARENA_NEW(load->arena, struct yaml_node);
    if (!node) {
        *status = SLUICE_ERR_NOMEM;
        return NULL;
    }
    load->nodes++;
    node->line = line;
    node->column = column;
    return node;
}

sluice_status
yaml_add_document(struct yaml_load *load, sluice_str source, struct yaml_node *root,
                  struct yaml_document ***tail)
{
    if (!root || root->kind == YAML_NULL) return SLUICE_OK;
    if (load->documents >= load->limits->documents) {
        yaml_report(load, source, "SL0006", root->line, root->column, "more than %u documents",
                    (unsigned)load->limits->documents);
        return SLUICE_ERR_LIMIT;
    }
    struct yaml_document *document = ARENA_NEW(load->arena, struct yaml_document);
    if (!document) return SLUICE_ERR_NOMEM;
    load->documents++;
    *document = (struct yaml_document){.root = root, .source = source};
    **tail = document;
    *tail = &document->next;
    return SLUICE_OK;
}

static void
report_repeated(struct yaml_load *load, sluice_str source, const struct yaml_node *node,
                const struct yaml_node *first)
{
    yaml_report(load, source, "SL0004", node->key_line, node->key_column,
                "key \"%.*s\" is already set at line %u", STR_ARG(node->key),
                (unsigned)first->key_line);
}

enum { FEW_KEYS = 12 };

/* For a few keys comparing is quicker than hashing. */
static bool
check_few(struct yaml_load *load, sluice_str source, const struct yaml_node *map)
{
    bool repeated = false;
    YAML_EACH(node, map)
    {
        YAML_EACH(before, map)
        {
            if (before == node) break;
            if (!str_equal(before->key, node->key)) continue;
            report_repeated(load, source, node, before);
            repeated = true;
            break;
        }
    }
    return repeated;
}

bool
yaml_check_keys(struct yaml_load *load, sluice_str source, const struct yaml_node *map,
                bool *repeated)
{
    if (map->children.count <= FEW_KEYS) {
        *repeated |= check_few(load, source, map);
        return true;
    }
    struct map seen = map_init(load->arena->alloc);
    bool ok = true;
    YAML_EACH(node, map)
    {
        void **place = map_put(&seen, node->key);
        if (!place) {
            ok = false;
            break;
        }
        if (*place) {
            report_repeated(load, source, node, *place);
            *repeated = true;
        } else {
            *place = node;
        }
    }
    map_free(&seen);
    return ok;
}
