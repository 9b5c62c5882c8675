/*
 * Request and response of four bytes each, over TCP and UDP; IPv4 only, no names.
 *
 *   rr serve PORT                            answers both until it is ended
 *   rr call tcp|udp ADDRESS PORT SECONDS RATE
 *
 * With a RATE of 0 a call sends a request when the response to the one before it came, as fast as that goes. Else it sends
 * RATE requests a second, whether responses came or not, and waits a second for the last of them. It prints how many
 * responses came for each of the SECONDS, how many requests had none within a second, and the median of how long the
 * responses took in microseconds.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BACKLOG 4
#define SECOND 1000000000ll
#define MOST_REQUESTS 1000000ll

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

/* Whether what came on a connection could be sent back. */
static int echo(int connection) {
    char bytes[4096];
    ssize_t length = read(connection, bytes, sizeof bytes);
    return length > 0 && write(connection, bytes, (size_t)length) == length;
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
        need(poll(open, count, -1), "poll");
        if (open[0].revents) {
            char bytes[4];
            struct sockaddr_in from;
            socklen_t length = sizeof from;
            if (recvfrom(open[0].fd, bytes, sizeof bytes, 0, (struct sockaddr *)&from, &length) == sizeof bytes) {
                (void)!sendto(open[0].fd, bytes, sizeof bytes, 0, (struct sockaddr *)&from, length);
            }
        }
        for (nfds_t i = 2; i < count; i++) {
            if (open[i].revents && !echo(open[i].fd)) {
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

/* When each request was sent, and in the end how long its response took; 0 for none. */
static long long sent_at[MOST_REQUESTS], took[MOST_REQUESTS];

/* Takes the responses that are there. Returns how many are new. */
static long long responses(int with, uint32_t requests) {
    static char bytes[4096];
    static size_t held;
    long long fresh = 0;
    for (;;) {
        ssize_t got = recv(with, bytes + held, sizeof bytes - held, MSG_DONTWAIT);
        if (got < 0 && (errno == EAGAIN || errno == ECONNREFUSED)) {
            return fresh;
        }
        if (got <= 0) {
            fprintf(stderr, "rr: read: %s\n", got == 0 ? "the other end closed" : strerror(errno));
            exit(1);
        }
        held += (size_t)got;
        size_t used = 0;
        for (uint32_t number; held - used >= sizeof number; used += sizeof number) {
            memcpy(&number, bytes + used, sizeof number);
            if (number < requests && took[number] == 0) {
                took[number] = now() - sent_at[number];
                fresh++;
            }
        }
        memmove(bytes, bytes + used, held - used); /* a stream may tear a number */
        held -= used;
    }
}

static int ascending(const void *a, const void *b) {
    long long left = *(const long long *)a, right = *(const long long *)b;
    return (left > right) - (left < right);
}

static int call(const char *kind, struct sockaddr_in to, long long seconds, long long rate) {
    int tcp = strcmp(kind, "tcp") == 0;
    int with = socket(AF_INET, tcp ? SOCK_STREAM : SOCK_DGRAM, 0);
    uint32_t requests = 0;
    long long came = 0;
    need(connect(with, (struct sockaddr *)&to, sizeof to), "connect");
    if (tcp) {
        at_once(with);
    }
    long long began = now(), end = began + seconds * SECOND;
    for (;;) {
        long long time = now(), due;
        if (rate > 0) {
            due = began + requests * SECOND / rate;
        } else {
            /* The next follows the response to the last, or a second without one. */
            due = requests == 0 || took[requests - 1] != 0 ? time : sent_at[requests - 1] + SECOND;
        }
        int over = due >= end || requests == MOST_REQUESTS;
        if (over && (came == requests || time >= end + SECOND)) {
            break;
        }
        if (!over && due <= time) {
            sent_at[requests] = time;
            /* A datagram that finds no room is one that is lost. */
            if (send(with, &requests, sizeof requests, 0) != sizeof requests && tcp) {
                need(-1, "send");
            }
            requests++;
            continue;
        }
        long long wait = (over ? end + SECOND : due) - time;
        struct timespec most = {.tv_sec = wait / SECOND, .tv_nsec = wait % SECOND};
        struct pollfd readable = {.fd = with, .events = POLLIN};
        need(ppoll(&readable, 1, &most, NULL), "ppoll");
        came += responses(with, requests);
    }
    qsort(took, requests, sizeof *took, ascending);
    long long none = requests - came, late = 0;
    while (late < came && took[requests - 1 - late] > SECOND) {
        late++;
    }
    long long lost = none + late;
    came -= late;
    printf("%.1f %lld %lld\n", (double)came / (double)seconds, lost, came == 0 ? 0 : took[none + came / 2] / 1000);
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
