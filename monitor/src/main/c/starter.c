/*
 * The small process that stays root while the monitor gives its privileges up: it starts the monitor, passes signals
 * on, does the few things for it that requests.c names, and when it has ended, in whatever way, runs the clean-up.
 *
 *   starter JOURNAL TEMPORARY  N READABLE...  N WRITABLE...  N TCP_PORTS...  N START...  N CLEAN_UP...  N BIND...
 *           N GIVE_BACK...  GUEST_FOLDER  N GUEST_SOCKETS...
 *
 * Before each list stands its length. JOURNAL is the file that is there as long as something has to be undone, TEMPORARY
 * a folder that the monitor has emptied; the clean-up gets the monitor's wait status as one word more. The exit code is
 * the monitor's.
 *
 * Trusts: its command line, which the monitor's own first stage made as the user who started it. Of the monitor it
 * believes nothing but that it has ended, which the kernel says. One thread, no allocation.
 */
#define _GNU_SOURCE
#include "starter.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXIT_FAILURE_CODE = 5, MAX_WORDS = 256 };

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "monitor: the starter cannot %s (%s)\n", what, strerror(errno));
    _exit(EXIT_FAILURE_CODE);
}

/* Takes one list from the command line. */
static struct words take(char ***at)
{
    if (**at == NULL)
        fail("read its command line");
    struct words list = {atoi(**at), *at + 1};
    for (int i = 0; i <= list.count; i++)
        if (list.count < 0 || list.count >= MAX_WORDS || (*at)[i] == NULL)
            fail("read its command line");
    *at += list.count + 1;
    return list;
}

static _Noreturn void execute(const struct words *command, const char *extra)
{
    char *argv[MAX_WORDS + 2];
    memcpy(argv, command->words, (size_t)command->count * sizeof argv[0]);
    argv[command->count] = (char *)(uintptr_t)extra;
    argv[command->count + 1] = NULL;
    execv(argv[0], argv);
    fail(argv[0]);
}

/* A child begins with no signal blocked and none ignored, and dies with the starter. */
static void begin_child(pid_t parent)
{
    sigset_t none;
    sigemptyset(&none);
    signal(SIGPIPE, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (getppid() != parent)
        _exit(EXIT_FAILURE_CODE); /* it was dead already */
}

int run_command(const struct words *command, const char *extra)
{
    pid_t self = getpid();
    pid_t child = fork();
    if (child == 0) {
        begin_child(self);
        execute(command, extra);
    }
    int status = -1;
    while (child > 0 && waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return child > 0 ? status : -1;
}

static _Noreturn void become_monitor(pid_t parent, int channel, int lifeline, const struct words *readable,
                                     const struct words *writable, const struct words *ports,
                                     const struct words *start)
{
    begin_child(parent);
    if (dup2(channel, CHANNEL_FD) < 0 || dup2(lifeline, LIFELINE_FD) < 0 || close_range(LIFELINE_FD + 1, ~0U, 0) != 0)
        fail("hand over its descriptors");
    if (!drop_what_no_monitor_needs())
        fail("drop privileges");
    int abi = restrict_files(readable, writable, ports);
    if (abi < 0)
        fail("restrict the monitor's files by Landlock");
    if (abi == 0)
        fprintf(stderr, "monitor: this kernel has no Landlock; the monitor's files are guarded by its user alone\n");
    char version[12];
    snprintf(version, sizeof version, "%d", abi);
    setenv("COFFERDAM_LANDLOCK", version, 1);
    execute(start, NULL);
}

/* Serves requests and signals until the monitor has ended; returns its wait status. */
static int attend(pid_t monitor, int signals, int channel, const struct card_commands *card,
                  const struct guest_sockets *guests)
{
    struct pollfd watched[] = {{signals, POLLIN, 0}, {channel, POLLIN, 0}};
    for (;;) {
        if (poll(watched, 2, -1) < 0 && errno != EINTR)
            fail("wait for the monitor");
        struct signalfd_siginfo info;
        while (read(signals, &info, sizeof info) == (ssize_t)sizeof info) {
            /* What comes from the terminal has reached the monitor, too. */
            if (info.ssi_signo != SIGCHLD && info.ssi_code != SI_KERNEL)
                kill(monitor, (int)info.ssi_signo);
        }
        int status;
        if (waitpid(monitor, &status, WNOHANG) == monitor)
            return status;
        if (watched[1].revents != 0 && !serve_request(channel, card, guests))
            watched[1].fd = -1;
    }
}

int main(int argc, char **argv)
{
    if (argc < 3)
        fail("read its command line");
    if (close_range(3, CHANNEL_FD + 100000, 0) != 0)
        fail("close what it inherited");
    const char *journal = argv[1];
    const char *temporary = argv[2];
    char **at = argv + 3;
    struct words readable = take(&at);
    struct words writable = take(&at);
    struct words ports = take(&at);
    struct words start = take(&at);
    struct words clean_up = take(&at);
    struct card_commands card;
    card.bind = take(&at);
    card.give_back = take(&at);
    struct guest_sockets guests;
    guests.folder = *at;
    if (*at++ == NULL)
        fail("read its command line");
    guests.fixed = take(&at);
    libbpf_set_print(NULL);

    sigset_t handled;
    sigemptyset(&handled);
    sigaddset(&handled, SIGTERM);
    sigaddset(&handled, SIGINT);
    sigaddset(&handled, SIGHUP);
    sigaddset(&handled, SIGCHLD);
    int sockets[2], pipe_ends[2];
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_DFL);
    if (sigprocmask(SIG_SETMASK, &handled, NULL) != 0
        || fcntl(STDIN_FILENO, F_GETFD) < 0 || fcntl(STDOUT_FILENO, F_GETFD) < 0)
        fail("set up its signals");
    int signals = signalfd(-1, &handled, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) != 0
        || pipe2(pipe_ends, O_CLOEXEC) != 0)
        fail("make its channel");
    /* Above the numbers that the monitor finds them at, so that dup2 never meets one of them. */
    int theirs = fcntl(sockets[1], F_DUPFD_CLOEXEC, 16), lifeline = fcntl(pipe_ends[0], F_DUPFD_CLOEXEC, 16);
    if (theirs < 0 || lifeline < 0)
        fail("make its channel");
    close(sockets[1]);
    close(pipe_ends[0]);

    pid_t self = getpid();
    pid_t monitor = fork();
    if (monitor < 0)
        fail("start a process");
    if (monitor == 0)
        become_monitor(self, theirs, lifeline, &readable, &writable, &ports, &start);
    close(theirs);
    close(lifeline);
    prctl(PR_SET_NAME, "cofd-starter", 0, 0, 0);

    int status = attend(monitor, signals, sockets[0], &card, &guests);
    rmdir(temporary);
    if (access(journal, F_OK) == 0) {
        char word[12];
        snprintf(word, sizeof word, "%d", status);
        run_command(&clean_up, word);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
