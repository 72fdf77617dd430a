/*
 * validate_server_tls: how a Gateway's server ends TLS.
 */
#include "istio/validate.h"

/* ---- cipher suites: Envoy ignores those that it does not know ---- */

static bool
is_cipher_suite(sluice_str name)
{
    static const sluice_str names[] = {
        STR_INIT("ECDHE-ECDSA-AES128-GCM-SHA256"),
        STR_INIT("ECDHE-ECDSA-CHACHA20-POLY1305"),
        STR_INIT("ECDHE-RSA-AES128-GCM-SHA256"),
        STR_INIT("ECDHE-RSA-CHACHA20-POLY1305"),
        STR_INIT("ECDHE-ECDSA-AES128-SHA"),
        STR_INIT("ECDHE-RSA-AES128-SHA"),
        STR_INIT("AES128-GCM-SHA256"),
        STR_INIT("AES128-SHA"),
        STR_INIT("ECDHE-ECDSA-AES256-GCM-SHA384"),
        STR_INIT("ECDHE-RSA-AES256-GCM-SHA384"),
        STR_INIT("ECDHE-ECDSA-AES256-SHA"),
        STR_INIT("ECDHE-RSA-AES256-SHA"),
        STR_INIT("AES256-GCM-SHA384"),
        STR_INIT("AES256-SHA"),
        STR_INIT("PSK-AES128-CBC-SHA"),
        STR_INIT("PSK-AES256-CBC-SHA"),
        STR_INIT("DES-CBC3-SHA"),
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (str_equal(name, names[i])) return true;
    }
    return false;
}

/* With an operator of BoringSSL's syntax in front, or of several in brackets. */
static bool
is_cipher_expression(sluice_str text)
{
    while (text.len > 0 && (text.ptr[0] == '-' || text.ptr[0] == '!' || text.ptr[0] == '+'))
        text = str_skip(text, 1);
    if (str_equal(text, STR("ALL"))) return true;
    if (!str_starts_with(text, STR("["))) return is_cipher_suite(text);
    return str_ends_with(text, STR("]"));
}

static void
check_cipher_suites(struct validate *v, const struct value_list *suites)
{
    struct map seen = map_init(v->decode->arena);
    for (struct str_walk s = str_walk(suites); str_next(&s) && !v->failed;) {
        void **slot = map_put(&seen, s.text);
        if (!slot) {
            v->failed = true;
        } else if (!is_cipher_expression(s.text)) {
            WARN(v, s.node, "\"%.*s\" is no cipher suite; it is ignored", STR_ARG(s.text));
        } else if (*slot) {
            WARN(v, s.node, "cipher suite \"%.*s\" is given twice", STR_ARG(s.text));
        } else {
            *slot = &seen;
        }
    }
    map_free(&seen);
}

static void
check_versions(struct validate *v, const struct istio_server_tls *tls)
{
    bool old = tls->min_protocol_version.v == ISTIO_TLSV1_0 ||
               tls->min_protocol_version.v == ISTIO_TLSV1_1;
    if (!old || tls->cipher_suites.count > 0) return;
    WARN(v, validate_at(tls->node, "minProtocolVersion"),
         "versions below TLSV1_2 need cipherSuites that they know");
}

/* ---- certificates ---- */

struct certificates {
    const struct yaml_node *node;
    bool server, key, ca;
};

static struct certificates
own_certificates(const struct istio_server_tls *tls)
{
    return (struct certificates){.node = tls->node,
                                 .server = tls->server_certificate.v.len > 0,
                                 .key = tls->private_key.v.len > 0,
                                 .ca = tls->ca_certificates.v.len > 0};
}

static void
require_pair(struct validate *v, struct certificates have, const char *mode)
{
    if (!have.server) REFUSED(v, have.node, "mode %s needs a serverCertificate", mode);
    if (!have.key) REFUSED(v, have.node, "mode %s needs a privateKey", mode);
}

/* One source of certificates only: credentialName, credentialNames, the server's own, or a list. */
static void
check_one_source(struct validate *v, const struct istio_server_tls *tls)
{
    int sources = (tls->credential_name.v.len > 0) + (tls->credential_names.count > 0) +
                  (tls->server_certificate.v.len > 0) + (tls->tls_certificates.count > 0);
    if (sources <= 1) return;
    REFUSED(v, tls->node,
            "only one of credentialName, credentialNames, serverCertificate with privateKey, and "
            "tlsCertificates can be given");
}

