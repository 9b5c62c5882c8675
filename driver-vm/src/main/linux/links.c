/*
 * The two network devices of the domain and how they are joined: what one receives, a matchall filter at its ingress
 * hook redirects to the other's transmit queue (tc-matchall(8), tc-mirred(8)), before any protocol sees it.
 *
 * Offloads stay on. What the card has verified (CHECKSUM_UNNECESSARY) or GRO has joined, TCP and UDP, leaves through the
 * uplink with a virtio-net header, or is segmented and summed by the kernel where the monitor offers less. A VLAN tag that the card
 * has taken off is put back by the kernel, since the uplink has no such offload; the other way the card inserts it.
 */
#include "init.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <linux/tc_act/tc_mirred.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

enum { REPLY_BYTES = 16384, PATH_BYTES = 256 };

/* More features than any kernel has; NETDEV_FEATURE_COUNT is below 70 in 6.12. */
enum { FEATURES_MOST = 128 };

bool link_find(const char *bus, char name[IFNAMSIZ], int *index)
{
	char folder[PATH_BYTES], child[64], number[16];
	snprintf(folder, sizeof folder, "/sys/bus/pci/devices/%s/net", bus);
	if (!first_entry(name, IFNAMSIZ, folder, "")) {
		/* virtio: the netdev belongs to the virtio device on the PCI device. */
		snprintf(folder, sizeof folder, "/sys/bus/pci/devices/%s", bus);
		if (!first_entry(child, sizeof child, folder, "virtio"))
			return false;
		snprintf(folder, sizeof folder, "/sys/bus/pci/devices/%s/%s/net", bus, child);
		if (!first_entry(name, IFNAMSIZ, folder, ""))
			return false;
	}
	if (!read_line(number, sizeof number, "/sys/class/net/%s/ifindex", name))
		return false;
	*index = atoi(number);
	return true;
}

bool link_parse(const struct nlmsghdr *message, int index, struct link *link)
{
	const struct ifinfomsg *info = NLMSG_DATA(message);
	if (message->nlmsg_type != RTM_NEWLINK || message->nlmsg_len < NLMSG_LENGTH(sizeof *info)
		|| (index != 0 && info->ifi_index != index))
		return false;
	*link = (struct link){.index = info->ifi_index, .carrier = (info->ifi_flags & IFF_LOWER_UP) != 0};
	int left = IFLA_PAYLOAD(message);
	for (struct rtattr *at = IFLA_RTA(info); RTA_OK(at, left); at = RTA_NEXT(at, left)) {
		size_t length = RTA_PAYLOAD(at);
		if (at->rta_type == IFLA_ADDRESS && length == MAC_BYTES)
			memcpy(link->mac, RTA_DATA(at), length);
		else if (at->rta_type == IFLA_STATS64)
			/* Kernels differ in how many counters they append. */
			memcpy(&link->statistics, RTA_DATA(at),
				length < sizeof link->statistics ? length : sizeof link->statistics);
	}
	return true;
}

int link_read(int index, struct link *link)
{
	static char reply[REPLY_BYTES] __attribute__((aligned(8)));
	struct request request;
	struct ifinfomsg *info = request_begin(&request, RTM_GETLINK, 0, sizeof *info);
	info->ifi_index = index;
	int error = request_send(&request, (struct nlmsghdr *)reply, sizeof reply);
	if (error == 0 && !link_parse((struct nlmsghdr *)reply, index, link))
		error = EPROTO;
	return error;
}

/* Each of ethtool's requests begins with its number (linux/ethtool.h). Returns whether the driver has answered. */
static bool ethtool(const char *name, void *command)
{
	struct ifreq request = {.ifr_data = command};
	snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
	return ioctl(netlink_events(), SIOCETHTOOL, &request) == 0; /* any socket will do, netdevice(7) */
}

static bool ring_sizes(const char *name, unsigned command, struct ethtool_ringparam *rings)
{
	rings->cmd = command;
	return ethtool(name, rings);
}

/* How many features the kernel knows; 0 if it does not say or they are more than there is room for here. */
static unsigned count_features(const char *name)
{
	struct { struct ethtool_sset_info head; uint32_t count; } sizes
		= {.head = {.cmd = ETHTOOL_GSSET_INFO, .sset_mask = 1ull << ETH_SS_FEATURES}};
	return ethtool(name, &sizes) && sizes.count <= FEATURES_MOST ? sizes.count : 0;
}

/* The number of a feature, which is this kernel's own; that of the features if there is none of the name. */
static unsigned find_feature(const char *name, const char *feature, unsigned features)
{
	static struct { struct ethtool_gstrings head; char strings[FEATURES_MOST][ETH_GSTRING_LEN]; } names;
	names.head = (struct ethtool_gstrings){.cmd = ETHTOOL_GSTRINGS, .string_set = ETH_SS_FEATURES};
	if (!ethtool(name, &names))
		return features;
	unsigned number = 0;
	while (number < features && strncmp(names.strings[number], feature, ETH_GSTRING_LEN) != 0)
		number++;
	return number;
}

