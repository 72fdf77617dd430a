/*
 * proxy: a small HTTP/1.1 reverse proxy on sluice_live. An example to read, not a product to run.
 *
 *     proxy --listen 127.0.0.1:8080 --upstream 'reviews|v1=127.0.0.1:9001' ... RULES.yaml...
 *
 * Several threads, each with an epoll, a listening socket and a sluice_context of its own, serve by
 * the rules in one sluice_live. SIGHUP reads the rule files again and publishes what they say; a
 * file with an error is reported and the old rules go on serving. docs/embedding.md walks through
 * it.
 *
 * This file is what sluice has to do with. Beside it: http1 (heads and bodies), peer (sockets),
 * rules (files into a router), options (the command line).
 *
 * Left out, to be short: TLS, HTTP/2, upgrades, names instead of addresses of upstreams, pooled
 * upstream connections, retries, mirrors, and a heap of timers.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sluice/sluice.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "proxy/options.h"
#include "proxy/peer.h"
#include "proxy/rules.h"

enum { EDITS = 32, EVENTS = 64 };

#define SECOND ((int64_t)1000000000)
#define NEVER INT64_MAX
#define IDLE_LIMIT (60 * SECOND) /* while nothing moves, unless the rules give a timeout */
#define LINGER_LIMIT SECOND      /* for a client to hang up after the last answer */

static struct proxy {
    struct options options;
    sluice_live *live;
    atomic_bool stopping;
} proxy;

static int64_t
now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * SECOND + t.tv_nsec;
}

/* ---- rules ---- */

/* Publish what the files say now. Whatever goes wrong, the old router is untouched. */
static void
reload(void)
{
    sluice_router *router = rules_compile(proxy.options.files, proxy.options.file_count);
    bool published = router && sluice_live_publish(proxy.live, router) == SLUICE_OK;
    sluice_router_release(router); /* the live has its own reference */
    puts(published ? "reloaded" : "kept the old rules");
    fflush(stdout);
}

/* ---- connections ---- */

struct worker {
    pthread_t thread;
    uint64_t number;
    int epoll, listener;
    sluice_context *context;
    struct conn *open, *closed; /* closed ones are freed when no event can name them any more */
};

enum conn_state { READING, DELAYED, EXCHANGING, FLUSHING, LINGERING, CLOSED };

struct conn {
    struct conn *next;
    struct worker *worker;
    struct peer client, upstream;
    enum conn_state state;
    char address[INET_ADDRSTRLEN];
    const struct upstream *target; /* NULL: answered here */
    bool keep_alive, is_head, answered;
    struct body request, response;
    int64_t deadline, due; /* of the exchange, or NEVER; when conn_due() has something to do */
    /* What the decision says about the response, copied: the decision ends with the next call. */
    sluice_header_op edits[EDITS];
    size_t edit_count, edit_bytes;
    char edit_text[8192];
};

static void
conn_close(struct conn *conn)
{
    struct conn **link = &conn->worker->open;
    if (conn->state == CLOSED) return;
    while (*link != conn)
        link = &(*link)->next;
    *link = conn->next;
    conn->next = conn->worker->closed;
    conn->worker->closed = conn;
    conn->state = CLOSED;
    peer_close(&conn->client);
    peer_close(&conn->upstream);
}

/* ---- acting on a decision ---- */

static bool
keep_edit(struct conn *conn, sluice_header_op op)
{
    char *at = conn->edit_text + conn->edit_bytes;
    size_t room = sizeof(conn->edit_text) - conn->edit_bytes;
    if (conn->edit_count == EDITS || op.name.len > room || op.value.len > room - op.name.len)
        return false;
    if (op.name.len) memcpy(at, op.name.ptr, op.name.len);
    if (op.value.len) memcpy(at + op.name.len, op.value.ptr, op.value.len);
    op.name.ptr = at;
    op.value.ptr = at + op.name.len;
    conn->edit_bytes += op.name.len + op.value.len;
    conn->edits[conn->edit_count++] = op;
    return true;
}

