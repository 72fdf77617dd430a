/*
 * validate_headers: header operations of routes and destinations.
 */
#include "istio/validate.h"

bool
validate_is_authority_header(sluice_str name)
{
    return str_equal_ignore_case(name, STR(":authority")) ||
           str_equal_ignore_case(name, STR("host"));
}

/* What may be done to the authority depends on the place: only set and added, in a request. */
static void
check_name(struct validate *v, const struct yaml_node *at, sluice_str name, bool authority_allowed)
{
    if (name.len == 0) {
        BROKEN(v, at, "the header has no name");
    } else if (validate_is_authority_header(name)) {
        if (authority_allowed) return;
        REFUSED(v, at, "\"%.*s\" can only be set or added in a request", STR_ARG(name));
    } else if (name.ptr[0] == ':') {
        REFUSED(v, at, "pseudo header \"%.*s\" cannot be changed", STR_ARG(name));
    }
}

/* ---- values: text with %COMMAND% or %COMMAND(arguments)% in it ---- */

static bool
is_printable(sluice_str value)
{
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.ptr[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f) return false;
    }
    return true;
}

static sluice_str
skip_blanks(sluice_str text)
{
    while (text.len > 0 && text.ptr[0] == ' ')
        text = str_skip(text, 1);
    return text;
}

/* Past the closing quote of a string that began before `text`; a backslash hides the next byte.
 * NULL pointer: it never closes. */
static sluice_str
skip_quoted(sluice_str text)
{
    while (text.len > 0 && text.ptr[0] != '"')
        text = str_skip(text, text.ptr[0] == '\\' ? 2 : 1);
    return text.len > 0 ? str_skip(text, 1) : (sluice_str){NULL, 0};
}

/* Past a ["a", "b"] list, from after its "[". */
static sluice_str
skip_list(sluice_str text)
{
    static const sluice_str unclosed = {NULL, 0};
    for (;;) {
        text = skip_blanks(text);
        if (!str_starts_with(text, STR("\""))) return unclosed;
        text = skip_quoted(str_skip(text, 1));
        if (!text.ptr) return unclosed;
        text = skip_blanks(text);
        if (str_starts_with(text, STR("]"))) return skip_blanks(str_skip(text, 1));
        if (!str_starts_with(text, STR(","))) return unclosed;
        text = str_skip(text, 1);
    }
}

/* Past the arguments of a command, from after its "(" to after its ")". */
static sluice_str
skip_arguments(sluice_str text)
{
    text = skip_blanks(text);
    if (str_starts_with(text, STR("["))) {
        text = skip_list(str_skip(text, 1));
    } else {
        while (text.len > 0 && text.ptr[0] != ')')
            text = str_skip(text, text.ptr[0] == '\\' ? 2 : 1);
    }
    if (!str_starts_with(text, STR(")"))) return (sluice_str){NULL, 0};
    return skip_blanks(str_skip(text, 1));
}

/* Past a command and its closing "%", from after the opening one. */
static sluice_str
skip_command(sluice_str text)
{
    while (text.len > 0 && text.ptr[0] != '%' && text.ptr[0] != '(')
        text = str_skip(text, 1);
    if (str_starts_with(text, STR("("))) text = skip_arguments(str_skip(text, 1));
    return str_starts_with(text, STR("%")) ? str_skip(text, 1) : (sluice_str){NULL, 0};
}

/* Every % is doubled or opens a command that is closed. */
static bool
is_format(sluice_str value)
{
    for (;;) {
        size_t percent = str_find(value, '%');
        if (percent == SIZE_MAX) return true;
        value = str_skip(value, percent + 1);
        value = str_starts_with(value, STR("%")) ? str_skip(value, 1) : skip_command(value);
        if (!value.ptr) return false;
    }
}

static void
check_value(struct validate *v, const struct yaml_node *at, sluice_field field)
{
    if (!is_printable(field.value)) {
        BROKEN(v, at, "value of header \"%.*s\" holds a control byte", STR_ARG(field.name));
    } else if (!is_format(field.value)) {
        BROKEN(v, at,
               "value of header \"%.*s\" has an open \"%%\"; write %%%% for a percent sign, or "
               "%%COMMAND%%",
               STR_ARG(field.name));
    }
}

static void
check_map(struct validate *v, const struct value_str_map *map, bool authority_allowed)
{
    for (size_t i = 0; i < map->count; i++) {
        check_name(v, map->nodes[i], map->items[i].name, authority_allowed);
        check_value(v, map->nodes[i], map->items[i]);
    }
}

static void
check_operations(struct validate *v, const struct istio_header_operations *operations, bool request)
{
    if (!operations) return;
    check_map(v, &operations->set, request);
    check_map(v, &operations->add, request);
    for (struct str_walk s = str_walk(&operations->remove); str_next(&s);) {
        check_name(v, s.node, s.text, false);
    }
}

void
validate_headers(struct validate *v, const struct istio_headers *headers)
{
    if (!headers) return;
    check_operations(v, headers->request, true);
    check_operations(v, headers->response, false);
}
