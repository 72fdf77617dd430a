#include "router/builder.h"

static const sluice_header_op *
copy_header_ops(struct builder *builder, struct model_header_ops ops)
{
    sluice_header_op *items = build_array(builder, ops.count, sizeof(*items));
    for (size_t i = 0; items && i < ops.count; i++) {
        items[i].action = ops.items[i].action;
        items[i].name = build_text(builder, ops.items[i].name);
        items[i].value = build_text(builder, ops.items[i].value);
    }
    return items;
}

/* Lists that say the same are kept once. */
struct header_ops
build_header_ops(struct builder *builder, struct model_header_ops ops)
{
    if (ops.count == 0) return (struct header_ops){NULL, 0};
    size_t key = build_key_begin(builder);
    for (size_t i = 0; i < ops.count; i++) {
        build_key_number(builder, ops.items[i].action);
        build_key_text(builder, ops.items[i].name);
        build_key_text(builder, ops.items[i].value);
    }
    void **place = build_key_end(builder, &builder->header_ops, key);
    if (!place) return (struct header_ops){NULL, 0};
    if (!*place) *place = (void *)(uintptr_t)copy_header_ops(builder, ops);
    return (struct header_ops){*place, *place ? ops.count : 0};
}

static sluice_str
without_trailing_slash(sluice_str text)
{
    return str_ends_with(text, STR("/")) ? str_first(text, text.len - 1) : text;
}

static struct path_edit
convert_path(struct builder *builder, const struct model_path_edit *from)
{
    static const enum path_mode modes[] = {
        [MODEL_PATH_KEEP] = PATH_KEEP,     [MODEL_PATH_FULL] = PATH_FULL,
        [MODEL_PATH_PREFIX] = PATH_PREFIX, [MODEL_PATH_SEGMENT] = PATH_SEGMENT,
        [MODEL_PATH_REGEX] = PATH_REGEX,
    };
    struct path_edit to = {
        .mode = modes[from->mode],
        .drop_query = from->drop_query,
        .value = build_text(builder, from->mode == MODEL_PATH_SEGMENT
                                         ? without_trailing_slash(from->value)
                                         : from->value),
    };
    if (to.mode == PATH_REGEX) to.regex = build_regex(builder, from->pattern);
    return to;
}

static const struct redirect *
convert_redirect(struct builder *builder, const struct model_redirect *from)
{
    static const enum redirect_port ports[] = {
        [MODEL_REDIRECT_PORT_NONE] = REDIRECT_PORT_NONE,
        [MODEL_REDIRECT_PORT_FIXED] = REDIRECT_PORT_FIXED,
        [MODEL_REDIRECT_PORT_LISTENER] = REDIRECT_PORT_LISTENER,
    };
    struct redirect *to = build_array(builder, 1, sizeof(*to));
    if (!to) return NULL;
    *to = (struct redirect){
        .status = from->status,
        .port = from->port,
        .port_mode = ports[from->port_mode],
        .host_keeps_port = from->host_keeps_port,
        .scheme = build_text(builder, from->scheme),
        .host = build_text(builder, from->host),
        .path = convert_path(builder, &from->path),
    };
    return to;
}

static const struct response *
convert_response(struct builder *builder, const struct model_response *from)
{
    struct response *to = build_array(builder, 1, sizeof(*to));
    if (!to) return NULL;
    *to = (struct response){
        .status = from->status,
        .grpc_status = from->grpc_status,
        .body = build_text(builder, from->body),
        .fields = build_fields(builder, from->fields, from->field_count),
        .field_count = from->field_count,
    };
    return to;
}

/* ---- CORS ---- */

static void
convert_origin(struct builder *builder, struct origin_matcher *to, const struct model_matcher *from)
{
    to->affix.prefix = build_text(builder, from->value);
    to->affix.suffix = build_text(builder, from->suffix);
    switch (from->op) {
    case MODEL_PREFIX:
        to->op = OP_PREFIX;
        break;
    case MODEL_REGEX:
        to->op = OP_REGEX;
        to->regex = build_regex(builder, from->value);
        break;
    case MODEL_AFFIX:
        to->op = OP_AFFIX;
        break;
    default:
        to->op = OP_EXACT;
        break;
    }
}

