// subjects: peers of sluice in one run. Each round runs every subject for a short while, one after
// the other; what counts is the median over the rounds of (subject / first subject), since what
// else the machine does slows both.
#ifndef SLUICE_BENCH_PEERS_SUBJECTS_H
#define SLUICE_BENCH_PEERS_SUBJECTS_H

#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "rounds.h"

struct Subject {
    std::string name;
    std::function<uint64_t(size_t)> run; // that many operations; the sum keeps the compiler honest
};

// The most that one subject's share of a round may take, so that a slow peer ends too.
static const double ROUND_NS = 20e6;

// So many operations as fit into a round, `most` at most.
inline size_t
ops_of(const Subject &subject, size_t most)
{
    for (size_t ops = 1; ops < most; ops *= 2) {
        double start = rounds_now_ns();
        volatile uint64_t sum = subject.run(ops);
        (void)sum;
        if (rounds_now_ns() - start > ROUND_NS / 2) return ops;
    }
    return most;
}

// The first subject is ours. Prints nanoseconds, and how many times ours each one costs. A round
// has `most` operations of each subject that is not too slow for so many.
inline void
compare(const std::string &title, const std::vector<Subject> &subjects, size_t most,
        size_t rounds = 101)
{
    std::vector<size_t> ops;
    for (const Subject &subject : subjects) {
        ops.push_back(ops_of(subject, most));
    }
    std::vector<std::vector<double>> ns(subjects.size(), std::vector<double>(rounds));
    volatile uint64_t sink = 0;
    for (size_t round = 0; round < rounds; round++) {
        for (size_t i = 0; i < subjects.size(); i++) {
            double start = rounds_now_ns();
            sink = sink + subjects[i].run(ops[i]);
            ns[i][round] = (rounds_now_ns() - start) / (double)ops[i];
        }
    }
    for (size_t i = 0; i < subjects.size(); i++) {
        printf("%-10s %-52s ns_op=%-10.2f times_ours=%.2f\n", title.c_str(),
               subjects[i].name.c_str(), rounds_median(ns[i].data(), rounds),
               rounds_median_ratio(ns[i].data(), ns[0].data(), rounds));
    }
}

inline void
print_version(const char *name, const std::string &version)
{
    printf("# %s %s\n", name, version.c_str());
}

inline uint64_t
scramble(uint64_t x)
{
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

// Keys like UUIDs, 36 bytes each.
inline std::vector<std::string>
make_keys(size_t count)
{
    std::vector<std::string> keys(count, std::string(36, '-'));
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < 36; j++) {
            if (j != 8 && j != 13 && j != 18 && j != 23) {
                keys[i][j] = "0123456789abcdef"[scramble(i * 36 + j) % 16];
            }
        }
    }
    return keys;
}

// 90/10, 50/30/20, and uneven ones for more.
inline std::vector<uint32_t>
make_weights(size_t count)
{
    if (count == 2) return {90, 10};
    if (count == 3) return {50, 30, 20};
    std::vector<uint32_t> weights(count);
    for (size_t i = 0; i < count; i++) {
        weights[i] = (uint32_t)(1 + i % 7 * 3);
    }
    return weights;
}

#endif
