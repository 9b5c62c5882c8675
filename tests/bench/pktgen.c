// SPDX-License-Identifier: Apache-2.0
/*
 * Sends one Ethernet frame again and again through an interface, for the benchmarks: sendmmsg on a packet
 * socket, past the queueing discipline. Trusts its command line; meant for a namespace of one's own.
 *
 *     pktgen INTERFACE DESTINATION-MAC DESTINATION-IP FRAME-BYTES SECONDS [FRAMES-A-SECOND]
 *
 * The frame is UDP over IPv4 from the interface's MAC; FRAME-BYTES counts as the wire does, with the 4 bytes of
 * the checksum that the card adds: 64 to 1518. Prints: sent N frames in S s.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64, IP_HEADER = 20, UDP_HEADER = 8, CHECKSUM = 4, MAX_FRAME = 1514 };

static void die(const char *what)
{
	fprintf(stderr, "pktgen: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void put16(unsigned char *at, unsigned value)
{
	at[0] = value >> 8;
	at[1] = value;
}

/* The Internet checksum (RFC 1071) of an IPv4 header. */
static unsigned checksum(const unsigned char *p, int bytes)
{
	unsigned sum = 0;
	for (int i = 0; i < bytes; i += 2)
		sum += p[i] << 8 | p[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	return ~(sum + (sum >> 16)) & 0xffff;
}

int main(int argc, char **argv)
{
	unsigned char frame[MAX_FRAME] = {0}, *ip = frame + ETH_HLEN, *udp = ip + IP_HEADER;
	struct mmsghdr batch[BATCH] = {0};
	struct ifreq request = {0};
	unsigned mac[ETH_ALEN];
	struct in_addr to, from;
	if (argc < 6 || argc > 7 || sscanf(argv[2], "%x:%x:%x:%x:%x:%x", mac, mac + 1, mac + 2, mac + 3, mac + 4, mac + 5) != 6 ||
	    !inet_aton(argv[3], &to)) {
		fprintf(stderr, "usage: pktgen INTERFACE DESTINATION-MAC DESTINATION-IP FRAME-BYTES SECONDS [RATE]\n");
		return 2;
	}
	int length = atoi(argv[4]) - CHECKSUM;
	double seconds = atof(argv[5]);
	double rate = argc == 7 ? atof(argv[6]) : 0; /* 0: as fast as it goes */
	if (length < ETH_ZLEN || length > MAX_FRAME || seconds <= 0 || seconds > 600) {
		fprintf(stderr, "pktgen: frames have 64 to 1518 bytes, a run takes at most 600 seconds\n");
		return 2;
	}

	int s = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (s < 0)
		die("socket");
	struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_ifindex = if_nametoindex(argv[1])};
	if (!address.sll_ifindex || bind(s, (struct sockaddr *)&address, sizeof(address)))
		die(argv[1]);
	if (setsockopt(s, SOL_PACKET, PACKET_QDISC_BYPASS, &(int){1}, sizeof(int)))
		die("PACKET_QDISC_BYPASS");
	strncpy(request.ifr_name, argv[1], IFNAMSIZ - 1);
	if (ioctl(s, SIOCGIFHWADDR, &request))
		die("SIOCGIFHWADDR");

	for (int i = 0; i < ETH_ALEN; i++)
		frame[i] = mac[i];
	memcpy(frame + ETH_ALEN, request.ifr_hwaddr.sa_data, ETH_ALEN);
	put16(frame + 2 * ETH_ALEN, ETH_P_IP);
	inet_aton("10.77.0.2", &from);
	ip[0] = 0x45;
	put16(ip + 2, length - ETH_HLEN);
	ip[8] = 64;
	ip[9] = IPPROTO_UDP;
	memcpy(ip + 12, &from, 4);
	memcpy(ip + 16, &to, 4);
	put16(ip + 10, checksum(ip, IP_HEADER));
	put16(udp, 9);
	put16(udp + 2, 9);
	put16(udp + 4, length - ETH_HLEN - IP_HEADER); /* a UDP checksum of 0 says that there is none */

	struct iovec data = {frame, length};
	for (int i = 0; i < BATCH; i++)
		batch[i].msg_hdr = (struct msghdr){.msg_iov = &data, .msg_iovlen = 1};
	unsigned long sent = 0;
	double begin = now(), t = begin;
	while (t - begin < seconds) {
		int n = sendmmsg(s, batch, BATCH, MSG_DONTWAIT);
		if (n > 0)
			sent += n;
		else if (errno == EAGAIN || errno == ENOBUFS)
			poll(&(struct pollfd){.fd = s, .events = POLLOUT}, 1, 1);
		else if (errno != EINTR)
			die("sendmmsg");
		t = now();
		if (rate > 0 && begin + sent / rate > t) {
			usleep((begin + sent / rate - t) * 1e6);
			t = now();
		}
	}
	printf("sent %lu frames in %.3f s\n", sent, t - begin);
	return 0;
}