bool link_switch(const char *name, const char *feature, bool on)
{
	unsigned features = count_features(name), number = find_feature(name, feature, features);
	if (number == features)
		return false;
	unsigned words = (features + 31) / 32, word = number / 32;
	uint32_t bit = 1u << number % 32;
	struct { struct ethtool_sfeatures head; struct ethtool_set_features_block blocks[FEATURES_MOST / 32]; } set
		= {.head = {.cmd = ETHTOOL_SFEATURES, .size = words}};
	struct { struct ethtool_gfeatures head; struct ethtool_get_features_block blocks[FEATURES_MOST / 32]; } got
		= {.head = {.cmd = ETHTOOL_GFEATURES, .size = words}};
	set.blocks[word].valid = bit;
	set.blocks[word].requested = on ? bit : 0;
	ethtool(name, &set); /* what came of it is asked next */
	return ethtool(name, &got) && ((got.blocks[word].active & bit) != 0) == on;
}

unsigned link_lengthen_receive(const char *name, unsigned descriptors)
{
	struct ethtool_ringparam rings = {0};
	if (!ring_sizes(name, ETHTOOL_GRINGPARAM, &rings))
		return 0;
	if (descriptors > rings.rx_max_pending)
		descriptors = rings.rx_max_pending;
	if (descriptors > rings.rx_pending) {
		rings.rx_pending = descriptors;
		ring_sizes(name, ETHTOOL_SRINGPARAM, &rings);
		ring_sizes(name, ETHTOOL_GRINGPARAM, &rings);
	}
	return rings.rx_pending;
}

/* Sets one number of a link. Returns 0 or an error number. */
static int set_number(int index, int attribute, unsigned value)
{
	struct request request;
	struct ifinfomsg *info = request_begin(&request, RTM_NEWLINK, 0, sizeof *info);
	info->ifi_index = index;
	request_put(&request, attribute, &value, sizeof value);
	return request_send(&request, NULL, 0);
}

void link_queue(const char *name, int index, unsigned frames)
{
	int error = set_number(index, IFLA_TXQLEN, frames);
	if (error != 0)
		fail("%s cannot have a queue of %u frames: %s", name, frames, strerror(error));
}

void link_prepare(const char *name, int index, unsigned mtu)
{
	char path[PATH_BYTES];
	struct request request;
	/* Before the link is up, or the kernel sends its own neighbour discovery. Absent where IPv6 is off as a whole. */
	snprintf(path, sizeof path, "/proc/sys/net/ipv6/conf/%s/disable_ipv6", name);
	write_file(path, "1");

	int error = set_number(index, IFLA_MTU, mtu);
	if (error != 0)
		fail("%s does not take an MTU of %u bytes: %s", name, mtu, strerror(error));

	struct ifinfomsg *info = request_begin(&request, RTM_NEWLINK, 0, sizeof *info);
	info->ifi_index = index;
	info->ifi_flags = info->ifi_change = IFF_UP | IFF_PROMISC;
	error = request_send(&request, NULL, 0);
	if (error != 0)
		fail("%s cannot be brought up: %s", name, strerror(error));
}

void link_redirect(int from, int to)
{
	struct request request;
	struct tcmsg *tc = request_begin(&request, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, sizeof *tc);
	tc->tcm_ifindex = from;
	tc->tcm_parent = TC_H_CLSACT;
	tc->tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0);
	request_put(&request, TCA_KIND, "clsact", sizeof "clsact");
	int error = request_send(&request, NULL, 0);
	if (error != 0)
		fail("no ingress hook for link %d: %s", from, strerror(error));

	tc = request_begin(&request, RTM_NEWTFILTER, NLM_F_CREATE | NLM_F_EXCL, sizeof *tc);
	tc->tcm_ifindex = from;
	tc->tcm_parent = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS);
	tc->tcm_info = TC_H_MAKE(1u << 16, htons(ETH_P_ALL)); /* preference 1, all protocols */
	request_put(&request, TCA_KIND, "matchall", sizeof "matchall");
	void *options = request_nest(&request, TCA_OPTIONS);
	void *actions = request_nest(&request, TCA_MATCHALL_ACT);
	void *first = request_nest(&request, 1); /* an action's attribute type is its place in the list */
	request_put(&request, TCA_ACT_KIND, "mirred", sizeof "mirred");
	void *parameters = request_nest(&request, TCA_ACT_OPTIONS);
	struct tc_mirred redirect = {.action = TC_ACT_STOLEN, .eaction = TCA_EGRESS_REDIR, .ifindex = to};
	request_put(&request, TCA_MIRRED_PARMS, &redirect, sizeof redirect);
	request_end(&request, parameters);
	request_end(&request, first);
	request_end(&request, actions);
	request_end(&request, options);
	error = request_send(&request, NULL, 0);
	if (error != 0)
		fail("link %d cannot be redirected to link %d: %s", from, to, strerror(error));
}
