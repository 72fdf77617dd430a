/*
 * validate_load_balancer: consistent hashing and warm-up.
 */
#include "base/map.h"
#include "istio/validate.h"

#define MAGLEV_BOUND 5000011

/* ---- consistent hashing ---- */

/* number is below MAGLEV_BOUND, so the loop is short. */
static bool
is_prime(uint64_t number)
{
    if (number < 4) return number > 1;
    if (number % 2 == 0) return false;
    for (uint64_t factor = 3; factor * factor <= number; factor += 2) {
        if (number % factor == 0) return false;
    }
    return true;
}

static void
check_attributes(struct validate *v, const struct value_list *attributes)
{
    const struct istio_cookie_attribute *items = attributes->items;
    struct map seen = map_init(v->decode->arena);
    for (size_t i = 0; i < attributes->count && !v->failed; i++) {
        sluice_str name = items[i].name.v;
        void **slot = map_put(&seen, name);
        if (!slot) {
            v->failed = true;
        } else if (name.len == 0) {
            REFUSED(v, items[i].node, "the cookie attribute has no name");
        } else if (*slot) {
            REFUSED(v, items[i].node, "cookie attribute \"%.*s\" is given twice", STR_ARG(name));
        } else {
            *slot = &seen;
        }
    }
    map_free(&seen);
}

static void
check_cookie(struct validate *v, const struct istio_http_cookie *cookie)
{
    if (!cookie) return;
    if (cookie->name.v.len == 0) BROKEN(v, cookie->node, "httpCookie needs a name");
    if (cookie->ttl.v < 0) {
        BROKEN(v, validate_at(cookie->node, "ttl"), "ttl must not be negative");
    }
    check_attributes(v, &cookie->attributes);
}

static void
check_maglev(struct validate *v, const struct istio_maglev *maglev)
{
    if (!maglev) return;
    const struct yaml_node *at = validate_at(maglev->node, "tableSize");
    uint64_t size = maglev->table_size.v;
    if (size == 0) {
        REFUSED(v, at, "maglev needs a tableSize, e.g. 65537");
    } else if (size >= MAGLEV_BOUND) {
        BROKEN(v, at, "tableSize must be below %d", MAGLEV_BOUND);
    } else if (!is_prime(size)) {
        BROKEN(v, at, "tableSize must be a prime number, e.g. 65537");
    }
}

static void
check_consistent_hash(struct validate *v, const struct istio_consistent_hash *hash)
{
    if (!hash) return;
    check_cookie(v, hash->http_cookie);
    check_maglev(v, hash->maglev);
    if (hash->minimum_ring_size.v == 0) return;
    const struct yaml_node *at = validate_at(hash->node, "minimumRingSize");
    WARN(v, at, "minimumRingSize is deprecated here; use ringHash.minimumRingSize");
    if (hash->ring_hash || hash->maglev) {
        REFUSED(v, at, "minimumRingSize cannot stand beside ringHash or maglev");
    }
}

/* ---- warm-up ---- */

static void
check_warmup(struct validate *v, const struct istio_warmup *warmup)
{
    if (!warmup) return;
    if (!warmup->duration.set) REFUSED(v, warmup->node, "warmup needs a duration");
    validate_duration(v, warmup->node, "duration", warmup->duration);
    if (!(warmup->minimum_percent.v >= 0 && warmup->minimum_percent.v <= 100)) {
        BROKEN(v, validate_at(warmup->node, "minimumPercent"),
               "minimumPercent must be from 0 to 100");
    }
    if (warmup->aggression.set && !(warmup->aggression.v > 0)) {
        BROKEN(v, validate_at(warmup->node, "aggression"), "aggression must be above 0");
    }
}

void
validate_load_balancer(struct validate *v, const struct istio_load_balancer *balancer,
                       const struct istio_outlier_detection *outlier)
{
    if (!balancer) return;
    check_consistent_hash(v, balancer->consistent_hash);
    validate_locality_lb(v, balancer, outlier);
    check_warmup(v, balancer->warmup);
    validate_duration(v, balancer->node, "warmupDurationSecs", balancer->warmup_duration_secs);
    if (balancer->warmup && balancer->warmup_duration_secs.set) {
        REFUSED(v, validate_at(balancer->node, "warmupDurationSecs"),
                "warmupDurationSecs cannot stand beside warmup, which replaces it");
    }
}
