/* replay: the main() of a fuzz target outside libFuzzer. Runs it over every file of the folders
 * given. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/read_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
replay_file(const char *path)
{
    sluice_str text = read_file(path);
    if (!text.ptr) return false;
    /* A block of the exact size, so that a sanitizer sees the first byte read past its end. */
    uint8_t *exact = malloc(text.len ? text.len : 1);
    if (exact) {
        memcpy(exact, text.ptr, text.len);
        LLVMFuzzerTestOneInput(exact, text.len);
    }
    free(exact);
    free((char *)text.ptr);
    return exact != NULL;
}

static size_t
replay_folder(const char *folder)
{
    DIR *dir = opendir(folder);
    size_t count = 0;
    if (!dir) return 0;
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        char path[4096];
        int len = snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        if (entry->d_name[0] == '.' || len < 0 || (size_t)len >= sizeof(path)) continue;
        if (!replay_file(path)) {
            fprintf(stderr, "cannot read %s\n", path);
            exit(1);
        }
        count++;
    }
    closedir(dir);
    return count;
}

int
main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        size_t count = replay_folder(argv[i]);
        printf("%s: %zu inputs\n", argv[i], count);
        if (count == 0) return 1; /* an empty corpus proves nothing */
    }
    return argc > 1 ? 0 : 2;
}
