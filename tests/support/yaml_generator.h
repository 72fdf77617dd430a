/*
 * yaml_generator: random YAML that is mostly valid, for tests that compare two readers.
 *
 * Every style of scalar with folding, escapes and indicators; comments, tabs, CR LF, characters
 * beyond ASCII; flow and block collections, anchors and aliases, tags, several documents.
 */
#ifndef SLUICE_TESTS_YAML_GENERATOR_H
#define SLUICE_TESTS_YAML_GENERATOR_H

#include "sluice/sluice.h"

/* Write one text into out, whose size is `room`; its length. Equal seeds give equal texts. */
size_t yaml_generate(char *out, size_t room, uint64_t seed);

#endif
