#include "support/model_builder.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"

void
model_builder_init(struct model_builder *builder)
{
    memset(builder, 0, sizeof(*builder));
    builder->arena = arena_init(alloc_or_default(NULL));
    builder->model.listeners = builder->listeners;
    builder->settings = (struct router_settings){
        .alloc = alloc_or_default(NULL),
        .max_rules = 4000000,
        .proxy_namespace = STR("default"),
    };
}

void
model_builder_free(struct model_builder *builder)
{
    arena_free(&builder->arena);
}

void *
model_builder_take(struct model_builder *builder, size_t count, size_t size)
{
    void *memory = arena_array(&builder->arena, count, size);
    if (memory) return memory;
    fprintf(stderr, "model_builder: out of memory\n");
    exit(2);
}

static sluice_str
keep_text(struct model_builder *builder, sluice_str text)
{
    if (text.len == 0) return (sluice_str){NULL, 0};
    char *bytes = model_builder_take(builder, text.len, 1);
    memcpy(bytes, text.ptr, text.len);
    return (sluice_str){bytes, text.len};
}

sluice_str
model_builder_dup(struct model_builder *builder, const char *text)
{
    return keep_text(builder, (sluice_str){text, strlen(text)});
}

/* Room for one more item behind `count`: moves to twice the room at every power of two. */
static void *
make_room(struct model_builder *builder, const void *items, size_t count, size_t size)
{
    if (count > 0 && (count & (count - 1)) != 0) return (void *)(uintptr_t)items;
    void *grown = model_builder_take(builder, count ? count * 2 : 1, size);
    if (count) memcpy(grown, items, count * size);
    return grown;
}

struct model_listener *
model_builder_listener(struct model_builder *builder, enum model_scope scope, const char *name,
                       enum model_family family, uint32_t port)
{
    if (builder->model.listener_count == MODEL_BUILDER_LISTENERS) {
        fprintf(stderr, "model_builder: too many listeners\n");
        exit(2);
    }
    struct model_listener *listener = &builder->listeners[builder->model.listener_count++];
    *listener = (struct model_listener){
        .scope = scope,
        .name = model_builder_dup(builder, name),
        .family = family,
        .port = port,
    };
    return listener;
}

struct model_listener *
model_builder_mesh(struct model_builder *builder)
{
    return model_builder_listener(builder, MODEL_SCOPE_MESH, "", MODEL_FAMILY_HTTP, 0);
}

/* The next word, ended by `end` or the end of text; blanks around it are dropped. */
static sluice_str
next_word(sluice_str *text, char end)
{
    while (text->len && text->ptr[0] == ' ') {
        *text = str_skip(*text, 1);
    }
    size_t at = str_find(*text, end);
    sluice_str word = str_first(*text, at);
    *text = at == SIZE_MAX ? str_skip(*text, text->len) : str_skip(*text, at + 1);
    while (word.len && word.ptr[word.len - 1] == ' ') {
        word.len--;
    }
    return word;
}

void
model_builder_host(struct model_builder *builder, struct model_listener *listener,
                   const char *domains, const struct model_route_list *routes)
{
    struct model_virtual_host *hosts =
        make_room(builder, listener->hosts, listener->host_count, sizeof(*hosts));
    struct model_virtual_host *host = &hosts[listener->host_count++];
    listener->hosts = hosts;
    *host = (struct model_virtual_host){.routes = routes};
    sluice_str rest = model_builder_dup(builder, domains);
    while (rest.len) {
        sluice_str *own = make_room(builder, host->domains, host->domain_count, sizeof(*own));
        own[host->domain_count++] = next_word(&rest, ' ');
        host->domains = own;
    }
}

struct model_route_list *
model_builder_routes(struct model_builder *builder)
{
    return model_builder_take(builder, 1, sizeof(struct model_route_list));
}

struct model_rule *
model_builder_rule(struct model_builder *builder, struct model_route_list *routes,
                   const struct model_action *action, const struct model_predicate *predicates,
                   size_t count)
{
    struct model_predicate *own = NULL;
    if (count) {
        own = model_builder_take(builder, count, sizeof(*own));
        memcpy(own, predicates, count * sizeof(*own));
    }
    struct model_rule *rules = make_room(builder, routes->rules, routes->count, sizeof(*rules));
    rules[routes->count] = (struct model_rule){
        .predicates = own,
        .predicate_count = (uint32_t)count,
        .action = action,
        .rule = (uint32_t)routes->count,
        .match = -1,
    };
    routes->rules = rules;
    return &rules[routes->count++];
}

struct model_action *
model_builder_action(struct model_builder *builder, enum model_action_kind kind)
{
    struct model_action *action = model_builder_take(builder, 1, sizeof(*action));
    action->kind = kind;
    action->timeout_ns = SLUICE_NO_DURATION;
    action->backend_timeout_ns = SLUICE_NO_DURATION;
    action->split.salt = STR("default/test");
    action->split.empty_status = 500;
    return action;
}

const struct model_destination *
model_builder_destination(struct model_builder *builder, sluice_str host, sluice_str subset)
{
    struct model_destination *destination = model_builder_take(builder, 1, sizeof(*destination));
    destination->host = keep_text(builder, host);
    destination->subset = keep_text(builder, subset);
    return destination;
}

static struct model_split_entry
parse_entry(struct model_builder *builder, sluice_str text)
{
    size_t blank = str_find(text, ' ');
    sluice_str identity = str_first(text, blank);
    sluice_str number = blank == SIZE_MAX ? STR("1") : str_skip(text, blank + 1);
    size_t bar = str_find(identity, '|');
    sluice_str subset = bar == SIZE_MAX ? STR("") : str_skip(identity, bar + 1);
    uint64_t weight;
    if (!str_to_u64(number, &weight)) {
        fprintf(stderr, "model_builder: not a weight: %.*s\n", STR_ARG(number));
        exit(2);
    }
    return (struct model_split_entry){
        .destination = model_builder_destination(builder, str_first(identity, bar), subset),
        .weight = (uint32_t)weight,
        .identity = identity,
    };
}

struct model_action *
model_builder_forward(struct model_builder *builder, const char *split)
{
    struct model_action *action = model_builder_action(builder, MODEL_FORWARD);
    sluice_str rest = model_builder_dup(builder, split);
    while (rest.len) {
        struct model_split_entry *entries =
            make_room(builder, action->split.entries, action->split.count, sizeof(*entries));
        entries[action->split.count++] = parse_entry(builder, next_word(&rest, ','));
        action->split.entries = entries;
    }
    return action;
}

struct model_predicate
model_builder_text(enum model_subject subject, enum model_op op, const char *name,
                   const char *value)
{
    return (struct model_predicate){
        .subject = subject,
        .name = {name,     strlen(name)                   },
        .matcher = {.op = op, .value = {value, strlen(value)}},
    };
}

struct model_predicate
model_builder_number(enum model_subject subject, uint32_t number)
{
    return (struct model_predicate){
        .subject = subject,
        .matcher = {.op = MODEL_EXACT, .number = number},
    };
}

sluice_router *
model_builder_compile(struct model_builder *builder, sluice_status *status)
{
    sluice_router *router;
    struct diags diags = {0};
    struct arena scratch = arena_init(builder->settings.alloc);
    sluice_status built =
        router_build(&router, &builder->model, &builder->settings, &diags, &scratch);
    arena_free(&scratch);
    if (status) *status = built;
    return router;
}
