/*
 * rule_generator: rules and requests that meet often, for tests that hold the index against a scan.
 *
 * Every subject and every comparison occurs. Texts come from a small stock of pieces, so that
 * literals are equal, begin or hold each other, differ in case only, are long or hold odd bytes.
 * Each set has a theme, for example one path for all rules, or every path a prefix of the next: so
 * that large buckets, long chains and indexes inside of an index occur too.
 */
#ifndef SLUICE_TESTS_RULE_GENERATOR_H
#define SLUICE_TESTS_RULE_GENERATOR_H

#include "support/chooser.h"
#include "support/model_builder.h"

enum { GENERATED_HEADERS = 12, GENERATED_FIELDS = 4 };

struct rule_generator {
    struct chooser *chooser;
    struct model_builder *builder; /* texts live in it */
    const struct model_route_list *routes;
    uint32_t theme;
    uint32_t lines; /* of the rules so far: each has one of its own, from 1 on */
};

/* `count` rules at the end of `routes`. The generator may then make requests for them. */
void rule_generator_rules(struct rule_generator *generator, struct model_route_list *routes,
                          const struct model_action *action, size_t count);

struct generated_request {
    sluice_request request;
    sluice_field headers[GENERATED_HEADERS], labels[GENERATED_FIELDS], claims[GENERATED_FIELDS];
};

/* A request aimed at some rule, and off by a little as often as not. It points into *out. */
void rule_generator_request(struct rule_generator *generator, struct generated_request *out);

#endif
