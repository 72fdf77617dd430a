/*
 * variables: the decision as $sluice_... variables.
 *
 * In the subrequest of a mirror, what names a destination names the mirror's. nginx keeps values of
 * variables for a request and all its subrequests together, so these may not be kept.
 */
#include "module.h"

/* What a variable is computed from. */
struct view {
    ngx_http_request_t *r;
    const ngx_http_sluice_ctx_t *ctx;
    const sluice_decision *decision;
    const sluice_destination *destination; /* NULL: none */
    uint32_t port;
};

typedef ngx_int_t (*get_variable)(const struct view *view, ngx_http_variable_value_t *value);

static ngx_int_t
give(ngx_http_variable_value_t *value, sluice_str text)
{
    value->data = (u_char *)(uintptr_t)text.ptr;
    value->len = (unsigned)text.len & 0xfffffff; /* the field has 28 bits */
    return NGX_OK;
}

static ngx_int_t
give_name(ngx_http_variable_value_t *value, const char *name)
{
    return give(value, sluice_str_of(name));
}

/* Room for @p size bytes, to be written from value->data on; then give_until(). */
static u_char *
room(const struct view *view, ngx_http_variable_value_t *value, size_t size)
{
    value->data = ngx_pnalloc(view->r->pool, size);
    return value->data;
}

static ngx_int_t
give_until(ngx_http_variable_value_t *value, const u_char *end)
{
    value->len = (unsigned)(end - value->data) & 0xfffffff;
    return NGX_OK;
}

static ngx_int_t
give_number(const struct view *view, ngx_http_variable_value_t *value, uint64_t number)
{
    u_char *text = room(view, value, NGX_INT64_LEN);
    if (text == NULL) return NGX_ERROR;
    return give_until(value, ngx_sprintf(text, "%uL", number));
}

/* ---- where to ---- */

static ngx_int_t
get_destination(const struct view *view, ngx_http_variable_value_t *value)
{
    return view->destination ? give(value, view->destination->host) : NGX_OK;
}

static ngx_int_t
get_subset(const struct view *view, ngx_http_variable_value_t *value)
{
    return view->destination ? give(value, view->destination->subset) : NGX_OK;
}

static ngx_int_t
get_port(const struct view *view, ngx_http_variable_value_t *value)
{
    return view->destination ? give_number(view, value, view->port) : NGX_OK;
}

static ngx_int_t
get_service(const struct view *view, ngx_http_variable_value_t *value)
{
    return view->destination ? give(value, view->destination->name) : NGX_OK;
}

static ngx_int_t
get_namespace(const struct view *view, ngx_http_variable_value_t *value)
{
    return view->destination ? give(value, view->destination->space) : NGX_OK;
}

static ngx_int_t
get_upstream(const struct view *view, ngx_http_variable_value_t *value)
{
    if (view->destination == NULL) return NGX_OK;
    ngx_str_t key =
        ngx_http_sluice_key(view->ctx->rules->keys, view->r->pool, view->destination, view->port);
    give(value, ngx_http_sluice_str(key));
    return key.len ? NGX_OK : NGX_ERROR;
}

/* The keys of the mirrors that get a copy, separated by commas. */
static ngx_int_t
get_mirrors(const struct view *view, ngx_http_variable_value_t *value)
{
    const sluice_decision *decision = view->decision;
    ngx_str_t *keys = ngx_palloc(view->r->pool, (decision->mirror_count + 1) * sizeof(*keys));
    size_t count = 0, size = 1;
    if (keys == NULL) return NGX_ERROR;
    for (size_t i = 0; i < decision->mirror_count; i++) {
        const sluice_mirror *mirror = &decision->mirrors[i];
        if (!mirror->chosen) continue;
        keys[count] = ngx_http_sluice_key(view->ctx->rules->keys, view->r->pool,
                                          mirror->destination, mirror->port);
        if (keys[count].len == 0) return NGX_ERROR;
        size += keys[count++].len + 1;
    }
    u_char *end = room(view, value, size);
    if (end == NULL) return NGX_ERROR;
    for (size_t i = 0; i < count; i++) {
        end = ngx_sprintf(end, i ? ",%V" : "%V", &keys[i]);
    }
    return give_until(value, end);
}

/* ---- what is sent there ---- */

static ngx_int_t
get_path(const struct view *view, ngx_http_variable_value_t *value)
{
    return give(value, view->decision->path);
}

