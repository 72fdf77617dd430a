#include "yaml/load.h"

#include "yaml/compose.h"
#include "yaml/json.h"
#include "yaml/precheck.h"

#ifdef SLUICE_YAML_LIBYAML
#define ENGINE (&yaml_libyaml)
#else
#define ENGINE (&yaml_libfyaml)
#endif

static bool
is_within_size(struct reading *reading, size_t len)
{
    struct yaml_load *load = reading->load;
    size_t limit = load->limits->text_bytes;
    if (load->bytes <= limit && len <= limit - load->bytes) {
        load->bytes += len;
        return true;
    }
    reading_error(reading, SLUICE_ERR_LIMIT, CODE_LIMIT, (struct place){0, 0},
                  "the texts together are longer than %zu bytes, which is the limit", limit);
    return false;
}

static bool
is_good(struct reading *reading, struct precheck_finding finding)
{
    if (finding.status == SLUICE_OK) return true;
    reading_error(reading, finding.status, finding.code,
                  place_find(&reading->places, finding.offset), "%s", finding.message);
    return false;
}

/* What no engine may see is refused. Of what nearly was JSON, the place in the JSON is told. */
static bool
is_good_yaml(struct reading *reading, bool nearly_json, size_t json_error)
{
    struct precheck_finding finding = precheck_yaml(reading->text);
    if (nearly_json && finding.status != SLUICE_OK) {
        finding = (struct precheck_finding){SLUICE_ERR_SYNTAX, CODE_SYNTAX,
                                            "this is not valid JSON", json_error};
    }
    return is_good(reading, finding);
}

static void
read_source(struct reading *reading, const struct yaml_backend *backend, size_t len)
{
    size_t json_error = 0;
    bool likely_json = json_is_likely(reading->text);
    if (!is_within_size(reading, len)) return;
    if (!is_good(reading, precheck_encoding(reading->text))) return;
    if (likely_json && json_read(reading, &json_error)) return;
    if (!is_good_yaml(reading, likely_json, json_error)) return;
    compose_text(reading, backend);
}

sluice_status
yaml_load_with(struct yaml_load *load, const struct yaml_backend *backend,
               const sluice_source *source, struct yaml_document ***tail)
{
    sluice_str text = source->text.len ? source->text : STR("");
    struct reading reading =
        reading_init(load, source->name, str_skip(text, precheck_bom(text)), tail);
    read_source(&reading, backend, text.len);
    reading_free(&reading);
    if (load->arena->failed || load->diags->failed) return SLUICE_ERR_NOMEM;
    return reading.status;
}

sluice_status
yaml_load(struct yaml_load *load, const sluice_source *source, struct yaml_document ***tail)
{
    return yaml_load_with(load, ENGINE, source, tail);
}
