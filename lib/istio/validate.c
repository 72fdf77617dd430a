/*
 * validate: the checks that several kinds share.
 */
#include "istio/validate.h"

#include "base/ip.h"
#include "base/map.h"
#include "base/syntax.h"
#include "istio/names.h"

#define MILLISECOND 1000000

/* ---- places ---- */

/* lowerCamelCase to snake_case, into `out`, cut to fit. */
static sluice_str
snake_case(char *out, size_t cap, const char *name)
{
    size_t len = 0;
    for (; *name && len + 2 < cap; name++) {
        if (*name >= 'A' && *name <= 'Z') out[len++] = '_';
        out[len++] = ascii_lower(*name);
    }
    return str_make(out, len);
}

const struct yaml_node *
validate_at(const struct yaml_node *message, const char *name)
{
    char snake[64];
    const struct yaml_node *child = yaml_get(message, sluice_str_of(name));
    if (!child) child = yaml_get(message, snake_case(snake, sizeof(snake), name));
    return child ? child : message;
}

/* ---- common values ---- */

bool
validate_is_port(int64_t number)
{
    return number >= 1 && number <= 65535;
}

void
validate_port(struct validate *v, const struct yaml_node *at, int64_t number)
{
    if (validate_is_port(number)) return;
    BROKEN(v, at, "port %lld is out of range; a port is a number from 1 to 65535",
           (long long)number);
}

void
validate_duration(struct validate *v, const struct yaml_node *message, const char *name,
                  struct value_duration duration)
{
    if (!duration.set) return;
    const struct yaml_node *at = validate_at(message, name);
    if (duration.v < 0) {
        BROKEN(v, at, "%s is negative; it must be 1ms or more", name);
    } else if (duration.v < MILLISECOND) {
        REFUSED(v, at, "%s is below 1ms; it must be 1ms or more", name);
    } else if (duration.v % MILLISECOND != 0) {
        REFUSED(v, at, "%s must be a whole number of milliseconds", name);
    }
}

void
validate_labels(struct validate *v, const struct value_str_map *labels)
{
    for (size_t i = 0; i < labels->count; i++) {
        sluice_field label = labels->items[i];
        const char *wrong = name_check_label_key(label.name);
        if (wrong)
            REFUSED(v, labels->nodes[i], "label key \"%.*s\" %s", STR_ARG(label.name), wrong);
        wrong = syntax_check_label_value(label.value);
        if (!wrong) continue;
        REFUSED(v, labels->nodes[i], "label value \"%.*s\" %s", STR_ARG(label.value), wrong);
    }
}

void
validate_selector(struct validate *v, const struct yaml_node *selector,
                  const struct value_str_map *labels, const char *what)
{
    for (size_t i = 0; i < labels->count; i++) {
        sluice_field label = labels->items[i];
        if (label.name.len == 0) {
            REFUSED(v, labels->nodes[i], "%s has a label with an empty key", what);
        }
        if (str_find(label.name, '*') != SIZE_MAX || str_find(label.value, '*') != SIZE_MAX) {
            REFUSED(v, labels->nodes[i],
                    "%s has a \"*\" in a label; a selector compares whole values", what);
        }
    }
    if (labels->count == 0) {
        WARN(v, selector, "%s has no labels; it selects every workload of the namespace", what);
    }
}

/* A name without "/": a gateway of the own namespace, or the legacy form with dots. */
static void
check_short_gateway_name(struct validate *v, const struct yaml_node *at, sluice_str name)
{
    const char *wrong = name_check_fqdn(name);
    if (wrong) REFUSED(v, at, "gateway name \"%.*s\" %s", STR_ARG(name), wrong);
    size_t dot = str_find(name, '.');
    if (dot == SIZE_MAX) return;
    sluice_str rest = str_skip(name, dot + 1), space = str_first(rest, str_find(rest, '.'));
    WARN(v, at, "gateway name \"%.*s\" has the legacy form; write \"%.*s/%.*s\"", STR_ARG(name),
         STR_ARG(space), STR_ARG(str_first(name, dot)));
}

static void
check_long_gateway_name(struct validate *v, const struct yaml_node *at, sluice_str text,
                        size_t slash)
{
    sluice_str space = str_first(text, slash), name = str_skip(text, slash + 1);
    if (!name_is_dns_label(space)) {
        REFUSED(v, at, "\"%.*s\" names no namespace before \"/\"; expected namespace/name",
                STR_ARG(text));
    }
    if (!name_is_dns_label(name) && !v->gateway_semantics) {
        REFUSED(v, at, "\"%.*s\" names no gateway after \"/\"; expected namespace/name",
                STR_ARG(text));
    }
}

