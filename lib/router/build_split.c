#include "router/builder.h"

static sluice_destination
convert(struct builder *builder, const struct model_destination *from)
{
    return (sluice_destination){
        .host = build_text(builder, from->host),
        .name = build_text(builder, from->service_name),
        .space = build_text(builder, from->service_namespace),
        .subset = build_text(builder, from->subset),
        .port = from->port,
        .labels = build_fields(builder, from->labels, from->label_count),
        .label_count = from->label_count,
        .app_protocol = build_text(builder, from->app_protocol),
        .policy = build_policy(builder, from->policy),
        .endpoints = build_endpoints(builder, from->endpoints),
    };
}

const sluice_destination *
build_destination(struct builder *builder, const struct model_destination *destination)
{
    static const struct model_destination nowhere = {0}; /* of an entry that does not resolve */
    if (!destination) destination = &nowhere;
    size_t key = build_key_begin(builder);
    build_key_text(builder, destination->host);
    build_key_text(builder, destination->service_name);
    build_key_text(builder, destination->service_namespace);
    build_key_text(builder, destination->subset);
    build_key_text(builder, destination->app_protocol);
    build_key_number(builder, destination->port);
    build_key_put(builder, &destination->policy, sizeof(destination->policy));
    build_key_put(builder, &destination->endpoints, sizeof(destination->endpoints));
    for (size_t i = 0; i < destination->label_count; i++) {
        build_key_text(builder, destination->labels[i].name);
        build_key_text(builder, destination->labels[i].value);
    }
    void **place = build_key_end(builder, &builder->destinations, key);
    if (!place || *place) return place ? *place : NULL;
    sluice_destination *made = build_array(builder, 1, sizeof(*made));
    *place = made;
    if (made) *made = convert(builder, destination);
    return made;
}

/* ---- splits that are alike are kept once ---- */

/* Salt and identities say which entry a key belongs to. With one entry that may be picked there is
 * nothing to say; but the counters of an even split are found again by them. */
static bool
needs_identity(const struct model_split *split)
{
    size_t usable = 0;
    for (size_t i = 0; i < split->count; i++) {
        usable += split->entries[i].weight > 0;
    }
    return split->pick == MODEL_PICK_EVEN || usable > 1;
}

/* Everything that a split says; the place of the one that is like it. */
static void **
split_place(struct builder *builder, const struct model_split *split)
{
    bool identity = needs_identity(split);
    size_t key = build_key_begin(builder);
    build_key_number(builder, split->pick);
    build_key_text(builder, identity ? split->salt : STR(""));
    build_key_number(builder, split->count + ((uint64_t)split->weigh_alone << 32));
    for (size_t i = 0; i < split->count; i++) {
        const struct model_split_entry *entry = &split->entries[i];
        const sluice_destination *destination = build_destination(builder, entry->destination);
        build_key_put(builder, &destination, sizeof(destination));
        build_key_number(builder, entry->weight + ((uint64_t)entry->invalid << 32));
        build_key_text(builder, identity ? entry->identity : STR(""));
    }
    for (size_t i = 0; i < split->key_count; i++) {
        const struct model_sticky_key *sticky = &split->keys[i];
        build_key_number(builder, sticky->kind);
        build_key_number(builder, (uint64_t)sticky->ttl_ns);
        build_key_text(builder, sticky->name);
        build_key_text(builder, sticky->path);
    }
    return build_key_end(builder, &builder->splits, key);
}

/* ---- one split ---- */

static void
fill_shares(struct builder *builder, struct split *to, const struct model_split *from)
{
    sluice_split_share *shares = build_array(builder, from->count, sizeof(*shares));
    uint32_t *weights = ARENA_ARRAY(builder->scratch, uint32_t, from->count);
    if (!shares || !weights) {
        build_fail(builder, SLUICE_ERR_NOMEM);
        return;
    }
    for (size_t i = 0; i < from->count; i++) {
        const struct model_split_entry *entry = &from->entries[i];
        shares[i].destination = build_destination(builder, entry->destination);
        shares[i].weight = entry->weight;
        shares[i].invalid = entry->invalid;
        weights[i] = entry->weight;
        to->total += entry->weight;
        if (entry->weight == 0) continue;
        to->only = (uint32_t)i;
        to->usable++;
    }
    if (to->total == 0) to->total = 1; /* one entry alone counts as all */
    to->shares = shares;
    to->count = (uint32_t)from->count;
    to->weights = weights;
}

