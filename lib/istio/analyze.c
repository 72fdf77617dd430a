#include "istio/analyze.h"

#include "base/alloc.h"
#include "istio/analyze_parts.h"

static bool
read_indexes(struct analysis *analysis)
{
    return analyze_services_read(analysis) && analyze_subsets_read(analysis) &&
           analyze_gateways_read(analysis) && analyze_pods_read(analysis);
}

static bool
run(struct analysis *analysis)
{
    return analyze_gateway_names(analysis) && analyze_gateway_conflicts(analysis) &&
           analyze_mesh_hosts(analysis) && analyze_destinations(analysis) &&
           analyze_subset_effect(analysis) && analyze_service_entries(analysis) &&
           analyze_matches(analysis) && analyze_claims(analysis) && analyze_sidecars(analysis) &&
           analyze_routes(analysis) && analyze_reach(analysis) &&
           analyze_destination_rules(analysis) && analyze_subset_pods(analysis);
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
    struct arena arena = arena_like(lower->arena);
    struct lower own = *lower; /* the same, with memory that ends with the analysis */
    own.arena = &arena;
    struct analysis analysis = {
        .lower = &own,
        .envelopes = envelopes,
        .services = map_init(&arena),
        .subsets = map_init(&arena),
        .gateways = map_init(&arena),
        .pairs = ANALYZE_PAIRS,
        .pod_labels = label_index_init(&arena),
    };
    bool done = read_indexes(&analysis) && run(&analysis);
    map_free(&analysis.services);
    map_free(&analysis.subsets);
    map_free(&analysis.gateways);
    label_index_free(&analysis.pod_labels);
    alloc_free(arena.alloc, analysis.key);
    done = done && !arena.failed && !lower->arena->failed && !lower->diags->failed;
    arena_free(&arena);
    return done;
}
