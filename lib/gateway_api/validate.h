/*
 * validate: the checks of Gateway API's objects that go beyond one field's table.
 *
 * A finding is of one of two kinds. BROKEN: the value has no meaning; always an error. REFUSED: the
 * API server refuses it although a gateway could give it a meaning; a warning when lenient.
 */
#ifndef SLUICE_GATEWAY_API_VALIDATE_H
#define SLUICE_GATEWAY_API_VALIDATE_H

#include "gateway_api/resource.h"

#define GATEWAY_ERROR "SL0701"
#define GATEWAY_WARNING "SL0702"
#define GATEWAY_VERSION "SL0703"
#define GATEWAY_DEPRECATED "SL0704"

struct validate {
    struct decode *decode;
    const struct envelope *meta;
    uint32_t regex_bytes; /* limit of one regular expression */
    bool failed;          /* memory ran out */
};

#define BROKEN(v, at, ...) decode_error((v)->decode, (at), __VA_ARGS__)
#define REFUSED(v, at, ...)                                                                        \
    decode_report((v)->decode,                                                                     \
                  (v)->decode->lenient ? SLUICE_SEVERITY_WARNING : SLUICE_SEVERITY_ERROR,          \
                  (v)->decode->lenient ? GATEWAY_WARNING : GATEWAY_ERROR, (at), __VA_ARGS__)

/* Check an object whose spec was decoded. */
void validate_object(struct validate *v, const struct gateway_object *object);

#endif
