// peer_path: which of N rules a path meets. Ours is a whole decision (host, port, method, split,
// every field of the answer); the peers look at the path alone. Rules of one kind do not overlap,
// so that all agree on the answer: each subject's answers are compared with ours before anything is
// measured.
#include <algorithm>
#include <memory>
#include <stdexcept>
#include <unordered_map>

#include <re2/re2.h>
#include <re2/set.h>
#ifdef PEER_PCRE2
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#endif
#ifdef PEER_R3
#include <r3/r3.h>
#endif

#include "sluice/sluice.h"
#include "subjects.h"

using Paths = std::vector<std::string>;
using Matcher = std::function<size_t(const std::string &)>; // the rule's number

static const size_t NOTHING = SIZE_MAX;

// Segments as people name them, no two rules alike.
static std::string
path_of(size_t rule)
{
    static const char *const words[] = {"api",    "v1",     "users", "orders", "cart",
                                        "search", "static", "img",   "admin",  "reports"};
    std::string path;
    for (size_t level = 0, x = scramble(rule); level < 2 + rule % 3; level++, x /= 10) {
        path += std::string("/") + words[x % 10];
    }
    return path + "/r" + std::to_string(rule);
}

static void
print_versions()
{
    print_version("sluice", sluice_version());
#ifdef PEER_PCRE2
    print_version("PCRE2", PEER_PCRE2_VERSION);
#endif
#ifdef PEER_R3
    print_version("libr3", PEER_R3_VERSION);
#endif
}

// ---- sluice ----

