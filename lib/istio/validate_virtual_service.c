/*
 * validate_virtual_service: a VirtualService as a whole: hosts, gateways, exportTo.
 */
#include "base/ip.h"
#include "istio/host_set.h"
#include "istio/names.h"
#include "istio/validate.h"

bool
validate_is_gateway_only(const struct istio_virtual_service *spec)
{
    for (struct str_walk s = str_walk(&spec->gateways); str_next(&s);) {
        if (str_equal(s.text, STR("mesh"))) return false;
    }
    return spec->gateways.count > 0;
}

/* ---- delegates ---- */

static void
check_delegate(struct validate *v, const struct istio_virtual_service *spec)
{
    static const char message[] = "a VirtualService without hosts is a delegate, which has no %s";
    if (spec->gateways.count > 0) REFUSED(v, spec->gateways.node, message, "gateways");
    if (spec->tls.count > 0) REFUSED(v, spec->tls.node, message, "tls");
    if (spec->tcp.count > 0) REFUSED(v, spec->tcp.node, message, "tcp");
}

/* ---- hosts ---- */

static bool
has_sni_hosts(const struct istio_virtual_service *spec)
{
    const struct istio_l4_route *routes = spec->tls.items;
    for (size_t i = 0; i < spec->tls.count; i++) {
        const struct istio_l4_match *matches = routes[i].match.items;
        for (size_t k = 0; k < routes[i].match.count; k++) {
            if (matches[k].sni_hosts.count > 0) return true;
        }
    }
    return false;
}

static bool
check_host(struct validate *v, const struct yaml_node *at, sluice_str host, bool gateway_only,
           bool sni)
{
    struct ip ip;
    const char *wrong =
        gateway_only && sni ? name_check_sni_domain(host) : name_check_wildcard_domain(host);
    if (wrong && ip_parse(&ip, host)) return true;
    if (wrong && !name_is_printable_host(host)) {
        BROKEN(v, at, "a host %s", host.len == 0 ? wrong : "holds blanks or unprintable bytes");
    } else if (wrong) {
        REFUSED(v, at, "host \"%.*s\" %s", STR_ARG(host), wrong);
    } else if (!gateway_only && str_equal(host, STR("*"))) {
        REFUSED(v, at,
                "host \"*\" is only for a VirtualService that is bound to gateways and not "
                "to the mesh");
    } else {
        return true;
    }
    return false;
}

/* Put every host into the set with its place as value; of equal hosts, report the later ones. */
static void
collect_hosts(struct validate *v, const struct value_list *list, struct host_set *hosts)
{
    for (struct str_walk s = str_walk(list); str_next(&s) && !v->failed;) {
        if (host_set_find(hosts, s.text)) {
            REFUSED(v, s.node, "host \"%.*s\" is named twice", STR_ARG(s.text));
        } else if (!host_set_add(hosts, s.text, (void *)(uintptr_t)s.node)) {
            v->failed = true;
        }
    }
}

static void
check_overlap(struct validate *v, const struct value_list *list)
{
    struct host_set hosts = host_set_init(v->decode->arena);
    collect_hosts(v, list, &hosts);
    for (struct str_walk s = str_walk(list); str_next(&s) && !v->failed;) {
        if (host_set_find(&hosts, s.text) != s.node) continue;
        const struct yaml_node *wider = host_set_covering(&hosts, s.text, s.node);
        if (!wider) continue;
        REFUSED(v, s.node, "host \"%.*s\" is covered by host \"%.*s\" of the same VirtualService",
                STR_ARG(s.text), STR_ARG(wider->text));
    }
    host_set_free(&hosts);
}

static void
check_hosts(struct validate *v, const struct istio_virtual_service *spec)
{
    bool gateway_only = validate_is_gateway_only(spec), sni = has_sni_hosts(spec), valid = true;
    for (struct str_walk s = str_walk(&spec->hosts); str_next(&s);) {
        valid = check_host(v, s.node, s.text, gateway_only, sni) && valid;
    }
    if (valid) check_overlap(v, &spec->hosts);
}

/* ---- JWT claims: only gateways can route by them ---- */

static void
check_no_claims(struct validate *v, const struct value_message_map *headers)
{
    const struct istio_string_match *items = headers->items;
    for (size_t i = 0; i < headers->count; i++) {
        if (!name_is_jwt_claim(headers->keys[i])) continue;
        REFUSED(v, items[i].node,
                "routing by JWT claim needs a VirtualService that is bound to gateways and not to "
                "the mesh");
    }
}

static void
check_claims(struct validate *v, const struct istio_virtual_service *spec)
{
    if (!v->decode->at_keys || validate_is_gateway_only(spec)) return;
    const struct istio_http_route *routes = spec->http.items;
    for (size_t i = 0; i < spec->http.count; i++) {
        const struct istio_http_match *matches = routes[i].match.items;
        for (size_t k = 0; k < routes[i].match.count; k++) {
            check_no_claims(v, &matches[k].headers);
            check_no_claims(v, &matches[k].more->without_headers);
        }
    }
}

void
validate_virtual_service(struct validate *v, const struct istio_virtual_service *spec)
{
    bool delegate = spec->hosts.count == 0;
    if (delegate) check_delegate(v, spec);
    check_hosts(v, spec);
    validate_gateway_names(v, &spec->gateways);
    check_claims(v, spec);
    if (spec->http.count + spec->tls.count + spec->tcp.count == 0) {
        REFUSED(v, spec->node, "a VirtualService needs at least one of http, tls and tcp");
    }
    const struct istio_http_route *routes = spec->http.items;
    for (size_t i = 0; i < spec->http.count; i++) {
        validate_http_route(v, &routes[i], delegate);
    }
    validate_tls_routes(v, spec);
    validate_tcp_routes(v, spec);
    validate_export_to(v, &spec->export_to, (struct export_rules){0});
}
