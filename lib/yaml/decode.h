/*
 * decode: a tree into typed structs, driven by tables.
 *
 * A message type is a table of fields; decoding checks names, types, ranges of the wire type, enum
 * values, oneofs and durations, and reports each finding with its place and path. What a value may
 * be beyond its type is the format's own validation. Every decoded message begins with `const
 * struct yaml_node *node`, so that later stages can name the place of anything they find.
 *
 * Depth of recursion is that of the tables, never of the input: no message contains itself.
 */
#ifndef SLUICE_YAML_DECODE_H
#define SLUICE_YAML_DECODE_H

#include "yaml/tree.h"

/*
 * Scalars as they stand in a decoded struct. `set` is false for an absent or null field. Of texts
 * there are many: one that is not set is {NULL, 0}.
 */
struct value_str {
    sluice_str v;
};
static inline bool
value_is_set(struct value_str value)
{
    return value.v.ptr != NULL;
}
struct value_bool {
    bool v;
    bool set;
};
struct value_int { /* int32, uint32, int64 and (as int64) enums */
    int64_t v;
    bool set;
};
struct value_u64 {
    uint64_t v;
    bool set;
};
struct value_double {
    double v;
    bool set;
};
struct value_duration { /* nanoseconds; may be negative */
    int64_t v;
    bool set;
};

/* A list: `items` is an array of sluice_str, uint32_t, or message structs, as the table says. */
struct value_list {
    void *items;
    size_t count;
    const struct yaml_node *node;
};

/* A map<string,string>. Entry i stands at nodes[i]. */
struct value_str_map {
    sluice_field *items;
    const struct yaml_node **nodes;
    size_t count;
};

/* A map<string,uint32>. Entry i stands at nodes[i]. */
struct value_uint32_map {
    sluice_str *keys;
    uint32_t *values;
    const struct yaml_node **nodes;
    size_t count;
};

/* A map<string,message>: keys[i] goes with the i-th struct in items; null values are zeroed structs
 * whose node has kind YAML_NULL. */
struct value_message_map {
    sluice_str *keys;
    void *items;
    size_t count;
};

enum field_type {
    FIELD_STR,            /* struct value_str */
    FIELD_BOOL,           /* struct value_bool */
    FIELD_INT32,          /* struct value_int */
    FIELD_UINT32,         /* struct value_int */
    FIELD_UINT64,         /* struct value_u64 */
    FIELD_DOUBLE,         /* struct value_double */
    FIELD_DURATION,       /* struct value_duration: Go syntax, e.g. 1h30m, 1.5s; bare 0 */
    FIELD_PLAIN_DURATION, /* struct value_duration: Gateway API's part of that, e.g. 1h30m, 500ms */
    FIELD_BYTES,          /* struct value_str: base64, decoded */
    FIELD_ENUM,           /* struct value_int: by name or number */
    FIELD_MESSAGE,        /* pointer to the message's struct; NULL when absent or null */
    FIELD_STR_LIST,       /* struct value_list of sluice_str */
    FIELD_UINT32_LIST,    /* struct value_list of uint32_t */
    FIELD_ENUM_LIST,      /* struct value_list of int64_t */
    FIELD_MESSAGE_LIST,   /* struct value_list of structs; a null item is zeroed, its node YAML_NULL
                           */
    FIELD_STR_MAP,        /* struct value_str_map */
    FIELD_UINT32_MAP,     /* struct value_uint32_map */
    FIELD_MESSAGE_MAP,    /* struct value_message_map */
    FIELD_NODE,           /* const struct yaml_node *: taken as it is, any shape */
};

struct enum_value {
    const char *name;
    int64_t number;
};

struct message_type;

struct field_type_row {
    const char *name; /* lowerCamelCase; the snake_case form is accepted too, with a warning */
    uint8_t name_len;
    enum field_type type;
    size_t offset;                      /* of the field in the message's struct */
    bool in_more;                       /* ... in the one that `more` leads to */
    const struct message_type *message; /* of FIELD_MESSAGE* */
    const struct enum_value *values;    /* of FIELD_ENUM*; ends with a NULL name */
    const char *oneof;                  /* name of the oneof this field belongs to, or NULL */
    /* What a CRD's schema says beyond the type; see decode_check.h. */
    bool required;       /* in the dialect of CRDs: absent and null are errors */
    int64_t least, most; /* of a number, or each in a list; of text its characters; of another
                            list or map its entries. A `most` of 0 is none */
    const char *(*check)(sluice_str text); /* of a text, or each in a list: NULL when well formed,
                                              else static text that completes "TEXT ..." */
    bool not_acted_on; /* known, and carried or checked, but decides nothing: an info diagnostic */
};

struct message_type {
    const char *name; /* for messages: "HTTPRoute" */
    size_t size;      /* of its struct, whose first member is const struct yaml_node *node */
    const struct field_type_row *fields;
    size_t field_count;
    /* Fields that few messages have stand in a struct of their own, so that a message is small:
     * offset of the pointer to it, its size, and what is pointed to when there is none of them. */
    size_t more, more_size;
    const void *no_more; /* all zero; NULL: no such fields */
    size_t line;         /* offset of a uint32_t for the node's line; 0: none */
};

/* How one family of formats words and numbers its findings. */
struct decode_dialect {
    const char *error_code;   /* of a wrong type, unknown field, ... e.g. "IST0106" */
    const char *warning_code; /* e.g. "IST0133" */
    const char *info_code;    /* of fields that are not acted on */
    /* JSON as a CRD's schema has it, not as protobuf reads it: no numbers in quotes, no enums by
     * number, no names in snake_case, no null in a list. */
    bool crd;
};

struct decode {
    struct arena *arena; /* of what is decoded but for the messages: texts, maps, lists of them */
    struct arena *messages; /* of the structs that the tables describe; may be the same */
    struct diags *diags;
    const struct decode_dialect *dialect;
    bool lenient;        /* unknown fields are warnings */
    sluice_str document; /* of the resource being decoded, for diagnostics */
    sluice_str kind, space, name;
    size_t errors; /* findings of severity error so far, for this resource */
    bool at_keys;  /* a key of some map of messages begins with "@", as those of claims do */
};

/*
 * Decode a map node. NULL only when memory ran out (arena->failed): a finding leaves its field
 * unset and goes on, so that all are reported. A node that is no map is one finding and gives a
 * zeroed struct.
 */
void *decode_message(struct decode *decode, const struct message_type *type,
                     const struct yaml_node *node);

/* Report at a node: the place, path and resource are filled in. */
void decode_error(struct decode *decode, const struct yaml_node *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void decode_report(struct decode *decode, sluice_severity severity, const char *code,
                   const struct yaml_node *at, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Go's time.ParseDuration: sign, decimals, ns us ms s m h. False when text is none or overflows. */
bool duration_parse(sluice_str text, int64_t *ns);

/* Gateway API's Duration: 1 to 4 parts of 1 to 5 digits and h, m, s or ms, in any order. */
bool duration_parse_plain(sluice_str text, int64_t *ns);

/* Whether at most so many slips of the pen lead from one short name to the other; case is none. */
bool decode_is_near(sluice_str name, sluice_str candidate, size_t most);

#endif
