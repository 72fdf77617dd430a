/* engine/regex_certain: what is certain is valid; and what people write is certain. */
#include <criterion/criterion.h>

#include "engine/regex.h"
#include "support/chooser.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

Test(regex_certain, takes_what_people_write)
{
    static const char *const patterns[] = {
        "",
        "/api/v1/orders",
        "/api/orders-17/[0-9]+(/.*)?",
        "device-17-[a-z]+",
        ".*",
        "^/a/.*$",
        "/(a|b|)/c",
        "/(?:a|b)+?/c",
        "/v\\d+\\.\\d+/\\w*",
        "[^/]+",
        "[A-Za-z0-9_.-]+@[\\w.-]+\\.com",
        "user=([^;]*);?",
        ".*Android.*|.*iPhone.*",
    };
    for (size_t i = 0; i < ROWS(patterns); i++) {
        cr_expect(regex_is_certain(sluice_str_of(patterns[i])), "%s", patterns[i]);
    }
}

Test(regex_certain, leaves_what_is_not_sure)
{
    static const char *const patterns[] = {
        "*",    "a**",         "a+*",   "a*??",  "(*)",      "(|*)",    "a|*",   "^*",     "$?",
        "(",    ")",           "a)(",   "(?i)a", "(?P<n>a)", "(?=a)",   "[",     "[]",     "[^",
        "[]a]", "[a",          "[z-a]", "[a-",   "[a-\\",    "[\\w-z]", "[.-z]", "[[:x:]", "[\\",
        "\\",   "\\1",         "\\b",   "\\pL",  "\\Q",      "\\x41",   "a{2}",  "a{",     "\x80",
        "\xff", "caf\xc3\xa9", "a\tb",  "]",     "[a-b-c]",  "[\\b]",
    };
    for (size_t i = 0; i < ROWS(patterns); i++) {
        cr_expect(!regex_is_certain(sluice_str_of(patterns[i])), "%s", patterns[i]);
    }
    cr_expect(!regex_is_certain(STR("a\0b")));
}

/* RE2 is the oracle: whatever is certain compiles. */
static bool
holds_true(sluice_str pattern)
{
    struct regex *regex;
    if (!regex_is_certain(pattern)) return true;
    bool valid = regex_compile(&regex, pattern, NULL) == REGEX_OK;
    regex_free(regex);
    return valid;
}

/* Every pattern of up to four of these. */
Test(regex_certain, is_right_about_short_patterns)
{
    static const char letters[] = "a-9/.*+?()[]^$|\\{}:,2dP<>\x80\n";
    enum { LETTERS = sizeof(letters), MOST = 4 }; /* the NUL too */
    size_t all = 1, certain = 0;
    for (size_t len = 0; len <= MOST; len++, all *= LETTERS) {
        for (size_t made = 0; made < all; made++) {
            char text[MOST];
            size_t rest = made;
            for (size_t i = 0; i < len; i++, rest /= LETTERS) {
                text[i] = letters[rest % LETTERS];
            }
            sluice_str pattern = {text, len};
            certain += regex_is_certain(pattern);
            cr_assert(holds_true(pattern), "%.*s", STR_ARG(pattern));
        }
    }
    cr_expect(certain > 10000);
}

/* Long ones, as large as they may become. */
Test(regex_certain, is_right_about_long_patterns)
{
    static const char *const pieces[] = {
        "/abc", ".",  "[^a]", "[a-z0-9_.-]", "\\W", "[^\\d\\S]", "(", ")",
        "(?:",  "|",  "*",    "+?",          "?",   "\\.",       "^", "$",
        "(.*)", "()", "(|a)", "((a*)*)*",    "-",   "[^\\w\\W]", "[", "]",
    };
    struct chooser chooser = chooser_init(1, NULL, 0);
    size_t certain = 0;
    for (int made = 0; made < 20000; made++) {
        char text[300];
        size_t len = 0, wanted = choose(&chooser, 260);
        uint32_t kinds = 1 + choose(&chooser, ROWS(pieces));
        while (len < wanted) {
            sluice_str piece = sluice_str_of(pieces[choose(&chooser, kinds)]);
            memcpy(text + len, piece.ptr, piece.len);
            len += piece.len;
        }
        sluice_str pattern = {text, len};
        certain += regex_is_certain(pattern);
        cr_assert(holds_true(pattern), "%.*s", STR_ARG(pattern));
    }
    cr_expect(certain > 1000);
}

/* The largest programs that such a pattern can ask for. */
Test(regex_certain, is_right_about_the_largest_patterns)
{
    static const char *const pieces[] = {".",  "\\W", "[^a]", ".*",     "(",
                                         "()", "(.)", "|",    "[^\\w]*"};
    for (size_t i = 0; i < ROWS(pieces); i++) {
        char text[600] = "";
        size_t len = strlen(pieces[i]);
        for (size_t at = 0; at + len <= 256; at += len) {
            strcat(text, pieces[i]);
        }
        if (strcmp(pieces[i], "(") == 0) { /* as deep as can be */
            memset(text, '(', 128);
            memset(text + 128, ')', 128);
        }
        cr_assert(regex_is_certain(sluice_str_of(text)), "%s", text);
        cr_assert(holds_true(sluice_str_of(text)), "%s", text);
        strcat(text, "aaaaaaaaaa");
        cr_expect(!regex_is_certain(sluice_str_of(text)), "%s", text);
    }
}
