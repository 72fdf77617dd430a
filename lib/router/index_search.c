/* index_search: candidates of an index, until the first rule that holds is known. */
#include "router/index_search.h"

#include "base/ip.h"
#include "router/index_text.h"

struct search {
    struct view *view;
    const struct rule *rules; /* of the route list */
    uint32_t best;            /* first rule that holds, so far */
    struct index_text path;   /* asked in every index: its hashes are kept */
};

static void search_index(struct search *search, const struct index *index);

static bool
try_rule(struct search *search, uint32_t rule)
{
    /* What comes next if it holds: among many rules, nothing of it is in a cache. */
    __builtin_prefetch(&search->view->router->actions[search->rules[rule].action]);
    if (match_rule(search->view, &search->rules[rule])) return false;
    search->best = rule;
    return true;
}

static void
try_list(struct search *search, const uint32_t *list)
{
    for (uint32_t i = 1; i <= list[0] && list[i] < search->best; i++) {
        if (try_rule(search, list[i])) return;
    }
}

static void
try_ref(struct search *search, const struct index *index, uint32_t ref)
{
    uint32_t number = ref_number(ref);
    switch (ref_kind(ref)) {
    case REF_RULE:
        if (number < search->best) try_rule(search, number);
        break;
    case REF_LIST:
        try_list(search, &index->lists[number]);
        break;
    case REF_INDEX: /* at most INDEX_DEPTH of them in each other */
        search_index(search, &search->view->router->indexes[number]);
        break;
    case REF_PREFIX:
    case REF_MARKER:
    case REF_NONE:
        break;
    }
}

/* Whole values and grams: whatever stands under the hash. */
static void
probe_key(struct search *search, const struct index *index, uint64_t hash)
{
    uint32_t tag = (uint32_t)(hash >> 32);
    const struct index_slot *slots = index->slots;
    for (uint32_t at = index_slot_of(hash, index->size); slots[at].ref;
         at = index_slot_after(at, index->size)) {
        if (slots[at].tag == tag) try_ref(search, index, slots[at].ref);
    }
}

/* ---- prefixes ---- */

static bool
begins(const struct index_prefix *prefix, const struct index_text *text, size_t len)
{
    enum { LONG = 64 }; /* from there on memcmp() is worth its call */
    if (prefix->len < len) return false;
    if (!text->fold && len > LONG) return memcmp(prefix->text, text->text.ptr, len) == 0;
    if (!text->fold) return word_same_text(text->text.ptr, prefix->text, len);
    return str_equal_ignore_case(str_make(prefix->text, len), str_first(text->text, len));
}

/* What stands under the first `len` bytes of the text: a prefix, a marker, or REF_NONE. */
static uint32_t
find_prefix(const struct index *index, const struct index_dimension *dimension, uint32_t name,
            struct index_text *text, size_t len)
{
    uint64_t hash = index_text_hash(text, len, KEY_PREFIX);
    uint32_t tag = (uint32_t)(hash >> 32), ref;
    for (uint32_t at = index_slot_of(hash, index->size); (ref = index->slots[at].ref) != 0;
         at = index_slot_after(at, index->size)) {
        if (index->slots[at].tag != tag || ref_kind(ref) < REF_PREFIX) continue;
        const struct index_prefix *prefix = &index->prefixes[ref_number(ref)];
        bool same = prefix->dimension == dimension->id && prefix->name == name &&
                    (ref_kind(ref) == REF_MARKER || prefix->len == len);
        if (same && begins(prefix, text, len)) return ref;
    }
    return REF_NONE;
}

