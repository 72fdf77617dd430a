/*
 * fuzz_yaml: any bytes through the loader. What is refused must say why; what is read must be a
 * sound tree.
 */
#include <stdlib.h>

#include "support/yaml_fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct yaml_fixture fixture;
    sluice_str text = {(const char *)data, size};
    sluice_limits limits = yaml_fixture_limits();
    limits.nodes = 20000;
    limits.alias_nodes = 5000;
    yaml_fixture_load(&fixture, NULL, text, &limits, NULL);
    if (!yaml_fixture_is_sound(&fixture, text)) abort();
    if (fixture.status != SLUICE_OK &&
        sluice_report_count_of(fixture.report, SLUICE_SEVERITY_ERROR) == 0) {
        abort();
    }
    yaml_fixture_free(&fixture);
    return 0;
}
