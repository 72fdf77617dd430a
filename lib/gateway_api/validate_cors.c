/*
 * validate_cors: the CORS filter.
 */
#include "gateway_api/validate.h"

/* "*" says it all, so that nothing may stand beside it. */
static void
check_list(struct validate *v, const struct value_list *list, const char *name, bool star_alone)
{
    gw_unique_strings(v, list, name);
    if (!star_alone || list->count < 2) return;
    for (struct str_walk s = str_walk(list); str_next(&s);) {
        if (!str_equal(s.text, STR("*"))) continue;
        REFUSED(v, s.node, "\"*\" in %s must stand alone", name);
    }
}

void
gw_check_cors(struct validate *v, const struct gateway_cors *cors)
{
    if (!cors) return;
    check_list(v, &cors->allow_origins, "allowOrigins", true);
    check_list(v, &cors->allow_methods, "allowMethods", true);
    check_list(v, &cors->allow_headers, "allowHeaders", true);
    check_list(v, &cors->expose_headers, "exposeHeaders", false);
}
