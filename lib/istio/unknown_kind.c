/*
 * unknown_kind: see unknown_kind.h.
 */
#include "istio/unknown_kind.h"

#define CODE_LOOKS_KNOWN "SL0307"
#define SLIPS 2

static const sluice_str group = STR_INIT("networking.istio.io");

void
unknown_kind_report(const struct envelope *envelope, const struct envelope_options *options,
                    const struct decode_dialect *dialect, const sluice_str *kinds, size_t count)
{
    if (!decode_is_near(envelope->group, group, SLIPS)) return;
    for (size_t i = 0; i < count; i++) {
        if (!decode_is_near(envelope->kind, kinds[i], SLIPS)) continue;
        struct decode decode = envelope_decode(envelope, options, dialect);
        decode_report(&decode, SLUICE_SEVERITY_WARNING, CODE_LOOKS_KNOWN, envelope->root,
                      "there is no kind \"%.*s\" in %.*s/%.*s; did you mean \"%.*s\" in %.*s/v1?",
                      STR_ARG(envelope->kind), STR_ARG(envelope->group), STR_ARG(envelope->version),
                      STR_ARG(kinds[i]), STR_ARG(group));
        return;
    }
}
