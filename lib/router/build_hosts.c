/* build_hosts: scopes, listeners and their host tables. */
#include "router/builder.h"
#include "router/hosts.h"
#include "router/scopes.h"

/* ---- host tables ---- */

struct table_filling {
    struct host_table *table;
    host_slot *slots;
    size_t longest; /* of the domains */
};

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

/* An empty table with room for `count` domains. */
static bool
begin_table(struct builder *builder, struct table_filling *filling, struct host_table *table,
            size_t count)
{
    *table = (struct host_table){.any = NO_ROUTES};
    *filling = (struct table_filling){.table = table, .longest = 1};
    if (count == 0) return true;
    if (count > UINT32_MAX / 4) return build_fail(builder, SLUICE_ERR_LIMIT);
    uint32_t size = slots_for(count);
    filling->slots = build_array(builder, size, sizeof(*filling->slots));
    table->slots = filling->slots;
    table->mask = size - 1;
    return filling->slots != NULL;
}

/* File one domain, unless it is there already: the first one has it. Its place is *place, which
 * moves on behind it in any case: where listeners share a host, its domains are written again, and
 * must be what they were. */
static void
file_domain(struct builder *builder, struct table_filling *filling, sluice_str domain,
            uint32_t value, size_t *place)
{
    struct host_table *table = filling->table;
    size_t own = *place;
    *place += build_domain_words(domain);
    if (build_is_any(domain)) {
        if (table->any == NO_ROUTES) table->any = value;
        return;
    }
    bool wildcard = domain.ptr[0] == '*';
    struct host_key key =
        hosts_key(str_skip(domain, wildcard), wildcard, &builder->router->hash_keys);
    uint32_t at = hosts_slot(builder->router, filling->slots, table->mask, &key);
    if (filling->slots[at]) return;
    struct domain *to = domain_at(builder->router, (uint32_t)own);
    to->value = value;
    to->len = (uint32_t)domain.len;
    memcpy(to->text, domain.ptr, domain.len);
    filling->slots[at] = host_slot_of(builder->router, key.hash, (uint32_t)own);
    if (!wildcard) table->lengths |= UINT64_C(1) << (domain.len & 63);
    if (domain.len > filling->longest) filling->longest = domain.len;
}

/* Mark each suffix length in use; how many there are. */
static uint32_t
mark_lengths(const struct sluice_router *router, const struct host_table *table, bool *marks)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i <= table->mask; i++) {
        if (!table->slots[i]) continue;
        const struct domain *domain = domain_at(router, host_slot_place(router, table->slots[i]));
        if (domain->text[0] != '*') continue;
        count += !marks[domain->len - 1];
        marks[domain->len - 1] = true;
    }
    return count;
}

/* List the lengths of the suffixes. */
static bool
finish_table(struct builder *builder, struct table_filling *filling)
{
    struct host_table *table = filling->table;
    if (builder->status != SLUICE_OK) return false;
    if (!table->slots) return true;
    if (filling->longest > UINT32_MAX) return build_fail(builder, SLUICE_ERR_LIMIT);
    bool *marks = ARENA_ARRAY(builder->scratch, bool, filling->longest);
    if (!marks) return build_fail(builder, SLUICE_ERR_NOMEM);
    uint32_t count = mark_lengths(builder->router, table, marks), kept = 0;
    if (count == 0) return true;
    uint32_t *lengths = build_array(builder, count, sizeof(*lengths));
    if (!lengths) return false;
    for (size_t len = filling->longest; len-- > 0;) {
        if (marks[len]) lengths[kept++] = (uint32_t)len;
    }
    table->suffix_lengths = lengths;
    table->suffix_length_count = count;
    return true;
}

/* ---- the virtual hosts of one listener ---- */

