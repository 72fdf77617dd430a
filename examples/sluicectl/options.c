/*
 * options: the command line, read into one struct.
 *
 * One table row for each flag says which commands take it and what reads its value. `--name value`
 * and `--name=value` are the same; what is no flag is a file of rules.
 */
#include "sluicectl/options.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define COUNT_MAX 1000000000
#define ROUTING (COMMAND_ROUTE | COMMAND_EXPLAIN | COMMAND_SIMULATE)
#define ALL (COMMAND_CHECK | ROUTING)

typedef bool option_fn(struct options *options, const char *value, struct failure *failure);

/* A whole number, decimal or 0x.... */
static bool
option_number(uint64_t *out, const char *value, uint64_t least, uint64_t most,
              struct failure *failure)
{
    bool hex = value[0] == '0' && (value[1] == 'x' || value[1] == 'X');
    uint64_t base = hex ? 16 : 10;
    uint64_t number = 0;
    const char *digit = value + (hex ? 2 : 0);
    bool good = *digit != '\0';
    for (; good && *digit; digit++) {
        const char *digits = "0123456789abcdef";
        const char *at = strchr(digits, *digit >= 'A' && *digit <= 'F' ? *digit + 32 : *digit);
        uint64_t next = at ? (uint64_t)(at - digits) : base;
        good = next < base && number <= (UINT64_MAX - next) / base;
        number = good ? number * base + next : 0;
    }
    if (!good || number < least || number > most) {
        return failure_set(failure, "expected a number from %" PRIu64 " to %" PRIu64, least, most);
    }
    *out = number;
    return true;
}

static bool
option_help(struct options *options, const char *value, struct failure *failure)
{
    (void)value;
    (void)failure;
    return options->help = true;
}

static bool
option_json(struct options *options, const char *value, struct failure *failure)
{
    (void)value;
    (void)failure;
    return options->json = true;
}

static bool
option_strict(struct options *options, const char *value, struct failure *failure)
{
    (void)value;
    (void)failure;
    return options->strict = true;
}

static bool
option_file(struct options *options, const char *value, struct failure *failure)
{
    if (value[0] == '\0') return failure_set(failure, "expected a file, a folder or -");
    options->files[options->file_count++] = value;
    return true;
}

static bool
option_requests(struct options *options, const char *value, struct failure *failure)
{
    if (value[0] == '\0') return failure_set(failure, "expected a file or -");
    options->requests = value;
    return true;
}

static bool
option_lenient(struct options *options, const char *value, struct failure *failure)
{
    (void)value;
    (void)failure;
    return options->compile.lenient = true;
}

static bool
option_keep_going(struct options *options, const char *value, struct failure *failure)
{
    (void)value;
    (void)failure;
    return options->compile.keep_going = true;
}

static bool
option_registry(struct options *options, const char *value, struct failure *failure)
{
    static const char *const names[] = {"auto", "on", "off"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(value, names[i]) == 0) {
            options->compile.registry = (sluice_registry_mode)i;
            return true;
        }
    }
    return failure_set(failure, "expected auto, on or off");
}

static bool
option_outbound_policy(struct options *options, const char *value, struct failure *failure)
{
    bool any = strcmp(value, "allow-any") == 0;
    if (!any && strcmp(value, "registry-only") != 0) {
        return failure_set(failure, "expected allow-any or registry-only");
    }
    options->compile.outbound_policy =
        any ? SLUICE_OUTBOUND_ALLOW_ANY : SLUICE_OUTBOUND_REGISTRY_ONLY;
    return true;
}

static bool
option_default_export_to(struct options *options, const char *value, struct failure *failure)
{
    if (strcmp(value, "*") != 0 && strcmp(value, ".") != 0) {
        return failure_set(failure, "expected '*' or '.'");
    }
    options->compile.default_export_to = sluice_str_of(value);
    return true;
}

static bool
option_protocol(struct options *options, const char *value, struct failure *failure)
{
    if (request_protocol(&options->request.input.protocol, sluice_str_of(value))) return true;
    return failure_set(failure, "expected http, grpc, tls, tcp or udp");
}

