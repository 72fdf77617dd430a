#include "istio/endpoints.h"

#include "istio/label_index.h"
#include "istio/labels.h"

/* An endpoint before a port is asked for. */
struct place {
    const struct istio_workload_entry *from;
    sluice_endpoint common; /* everything but the port */
};

/* All endpoints of one ServiceEntry. */
struct entry_places {
    struct place *items;
    size_t count, capacity;
    struct label_index index;
    bool reachable; /* each has an address of its own */
};

struct endpoints {
    struct label_index workloads; /* WorkloadEntries, by namespace and label */
    struct map entries;           /* address of istio_service_entry -> struct entry_places */
    struct map results;           /* (entry, host, port, subset) -> sluice_endpoints */
};

/* ---- one endpoint ---- */

/* region/zone/subzone */
static void
set_locality(sluice_endpoint *endpoint, sluice_str text)
{
    sluice_str *parts[] = {&endpoint->region, &endpoint->zone, &endpoint->subzone};
    for (size_t i = 0; i < 3; i++) {
        size_t slash = i < 2 ? str_find(text, '/') : SIZE_MAX;
        *parts[i] = str_first(text, slash);
        text = slash == SIZE_MAX ? STR("") : str_skip(text, slash + 1);
    }
}

/* The locality, or what a label says of it, with dots for slashes. */
static bool
read_locality(struct arena *arena, sluice_endpoint *endpoint, sluice_str text,
              const sluice_field *labels, size_t count)
{
    for (size_t i = 0; text.len == 0 && i < count; i++) {
        if (!str_equal(labels[i].name, STR("istio-locality"))) continue;
        char *copy = arena_bytes(arena, labels[i].value.len);
        if (!copy) return false;
        for (size_t k = 0; k < labels[i].value.len; k++) {
            char c = labels[i].value.ptr[k];
            copy[k] = c == '.' ? '/' : c;
        }
        text = str_make(copy, labels[i].value.len);
    }
    set_locality(endpoint, text);
    return true;
}

static void
add_label(sluice_field *labels, size_t *count, const char *name, sluice_str value)
{
    if (value.len) labels[(*count)++] = (sluice_field){sluice_str_of(name), value};
}

/* The labels that subsets ask for. Of equal names one that follows from the locality wins, then one
 * of the metadata (NULL: none), then one of the spec. */
static bool
read_labels(struct arena *arena, sluice_endpoint *endpoint, const struct value_str_map *own,
            const struct value_str_map *meta, sluice_str locality)
{
    size_t meta_count = meta ? meta->count : 0, count = 0;
    sluice_field *labels = ARENA_ARRAY(arena, sluice_field, own->count + meta_count + 3);
    if (!labels) return false;
    sluice_field *given = labels + 3;
    if (meta_count) memcpy(given, meta->items, meta_count * sizeof(*given));
    if (own->count) memcpy(given + meta_count, own->items, own->count * sizeof(*given));
    if (!read_locality(arena, endpoint, locality, given, meta_count + own->count)) return false;
    add_label(labels, &count, "topology.kubernetes.io/region", endpoint->region);
    add_label(labels, &count, "topology.kubernetes.io/zone", endpoint->zone);
    add_label(labels, &count, "topology.istio.io/subzone", endpoint->subzone);
    memmove(labels + count, given, (meta_count + own->count) * sizeof(*labels));
    endpoint->labels = labels;
    endpoint->label_count = count + meta_count + own->count;
    return labels_keep_first(arena, labels, &endpoint->label_count);
}

static bool
add_place(struct lower *lower, struct entry_places *places, const struct istio_workload_entry *from,
          const struct value_str_map *meta)
{
    struct place *items =
        arena_grow(lower->arena, places->items, places->count, &places->capacity, sizeof(*items));
    if (!items) return false;
    places->items = items;
    if (from->address.v.len == 0) { /* behind the gateway of another network */
        places->reachable = false;
        return true;
    }
    struct place *place = &items[places->count];
    *place = (struct place){.from = from};
    place->common.address = from->address.v;
    place->common.weight = from->weight.v > 0 ? (uint32_t)from->weight.v : 1;
    return read_labels(lower->arena, &place->common, &from->labels, meta, from->locality.v) &&
           label_index_add(&places->index, STR(""), place->common.labels, place->common.label_count,
                           (uint32_t)places->count++);
}

