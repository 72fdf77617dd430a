/* lower_split: the weighted destinations of a rule, their sticky keys, and mirrors. */
#include "istio/lower_action.h"
#include "istio/traffic_policy.h"

/* ---- sticky keys and names (docs/sticky.md) ---- */

static sluice_str
identity_of(struct lower *lower, const struct model_sticky *sticky,
            const struct model_destination *destination)
{
    if (sticky->cohort.len) {
        return destination->subset.len ? destination->subset : destination->host;
    }
    sluice_str parts[] = {destination->host, STR("|"), destination->subset};
    return arena_concat(lower->arena, parts, 3);
}

static sluice_str
salt_of(struct lower *lower, const struct istio_resource *resource)
{
    if (resource->sticky.cohort.len) return resource->sticky.cohort;
    sluice_str parts[] = {resource->meta->space, STR("/"), resource->meta->name};
    return arena_concat(lower->arena, parts, 3);
}

static struct model_sticky_key
key_of_hash(const sluice_hash_policy *policy)
{
    static const enum model_sticky_key_kind kinds[] = {
        [SLUICE_HASH_HEADER] = MODEL_STICKY_HEADER,
        [SLUICE_HASH_COOKIE] = MODEL_STICKY_COOKIE,
        [SLUICE_HASH_SOURCE_IP] = MODEL_STICKY_SOURCE_IP,
        [SLUICE_HASH_QUERY_PARAMETER] = MODEL_STICKY_QUERY,
    };
    return (struct model_sticky_key){
        .kind = kinds[policy->key],
        .name = policy->name,
        .path = policy->path,
        .ttl_ns = policy->key == SLUICE_HASH_COOKIE ? policy->ttl_ns : SLUICE_NO_DURATION,
    };
}

static bool
set_sticky(struct lower *lower, const struct istio_resource *resource, struct model_action *action)
{
    const struct model_sticky *sticky = &resource->sticky;
    struct model_split *split = &action->split;
    split->salt = salt_of(lower, resource);
    split->pick = sticky->source_count ? MODEL_PICK_STICKY
                  : sticky->even       ? MODEL_PICK_EVEN
                                       : MODEL_PICK_RANDOM;
    if (sticky->source_count == 0) return true;
    struct model_sticky_key *keys = ARENA_ARRAY(lower->arena, struct model_sticky_key,
                                                sticky->source_count + action->hash_policy_count);
    if (!keys) return false;
    for (size_t i = 0; i < sticky->source_count; i++) {
        const struct model_sticky_source *source = &sticky->sources[i];
        if (!source->hash_policy) {
            if (source->key.kind != MODEL_STICKY_CALLER_KEY) keys[split->key_count++] = source->key;
            continue;
        }
        for (size_t k = 0; k < action->hash_policy_count; k++) {
            keys[split->key_count++] = key_of_hash(&action->hash_policy[k]);
        }
    }
    split->keys = keys;
    return true;
}

/* ---- entries ---- */

static uint32_t
unavailable(const struct lower_source *source)
{
    return source->semantics == SEMANTICS_GATEWAY ? 500 : 503;
}

static struct model_split_entry
make_entry(struct lower *lower, const struct lower_source *source,
           const struct istio_http_route *route, const struct istio_http_destination *from,
           const struct lowered_destination *lowered, const struct model_action *action)
{
    struct model_split_entry entry = {
        .destination = lowered->model,
        .weight = (uint32_t)from->weight.v,
        .identity = identity_of(lower, &source->resource->sticky, lowered->model),
        .invalid = lowered->invalid_status != 0,
        .invalid_status = lowered->invalid_status ? unavailable(source) : 0,
        .request_ops = action->request_ops,
        .response_ops = action->response_ops,
    };
    if (!from->headers) return entry;
    bool merged = route->route.count == 1;
    const struct istio_headers *own = route->more->headers;
    struct header_stages request = {own ? own->request : NULL, from->headers->request, merged};
    struct header_stages response = {own ? own->response : NULL, from->headers->response, merged};
    entry.request_ops = lower_header_ops(lower, &request);
    entry.response_ops = lower_header_ops(lower, &response);
    if (action->authority.len == 0) entry.authority = lower_authority(from->headers->request);
    return entry;
}

