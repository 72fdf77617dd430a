/*
 * proxy: a small HTTP/1.1 reverse proxy on sluice_live. An example to read, not a product to run.
 *
 *     proxy 127.0.0.1:8080 rules.yaml 'reviews|v1=127.0.0.1:9001' 'reviews|v2=127.0.0.1:9002' ...
 *
 * Several threads, each with an epoll and a sluice_context of its own, serve by the rules in one
 * sluice_live. SIGHUP reads the rules again and publishes them; where they have an error, that is
 * reported and the old rules go on serving. docs/embedding.md walks through it.
 *
 * As little HTTP as shows the whole loop: a connection does one thing at a time. A request is held
 * whole (head, else 431, and body, else 413, fit into a buffer) before it is decided; only
 * Content-Length says how long its body is (else 411); Expect is answered 417; what is malformed,
 * has another target than "/path", or is HTTP/1.0, 400. A client that sends a request on top of
 * another loses its connection after the first answer. Each exchange has an upstream connection of
 * its own; a response without Content-Length is passed on as it comes, chunks and all, and ends
 * the client's connection, too. Hop-by-hop fields are dropped, also those that Connection names
 * (RFC 9110, 7.6.1), except Host and what frames a message; no upgrades, no interim responses.
 * A request of more than 100 fields, or a decision that changes more than fits here, is refused.
 * No TLS, names of upstreams, retries, mirrors; timers are found by looking at every connection.
 */
#define _GNU_SOURCE /* accept4, memmem */

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <sluice/sluice.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 4, UPSTREAMS = 64, EVENTS = 64, STEPS = 64 };
enum { BUFFER = 32 * 1024, FIELDS = 100, EDITS = 32, EDIT_TEXT = 8192 };

#define STR(literal) ((sluice_str){("" literal), sizeof(literal) - 1})
#define SECOND ((int64_t)1000000000)
#define IDLE_LIMIT (60 * SECOND) /* for what the rules give no timeout */
#define UNTIL_CLOSE UINT64_MAX   /* length of a body that the end of its connection ends */

struct upstream {
    sluice_str host, subset; /* of a destination, as the rules name them */
    struct sockaddr_in address;
};

static struct {
    const char *rules; /* name of the file */
    struct upstream upstreams[UPSTREAMS];
    size_t upstream_count;
    int listener;
    sluice_live *live;
    atomic_bool stopping;
} proxy;

/* The time when so much will have passed. */
static int64_t
after(int64_t wait_ns)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    int64_t now = t.tv_sec * SECOND + t.tv_nsec;
    return wait_ns < INT64_MAX - now ? now + wait_ns : INT64_MAX;
}

static void
die(const char *what)
{
    fprintf(stderr, "proxy: %s\n", what);
    exit(1);
}

/* ---- rules ---- */

/* NULL when something is wrong. Diagnostics go to stderr. */
static sluice_router *
compile_rules(void)
{
    static const char *const severities[] = {"info", "warning", "error"};
    sluice_router *router = NULL;
    sluice_report *report = NULL;
    sluice_compile_options options;
    sluice_compile_options_init(&options);
    char *text = NULL;
    size_t room = 0;
    FILE *file = fopen(proxy.rules, "rb");
    if (!file || getdelim(&text, &room, '\0', file) < 1 || !feof(file)) {
        fprintf(stderr, "%s: cannot be read, or is no text\n", proxy.rules);
    } else if (getentropy(&options.hash_seed, sizeof(options.hash_seed)) == 0 &&
               sluice_report_new(&report, NULL) == SLUICE_OK) {
        const sluice_source source = {sluice_str_of(proxy.rules), sluice_str_of(text)};
        sluice_status status = sluice_compile(&router, &source, 1, &options, report);
        for (size_t i = 0; i < sluice_report_count(report); i++) { /* warnings, too */
            const sluice_diagnostic *d = sluice_report_get(report, i);
            fprintf(stderr, "%.*s:%u:%u: %s: %.*s [%.*s]\n", (int)d->document.len, d->document.ptr,
                    d->line, d->column, severities[d->severity], (int)d->message.len,
                    d->message.ptr, (int)d->code.len, d->code.ptr);
        }
        if (status != SLUICE_OK) fprintf(stderr, "rules: %s\n", sluice_status_name(status));
    }
    if (file) fclose(file);
    sluice_report_free(report);
    free(text);
    return router;
}