static bool
build_domains(struct builder *builder, struct host_table *table, const struct model_listener *from)
{
    struct table_filling filling;
    size_t count = 0;
    for (size_t i = 0; i < from->host_count; i++) {
        count += from->hosts[i].domain_count;
    }
    if (!begin_table(builder, &filling, table, count)) return false;
    for (size_t i = 0; i < from->host_count && builder->status == SLUICE_OK; i++) {
        const struct model_virtual_host *host = &from->hosts[i];
        const struct placed *list = build_placed(builder, &host->routes);
        if (!list) return false;
        size_t before = list->place - list->domain_words;
        size_t *place = list->host == host ? &before : &builder->domains_at;
        for (size_t k = 0; k < host->domain_count && builder->status == SLUICE_OK; k++) {
            file_domain(builder, &filling, host->domains[k], list->place, place);
        }
    }
    return finish_table(builder, &filling);
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

static uint64_t
hash_scope(const struct builder *builder, enum scope_kind kind, enum family family, sluice_str name)
{
    size_t slash = str_find(name, '/');
    return scopes_hash(kind, family, str_first(name, slash),
                       slash == SIZE_MAX ? STR("") : str_skip(name, slash + 1),
                       builder->router->hash_seed);
}

static struct scope *
find_scope(const struct builder *builder, struct scope *slots, uint32_t mask, enum scope_kind kind,
           enum family family, sluice_str name)
{
    uint64_t hash = hash_scope(builder, kind, family, name);
    for (uint32_t at = (uint32_t)hash & mask; slots[at].hash; at = (at + 1) & mask) {
        struct scope *scope = &slots[at];
        if (scope->hash == hash && scope->kind == kind && scope->family == family &&
            str_equal(scope->name, name)) {
            return scope;
        }
    }
    return NULL;
}

static void
file_scope(struct builder *builder, struct scope *slots, uint32_t mask, struct scope scope)
{
    scope.hash =
        hash_scope(builder, (enum scope_kind)scope.kind, (enum family)scope.family, scope.name);
    uint32_t at = (uint32_t)scope.hash & mask;
    while (slots[at].hash) {
        at = (at + 1) & mask;
    }
    slots[at] = scope;
    if (scope.kind != SCOPE_MESH) return;
    struct sluice_router *router = builder->router;
    const struct port *port = &router->ports[scope.port];
    router->mesh[scope.family] = &slots[at];
    if (scope.port_count == 1 && port->number == 0 && !port->names) {
        router->mesh_listener[scope.family] = &router->listeners[port->listener];
    }
}

/* ---- scopes and their ports ---- */

static bool
ends_tls(const struct model_listener *listener)
{
    return listener->family == MODEL_FAMILY_HTTP && listener->tls;
}

/* The hostnames of listeners; of HTTP only those that end TLS, or do not. */
static bool
build_names(struct builder *builder, struct host_table *table, const struct listener_key *keys,
            size_t begin, size_t end, bool tls)
{
    struct table_filling filling;
    size_t count = 0;
    for (size_t i = begin; i < end; i++) {
        count += ends_tls(keys[i].from) == tls;
    }
    if (!begin_table(builder, &filling, table, count)) return false;
    for (size_t i = begin; i < end && builder->status == SLUICE_OK; i++) {
        if (ends_tls(keys[i].from) != tls) continue;
        file_domain(builder, &filling, keys[i].from->hostname, (uint32_t)i, &builder->domains_at);
    }
    return finish_table(builder, &filling);
}

static bool
build_port(struct builder *builder, struct port *port, const struct listener_key *keys,
           size_t begin, size_t end)
{
    const struct model_listener *first = keys[begin].from;
    *port = (struct port){
        .number = first->port,
        .listener = (uint32_t)begin,
        .http_only = first->isolated && !ends_tls(first),
    };
    bool any_name = end - begin == 1 && first->hostname.len == 0;
    if (any_name && (!first->isolated || port->http_only)) return true;
    struct port_names *names = build_array(builder, 1, sizeof(*names));
    port->names = names;
    if (!names) return false;
    for (size_t i = begin; i < end; i++) {
        names->isolated |= keys[i].from->isolated;
    }
    return build_names(builder, &names->plain, keys, begin, end, false) &&
           build_names(builder, &names->tls, keys, begin, end, true);
}

/* Behind the last listener of the same scope and port. */
static size_t
end_of_port(const struct listener_key *keys, size_t begin, size_t count)
{
    size_t end = begin + 1;
    while (end < count && by_scope(&keys[begin], &keys[end]) == 0 &&
           keys[end].from->port == keys[begin].from->port) {
        end++;
    }
    return end;
}

static size_t
count_ports(const struct listener_key *keys, size_t count)
{
    size_t ports = 0;
    for (size_t at = 0; at < count; at = end_of_port(keys, at, count)) {
        ports++;
    }
    return ports;
}

/* Other names of a gateway: the scopes of each family that it has. */
static bool
file_names(struct builder *builder, struct scope *slots, uint32_t mask, const struct model *model)
{
    for (size_t i = 0; i < model->gateway_name_count; i++) {
        sluice_str name = qualified(builder, model->gateway_names[i].name);
        sluice_str of = qualified(builder, model->gateway_names[i].of);
        for (int family = FAMILY_HTTP; family <= FAMILY_UDP; family++) {
            const struct scope *found =
                find_scope(builder, slots, mask, SCOPE_GATEWAY, (enum family)family, of);
            if (!found) continue;
            struct scope scope = *found;
            scope.name = name;
            file_scope(builder, slots, mask, scope);
        }
    }
    return builder->status == SLUICE_OK;
}

static bool
build_scopes(struct builder *builder, const struct model *model, const struct listener_key *keys,
             size_t count)
{
    if (model->gateway_name_count > UINT32_MAX / 16) return build_fail(builder, SLUICE_ERR_LIMIT);
    uint32_t ports_used = 0;
    uint32_t size = slots_for(count + (FAMILY_UDP + 1) * model->gateway_name_count);
    struct scope *slots = build_array(builder, size, sizeof(*slots));
    struct port *ports = build_array(builder, count_ports(keys, count), sizeof(*ports));
    if (!slots || !ports) return false;
    builder->router->ports = ports;
    builder->router->scopes = slots;
    builder->router->scope_mask = size - 1;
    for (size_t begin = 0, end; begin < count; begin = end) {
        const struct listener_key *first = &keys[begin];
        struct scope scope = {
            .name = first->name,
            .kind = (uint8_t)first->from->scope,
            .family = (uint8_t)first->from->family,
            .port = ports_used,
        };
        for (end = begin; end < count && by_scope(&keys[end], first) == 0;) {
            size_t at = end;
            end = end_of_port(keys, at, count);
            if (!build_port(builder, &ports[ports_used++], keys, at, end)) return false;
            scope.port_count++;
        }
        file_scope(builder, slots, size - 1, scope);
    }
    return builder->status == SLUICE_OK && file_names(builder, slots, size - 1, model);
}

static void
convert_listener(struct builder *builder, struct listener *to, const struct model_listener *from)
{
    to->tls = from->tls;
    to->listener_tls = (uint8_t)from->listener_tls;
    build_domains(builder, &to->hosts, from);
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
    return builder->status == SLUICE_OK && build_scopes(builder, model, keys, count);
}
