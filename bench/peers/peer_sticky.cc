// peer_sticky: the destination that a key belongs to: what a pick costs, and how many users move
// when weights change.
#include <algorithm>
#include <cmath>
#include <numeric>

#define XXH_INLINE_ALL
#include <xxhash.h>
#ifdef PEER_MEMCACHED
#include <libmemcached/memcached.h>
#endif

#include "models.h"
#include "splits.h"
#include "subjects.h"

using Weights = std::vector<uint32_t>;
using Picker = std::function<uint32_t(const std::string &)>;

struct Scheme {
    std::string name;
    std::function<Picker(const Weights &)> build;
};

static uint64_t
hash_of(const std::string &text)
{
    return XXH64(text.data(), text.size(), 0);
}

static Picker
sluice_picker(const Weights &weights)
{
    std::shared_ptr<sluice_split> split(make_split(weights));
    return [=](const std::string &key) {
        return (uint32_t)sluice_split_pick_sticky(split.get(), {key.data(), key.size()});
    };
}

// A hash ring: points of each destination in proportion to its weight at the hashes of "name_i";
// the key's hash belongs to the next point. (Karger et al. 1997; with the names that Envoy's ring
// hash balancer uses.)
static Picker
ring_picker(const Weights &weights)
{
    struct Point {
        uint64_t hash;
        uint32_t destination;
    };
    auto ring = std::make_shared<std::vector<Point>>();
    uint64_t total = std::accumulate(weights.begin(), weights.end(), UINT64_C(0));
    for (uint32_t i = 0; i < weights.size(); i++) {
        uint64_t points = 65536 * (uint64_t)weights[i] / total;
        for (uint64_t k = 0; k < points; k++) {
            ring->push_back({hash_of(destination_name(i) + "_" + std::to_string(k)), i});
        }
    }
    std::sort(ring->begin(), ring->end(),
              [](const Point &a, const Point &b) { return a.hash < b.hash; });
    return [=](const std::string &key) {
        auto at =
            std::lower_bound(ring->begin(), ring->end(), hash_of(key),
                             [](const Point &point, uint64_t hash) { return point.hash < hash; });
        return at == ring->end() ? ring->front().destination : at->destination;
    };
}

// Maglev's table of 65,537 entries: destinations take turns, each the next free entry of its own
// permutation; one with half the weight of the heaviest takes every second turn. (Eisenbud et al.
// 2016, section 3.4; the turns by weight as in Envoy's Maglev balancer.)
static Picker
maglev_picker(const Weights &weights)
{
    const uint64_t size = 65537;
    const uint32_t free_entry = UINT32_MAX;
    auto table = std::make_shared<std::vector<uint32_t>>(size, free_entry);
    uint32_t heaviest = *std::max_element(weights.begin(), weights.end());
    std::vector<uint64_t> offset, skip, next(weights.size(), 0);
    std::vector<double> turns(weights.size(), 0);
    for (size_t i = 0; i < weights.size(); i++) {
        std::string name = destination_name(i);
        offset.push_back(XXH64(name.data(), name.size(), 0) % size);
        skip.push_back(XXH64(name.data(), name.size(), 1) % (size - 1) + 1);
    }
    uint64_t filled = 0;
    for (uint64_t iteration = 1; filled < size; iteration++) {
        for (uint32_t i = 0; i < weights.size() && filled < size; i++) {
            double share = (double)weights[i] / heaviest;
            if (weights[i] == 0 || (double)iteration * share < turns[i]) continue;
            turns[i] += 1;
            uint64_t entry;
            do {
                entry = (offset[i] + skip[i] * next[i]++) % size;
            } while ((*table)[entry] != free_entry);
            (*table)[entry] = i;
            filled++;
        }
    }
    return [=](const std::string &key) { return (*table)[hash_of(key) % size]; };
}

// Shares of the hash in order: Envoy's hash policy on weighted clusters.
static Picker
envoy_picker(const Weights &weights)
{
    return [model = EnvoyWeighted(weights)](const std::string &key) {
        return (uint32_t)model.pick(hash_of(key));
    };
}

static Picker
nginx_picker(const Weights &weights)
{
    return [model = NginxSplitClients(weights)](const std::string &key) {
        return (uint32_t)model.pick(key);
    };
}

