#include "split/alias.h"

/*
 * Vose's two stacks, both in one array: columns with less than their share grow from the front,
 * those with more from the back.
 */
bool
alias_build(struct alias *out, struct arena *keep, struct arena *scratch, const uint32_t *weights,
            uint32_t count)
{
    struct alias_column *columns = ARENA_ARRAY(keep, struct alias_column, count);
    uint64_t *mass = ARENA_ARRAY(scratch, uint64_t, count);
    uint32_t *stack = ARENA_ARRAY(scratch, uint32_t, count);
    if (!columns || !mass || !stack) return false;
    uint64_t total = 0;
    for (uint32_t i = 0; i < count; i++) {
        total += weights[i];
    }
    uint32_t small = 0, large = count;
    for (uint32_t i = 0; i < count; i++) {
        mass[i] = (uint64_t)weights[i] * count;
        columns[i] = (struct alias_column){(uint32_t)total, i};
        if (mass[i] < total) {
            stack[small++] = i;
        } else {
            stack[--large] = i;
        }
    }
    while (small > 0 && large < count) {
        uint32_t lacking = stack[--small];
        uint32_t giving = stack[large];
        columns[lacking] = (struct alias_column){(uint32_t)mass[lacking], giving};
        mass[giving] -= total - mass[lacking];
        if (mass[giving] < total) {
            large++;
            stack[small++] = giving;
        }
    }
    *out = (struct alias){columns, count, (uint32_t)total};
    return true;
}
