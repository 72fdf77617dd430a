/*
 * index_oracle: match_first(), and decisions over lists that fall through to others, against a scan
 * of every rule in order.
 */
#ifndef SLUICE_TESTS_INDEX_ORACLE_H
#define SLUICE_TESTS_INDEX_ORACLE_H

#include "support/chooser.h"

/*
 * Generate one to three lists of `most_rules` rules in all at most, each with the next one behind
 * it, and compare `requests` requests, each with its headers as an array and by callback. NULL, or
 * what differs, for a message. The router's memory of earlier calls is never used: equal choices
 * give equal results.
 */
const char *index_oracle_round(struct chooser *chooser, uint32_t most_rules, uint32_t requests);

/* In all rounds: how often a rule was found, one behind the sixteenth, and how many lists had an
 * index; how often a list was left for the one behind it, which had a rule. */
extern uint64_t index_oracle_found, index_oracle_deep, index_oracle_indexed, index_oracle_fallen;

#endif
