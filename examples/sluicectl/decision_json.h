/*
 * decision_json: a decision as the JSON object of the sluicectl contract.
 */
#ifndef SLUICECTL_DECISION_JSON_H
#define SLUICECTL_DECISION_JSON_H

#include <jansson.h>
#include <sluice/sluice.h>

/* `request` is the one that was decided. Yours to free. */
json_t *decision_json(const sluice_decision *decision, const sluice_request *request);

/* The object of a matched rule: {"kind": ..., "namespace": ..., ...}; null for NULL. */
json_t *decision_json_matched(const sluice_matched *matched);

/* "cookie", "header", "query", "source-ip", "key"; NULL for none. */
const char *decision_sticky_name(sluice_sticky_by by);
/* As a ServiceEntry writes it. */
const char *decision_resolution_name(sluice_resolution resolution);

#endif
