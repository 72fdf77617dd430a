#include "index_workload.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "router/index_text.h"
#include "router/layout.h"

static void *
must(void *memory)
{
    if (memory) return memory;
    fprintf(stderr, "bench_index: out of memory\n");
    exit(EXIT_FAILURE);
}

/* splitmix64 */
static uint64_t
draw(struct workload *w, uint64_t below)
{
    uint64_t z = w->seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (z ^ (z >> 31)) % below;
}

#define TEXT(w, ...) workload_text(arena_printf(&(w)->arena, __VA_ARGS__))

static sluice_str
workload_text(sluice_str text)
{
    must((void *)(uintptr_t)text.ptr);
    return text;
}

static void
begin(struct workload *w, size_t count, size_t per_host, uint64_t seed)
{
    *w = (struct workload){
        .arena = arena_init(alloc_or_default(NULL)),
        .count = count,
        .per_host = per_host,
        .request_count = WORKLOAD_REQUESTS,
        .seed = seed,
    };
    w->rules = must(ARENA_ARRAY(&w->arena, struct bench_rule, count));
    w->requests = must(ARENA_ARRAY(&w->arena, struct bench_request, WORKLOAD_REQUESTS));
}

/* ---- requests ---- */

/* What browsers and meshes send with every request. */
static const char *const common[][2] = {
    {"user-agent",        "Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101"},
    {"accept",            "application/json"                                        },
    {"accept-encoding",   "gzip, deflate, br"                                       },
    {"accept-language",   "en-US,en;q=0.5"                                          },
    {"cookie",            "theme=dark; session=6f1c9b0e5d2a4c83a7"                  },
    {"x-request-id",      "8d3b1e4c-1f0f-4f2a-9a43-6b1f3d2c7e90"                    },
    {"x-forwarded-for",   "203.0.113.7"                                             },
    {"x-forwarded-proto", "http"                                                    },
    {"x-b3-traceid",      "80f198ee56343ba864fe8b2a57d3eff7"                        },
    {"x-b3-spanid",       "e457b5a2e4d86bd1"                                        },
};

static void
fill_request(struct workload *w, struct bench_request *to, size_t rule, sluice_str path,
             sluice_str value)
{
    const struct bench_rule *aim = &w->rules[rule];
    size_t count = sizeof(common) / sizeof(common[0]);
    for (size_t i = 0; i < count; i++) {
        to->headers[i] = (sluice_field){sluice_str_of(common[i][0]), sluice_str_of(common[i][1])};
    }
    if (aim->header.len) to->headers[count++] = (sluice_field){aim->header, value};
    if (aim->query.len)
        path = TEXT(w, "%.*s?%.*s=%.*s", STR_ARG(path), STR_ARG(aim->query),
                    STR_ARG(aim->query_value));
    sluice_str host = STR("shop-0.example.com");
    if (w->per_host) host = TEXT(w, "host-%zu.example.com", rule / w->per_host);
    to->request = (sluice_request){
        .port = 80,
        .method = aim->method.len ? aim->method : STR("GET"),
        .authority = host,
        .path = path,
        .headers = to->headers,
        .header_count = count,
    };
}

/* ---- the mixed workload ---- */

static const char *const words[] = {
    "api",  "shop",   "cart",   "items", "users", "orders", "search", "static",
    "auth", "report", "export", "media", "admin", "events", "stream", "billing",
};

static sluice_str
some_path(struct workload *w, size_t number)
{
    const char *x = words[draw(w, 16)], *y = words[draw(w, 16)], *z = words[draw(w, 16)];
    switch (draw(w, 4)) {
    case 0:
        return TEXT(w, "/%s/%s-%zu", x, y, number);
    case 1:
        return TEXT(w, "/%s/v%u/%s/%zu", x, (unsigned)draw(w, 4), y, number);
    case 2:
        return TEXT(w, "/%s/%zu/%s/%s", x, number, y, z);
    default:
        return TEXT(w, "/%s/v%u/%s-%zu/%s", x, (unsigned)draw(w, 4), y, number, z);
    }
}

static void
further(struct workload *w, struct bench_rule *rule)
{
    static const char *const methods[] = {"GET", "POST", "PUT"};
    if (draw(w, 5) != 0) return;
    switch (draw(w, 3)) {
    case 0:
        rule->method = sluice_str_of(methods[draw(w, 3)]);
        break;
    case 1:
        rule->header = STR("x-version");
        rule->value = TEXT(w, "v%u", (unsigned)draw(w, 5));
        break;
    default:
        rule->header = STR("x-beta");
        rule->value = STR("1");
        break;
    }
}

