/*
 * builder: state shared by the build_*.c files while a model becomes a router.
 *
 * Arrays are counted before they are filled, so that the router takes exactly what it needs. What
 * repeats (text, destinations, splits, actions, patterns) is kept once.
 */
#ifndef SLUICE_ROUTER_BUILDER_H
#define SLUICE_ROUTER_BUILDER_H

#include "base/map.h"
#include "router/build.h"
#include "router/build_regex_literal.h"

/* A route list, and where in the router it goes; in words of eight bytes. */
struct placed {
    const struct model_route_list *from;   /* of the model, or a half of one (build_lists.c) */
    const struct model_virtual_host *host; /* the first that has it; NULL: some list falls to it */
    size_t first_resource, resource_count; /* those that no list before it has */
    size_t domain_words, predicate_words;
    uint32_t place; /* behind those resources and the domains of that host */
    bool is_short;
};

/* The index + 1 of an action that was looked up before. */
struct known_action {
    const void *action;
    size_t index;
};
enum { KNOWN_ACTIONS_LOG2 = 8 };

struct builder {
    struct sluice_router *router;
    struct arena *keep;    /* the router's */
    struct arena *scratch; /* the caller's */
    struct diags *diags;
    struct regex_store *compiled; /* or NULL */
    sluice_status status;         /* first failure */

    struct map texts;        /* -> sluice_str in keep */
    struct map needed[5];    /* name -> index + 1 */
    struct map patterns;     /* pattern -> index + 1 */
    struct map resources;    /* address of model_resource -> index + 1 */
    struct map lists;        /* address of model_route_list -> index + 1 */
    struct map actions;      /* address of model_action -> index + 1 */
    struct map shared;       /* address and size of other plain data -> copy */
    struct map destinations; /* contents -> sluice_destination */
    struct map splits;       /* contents -> struct split */
    struct map tables;       /* weights -> columns of an alias table */
    struct map racers;       /* identities and weights -> a struct sticky that has them */
    struct map extras;       /* contents -> struct action_extra */
    struct map alike;        /* contents of an action -> index + 1 */
    struct map header_ops;   /* contents -> sluice_header_op[] */
    struct map scopes;       /* kind, family, name -> index + 1 */

    /* Rules share actions: of those asked for last, by a hash of the address. */
    struct known_action known_actions[1 << KNOWN_ACTIONS_LOG2];

    struct placed *placed; /* each list, by index; in scratch */
    size_t placed_capacity;
    uint32_t *resource_places;      /* of each resource, by index; in scratch */
    size_t domain_words;            /* of domains that do not stand before their list */
    size_t domains_at;              /* where the next of them goes */
    struct regex_literal *literals; /* of each pattern; in scratch */
    struct even_split *even_splits; /* in scratch, router->even_split_count of them */
    size_t even_split_capacity;

    char *text_at; /* where the next short text of a rule goes: see build_predicate.c */
    char *key;     /* see build_key.c */
    size_t key_len, key_capacity;
};

/* Remember a failure; the first one counts. Returns false, for `return build_fail(...)`. */
bool build_fail(struct builder *builder, sluice_status status);

/* A key for what is shared by pointer: the bytes of that pointer, which must outlive the map. */
static inline sluice_str
build_pointer_key(const void *field)
{
    return (sluice_str){field, sizeof(void *)};
}

/* Index + 1 under key, made by counting up. 0 when memory ran out. */
size_t build_index(struct builder *builder, struct map *map, sluice_str key);

/* The same for the address of an action in `actions`. */
size_t build_action_index(struct builder *builder, const struct model_action *const *field);

/* The pointer that an entry was filed under with build_pointer_key(). */
const void *build_pointer_of(const struct map_entry *entry);

/* build_key.c: begin, put, end; build_key_end() gives the place of the key, holding NULL when new.
 */
