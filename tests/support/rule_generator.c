#include "support/rule_generator.h"

#include <stdio.h>

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

enum theme {
    THEME_MIXED,
    THEME_ONE_PATH,  /* only headers and parameters tell rules apart */
    THEME_NESTED,    /* every path is a prefix of the next */
    THEME_REGEX,     /* most comparisons are regular expressions */
    THEME_GRID,      /* few paths times few header values */
    THEME_ONE_VALUE, /* one header's value */
    THEMES,
};

static uint32_t
pick(struct rule_generator *generator, uint32_t n)
{
    return choose(generator->chooser, n);
}

static bool
one_in(struct rule_generator *generator, uint32_t n)
{
    return pick(generator, n) == 0;
}

/* ---- texts ---- */

static const char *const pieces[] = {
    "/",     "/a",   "/aa",  "/b", "a",     "b",       "/api",    "/API", "/v1", "/v2/", "/items",
    "item7", "x17",  "17",   ".",  "-",     "_",       "/a/b",    "%41",  "+",   "=",    "&",
    "é",     "\xff", "\x01", "Z",  "users", "/users/", "/static", ".jpg", "?",   "#",    "12345678",
};
static const char *const names[] = {
    "x-user", "end-user", "x-version", "x-b", "cookie", "host", ":path", ":method", "X-Mixed", "k",
};

static sluice_str
join(struct rule_generator *generator, sluice_str x, sluice_str y)
{
    char *bytes = model_builder_take(generator->builder, x.len + y.len + 1, 1);
    if (x.len) memcpy(bytes, x.ptr, x.len);
    if (y.len) memcpy(bytes + x.len, y.ptr, y.len);
    return (sluice_str){bytes, x.len + y.len};
}

static sluice_str
piece(struct rule_generator *generator)
{
    if (one_in(generator, 60)) return (sluice_str){"\0", 1};
    return sluice_str_of(pieces[pick(generator, ROWS(pieces))]);
}

static sluice_str
number(struct rule_generator *generator, uint32_t below)
{
    char digits[16];
    snprintf(digits, sizeof(digits), "%u", (unsigned)pick(generator, below));
    return model_builder_dup(generator->builder, digits);
}

static sluice_str
text(struct rule_generator *generator, uint32_t most)
{
    sluice_str made = piece(generator);
    for (uint32_t i = pick(generator, most); i > 0; i--) {
        made = join(generator, made, piece(generator));
    }
    if (one_in(generator, 2)) made = join(generator, made, number(generator, 200));
    if (one_in(generator, 50)) { /* past the blocks whose hashes are kept */
        for (int i = 0; i < 7; i++) {
            made = join(generator, made, join(generator, STR("/longer-than-one-block"), made));
        }
    }
    return made;
}

static sluice_str
nested(struct rule_generator *generator)
{
    static const char longest[] =
        "/aaaaaaa/aaaaaaaaaaaaaaaaaaaa/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/aaaaaa";
    return (sluice_str){longest, 1 + pick(generator, sizeof(longest) - 2)};
}

static sluice_str
path(struct rule_generator *generator)
{
    switch (generator->theme) {
    case THEME_ONE_PATH:
        return STR("/one");
    case THEME_NESTED:
        return nested(generator);
    case THEME_GRID:
        return join(generator, STR("/grid/"), number(generator, 6));
    default:
        return join(generator, STR("/"), text(generator, 4));
    }
}

static sluice_str
value(struct rule_generator *generator)
{
    switch (generator->theme) {
    case THEME_GRID:
        return number(generator, 6);
    case THEME_ONE_PATH:
    case THEME_ONE_VALUE:
        return join(generator, STR("value-"), number(generator, 250));
    default:
        return one_in(generator, 12) ? STR("") : text(generator, 3);
    }
}

