#include "router/builder.h"

#include "base/alloc.h"

sluice_str
build_text(struct builder *builder, sluice_str text)
{
    if (text.len == 0) return STR("");
    void **place = map_put(&builder->texts, text);
    if (!place) {
        build_fail(builder, SLUICE_ERR_NOMEM);
        return (sluice_str){NULL, 0};
    }
    if (!*place) {
        sluice_str copy = arena_dup(builder->keep, text);
        if (!copy.ptr) {
            build_fail(builder, SLUICE_ERR_NOMEM);
            return (sluice_str){NULL, 0};
        }
        *place = (void *)(uintptr_t)copy.ptr;
    }
    return (sluice_str){*place, text.len};
}

void *
build_array(struct builder *builder, size_t count, size_t size)
{
    void *items = arena_array(builder->keep, count, size);
    if (!items) build_fail(builder, SLUICE_ERR_NOMEM);
    return items;
}

void *
build_lines(struct builder *builder, size_t count, size_t size)
{
    if (size && count > (SIZE_MAX - CACHE_LINE) / size) {
        build_fail(builder, SLUICE_ERR_NOMEM);
        return NULL;
    }
    char *bytes = build_array(builder, count * size + CACHE_LINE, 1);
    return bytes ? bytes + (-(uintptr_t)bytes & (CACHE_LINE - 1)) : NULL;
}

const sluice_str *
build_text_list(struct builder *builder, const sluice_str *items, size_t count)
{
    if (count == 0) return NULL;
    sluice_str *copies = build_array(builder, count, sizeof(*copies));
    for (size_t i = 0; copies && i < count; i++) {
        copies[i] = build_text(builder, items[i]);
    }
    return copies;
}

const sluice_field *
build_fields(struct builder *builder, const sluice_field *items, size_t count)
{
    if (count == 0) return NULL;
    sluice_field *copies = build_array(builder, count, sizeof(*copies));
    for (size_t i = 0; copies && i < count; i++) {
        copies[i].name = build_text(builder, items[i].name);
        copies[i].value = build_text(builder, items[i].value);
    }
    return copies;
}

void *
build_copy_once(struct builder *builder, const void *from, size_t size, bool *made)
{
    *made = false;
    if (!from) return NULL;
    size_t key = build_key_begin(builder);
    build_key_put(builder, &from, sizeof(from));
    build_key_number(builder, size); /* a list may begin where a shorter one does */
    void **place = build_key_end(builder, &builder->shared, key);
    if (!place) {
        build_fail(builder, SLUICE_ERR_NOMEM);
        return NULL;
    }
    if (*place) return *place;
    void *copy = build_array(builder, 1, size);
    if (!copy) return NULL;
    memcpy(copy, from, size);
    *place = copy;
    *made = true;
    return copy;
}

sluice_str
build_lower(struct builder *builder, sluice_str text)
{
    size_t upper = 0;
    while (upper < text.len && ascii_lower(text.ptr[upper]) == text.ptr[upper]) {
        upper++;
    }
    if (upper == text.len) return build_text(builder, text);
    char *lower = arena_bytes(builder->scratch, text.len);
    if (!lower) {
        build_fail(builder, SLUICE_ERR_NOMEM);
        return (sluice_str){NULL, 0};
    }
    for (size_t i = 0; i < text.len; i++) {
        lower[i] = ascii_lower(text.ptr[i]);
    }
    return build_text(builder, (sluice_str){lower, text.len});
}

uint32_t
build_needed(struct builder *builder, sluice_needed what, sluice_str name)
{
    sluice_str kept =
        what == SLUICE_NEEDED_HEADER ? build_lower(builder, name) : build_text(builder, name);
    size_t index = build_index(builder, &builder->needed[what], kept);
    return index ? (uint32_t)(index - 1) : 0;
}

