/*
 * fuzz_yaml_differential: what both engines accept must give the same tree; the two may mark
 * an implied map at different places.
 */
#include <stdlib.h>

#include "support/yaml_fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct yaml_fixture a, b;
    sluice_str text = {(const char *)data, size};
    sluice_limits limits = yaml_fixture_limits();
    limits.nodes = 20000;
    limits.alias_nodes = 5000;
    yaml_fixture_load(&a, &yaml_libfyaml, text, &limits, NULL);
    yaml_fixture_load(&b, &yaml_libyaml, text, &limits, NULL);
    if (a.status == SLUICE_OK && b.status == SLUICE_OK &&
        !str_equal(yaml_fixture_print(&a), yaml_fixture_print(&b))) {
        abort();
    }
    yaml_fixture_free(&a);
    yaml_fixture_free(&b);
    return 0;
}
