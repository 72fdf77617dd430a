#include "istio/host_index.h"

#include <stdlib.h>

#include "istio/host_set.h"

static sluice_str
tail_of(sluice_str host)
{
    return host_is_wildcard(host) ? str_skip(host, 1) : host;
}

/* Bytes from the end; a text before what ends in it. */
static int
compare_reversed(sluice_str a, sluice_str b)
{
    size_t shorter = a.len < b.len ? a.len : b.len;
    for (size_t i = 1; i <= shorter; i++) {
        unsigned char x = (unsigned char)a.ptr[a.len - i], y = (unsigned char)b.ptr[b.len - i];
        if (x != y) return x < y ? -1 : 1;
    }
    return (a.len > b.len) - (a.len < b.len);
}

static int
by_text(const void *a, const void *b)
{
    const struct host_entry *x = a, *y = b;
    int order = compare_reversed(x->text, y->text);
    return order ? order : (x->owner > y->owner) - (x->owner < y->owner);
}

bool
host_index_add(struct host_index *index, sluice_str host, uint32_t owner)
{
    struct host_entry *items =
        arena_grow(index->arena, index->items, index->count, &index->capacity, sizeof(*items));
    if (!items) return false;
    index->items = items;
    index->items[index->count++] =
        (struct host_entry){tail_of(host), host_is_wildcard(host), owner};
    return true;
}

void
host_index_seal(struct host_index *index)
{
    if (index->count) qsort(index->items, index->count, sizeof(*index->items), by_text);
}

/* The first entry whose text is not before `text`. */
static size_t
lower_bound(const struct host_index *index, sluice_str text)
{
    size_t low = 0, high = index->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_reversed(index->items[middle].text, text) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Called for each entry that matches; false ends the walk. */
typedef bool host_visit(void *user, const struct host_entry *entry);

/* Entries of exactly this text, and, with `all`, of every text that ends in it. */
static bool
visit_text(const struct host_index *index, sluice_str text, bool all, bool only_wildcards,
           host_visit *visit, void *user)
{
    for (size_t i = lower_bound(index, text); i < index->count; i++) {
        const struct host_entry *entry = &index->items[i];
        if (all ? !str_ends_with(entry->text, text) : !str_equal(entry->text, text)) break;
        if (only_wildcards && !entry->wildcard) continue;
        if (!visit(user, entry)) return false;
    }
    return true;
}

static bool
visit_matching(const struct host_index *index, sluice_str host, host_visit *visit, void *user)
{
    sluice_str text = tail_of(host);
    bool wildcard = host_is_wildcard(host);
    if (!visit_text(index, text, wildcard, false, visit, user)) return false;
    for (size_t skip = 1; skip <= text.len; skip++) {
        if (!visit_text(index, str_skip(text, skip), false, true, visit, user)) return false;
    }
    return true;
}

static bool
stop(void *user, const struct host_entry *entry)
{
    (void)user;
    (void)entry;
    return false;
}

bool
host_index_matches(const struct host_index *index, sluice_str host)
{
    return !visit_matching(index, host, stop, NULL);
}

struct collecting {
    struct arena *arena;
    struct host_owners *out;
};

static bool
collect(void *user, const struct host_entry *entry)
{
    struct collecting *collecting = user;
    struct host_owners *out = collecting->out;
    uint32_t *items =
        arena_grow(collecting->arena, out->items, out->count, &out->capacity, sizeof(*items));
    if (!items) return false;
    out->items = items;
    out->items[out->count++] = entry->owner;
    return true;
}

bool
host_index_find(const struct host_index *index, sluice_str host, struct host_owners *out)
{
    struct collecting collecting = {index->arena, out};
    return visit_matching(index, host, collect, &collecting);
}

static int
by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

void
host_owners_sort(struct host_owners *owners)
{
    size_t kept = 0;
    if (owners->count == 0) return;
    qsort(owners->items, owners->count, sizeof(*owners->items), by_number);
    for (size_t i = 0; i < owners->count; i++) {
        if (kept == 0 || owners->items[kept - 1] != owners->items[i]) {
            owners->items[kept++] = owners->items[i];
        }
    }
    owners->count = kept;
}
