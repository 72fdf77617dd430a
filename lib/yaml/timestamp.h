/*
 * timestamp: RFC 3339 date-times, as Kubernetes writes creationTimestamp.
 */
#ifndef SLUICE_YAML_TIMESTAMP_H
#define SLUICE_YAML_TIMESTAMP_H

#include "base/str.h"

/* 2024-05-01T12:00:00Z, with optional fraction (cut off) and offset, to seconds since 1970. */
bool timestamp_parse(int64_t *seconds, sluice_str text);

#endif
