/* fields: a table of names and of functions that write one part of a decision. */
#include "fields.h"

#include <string.h>

/* Written for each request, so lengths are constants and digits are made by hand. */
#define TEXT(literal) ((sluice_str){(literal), sizeof(literal) - 1})
#define NAME(literal)                                                                              \
    {                                                                                              \
        (literal), sizeof(literal) - 1                                                             \
    }

void
line_add(struct line *line, sluice_str text)
{
    if (text.len > line->capacity - line->len) {
        line->whole = false;
        return;
    }
    if (text.len) memcpy(line->at + line->len, text.ptr, text.len);
    line->len += text.len;
}

void
line_add_number(struct line *line, uint64_t number)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    line_add(line, (sluice_str){digits + at, sizeof digits - at});
}

static void
add_backend(struct line *line, const sluice_destination *destination)
{
    line_add(line, destination->host);
    if (!destination->subset.len) return;
    line_add(line, TEXT(":"));
    line_add(line, destination->subset);
}

/* ---- one function for each field; nothing written: absent ---- */

typedef void field_writer(const sluice_decision *decision, struct line *line);

static void
write_outcome(const sluice_decision *decision, struct line *line)
{
    line_add(line, sluice_str_of(sluice_outcome_name(decision->outcome)));
}

static void
write_backend(const sluice_decision *decision, struct line *line)
{
    if (decision->destination) add_backend(line, decision->destination);
}

static void
write_host(const sluice_decision *decision, struct line *line)
{
    if (decision->destination) line_add(line, decision->destination->host);
}

static void
write_subset(const sluice_decision *decision, struct line *line)
{
    if (decision->destination) line_add(line, decision->destination->subset);
}

static void
write_port(const sluice_decision *decision, struct line *line)
{
    if (decision->destination) line_add_number(line, decision->port);
}

static void
write_service(const sluice_decision *decision, struct line *line)
{
    if (decision->destination) line_add(line, decision->destination->name);
}

static void
write_namespace(const sluice_decision *decision, struct line *line)
{
    if (decision->destination) line_add(line, decision->destination->space);
}

static void
write_rule(const sluice_decision *decision, struct line *line)
{
    const sluice_matched *matched = decision->matched;
    if (!matched || !matched->name.len) return;
    line_add(line, matched->space);
    line_add(line, TEXT("/"));
    line_add(line, matched->name);
}

static void
write_route(const sluice_decision *decision, struct line *line)
{
    if (decision->matched) line_add(line, decision->matched->route_name);
}

static void
write_pick(const sluice_decision *decision, struct line *line)
{
    static const sluice_str names[] = {NAME("only"), NAME("random"), NAME("sticky"), NAME("even")};
    if (decision->destination) line_add(line, names[decision->pick]);
}

static void
write_sticky(const sluice_decision *decision, struct line *line)
{
    static const sluice_str names[] = {NAME("none"),   NAME("key"),   NAME("cookie"),
                                       NAME("header"), NAME("query"), NAME("source-ip")};
    if (decision->destination) line_add(line, names[decision->sticky.by]);
}

static void
write_status(const sluice_decision *decision, struct line *line)
{
    if (decision->status) line_add_number(line, decision->status);
}

static void
write_location(const sluice_decision *decision, struct line *line)
{
    if (decision->outcome == SLUICE_REDIRECT) line_add(line, decision->redirect.location);
}

static void
write_path(const sluice_decision *decision, struct line *line)
{
    if (decision->destination) line_add(line, decision->path);
}

static void
write_authority(const sluice_decision *decision, struct line *line)
{
    if (decision->destination) line_add(line, decision->authority);
}

static void
write_timeout(const sluice_decision *decision, struct line *line)
{
    if (decision->timeout_ns <= 0) return;
    line_add_number(line, ((uint64_t)decision->timeout_ns + 999999) / 1000000);
}

static void
write_hash(const sluice_decision *decision, struct line *line)
{
    if (decision->hash_present) line_add_number(line, decision->hash);
}

static void
write_mirror(const sluice_decision *decision, struct line *line)
{
    size_t before = line->len;
    for (size_t i = 0; i < decision->mirror_count; i++) {
        if (!decision->mirrors[i].chosen) continue;
        if (line->len > before) line_add(line, TEXT(","));
        add_backend(line, decision->mirrors[i].destination);
    }
}

static const struct {
    sluice_str name; /* and "=" */
    field_writer *write;
} fields[] = {
    {NAME("backend="),   write_backend  },
    {NAME("outcome="),   write_outcome  },
    {NAME("host="),      write_host     },
    {NAME("subset="),    write_subset   },
    {NAME("port="),      write_port     },
    {NAME("service="),   write_service  },
    {NAME("namespace="), write_namespace},
    {NAME("rule="),      write_rule     },
    {NAME("route="),     write_route    },
    {NAME("pick="),      write_pick     },
    {NAME("sticky="),    write_sticky   },
    {NAME("status="),    write_status   },
    {NAME("location="),  write_location },
    {NAME("path="),      write_path     },
    {NAME("authority="), write_authority},
    {NAME("timeout="),   write_timeout  },
    {NAME("hash="),      write_hash     },
    {NAME("mirror="),    write_mirror   },
};

#define FIELDS (sizeof fields / sizeof fields[0])

static field_writer *
writer_of(sluice_str name)
{
    for (size_t i = 0; i < FIELDS; i++) {
        if (fields[i].name.len == name.len + 1 &&
            memcmp(fields[i].name.ptr, name.ptr, name.len) == 0) {
            return fields[i].write;
        }
    }
    return NULL;
}

bool
field_known(sluice_str name)
{
    return writer_of(name);
}

bool
field_write(const sluice_decision *decision, sluice_str name, struct line *line)
{
    size_t before = line->len;
    field_writer *write = writer_of(name);
    if (!write) return false;
    write(decision, line);
    return line->whole && line->len > before;
}

void
fields_write(const sluice_decision *decision, struct line *line)
{
    for (size_t i = 0; i < FIELDS; i++) {
        size_t start = line->len;
        line_add(line, fields[i].name);
        size_t value = line->len;
        fields[i].write(decision, line);
        size_t end = line->len;
        bool absent = end == value || memchr(line->at + value, '\n', end - value);
        line_add(line, TEXT("\n"));
        if (absent || !line->whole) {
            line->len = start;
            line->whole = true;
        }
    }
}

sluice_str
fields_find(sluice_str text, sluice_str name)
{
    while (text.len) {
        const char *end = memchr(text.ptr, '\n', text.len);
        size_t len = end ? (size_t)(end - text.ptr) : text.len;
        if (name.len && len > name.len && text.ptr[name.len] == '=' &&
            memcmp(text.ptr, name.ptr, name.len) == 0) {
            return (sluice_str){text.ptr + name.len + 1, len - name.len - 1};
        }
        if (!end) break;
        text.ptr += len + 1;
        text.len -= len + 1;
    }
    return (sluice_str){NULL, 0};
}
