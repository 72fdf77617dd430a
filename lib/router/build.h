/*
 * build: a model into a sealed router.
 */
#ifndef SLUICE_ROUTER_BUILD_H
#define SLUICE_ROUTER_BUILD_H

#include "base/diag.h"
#include "engine/regex_store.h"
#include "model/model.h"
#include "router/layout.h"

struct router_settings {
    const sluice_allocator *alloc; /* of the router */
    uint64_t hash_seed;
    uint32_t max_rules;
    sluice_str proxy_namespace;
    const sluice_field *proxy_labels;
    size_t proxy_label_count;
    struct regex_store *regexes; /* where to take compiled patterns from; or NULL */
};

/*
 * *out has one reference; NULL on failure. Copies whatever it keeps. SLUICE_ERR_INVALID: a pattern
 * that the front end let through does not compile; _LIMIT: too many rules; _NOMEM. `scratch` is the
 * caller's.
 */
sluice_status router_build(sluice_router **out, const struct model *model,
                           const struct router_settings *settings, struct diags *diags,
                           struct arena *scratch);

#endif
