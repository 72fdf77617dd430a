/*
 * envelope: the outside of a Kubernetes object: apiVersion, kind, metadata, and where its spec is.
 *
 * Shared by every input format. Lists are expanded, identities compared and metadata decoded here;
 * what a spec means is the format's matter. A format claims the envelopes of its kinds; what nobody
 * claims is reported at the end.
 */
#ifndef SLUICE_YAML_ENVELOPE_H
#define SLUICE_YAML_ENVELOPE_H

#include "yaml/decode.h"

struct envelope {
    sluice_str document; /* name of the source */
    const struct yaml_node *root;
    const struct yaml_node *metadata, *spec, *status; /* NULL when absent or null */
    sluice_str group, version;                        /* of apiVersion; core "v1" has no group */
    sluice_str kind;
    sluice_str space; /* default applied; empty for kinds that live outside namespaces */
    sluice_str name;
    bool replaced;      /* a later object has the same identity: not to be used */
    size_t replaced_by; /* its place in the list; where it has errors it replaces nothing */
    bool claimed;       /* a format takes care of it; the rest is set by then */
    struct value_str_map labels, annotations; /* from here on: once claimed */
    bool has_created;
    int64_t created;  /* creationTimestamp, seconds since 1970; 0 when absent */
    size_t errors;    /* findings of severity error about it so far */
    const void *core; /* its spec, where kubernetes.h has decoded it */
};

struct envelope_list {
    struct envelope *items; /* in document order, items of a List in its place */
    size_t count;
};

struct envelope_options {
    struct arena *arena;
    struct diags *diags;
    sluice_str default_namespace;
    bool lenient;       /* unknown keys are warnings */
    uint32_t documents; /* limit; items of Lists count. 0: none */
};

/*
 * Read the envelopes of all documents. Findings (no object, no kind, repeated identity) are
 * reported and reading goes on. SLUICE_OK, SLUICE_ERR_LIMIT or SLUICE_ERR_NOMEM; of SLUICE_OK the
 * caller asks the diags for errors.
 */
sluice_status envelope_read_all(struct envelope_list *out, const struct envelope_options *options,
                                const struct yaml_document *documents);

/* Whether this is a kind of that API group, whatever its version. */
bool envelope_is(const struct envelope *envelope, sluice_str group, sluice_str kind);

/* Take the envelope on: its top-level keys are checked and its metadata decoded, once. Errors are
 * counted in the envelope. False when memory ran out. */
bool envelope_claim(struct envelope *envelope, const struct envelope_options *options,
                    const struct decode_dialect *dialect);

/* An info for each envelope that no format claimed. Call when all formats have looked. */
void envelope_report_unclaimed(const struct envelope_list *list,
                               const struct envelope_options *options);

/* The value of an annotation and, unless NULL, its place. NULL when there is none. */
const sluice_str *envelope_annotation(const struct envelope *envelope, sluice_str name,
                                      const struct yaml_node **node);

/* What decoding and validating this object needs. Give its errors back with envelope_decode_done().
 */
struct decode envelope_decode(const struct envelope *envelope,
                              const struct envelope_options *options,
                              const struct decode_dialect *dialect);
void envelope_decode_done(struct envelope *envelope, const struct decode *decode);

/* The object's spec decoded. An absent one is an error when `required`, and gives a message without
 * fields, placed at the object. NULL only when memory ran out. */
void *envelope_decode_spec(const struct envelope *envelope, struct decode *decode,
                           const struct message_type *type, bool required);

#endif