/* Patterns with the literal in all places where a reader of literals may go wrong. */
static sluice_str
pattern(struct rule_generator *generator, sluice_str literal)
{
    static const struct {
        const char *before, *after;
    } frames[] = {
        {"",            ""         },
        {"",            ".*"       },
        {".*",          ""         },
        {".*",          ".*"       },
        {"/[a-z]+",     ".*"       },
        {"(?i)",        ".*"       },
        {"(?:",         ")?.*"     },
        {"(",           ")+"       },
        {"(?P<n>",      "|/b).*"   },
        {"",            "|/a.*"    },
        {"^",           "$"        },
        {"",            "?.*"      },
        {"",            "*.*"      },
        {"",            "+.*"      },
        {"",            "{0,2}.*"  },
        {"",            "{2}.*"    },
        {"[",           "]+.*"     },
        {"[^]",         "]*"       },
        {"[[:alpha:]/", "]*"       },
        {"\\/",         "\\d*"     },
        {"/a/",         "\\.[0-9]*"},
        {"\\Q",         "\\E.*"    },
        {"\\x2f",       ".*"       },
        {".*\\b",       ".*"       },
        {"(/a(b|c)*",   ")*.*"     },
        {"/a{",         ".*"       },
        {"/a{,2}",      ".*"       },
        {"(?s:.*)",     ".*"       },
        {".*?",         "??.*"     },
        {"\\A",         "\\z"      },
    };
    uint32_t i = pick(generator, ROWS(frames));
    bool raw = one_in(generator, 3); /* else the literal's own marks are escaped */
    sluice_str made = sluice_str_of(frames[i].before);
    for (size_t k = 0; k < literal.len; k++) {
        sluice_str letter = {literal.ptr + k, 1};
        bool mark = memchr("\\.+*?()|[]{}^$", letter.ptr[0], 14) != NULL;
        if (mark && !raw) made = join(generator, made, STR("\\"));
        made = join(generator, made, letter);
    }
    return join(generator, made, sluice_str_of(frames[i].after));
}

/* A pattern that RE2 takes. */
static sluice_str
valid_pattern(struct rule_generator *generator, sluice_str literal)
{
    for (int i = 0; i < 4; i++) {
        struct regex *regex;
        sluice_str made = pattern(generator, literal);
        if (regex_compile(&regex, made, NULL) != REGEX_OK) continue;
        regex_free(regex);
        return made;
    }
    return STR("/.*");
}

/* ---- predicates ---- */

static void
generate_matcher(struct rule_generator *generator, struct model_predicate *p, sluice_str literal)
{
    static const enum model_op ops[] = {
        MODEL_EXACT,          MODEL_EXACT, MODEL_EXACT, MODEL_PREFIX, MODEL_PREFIX,
        MODEL_SEGMENT_PREFIX, MODEL_REGEX, MODEL_REGEX, MODEL_AFFIX,  MODEL_SUFFIX,
    };
    struct model_matcher *m = &p->matcher;
    m->op = ops[pick(generator, ROWS(ops))];
    if (generator->theme == THEME_REGEX && !one_in(generator, 3)) m->op = MODEL_REGEX;
    if (one_in(generator, 40)) m->op = MODEL_PRESENT;
    if (literal.len < 5 && p->subject == MODEL_PATH && !one_in(generator, 10)) m->op = MODEL_EXACT;
    m->value = literal;
    if (m->op == MODEL_REGEX) m->value = valid_pattern(generator, literal);
    if (m->op == MODEL_AFFIX) m->suffix = piece(generator);
    if (m->op == MODEL_EXACT || m->op == MODEL_PREFIX || m->op == MODEL_SEGMENT_PREFIX) {
        m->ignore_case = one_in(generator, 5);
    }
}

static void
generate_address(struct rule_generator *generator, struct model_predicate *p)
{
    struct model_cidr *cidr = model_builder_take(generator->builder, 1, sizeof(*cidr));
    p->matcher.op = MODEL_CIDR;
    p->matcher.cidr = cidr;
    cidr->bits = 90 + pick(generator, 39);
    uint8_t address[16] = {[10] = 0xff,
                           [11] = 0xff,
                           [12] = 10,
                           [13] = (uint8_t)pick(generator, 2),
                           [14] = (uint8_t)pick(generator, 4)};
    memcpy(cidr->address, address, sizeof(address));
}

