/*
 * native: a sample fetch and a converter for a HAProxy that is built from source (build-native).
 *
 *     global
 *         sluice-rules /etc/haproxy/rules.yaml ...
 *         sluice-options OPTION ...                      settings.h lists them
 *
 *     %[sluice], %[sluice(FIELD)]                        fetch: decides by the request itself
 *     %[EXPRESSION,sluice], %[EXPRESSION,sluice(FIELD)]  converter: decides by a request text
 *
 * The first fetch of a transaction decides; its fields stay in txn.sluice.fields, which later ones
 * read, so that all of them tell of the same decision. FIELD is one of fields.h; "backend" when
 * left out. Written for HAProxy 2.6, whose headers are no stable interface.
 */
#include "fields.h"
#include "request_text.h"
#include "rules.h"

#include <haproxy/api.h>
#include <haproxy/arg.h>
#include <haproxy/cfgparse.h>
#include <haproxy/chunk.h>
#include <haproxy/errors.h>
#include <haproxy/http.h>
#include <haproxy/http_fetch.h>
#include <haproxy/http_htx.h>
#include <haproxy/init.h>
#include <haproxy/sample.h>
#include <haproxy/sc_strm.h>
#include <haproxy/session.h>
#include <haproxy/stream.h>
#include <haproxy/tools.h>
#include <haproxy/vars.h>

#define VARIABLE "txn.sluice.fields"

/* What the configuration says. */
static const char **files;
static size_t file_count;
static char *options;
static struct rules *rules;

/* What each thread has of its own. */
static THREAD_LOCAL sluice_context *context;
static THREAD_LOCAL struct headers headers;

/* ---- configuration ---- */

static int
parse_rules(char **args, int section, struct proxy *proxy, const struct proxy *defaults,
            const char *file, int line, char **err)
{
    (void)section, (void)proxy, (void)defaults, (void)file, (void)line;
    if (!*args[1]) {
        memprintf(err, "'%s' expects the names of rule files", args[0]);
        return -1;
    }
    for (int i = 1; *args[i]; i++) {
        const char **grown = realloc(files, (file_count + 1) * sizeof(*files));
        char *name = strdup(args[i]);
        if (grown) files = grown;
        if (!grown || !name) {
            free(name);
            memprintf(err, "'%s': out of memory", args[0]);
            return -1;
        }
        files[file_count++] = name;
    }
    return 0;
}

static int
parse_options(char **args, int section, struct proxy *proxy, const struct proxy *defaults,
              const char *file, int line, char **err)
{
    (void)section, (void)proxy, (void)defaults, (void)file, (void)line;
    for (int i = 1; *args[i]; i++)
        memprintf(&options, "%s%s ", options ? options : "", args[i]);
    if (options) return 0;
    memprintf(err, "'%s' expects options", args[0]);
    return -1;
}

/* Once all files of the configuration have been read: every finding becomes a line of HAProxy's
 * own. */
static int
load_rules(void)
{
    char *text = NULL, *rest = NULL;
    size_t len;
    FILE *messages = file_count ? open_memstream(&text, &len) : NULL;
    if (!file_count) return ERR_NONE;
    if (messages) {
        rules = rules_load(files, file_count, options ? options : "", messages);
        fclose(messages);
    }
    for (char *line = text ? strtok_r(text, "\n", &rest) : NULL; line;
         line = strtok_r(NULL, "\n", &rest)) {
        if (rules) ha_warning("sluice: %s\n", line);
        if (!rules) ha_alert("sluice: %s\n", line);
    }
    free(text);
    return rules ? ERR_NONE : ERR_ALERT | ERR_FATAL;
}

static void
free_rules(void)
{
    rules_release(rules);
    for (size_t i = 0; i < file_count; i++)
        free((char *)files[i]);
    free(files);
    free(options);
}

/* In the thread itself, after HAProxy has forked its worker. */
static int
start_thread(void)
{
    if (rules) context = rules_context(rules);
    return !rules || context;
}

