/*
 * lean_scan: the fastest plain answer we know, to measure the index against: a flat array of rules
 * in order, past those whose first eight path bytes differ. It looks at no more of a request than a
 * rule asks, and says nothing but which rule it was.
 */
#ifndef SLUICE_BENCH_LEAN_SCAN_H
#define SLUICE_BENCH_LEAN_SCAN_H

#include "index_workload.h"

struct lean_scan;

struct lean_scan *lean_scan_new(const struct workload *w);
void lean_scan_free(struct lean_scan *scan);
/* Place of the first rule that holds; the number of rules when none does. */
size_t lean_scan_find(const struct lean_scan *scan, const sluice_request *request);

#endif
