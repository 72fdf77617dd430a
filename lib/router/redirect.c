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

/* Whether the request authority's own port goes along (istio.md 6.3). */
static bool
keeps_port(const struct view *view, const struct redirect *redirect, struct authority own)
{
    if (!redirect->host_keeps_port || !own.has_port) return false;
    bool scheme_changes = redirect->scheme.len && !str_equal(redirect->scheme, view->scheme);
    return !(scheme_changes && own.port == default_port(view->scheme));
}

void
act_redirect(struct view *view, const struct redirect *redirect, const struct rule *rule,
             sluice_decision *decision)
{
    struct scratch *scratch = &view->context->scratch;
    sluice_str scheme = redirect->scheme.len ? redirect->scheme : view->scheme;
    sluice_str path = act_path(view, &redirect->path, rule);
    sluice_str slash = path.len && path.ptr[0] == '/' ? STR("") : STR("/");
    struct authority own = cut(redirect->host.len ? redirect->host : view->authority);
    uint32_t port = explicit_port(view, redirect);
    sluice_str number = port ? act_decimal(view, port) : STR("");
    sluice_str host = own.host;
    if (redirect->host.len) {
        host = redirect->host; /* verbatim, its own port included */
    } else if (!port && keeps_port(view, redirect, own)) {
        host = view->authority;
    } else {
        own.port = 0;
    }
    sluice_str parts[] = {scheme, STR("://"), host, port ? STR(":") : STR(""), number, slash, path};
    sluice_str location = scratch_concat(scratch, parts, 7);
    act_answer(view, SLUICE_REDIRECT, redirect->status, -1, decision);
    decision->redirect = (sluice_redirect){
        .location = location,
        .scheme = scheme,
        .host = own.host,
        .port = port       ? port
                : own.port ? own.port
                           : default_port(scheme),
        .path =
            str_make(location.ptr + (location.len - path.len - slash.len), path.len + slash.len),
    };
    if (!location.ptr) decision->redirect.path = path;
}
