/* hash: the one place that names xxHash. Results are the published XXH3 and XXH64 values. */
#ifndef SLUICE_ENGINE_HASH_H
#define SLUICE_ENGINE_HASH_H

#include "base/str.h"

uint64_t hash_xxh3(sluice_str text, uint64_t seed);
/* XXH64, as Envoy's hash policies use it. */
uint64_t hash_xxh64(sluice_str text, uint64_t seed);

#endif
