/*
 * split: the weighted backends of a rule, and what keeps a client with one of them
 * (docs/gateway-api.md, "Backends" and "Sessions"; docs/sticky.md).
 */
#include "gateway_api/rules.h"

#define DEFAULT_COOKIE "sluice-session"

/* ---- sticky keys ---- */

static struct model_sticky_key
session_key(const struct gateway_session *session)
{
    const struct gateway_session_cookie *cookie =
        session->cookie ? session->cookie : session->cookie_config;
    sluice_str name = session->session_name.v;
    if (session->type.v == GATEWAY_SESSION_HEADER) {
        if (session->header) name = session->header->name.v;
        return (struct model_sticky_key){
            .kind = MODEL_STICKY_HEADER, .name = name, .ttl_ns = SLUICE_NO_DURATION};
    }
    bool permanent = cookie && cookie->lifetime_type.v == GATEWAY_COOKIE_PERMANENT;
    if (cookie && cookie->name.v.len) name = cookie->name.v;
    return (struct model_sticky_key){
        .kind = MODEL_STICKY_COOKIE,
        .name = name.len ? name : STR(DEFAULT_COOKIE),
        .path = cookie && cookie->path.v.len ? cookie->path.v : STR("/"),
        .ttl_ns = permanent && session->absolute_timeout.set ? session->absolute_timeout.v : 0,
    };
}

/* The annotation's keys, without those that only other formats have. */
static bool
annotated_keys(struct gw_lower *lower, const struct model_sticky *sticky, struct model_split *split)
{
    struct model_sticky_key *keys =
        ARENA_ARRAY(lower->arena, struct model_sticky_key, sticky->source_count);
    if (!keys) return gw_fail(lower);
    for (size_t i = 0; i < sticky->source_count; i++) {
        const struct model_sticky_source *source = &sticky->sources[i];
        if (source->hash_policy || source->key.kind == MODEL_STICKY_CALLER_KEY) continue;
        keys[split->key_count++] = source->key;
    }
    split->keys = keys;
    return true;
}

static bool
set_sticky(const struct gw_place *place, const struct gw_rule *rule, struct model_split *split)
{
    struct gw_lower *lower = place->lower;
    const struct model_sticky *sticky = &place->route->object->sticky;
    bool keyed = rule->session || sticky->source_count;
    split->salt = sticky->cohort.len ? sticky->cohort : place->route->qualified;
    split->pick = keyed ? MODEL_PICK_STICKY : sticky->even ? MODEL_PICK_EVEN : MODEL_PICK_RANDOM;
    if (!rule->session) return annotated_keys(lower, sticky, split);
    struct model_sticky_key *key = ARENA_NEW(lower->arena, struct model_sticky_key);
    if (!key) return gw_fail(lower);
    *key = session_key(rule->session);
    split->keys = key;
    split->key_count = 1;
    return true;
}

static sluice_str
identity_of(const struct gw_place *place, const struct model_destination *destination)
{
    if (place->route->object->sticky.cohort.len) return destination->host;
    sluice_str parts[] = {destination->host, STR("|")};
    return arena_concat(place->lower->arena, parts, 2);
}

/* ---- entries ---- */

/* What filters of a backend do beside header operations; NULL: nothing. */
static const struct model_action *
instead_of(const struct gw_place *place, const struct gateway_backend_ref *ref,
           const struct gw_filters *filters)
{
    struct gw_lower *lower = place->lower;
    if (!filters->redirect && !filters->cors && !filters->rewrite && !filters->mirror_count) {
        return NULL;
    }
    struct model_action *made = ARENA_NEW(lower->arena, struct model_action);
    if (!made) {
        gw_fail(lower);
        return NULL;
    }
    *made = (struct model_action){
        .kind = filters->redirect ? MODEL_REDIRECT : MODEL_FORWARD,
        .redirect = filters->redirect ? gw_redirect(place, filters->redirect) : NULL,
        .cors = gw_cors(place, filters->cors),
        .path = gw_path_edit(filters->rewrite ? filters->rewrite->path : NULL),
        .timeout_ns = SLUICE_NO_DURATION,
        .backend_timeout_ns = SLUICE_NO_DURATION,
    };
    if (filters->mirror_count) {
        gw_mirrors(place, &ref->filters, &made->mirrors, &made->mirror_count);
    }
    return made;
}

static void
add_filters(const struct gw_place *place, const struct gateway_backend_ref *ref,
            const struct gw_filters *outer, struct model_split_entry *entry)
{
    struct gw_filters own = gw_filters_read(&ref->filters);
    if (own.unsupported) {
        entry->invalid = true;
        entry->invalid_status = 500;
    }
    if (own.request) entry->request_ops = gw_header_ops(place, outer->request, own.request);
    if (own.response) entry->response_ops = gw_header_ops(place, outer->response, own.response);
    entry->authority = own.rewrite ? own.rewrite->hostname.v : STR("");
    if (entry->authority.len == 0) entry->authority = gw_header_authority(own.request);
    entry->instead = instead_of(place, ref, &own);
}

static void
report(const struct gw_place *place, const char *code, const struct yaml_node *at, const char *what)
{
    if (place->route->reported) return;
    gateway_report(place->route->object, place->lower->envelope, SLUICE_SEVERITY_WARNING, code, at,
                   "%s: requests for it are answered with 500", what);
}

static bool
add_entry(const struct gw_place *place, const struct gateway_backend_ref *ref,
          const struct gw_filters *filters, const struct model_action *action,
          struct model_split_entry *entry)
{
    struct gw_backend backend = gw_backend_resolve(place, ref);
    if (!backend.destination) return false;
    if (backend.problem) report(place, GW_BACKEND, ref->node, backend.problem);
    *entry = (struct model_split_entry){
        .destination = backend.destination,
        .weight = ref->weight.set ? (uint32_t)ref->weight.v : 1,
        .identity = identity_of(place, backend.destination),
        .invalid = backend.problem != NULL,
        .invalid_status = backend.problem ? 500 : 0,
        .request_ops = action->request_ops,
        .response_ops = action->response_ops,
    };
    if (ref->filters.count == 0) return !place->lower->failed;
    add_filters(place, ref, filters, entry);
    if (entry->invalid && !backend.problem) {
        report(place, GW_FILTER, ref->filters.node, "a filter that is not supported");
    }
    return !place->lower->failed;
}

bool
gw_split(const struct gw_place *place, const struct gw_rule *rule, const struct gw_filters *filters,
         struct model_action *action)
{
    const struct gateway_backend_ref *refs = rule->backend_refs->items;
    size_t count = rule->backend_refs->count;
    struct model_split_entry *entries =
        ARENA_ARRAY(place->lower->arena, struct model_split_entry, count);
    if (!entries) return gw_fail(place->lower);
    action->split.empty_status = 500;
    action->split.weigh_alone = true;
    for (size_t i = 0; i < count; i++) {
        if (!add_entry(place, &refs[i], filters, action, &entries[i])) return false;
    }
    action->split.entries = entries;
    action->split.count = count;
    return set_sticky(place, rule, &action->split);
}
