/* build_hosts: scopes, listeners and their host tables. */
#include "router/builder.h"
#include "router/hosts.h"
#include "router/scopes.h"

/* ---- host table of one listener ---- */

/* Slots for `count` entries: a power of two, at most three quarters full. */
static uint32_t
slots_for(size_t count)
{
    uint32_t size = 2;
    while (size / 4 * 3 + size % 4 / 2 < count) {
        size *= 2;
    }
    return size;
}

/* File one domain, unless it is there already: the first virtual host has it.
 */
static void
file_domain(struct builder *builder, struct host_slot *slots, uint32_t mask, sluice_str domain,
            uint32_t routes)
{
    bool wildcard = str_starts_with(domain, STR("*"));
    struct host_key key =
        hosts_key(str_skip(domain, wildcard), wildcard, &builder->router->hash_keys);
    struct host_slot *slot = &slots[hosts_slot(slots, mask, key)];
    if (slot->domain) return;
    *slot = (struct host_slot){
        .domain = build_text(builder, domain).ptr,
        .len = (uint32_t)domain.len,
        .tag = (uint32_t)(key.hash >> 32),
        .routes = routes,
    };
}

/* Mark each suffix length in use; how many there are. */
static uint32_t
mark_lengths(const struct host_table *table, bool *marks)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i <= table->mask; i++) {
        const struct host_slot *slot = &table->slots[i];
        if (!slot->domain || slot->len == 0 || slot->domain[0] != '*') continue;
        count += !marks[slot->len - 1];
        marks[slot->len - 1] = true;
    }
    return count;
}

static bool
list_suffix_lengths(struct builder *builder, struct host_table *table, size_t longest_domain)
{
    bool *marks = ARENA_ARRAY(builder->scratch, bool, longest_domain);
    if (!marks) return build_fail(builder, SLUICE_ERR_NOMEM);
    uint32_t count = mark_lengths(table, marks), kept = 0;
    if (count == 0) return true;
    uint32_t *lengths = build_array(builder, count, sizeof(*lengths));
    if (!lengths) return false;
    for (size_t len = longest_domain; len-- > 0;) {
        if (marks[len]) lengths[kept++] = (uint32_t)len;
    }
    table->suffix_lengths = lengths;
    table->suffix_length_count = count;
    return true;
}

static void
file_host(struct builder *builder, struct host_table *table, struct host_slot *slots,
          const struct model_virtual_host *host)
{
    sluice_str key = build_pointer_key(&host->routes);
    uint32_t routes = (uint32_t)build_index(builder, &builder->lists, key) - 1;
    for (size_t i = 0; i < host->domain_count && builder->status == SLUICE_OK; i++) {
        if (!str_equal(host->domains[i], STR("*"))) {
            file_domain(builder, slots, table->mask, host->domains[i], routes);
        } else if (table->any == NO_ROUTES) {
            table->any = routes;
        }
    }
}

static bool
build_table(struct builder *builder, struct host_table *table, const struct model_listener *from)
{
    size_t domains = 0, longest = 1;
    for (size_t i = 0; i < from->host_count; i++) {
        const struct model_virtual_host *host = &from->hosts[i];
        domains += host->domain_count;
        for (size_t k = 0; k < host->domain_count; k++) {
            if (host->domains[k].len > longest) longest = host->domains[k].len;
        }
    }
    if (domains > UINT32_MAX / 4 || longest > UINT32_MAX) {
        return build_fail(builder, SLUICE_ERR_LIMIT);
    }
    uint32_t size = slots_for(domains);
    struct host_slot *slots = build_array(builder, size, sizeof(*slots));
    if (!slots) return false;
    *table = (struct host_table){.slots = slots, .mask = size - 1, .any = NO_ROUTES};
    for (size_t i = 0; i < from->host_count; i++) {
        file_host(builder, table, slots, &from->hosts[i]);
    }
    return builder->status == SLUICE_OK && list_suffix_lengths(builder, table, longest);
}

/* ---- listeners, sorted so that those of one scope and one port stand together ---- */

struct listener_key {
    const struct model_listener *from;
    sluice_str name; /* qualified */
};

static int
by_scope(const struct listener_key *x, const struct listener_key *y)
{
    if (x->from->scope != y->from->scope) return x->from->scope < y->from->scope ? -1 : 1;
    if (x->from->family != y->from->family) return x->from->family < y->from->family ? -1 : 1;
    return str_compare(x->name, y->name);
}

static bool
stands_before(const struct listener_key *x, const struct listener_key *y)
{
    int order = by_scope(x, y);
    if (order != 0) return order < 0;
    /* Port 0 wraps to the largest number and so stands last. */
    return x->from->port - 1 < y->from->port - 1;
}

