/*
 * formats: the syntaxes of texts in Gateway API resources.
 *
 * A check gives NULL when the text is well formed, else static text that completes `NAME "text"
 * ...`.
 */
#ifndef SLUICE_GATEWAY_API_FORMATS_H
#define SLUICE_GATEWAY_API_FORMATS_H

#include "base/str.h"

/* ---- names, lower case as Kubernetes has them; their length is not checked ---- */

const char *format_check_subdomain(sluice_str text); /* SectionName, listener and rule names */
const char *format_check_label(sluice_str text);     /* Namespace */
const char *format_check_group(sluice_str text);     /* empty, or a DNS subdomain */
const char *format_check_kind(sluice_str text);
const char *format_check_protocol(sluice_str text); /* of a listener */
const char *format_check_address_type(sluice_str text);
const char *format_check_controller(sluice_str text); /* of a GatewayClass */
const char *format_check_label_key(sluice_str text);  /* [dns-name/]name */

/* ---- hosts ---- */

const char *format_check_hostname(sluice_str text); /* of a listener; empty is any */
const char *format_check_precise_hostname(sluice_str text);
const char *format_check_route_hostname(sluice_str text); /* 1 to 253 characters */
const char *format_check_sni_hostname(sluice_str text);   /* the same, and no IP address */
const char *format_check_cors_origin(sluice_str text);

/* ---- parts of requests ---- */

/* 1 to 256 characters; also of query parameters and cookies. */
const char *format_check_header_name(sluice_str text);
const char *format_check_method(sluice_str text);
const char *format_check_cors_method(sluice_str text); /* or "*" */
const char *format_check_redirect_scheme(sluice_str text);

/* A control byte, which no header may carry. */
bool format_has_control(sluice_str text);
/* Printable ASCII with single blanks or tabs inside, which the experimental channel asks for. */
const char *format_check_header_value(sluice_str text);

const char *format_check_path(sluice_str text);      /* of Exact and PathPrefix */
const char *format_check_path_text(sluice_str text); /* its characters alone */
const char *format_check_grpc_service(sluice_str text);
const char *format_check_grpc_method(sluice_str text);

#endif
