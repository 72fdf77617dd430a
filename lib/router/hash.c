/* hash: the key of a consistent-hash load balancer, combined as Envoy does (docs/rules.md). */
#include "engine/hash.h"
#include "router/act.h"

/* ---- a header: all its values, sorted, as one text ---- */

struct values {
    sluice_str *items; /* in scratch */
    size_t count;
};

/* Scratch that begins where a slice may stand. */
static bool
begin_values(struct scratch *scratch, struct values *values)
{
    size_t gap = (size_t)(-(uintptr_t)(scratch->bytes + scratch->used) % sizeof(void *));
    values->items = (void *)(scratch->bytes + scratch->used + gap);
    values->count = 0;
    return scratch_take(scratch, gap) != NULL;
}

static bool
add_value(struct scratch *scratch, struct values *values, sluice_str value)
{
    if (!scratch_take(scratch, sizeof(value))) return false;
    values->items[values->count++] = value;
    return true;
}

/* Every occurrence of a header that the request has more than once. */
static bool
collect(struct view *view, uint32_t index, struct values *values)
{
    const sluice_request *request = view->request;
    struct scratch *scratch = &view->context->scratch;
    sluice_str name = view->router->needed[SLUICE_NEEDED_HEADER][index];
    sluice_str value;
    if (!begin_values(scratch, values)) return false;
    if (request->header_fn) {
        for (size_t nth = 0; request->header_fn(request->header_user, index, name, nth, &value);
             nth++) {
            if (!add_value(scratch, values, value)) return false;
        }
        return true;
    }
    for (size_t i = 0; i < request->header_count; i++) {
        if (!str_equal_ignore_case(request->headers[i].name, name)) continue;
        if (!add_value(scratch, values, request->headers[i].value)) return false;
    }
    return true;
}

static void
sift_down(struct values heap, size_t at)
{
    for (size_t child; (child = at * 2 + 1) < heap.count; at = child) {
        if (child + 1 < heap.count && str_compare(heap.items[child], heap.items[child + 1]) < 0) {
            child++;
        }
        if (str_compare(heap.items[at], heap.items[child]) >= 0) return;
        sluice_str lower = heap.items[at];
        heap.items[at] = heap.items[child];
        heap.items[child] = lower;
    }
}

/* Heapsort: a client chooses how many there are and in which order. */
static void
sort(struct values values)
{
    for (size_t i = values.count / 2; i-- > 0;) {
        sift_down(values, i);
    }
    while (values.count > 1) {
        sluice_str largest = values.items[0];
        values.items[0] = values.items[--values.count];
        values.items[values.count] = largest;
        sift_down(values, 0);
    }
}

static bool
hash_header(struct view *view, uint32_t index, uint64_t *hash)
{
    struct scratch *scratch = &view->context->scratch;
    struct values values;
    sluice_str joined, first;
    if (!view_header(view, index, &joined)) return false;
    if (view_first_header(view, index, &first) && first.len == joined.len) {
        *hash = hash_xxh64(joined, 0); /* the only one */
        return true;
    }
    if (!collect(view, index, &values)) return false;
    sort(values);
    *hash = hash_xxh64(scratch_concat(scratch, values.items, values.count), 0);
    return true;
}

/* ---- a cookie, made where it is missing ---- */

static bool
was_made(const struct action_extra *extra, size_t before, sluice_str name)
{
    for (size_t i = 0; i < before; i++) {
        const sluice_hash_policy *policy = &extra->hash_policy[i];
        if (policy->key == SLUICE_HASH_COOKIE && policy->ttl_ns != SLUICE_NO_DURATION &&
            str_equal(policy->name, name)) {
            return true;
        }
    }
    return false;
}

static sluice_str
cookie_text(struct view *view, const sluice_hash_policy *policy, sluice_str value)
{
    struct scratch *scratch = &view->context->scratch;
    uint64_t seconds = (uint64_t)policy->ttl_ns / 1000000000u;
    sluice_str age = seconds ? act_decimal(view, seconds) : STR("");
    sluice_str head[] = {
        policy->name, STR("=\""),
        value,        seconds ? STR("\"; Max-Age=") : STR("\""),
        age,          policy->path.len ? STR("; Path=") : STR(""),
        policy->path,
    };
    sluice_str text = scratch_concat(scratch, head, 7);
    for (size_t i = 0; i < policy->attribute_count; i++) {
        const sluice_field *attribute = &policy->attributes[i];
        sluice_str more[] = {STR("; "), attribute->name, attribute->value.len ? STR("=") : STR(""),
                             attribute->value};
        text.len += scratch_concat(scratch, more, 4).len;
    }
    text.len += scratch_concat(scratch, (sluice_str[]){STR("; HttpOnly")}, 1).len;
    return text;
}

/*
 * The cookies that one request gets share one value, as in Envoy, where it comes from addresses:
 * `*value` is empty before the first.
 */
static void
make_cookie(struct view *view, const struct action_extra *extra, size_t i, sluice_str *value,
            sluice_decision *decision)
{
    const sluice_hash_policy *policy = &extra->hash_policy[i];
    if (value->len == 0) *value = act_new_cookie_value(view);
    if (was_made(extra, i, policy->name)) return;
    act_add_field(view, decision, STR("set-cookie"), cookie_text(view, policy, *value));
}

/* ---- all keys of a route ---- */

/* The text that a key stands for. False: the request lacks it. */
static bool
key_text(struct view *view, const struct action_extra *extra, size_t i, sluice_str *value)
{
    const sluice_hash_policy *policy = &extra->hash_policy[i];
    switch (policy->key) {
    case SLUICE_HASH_COOKIE:
        return view_cookie(view, extra->hash_headers[i], policy->name, value);
    case SLUICE_HASH_SOURCE_IP:
        *value = view->request->source_ip;
        return value->len > 0;
    case SLUICE_HASH_QUERY_PARAMETER:
        return view_query(view, policy->name, value);
    case SLUICE_HASH_HEADER: /* is more than one text */
        break;
    }
    return false;
}

static bool
hash_key(struct view *view, const struct action_extra *extra, size_t i, sluice_str *cookie,
         sluice_decision *decision, uint64_t *hash)
{
    const sluice_hash_policy *policy = &extra->hash_policy[i];
    sluice_str value;
    if (policy->key == SLUICE_HASH_HEADER) return hash_header(view, extra->hash_headers[i], hash);
    if (key_text(view, extra, i, &value)) {
        *hash = hash_xxh64(value, 0);
        return true;
    }
    if (policy->key != SLUICE_HASH_COOKIE || policy->ttl_ns == SLUICE_NO_DURATION) return false;
    make_cookie(view, extra, i, cookie, decision);
    *hash = hash_xxh64(*cookie, 0);
    return true;
}

void
act_hash(struct view *view, const struct action_extra *extra, sluice_decision *decision)
{
    sluice_str cookie = {NULL, 0};
    decision->hash_policy = extra->hash_policy;
    decision->hash_policy_count = extra->hash_policy_count;
    for (size_t i = 0; i < extra->hash_policy_count; i++) {
        uint64_t hash;
        if (!hash_key(view, extra, i, &cookie, decision, &hash)) continue;
        uint64_t before = decision->hash_present ? decision->hash : 0;
        decision->hash = ((before << 1) | (before >> 63)) ^ hash;
        decision->hash_present = true;
    }
}
