/*
 * endpoints: the places that a ServiceEntry has for (port, subset), its own or those of the
 * WorkloadEntries that it selects (docs/rules.md, "Endpoints").
 */
#ifndef SLUICE_ISTIO_ENDPOINTS_H
#define SLUICE_ISTIO_ENDPOINTS_H

#include "istio/registry.h"

struct endpoints;

/* Index the WorkloadEntries. Sets lower->endpoints. False when memory ran out. Free also after a
 * failure. */
bool endpoints_read(struct lower *lower);
void endpoints_free(struct lower *lower);

/*
 * Those of one service and port (not 0), and of a subset (NULL: none). NULL in *out: nothing is
 * known, for a core Service, or a port that the service lacks. False when memory ran out.
 */
bool endpoints_find(struct lower *lower, const struct service *service, uint32_t port,
                    const struct istio_subset *subset, const sluice_endpoints **out);

/* Whether nobody can answer: all are known, and there is none. */
bool endpoints_is_empty(const sluice_endpoints *endpoints);

#endif
