/* What the launcher's files share. Each says on top what it trusts. */
#ifndef COFFERDAM_LAUNCHER_H
#define COFFERDAM_LAUNCHER_H

#include "landlock.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Descriptors that the guest finds open beside its console: see InheritedCard.java. */
#define TALK_FD 3
#define BOARD_FD 4

/*
 * A page that launcher and guest share. What the launcher writes, the guest reads, and the other way round; neither
 * believes more of it than what stands here.
 */
struct board {
    uint32_t carrier;     /* launcher: 1 while a back end is attached */
    uint32_t attachments; /* launcher: how many there have been */
    uint32_t listener;    /* guest, once: the number of its filter's descriptor, plus one */
    uint32_t taken;       /* launcher: 1 when it has that descriptor */
};

#define BOARD_BYTES 4096

/* cage.c: what is taken from the guest between fork and exec. */

struct cage {
    struct words readable;
    struct words writable;
    uint64_t memory_bytes; /* private writable memory, RLIMIT_DATA */
    uid_t uid;             /* who the guest is; inside a new namespace the kernel does not say any more */
    gid_t gid;
};

/* As fork(2), into new namespaces where the kernel allows it; *namespaces says whether it did. */
pid_t fork_into_namespaces(bool *namespaces);

/* In the child: gives everything up that a guest does not need. Returns NULL, or what could not be done, with errno. */
const char *enter_cage(const struct cage *cage, bool namespaces);

/* handshake.c: the talk of front end and back end, which is held once by the guest and then repeated for it. */

/*
 * Carries the guest's talk to the back end and remembers it, until the guest hangs up. False if the back end failed, or a
 * signal came first, which is still there to be read.
 */
bool relay_handshake(int guest, int back_end, int signals);

/* Holds the same talk with the next back end. Returns NULL, or why it did not succeed. */
const char *repeat_handshake(int back_end);

/* refusals.c: the system calls that the guest's filter refused. */

/* Takes the filter's descriptor over; reports go to the socket at this path, nowhere if it is empty. */
bool watch_refusals(pid_t guest, int number, const char *report_path);

/* The filter's descriptor, or -1. */
int refusals_fd(void);

/* Answers the call that waits. */
void answer_refused_call(void);

/* Sends the reports that are due. Returns how many milliseconds until more may be, -1 for no need to come back. */
int send_reports(bool all);

/* Says on standard error what was refused: lines, or one line of JSON. */
void print_refusals(bool json);

/* launcher.c */

/* Connects to a socket in the file system; returns a descriptor whose calls wait for at most some seconds, or -1. */
int connect_to(const char *path);

#endif
