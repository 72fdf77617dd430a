/* pick: by which key. */
#include "router/pick.h"

static bool
find_key(struct view *view, const struct sticky_key *key, sluice_str *value)
{
    const sluice_router *router = view->router;
    switch (key->by) {
    case SLUICE_STICKY_COOKIE:
        return view_cookie(view, router->cookie_header, key->name, value);
    case SLUICE_STICKY_HEADER:
        return view_header(view, key->index, value) && value->len > 0;
    case SLUICE_STICKY_QUERY:
        return view_query(view, key->name, value) && value->len > 0;
    case SLUICE_STICKY_SOURCE_IP:
        *value = view->request->source_ip;
        return value->len > 0;
    case SLUICE_STICKY_KEY: /* was looked at before the rule's keys */
    case SLUICE_STICKY_NONE:
        break;
    }
    return false;
}

/* The first key of the rule that the request carries, noted in the decision. */
static bool
rule_key(struct view *view, const struct split *split, sluice_str *value, sluice_sticky *sticky)
{
    for (uint32_t i = 0; i < split->key_count; i++) {
        const struct sticky_key *key = &split->keys[i];
        if (i == 0) {
            *sticky = (sluice_sticky){.by = key->by, .name = key->name};
        }
        if (find_key(view, key, value)) {
            *sticky = (sluice_sticky){.by = key->by, .name = key->name, .hit = true};
            return true;
        }
    }
    return false;
}

static char *
put_hex(char *to, uint64_t number)
{
    for (int shift = 60; shift >= 0; shift -= 4) {
        *to++ = "0123456789abcdef"[(number >> shift) & 15];
    }
    return to;
}

sluice_str
act_new_cookie_value(struct view *view)
{
    char *text = scratch_take(&view->context->scratch, 16);
    if (!text) return (sluice_str){NULL, 0};
    put_hex(text, pcg_next(&view->context->rng));
    return (sluice_str){text, 16};
}

sluice_str
act_decimal(struct view *view, uint64_t number)
{
    char digits[20];
    size_t at = sizeof(digits);
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    sluice_str text = {digits + at, sizeof(digits) - at};
    return scratch_concat(&view->context->scratch, &text, 1);
}

/* A key of our own for a client that has none, so that it stays where this pick sends it. */
static bool
new_cookie(struct view *view, const struct split *split, sluice_str *value, sluice_sticky *sticky)
{
    for (uint32_t i = 0; i < split->key_count; i++) {
        const struct sticky_key *key = &split->keys[i];
        if (key->by != SLUICE_STICKY_COOKIE || key->ttl_ns == SLUICE_NO_DURATION) continue;
        *value = act_new_cookie_value(view);
        uint64_t seconds = (uint64_t)key->ttl_ns / 1000000000u;
        sluice_str age = seconds ? act_decimal(view, seconds) : STR("");
        sluice_str parts[] = {
            key->name, STR("="),
            *value,    seconds ? STR("; Max-Age=") : STR(""),
            age,       key->path.len ? STR("; Path=") : STR(""),
            key->path, STR("; HttpOnly"),
        };
        *sticky = (sluice_sticky){.by = key->by, .name = key->name};
        sticky->set_cookie = scratch_concat(&view->context->scratch, parts, 8);
        return true;
    }
    return false;
}

bool
pick_key(struct view *view, const struct split *split, sluice_str *value, sluice_sticky *sticky)
{
    if (view->request->sticky_key.len) {
        *value = view->request->sticky_key;
        *sticky = (sluice_sticky){.by = SLUICE_STICKY_KEY, .hit = true};
        return true;
    }
    return rule_key(view, split, value, sticky) || new_cookie(view, split, value, sticky);
}
