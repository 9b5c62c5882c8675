/*
 * What the starter, which is root, does for a monitor that has no privileges any more: one request in one packet of
 * the channel, one answer of four bytes, a result or a negated error number, a connection beside it if one was made.
 *
 * Trusts nobody: the monitor may have been broken into. It can name an interface and a program, no more. The program
 * must be one that the kernel already holds under a name of the proxy's (without privileges nobody can load one), it
 * is attached at the proxy's own place among the filters, and only what sits at that place under such a name is ever
 * removed. So the worst that a request can do is to put the proxy's filter on an interface, or to take it away: frames
 * are dropped, none are invented. The card is bound and given back by command lines that were fixed at the start. And it
 * can name a front end's socket: guest_sockets.c says which.
 */
#include "starter.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/netlink.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define FILTER_HANDLE 0xc0fd /* KernelProxy.FILTER_HANDLE and FILTER_PRIORITY */
#define FILTER_PRIORITY 1
#define EXIT_NOTHING 1 /* GiveBackCommand.NOTHING */

static const char *const PROGRAMS[] = {"cofd_wire", "cofd_port_in", "cofd_port_out"};

/* StarterChannel.java writes the same. */
struct request {
    uint32_t what; /* 'A', 'D', 'B' or 'G' */
    uint32_t ifindex;
    uint32_t direction; /* enum bpf_tc_attach_point: 1 ingress, 2 egress */
    uint32_t program;   /* the kernel's number of the program */
    uint32_t qdisc;     /* with 'D': remove clsact, too, if nothing uses it */
};

struct connect_request {
    uint32_t what;  /* 'C' */
    char path[108]; /* with its NUL, unix(7) */
};

union packet {
    struct request request;
    struct connect_request connect;
};

/* A descriptor of the program, if it is one of the proxy's; else a negated error number. */
static int proxy_program(uint32_t id)
{
    int fd = bpf_prog_get_fd_by_id(id);
    if (fd < 0)
        return fd;
    struct bpf_prog_info info = {0};
    uint32_t length = sizeof info;
    int error = bpf_obj_get_info_by_fd(fd, &info, &length);
    for (size_t i = 0; error == 0 && i < sizeof PROGRAMS / sizeof PROGRAMS[0]; i++)
        if (info.type == BPF_PROG_TYPE_SCHED_CLS && strncmp(info.name, PROGRAMS[i], BPF_OBJ_NAME_LEN - 1) == 0)
            return fd;
    close(fd);
    return error != 0 ? error : -EACCES;
}

/* Whether a filter of any kind is at the interface in this direction: dumps, and looks at the first answer. */
static bool has_filter(uint32_t ifindex, uint32_t direction)
{
    struct {
        struct nlmsghdr header;
        struct tcmsg tc;
    } ask = {
        .header = {.nlmsg_len = sizeof ask, .nlmsg_type = RTM_GETTFILTER, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
        .tc = {.tcm_ifindex = (int)ifindex,
               .tcm_parent = TC_H_MAKE(TC_H_CLSACT, direction == BPF_TC_INGRESS ? TC_H_MIN_INGRESS : TC_H_MIN_EGRESS)},
    };
    static _Alignas(struct nlmsghdr) char answer[32768];
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    bool found = true; /* unless the kernel says no */
    if (fd >= 0) {
        ssize_t n = send(fd, &ask, sizeof ask, 0) == (ssize_t)sizeof ask ? recv(fd, answer, sizeof answer, 0) : -1;
        if (n >= (ssize_t)sizeof(struct nlmsghdr))
            found = ((const struct nlmsghdr *)answer)->nlmsg_type == RTM_NEWTFILTER;
        close(fd);
    }
    return found;
}

static void remove_unused_qdisc(uint32_t ifindex)
{
    if (has_filter(ifindex, BPF_TC_INGRESS) || has_filter(ifindex, BPF_TC_EGRESS))
        return;
    DECLARE_LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)ifindex, .attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS);
    bpf_tc_hook_destroy(&hook);
}