static void
end_thread(void)
{
    sluice_context_free(context);
    headers_free(&headers);
}

/* ---- a request ---- */

static sluice_str
str_of(struct ist text)
{
    return (sluice_str){text.ptr, text.len};
}

static bool
read_headers(const struct htx *htx)
{
    headers_clear(&headers);
    for (int32_t at = htx_get_first(htx); at != -1; at = htx_get_next(htx, (uint32_t)at)) {
        const struct htx_blk *block = htx_get_blk(htx, (uint32_t)at);
        enum htx_blk_type type = htx_get_blk_type(block);
        if (type == HTX_BLK_EOH) break;
        if (type != HTX_BLK_HDR) continue;
        if (!headers_add(&headers, str_of(htx_get_blk_name(htx, block)),
                         str_of(htx_get_blk_value(htx, block)))) {
            return false;
        }
    }
    return true;
}

static sluice_request
request_of_settings(void)
{
    const struct settings *settings = rules_settings(rules);
    return (sluice_request){
        .protocol = settings->protocol,
        .port = settings->port,
        .gateway = settings->gateway,
    };
}

/* The target as the rules see it: its path where it is in absolute form. */
static sluice_str
path_of(const struct htx_sl *line)
{
    struct http_uri_parser parser = http_uri_parser_init(htx_sl_req_uri(line));
    struct ist path = http_parse_path(&parser);
    return str_of(isttest(path) ? path : htx_sl_req_uri(line));
}

/* The text of an address, in `room`. IPv4 by hand: inet_ntop() costs more than a decision. */
static sluice_str
address_text(const struct sockaddr_storage *from, char *room, size_t size)
{
    if (from->ss_family != AF_INET) {
        return sluice_str_of(addr_to_str(from, room, (int)size) > 0 ? room : NULL);
    }
    const unsigned char *bytes = (const void *)&((const struct sockaddr_in *)from)->sin_addr;
    struct line line = {room, 0, size, true};
    for (int i = 0; i < 4; i++) {
        if (i) line_add(&line, sluice_str_of("."));
        line_add_number(&line, bytes[i]);
    }
    return (sluice_str){room, line.len};
}

/* Decide by the request of a sample; `address` has room for the text of the client's. */
static bool
decide(struct sample *sample, const struct htx *htx, char *address, sluice_decision *decision)
{
    struct stream *stream = sample->strm;
    const struct htx_sl *line = http_get_stline(htx);
    sluice_request request = request_of_settings();
    const struct sockaddr_storage *from = sc_src(stream->scf);
    const struct sockaddr_storage *to = request.port ? NULL : sc_dst(stream->scf);
    if (!line || !read_headers(htx)) return false;
    request.method = str_of(htx_sl_req_meth(line));
    request.path = path_of(line);
    request.authority = headers_get(&headers, "host");
    request.headers = headers.items;
    request.header_count = headers.count;
    if (from) request.source_ip = address_text(from, address, INET6_ADDRSTRLEN);
    if (to) request.port = (uint32_t)get_host_port(to);
    if (conn_is_ssl(objt_conn(sample->sess->origin))) request.scheme = sluice_str_of("https");
    sluice_route(context, &request, decision);
    return true;
}

/* ---- samples ---- */

static sluice_str
name_of(const struct arg *args)
{
    if (!args || args[0].type != ARGT_STR) return sluice_str_of("backend");
    return (sluice_str){args[0].data.str.area, args[0].data.str.data};
}

static int
check_name(const struct arg *args, char **err)
{
    sluice_str name = name_of(args);
    if (field_known(name)) return 1;
    memprintf(err, "no field '%.*s'", (int)name.len, name.ptr);
    return 0;
}

static int
check_fetch(struct arg *args, char **err)
{
    return check_name(args, err);
}

static int
check_converter(struct arg *args, struct sample_conv *converter, const char *file, int line,
                char **err)
{
    (void)converter, (void)file, (void)line;
    return check_name(args, err);
}