/* Of a table that outgrows the nearest cache, both places where the search may go on. */
static void
prefetch_next(const struct index *index, const struct index_dimension *dimension,
              struct index_text *text, uint32_t low, uint32_t middle, uint32_t high)
{
    enum { SMALL_TABLE = 4096 };
    if (index->size < SMALL_TABLE) return;
    uint32_t next[2] = {low + (middle - low) / 2, middle + 1 + (high - middle - 1) / 2};
    for (size_t i = 0; i < 2; i++) {
        if (next[i] >= high || dimension->lengths[next[i]] > text->text.len) continue;
        uint64_t hash = index_text_hash(text, dimension->lengths[next[i]], KEY_PREFIX);
        __builtin_prefetch(&index->slots[index_slot_of(hash, index->size)]);
    }
}

/*
 * The longest prefix that is filed, by binary search over the lengths in use: a prefix or a marker
 * at a length says that there may be longer ones (Waldvogel et al., 1997).
 */
static uint32_t
longest_prefix(const struct index *index, const struct index_dimension *dimension, uint32_t name,
               struct index_text *text)
{
    uint32_t low = 0, high = dimension->length_count, found = NO_PREFIX;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        size_t len = dimension->lengths[middle];
        prefetch_next(index, dimension, text, low, middle, high);
        uint32_t ref =
            len <= text->text.len ? find_prefix(index, dimension, name, text, len) : REF_NONE;
        if (ref == REF_NONE) {
            high = middle;
            continue;
        }
        uint32_t number = ref_number(ref);
        found = ref_kind(ref) == REF_PREFIX ? number : index->prefixes[number].parent;
        low = middle + 1;
    }
    return found;
}

static void
search_prefixes(struct search *search, const struct index *index,
                const struct index_dimension *dimension, uint32_t name, struct index_text *text)
{
    uint32_t at = longest_prefix(index, dimension, name, text);
    while (at != NO_PREFIX && index->prefixes[at].first < search->best) {
        try_ref(search, index, index->prefixes[at].ref);
        at = index->prefixes[at].parent;
    }
}

/* ---- grams ---- */

static void
search_grams(struct search *search, const struct index *index,
             const struct index_dimension *dimension, struct index_text *text)
{
    uint64_t begin = text->states[0];
    for (size_t at = 0; at + GRAM_MIN <= text->text.len; at++) {
        uint64_t word = index_text_word(text, at);
        for (uint32_t left = dimension->grams; left; left &= left - 1) {
            size_t len = (size_t)__builtin_ctz(left); /* shortest first */
            if (at + len > text->text.len) break;
            probe_key(search, index, index_text_gram(text->keys, begin, word, len));
        }
    }
}

/* ---- values ---- */

/* Most values that begin with no prefix differ in their first letters from all of them. */
static bool
may_begin(const struct search *search, const struct index_dimension *dimension,
          const struct index_text *text)
{
    return dimension->first_prefixed < search->best &&
           ((text->words[0] ^ dimension->lead) & dimension->lead_mask) == 0;
}

static void
search_text(struct search *search, const struct index *index,
            const struct index_dimension *dimension, uint32_t name, struct index_text *text)
{
    if (dimension->exact && dimension->exact_lengths >> (text->text.len & 63) & 1) {
        probe_key(search, index, index_text_hash(text, text->text.len, KEY_EXACT));
    }
    if (may_begin(search, dimension, text)) search_prefixes(search, index, dimension, name, text);
    if (dimension->grams) search_grams(search, index, dimension, text);
}

static void
search_value(struct search *search, const struct index *index,
             const struct index_dimension *dimension, uint32_t name, sluice_str value)
{
    struct index_text text;
    index_text_init(&text, &search->view->router->hash_keys, dimension->id, name, value);
    search_text(search, index, dimension, name, &text);
}

/* A claim may be a list: every member is a value. */
static void
search_claims(struct search *search, const struct index *index,
              const struct index_dimension *dimension, uint32_t name)
{
    const sluice_request *request = search->view->request;
    sluice_str wanted = search->view->router->needed[SLUICE_NEEDED_CLAIM][name];
    for (size_t i = 0; i < request->claim_count; i++) {
        if (!str_equal(request->claims[i].name, wanted)) continue;
        search_value(search, index, dimension, name, request->claims[i].value);
    }
}