static bool
keep_fields(struct conn *conn, const sluice_field *fields, size_t count)
{
    bool fits = true;
    for (size_t i = 0; i < count && fits; i++)
        fits =
            keep_edit(conn, (sluice_header_op){SLUICE_HEADER_ADD, fields[i].name, fields[i].value});
    return fits;
}

/* Everything that the decision says about the response's fields, in the order to apply it. */
static bool
keep_edits(struct conn *conn, const sluice_decision *d, bool local)
{
    const sluice_field location = {STR("location"), d->redirect.location};
    const sluice_field cookie = {STR("set-cookie"), d->sticky.set_cookie};
    bool fits = !local || (keep_fields(conn, &location, d->outcome == SLUICE_REDIRECT) &&
                           keep_fields(conn, d->response_fields, d->response_field_count));
    for (size_t i = 0; i < d->response_header_count && fits; i++)
        fits = keep_edit(conn, d->response_headers[i]);
    return fits && keep_fields(conn, d->cors_headers, d->cors_header_count) &&
           (local || keep_fields(conn, d->response_fields, d->response_field_count)) &&
           keep_fields(conn, &cookie, d->sticky.set_cookie.len > 0);
}

/* Apply the edits to a response head and put it before the client. */
static bool
write_response_head(struct conn *conn, struct head *head)
{
    bool fits = true;
    for (size_t i = 0; i < conn->edit_count && fits; i++)
        fits = head_edit(head, conn->edits[i]);
    if (!conn->keep_alive)
        fits &=
            head_edit(head, (sluice_header_op){SLUICE_HEADER_SET, STR("connection"), STR("close")});
    conn->answered = true;
    return fits && head_write(&conn->client.out, head);
}

static void
answer(struct conn *conn, unsigned status, sluice_str body)
{
    char code[16], length[24];
    snprintf(code, sizeof(code), "%u", status);
    snprintf(length, sizeof(length), "%zu", body.len);
    conn->keep_alive &= conn->request.done;
    struct head head = {
        .words = {STR("HTTP/1.1"), sluice_str_of(code), STR("")}
    };
    head_edit(&head,
              (sluice_header_op){SLUICE_HEADER_ADD, STR("content-length"), sluice_str_of(length)});
    bool fits =
        write_response_head(conn, &head) && (conn->is_head || buffer_put(&conn->client.out, body));
    conn->client.failed |= !fits;
}

/* The exchange is over: wait for the next request, or hang up when all is sent. */
static void
finish(struct conn *conn)
{
    peer_close(&conn->upstream);
    bool again = conn->keep_alive && conn->request.done;
    conn->state = again ? READING : FLUSHING;
    conn->deadline = NEVER;
}

/* Something went wrong: say so if the client has seen nothing yet. */
static void
fail(struct conn *conn, unsigned status)
{
    if (conn->answered) {
        conn_close(conn);
        return;
    }
    conn->keep_alive = false;
    conn->edit_count = 0;
    answer(conn, status, STR(""));
    finish(conn);
}

static bool
write_request_head(struct conn *conn, struct head *head, const sluice_decision *decision)
{
    head->words[1] = decision->path;
    head_strip(head);
    sluice_header_op own[] = {
        {SLUICE_HEADER_SET, STR("host"),            decision->authority         },
        {SLUICE_HEADER_ADD, STR("x-forwarded-for"), sluice_str_of(conn->address)},
        {SLUICE_HEADER_SET, STR("connection"),      STR("close")                },
    };
    bool fits = true;
    for (size_t i = 0; i < decision->request_header_count && fits; i++)
        fits = head_edit(head, decision->request_headers[i]);
    for (size_t i = 0; i < 3 && fits; i++)
        fits = head_edit(head, own[i]);
    return fits && head_write(&conn->upstream.out, head);
}

static int64_t
timeout_of(const sluice_decision *decision)
{
    int64_t whole = decision->timeout_ns, each = decision->backend_timeout_ns;
    if (whole <= 0) whole = NEVER; /* SLUICE_NO_DURATION, or switched off */
    if (each <= 0) each = NEVER;
    return whole < each ? whole : each; /* one try is the whole exchange */
}

