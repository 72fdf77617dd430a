/*
 * build_index_prefixes: longest prefixes by binary search over their lengths.
 *
 * A prefix leaves a marker at each shorter length where the search for it goes on to longer ones.
 * The marker names the shortest prefix behind it, whose parent is the longest one up to there; as
 * prefixes are linked in order of length, that is the one that leaves the marker first.
 */
#include "base/alloc.h"
#include "router/build_index.h"

/* ---- order ---- */

static uint64_t
order_of(const struct index_key *key, uint32_t group)
{
    return (uint64_t)key->dimension << 56 | (uint64_t)key->text.len << 32 | group;
}

static bool
sort_prefixes(struct index_builder *ib)
{
    size_t count = 0;
    for (size_t i = 0; i < ib->group_count; i++) {
        count += ib->groups[i].key.kind == KEY_PREFIX;
    }
    ib->order_count = count;
    if (!alloc_grow(ib->alloc, (void **)&ib->order, &ib->order_capacity, 2 * count + 1,
                    sizeof(*ib->order))) {
        return build_fail(ib->builder, SLUICE_ERR_NOMEM);
    }
    uint64_t *at = ib->order;
    for (uint32_t i = 0; i < ib->group_count; i++) {
        if (ib->groups[i].key.kind == KEY_PREFIX) *at++ = order_of(&ib->groups[i].key, i);
    }
    const uint64_t *sorted = index_sort(ib->order, ib->order + count, count, 32);
    if (sorted != ib->order) memcpy(ib->order, sorted, count * sizeof(*sorted));
    return true;
}

uint32_t
index_lengths(const struct index_builder *ib, uint8_t dimension, uint32_t *out)
{
    uint32_t count = 0;
    size_t last = 0;
    for (size_t i = 0; i < ib->order_count; i++) {
        size_t len = ib->order[i] >> 32 & 0xffffff;
        if (ib->order[i] >> 56 != dimension || len == last) continue;
        out[count++] = (uint32_t)len;
        last = len;
    }
    return count;
}

/* ---- parents and markers ---- */

struct lengths {
    uint32_t *items;
    uint32_t count;
};

/* The hash of a text's first bytes, up to a block of eight. */
struct hashed {
    uint64_t state;
    size_t blocks;
};

/*
 * A prefix on its way. Prefixes of one length go the same way, and go it together, a batch at a
 * time: each step of all is asked for before any is looked at, as the table is in no cache.
 */
struct link {
    struct index_key key;
    uint32_t group;
    uint32_t found;      /* ref of the best parent so far; of a marker, its group's parent */
    uint32_t low, high;  /* lengths among which a longer one may be */
    struct hashed known; /* where it was found last */
    struct hashed at;
    uint64_t hash; /* of the length that is looked up next */
    bool lost;     /* nothing more is found on the way to the own length */
};

static uint64_t
word_at(const struct index_key *key, size_t at)
{
    size_t left = key->text.len - at;
    uint64_t word = word_first(key->text.ptr + at, left);
    return key->dimension & 1 ? word_lower(word) : word;
}

/* From a shorter length on. */
static uint64_t
hash_on(const struct index_builder *ib, const struct index_key *key, struct hashed *from,
        size_t len)
{
    const struct hash_keys *keys = &ib->router->hash_keys;
    for (; from->blocks < len / 8; from->blocks++) {
        from->state = text_hash_step(keys, from->state, word_at(key, from->blocks * 8));
    }
    uint64_t rest = len % 8 ? word_at(key, len / 8 * 8) & word_mask(len % 8) : 0;
    return index_text_finish(keys, from->state, rest, len, KEY_PREFIX);
}

static bool
begins(const struct index_key *key, const struct index_key *other, size_t len)
{
    sluice_str x = str_first(key->text, len), y = str_first(other->text, len);
    return key->dimension & 1 ? str_equal_ignore_case(x, y) : str_equal(x, y);
}

static uint32_t
find_prefix(const struct index_builder *ib, const struct link *link, size_t len)
{
    uint64_t cursor = link->hash;
    const struct key_entry *entry;
    while ((entry = key_table_next(&ib->table, link->hash, &cursor)) != NULL) {
        if (ref_kind(entry->ref) < REF_PREFIX) continue;
        const struct index_key *found = &ib->groups[ref_number(entry->ref)].key;
        if (found->dimension != link->key.dimension || found->name != link->key.name) continue;
        if (ref_kind(entry->ref) == REF_PREFIX && found->text.len != len) continue;
        if (begins(found, &link->key, len)) return entry->ref;
    }
    return REF_NONE;
}

