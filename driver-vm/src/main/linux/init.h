/*
 * What the parts of the Linux domain's first process share. It sets the domain up and reports; the kernel moves the
 * frames. One thread, no allocation after the start.
 */
#ifndef COFFERDAM_INIT_H
#define COFFERDAM_INIT_H

#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>

/* The domain's PCI devices, at the places where the monitor puts them. */
#define UPLINK_BUS "0000:00:01.0"
#define CARD_BUS "0000:00:02.0"

enum { RECORD_MAX = 512, MAC_BYTES = 6 };

/* records.c: lines to the monitor on the second serial port. */

void records_open(void);

/* Sends one record, cut to RECORD_MAX characters; whatever is not printable ASCII becomes '?'. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Sends `fail TEXT` and restarts the machine. */
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Restarts the machine after the last record has left it. */
_Noreturn void restart(void);

/* modules.c */

/* Loads what every domain needs (the lines `base FILE` of /modules/order). */
void modules_load_base(void);

/* Loads the module that is made for the card, unless a module of the base drives it already, and deletes all files. */
void modules_load_card(void);

/* files.c: small files of sysfs and the like. */

/* Reads a file's first line into text; false if it cannot be read. */
bool read_line(char *text, size_t room, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Writes to an existing file; false if it cannot be written. */
bool write_file(const char *path, const char *text);

/* The last part of the path that a symbolic link holds; false if there is no such link. */
bool link_name(char *name, size_t room, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The first entry of a folder whose name begins with prefix; false if there is none. */
bool first_entry(char *name, size_t room, const char *folder, const char *prefix);

/* netlink.c: requests to the kernel's rtnetlink (rtnetlink(7)), one at a time. */

struct request {
	struct nlmsghdr header;
	char body[1024];
};

void netlink_open(void);

/* The socket on which changes of links arrive. */
int netlink_events(void);

/* Begins a request whose fixed part is all zeros and length bytes long; returns that part. */
void *request_begin(struct request *request, int type, int flags, size_t length);
void request_put(struct request *request, int type, const void *data, size_t length);
void *request_nest(struct request *request, int type);
void request_end(struct request *request, void *nest);

/* Sends the request and waits for its answer, which is stored if reply is given. Returns 0 or an error number. */
int request_send(struct request *request, struct nlmsghdr *reply, size_t room);

/* links.c */

struct link {
	int index;
	bool carrier;
	unsigned char mac[MAC_BYTES];
	struct rtnl_link_stats64 statistics;
};

/* The netdev that the driver of a PCI device has made; false if there is none yet. */
bool link_find(const char *bus, char name[IFNAMSIZ], int *index);

/* Fills link from a message about a link; false if it is none, or one of another link than index (0: any). */
bool link_parse(const struct nlmsghdr *message, int index, struct link *link);

/* Asks the kernel for the link as it is now. Returns 0 or an error number. */
int link_read(int index, struct link *link);

/*
 * Gives a link that is down more receive descriptors if it has fewer and its driver can. Returns how many it has then;
 * 0 if the driver does not say.
 */
unsigned link_lengthen_receive(const char *name, unsigned descriptors);

/* How many frames wait for a link that is still down: its queueing discipline is made when it comes up. */
void link_queue(const char *name, int index, unsigned frames);

/* Switches a feature of a link, by its name in ethtool(8). Returns whether it is so then; kernels and drivers differ. */
bool link_switch(const char *name, const char *feature, bool on);

/* Sets the MTU, switches IPv6 off and promiscuous mode on, and brings the link up. */
void link_prepare(const char *name, int index, unsigned mtu);

/* Hands all that one link receives to the other for sending, inside the kernel. */
void link_redirect(int from, int to);

/* reports.c: the records about the card. */

void report_card(const char *name, const struct link *card);
void report_link(const char *name, const struct link *card);
void report_beat(unsigned long number, const struct link *card);

/* log.c */

/* Opens the kernel's log for copying; returns the console, or -1. */
int log_open(void);

/* Copies as much as the console takes; false, with the console closed, once there is no more. */
bool log_copy(int console);

#endif