static void
connect_upstream(struct conn *conn)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    conn->state = EXCHANGING;
    if (fd >= 0) peer_open(&conn->upstream, conn->worker->epoll, fd);
    const struct sockaddr *address = (const struct sockaddr *)&conn->target->address;
    if (fd < 0 ||
        (connect(fd, address, sizeof(conn->target->address)) != 0 && errno != EINPROGRESS))
        fail(conn, 503);
}

/* After the delay, if there was one. */
static void
proceed(struct conn *conn)
{
    if (conn->target) {
        connect_upstream(conn);
    } else {
        finish(conn);
    }
}

/* The request, the decision, and everything that must be kept of it: in one go, before another
 * request of this thread is decided. */
static void
decide(struct conn *conn, struct head *head, sluice_str host)
{
    const sluice_request request = {
        .port = proxy.options.port,
        .gateway = proxy.options.gateway,
        .method = head->words[0],
        .authority = host,
        .path = head->words[1],
        .headers = head->fields,
        .header_count = head->count,
        .source_ip = sluice_str_of(conn->address),
    };
    sluice_decision decision;
    sluice_outcome outcome = sluice_route(conn->worker->context, &request, &decision);
    bool local = outcome != SLUICE_FORWARD && outcome != SLUICE_PASSTHROUGH;
    int64_t now = now_ns(), timeout = timeout_of(&decision);
    conn->deadline = timeout < NEVER - now ? now + timeout : NEVER;
    conn->target = local ? NULL : options_upstream(&proxy.options, &decision);
    if (!keep_edits(conn, &decision, local)) {
        fail(conn, 500);
    } else if (!conn->target) {
        answer(conn, local ? decision.status : 503, decision.body);
    } else if (!write_request_head(conn, head, &decision)) {
        fail(conn, 431);
    }
    if (conn->state == FLUSHING) return;
    bool delayed = decision.fault && decision.fault->delay_chosen;
    conn->state = DELAYED;
    if (delayed) {
        conn->due = now + decision.fault->delay_ns;
    } else {
        proceed(conn);
    }
}

static void
begin_exchange(struct conn *conn, struct head *head)
{
    sluice_str host, connection = STR("");
    bool good = body_begin(&conn->request, head, true) &&
                text_same(head->words[2], STR("HTTP/1.1")) &&
                head_find(head, STR("host"), &host) == 1 && head->words[1].len > 0 &&
                head->words[1].ptr[0] == '/';
    head_find(head, STR("connection"), &connection);
    conn->keep_alive = !text_same(connection, STR("close"));
    conn->is_head = text_same(head->words[0], STR("HEAD"));
    conn->edit_count = conn->edit_bytes = 0;
    if (good) {
        decide(conn, head, host);
    } else {
        fail(conn, 400);
    }
    conn->client.in.begin += head->size;
}

static bool
begin_response(struct conn *conn)
{
    struct head head;
    struct buffer *in = &conn->upstream.in;
    enum parsed parsed = head_parse(&head, in);
    if (parsed == INCOMPLETE) return !conn->upstream.eof && buffer_room(in) > 0;
    if (parsed == MALFORMED || head.words[0].len != 8 || memcmp(head.words[0].ptr, "HTTP/1.", 7) ||
        !body_begin(&conn->response, &head, false))
        return false;
    sluice_str status = head.words[1];
    head.words[0] = STR("HTTP/1.1");
    bool interim = status.len == 3 && status.ptr[0] == '1', fits;
    if (conn->is_head || interim || text_same(status, STR("204")) || text_same(status, STR("304")))
        conn->response = (struct body){.done = true};
    head_strip(&head);
    conn->keep_alive &= conn->response.done || conn->response.at != BODY_TO_END;
    fits = interim ? head_write(&conn->client.out, &head) : write_response_head(conn, &head);
    in->begin += head.size;
    return fits;
}

/* ---- progress ---- */