/* Publish what the file says now. Whatever goes wrong, the old router is untouched. */
static void
reload(void)
{
    sluice_router *router = compile_rules();
    bool published = router && sluice_live_publish(proxy.live, router) == SLUICE_OK;
    sluice_router_release(router); /* the live has its own reference */
    puts(published ? "reloaded" : "kept the old rules");
    fflush(stdout);
}

/* ---- connections ---- */

struct worker {
    int epoll;
    sluice_context *context;
    struct conn *conns;
};

struct conn {
    struct conn *next;
    struct worker *worker;
    int client, upstream; /* sockets; -1: none */
    enum { READING, DELAYED, AWAITING, RELAYING, CLOSING, CLOSED } state;
    bool keep_alive, is_head, busy, full; /* more can be done now; something did not fit */
    int64_t deadline, timeout;            /* of the state; of the exchange, 0: none */
    const struct upstream *target;        /* NULL: answered here */
    uint64_t left;                        /* of the response's body */
    char address[INET_ADDRSTRLEN];        /* the client's */
    /* A head: method, target, version, or version, status, reason; and fields. Its text lies in
     * `in` or in a decision. */
    sluice_str words[3];
    sluice_field fields[FIELDS];
    size_t field_count, head_size;
    /* What the decision says about the response, copied: the decision ends with the next call. */
    sluice_header_op edits[EDITS];
    size_t edit_count, edit_bytes;
    char edit_text[EDIT_TEXT];
    /* From the client or the upstream, to the upstream or the client. */
    size_t in_len, out_begin, out_end;
    char in[BUFFER], out[BUFFER];
};

/* Every event of a socket, told once for each change: run() tries all that can be done. */
static bool
watch(struct conn *conn, int fd)
{
    int on = 1;
    struct epoll_event event = {EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, {.ptr = conn}};
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return epoll_ctl(conn->worker->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

static void
put(struct conn *conn, sluice_str text)
{
    conn->full |= text.len > BUFFER - conn->out_end;
    if (conn->full || text.len == 0) return;
    memcpy(conn->out + conn->out_end, text.ptr, text.len);
    conn->out_end += text.len;
}

static void
take(struct conn *conn, size_t len)
{
    conn->in_len -= len;
    memmove(conn->in, conn->in + len, conn->in_len);
}

/* ---- heads ---- */

/* ASCII, without regard to case. */
static bool
same(sluice_str a, sluice_str b)
{
    return a.len == b.len && (a.len == 0 || strncasecmp(a.ptr, b.ptr, a.len) == 0);
}

/* Split at the first such byte. False, and all of it is `left`, when there is none. */
static bool
cut(sluice_str text, char at, sluice_str *left, sluice_str *right)
{
    const char *found = text.len ? memchr(text.ptr, at, text.len) : NULL;
    *left = (sluice_str){text.ptr, found ? (size_t)(found - text.ptr) : text.len};
    *right = found ? (sluice_str){found + 1, text.len - left->len - 1} : STR("");
    return found != NULL;
}

static sluice_str
trim(sluice_str text)
{
    for (; text.len && (text.ptr[0] == ' ' || text.ptr[0] == '\t'); text.len--)
        text.ptr++;
    while (text.len && (text.ptr[text.len - 1] == ' ' || text.ptr[text.len - 1] == '\t'))
        text.len--;
    return text;
}

enum parsed { PARSED, INCOMPLETE, MALFORMED };

/* Strict: lines end with CR LF, none is folded, no name holds a blank, nothing a control. */
static enum parsed
parse_head(struct conn *conn)
{
    sluice_str line, rest = {conn->in, conn->in_len}, value, *words = conn->words;
    const char *end = memmem(conn->in, conn->in_len, "\r\n\r\n", 4);
    if (!end) return INCOMPLETE;
    conn->head_size = (size_t)(end + 4 - conn->in);
    conn->field_count = 0;
    for (bool first = true; rest.ptr < end + 2; first = false) {
        sluice_field *field = &conn->fields[conn->field_count];
        bool named = first; /* the name is over */
        cut(rest, '\n', &line, &rest);
        if (line.len == 0 || line.ptr[--line.len] != '\r') return MALFORMED;
        for (size_t i = 0; i < line.len; i++) {
            char c = line.ptr[i];
            bool blank = c == ' ' || c == '\t';
            named |= c == ':';
            if (c == 127 || (c >= 0 && c < ' ' && !blank) || (blank && !named)) return MALFORMED;
        }
        if (first) {
            cut(line, ' ', &words[0], &value);
            cut(value, ' ', &words[1], &words[2]);
        } else if (conn->field_count++ < FIELDS && cut(line, ':', &field->name, &field->value) &&
                   field->name.len > 0) {
            field->value = trim(field->value);
        } else {
            return MALFORMED;
        }
    }
    return PARSED;
}

/* The nth value of a field, counted from 0. */
static bool
get(const struct conn *conn, sluice_str name, size_t nth, sluice_str *value)
{
    for (size_t i = 0; i < conn->field_count; i++) {
        if (!same(conn->fields[i].name, name) || nth-- > 0) continue;
        *value = conn->fields[i].value;
        return true;
    }
    return false;
}

static void
edit(struct conn *conn, sluice_header_action action, sluice_str name, sluice_str value)
{
    size_t kept = 0;
    for (size_t i = 0; i < conn->field_count; i++) {
        if (action == SLUICE_HEADER_ADD || !same(conn->fields[i].name, name))
            conn->fields[kept++] = conn->fields[i];
    }
    conn->field_count = kept;
    if (action == SLUICE_HEADER_REMOVE) return;
    conn->full |= kept == FIELDS;
    if (kept < FIELDS) conn->fields[conn->field_count++] = (sluice_field){name, value};
}

/* Where a message ends and goes is the proxy's to say, not for rules or clients to change. */
static bool
is_own(sluice_str name)
{
    return same(name, STR("connection")) || same(name, STR("content-length")) ||
           same(name, STR("transfer-encoding")) || same(name, STR("host"));
}

/* Carry out header operations of a decision, first to last. */
static void
apply(struct conn *conn, const sluice_header_op *ops, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!is_own(ops[i].name)) edit(conn, ops[i].action, ops[i].name, ops[i].value);
    }
}

