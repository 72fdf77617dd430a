/*
 * alias: a weighted random pick in constant time (Walker 1977, Vose 1991), in integers.
 *
 * Column i holds entry i with mass `threshold` and entry `alias` with the rest, each column of mass
 * `total`. Summed over the columns, entry i's mass is exactly weight[i] * count, so nothing is
 * rounded when the table is built; a pick's probability differs from weight/total by less than
 * (count + 1) / 2^64.
 */
#ifndef SLUICE_SPLIT_ALIAS_H
#define SLUICE_SPLIT_ALIAS_H

#include "base/arena.h"

struct alias_column {
    uint32_t threshold; /* 0..total */
    uint32_t alias;
};

struct alias {
    const struct alias_column *columns;
    uint32_t count; /* at least 1 */
    uint32_t total; /* sum of the weights, at least 1 */
};

/* Sum of weights must be 1 to UINT32_MAX. Scratch is given back by the caller. False: no memory. */
bool alias_build(struct alias *out, struct arena *keep, struct arena *scratch,
                 const uint32_t *weights, uint32_t count);

/* Entry for a uniform 64-bit draw. */
static inline uint32_t
alias_pick(const struct alias *alias, uint64_t draw)
{
    __extension__ typedef unsigned __int128 u128;
    u128 scaled = (u128)draw * alias->count;
    uint32_t column = (uint32_t)(scaled >> 64);
    uint32_t mass = (uint32_t)(((u128)(uint64_t)scaled * alias->total) >> 64);
    struct alias_column c = alias->columns[column];
    /* All ones where the alias is taken: gcc turns a ?: here into a branch that mispredicts. */
    uint32_t take = -(uint32_t)(mass >= c.threshold);
    return column ^ ((column ^ c.alias) & take);
}

#endif
