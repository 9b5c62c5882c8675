/*
 * What is taken from the monitor before its first instruction: capabilities outside the bounding set, the gain of
 * privileges by exec, and core dumps. Runs in the child, in its only thread, before exec; everything is inherited from
 * there by every thread of the JVM and cannot be taken back.
 */
#define _GNU_SOURCE
#include "starter.h"

#include <errno.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define MEMLOCK_BYTES (1088UL << 20) /* VFIO pins what the card reaches: at most a Linux domain of 1 GiB; the kernel counts it here */

static const int NEEDED[] = {
    CAP_NET_ADMIN,  /* the tap, the filters, the wire's state */
    CAP_NET_RAW,    /* the emulated card's packet socket */
    CAP_BPF,        /* loading the proxy program and making its maps */
    CAP_PERFMON,    /* the verifier lets its pointers be compared */
    CAP_SYS_ADMIN,  /* finding a filter of a killed monitor by its program's number */
    CAP_SYSLOG,     /* IOMMU faults in /dev/kmsg */
    CAP_IPC_LOCK,   /* VFIO pins memory */
    CAP_SYS_NICE,   /* places of threads */
    CAP_CHOWN,      /* the log's folder is given to the monitor's user */
    CAP_FOWNER,
    CAP_DAC_OVERRIDE,
    CAP_KILL,
    CAP_SETUID,     /* the drop itself */
    CAP_SETGID,
};

static bool is_needed(int capability)
{
    for (size_t i = 0; i < sizeof NEEDED / sizeof NEEDED[0]; i++)
        if (NEEDED[i] == capability)
            return true;
    return false;
}

/* As far as we may: what is missing shows when the card's memory is mapped, and only then matters. */
static void raise_locked_memory(void)
{
    struct rlimit locked;
    if (getrlimit(RLIMIT_MEMLOCK, &locked) != 0 || locked.rlim_cur >= MEMLOCK_BYTES)
        return;
    struct rlimit wanted = {MEMLOCK_BYTES, locked.rlim_max < MEMLOCK_BYTES ? MEMLOCK_BYTES : locked.rlim_max};
    if (setrlimit(RLIMIT_MEMLOCK, &wanted) != 0) {
        locked.rlim_cur = locked.rlim_max;
        setrlimit(RLIMIT_MEMLOCK, &locked);
    }
}

bool drop_what_no_monitor_needs(void)
{
    struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0)
        return false;
    raise_locked_memory();
    if (geteuid() == 0)
        for (int c = 0; prctl(PR_CAPBSET_READ, c, 0, 0, 0) >= 0; c++)
            if (!is_needed(c) && c != CAP_SETPCAP && prctl(PR_CAPBSET_DROP, c, 0, 0, 0) != 0)
                return errno == EPERM; /* somebody has taken CAP_SETPCAP from us: then the set is theirs */
    if (geteuid() == 0 && prctl(PR_CAPBSET_DROP, CAP_SETPCAP, 0, 0, 0) != 0 && errno != EPERM)
        return false;
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}
