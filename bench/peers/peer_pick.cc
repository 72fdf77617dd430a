// peer_pick: one destination out of n by weight, at random.
#include <random>

#include <pcg_random.hpp>
#ifdef PEER_GSL
#include <gsl/gsl_randist.h>
#endif
#ifdef PEER_ABSL
#include <absl/random/discrete_distribution.h>
#include <absl/random/random.h>
#endif

#include "models.h"
#include "splits.h"
#include "subjects.h"

// A distribution of the standard's interface, with its generator.
template <class Distribution, class Generator>
static Subject
standard(const std::string &name, const std::vector<uint32_t> &weights, Generator generator)
{
    Distribution distribution(weights.begin(), weights.end());
    return {name, [=](size_t ops) mutable {
                uint64_t sum = 0;
                for (size_t i = 0; i < ops; i++) {
                    sum += (uint64_t)distribution(generator);
                }
                return sum;
            }};
}

#ifdef PEER_GSL
static Subject
gsl(const std::string &name, const std::vector<uint32_t> &weights, const gsl_rng_type *type)
{
    std::vector<double> shares(weights.begin(), weights.end());
    std::shared_ptr<gsl_ran_discrete_t> table(
        gsl_ran_discrete_preproc(shares.size(), shares.data()), gsl_ran_discrete_free);
    std::shared_ptr<gsl_rng> rng(gsl_rng_alloc(type), gsl_rng_free);
    return {name, [=](size_t ops) {
                uint64_t sum = 0;
                for (size_t i = 0; i < ops; i++) {
                    sum += gsl_ran_discrete(rng.get(), table.get());
                }
                return sum;
            }};
}
#endif

static std::vector<Subject>
subjects(const std::vector<uint32_t> &weights, const std::vector<std::string> &keys)
{
    std::vector<Subject> all;
    std::shared_ptr<sluice_split> split(make_split(weights));
    sluice_rng rng;
    sluice_rng_init(&rng, 42, 54);
    all.push_back({"sluice_split_pick (pcg64)", [=](size_t ops) mutable {
                       uint64_t sum = 0;
                       for (size_t i = 0; i < ops; i++) {
                           sum += sluice_split_pick(split.get(), &rng);
                       }
                       return sum;
                   }});
    all.push_back({"model of Envoy's weighted clusters (pcg64)",
                   [envoy = EnvoyWeighted(weights), generator = pcg64(42)](size_t ops) mutable {
                       uint64_t sum = 0;
                       for (size_t i = 0; i < ops; i++) {
                           sum += envoy.pick(generator());
                       }
                       return sum;
                   }});
    all.push_back({"model of nginx's split_clients, 36-byte key",
                   [&keys, nginx = NginxSplitClients(weights)](size_t ops) {
                       uint64_t sum = 0;
                       for (size_t i = 0; i < ops; i++) {
                           sum += nginx.pick(keys[i % keys.size()]);
                       }
                       return sum;
                   }});
    using Discrete = std::discrete_distribution<uint32_t>;
    all.push_back(standard<Discrete>("libstdc++ discrete_distribution (mt19937_64)", weights,
                                     std::mt19937_64(42)));
    all.push_back(
        standard<Discrete>("libstdc++ discrete_distribution (pcg64)", weights, pcg64(42)));
#ifdef PEER_GSL
    all.push_back(gsl("GSL gsl_ran_discrete (mt19937)", weights, gsl_rng_mt19937));
    all.push_back(gsl("GSL gsl_ran_discrete (taus2)", weights, gsl_rng_taus2));
#endif
#ifdef PEER_ABSL
    using Abseil = absl::discrete_distribution<uint32_t>;
    all.push_back(standard<Abseil>("Abseil discrete_distribution (pcg64)", weights, pcg64(42)));
    all.push_back(standard<Abseil>("Abseil discrete_distribution (mt19937_64)", weights,
                                   std::mt19937_64(42)));
#endif
    return all;
}

static void
print_versions()
{
    print_version("sluice", sluice_version());
    print_version("libstdc++ of gcc", __VERSION__);
#ifdef PEER_GSL
    print_version("GSL", PEER_GSL_VERSION);
#endif
#ifdef PEER_ABSL
    print_version("Abseil", PEER_ABSL_VERSION);
#endif
}

int
main()
{
    print_versions();
    std::vector<std::string> keys = make_keys(16384);
    for (size_t count : std::vector<size_t>{2, 3, 10, 100, 1000}) {
        compare("pick/" + std::to_string(count), subjects(make_weights(count), keys), 16384);
    }
}
