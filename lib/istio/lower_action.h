/*
 * lower_action: the parts of an action, each from its own block of an HTTPRoute.
 */
#ifndef SLUICE_ISTIO_LOWER_ACTION_H
#define SLUICE_ISTIO_LOWER_ACTION_H

#include "istio/lower.h"

/* Each returns NULL where the block is absent or says nothing, or with lower->failed set. */
const sluice_fault *lower_fault(struct lower *lower, const struct istio_fault *fault);
const struct model_cors *lower_cors(struct lower *lower, const struct istio_cors *cors);
const struct model_redirect *lower_redirect(struct lower *lower, const struct lower_source *source,
                                            const struct istio_redirect *redirect);
const struct model_response *lower_response(struct lower *lower,
                                            const struct istio_direct_response *response);
/* How a prefix is replaced by `value`: byte by byte, or by segments. */
enum model_path_mode lower_prefix_mode(enum route_semantics semantics, sluice_str value);
/* `hashed`: a single destination with a hash policy, which does not avoid previous hosts. */
const sluice_retry_policy *lower_retry(struct lower *lower, const struct istio_retry *retry,
                                       bool hashed);

/* lower_plain.c: the contents of a rule that only sends on to a few destinations, under which its
 * action is found again. False for any other rule. */
struct plain_key {
    char bytes[256];
    size_t len;
};
bool lower_plain_key(struct plain_key *key, const struct lower *lower,
                     const struct lower_source *source, const struct istio_http_route *route,
                     const struct lower_scope *scope);

/* numerator = trunc(value * 10000) of a million; an absent value is 0. */
sluice_fraction lower_percent(const struct istio_percent *percent);

/* The weighted destinations, mirrors and hash keys of a route, into the action. */
bool lower_split(struct lower *lower, const struct lower_source *source,
                 const struct istio_http_route *route, const struct lower_scope *scope,
                 struct model_action *action);
/* Hash key and retries of a route that no rule shaped. */
bool lower_default_hash(struct lower *lower, const struct lowered_destination *lowered,
                        struct model_action *action);
bool lower_mirrors(struct lower *lower, const struct lower_source *source,
                   const struct istio_http_route *route, const struct lower_scope *scope,
                   struct model_action *action);

#endif
