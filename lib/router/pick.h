/*
 * pick: which entry of a split. Inline for act.c, where every forwarded request passes.
 */
#ifndef SLUICE_ROUTER_PICK_H
#define SLUICE_ROUTER_PICK_H

#include "router/act.h"
#include "split/even.h"

/* The key that makes this pick sticky, or none: the caller's or, of a sticky split, the rule's. */
bool pick_key(struct view *view, const struct split *split, sluice_str *value,
              sluice_sticky *sticky);

static inline void
pick_show_split(const struct split *split, sluice_decision *decision)
{
    decision->split = split->shares;
    decision->split_count = split->count;
    decision->split_total = split->total;
}

/* Choose an entry; sets split, pick, sticky, split_index. */
static inline void
pick_entry(struct view *view, const struct split *split, struct draw *draw,
           sluice_decision *decision)
{
    sluice_str key;
    bool keyed = false;
    pick_show_split(split, decision);
    /* Also with one destination: clients get their key before a ramp begins. */
    if (split->pick == SLUICE_PICK_STICKY || view->request->sticky_key.len) {
        keyed = pick_key(view, split, &key, &decision->sticky);
    }
    if (split->usable <= 1) {
        decision->pick = SLUICE_PICK_ONLY;
        decision->split_index = split->only;
    } else if (keyed) {
        decision->pick = SLUICE_PICK_STICKY;
        decision->split_index = sticky_pick(&split->sticky, key);
    } else if (split->pick == SLUICE_PICK_EVEN) {
        decision->pick = SLUICE_PICK_EVEN;
        decision->split_index = even_pick(split->weights, split->count, split->total,
                                          view->context->even_counters + split->even_counters);
    } else {
        decision->pick = SLUICE_PICK_RANDOM;
        decision->split_index = alias_pick(&split->alias, act_draw(view, draw));
    }
}

#endif
