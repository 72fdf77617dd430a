/*
 * gateway_api: Gateway API's resources as an input format: documents in, model out.
 *
 * Diagnostics: SL0701 to SL0709 are of decoding and validation, SL0711 and up of lowering.
 */
#ifndef SLUICE_GATEWAY_API_GATEWAY_API_H
#define SLUICE_GATEWAY_API_GATEWAY_API_H

#include "gateway_api/resource.h"
#include "model/model.h"

struct gateway_api_settings {
    const sluice_compile_options *options; /* every text and limit set */
    const struct envelope_options *envelope;
    struct regex_store *regexes;
};

/*
 * Decode, validate and lower what is Gateway API's among the envelopes. Bad objects are left out of
 * the model. `model` holds what another format made of the same documents (or nothing), and then
 * both: see combine.h. SLUICE_OK, SLUICE_ERR_LIMIT or SLUICE_ERR_NOMEM.
 */
sluice_status gateway_api_compile(struct model *model, struct envelope_list *envelopes,
                                  const struct gateway_api_settings *settings);

#endif
