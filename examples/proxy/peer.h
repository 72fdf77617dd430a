/*
 * peer: a socket in an epoll, with a buffer for what arrives and one for what is to be sent.
 */
#ifndef PROXY_PEER_H
#define PROXY_PEER_H

#include "proxy/http1.h"

struct peer {
    struct conn *conn; /* whose socket it is; events carry the peer */
    int epoll, fd;     /* fd -1: none */
    uint32_t armed;
    bool eof, failed; /* nothing more arrives; an error, which ends both ways */
    struct buffer in, out;
};

void peer_open(struct peer *peer, int epoll, int fd);
/* Close the socket, if there is one, and forget what is in the buffers. */
void peer_close(struct peer *peer);
/* Ask for the events that the buffers have use for; none when not wanted. */
void peer_arm(struct peer *peer, bool wanted);

/* As much as possible without waiting. Both return whether anything changed. */
bool peer_read(struct peer *peer);
bool peer_write(struct peer *peer);

/* Everything was sent. */
static inline bool
peer_sent(const struct peer *peer)
{
    return peer->out.begin == peer->out.end;
}

#endif
