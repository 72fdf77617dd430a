/*
 * index_oracle: generated rules and requests, index against scan.
 *
 *     index_oracle [SECONDS [SEED]]
 *
 * Without arguments, what ctest runs: the same some ten thousand pairs each time. With SECONDS, as
 * many pairs as go into that time, from SEED on (1).
 */
#define _POSIX_C_SOURCE 200809L

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "support/index_oracle.h"

enum { REQUESTS = 100, ROUNDS = 300 };

static bool
round_is_good(uint64_t seed)
{
    struct chooser chooser = chooser_init(seed, NULL, 0);
    static const uint32_t sizes[] = {40, 100, 400, 2000};
    const char *wrong = index_oracle_round(&chooser, sizes[seed % 4], REQUESTS);
    if (wrong) fprintf(stderr, "index_oracle: seed %llu: %s\n", (unsigned long long)seed, wrong);
    return !wrong;
}

int
main(int argc, char **argv)
{
    long seconds = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1, first = seed;
    time_t end = time(NULL) + seconds;
    bool good = true;
    while (seconds ? time(NULL) < end : seed < first + ROUNDS) {
        good &= round_is_good(seed++);
        if (!good && seed > first + 20) break;
    }
    printf("index_oracle: %llu pairs, %llu with a rule, %llu behind the 16th;"
           " %llu lists with an index of %llu; %llu fallen through\n",
           (unsigned long long)(seed - first) * REQUESTS * 3,
           (unsigned long long)index_oracle_found, (unsigned long long)index_oracle_deep,
           (unsigned long long)index_oracle_indexed, (unsigned long long)(seed - first),
           (unsigned long long)index_oracle_fallen);
    bool useful =
        index_oracle_deep > 1000 && index_oracle_indexed > 0 && index_oracle_fallen > 1000;
    if (!useful) fprintf(stderr, "index_oracle: little was found, or nothing had an index\n");
    return good && useful ? EXIT_SUCCESS : EXIT_FAILURE;
}
