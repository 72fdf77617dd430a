#include "istio/gateways.h"

#include <stdlib.h>

#include "istio/labels.h"

/* ---- hosts of VirtualServices ---- */

static bool
add_claim(struct gateway *gateway, size_t source, sluice_str host)
{
    struct lower_source *from = &gateway->candidates.items[source];
    uint32_t number = (uint32_t)gateway->claim_count++;
    gateway->claims[number] = (struct gateway_claim){(uint32_t)source, host};
    return host.ptr && space_index_add(&gateway->index, from->resource->meta->space, host, number);
}

static bool
read_claims(struct lower *lower, struct gateway *gateway)
{
    const struct candidates *candidates = &gateway->candidates;
    size_t room = 0;
    for (size_t i = 0; i < candidates->count; i++) {
        room += candidates->items[i].resource->virtual_service->hosts.count;
    }
    gateway->claims = ARENA_ARRAY(lower->arena, struct gateway_claim, room);
    if (!gateway->claims) return false;
    for (size_t i = 0; i < candidates->count; i++) {
        const struct lower_source *source = &candidates->items[i];
        const struct value_list *names = &source->resource->virtual_service->hosts;
        const sluice_str *hosts = names->items;
        for (size_t k = 0; k < names->count; k++) {
            /* Compared with letter case, as Istio does; domains have none. */
            sluice_str host = expand_host(lower, hosts[k], source->space);
            if (!add_claim(gateway, i, host)) return false;
        }
    }
    space_index_seal(&gateway->index);
    return true;
}

/* ---- gateways and their groups ---- */

static bool
read_gateway(struct lower *lower, const struct map *documents, sluice_str name, struct gateway *out)
{
    *out = (struct gateway){
        .name = name,
        .space = str_first(name, str_find(name, '/')),
        .document = map_get(documents, name),
        .index = space_index_init(lower->arena),
    };
    return candidates_of(lower, name, lower->options->proxy_namespace, &out->candidates) &&
           read_claims(lower, out) &&
           gateway_connections_read(lower, name, &out->candidates, &out->connections);
}

static sluice_str
group_key(struct lower *lower, const struct gateway *gateway)
{
    if (!gateway->document) return gateway->name;
    const struct value_str_map *selector = &gateway->document->gateway->selector;
    sluice_field *labels = labels_sorted(lower->arena, selector->items, selector->count);
    return labels ? labels_text(lower->arena, labels, selector->count) : (sluice_str){NULL, 0};
}

static bool
join_group(struct lower *lower, struct gateways *gateways, struct map *groups,
           struct gateway *gateway)
{
    sluice_str key = group_key(lower, gateway);
    void **place = key.ptr ? map_put(groups, key) : NULL;
    if (!place) return false;
    if (!*place) {
        *place = ARENA_NEW(lower->arena, struct gateway_group);
        gateways->groups[gateways->group_count++] = *place;
    }
    struct gateway_group *group = *place;
    if (!group) return false;
    struct gateway **items =
        arena_grow(lower->arena, group->items, group->count, &group->capacity, sizeof(*items));
    if (!items) return false;
    group->items = items;
    group->items[group->count++] = gateway;
    return true;
}

static int
by_age(const void *a, const void *b)
{
    const struct gateway *x = *(struct gateway *const *)a, *y = *(struct gateway *const *)b;
    return istio_compare_age(x->document, y->document);
}

static bool
read_groups(struct lower *lower, struct gateways *gateways, struct map *groups)
{
    gateways->groups = ARENA_ARRAY(lower->arena, struct gateway_group *, gateways->count);
    if (!gateways->groups) return false;
    for (size_t i = 0; i < gateways->count; i++) {
        if (!join_group(lower, gateways, groups, &gateways->items[i])) return false;
    }
    for (size_t i = 0; i < gateways->group_count; i++) {
        struct gateway_group *group = gateways->groups[i];
        if (group->count > 1) qsort(group->items, group->count, sizeof(*group->items), by_age);
    }
    return true;
}

static bool
read_documents(struct lower *lower, struct map *documents)
{
    for (size_t i = 0; i < lower->set->count_of[ISTIO_GATEWAY]; i++) {
        struct istio_resource *document = lower->set->of[ISTIO_GATEWAY][i];
        if (document->bad) continue; /* as if it were not there */
        sluice_str parts[] = {document->meta->space, STR("/"), document->meta->name};
        sluice_str name = arena_concat(lower->arena, parts, 3);
        void **place = name.ptr ? map_put(documents, name) : NULL;
        if (!place || !map_put(&lower->bindings, name)) return false;
        *place = document;
    }
    return true;
}

static bool
read_names(struct lower *lower, const struct map *documents, struct gateways *out)
{
    out->items = ARENA_ARRAY(lower->arena, struct gateway, lower->bindings.count);
    if (!out->items) return false;
    for (size_t i = 0; i < lower->bindings.count; i++) {
        sluice_str name = lower->bindings.entries[i].key;
        if (str_equal(name, STR("mesh"))) continue;
        if (!read_gateway(lower, documents, name, &out->items[out->count++])) return false;
    }
    return true;
}

bool
gateways_read(struct lower *lower, struct gateways *out)
{
    struct map documents = map_init(lower->arena), groups = map_init(lower->arena);
    *out = (struct gateways){NULL, 0, NULL, 0};
    bool ok = read_documents(lower, &documents) && read_names(lower, &documents, out) &&
              read_groups(lower, out, &groups);
    map_free(&documents);
    map_free(&groups);
    return ok;
}

void
gateways_free(struct gateways *gateways)
{
    for (size_t i = 0; i < gateways->count; i++) {
        space_index_free(&gateways->items[i].index);
    }
}
