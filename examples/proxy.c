/*
 * proxy: a small HTTP/1.1 reverse proxy on sluice_live. An example to read, not a product to run.
 *
 *     proxy 127.0.0.1:8080 rules.yaml 'reviews|v1=127.0.0.1:9001' 'reviews|v2=127.0.0.1:9002' ...
 *
 * Several threads, each with an epoll and a sluice_context of its own, serve by the rules in one
 * sluice_live. SIGHUP reads the rules again and publishes them; where they have an error, that is
 * reported and the old rules go on serving. docs/embedding.md walks through it.
 *
 * As little HTTP as shows the whole loop. A connection serves one request, and the end of the
 * upstream's is the end of the response. A request is held whole (413, if it does not fit) before
 * it is decided; only Content-Length says how long its body is; what is malformed, or asks for more
 * (Transfer-Encoding, Expect, HTTP/1.0, over 100 fields, another target than "/path"), is answered
 * 400. Hop-by-hop fields are dropped (RFC 9110, 7.6.1), interim responses too. No TLS, names of
 * upstreams, retries, mirrors; timers are found by looking at every connection.
 */
#define _GNU_SOURCE /* accept4, memmem */

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
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

enum { THREADS = 4, EVENTS = 64, FIELDS = 100, OPS = 32 };
enum { HELD = 32 * 1024, BUFFER = 2 * HELD }; /* of what arrives; with room for what rules add */

#define SECOND ((int64_t)1000000000)
#define IDLE_LIMIT (60 * SECOND) /* for what the rules give no timeout */
#define STR(literal) ((sluice_str){("" literal), sizeof(literal) - 1})

static struct {
    const char *rules; /* name of the file */
    char **upstreams;  /* HOST|SUBSET=IP:PORT, as the rules name them; then NULL */
    int listener;
    sluice_live *live;
    atomic_bool stopping;
} proxy;

/* Of this thread. */
static _Thread_local struct {
    int epoll;
    sluice_context *context;
    struct conn *conns;
} worker;

/* The time when so much will have passed. */
static int64_t
after(int64_t wait_ns)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    int64_t now = t.tv_sec * SECOND + t.tv_nsec;
    return wait_ns < INT64_MAX - now ? now + wait_ns : INT64_MAX;
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

/* ---- text ---- */

struct buffer {
    size_t begin, end; /* of what is in it */
    bool full;         /* something did not fit, and is missing */
    char bytes[BUFFER];
};

#define PUT(buffer, ...)                                                                           \
    put(buffer, (const sluice_str[]){__VA_ARGS__},                                                 \
        sizeof((const sluice_str[]){__VA_ARGS__}) / sizeof(sluice_str))

static sluice_str
since(const struct buffer *buffer, size_t begin)
{
    return (sluice_str){buffer->bytes + begin, buffer->end - begin};
}

/* What was put there. */
static sluice_str
put(struct buffer *buffer, const sluice_str *texts, size_t count)
{
    size_t begin = buffer->end;
    for (size_t i = 0; i < count; i++) {
        buffer->full |= texts[i].len > BUFFER - buffer->end;
        if (buffer->full || texts[i].len == 0) continue;
        memcpy(buffer->bytes + buffer->end, texts[i].ptr, texts[i].len);
        buffer->end += texts[i].len;
    }
    return since(buffer, begin);
}

/* ASCII, without regard to case. */
static bool
same(sluice_str a, sluice_str b)
{
    return a.len == b.len && (a.len == 0 || strncasecmp(a.ptr, b.ptr, a.len) == 0);
}

/* The text before one of these bytes, or all of it; `rest` goes on behind. */
static sluice_str
next(sluice_str *rest, const char *stops)
{
    sluice_str piece = {rest->ptr, 0};
    while (piece.len < rest->len && !memchr(stops, piece.ptr[piece.len], strlen(stops)))
        piece.len++;
    size_t taken = piece.len < rest->len ? piece.len + 1 : piece.len;
    if (taken) *rest = (sluice_str){rest->ptr + taken, rest->len - taken};
    return piece;
}

