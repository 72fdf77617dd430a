/*
 * names: see names.h.
 */
#include "istio/names.h"

#include "base/syntax.h"

#define LABEL_MAX 63
#define DOMAIN_MAX 255
#define LABEL_PREFIX_MAX 253

static bool
is_alnum(char c)
{
    return ascii_is_alpha(c) || ascii_is_digit(c);
}

bool
name_is_dns_label(sluice_str text)
{
    if (text.len == 0 || text.len > LABEL_MAX) return false;
    if (!is_alnum(text.ptr[0]) || !is_alnum(text.ptr[text.len - 1])) return false;
    for (size_t i = 1; i + 1 < text.len; i++) {
        if (!is_alnum(text.ptr[i]) && text.ptr[i] != '-') return false;
    }
    return true;
}

static bool
is_wildcard_label(sluice_str text)
{
    if (str_equal(text, STR("*"))) return true;
    if (text.len > LABEL_MAX) return false;
    if (str_starts_with(text, STR("*-"))) return name_is_dns_label(str_skip(text, 2));
    if (str_starts_with(text, STR("*"))) return name_is_dns_label(str_skip(text, 1));
    return name_is_dns_label(text);
}

static bool
is_all_digits(sluice_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!ascii_is_digit(text.ptr[i])) return false;
    }
    return text.len > 0;
}

/* The text up to the first dot, which is taken off *rest together with the dot. */
static sluice_str
take_label(sluice_str *rest, bool *last)
{
    size_t dot = str_find(*rest, '.');
    sluice_str label = str_first(*rest, dot);
    *last = dot == SIZE_MAX;
    *rest = *last ? str_skip(*rest, rest->len) : str_skip(*rest, dot + 1);
    return label;
}

static const char *
check_labels(sluice_str text)
{
    bool last = false, first = true;
    while (!last) {
        sluice_str label = take_label(&text, &last);
        if (last && label.len == 0 && !first) return NULL; /* the trailing dot */
        if (!name_is_dns_label(label))
            return "has a label that is not 1 to 63 letters, digits or inner \"-\"";
        if (last && is_all_digits(label)) return "ends in a label of digits only";
        first = false;
    }
    return NULL;
}

static const char *
check_domain_length(sluice_str text)
{
    if (text.len == 0) return "is empty";
    return text.len > DOMAIN_MAX ? "is longer than 255 bytes" : NULL;
}

const char *
name_check_fqdn(sluice_str text)
{
    const char *wrong = check_domain_length(text);
    return wrong ? wrong : check_labels(text);
}

const char *
name_check_wildcard_domain(sluice_str text)
{
    const char *wrong = check_domain_length(text);
    if (wrong) return wrong;
    bool last;
    sluice_str rest = text, label = take_label(&rest, &last);
    if (!is_wildcard_label(label))
        return "does not begin with a DNS label, \"*\", or \"*\" directly before a DNS label";
    if (last || rest.len == 0) return NULL;
    return check_labels(rest);
}

const char *
name_check_sni_domain(sluice_str text)
{
    static const sluice_str generated = STR_INIT("outbound_.");
    if (!str_starts_with(text, generated)) return name_check_wildcard_domain(text);
    const char *wrong = check_domain_length(text);
    if (wrong) return wrong;
    sluice_str rest = str_skip(text, generated.len);
    size_t digits = 0;
    while (digits < rest.len && ascii_is_digit(rest.ptr[digits]))
        digits++;
    rest = str_skip(rest, digits);
    if (digits == 0 || !str_starts_with(rest, STR("_.")))
        return "is not of the form outbound_.<port>_.<subset>_.<host>";
    rest = str_skip(rest, 2);
    size_t subset_end = str_find(rest, '_');
    if (subset_end == SIZE_MAX || !str_starts_with(str_skip(rest, subset_end), STR("_.")))
        return "is not of the form outbound_.<port>_.<subset>_.<host>";
    return name_check_fqdn(str_skip(rest, subset_end + 2));
}

static bool
is_label_prefix(sluice_str text)
{
    bool last = false;
    if (text.len > LABEL_PREFIX_MAX) return false;
    while (!last) {
        if (!name_is_dns_label(take_label(&text, &last))) return false;
    }
    return true;
}

const char *
name_check_label_key(sluice_str text)
{
    size_t slash = str_find(text, '/');
    if (slash != SIZE_MAX && !is_label_prefix(str_first(text, slash)))
        return "has a prefix before \"/\" that is no DNS name";
    sluice_str name = slash == SIZE_MAX ? text : str_skip(text, slash + 1);
    if (!syntax_is_qualified_name(name))
        return "is not 1 to 63 letters, digits, \"-\", \"_\" or \".\" between letters or digits";
    return NULL;
}

bool
name_is_jwt_claim(sluice_str text)
{
    static const sluice_str prefix = STR_INIT("@request.auth.claims");
    if (!str_starts_with_ignore_case(text, prefix)) return false;
    text = str_skip(text, prefix.len);
    if (str_starts_with(text, STR("."))) return text.len > 1;
    return text.len > 2 && str_starts_with(text, STR("[")) && str_ends_with(text, STR("]"));
}

bool
name_is_printable_host(sluice_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] <= ' ' || text.ptr[i] > '~') return false;
    }
    return text.len > 0;
}
