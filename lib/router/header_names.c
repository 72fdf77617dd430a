#include "router/header_names.h"

bool
header_names_is_pseudo(sluice_str name)
{
    return str_equal(name, STR(":path")) || str_equal(name, STR(":method")) ||
           str_equal(name, STR(":scheme")) || str_equal(name, STR(":authority")) ||
           str_equal(name, STR("host"));
}

uint32_t
header_names_slot(const struct header_names *names, const struct hash_keys *keys, sluice_str name)
{
    uint32_t at = (uint32_t)text_hash(keys, 0, name, true) & names->mask;
    while (names->slots[at] && !str_equal_ignore_case(names->names[names->slots[at] - 1], name)) {
        at = (at + 1) & names->mask;
    }
    return at;
}