static void
search_number(struct search *search, const struct index *index,
              const struct index_dimension *dimension, uint64_t number)
{
    sluice_str bytes = {(const char *)&number, sizeof(number)};
    search_value(search, index, dimension, 0, bytes);
}

/* Most headers are not there, which view_has_headers() tells at once. */
static void
search_header(struct search *search, const struct index *index,
              const struct index_dimension *dimension, uint32_t name)
{
    sluice_str value;
    view_note_header(search->view, name);
    if (name < 64 && !view_has_headers(search->view, UINT64_C(1) << name)) return;
    if (view_header(search->view, name, &value)) {
        search_value(search, index, dimension, name, value);
    }
}

/* The value of a subject by name. */
static void
search_named(struct search *search, const struct index *index,
             const struct index_dimension *dimension, uint32_t name)
{
    struct predicate subject = {.subject = dimension->subject, .name = name};
    sluice_str value;
    if (dimension->subject == SUBJECT_HEADER) {
        search_header(search, index, dimension, name);
    } else if (dimension->subject == SUBJECT_CLAIM) {
        search_claims(search, index, dimension, name);
    } else if (match_subject(search->view, &subject, &value)) {
        search_value(search, index, dimension, name, value);
    }
}

/* Many headers in use: those that the request has are fewer. */
static void
search_present(struct search *search, const struct index *index,
               const struct index_dimension *dimension)
{
    struct view *view = search->view;
    for (uint32_t i = 0; i < view->present_count; i++) {
        search_header(search, index, dimension, view->context->present[i]);
    }
    for (uint32_t i = 0; i < view->router->pseudo_count; i++) {
        search_header(search, index, dimension, view->router->pseudo[i]);
    }
}

static void
search_dimension(struct search *search, const struct index *index,
                 const struct index_dimension *dimension)
{
    struct view *view = search->view;
    const sluice_request *request = view->request;
    struct ip ip;
    sluice_str text;
    switch ((enum subject)dimension->subject) {
    case SUBJECT_PATH:
        if (dimension->fold) {
            search_value(search, index, dimension, 0, view->path);
        } else {
            search_text(search, index, dimension, 0, &search->path);
        }
        return;
    case SUBJECT_PORT:
        search_number(search, index, dimension, view->port);
        return;
    case SUBJECT_PROTOCOL:
        search_number(search, index, dimension, (uint64_t)request->protocol);
        return;
    case SUBJECT_SOURCE_IP:
    case SUBJECT_DESTINATION_IP:
        text =
            dimension->subject == SUBJECT_SOURCE_IP ? request->source_ip : request->destination_ip;
        if (ip_parse(&ip, text)) {
            sluice_str bytes = {(const char *)ip.bytes, sizeof(ip.bytes)};
            search_value(search, index, dimension, 0, bytes);
        }
        return;
    case SUBJECT_HEADER:
        if (request->header_fn || dimension->name_count == 1) break;
        view_read_headers(view);
        if (dimension->name_count <= 8) break;
        search_present(search, index, dimension);
        return;
    default:
        break;
    }
    for (uint32_t i = 0; i < dimension->name_count; i++) {
        search_named(search, index, dimension, dimension->names[i]);
    }
}

static void
search_index(struct search *search, const struct index *index)
{
    if (index->first >= search->best) return;
    for (uint32_t i = 0; i < index->dimension_count; i++) {
        search_dimension(search, index, &index->dimensions[i]);
    }
    try_ref(search, index, index->rest);
}

const struct rule *
index_search(struct view *view, const struct route_list *routes)
{
    const sluice_router *router = view->router;
    struct search search;
    search.view = view;
    search.rules = list_rules(routes);
    search.best = routes->count;
    index_text_init(&search.path, &router->hash_keys, index_dimension_id(SUBJECT_PATH, false), 0,
                    view->path);
    search_index(&search, &router->indexes[routes->index - 1]);
    return search.best < routes->count ? &search.rules[search.best] : NULL;
}
