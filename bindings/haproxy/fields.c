/* fields: a table of names and of functions that write one part of a decision. */
#include "fields.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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

static void
add_text(struct line *line, const char *text)
{
    line_add(line, sluice_str_of(text));
}

static void
add_number(struct line *line, uint64_t number)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRIu64, number);
    line_add(line, (sluice_str){digits, (size_t)len});
}

static void
add_backend(struct line *line, const sluice_destination *destination)
{
    line_add(line, destination->host);
    if (!destination->subset.len) return;
    add_text(line, ":");
    line_add(line, destination->subset);
}

/* ---- one function for each field; nothing written: absent ---- */

typedef void field_writer(const sluice_decision *decision, struct line *line);

static void
write_outcome(const sluice_decision *decision, struct line *line)
{
    add_text(line, sluice_outcome_name(decision->outcome));
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
    if (decision->destination) add_number(line, decision->port);
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
    add_text(line, "/");
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
    static const char *const names[] = {"only", "random", "sticky", "even"};
    if (decision->destination) add_text(line, names[decision->pick]);
}

static void
write_sticky(const sluice_decision *decision, struct line *line)
{
    static const char *const names[] = {"none", "key", "cookie", "header", "query", "source-ip"};
    if (decision->destination) add_text(line, names[decision->sticky.by]);
}

static void
write_status(const sluice_decision *decision, struct line *line)
{
    if (decision->status) add_number(line, decision->status);
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
    add_number(line, ((uint64_t)decision->timeout_ns + 999999) / 1000000);
}

static void
write_hash(const sluice_decision *decision, struct line *line)
{
    if (decision->hash_present) add_number(line, decision->hash);
}

static void
write_mirror(const sluice_decision *decision, struct line *line)
{
    size_t before = line->len;
    for (size_t i = 0; i < decision->mirror_count; i++) {
        if (!decision->mirrors[i].chosen) continue;
        if (line->len > before) add_text(line, ",");
        add_backend(line, decision->mirrors[i].destination);
    }
}

static const struct {
    const char *name;
    field_writer *write;
} fields[] = {
    {"backend",   write_backend  },
    {"outcome",   write_outcome  },
    {"host",      write_host     },
    {"subset",    write_subset   },
    {"port",      write_port     },
    {"service",   write_service  },
    {"namespace", write_namespace},
    {"rule",      write_rule     },
    {"route",     write_route    },
    {"pick",      write_pick     },
    {"sticky",    write_sticky   },
    {"status",    write_status   },
    {"location",  write_location },
    {"path",      write_path     },
    {"authority", write_authority},
    {"timeout",   write_timeout  },
    {"hash",      write_hash     },
    {"mirror",    write_mirror   },
};

#define FIELDS (sizeof fields / sizeof fields[0])

static field_writer *
writer_of(sluice_str name)
{
    for (size_t i = 0; i < FIELDS; i++) {
        if (strlen(fields[i].name) == name.len && memcmp(fields[i].name, name.ptr, name.len) == 0) {
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
        add_text(line, fields[i].name);
        add_text(line, "=");
        size_t value = line->len;
        fields[i].write(decision, line);
        size_t end = line->len;
        add_text(line, "\n");
        if (!line->whole || end == value || memchr(line->at + value, '\n', end - value)) {
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
        if (len > name.len && text.ptr[name.len] == '=' &&
            memcmp(text.ptr, name.ptr, name.len) == 0) {
            return (sluice_str){text.ptr + name.len + 1, len - name.len - 1};
        }
        if (!end) break;
        text.ptr += len + 1;
        text.len -= len + 1;
    }
    return (sluice_str){NULL, 0};
}