#ifdef PEER_MEMCACHED
static Picker
ketama_picker(const Weights &weights)
{
    std::shared_ptr<memcached_st> client(memcached_create(nullptr), memcached_free);
    memcached_behavior_set(client.get(), MEMCACHED_BEHAVIOR_KETAMA_WEIGHTED, 1);
    for (size_t i = 0; i < weights.size(); i++) {
        // libmemcached reads weight 0 as 1; such a destination is left out. Ports tell the others
        // apart.
        if (weights[i])
            memcached_server_add_with_weight(client.get(), "v", (in_port_t)(1000 + i), weights[i]);
    }
    std::vector<uint32_t> index;
    for (uint32_t i = 0; i < weights.size(); i++) {
        if (weights[i]) index.push_back(i);
    }
    return [=](const std::string &key) {
        return index[memcached_generate_hash(client.get(), key.data(), key.size())];
    };
}
#endif

static std::vector<Scheme>
schemes()
{
    return {
        {"sluice_split_pick_sticky",                           sluice_picker},
        {"model of Envoy's hash policy (hash modulo the sum)", envoy_picker },
        {"model of nginx's split_clients",                     nginx_picker },
        {"model of a hash ring, 65,536 points",                ring_picker  },
        {"model of Maglev, 65,537 entries",                    maglev_picker},
#ifdef PEER_MEMCACHED
        {"libmemcached ketama, weighted",                      ketama_picker},
#endif
    };
}

// ---- users that move ----

// Steps of weights that follow each other.
struct Change {
    std::string name;
    std::vector<Weights> steps;
};

static std::vector<Change>
changes()
{
    Change ramp{"ramp 1..100 % of 5", {}}, growing{"weight 1..100 beside 4 x 25", {}};
    for (uint32_t percent = 1; percent <= 100; percent++) {
        uint32_t rest = 4 * (100 - percent);
        ramp.steps.push_back({rest / 4, rest / 4, rest / 4, rest / 4, 4 * percent});
        growing.steps.push_back({25, 25, 25, 25, percent});
    }
    return {
        {"90/10 to 80/20",       {{90, 10}, {80, 20}}        },
        {"50/30/20 to 40/30/30", {{50, 30, 20}, {40, 30, 30}}},
        ramp,
        growing,
    };
}

static double
share(const Weights &weights, size_t i)
{
    return weights[i] / (double)std::accumulate(weights.begin(), weights.end(), UINT64_C(0));
}

// The least that any scheme must move: half the sum of the differences of the shares.
static double
least_moved(const Change &change)
{
    double moved = 0;
    for (size_t step = 1; step < change.steps.size(); step++) {
        for (size_t i = 0; i < change.steps[step].size(); i++) {
            moved += std::fabs(share(change.steps[step], i) - share(change.steps[step - 1], i)) / 2;
        }
    }
    return moved;
}

// Also counts the users that are taken off the last destination while its weight grows.
static double
share_moved(const Scheme &scheme, const Change &change, const std::vector<std::string> &keys,
            double *lost)
{
    std::vector<uint32_t> before(keys.size());
    uint32_t canary = (uint32_t)change.steps[0].size() - 1;
    size_t moved = 0, taken = 0;
    for (size_t step = 0; step < change.steps.size(); step++) {
        Picker pick = scheme.build(change.steps[step]);
        for (size_t i = 0; i < keys.size(); i++) {
            uint32_t now = pick(keys[i]);
            if (step && now != before[i]) {
                moved++;
                taken += before[i] == canary;
            }
            before[i] = now;
        }
    }
    *lost = (double)taken / (double)keys.size();
    return (double)moved / (double)keys.size();
}

static void
print_moves()
{
    std::vector<std::string> keys = make_keys(100000);
    for (const Change &change : changes()) {
        double least = least_moved(change);
        printf("moved      %-52s share=%.4f\n", ("(least possible, " + change.name + ")").c_str(),
               least);
        for (const Scheme &scheme : schemes()) {
            double lost, moved = share_moved(scheme, change, keys, &lost);
            printf(
                "moved      %-52s share=%-8.4f times_least=%-7.2f taken_off_the_growing_one=%.4f\n",
                scheme.name.c_str(), moved, moved / least, lost);
        }
    }
}

static void
print_versions()
{
    print_version("sluice", sluice_version());
    print_version("xxHash", std::to_string(XXH_versionNumber()));
#ifdef PEER_MEMCACHED
    print_version("libmemcached", memcached_lib_version());
#endif
}

int
main()
{
    print_versions();
    std::vector<std::string> keys = make_keys(16384);
    for (size_t count : std::vector<size_t>{2, 3, 10, 100}) {
        std::vector<Subject> subjects;
        for (const Scheme &scheme : schemes()) {
            subjects.push_back(
                {scheme.name, [&keys, pick = scheme.build(make_weights(count))](size_t ops) {
                     uint64_t sum = 0;
                     for (size_t i = 0; i < ops; i++) {
                         sum += pick(keys[i % keys.size()]);
                     }
                     return sum;
                 }});
        }
        compare("sticky/" + std::to_string(count), subjects, 16384);
    }
    print_moves();
}
