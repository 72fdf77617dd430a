/*
 * json_build: the shapes that every JSON answer is put together from.
 */
#include "sluicectl/json_build.h"

#include <stdlib.h>
#include <string.h>

#include "sluicectl/memory.h"
#include "sluicectl/options.h"

#define DIGITS_MIN 15
#define DIGITS_MAX 17 /* enough for every double */
#define NS_PER_MS 1000000

static void
json_must(bool good)
{
    if (good) return;
    fputs("sluicectl: out of memory\n", stderr);
    exit(EXIT_TROUBLE);
}

void
json_put(json_t *object, const char *name, json_t *value)
{
    json_must(json_object_set_new_nocheck(object, name, value) == 0);
}

void
json_push(json_t *list, json_t *value)
{
    json_must(json_array_append_new(list, value) == 0);
}

/* Length of the UTF-8 sequence at `at`; 0 when there is none. The strict form of RFC 3629. */
static size_t
json_sequence(sluice_str text, size_t at)
{
    const unsigned char *byte = (const unsigned char *)text.ptr + at;
    size_t len = byte[0] < 0x80   ? 1
                 : byte[0] < 0xc2 ? 0
                 : byte[0] < 0xe0 ? 2
                 : byte[0] < 0xf0 ? 3
                                  : 4;
    if (len == 0 || byte[0] > 0xf4 || len > text.len - at) return 0;
    for (size_t i = 1; i < len; i++) {
        if ((byte[i] & 0xc0) != 0x80) return 0;
    }
    if (byte[0] == 0xe0 && byte[1] < 0xa0) return 0;
    if (byte[0] == 0xed && byte[1] > 0x9f) return 0;
    if (byte[0] == 0xf0 && byte[1] < 0x90) return 0;
    if (byte[0] == 0xf4 && byte[1] > 0x8f) return 0;
    return len;
}

static json_t *
json_slice_repaired(sluice_str text)
{
    char *clean = memory_resize(NULL, 3 * text.len);
    size_t len = 0;
    for (size_t i = 0; i < text.len;) {
        size_t sequence = json_sequence(text, i);
        memcpy(clean + len, sequence ? text.ptr + i : "\xef\xbf\xbd", sequence ? sequence : 3);
        len += sequence ? sequence : 3;
        i += sequence ? sequence : 1;
    }
    json_t *value = json_stringn_nocheck(clean, len);
    free(clean);
    return value;
}

json_t *
json_slice_or_empty(sluice_str text)
{
    json_t *value = json_stringn(text.len ? text.ptr : "", text.len);
    return value ? value : json_slice_repaired(text);
}

json_t *
json_slice(sluice_str text)
{
    return text.len ? json_slice_or_empty(text) : json_null();
}

json_t *
json_milliseconds(int64_t ns)
{
    if (ns == SLUICE_NO_DURATION) return json_null();
    if (ns % NS_PER_MS == 0) return json_integer(ns / NS_PER_MS);
    return json_real((double)ns / NS_PER_MS);
}

json_t *
json_ratio(uint64_t numerator, uint64_t denominator)
{
    return json_real(denominator ? (double)numerator / (double)denominator : 0);
}

json_t *
json_count_or_null(uint64_t number)
{
    return number ? json_integer((json_int_t)number) : json_null();
}

json_t *
json_map_of(const sluice_field *fields, size_t count)
{
    json_t *map = json_object();
    for (size_t i = 0; i < count; i++) {
        json_t *name = json_slice_or_empty(fields[i].name);
        json_put(map, json_string_value(name), json_slice_or_empty(fields[i].value));
        json_decref(name);
    }
    return map;
}

json_t *
json_pairs_of(const sluice_field *fields, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *pair = json_array();
        json_push(pair, json_slice_or_empty(fields[i].name));
        json_push(pair, json_slice_or_empty(fields[i].value));
        json_push(list, pair);
    }
    return list;
}

json_t *
json_list_of(const sluice_str *texts, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_push(list, json_slice_or_empty(texts[i]));
    }
    return list;
}

json_t *
json_numbers_of(const uint32_t *numbers, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_push(list, json_integer(numbers[i]));
    }
    return list;
}

/* Digits that the number needs to be read back as it is. */
static int
json_digits_of(double number)
{
    char text[40];
    for (int digits = DIGITS_MIN; digits < DIGITS_MAX; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, number);
        if (strtod(text, NULL) == number) return digits;
    }
    return DIGITS_MAX;
}

static int
json_larger(int a, int b)
{
    return a > b ? a : b;
}

/* Our own answers nest a handful of levels, so this ends soon. */
static int
json_digits(json_t *value)
{
    int digits = DIGITS_MIN;
    const char *key;
    size_t index;
    json_t *member;
    if (json_is_real(value)) return json_digits_of(json_real_value(value));
    json_object_foreach(value, key, member)
    {
        digits = json_larger(digits, json_digits(member));
    }
    json_array_foreach(value, index, member)
    {
        digits = json_larger(digits, json_digits(member));
    }
    return digits;
}

void
json_print_line(FILE *out, json_t *value)
{
    size_t digits = (size_t)json_digits(value);
    json_dumpf(value, out, JSON_ENCODE_ANY | JSON_REAL_PRECISION(digits));
    fputc('\n', out);
    json_decref(value);
}
