/*
 * context: the mutable half of routing, one for each thread.
 */
#ifndef SLUICE_ROUTER_CONTEXT_H
#define SLUICE_ROUTER_CONTEXT_H

#include "router/layout.h"

/* Text that a decision builds. Reset at the start of each decision. */
struct scratch {
    char *bytes;
    size_t capacity;
    size_t used;
    bool overflow; /* something did not fit: the decision becomes UNAVAILABLE, 500 */
};

enum header_state {
    SLOT_ABSENT,  /* the callback has none; of an array, absent headers have no slot of this request
                   */
    SLOT_ONE,     /* one line: `value` */
    SLOT_SEVERAL, /* `value` is the first of more */
    SLOT_JOINED,  /* and `joined` holds all of them, joined by "," */
};

/* What is known of a header, if `generation` is that of the request. */
struct header_slot {
    uint64_t generation;
    uint32_t line; /* of the first line in the request's array */
    enum header_state state;
    sluice_str value, joined;
};

/* See host_memo.h. */
struct host_memo {
    size_t len; /* of the authority; SIZE_MAX: nothing is kept */
    size_t gateway_len, scheme_len;
    uint32_t port;
    const struct listener *listener;
    const struct route_list *routes;
    const struct route_list *filtered; /* `routes`, if they have groups of filters; else NULL */
    const struct route_list *likely;   /* `filtered`, if the last request found its host here */
    char authority[64], gateway[64], scheme[8];
};

enum { MATCHED_MEMOS = 16 };

enum { CONTEXT_CORS_FIELDS = 8, CONTEXT_RESPONSE_FIELDS = 10 };

struct sluice_context {
    sluice_allocator alloc;
    sluice_router *router; /* holds a reference */
    sluice_live *follows;  /* its live, when each call moves it on; else NULL */
    sluice_live *live;     /* holds a reference; NULL: made for a router */
    sluice_rng rng;
    struct regex **regexes; /* this thread's own, each compiled when it is first asked; or NULL */
    int64_t *even_counters;
    struct header_slot *headers; /* one for each needed header */
    uint32_t *present;           /* those that the request has; as many as it may hold */
    uint64_t generation;         /* of the current request; never 0 */
    struct scratch scratch;
    struct host_memo host_memo; /* of `router` */
    uint32_t wait, next_wait;   /* calls until the next try to move, after one that failed */

    /* storage that a decision points at */
    const struct rule *shown[MATCHED_MEMOS]; /* rules that were asked for before, or NULL; */
    sluice_matched matched[MATCHED_MEMOS];   /* and what was said of each */
    sluice_fault fault;
    sluice_mirror *mirrors;
    sluice_field cors[CONTEXT_CORS_FIELDS];
    sluice_field response[CONTEXT_RESPONSE_FIELDS];
};

/* The context's own copy of a regular expression. Compiled at the first use: a router may have ten
 * thousand, of which a thread meets few. */
const struct regex *context_regex(const sluice_context *context, uint32_t index);

/*
 * Take a reference to the router, and memory for all that is sized by it. Overwrites what was
 * there. False when memory ran out; context_unfit() then gives back what was taken.
 */
bool context_fit(sluice_context *context, sluice_router *router);
void context_unfit(sluice_context *context);

/* Room for len bytes, or NULL with `overflow` set. */
char *scratch_take(struct scratch *scratch, size_t len);
/* All parts one after the other; {NULL, 0} with `overflow` set when they do not fit. */
sluice_str scratch_concat(struct scratch *scratch, const sluice_str *parts, size_t count);

#endif
