#include "istio/istio.h"

#include "istio/analyze.h"
#include "istio/delegates.h"
#include "istio/endpoints.h"
#include "istio/limits.h"
#include "istio/lower.h"
#include "istio/lower_l4.h"
#include "istio/registry.h"

static bool
lower_listeners(struct lower *lower, struct model *out)
{
    struct listener_list listeners = {0};
    *out = (struct model){.listeners = NULL};
    bool lowered = delegates_resolve(lower) && candidates_read(lower) &&
                   lower_mesh(lower, &listeners) && lower_l4_mesh(lower, &listeners) &&
                   lower_gateways(lower, &listeners, out);
    out->listeners = listeners.items;
    out->listener_count = listeners.count;
    return lowered;
}

static sluice_status
compile(struct model *out, struct envelope_list *envelopes, const struct istio_settings *settings,
        struct arena *specs)
{
    struct istio_set set = {0};
    const struct envelope_options *envelope = settings->envelope;
    sluice_status status = istio_set_read(&set, envelopes, envelope, settings->regexes, specs);
    if (status != SLUICE_OK) return status;
    bool within = limits_check(&set, envelope, settings->options->limits.destinations);
    if (!within && !settings->options->keep_going) return SLUICE_ERR_LIMIT;
    struct lower lower = {
        .arena = envelope->arena,
        .diags = envelope->diags,
        .envelope = envelope,
        .options = settings->options,
        .set = &set,
        .actions = map_init(envelope->arena),
        .plain_actions = map_init(envelope->arena),
        .bindings = map_init(envelope->arena),
        .destinations = map_init(envelope->arena),
    };
    bool lowered = registry_read(&lower) && endpoints_read(&lower) &&
                   destination_rules_read(&lower) && analyze_set(&lower, envelopes) &&
                   lower_listeners(&lower, out);
    map_free(&lower.actions);
    map_free(&lower.plain_actions);
    registry_free(&lower);
    endpoints_free(&lower);
    map_free(&lower.bindings);
    map_free(&lower.destinations);
    destination_rules_free(&lower);
    bool failed = lower.failed || lower.arena->failed || specs->failed;
    return lowered && !failed ? SLUICE_OK : SLUICE_ERR_NOMEM;
}

/* Specs end here, so that the router is built in memory that was in use before. */
sluice_status
istio_compile(struct model *out, struct envelope_list *envelopes,
              const struct istio_settings *settings)
{
    struct arena specs = arena_like(settings->envelope->arena);
    sluice_status status = compile(out, envelopes, settings, &specs);
    arena_free(&specs);
    return status;
}
