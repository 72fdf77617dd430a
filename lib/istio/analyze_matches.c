/*
 * analyze_matches: rules and blocks that an earlier one of the same VirtualService makes useless
 * by Istio's reckoning (IST0130, IST0131).
 *
 * Istio's is a heuristic, reproduced as it is: analyze_reach is the one that is certain.
 */
#include "istio/analyze_block_key.h"
#include "istio/analyze_overlap.h"
#include "istio/analyze_parts.h"
#include "istio/block_set.h"

enum family { FAMILY_HTTP, FAMILY_TLS, FAMILY_TCP };

/* The rules of one family of a VirtualService while they are walked through in order. */
struct walk {
    struct analysis *analysis;
    struct istio_resource *resource;
    enum family family;
    const struct value_list *rules;
    struct block_place *places; /* of the blocks before the first rule without any */
    size_t count, at;           /* at: of the next block */
    struct block_set seen;
    struct block_key key, other;
    bool open; /* a rule without blocks came before */
};

struct rule {
    const struct yaml_node *node;
    const struct value_list *blocks;
    sluice_str name;
};

static struct rule
rule_at(const struct walk *walk, size_t i)
{
    if (walk->family == FAMILY_HTTP) {
        const struct istio_http_route *route =
            (const struct istio_http_route *)walk->rules->items + i;
        return (struct rule){route->node, &route->match, route->more->name.v};
    }
    const struct istio_l4_route *route = (const struct istio_l4_route *)walk->rules->items + i;
    return (struct rule){route->node, &route->match, STR("")};
}

static void
report_rule(struct walk *walk, size_t i, const struct yaml_node *at, const char *reason)
{
    sluice_str label = analyze_label(walk->analysis, rule_at(walk, i).name, i);
    FINDING(walk->analysis, walk->resource, WARNING, "IST0130", at, "rule %.*s is not used (%s)",
            STR_ARG(label), reason);
}

struct block {
    const struct yaml_node *node;
    sluice_str key, name;
};

/* Its key is made in `key`. */
static struct block
block_at(struct walk *walk, struct block_key *key, const struct rule *rule, size_t i)
{
    if (walk->family == FAMILY_HTTP) {
        const struct istio_http_match *match =
            (const struct istio_http_match *)rule->blocks->items + i;
        return (struct block){match->node, block_key_http(key, match), match->more->name.v};
    }
    const struct istio_l4_match *match = (const struct istio_l4_match *)rule->blocks->items + i;
    return (struct block){match->node, block_key_l4(key, match), STR("")};
}

static size_t
count_blocks(const struct walk *walk)
{
    size_t count = 0;
    for (size_t i = 0; i < walk->rules->count; i++) {
        size_t blocks = rule_at(walk, i).blocks->count;
        if (blocks == 0) break;
        count += blocks;
    }
    return count;
}

/* The places and hashes of the blocks that may repeat one. False when memory ran out. */
static bool
read_blocks(struct walk *walk)
{
    struct arena *arena = walk->analysis->lower->arena;
    struct hash_keys hash_keys = text_hash_keys(arena->hash_seed);
    size_t wanted = count_blocks(walk);
    walk->places = ARENA_ROOM(arena, struct block_place, wanted);
    if (!walk->places) return false;
    for (size_t i = 0; walk->count < wanted; i++) {
        struct rule rule = rule_at(walk, i);
        for (size_t k = 0; k < rule.blocks->count; k++) {
            sluice_str key = block_at(walk, &walk->key, &rule, k).key;
            if (!key.ptr) return false;
            uint64_t hash = text_hash(&hash_keys, 0, key, false);
            walk->places[walk->count++] = (struct block_place){hash, i, k};
        }
    }
    return block_set_init(&walk->seen, arena, walk->places, wanted);
}

static struct block
block_of(struct walk *walk, struct block_key *key, const struct block_place *place)
{
    struct rule rule = rule_at(walk, place->rule);
    return block_at(walk, key, &rule, place->block);
}

