/*
 * index_workload: rules and requests for the benchmark of the index.
 *
 * A workload is a list of plain descriptions, from which the text for the library, the rules of the
 * lean scan and requests that aim at single rules are made. The same arguments always give the
 * same workload.
 */
#ifndef SLUICE_BENCH_INDEX_WORKLOAD_H
#define SLUICE_BENCH_INDEX_WORKLOAD_H

#include "base/arena.h"

enum path_kind { PATH_NONE, PATH_EXACTLY, PATH_PREFIXED, PATH_MATCHING };
enum { WORKLOAD_REQUESTS = 2048, WORKLOAD_HEADERS = 11 };

struct bench_rule {
    enum path_kind path_kind;
    sluice_str path, method;
    sluice_str header, value; /* header empty: none */
    bool value_is_regex;
    sluice_str query, query_value;
};

struct bench_request {
    sluice_request request;
    sluice_field headers[WORKLOAD_HEADERS];
};

struct workload {
    struct arena arena;
    struct bench_rule *rules;
    size_t count, per_host; /* per_host 0: all of them in one host, "*" */
    struct bench_request *requests;
    size_t request_count;
    uint64_t seed;
};

/* The mixed rules that PERFORMANCE figures are about: see docs/performance.md. */
void workload_mixed(struct workload *w, size_t count, size_t per_host);

enum adversary {
    ADVERSARY_HEADER_VALUE, /* "/" and one header's value */
    ADVERSARY_QUERY_VALUE,  /* "/" and one parameter's value */
    ADVERSARY_NESTED_UP,    /* /a, /aa, /aaa, ... */
    ADVERSARY_NESTED_DOWN,  /* the longest first */
    ADVERSARY_REGEX_PREFIX, /* one literal prefix, then a class, then something else each */
    ADVERSARY_REGEX_BARE,   /* patterns that begin with .* */
    ADVERSARY_REGEX_HEADER, /* one exact path, one header, many patterns */
    ADVERSARY_GRID,         /* a hundred paths times a hundred header values */
    ADVERSARY_COLLISIONS,   /* paths that fall on one slot where the hash has no seed */
    ADVERSARIES,
};

const char *adversary_name(enum adversary adversary);
void workload_adversary(struct workload *w, enum adversary adversary, size_t count);

/* The rules as YAML: VirtualServices with one destination a rule, two weighted ones every tenth. */
sluice_str workload_yaml(struct workload *w);
void workload_free(struct workload *w);

#endif
