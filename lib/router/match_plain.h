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
    return predicate->subject == SUBJECT_PATH && predicate->flags == 0 &&
           (predicate->op == OP_EXACT || predicate->op == OP_PREFIX);
}

static inline bool
plain_path_holds(sluice_str path, const struct predicate *predicate)
{
    sluice_str text = predicate->text;
    bool whole = predicate->op == OP_EXACT;
    if ((path.len < text.len) | (whole & (path.len != text.len))) return false;
    return word_same_varied(path.ptr, text.ptr, text.len);
}

/* Of a header that the request has once, whether it is this value. False says nothing. */
static inline bool
plain_header_holds(const struct view *view, const struct predicate *predicate)
{
    if (predicate->subject != SUBJECT_HEADER || predicate->flags) return false;
    const struct header_slot *slot = view_known_line(view, predicate->name);
    if (predicate->op != OP_EXACT || !slot || slot->value.len != predicate->text.len) return false;
    return word_same_text(slot->value.ptr, predicate->text.ptr, predicate->text.len);
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
