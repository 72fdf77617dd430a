/*
 * match_plain: paths and headers that are compared as they are. Nearly all of what rules want is
 * that, so it is inline.
 */
#ifndef SLUICE_ROUTER_MATCH_PLAIN_H
#define SLUICE_ROUTER_MATCH_PLAIN_H

#include "base/word.h"
#include "router/match.h"

static inline bool
is_plain_path(const struct predicate *predicate)
{
    return predicate->plain == PLAIN_PATH || predicate->plain == PLAIN_PATH_PREFIX;
}

static inline bool
plain_path_holds(sluice_str path, const struct predicate *predicate)
{
    sluice_str text = predicate->text;
    bool whole = predicate->plain == PLAIN_PATH;
    if ((path.len < text.len) | (whole & (path.len != text.len))) return false;
    return word_same_varied(path.ptr, text.ptr, text.len);
}

static inline bool
plain_text_holds(sluice_str text, const struct predicate *predicate)
{
    return text.len == predicate->text.len &&
           word_same_text(text.ptr, predicate->text.ptr, text.len);
}

/* Of a header that the request has once, whether it is this value. False says nothing. */
static inline bool
plain_header_holds(const struct view *view, const struct predicate *predicate)
{
    const struct header_slot *slot = view_known_line(view, predicate->name);
    return slot && plain_text_holds(slot->value, predicate);
}

static inline bool
match_predicate_inline(struct view *view, const struct predicate *predicate)
{
    switch ((enum plain)predicate->plain) {
    case PLAIN_PATH:
    case PLAIN_PATH_PREFIX:
        return plain_path_holds(view->path, predicate);
    case PLAIN_METHOD:
        return plain_text_holds(view_method(view), predicate);
    case PLAIN_HEADER:
        if (plain_header_holds(view, predicate)) return true;
        break;
    case PLAIN_NOT:
        break;
    }
    return match_predicate(view, predicate);
}

/* Whether every predicate of the rule holds. */
static inline bool
match_rule_inline(struct view *view, const struct rule *rule, const struct predicate *first)
{
    if (rule->predicate_count == 1 && is_plain_path(first)) {
        return plain_path_holds(view->path, first);
    }
    return !match_rule(view, rule);
}

#endif
