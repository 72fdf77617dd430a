#include "yaml/events.h"

sluice_str
yaml_keep_text(struct arena *arena, sluice_str source, const char *text, size_t len)
{
    uintptr_t at = (uintptr_t)text, begin = (uintptr_t)source.ptr;
    if (len == 0) return STR("");
    if (at >= begin && at - begin <= source.len && len <= source.len - (at - begin)) {
        return (sluice_str){text, len};
    }
    return arena_dup(arena, (sluice_str){text, len});
}
