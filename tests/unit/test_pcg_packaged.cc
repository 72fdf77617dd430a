/* engine/pcg against the PCG library's own C++ header. */
#include <cinttypes>
#include <cstdio>

#include <pcg_random.hpp>

#include "sluice/sluice.h"

static bool
agrees(uint64_t seed, uint64_t stream)
{
    pcg64 theirs(seed, stream);
    sluice_rng ours;
    sluice_rng_init(&ours, seed, stream);
    for (int i = 0; i < 1000; i++) {
        uint64_t want = theirs(), got = sluice_rng_next(&ours);
        if (got != want) {
            std::printf("seed %" PRIx64 " stream %" PRIx64 " draw %d: %" PRIx64 ", not %" PRIx64
                        "\n",
                        seed, stream, i, got, want);
            return false;
        }
    }
    return true;
}

int
main()
{
    static const uint64_t edges[] = {0, 1, 42, 54, UINT64_C(1) << 63, UINT64_MAX};
    bool good = true;
    for (uint64_t seed : edges) {
        for (uint64_t stream : edges)
            good = agrees(seed, stream) && good;
    }
    pcg64 any(2024);
    for (int i = 0; i < 200; i++) {
        uint64_t seed = any();
        good = agrees(seed, any()) && good;
    }
    return good ? 0 : 1;
}
