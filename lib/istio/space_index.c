#include "istio/space_index.h"

struct space_index
space_index_init(struct arena *arena)
{
    return (struct space_index){.all = {.arena = arena}, .spaces = map_init(arena)};
}

void
space_index_free(struct space_index *index)
{
    map_free(&index->spaces);
}

bool
space_index_add(struct space_index *index, sluice_str space, sluice_str host, uint32_t owner)
{
    void **place = map_put(&index->spaces, space);
    if (!place) return false;
    if (!*place) {
        struct host_index *made = ARENA_NEW(index->all.arena, struct host_index);
        if (!made) return false;
        made->arena = index->all.arena;
        *place = made;
    }
    return host_index_add(*place, host, owner) && host_index_add(&index->all, host, owner);
}

void
space_index_seal(struct space_index *index)
{
    host_index_seal(&index->all);
    for (size_t i = 0; i < index->spaces.count; i++) {
        struct host_index *own = index->spaces.entries[i].value;
        if (own) host_index_seal(own);
    }
}

const struct host_index *
space_index_of(const struct space_index *index, sluice_str space)
{
    return str_equal(space, STR("*")) ? &index->all : map_get(&index->spaces, space);
}
