/* path: rewriting the path of a request (docs/rules.md, "Rewrite"). */
#include "router/act.h"

/* How many bytes of the path the rule's own path predicate matched; `otherwise`: it has none. */
static size_t
matched_length(const struct view *view, const struct rule *rule, size_t otherwise)
{
    const struct predicate *predicates = rule_predicates(view->router, rule);
    for (uint32_t i = 0; i < rule->predicate_count; i++) {
        if (predicates[i].subject != SUBJECT_PATH) continue;
        switch ((enum match_op)predicates[i].op) {
        case OP_PREFIX:
        case OP_SEGMENT_PREFIX:
            return predicates[i].text.len;
        case OP_PRESENT:
            return 1;
        default:
            return view->path.len;
        }
    }
    return otherwise;
}

static sluice_str
replace_regex(struct view *view, const struct path_edit *edit, sluice_str query)
{
    struct scratch *scratch = &view->context->scratch;
    size_t room = scratch->capacity - scratch->used;
    char *out = scratch->bytes + scratch->used;
    size_t len = regex_replace_all(context_regex(view->context, edit->regex), view->path,
                                   edit->value, out, room);
    if (len > room || query.len > room - len) {
        scratch->overflow = true;
        return (sluice_str){NULL, 0};
    }
    if (query.len) memcpy(out + len, query.ptr, query.len);
    scratch->used += len + query.len;
    return (sluice_str){out, len + query.len};
}

sluice_str
act_path(struct view *view, const struct path_edit *edit, const struct rule *rule)
{
    sluice_str query = edit->drop_query ? (sluice_str){NULL, 0} : view->query;
    sluice_str rest = {NULL, 0}, slash = {NULL, 0};
    sluice_str value = edit->value;
    switch (edit->mode) {
    case PATH_KEEP:
        return view->raw_path;
    case PATH_REGEX:
        return replace_regex(view, edit, query);
    case PATH_FULL:
        break;
    case PATH_PREFIX:
        rest = str_skip(view->path, matched_length(view, rule, 1));
        break;
    case PATH_SEGMENT:
        rest = str_skip(view->path, matched_length(view, rule, 0));
        /* Where the matched bytes ended in a slash, the rest lacks it. */
        if (rest.len && rest.ptr[0] != '/') slash = STR("/");
        break;
    }
    if (edit->mode != PATH_PREFIX && value.len == 0 && rest.len == 0) value = STR("/");
    return scratch_concat(&view->context->scratch, (sluice_str[]){value, slash, rest, query}, 4);
}