/* Whether a name is in a list that is separated by commas. */
static bool
among(sluice_str name, sluice_str list)
{
    while (list.len) {
        if (same(next(&list, ", \t"), name)) return true;
    }
    return false;
}

/* ---- heads ---- */

/* Method, target, version, or version, status, reason; then lines. Their text is elsewhere. */
struct head {
    sluice_str words[3], lines;
    size_t size;
};

/* Fields that say where a message goes and ends: the proxy's, not the rules'. */
#define FRAMING STR("host,content-length,transfer-encoding")
#define HOP_BY_HOP STR("host,connection,keep-alive,proxy-connection,te,upgrade")

/* Take one off the lines. False at the end, and where the name is empty or holds a blank. */
static bool
next_field(sluice_str *lines, sluice_field *field)
{
    sluice_str line = next(lines, "\n");
    if (line.len == 0) return false;
    line.len--;
    field->name = next(&line, ": \t");
    for (; line.len && strchr(" \t", line.ptr[0]); line.len--)
        line.ptr++;
    while (line.len && strchr(" \t", line.ptr[line.len - 1]))
        line.len--;
    field->value = line;
    return field->name.len > 0 && field->name.ptr[field->name.len] == ':';
}

/* The nth value of a field, counted from 0. The library asks for those that some rule reads; the
 * index among these is for hosts that prepare a table. */
static bool
get(void *lines, size_t index, sluice_str name, size_t nth, sluice_str *value)
{
    sluice_str rest = *(const sluice_str *)lines;
    sluice_field field;
    (void)index;
    while (next_field(&rest, &field)) {
        if (!same(field.name, name) || nth-- > 0) continue;
        *value = field.value;
        return true;
    }
    return false;
}

/* Strict: lines end with CR LF, none is folded, nothing holds a control, and it is said once how
 * long the body is. Size 0: not all is here. */
static bool
parse_head(struct head *head, sluice_str text)
{
    const char *end = text.len ? memmem(text.ptr, text.len, "\r\n\r\n", 4) : NULL;
    sluice_field field;
    *head = (struct head){.size = end ? (size_t)(end + 4 - text.ptr) : 0};
    if (!end) return false;
    text.len = head->size - 2;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i], before = i ? text.ptr[i - 1] : '\n';
        if ((c == '\n') != (before == '\r')) return false;
        if (c == 127 || (c >= 0 && c < ' ' && !memchr("\t\r\n", c, 3))) return false;
    }
    sluice_str first = next(&text, "\r");
    head->words[0] = next(&first, " ");
    head->words[1] = next(&first, " ");
    head->words[2] = first;
    next(&text, "\n");
    head->lines = text;
    for (size_t count = 0; text.len; count++) {
        if (count == FIELDS || !next_field(&text, &field)) return false;
    }
    return !get(&head->lines, 0, STR("content-length"), 1, &text);
}

/* Whether an operation replaces or removes the field. */
static bool
is_replaced(sluice_str name, const sluice_header_op *ops, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (ops[i].action != SLUICE_HEADER_ADD && same(ops[i].name, name)) return true;
    }
    return false;
}

/* The fields as the operations leave them, without what concerns only the connection that they came
 * by; and the end of the head. */
static void
put_edited(struct buffer *out, sluice_str lines, const sluice_header_op *ops, size_t count)
{
    sluice_field field;
    sluice_str rest = lines, list;
    while (next_field(&rest, &field)) {
        bool framing = among(field.name, FRAMING);
        bool drop =
            among(field.name, HOP_BY_HOP) || (!framing && is_replaced(field.name, ops, count));
        for (size_t i = 0; !framing && get(&lines, 0, STR("connection"), i, &list); i++)
            drop |= among(field.name, list);
        if (!drop) PUT(out, field.name, STR(": "), field.value, STR("\r\n"));
    }
    for (; count-- > 0; ops++) { /* first to last: a later one may undo it */
        if (ops->action != SLUICE_HEADER_REMOVE && !among(ops->name, FRAMING) &&
            !among(ops->name, HOP_BY_HOP) && !is_replaced(ops->name, ops + 1, count))
            PUT(out, ops->name, STR(": "), ops->value, STR("\r\n"));
    }
    PUT(out, STR("connection: close\r\n\r\n"));
}