static struct model_predicate
generate_predicate(struct rule_generator *generator, enum model_subject subject)
{
    struct model_predicate p = {.subject = subject};
    p.name = sluice_str_of(names[pick(generator, ROWS(names))]);
    if (generator->theme == THEME_ONE_VALUE || generator->theme == THEME_GRID) {
        p.name = STR("x-user");
    }
    p.negate = one_in(generator, 24);
    switch (subject) {
    case MODEL_PORT:
    case MODEL_PROTOCOL:
        p.matcher.op = MODEL_EXACT;
        p.matcher.number = pick(generator, subject == MODEL_PORT ? 200 : 5);
        break;
    case MODEL_SOURCE_IP:
    case MODEL_DESTINATION_IP:
        generate_address(generator, &p);
        break;
    case MODEL_PATH:
    case MODEL_RAW_PATH:
        generate_matcher(generator, &p, path(generator));
        break;
    case MODEL_METHOD:
        generate_matcher(generator, &p, one_in(generator, 2) ? STR("GET") : STR("POST"));
        break;
    case MODEL_SCHEME:
        generate_matcher(generator, &p, one_in(generator, 2) ? STR("http") : STR("https"));
        break;
    default:
        generate_matcher(generator, &p, value(generator));
        p.absent_is_empty = p.matcher.op != MODEL_PRESENT && one_in(generator, 6);
        break;
    }
    return p;
}

static enum model_subject
some_subject(struct rule_generator *generator)
{
    static const enum model_subject often[] = {MODEL_HEADER, MODEL_HEADER, MODEL_QUERY,
                                               MODEL_METHOD};
    if (generator->theme == THEME_ONE_VALUE || generator->theme == THEME_GRID) return MODEL_HEADER;
    if (one_in(generator, 2)) return often[pick(generator, ROWS(often))];
    return (enum model_subject)(1 + pick(generator, MODEL_GRPC_METHOD));
}

void
rule_generator_rules(struct rule_generator *generator, struct model_route_list *routes,
                     const struct model_action *action, size_t count)
{
    generator->theme = pick(generator, THEMES);
    for (size_t i = 0; i < count; i++) {
        struct model_predicate predicates[4];
        size_t used = 0;
        if (!one_in(generator, 8)) predicates[used++] = generate_predicate(generator, MODEL_PATH);
        for (uint32_t more = pick(generator, 4); more > 0 && used < ROWS(predicates); more--) {
            predicates[used++] = generate_predicate(generator, some_subject(generator));
        }
        if (used == 0 && !one_in(generator, 20)) { /* a rule for everything hides all after it */
            predicates[used++] = generate_predicate(generator, MODEL_PATH);
        }
        model_builder_rule(generator->builder, routes, action, predicates, used)->line =
            ++generator->lines;
    }
    generator->routes = routes;
}

/* ---- requests ---- */

/* The literal of a predicate as a request may carry it. */
static sluice_str
aimed(struct rule_generator *generator, const struct model_predicate *p, sluice_str own)
{
    sluice_str made = p ? p->matcher.value : own;
    if (p && p->matcher.op == MODEL_AFFIX) {
        made = join(generator, join(generator, made, STR("mid")), p->matcher.suffix);
    } else if (p && p->matcher.op == MODEL_SUFFIX) {
        made = join(generator, STR("/x"), made);
    } else if (p && p->matcher.op == MODEL_REGEX) {
        sluice_str plain = {NULL, 0};
        for (size_t i = 0; i < made.len; i++) {
            sluice_str letter = {made.ptr + i, 1};
            if (!memchr("\\.+*?()|[]{}^$", letter.ptr[0], 14))
                plain = join(generator, plain, letter);
        }
        made = plain;
    }
    switch (pick(generator, 10)) {
    case 0:
        return own;
    case 1:
        return join(generator, made, piece(generator));
    case 2:
        return join(generator, made, STR("/"));
    case 3:
        return str_first(made,
                         pick(generator, (uint32_t)(made.len < 60000 ? made.len : 60000) + 1));
    case 4: {
        sluice_str copy = join(generator, made, STR(""));
        for (size_t i = 0; i < copy.len; i++) {
            char c = copy.ptr[i];
            ((char *)(uintptr_t)copy.ptr)[i] =
                c >= 'a' && c <= 'z' ? (char)(c - 32) : ascii_lower(c);
        }
        return copy;
    }
    default:
        return made;
    }
}

