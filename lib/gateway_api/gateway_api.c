#include "gateway_api/gateway_api.h"

static size_t
count_bad(const struct gateway_set *set)
{
    size_t bad = 0;
    for (size_t i = 0; i < set->count; i++) {
        bad += set->items[i].bad;
    }
    return bad;
}

sluice_status
gateway_api_compile(struct model *out, size_t *bad, struct envelope_list *envelopes,
                    const struct gateway_api_settings *settings)
{
    struct gateway_set set = {0};
    (void)out;
    sluice_status status = gateway_set_read(&set, envelopes, settings->envelope,
                                            settings->options->limits.regex_bytes);
    if (status != SLUICE_OK) return status;
    *bad += count_bad(&set);
    return SLUICE_OK;
}
