/*
 * Takes from the calling thread, by Landlock, all files but a list, TCP, abstract sockets, and signals to other
 * processes.
 *
 * Trusts: the caller's lists. To be called in the only thread, before exec: every thread of the JVM inherits it, and
 * none can take it back. The kernel's headers of Debian 12 are older than the Landlock of newer kernels, so its interface
 * (linux/landlock.h) stands here.
 */
#define _GNU_SOURCE
#include "landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LANDLOCK_CREATE_RULESET 444
#define LANDLOCK_ADD_RULE 445
#define LANDLOCK_RESTRICT_SELF 446
#define CREATE_RULESET_VERSION 1
#define RULE_PATH_BENEATH 1
#define RULE_NET_PORT 2 /* ABI 4 */

struct ruleset_attr {
    uint64_t handled_access_fs;
    uint64_t handled_access_net; /* ABI 4 */
    uint64_t scoped;             /* ABI 6 */
};

struct path_beneath_attr {
    uint64_t allowed_access;
    int32_t parent_fd;
} __attribute__((packed));

struct net_port_attr {
    uint64_t allowed_access;
    uint64_t port;
};

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
    NET_BIND_TCP = 1,       /* 4 */
    NET_TCP = 3,            /* 4: bind and connect */
    SCOPE_ALL = 3,          /* 6: abstract sockets and signals */
};

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

static bool allow_port(int ruleset, const char *port)
{
    struct net_port_attr rule = {NET_BIND_TCP, (uint64_t)atoi(port)};
    return syscall(LANDLOCK_ADD_RULE, ruleset, RULE_NET_PORT, &rule, 0) == 0;
}

int restrict_files(const struct words *readable, const struct words *writable, const struct words *ports)
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
    for (int i = 0; i < ports->count && done && abi >= 4; i++)
        done = allow_port((int)ruleset, ports->words[i]);
    done = done && syscall(LANDLOCK_RESTRICT_SELF, ruleset, 0) == 0;
    int saved = errno;
    close((int)ruleset);
    errno = saved;
    return done ? (int)abi : -1;
}
