#include <stdlib.h>

#include "base/alloc.h"
#include "router/builder.h"
#include "router/hosts.h"
#include "router/scopes.h"

/* ---- host table of one listener ---- */

static uint32_t
power_of_two_above(size_t count)
{
    uint32_t size = 2;
    while (size < count) {
        size *= 2;
    }
    return size;
}

static bool
is_any(sluice_str domain)
{
    return str_equal(domain, STR("*"));
}

/* File one domain, unless it is there already: the first virtual host has it. */
static void
file_domain(struct builder *builder, struct host_slot *slots, uint32_t mask, sluice_str domain,
            uint32_t routes)
{
    bool wildcard = domain.ptr[0] == '*';
    sluice_str text = wildcard ? str_skip(domain, 1) : domain;
    uint64_t hash = hosts_hash(text, wildcard, builder->router->hash_seed);
    uint32_t at = (uint32_t)hash & mask;
    for (; slots[at].domain.ptr; at = (at + 1) & mask) {
        if (slots[at].hash == hash && str_equal(slots[at].domain, domain)) return;
    }
    slots[at] = (struct host_slot){hash, build_text(builder, domain), routes, wildcard};
}

static int
longest_first(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x < y) - (x > y);
}

/* Each suffix length once. */
static bool
list_suffix_lengths(struct builder *builder, struct host_table *table,
                    const struct host_slot *slots)
{
    size_t slot_count = (size_t)table->mask + 1, count = 0, kept = 0;
    uint32_t *lengths = ARENA_ARRAY(builder->scratch, uint32_t, slot_count);
    if (!lengths) return build_fail(builder, SLUICE_ERR_NOMEM);
    for (size_t i = 0; i < slot_count; i++) {
        if (slots[i].domain.ptr && slots[i].wildcard) {
            lengths[count++] = (uint32_t)(slots[i].domain.len - 1);
        }
    }
    qsort(lengths, count, sizeof(*lengths), longest_first);
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || lengths[kept - 1] != lengths[i]) lengths[kept++] = lengths[i];
    }
    uint32_t *copy = ARENA_ARRAY(builder->keep, uint32_t, kept);
    if (!copy) return build_fail(builder, SLUICE_ERR_NOMEM);
    memcpy(copy, lengths, kept * sizeof(*copy));
    table->suffix_lengths = copy;
    table->suffix_length_count = (uint32_t)kept;
    return true;
}

static bool
build_table(struct builder *builder, struct host_table *table, const struct model_listener *from)
{
    size_t domains = 0;
    for (size_t i = 0; i < from->host_count; i++) {
        domains += from->hosts[i].domain_count;
    }
    uint32_t size = power_of_two_above(2 * domains);
    struct host_slot *slots = ARENA_ARRAY(builder->keep, struct host_slot, size);
    if (!slots) return build_fail(builder, SLUICE_ERR_NOMEM);
    *table = (struct host_table){.slots = slots, .mask = size - 1, .any = NO_ROUTES};
    for (size_t i = 0; i < from->host_count; i++) {
        const struct model_virtual_host *host = &from->hosts[i];
        sluice_str key = build_address(builder, host->routes);
        if (!key.ptr) return false;
        uint32_t routes = (uint32_t)build_index(builder, &builder->lists, key) - 1;
        for (size_t k = 0; k < host->domain_count; k++) {
            sluice_str domain = host->domains[k];
            if (domain.len == 0) continue;
            if (!is_any(domain)) {
                file_domain(builder, slots, table->mask, domain, routes);
            } else if (table->any == NO_ROUTES) {
                table->any = routes;
            }
        }
    }
    return builder->status == SLUICE_OK && list_suffix_lengths(builder, table, slots);
}

/* ---- listeners, sorted so that those of one scope and one port stand together ---- */

struct listener_key {
    const struct model_listener *from;
    size_t order;
};

static int
by_scope(const struct model_listener *x, const struct model_listener *y)
{
    if (x->scope != y->scope) return x->scope < y->scope ? -1 : 1;
    if (x->family != y->family) return x->family < y->family ? -1 : 1;
    return str_compare(x->name, y->name);
}

static int
by_scope_and_port(const void *a, const void *b)
{
    const struct listener_key *x = a, *y = b;
    int order = by_scope(x->from, y->from);
    if (order != 0) return order;
    /* Port 0 wraps to the largest number and so stands last. */
    uint32_t px = x->from->port - 1, py = y->from->port - 1;
    if (px != py) return px < py ? -1 : 1;
    return x->order < y->order ? -1 : 1;
}

_Static_assert((int)MODEL_SCOPE_SERVICE == SCOPE_SERVICE && (int)MODEL_SCOPE_MESH == SCOPE_MESH,
               "scopes");
_Static_assert((int)MODEL_FAMILY_UDP == FAMILY_UDP && (int)MODEL_FAMILY_HTTP == FAMILY_HTTP,
               "families");

static void
file_scope(struct builder *builder, struct scope *slots, uint32_t mask, struct scope scope)
{
    size_t slash = str_find(scope.name, '/');
    scope.hash = scopes_hash(
        (enum scope_kind)scope.kind, (enum family)scope.family, str_first(scope.name, slash),
        slash == SIZE_MAX ? STR("") : str_skip(scope.name, slash + 1), builder->router->hash_seed);
    uint32_t at = (uint32_t)scope.hash & mask;
    while (slots[at].hash) {
        at = (at + 1) & mask;
    }
    slots[at] = scope;
    if (scope.kind == SCOPE_MESH) builder->router->mesh[scope.family] = &slots[at];
}

static bool
build_scopes(struct builder *builder, const struct listener_key *keys, size_t count)
{
    uint32_t size = power_of_two_above(2 * count);
    struct scope *slots = ARENA_ARRAY(builder->keep, struct scope, size);
    if (!slots) return build_fail(builder, SLUICE_ERR_NOMEM);
    builder->router->scopes = slots;
    builder->router->scope_mask = size - 1;
    for (size_t begin = 0, end; begin < count; begin = end) {
        const struct model_listener *first = keys[begin].from;
        for (end = begin + 1; end < count && by_scope(keys[end].from, first) == 0; end++) {
        }
        struct scope scope = {
            .name = build_text(builder, first->name),
            .kind = (uint8_t)first->scope,
            .family = (uint8_t)first->family,
            .listener = (uint32_t)begin,
            .listener_count = (uint32_t)(end - begin),
        };
        file_scope(builder, slots, size - 1, scope);
    }
    return builder->status == SLUICE_OK;
}

bool
build_hosts(struct builder *builder, const struct model *model)
{
    size_t count = model->listener_count;
    struct listener_key *keys = ARENA_ARRAY(builder->scratch, struct listener_key, count);
    struct listener *listeners = ARENA_ARRAY(builder->keep, struct listener, count);
    if (!keys || !listeners) return build_fail(builder, SLUICE_ERR_NOMEM);
    for (size_t i = 0; i < count; i++) {
        keys[i] = (struct listener_key){&model->listeners[i], i};
    }
    qsort(keys, count, sizeof(*keys), by_scope_and_port);
    for (size_t i = 0; i < count; i++) {
        const struct model_listener *from = keys[i].from;
        listeners[i] = (struct listener){
            .hostname = build_text(builder, from->hostname),
            .port = from->port,
            .tls = from->tls,
            .isolated_by_sni = from->isolated_by_sni,
            .listener_tls = (uint8_t)from->listener_tls,
        };
        if (!build_table(builder, &listeners[i].hosts, from)) return false;
    }
    builder->router->listeners = listeners;
    return build_scopes(builder, keys, count);
}
