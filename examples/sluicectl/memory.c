/*
 * memory: allocation that ends the program when there is none left, and growing lists.
 */
#include "sluicectl/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sluicectl/options.h"

void *
memory_resize(void *ptr, size_t size)
{
    void *resized = realloc(ptr, size > 0 ? size : 1);
    if (!resized) {
        fputs("sluicectl: out of memory\n", stderr);
        exit(EXIT_TROUBLE);
    }
    return resized;
}

void
fields_add(struct fields *fields, sluice_str name, sluice_str value)
{
    if (fields->count == fields->capacity) {
        fields->capacity = fields->capacity ? 2 * fields->capacity : 16;
        fields->items = memory_resize(fields->items, fields->capacity * sizeof *fields->items);
    }
    fields->items[fields->count++] = (sluice_field){name, value};
}

void
fields_free(struct fields *fields)
{
    free(fields->items);
    *fields = (struct fields){0};
}

void
texts_take(struct texts *texts, char *text)
{
    if (texts->count == texts->capacity) {
        texts->capacity = texts->capacity ? 2 * texts->capacity : 16;
        texts->items = memory_resize(texts->items, texts->capacity * sizeof *texts->items);
    }
    texts->items[texts->count++] = text;
}

sluice_str
texts_join(struct texts *texts, sluice_str a, const char *between, sluice_str b)
{
    size_t middle = strlen(between);
    size_t len = a.len + middle + b.len;
    char *text = memory_resize(NULL, len + 1);
    if (a.len) memcpy(text, a.ptr, a.len);
    memcpy(text + a.len, between, middle);
    if (b.len) memcpy(text + a.len + middle, b.ptr, b.len);
    text[len] = '\0';
    texts_take(texts, text);
    return (sluice_str){text, len};
}

void
texts_clear(struct texts *texts)
{
    for (size_t i = 0; i < texts->count; i++) {
        free(texts->items[i]);
    }
    texts->count = 0;
}

void
texts_free(struct texts *texts)
{
    texts_clear(texts);
    free(texts->items);
    *texts = (struct texts){0};
}
