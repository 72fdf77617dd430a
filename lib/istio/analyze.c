#include "istio/analyze.h"

#include "base/alloc.h"
#include "istio/analyze_parts.h"

static bool
read_indexes(struct analysis *analysis)
{
    return analyze_services_read(analysis) && analyze_subsets_read(analysis) &&
           analyze_gateways_read(analysis);
}

static bool
run(struct analysis *analysis)
{
    return analyze_gateway_names(analysis) && analyze_gateway_conflicts(analysis) &&
           analyze_mesh_hosts(analysis) && analyze_destinations(analysis) &&
           analyze_subset_effect(analysis) && analyze_service_entries(analysis) &&
           analyze_matches(analysis) && analyze_claims(analysis) && analyze_sidecars(analysis) &&
           analyze_routes(analysis) && analyze_reach(analysis) &&
           analyze_destination_rules(analysis);
}

sluice_str
analyze_label(struct analysis *analysis, sluice_str name, size_t index)
{
    struct arena *arena = analysis->lower->arena;
    return name.len ? arena_printf(arena, "\"%.*s\"", STR_ARG(name))
                    : arena_printf(arena, "#%zu", index);
}

bool
analyze_set(struct lower *lower, const struct envelope_list *envelopes)
{
    const sluice_allocator *alloc = lower->arena->alloc;
    struct arena arena = arena_init(alloc);
    struct lower own = *lower; /* the same, with memory that ends with the analysis */
    own.arena = &arena;
    struct analysis analysis = {
        .lower = &own,
        .envelopes = envelopes,
        .services = map_init(alloc),
        .subsets = map_init(alloc),
        .gateways = map_init(alloc),
        .pairs = ANALYZE_PAIRS,
    };
    bool done = read_indexes(&analysis) && run(&analysis);
    map_free(&analysis.services);
    map_free(&analysis.subsets);
    map_free(&analysis.gateways);
    alloc_free(alloc, analysis.key);
    done = done && !arena.failed && !lower->arena->failed && !lower->diags->failed;
    arena_free(&arena);
    return done;
}
