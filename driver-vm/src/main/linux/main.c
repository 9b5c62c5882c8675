/*
 * The first and only process of the Linux driver domain. It loads the distribution's modules, joins the card's network
 * device to the uplink inside the kernel, and then reports: what the card is, its link, its counters each second.
 *
 * Trusts: its kernel and its initramfs. It takes no commands; settings come as its environment, which the kernel makes
 * of the command line's words: cofferdam_mtu (bytes, 68 to 65535, default 1500); cofferdam_log (1: once frames pass, the
 * kernel's log is copied to the console, for a kernel that was told to be quiet).
 */
#include "init.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { EVENT_BYTES = 16384, PROBE_SECONDS = 30, MTU_LEAST = 68, MTU_MOST = 65535, MTU_USUAL = 1500 };

/* About what the kernel's socket buffer takes besides the frame. */
enum { BUFFER_EXTRA = 768 };

/* How many frames the kernel has wait for an Ethernet link if nobody says. */
enum { QUEUE_USUAL = 1000 };

static char card_name[IFNAMSIZ], uplink_name[IFNAMSIZ];
static int card_index, uplink_index;
static struct link card; /* as last reported */

static void mount_kernel_files(void)
{
	static const char *const kinds[][2] = {{"devtmpfs", "/dev"}, {"proc", "/proc"}, {"sysfs", "/sys"}};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		mkdir(kinds[i][1], 0755);
		mount(kinds[i][0], kinds[i][1], kinds[i][0], MS_NOSUID | MS_NOEXEC, NULL);
	}
}

static unsigned mtu(void)
{
	const char *word = getenv("cofferdam_mtu");
	char *end;
	if (word == NULL)
		return MTU_USUAL;
	unsigned long value = strtoul(word, &end, 10);
	if (*word == '\0' || *end != '\0' || value < MTU_LEAST || value > MTU_MOST)
		fail("cofferdam_mtu takes a number of bytes from %d to %d", MTU_LEAST, MTU_MOST);
	return value;
}

/* How many frames the given part of the memory has room for. */
static unsigned frames_in(unsigned part, unsigned frame_bytes)
{
	unsigned long long memory = (unsigned long long)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
	return memory / part / (frame_bytes + BUFFER_EXTRA);
}

/*
 * What arrives while this processor or the monitor's switch does not run must wait somewhere. The other way it waits with
 * the host, and the card takes what it is given at the wire's speed. Returns the card's receive descriptors.
 */
static unsigned make_room(unsigned frame_bytes)
{
	unsigned queue = frames_in(8, frame_bytes);
	if (queue > QUEUE_USUAL)
		link_queue(uplink_name, uplink_index, queue);
	return link_lengthen_receive(card_name, frames_in(16, frame_bytes));
}

/*
 * Has the kernel join datagrams of a connection, as it does TCP segments, which it does not by default. A card is given
 * them one by one, but the way to its driver is gone once for all of them, and its doorbell is rung once. Few cards could
 * cut them (igb's can), and QEMU's igb makes fragments of one long datagram of them.
 */
static bool join_datagrams(void)
{
	return link_switch(card_name, "tx-udp-segmentation", false)
		&& link_switch(uplink_name, "rx-udp-gro-forwarding", true)
		&& link_switch(uplink_name, "tx-udp-segmentation", true)
		&& link_switch(card_name, "rx-udp-gro-forwarding", true);
}

static int one_second_timer(void)
{
	struct itimerspec second = {.it_interval.tv_sec = 1, .it_value.tv_sec = 1};
	int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	if (timer < 0 || timerfd_settime(timer, 0, &second, NULL) != 0)
		fail("no timer: %s", strerror(errno));
	return timer;
}

/* Some drivers probe after their module has been loaded, so this waits until both devices have announced themselves. */
static void wait_for_links(void)
{
	char events[EVENT_BYTES];
	struct pollfd ready = {.fd = netlink_events(), .events = POLLIN};
	for (;;) {
		bool has_card = link_find(CARD_BUS, card_name, &card_index);
		bool has_uplink = link_find(UPLINK_BUS, uplink_name, &uplink_index);
		if (has_card && has_uplink)
			return;
		if (poll(&ready, 1, PROBE_SECONDS * 1000) == 0)
			fail("no driver made a network device of %s within %d s; the console's log says why",
				has_uplink ? "the card at " CARD_BUS : "the uplink at " UPLINK_BUS, PROBE_SECONDS);
		recv(ready.fd, events, sizeof events, MSG_DONTWAIT);
	}
}