/* ---- acting on a decision ---- */

struct conn {
    struct conn *next;
    /* A request arrives, is delayed, is sent and its answer awaited; that is relayed; the end. */
    enum { READING, DELAYED, AWAITING, RELAYING, CLOSING, CLOSED } state;
    int client, upstream, fd;      /* sockets; -1: none; which of them it waits for */
    bool sending, is_head;         /* for that; the method */
    int64_t deadline, timeout;     /* of the state; of the exchange, 0: none */
    struct sockaddr_in target;     /* of port 0: the answer is made here */
    char address[INET_ADDRSTRLEN]; /* the client's */
    struct buffer in, out;         /* from the one socket; to the other */
    /* What the decision says about the response, copied: the decision ends with the next call. */
    sluice_header_op ops[OPS];
    size_t op_count;
    struct buffer kept;
};

static void
keep(struct conn *conn, sluice_header_action action, const sluice_field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        conn->kept.full |= conn->op_count == OPS;
        if (conn->kept.full) return;
        sluice_str name = PUT(&conn->kept, fields[i].name),
                   value = PUT(&conn->kept, fields[i].value);
        conn->ops[conn->op_count++] = (sluice_header_op){action, name, value};
    }
}

/* Everything that the decision says about the response's fields, in the order to apply it. */
static void
keep_edits(struct conn *conn, const sluice_decision *d, bool local)
{
    const sluice_field location = {STR("location"), d->redirect.location};
    const sluice_field cookie = {STR("set-cookie"), d->sticky.set_cookie};
    keep(conn, SLUICE_HEADER_ADD, &location, d->outcome == SLUICE_REDIRECT);
    if (local) keep(conn, SLUICE_HEADER_ADD, d->response_fields, d->response_field_count);
    for (size_t i = 0; i < d->response_header_count; i++) {
        const sluice_header_op *op = &d->response_headers[i];
        keep(conn, op->action, &(sluice_field){op->name, op->value}, 1);
    }
    keep(conn, SLUICE_HEADER_ADD, d->cors_headers, d->cors_header_count);
    if (!local) keep(conn, SLUICE_HEADER_ADD, d->response_fields, d->response_field_count);
    keep(conn, SLUICE_HEADER_ADD, &cookie, cookie.value.len > 0);
}

/* An answer of the proxy itself. */
static void
put_answer(struct conn *conn, const sluice_decision *d)
{
    char start[64];
    snprintf(start, sizeof(start), "HTTP/1.1 %u \r\ncontent-length: %zu\r\n", d->status,
             d->body.len);
    PUT(&conn->out, sluice_str_of(start));
    keep_edits(conn, d, true);
    put_edited(&conn->out, STR(""), conn->ops, conn->op_count);
    if (!conn->is_head) PUT(&conn->out, d->body);
}

/* Something went wrong: say so, unless the client may have seen a part of the response. */
static void
fail(struct conn *conn, unsigned status)
{
    conn->state = conn->state < RELAYING ? CLOSING : CLOSED;
    conn->out.begin = conn->out.end = conn->kept.end = conn->op_count = 0;
    conn->out.full = conn->kept.full = false;
    put_answer(conn, &(sluice_decision){.status = status});
}

/* Of IP:PORT. */
static bool
parse_address(const char *text, struct sockaddr_in *address)
{
    char ip[INET_ADDRSTRLEN], *end;
    sluice_str port = sluice_str_of(text), host = next(&port, ":");
    unsigned long number = strtoul(port.ptr, &end, 10);
    snprintf(ip, sizeof(ip), "%.*s", (int)host.len, host.ptr);
    *address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)number)};
    return host.len < sizeof(ip) && inet_pton(AF_INET, ip, &address->sin_addr) == 1 && port.len &&
           !*end && number <= UINT16_MAX;
}

