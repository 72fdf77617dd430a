/*
 * names: the syntaxes of hosts, labels and namespaces in Istio resources.
 *
 * A check gives NULL when the text is well formed, else static text that completes "NAME is wrong:
 * it ...".
 */
#ifndef SLUICE_ISTIO_NAMES_H
#define SLUICE_ISTIO_NAMES_H

#include "base/str.h"

/* 1 to 63 letters (either case), digits and inner "-". */
bool name_is_dns_label(sluice_str text);

/* Domain of plain labels; one trailing dot allowed; the last label not all digits. */
const char *name_check_fqdn(sluice_str text);

/* As name_check_fqdn(), or with "*", "*" + label or "*-" + label as first label. */
const char *name_check_wildcard_domain(sluice_str text);

/* As name_check_wildcard_domain(), or the generated form outbound_.<port>_._.<host>. */
const char *name_check_sni_domain(sluice_str text);

/* Kubernetes label key: [dns-prefix/]name. */
const char *name_check_label_key(sluice_str text);

/* Keys of a header match that test a JWT claim: @request.auth.claims.a.b or
 * @request.auth.claims[a][b]. */
bool name_is_jwt_claim(sluice_str text);

/* A host that can stand in a virtual host's domain list: printable ASCII without blanks, not empty.
 */
bool name_is_printable_host(sluice_str text);

#endif
