/*
 * annotations: the sluice.dev annotations of a route resource, whatever its format.
 *
 *     sluice.dev/sticky: cookie:uid;ttl=1h;path=/, header:x-user, query:u, source-ip, key,
 * hash-policy sluice.dev/cohort: checkout-2024 sluice.dev/pick: random | even
 */
#ifndef SLUICE_MODEL_ANNOTATIONS_H
#define SLUICE_MODEL_ANNOTATIONS_H

#include "base/arena.h"
#include "model/model.h"

#define ANNOTATION_STICKY "sluice.dev/sticky"
#define ANNOTATION_COHORT "sluice.dev/cohort"
#define ANNOTATION_PICK "sluice.dev/pick"

/* Where the key of a sticky pick comes from; the first that a request carries counts. */
struct model_sticky_source {
    bool hash_policy; /* the keys of the destination's hash policy stand here; `key` is unused */
    struct model_sticky_key key;
};

/* What the annotations of one resource say. All zero: nothing. */
struct model_sticky {
    const struct model_sticky_source *sources;
    size_t source_count; /* 0: not sticky */
    sluice_str cohort;   /* empty: none */
    bool even;           /* pick: even */
};

/* What is wrong with an annotation's value, and where in it. */
struct annotation_error {
    size_t at;           /* byte offset */
    const char *message; /* static text; NULL: memory ran out */
};

/*
 * Parse the value of one of the annotations above into *out. False when it is wrong (or memory ran
 * out); then *error says why and *out is as before. Texts point into `value`; header names are
 * lower-cased copies in the arena. A name that is none of the above changes nothing.
 */
bool annotation_parse(struct model_sticky *out, struct arena *arena, sluice_str name,
                      sluice_str value, struct annotation_error *error);

#endif