static ngx_int_t
get_authority(const struct view *view, ngx_http_variable_value_t *value)
{
    return give(value, view->decision->authority);
}

/* Seconds with three decimals, as nginx writes $request_time. */
static ngx_int_t
get_timeout(const struct view *view, ngx_http_variable_value_t *value)
{
    int64_t timeout = view->decision->timeout_ns;
    if (timeout < 0) return NGX_OK;
    u_char *text = room(view, value, NGX_INT64_LEN + 4);
    if (text == NULL) return NGX_ERROR;
    return give_until(value,
                      ngx_sprintf(text, "%L.%03L", timeout / 1000000000, timeout / 1000000 % 1000));
}

static ngx_int_t
get_hash(const struct view *view, ngx_http_variable_value_t *value)
{
    return view->decision->hash_present ? give_number(view, value, view->decision->hash) : NGX_OK;
}

/* ---- what kind of answer ---- */

static ngx_int_t
get_outcome(const struct view *view, ngx_http_variable_value_t *value)
{
    return give_name(value, sluice_outcome_name(view->decision->outcome));
}

static ngx_int_t
get_status(const struct view *view, ngx_http_variable_value_t *value)
{
    uint32_t status = view->decision->status;
    return status ? give_number(view, value, status) : NGX_OK;
}

static ngx_int_t
get_grpc_status(const struct view *view, ngx_http_variable_value_t *value)
{
    int32_t status = view->decision->grpc_status;
    return status >= 0 ? give_number(view, value, (uint64_t)status) : NGX_OK;
}

static ngx_int_t
get_location(const struct view *view, ngx_http_variable_value_t *value)
{
    return give(value, view->decision->redirect.location);
}

static ngx_int_t
get_fault(const struct view *view, ngx_http_variable_value_t *value)
{
    const sluice_fault *fault = view->decision->fault;
    if (fault == NULL) return NGX_OK;
    if (fault->delay_chosen) {
        return give_name(value, fault->abort_chosen ? "delay,abort" : "delay");
    }
    return fault->abort_chosen ? give_name(value, "abort") : NGX_OK;
}

/* ---- which rule ---- */

static ngx_int_t
get_route(const struct view *view, ngx_http_variable_value_t *value)
{
    const sluice_matched *matched = view->decision->matched;
    return matched ? give(value, matched->route_name) : NGX_OK;
}

/* KIND NAMESPACE/NAME */
static ngx_int_t
get_resource(const struct view *view, ngx_http_variable_value_t *value)
{
    const sluice_matched *matched = view->decision->matched;
    if (matched == NULL || matched->kind.len == 0) return NGX_OK;
    u_char *text =
        room(view, value, matched->kind.len + matched->space.len + matched->name.len + 2);
    if (text == NULL) return NGX_ERROR;
    return give_until(value, ngx_sprintf(text, "%*s %*s/%*s", matched->kind.len, matched->kind.ptr,
                                         matched->space.len, matched->space.ptr, matched->name.len,
                                         matched->name.ptr));
}

/* NAMESPACE/NAME/RULE/MATCH, as in tests/cases; "-" for a rule without match blocks. */
static ngx_int_t
get_rule(const struct view *view, ngx_http_variable_value_t *value)
{
    const sluice_matched *matched = view->decision->matched;
    if (matched == NULL || matched->kind.len == 0) return NGX_OK;
    u_char *text =
        room(view, value, matched->space.len + matched->name.len + 3 + 2 * NGX_INT32_LEN);
    if (text == NULL) return NGX_ERROR;
    u_char *end = ngx_sprintf(text, "%*s/%*s/%uD/", matched->space.len, matched->space.ptr,
                              matched->name.len, matched->name.ptr, matched->rule);
    if (matched->match < 0) {
        *end++ = '-';
        return give_until(value, end);
    }
    return give_until(value, ngx_sprintf(end, "%D", matched->match));
}

/* ---- how it was picked ---- */

static ngx_int_t
get_pick(const struct view *view, ngx_http_variable_value_t *value)
{
    static const char *const names[] = {
        [SLUICE_PICK_ONLY] = "only",
        [SLUICE_PICK_RANDOM] = "random",
        [SLUICE_PICK_STICKY] = "sticky",
        [SLUICE_PICK_EVEN] = "even",
    };
    return view->destination ? give_name(value, names[view->decision->pick]) : NGX_OK;
}

