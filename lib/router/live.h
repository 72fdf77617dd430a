/*
 * live: the current router, which any thread may swap, and how a context follows it.
 */
#ifndef SLUICE_ROUTER_LIVE_H
#define SLUICE_ROUTER_LIVE_H

#include "router/context.h"

struct sluice_live {
    sluice_allocator alloc;
    atomic_size_t references;
    atomic_bool changing;             /* the lock: see live.c */
    _Atomic(sluice_router *) current; /* holds a reference; written only with `changing` held */
};

/* Move to the live's router if memory allows; after a failure only every so many calls. */
void context_move_when_due(sluice_context *context);

/* What each call of a context begins with. */
static inline void
context_follow(sluice_context *context)
{
    if (!context->follows) return;
    /* Pointers suffice: the context's reference keeps its router's address from being reused. */
    if (atomic_load_explicit(&context->follows->current, memory_order_acquire) != context->router) {
        context_move_when_due(context);
    }
}

#endif