static bool
option_gateway(struct options *options, const char *value, struct failure *failure)
{
    (void)failure;
    options->request.input.gateway = request_gateway(&options->request, sluice_str_of(value));
    return true;
}

/* "name: value", the blanks around the value left out. */
static bool
option_header(struct options *options, const char *value, struct failure *failure)
{
    const char *colon = strchr(value, ':');
    if (colon == value) colon = strchr(value + 1, ':'); /* ":authority: ..." */
    if (!colon) return failure_set(failure, "expected 'name: value'");
    sluice_str name = {value, (size_t)(colon - value)};
    sluice_str text = sluice_str_of(colon + 1 + strspn(colon + 1, " \t"));
    while (text.len > 0 && strchr(" \t", text.ptr[text.len - 1])) {
        text.len--;
    }
    fields_add(&options->request.headers, name, text);
    return true;
}

static bool
option_source_label(struct options *options, const char *value, struct failure *failure)
{
    const char *equals = strchr(value, '=');
    if (!equals || equals == value) return failure_set(failure, "expected key=value");
    sluice_str name = {value, (size_t)(equals - value)};
    fields_add(&options->request.labels, name, sluice_str_of(equals + 1));
    return true;
}

static bool
option_port(struct options *options, const char *value, struct failure *failure)
{
    uint64_t port = 0;
    if (!option_number(&port, value, 1, 65535, failure)) return false;
    options->request.input.port = (uint32_t)port;
    return true;
}

static bool
option_seed(struct options *options, const char *value, struct failure *failure)
{
    return option_number(&options->seed, value, 0, UINT64_MAX, failure);
}

static bool
option_count(struct options *options, const char *value, struct failure *failure)
{
    options->count_given = true;
    return option_number(&options->request.count, value, 1, COUNT_MAX, failure);
}

static bool
option_sticky_keys(struct options *options, const char *value, struct failure *failure)
{
    return option_number(&options->sticky_keys, value, 1, COUNT_MAX, failure);
}

/* A flag with `read` NULL stores its text at `at` of the options. */
struct option_row {
    const char *name;
    unsigned commands;
    bool takes_value;
    option_fn *read;
    size_t at;
};

#define COMPILE(FIELD) NULL, offsetof(struct options, compile.FIELD)
#define REQUEST(FIELD) NULL, offsetof(struct options, request.input.FIELD)

static const struct option_row option_rows[] = {
    {"-h",                 ALL,              false,                                       option_help,0},
    {"--help",                    ALL,                             false,                                                  option_help,0},
    {"-f",                   ALL,                                   true,                                                                           option_file,                                      0},
    {"--json",         ALL,                        false,option_json,0},
    {"--strict",               COMMAND_CHECK,false,                                               option_strict,                                                                                                   0},
    {"--lenient",ALL,        false,option_lenient,0},
    {"--keep-going",          ALL,                               false,                                                              option_keep_going,0},
    {"--registry",                    ALL,                       true,                                                      option_registry,0},
    {"--outbound-policy",                   ALL,                                   true,                                                                   option_outbound_policy,0},
    {"--default-export-to",     ALL,                    true,          option_default_export_to,0},
    {"--cluster-domain",                ALL,true,COMPILE(cluster_domain)},
    {"--namespace",             ALL,      true,                COMPILE(default_namespace)},
    {"--source-namespace",   ALL, true,                                                                 REQUEST(source_namespace)},
    {"--requests",        COMMAND_ROUTE,         true,                                           option_requests,0},
    {"--seed", ROUTING,            true,                                                   option_seed,0},
    {"--count",         COMMAND_ROUTE | COMMAND_SIMULATE,     true,                                    option_count,0},
    {"--sticky-keys",                    COMMAND_SIMULATE,                             true,                                                                 option_sticky_keys,0},
    {"--protocol",                   ROUTING,                                   true,                                                                      option_protocol,                                                                     0},
    {"--gateway",        ROUTING,                       true,                               option_gateway,                                       0},
    {"--port",                ROUTING,true,option_port,0},
    {"--method",ROUTING,true,REQUEST(method)},
    {"--scheme",          ROUTING,            true,                             REQUEST(scheme)},
    {"--host",                    ROUTING,                             true,                                                  REQUEST(authority)},
    {"--path",                   ROUTING,                                   true,                                                                     REQUEST(path)                                              },
    {"-H",     ROUTING,                     true,                                                                                                                            option_header,                                                                                                                                                                                                                                                      0},
    {"--source-label",     ROUTING,                     true,                             option_source_label,                   0},
    {"--source-ip",  ROUTING,                  true,     REQUEST(source_ip)},
    {"--destination-ip",       ROUTING,                       true,REQUEST(destination_ip)},
    {"--sni",       ROUTING,                      true,REQUEST(sni)},
    {"--sticky-key",                ROUTING,true,       REQUEST(sticky_key)},
};