/* As Istio does, stop at the first name without "/". */
void
validate_gateway_names(struct validate *v, const struct value_list *names)
{
    for (struct str_walk s = str_walk(names); str_next(&s);) {
        size_t slash = str_find(s.text, '/');
        if (slash == SIZE_MAX) {
            check_short_gateway_name(v, s.node, s.text);
            return;
        }
        check_long_gateway_name(v, s.node, s.text, slash);
    }
}

void
validate_subnets(struct validate *v, const struct value_list *subnets)
{
    for (struct str_walk s = str_walk(subnets); str_next(&s);) {
        struct ip ip;
        uint32_t bits;
        if (ip_parse_prefix(&ip, &bits, s.text)) continue;
        BROKEN(v, s.node, "\"%.*s\" is no IP address or CIDR block, e.g. 10.0.0.0/8",
               STR_ARG(s.text));
    }
}

/* ---- exportTo ---- */

static void
check_export_name(struct validate *v, const struct yaml_node *at, sluice_str text,
                  struct export_rules rules)
{
    if (str_equal(text, STR("*")) || str_equal(text, STR("."))) return;
    if (str_equal(text, STR("~"))) {
        if (rules.nobody_allowed) return;
        REFUSED(v, at, "exportTo \"~\" (nobody) is only for ServiceEntry");
    } else if (!name_is_dns_label(text)) {
        REFUSED(v, at, "exportTo \"%.*s\" is neither \".\", \"*\" nor a namespace", STR_ARG(text));
    }
}

/* "." and the own namespace's name are the same entry. */
static void
check_export_repeats(struct validate *v, const struct value_list *export_to)
{
    struct map seen = map_init(v->decode->arena);
    for (struct str_walk s = str_walk(export_to); str_next(&s) && !v->failed;) {
        sluice_str key = str_equal(s.text, STR(".")) ? v->meta->space : s.text;
        void **slot = map_put(&seen, key);
        if (!slot) {
            v->failed = true;
        } else if (*slot) {
            REFUSED(v, s.node, "exportTo names \"%.*s\" twice", STR_ARG(key));
        } else {
            *slot = v;
        }
    }
    map_free(&seen);
}

void
validate_export_to(struct validate *v, const struct value_list *export_to,
                   struct export_rules rules)
{
    for (struct str_walk s = str_walk(export_to); str_next(&s);) {
        check_export_name(v, s.node, s.text, rules);
        bool all = str_equal(s.text, STR("*")), none = str_equal(s.text, STR("~"));
        if ((all || (none && rules.nobody_allowed)) && export_to->count > 1) {
            REFUSED(v, s.node, "exportTo \"%.*s\" must stand alone", STR_ARG(s.text));
        }
        bool own = str_equal(s.text, STR(".")) || str_equal(s.text, v->meta->space);
        if (rules.own_only && !own) {
            REFUSED(v, s.node, "with a workloadSelector, exportTo must be just \".\"");
        }
    }
    check_export_repeats(v, export_to);
}

/* ---- regular expressions ---- */

static bool
is_within_limit(struct validate *v, const struct yaml_node *at, sluice_str pattern)
{
    if (pattern.len <= v->regexes->bytes_max) return true;
    BROKEN(v, at, "regular expression of %zu bytes is longer than %u, which is the limit",
           pattern.len, (unsigned)v->regexes->bytes_max);
    return false;
}

static void
report_regex(struct validate *v, const struct yaml_node *at, sluice_str pattern,
             enum regex_result result, const struct regex_error *error)
{
    switch (result) {
    case REGEX_OK:
        return;
    case REGEX_BAD:
        BROKEN(v, at, "regular expression \"%.*s\" is not in RE2 syntax: %s", STR_ARG(pattern),
               error->text);
        return;
    case REGEX_UNSUPPORTED:
        BROKEN(v, at, "this build of sluice has no regular expressions");
        return;
    case REGEX_NOMEM:
        v->failed = true;
        return;
    }
}

void
validate_regex(struct validate *v, const struct yaml_node *at, sluice_str pattern)
{
    struct regex_error error;
    if (!is_within_limit(v, at, pattern)) return;
    report_regex(v, at, pattern, regex_store_check(v->regexes, pattern, &error), &error);
}

const struct regex *
validate_regex_get(struct validate *v, const struct yaml_node *at, sluice_str pattern)
{
    const struct regex *regex = NULL;
    struct regex_error error;
    if (!is_within_limit(v, at, pattern)) return NULL;
    report_regex(v, at, pattern, regex_store_get(v->regexes, &regex, pattern, &error), &error);
    return regex;
}