static void
check_certificate_list(struct validate *v, const struct istio_server_tls *tls, const char *mode)
{
    const struct istio_tls_certificate *items = tls->tls_certificates.items;
    for (size_t i = 0; i < tls->tls_certificates.count; i++) {
        require_pair(v,
                     (struct certificates){.node = items[i].node,
                                           .server = items[i].server_certificate.v.len > 0,
                                           .key = items[i].private_key.v.len > 0},
                     mode);
    }
}

/* What SIMPLE, MUTUAL and OPTIONAL_MUTUAL must have to prove who they are, and to check the client.
 */
static void
check_certificates(struct validate *v, const struct istio_server_tls *tls, const char *mode,
                   bool mutual)
{
    check_one_source(v, tls);
    if (tls->credential_name.v.len > 0 || tls->credential_names.count > 0) return;
    struct certificates own = own_certificates(tls);
    if (tls->tls_certificates.count > 0) {
        check_certificate_list(v, tls, mode);
    } else {
        require_pair(v, own, mode);
    }
    if (mutual && !own.ca && tls->ca_cert_credential_name.v.len == 0) {
        REFUSED(v, tls->node, "mode %s needs caCertificates, by which clients are verified", mode);
    }
    if (!mutual && tls->ca_crl.v.len > 0) {
        REFUSED(v, validate_at(tls->node, "caCrl"),
                "mode SIMPLE verifies no client, so caCrl has no effect");
    }
}

static void
refuse_certificates(struct validate *v, const struct istio_server_tls *tls)
{
    static const char message[] = "mode ISTIO_MUTUAL brings its own certificates; remove %s";
    const struct yaml_node *node = tls->node;
    if (tls->server_certificate.v.len > 0)
        REFUSED(v, validate_at(node, "serverCertificate"), message, "serverCertificate");
    if (tls->private_key.v.len > 0)
        REFUSED(v, validate_at(node, "privateKey"), message, "privateKey");
    if (tls->ca_certificates.v.len > 0)
        REFUSED(v, validate_at(node, "caCertificates"), message, "caCertificates");
    if (tls->credential_name.v.len > 0)
        REFUSED(v, validate_at(node, "credentialName"), message, "credentialName");
    if (tls->credential_names.count > 0)
        REFUSED(v, tls->credential_names.node, message, "credentialNames");
    if (tls->tls_certificates.count > 0)
        REFUSED(v, tls->tls_certificates.node, message, "tlsCertificates");
}

static void
warn_of_certificates(struct validate *v, const struct istio_server_tls *tls, const char *mode)
{
    struct certificates own = own_certificates(tls);
    if (!own.server && !own.key && !own.ca && tls->ca_crl.v.len == 0 &&
        tls->credential_name.v.len == 0 && tls->credential_names.count == 0 &&
        tls->tls_certificates.count == 0) {
        return;
    }
    WARN(v, tls->node, "mode %s uses no certificates; they are ignored", mode);
}

void
validate_server_tls(struct validate *v, const struct istio_server_tls *tls)
{
    if (!tls) return;
    check_versions(v, tls);
    check_cipher_suites(v, &tls->cipher_suites);
    switch (tls->mode.v) {
    case ISTIO_SERVER_TLS_SIMPLE:
        check_certificates(v, tls, "SIMPLE", false);
        break;
    case ISTIO_SERVER_TLS_MUTUAL:
        check_certificates(v, tls, "MUTUAL", true);
        break;
    case ISTIO_SERVER_TLS_OPTIONAL_MUTUAL:
        check_certificates(v, tls, "OPTIONAL_MUTUAL", true);
        break;
    case ISTIO_SERVER_TLS_ISTIO_MUTUAL:
        refuse_certificates(v, tls);
        break;
    case ISTIO_SERVER_TLS_AUTO_PASSTHROUGH:
        warn_of_certificates(v, tls, "AUTO_PASSTHROUGH");
        break;
    default:
        warn_of_certificates(v, tls, "PASSTHROUGH");
        break;
    }
}
