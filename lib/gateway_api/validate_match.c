/*
 * validate_match: paths, headers and query parameters that a match asks for.
 */
#include "gateway_api/formats.h"
#include "gateway_api/validate.h"

void
gw_check_path_match(struct validate *v, const struct gateway_path_match *path)
{
    const struct yaml_node *at = gw_at(path->node, "value");
    bool bad_type = gw_has(path->node, "type") && !path->type.set;
    if (!value_is_set(path->value) || bad_type) return;
    if (path->type.v == GATEWAY_PATH_REGEX) {
        gw_check_regex(v, at, path->value.v);
        return;
    }
    const char *wrong = format_check_path(path->value.v);
    if (!wrong) return;
    if (str_starts_with(path->value.v, STR("/"))) {
        REFUSED(v, at, "path \"%.*s\" %s", STR_ARG(path->value.v), wrong);
    } else {
        BROKEN(v, at, "path \"%.*s\" %s", STR_ARG(path->value.v), wrong);
    }
}

static void
check_regex(struct validate *v, const struct gateway_value_match *match)
{
    if (match->type.v == GATEWAY_MATCH_REGEX && value_is_set(match->value))
        gw_check_regex(v, gw_at(match->node, "value"), match->value.v);
}

void
gw_check_header_matches(struct validate *v, const struct value_list *matches, bool grpc)
{
    const struct gateway_value_match *items = matches->items;
    struct header_names names = {map_init(v->decode->arena)};
    for (size_t i = 0; i < matches->count; i++) {
        check_regex(v, &items[i]);
        if (!grpc) gw_check_header_value(v, items[i].node, items[i].value);
        if (!value_is_set(items[i].name)) continue;
        gw_check_header_name(v, &names, matches, gw_at(items[i].node, "name"), items[i].name.v);
    }
    map_free(&names.seen);
}

void
gw_check_query_matches(struct validate *v, const struct value_list *matches)
{
    const struct gateway_value_match *items = matches->items;
    struct map seen = map_init(v->decode->arena);
    for (size_t i = 0; i < matches->count; i++) {
        const struct yaml_node *at = gw_at(items[i].node, "name");
        check_regex(v, &items[i]);
        if (!value_is_set(items[i].name) || !gw_seen(v, &seen, items[i].name.v, at)) continue;
        REFUSED(v, at, "query parameter \"%.*s\" is given twice: only the first entry counts",
                STR_ARG(items[i].name.v));
    }
    map_free(&seen);
}
