/*
 * fields: what a decision says, as named texts that a HAProxy configuration can use.
 *
 *   outcome      forward, passthrough, redirect, respond, not_found, unavailable, misdirected
 *   backend      HOST:SUBSET, or HOST where there is no subset: a valid name of a backend section
 *   host subset port service namespace   of the destination
 *   rule         NAMESPACE/NAME of the resource that decided
 *   route        the name of its route
 *   pick         only, random, sticky, even
 *   sticky       none, key, cookie, header, query, source-ip: where the sticky key came from
 *   status       of a local answer
 *   location     of a redirect
 *   path authority   to send upstream
 *   timeout      milliseconds for the whole exchange
 *   hash         that chooses an endpoint inside the destination, in decimal
 *   mirror       HOST:SUBSET of the mirrors that were chosen, separated by commas
 *
 * A field that the decision has nothing to say for is absent.
 */
#ifndef HAPROXY_FIELDS_H
#define HAPROXY_FIELDS_H

#include <sluice/sluice.h>

/* Text of limited length that may be written past its end: then it is not whole. */
struct line {
    char *at;
    size_t len;
    size_t capacity;
    bool whole;
};

void line_add(struct line *line, sluice_str text);
void line_add_number(struct line *line, uint64_t number);

/* Whether there is a field of that name at all. */
bool field_known(sluice_str name);

/* Add the field's text. false: absent, unknown, or too long for the line. */
bool field_write(const sluice_decision *decision, sluice_str name, struct line *line);

/*
 * Add all fields as "name=value" lines, those left out whose value holds a line end or does not
 * fit, so that a transaction variable can carry a decision. fields_find() reads one again: {NULL,
 * 0} when it is not there.
 */
void fields_write(const sluice_decision *decision, struct line *line);
sluice_str fields_find(sluice_str fields, sluice_str name);

#endif
