/* redirect: the Location of a redirect (docs/rules.md, "Redirect"). */
#include "router/act.h"

/* An authority cut into host and port; port 0 when it has none. */
struct authority {
    sluice_str host;
    uint32_t port;
    bool has_port;
};

static struct authority
cut(sluice_str text)
{
    struct authority cut = {.host = text};
    for (size_t i = text.len; i-- > 0;) {
        if (text.ptr[i] == ']') break;
        if (text.ptr[i] != ':') continue;
        uint64_t number;
        cut.host = str_first(text, i);
        cut.has_port = true;
        if (str_to_u64(str_skip(text, i + 1), &number) && number <= 65535) {
            cut.port = (uint32_t)number;
        }
        break;
    }
    return cut;
}

static uint32_t
default_port(sluice_str scheme)
{
    return str_equal(scheme, STR("https")) ? 443 : 80;
}

/* The port that the rule gives, 0 when it gives none or it is the scheme's own. */
static uint32_t
explicit_port(const struct view *view, const struct redirect *redirect)
{
    uint32_t port = redirect->port_mode == REDIRECT_PORT_FIXED      ? redirect->port
                    : redirect->port_mode == REDIRECT_PORT_LISTENER ? view->port
                                                                    : 0;
    bool tls = view->listener && view->listener->tls;
    sluice_str scheme = redirect->scheme.len ? redirect->scheme : tls ? STR("https") : STR("http");
    return port == default_port(scheme) ? 0 : port;
}

/* Whether the request authority's own port goes along (docs/rules.md, "Redirect"). */
static bool
keeps_port(const struct view *view, const struct redirect *redirect, struct authority own)
{
    if (!redirect->host_keeps_port || !own.has_port) return false;
    bool scheme_changes = redirect->scheme.len && !str_equal(redirect->scheme, view_scheme(view));
    return !(scheme_changes && own.port == default_port(view_scheme(view)));
}

/* Host with the port that the client is to see, or none: what stands in the Location. */
static sluice_str
place_of(struct view *view, const struct redirect *redirect, struct authority *own)
{
    uint32_t port = explicit_port(view, redirect);
    sluice_str host = redirect->host; /* verbatim, its own port included */
    if (host.len == 0 && !port && keeps_port(view, redirect, *own)) host = view_authority(view);
    if (host.len == 0) {
        host = own->host;
        own->port = 0;
    }
    if (!port) return host;
    own->port = port;
    sluice_str parts[] = {host, STR(":"), act_decimal(view, port)};
    return scratch_concat(&view->context->scratch, parts, 3);
}

void
act_redirect(struct view *view, const struct redirect *redirect, const struct rule *rule,
             sluice_decision *decision)
{
    sluice_str scheme = redirect->scheme.len ? redirect->scheme : view_scheme(view);
    struct authority own = cut(redirect->host.len ? redirect->host : view_authority(view));
    sluice_str place = place_of(view, redirect, &own);
    sluice_str path = act_path(view, &redirect->path, rule);
    sluice_str slash = path.len && path.ptr[0] == '/' ? STR("") : STR("/");
    sluice_str parts[] = {scheme, STR("://"), place, slash, path};
    sluice_str location = scratch_concat(&view->context->scratch, parts, 5);
    act_answer(view, SLUICE_REDIRECT, redirect->status, -1, decision);
    decision->redirect = (sluice_redirect){
        .location = location,
        .scheme = scheme,
        .host = own.host,
        .port = own.port ? own.port : default_port(scheme),
        .path = path,
    };
}