/* The row of `argument`, up to its "=". */
static const struct option_row *
option_find(const char *argument)
{
    size_t len = strncmp(argument, "--", 2) == 0 ? strcspn(argument, "=") : strlen(argument);
    for (size_t i = 0; i < sizeof option_rows / sizeof option_rows[0]; i++) {
        const char *name = option_rows[i].name;
        if (strlen(name) == len && memcmp(name, argument, len) == 0) return &option_rows[i];
    }
    return NULL;
}

static bool
option_store(struct options *options, const struct option_row *row, const char *value,
             struct failure *failure)
{
    struct failure why;
    if (!row->read) {
        sluice_str text = sluice_str_of(value);
        memcpy((char *)options + row->at, &text, sizeof text);
        return true;
    }
    if (row->read(options, value, &why)) return true;
    return failure_set(failure, "%s: %s, found '%.80s'", row->name, why.text, value);
}

/* Read the flag at `arguments[0]`; *used is how many arguments it took. */
static bool
option_read(struct options *options, int count, char **arguments, int *used,
            struct failure *failure)
{
    const struct option_row *row = option_find(arguments[0]);
    const char *equals = strncmp(arguments[0], "--", 2) == 0 ? strchr(arguments[0], '=') : NULL;
    *used = 1;
    if (!row) return failure_set(failure, "unknown flag %.80s", arguments[0]);
    if (!(row->commands & options->command)) {
        return failure_set(failure, "%s is no flag of this command", row->name);
    }
    if (!row->takes_value) {
        if (equals) return failure_set(failure, "%s takes no value", row->name);
        return option_store(options, row, "", failure);
    }
    if (equals) return option_store(options, row, equals + 1, failure);
    if (count < 2) return failure_set(failure, "%s needs a value", row->name);
    *used = 2;
    return option_store(options, row, arguments[1], failure);
}

static bool
option_is_stdin(const char *name)
{
    return name && strcmp(name, "-") == 0;
}

/* What can only be said about all flags together. */
static bool
options_agree(struct options *options, struct failure *failure)
{
    int readers = option_is_stdin(options->requests);
    for (size_t i = 0; i < options->file_count; i++) {
        readers += option_is_stdin(options->files[i]);
    }
    if (options->file_count == 0) return failure_set(failure, "no rules: -f FILE is missing");
    if (readers > 1) return failure_set(failure, "standard input (-) can be read only once");
    return true;
}

static void
options_init(struct options *options, enum command command, int count)
{
    *options = (struct options){.command = command};
    options->files = memory_resize(NULL, ((size_t)count + 1) * sizeof *options->files);
    options->request.count = 1;
    sluice_compile_options_init(&options->compile);
}

bool
options_parse(struct options *options, enum command command, int count, char **arguments,
              struct failure *failure)
{
    options_init(options, command, count);
    for (int at = 0; at < count;) {
        int used = 1;
        const char *argument = arguments[at];
        bool is_flag = argument[0] == '-' && argument[1] != '\0';
        bool good = is_flag ? option_read(options, count - at, arguments + at, &used, failure)
                            : option_file(options, argument, failure);
        if (!good) return false;
        at += used;
    }
    request_finish(&options->request);
    return options->help || options_agree(options, failure);
}

void
options_free(struct options *options)
{
    free(options->files);
    request_free(&options->request);
}
