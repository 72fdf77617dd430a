/*
 * backends: where backendRefs lead, and why some lead nowhere (docs/gateway-api.md, "Backends").
 */
#include "gateway_api/grants.h"
#include "gateway_api/rules.h"
#include "gateway_api/services.h"

static struct model_destination *
make(const struct gw_place *place, sluice_str host, uint32_t port)
{
    struct model_destination *made = ARENA_NEW(place->lower->arena, struct model_destination);
    if (!made || !host.ptr) {
        gw_fail(place->lower);
        return NULL;
    }
    *made = (struct model_destination){.host = host, .port = port};
    return made;
}

/* Why a Service cannot be reached on that port; NULL: it can. */
static const char *
service_problem(const struct gw_place *place, const struct gateway_backend_ref *ref,
                const struct kube_service *service, const struct kube_service_port *port)
{
    if (!ref->port.set) return "the reference names no port of the Service";
    if (service && str_equal(service->type.v, STR("ExternalName"))) {
        return "a Service of type ExternalName is no backend";
    }
    if (!place->lower->registry) return NULL;
    if (!service) return "no such Service (BackendNotFound)";
    return port ? NULL : "the Service has no such port";
}

static struct gw_backend
resolve_service(const struct gw_place *place, const struct gateway_backend_ref *ref)
{
    struct gw_lower *lower = place->lower;
    const struct gateway_object *route = place->route->object;
    sluice_str space = ref->space.v.len ? ref->space.v : route->meta->space;
    sluice_str name = gw_qualified(lower, space, ref->name.v);
    struct model_destination *made =
        make(place, gw_service_host(lower, space, ref->name.v), (uint32_t)ref->port.v);
    if (!made || !name.ptr) return (struct gw_backend){NULL, ""};
    const struct kube_service *service = gw_service_find(lower, name);
    const struct kube_service_port *port =
        service ? gw_service_port(service, made->port, route->kind == GATEWAY_UDP_ROUTE) : NULL;
    made->service_name = ref->name.v;
    made->service_namespace = space;
    if (port) made->app_protocol = port->app_protocol.v;
    const char *problem = service_problem(place, ref, service, port);
    if (!place->mesh && !gw_grants_permit(lower, place->route, space, ref->name.v)) {
        problem = "no ReferenceGrant of that namespace permits the reference (RefNotPermitted)";
    }
    return (struct gw_backend){made, problem};
}

struct gw_backend
gw_backend_resolve(const struct gw_place *place, const struct gateway_backend_ref *ref)
{
    bool core = ref->group.v.len == 0;
    if (core && (!value_is_set(ref->kind) || str_equal(ref->kind.v, STR("Service")))) {
        return resolve_service(place, ref);
    }
    sluice_str host = ref->name.v.ptr ? ref->name.v : STR("");
    struct gw_backend backend = {make(place, host, (uint32_t)ref->port.v), NULL};
    /* Istio's kind for a host as it is. */
    bool hostname = str_equal(ref->group.v, STR("networking.istio.io")) &&
                    str_equal(ref->kind.v, STR("Hostname"));
    if (!hostname) backend.problem = "a kind that is no backend here (InvalidKind)";
    return backend;
}