/* Remove what concerns only the connection that it came by. Returns whether that is to close. */
static bool
strip(struct conn *conn)
{
    static const char *const hop_by_hop[] = {"connection", "keep-alive", "proxy-connection", "te",
                                             "upgrade"};
    bool more = false, closes = false;
    sluice_str list, name;
    for (size_t i = 0; more || get(conn, STR("connection"), i++, &list);) {
        more = cut(list, ',', &name, &list);
        name = trim(name);
        closes |= same(name, STR("close"));
        if (!is_own(name)) edit(conn, SLUICE_HEADER_REMOVE, name, STR(""));
    }
    for (size_t i = 0; i < sizeof(hop_by_hop) / sizeof(hop_by_hop[0]); i++)
        edit(conn, SLUICE_HEADER_REMOVE, sluice_str_of(hop_by_hop[i]), STR(""));
    return closes;
}

static void
put_head(struct conn *conn)
{
    for (size_t i = 0; i < 3; i++) {
        put(conn, conn->words[i]);
        put(conn, i < 2 ? STR(" ") : STR("\r\n"));
    }
    for (size_t i = 0; i < conn->field_count; i++) {
        put(conn, conn->fields[i].name);
        put(conn, STR(": "));
        put(conn, conn->fields[i].value);
        put(conn, STR("\r\n"));
    }
    put(conn, STR("\r\n"));
}

/* Content-Length, where there is one. False when it is no number, or given twice. */
static bool
get_length(const struct conn *conn, uint64_t *length)
{
    sluice_str text, second;
    if (!get(conn, STR("content-length"), 0, &text)) return true;
    size_t digits = strspn(text.ptr, "0123456789"); /* not beyond the end of the line */
    *length = strtoull(text.ptr, NULL, 10);
    return digits == text.len && digits > 0 && digits < 19 &&
           !get(conn, STR("content-length"), 1, &second);
}

/* ---- acting on a decision ---- */

static void
keep_edit(struct conn *conn, sluice_header_op op)
{
    char *at = conn->edit_text + conn->edit_bytes;
    size_t room = EDIT_TEXT - conn->edit_bytes;
    conn->full |= conn->edit_count == EDITS || op.name.len + op.value.len > room;
    if (conn->full) return;
    if (op.name.len) memcpy(at, op.name.ptr, op.name.len);
    if (op.value.len) memcpy(at + op.name.len, op.value.ptr, op.value.len);
    conn->edit_bytes += op.name.len + op.value.len;
    op.name.ptr = at;
    op.value.ptr = at + op.name.len;
    conn->edits[conn->edit_count++] = op;
}