static void
exchange(struct conn *conn)
{
    struct peer *client = &conn->client, *upstream = &conn->upstream;
    bool request_cut = client->eof && !conn->request.done && client->in.begin == client->in.end;
    if (request_cut || !body_move(&conn->request, &client->in, &upstream->out)) {
        fail(conn, 400);
        return;
    }
    if (!conn->answered && peer_sent(client) && !begin_response(conn)) {
        fail(conn, 503);
        return;
    }
    if (!conn->answered) return;
    bool good = body_move(&conn->response, &upstream->in, &client->out);
    if (good && !conn->response.done && upstream->eof && upstream->in.begin == upstream->in.end)
        conn->response.done = good = conn->response.at == BODY_TO_END && !upstream->failed;
    if (!good) {
        fail(conn, 503);
    } else if (conn->response.done) {
        finish(conn);
    }
}

static void
step(struct conn *conn)
{
    struct peer *client = &conn->client;
    struct head head;
    enum parsed parsed;
    switch (conn->state) {
    case READING:
        parsed = head_parse(&head, &client->in);
        conn->answered = false;
        conn->request.done = parsed != PARSED;
        if (parsed == PARSED) {
            begin_exchange(conn, &head);
        } else if (parsed == MALFORMED || buffer_room(&client->in) == 0) {
            fail(conn, parsed == MALFORMED ? 400 : 431);
        } else if (client->eof) {
            conn_close(conn);
        }
        break;
    case EXCHANGING:
        exchange(conn);
        break;
    case FLUSHING: /* hang up only when the client has read it all: a reset would take it away */
        client->in.begin = client->in.end;
        if (!peer_sent(client)) break;
        shutdown(client->fd, SHUT_WR);
        conn->state = LINGERING;
        conn->deadline = now_ns() + LINGER_LIMIT;
        break;
    case LINGERING:
        client->in.begin = client->in.end;
        if (client->eof) conn_close(conn);
        break;
    case DELAYED:
    case CLOSED:
        break;
    }
}

static void
conn_run(struct conn *conn)
{
    bool moved = true;
    while (moved && conn->state != DELAYED && conn->state != CLOSED) {
        enum conn_state before = conn->state;
        moved = peer_read(&conn->client);
        moved |= peer_read(&conn->upstream);
        step(conn);
        if (conn->state == DELAYED) break;
        moved |= peer_write(&conn->upstream);
        moved |= peer_write(&conn->client);
        moved |= conn->state != before;
        if (conn->client.failed) conn_close(conn);
    }
    peer_arm(&conn->client, conn->state != DELAYED);
    peer_arm(&conn->upstream, true);
    if (conn->state == DELAYED) return;
    conn->due = conn->deadline < NEVER ? conn->deadline : now_ns() + IDLE_LIMIT;
}

static void
conn_due(struct conn *conn)
{
    switch (conn->state) {
    case DELAYED:
        proceed(conn);
        break;
    case EXCHANGING:
        fail(conn, 504);
        break;
    default:
        conn_close(conn);
    }
    conn_run(conn);
}

