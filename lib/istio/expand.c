/* expand: short names of hosts and gateways in full, and names of services. */
#include "base/ip.h"
#include "istio/lower.h"

static bool
is_ip(sluice_str text)
{
    struct ip ip;
    return ip_parse(&ip, text);
}

/* An empty text that is not NULL: that would say that memory ran out. */
static sluice_str
not_null(sluice_str text)
{
    return text.ptr ? text : STR("");
}

sluice_str
expand_host(struct lower *lower, sluice_str host, sluice_str space)
{
    if (host.len == 0 || space.len == 0 || str_equal(host, STR("*")) ||
        str_find(host, '.') != SIZE_MAX || is_ip(host)) {
        return not_null(host);
    }
    sluice_str parts[] = {host, STR("."), space, STR(".svc."), lower->options->cluster_domain};
    return arena_concat(lower->arena, parts, 5);
}

sluice_str
expand_gateway(struct lower *lower, sluice_str name, sluice_str space)
{
    sluice_str own = name;
    if (str_equal(name, STR("mesh"))) return name;
    size_t dot = str_find(name, '.');
    if (str_starts_with(name, STR("./"))) {
        own = str_skip(name, 2);
    } else if (str_find(name, '/') != SIZE_MAX) {
        return name;
    } else if (dot != SIZE_MAX) {
        /* Legacy form: name.namespace, and whatever follows. */
        own = str_first(name, dot);
        space = str_skip(name, dot + 1);
        space = str_first(space, str_find(space, '.'));
    }
    return arena_concat(lower->arena, (sluice_str[]){space, STR("/"), own}, 3);
}

sluice_str
expand_lower_case(struct lower *lower, sluice_str text)
{
    size_t i = 0;
    while (i < text.len && text.ptr[i] == ascii_lower(text.ptr[i])) {
        i++;
    }
    if (i == text.len) return not_null(text);
    char *copy = arena_bytes(lower->arena, text.len);
    if (!copy) return (sluice_str){NULL, 0};
    for (i = 0; i < text.len; i++) {
        copy[i] = ascii_lower(text.ptr[i]);
    }
    return (sluice_str){copy, text.len};
}

sluice_str
expand_domain(struct lower *lower, sluice_str host)
{
    struct ip ip;
    sluice_str text = expand_lower_case(lower, host);
    if (!text.ptr || !ip_parse(&ip, host) || ip.v4) return text;
    return arena_concat(lower->arena, (sluice_str[]){STR("["), text, STR("]")}, 3);
}

bool
expand_is_service(const struct lower *lower, sluice_str host, sluice_str *name, sluice_str *space)
{
    sluice_str domain = lower->options->cluster_domain;
    size_t tail = domain.len + 5; /* ".svc." and the domain */
    *name = *space = (sluice_str){NULL, 0};
    if (host.len <= tail || !str_ends_with(host, domain)) return false;
    if (!str_equal(str_make(host.ptr + host.len - tail, 5), STR(".svc."))) return false;
    sluice_str front = str_first(host, host.len - tail);
    size_t dot = str_find(front, '.');
    if (dot == SIZE_MAX || dot == 0 || front.ptr[0] == '*') return false;
    sluice_str rest = str_skip(front, dot + 1);
    if (rest.len == 0 || str_find(rest, '.') != SIZE_MAX) return false;
    *name = str_first(front, dot);
    *space = rest;
    return true;
}

size_t
expand_short_names(struct lower *lower, sluice_str host, sluice_str names[EXPAND_NAMES])
{
    sluice_str name, space;
    size_t count = 0;
    if (!expand_is_service(lower, host, &name, &space)) return 0;
    sluice_str parts[] = {name, STR("."), space, STR(".svc")};
    names[count++] = arena_concat(lower->arena, parts, 3);
    names[count++] = arena_concat(lower->arena, parts, 4);
    if (str_equal(space, lower->options->proxy_namespace)) names[count++] = name;
    return count;
}
