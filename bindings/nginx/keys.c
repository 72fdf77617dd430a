/*
 * keys: HOST|SUBSET|PORT, by which nginx.conf tells destinations apart.
 *
 * Each worker writes the key of a destination once and keeps it with the rules. The table has a
 * fixed size: a destination whose place is taken has its key written for each request.
 */
#include "module.h"

#define SLOT_BITS 10

struct ngx_http_sluice_keys_s {
    ngx_pool_t *pool; /* of the configuration */
    struct {
        const sluice_destination *destination; /* NULL: free */
        uint32_t port;
        ngx_str_t text;
    } slots[1 << SLOT_BITS];
};

ngx_http_sluice_keys_t *
ngx_http_sluice_new_keys(ngx_pool_t *pool)
{
    ngx_http_sluice_keys_t *keys = ngx_pcalloc(pool, sizeof(*keys));
    if (keys) keys->pool = pool;
    return keys;
}

static u_char *
write_decimal(u_char *at, uint32_t number)
{
    u_char digits[10];
    size_t begin = sizeof(digits);
    do {
        digits[--begin] = (u_char)('0' + number % 10);
        number /= 10;
    } while (number);
    return ngx_cpymem(at, digits + begin, sizeof(digits) - begin);
}

static ngx_str_t
write_key(ngx_pool_t *pool, const sluice_destination *destination, uint32_t port)
{
    sluice_str host = destination->host, subset = destination->subset;
    u_char *text = ngx_pnalloc(pool, host.len + subset.len + 12);
    if (text == NULL) return (ngx_str_t){0, NULL};
    u_char *end = ngx_cpymem(text, host.ptr, host.len);
    *end++ = '|';
    if (subset.len) end = ngx_cpymem(end, subset.ptr, subset.len);
    *end++ = '|';
    end = write_decimal(end, port);
    return (ngx_str_t){(size_t)(end - text), text};
}

ngx_str_t
ngx_http_sluice_key(ngx_http_sluice_keys_t *keys, ngx_pool_t *pool,
                    const sluice_destination *destination, uint32_t port)
{
    uint64_t hash = ((uintptr_t)destination ^ port) * UINT64_C(0x9e3779b97f4a7c15);
    size_t at = (size_t)(hash >> (64 - SLOT_BITS));
    if (keys->slots[at].destination == destination && keys->slots[at].port == port) {
        return keys->slots[at].text;
    }
    if (keys->slots[at].destination) return write_key(pool, destination, port);
    ngx_str_t text = write_key(keys->pool, destination, port);
    if (text.len == 0) return text;
    keys->slots[at].destination = destination;
    keys->slots[at].port = port;
    keys->slots[at].text = text;
    return text;
}
