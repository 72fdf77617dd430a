/*
 * validate_client_tls: how a DestinationRule has connections secured.
 */
#include "istio/validate.h"

static void
check_skip_verify(struct validate *v, const struct istio_client_tls *tls)
{
    if (!tls->insecure_skip_verify.v) return;
    bool simple = tls->mode.v == ISTIO_CLIENT_TLS_SIMPLE;
    if (!simple && tls->mode.v != ISTIO_CLIENT_TLS_MUTUAL) return;
    bool verifies = tls->ca_certificates.v.len > 0 || tls->subject_alt_names.count > 0 ||
                    (simple && tls->credential_name.v.len > 0);
    if (!verifies) return;
    REFUSED(v, validate_at(tls->node, "insecureSkipVerify"),
            "with insecureSkipVerify nothing is verified, so caCertificates, subjectAltNames and "
            "(mode SIMPLE) credentialName must be absent");
}

void
validate_client_tls(struct validate *v, const struct istio_client_tls *tls)
{
    if (!tls) return;
    check_skip_verify(v, tls);
    bool mutual = tls->mode.v == ISTIO_CLIENT_TLS_MUTUAL;
    if (!mutual && tls->mode.v != ISTIO_CLIENT_TLS_SIMPLE) return;
    if (tls->credential_name.v.len > 0) {
        if (tls->client_certificate.v.len + tls->private_key.v.len + tls->ca_certificates.v.len +
                tls->ca_crl.v.len ==
            0) {
            return;
        }
        REFUSED(v, validate_at(tls->node, "credentialName"),
                "credentialName cannot stand beside clientCertificate, privateKey, caCertificates "
                "or caCrl");
        return;
    }
    if (mutual && tls->client_certificate.v.len == 0) {
        REFUSED(v, tls->node, "mode MUTUAL needs a clientCertificate or credentialName");
    }
    if (mutual && tls->private_key.v.len == 0) {
        REFUSED(v, tls->node, "mode MUTUAL needs a privateKey or credentialName");
    }
}
