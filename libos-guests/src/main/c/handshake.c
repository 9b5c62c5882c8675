/*
 * The talk of front end and back end (vhost-user specification, "Communication"). The guest's JVM holds it once, while
 * no program of its runs yet, and this process carries it to the back end and keeps every message with its descriptors.
 * When the back end has gone and another is there, the same messages are sent again, with the same memory and the same
 * eventfds: so the JVM needs no socket afterwards.
 *
 * One thing is not the same: where a queue goes on. That is what the used ring in the guest's memory says, SET_VRING_BASE.
 *
 * Trusts: the guest's JVM until its program runs, which is as long as it talks. The back end's answers are measured
 * before they are read; of the guest's memory, 16 bits are read, and whatever they are the back end has to check them.
 */
#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
    GET_FEATURES = 1,
    SET_MEM_TABLE = 5,
    SET_VRING_ADDR = 9,
    SET_VRING_BASE = 10,
    GET_VRING_BASE = 11,
    SET_VRING_KICK = 12,
    SET_VRING_CALL = 13,
    GET_PROTOCOL_FEATURES = 15,
    GET_QUEUE_NUM = 17,
    GET_CONFIG = 24,
};

enum {
    VERSION_AND_REPLY = 5,
    NEED_REPLY = 8,
    MOST_MESSAGES = 64,
    MOST_DESCRIPTORS = 8,
    MOST_RINGS = 8,
    MAC_AT = 12, /* in GET_CONFIG's payload, behind offset, size and flags */
    MAC_BYTES = 6,
};

struct message {
    uint32_t request;
    uint32_t flags;
    uint32_t size;
    uint8_t payload[12 + 256];
};

#define HEADER_BYTES offsetof(struct message, payload)

struct exchange {
    struct message asked;
    int descriptors[MOST_DESCRIPTORS];
    int count;
    bool answered;
    struct message answer;
};

static struct exchange talk[MOST_MESSAGES];
static int length;

/* The guest's one region of memory, and where in it the used rings lie. */
static const uint8_t *memory;
static uint64_t memory_bytes, memory_address;
static uint64_t used_address[MOST_RINGS];

static bool receive_bytes(int fd, void *into, size_t bytes, int *descriptors, int *count)
{
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(MOST_DESCRIPTORS * sizeof(int))];
    } control;
    struct iovec part = {into, bytes};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    ssize_t n;
    do
        n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC | MSG_WAITALL);
    while (n < 0 && errno == EINTR);
    for (struct cmsghdr *c = n < 0 ? NULL : CMSG_FIRSTHDR(&message); c != NULL; c = CMSG_NXTHDR(&message, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        int passed = (int)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        for (int i = 0; i < passed; i++) {
            int one;
            memcpy(&one, CMSG_DATA(c) + (size_t)i * sizeof one, sizeof one);
            if (descriptors != NULL && *count < MOST_DESCRIPTORS)
                descriptors[(*count)++] = one;
            else
                close(one); /* none was asked for */
        }
    }
    return n == (ssize_t)bytes && (message.msg_flags & MSG_CTRUNC) == 0;
}

static bool receive_message(int fd, struct message *m, int *descriptors, int *count)
{
    return receive_bytes(fd, m, HEADER_BYTES, descriptors, count) && m->size <= sizeof m->payload
        && (m->size == 0 || receive_bytes(fd, m->payload, m->size, NULL, NULL));
}

static bool send_message(int fd, const struct message *m, const int *descriptors, int count)
{
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(MOST_DESCRIPTORS * sizeof(int))];
    } control = {.bytes = {0}};
    struct iovec part = {(void *)(uintptr_t)m, HEADER_BYTES + m->size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (count > 0) {
        size_t bytes = (size_t)count * sizeof(int);
        message.msg_control = control.bytes;
        message.msg_controllen = CMSG_SPACE(bytes);
        struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(bytes);
        memcpy(CMSG_DATA(rights), descriptors, bytes);
    }
    return sendmsg(fd, &message, MSG_NOSIGNAL) == (ssize_t)part.iov_len;
}

static bool wants_answer(const struct message *m)
{
    return (m->flags & NEED_REPLY) != 0 || m->request == GET_FEATURES || m->request == GET_PROTOCOL_FEATURES
        || m->request == GET_VRING_BASE || m->request == GET_QUEUE_NUM || m->request == GET_CONFIG;
}

static bool receive_answer(int fd, const struct message *asked, struct message *answer)
{
    return receive_message(fd, answer, NULL, NULL) && answer->request == asked->request
        && (answer->flags & VERSION_AND_REPLY) == VERSION_AND_REPLY;
}

