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
    };
}

const sluice_destination *
build_destination(struct builder *builder, const struct model_destination *destination)
{
    sluice_str key = build_address(builder, destination);
    void **place = key.ptr ? map_put(&builder->destinations, key) : NULL;
    sluice_destination *made = place ? *place : NULL;
    if (place && !made) {
        made = ARENA_NEW(builder->keep, sluice_destination);
        *place = made;
        if (made) *made = convert(builder, destination);
    }
    if (!made) build_fail(builder, SLUICE_ERR_NOMEM);
    return made;
}

/* ---- splits that are alike are kept once: their contents, as bytes, are the key ---- */

struct key_writer {
    char *at;
};

static void
put(struct key_writer *writer, const void *bytes, size_t len)
{
    if (len) memcpy(writer->at, bytes, len);
    writer->at += len;
}

static void
put_text(struct key_writer *writer, sluice_str text)
{
    put(writer, &text.len, sizeof(text.len));
    put(writer, text.ptr, text.len);
}

static size_t
key_length(const struct model_split *split)
{
    size_t len = 64 + sizeof(size_t) + split->salt.len;
    for (size_t i = 0; i < split->count; i++) {
        len += 64 + split->entries[i].identity.len;
    }
    for (size_t i = 0; i < split->key_count; i++) {
        len += 64 + split->keys[i].name.len + split->keys[i].path.len;
    }
    return len;
}

static sluice_str
split_key(struct builder *builder, const struct model_split *split)
{
    char *bytes = arena_bytes(builder->scratch, key_length(split));
    if (!bytes) return (sluice_str){NULL, 0};
    struct key_writer writer = {bytes};
    put(&writer, &split->pick, sizeof(split->pick));
    put_text(&writer, split->salt);
    put(&writer, &split->count, sizeof(split->count));
    for (size_t i = 0; i < split->count; i++) {
        const struct model_split_entry *entry = &split->entries[i];
        const sluice_destination *destination = build_destination(builder, entry->destination);
        put(&writer, &destination, sizeof(destination));
        put(&writer, &entry->weight, sizeof(entry->weight));
        put(&writer, &entry->invalid, sizeof(entry->invalid));
        put_text(&writer, entry->identity);
    }
    for (size_t i = 0; i < split->key_count; i++) {
        const struct model_sticky_key *key = &split->keys[i];
        put(&writer, &key->kind, sizeof(key->kind));
        put(&writer, &key->ttl_ns, sizeof(key->ttl_ns));
        put_text(&writer, key->name);
        put_text(&writer, key->path);
    }
    return (sluice_str){bytes, (size_t)(writer.at - bytes)};
}

/* ---- one split ---- */

static void
fill_shares(struct builder *builder, struct split *to, const struct model_split *from)
{
    sluice_split_share *shares = ARENA_ARRAY(builder->keep, sluice_split_share, from->count);
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
    to->shares = shares;
    to->count = (uint32_t)from->count;
    to->weights = weights;
}

static bool
fill_tables(struct builder *builder, struct split *to, const struct model_split *from)
{
    sluice_split_entry *entries = ARENA_ARRAY(builder->scratch, sluice_split_entry, from->count);
    if (!entries) return false;
    for (size_t i = 0; i < from->count; i++) {
        entries[i] = (sluice_split_entry){from->entries[i].identity, from->entries[i].weight};
    }
    return alias_build(&to->alias, builder->keep, builder->scratch, to->weights, to->count) &&
           sticky_build(&to->sticky, builder->keep, builder->scratch, from->salt, entries,
                        to->count);
}

static void
fill_even(struct builder *builder, struct split *to)
{
    uint32_t *weights = ARENA_ARRAY(builder->keep, uint32_t, to->count);
    if (weights) memcpy(weights, to->weights, to->count * sizeof(*weights));
    to->weights = weights;
    to->even_counters = builder->router->even_counter_count;
    builder->router->even_counter_count += to->count;
}

static void
fill_keys(struct builder *builder, struct split *to, const struct model_split *from)
{
    struct sticky_key *keys = ARENA_ARRAY(builder->keep, struct sticky_key, from->key_count);
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
    struct split *to = ARENA_NEW(builder->keep, struct split);
    if (!to) return NULL;
    to->pick = picks[from->pick];
    fill_shares(builder, to, from);
    if (builder->status != SLUICE_OK) return NULL;
    if (to->count == 1) { /* alone it gets everything, whatever its weight */
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
        fill_even(builder, to);
    } else {
        to->weights = NULL; /* lived in scratch */
    }
    return to;
}

const struct split *
build_split(struct builder *builder, const struct model_split *split)
{
    if (split->count == 0) return NULL;
    sluice_str key = split_key(builder, split);
    void **place = key.ptr ? map_put(&builder->splits, key) : NULL;
    if (place && !*place) *place = make_split(builder, split);
    if (!place || !*place) {
        build_fail(builder, SLUICE_ERR_NOMEM);
        return NULL;
    }
    return *place;
}