/* To the console's log, for who wants to give the domain less memory or wonders about losses. */
static void log_joined(unsigned descriptors, bool joins)
{
	char text[192], total[64], available[64];
	FILE *file = fopen("/proc/meminfo", "re");
	if (file == NULL)
		return;
	/* The third line is MemAvailable (proc(5)). */
	bool read = fgets(total, sizeof total, file) && fgets(available, sizeof available, file)
		&& fgets(available, sizeof available, file);
	fclose(file);
	total[strcspn(total, "\n")] = available[strcspn(available, "\n")] = '\0';
	const char *line = "<6>init: joined; %s, %s, %u receive descriptors, datagrams %s\n";
	if (read
		&& snprintf(text, sizeof text, line, total, available, descriptors,
			joins ? "joined" : "one by one") > 0)
		write_file("/dev/kmsg", text);
}

static void gone(const char *why)
{
	say("gone why=%s", why);
	restart();
}

/* Reports what differs between the card as it is now and as it was last reported. */
static void card_is(const struct link *now)
{
	if (memcmp(now->mac, card.mac, MAC_BYTES) != 0)
		report_card(card_name, now);
	if (now->carrier != card.carrier)
		report_link(card_name, now);
	card = *now;
}

static void read_card(struct link *now)
{
	int error = link_read(card_index, now);
	if (error == ENODEV)
		gone("unregistered");
	if (error != 0)
		fail("the card's link cannot be read: %s", strerror(error));
}

static void read_events(void)
{
	static char events[EVENT_BYTES] __attribute__((aligned(8)));
	struct link now;
	ssize_t length = recv(netlink_events(), events, sizeof events, MSG_DONTWAIT);
	if (length < 0) {
		/* ENOBUFS: events were dropped; the next beat reads the state itself. */
		if (errno != ENOBUFS && errno != EAGAIN && errno != EINTR)
			fail("no link events: %s", strerror(errno));
		return;
	}
	const struct nlmsghdr *message = (struct nlmsghdr *)events;
	for (int left = length; NLMSG_OK(message, left); message = NLMSG_NEXT(message, left)) {
		if (link_parse(message, card_index, &now)) {
			card_is(&now);
		} else if (message->nlmsg_type == RTM_DELLINK) {
			const struct ifinfomsg *info = NLMSG_DATA(message);
			if (info->ifi_index == card_index)
				gone("unregistered");
			if (info->ifi_index == uplink_index)
				fail("the uplink's network device vanished");
		}
	}
}

int main(void)
{
	struct utsname kernel;
	mount_kernel_files();
	records_open();
	uname(&kernel);
	say("up format=1 kernel=%s", kernel.release);

	unsigned size = mtu();
	netlink_open();
	modules_load_base();
	modules_load_card();
	wait_for_links();
	read_card(&card);
	report_card(card_name, &card);

	/* Joined before they are up, so that the kernel's own stack never sees a frame. */
	link_redirect(card_index, uplink_index);
	link_redirect(uplink_index, card_index);
	unsigned descriptors = make_room(size);
	bool joins = join_datagrams();
	link_prepare(card_name, card_index, size);
	link_prepare(uplink_name, uplink_index, size);
	read_card(&card);
	report_link(card_name, &card);
	say("ready");
	log_joined(descriptors, joins);

	const char *log = getenv("cofferdam_log");
	struct pollfd ready[] = {
		{.fd = netlink_events(), .events = POLLIN},
		{.fd = one_second_timer(), .events = POLLIN},
		{.fd = log != NULL && strcmp(log, "1") == 0 ? log_open() : -1, .events = POLLOUT},
	};
	for (unsigned long beats = 0;;) {
		if (poll(ready, sizeof ready / sizeof *ready, -1) < 0) {
			if (errno != EINTR)
				fail("cannot wait for events: %s", strerror(errno));
			continue;
		}
		if (ready[0].revents != 0)
			read_events();
		uint64_t seconds;
		if (ready[1].revents != 0 && read(ready[1].fd, &seconds, sizeof seconds) == sizeof seconds) {
			struct link now;
			read_card(&now);
			card_is(&now);
			report_beat(++beats, &card);
		}
		if (ready[2].revents != 0 && !log_copy(ready[2].fd))
			ready[2].fd = -1; /* which poll(2) passes over */
	}
}
