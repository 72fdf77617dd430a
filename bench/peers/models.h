// models: how two servers pick, written anew from what their documentation and sources say. A model
// has none of a server's statistics, logging or string handling: the server itself is unlikely to
// be faster.
#ifndef SLUICE_BENCH_PEERS_MODELS_H
#define SLUICE_BENCH_PEERS_MODELS_H

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

// Envoy's weighted clusters: one number of the request modulo the sum of the weights; then the
// clusters in order, their weights added up, until the sum exceeds it.
// (source/common/router/weighted_cluster_specifier.cc; the path that is taken when no runtime
// override is set.)
class EnvoyWeighted
{
  public:
    explicit EnvoyWeighted(const std::vector<uint32_t> &weights) : weights_(weights)
    {
        for (uint32_t weight : weights) {
            total_ += weight;
        }
    }

    size_t
    pick(uint64_t random) const
    {
        uint64_t selected = random % total_, begin = 0;
        for (size_t i = 0; i < weights_.size(); i++) {
            uint64_t end = begin + weights_[i];
            if (selected >= begin && selected < end) return i;
            begin = end;
        }
        return weights_.size() - 1;
    }

  private:
    std::vector<uint32_t> weights_;
    uint64_t total_ = 0;
};

// MurmurHash2 for 32 bits, as its author published it.
inline uint32_t
murmur2(const char *data, size_t len)
{
    const uint32_t m = 0x5bd1e995;
    uint32_t h = (uint32_t)len;
    for (; len >= 4; len -= 4, data += 4) {
        uint32_t k;
        memcpy(&k, data, 4);
        k *= m;
        k ^= k >> 24;
        k *= m;
        h = h * m ^ k;
    }
    if (len >= 3) h ^= (uint32_t)(uint8_t)data[2] << 16;
    if (len >= 2) h ^= (uint32_t)(uint8_t)data[1] << 8;
    if (len >= 1) h = (h ^ (uint8_t)data[0]) * m;
    h = (h ^ h >> 13) * m;
    return h ^ h >> 15;
}

// nginx's split_clients: MurmurHash2 of the key, then the parts in order, each with the upper end
// of its share of 32 bits (percentages with two decimals). (ngx_http_split_clients_module;
// nginx.org documents the hash.)
class NginxSplitClients
{
  public:
    explicit NginxSplitClients(const std::vector<uint32_t> &weights)
    {
        uint64_t total = 0, sum = 0;
        for (uint32_t weight : weights) {
            total += weight;
        }
        for (uint32_t weight : weights) {
            sum += (uint64_t)weight * 10000 / total;
            ends_.push_back((uint32_t)(sum * UINT32_MAX / 10000));
        }
    }

    size_t
    pick(const std::string &key) const
    {
        uint32_t hash = murmur2(key.data(), key.size());
        for (size_t i = 0; i + 1 < ends_.size(); i++) {
            if (hash < ends_[i]) return i;
        }
        return ends_.size() - 1;
    }

  private:
    std::vector<uint32_t> ends_;
};

#endif