static int
give(struct sample *sample, char *text, size_t len)
{
    sample->data.type = SMP_T_STR;
    sample->data.u.str.area = text;
    sample->data.u.str.data = len;
    sample->data.u.str.size = 0;
    sample->flags |= SMP_F_CONST;
    return 1;
}

/* What an earlier fetch of the transaction decided; empty: there was none. */
static sluice_str
remembered(struct sample *sample)
{
    struct sample found;
    smp_set_owner(&found, sample->px, sample->sess, sample->strm, (int)sample->opt);
    if (!vars_get_by_name(VARIABLE, sizeof VARIABLE - 1, &found, NULL)) return sluice_str_of("");
    return (sluice_str){found.data.u.str.area, found.data.u.str.data};
}

/* Write the fields of a decision into a chunk, keep them for the transaction, and give them. */
static sluice_str
remember(struct sample *sample, const sluice_decision *decision)
{
    struct buffer *room = get_trash_chunk();
    struct line line = {room->area, 0, room->size, true};
    struct sample value = {0};
    fields_write(decision, &line);
    smp_set_owner(&value, sample->px, sample->sess, sample->strm, (int)sample->opt);
    give(&value, room->area, line.len);
    vars_set_by_name(VARIABLE, sizeof VARIABLE - 1, &value);
    return (sluice_str){room->area, line.len};
}

static int
fetch(const struct arg *args, struct sample *sample, const char *keyword, void *private)
{
    char address[INET6_ADDRSTRLEN];
    sluice_decision decision;
    (void)keyword, (void)private;
    if (!context || !sample->strm) return 0;
    sluice_str known = remembered(sample);
    if (!known.len) {
        struct htx *htx = smp_prefetch_htx(sample, &sample->strm->req, NULL, 1);
        if (!htx || !decide(sample, htx, address, &decision)) return 0;
        known = remember(sample, &decision);
    }
    sluice_str value = fields_find(known, name_of(args));
    return value.ptr ? give(sample, (char *)value.ptr, value.len) : 0;
}

static int
convert(const struct arg *args, struct sample *sample, void *private)
{
    sluice_decision decision;
    sluice_str text = {sample->data.u.str.area, sample->data.u.str.data};
    (void)private;
    if (!context) return 0;
    sluice_request request = request_of_settings();
    if (!request_text_read(text, &request, &headers)) return 0;
    sluice_route(context, &request, &decision);
    struct buffer *room = get_trash_chunk();
    struct line line = {room->area, 0, room->size, true};
    if (!field_write(&decision, name_of(args), &line)) return 0;
    return give(sample, room->area, line.len);
}

/* ---- registration ---- */

static struct cfg_kw_list keywords = {
    ILH,
    {
      {CFG_GLOBAL, "sluice-rules", parse_rules, 0},
      {CFG_GLOBAL, "sluice-options", parse_options, 0},
      {0, NULL, NULL, 0},
      }
};

static struct sample_fetch_kw_list fetches = {
    ILH,
    {
      {"sluice", fetch, ARG1(0, STR), check_fetch, SMP_T_STR, SMP_USE_HTTP_ANY, 0, NULL},
      {NULL, NULL, 0, NULL, 0, 0, 0, NULL},
      }
};

static struct sample_conv_kw_list converters = {
    ILH,
    {
      {"sluice", convert, ARG1(0, STR), check_converter, SMP_T_STR, SMP_T_STR, NULL},
      {NULL, NULL, 0, NULL, 0, 0, NULL},
      }
};

INITCALL1(STG_REGISTER, cfg_register_keywords, &keywords);
INITCALL1(STG_REGISTER, sample_register_fetches, &fetches);
INITCALL1(STG_REGISTER, sample_register_convs, &converters);
REGISTER_CONFIG_POSTPARSER("sluice", load_rules);
REGISTER_POST_DEINIT(free_rules);
REGISTER_PER_THREAD_INIT(start_thread);
REGISTER_PER_THREAD_DEINIT(end_thread);
REGISTER_BUILD_OPTS("Built with sluice " SLUICE_VERSION_STRING);
