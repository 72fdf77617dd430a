/* move: a context goes over from one router of its live to the next. */
#include "router/live.h"

enum { LONGEST_WAIT = 1024 };

/* Both lists are sorted by identity. Equal splits of one router pair up in their order. */
static void
carry_even_counters(sluice_context *to, const sluice_context *from)
{
    const struct even_split *old = from->router->even_splits, *new = to->router->even_splits;
    const struct even_split *old_end = old + from->router->even_split_count;
    const struct even_split *new_end = new + to->router->even_split_count;
    while (old < old_end && new < new_end) {
        if (old->identity == new->identity && old->count == new->count) {
            memcpy(to->even_counters + new->first, from->even_counters + old->first,
                   new->count * sizeof(*to->even_counters));
        }
        bool advance_old = old->identity <= new->identity;
        bool advance_new = new->identity <= old->identity;
        old += advance_old;
        new += advance_new;
    }
}

static bool
move_to(sluice_context *context, sluice_router *router)
{
    sluice_context old = *context;
    if (!context_fit(context, router)) {
        context_unfit(context);
        *context = old;
        return false;
    }
    carry_even_counters(context, &old);
    context_unfit(&old);
    return true;
}

static bool
move(sluice_context *context)
{
    sluice_router *router = sluice_live_router_retain(context->live);
    bool moved = router == context->router || move_to(context, router);
    sluice_router_release(router);
    if (moved) {
        context->wait = context->next_wait = 0;
    } else {
        context->next_wait = context->next_wait ? context->next_wait * 2 : 1;
        if (context->next_wait > LONGEST_WAIT) context->next_wait = LONGEST_WAIT;
        context->wait = context->next_wait;
    }
    return moved;
}

void
context_move_when_due(sluice_context *context)
{
    if (context->wait > 0) {
        context->wait--;
    } else {
        move(context);
    }
}

sluice_status
sluice_context_refresh(sluice_context *context)
{
    const sluice_live *live = context->live;
    if (!live || atomic_load_explicit(&live->current, memory_order_acquire) == context->router) {
        return SLUICE_OK;
    }
    return move(context) ? SLUICE_OK : SLUICE_ERR_NOMEM;
}
