/*
 * json_build: the shapes that every JSON answer is put together from.
 */
#ifndef SLUICECTL_JSON_BUILD_H
#define SLUICECTL_JSON_BUILD_H

#include <jansson.h>
#include <sluice/sluice.h>
#include <stdio.h>

/* Set object[name] to `value`, which is taken over. Out of memory ends the program. */
void json_put(json_t *object, const char *name, json_t *value);
/* Append `value`, which is taken over. */
void json_push(json_t *list, json_t *value);

/* Text, null when it is empty; bytes that are not UTF-8 become U+FFFD. */
json_t *json_slice(sluice_str text);
/* Text, "" when it is empty. */
json_t *json_slice_or_empty(sluice_str text);
/* Milliseconds; null for SLUICE_NO_DURATION. */
json_t *json_milliseconds(int64_t ns);
/* numerator / denominator as the nearest double; 0 when the denominator is 0. */
json_t *json_ratio(uint64_t numerator, uint64_t denominator);
/* The same, null when the number is 0. */
json_t *json_count_or_null(uint64_t number);
/* {"name": "value", ...} */
json_t *json_map_of(const sluice_field *fields, size_t count);
/* [["name", "value"], ...] */
json_t *json_pairs_of(const sluice_field *fields, size_t count);
/* ["text", ...] */
json_t *json_list_of(const sluice_str *texts, size_t count);
/* [1, 2, ...] */
json_t *json_numbers_of(const uint32_t *numbers, size_t count);

/* Print on one line and free. Fractions get just the digits that give the exact double back. */
void json_print_line(FILE *out, json_t *value);

#endif
