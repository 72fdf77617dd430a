/*
 * analyze_block_key: a match block as text that is equal exactly for equal blocks. Names do not
 * count; maps are sorted.
 */
#include "istio/analyze_block_key.h"

#include <stdlib.h>

#include "base/alloc.h"

struct entry {
    sluice_str key;
    const struct istio_string_match *match; /* or */
    sluice_str text;
};

static bool
make_room(struct block_key *key, size_t len)
{
    void *buffer = key->bytes;
    key->failed |= !alloc_grow(key->arena->alloc, &buffer, &key->capacity, key->len + len + 1, 1);
    key->bytes = buffer;
    return !key->failed;
}

static inline bool
put(struct block_key *key, const char *bytes, size_t len)
{
    if (len >= key->capacity - key->len && !make_room(key, len)) return false;
    if (len) memcpy(key->bytes + key->len, bytes, len);
    key->len += len;
    return true;
}

/* Its length first, so that no text can look like another field. */
static void
put_text(struct block_key *key, char field, sluice_str text)
{
    if (put(key, &field, 1) && put(key, (const char *)&text.len, sizeof(text.len))) {
        put(key, text.ptr, text.len);
    }
}

/* An empty one is as none. */
static void
put_given(struct block_key *key, char field, sluice_str text)
{
    if (text.len) put_text(key, field, text);
}

static void
put_number(struct block_key *key, char field, int64_t number)
{
    put_text(key, field, str_make((const char *)&number, sizeof(number)));
}

static void
put_match(struct block_key *key, char field, const struct istio_string_match *match)
{
    if (!match) return;
    char form = 'n';
    sluice_str text = STR("");
    if (value_is_set(match->exact)) {
        form = 'e';
        text = match->exact.v;
    } else if (value_is_set(match->prefix)) {
        form = 'p';
        text = match->prefix.v;
    } else if (value_is_set(match->regex)) {
        form = 'r';
        text = match->regex.v;
    }
    if (put(key, &field, 1)) put_text(key, form, text);
}

static int
by_key(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    return str_compare(x->key, y->key);
}

static void
put_entries(struct block_key *key, char field, struct entry *entries, size_t count)
{
    if (count > 1) qsort(entries, count, sizeof(*entries), by_key);
    put_number(key, field, (int64_t)count);
    for (size_t i = 0; i < count; i++) {
        put_text(key, 'k', entries[i].key);
        if (entries[i].match) {
            put_match(key, 'm', entries[i].match);
        } else {
            put_text(key, 't', entries[i].text);
        }
    }
}

/* Most maps have one entry. NULL: no memory. */
static struct entry *
room_for(struct block_key *key, struct entry *one, size_t count)
{
    return count == 1 ? one : ARENA_ARRAY(key->arena, struct entry, count);
}

static void
put_matches(struct block_key *key, char field, const struct value_message_map *map)
{
    const struct istio_string_match *items = map->items;
    if (map->count == 0) return;
    struct entry one;
    struct entry *entries = room_for(key, &one, map->count);
    for (size_t i = 0; entries && i < map->count; i++) {
        entries[i] = (struct entry){.key = map->keys[i], .match = &items[i]};
    }
    if (entries) put_entries(key, field, entries, map->count);
}

static void
put_map(struct block_key *key, char field, const struct value_str_map *map)
{
    if (map->count == 0) return;
    struct entry one;
    struct entry *entries = room_for(key, &one, map->count);
    for (size_t i = 0; entries && i < map->count; i++) {
        entries[i] = (struct entry){.key = map->items[i].name, .text = map->items[i].value};
    }
    if (entries) put_entries(key, field, entries, map->count);
}

static void
put_list(struct block_key *key, char field, const struct value_list *list)
{
    const sluice_str *items = list->items;
    for (size_t i = 0; i < list->count; i++) {
        put_text(key, field, items[i]);
    }
}

static sluice_str
finish(const struct block_key *key)
{
    if (key->failed || key->arena->failed) return (sluice_str){NULL, 0};
    return str_make(key->bytes, key->len);
}

/* What a block does not have takes no room: each part begins with a letter of its own. */
sluice_str
block_key_http(struct block_key *key, const struct istio_http_match *match)
{
    key->len = 0;
    put(key, "h", 1);
    put_match(key, 'u', match->uri);
    put_match(key, 's', match->more->scheme);
    put_match(key, 'm', match->method);
    put_match(key, 'a', match->more->authority);
    put_matches(key, 'h', &match->headers);
    put_matches(key, 'w', &match->more->without_headers);
    put_matches(key, 'q', &match->more->query_params);
    if (match->more->ignore_uri_case.v) put(key, "i", 1);
    if (match->more->port.v) put_number(key, 'p', match->more->port.v);
    put_map(key, 'l', &match->more->source_labels);
    put_given(key, 'n', match->more->source_namespace.v);
    put_list(key, 'g', &match->more->gateways);
    put_given(key, 't', match->more->stat_prefix.v);
    return finish(key);
}

sluice_str
block_key_l4(struct block_key *key, const struct istio_l4_match *match)
{
    key->len = 0;
    put(key, "4", 1);
    put_list(key, 's', &match->sni_hosts);
    put_list(key, 'd', &match->destination_subnets);
    put_number(key, 'p', match->port.v);
    put_text(key, 'b', match->source_subnet.v);
    put_map(key, 'l', &match->source_labels);
    put_list(key, 'g', &match->gateways);
    put_text(key, 'n', match->source_namespace.v);
    return finish(key);
}

void
block_key_free(struct block_key *key)
{
    alloc_free(key->arena->alloc, key->bytes);
}
