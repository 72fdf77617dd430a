/*
 * schema_registry: the tables of ServiceEntry, WorkloadEntry and Gateway.
 */
#include "istio/schema.h"

#define T struct istio_workload_entry
static const struct field_type_row workload_entry_fields[] = {
    ROW(T, address, "address", FIELD_STR),
    ROW(T, ports, "ports", FIELD_UINT32_MAP),
    ROW(T, labels, "labels", FIELD_STR_MAP),
    ROW_WITH(T, network, "network", FIELD_STR, .not_acted_on = true),
    ROW(T, locality, "locality", FIELD_STR),
    ROW(T, weight, "weight", FIELD_UINT32),
    ROW_WITH(T, service_account, "serviceAccount", FIELD_STR, .not_acted_on = true),
};
const struct message_type schema_workload_entry =
    MESSAGE_TYPE("WorkloadEntry", T, workload_entry_fields);
#undef T

#define T struct istio_service_port
static const struct field_type_row service_port_fields[] = {
    ROW(T, number, "number", FIELD_UINT32),
    ROW(T, protocol, "protocol", FIELD_STR),
    ROW(T, name, "name", FIELD_STR),
    ROW(T, target_port, "targetPort", FIELD_UINT32),
};
static const struct message_type service_port = MESSAGE_TYPE("Port", T, service_port_fields);
#undef T

#define T struct istio_workload_selector
static const struct field_type_row workload_selector_fields[] = {
    ROW(T, labels, "labels", FIELD_STR_MAP),
};
static const struct message_type workload_selector =
    MESSAGE_TYPE("WorkloadSelector", T, workload_selector_fields);
#undef T

static const struct enum_value location_values[] = {
    {"MESH_EXTERNAL", ISTIO_MESH_EXTERNAL},
    {"MESH_INTERNAL", ISTIO_MESH_INTERNAL},
    {NULL,            0                  },
};

static const struct enum_value resolution_values[] = {
    {"NONE",            ISTIO_RESOLUTION_NONE           },
    {"STATIC",          ISTIO_RESOLUTION_STATIC         },
    {"DNS",             ISTIO_RESOLUTION_DNS            },
    {"DNS_ROUND_ROBIN", ISTIO_RESOLUTION_DNS_ROUND_ROBIN},
    {"DYNAMIC_DNS",     ISTIO_RESOLUTION_DYNAMIC_DNS    },
    {NULL,              0                               },
};

#define T struct istio_service_entry
static const struct field_type_row service_entry_fields[] = {
    ROW(T, hosts, "hosts", FIELD_STR_LIST),
    ROW(T, addresses, "addresses", FIELD_STR_LIST),
    MESSAGES(T, ports, "ports", &service_port),
    ENUM_WITH(T, location, "location", location_values, .not_acted_on = true),
    ENUM(T, resolution, "resolution", resolution_values),
    MESSAGES(T, endpoints, "endpoints", &schema_workload_entry),
    MESSAGE(T, workload_selector, "workloadSelector", &workload_selector),
    ROW(T, export_to, "exportTo", FIELD_STR_LIST),
    ROW_WITH(T, subject_alt_names, "subjectAltNames", FIELD_STR_LIST, .not_acted_on = true),
};
const struct message_type schema_service_entry =
    MESSAGE_TYPE("ServiceEntry", T, service_entry_fields);
#undef T

/* ---- Gateway ---- */

static const struct enum_value server_tls_mode_values[] = {
    {"PASSTHROUGH",      ISTIO_SERVER_TLS_PASSTHROUGH     },
    {"SIMPLE",           ISTIO_SERVER_TLS_SIMPLE          },
    {"MUTUAL",           ISTIO_SERVER_TLS_MUTUAL          },
    {"AUTO_PASSTHROUGH", ISTIO_SERVER_TLS_AUTO_PASSTHROUGH},
    {"ISTIO_MUTUAL",     ISTIO_SERVER_TLS_ISTIO_MUTUAL    },
    {"OPTIONAL_MUTUAL",  ISTIO_SERVER_TLS_OPTIONAL_MUTUAL },
    {NULL,               0                                },
};

