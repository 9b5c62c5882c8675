/*
 * Request and response of one byte each, over TCP and UDP; IPv4 only, no names.
 *
 *   rr serve PORT                            answers both until it is ended
 *   rr call tcp|udp ADDRESS PORT SECONDS RATE
 *
 * A call sends a request when the response to the one before it came, but at most RATE a second (0: as fast as it
 * goes), and prints how many responses came in a second. A datagram without a response within a second counts as lost.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BACKLOG 4
#define SECOND 1000000000ll

static void need(int result, const char *call) {
    if (result < 0) {
        fprintf(stderr, "rr: %s: %s\n", call, strerror(errno));
        exit(1);
    }
}

static long long now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * SECOND + t.tv_nsec;
}

static struct sockaddr_in place(const char *address, const char *port) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(port))};
    if (inet_pton(AF_INET, address, &to.sin_addr) != 1 || to.sin_port == 0) {
        fprintf(stderr, "rr: %s port %s is no IPv4 address and port\n", address, port);
        exit(2);
    }
    return to;
}

static void at_once(int connection) {
    int on = 1;
    need(setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "setsockopt(TCP_NODELAY)");
}

_Noreturn static void serve(const char *port) {
    struct sockaddr_in here = place("0.0.0.0", port);
    int on = 1;
    struct pollfd open[2 + BACKLOG] = {{.events = POLLIN}, {.events = POLLIN}};
    nfds_t count = 2;
    open[0].fd = socket(AF_INET, SOCK_DGRAM, 0);
    open[1].fd = socket(AF_INET, SOCK_STREAM, 0);
    need(setsockopt(open[1].fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), "setsockopt(SO_REUSEADDR)");
    need(bind(open[0].fd, (struct sockaddr *)&here, sizeof here), "bind, UDP");
    need(bind(open[1].fd, (struct sockaddr *)&here, sizeof here), "bind, TCP");
    need(listen(open[1].fd, BACKLOG), "listen");
    for (;;) {
        char byte;
        need(poll(open, count, -1), "poll");
        if (open[0].revents) {
            struct sockaddr_in from;
            socklen_t length = sizeof from;
            if (recvfrom(open[0].fd, &byte, 1, 0, (struct sockaddr *)&from, &length) == 1) {
                (void)!sendto(open[0].fd, &byte, 1, 0, (struct sockaddr *)&from, length);
            }
        }
        for (nfds_t i = 2; i < count; i++) {
            if (open[i].revents && (read(open[i].fd, &byte, 1) != 1 || write(open[i].fd, &byte, 1) != 1)) {
                close(open[i].fd);
                open[i] = open[--count];
            }
        }
        if (open[1].revents && count < 2 + BACKLOG) {
            int connection = accept(open[1].fd, NULL, NULL);
            need(connection, "accept");
            at_once(connection);
            open[count++] = (struct pollfd){.fd = connection, .events = POLLIN};
        }
    }
}

static int call(const char *kind, struct sockaddr_in to, long long seconds, long long rate) {
    int tcp = strcmp(kind, "tcp") == 0;
    int with = socket(AF_INET, tcp ? SOCK_STREAM : SOCK_DGRAM, 0);
    struct timeval patience = {.tv_sec = 1};
    char byte = 0;
    long long responses = 0, lost = 0;
    need(connect(with, (struct sockaddr *)&to, sizeof to), "connect");
    if (tcp) {
        at_once(with);
    } else {
        need(setsockopt(with, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), "setsockopt(SO_RCVTIMEO)");
    }
    long long began = now(), slot = began, end = began + seconds * SECOND;
    while (now() < end) {
        need((int)write(with, &byte, 1), "write");
        ssize_t got = read(with, &byte, 1);
        if (got == 1) {
            responses++;
        } else if (!tcp && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            lost++;
        } else {
            fprintf(stderr, "rr: read: %s\n", got == 0 ? "the other end closed" : strerror(errno));
            return 1;
        }
        if (rate > 0) {
            slot += SECOND / rate;
            struct timespec until = {.tv_sec = slot / SECOND, .tv_nsec = slot % SECOND};
            clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
        }
    }
    printf("%.1f\n", (double)responses * SECOND / (double)(now() - began));
    if (lost > 0) {
        fprintf(stderr, "rr: %lld requests had no response within a second\n", lost);
    }
    return 0;
}

int main(int count, char **words) {
    if (count == 3 && strcmp(words[1], "serve") == 0) {
        serve(words[2]);
    }
    if (count == 7 && strcmp(words[1], "call") == 0 && (strcmp(words[2], "tcp") == 0 || strcmp(words[2], "udp") == 0)) {
        return call(words[2], place(words[3], words[4]), atoi(words[5]), atoi(words[6]));
    }
    fprintf(stderr, "usage: rr serve PORT | rr call tcp|udp ADDRESS PORT SECONDS RATE\n");
    return 2;
}
