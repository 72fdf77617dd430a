#include "proxy/peer.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

void
peer_close(struct peer *peer)
{
    if (peer->fd >= 0) close(peer->fd);
    peer->fd = -1;
    peer->armed = 0;
    peer->eof = peer->failed = false;
    peer->in.begin = peer->in.end = peer->out.begin = peer->out.end = 0;
}

void
peer_open(struct peer *peer, int epoll, int fd)
{
    int on = 1;
    struct epoll_event event = {.data.ptr = peer};
    peer->fd = fd;
    peer->epoll = epoll;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) peer->failed = true;
}

void
peer_arm(struct peer *peer, bool wanted)
{
    struct epoll_event event = {.data.ptr = peer};
    if (peer->fd < 0) return;
    if (wanted && !peer->eof && buffer_room(&peer->in) > 0) event.events |= EPOLLIN;
    if (wanted && peer->out.begin < peer->out.end) event.events |= EPOLLOUT;
    if (event.events == peer->armed) return;
    peer->armed = event.events;
    epoll_ctl(peer->epoll, EPOLL_CTL_MOD, peer->fd, &event);
}

bool
peer_read(struct peer *peer)
{
    struct buffer *in = &peer->in;
    if (peer->fd < 0 || peer->eof || buffer_room(in) == 0) return false;
    ssize_t got = recv(peer->fd, in->bytes + in->end, BUFFER_SIZE - in->end, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    peer->failed |= got < 0;
    peer->eof = got <= 0;
    in->end += got > 0 ? (size_t)got : 0;
    return true;
}

bool
peer_write(struct peer *peer)
{
    struct buffer *out = &peer->out;
    if (peer->fd < 0 || out->begin == out->end) return false;
    ssize_t sent = send(peer->fd, out->bytes + out->begin, out->end - out->begin, MSG_NOSIGNAL);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    peer->failed |= sent < 0;
    out->begin = sent < 0 ? out->end : out->begin + (size_t)sent;
    return true;
}
