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
    const uint64_t *sorted = index_sort(ib->order, ib->order + count, count);
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

static bool
begins(const struct index_key *key, const struct index_text *text, size_t len)
{
    sluice_str x = str_first(key->text, len), y = str_first(text->text, len);
    return text->fold ? str_equal_ignore_case(x, y) : str_equal(x, y);
}

static uint32_t
find_prefix(const struct index_builder *ib, const struct index_key *key, struct index_text *text,
            size_t len)
{
    uint64_t hash = index_text_hash(text, len, KEY_PREFIX), cursor = hash;
    const struct key_entry *entry;
    while ((entry = key_table_next(&ib->table, hash, &cursor)) != NULL) {
        if (ref_kind(entry->ref) < REF_PREFIX) continue;
        const struct index_key *found = &ib->groups[ref_number(entry->ref)].key;
        if (found->dimension != key->dimension || found->name != key->name) continue;
        if (ref_kind(entry->ref) == REF_PREFIX && found->text.len != len) continue;
        if (begins(found, text, len)) return entry->ref;
    }
    return REF_NONE;
}

/*
 * The longest prefix that is shorter than the lengths from `high` on: the search of a text that
 * ends there. `found` is the best one so far.
 */
static uint32_t
find_parent(const struct index_builder *ib, const struct index_key *key, struct index_text *text,
            const struct lengths *lengths, uint32_t low, uint32_t high, uint32_t found)
{
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        uint32_t ref = find_prefix(ib, key, text, lengths->items[middle]);
        if (ref == REF_NONE) {
            high = middle;
            continue;
        }
        uint32_t group = ref_number(ref);
        found = ref_kind(ref) == REF_PREFIX ? group : ib->groups[group].parent;
        low = middle + 1;
    }
    return found;
}

static bool
leave_marker(struct index_builder *ib, uint32_t group, struct index_text *text, size_t len)
{
    return index_file(ib, index_text_hash(text, len, KEY_PREFIX), REF_MARKER, group) ||
           build_fail(ib->builder, SLUICE_ERR_NOMEM);
}

/*
 * The same way as a request's search goes, down to the prefix's own length. Where it finds nothing,
 * the parent is a shorter one; and no prefix that came before went on to longer ones from there,
 * or it had left a marker: nothing is found any more, and each further step gets one.
 */
static bool
link_prefix(struct index_builder *ib, uint32_t group, const struct index_key *key,
            struct index_text *text, const struct lengths *lengths, uint32_t own)
{
    uint32_t low = 0, high = lengths->count, parent = NO_GROUP;
    bool lost = false;
    for (;;) {
        uint32_t middle = low + (high - low) / 2;
        if (middle >= own) {
            if (middle == own) break;
            high = middle;
            continue;
        }
        size_t len = lengths->items[middle];
        uint32_t ref = lost ? REF_NONE : find_prefix(ib, key, text, len);
        if (ref != REF_NONE) {
            uint32_t found = ref_number(ref);
            parent = ref_kind(ref) == REF_PREFIX ? found : ib->groups[found].parent;
        } else {
            if (!lost) parent = find_parent(ib, key, text, lengths, low, middle, parent);
            lost = true;
            if (!leave_marker(ib, group, text, len)) return false;
        }
        low = middle + 1;
    }
    /* Shorter ones between the last step and the own length. */
    if (!lost) parent = find_parent(ib, key, text, lengths, low, own, parent);
    ib->groups[group].parent = parent;
    return true;
}

/* What comes later, in two steps: the group, then its text. */
static void
prefetch_later(const struct index_builder *ib, size_t at, size_t end)
{
    size_t far = at + INDEX_BATCH, near = at + INDEX_BATCH / 2;
    if (far < end) __builtin_prefetch(&ib->groups[(uint32_t)ib->order[far]]);
    if (near < end) __builtin_prefetch(ib->groups[(uint32_t)ib->order[near]].key.text.ptr);
}

/* The prefixes of one dimension, which stand together in the order. */
static bool
link_dimension(struct index_builder *ib, size_t begin, size_t end, const struct lengths *lengths)
{
    uint32_t own = 0;
    for (size_t i = begin; i < end; i++) {
        uint32_t group = (uint32_t)ib->order[i];
        prefetch_later(ib, i, end);
        struct index_key key = ib->groups[group].key;
        struct index_text text;
        index_text_init(&text, &ib->router->hash_keys, key.dimension, key.name, key.text);
        while (lengths->items[own] != key.text.len) {
            own++;
        }
        if (!link_prefix(ib, group, &key, &text, lengths, own)) return false;
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
    const struct rule *rule = &ib->router->rules[ib->routes->rule + number];
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

static void
note_sure_rules(struct index_builder *ib)
{
    for (size_t i = 0; i < ib->order_count; i++) {
        struct index_group *group = &ib->groups[(uint32_t)ib->order[i]];
        group->sure = group->sure_beyond = NO_RULE;
    }
    for (uint32_t i = 0; i < ib->work->count; i++) {
        uint32_t number = ib->work->rules[i];
        if (ib->group_of[i] == NO_GROUP) continue;
        struct index_group *group = &ib->groups[ib->group_of[i]];
        if (group->key.kind != KEY_PREFIX) continue;
        enum sureness sure = sureness_of(ib, number, &group->key);
        if (sure == SURE && number < group->sure) group->sure = number;
        if (sure == SURE_BEYOND && number < group->sure_beyond) group->sure_beyond = number;
    }
}

/* What is sure of a prefix is sure of every longer one. */
static void
hand_down_sure_rules(struct index_builder *ib)
{
    for (size_t i = 0; i < ib->order_count; i++) {
        struct index_group *group = &ib->groups[(uint32_t)ib->order[i]];
        if (group->parent == NO_GROUP) continue;
        const struct index_group *parent = &ib->groups[group->parent];
        if (parent->sure < group->sure) group->sure = parent->sure;
        bool beyond = group->key.text.ptr[parent->key.text.len] == '/';
        if (beyond && parent->sure_beyond < group->sure) group->sure = parent->sure_beyond;
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
    note_sure_rules(ib);
    hand_down_sure_rules(ib);
    drop_beaten_rules(ib);
    return true;
}
