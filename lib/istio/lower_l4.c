#include "istio/lower_l4.h"

#include <stdlib.h>

#include "base/ip.h"
#include "istio/traffic_policy.h"

bool
l4_chain_add(struct lower *lower, struct l4_chains *chains, struct l4_chain chain)
{
    struct l4_chain *items =
        arena_grow(lower->arena, chains->items, chains->count, &chains->capacity, sizeof(*items));
    if (!items) return false;
    chains->items = items;
    chains->items[chains->count++] = chain;
    return true;
}

bool
l4_cidr(sluice_str subnet, struct model_cidr *out)
{
    struct ip ip;
    uint32_t bits;
    if (!ip_parse_prefix(&ip, &bits, subnet)) return false;
    if (bits == (ip.v4 ? 96u : 0u)) return false;
    memcpy(out->address, ip.bytes, sizeof(out->address));
    out->bits = bits;
    return true;
}

/* ---- actions ---- */

static struct model_action *
new_action(struct lower *lower, struct model_split_entry *entries, sluice_str salt)
{
    struct model_action *action = ARENA_NEW(lower->arena, struct model_action);
    if (!action || !entries || !salt.ptr) return NULL;
    *action = (struct model_action){
        .kind = MODEL_FORWARD,
        .split = {.entries = entries, .salt = salt, .empty_status = 503},
        .timeout_ns = SLUICE_NO_DURATION,
        .backend_timeout_ns = SLUICE_NO_DURATION,
    };
    return action;
}

/* Of the keys of a hash policy only the client's address exists for a connection. */
static bool
add_hash(struct lower *lower, struct model_action *action, const struct istio_consistent_hash *hash)
{
    sluice_hash_policy *key = ARENA_NEW(lower->arena, sluice_hash_policy);
    if (!key) return false;
    if (!hash || !traffic_policy_hash_key(key, lower->arena, hash)) return true;
    if (key->key != SLUICE_HASH_SOURCE_IP) return true;
    action->hash_policy = key;
    action->hash_policy_count = 1;
    return true;
}

static bool
set_entry(struct lower *lower, struct model_split_entry *entry,
          const struct lowered_destination *lowered, int64_t weight)
{
    sluice_str parts[] = {lowered->model->host, STR("|"), lowered->model->subset};
    *entry = (struct model_split_entry){
        .destination = lowered->model,
        .weight = (uint32_t)weight,
        .identity = arena_concat(lower->arena, parts, 3),
        .invalid = lowered->invalid_status != 0,
        .invalid_status = lowered->invalid_status,
    };
    return entry->identity.ptr != NULL;
}

const struct model_action *
l4_action(struct lower *lower, const struct lower_source *source,
          const struct istio_l4_route *route, const struct lower_scope *scope)
{
    static const struct istio_destination nowhere;
    const struct istio_l4_destination *from = route->route.items;
    const struct envelope *meta = source->resource->meta;
    struct model_split_entry *entries =
        ARENA_ARRAY(lower->arena, struct model_split_entry, route->route.count);
    sluice_str parts[] = {meta->space, STR("/"), meta->name};
    struct model_action *action = new_action(lower, entries, arena_concat(lower->arena, parts, 3));
    if (!action) return NULL;
    for (size_t i = 0; i < route->route.count; i++) {
        const struct istio_destination *destination =
            from[i].destination ? from[i].destination : &nowhere;
        struct lowered_destination lowered =
            lower_destination(lower, meta->space, destination, scope);
        if (!lowered.model || !set_entry(lower, &entries[i], &lowered, from[i].weight.v)) {
            return NULL;
        }
        if (i == 0 && !add_hash(lower, action, lowered.hash)) return NULL;
        action->split.count++;
    }
    return action;
}

const struct model_action *
l4_service_action(struct lower *lower, const struct service *service,
                  const struct lower_scope *scope)
{
    static const struct istio_destination plain;
    struct model_split_entry *entry = ARENA_NEW(lower->arena, struct model_split_entry);
    struct model_action *action = new_action(lower, entry, service->host);
    struct lowered_destination lowered =
        lower_known_host(lower, service->name, service->space, &plain, scope);
    if (!action || !lowered.model || !set_entry(lower, entry, &lowered, 1)) return NULL;
    action->split.count = 1;
    return add_hash(lower, action, lowered.hash) ? action : NULL;
}

/* ---- matches: unlike http, every test counts ---- */

bool
l4_match_applies(struct lower *lower, const struct lower_source *from,
                 const struct istio_l4_match *match, const struct lower_scope *scope)
{
    const sluice_str *gateways = match->gateways.items;
    if (scope->port && match->port.v > 0 && (uint32_t)match->port.v != scope->port) return false;
    for (size_t i = 0; i < match->gateways.count; i++) {
        sluice_str name = expand_gateway(lower, gateways[i], from->resource->meta->space);
        if (str_equal(name, scope->mesh ? STR("mesh") : scope->gateway)) return true;
    }
    return match->gateways.count == 0;
}

bool
l4_match_source(struct lower *lower, const struct istio_l4_match *match,
                const struct lower_scope *scope, struct predicate_list *list)
{
    /* The same tests as in an HTTP block, so the same code makes them. */
    struct istio_http_match_more more = {.port = match->port};
    struct istio_http_match same = {.more = &more};
    if (scope->mesh) {
        more.source_labels = match->source_labels;
        more.source_namespace = match->source_namespace;
    }
    return lower_match(lower, &same, scope, list);
}