size_t build_key_begin(const struct builder *builder);
void build_key_put(struct builder *builder, const void *bytes, size_t len);
void build_key_number(struct builder *builder, uint64_t number);
void build_key_text(struct builder *builder, sluice_str text);
void **build_key_end(struct builder *builder, struct map *map, size_t begin);
/* Instead of build_key_end(): a hash of the key, the same in every router. */
uint64_t build_key_hash(struct builder *builder, size_t begin);

/* build_names.c: text and lists of text into the router, once each. */
sluice_str build_text(struct builder *builder, sluice_str text);
const sluice_str *build_text_list(struct builder *builder, const sluice_str *items, size_t count);
const sluice_field *build_fields(struct builder *builder, const sluice_field *items, size_t count);
/* Zeroed memory of the router. */
void *build_array(struct builder *builder, size_t count, size_t size);
/* The same, from the beginning of a cache line on. */
void *build_lines(struct builder *builder, size_t count, size_t size);
/* A copy of `size` bytes, made once for each address and size. `from` NULL gives NULL.
 */
void *build_copy_once(struct builder *builder, const void *from, size_t size, bool *made);
/* ASCII lower-case. */
sluice_str build_lower(struct builder *builder, sluice_str text);
/* Index among the needed names of that kind; header names become lower-case. */
uint32_t build_needed(struct builder *builder, sluice_needed what, sluice_str name);
uint32_t build_regex(struct builder *builder, sluice_str pattern);
/* Turn what build_needed and build_regex collected into the router's arrays. */
bool build_finish_names(struct builder *builder);

/* build_policy.c */
const sluice_traffic_policy *build_policy(struct builder *builder,
                                          const sluice_traffic_policy *policy);
const sluice_hash_policy *build_hash_policies(struct builder *builder,
                                              const sluice_hash_policy *items, size_t count);
const sluice_retry_policy *build_retry(struct builder *builder, const sluice_retry_policy *retry);

/* build_endpoints.c */
const sluice_endpoints *build_endpoints(struct builder *builder, const sluice_endpoints *endpoints);

/* build_split.c */
const sluice_destination *build_destination(struct builder *builder,
                                            const struct model_destination *destination);
const struct split *build_split(struct builder *builder, const struct model_split *split);

/* build_even.c: counters and identity of an even split; `to` has its shares and weights. */
void build_even(struct builder *builder, struct split *to, const struct model_split *from);
bool build_finish_even(struct builder *builder);

/* build_action.c */
bool build_action(struct builder *builder, struct action *to, const struct model_action *from);
struct header_ops build_header_ops(struct builder *builder, struct model_header_ops ops);

/* build_predicate.c: predicates of one rule, in order of cost, and behind them their short texts;
 * how many words of eight bytes that took, and takes at most. */
size_t build_predicates(struct builder *builder, uint64_t *to, const struct model_rule *rule);
size_t build_predicate_words(const struct model_rule *rule);

/* build_lists.c: where each route list and each domain goes, and room for all; where in a list its
 * rules begin. */
size_t build_rules_begin(const struct placed *placed);
/* "*", or empty: it has no place. */
bool build_is_any(sluice_str domain);
size_t build_domain_words(sluice_str domain);
bool build_lists(struct builder *builder, const struct model *model, uint32_t max_rules);
/* A list, given the address of a field that points at it; NULL when memory ran out. */
const struct placed *build_placed(struct builder *builder,
                                  const struct model_route_list *const *field);

/* build_rules.c: what stands in the lists, but for their filters. */
bool build_rules(struct builder *builder);

/* build_filters.c: the filters of short lists, once the needed headers have their numbers; and the
 * room that they take. */
size_t build_filter_words(size_t rule_count);
bool build_filters(struct builder *builder);
/* build_index.c: the indexes of all others. */
bool build_indexes(struct builder *builder);

/* build_hosts.c: scopes, listeners and host tables. */
bool build_hosts(struct builder *builder, const struct model *model);

#endif
