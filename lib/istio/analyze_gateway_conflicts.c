/*
 * analyze_gateway_conflicts: servers of two Gateways that claim the same host on the same port of
 * the same workloads (IST0145). Workloads are the same where one selector has all labels of the
 * other.
 */
#include "istio/analyze_parts.h"
#include "istio/labels.h"

/* A selector with more labels is compared only as a whole: its parts would be too many. */
#define LABELS_MAX 6

struct claim {
    struct istio_resource *gateway;
    const struct istio_server *server;
    const struct claim *other; /* of another Gateway, in conflict with this one */
};

/* Claims of one host by one selector. */
struct group {
    struct claim *first;
};

struct conflicts {
    struct analysis *analysis;
    struct map selectors; /* text -> its own entry, of which the address is the selector's number */
    struct map groups;    /* (selector, port, bind, host) -> struct group */
};

static void
set_other(struct claim *claim, const struct claim *other)
{
    if (!claim->other && claim->gateway != other->gateway) claim->other = other;
}

/* The text of those labels whose bit is set. */
static sluice_str
narrower_text(struct arena *arena, const sluice_field *labels, size_t count, size_t bits)
{
    sluice_field some[LABELS_MAX];
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        if (bits >> i & 1) some[used++] = labels[i];
    }
    return labels_text(arena, some, used);
}

/* NULL in *out: no Gateway has this selector, and `make` is false. */
static bool
selector_number(struct conflicts *conflicts, void **out, sluice_str text, bool make)
{
    *out = map_get(&conflicts->selectors, text);
    if (*out || !make) return true;
    void **place = map_put(&conflicts->selectors, text);
    if (!place) return false;
    *out = *place = ARENA_NEW(conflicts->analysis->lower->arena, char);
    return *out != NULL;
}

static sluice_str
group_key(struct conflicts *conflicts, void *const *selector, const struct istio_server *server,
          sluice_str host)
{
    uint32_t number = server->port ? (uint32_t)server->port->number.v : 0;
    return KEY(conflicts->analysis, str_make((const char *)selector, sizeof(*selector)),
               str_make((const char *)&number, sizeof(number)), server->bind.v, host);
}

/* ---- claims of the selector itself ---- */

static bool
add_claim(struct conflicts *conflicts, struct claim *claim, void *const *selector)
{
    const sluice_str *hosts = claim->server->hosts.items;
    for (size_t i = 0; i < claim->server->hosts.count; i++) {
        sluice_str key = group_key(conflicts, selector, claim->server, hosts[i]);
        void **place = analyze_put(conflicts->analysis, &conflicts->groups, key);
        if (place && !*place) *place = ARENA_NEW(conflicts->analysis->lower->arena, struct group);
        struct group *group = place ? *place : NULL;
        if (!group) return false;
        if (!group->first) {
            group->first = claim;
        } else {
            set_other(claim, group->first);
            set_other(group->first, claim);
        }
    }
    return true;
}

/* ---- claims of selectors with fewer labels ---- */

static bool
compare_claim(struct conflicts *conflicts, struct claim *claim, void *const *narrower)
{
    const sluice_str *hosts = claim->server->hosts.items;
    for (size_t i = 0; i < claim->server->hosts.count; i++) {
        sluice_str key = group_key(conflicts, narrower, claim->server, hosts[i]);
        struct group *group = key.ptr ? map_get(&conflicts->groups, key) : NULL;
        if (!key.ptr) return false;
        if (!group) continue;
        set_other(claim, group->first);
        set_other(group->first, claim);
    }
    return true;
}

/* The claims of a gateway under every selector that is made of some of its labels. */
static bool
compare_gateway(struct conflicts *conflicts, struct claim *claims, size_t count,
                const sluice_field *labels, size_t label_count)
{
    size_t all = ((size_t)1 << label_count) - 1;
    for (size_t bits = 0; bits < all; bits++) {
        void *narrower;
        sluice_str text =
            narrower_text(conflicts->analysis->lower->arena, labels, label_count, bits);
        if (!text.ptr || !selector_number(conflicts, &narrower, text, false)) return false;
        for (size_t i = 0; narrower && i < count; i++) {
            if (!compare_claim(conflicts, &claims[i], &narrower)) return false;
        }
    }
    return true;
}

/* ---- all gateways ---- */

static bool
each_gateway(struct conflicts *conflicts, struct claim *claims, bool adding)
{
    const struct istio_set *set = conflicts->analysis->lower->set;
    struct arena *arena = conflicts->analysis->lower->arena;
    for (size_t i = 0; i < set->count_of[ISTIO_GATEWAY]; i++) {
        const struct istio_gateway *spec = set->of[ISTIO_GATEWAY][i]->gateway;
        size_t count = spec->selector.count;
        sluice_field *labels = labels_sorted(arena, spec->selector.items, count);
        if (!labels) return false;
        if (adding) {
            void *number;
            sluice_str text = labels_text(arena, labels, count);
            if (!text.ptr || !selector_number(conflicts, &number, text, true)) return false;
            for (size_t k = 0; k < spec->servers.count; k++) {
                if (!add_claim(conflicts, &claims[k], &number)) return false;
            }
        } else if (count <= LABELS_MAX &&
                   !compare_gateway(conflicts, claims, spec->servers.count, labels, count)) {
            return false;
        }
        claims += spec->servers.count;
    }
    return true;
}

static struct claim *
claims_of(const struct istio_set *set, struct arena *arena, size_t *count)
{
    *count = 0;
    for (size_t i = 0; i < set->count_of[ISTIO_GATEWAY]; i++) {
        *count += set->of[ISTIO_GATEWAY][i]->gateway->servers.count;
    }
    struct claim *claims = ARENA_ARRAY(arena, struct claim, *count);
    size_t at = 0;
    for (size_t i = 0; claims && i < set->count_of[ISTIO_GATEWAY]; i++) {
        const struct value_list *servers = &set->of[ISTIO_GATEWAY][i]->gateway->servers;
        const struct istio_server *items = servers->items;
        for (size_t k = 0; k < servers->count; k++) {
            claims[at++] =
                (struct claim){.gateway = set->of[ISTIO_GATEWAY][i], .server = &items[k]};
        }
    }
    return claims;
}

bool
analyze_gateway_conflicts(struct analysis *analysis)
{
    const struct lower *lower = analysis->lower;
    size_t count;
    struct claim *claims = claims_of(lower->set, lower->arena, &count);
    struct conflicts conflicts = {
        analysis,
        map_init(lower->arena),
        map_init(lower->arena),
    };
    bool ok =
        claims && each_gateway(&conflicts, claims, true) && each_gateway(&conflicts, claims, false);
    map_free(&conflicts.selectors);
    map_free(&conflicts.groups);
    for (size_t i = 0; ok && i < count; i++) {
        if (!claims[i].other) continue;
        const struct envelope *other = claims[i].other->gateway->meta;
        FINDING(analysis, claims[i].gateway, WARNING, "IST0145", claims[i].server->node,
                "conflict with the Gateway \"%.*s/%.*s\": it claims the same host on port %lld of "
                "the same workloads",
                STR_ARG(other->space), STR_ARG(other->name),
                claims[i].server->port ? (long long)claims[i].server->port->number.v : 0LL);
    }
    return ok;
}