/* By destination, or by authority where there is none. False: the command line does not name it. */
static bool
find_upstream(const sluice_decision *d, struct sockaddr_in *address)
{
    const sluice_destination *to = d->destination;
    sluice_str authority = d->authority, asked = next(&authority, ":");
    for (char **upstream = proxy.upstreams; *upstream; upstream++) {
        sluice_str text = sluice_str_of(*upstream), key = next(&text, "="), host = next(&key, "|");
        bool named = to ? same(host, to->host) || same(host, to->name) : same(host, asked);
        if (named && same(key, to ? to->subset : STR(""))) return parse_address(text.ptr, address);
    }
    return false;
}

/* After the delay, if there was one: `out` holds the request for the target, or an answer. */
static void
begin_exchange(struct conn *conn)
{
    conn->deadline = after(conn->timeout ? conn->timeout : IDLE_LIMIT);
    conn->state = conn->target.sin_port ? AWAITING : CLOSING;
    if (conn->state == CLOSING) return;
    conn->upstream = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (conn->upstream < 0 ||
        (connect(conn->upstream, (const struct sockaddr *)&conn->target, sizeof(conn->target)) &&
         errno != EINPROGRESS))
        fail(conn, 503);
}

/* Everything that is done with the decision itself, before this thread makes another one. */
static void
decide(struct conn *conn, struct head *head, sluice_str host, sluice_str body)
{
    const sluice_request request = {
        .method = head->words[0],
        .authority = host,
        .path = head->words[1],
        .header_fn = get,
        .header_user = &head->lines,
        .source_ip = sluice_str_of(conn->address),
    };
    struct buffer *out = &conn->out;
    sluice_decision d;
    switch (sluice_route(worker.context, &request, &d)) {
    case SLUICE_FORWARD:     /* to the destination */
    case SLUICE_PASSTHROUGH: /* to where it was going: no rule has a say */
        if (!find_upstream(&d, &conn->target)) {
            fail(conn, 503);
            return;
        }
        PUT(out, head->words[0], STR(" "), d.path, STR(" HTTP/1.1\r\nhost: "), d.authority,
            STR("\r\nx-forwarded-for: "), request.source_ip, STR("\r\n"));
        put_edited(out, head->lines, d.request_headers, d.request_header_count);
        PUT(out, body);
        keep_edits(conn, &d, false);
        break;
    case SLUICE_REDIRECT:    /* with a Location */
    case SLUICE_RESPOND:     /* also an injected abort, and the answer to a CORS preflight */
    case SLUICE_NOT_FOUND:   /* 404 */
    case SLUICE_UNAVAILABLE: /* 500 or 503 */
    case SLUICE_MISDIRECTED: /* 421 */
        put_answer(conn, &d);
        break;
    }
    conn->timeout = d.timeout_ns > 0 ? d.timeout_ns : 0; /* SLUICE_NO_DURATION, or switched off */
    if (d.backend_timeout_ns > 0 && (!conn->timeout || d.backend_timeout_ns < conn->timeout))
        conn->timeout = d.backend_timeout_ns; /* there is but one try */
    if (out->full || conn->kept.full) {
        fail(conn, 500);
    } else if (d.fault && d.fault->delay_chosen) {
        conn->state = DELAYED;
        conn->deadline = after(d.fault->delay_ns);
    } else {
        begin_exchange(conn);
    }
}

/* ---- steps of a connection ---- */

static void
read_request(struct conn *conn)
{
    struct head head;
    struct buffer *in = &conn->in;
    bool good = parse_head(&head, since(in, 0));
    if (head.size == 0 && in->end < HELD) return;
    sluice_str host, other, length = STR("0"), *lines = &head.lines;
    get(lines, 0, STR("content-length"), 0, &length);
    good = good && head.words[0].len && head.words[1].len && head.words[1].ptr[0] == '/' &&
           same(head.words[2], STR("HTTP/1.1")) && get(lines, 0, STR("host"), 0, &host) &&
           !get(lines, 0, STR("host"), 1, &other) && !get(lines, 0, STR("expect"), 0, &other) &&
           !get(lines, 0, STR("transfer-encoding"), 0, &other) && length.len - 1 < 18 &&
           strspn(length.ptr, "0123456789") == length.len;
    uint64_t body = good ? strtoull(length.ptr, NULL, 10) : 0; /* not beyond the end of the line */
    if (head.size == 0 || body > HELD - head.size) {
        fail(conn, 413);
    } else if (!good) {
        fail(conn, 400);
    } else if (body <= in->end - head.size) {
        conn->is_head = same(head.words[0], STR("HEAD"));
        in->end = 0; /* the text stays until more is read */
        decide(conn, &head, host, (sluice_str){in->bytes + head.size, (size_t)body});
    }
}