static const struct cors *
convert_cors(struct builder *builder, const struct model_cors *from)
{
    struct cors *to = build_array(builder, 1, sizeof(*to));
    struct origin_matcher *origins = build_array(builder, from->origin_count, sizeof(*origins));
    if (!to || !origins) return NULL;
    for (size_t i = 0; i < from->origin_count; i++) {
        convert_origin(builder, &origins[i], &from->origins[i]);
    }
    *to = (struct cors){
        .origins = origins,
        .origin_count = from->origin_count,
        .any_origin = from->any_origin,
        .any_method = from->any_method,
        .any_header = from->any_header,
        .expose_on_preflight = from->expose_on_preflight,
        .allow_credentials = from->allow_credentials,
        .answer_foreign_preflight = from->answer_foreign_preflight,
        .foreign_headers = from->foreign_headers,
        .preflight_status = from->preflight_status,
        .allow_methods = build_text(builder, from->allow_methods),
        .allow_headers = build_text(builder, from->allow_headers),
        .expose_headers = build_text(builder, from->expose_headers),
        .max_age = build_text(builder, from->max_age),
    };
    struct sluice_router *router = builder->router;
    router->origin_header = build_needed(builder, SLUICE_NEEDED_HEADER, STR("origin"));
    router->request_method_header =
        build_needed(builder, SLUICE_NEEDED_HEADER, STR("access-control-request-method"));
    router->request_headers_header =
        build_needed(builder, SLUICE_NEEDED_HEADER, STR("access-control-request-headers"));
    return to;
}

/* ---- the parts that most rules lack ---- */

static const struct mirror *
convert_mirrors(struct builder *builder, const struct model_mirror *from, size_t count)
{
    if (count == 0) return NULL;
    struct mirror *to = build_array(builder, count, sizeof(*to));
    for (size_t i = 0; to && i < count; i++) {
        to[i].destination = build_destination(builder, from[i].destination);
        to[i].fraction = from[i].fraction;
    }
    if (count > builder->router->mirror_max) builder->router->mirror_max = (uint32_t)count;
    return to;
}

/* What the keys are read from; the index of the header where that is one. */
static const uint32_t *
need_hash_keys(struct builder *builder, const sluice_hash_policy *policies, size_t count)
{
    if (count == 0) return NULL;
    uint32_t *headers = build_array(builder, count, sizeof(*headers));
    for (size_t i = 0; headers && i < count; i++) {
        const sluice_hash_policy *policy = &policies[i];
        if (policy->key == SLUICE_HASH_HEADER) {
            headers[i] = build_needed(builder, SLUICE_NEEDED_HEADER, policy->name);
        } else if (policy->key == SLUICE_HASH_COOKIE) {
            build_needed(builder, SLUICE_NEEDED_COOKIE, policy->name);
            headers[i] = build_needed(builder, SLUICE_NEEDED_HEADER, STR("cookie"));
        } else if (policy->key == SLUICE_HASH_QUERY_PARAMETER) {
            build_needed(builder, SLUICE_NEEDED_QUERY, policy->name);
        }
    }
    return headers;
}

static const sluice_fault *
convert_fault(struct builder *builder, const sluice_fault *from)
{
    bool made;
    return build_copy_once(builder, from, sizeof(*from), &made);
}

static bool
is_plain(const struct model_action *action)
{
    return action->request_ops.count == 0 && action->response_ops.count == 0 &&
           action->path.mode == MODEL_PATH_KEEP && action->authority.len == 0 &&
           action->timeout_ns == SLUICE_NO_DURATION &&
           action->backend_timeout_ns == SLUICE_NO_DURATION && !action->fault && !action->cors &&
           action->mirror_count == 0 && action->hash_policy_count == 0 && !action->redirect &&
           !action->response;
}

/* Those that say the same are kept once. (Bytes between the members may tell two apart that are
 * alike: that costs memory and nothing else.) */
static const struct action_extra *
share_extra(struct builder *builder, const struct action_extra *extra)
{
    size_t key = build_key_begin(builder);
    build_key_put(builder, extra, sizeof(*extra));
    void **place = build_key_end(builder, &builder->extras, key);
    if (!place || *place) return place ? *place : NULL;
    struct action_extra *kept = build_array(builder, 1, sizeof(*kept));
    if (kept) *kept = *extra;
    *place = kept;
    return kept;
}

