/*
 * The system calls that the guest's filter refused: the kernel asks this process about each (SECCOMP_RET_USER_NOTIF), it
 * says no, counts it, and tells the monitor's audit log. The guest never reports on itself.
 *
 * A report is one record of 96 bytes, little-endian; RefusedCall.java has the same layout:
 *
 *    0  u32 magic "LOSR"    4  u32 version 1      8  u32 number      12  u32 thread, in the guest's own numbering
 *   16  u64 arguments[6]   64  u64 count of calls with this number since the report before, this one included
 *   72  u64 count of all refused calls   80  u64 zero   88  u64 zero
 *
 * The first call of each number is reported at once, with its arguments; from then on a number is reported once a second,
 * with how many there were. So a flood costs the log no more than a record per number and second, and nothing is lost.
 *
 * Trusts: the kernel's notifications. What they contain is the guest's word, and is only copied.
 */
#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { NUMBERS = 1024 /* those above share the last place */, BRK = 12, CLONE3 = 435, RETRY_MS = 250 };

#define SECOND_NS 1000000000ULL
#define MAGIC 0x52534f4cU

struct report {
    uint32_t magic, version, number, thread;
    uint64_t arguments[6];
    uint64_t count, total, zero[2];
};

_Static_assert(sizeof(struct report) == 96, "RefusedCall.java");

struct tally {
    uint64_t count;      /* in all */
    uint64_t untold;     /* since the last report */
    uint64_t told_at;    /* 0: never */
    struct report first; /* of those untold */
};

static const char *const NAMES[NUMBERS] = {
#include "names.inc"
};

static struct tally tallies[NUMBERS];
static uint64_t total;
static int untold_numbers;
static int listener = -1, monitor = -1;
static const char *monitor_path = "";
static uint64_t tried_at;

static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * SECOND_NS + (uint64_t)t.tv_nsec;
}

bool watch_refusals(pid_t guest, int number, const char *report_path)
{
    monitor_path = report_path;
    int pidfd = (int)syscall(SYS_pidfd_open, guest, 0);
    if (pidfd < 0)
        return false;
    listener = (int)syscall(SYS_pidfd_getfd, pidfd, number, 0);
    int saved = errno;
    close(pidfd);
    errno = saved;
    return listener >= 0;
}

int refusals_fd(void)
{
    return listener;
}

static void note(const struct seccomp_notif *call)
{
    uint32_t number = (uint32_t)call->data.nr;
    struct tally *t = &tallies[number < NUMBERS ? number : NUMBERS - 1];
    total++;
    /* What the C library tries again and again before it does without: on record once, and counted. */
    if (t->count++ > 0 && (number == CLONE3 || number == BRK))
        return;
    if (t->untold++ == 0) {
        untold_numbers++;
        t->first = (struct report){.magic = MAGIC, .version = 1, .number = number, .thread = call->pid};
        memcpy(t->first.arguments, call->data.args, sizeof t->first.arguments);
    }
}

void answer_refused_call(void)
{
    struct seccomp_notif call;
    memset(&call, 0, sizeof call);
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) != 0) {
        /* ENOENT: who called was killed meanwhile. */
        if (errno != ENOENT && errno != EINTR) {
            close(listener);
            listener = -1;
        }
        return;
    }
    note(&call);
    struct seccomp_notif_resp no = {.id = call.id, .error = -EPERM};
    if (call.data.nr == CLONE3)
        no.error = -ENOSYS; /* the C library then makes its thread by clone, whose flags a filter can see */
    else if (call.data.nr == BRK)
        no.error = 0; /* brk has no errors, brk(2), "C library/kernel differences": a break of 0 is a refusal */
    (void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &no);
}

static bool has_monitor(uint64_t now)
{
    if (monitor < 0 && (tried_at == 0 || now - tried_at >= RETRY_MS * 1000000ULL)) {
        tried_at = now;
        monitor = connect_to(monitor_path);
    }
    return monitor >= 0;
}

int send_reports(bool all)
{
    if (monitor_path[0] == '\0' || untold_numbers == 0)
        return -1;
    uint64_t now = now_ns();
    if (!has_monitor(now))
        return RETRY_MS;
    for (int i = 0; i < NUMBERS; i++) {
        struct tally *t = &tallies[i];
        if (t->untold == 0 || (!all && t->told_at != 0 && now - t->told_at < SECOND_NS))
            continue;
        t->first.count = t->untold;
        t->first.total = total;
        ssize_t n = send(monitor, &t->first, sizeof t->first, MSG_NOSIGNAL | (all ? 0 : MSG_DONTWAIT));
        if (n != (ssize_t)sizeof t->first) {
            if (n >= 0 || (errno != EAGAIN && errno != EINTR)) {
                close(monitor); /* the monitor that comes next begins with a whole record */
                monitor = -1;
            }
            return RETRY_MS;
        }
        t->untold = 0;
        t->told_at = now;
        untold_numbers--;
    }
    return untold_numbers > 0 ? RETRY_MS : -1;
}

static void print_refusals_as_json(void)
{
    fprintf(stderr, "{\"refused\":{\"total\":%llu,\"calls\":[", (unsigned long long)total);
    const char *between = "";
    for (int i = 0; i < NUMBERS; i++) {
        if (tallies[i].count == 0)
            continue;
        fprintf(stderr, "%s{\"number\":%d,\"name\":\"%s\",\"count\":%llu}", between, i,
                NAMES[i] != NULL ? NAMES[i] : "", (unsigned long long)tallies[i].count);
        between = ",";
    }
    fprintf(stderr, "]}}\n");
}

void print_refusals(bool json)
{
    if (json) {
        print_refusals_as_json();
        return;
    }
    fprintf(stderr, "libos: %llu system calls refused\n", (unsigned long long)total);
    for (int i = 0; i < NUMBERS; i++)
        if (tallies[i].count > 0)
            fprintf(stderr, "libos: %10llu  %s (%d%s)\n", (unsigned long long)tallies[i].count,
                    NAMES[i] != NULL ? NAMES[i] : "?", i, i == NUMBERS - 1 ? " and above" : "");
}