static void
merge(struct listener_key *to, const struct listener_key *x, size_t x_count,
      const struct listener_key *y, size_t y_count)
{
    while (x_count || y_count) {
        bool take_y = x_count == 0 || (y_count && stands_before(y, x));
        *to++ = take_y ? *y++ : *x++;
        y_count -= take_y;
        x_count -= !take_y;
    }
}

/* Bottom-up merge sort: stable, and unlike qsort() it never allocates by itself. */
static struct listener_key *
sort_keys(struct listener_key *keys, struct listener_key *spare, size_t count)
{
    for (size_t width = 1; width < count; width *= 2) {
        for (size_t at = 0; at < count; at += 2 * width) {
            size_t left = count - at, x = left < width ? left : width;
            size_t y = left - x < width ? left - x : width;
            merge(spare + at, keys + at, x, keys + at + x, y);
        }
        struct listener_key *sorted = spare;
        spare = keys;
        keys = sorted;
    }
    return keys;
}

_Static_assert((int)MODEL_SCOPE_SERVICE == SCOPE_SERVICE && (int)MODEL_SCOPE_MESH == SCOPE_MESH,
               "scopes");
_Static_assert((int)MODEL_FAMILY_UDP == FAMILY_UDP && (int)MODEL_FAMILY_HTTP == FAMILY_HTTP,
               "families");

/* "namespace/name"; a bare name is one of namespace "default". */
static sluice_str
qualified(struct builder *builder, sluice_str name)
{
    if (name.len == 0 || str_find(name, '/') != SIZE_MAX) return build_text(builder, name);
    sluice_str parts[] = {STR("default/"), name};
    sluice_str joined = arena_concat(builder->scratch, parts, 2);
    if (!joined.ptr) build_fail(builder, SLUICE_ERR_NOMEM);
    return build_text(builder, joined);
}

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
    if (scope.kind != SCOPE_MESH) return;
    const struct listener *listener = &builder->router->listeners[scope.listener];
    builder->router->mesh[scope.family] = &slots[at];
    if (scope.listener_count == 1 && listener->port == 0 && listener->hostname.len == 0) {
        builder->router->mesh_listener[scope.family] = listener;
    }
}

static bool
build_scopes(struct builder *builder, const struct listener_key *keys, size_t count)
{
    uint32_t size = slots_for(count);
    struct scope *slots = build_array(builder, size, sizeof(*slots));
    if (!slots) return false;
    builder->router->scopes = slots;
    builder->router->scope_mask = size - 1;
    for (size_t begin = 0, end; begin < count; begin = end) {
        const struct listener_key *first = &keys[begin];
        for (end = begin + 1; end < count && by_scope(&keys[end], first) == 0; end++) {
        }
        struct scope scope = {
            .name = first->name,
            .kind = (uint8_t)first->from->scope,
            .family = (uint8_t)first->from->family,
            .listener = (uint32_t)begin,
            .listener_count = (uint32_t)(end - begin),
        };
        file_scope(builder, slots, size - 1, scope);
    }
    return builder->status == SLUICE_OK;
}

static void
convert_listener(struct builder *builder, struct listener *to, const struct model_listener *from)
{
    *to = (struct listener){
        .hostname = build_text(builder, from->hostname),
        .port = from->port,
        .tls = from->tls,
        .isolated_by_sni = from->isolated_by_sni,
        .listener_tls = (uint8_t)from->listener_tls,
    };
    build_table(builder, &to->hosts, from);
}

bool
build_hosts(struct builder *builder, const struct model *model)
{
    size_t count = model->listener_count;
    if (count > UINT32_MAX / 4) return build_fail(builder, SLUICE_ERR_LIMIT);
    struct listener_key *keys = ARENA_ARRAY(builder->scratch, struct listener_key, 2 * count);
    struct listener *listeners = build_array(builder, count, sizeof(*listeners));
    if (!keys || !listeners) return build_fail(builder, SLUICE_ERR_NOMEM);
    for (size_t i = 0; i < count; i++) {
        const struct model_listener *from = &model->listeners[i];
        keys[i] = (struct listener_key){from, qualified(builder, from->name)};
    }
    keys = sort_keys(keys, keys + count, count);
    for (size_t i = 0; i < count && builder->status == SLUICE_OK; i++) {
        convert_listener(builder, &listeners[i], keys[i].from);
    }
    builder->router->listeners = listeners;
    return builder->status == SLUICE_OK && build_scopes(builder, keys, count);
}
