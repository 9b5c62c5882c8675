/*
 * The small process that starts a guest's JVM, stays outside its confinement, and does for it what it may not do itself:
 * it keeps the socket to the back end and repeats the handshake with the next one (handshake.c), it says no to the system
 * calls that the guest's filter refuses and reports them to the monitor (refusals.c), and it passes signals in and the
 * exit code out.
 *
 *   launcher SOCKET REPORTS STATS MEMORY  N READABLE...  N WRITABLE...  N START...
 *
 * SOCKET is the back end's, REPORTS the monitor's for refused calls (empty: none), STATS 1 for figures at the end, 2 for
 * the same as JSON, 0 for none, MEMORY in bytes. Before each list stands its length. The guest finds its talk to the back end as descriptor 3 and the board
 * (launcher.h) as 4. It hangs up when its filter is in place; one that hangs up without a filter is killed.
 *
 * Trusts: its command line. Of the guest it believes nothing once its program runs. One thread, no allocation.
 */
#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXIT_ENVIRONMENT = 3, EXIT_FAILURE_CODE = 5, MAX_WORDS = 4096, RETRY_MS = 250, ANSWER_SECONDS = 5 };

static const int PASSED_ON[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "libos: the launcher cannot %s (%s)\n", what, strerror(errno));
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

int connect_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval patience = {ANSWER_SECONDS, 0};
    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0
        && (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0
            || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0
            || connect(fd, (const struct sockaddr *)&address, sizeof address) != 0)) {
        int saved = errno;
        close(fd);
        errno = saved;
        return -1;
    }
    return fd;
}

static _Noreturn void become_guest(int talk, int board, bool namespaces, const struct cage *cage,
                                   const struct words *start)
{
    sigset_t none;
    sigemptyset(&none);
    signal(SIGPIPE, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (dup2(talk, TALK_FD) < 0 || dup2(board, BOARD_FD) < 0 || close_range(BOARD_FD + 1, ~0U, 0) != 0)
        fail("hand over the guest's descriptors");
    const char *failed = enter_cage(cage, namespaces);
    if (failed != NULL)
        fail(failed);
    execv(start->words[0], start->words);
    fail(start->words[0]);
}

/* The guest's end of the talk is closed: either its filter is there, or it is no guest. */
static bool take_filter(pid_t guest, struct board *board, const char *reports)
{
    uint32_t number = __atomic_load_n(&board->listener, __ATOMIC_ACQUIRE);
    if (number == 0 || number > INT32_MAX)
        return false;
    if (!watch_refusals(guest, (int)number - 1, reports))
        fail("take the descriptor of the guest's filter over");
    __atomic_store_n(&board->taken, 1, __ATOMIC_RELEASE);
    return true;
}

static void look_for_back_end(const char *path, int *back_end, struct board *board, const char **complaint)
{
    int fd = connect_to(path);
    const char *why = fd < 0 ? NULL : repeat_handshake(fd);
    if (fd < 0 || why != NULL) {
        if (why != NULL && why != *complaint)
            fprintf(stderr, "libos: %s: %s; trying again\n", path, why);
        *complaint = why;
        if (fd >= 0)
            close(fd);
        return;
    }
    *back_end = fd;
    *complaint = NULL;
    __atomic_fetch_add(&board->attachments, 1, __ATOMIC_RELAXED);
    __atomic_store_n(&board->carrier, 1, __ATOMIC_RELEASE);
}

/* A back end has nothing to say over this connection, so what there is to read is its end, or a fault that ends it. */
static void lose_back_end(int *back_end, struct board *board)
{
    close(*back_end);
    *back_end = -1;
    __atomic_store_n(&board->carrier, 0, __ATOMIC_RELEASE);
}

/* Serves the guest until it has ended; returns its wait status. */
static int attend(pid_t guest, int signals, int back_end, struct board *board, const char *path)
{
    const char *complaint = NULL;
    for (;;) {
        int wait = send_reports(false);
        if (back_end < 0)
            wait = RETRY_MS;
        struct pollfd watched[] = {{signals, POLLIN, 0}, {back_end, POLLIN, 0}, {refusals_fd(), POLLIN, 0}};
        if (poll(watched, 3, wait) < 0 && errno != EINTR)
            fail("wait for the guest");
        struct signalfd_siginfo info;
        while (read(signals, &info, sizeof info) == (ssize_t)sizeof info)
            /* What comes from the terminal has reached the guest, too. */
            if (info.ssi_signo != SIGCHLD && info.ssi_code != SI_KERNEL)
                kill(guest, (int)info.ssi_signo);
        int status;
        if (waitpid(guest, &status, WNOHANG) == guest)
            return status;
        if (watched[2].revents != 0)
            answer_refused_call();
        if (back_end >= 0 && watched[1].revents != 0)
            lose_back_end(&back_end, board);
        else if (back_end < 0 && watched[2].revents == 0)
            look_for_back_end(path, &back_end, board, &complaint);
    }
}

static int start_signals(void)
{
    sigset_t handled;
    sigemptyset(&handled);
    sigaddset(&handled, SIGCHLD);
    for (size_t i = 0; i < sizeof PASSED_ON / sizeof PASSED_ON[0]; i++)
        sigaddset(&handled, PASSED_ON[i]);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_DFL);
    if (sigprocmask(SIG_SETMASK, &handled, NULL) != 0)
        fail("set up its signals");
    int signals = signalfd(-1, &handled, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals < 0)
        fail("set up its signals");
    return signals;
}

