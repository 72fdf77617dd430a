/*
 * The lock covers two steps that must not come apart: reading `current` and taking a reference to
 * what it points at (else a publisher could free the router between them). It is held for those few
 * instructions, by each context once after a publish and by publishers; nothing is called,
 * allocated or freed under it. That is why it is a flag to spin on and not a mutex: it makes the
 * library need no thread support of its host, it cannot fail to be created, and ThreadSanitizer
 * sees its acquire and release (it does not see C11's mtx_lock()). A thread that is descheduled
 * while it holds the flag costs others at most its next turn; only threads of different real-time
 * priorities on one core could starve each other, and such a host publishes from the highest of
 * them or refreshes at one priority.
 */
#include "router/live.h"

#include "base/alloc.h"

static void
lock(sluice_live *live)
{
    while (atomic_exchange_explicit(&live->changing, true, memory_order_acquire)) {
        while (atomic_load_explicit(&live->changing, memory_order_relaxed)) {
        }
    }
}

static void
unlock(sluice_live *live)
{
    atomic_store_explicit(&live->changing, false, memory_order_release);
}

sluice_status
sluice_live_new(sluice_live **out, sluice_router *router, const sluice_allocator *allocator)
{
    *out = NULL;
    if (!router) return SLUICE_ERR_ARGUMENT;
    const sluice_allocator *alloc = allocator ? allocator : &router->alloc;
    sluice_live *live = alloc_zeroed(alloc, 1, sizeof(*live));
    if (!live) return SLUICE_ERR_NOMEM;
    live->alloc = *alloc;
    atomic_init(&live->references, 1);
    atomic_init(&live->changing, false);
    atomic_init(&live->current, sluice_router_retain(router));
    *out = live;
    return SLUICE_OK;
}

sluice_live *
sluice_live_retain(sluice_live *live)
{
    atomic_fetch_add_explicit(&live->references, 1, memory_order_relaxed);
    return live;
}

void
sluice_live_release(sluice_live *live)
{
    if (!live) return;
    if (atomic_fetch_sub_explicit(&live->references, 1, memory_order_acq_rel) != 1) return;
    sluice_router_release(atomic_load_explicit(&live->current, memory_order_relaxed));
    sluice_allocator alloc = live->alloc;
    alloc_free(&alloc, live);
}

sluice_status
sluice_live_publish(sluice_live *live, sluice_router *router)
{
    if (!router) return SLUICE_ERR_ARGUMENT;
    sluice_router_retain(router);
    lock(live);
    sluice_router *old = atomic_load_explicit(&live->current, memory_order_relaxed);
    atomic_store_explicit(&live->current, router, memory_order_release);
    unlock(live);
    sluice_router_release(old);
    return SLUICE_OK;
}

sluice_router *
sluice_live_router_retain(sluice_live *live)
{
    lock(live);
    sluice_router *router =
        sluice_router_retain(atomic_load_explicit(&live->current, memory_order_relaxed));
    unlock(live);
    return router;
}
