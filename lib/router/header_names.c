#include "router/header_names.h"

bool
header_names_is_pseudo(sluice_str name)
{
    return str_equal(name, STR(":path")) || str_equal(name, STR(":method")) ||
           str_equal(name, STR(":scheme")) || str_equal(name, STR(":authority")) ||
           str_equal(name, STR("host"));
}

static bool
is_name(const struct header_names *names, uint32_t index, sluice_str name)
{
    return names->names[index].len == name.len &&
           word_same_folded(name.ptr, names->names[index].ptr, name.len);
}

uint32_t
header_names_slot(const struct header_names *names, const struct hash_keys *keys, sluice_str name)
{
    uint32_t at = (uint32_t)text_hash(keys, 0, name, true) & names->mask;
    while (names->slots[at] && !is_name(names, names->slots[at] - 1, name)) {
        at = (at + 1) & names->mask;
    }
    return at;
}
