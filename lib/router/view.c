#include "router/view_begin.h"

static bool
has_capital(sluice_str text)
{
    uint64_t found = 0;
    size_t at = 0;
    for (; at + 8 <= text.len; at += 8) {
        found |= word_capitals(word_load(text.ptr + at));
    }
    return (found | word_capitals(word_load_some(text.ptr + at, text.len - at))) != 0;
}

/* Lower-case, copying only what needs it. A text too long for the scratch is cut off to nothing,
 * which matches no domain, and the overflow is remembered. */
static sluice_str
lower(struct scratch *scratch, sluice_str text)
{
    if (!has_capital(text)) return text;
    char *copy = scratch_take(scratch, text.len);
    if (!copy) return (sluice_str){NULL, 0};
    for (size_t i = 0; i < text.len; i++) {
        copy[i] = ascii_lower(text.ptr[i]);
    }
    return (sluice_str){copy, text.len};
}

/* Cut at the last colon, unless it stands inside the brackets of an IPv6 address. */
static sluice_str
without_port(sluice_str authority)
{
    for (size_t i = authority.len; i-- > 0;) {
        if (authority.ptr[i] == ']') return authority;
        if (authority.ptr[i] == ':') return str_first(authority, i);
    }
    return authority;
}

sluice_str
view_unusual_host(struct scratch *scratch, sluice_str authority, bool port_is_cut)
{
    return lower(scratch, port_is_cut ? authority : without_port(authority));
}

sluice_str
view_lower_sni(struct scratch *scratch, sluice_str sni)
{
    return lower(scratch, sni);
}

uint32_t
view_default_port(const struct view *view)
{
    bool secure = view->family == FAMILY_TLS || str_equal(view_scheme(view), STR("https"));
    return secure ? 443 : 80;
}

void
view_init(struct view *view, sluice_context *context, const sluice_request *request)
{
    view_begin(view, context, request);
    view_begin_way(view);
    view_begin_host(view);
    view_split_path(view);
}
