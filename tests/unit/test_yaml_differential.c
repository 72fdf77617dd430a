/* yaml: libfyaml and libyaml read the same, over generated texts and over rule files as people
 * write them. What both accept must give equal trees, places included. */
#define _XOPEN_SOURCE 700 /* nftw */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

#include "support/read_file.h"
#include "support/yaml_fixture.h"
#include "support/yaml_generator.h"

static size_t accepted;

static void
compare(sluice_str text, const char *name)
{
    struct yaml_fixture a, b;
    const struct yaml_node *at = NULL;
    yaml_fixture_load(&a, &yaml_libfyaml, text, NULL, NULL);
    yaml_fixture_load(&b, &yaml_libyaml, text, NULL, NULL);
    cr_expect(yaml_fixture_is_sound(&a, text) && yaml_fixture_is_sound(&b, text), "%s", name);
    if (a.status == SLUICE_OK && b.status == SLUICE_OK) {
        accepted++;
        cr_expect(not(yaml_fixture_differs(a.documents, b.documents, &at)), "%s:%u:%u", name,
                  at ? at->line : 0, at ? at->column : 0);
    }
    yaml_fixture_free(&a);
    yaml_fixture_free(&b);
}

Test(yaml_differential, both_engines_read_generated_texts_the_same, .timeout = 200)
{
    enum { TEXTS = 30000 };
    static char text[1 << 16];
    accepted = 0;
    for (uint64_t seed = 1; seed <= TEXTS; seed++) {
        char name[32];
        snprintf(name, sizeof(name), "seed %llu", (unsigned long long)seed);
        compare(str_make(text, yaml_generate(text, sizeof(text), seed)), name);
    }
    cr_expect(gt(sz, accepted, TEXTS * 2 / 5)); /* else the generator has gone astray */
}

static int
visit(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info;
    (void)walk;
    if (kind != FTW_F || !str_ends_with(sluice_str_of(path), STR(".yaml"))) return 0;
    sluice_str text = read_file(path);
    cr_assert(text.ptr != NULL);
    struct yaml_fixture fixture;
    /* libyaml refuses [001:db8::], which one of them has. */
    yaml_fixture_load(&fixture, &yaml_libfyaml, text, NULL, NULL);
    cr_expect(eq(int, (int)fixture.status, (int)SLUICE_OK), "%s", path);
    yaml_fixture_free(&fixture);
    compare(text, path);
    free((char *)text.ptr);
    return 0;
}

Test(yaml_differential, both_engines_read_the_sample_files_the_same, .timeout = 60)
{
    static const char folder[] = SLUICE_SOURCE_DIR "/../shared/samples";
    accepted = 0;
    if (nftw(folder, visit, 16, FTW_PHYS) != 0) cr_skip_test("%s is not there", folder);
    cr_expect(gt(sz, accepted, 50));
}
