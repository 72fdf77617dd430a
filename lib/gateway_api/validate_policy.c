/*
 * validate_policy: timeouts, retries and sessions of a rule.
 */
#include "gateway_api/validate.h"

void
gw_check_timeouts(struct validate *v, const struct gateway_timeouts *timeouts)
{
    if (!timeouts || !timeouts->request.set || !timeouts->backend_request.set) return;
    if (timeouts->request.v == 0 || timeouts->backend_request.v <= timeouts->request.v) return;
    REFUSED(v, gw_at(timeouts->node, "backendRequest"),
            "backendRequest must not be longer than request, which covers all tries");
}

void
gw_check_retry(struct validate *v, const struct gateway_retry *retry)
{
    if (!retry) return;
    gw_unique_numbers(v, &retry->codes, "code");
    if (!retry->attempts.set || retry->attempts.v >= 1) return;
    if (retry->attempts.v == 0) {
        REFUSED(v, gw_at(retry->node, "attempts"),
                "attempts is 0; it must be 1 or more: leave retry out for none");
    } else {
        BROKEN(v, gw_at(retry->node, "attempts"), "attempts is %lld; it must be 1 or more",
               (long long)retry->attempts.v);
    }
}

/* ---- sessions ---- */

/* The fields of releases before cookie.name and header.name. */
static void
check_old_fields(struct validate *v, const struct gateway_session *session)
{
    if (value_is_set(session->session_name)) {
        DEPRECATED(v, gw_at(session->node, "sessionName"),
                   "sessionName was replaced: use cookie.name or header.name");
    }
    if (session->cookie_config) {
        DEPRECATED(v, session->cookie_config->node, "cookieConfig was replaced: use cookie");
    }
    if (session->idle_timeout.set) {
        DEPRECATED(v, gw_at(session->node, "idleTimeout"),
                   "idleTimeout was removed and has no effect");
    }
}

static const struct gateway_session_cookie *
cookie_of(const struct gateway_session *session)
{
    return session->cookie ? session->cookie : session->cookie_config;
}

static void
check_cookie_session(struct validate *v, const struct gateway_session *session)
{
    const struct gateway_session_cookie *cookie = cookie_of(session);
    if (!cookie && !value_is_set(session->session_name))
        REFUSED(v, session->node, "cookie is required with type Cookie");
    if (session->header) {
        REFUSED(v, session->header->node, "header must not be given with type Cookie");
    }
    if (!cookie || cookie->lifetime_type.v != GATEWAY_COOKIE_PERMANENT) return;
    if (gw_has(session->node, "absoluteTimeout")) return;
    REFUSED(v, gw_at(cookie->node, "lifetimeType"), "lifetimeType Permanent needs absoluteTimeout");
}

static void
check_header_session(struct validate *v, const struct gateway_session *session)
{
    const struct gateway_session_cookie *cookie = cookie_of(session);
    if (!session->header && !value_is_set(session->session_name))
        BROKEN(v, session->node, "header is required with type Header");
    if (cookie) REFUSED(v, cookie->node, "a cookie must not be given with type Header");
}

void
gw_check_session(struct validate *v, const struct gateway_session *session)
{
    if (!session) return;
    check_old_fields(v, session);
    if (gw_has(session->node, "type") && !session->type.set) return;
    if (session->type.v == GATEWAY_SESSION_HEADER) {
        check_header_session(v, session);
    } else {
        check_cookie_session(v, session);
    }
}