/* Returns 1 if clsact was made for it, 0 if it was there. */
static int attach(const struct request *r)
{
    int program = proxy_program(r->program);
    if (program < 0)
        return program;
    DECLARE_LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)r->ifindex, .attach_point = r->direction);
    DECLARE_LIBBPF_OPTS(bpf_tc_opts, options, .handle = FILTER_HANDLE, .priority = FILTER_PRIORITY,
                        .prog_fd = program);
    int made = bpf_tc_hook_create(&hook);
    int result = made == 0 || made == -EEXIST ? bpf_tc_attach(&hook, &options) : made;
    if (result != 0 && made == 0)
        remove_unused_qdisc(r->ifindex);
    close(program);
    return result != 0 ? result : made == 0;
}

/* Returns 1 if the filter was there and is gone, 0 if it was not. */
static int detach(const struct request *r)
{
    DECLARE_LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)r->ifindex, .attach_point = r->direction);
    DECLARE_LIBBPF_OPTS(bpf_tc_opts, found, .handle = FILTER_HANDLE, .priority = FILTER_PRIORITY);
    if (bpf_tc_query(&hook, &found) != 0 || found.prog_id != r->program)
        return 0;
    int program = proxy_program(r->program);
    if (program < 0)
        return program;
    close(program);
    DECLARE_LIBBPF_OPTS(bpf_tc_opts, options, .handle = FILTER_HANDLE, .priority = FILTER_PRIORITY);
    int result = bpf_tc_detach(&hook, &options);
    if (result == -ENOENT || result == -ENODEV)
        return 0;
    if (result == 0 && r->qdisc)
        remove_unused_qdisc(r->ifindex);
    return result == 0 ? 1 : result;
}

/* Runs a command for the card. Returns 0, or 1 if it says that there was nothing to do. */
static int run_for_card(const struct words *command)
{
    if (command->count == 0)
        return -EOPNOTSUPP;
    int status = run_command(command, NULL);
    if (status < 0 || !WIFEXITED(status))
        return -EIO;
    return WEXITSTATUS(status) == 0 ? 0 : WEXITSTATUS(status) == EXIT_NOTHING ? 1 : -EIO;
}

/* Returns false if the other side is gone. The descriptor stays this process's own; none if it is negative. */
static bool answer_with(int channel, int32_t answer, int descriptor)
{
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {.bytes = {0}};
    struct iovec part = {&answer, sizeof answer};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (descriptor >= 0) {
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof control.bytes;
        struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(sizeof descriptor);
        memcpy(CMSG_DATA(rights), &descriptor, sizeof descriptor);
    }
    return sendmsg(channel, &message, MSG_NOSIGNAL) == (ssize_t)sizeof answer || errno == EAGAIN;
}

static bool connect_and_answer(int channel, const struct guest_sockets *guests, const struct connect_request *r)
{
    bool is_text = r->path[0] == '/' && memchr(r->path, '\0', sizeof r->path) != NULL;
    int connection = is_text ? connect_guest(guests, r->path) : -EINVAL;
    bool there = answer_with(channel, connection < 0 ? connection : 0, connection);
    if (connection >= 0)
        close(connection);
    return there;
}

bool serve_request(int channel, const struct card_commands *card, const struct guest_sockets *guests)
{
    union packet packet = {0};
    ssize_t n = recv(channel, &packet, sizeof packet, MSG_DONTWAIT | MSG_TRUNC);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    if (n == 0)
        return false;
    if (n == (ssize_t)sizeof packet.connect && packet.connect.what == 'C')
        return connect_and_answer(channel, guests, &packet.connect);
    struct request r;
    memcpy(&r, &packet, sizeof r);
    bool whole = n == (ssize_t)sizeof r;
    int32_t answer = -EINVAL;
    bool place = whole && r.ifindex > 0 && r.ifindex <= INT32_MAX
        && (r.direction == BPF_TC_INGRESS || r.direction == BPF_TC_EGRESS) && r.qdisc <= 1;
    if (whole && r.what == 'B')
        answer = run_for_card(&card->bind);
    else if (whole && r.what == 'G')
        answer = run_for_card(&card->give_back);
    else if (place && r.what == 'A')
        answer = attach(&r);
    else if (place && r.what == 'D')
        answer = detach(&r);
    return answer_with(channel, answer, -1);
}