static void
keep_fields(struct conn *conn, const sluice_field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++)
        keep_edit(conn, (sluice_header_op){SLUICE_HEADER_ADD, fields[i].name, fields[i].value});
}

/* Everything that the decision says about the response's fields, in the order to apply it. */
static void
keep_edits(struct conn *conn, const sluice_decision *d, bool local)
{
    const sluice_field location = {STR("location"), d->redirect.location};
    const sluice_field cookie = {STR("set-cookie"), d->sticky.set_cookie};
    keep_fields(conn, &location, d->outcome == SLUICE_REDIRECT);
    if (local) keep_fields(conn, d->response_fields, d->response_field_count);
    for (size_t i = 0; i < d->response_header_count; i++)
        keep_edit(conn, d->response_headers[i]);
    keep_fields(conn, d->cors_headers, d->cors_header_count);
    if (!local) keep_fields(conn, d->response_fields, d->response_field_count);
    keep_fields(conn, &cookie, d->sticky.set_cookie.len > 0);
}

static void
put_response_head(struct conn *conn)
{
    apply(conn, conn->edits, conn->edit_count);
    if (!conn->keep_alive) edit(conn, SLUICE_HEADER_SET, STR("connection"), STR("close"));
    conn->words[0] = STR("HTTP/1.1");
    put_head(conn);
}

/* An answer of the proxy itself. */
static void
put_answer(struct conn *conn, unsigned status, sluice_str body)
{
    char code[16], length[24];
    snprintf(code, sizeof(code), "%u", status);
    snprintf(length, sizeof(length), "%zu", body.len);
    conn->words[1] = sluice_str_of(code);
    conn->words[2] = STR("");
    conn->field_count = 0;
    edit(conn, SLUICE_HEADER_SET, STR("content-length"), sluice_str_of(length));
    put_response_head(conn);
    if (!conn->is_head) put(conn, body);
}

/* The end of the response is in `out`. */
static void
finish(struct conn *conn)
{
    if (conn->upstream >= 0) close(conn->upstream);
    conn->upstream = -1;
    conn->in_len = 0;
    conn->state = conn->keep_alive ? READING : CLOSING;
    conn->deadline = after(IDLE_LIMIT);
}

/* Something went wrong: say so, unless the client may have seen a part of the response. True, for
 * something was done. */
static bool
fail(struct conn *conn, unsigned status)
{
    if (conn->state < RELAYING) {
        conn->keep_alive = conn->full = false;
        conn->edit_count = conn->out_begin = conn->out_end = 0;
        put_answer(conn, status, STR(""));
        finish(conn);
    } else {
        conn->state = CLOSED;
    }
    return true;
}

/* By destination, or by authority where there is none. NULL: the command line does not name it. */
static const struct upstream *
find_upstream(const sluice_decision *d)
{
    const sluice_destination *to = d->destination;
    sluice_str host, port;
    cut(d->authority, ':', &host, &port);
    for (size_t i = 0; i < proxy.upstream_count; i++) {
        const struct upstream *u = &proxy.upstreams[i];
        bool named = to ? same(u->host, to->host) || same(u->host, to->name) : same(u->host, host);
        if (named && same(u->subset, to ? to->subset : STR(""))) return u;
    }
    return NULL;
}

/* After the delay, if there was one: `out` holds the request for the target, or an answer. */
static void
begin_exchange(struct conn *conn)
{
    if (!conn->target) {
        finish(conn);
        return;
    }
    conn->state = AWAITING;
    conn->deadline = after(conn->timeout ? conn->timeout : IDLE_LIMIT);
    const struct sockaddr *address = (const struct sockaddr *)&conn->target->address;
    conn->upstream = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (conn->upstream < 0 || !watch(conn, conn->upstream) ||
        (connect(conn->upstream, address, sizeof(struct sockaddr_in)) && errno != EINPROGRESS))
        fail(conn, 503);
}

/* The library asks for those headers only that some rule reads. */
static bool
needed_header(void *user, size_t index, sluice_str name, size_t nth, sluice_str *value)
{
    (void)index; /* of the name among all that are needed, for a host that prepares a table */
    return get(user, name, nth, value);
}

