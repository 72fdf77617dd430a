/*
 * view_header: header lines and cookies of a request.
 *
 * In an array of lines, the first header may be looked for alone. When more is asked, every line
 * that some rule needs is noted in its slot, so that asking for it costs a look at the slot. A
 * callback is asked once for each header that a rule asks for.
 */
#include "router/view.h"

/* ---- an array of lines ---- */

static void
note_line(struct view *view, uint32_t index, const sluice_field *line)
{
    sluice_context *context = view->context;
    struct header_slot *slot = &context->headers[index];
    if (slot->generation == context->generation) {
        slot->state = SLOT_SEVERAL;
        return;
    }
    slot->generation = context->generation;
    slot->state = SLOT_ONE;
    slot->line = (uint32_t)(line - view->request->headers);
    slot->value = line->value;
    if (index < 64) view->present |= UINT64_C(1) << index;
    context->present[view->present_count++] = index;
}

/* A line that some rule may need. `noted`: headers of which every line is noted already. */
static void __attribute__((noinline))
note_needed(struct view *view, const sluice_field *line, uint64_t noted)
{
    const sluice_router *router = view->router;
    uint32_t index = header_names_find(&router->header_names, &router->hash_keys, line->name);
    if (index == NO_HEADER || (index < 64 && (noted >> index & 1))) return;
    note_line(view, index, line);
}

static void
begin_headers(struct view *view)
{
    view->known = view->present = view->router->pseudo_present;
    view->present_count = 0;
}

void
view_read_headers(struct view *view)
{
    const sluice_router *router = view->router;
    const sluice_request *request = view->request;
    if (view->known == HEADERS_READ) return;
    if (view->known == 0) begin_headers(view);
    const uint64_t noted = view->known;
    view->known = HEADERS_READ;
    if (request->header_fn) view->present = UINT64_MAX;
    if (request->header_fn || !router->header_names.slots) return;
    const uint64_t lengths = router->header_names.any_length;
    const sluice_field *line = request->headers;
    for (size_t left = request->header_count; left > 0; left--, line++) {
        if (!(lengths & UINT64_C(1) << (line->name.len & 63))) continue;
        if (header_names_may_hold(&router->header_names, line->name)) {
            note_needed(view, line, noted);
        }
    }
}

static bool __attribute__((noinline)) is_name_in_capitals(const char *text, sluice_str name)
{
    return word_same_folded(text, name.ptr, name.len);
}

/* A line with a name of that length. Names come in lower case, nearly always. */
static void __attribute__((noinline))
note_if_named(struct view *view, const sluice_field *line, uint32_t index, sluice_str name)
{
    const char *text = line->name.ptr;
    if (!word_same_text(text, name.ptr, name.len) && !is_name_in_capitals(text, name)) return;
    note_line(view, index, line);
}

/* Every line of one header. */
static inline void
look_for(struct view *view, uint32_t index)
{
    const sluice_request *request = view->request;
    sluice_str name = view->router->header_names.names[index];
    const sluice_field *line = request->headers; /* NULL where there are none */
    for (size_t left = request->header_count; left > 0; left--, line++) {
        if (line->name.len == name.len) note_if_named(view, line, index, name);
    }
}

/* Looking for a second one alone would cost more than reading all lines at once. */
void
view_find_header(struct view *view, uint32_t index)
{
    if (view->known != 0 || index >= 64) {
        view_read_headers(view);
        return;
    }
    begin_headers(view);
    if (view->known >> index & 1) return; /* a pseudo header */
    view->known |= UINT64_C(1) << index;
    look_for(view, index);
}

/* ---- values ---- */

static bool
pseudo_header(const struct view *view, sluice_str name, sluice_str *value)
{
    if (name.len != 4 && !str_starts_with(name, STR(":"))) return false;
    if (str_equal(name, STR(":path"))) {
        *value = view->raw_path;
    } else if (str_equal(name, STR(":method"))) {
        *value = view_method(view);
    } else if (str_equal(name, STR(":scheme"))) {
        *value = view_scheme(view);
    } else if (str_equal(name, STR(":authority")) || str_equal(name, STR("host"))) {
        *value = view_authority(view);
    } else {
        return false;
    }
    return true;
}

/* The callback has a first line. */
static void __attribute__((noinline)) note_callback(const sluice_request *request, uint32_t index,
                                                    sluice_str name, struct header_slot *slot)
{
    sluice_str second;
    bool more = request->header_fn(request->header_user, index, name, 1, &second);
    slot->state = more ? SLOT_SEVERAL : SLOT_ONE;
    slot->line = 0;
}

/* Ask the callback for the first line. */
static void
ask_callback(struct view *view, uint32_t index, struct header_slot *slot)
{
    const sluice_request *request = view->request;
    sluice_str name = view->router->needed[SLUICE_NEEDED_HEADER][index];
    bool may_be_pseudo = index >= 64 || (view->router->pseudo_present >> index & 1);
    slot->generation = view->context->generation;
    slot->state = SLOT_ABSENT;
    if (may_be_pseudo && pseudo_header(view, name, &slot->value)) {
        slot->state = SLOT_ONE;
    } else if (request->header_fn(request->header_user, index, name, 0, &slot->value)) {
        note_callback(request, index, name, slot);
    }
}

