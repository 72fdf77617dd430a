/*
 * traits: what the rules of a VirtualService have somewhere. Validation notes it, which looks at
 * all of them; who looks for one of these passes over the others.
 */
#ifndef SLUICE_ISTIO_TRAITS_H
#define SLUICE_ISTIO_TRAITS_H

#include <stdbool.h>
#include <stddef.h>

struct istio_traits {
    bool subset;                  /* a destination names one */
    bool dotted_host;             /* the host of a destination has a dot */
    bool fault, mirror, delegate; /* a rule has some */
    bool lone_weight;             /* an only destination has a weight */
    size_t most_destinations;     /* of any rule */
};

#endif
