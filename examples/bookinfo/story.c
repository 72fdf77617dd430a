/*
 * story: a canary release of the bookinfo reviews service, played with rule files in one process.
 *
 *     story FILE...
 *
 * Each file is applied over the ones before it, as `kubectl apply` would. At each step 10,000 users
 * send a request, and four whom we know by name send eight. Exit status 1 when a share is off or
 * when somebody who has v3 falls back, 2 when a file cannot be used.
 */
#include <sluice/sluice.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/chi_square.h"
#include "common/terminal.h"

#define CROWD 10000   /* requests, each by a user of its own */
#define WATCHED 2000  /* users of the crowd that are followed from step to step */
#define VISITS 8      /* requests of each user with a name */
#define VERSIONS 3    /* v1, v2, v3 */
#define P_LEAST 0.001 /* a share less likely than this is called off */
#define COLUMNS 80
#define BAR 36

static const char *const version_names[VERSIONS] = {"v1", "v2", "v3"};
static const enum terminal_style version_styles[VERSIONS] = {TERMINAL_BLUE, TERMINAL_BOLD,
                                                             TERMINAL_RED};
enum { VERSION_OLD = 1, VERSION_NEW = 2, VERSION_NONE = VERSIONS };

/* Users whom the story follows by name. The application sets end-user after a login. */
static const struct {
    const char *name;
    const char *end_user; /* NULL: not logged in */
} people[] = {
    {"anna",  NULL   },
    {"omar",  NULL   },
    {"li",    NULL   },
    {"jason", "jason"}
};

#define PEOPLE (sizeof people / sizeof people[0])

struct story {
    struct terminal terminal;
    sluice_source *sources; /* the files applied so far */
    size_t source_count;
    sluice_context *context; /* of the step being played */
    bool was_sticky;         /* the step before was sticky, so that `before` means something */
    unsigned char before[WATCHED];
    unsigned fallen; /* users who had v3 and lost it, over all steps */
    unsigned off;    /* steps with a share that chance does not explain */
};

/* The file's text, which the caller frees; NULL text when it cannot be read. */
static sluice_str
story_read(const char *name)
{
    char *text = NULL;
    long size = -1;
    FILE *file = fopen(name, "rb");
    if (file && fseek(file, 0, SEEK_END) == 0) size = ftell(file);
    if (size >= 0) text = malloc((size_t)size + 1);
    if (text) {
        rewind(file);
        size = (long)fread(text, 1, (size_t)size, file);
    }
    if (file) fclose(file);
    return (sluice_str){text, text ? (size_t)size : 0};
}

/* One request for the reviews of a product, by the user with cookie `uid`. */
static sluice_outcome
story_visit(struct story *story, sluice_decision *decision, const char *uid, const char *end_user)
{
    char cookie[64];
    int len = snprintf(cookie, sizeof cookie, "uid=%s", uid);
    const sluice_field headers[] = {
        {sluice_str_of("cookie"),   {cookie, (size_t)len}  },
        {sluice_str_of("end-user"), sluice_str_of(end_user)},
    };
    const sluice_request request = {
        .authority = sluice_str_of("reviews:9080"),
        .port = 9080,
        .path = sluice_str_of("/reviews/0"),
        .headers = headers,
        .header_count = end_user ? 2 : 1,
    };
    return sluice_route(story->context, &request, decision);
}

static bool
story_ends_with(sluice_str text, const char *end)
{
    size_t len = strlen(end);
    return text.len >= len && memcmp(text.ptr + (text.len - len), end, len) == 0;
}

/* A version is a subset in Istio's rules, and a Service like reviews-v2 in Gateway API's. */
static size_t
story_version_of(const sluice_destination *destination)
{
    for (size_t i = 0; destination && i < VERSIONS; i++) {
        sluice_str version = destination->subset.len ? destination->subset : destination->name;
        if (story_ends_with(version, version_names[i])) return i;
    }
    return VERSION_NONE;
}