static void
conn_accept(struct worker *worker)
{
    struct sockaddr_in from;
    socklen_t len = sizeof(from);
    int fd =
        accept4(worker->listener, (struct sockaddr *)&from, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
    struct conn *conn = fd >= 0 ? calloc(1, sizeof(*conn)) : NULL;
    if (!conn) {
        if (fd >= 0) close(fd);
        return;
    }
    inet_ntop(AF_INET, &from.sin_addr, conn->address, sizeof(conn->address));
    conn->worker = worker;
    conn->client.conn = conn->upstream.conn = conn;
    conn->client.fd = conn->upstream.fd = -1;
    conn->deadline = NEVER;
    conn->next = worker->open;
    worker->open = conn;
    peer_open(&conn->client, worker->epoll, fd);
    conn_run(conn);
}

/* ---- workers ---- */

/* Act on what is due. Returns milliseconds until the next time, at most a second. */
static int
run_due(struct worker *worker)
{
    int64_t now = now_ns(), next = now + SECOND;
    for (struct conn *conn = worker->open, *following; conn; conn = following) {
        following = conn->next;
        if (conn->due <= now) conn_due(conn);
        if (conn->state != CLOSED && conn->due < next) next = conn->due;
    }
    return next <= now ? 0 : (int)((next - now + 999999) / 1000000);
}

static void
free_closed(struct worker *worker)
{
    for (struct conn *conn; (conn = worker->closed); free(conn))
        worker->closed = conn->next;
}

static void
worker_event(struct worker *worker, const struct epoll_event *event)
{
    struct peer *peer = event->data.ptr;
    if (!peer) {
        conn_accept(worker);
        return;
    }
    struct conn *conn = peer->conn;
    bool unread = conn->state == DELAYED || peer->eof; /* so that reading cannot tell */
    if (peer == &conn->client && unread && event->events & (EPOLLERR | EPOLLHUP)) conn_close(conn);
    conn_run(conn);
}

static void *
work(void *argument)
{
    struct worker *worker = argument;
    struct epoll_event events[EVENTS];
    while (!atomic_load(&proxy.stopping)) {
        int count = epoll_wait(worker->epoll, events, EVENTS, run_due(worker));
        /* Also when idle, or this thread would keep an old router alive. Out of memory, the context
         * goes on with the old one and tries again by itself. */
        sluice_context_refresh(worker->context);
        for (int i = 0; i < count; i++)
            worker_event(worker, &events[i]);
        free_closed(worker);
    }
    while (worker->open)
        conn_close(worker->open);
    free_closed(worker);
    return NULL;
}

static bool
worker_prepare(struct worker *worker)
{
    int on = 1;
    struct epoll_event event = {.events = EPOLLIN};
    socklen_t len = sizeof(proxy.options.listen);
    sluice_context_options options;
    sluice_context_options_init(&options);
    options.seed = rules_random();
    options.stream = worker->number;
    worker->epoll = epoll_create1(EPOLL_CLOEXEC);
    worker->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr *address = (struct sockaddr *)&proxy.options.listen;
    return setsockopt(worker->listener, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) == 0 &&
           bind(worker->listener, address, len) == 0 && listen(worker->listener, 1024) == 0 &&
           getsockname(worker->listener, address, &len) == 0 && /* the port, when 0 was asked for */
           epoll_ctl(worker->epoll, EPOLL_CTL_ADD, worker->listener, &event) == 0 &&
           sluice_context_new_live(&worker->context, proxy.live, &options) == SLUICE_OK;
}

static void
worker_stop(struct worker *worker)
{
    pthread_join(worker->thread, NULL);
    sluice_context_free(worker->context);
    close(worker->listener);
    close(worker->epoll);
}

/* ---- the whole ---- */

int
main(int argc, char **argv)
{
    static struct worker workers[OPTIONS_THREADS];
    sigset_t signals;
    if (!options_parse(&proxy.options, argc, argv)) return 2;
    sigemptyset(&signals);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL); /* here and in all workers; sigwait() takes them */
    sluice_router *router = rules_compile(proxy.options.files, proxy.options.file_count);
    if (!router || sluice_live_new(&proxy.live, router, NULL) != SLUICE_OK) return 1;
    sluice_router_release(router);
    bool good = true;
    for (size_t i = 0; i < proxy.options.thread_count && good; i++) {
        workers[i].number = i;
        good = worker_prepare(&workers[i]);
    }
    for (size_t i = 0; i < proxy.options.thread_count && good; i++)
        good = pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0;
    if (!good) {
        perror("proxy");
        return 1;
    }
    printf("listening on port %u\n", ntohs(proxy.options.listen.sin_port));
    fflush(stdout);
    for (int signal = SIGHUP; signal == SIGHUP;) {
        sigwait(&signals, &signal);
        if (signal == SIGHUP) reload();
    }
    atomic_store(&proxy.stopping, true);
    for (size_t i = 0; i < proxy.options.thread_count; i++)
        worker_stop(&workers[i]);
    sluice_live_release(proxy.live);
    return 0;
}
