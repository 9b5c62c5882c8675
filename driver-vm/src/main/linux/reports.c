/* The records about the card. All values are the driver's own words; the monitor checks them. */
#include "init.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

enum { WORD_BYTES = 64, BUILD_ID_BYTES = 20, COUNTERS_EVERY = 5 };

/* The build ID of a loaded module as hexadecimal digits (ELF note NT_GNU_BUILD_ID), or "-". */
static void build_id(const char *module, char text[2 * BUILD_ID_BYTES + 1])
{
	char path[256];
	/* An ELF note: three words, the name "GNU\0", the ID. */
	unsigned char note[16 + BUILD_ID_BYTES];
	snprintf(path, sizeof path, "/sys/module/%s/notes/.note.gnu.build-id", module);
	strcpy(text, "-");
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return;
	if (fread(note, 1, sizeof note, file) == sizeof note)
		for (int i = 0; i < BUILD_ID_BYTES; i++)
			sprintf(text + 2 * i, "%02x", note[16 + i]);
	fclose(file);
}

void report_card(const char *name, const struct link *card)
{
	char driver[WORD_BYTES] = "-", module[WORD_BYTES] = "-", version[WORD_BYTES], source[WORD_BYTES] = "-";
	char build[2 * BUILD_ID_BYTES + 1];
	struct utsname kernel;
	const unsigned char *mac = card->mac;
	uname(&kernel);
	link_name(driver, sizeof driver, "/sys/class/net/%s/device/driver", name);
	link_name(module, sizeof module, "/sys/class/net/%s/device/driver/module", name);
	read_line(source, sizeof source, "/sys/module/%s/srcversion", module);
	/* Drivers of the kernel's own tree have no version but the kernel's. */
	if (!read_line(version, sizeof version, "/sys/module/%s/version", module))
		snprintf(version, sizeof version, "%.63s", kernel.release);
	build_id(module, build);
	say("card driver=%s mac=%02x:%02x:%02x:%02x:%02x:%02x srcversion=%s version=%s bus=" CARD_BUS " build=%s", driver,
		mac[0], mac[1], mac[2], mac[3], mac[4], mac[5], source, version, build);
}

void report_link(const char *name, const struct link *card)
{
	char speed[WORD_BYTES] = "0", duplex[WORD_BYTES] = "unknown";
	if (!card->carrier) {
		say("link down");
		return;
	}
	read_line(speed, sizeof speed, "/sys/class/net/%s/speed", name);
	read_line(duplex, sizeof duplex, "/sys/class/net/%s/duplex", name);
	/* -1 for a card that does not say. */
	say("link up speed=%d duplex=%s", atoi(speed) > 0 ? atoi(speed) : 0, duplex);
}

/* Each character is an exit of the virtual machine, so the counters do not come with each beat. */
void report_beat(unsigned long number, const struct link *card)
{
	if (number % COUNTERS_EVERY != 1) {
		say("beat %lu", number);
		return;
	}
	const struct rtnl_link_stats64 *s = &card->statistics;
	say("beat %lu rx_packets=%llu rx_bytes=%llu tx_packets=%llu tx_bytes=%llu rx_missed=%llu rx_dropped=%llu "
		"tx_dropped=%llu rx_errors=%llu tx_errors=%llu",
		number, s->rx_packets, s->rx_bytes, s->tx_packets, s->tx_bytes, s->rx_missed_errors, s->rx_dropped, s->tx_dropped,
		s->rx_errors, s->tx_errors);
}