static void
read_response(struct conn *conn)
{
    struct head head;
    bool good = true;
    do {
        good = parse_head(&head, since(&conn->in, conn->in.begin)) && head.words[0].len == 8 &&
               memcmp(head.words[0].ptr, "HTTP/1.", 7) == 0 && head.words[1].len == 3;
        conn->in.begin += head.size;
    } while (good && head.words[1].ptr[0] == '1'); /* the answer is still to come */
    if (head.size == 0 && conn->in.end < HELD) return;
    if (good) {
        PUT(&conn->out, STR("HTTP/1.1 "), head.words[1], STR(" "), head.words[2], STR("\r\n"));
        put_edited(&conn->out, head.lines, conn->ops, conn->op_count);
        PUT(&conn->out, since(&conn->in, conn->in.begin)); /* the beginning of the body */
    }
    if (!good || conn->out.full) {
        fail(conn, 503);
    } else {
        conn->state = RELAYING;
    }
}

/* Have epoll tell, once, of the one thing that the connection waits for. */
static void
await(struct conn *conn)
{
    conn->sending = conn->out.begin < conn->out.end;
    if (conn->state == CLOSING && !conn->sending) {
        /* Wait until the client hangs up, too: a reset would take the answer away from it. */
        shutdown(conn->client, SHUT_WR);
        if (conn->deadline > after(SECOND)) conn->deadline = after(SECOND);
    }
    bool from_upstream = conn->state == RELAYING && !conn->sending;
    conn->fd = conn->state == AWAITING || from_upstream ? conn->upstream : conn->client;
    struct epoll_event event = {EPOLLONESHOT, {.ptr = conn}};
    event.events |= conn->sending ? EPOLLOUT : EPOLLIN;
    if (conn->state != DELAYED && conn->state != CLOSED &&
        epoll_ctl(worker.epoll, EPOLL_CTL_MOD, conn->fd, &event) &&
        epoll_ctl(worker.epoll, EPOLL_CTL_ADD, conn->fd, &event))
        conn->state = CLOSED;
}