/* ---- all endpoints of a ServiceEntry ---- */

static bool
add_selected(struct lower *lower, struct entry_places *places, const struct service *service)
{
    const struct istio_workload_selector *selector = service->entry->workload_selector;
    struct label_positions found;
    if (!label_index_find(&lower->endpoints->workloads, service->space, selector->labels.items,
                          selector->labels.count, &found)) {
        return false;
    }
    for (size_t i = 0; i < found.count; i++) {
        const struct istio_resource *resource =
            lower->set->of[ISTIO_WORKLOAD_ENTRY][found.items[i]];
        const struct value_str_map *meta = &resource->meta->labels;
        sluice_endpoint merged = {.weight = 1};
        if (!read_labels(lower->arena, &merged, &resource->workload_entry->labels, meta, STR(""))) {
            return false;
        }
        if (!labels_contain(merged.labels, merged.label_count, selector->labels.items,
                            selector->labels.count)) {
            continue;
        }
        if (!add_place(lower, places, resource->workload_entry, meta)) return false;
    }
    return true;
}

static struct entry_places *
places_of(struct lower *lower, const struct service *service)
{
    const struct istio_service_entry *entry = service->entry;
    sluice_str key = arena_printf(lower->arena, "%p", (const void *)entry);
    void **slot = key.ptr ? map_put(&lower->endpoints->entries, key) : NULL;
    if (!slot || *slot) return slot ? *slot : NULL;
    struct entry_places *places = ARENA_NEW(lower->arena, struct entry_places);
    if (!places) return NULL;
    *slot = places;
    places->index = label_index_init(lower->arena);
    places->reachable = true;
    const struct istio_workload_entry *items = entry->endpoints.items;
    for (size_t i = 0; i < entry->endpoints.count; i++) {
        if (!add_place(lower, places, &items[i], NULL)) return NULL;
    }
    if (entry->workload_selector && !add_selected(lower, places, service)) return NULL;
    return places;
}

/* ---- one port and subset ---- */

/* The port of a unix socket is none; else the endpoint's own for that port, the target port, the
 * service port. */
static uint32_t
port_at(const struct istio_workload_entry *from, const struct istio_service_port *port)
{
    if (from && str_starts_with(from->address.v, STR("unix:"))) return 0;
    for (size_t i = 0; from && i < from->ports.count; i++) {
        if (from->ports.values[i] && str_equal(from->ports.keys[i], port->name.v)) {
            return from->ports.values[i];
        }
    }
    return (uint32_t)(port->target_port.v > 0 ? port->target_port.v : port->number.v);
}

/* A name without endpoints is its own endpoint, and has no labels that a subset could ask for. */
static bool
add_own_name(struct lower *lower, sluice_endpoints *out, const struct service *service,
             const struct istio_service_port *port, const struct istio_subset *subset)
{
    sluice_endpoint *only = ARENA_NEW(lower->arena, sluice_endpoint);
    if (!only) return false;
    *only = (sluice_endpoint){.address = service->host, .port = port_at(NULL, port), .weight = 1};
    out->items = only;
    out->count = subset && subset->labels.count ? 0 : 1;
    return true;
}

static bool
add_places(struct lower *lower, sluice_endpoints *out, const struct entry_places *places,
           const struct istio_service_port *port, const struct istio_subset *subset)
{
    static const struct value_str_map none;
    const struct value_str_map *wanted = subset ? &subset->labels : &none;
    struct label_positions found;
    if (!label_index_find(&places->index, STR(""), wanted->items, wanted->count, &found)) {
        return false;
    }
    sluice_endpoint *items = ARENA_ARRAY(lower->arena, sluice_endpoint, found.count);
    if (!items) return false;
    for (size_t i = 0; i < found.count; i++) {
        const struct place *place = &places->items[found.items[i]];
        if (!labels_contain(place->common.labels, place->common.label_count, wanted->items,
                            wanted->count)) {
            continue;
        }
        items[out->count] = place->common;
        items[out->count++].port = port_at(place->from, port);
    }
    out->items = items;
    return true;
}