/* One alias table for each list of weights. */
static bool
fill_alias(struct builder *builder, struct split *to)
{
    size_t key = build_key_begin(builder);
    build_key_put(builder, to->weights, to->count * sizeof(*to->weights));
    void **place = build_key_end(builder, &builder->tables, key);
    if (!place) return false;
    to->alias = (struct alias){*place, to->count, (uint32_t)to->total};
    if (*place) return true;
    if (!alias_build(&to->alias, builder->keep, builder->scratch, to->weights, to->count)) {
        return false;
    }
    *place = (void *)(uintptr_t)to->alias.columns;
    return true;
}

/* One line of racers for each list of identities and weights; only the salt is each split's own. */
static bool
fill_sticky(struct builder *builder, struct split *to, const struct model_split *from)
{
    size_t key = build_key_begin(builder);
    for (size_t i = 0; i < from->count; i++) {
        build_key_text(builder, from->entries[i].identity);
        build_key_number(builder, from->entries[i].weight);
    }
    void **place = build_key_end(builder, &builder->racers, key);
    sluice_split_entry *entries = ARENA_ARRAY(builder->scratch, sluice_split_entry, from->count);
    if (!place || !entries) return false;
    if (*place) {
        to->sticky = *(const struct sticky *)*place;
        to->sticky.salt_seed = sticky_salt_seed(from->salt);
        return true;
    }
    for (size_t i = 0; i < from->count; i++) {
        entries[i] = (sluice_split_entry){from->entries[i].identity, from->entries[i].weight};
    }
    *place = &to->sticky;
    return sticky_build(&to->sticky, builder->keep, builder->scratch, from->salt, entries,
                        to->count);
}

static bool
fill_tables(struct builder *builder, struct split *to, const struct model_split *from)
{
    return fill_alias(builder, to) && fill_sticky(builder, to, from);
}

static void
fill_keys(struct builder *builder, struct split *to, const struct model_split *from)
{
    struct sticky_key *keys = build_array(builder, from->key_count, sizeof(*keys));
    for (size_t i = 0; keys && i < from->key_count; i++) {
        const struct model_sticky_key *key = &from->keys[i];
        keys[i] = (struct sticky_key){
            .by = (sluice_sticky_by)key->kind,
            .name = build_text(builder, key->name),
            .path = build_text(builder, key->path),
            .ttl_ns = key->ttl_ns,
        };
        if (key->kind == MODEL_STICKY_HEADER) {
            keys[i].index = build_needed(builder, SLUICE_NEEDED_HEADER, key->name);
        } else if (key->kind == MODEL_STICKY_COOKIE) {
            keys[i].index = build_needed(builder, SLUICE_NEEDED_COOKIE, key->name);
            builder->router->cookie_header =
                build_needed(builder, SLUICE_NEEDED_HEADER, STR("cookie"));
        } else if (key->kind == MODEL_STICKY_QUERY) {
            keys[i].index = build_needed(builder, SLUICE_NEEDED_QUERY, key->name);
        }
    }
    to->keys = keys;
    to->key_count = (uint32_t)from->key_count;
}

static struct split *
make_split(struct builder *builder, const struct model_split *from)
{
    static const sluice_pick picks[] = {
        [MODEL_PICK_RANDOM] = SLUICE_PICK_RANDOM,
        [MODEL_PICK_STICKY] = SLUICE_PICK_STICKY,
        [MODEL_PICK_EVEN] = SLUICE_PICK_EVEN,
    };
    struct split *to = build_array(builder, 1, sizeof(*to));
    if (!to) return NULL;
    to->pick = picks[from->pick];
    fill_shares(builder, to, from);
    if (builder->status != SLUICE_OK) return NULL;
    if (to->count == 1 && !from->weigh_alone) { /* alone it gets everything, whatever its weight */
        to->usable = 1;
        to->only = 0;
    }
    if (from->key_count) fill_keys(builder, to, from);
    if (to->usable > 1 && to->total > UINT32_MAX) {
        build_fail(builder, SLUICE_ERR_INVALID);
        return NULL;
    }
    if (to->usable > 1 && !fill_tables(builder, to, from)) return NULL;
    if (to->pick == SLUICE_PICK_EVEN) {
        build_even(builder, to, from);
    } else {
        to->weights = NULL; /* lived in scratch */
    }
    return to;
}

const struct split *
build_split(struct builder *builder, const struct model_split *split)
{
    if (split->count == 0) return NULL;
    void **place = split_place(builder, split);
    if (!place) return NULL;
    if (!*place) {
        struct split *made = make_split(builder, split);
        if (!made) build_fail(builder, SLUICE_ERR_NOMEM);
        *place = made;
    }
    return *place;
}