/* Above the numbers that the guest finds them at, so that dup2 never meets one of them. */
static int above(int fd)
{
    int moved = fcntl(fd, F_DUPFD_CLOEXEC, 16);
    if (fd < 0 || moved < 0)
        fail("make the guest's descriptors");
    close(fd);
    return moved;
}

int main(int argc, char **argv)
{
    if (argc < 8)
        fail("read its command line");
    const char *path = argv[1], *reports = argv[2];
    int stats = atoi(argv[3]);
    struct cage cage = {.memory_bytes = strtoull(argv[4], NULL, 10), .uid = geteuid(), .gid = getegid()};
    char **at = argv + 5;
    cage.readable = take(&at);
    cage.writable = take(&at);
    struct words start = take(&at);
    /* What execv ends at: the list is the command line's last. */
    if (start.count < 1 || start.words[start.count] != NULL)
        fail("read its command line");
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            fail("use its console: standard input, output and error must be open");
    if (close_range(3, ~0U, 0) != 0)
        fail("close what it inherited");

    int back_end = connect_to(path);
    if (back_end < 0) {
        fprintf(stderr, "libos: no back end listens at %s (%s); start the monitor, and add the guest with"
                        " 'monitor guest add'\n", path, strerror(errno));
        return EXIT_ENVIRONMENT;
    }
    int signals = start_signals();
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        fail("make the guest's descriptors");
    int page = memfd_create("libos-board", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (page < 0 || ftruncate(page, BOARD_BYTES) != 0 || fcntl(page, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) != 0)
        fail("make the board");
    struct board *board = mmap(NULL, BOARD_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, page, 0);
    if (board == MAP_FAILED)
        fail("make the board");
    int theirs = above(ends[1]);
    page = above(page);
    board->carrier = 1;
    board->attachments = 1;

    bool namespaces;
    pid_t guest = fork_into_namespaces(&namespaces);
    if (guest < 0)
        fail("start a process");
    if (guest == 0)
        become_guest(theirs, page, namespaces, &cage, &start);
    close(theirs);
    close(page);
    prctl(PR_SET_NAME, "libos-launcher", 0, 0, 0);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (!namespaces)
        fprintf(stderr, "libos: this kernel does not let the guest have namespaces of its own; it is confined by its"
                        " system calls, Landlock and limits\n");

    bool talked = relay_handshake(ends[0], back_end, signals);
    close(ends[0]);
    if (!talked || !take_filter(guest, board, reports))
        kill(guest, SIGKILL); /* it has said why, unless it was killed; without a filter no program runs */
    int status = attend(guest, signals, back_end, board, path);
    send_reports(true);
    if (stats != 0)
        print_refusals(stats == 2);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
