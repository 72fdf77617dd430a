/*
 * http1: as much of HTTP/1.1 as the example proxy needs. Heads are parsed, edited and written;
 * bodies are passed on byte by byte as they came, and followed to know where they end.
 */
#ifndef PROXY_HTTP1_H
#define PROXY_HTTP1_H

#include <sluice/sluice.h>

enum { BUFFER_SIZE = 32 * 1024, HEAD_FIELDS = 100 };

#define STR(literal) ((sluice_str){("" literal), sizeof(literal) - 1})

/* ASCII, without regard to case. */
bool text_same(sluice_str a, sluice_str b);
/* Split a text in two at the first such byte; false, and nothing written, when there is none. */
bool text_cut(sluice_str text, char at, sluice_str *left, sluice_str *right);

/* Bytes on their way: written behind `end`, taken from `begin`. */
struct buffer {
    size_t begin, end;
    char bytes[BUFFER_SIZE];
};

/* Free bytes behind `end`, after moving what is there to the front. */
size_t buffer_room(struct buffer *buffer);
/* False, and nothing written, when it does not fit. */
bool buffer_put(struct buffer *buffer, sluice_str text);

/* A start line and fields; text lies in the buffer that it was parsed from, or in a decision. */
struct head {
    sluice_str words[3]; /* method, target, version; or version, status, reason */
    sluice_field fields[HEAD_FIELDS];
    size_t count, size; /* of the fields; bytes of the whole as parsed */
};

enum parsed { PARSED, INCOMPLETE, MALFORMED };

/* Strict: line ends are CR LF, names are visible characters, no line is folded. */
enum parsed head_parse(struct head *head, const struct buffer *buffer);
/* How often the field occurs; *value is the last one's. */
size_t head_find(const struct head *head, sluice_str name, sluice_str *value);
/* Carry out one header operation of a decision; false when the head has no room. */
bool head_edit(struct head *head, sluice_header_op op);
/* Remove what concerns only the connection that it came by. */
void head_strip(struct head *head);
bool head_write(struct buffer *to, const struct head *head);

struct body {
    enum { BODY_LENGTH, BODY_TO_END, BODY_SIZE, BODY_EXTENSION, BODY_CHUNK, BODY_TRAILER } at;
    uint64_t left; /* bytes of the body or the chunk; its size so far; length of a trailer line */
    bool digits, done;
};

/* What body follows this head. False when its length is in doubt. */
bool body_begin(struct body *body, const struct head *head, bool request);
/* Pass on what belongs to the body and has room. False when it is malformed. */
bool body_move(struct body *body, struct buffer *from, struct buffer *to);

#endif
