// splits: sluice's own split behind C++.
#ifndef SLUICE_BENCH_PEERS_SPLITS_H
#define SLUICE_BENCH_PEERS_SPLITS_H

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "sluice/sluice.h"

using Split = std::unique_ptr<sluice_split, void (*)(sluice_split *)>;

inline std::string
destination_name(size_t i)
{
    return "reviews.default.svc.cluster.local|v" + std::to_string(i);
}

inline Split
make_split(const std::vector<uint32_t> &weights)
{
    std::vector<std::string> names;
    std::vector<sluice_split_entry> entries;
    for (size_t i = 0; i < weights.size(); i++) {
        names.push_back(destination_name(i));
    }
    for (size_t i = 0; i < weights.size(); i++) {
        entries.push_back({
            {names[i].data(), names[i].size()},
            weights[i]
        });
    }
    sluice_split *split;
    if (sluice_split_new(&split, entries.data(), entries.size(), sluice_str_of("default/reviews"),
                         nullptr) != SLUICE_OK) {
        throw std::runtime_error("no split");
    }
    return {split, sluice_split_free};
}

#endif
