#include "gateway_api/lower.h"

sluice_str
gw_qualified(struct gw_lower *lower, sluice_str space, sluice_str name)
{
    return arena_concat(lower->arena, (sluice_str[]){space, STR("/"), name}, 3);
}

/* Byte i of "namespace/name"; -1 behind its end. */
static int
name_byte(const struct envelope *meta, size_t i)
{
    if (i < meta->space.len) return (unsigned char)meta->space.ptr[i];
    if (i == meta->space.len) return '/';
    i -= meta->space.len + 1;
    return i < meta->name.len ? (unsigned char)meta->name.ptr[i] : -1;
}

int
gw_compare_names(const struct envelope *a, const struct envelope *b)
{
    for (size_t i = 0;; i++) {
        int x = name_byte(a, i), y = name_byte(b, i);
        if (x != y) return x < y ? -1 : 1;
        if (x < 0) return 0;
    }
}

bool
gw_listener_add(struct gw_lower *lower, struct model_listener listener)
{
    struct model_listener *items = arena_grow(lower->arena, lower->listeners, lower->listener_count,
                                              &lower->listener_capacity, sizeof(*items));
    if (!items) return gw_fail(lower);
    lower->listeners = items;
    lower->listeners[lower->listener_count++] = listener;
    return true;
}
