#include "yaml/anchors.h"

/* A leaf, or a branch on one bit of the names below it (Bernstein's crit-bit tree). Names hold no
 * NUL, so beyond their end they read as zeros. */
struct anchor {
    struct anchor *child[2]; /* of a branch; NULL in a leaf */
    size_t byte;
    unsigned char mask; /* the one bit that tells the children apart */
    sluice_str name;    /* of a leaf */
    struct yaml_node *node;
};

struct anchors
anchors_init(const sluice_allocator *alloc)
{
    return (struct anchors){.arena = arena_init(alloc)};
}

void
anchors_free(struct anchors *anchors)
{
    arena_free(&anchors->arena);
    anchors->root = NULL;
}

static unsigned char
byte_of(sluice_str name, size_t i)
{
    return i < name.len ? (unsigned char)name.ptr[i] : 0;
}

static unsigned
side_of(const struct anchor *branch, sluice_str name)
{
    return (byte_of(name, branch->byte) & branch->mask) != 0;
}

/* The leaf most like name; the only one that may be it. */
static struct anchor *
nearest_leaf(const struct anchors *anchors, sluice_str name)
{
    struct anchor *at = anchors->root;
    while (at && at->child[0]) {
        at = at->child[side_of(at, name)];
    }
    return at;
}

struct yaml_node *
anchors_get(const struct anchors *anchors, sluice_str name)
{
    const struct anchor *leaf = nearest_leaf(anchors, name);
    return leaf && str_equal(leaf->name, name) ? leaf->node : NULL;
}

static struct anchor *
new_leaf(struct anchors *anchors, sluice_str name, struct yaml_node *node)
{
    struct anchor *leaf = ARENA_NEW(&anchors->arena, struct anchor);
    if (!leaf) return NULL;
    leaf->name = arena_dup(&anchors->arena, name);
    leaf->node = node;
    return leaf->name.ptr ? leaf : NULL;
}

/* Make `branch` tell a and b apart: the highest bit in which they differ first. */
static void
find_difference(struct anchor *branch, sluice_str a, sluice_str b)
{
    size_t i = 0;
    while (byte_of(a, i) == byte_of(b, i)) {
        i++;
    }
    unsigned differ = byte_of(a, i) ^ byte_of(b, i);
    branch->byte = i;
    branch->mask = 0x80;
    while (!(differ & branch->mask)) {
        branch->mask >>= 1;
    }
}

static bool
stands_above(const struct anchor *at, const struct anchor *branch)
{
    if (!at->child[0]) return false;
    return at->byte < branch->byte || (at->byte == branch->byte && at->mask > branch->mask);
}

bool
anchors_put(struct anchors *anchors, sluice_str name, struct yaml_node *node)
{
    struct anchor *nearest = nearest_leaf(anchors, name);
    if (nearest && str_equal(nearest->name, name)) {
        nearest->node = node;
        return true;
    }
    struct anchor *leaf = new_leaf(anchors, name, node);
    struct anchor **place = &anchors->root;
    if (leaf && nearest) {
        struct anchor *branch = ARENA_NEW(&anchors->arena, struct anchor);
        if (!branch) return false;
        find_difference(branch, nearest->name, name);
        while (stands_above(*place, branch)) {
            place = &(*place)->child[side_of(*place, name)];
        }
        unsigned side = side_of(branch, name);
        branch->child[side] = leaf;
        branch->child[1 - side] = *place;
        leaf = branch;
    }
    if (leaf) *place = leaf;
    return leaf != NULL;
}
