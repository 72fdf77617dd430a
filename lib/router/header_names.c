#include "router/header_names.h"

bool
header_names_is_pseudo(sluice_str name)
{
    return str_equal(name, STR(":path")) || str_equal(name, STR(":method")) ||
           str_equal(name, STR(":scheme")) || str_equal(name, STR(":authority")) ||
           str_equal(name, STR("host"));
}
