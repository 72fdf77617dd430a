#include "gateway_api/precedence.h"

#include <stdlib.h>

#include "base/diag.h"
#include "gateway_api/rules.h"

/* One match on its way to its place. */
struct ranked {
    const struct gw_entry *entry;
    uint32_t specificity, order; /* of the route */
};

/* Never equal: what ties in everything else are entries of one route, in the order written. */
static int
by_precedence(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->specificity != y->specificity) return x->specificity > y->specificity ? -1 : 1;
    for (size_t i = 0; i < sizeof(x->entry->rank) / sizeof(x->entry->rank[0]); i++) {
        uint32_t p = x->entry->rank[i], q = y->entry->rank[i];
        if (p != q) return p > q ? -1 : 1;
    }
    if (x->order != y->order) return x->order < y->order ? -1 : 1;
    return (x->entry > y->entry) - (x->entry < y->entry);
}

bool
gw_precedence_count(struct gw_lower *lower, const struct gw_contender *contenders, size_t count,
                    bool mesh, size_t *out)
{
    *out = 0;
    for (size_t i = 0; i < count; i++) {
        const struct gw_entries *entries = gw_rules_of(lower, contenders[i].route, mesh);
        if (!entries) return false;
        *out += entries->count;
    }
    return true;
}

/* Each listener has its own rules, so that they may become far more than were written. */
static bool
is_within_limit(struct gw_lower *lower, size_t more)
{
    struct diag_place nowhere = {0};
    lower->rule_count += more;
    if (lower->rule_count <= lower->options->limits.rules) return true;
    lower->over_limit = true;
    diag_add(lower->envelope->diags, SLUICE_SEVERITY_ERROR, "SL0006", &nowhere,
             "%zu rules are more than the limit of %u", lower->rule_count,
             (unsigned)lower->options->limits.rules);
    return false;
}

/* The rule with one more condition. */
static bool
narrow(struct gw_lower *lower, struct model_rule *rule, sluice_str space)
{
    size_t count = rule->predicate_count;
    struct model_predicate *predicates =
        ARENA_ARRAY(lower->arena, struct model_predicate, count + 1);
    if (!predicates) return gw_fail(lower);
    if (count) memcpy(predicates, rule->predicates, count * sizeof(*predicates));
    predicates[count] = (struct model_predicate){
        .subject = MODEL_SOURCE_NAMESPACE, .matcher = {.op = MODEL_EXACT, .value = space}
    };
    rule->predicates = predicates;
    rule->predicate_count++;
    return true;
}

bool
gw_precedence_order(struct gw_lower *lower, const struct gw_contender *contenders, size_t count,
                    bool mesh, sluice_str space, struct model_rule *out)
{
    size_t total, filled = 0;
    if (!gw_precedence_count(lower, contenders, count, mesh, &total)) return false;
    if (!is_within_limit(lower, total)) return false;
    struct ranked *ranked = ARENA_ARRAY(lower->arena, struct ranked, total);
    if (!ranked) return gw_fail(lower);
    for (size_t i = 0; i < count; i++) {
        struct gw_route *route = contenders[i].route;
        const struct gw_entries *entries = route->entries[mesh];
        for (size_t k = 0; k < entries->count; k++) {
            ranked[filled++] =
                (struct ranked){&entries->items[k], contenders[i].specificity, route->order};
        }
    }
    if (total > 1) qsort(ranked, total, sizeof(*ranked), by_precedence);
    for (size_t i = 0; i < total; i++) {
        out[i] = ranked[i].entry->rule;
        if (space.len && !narrow(lower, &out[i], space)) return false;
    }
    return true;
}
