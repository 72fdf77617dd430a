/* decide: from a request to a decision. */
#include "router/act_on_rule.h"
#include "router/host_memo.h"
#include "router/live.h"
#include "router/match_first.h"
#include "router/view_begin.h"

const char *
sluice_outcome_name(sluice_outcome outcome)
{
    switch (outcome) {
    case SLUICE_FORWARD:
        return "forward";
    case SLUICE_PASSTHROUGH:
        return "passthrough";
    case SLUICE_REDIRECT:
        return "redirect";
    case SLUICE_RESPOND:
        return "respond";
    case SLUICE_NOT_FOUND:
        return "not_found";
    case SLUICE_UNAVAILABLE:
        return "unavailable";
    case SLUICE_MISDIRECTED:
        return "misdirected";
    }
    return "unknown";
}

/* Of a known length so large, gcc's memset() is `rep stos`, which starts slowly. In pieces it is a
 * store for sixteen bytes each. */
static inline void
clear(sluice_decision *decision)
{
    enum { PIECE = 64, WHOLE = sizeof(*decision) / PIECE * PIECE };
    char *at = (char *)decision;
#pragma GCC unroll 8
    for (size_t i = 0; i < WHOLE; i += PIECE) {
        memset(at + i, 0, PIECE);
    }
    memset(at + WHOLE, 0, sizeof(*decision) - WHOLE);
}

/* What a decision says before any rule was looked at. */
static inline void
begin(const struct view *view, sluice_decision *decision)
{
    clear(decision);
    decision->grpc_status = -1;
    decision->router = view->router;
    if (view->family == FAMILY_HTTP) decision->path = view->raw_path;
    decision->authority = view_authority(view);
    decision->timeout_ns = SLUICE_NO_DURATION;
    decision->backend_timeout_ns = SLUICE_NO_DURATION;
}

static inline void
show_listener(const struct view *view, sluice_decision *decision)
{
    decision->listener_tls = (sluice_listener_tls)view->listener->listener_tls;
}

_Static_assert(SLUICE_FORWARD == 0 && SLUICE_PICK_ONLY == 0 && SLUICE_STICKY_NONE == 0 &&
                   SLUICE_LISTENER_TLS_NONE == 0,
               "what a cleared decision says");

/* Something that the decision needs did not fit into the scratch: say so, and nothing half-built.
 */
static void __attribute__((noinline, cold)) give_up(struct view *view, sluice_decision *decision)
{
    const sluice_matched *matched = decision->matched;
    begin(view, decision);
    decision->matched = matched;
    act_answer(view, SLUICE_UNAVAILABLE, 500, -1, decision);
}

/* The first rule that holds, of the list or of those that it falls through to. `passed`: as for
 * match_list(). */
static inline const struct rule *
first_rule(struct view *view, const struct route_list *list, uint32_t passed)
{
    const struct rule *rule = match_list(view, list, passed);
    while (!rule && list->next != NO_ROUTES) {
        list = list_at(view->router, list->next);
        rule = match_first(view, list);
    }
    return rule;
}

static inline enum lookup
find_host(struct view *view, const struct route_list **routes)
{
    sluice_str domain;
    *routes = host_memo_find(view);
    if (*routes) return LOOKUP_FOUND;
    view_begin_host(view);
    enum lookup found = match_host_inline(view, routes, &domain);
    if (found == LOOKUP_FOUND) host_memo_keep(view, *routes);
    return found;
}

/* What the filter of a list lets pass, asked before it is known that the list is this request's. */
struct guess {
    const struct route_list *list; /* or NULL */
    uint32_t passed;
};

/* How much of a path the filter of a list sees. */
static inline size_t
filter_end(const struct route_list *list)
{
    return list->window + sizeof(uint64_t);
}

/* From the path over the filter to the rule, one thing waits for the other, longer than all the
 * rest takes. Where the same host was asked twice, that begins at once. */
static inline struct guess
guess_list(const struct view *view)
{
    const struct route_list *list = view->context->host_memo.likely;
    sluice_str path = view->request->path;
    if (!list || path.len < filter_end(list)) return (struct guess){NULL, 0};
    return (struct guess){list, match_filter(list, word_load(path.ptr + list->window))};
}

/* For match_list(). The guess is worth nothing if the filter saw what is behind the path's end. */
static inline uint32_t
filter_list(const struct view *view, const struct route_list *list, struct guess guess)
{
    if (!list->group_count) return 0;
    if (list == guess.list && view->path.len >= filter_end(list)) return guess.passed;
    return match_filter(list, filter_word(view->path, list));
}

/* No virtual host answers. */
static sluice_outcome __attribute__((noinline))
decide_nowhere(struct view *view, enum lookup found, sluice_decision *decision)
{
    begin(view, decision);
    if (view->listener) show_listener(view, decision);
    if (found == LOOKUP_MISDIRECTED) {
        act_answer(view, SLUICE_MISDIRECTED, 421, -1, decision);
        return decision->outcome;
    }
    act_answer(view, SLUICE_NOT_FOUND, 404, -1, decision);
    if (view->context->scratch.overflow) give_up(view, decision);
    return decision->outcome;
}

static inline sluice_outcome
decide(struct view *view, sluice_decision *decision)
{
    const struct route_list *routes;
    struct guess guess = guess_list(view);
    view_begin_way(view);
    enum lookup found = find_host(view, &routes);
    view_split_path(view);
    if (found != LOOKUP_FOUND) return decide_nowhere(view, found, decision);
    uint32_t passed = filter_list(view, routes, guess);
    /* The decision is cleared while the processor waits for what passed the filter. */
    begin(view, decision);
    show_listener(view, decision);
    const struct rule *rule = first_rule(view, routes, passed);
    if (rule) {
        act_on_rule(view, rule, decision);
    } else {
        act_answer(view, SLUICE_NOT_FOUND, 404, -1, decision);
    }
    if (view->context->scratch.overflow) give_up(view, decision);
    return decision->outcome;
}

sluice_outcome
sluice_route(sluice_context *context, const sluice_request *request, sluice_decision *decision)
{
    struct view view;
    context_follow(context);
    view_begin(&view, context, request);
    return decide(&view, decision);
}
