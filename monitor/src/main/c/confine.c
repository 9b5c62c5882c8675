/*
 * What is taken from the monitor before its first instruction: capabilities outside the bounding set, the gain of
 * privileges by exec, core dumps, and by Landlock all files but a list, TCP, and signals to other processes.
 *
 * Trusts: the caller's two lists. Runs in the child, in its only thread, before exec; everything is inherited from
 * there by every thread of the JVM and cannot be taken back. The kernel's headers of Debian 12 are older than the
 * Landlock of newer kernels, so its interface (linux/landlock.h) stands here.
 */
#define _GNU_SOURCE
#include "starter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LANDLOCK_CREATE_RULESET 444
#define LANDLOCK_ADD_RULE 445
#define LANDLOCK_RESTRICT_SELF 446
#define CREATE_RULESET_VERSION 1
#define RULE_PATH_BENEATH 1

struct ruleset_attr {
    uint64_t handled_access_fs;
    uint64_t handled_access_net; /* ABI 4 */
    uint64_t scoped;             /* ABI 6 */
};

struct path_beneath_attr {
    uint64_t allowed_access;
    int32_t parent_fd;
} __attribute__((packed));

/* Rights over files, with the ABI that brought them. */
enum {
    FS_EXECUTE = 1 << 0,
    FS_WRITE_FILE = 1 << 1,
    FS_READ_FILE = 1 << 2,
    FS_READ_DIR = 1 << 3,
    FS_OF_ABI_1 = (1 << 13) - 1,
    FS_REFER = 1 << 13,     /* 2 */
    FS_TRUNCATE = 1 << 14,  /* 3 */
    FS_IOCTL_DEV = 1 << 15, /* 5 */
    FS_OF_A_FILE = FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEV,
    NET_TCP = 3,            /* 4: bind and connect */
    SCOPE_ALL = 3,          /* 6: abstract sockets and signals */
};

#define MEMLOCK_BYTES (64UL << 20) /* VFIO pins the domain's DMA arena of 8 MiB, and the kernel counts it here */

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

static bool add_rule(int ruleset, const char *path, uint64_t access)
{
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR; /* what is not there needs no right */
    struct stat st;
    bool done = fstat(fd, &st) == 0;
    if (done) {
        struct path_beneath_attr rule = {S_ISDIR(st.st_mode) ? access : access & FS_OF_A_FILE, fd};
        done = syscall(LANDLOCK_ADD_RULE, ruleset, RULE_PATH_BENEATH, &rule, 0) == 0;
    }
    int saved = errno;
    close(fd);
    errno = saved;
    return done;
}

int restrict_files(const struct words *readable, const struct words *writable)
{
    long abi = syscall(LANDLOCK_CREATE_RULESET, NULL, 0, CREATE_RULESET_VERSION);
    if (abi < 0)
        return errno == ENOSYS || errno == EOPNOTSUPP ? 0 : -1;
    uint64_t all = FS_OF_ABI_1 | (abi >= 2 ? FS_REFER : 0) | (abi >= 3 ? FS_TRUNCATE : 0)
        | (abi >= 5 ? FS_IOCTL_DEV : 0);
    struct ruleset_attr attr = {all, abi >= 4 ? NET_TCP : 0, abi >= 6 ? SCOPE_ALL : 0};
    size_t size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
    long ruleset = syscall(LANDLOCK_CREATE_RULESET, &attr, size, 0);
    if (ruleset < 0)
        return -1;
    bool done = true;
    for (int i = 0; i < readable->count && done; i++)
        done = add_rule((int)ruleset, readable->words[i], FS_EXECUTE | FS_READ_FILE | FS_READ_DIR);
    for (int i = 0; i < writable->count && done; i++)
        done = add_rule((int)ruleset, writable->words[i], all & ~(uint64_t)FS_EXECUTE);
    done = done && syscall(LANDLOCK_RESTRICT_SELF, ruleset, 0) == 0;
    int saved = errno;
    close((int)ruleset);
    errno = saved;
    return done ? (int)abi : -1;
}
