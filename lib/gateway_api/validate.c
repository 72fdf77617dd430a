/*
 * validate: see validate.h.
 */
#include "gateway_api/validate.h"

void
validate_object(struct validate *v, const struct gateway_object *object)
{
    if (v->meta->name.len == 0) BROKEN(v, object->meta->root, "metadata.name is required");
}