static const struct enum_value tls_protocol_values[] = {
    {"TLS_AUTO", ISTIO_TLS_AUTO},
    {"TLSV1_0",  ISTIO_TLSV1_0 },
    {"TLSV1_1",  ISTIO_TLSV1_1 },
    {"TLSV1_2",  ISTIO_TLSV1_2 },
    {"TLSV1_3",  ISTIO_TLSV1_3 },
    {NULL,       0             },
};

#define T struct istio_tls_certificate
static const struct field_type_row tls_certificate_fields[] = {
    ROW(T, server_certificate, "serverCertificate", FIELD_STR),
    ROW(T, private_key, "privateKey", FIELD_STR),
    ROW(T, ca_certificates, "caCertificates", FIELD_STR),
};
static const struct message_type tls_certificate =
    MESSAGE_TYPE("TLSCertificate", T, tls_certificate_fields);
#undef T

#define T struct istio_server_tls
#define UNUSED .not_acted_on = true
static const struct field_type_row server_tls_fields[] = {
    ROW(T, https_redirect, "httpsRedirect", FIELD_BOOL),
    ENUM(T, mode, "mode", server_tls_mode_values),
    ROW_WITH(T, server_certificate, "serverCertificate", FIELD_STR, UNUSED),
    ROW_WITH(T, private_key, "privateKey", FIELD_STR, UNUSED),
    ROW_WITH(T, ca_certificates, "caCertificates", FIELD_STR, UNUSED),
    ROW_WITH(T, ca_crl, "caCrl", FIELD_STR, UNUSED),
    ROW_WITH(T, credential_name, "credentialName", FIELD_STR, UNUSED),
    ROW_WITH(T, ca_cert_credential_name, "caCertCredentialName", FIELD_STR, UNUSED),
    ROW_WITH(T, credential_names, "credentialNames", FIELD_STR_LIST, UNUSED),
    MESSAGES_WITH(T, tls_certificates, "tlsCertificates", &tls_certificate, UNUSED),
    ROW_WITH(T, subject_alt_names, "subjectAltNames", FIELD_STR_LIST, UNUSED),
    ROW_WITH(T, verify_certificate_spki, "verifyCertificateSpki", FIELD_STR_LIST, UNUSED),
    ROW_WITH(T, verify_certificate_hash, "verifyCertificateHash", FIELD_STR_LIST, UNUSED),
    ENUM_WITH(T, min_protocol_version, "minProtocolVersion", tls_protocol_values, UNUSED),
    ENUM_WITH(T, max_protocol_version, "maxProtocolVersion", tls_protocol_values, UNUSED),
    ROW_WITH(T, cipher_suites, "cipherSuites", FIELD_STR_LIST, UNUSED),
};
static const struct message_type server_tls =
    MESSAGE_TYPE("ServerTLSSettings", T, server_tls_fields);
#undef T

#define T struct istio_server
static const struct field_type_row server_fields[] = {
    MESSAGE(T, port, "port", &service_port),
    ROW_WITH(T, bind, "bind", FIELD_STR, UNUSED),
    ROW(T, hosts, "hosts", FIELD_STR_LIST),
    MESSAGE(T, tls, "tls", &server_tls),
    ROW_WITH(T, default_endpoint, "defaultEndpoint", FIELD_STR, UNUSED),
    ROW_WITH(T, name, "name", FIELD_STR, UNUSED),
};
static const struct message_type server = MESSAGE_TYPE("Server", T, server_fields);
#undef T

#define T struct istio_gateway
static const struct field_type_row gateway_fields[] = {
    MESSAGES(T, servers, "servers", &server),
    ROW(T, selector, "selector", FIELD_STR_MAP),
};
const struct message_type schema_gateway = MESSAGE_TYPE("Gateway", T, gateway_fields);
#undef T