static void
mixed_rule(struct workload *w, struct bench_rule *rule, size_t number)
{
    uint64_t kind = draw(w, 100);
    rule->path = some_path(w, number);
    if (kind < 45) {
        rule->path_kind = PATH_EXACTLY;
        further(w, rule);
    } else if (kind < 75) {
        rule->path_kind = PATH_PREFIXED;
        further(w, rule);
    } else if (kind < 80) {
        rule->path_kind = PATH_MATCHING;
        rule->path = TEXT(w, "%.*s/[0-9]+(/.*)?", STR_ARG(rule->path));
    } else if (kind < 90) {
        rule->path_kind = PATH_PREFIXED;
        rule->header = STR("x-group");
        rule->value = TEXT(w, "group-%u", (unsigned)draw(w, 50));
    } else if (kind < 97) {
        rule->path_kind = PATH_PREFIXED;
        rule->path = STR("/");
        rule->header = STR("end-user");
        rule->value = TEXT(w, "user-%zu", number);
    } else if (kind < 99) {
        rule->path_kind = PATH_EXACTLY;
        rule->method = STR("POST");
        rule->query = STR("variant");
        rule->query_value = TEXT(w, "%u", (unsigned)draw(w, 10));
    } else {
        rule->path_kind = PATH_PREFIXED;
        rule->path = STR("/");
        rule->header = STR("x-device");
        rule->value = TEXT(w, "device-%zu-[a-z]+", number);
        rule->value_is_regex = true;
    }
}

/* A path that the rule takes. */
static sluice_str
path_for(struct workload *w, const struct bench_rule *rule)
{
    sluice_str path = rule->path;
    switch (rule->path_kind) {
    case PATH_PREFIXED:
        return TEXT(w, "%.*s%s/%u", STR_ARG(path), path.len == 1 ? "any" : "",
                    (unsigned)draw(w, 100));
    case PATH_MATCHING:
        path.len -= strlen("/[0-9]+(/.*)?");
        return TEXT(w, "%.*s/%u/x", STR_ARG(path), (unsigned)draw(w, 1000));
    case PATH_EXACTLY:
    case PATH_NONE:
        break;
    }
    return path;
}

static sluice_str
value_for(struct workload *w, const struct bench_rule *rule)
{
    if (!rule->value_is_regex) return rule->value;
    sluice_str literal = str_first(rule->value, rule->value.len - strlen("[a-z]+"));
    return TEXT(w, "%.*sabc", STR_ARG(literal));
}

void
workload_mixed(struct workload *w, size_t count, size_t per_host)
{
    begin(w, count, per_host, count + per_host);
    size_t group = per_host ? per_host : count;
    for (size_t i = 0; i < count; i++) {
        if (i % group == group - 1) {
            w->rules[i] = (struct bench_rule){.path_kind = PATH_PREFIXED, .path = STR("/")};
        } else {
            mixed_rule(w, &w->rules[i], i);
        }
    }
    for (size_t i = 0; i < WORKLOAD_REQUESTS; i++) {
        size_t rule = draw(w, count);
        sluice_str path = path_for(w, &w->rules[rule]);
        if (draw(w, 20) == 0) path = TEXT(w, "/nobody/%u", (unsigned)draw(w, 1000));
        fill_request(w, &w->requests[i], rule, path, value_for(w, &w->rules[rule]));
    }
}

/* ---- adversaries ---- */

const char *
adversary_name(enum adversary adversary)
{
    static const char *const all[] = {
        "header-value", "query-value",  "nested-up", "nested-down", "regex-prefix",
        "regex-bare",   "regex-header", "grid",      "collisions",
    };
    return all[adversary];
}

static sluice_str
repeated(struct workload *w, size_t len)
{
    char *bytes = must(arena_bytes(&w->arena, len + 1));
    memset(bytes, 'a', len + 1);
    bytes[0] = '/';
    return (sluice_str){bytes, len + 1};
}

/* As the key of an exact path has it, where the caller gave no seed. */
static __attribute__((noinline)) uint64_t
unseeded_hash(sluice_str path)
{
    struct hash_keys keys = text_hash_keys(0);
    struct index_text text;
    index_text_init(&text, &keys, index_dimension_id(SUBJECT_PATH, false), 0, path);
    return index_text_hash(&text, path.len, KEY_EXACT);
}

/* The next path behind *from whose slot is in the first of 4,096 parts of the table. */
static sluice_str
colliding_path(struct workload *w, uint64_t *from)
{
    for (;;) {
        char bytes[32];
        int len = snprintf(bytes, sizeof(bytes), "/c/%llu", (unsigned long long)(*from)++);
        sluice_str path = {bytes, (size_t)len};
        if ((uint32_t)unseeded_hash(path) >> 20 == 0) return TEXT(w, "%s", bytes);
    }
}