static void
look_ahead(const struct index_builder *ib, struct link *link, size_t len)
{
    link->hash = hash_on(ib, &link->key, &link->at, len);
    key_table_prefetch(&ib->table, link->hash);
}

/*
 * One step to the own length. Where nothing is found, the parent is a shorter one; and no prefix
 * that came before went on to longer ones from there, or it had left a marker: nothing is found any
 * more, and each further step gets one.
 */
static bool
step(struct index_builder *ib, struct link *link, uint32_t middle, size_t len)
{
    uint32_t ref = link->lost ? REF_NONE : find_prefix(ib, link, len);
    if (ref != REF_NONE) {
        link->found = ref;
        link->known = link->at;
        link->low = middle + 1;
        return true;
    }
    if (!link->lost) link->high = middle;
    link->lost = true;
    return index_file(ib, link->hash, REF_MARKER, link->group) ||
           build_fail(ib->builder, SLUICE_ERR_NOMEM);
}

/* The same way as a request's search goes, down to the prefixes' own length. */
static bool
go_to_own_length(struct index_builder *ib, struct link *links, size_t count,
                 const struct lengths *lengths, uint32_t own)
{
    uint32_t low = 0, high = lengths->count;
    for (;;) {
        uint32_t middle = low + (high - low) / 2;
        if (middle == own) return true;
        if (middle > own) {
            high = middle;
            continue;
        }
        size_t len = lengths->items[middle];
        for (size_t i = 0; i < count; i++) {
            look_ahead(ib, &links[i], len);
        }
        for (size_t i = 0; i < count; i++) {
            if (!step(ib, &links[i], middle, len)) return false;
        }
        low = middle + 1;
    }
}

/* The search of a text that ends before the length where nothing was found: the lengths between
 * are on nobody's way to this own length, so that no marker of the batch is there. */
static void
find_parents(struct index_builder *ib, struct link *links, size_t count,
             const struct lengths *lengths)
{
    for (bool any = true; any;) {
        any = false;
        for (size_t i = 0; i < count; i++) {
            struct link *link = &links[i];
            if (link->low == link->high) continue;
            link->at = link->known;
            look_ahead(ib, link, lengths->items[link->low + (link->high - link->low) / 2]);
            any = true;
        }
        for (size_t i = 0; i < count; i++) {
            struct link *link = &links[i];
            if (link->low == link->high) continue;
            uint32_t middle = link->low + (link->high - link->low) / 2;
            uint32_t ref = find_prefix(ib, link, lengths->items[middle]);
            if (ref == REF_NONE) {
                link->high = middle;
            } else {
                link->found = ref;
                link->known = link->at;
                link->low = middle + 1;
            }
        }
    }
}

static struct link
begin_link(const struct index_builder *ib, uint32_t group, uint32_t own)
{
    struct index_key key = ib->groups[group].key;
    struct hashed nothing = {index_text_begin(&ib->router->hash_keys, key.dimension, key.name), 0};
    return (struct link){.key = key, .group = group, .high = own, .known = nothing, .at = nothing};
}

/* Prefixes of one length, in order: a parent of a marker in the batch is known when it is read. */
static bool
link_batch(struct index_builder *ib, const uint64_t *order, size_t count,
           const struct lengths *lengths, uint32_t own)
{
    struct link links[INDEX_BATCH];
    for (size_t i = 0; i < count; i++) {
        links[i] = begin_link(ib, (uint32_t)order[i], own);
    }
    if (!go_to_own_length(ib, links, count, lengths, own)) return false;
    find_parents(ib, links, count, lengths);
    for (size_t i = 0; i < count; i++) {
        uint32_t found = links[i].found, group = ref_number(found);
        if (found == REF_NONE) continue; /* as it is: no parent */
        ib->groups[links[i].group].parent =
            ref_kind(found) == REF_PREFIX ? group : ib->groups[group].parent;
    }
    return true;
}

/* The groups of the batch after next, and the texts of the next. */
static void
prefetch_later(const struct index_builder *ib, size_t at, size_t end)
{
    for (size_t i = at + INDEX_BATCH; i < end && i < at + 3 * INDEX_BATCH; i++) {
        const struct index_group *group = &ib->groups[(uint32_t)ib->order[i]];
        if (i < at + 2 * INDEX_BATCH) {
            __builtin_prefetch(group->key.text.ptr);
            __builtin_prefetch(group->key.text.ptr + group->key.text.len - 1);
        } else {
            __builtin_prefetch(group);
            __builtin_prefetch(&group->parent);
        }
    }
}

