/*
 * yaml_fixture: text loaded into trees, for tests.
 */
#ifndef SLUICE_TESTS_YAML_FIXTURE_H
#define SLUICE_TESTS_YAML_FIXTURE_H

#include "yaml/load.h"

struct yaml_fixture {
    struct arena arena;
    struct diags diags;
    sluice_report *report;
    sluice_limits limits;
    struct yaml_load load;
    struct yaml_document *documents, **tail;
    sluice_status status;
};

/* The defaults of sluice_limits. */
sluice_limits yaml_fixture_limits(void);

/* Load one text with an engine; NULL is yaml_load()'s own. Memory from malloc when alloc is NULL.
 */
void yaml_fixture_load(struct yaml_fixture *fixture, const struct yaml_backend *backend,
                       sluice_str text, const sluice_limits *limits, const sluice_allocator *alloc);
void yaml_fixture_free(struct yaml_fixture *fixture);

/* All documents on one line, e.g. {a: int 1, b: [str "x", null]} {c: bool yes}. */
sluice_str yaml_fixture_print(struct yaml_fixture *fixture);

/* The first node, in document order, in which the documents differ (kind, key, text, place, order);
 * false: none. `at` is where in the first list, NULL when that one is shorter. */
bool yaml_fixture_differs(const struct yaml_document *a, const struct yaml_document *b,
                          const struct yaml_node **at);

/* Whether links, indices, counts and places of all documents are sound. */
bool yaml_fixture_is_sound(const struct yaml_fixture *fixture, sluice_str text);

/* The node behind `node` in document order below `root`; NULL at the end. */
const struct yaml_node *yaml_fixture_next(const struct yaml_node *root,
                                          const struct yaml_node *node);

#endif
