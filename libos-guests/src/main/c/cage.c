/*
 * What is taken from a guest before its first instruction: the host's network, mounts, processes and users (by
 * namespaces of its own, where the kernel allows that), all capabilities for ever, files but a list, core dumps, and
 * memory beyond a limit. The system calls are taken later, by the guest's own JVM, when its runtime is up; what is taken
 * here cannot be taken from a process of many threads.
 *
 * Trusts: the caller's lists.
 */
#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NAMESPACES (CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP)
#define MOST_FILES 256 /* open at a time; the JVM needs some tens of them until it runs */
#define LOCKED_BITS                                                                                        \
    (SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP | SECBIT_NO_SETUID_FIXUP_LOCKED         \
     | SECBIT_KEEP_CAPS_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED)

pid_t fork_into_namespaces(bool *namespaces)
{
    /* This process has one thread, so that clone(2) without a stack is fork(2). */
    pid_t child = (pid_t)syscall(SYS_clone, NAMESPACES | SIGCHLD, NULL, NULL, NULL, NULL);
    *namespaces = child >= 0;
    if (child < 0 && (errno == EPERM || errno == ENOSPC || errno == EINVAL || errno == EUSERS))
        child = fork();
    return child;
}

static bool write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool done = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    int saved = errno;
    if (fd >= 0)
        close(fd);
    errno = saved;
    return done;
}

/* The user stays who it is and is the only one there: user_namespaces(7). */
static bool name_oneself(uid_t uid, gid_t gid)
{
    char line[64];
    if (!write_file("/proc/self/setgroups", "deny"))
        return false;
    snprintf(line, sizeof line, "%u %u 1", (unsigned)uid, (unsigned)uid);
    if (!write_file("/proc/self/uid_map", line))
        return false;
    snprintf(line, sizeof line, "%u %u 1", (unsigned)gid, (unsigned)gid);
    return write_file("/proc/self/gid_map", line);
}

/* What is mounted from here on is nobody else's; and of processes there is this one. */
static void see_own_processes_only(void)
{
    /* Where it is not allowed (inside some containers), the guest's Landlock still keeps it from other files. */
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0)
        (void)mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
}

static bool has_capabilities(void)
{
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2];
    return syscall(SYS_capget, &head, data) == 0
        && (data[0].permitted | data[1].permitted | data[0].inheritable | data[1].inheritable) != 0;
}

static bool drop_capabilities(void)
{
    if (has_capabilities()) {
        /* Somebody may have taken CAP_SETPCAP from us; then there is nothing to gain from the set by exec, either. */
        for (int c = 0; prctl(PR_CAPBSET_READ, c, 0, 0, 0) >= 0; c++)
            if (prctl(PR_CAPBSET_DROP, c, 0, 0, 0) != 0 && errno != EPERM)
                return false;
        if (prctl(PR_SET_SECUREBITS, LOCKED_BITS, 0, 0, 0) != 0 && errno != EPERM)
            return false;
    }
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[2] = {{0, 0, 0}, {0, 0, 0}};
    return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0 && syscall(SYS_capset, &head, none) == 0;
}

static bool limit(int resource, rlim_t most)
{
    struct rlimit limits = {most, most};
    return setrlimit(resource, &limits) == 0;
}

const char *enter_cage(const struct cage *cage, bool namespaces)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
        return "tie the guest's life to the launcher's";
    if (namespaces) {
        if (!name_oneself(cage->uid, cage->gid))
            return "name the user in its namespace";
        see_own_processes_only();
    }
    if (!limit(RLIMIT_CORE, 0) || !limit(RLIMIT_NOFILE, MOST_FILES) || !limit(RLIMIT_DATA, cage->memory_bytes))
        return "set the guest's limits";
    if (!drop_capabilities())
        return "drop the guest's capabilities";
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return "set no_new_privs";
    int abi = restrict_files(&cage->readable, &cage->writable, &(struct words){0, NULL});
    if (abi < 0)
        return "restrict the guest's files by Landlock";
    if (abi == 0)
        fprintf(stderr, "libos: this kernel has no Landlock; the guest's files are guarded by its system calls alone\n");
    return NULL;
}