static void
story_print_version(struct story *story, size_t version)
{
    bool known = version < VERSIONS;
    terminal_print(&story->terminal, known ? version_styles[version] : TERMINAL_YELLOW, "%s",
                   known ? version_names[version] : "--");
}

/* ----------------------------------------------------------------- one step */

/* What the crowd met at one step. */
struct step {
    uint64_t counts[VERSIONS];
    double shares[VERSIONS]; /* that the rules give */
    bool listed[VERSIONS];   /* the rule names this version */
    bool sticky;
    unsigned char watched[WATCHED]; /* the version that each of them saw */
};

static void
step_take_split(struct step *step, const sluice_decision *decision)
{
    for (size_t i = 0; i < decision->split_count; i++) {
        size_t version = story_version_of(decision->split[i].destination);
        double weight = decision->split_count == 1 ? 1 : decision->split[i].weight;
        double total = decision->split_count == 1 ? 1 : (double)decision->split_total;
        if (version == VERSION_NONE) continue;
        step->listed[version] = true;
        step->shares[version] += weight / total;
    }
}

static void
step_send_crowd(struct step *step, struct story *story)
{
    for (unsigned i = 0; i < CROWD; i++) {
        char uid[32];
        sluice_decision decision;
        snprintf(uid, sizeof uid, "user-%05u", i);
        story_visit(story, &decision, uid, NULL);
        size_t version = story_version_of(decision.destination);
        if (i == 0) step_take_split(step, &decision);
        if (decision.sticky.by == SLUICE_STICKY_COOKIE) step->sticky = true;
        if (version != VERSION_NONE) step->counts[version]++;
        if (i < WATCHED) step->watched[i] = (unsigned char)version;
    }
}

static void
step_print_shares(const struct step *step, struct story *story)
{
    FILE *out = story->terminal.out;
    fprintf(out, "\n    destination   expected   observed\n");
    for (size_t i = 0; i < VERSIONS; i++) {
        double observed = (double)step->counts[i] / CROWD;
        if (!step->listed[i]) continue;
        fprintf(out, "    reviews ");
        story_print_version(story, i);
        fprintf(out, "%11.1f %%%9.2f %%  ", 100 * step->shares[i], 100 * observed);
        terminal_bar(&story->terminal, version_styles[i], observed, BAR);
        fputc('\n', out);
    }
    struct chi_square test = chi_square_test(step->counts, step->shares, VERSIONS);
    fprintf(out, "    10,000 requests, chi-square p = %.2f\n\n", test.p);
    if (test.p < P_LEAST) story->off++;
}

static void
step_print_people(struct story *story)
{
    FILE *out = story->terminal.out;
    for (size_t i = 0; i < PEOPLE; i++) {
        fprintf(out, "    %-6s", people[i].name);
        for (int visit = 0; visit < VISITS; visit++) {
            sluice_decision decision;
            story_visit(story, &decision, people[i].name, people[i].end_user);
            fputc(' ', out);
            story_print_version(story, story_version_of(decision.destination));
        }
        fputs(i % 2 == 1 ? "\n" : "     ", out);
    }
}

/* Who changed sides since the step before, which was sticky too. */
static void
step_follow(const struct step *step, struct story *story)
{
    unsigned joined = 0;
    unsigned fallen = 0;
    unsigned on_new = 0;
    for (size_t i = 0; i < WATCHED; i++) {
        bool had = story->was_sticky && story->before[i] == VERSION_NEW;
        bool has = step->watched[i] == VERSION_NEW;
        on_new += has;
        joined += has && !had;
        fallen += had && !has;
    }
    fprintf(story->terminal.out, "\n    2,000 cookies: %u on v3, of them %u new; ", on_new, joined);
    terminal_print(&story->terminal, fallen ? TERMINAL_RED : TERMINAL_GREEN, "fallen back: %u",
                   fallen);
    fputc('\n', story->terminal.out);
    story->fallen += fallen;
    memcpy(story->before, step->watched, sizeof story->before);
}

static void
step_play(struct story *story)
{
    static struct step step;
    step = (struct step){0};
    step_send_crowd(&step, story);
    step_print_shares(&step, story);
    step_print_people(story);
    if (step.sticky) step_follow(&step, story);
    story->was_sticky = step.sticky;
}

