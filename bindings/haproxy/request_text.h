/*
 * request_text: header lines as HAProxy hands them over in one piece, and a whole request as text.
 *
 * A request text is what the converter reads:
 *
 *     METHOD AUTHORITY PATH
 *     name: value
 *     ...
 *
 * The header lines may be left out; a line ends with LF or CR LF; an empty line ends them. Names
 * that begin with a colon, which no client can send, stand for what is no header: ":scheme",
 * ":port",
 * ":source-ip".
 */
#ifndef HAPROXY_REQUEST_TEXT_H
#define HAPROXY_REQUEST_TEXT_H

#include <sluice/sluice.h>

/* Room for header lines that grows as needed and is kept from request to request. */
struct headers {
    sluice_field *items;
    size_t count;
    size_t capacity;
};

/* Forget the lines; the room stays. */
void headers_clear(struct headers *headers);
/* Add a line, whose text is borrowed. false: out of memory. */
bool headers_add(struct headers *headers, sluice_str name, sluice_str value);
/* The first value of the header, whose name is given in lower case; {NULL, 0}: there is none. */
sluice_str headers_get(const struct headers *headers, const char *name);
void headers_free(struct headers *headers);

/* Add the "name: value" lines of a text. A line without a colon is skipped. false: out of memory.
 */
bool headers_read(struct headers *headers, sluice_str text);

/* Fill what a request text says into `request`, whose headers become those. false: out of memory.
 */
bool request_text_read(sluice_str text, sluice_request *request, struct headers *headers);

#endif
