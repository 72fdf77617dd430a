/* engine/regex against RE2 itself: the same matches and the same replacements on generated text. */
#include <cstdio>
#include <string>

#include <re2/re2.h>

extern "C" {
#include "engine/pcg.h"
#include "engine/regex.h"
}

static sluice_str
str(const std::string &text)
{
    return sluice_str{text.data(), text.size()};
}

static std::string
random_text(sluice_rng *rng, size_t limit)
{
    static const char *const pieces[] = {
        "a",
        "b",
        "ab",
        "/",
        "\xc3\xa9",
        "\xe2\x82\xac",
        "\xf0\x9f\x98\x80",
        "\xff",
        "\xc3",
        "\xc0\x80",
        "\xed\xa0\x80",
        "\xf4\x90\x80\x80",
        "\xe0\x80\x80",
        "\xf0\x80\x80\x80",
        "\x80",
        "\xf8\x88\x80\x80\x80",
        "\n",
    };
    std::string text;
    for (uint64_t n = pcg_next(rng) % limit; n > 0; n--)
        text += pieces[pcg_next(rng) % (sizeof(pieces) / sizeof(*pieces))];
    if (pcg_next(rng) % 8 == 0) text.push_back('\0');
    return text;
}

static bool
agrees(const char *pattern, const std::string &rewrite, const std::string &text)
{
    RE2::Options options;
    options.set_log_errors(false);
    RE2 theirs(pattern, options);
    struct regex *ours;
    if (regex_compile(&ours, sluice_str_of(pattern), nullptr) != REGEX_OK) return false;
    std::string want = text, got(4096, '#');
    RE2::GlobalReplace(&want, theirs, rewrite);
    size_t len = regex_replace_all(ours, str(text), str(rewrite), &got[0], got.size());
    bool matched = regex_full_match(ours, str(text));
    regex_free(ours);
    if (matched != RE2::FullMatch(text, theirs)) return false;
    return len == want.size() && got.compare(0, len, want) == 0;
}

int
main()
{
    static const char *const patterns[] = {
        "",       "a",         "a*",       "a?",    "b+",    "(a)(b)?", "(a|b)*", ".",
        ".*",     "$",         "^",        "\\b",   "\\B",   "\\C",     "(?s).",  "[^a]",
        "(\\pL)", "\xc3\xa9*", "(a*)(/*)", "(?m)^", "(?m)$", "(?:)|a",  "x*",
    };
    static const char *const rewrites[] = {"", "-", "\\0", "<\\1>", "\\2\\1", "\\\\", "\xc3\xa9"};
    sluice_rng rng;
    sluice_rng_init(&rng, 12, 34);
    int wrong = 0;
    for (int round = 0; round < 40; round++) {
        std::string text = random_text(&rng, 12);
        for (const char *pattern : patterns) {
            for (const char *rewrite : rewrites) {
                if (agrees(pattern, rewrite, text)) continue;
                wrong++;
                std::printf("pattern '%s' rewrite '%s' text '%s'\n", pattern, rewrite,
                            text.c_str());
            }
        }
    }
    return wrong ? 1 : 0;
}
