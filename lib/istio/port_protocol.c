/*
 * port_protocol: see port_protocol.h.
 */
#include "istio/port_protocol.h"

enum port_protocol
port_protocol_parse(sluice_str text)
{
    static const struct {
        sluice_str name;
        enum port_protocol protocol;
    } rows[] = {
        {STR_INIT("HTTP"),     PROTOCOL_HTTP},
        {STR_INIT("HTTP2"),    PROTOCOL_HTTP},
        {STR_INIT("GRPC"),     PROTOCOL_HTTP},
        {STR_INIT("GRPC-WEB"), PROTOCOL_HTTP},
        {STR_INIT("HTTPS"),    PROTOCOL_TLS },
        {STR_INIT("TLS"),      PROTOCOL_TLS },
        {STR_INIT("TCP"),      PROTOCOL_TCP },
        {STR_INIT("MONGO"),    PROTOCOL_TCP },
        {STR_INIT("REDIS"),    PROTOCOL_TCP },
        {STR_INIT("MYSQL"),    PROTOCOL_TCP },
        {STR_INIT("HBONE"),    PROTOCOL_TCP },
        {STR_INIT("UDP"),      PROTOCOL_UDP },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (str_equal_ignore_case(text, rows[i].name)) return rows[i].protocol;
    }
    return PROTOCOL_UNSUPPORTED;
}