/* A name without any endpoint. */
static bool
is_alone(const struct istio_service_entry *entry)
{
    bool name = entry->resolution.v == ISTIO_RESOLUTION_DNS ||
                entry->resolution.v == ISTIO_RESOLUTION_DNS_ROUND_ROBIN;
    return name && entry->endpoints.count == 0 && !entry->workload_selector;
}

static sluice_endpoints *
make(struct lower *lower, const struct service *service, const struct istio_service_port *port,
     const struct istio_subset *subset)
{
    const struct istio_service_entry *entry = service->entry;
    sluice_endpoints *made = ARENA_NEW(lower->arena, sluice_endpoints);
    struct entry_places *places = places_of(lower, service);
    if (!made || !places) return NULL;
    made->resolution = (sluice_resolution)entry->resolution.v;
    made->complete = !entry->workload_selector && places->reachable &&
                     entry->resolution.v != ISTIO_RESOLUTION_NONE &&
                     entry->resolution.v != ISTIO_RESOLUTION_DYNAMIC_DNS;
    bool ok = is_alone(entry) ? add_own_name(lower, made, service, port, subset)
                              : add_places(lower, made, places, port, subset);
    return ok ? made : NULL;
}

bool
endpoints_find(struct lower *lower, const struct service *service, uint32_t port,
               const struct istio_subset *subset, const sluice_endpoints **out)
{
    *out = NULL;
    const struct service_port *own = service_port_find(service, port);
    if (!service->entry || !own) return true;
    const struct istio_service_port *ports = service->entry->ports.items;
    /* Only the endpoint that is the host itself differs between the hosts of an entry. */
    const void *whose = is_alone(service->entry) ? (const void *)service : service->entry;
    sluice_str key =
        arena_printf(lower->arena, "%p %p %u", whose, (const void *)subset, (unsigned)port);
    void **slot = key.ptr ? map_put(&lower->endpoints->results, key) : NULL;
    if (!slot) return false;
    if (!*slot) {
        sluice_endpoints *made = make(lower, service, &ports[own - service->ports], subset);
        *slot = made;
        if (!made) return false;
    }
    *out = *slot;
    return true;
}

bool
endpoints_is_empty(const sluice_endpoints *endpoints)
{
    return endpoints && endpoints->complete && endpoints->count == 0;
}

/* ---- WorkloadEntries ---- */

static bool
read_workloads(struct lower *lower)
{
    struct istio_resource **items = lower->set->of[ISTIO_WORKLOAD_ENTRY];
    struct label_index *index = &lower->endpoints->workloads;
    for (size_t i = 0; i < lower->set->count_of[ISTIO_WORKLOAD_ENTRY]; i++) {
        const struct istio_resource *resource = items[i];
        sluice_endpoint merged = {.weight = 1};
        if (resource->bad) continue;
        if (!read_labels(lower->arena, &merged, &resource->workload_entry->labels,
                         &resource->meta->labels, STR("")) ||
            !label_index_add(index, resource->meta->space, merged.labels, merged.label_count,
                             (uint32_t)i)) {
            return false;
        }
    }
    return true;
}

bool
endpoints_read(struct lower *lower)
{
    lower->endpoints = ARENA_NEW(lower->arena, struct endpoints);
    if (!lower->endpoints) return false;
    lower->endpoints->workloads = label_index_init(lower->arena);
    lower->endpoints->entries = map_init(lower->arena);
    lower->endpoints->results = map_init(lower->arena);
    return read_workloads(lower);
}

void
endpoints_free(struct lower *lower)
{
    struct endpoints *endpoints = lower->endpoints;
    if (!endpoints) return;
    for (size_t i = 0; i < endpoints->entries.count; i++) {
        struct entry_places *places = endpoints->entries.entries[i].value;
        if (places) label_index_free(&places->index);
    }
    label_index_free(&endpoints->workloads);
    map_free(&endpoints->entries);
    map_free(&endpoints->results);
}
