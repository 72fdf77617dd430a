/*
 * decision_text: a decision as a short block for people.
 */
#ifndef SLUICECTL_DECISION_TEXT_H
#define SLUICECTL_DECISION_TEXT_H

#include <sluice/sluice.h>

#include "common/terminal.h"
#include "sluicectl/tally.h"

void decision_text_print(const struct terminal *terminal, const sluice_decision *decision);

/* `VirtualService default/reviewvs, rule 0, match 1 (line 12)` */
void decision_text_print_rule(const struct terminal *terminal, const sluice_matched *matched);

/* The counts of `count` decisions. */
void decision_text_print_observed(const struct terminal *terminal, const struct tally *tally,
                                  uint64_t count);

/* `reviews.default.svc.cluster.local v2 port 9080`; port 0 is left out. */
void decision_text_print_place(const struct terminal *terminal,
                               const sluice_destination *destination, uint32_t port);

#endif
