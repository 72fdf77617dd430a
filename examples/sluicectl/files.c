/*
 * files: rule files, folders and standard input, read into memory.
 */
#include "sluicectl/files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FIRST_CAPACITY 65536

/* The rest of `stream`, as text that the files own. */
static bool
files_slurp(struct files *files, sluice_str *out, FILE *stream)
{
    size_t capacity = FIRST_CAPACITY;
    size_t len = 0;
    char *text = memory_resize(NULL, capacity);
    for (;;) {
        len += fread(text + len, 1, capacity - len, stream);
        if (len < capacity) break;
        capacity *= 2;
        text = memory_resize(text, capacity);
    }
    texts_take(&files->owned, text);
    *out = (sluice_str){text, len};
    return !ferror(stream);
}

static void
files_add(struct files *files, sluice_str name, sluice_str text)
{
    if (files->count == files->capacity) {
        files->capacity = files->capacity ? 2 * files->capacity : 16;
        files->sources = memory_resize(files->sources, files->capacity * sizeof *files->sources);
    }
    files->sources[files->count++] = (sluice_source){name, text};
}

static bool
files_read_stdin(struct files *files, struct failure *failure)
{
    sluice_str text;
    if (!files_slurp(files, &text, stdin)) {
        return failure_set(failure, "standard input: %s", strerror(errno));
    }
    files_add(files, sluice_str_of("<stdin>"), text);
    return true;
}

/* `name` must live as long as the files. */
static bool
files_read_file(struct files *files, const char *name, struct failure *failure)
{
    sluice_str text;
    FILE *stream = fopen(name, "rb");
    if (!stream) return failure_set(failure, "%.300s: %s", name, strerror(errno));
    bool good = files_slurp(files, &text, stream);
    int error = errno;
    fclose(stream);
    if (!good) return failure_set(failure, "%.300s: %s", name, strerror(error));
    files_add(files, sluice_str_of(name), text);
    return true;
}

static int
files_is_rules(const struct dirent *entry)
{
    static const char *const suffixes[] = {".yaml", ".yml", ".json"};
    size_t len = strlen(entry->d_name);
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        size_t suffix = strlen(suffixes[i]);
        if (len > suffix && strcmp(entry->d_name + len - suffix, suffixes[i]) == 0) return 1;
    }
    return 0;
}

/* By bytes, so that the order is the same in every locale. */
static int
files_by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static bool
files_is_folder(const char *name)
{
    struct stat status;
    return stat(name, &status) == 0 && S_ISDIR(status.st_mode);
}

static bool
files_read_folder(struct files *files, const char *folder, struct failure *failure)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, files_is_rules, files_by_name);
    bool good = true;
    bool found = false;
    if (count < 0) return failure_set(failure, "%.300s: %s", folder, strerror(errno));
    size_t len = strlen(folder);
    const char *between = len > 0 && folder[len - 1] == '/' ? "" : "/";
    for (int i = 0; i < count; i++) {
        sluice_str name = sluice_str_of(entries[i]->d_name);
        const char *path = texts_join(&files->owned, sluice_str_of(folder), between, name).ptr;
        if (good && !files_is_folder(path)) {
            good = files_read_file(files, path, failure);
            found = true;
        }
        free(entries[i]);
    }
    free(entries);
    if (found || !good) return good;
    return failure_set(failure, "%.300s: no *.yaml, *.yml or *.json in this folder", folder);
}

bool
files_read(struct files *files, const char *const *names, size_t count, struct failure *failure)
{
    *files = (struct files){0};
    for (size_t i = 0; i < count; i++) {
        bool good = strcmp(names[i], "-") == 0  ? files_read_stdin(files, failure)
                    : files_is_folder(names[i]) ? files_read_folder(files, names[i], failure)
                                                : files_read_file(files, names[i], failure);
        if (!good) return false;
    }
    return true;
}

void
files_free(struct files *files)
{
    free(files->sources);
    texts_free(&files->owned);
}
