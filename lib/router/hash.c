/* hash: the key of a consistent-hash load balancer, combined as Envoy does (docs/rules.md). */
#include "engine/hash.h"
#include "router/act.h"

static bool
hash_header(struct view *view, const sluice_hash_policy *policy, uint64_t *hash)
{
    sluice_str value;
    const sluice_router *router = view->router;
    for (uint32_t i = 0; i < router->needed_count[SLUICE_NEEDED_HEADER]; i++) {
        if (!str_equal_ignore_case(router->needed[SLUICE_NEEDED_HEADER][i], policy->name)) continue;
        if (!view_header(view, i, &value)) return false;
        *hash = hash_xxh64(value, 0);
        return true;
    }
    return false;
}

static void
new_hash_cookie(struct view *view, const sluice_hash_policy *policy, sluice_str value,
                sluice_decision *decision)
{
    struct scratch *scratch = &view->context->scratch;
    uint64_t seconds = (uint64_t)policy->ttl_ns / 1000000000u;
    sluice_str age = seconds ? act_decimal(view, seconds) : STR("");
    sluice_str parts[] = {
        policy->name,
        STR("=\""),
        value,
        STR("\""),
        seconds ? STR("; Max-Age=") : STR(""),
        age,
        policy->path.len ? STR("; Path=") : STR(""),
        policy->path,
    };
    size_t begin = scratch->used;
    scratch_concat(scratch, parts, 8);
    for (size_t i = 0; i < policy->attribute_count; i++) {
        const sluice_field *attribute = &policy->attributes[i];
        sluice_str more[] = {STR("; "), attribute->name, attribute->value.len ? STR("=") : STR(""),
                             attribute->value};
        scratch_concat(scratch, more, 4);
    }
    scratch_concat(scratch, (sluice_str[]){STR("; HttpOnly")}, 1);
    if (decision->response_field_count == CONTEXT_RESPONSE_FIELDS) return;
    view->context->response[decision->response_field_count++] =
        (sluice_field){STR("set-cookie"), str_make(scratch->bytes + begin, scratch->used - begin)};
    decision->response_fields = view->context->response;
}

static bool
hash_cookie(struct view *view, const sluice_hash_policy *policy, uint64_t *hash,
            sluice_decision *decision)
{
    sluice_str value;
    if (!view_cookie(view, view->router->cookie_header, policy->name, &value)) {
        if (policy->ttl_ns == SLUICE_NO_DURATION) return false;
        value = act_new_cookie_value(view);
        new_hash_cookie(view, policy, value, decision);
    }
    *hash = hash_xxh64(value, 0);
    return true;
}

static bool
hash_key(struct view *view, const sluice_hash_policy *policy, uint64_t *hash,
         sluice_decision *decision)
{
    sluice_str value;
    switch (policy->key) {
    case SLUICE_HASH_HEADER:
        return hash_header(view, policy, hash);
    case SLUICE_HASH_COOKIE:
        return hash_cookie(view, policy, hash, decision);
    case SLUICE_HASH_SOURCE_IP:
        value = view->request->source_ip;
        if (value.len == 0) return false;
        break;
    case SLUICE_HASH_QUERY_PARAMETER:
        if (!view_query(view, policy->name, &value)) return false;
        break;
    default:
        return false;
    }
    *hash = hash_xxh64(value, 0);
    return true;
}

void
act_hash(struct view *view, const sluice_hash_policy *policies, size_t count,
         sluice_decision *decision)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t hash;
        if (!hash_key(view, &policies[i], &hash, decision)) continue;
        uint64_t before = decision->hash_present ? decision->hash : 0;
        decision->hash = ((before << 1) | (before >> 63)) ^ hash;
        decision->hash_present = true;
    }
}