static void
add_query(struct rule_generator *generator, sluice_request *request, sluice_str name,
          sluice_str own)
{
    bool more = str_find(request->path, '?') != SIZE_MAX;
    sluice_str with = join(generator, request->path, more ? STR("&") : STR("?"));
    with = join(generator, join(generator, with, name), STR("="));
    request->path = join(generator, with, own);
}

static void
add_field(struct rule_generator *generator, const sluice_field *fields, size_t *count, size_t room,
          sluice_str name, sluice_str own)
{
    (void)generator;
    if (*count < room) ((sluice_field *)(uintptr_t)fields)[(*count)++] = (sluice_field){name, own};
}

static void
satisfy(struct rule_generator *generator, struct generated_request *out,
        const struct model_predicate *p)
{
    sluice_request *r = &out->request;
    sluice_str own = value(generator);
    switch (p->subject) {
    case MODEL_PATH:
    case MODEL_RAW_PATH:
        r->path = aimed(generator, p, path(generator));
        break;
    case MODEL_METHOD:
        r->method = aimed(generator, p, STR("GET"));
        break;
    case MODEL_SCHEME:
        r->scheme = aimed(generator, p, STR("https"));
        break;
    case MODEL_AUTHORITY:
        r->authority = aimed(generator, p, own);
        break;
    case MODEL_HEADER:
        add_field(generator, r->headers, &r->header_count, GENERATED_HEADERS, p->name,
                  aimed(generator, p, own));
        break;
    case MODEL_QUERY:
    case MODEL_QUERY_DECODED:
        add_query(generator, r, p->name, aimed(generator, p, own));
        break;
    case MODEL_PORT:
        r->port = p->matcher.number;
        break;
    case MODEL_SOURCE_NAMESPACE:
        r->source_namespace = aimed(generator, p, own);
        break;
    case MODEL_SOURCE_LABEL:
        add_field(generator, r->source_labels, &r->source_label_count, GENERATED_FIELDS, p->name,
                  aimed(generator, p, own));
        break;
    case MODEL_SOURCE_IP:
    case MODEL_DESTINATION_IP: {
        char address[32];
        snprintf(address, sizeof(address), "10.%u.%u.%u", (unsigned)pick(generator, 2),
                 (unsigned)pick(generator, 5), (unsigned)pick(generator, 2));
        sluice_str given = model_builder_dup(generator->builder, address);
        *(p->subject == MODEL_SOURCE_IP ? &r->source_ip : &r->destination_ip) = given;
        break;
    }
    case MODEL_SNI:
        r->sni = aimed(generator, p, own);
        break;
    case MODEL_CLAIM:
        add_field(generator, r->claims, &r->claim_count, GENERATED_FIELDS, p->name,
                  aimed(generator, p, own));
        break;
    case MODEL_PROTOCOL:
        r->protocol = (sluice_protocol)p->matcher.number;
        break;
    case MODEL_GRPC_SERVICE:
        r->path = join(generator, join(generator, STR("/"), aimed(generator, p, own)), STR("/M"));
        break;
    case MODEL_GRPC_METHOD:
        r->path = join(generator, STR("/s/"), aimed(generator, p, own));
        break;
    }
}

void
rule_generator_request(struct rule_generator *generator, struct generated_request *out)
{
    memset(out, 0, sizeof(*out));
    sluice_request *r = &out->request;
    r->headers = out->headers;
    r->source_labels = one_in(generator, 3) ? NULL : out->labels;
    r->claims = out->claims;
    const struct model_route_list *routes = generator->routes;
    for (int aims = one_in(generator, 3) ? 2 : 1; aims > 0; aims--) {
        const struct model_rule *rule =
            &routes->rules[chooser_next(generator->chooser) % routes->count];
        for (size_t i = 0; i < rule->predicate_count; i++) {
            const struct model_predicate *p = &rule->predicates[i];
            if (p->subject == MODEL_SOURCE_LABEL && !r->source_labels) continue;
            if (!one_in(generator, 8)) satisfy(generator, out, p);
        }
    }
    if (one_in(generator, 3)) {
        add_field(generator, r->headers, &r->header_count, GENERATED_HEADERS,
                  sluice_str_of(names[pick(generator, ROWS(names))]), value(generator));
    }
    if (r->path.len == 0 && !one_in(generator, 3)) r->path = path(generator);
}