/* The slot of a header after the callback was asked for it, once. */
static inline struct header_slot *
asked_slot(struct view *view, uint32_t index)
{
    struct header_slot *slot = &view->context->headers[index];
    if (slot->generation != view->context->generation) ask_callback(view, index, slot);
    return slot->state == SLOT_ABSENT ? NULL : slot;
}

bool
view_ask_headers(struct view *view, uint64_t wanted)
{
    do {
        if (!asked_slot(view, (uint32_t)__builtin_ctzll(wanted))) return false;
        wanted &= wanted - 1;
    } while (wanted);
    return true;
}

/* The slot of a header whose first line is known, or NULL when the request has none. */
static struct header_slot *
find_slot(struct view *view, uint32_t index)
{
    if (view->request->header_fn) return asked_slot(view, index);
    struct header_slot *slot = &view->context->headers[index];
    view_note_header(view, index);
    return slot->generation == view->context->generation ? slot : NULL;
}

/* The next line of that header after *line. */
static bool
next_line(const struct view *view, uint32_t index, uint32_t *line, sluice_str *value)
{
    const sluice_request *request = view->request;
    sluice_str name = view->router->needed[SLUICE_NEEDED_HEADER][index];
    if (request->header_fn) {
        return request->header_fn(request->header_user, index, name, ++*line, value);
    }
    for (size_t i = (size_t)*line + 1; i < request->header_count; i++) {
        const sluice_field *header = &request->headers[i];
        if (header->name.len != name.len) continue; /* saves nearly every call */
        if (!str_equal_ignore_case(header->name, name)) continue;
        *line = (uint32_t)i;
        *value = header->value;
        return true;
    }
    return false;
}

/* All values of a header of several lines, joined by ",". */
static sluice_str
join_lines(const struct view *view, uint32_t index, const struct header_slot *slot)
{
    struct scratch *scratch = &view->context->scratch;
    uint32_t line = slot->line;
    sluice_str value = slot->value, next;
    for (bool joined = false; next_line(view, index, &line, &next); joined = true) {
        /* What was joined last ends the scratch, so that more is only appended. */
        sluice_str parts[] = {value, STR(","), next};
        sluice_str added = scratch_concat(scratch, parts + joined, 3 - (size_t)joined);
        if (!added.ptr) return value; /* the overflow decides the outcome, not this value */
        value = joined ? str_make(value.ptr, value.len + added.len) : added;
    }
    return value;
}

bool
view_header(struct view *view, uint32_t index, sluice_str *value)
{
    struct header_slot *slot = find_slot(view, index);
    if (!slot) {
        *value = (sluice_str){NULL, 0};
        return view->router->pseudo_count && !view->request->header_fn &&
               pseudo_header(view, view->router->needed[SLUICE_NEEDED_HEADER][index], value);
    }
    if (slot->state == SLOT_SEVERAL) {
        slot->joined = join_lines(view, index, slot);
        slot->state = SLOT_JOINED;
    }
    *value = slot->state == SLOT_JOINED ? slot->joined : slot->value;
    return true;
}

bool
view_first_header(struct view *view, uint32_t index, sluice_str *value)
{
    const struct header_slot *slot = find_slot(view, index);
    *value = slot ? slot->value : (sluice_str){NULL, 0};
    if (slot) return true;
    return pseudo_header(view, view->router->needed[SLUICE_NEEDED_HEADER][index], value);
}

/* ---- cookies (RFC 6265, section 5.4: name=value pairs joined by "; ") ---- */

static bool
find_cookie(sluice_str line, sluice_str name, sluice_str *value)
{
    while (line.len) {
        size_t end = str_find(line, ';');
        sluice_str pair = str_trim(str_first(line, end));
        line = end == SIZE_MAX ? str_skip(line, line.len) : str_skip(line, end + 1);
        size_t equals = str_find(pair, '=');
        if (equals == SIZE_MAX || !str_equal(str_first(pair, equals), name)) continue;
        *value = str_skip(pair, equals + 1);
        if (value->len >= 2 && value->ptr[0] == '"' && value->ptr[value->len - 1] == '"') {
            *value = str_make(value->ptr + 1, value->len - 2);
        }
        return true;
    }
    return false;
}

bool
view_cookie(struct view *view, uint32_t header, sluice_str name, sluice_str *value)
{
    const struct header_slot *slot = find_slot(view, header);
    if (!slot) return false;
    uint32_t line = slot->line;
    sluice_str pairs = slot->value;
    do {
        if (find_cookie(pairs, name, value)) return value->len > 0;
    } while (slot->state != SLOT_ONE && next_line(view, header, &line, &pairs));
    return false;
}