struct model_rule
l4_origin(const struct lower_source *from, size_t rule, int32_t match, const struct yaml_node *node)
{
    return (struct model_rule){
        .resource = from->origin,
        .rule = (uint32_t)rule,
        .match = match,
        .line = node ? node->line : 0,
    };
}

/* ---- order ---- */

static size_t
sni_rank(sluice_str sni)
{
    if (sni.len == 0) return 0;
    return sni.ptr[0] == '*' ? sni.len : SIZE_MAX;
}

struct ordered_chain {
    const struct l4_chain *chain;
    size_t order;
};

static int
compare_cidr(const struct l4_chain *x, const struct l4_chain *y)
{
    uint32_t xb = x->has_cidr ? x->cidr.bits : 0, yb = y->has_cidr ? y->cidr.bits : 0;
    if (x->has_cidr != y->has_cidr) return x->has_cidr ? -1 : 1;
    if (xb != yb) return xb > yb ? -1 : 1;
    return x->has_cidr ? memcmp(x->cidr.address, y->cidr.address, sizeof(x->cidr.address)) : 0;
}

static int
by_specificity(const void *a, const void *b)
{
    const struct ordered_chain *x = a, *y = b;
    int order = compare_cidr(x->chain, y->chain);
    if (order != 0) return order;
    size_t xr = sni_rank(x->chain->sni), yr = sni_rank(y->chain->sni);
    if (xr != yr) return xr > yr ? -1 : 1;
    return x->order < y->order ? -1 : 1;
}

/* Bits behind the prefix do not count: two texts of one prefix are one group. */
static void
mask_address(struct model_cidr *cidr)
{
    for (uint32_t bit = cidr->bits; bit < 128; bit++) {
        cidr->address[bit / 8] &= (uint8_t) ~(0x80u >> (bit % 8));
    }
}

static bool
set_cidr(struct lower *lower, struct model_predicate *predicate, const struct l4_chain *chain)
{
    struct model_cidr *cidr = ARENA_NEW(lower->arena, struct model_cidr);
    if (!cidr) return false;
    *cidr = chain->cidr;
    *predicate = (struct model_predicate){
        .subject = MODEL_DESTINATION_IP,
        .matcher = {.op = MODEL_CIDR, .cidr = cidr},
    };
    return true;
}

static struct model_predicate
sni_predicate(struct lower *lower, sluice_str sni)
{
    sluice_str text = expand_lower_case(lower, sni);
    bool wildcard = text.len > 0 && text.ptr[0] == '*';
    struct model_predicate predicate = {.subject = MODEL_SNI};
    predicate.matcher.op = wildcard ? MODEL_SUFFIX : MODEL_EXACT;
    predicate.matcher.value = wildcard ? str_skip(text, 1) : text;
    return predicate;
}

static bool
add_rule(struct lower *lower, struct rule_list *list, const struct l4_chain *chain)
{
    struct model_predicate *predicates =
        ARENA_ARRAY(lower->arena, struct model_predicate, chain->source.count + 2);
    size_t count = 0;
    if (!predicates) return false;
    if (chain->has_cidr && !set_cidr(lower, &predicates[count++], chain)) return false;
    if (chain->sni.len && !str_equal(chain->sni, STR("*"))) {
        predicates[count++] = sni_predicate(lower, chain->sni);
    }
    for (size_t i = 0; i < chain->source.count; i++) {
        predicates[count++] = chain->source.items[i];
    }
    struct model_rule rule = chain->origin;
    rule.predicates = predicates;
    rule.predicate_count = (uint32_t)count;
    rule.action = chain->action;
    return rule_list_add(lower, list, rule);
}

static bool
close_group(struct lower *lower, struct rule_list *list, const struct l4_chain *chain,
            const struct model_action *otherwise)
{
    struct l4_chain guard = {
        .has_cidr = chain->has_cidr,
        .cidr = chain->cidr,
        .action = otherwise,
        .origin = {.match = -1},
    };
    return add_rule(lower, list, &guard);
}

const struct model_route_list *
l4_order(struct lower *lower, struct l4_chains *chains, const struct model_action *otherwise)
{
    static const struct model_action refuse = {.kind = MODEL_NOT_FOUND,
                                               .timeout_ns = SLUICE_NO_DURATION,
                                               .backend_timeout_ns = SLUICE_NO_DURATION};
    struct rule_list list = {0};
    struct ordered_chain *order = ARENA_ARRAY(lower->arena, struct ordered_chain, chains->count);
    if (!otherwise) otherwise = &refuse;
    if (!order) return NULL;
    for (size_t i = 0; i < chains->count; i++) {
        if (chains->items[i].has_cidr) mask_address(&chains->items[i].cidr);
        order[i] = (struct ordered_chain){&chains->items[i], i};
    }
    if (chains->count) qsort(order, chains->count, sizeof(*order), by_specificity);
    for (size_t i = 0; i < chains->count; i++) {
        const struct l4_chain *chain = order[i].chain;
        bool last = i + 1 == chains->count || compare_cidr(chain, order[i + 1].chain) != 0;
        if (!add_rule(lower, &list, chain)) return NULL;
        if (last && chain->has_cidr && !close_group(lower, &list, chain, otherwise)) return NULL;
    }
    struct l4_chain rest = {0};
    if (!close_group(lower, &list, &rest, otherwise)) return NULL;
    return rule_list_finish(lower, &list);
}
