#include "gateway_api/gateway_api.h"

#include "gateway_api/attach.h"
#include "gateway_api/combine.h"
#include "gateway_api/grants.h"
#include "gateway_api/hosts.h"
#include "gateway_api/limits.h"
#include "gateway_api/mesh.h"
#include "gateway_api/namespaces.h"
#include "gateway_api/services.h"

/* Core kinds alone say nothing that the other formats do not know. */
static bool
says_anything(const struct gateway_set *set)
{
    return set->count > set->count_of[GATEWAY_SERVICE] + set->count_of[GATEWAY_NAMESPACE];
}

static bool
lower_all(struct gw_lower *lower, const struct envelope_list *envelopes, struct model *model)
{
    return gw_namespaces_read(lower) && gw_services_read(lower, envelopes) &&
           gw_grants_read(lower) && gw_listeners_read(lower) && gw_routes_read(lower) &&
           gw_attach_all(lower) && gw_gateways_lower(lower) && gw_fronts_lower(lower) &&
           gw_combine(lower, model);
}

static sluice_status
lower_set(struct model *model, struct gateway_set *set, const struct envelope_list *envelopes,
          const struct gateway_api_settings *settings)
{
    struct gw_lower lower = {
        .arena = settings->envelope->arena,
        .envelope = settings->envelope,
        .options = settings->options,
        .set = set,
    };
    struct map *maps[] = {&lower.services, &lower.namespaces, &lower.grants,
                          &lower.gateways, &lower.sets,       &lower.fronts};
    for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++) {
        *maps[i] = map_init(lower.arena);
    }
    bool ok = lower_all(&lower, envelopes, model);
    gw_listeners_free(&lower);
    for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++) {
        map_free(maps[i]);
    }
    if (lower.over_limit) return SLUICE_ERR_LIMIT;
    return ok && !lower.failed && !lower.arena->failed ? SLUICE_OK : SLUICE_ERR_NOMEM;
}

sluice_status
gateway_api_compile(struct model *model, struct envelope_list *envelopes,
                    const struct gateway_api_settings *settings)
{
    struct gateway_set set = {0};
    sluice_status status = gateway_set_read(&set, envelopes, settings->envelope, settings->regexes);
    if (status != SLUICE_OK) return status;
    const sluice_compile_options *options = settings->options;
    bool within = gw_limits_check(&set, settings->envelope, options->limits.destinations);
    if (!within && !options->keep_going) return SLUICE_ERR_LIMIT;
    return says_anything(&set) ? lower_set(model, &set, envelopes, settings) : SLUICE_OK;
}