/* ---------------------------------------------------------------- all steps */

/* "--- 02-v2-v3.yaml ----", and the file's first line, which is a comment that says what it does.
 */
static void
story_print_title(struct story *story, const sluice_source *source)
{
    const char *name = source->name.ptr;
    const char *slash = strrchr(name, '/');
    const char *end = memchr(source->text.ptr, '\n', source->text.len);
    if (slash) name = slash + 1;
    fputc('\n', story->terminal.out);
    terminal_line(&story->terminal, 3);
    terminal_print(&story->terminal, TERMINAL_BOLD, " %s ", name);
    terminal_line(&story->terminal, COLUMNS - 5 - (int)strlen(name));
    fputc('\n', story->terminal.out);
    if (end && source->text.ptr[0] == '#') {
        fprintf(story->terminal.out, "    %.*s\n", (int)(end - source->text.ptr - 2),
                source->text.ptr + 2);
    }
}

static void
story_print_errors(const sluice_report *report)
{
    for (size_t i = 0; i < sluice_report_count(report); i++) {
        const sluice_diagnostic *found = sluice_report_get(report, i);
        if (found->severity != SLUICE_SEVERITY_ERROR) continue;
        fprintf(stderr, "%.*s:%u:%u: error: %.*s\n", (int)found->document.len, found->document.ptr,
                found->line, found->column, (int)found->message.len, found->message.ptr);
    }
}

/* A context for the files applied so far; NULL, with the reasons on standard error, on failure. */
static sluice_context *
story_compile(const struct story *story)
{
    sluice_router *router = NULL;
    sluice_context *context = NULL;
    sluice_report *report = NULL;
    sluice_context_options options;
    sluice_context_options_init(&options);
    options.stream = story->source_count; /* each step draws numbers of its own */
    sluice_status status = sluice_report_new(&report, NULL);
    if (status == SLUICE_OK) {
        status = sluice_compile(&router, story->sources, story->source_count, NULL, report);
    }
    if (status == SLUICE_OK) status = sluice_context_new(&context, router, &options);
    if (status != SLUICE_OK) {
        story_print_errors(report);
        fprintf(stderr, "story: %s\n", sluice_status_name(status));
    }
    sluice_router_release(router); /* the context holds it from here on */
    sluice_report_free(report);
    return context;
}

static bool
story_step(struct story *story, const char *name)
{
    sluice_source source = {sluice_str_of(name), story_read(name)};
    if (!source.text.ptr) {
        fprintf(stderr, "story: cannot read %s\n", name);
        return false;
    }
    story->sources[story->source_count++] = source;
    story->context = story_compile(story);
    if (!story->context) return false;
    story_print_title(story, &source);
    step_play(story);
    sluice_context_free(story->context);
    return true;
}

static int
story_end(struct story *story)
{
    fputc('\n', story->terminal.out);
    terminal_line(&story->terminal, COLUMNS);
    fputs("\n    Users who had v3 and fell back along the sticky ramp: ", story->terminal.out);
    terminal_print(&story->terminal, story->fallen ? TERMINAL_RED : TERMINAL_GREEN, "%u",
                   story->fallen);
    fprintf(story->terminal.out, "; shares off: %u\n", story->off);
    return story->fallen || story->off ? 1 : 0;
}

int
main(int argc, char **argv)
{
    static struct story story;
    int status = 0;
    if (argc < 2) {
        fputs("Usage: story FILE...\n", stderr);
        return 2;
    }
    story.terminal = terminal_open(stdout);
    story.sources = calloc((size_t)argc, sizeof *story.sources);
    if (!story.sources) return 2;
    for (int i = 1; i < argc && status == 0; i++) {
        if (!story_step(&story, argv[i])) status = 2;
    }
    if (status == 0) status = story_end(&story);
    for (size_t i = 0; i < story.source_count; i++) {
        free((char *)story.sources[i].text.ptr);
    }
    free(story.sources);
    return status;
}
