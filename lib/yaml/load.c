#include "yaml/build.h"
#include "yaml/json.h"
#include "yaml/precheck.h"

#ifdef SLUICE_YAML_LIBYAML
#define ENGINE (&yaml_libyaml)
#else
#define ENGINE (&yaml_libfyaml)
#endif

static bool
looks_like_json(sluice_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '{' || c == '[') return true;
        if (c != ' ' && c != '\t' && c != '\n' && c != '\r') return false;
    }
    return false;
}

static sluice_status
check_size(struct yaml_load *load, const struct sluice_source *source)
{
    size_t limit = load->limits->text_bytes;
    if (load->bytes <= limit && source->text.len <= limit - load->bytes) {
        load->bytes += source->text.len;
        return SLUICE_OK;
    }
    yaml_report(load, source->name, "SL0006", 0, 0, "the texts are longer than %zu bytes", limit);
    return SLUICE_ERR_LIMIT;
}

sluice_status
yaml_load_with(struct yaml_load *load, const struct yaml_backend *backend,
               const sluice_source *source, struct yaml_document ***tail)
{
    sluice_status status = check_size(load, source);
    if (status != SLUICE_OK) return status;
    sluice_str text = str_skip(source->text, precheck_bom(source->text));
    struct precheck_finding finding = precheck_text(text);
    if (finding.message) {
        yaml_report(load, source->name, finding.code, finding.line, finding.column, "%s",
                    finding.message);
        return SLUICE_ERR_SYNTAX;
    }
    if (looks_like_json(text)) {
        bool refused;
        status = json_load(load, source->name, text, tail, &refused);
        if (!refused) return status;
    }
    return yaml_build(load, backend, source->name, text, tail);
}

sluice_status
yaml_load(struct yaml_load *load, const sluice_source *source, struct yaml_document ***tail)
{
    return yaml_load_with(load, ENGINE, source, tail);
}
