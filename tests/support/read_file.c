#include "support/read_file.h"

#include <stdio.h>
#include <stdlib.h>

/* Read to the end, in a buffer that doubles; NULL when memory or the file fails. */
static char *
read_all(FILE *file, size_t *len)
{
    char *text = NULL;
    size_t capacity = 0;
    do {
        capacity = capacity ? capacity * 2 : 4096;
        char *grown = realloc(text, capacity + 1);
        if (!grown) {
            free(text);
            return NULL;
        }
        text = grown;
        *len += fread(text + *len, 1, capacity - *len, file);
    } while (*len == capacity);
    text[*len] = '\0';
    if (!ferror(file)) return text;
    free(text);
    return NULL;
}

sluice_str
read_file(const char *path)
{
    sluice_str text = {NULL, 0};
    FILE *file = fopen(path, "rb");
    if (!file) return text;
    text.ptr = read_all(file, &text.len);
    fclose(file);
    return text.ptr ? text : (sluice_str){NULL, 0};
}
