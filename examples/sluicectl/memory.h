/*
 * memory: allocation that ends the program when there is none left, and growing lists.
 */
#ifndef SLUICECTL_MEMORY_H
#define SLUICECTL_MEMORY_H

#include <sluice/sluice.h>
#include <stddef.h>

/* realloc() that never returns NULL: out of memory is exit status 2. */
void *memory_resize(void *ptr, size_t size);

/* A list of name and value pairs; all zero is an empty one. Texts are borrowed. */
struct fields {
    sluice_field *items;
    size_t count;
    size_t capacity;
};

void fields_add(struct fields *fields, sluice_str name, sluice_str value);
void fields_free(struct fields *fields);

/* Texts that are freed together; all zero is an empty one. */
struct texts {
    char **items;
    size_t count;
    size_t capacity;
};

/* The three parts joined into a text that lives until texts_clear(). */
sluice_str texts_join(struct texts *texts, sluice_str a, const char *between, sluice_str b);
/* Keep a text from malloc. */
void texts_take(struct texts *texts, char *text);
void texts_clear(struct texts *texts);
void texts_free(struct texts *texts);

#endif
