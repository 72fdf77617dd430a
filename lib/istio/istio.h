/*
 * istio: Istio's networking resources as an input format: documents in, model out.
 */
#ifndef SLUICE_ISTIO_ISTIO_H
#define SLUICE_ISTIO_ISTIO_H

#include "istio/resource.h"
#include "model/model.h"

struct istio_settings {
    const sluice_compile_options *options; /* every text and limit set */
    const struct envelope_options *envelope;
    struct regex_store *regexes;
};

/*
 * Decode, validate and lower what is Istio's among the envelopes. Bad resources are left out of the
 * model. SLUICE_OK, SLUICE_ERR_LIMIT (without keep_going), or SLUICE_ERR_NOMEM.
 */
sluice_status istio_compile(struct model *out, struct envelope_list *envelopes,
                            const struct istio_settings *settings);

#endif
