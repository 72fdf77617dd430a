/* settings: words of an option text, each with one place to go. */
#include "settings.h"

#include <stdlib.h>
#include <string.h>

#define BLANKS " \t\r\n"

/* Each takes the part of the word behind its name, and says whether that is a value it knows. */
typedef bool settings_reader(struct settings *settings, char *value);

static bool
read_lenient(struct settings *settings, char *value)
{
    settings->compile.lenient = true;
    return !*value;
}

static bool
read_keep_going(struct settings *settings, char *value)
{
    settings->compile.keep_going = true;
    return !*value;
}

static bool
read_registry(struct settings *settings, char *value)
{
    bool on = strcmp(value, "on") == 0;
    settings->compile.registry = on ? SLUICE_REGISTRY_ON : SLUICE_REGISTRY_OFF;
    return on || strcmp(value, "off") == 0;
}

static bool
read_outbound(struct settings *settings, char *value)
{
    settings->compile.outbound_policy = SLUICE_OUTBOUND_REGISTRY_ONLY;
    return strcmp(value, "registry-only") == 0;
}

static bool
read_export_to(struct settings *settings, char *value)
{
    settings->compile.default_export_to = sluice_str_of(value);
    return strcmp(value, ".") == 0 || strcmp(value, "*") == 0;
}

static bool
read_namespace(struct settings *settings, char *value)
{
    settings->compile.proxy_namespace = sluice_str_of(value);
    return *value;
}

static bool
read_label(struct settings *settings, char *value)
{
    char *equal = strchr(value, '=');
    if (!equal || equal == value) return false;
    size_t count = settings->compile.proxy_label_count++;
    settings->labels[count].name = (sluice_str){value, (size_t)(equal - value)};
    settings->labels[count].value = sluice_str_of(equal + 1);
    settings->compile.proxy_labels = settings->labels;
    return true;
}

static bool
read_gateway(struct settings *settings, char *value)
{
    settings->gateway = sluice_str_of(value);
    return *value;
}

static bool
read_port(struct settings *settings, char *value)
{
    char *end;
    unsigned long port = strtoul(value, &end, 10);
    settings->port = (uint32_t)port;
    return *value >= '0' && *value <= '9' && !*end && port > 0 && port <= 65535;
}

static bool
read_protocol(struct settings *settings, char *value)
{
    bool grpc = strcmp(value, "grpc") == 0;
    settings->protocol = grpc ? SLUICE_PROTOCOL_GRPC : SLUICE_PROTOCOL_HTTP;
    return grpc || strcmp(value, "http") == 0;
}

static bool
read_word(struct settings *settings, char *word)
{
    static const struct {
        const char *name; /* with what stands before the value */
        settings_reader *read;
    } readers[] = {
        {"lenient",    read_lenient   },
        {"keep-going", read_keep_going},
        {"registry=",  read_registry  },
        {"outbound=",  read_outbound  },
        {"export-to=", read_export_to },
        {"namespace=", read_namespace },
        {"label:",     read_label     },
        {"gateway=",   read_gateway   },
        {"port=",      read_port      },
        {"protocol=",  read_protocol  },
    };
    for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++) {
        size_t len = strlen(readers[i].name);
        if (strncmp(word, readers[i].name, len) == 0) return readers[i].read(settings, word + len);
    }
    return false;
}

bool
settings_read(struct settings *settings, const char *text, const char **problem)
{
    char *rest;
    memset(settings, 0, sizeof *settings);
    sluice_compile_options_init(&settings->compile);
    settings->text = strdup(text);
    /* No text has more words than this. */
    settings->labels = calloc(strlen(text) / 2 + 1, sizeof *settings->labels);
    *problem = "out of memory";
    if (!settings->text || !settings->labels) return false;
    for (char *word = strtok_r(settings->text, BLANKS, &rest); word;
         word = strtok_r(NULL, BLANKS, &rest)) {
        *problem = word;
        if (!read_word(settings, word)) return false;
    }
    return true;
}

void
settings_free(struct settings *settings)
{
    free(settings->text);
    free(settings->labels);
}