class Sluice
{
  public:
    // `match` is the match block of rule i, as JSON.
    Sluice(size_t count, const std::function<std::string(size_t)> &match)
    {
        std::string text =
            R"({"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": {"name": "p"},
            "spec": {"hosts": ["h.com"], "http": [)";
        for (size_t i = 0; i < count; i++) {
            text += std::string(i ? "," : "") + R"({"match": [{"uri": )" + match(i) +
                    R"(}], "route": [{"destination": {"host": "a.com"}}]})";
        }
        text += "]}}";
        sluice_source source = {
            sluice_str_of("p.json"), {text.data(), text.size()}
        };
        sluice_router *router;
        if (sluice_compile(&router, &source, 1, nullptr, nullptr) != SLUICE_OK)
            throw std::runtime_error("no router");
        if (sluice_context_new(&context_, router, nullptr) != SLUICE_OK)
            throw std::runtime_error("no context");
        sluice_router_release(router);
        request_.authority = sluice_str_of("h.com");
    }

    ~Sluice()
    {
        sluice_context_free(context_);
    }

    size_t
    match(const std::string &path)
    {
        request_.path = {path.data(), path.size()};
        bool forwarded = sluice_route(context_, &request_, &decision_) == SLUICE_FORWARD;
        return forwarded ? decision_.matched->rule : NOTHING;
    }

  private:
    sluice_context *context_;
    sluice_request request_ = {};
    sluice_decision decision_;
};

static Matcher
sluice_matcher(size_t count, const std::function<std::string(size_t)> &match)
{
    auto router = std::make_shared<Sluice>(count, match);
    return [=](const std::string &path) { return router->match(path); };
}

// ---- libr3: a tree of path pieces, for exact paths and for patterns ----

#ifdef PEER_R3
static Matcher
r3_matcher(size_t count, const std::function<std::string(size_t)> &path_of_rule)
{
    auto paths = std::make_shared<Paths>(); // the tree borrows them
    std::shared_ptr<node> tree(r3_tree_create(10), r3_tree_free);
    for (size_t i = 0; i < count; i++) {
        paths->push_back(path_of_rule(i));
    }
    for (size_t i = 0; i < count; i++) {
        r3_tree_insert_pathl_ex(tree.get(), (*paths)[i].c_str(), (int)(*paths)[i].size(), nullptr,
                                (void *)(i + 1), nullptr);
    }
    if (r3_tree_compile(tree.get(), nullptr) != 0)
        throw std::runtime_error("libr3 does not compile");
    return [tree, paths](const std::string &path) {
        match_entry *entry = match_entry_createl(path.data(), (int)path.size());
        node *found = r3_tree_matchl(tree.get(), path.data(), (int)path.size(), entry);
        match_entry_free(entry);
        return found && found->data ? (size_t)found->data - 1 : NOTHING;
    };
}
#endif

// ---- exact paths ----

static Matcher
hash_map(size_t count)
{
    auto map = std::make_shared<std::unordered_map<std::string, size_t>>();
    for (size_t i = 0; i < count; i++) {
        map->emplace(path_of(i), i);
    }
    return [=](const std::string &path) {
        auto found = map->find(path);
        return found == map->end() ? NOTHING : found->second;
    };
}

// ---- prefixes ----

static Matcher
sorted_prefixes(size_t count)
{
    auto sorted = std::make_shared<std::vector<std::pair<std::string, size_t>>>();
    for (size_t i = 0; i < count; i++) {
        sorted->emplace_back(path_of(i) + "/", i);
    }
    std::sort(sorted->begin(), sorted->end());
    return [=](const std::string &path) {
        auto at = std::upper_bound(
            sorted->begin(), sorted->end(), path,
            [](const std::string &text, const auto &entry) { return text < entry.first; });
        if (at == sorted->begin()) return NOTHING;
        --at;
        return path.compare(0, at->first.size(), at->first) == 0 ? at->second : NOTHING;
    };
}

// ---- regular expressions ----

static std::string
pattern_of(size_t rule)
{
    return path_of(rule) + "/[0-9]+/items/[a-z]+";
}

#ifdef PEER_R3
// The same as libr3 writes it: a regular expression for each segment, of the kinds that it has its
// own scanners for. libr3 1.3.4 joins the patterns that follow one point of its tree in a buffer of
// 200 bytes and does not check: with these paths 1,000 rules fit (valgrind finds nothing) and 2,000
// do not.
static const size_t R3_PATTERNS_MAX = 1000;

static std::string
r3_pattern_of(size_t rule)
{
    return path_of(rule) + "/{number:[0-9]+}/items/{item:[a-z]+}";
}
#endif

static Matcher
re2_set(size_t count)
{
    RE2::Options options;
    options.set_max_mem(INT64_C(1) << 30); // the default holds some thousand of these
    auto set = std::make_shared<RE2::Set>(options, RE2::ANCHOR_BOTH);
    for (size_t i = 0; i < count; i++) {
        set->Add(pattern_of(i), nullptr);
    }
    if (!set->Compile()) throw std::runtime_error("RE2::Set does not compile");
    return [=, found = std::vector<int>()](const std::string &path) mutable {
        return set->Match(path, &found) ? (size_t)*std::min_element(found.begin(), found.end())
                                        : NOTHING;
    };
}

static Matcher
re2_loop(size_t count)
{
    auto patterns = std::make_shared<std::vector<std::unique_ptr<RE2>>>();
    for (size_t i = 0; i < count; i++) {
        patterns->push_back(std::make_unique<RE2>(pattern_of(i)));
    }
    return [=](const std::string &path) {
        for (size_t i = 0; i < patterns->size(); i++) {
            if (RE2::FullMatch(path, *(*patterns)[i])) return i;
        }
        return NOTHING;
    };
}

#ifdef PEER_PCRE2
static Matcher
pcre2_loop(size_t count)
{
    auto patterns = std::make_shared<std::vector<std::shared_ptr<pcre2_code>>>();
    for (size_t i = 0; i < count; i++) {
        std::string text = "^(?:" + pattern_of(i) + ")$";
        int error;
        PCRE2_SIZE at;
        pcre2_code *code = pcre2_compile((PCRE2_SPTR)text.data(), text.size(), PCRE2_DOLLAR_ENDONLY,
                                         &error, &at, nullptr);
        if (!code || pcre2_jit_compile(code, PCRE2_JIT_COMPLETE) != 0)
            throw std::runtime_error("PCRE2 does not compile");
        patterns->emplace_back(code, pcre2_code_free);
    }
    std::shared_ptr<pcre2_match_data> data(pcre2_match_data_create(1, nullptr),
                                           pcre2_match_data_free);
    return [=](const std::string &path) {
        for (size_t i = 0; i < patterns->size(); i++) {
            if (pcre2_jit_match((*patterns)[i].get(), (PCRE2_SPTR)path.data(), path.size(), 0, 0,
                                data.get(), nullptr) >= 0)
                return i;
        }
        return NOTHING;
    };
}
#endif

// ---- measuring ----

struct Peer {
    std::string name;
    Matcher match;
};

static void
expect_equal(const std::vector<Peer> &peers, const Paths &paths, size_t checked)
{
    for (size_t i = 0; i < checked; i++) {
        size_t ours = peers[0].match(paths[i]);
        for (const Peer &peer : peers) {
            if (peer.match(paths[i]) != ours)
                throw std::runtime_error(peer.name + " disagrees on " + paths[i]);
        }
    }
}

static void
run(const std::string &kind, size_t count, const std::vector<Peer> &peers, const Paths &paths)
{
    std::vector<Subject> subjects;
    // A loop over thousands of patterns takes milliseconds for one path.
    expect_equal(peers, paths, count > 1000 ? 200 : paths.size());
    for (const Peer &peer : peers) {
        // In an order that does not repeat, as the processor would learn it by heart. Goes on where
        // it stopped: a slow peer has few requests in a round, others in each.
        subjects.push_back(
            {peer.name, [&paths, match = peer.match, next = size_t(0)](size_t ops) mutable {
                 uint64_t sum = 0;
                 for (size_t i = 0; i < ops; i++) {
                     sum += match(paths[scramble(next++) % paths.size()]);
                 }
                 return sum;
             }});
    }
    compare(kind + "/" + std::to_string(count), subjects, 2048, 41);
}

// Requests for rules drawn at random; one in twenty meets none.
static Paths
requests(size_t count, const std::string &tail)
{
    Paths paths;
    for (size_t i = 0; i < 2048; i++) {
        size_t rule = scramble(i) % count;
        paths.push_back(i % 20 ? path_of(rule) + tail : path_of(rule) + "-" + tail);
    }
    return paths;
}

static std::string
json(const char *op, const std::string &value)
{
    return std::string("{\"") + op + "\": \"" + value + "\"}";
}

static void
exact(size_t count)
{
    std::vector<Peer> peers;
    auto rule = [](size_t i) { return json("exact", path_of(i)); };
    peers.push_back({"sluice_route", sluice_matcher(count, rule)});
    peers.push_back({"std::unordered_map", hash_map(count)});
#ifdef PEER_R3
    peers.push_back({"libr3", r3_matcher(count, path_of)});
#endif
    run("exact", count, peers, requests(count, ""));
}

static void
prefix(size_t count)
{
    std::vector<Peer> peers;
    auto rule = [](size_t i) { return json("prefix", path_of(i) + "/"); };
    peers.push_back({"sluice_route", sluice_matcher(count, rule)});
    peers.push_back({"sorted array, std::upper_bound", sorted_prefixes(count)});
    run("prefix", count, peers, requests(count, "/1234/details"));
}

static void
regex(size_t count)
{
    std::vector<Peer> peers;
    auto rule = [](size_t i) { return json("regex", pattern_of(i)); };
    peers.push_back({"sluice_route", sluice_matcher(count, rule)});
    peers.push_back({"RE2::Set", re2_set(count)});
    peers.push_back({"RE2::FullMatch, one pattern after the other", re2_loop(count)});
#ifdef PEER_PCRE2
    peers.push_back({"PCRE2-JIT, one pattern after the other", pcre2_loop(count)});
#endif
#ifdef PEER_R3
    if (count <= R3_PATTERNS_MAX)
        peers.push_back({"libr3, a pattern for each segment", r3_matcher(count, r3_pattern_of)});
#endif
    run("regex", count, peers, requests(count, "/1234/items/abc"));
}

int
main()
{
    setvbuf(stdout, nullptr, _IOLBF, 0);
    print_versions();
    for (size_t count : std::vector<size_t>{10, 100, 1000, 10000}) {
        exact(count);
        prefix(count);
        regex(count);
    }
}