static void
adversary_rule(struct workload *w, enum adversary adversary, struct bench_rule *rule, size_t i,
               uint64_t *from)
{
    rule->path_kind = PATH_PREFIXED;
    rule->path = STR("/");
    switch (adversary) {
    case ADVERSARY_HEADER_VALUE:
        rule->header = STR("x-tenant");
        rule->value = TEXT(w, "tenant-%zu", i);
        break;
    case ADVERSARY_QUERY_VALUE:
        rule->query = STR("tenant");
        rule->query_value = TEXT(w, "t%zu", i);
        break;
    case ADVERSARY_NESTED_UP:
        rule->path = repeated(w, i + 1);
        break;
    case ADVERSARY_NESTED_DOWN:
        rule->path = repeated(w, w->count - i);
        break;
    case ADVERSARY_REGEX_PREFIX:
        rule->path_kind = PATH_MATCHING;
        rule->path = TEXT(w, "/common/[a-z]+/item%zu/.*", i);
        break;
    case ADVERSARY_REGEX_BARE:
        rule->path_kind = PATH_MATCHING;
        rule->path = TEXT(w, ".*/item%zu/[0-9]+", i);
        break;
    case ADVERSARY_REGEX_HEADER:
        rule->path_kind = PATH_EXACTLY;
        rule->path = STR("/same");
        rule->header = STR("x-user");
        rule->value = TEXT(w, ".*-user%zu-[a-z]+", i);
        rule->value_is_regex = true;
        break;
    case ADVERSARY_GRID:
        rule->path_kind = PATH_EXACTLY;
        rule->path = TEXT(w, "/grid/%zu", i / 100);
        rule->header = STR("x-tenant");
        rule->value = TEXT(w, "tenant-%zu", i % 100);
        break;
    case ADVERSARY_COLLISIONS:
    case ADVERSARIES:
        rule->path_kind = PATH_EXACTLY;
        rule->path = colliding_path(w, from);
        break;
    }
}

void
workload_adversary(struct workload *w, enum adversary adversary, size_t count)
{
    begin(w, count, 0, count);
    uint64_t from = 0;
    for (size_t i = 0; i < count; i++) {
        adversary_rule(w, adversary, &w->rules[i], i, &from);
    }
    for (size_t i = 0; i < WORKLOAD_REQUESTS; i++) {
        size_t rule = draw(w, count);
        sluice_str path = w->rules[rule].path, value = w->rules[rule].value;
        if (w->rules[rule].path_kind == PATH_MATCHING) {
            path = TEXT(w, "/common/abc/item%zu/%u", rule, (unsigned)draw(w, 100));
        }
        if (w->rules[rule].value_is_regex) value = TEXT(w, "some-user%zu-name", rule);
        fill_request(w, &w->requests[i], rule, path, value);
    }
}

void
workload_free(struct workload *w)
{
    arena_free(&w->arena);
}

/* ---- YAML ---- */

struct yaml {
    char *bytes;
    size_t len, room;
};

static void put(struct yaml *yaml, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void
put(struct yaml *yaml, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    size_t need = (size_t)vsnprintf(NULL, 0, format, args) + 1;
    va_end(args);
    if (need > yaml->room - yaml->len) {
        yaml->room = yaml->room * 2 + need;
        yaml->bytes = must(realloc(yaml->bytes, yaml->room));
    }
    yaml->len += (size_t)vsnprintf(yaml->bytes + yaml->len, need, format, again);
    va_end(again);
}

static void
put_match(struct yaml *yaml, const struct bench_rule *rule)
{
    static const char *const kinds[] = {"", "exact", "prefix", "regex"};
    put(yaml, "  - match:\n    - uri:\n        %s: '%.*s'\n", kinds[rule->path_kind],
        STR_ARG(rule->path));
    if (rule->method.len) put(yaml, "      method:\n        exact: %.*s\n", STR_ARG(rule->method));
    if (rule->header.len) {
        put(yaml, "      headers:\n        %.*s:\n          %s: '%.*s'\n", STR_ARG(rule->header),
            rule->value_is_regex ? "regex" : "exact", STR_ARG(rule->value));
    }
    if (rule->query.len) {
        put(yaml, "      queryParams:\n        %.*s:\n          exact: '%.*s'\n",
            STR_ARG(rule->query), STR_ARG(rule->query_value));
    }
}

static void
put_route(struct yaml *yaml, size_t rule)
{
    put(yaml, "    route:\n    - destination:\n        host: service-%zu\n", rule % 100);
    if (rule % 10 != 0) return;
    put(yaml, "      weight: 90\n    - destination:\n        host: service-%zu\n      weight: 10\n",
        rule % 100 + 1);
}

sluice_str
workload_yaml(struct workload *w)
{
    struct yaml yaml = {NULL, 0, 0};
    size_t group = w->per_host ? w->per_host : w->count;
    for (size_t i = 0; i < w->count; i++) {
        if (i % group == 0) {
            put(&yaml,
                "---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata:\n"
                "  name: shop-%zu\nspec:\n  hosts:\n  - %s%zu.example.com\n  http:\n",
                i / group, w->per_host ? "host-" : "shop-", i / group);
        }
        put_match(&yaml, &w->rules[i]);
        put_route(&yaml, i);
    }
    sluice_str text = arena_dup(&w->arena, str_make(yaml.bytes, yaml.len));
    free(yaml.bytes);
    return workload_text(text);
}
