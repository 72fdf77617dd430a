#include "router/builder.h"

/* The ports and subsets of a service share the labels of an endpoint. */
static const sluice_field *
copy_labels(struct builder *builder, const sluice_field *labels, size_t count)
{
    bool made;
    sluice_field *copy = build_copy_once(builder, labels, count * sizeof(*labels), &made);
    for (size_t i = 0; made && i < count; i++) {
        copy[i].name = build_text(builder, labels[i].name);
        copy[i].value = build_text(builder, labels[i].value);
    }
    return copy;
}

static void
convert(struct builder *builder, sluice_endpoint *endpoint)
{
    endpoint->address = build_text(builder, endpoint->address);
    endpoint->labels = endpoint->label_count
                           ? copy_labels(builder, endpoint->labels, endpoint->label_count)
                           : NULL;
    endpoint->region = build_text(builder, endpoint->region);
    endpoint->zone = build_text(builder, endpoint->zone);
    endpoint->subzone = build_text(builder, endpoint->subzone);
}

const sluice_endpoints *
build_endpoints(struct builder *builder, const sluice_endpoints *endpoints)
{
    bool made;
    sluice_endpoints *copy = build_copy_once(builder, endpoints, sizeof(*endpoints), &made);
    if (!made) return copy;
    copy->items = NULL;
    if (endpoints->count == 0) return copy;
    sluice_endpoint *items = build_array(builder, endpoints->count, sizeof(*items));
    if (!items) return copy;
    memcpy(items, endpoints->items, endpoints->count * sizeof(*items));
    for (size_t i = 0; i < endpoints->count; i++) {
        convert(builder, &items[i]);
    }
    copy->items = items;
    return copy;
}
