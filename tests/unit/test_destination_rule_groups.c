/* Which DestinationRules of one host add up, against the plainest reading of docs/rules.md. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "sluice/sluice.h"
#include "support/text.h"

enum { RULES = 9, SCOPES = 4, ROUNDS = 300 };

static const char *const scopes[SCOPES] = {"default", "a", "b", "c"};

/* exportTo of each rule as bits; every rule is for the caller's namespace, "default" (bit 0), too.
 */
static void
draw_scopes(unsigned *random, unsigned export_to[RULES])
{
    for (size_t i = 0; i < RULES; i++) {
        *random = *random * 1103515245 + 12345;
        export_to[i] = 1 | (*random >> 16) % (1 << SCOPES);
    }
}

/* Groups in order of their oldest rules: a rule joins the first whose oldest rule's scopes it has
 * all. The newest group speaks for the host; a bit for each of its rules. */
static unsigned
oracle(const unsigned export_to[RULES])
{
    unsigned oldest[RULES], members[RULES];
    size_t groups = 0;
    for (size_t i = 0; i < RULES; i++) {
        size_t at = 0;
        while (at < groups && (export_to[oldest[at]] & ~export_to[i])) {
            at++;
        }
        if (at == groups) {
            oldest[at] = (unsigned)i;
            members[at] = 0;
            groups++;
        }
        members[at] |= 1u << i;
    }
    return members[groups - 1];
}

/* Rule i is named dr-i and has a subset s-i, which path /i goes to. */
static void
write_rules(struct text *text, const unsigned export_to[RULES])
{
    text->len = 0;
    text_add(text, "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n"
                   "spec: {ports: [{name: http, port: 80}]}\n");
    for (size_t i = 0; i < RULES; i++) {
        text_add(text,
                 "---\napiVersion: networking.istio.io/v1\nkind: DestinationRule\n"
                 "metadata: {name: dr-%zu}\nspec:\n  host: web\n"
                 "  subsets: [{name: s-%zu, labels: {v: a}}]\n  exportTo: [",
                 i, i);
        for (size_t k = SCOPES; k-- > 0;) {
            if (export_to[i] >> k & 1) text_add(text, "%s%s", scopes[k], k ? ", " : "]\n");
        }
    }
    text_add(text, "---\napiVersion: networking.istio.io/v1\nkind: VirtualService\n"
                   "metadata: {name: web}\nspec:\n  hosts: [web]\n  http:\n");
    for (size_t i = 0; i < RULES; i++) {
        text_add(text,
                 "  - {match: [{uri: {exact: /%zu}}], "
                 "route: [{destination: {host: web, subset: s-%zu}}]}\n",
                 i, i);
    }
}

static unsigned
ask(sluice_router *router)
{
    sluice_context *context;
    unsigned found = 0;
    cr_assert(sluice_context_new(&context, router, NULL) == SLUICE_OK);
    for (size_t i = 0; i < RULES; i++) {
        char path[8];
        snprintf(path, sizeof(path), "/%zu", i);
        sluice_request request = {.authority = sluice_str_of("web"), .path = sluice_str_of(path)};
        sluice_decision decision;
        if (sluice_route(context, &request, &decision) == SLUICE_FORWARD) found |= 1u << i;
    }
    sluice_context_free(context);
    return found;
}

Test(destination_rule_groups, are_those_of_a_plain_reading, .timeout = 60)
{
    unsigned random = 7, several = 0;
    for (size_t round = 0; round < ROUNDS; round++) {
        static struct text text;
        unsigned export_to[RULES];
        sluice_router *router;
        draw_scopes(&random, export_to);
        write_rules(&text, export_to);
        sluice_source source = {
            sluice_str_of("rules"), {text.bytes, text.len}
        };
        cr_assert(sluice_compile(&router, &source, 1, NULL, NULL) == SLUICE_OK, "%s", text.bytes);
        unsigned want = oracle(export_to), got = ask(router);
        cr_assert(got == want, "round %zu: %x, not %x:\n%s", round, got, want, text.bytes);
        several += (want & (want - 1)) != 0;
        sluice_router_release(router);
    }
    cr_expect(several > ROUNDS / 10 && several < ROUNDS, "%u groups of several rules", several);
}
