#include "router/context.h"

char *
scratch_take(struct scratch *scratch, size_t len)
{
    if (len > scratch->capacity - scratch->used) {
        scratch->overflow = true;
        return NULL;
    }
    char *bytes = scratch->bytes + scratch->used;
    scratch->used += len;
    return bytes;
}

sluice_str
scratch_concat(struct scratch *scratch, const sluice_str *parts, size_t count)
{
    size_t begin = scratch->used;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].len == 0) continue;
        char *to = scratch_take(scratch, parts[i].len);
        if (!to) {
            scratch->used = begin;
            return (sluice_str){NULL, 0};
        }
        memcpy(to, parts[i].ptr, parts[i].len);
    }
    return (sluice_str){scratch->bytes + begin, scratch->used - begin};
}