/* Send or receive a piece, and go on with what arrived. */
static void
step(struct conn *conn)
{
    struct buffer *out = &conn->out, *in = conn->state == RELAYING ? out : &conn->in;
    ssize_t moved =
        conn->sending ? send(conn->fd, out->bytes + out->begin, out->end - out->begin, MSG_NOSIGNAL)
                      : recv(conn->fd, in->bytes + in->end, HELD - in->end, 0);
    if (moved < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (conn->state == RELAYING && !conn->timeout) conn->deadline = after(IDLE_LIMIT);
    if (moved <= 0) { /* the socket has no more to say, or broke */
        if (conn->state == AWAITING || (conn->state == READING && in->end > 0)) {
            fail(conn, conn->state == READING ? 400 : 503);
        } else {
            conn->state = conn->state == RELAYING && moved == 0 ? CLOSING : CLOSED;
        }
    } else if (conn->sending) {
        out->begin += (size_t)moved;
        if (out->begin == out->end) out->begin = out->end = 0;
    } else {
        in->end += (size_t)moved;
        if (conn->state == READING) {
            read_request(conn);
        } else if (conn->state == AWAITING) {
            read_response(conn);
        }
        if (conn->state == CLOSING) conn->in.end = 0; /* nobody reads it */
    }
}

static void
accept_client(void)
{
    struct sockaddr_in from;
    socklen_t len = sizeof(from);
    int fd = accept4(proxy.listener, (struct sockaddr *)&from, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
    struct conn *conn = fd >= 0 ? calloc(1, sizeof(*conn)) : NULL;
    if (conn) {
        inet_ntop(AF_INET, &from.sin_addr, conn->address, sizeof(conn->address));
        conn->client = fd;
        conn->upstream = -1;
        conn->deadline = after(IDLE_LIMIT);
        conn->next = worker.conns;
        worker.conns = conn;
        await(conn);
    } else if (fd >= 0) {
        close(fd);
    }
}

/* ---- threads ---- */

/* Act on what is due, free what is closed. Returns milliseconds to wait, at most a second. */
static int
sweep(void)
{
    int64_t now = after(0), next_due = now + SECOND;
    for (struct conn **link = &worker.conns, *conn; (conn = *link);) {
        if (conn->deadline <= now) {
            if (conn->state == DELAYED) {
                begin_exchange(conn);
            } else if (conn->state == AWAITING) {
                fail(conn, 504);
            } else {
                conn->state = CLOSED;
            }
            await(conn);
        }
        if (conn->state == CLOSED) {
            *link = conn->next;
            if (conn->upstream >= 0) close(conn->upstream);
            close(conn->client);
            free(conn);
            continue;
        }
        if (conn->deadline < next_due) next_due = conn->deadline;
        link = &conn->next;
    }
    return next_due <= now ? 0 : (int)((next_due - now + 999999) / 1000000);
}

static void *
work(void *unused)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLEXCLUSIVE}, events[EVENTS];
    sluice_context_options options;
    sluice_context_options_init(&options);
    worker.epoll = epoll_create1(EPOLL_CLOEXEC);
    if (getentropy(&options.seed, sizeof(options.seed)) != 0 ||
        sluice_context_new_live(&worker.context, proxy.live, &options) != SLUICE_OK ||
        epoll_ctl(worker.epoll, EPOLL_CTL_ADD, proxy.listener, &event) != 0)
        errx(1, "a thread cannot start");
    while (!atomic_load(&proxy.stopping)) {
        int count = epoll_wait(worker.epoll, events, EVENTS, sweep());
        /* Also when idle, or this thread would keep an old router alive. Out of memory, the context
         * goes on with the old one and tries again by itself. */
        sluice_context_refresh(worker.context);
        for (int i = 0; i < count; i++) {
            struct conn *conn = events[i].data.ptr;
            if (conn) {
                step(conn);
                await(conn);
            } else {
                accept_client();
            }
        }
    }
    for (struct conn *conn = worker.conns; conn; conn = conn->next)
        conn->state = CLOSED;
    sweep();
    sluice_context_free(worker.context);
    close(worker.epoll);
    return unused;
}

int
main(int argc, char **argv)
{
    pthread_t threads[THREADS];
    sigset_t signals;
    struct sockaddr_in own, other;
    struct sockaddr *address = (struct sockaddr *)&own;
    socklen_t len = sizeof(own);
    bool good = argc > 2 && parse_address(argv[1], &own);
    for (int i = 3; i < argc && good; i++)
        good = strchr(argv[i], '=') && parse_address(strchr(argv[i], '=') + 1, &other);
    if (!good) errx(1, "arguments are IP:PORT RULES.yaml 'HOST|SUBSET=IP:PORT'...");
    proxy.rules = argv[2];
    proxy.upstreams = argv + 3;
    proxy.listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (setsockopt(proxy.listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int)) != 0 ||
        bind(proxy.listener, address, len) != 0 || listen(proxy.listener, 1024) != 0 ||
        getsockname(proxy.listener, address, &len) != 0)
        err(1, "%s", argv[1]);
    sigemptyset(&signals);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL); /* here and in all threads; sigwait() takes them */
    sluice_router *router = compile_rules();
    good = router && sluice_live_new(&proxy.live, router, NULL) == SLUICE_OK;
    sluice_router_release(router);
    if (!good) errx(1, "no rules");
    for (size_t i = 0; i < THREADS; i++) {
        if (pthread_create(&threads[i], NULL, work, NULL) != 0) errx(1, "a thread cannot start");
    }
    printf("listening on port %u\n", ntohs(own.sin_port)); /* which one, where 0 was given */
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
