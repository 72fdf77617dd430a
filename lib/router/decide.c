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

/* The first rule that holds, of the list or of those that it falls through to. `found`: as for
 * match_list(). */
static inline const struct rule *
first_rule(struct view *view, const struct route_list *list, uint32_t found)
{
    const struct rule *rule = match_list(view, list, found);
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

/* From the path over the filter to the rule, one thing waits for the other, longer than all the
 * rest takes. Where the same host was asked twice, that begins at once. */
static inline struct guess
guess_list(const struct view *view)
{
    const struct route_list *list = view->context->host_memo.likely;
    return (struct guess){list, list ? match_filter(view->request->path, list) : 0};
}

/* For match_list(). The guess is worth nothing if the filter saw what is behind the path's end. */
static inline uint32_t
filter_list(const struct view *view, const struct route_list *list, struct guess guess)
{
    size_t seen = list->window + sizeof(uint64_t);
    if (!list->group_count) return 0;
    bool same = view->path.len == view->request->path.len || view->path.len >= seen;
    return list == guess.list && same ? guess.passed : match_filter(view->path, list);
}

static inline sluice_outcome
decide(struct view *view, sluice_decision *decision)
{
    const struct route_list *routes;
    const struct rule *rule = NULL;
    struct guess guess = guess_list(view);
    view_begin_way(view);
    enum lookup found = find_host(view, &routes);
    view_split_path(view);
    uint32_t passed = found == LOOKUP_FOUND ? filter_list(view, routes, guess) : 0;
    /* The decision is cleared while the processor waits for what passed the filter. */
    begin(view, decision);
    if (found == LOOKUP_FOUND) rule = first_rule(view, routes, passed);
    if (view->listener) {
        decision->listener_tls = (sluice_listener_tls)view->listener->listener_tls;
    }
    if (found == LOOKUP_MISDIRECTED) {
        act_answer(view, SLUICE_MISDIRECTED, 421, -1, decision);
        return decision->outcome;
    }
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
