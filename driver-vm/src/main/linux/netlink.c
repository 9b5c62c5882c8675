/*
 * rtnetlink: messages of a fixed part and attributes, each padded to four bytes (rtnetlink(7), netlink(7)). One socket
 * for requests, one for events, so that no event is lost while a request waits for its answer. Trusts the kernel.
 */
#include "init.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { REPLY_BYTES = 16384 };

static int requests = -1;
static int events = -1;
static unsigned sequence;

static int open_socket(unsigned groups)
{
	struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = groups};
	int file = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (file < 0 || bind(file, (struct sockaddr *)&address, sizeof address) != 0)
		fail("no rtnetlink socket: %s", strerror(errno));
	return file;
}

void netlink_open(void)
{
	requests = open_socket(0);
	events = open_socket(RTMGRP_LINK);
}

int netlink_events(void)
{
	return events;
}

/* Room for length bytes at the request's end, cleared. */
static void *extend(struct request *request, size_t length)
{
	size_t at = NLMSG_ALIGN(request->header.nlmsg_len);
	if (at + NLMSG_ALIGN(length) > sizeof *request)
		fail("a netlink request is too long");
	void *place = (char *)request + at;
	memset(place, 0, NLMSG_ALIGN(length));
	request->header.nlmsg_len = at + length;
	return place;
}

void *request_begin(struct request *request, int type, int flags, size_t length)
{
	request->header = (struct nlmsghdr){
		.nlmsg_len = NLMSG_HDRLEN,
		.nlmsg_type = type,
		.nlmsg_flags = NLM_F_REQUEST | flags,
		.nlmsg_seq = ++sequence,
	};
	return extend(request, length);
}

void request_put(struct request *request, int type, const void *data, size_t length)
{
	struct rtattr *attribute = extend(request, RTA_LENGTH(length));
	attribute->rta_type = type;
	attribute->rta_len = RTA_LENGTH(length);
	memcpy(RTA_DATA(attribute), data, length);
}

void *request_nest(struct request *request, int type)
{
	struct rtattr *attribute = extend(request, RTA_LENGTH(0));
	attribute->rta_type = type | NLA_F_NESTED;
	return attribute;
}

void request_end(struct request *request, void *nest)
{
	struct rtattr *attribute = nest;
	attribute->rta_len = (char *)request + request->header.nlmsg_len - (char *)nest;
}

int request_send(struct request *request, struct nlmsghdr *reply, size_t room)
{
	static char buffer[REPLY_BYTES] __attribute__((aligned(8)));
	if (reply == NULL)
		request->header.nlmsg_flags |= NLM_F_ACK;
	if (send(requests, request, request->header.nlmsg_len, 0) < 0)
		return errno;
	for (;;) {
		ssize_t length = recv(requests, buffer, sizeof buffer, 0);
		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			return errno;
		struct nlmsghdr *message = (struct nlmsghdr *)buffer;
		for (int left = length; NLMSG_OK(message, left); message = NLMSG_NEXT(message, left)) {
			if (message->nlmsg_seq != request->header.nlmsg_seq)
				continue;
			if (message->nlmsg_type == NLMSG_ERROR)
				return -((struct nlmsgerr *)NLMSG_DATA(message))->error;
			if (reply == NULL)
				continue;
			if (message->nlmsg_len > room)
				return EMSGSIZE;
			memcpy(reply, message, message->nlmsg_len);
			return 0;
		}
	}
}
