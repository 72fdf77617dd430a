/*
 * validate_unique: entries that may stand in a list once only.
 */
#include "gateway_api/validate.h"

const struct yaml_node *
gw_seen(struct validate *v, struct map *seen, sluice_str key, const struct yaml_node *at)
{
    void **slot = v->failed ? NULL : map_put(seen, key);
    if (!slot) {
        v->failed = true;
        return NULL;
    }
    const struct yaml_node *first = *slot;
    /* The map gives its pointers back as they were; nothing writes through them. */
    if (!first) memcpy(slot, &at, sizeof(at));
    return first;
}

void
gw_unique_strings(struct validate *v, const struct value_list *list, const char *what)
{
    struct map seen = map_init(v->decode->arena);
    for (struct str_walk s = str_walk(list); str_next(&s);) {
        if (!gw_seen(v, &seen, s.text, s.node)) continue;
        REFUSED(v, s.node, "%s \"%.*s\" is given twice", what, STR_ARG(s.text));
    }
    map_free(&seen);
}

void
gw_unique_numbers(struct validate *v, const struct value_list *list, const char *what)
{
    struct map seen = map_init(v->decode->arena);
    const uint32_t *items = list->items;
    const struct yaml_node *node = list->count ? list->node->children.first : NULL;
    for (size_t i = 0; i < list->count; i++, node = node->next) {
        sluice_str key = str_make((const char *)&items[i], sizeof(items[i]));
        if (!gw_seen(v, &seen, key, node)) continue;
        REFUSED(v, node, "%s %u is given twice", what, (unsigned)items[i]);
    }
    map_free(&seen);
}

/* ---- headers ---- */

/* Where a name was found last. */
struct header_name {
    const void *list;
    sluice_str name; /* as written */
};

static sluice_str
lower_case(struct validate *v, sluice_str text)
{
    char *bytes = arena_bytes(v->decode->arena, text.len);
    for (size_t i = 0; bytes && i < text.len; i++) {
        bytes[i] = ascii_lower(text.ptr[i]);
    }
    return str_make(bytes, bytes ? text.len : 0);
}

void
gw_check_header_name(struct validate *v, struct header_names *names, const void *list,
                     const struct yaml_node *at, sluice_str name)
{
    sluice_str key = lower_case(v, name);
    void **slot = key.ptr && !v->failed ? map_put(&names->seen, key) : NULL;
    struct header_name *entry =
        slot && !*slot ? ARENA_NEW(v->decode->arena, struct header_name) : NULL;
    if (!slot || (!*slot && !entry)) {
        v->failed = true;
    } else if (entry) {
        *entry = (struct header_name){list, name};
        *slot = entry;
    } else {
        struct header_name *first = *slot;
        if (first->list == list && str_equal(first->name, name)) {
            REFUSED(v, at, "header \"%.*s\" is given twice", STR_ARG(name));
        } else if (first->list == list) {
            WARN(v, at, "\"%.*s\" and \"%.*s\" are one header: only the first entry counts",
                 STR_ARG(first->name), STR_ARG(name));
        } else {
            WARN(v, at, "header \"%.*s\" is changed twice: set is first, then add, then remove",
                 STR_ARG(name));
            *first = (struct header_name){list, name};
        }
    }
}
