#include "router/context.h"

#include "base/alloc.h"
#include "engine/pcg.h"
#include "router/live.h"

enum { SCRATCH_DEFAULT = 64 * 1024 };

void
sluice_context_options_init(sluice_context_options *options)
{
    *options = (sluice_context_options){.size = sizeof(*options), .scratch_bytes = SCRATCH_DEFAULT};
}

/* A caller built against an older header has a shorter struct: the rest keeps its defaults. */
static bool
read_options(sluice_context_options *to, const sluice_context_options *from)
{
    sluice_context_options_init(to);
    if (!from) return true;
    if (from->size < sizeof(from->size)) return false;
    memcpy(to, from, from->size < sizeof(*to) ? from->size : sizeof(*to));
    if (to->scratch_bytes == 0) to->scratch_bytes = SCRATCH_DEFAULT;
    return true;
}

bool
context_fit(sluice_context *context, sluice_router *router)
{
    const sluice_allocator *alloc = &context->alloc;
    context->router = sluice_router_retain(router);
    memset(context->shown, 0, sizeof(context->shown));
    context->host_memo = (struct host_memo){.len = SIZE_MAX};
    context->regexes = alloc_zeroed(alloc, router->regex_count, sizeof(*context->regexes));
    context->even_counters =
        alloc_zeroed(alloc, router->even_counter_count, sizeof(*context->even_counters));
    context->headers =
        alloc_zeroed(alloc, router->needed_count[SLUICE_NEEDED_HEADER], sizeof(*context->headers));
    context->present =
        alloc_array(alloc, router->needed_count[SLUICE_NEEDED_HEADER], sizeof(*context->present));
    /* Those of an action, and those of the entry that was picked. */
    context->mirrors =
        alloc_zeroed(alloc, (size_t)router->mirror_max * 2, sizeof(*context->mirrors));
    return context->regexes && context->even_counters && context->headers && context->present &&
           context->mirrors;
}

const struct regex *
context_regex(const sluice_context *context, uint32_t index)
{
    struct regex **own = &context->regexes[index];
    if (*own) return *own;
    const sluice_router *router = context->router;
    if (regex_compile(own, router->patterns[index], NULL) == REGEX_OK) return *own;
    return router->regexes[index]; /* memory ran out: slower, with a lock, and as right */
}

void
context_unfit(sluice_context *context)
{
    const sluice_allocator *alloc = &context->alloc;
    for (uint32_t i = 0; context->regexes && i < context->router->regex_count; i++) {
        regex_free(context->regexes[i]);
    }
    alloc_free(alloc, context->regexes);
    alloc_free(alloc, context->even_counters);
    alloc_free(alloc, context->headers);
    alloc_free(alloc, context->present);
    alloc_free(alloc, context->mirrors);
    sluice_router_release(context->router);
}

static sluice_status
make(sluice_context **out, sluice_router *router, sluice_live *live,
     const sluice_allocator *allocator, const sluice_context_options *options)
{
    sluice_context_options set;
    if (!read_options(&set, options)) return SLUICE_ERR_ARGUMENT;
    const sluice_allocator *alloc = set.allocator ? set.allocator : allocator;
    sluice_context *context = alloc_zeroed(alloc, 1, sizeof(*context));
    if (!context) return SLUICE_ERR_NOMEM;
    context->alloc = *alloc;
    context->live = live ? sluice_live_retain(live) : NULL;
    context->follows = set.manual_refresh ? NULL : live;
    pcg_seed(&context->rng, set.seed, set.stream);
    context->scratch.bytes = alloc_array(alloc, set.scratch_bytes, 1);
    context->scratch.capacity = set.scratch_bytes;
    if (!context_fit(context, router) || !context->scratch.bytes) {
        sluice_context_free(context);
        return SLUICE_ERR_NOMEM;
    }
    *out = context;
    return SLUICE_OK;
}

sluice_status
sluice_context_new(sluice_context **out, sluice_router *router,
                   const sluice_context_options *options)
{
    *out = NULL;
    if (!router) return SLUICE_ERR_ARGUMENT;
    return make(out, router, NULL, &router->alloc, options);
}

sluice_status
sluice_context_new_live(sluice_context **out, sluice_live *live,
                        const sluice_context_options *options)
{
    *out = NULL;
    if (!live) return SLUICE_ERR_ARGUMENT;
    sluice_router *router = sluice_live_router_retain(live);
    sluice_status status = make(out, router, live, &live->alloc, options);
    sluice_router_release(router);
    return status;
}

sluice_router *
sluice_context_router_get(const sluice_context *context)
{
    return context->router;
}

void
sluice_context_free(sluice_context *context)
{
    if (!context) return;
    sluice_allocator alloc = context->alloc;
    context_unfit(context);
    sluice_live_release(context->live);
    alloc_free(&alloc, context->scratch.bytes);
    alloc_free(&alloc, context);
}
