/*
 * validate_action: redirects, direct responses and rewrites.
 */
#include "istio/http_status.h"
#include "istio/validate.h"

#define BODY_LARGE (100 * 1024)
#define BODY_MAX (1024 * 1024)
#define REDIRECT_CODE "SL0609"

/* ---- redirect ---- */

static void
check_redirect_target(struct validate *v, const struct istio_redirect *redirect)
{
    bool port_given = redirect->port.set || redirect->derive_port.set;
    if (redirect->uri.v.len == 0 && redirect->prefix_rewrite.v.len == 0 &&
        redirect->authority.v.len == 0 && redirect->scheme.v.len == 0 && !port_given) {
        REFUSED(v, redirect->node,
                "the redirect leads nowhere; it needs uri, prefixRewrite, authority, scheme, port "
                "or derivePort");
    }
    if (redirect->uri.v.len > 0 && redirect->prefix_rewrite.v.len > 0) {
        BROKEN(v, validate_at(redirect->node, "prefixRewrite"),
               "prefixRewrite cannot stand beside uri");
    }
    if (redirect->port.v > 0) {
        validate_port(v, validate_at(redirect->node, "port"), redirect->port.v);
    }
    sluice_str scheme = redirect->scheme.v;
    if (scheme.len > 0 && !str_equal(scheme, STR("http")) && !str_equal(scheme, STR("https"))) {
        REFUSED(v, validate_at(redirect->node, "scheme"),
                "scheme \"%.*s\" is neither http nor https", STR_ARG(scheme));
    }
}

/* Istio admits all of 3xx, but its proxies can send five of them. */
static void
check_redirect_code(struct validate *v, const struct istio_redirect *redirect)
{
    int64_t code = redirect->redirect_code.v;
    const struct yaml_node *at = validate_at(redirect->node, "redirectCode");
    if (code == 0 || code == 301 || code == 302 || code == 303 || code == 307 || code == 308)
        return;
    if (code < 300 || code > 399) {
        BROKEN(v, at, "redirectCode %lld is no redirect; it must be 301, 302, 303, 307 or 308",
               (long long)code);
        return;
    }
    decode_report(v->decode, SLUICE_SEVERITY_ERROR, REDIRECT_CODE, at,
                  "redirectCode %lld is admitted by Istio, but no proxy of it can send it; it must "
                  "be 301, 302, 303, 307 or 308",
                  (long long)code);
}

/* A prefix can only be replaced where one was matched. */
static void
check_prefix_rewrite(struct validate *v, const struct istio_http_route *route)
{
    if (route->more->redirect->prefix_rewrite.v.len == 0) return;
    const struct istio_http_match *matches = route->match.items;
    for (size_t i = 0; i < route->match.count; i++) {
        if (!matches[i].uri || value_is_set(matches[i].uri->prefix)) continue;
        REFUSED(v, matches[i].uri->node,
                "the redirect has prefixRewrite, so this uri must be matched by prefix");
    }
}

void
validate_redirect(struct validate *v, const struct istio_http_route *route)
{
    if (!route->more->redirect) return;
    check_redirect_target(v, route->more->redirect);
    check_redirect_code(v, route->more->redirect);
    check_prefix_rewrite(v, route);
}

/* ---- direct response ---- */

void
validate_direct_response(struct validate *v, const struct istio_direct_response *response)
{
    if (!response) return;
    if (!http_status_is_answer(response->status.v)) {
        BROKEN(v, validate_at(response->node, "status"),
               "status %lld is out of range; it must be from 200 to 599",
               (long long)response->status.v);
    }
    if (!response->body) return;
    const struct istio_body *body = response->body;
    size_t size = value_is_set(body->string) ? body->string.v.len : body->bytes.v.len;
    if (size > BODY_MAX) {
        REFUSED(v, body->node, "the body has %zu bytes; at most 1 MiB is allowed", size);
    } else if (size > BODY_LARGE) {
        WARN(v, body->node, "the body has %zu bytes; more than 100 KiB weighs on every proxy",
             size);
    }
}

/* ---- rewrite ---- */

static void
check_regex_rewrite(struct validate *v, const struct istio_regex_rewrite *rewrite)
{
    if (rewrite->match.v.len == 0) {
        BROKEN(v, validate_at(rewrite->node, "match"), "uriRegexRewrite needs a match");
        return;
    }
    const struct yaml_node *at = validate_at(rewrite->node, "rewrite");
    if (rewrite->rewrite.v.len == 0) {
        REFUSED(v, at, "uriRegexRewrite needs a rewrite that is not empty");
    }
    const struct regex *regex =
        validate_regex_get(v, validate_at(rewrite->node, "match"), rewrite->match.v);
    struct regex_error error;
    if (regex && !regex_check_rewrite(regex, rewrite->rewrite.v, &error)) {
        BROKEN(v, at, "rewrite \"%.*s\" does not fit the match: %s", STR_ARG(rewrite->rewrite.v),
               error.text);
    }
}

void
validate_rewrite(struct validate *v, const struct istio_rewrite *rewrite)
{
    if (!rewrite) return;
    bool uri = rewrite->uri.v.len > 0;
    if (uri && rewrite->uri_regex_rewrite) {
        REFUSED(v, rewrite->uri_regex_rewrite->node, "uriRegexRewrite cannot stand beside uri");
    }
    if (!uri && !rewrite->uri_regex_rewrite && rewrite->authority.v.len == 0) {
        REFUSED(v, rewrite->node,
                "the rewrite changes nothing; it needs uri, uriRegexRewrite or authority");
    }
    if (rewrite->uri_regex_rewrite) check_regex_rewrite(v, rewrite->uri_regex_rewrite);
}