/* Entries without weight do not count among several (docs/rules.md, "Destinations"), nor do their
 * hash keys. */
static bool
takes_part(const struct istio_http_route *route, const struct istio_http_destination *entry)
{
    return route->route.count == 1 || entry->weight.v > 0;
}

bool
lower_split(struct lower *lower, const struct lower_source *source,
            const struct istio_http_route *route, const struct lower_scope *scope,
            struct model_action *action)
{
    const struct istio_http_destination *from = route->route.items;
    size_t count = route->route.count;
    struct model_split_entry *entries = ARENA_ARRAY(lower->arena, struct model_split_entry, count);
    sluice_hash_policy *keys = NULL;
    if (!entries) return false;
    action->split.empty_status = unavailable(source);
    for (size_t i = 0; i < count; i++) {
        static const struct istio_destination nowhere;
        const struct istio_destination *destination =
            from[i].destination ? from[i].destination : &nowhere;
        struct lowered_destination lowered =
            lower_destination(lower, source->space, destination, scope);
        if (!lowered.model) return false;
        entries[action->split.count++] =
            make_entry(lower, source, route, &from[i], &lowered, action);
        if (!lowered.hash || !takes_part(route, &from[i])) continue;
        if (!keys) keys = ARENA_ARRAY(lower->arena, sluice_hash_policy, count);
        if (!keys) return false;
        if (traffic_policy_hash_key(&keys[action->hash_policy_count], lower->arena, lowered.hash)) {
            action->hash_policy_count++;
        }
    }
    action->split.entries = entries;
    action->hash_policy = keys;
    return set_sticky(lower, source->resource, action);
}

bool
lower_default_hash(struct lower *lower, const struct lowered_destination *lowered,
                   struct model_action *action)
{
    sluice_hash_policy *key = ARENA_NEW(lower->arena, sluice_hash_policy);
    if (!key) return false;
    if (lowered->hash && traffic_policy_hash_key(key, lower->arena, lowered->hash)) {
        action->hash_policy = key;
        action->hash_policy_count = 1;
    }
    action->retry = lower_retry(lower, NULL, action->hash_policy_count > 0);
    return !lower->failed;
}

/* ---- mirrors ---- */

static bool
add_mirror(struct lower *lower, const struct lower_source *source,
           const struct istio_destination *destination, sluice_fraction fraction,
           const struct lower_scope *scope, struct model_mirror *mirrors, size_t *count)
{
    if (!destination || fraction.numerator == 0) return true;
    struct lowered_destination lowered =
        lower_destination(lower, source->space, destination, scope);
    if (!lowered.model) return false;
    if (lowered.invalid_status) return true; /* nowhere to send the copy */
    mirrors[(*count)++] = (struct model_mirror){lowered.model, fraction};
    return true;
}

static sluice_fraction
single_fraction(const struct istio_http_route *route)
{
    if (route->more->mirror_percentage) return lower_percent(route->more->mirror_percentage);
    uint32_t percent =
        route->more->mirror_percent.set ? (uint32_t)route->more->mirror_percent.v : 100;
    return (sluice_fraction){percent, 100};
}

bool
lower_mirrors(struct lower *lower, const struct lower_source *source,
              const struct istio_http_route *route, const struct lower_scope *scope,
              struct model_action *action)
{
    const struct istio_mirror_policy *items = route->more->mirrors.items;
    if (!route->more->mirror && route->more->mirrors.count == 0) return true;
    struct model_mirror *mirrors =
        ARENA_ARRAY(lower->arena, struct model_mirror, route->more->mirrors.count + 1);
    if (!mirrors) return false;
    action->mirrors = mirrors;
    if (!add_mirror(lower, source, route->more->mirror, single_fraction(route), scope, mirrors,
                    &action->mirror_count)) {
        return false;
    }
    for (size_t i = 0; i < route->more->mirrors.count; i++) {
        sluice_fraction fraction =
            items[i].percentage ? lower_percent(items[i].percentage) : (sluice_fraction){100, 100};
        if (!add_mirror(lower, source, items[i].destination, fraction, scope, mirrors,
                        &action->mirror_count)) {
            return false;
        }
    }
    return true;
}