uint32_t
build_regex(struct builder *builder, sluice_str pattern)
{
    size_t index = build_index(builder, &builder->patterns, build_text(builder, pattern));
    return index ? (uint32_t)(index - 1) : 0;
}

static const sluice_str *
names_of(struct builder *builder, const struct map *map)
{
    sluice_str *names = build_array(builder, map->count, sizeof(*names));
    for (size_t i = 0; names && i < map->count; i++) {
        names[i] = map->entries[i].key;
    }
    return names;
}

static bool
compile_regexes(struct builder *builder)
{
    struct sluice_router *router = builder->router;
    router->patterns = names_of(builder, &builder->patterns);
    router->regexes = build_array(builder, builder->patterns.count, sizeof(*router->regexes));
    if (builder->status != SLUICE_OK) return false;
    router->regex_count = (uint32_t)builder->patterns.count;
    for (uint32_t i = 0; i < router->regex_count; i++) {
        struct regex_error error;
        enum regex_result made =
            regex_store_take(builder->compiled, &router->regexes[i], router->patterns[i], &error);
        if (made == REGEX_OK) continue;
        if (made == REGEX_NOMEM) return build_fail(builder, SLUICE_ERR_NOMEM);
        struct diag_place nowhere = {0};
        diag_add(builder->diags, SLUICE_SEVERITY_ERROR, "SL0501", &nowhere,
                 "regular expression \"%.*s\" cannot be used: %s", STR_ARG(router->patterns[i]),
                 error.text);
        build_fail(builder, SLUICE_ERR_INVALID);
    }
    return builder->status == SLUICE_OK;
}

/* What the patterns say about the texts that they match. */
static bool
read_patterns(struct builder *builder)
{
    const struct sluice_router *router = builder->router;
    builder->literals = ARENA_ARRAY(builder->scratch, struct regex_literal, router->regex_count);
    if (!builder->literals) return build_fail(builder, SLUICE_ERR_NOMEM);
    for (uint32_t i = 0; i < router->regex_count; i++) {
        if (!build_regex_literal(&builder->literals[i], builder->scratch, router->patterns[i])) {
            return build_fail(builder, SLUICE_ERR_NOMEM);
        }
    }
    return true;
}

/* File the names of header lines, so that a line finds its index. */
static bool
file_header_names(struct builder *builder)
{
    struct sluice_router *router = builder->router;
    struct header_names *names = &router->header_names;
    uint32_t count = router->needed_count[SLUICE_NEEDED_HEADER], size = 2;
    if (count == 0) return true;
    while (size < 2 * count) {
        size *= 2;
    }
    struct header_name *slots = build_array(builder, size, sizeof(*slots));
    if (!slots) return false;
    names->slots = slots;
    names->mask = size - 1;
    names->names = router->needed[SLUICE_NEEDED_HEADER];
    for (uint32_t i = 0; i < count; i++) {
        sluice_str name = names->names[i];
        if (header_names_is_pseudo(name)) {
            router->pseudo[router->pseudo_count++] = i;
            if (i < 64) router->pseudo_present |= UINT64_C(1) << i;
        } else if (name.len) {
            uint64_t length = UINT64_C(1) << (name.len & 63);
            names->any_length |= length;
            names->lengths[(unsigned char)name.ptr[name.len - 1] & 31] |= length;
            struct header_name key = header_name(name);
            uint32_t at = header_names_slot(names, &router->hash_keys, &key, name);
            key.len = (uint32_t)name.len;
            key.number = i + 1;
            slots[at] = key;
        }
    }
    return true;
}

bool
build_finish_names(struct builder *builder)
{
    struct sluice_router *router = builder->router;
    for (int what = 0; what < 5; what++) {
        router->needed[what] = names_of(builder, &builder->needed[what]);
        router->needed_count[what] = (uint32_t)builder->needed[what].count;
    }
    if (builder->status != SLUICE_OK) return false;
    return file_header_names(builder) && compile_regexes(builder) && read_patterns(builder);
}