/* Everything that is done with the decision itself, before this thread makes another one. */
static void
decide(struct conn *conn, sluice_str host, sluice_str body)
{
    const sluice_request request = {
        .method = conn->words[0],
        .authority = host,
        .path = conn->words[1],
        .header_fn = needed_header,
        .header_user = conn,
        .source_ip = sluice_str_of(conn->address),
    };
    sluice_decision d;
    conn->target = NULL;
    conn->edit_count = conn->edit_bytes = 0;
    switch (sluice_route(conn->worker->context, &request, &d)) {
    case SLUICE_FORWARD:     /* to the destination */
    case SLUICE_PASSTHROUGH: /* to where it was going: no rule has a say */
        keep_edits(conn, &d, false);
        conn->target = find_upstream(&d);
        if (!conn->target) {
            put_answer(conn, 503, STR(""));
            break;
        }
        conn->words[1] = d.path;
        apply(conn, d.request_headers, d.request_header_count);
        edit(conn, SLUICE_HEADER_SET, STR("host"), d.authority);
        edit(conn, SLUICE_HEADER_ADD, STR("x-forwarded-for"), sluice_str_of(conn->address));
        edit(conn, SLUICE_HEADER_SET, STR("connection"), STR("close"));
        put_head(conn);
        put(conn, body);
        break;
    case SLUICE_REDIRECT:    /* the Location is among the edits */
    case SLUICE_RESPOND:     /* also an injected abort, and the answer to a CORS preflight */
    case SLUICE_NOT_FOUND:   /* 404 */
    case SLUICE_UNAVAILABLE: /* 500 or 503 */
    case SLUICE_MISDIRECTED: /* 421 */
        keep_edits(conn, &d, true);
        put_answer(conn, d.status, d.body);
        break;
    }
    conn->timeout = d.timeout_ns > 0 ? d.timeout_ns : 0; /* SLUICE_NO_DURATION, or switched off */
    if (d.backend_timeout_ns > 0 && (!conn->timeout || d.backend_timeout_ns < conn->timeout))
        conn->timeout = d.backend_timeout_ns; /* there is but one try */
    if (conn->full) {
        fail(conn, 500);
    } else if (d.fault && d.fault->delay_chosen) {
        conn->state = DELAYED;
        conn->deadline = after(d.fault->delay_ns);
    } else {
        begin_exchange(conn);
    }
}

/* ---- steps: what can be done with what arrived; false when that is nothing ---- */

static bool
read_request(struct conn *conn)
{
    uint64_t length = 0;
    sluice_str host, other, *words = conn->words;
    enum parsed parsed = parse_head(conn);
    conn->is_head = false;
    if (parsed == INCOMPLETE) return false;
    if (parsed == MALFORMED || words[0].len == 0 || words[1].len == 0 || words[1].ptr[0] != '/' ||
        !same(words[2], STR("HTTP/1.1")) || !get(conn, STR("host"), 0, &host) ||
        get(conn, STR("host"), 1, &other) || !get_length(conn, &length))
        return fail(conn, 400);
    if (get(conn, STR("transfer-encoding"), 0, &other)) return fail(conn, 411);
    if (get(conn, STR("expect"), 0, &other)) return fail(conn, 417);
    if (length > BUFFER - conn->head_size) return fail(conn, 413);
    if (conn->in_len < conn->head_size + length) return false;
    conn->is_head = same(words[0], STR("HEAD"));
    conn->keep_alive = !strip(conn) && conn->in_len == conn->head_size + length;
    conn->in_len = 0; /* the text stays until more is read */
    decide(conn, host, (sluice_str){conn->in + conn->head_size, (size_t)length});
    return true;
}

static bool
read_response(struct conn *conn)
{
    sluice_str coding, *words = conn->words;
    enum parsed parsed = parse_head(conn);
    if (parsed == INCOMPLETE) return false;
    conn->left = UNTIL_CLOSE;
    if (parsed == MALFORMED || words[0].len != 8 || memcmp(words[0].ptr, "HTTP/1.", 7) != 0 ||
        words[1].len != 3 || !get_length(conn, &conn->left) ||
        (conn->left != UNTIL_CLOSE && get(conn, STR("transfer-encoding"), 0, &coding)))
        return fail(conn, 503);
    if (words[1].ptr[0] != '1') { /* else interim: the answer is still to come */
        if (conn->is_head || same(words[1], STR("204")) || same(words[1], STR("304")))
            conn->left = 0;
        conn->keep_alive &= conn->left != UNTIL_CLOSE;
        strip(conn);
        put_response_head(conn);
        if (conn->full) return fail(conn, 503);
        conn->state = RELAYING;
    }
    take(conn, conn->head_size);
    return true;
}

