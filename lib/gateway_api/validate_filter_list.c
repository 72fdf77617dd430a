/*
 * validate_filter_list: which filters may stand together in a list.
 */
#include "gateway_api/validate.h"

/* Of these types a list may hold one. */
static bool
is_single(enum gateway_filter_type type)
{
    switch (type) {
    case GATEWAY_FILTER_REQUEST_HEADERS:
    case GATEWAY_FILTER_RESPONSE_HEADERS:
    case GATEWAY_FILTER_REDIRECT:
    case GATEWAY_FILTER_URL_REWRITE:
    case GATEWAY_FILTER_CORS:
        return true;
    case GATEWAY_FILTER_MIRROR:
    case GATEWAY_FILTER_EXTERNAL_AUTH:
    case GATEWAY_FILTER_EXTENSION_REF:
        break;
    }
    return false;
}

static const struct yaml_node *
type_at(const struct gateway_filter *filter)
{
    return gw_at(filter->node, "type");
}

static void
check_combination(struct validate *v, const struct value_list *filters)
{
    const struct gateway_filter *items = filters->items;
    const struct gateway_filter *first[GATEWAY_FILTER_EXTENSION_REF + 1] = {NULL};
    for (size_t i = 0; i < filters->count; i++) {
        if (!items[i].type.set) continue;
        enum gateway_filter_type type = (enum gateway_filter_type)items[i].type.v;
        if (!first[type]) {
            first[type] = &items[i];
        } else if (is_single(type)) {
            BROKEN(v, type_at(&items[i]), "a list may hold one filter of type %.*s",
                   STR_ARG(type_at(&items[i])->text));
        }
    }
    const struct gateway_filter *redirect = first[GATEWAY_FILTER_REDIRECT];
    const struct gateway_filter *rewrite = first[GATEWAY_FILTER_URL_REWRITE];
    if (!redirect || !rewrite) return;
    BROKEN(v, type_at(redirect > rewrite ? redirect : rewrite),
           "RequestRedirect and URLRewrite exclude each other");
}

void
gw_check_filters(struct validate *v, const struct value_list *filters)
{
    const struct gateway_filter *items = filters->items;
    for (size_t i = 0; i < filters->count; i++) {
        gw_check_filter(v, &items[i]);
    }
    check_combination(v, filters);
}