static const struct action_extra *
convert_extra(struct builder *builder, const struct model_action *from)
{
    if (is_plain(from)) return NULL;
    struct action_extra extra = {
        .request_ops = build_header_ops(builder, from->request_ops),
        .response_ops = build_header_ops(builder, from->response_ops),
        .path = convert_path(builder, &from->path),
        .authority = build_text(builder, from->authority),
        .timeout_ns = from->timeout_ns,
        .backend_timeout_ns = from->backend_timeout_ns,
        .fault = convert_fault(builder, from->fault),
        .cors = from->cors ? convert_cors(builder, from->cors) : NULL,
        .mirrors = convert_mirrors(builder, from->mirrors, from->mirror_count),
        .mirror_count = from->mirror_count,
        .hash_policy = build_hash_policies(builder, from->hash_policy, from->hash_policy_count),
        .hash_policy_count = from->hash_policy_count,
        .redirect = from->redirect ? convert_redirect(builder, from->redirect) : NULL,
        .response = from->response ? convert_response(builder, from->response) : NULL,
    };
    extra.hash_headers = need_hash_keys(builder, from->hash_policy, from->hash_policy_count);
    return share_extra(builder, &extra);
}

static bool
same_ops(struct model_header_ops a, struct model_header_ops b)
{
    return a.items == b.items && a.count == b.count;
}

static bool
has_particular_entry(const struct model_action *action)
{
    for (size_t i = 0; i < action->split.count; i++) {
        const struct model_split_entry *entry = &action->split.entries[i];
        if (entry->invalid || entry->instead || entry->authority.len ||
            !same_ops(entry->request_ops, action->request_ops) ||
            !same_ops(entry->response_ops, action->response_ops)) {
            return true;
        }
    }
    return false;
}

/* An action inside an entry is never itself split: no deeper nesting than this.
 */
static const struct action *
convert_instead(struct builder *builder, const struct model_action *from)
{
    if (!from) return NULL;
    struct action *to = build_array(builder, 1, sizeof(*to));
    if (!to) return NULL;
    to->kind = from->kind == MODEL_REDIRECT  ? ACTION_REDIRECT
               : from->kind == MODEL_RESPOND ? ACTION_RESPOND
                                             : ACTION_FORWARD;
    to->extra = convert_extra(builder, from);
    return to;
}

/* 0 says that an entry is valid. */
static uint32_t
invalid_status(const struct model_split_entry *entry)
{
    if (!entry->invalid) return 0;
    return entry->invalid_status ? entry->invalid_status : 500;
}

static const struct entry *
convert_entries(struct builder *builder, const struct model_action *action)
{
    if (!has_particular_entry(action)) return NULL;
    struct entry *to = build_array(builder, action->split.count, sizeof(*to));
    for (size_t i = 0; to && i < action->split.count; i++) {
        const struct model_split_entry *from = &action->split.entries[i];
        to[i] = (struct entry){
            .invalid_status = invalid_status(from),
            .request_ops = build_header_ops(builder, from->request_ops),
            .response_ops = build_header_ops(builder, from->response_ops),
            .authority = build_text(builder, from->authority),
            .instead = convert_instead(builder, from->instead),
        };
    }
    return to;
}

static void
fill_extent(struct action *to)
{
    const struct split *split = to->split;
    if (to->kind != ACTION_FORWARD || to->entries || to->extra) return;
    if (!split || split->usable == 0) return;
    to->extent = ACTION_PLAIN;
    if (split->count > 1 || split->pick == SLUICE_PICK_STICKY) return;
    to->extent = ACTION_ALONE;
    to->share = split->shares;
    to->destination = to->share->destination;
    to->port = to->destination->port;
    to->total = split->total;
}

bool
build_action(struct builder *builder, struct action *to, const struct model_action *from)
{
    static const uint8_t kinds[] = {
        [MODEL_FORWARD] = ACTION_FORWARD,     [MODEL_REDIRECT] = ACTION_REDIRECT,
        [MODEL_RESPOND] = ACTION_RESPOND,     [MODEL_PASSTHROUGH] = ACTION_PASSTHROUGH,
        [MODEL_NOT_FOUND] = ACTION_NOT_FOUND,
    };
    *to = (struct action){.kind = kinds[from->kind]};
    to->empty_status = (uint16_t)(from->split.empty_status ? from->split.empty_status : 503);
    to->split = build_split(builder, &from->split);
    to->entries = convert_entries(builder, from);
    to->retry = build_retry(builder, from->retry);
    to->extra = convert_extra(builder, from);
    fill_extent(to);
    return builder->status == SLUICE_OK;
}