static bool
relay_body(struct conn *conn)
{
    size_t len = conn->in_len < conn->left ? conn->in_len : (size_t)conn->left;
    if (len == 0 && conn->left > 0) return false;
    put(conn, (sluice_str){conn->in, len});
    take(conn, len);
    if (conn->left != UNTIL_CLOSE) conn->left -= len;
    if (!conn->timeout) conn->deadline = after(IDLE_LIMIT);
    if (conn->left == 0) finish(conn);
    return true;
}

/* A socket has no more to say, or broke. */
static void
end(struct conn *conn, bool broken)
{
    if (conn->state == AWAITING) {
        fail(conn, 503);
    } else if (conn->state == READING && conn->in_len > 0 && !broken) {
        fail(conn, 400);
    } else if (conn->state == RELAYING && conn->left == UNTIL_CLOSE && !broken) {
        finish(conn);
    } else {
        conn->state = CLOSED;
    }
}

/* Send, or go on with what is there, or receive. False: that has to wait. */
static bool
step(struct conn *conn)
{
    ssize_t moved;
    int fd =
        conn->state == AWAITING || (conn->state == RELAYING && conn->out_begin == conn->out_end)
            ? conn->upstream
            : conn->client;
    if (conn->state == DELAYED || conn->state == CLOSED) return false;
    if (conn->out_begin < conn->out_end) {
        moved =
            send(fd, conn->out + conn->out_begin, conn->out_end - conn->out_begin, MSG_NOSIGNAL);
        if (moved > 0) conn->out_begin += (size_t)moved;
    } else {
        conn->out_begin = conn->out_end = 0;
        if (conn->state == READING && read_request(conn)) return true;
        if (conn->state == AWAITING && read_response(conn)) return true;
        if (conn->state == RELAYING && relay_body(conn)) return true;
        if (conn->state == CLOSING) { /* wait until the client has read it all and hangs up, too: */
            shutdown(conn->client, SHUT_WR); /* a reset would take the answer away */
            conn->in_len = 0;
            if (conn->deadline > after(SECOND)) conn->deadline = after(SECOND);
        }
        if (conn->in_len == BUFFER) return fail(conn, conn->state == READING ? 431 : 503);
        moved = recv(fd, conn->in + conn->in_len, BUFFER - conn->in_len, 0);
        if (moved > 0) conn->in_len += (size_t)moved;
    }
    if (moved < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    if (moved <= 0) end(conn, moved < 0);
    return true;
}

static void
run(struct conn *conn)
{
    conn->busy = true;
    for (int i = 0; i < STEPS && conn->busy; i++) /* others want their turn, too */
        conn->busy = step(conn);
}

static void
conn_accept(struct worker *worker)
{
    struct sockaddr_in from;
    socklen_t len = sizeof(from);
    int fd = accept4(proxy.listener, (struct sockaddr *)&from, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
    struct conn *conn = fd >= 0 ? calloc(1, sizeof(*conn)) : NULL;
    if (!conn) {
        if (fd >= 0) close(fd);
        return;
    }
    inet_ntop(AF_INET, &from.sin_addr, conn->address, sizeof(conn->address));
    conn->worker = worker;
    conn->client = fd;
    conn->upstream = -1;
    conn->deadline = after(IDLE_LIMIT);
    conn->next = worker->conns;
    worker->conns = conn;
    if (!watch(conn, fd)) conn->state = CLOSED;
    run(conn);
}

/* ---- threads ---- */

/* Act on what is due, free what is closed. Returns milliseconds to wait, at most a second. */
static int
sweep(struct worker *worker)
{
    int64_t now = after(0), next = now + SECOND;
    for (struct conn **link = &worker->conns, *conn; (conn = *link);) {
        bool due = conn->deadline <= now;
        if (due && conn->state == DELAYED) {
            begin_exchange(conn);
        } else if (due && conn->state == AWAITING) {
            fail(conn, 504);
        } else if (due) {
            conn->state = CLOSED;
        }
        if (due || conn->busy) run(conn);
        if (conn->busy || conn->deadline < next) next = conn->busy ? now : conn->deadline;
        if (conn->state != CLOSED) {
            link = &conn->next;
            continue;
        }
        *link = conn->next;
        if (conn->upstream >= 0) close(conn->upstream);
        close(conn->client);
        free(conn);
    }
    return next <= now ? 0 : (int)((next - now + 999999) / 1000000);
}

static void *
work(void *unused)
{
    struct worker worker = {.epoll = epoll_create1(EPOLL_CLOEXEC)};
    struct epoll_event event = {.events = EPOLLIN | EPOLLEXCLUSIVE}, events[EVENTS];
    sluice_context_options options;
    sluice_context_options_init(&options);
    if (getentropy(&options.seed, sizeof(options.seed)) != 0 ||
        sluice_context_new_live(&worker.context, proxy.live, &options) != SLUICE_OK ||
        epoll_ctl(worker.epoll, EPOLL_CTL_ADD, proxy.listener, &event) != 0)
        die("a thread cannot start");
    while (!atomic_load(&proxy.stopping)) {
        int count = epoll_wait(worker.epoll, events, EVENTS, sweep(&worker));
        /* Also when idle, or this thread would keep an old router alive. Out of memory, the context
         * goes on with the old one and tries again by itself. */
        sluice_context_refresh(worker.context);
        for (int i = 0; i < count; i++) {
            if (events[i].data.ptr) {
                run(events[i].data.ptr);
            } else {
                conn_accept(&worker);
            }
        }
    }
    for (struct conn *conn = worker.conns; conn; conn = conn->next)
        conn->state = CLOSED;
    sweep(&worker);
    sluice_context_free(worker.context);
    close(worker.epoll);
    return unused;
}

/* ---- the whole ---- */

/* Of IP:PORT, which is taken apart. */
static bool
parse_address(char *text, struct sockaddr_in *address)
{
    char *colon = strchr(text, ':'), *end = NULL;
    if (!colon) return false;
    *colon = '\0';
    unsigned long port = strtoul(colon + 1, &end, 10);
    *address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    return inet_pton(AF_INET, text, &address->sin_addr) == 1 && !*end && port <= UINT16_MAX;
}

static bool
parse_upstream(char *text, struct upstream *upstream)
{
    sluice_str key, address;
    bool good = cut(sluice_str_of(text), '=', &key, &address);
    cut(key, '|', &upstream->host, &upstream->subset);
    return good && parse_address(text + key.len + 1, &upstream->address);
}

int
main(int argc, char **argv)
{
    pthread_t threads[THREADS];
    sigset_t signals;
    struct sockaddr_in listen_on;
    struct sockaddr *address = (struct sockaddr *)&listen_on;
    socklen_t len = sizeof(listen_on);
    bool good = argc > 2 && argc - 3 <= UPSTREAMS && parse_address(argv[1], &listen_on);
    for (int i = 3; i < argc && good; i++)
        good = parse_upstream(argv[i], &proxy.upstreams[proxy.upstream_count++]);
    if (!good) die("arguments are IP:PORT RULES.yaml 'HOST|SUBSET=IP:PORT'...");
    proxy.rules = argv[2];
    proxy.listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int on = 1;
    if (setsockopt(proxy.listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
        bind(proxy.listener, address, len) != 0 || listen(proxy.listener, 1024) != 0 ||
        getsockname(proxy.listener, address, &len) != 0)
        die(strerror(errno));
    sigemptyset(&signals);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL); /* here and in all threads; sigwait() takes them */
    sluice_router *router = compile_rules();
    good = router && sluice_live_new(&proxy.live, router, NULL) == SLUICE_OK;
    sluice_router_release(router);
    if (!good) die("no rules");
    for (size_t i = 0; i < THREADS; i++) {
        if (pthread_create(&threads[i], NULL, work, NULL) != 0) die("a thread cannot start");
    }
    printf("listening on port %u\n", ntohs(listen_on.sin_port)); /* which one, where 0 was given */
    fflush(stdout);
    for (int signal = SIGHUP; signal == SIGHUP;) {
        sigwait(&signals, &signal);
        if (signal == SIGHUP) reload();
    }
    atomic_store(&proxy.stopping, true);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    close(proxy.listener);
    sluice_live_release(proxy.live);
    return 0;
}
