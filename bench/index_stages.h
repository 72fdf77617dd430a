/*
 * index_stages: what a compile takes, stage by stage: the same steps as sluice_compile(), timed.
 */
#ifndef SLUICE_BENCH_INDEX_STAGES_H
#define SLUICE_BENCH_INDEX_STAGES_H

#include "sluice/sluice.h"

struct stages {
    double parse_ms; /* text into trees */
    double lower_ms; /* resources decoded, validated, and made into one model */
    double build_ms; /* the router from the model, regular expressions compiled */
    size_t regex_count;
};

/* Processor time of compiling this source. Every document must be good. */
struct stages stages_measure(sluice_str text, uint64_t hash_seed);

#endif