static uint64_t number_at(const struct message *m, size_t at)
{
    uint64_t value = 0;
    if (at + sizeof value <= m->size)
        memcpy(&value, m->payload + at, sizeof value);
    return value;
}

static uint32_t ring_of(const struct message *m)
{
    return (uint32_t)number_at(m, 0);
}

/* What has to be known when the talk is repeated. */
static bool understand(const struct exchange *e)
{
    const struct message *m = &e->asked;
    if (m->request == SET_MEM_TABLE) {
        /* "Memory regions description": number, padding, then guest address, size, user address, offset in the file. */
        memory_bytes = number_at(m, 16);
        memory_address = number_at(m, 24);
        if (e->count != 1 || (uint32_t)number_at(m, 0) != 1 || number_at(m, 32) != 0 || memory != NULL)
            return false;
        void *at = mmap(NULL, memory_bytes, PROT_READ, MAP_SHARED, e->descriptors[0], 0);
        if (at == MAP_FAILED)
            return false;
        memory = at;
    } else if (m->request == SET_VRING_ADDR) {
        /* "A vring address description": index and flags, descriptors, used, available. */
        if (ring_of(m) >= MOST_RINGS)
            return false;
        used_address[ring_of(m)] = number_at(m, 16);
    }
    return true;
}

bool relay_handshake(int guest, int back_end, int signals)
{
    for (;;) {
        struct pollfd watched[] = {{guest, POLLIN, 0}, {signals, POLLIN, 0}};
        if (poll(watched, 2, -1) < 0 && errno != EINTR)
            return false;
        if (watched[0].revents == 0 && watched[1].revents != 0)
            return false; /* the guest is to end, or has ended, before it began */
        if (watched[0].revents == 0)
            continue;
        char first;
        ssize_t n = recv(guest, &first, 1, MSG_PEEK);
        if (n == 0)
            return length > 0;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 || length == MOST_MESSAGES)
            return false;
        struct exchange *e = &talk[length];
        if (!receive_message(guest, &e->asked, e->descriptors, &e->count) || !understand(e)
            || !send_message(back_end, &e->asked, e->descriptors, e->count))
            return false;
        length++;
        if (wants_answer(&e->asked)) {
            e->answered = receive_answer(back_end, &e->asked, &e->answer);
            if (!e->answered || !send_message(guest, &e->answer, NULL, 0))
                return false;
        }
    }
}

/* The index that the used ring of a queue says: virtio 1.2, section 2.7.8, behind 16 bits of flags. */
static bool used_index(uint32_t ring, uint16_t *index)
{
    if (ring >= MOST_RINGS || used_address[ring] < memory_address)
        return false;
    uint64_t at = used_address[ring] - memory_address + 2;
    if (at % 2 != 0 || memory_bytes < 4 || at > memory_bytes - 2)
        return false;
    *index = *(const volatile uint16_t *)(memory + at);
    return true;
}

/* Whether the answer means the same card: what was there is still there. */
static bool is_the_same(const struct exchange *e, const struct message *now)
{
    switch (e->asked.request) {
    case GET_FEATURES:
    case GET_PROTOCOL_FEATURES:
        return now->size == 8 && (number_at(&e->answer, 0) & ~number_at(now, 0)) == 0;
    case GET_CONFIG:
        return now->size == e->answer.size && now->size >= MAC_AT + MAC_BYTES
            && memcmp(now->payload + MAC_AT, e->answer.payload + MAC_AT, MAC_BYTES) == 0;
    default: /* REPLY_ACK */
        return now->size == 8 && number_at(now, 0) == 0;
    }
}

static void ring_all(uint32_t request)
{
    const uint64_t one = 1;
    for (int i = 0; i < length; i++)
        if (talk[i].asked.request == request && talk[i].count == 1)
            /* Full means that it is rung already. */
            (void)!write(talk[i].descriptors[0], &one, sizeof one);
}

const char *repeat_handshake(int back_end)
{
    for (int i = 0; i < length; i++) {
        struct exchange *e = &talk[i];
        struct message asked = e->asked;
        if (asked.request == SET_VRING_BASE) {
            uint16_t index;
            if (!used_index(ring_of(&asked), &index))
                return "the guest's queues are not where they were";
            uint32_t base = index;
            memcpy(asked.payload + 4, &base, sizeof base);
        }
        if (!send_message(back_end, &asked, e->descriptors, e->count))
            return "the back end does not take it";
        struct message answer;
        if (e->answered && !receive_answer(back_end, &asked, &answer))
            return "the back end does not answer";
        if (e->answered && !is_the_same(e, &answer))
            return "the back end is not like the one before it";
    }
    ring_all(SET_VRING_KICK);
    ring_all(SET_VRING_CALL);
    return NULL;
}
