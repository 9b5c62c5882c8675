/*
 * The kernel's log, copied to the console once frames pass. A kernel that prints it there itself waits for the serial
 * port at each character, two exits to the monitor each, before the domain does anything; told to be quiet it starts
 * sooner, and the console holds the whole log a little later all the same. Records of /dev/kmsg: the kernel's
 * Documentation/ABI/testing/dev-kmsg.
 */
#include "init.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KMSG_BYTES = 8192, LINE_BYTES = KMSG_BYTES + 32 };

static int kernel_log = -1;
static char line[LINE_BYTES];
static int length, sent;

int log_open(void)
{
	/* Neither may hold up the records: who reads the console may be slow. */
	int console = open("/dev/console", O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	kernel_log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	return kernel_log < 0 ? -1 : console;
}

/* Takes the next record, `PRIORITY,SEQUENCE,MICROSECONDS,FLAGS;TEXT`; false at the end of the log. */
static bool next_line(void)
{
	char record[KMSG_BYTES];
	ssize_t bytes = read(kernel_log, record, sizeof record - 1);
	if (bytes <= 0)
		return false;
	record[bytes] = '\0';
	char *text = strchr(record, ';');
	char *time = strchr(record, ',');
	time = time != NULL ? strchr(time + 1, ',') : NULL;
	if (text == NULL || time == NULL)
		return false;
	text[1 + strcspn(text + 1, "\n")] = '\0'; /* lines after the first are its dictionary */
	unsigned long long microseconds = strtoull(time + 1, NULL, 10);
	length = snprintf(line, sizeof line, "[%5llu.%06llu] %s\n", microseconds / 1000000, microseconds % 1000000, text + 1);
	sent = 0;
	return true;
}

bool log_copy(int console)
{
	/* One line a call: the port takes what it is given at once, so a loop here would end with the log, and no beat before. */
	if (sent < length || next_line()) {
		ssize_t n = write(console, line + sent, length - sent);
		if (n > 0)
			sent += n;
		return true;
	}
	close(kernel_log);
	close(console);
	return false;
}