/* The prefixes of one dimension, which stand together in the order. */
static bool
link_dimension(struct index_builder *ib, size_t begin, size_t end, const struct lengths *lengths)
{
    uint32_t own = 0;
    for (size_t i = begin, next; i < end; i = next) {
        size_t len = ib->order[i] >> 32 & 0xffffff;
        while (lengths->items[own] != len) {
            own++;
        }
        for (next = i; next < end && next < i + INDEX_BATCH; next++) {
            if ((ib->order[next] >> 32 & 0xffffff) != len) break;
        }
        prefetch_later(ib, i, end);
        if (!link_batch(ib, ib->order + i, next - i, lengths, own)) return false;
    }
    return true;
}

static bool
link_dimensions(struct index_builder *ib, struct lengths *lengths)
{
    for (size_t begin = 0, end; begin < ib->order_count; begin = end) {
        uint64_t dimension = ib->order[begin] >> 56;
        for (end = begin + 1; end < ib->order_count && ib->order[end] >> 56 == dimension; end++) {
        }
        lengths->count = index_lengths(ib, (uint8_t)dimension, lengths->items);
        if (!link_dimension(ib, begin, end, lengths)) return false;
    }
    return true;
}

/* ---- rules that never act ---- */

/*
 * Whether a rule holds wherever its prefix stands (SURE), or wherever a "/" follows it too. Its
 * other predicates must have led here, as keys that say all that the predicate says.
 */
enum sureness { UNSURE, SURE, SURE_BEYOND };

static enum sureness
sureness_of(const struct index_builder *ib, uint32_t number, const struct index_key *key)
{
    const struct rule *rule = &list_rules(ib->routes)[number];
    const struct predicate *predicates = rule_predicates(ib->router, rule);
    uint32_t count = rule->predicate_count;
    enum sureness sure = SURE;
    if (count > 64) return UNSURE;
    for (uint32_t i = 0; i < count; i++) {
        if (!(ib->used[number] >> i & 1)) return UNSURE;
        if (predicates[i].op == OP_SEGMENT_PREFIX) {
            bool own = key->dimension >> 1 == predicates[i].subject &&
                       str_equal(key->text, predicates[i].text);
            if (!own) return UNSURE;
            sure = SURE_BEYOND;
        } else if (predicates[i].op != OP_EXACT && predicates[i].op != OP_PREFIX) {
            return UNSURE;
        }
    }
    return sure;
}

void
index_note_sure(const struct index_builder *ib, uint32_t number, struct index_group *group)
{
    if (group->key.kind != KEY_PREFIX) return;
    enum sureness sure = sureness_of(ib, number, &group->key);
    if (sure == SURE && number < group->sure) group->sure = number;
    if (sure == SURE_BEYOND && number < group->sure_beyond) group->sure_beyond = number;
}

/* What is sure of a prefix is sure of every longer one. */
static void
hand_down_sure_rules(struct index_builder *ib)
{
    for (size_t i = 0; i < ib->order_count; i++) {
        struct index_group *group = &ib->groups[(uint32_t)ib->order[i]];
        if (i + INDEX_BATCH < ib->order_count) {
            __builtin_prefetch(&ib->groups[(uint32_t)ib->order[i + INDEX_BATCH]].parent, 1);
        }
        if (group->parent == NO_GROUP) continue;
        const struct index_group *parent = &ib->groups[group->parent];
        if (parent->sure < group->sure) group->sure = parent->sure;
        if (parent->sure_beyond >= group->sure) continue; /* without a look at the text */
        bool beyond = group->key.text.ptr[parent->key.text.len] == '/';
        if (beyond) group->sure = parent->sure_beyond;
    }
}

static void
drop_beaten_rules(struct index_builder *ib)
{
    for (uint32_t i = 0; i < ib->work->count; i++) {
        if (ib->group_of[i] == NO_GROUP) continue;
        struct index_group *group = &ib->groups[ib->group_of[i]];
        if (group->key.kind != KEY_PREFIX || ib->work->rules[i] <= group->sure) continue;
        ib->group_of[i] = BEATEN;
        group->count--;
    }
}

bool
index_link_prefixes(struct index_builder *ib)
{
    if (!sort_prefixes(ib)) return false;
    struct lengths lengths = {alloc_array(ib->alloc, ib->order_count, sizeof(uint32_t)), 0};
    if (!lengths.items) return build_fail(ib->builder, SLUICE_ERR_NOMEM);
    bool linked = link_dimensions(ib, &lengths);
    alloc_free(ib->alloc, lengths.items);
    if (!linked) return false;
    hand_down_sure_rules(ib);
    drop_beaten_rules(ib);
    return true;
}
