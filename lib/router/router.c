#include "router/layout.h"

#include "base/alloc.h"

sluice_router *
sluice_router_retain(sluice_router *router)
{
    atomic_fetch_add_explicit(&router->references, 1, memory_order_relaxed);
    return router;
}

void
sluice_router_release(sluice_router *router)
{
    if (!router) return;
    /* Release our reads of the router; acquire everybody else's before it is freed. */
    if (atomic_fetch_sub_explicit(&router->references, 1, memory_order_acq_rel) != 1) return;
    for (uint32_t i = 0; i < router->regex_count; i++) {
        regex_free(router->regexes[i]);
    }
    sluice_allocator alloc = router->alloc;
    router->keep.alloc = &alloc;
    arena_free(&router->keep);
    alloc_free(&alloc, router);
}

size_t
sluice_router_rule_count(const sluice_router *router)
{
    return router->rule_count;
}

size_t
sluice_router_memory(const sluice_router *router)
{
    return sizeof(*router) + router->keep.taken;
}

size_t
sluice_router_needed_count(const sluice_router *router, sluice_needed what)
{
    return (unsigned)what <= SLUICE_NEEDED_SOURCE_LABEL ? router->needed_count[what] : 0;
}

sluice_str
sluice_router_needed_get(const sluice_router *router, sluice_needed what, size_t index)
{
    if (index >= sluice_router_needed_count(router, what)) return (sluice_str){NULL, 0};
    return router->needed[what][index];
}