/* hit: the request carried the key; new: one was made and is to be set; miss: neither. */
static ngx_int_t
get_sticky(const struct view *view, ngx_http_variable_value_t *value)
{
    const sluice_sticky *sticky = &view->decision->sticky;
    if (sticky->by == SLUICE_STICKY_NONE) return NGX_OK;
    return give_name(value, sticky->hit ? "hit" : sticky->set_cookie.len ? "new" : "miss");
}

static ngx_int_t
get_sticky_by(const struct view *view, ngx_http_variable_value_t *value)
{
    static const char *const names[] = {
        [SLUICE_STICKY_NONE] = NULL,       [SLUICE_STICKY_KEY] = "key",
        [SLUICE_STICKY_COOKIE] = "cookie", [SLUICE_STICKY_HEADER] = "header",
        [SLUICE_STICKY_QUERY] = "query",   [SLUICE_STICKY_SOURCE_IP] = "source-ip",
    };
    return give_name(value, names[view->decision->sticky.by]);
}

static ngx_int_t
get_sticky_name(const struct view *view, ngx_http_variable_value_t *value)
{
    return give(value, view->decision->sticky.name);
}

static ngx_int_t
get_set_cookie(const struct view *view, ngx_http_variable_value_t *value)
{
    return give(value, view->decision->sticky.set_cookie);
}

/* ---- the table ---- */

static const struct {
    ngx_str_t name;
    get_variable get;
} variables[] = {
    {ngx_string("sluice_authority"),   get_authority  },
    {ngx_string("sluice_destination"), get_destination},
    {ngx_string("sluice_fault"),       get_fault      },
    {ngx_string("sluice_grpc_status"), get_grpc_status},
    {ngx_string("sluice_hash"),        get_hash       },
    {ngx_string("sluice_location"),    get_location   },
    {ngx_string("sluice_mirrors"),     get_mirrors    },
    {ngx_string("sluice_namespace"),   get_namespace  },
    {ngx_string("sluice_outcome"),     get_outcome    },
    {ngx_string("sluice_path"),        get_path       },
    {ngx_string("sluice_pick"),        get_pick       },
    {ngx_string("sluice_port"),        get_port       },
    {ngx_string("sluice_resource"),    get_resource   },
    {ngx_string("sluice_route"),       get_route      },
    {ngx_string("sluice_rule"),        get_rule       },
    {ngx_string("sluice_service"),     get_service    },
    {ngx_string("sluice_set_cookie"),  get_set_cookie },
    {ngx_string("sluice_status"),      get_status     },
    {ngx_string("sluice_sticky"),      get_sticky     },
    {ngx_string("sluice_sticky_by"),   get_sticky_by  },
    {ngx_string("sluice_sticky_name"), get_sticky_name},
    {ngx_string("sluice_subset"),      get_subset     },
    {ngx_string("sluice_timeout"),     get_timeout    },
    {ngx_string("sluice_upstream"),    get_upstream   },
};

static void
look(ngx_http_request_t *r, const ngx_http_sluice_ctx_t *ctx, struct view *view)
{
    *view = (struct view){r, ctx, &ctx->decision, ctx->decision.destination, ctx->decision.port};
    if (r == r->main) return;
    /* Of a subrequest, the module's context is the mirror that it goes to. */
    const ngx_http_sluice_mirror_ctx_t *copy = ngx_http_get_module_ctx(r, ngx_http_sluice_module);
    if (copy == NULL) return;
    view->destination = copy->mirror->destination;
    view->port = copy->mirror->port;
}

static ngx_int_t
get(ngx_http_request_t *r, ngx_http_variable_value_t *value, uintptr_t index)
{
    struct view view;
    const ngx_http_sluice_ctx_t *ctx = ngx_http_sluice_decide(r);
    if (ctx == NULL) {
        value->not_found = 1;
        return NGX_OK;
    }
    value->data = (u_char *)"";
    value->len = 0;
    value->valid = 1;
    value->not_found = 0;
    value->no_cacheable = 0;
    look(r, ctx, &view);
    return variables[index].get(&view, value);
}

ngx_int_t
ngx_http_sluice_add_variables(ngx_conf_t *cf)
{
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
        ngx_str_t name = variables[i].name;
        ngx_http_variable_t *variable = ngx_http_add_variable(cf, &name, NGX_HTTP_VAR_NOCACHEABLE);
        if (variable == NULL) return NGX_ERROR;
        variable->get_handler = get;
        variable->data = i;
    }
    return NGX_OK;
}