/* The earlier block with the same contents, or NULL. */
static const struct block_place *
find_seen(struct walk *walk, const struct block_place *own)
{
    uint64_t cursor = own->hash;
    const struct block_place *place;
    while ((place = block_set_next(&walk->seen, own->hash, &cursor)) != NULL) {
        struct block a = block_of(walk, &walk->key, own), b = block_of(walk, &walk->other, place);
        if (str_equal(a.key, b.key)) return place;
    }
    return NULL;
}

static void
report_repeated(struct walk *walk, const struct block_place *own, size_t first)
{
    struct analysis *analysis = walk->analysis;
    struct block block = block_of(walk, &walk->key, own);
    sluice_str labels[] = {analyze_label(analysis, rule_at(walk, own->rule).name, own->rule),
                           analyze_label(analysis, block.name, own->block),
                           analyze_label(analysis, rule_at(walk, first).name, first)};
    FINDING(analysis, walk->resource, INFO, "IST0131", block.node,
            "match %.*s of rule %.*s is not used: it repeats a match of rule %.*s",
            STR_ARG(labels[1]), STR_ARG(labels[0]), STR_ARG(labels[2]));
}

/* Whether the next block repeats an earlier one; it is remembered when not. */
static bool
see_block(struct walk *walk)
{
    enum { AHEAD = 8 };
    const struct block_place *own = &walk->places[walk->at];
    if (walk->at + AHEAD < walk->count) block_set_prefetch(&walk->seen, own[AHEAD].hash);
    const struct block_place *earlier = find_seen(walk, own);
    if (earlier) {
        report_repeated(walk, own, earlier->rule);
    } else {
        block_set_add(&walk->seen, walk->at);
    }
    walk->at++;
    return earlier != NULL;
}

static void
walk_rule(struct walk *walk, size_t i)
{
    struct rule rule = rule_at(walk, i);
    size_t repeats = 0;
    if (rule.blocks->count == 0) {
        if (walk->open) report_rule(walk, i, rule.node, "only the last rule can have no matches");
        walk->open = true;
        return;
    }
    for (size_t k = 0; k < rule.blocks->count; k++) {
        if (walk->open) {
            report_rule(walk, i, rule.node, "route without matches defined before");
        } else {
            repeats += see_block(walk);
        }
    }
    if (repeats == rule.blocks->count) {
        report_rule(walk, i, rule.node, "all matches used by prior rules");
    }
}

static bool
walk_rules(struct analysis *analysis, struct istio_resource *resource, enum family family,
           const struct value_list *rules)
{
    struct walk walk = {
        .analysis = analysis,
        .resource = resource,
        .family = family,
        .rules = rules,
        .key = {.arena = analysis->lower->arena},
        .other = {.arena = analysis->lower->arena},
    };
    bool ok = read_blocks(&walk);
    for (size_t i = 0; ok && i < rules->count; i++) {
        walk_rule(&walk, i);
    }
    ok = ok && !walk.key.failed && !walk.other.failed;
    block_key_free(&walk.key);
    block_key_free(&walk.other);
    return ok;
}

bool
analyze_matches(struct analysis *analysis)
{
    const struct istio_set *set = analysis->lower->set;
    for (size_t i = 0; i < set->count_of[ISTIO_VIRTUAL_SERVICE]; i++) {
        struct istio_resource *resource = set->of[ISTIO_VIRTUAL_SERVICE][i];
        const struct istio_virtual_service *spec = resource->virtual_service;
        bool ok = walk_rules(analysis, resource, FAMILY_HTTP, &spec->http) &&
                  walk_rules(analysis, resource, FAMILY_TLS, &spec->tls) &&
                  walk_rules(analysis, resource, FAMILY_TCP, &spec->tcp) &&
                  analyze_overlap(analysis, resource);
        if (!ok) return false;
    }
    return true;
}
