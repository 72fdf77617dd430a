/*
 * validate_destination: destinations and the weights of a list of them.
 */
#include "istio/names.h"
#include "istio/validate.h"

static void
check_host(struct validate *v, const struct istio_destination *destination)
{
    sluice_str host = destination->host.v;
    const char *wrong = name_check_wildcard_domain(host);
    if (!wrong && host.len && !str_equal(host, STR("*"))) return;
    const struct yaml_node *at = validate_at(destination->node, "host");
    if (host.len == 0) {
        BROKEN(v, at, "the destination has no host");
    } else if (str_equal(host, STR("*"))) {
        BROKEN(v, at, "host \"*\" is no destination; name a service");
    } else {
        REFUSED(v, at, "host \"%.*s\" %s", STR_ARG(host), wrong);
    }
}

void
validate_destination(struct validate *v, const struct istio_destination *destination)
{
    if (!destination) return;
    sluice_str subset = destination->subset.v;
    v->traits.subset |= subset.len > 0;
    v->traits.dotted_host |= str_find(destination->host.v, '.') != SIZE_MAX;
    if (v->gateway_semantics) return;
    check_host(v, destination);
    if (subset.len > 0 && !name_is_dns_label(subset)) {
        REFUSED(v, validate_at(destination->node, "subset"),
                "subset \"%.*s\" is not 1 to 63 letters, digits or inner \"-\"", STR_ARG(subset));
    }
    const struct istio_port_selector *port = destination->port;
    if (port) validate_port(v, validate_at(port->node, "number"), port->number.v);
}

void
validate_destination_count(struct validate *v, size_t count)
{
    if (count > v->traits.most_destinations) v->traits.most_destinations = count;
}

void
validate_weight(struct validate *v, const struct yaml_node *entry, struct value_int weight,
                uint64_t *total)
{
    if (weight.v >= 0) {
        *total += (uint64_t)weight.v;
    } else {
        BROKEN(v, validate_at(entry, "weight"), "weight is %lld; it must be 0 or more",
               (long long)weight.v);
    }
}

void
validate_total_weight(struct validate *v, const struct value_list *route, uint64_t total)
{
    if (total > UINT32_MAX) {
        BROKEN(v, route->node, "weights add up to %llu; their sum must be below 4294967296",
               (unsigned long long)total);
    } else if (route->count > 1 && total == 0) {
        REFUSED(v, route->node,
                "all weights are 0; with several destinations their sum must be 1 "
                "or more");
    }
}
