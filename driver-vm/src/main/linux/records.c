/*
 * Records: one line each on ttyS1, which the monitor reads (it trusts none of it). The line is raw, so nothing is echoed
 * or translated.
 */
#include "init.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <termios.h>
#include <unistd.h>

static int line = -1;

void records_open(void)
{
	struct termios mode;
	line = open("/dev/ttyS1", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (line < 0 || tcgetattr(line, &mode) != 0) {
		write_file("/dev/kmsg", "<3>init: there is no serial port ttyS1 for the records\n");
		restart();
	}
	cfmakeraw(&mode);
	mode.c_cflag |= CLOCAL;
	cfsetspeed(&mode, B115200);
	tcsetattr(line, TCSANOW, &mode);
}

/* One write per record where the line takes it, so that a record is not torn by a restart in between. */
static void put_line(char *text, int length)
{
	if (length < 0)
		return;
	if (length > RECORD_MAX - 1)
		length = RECORD_MAX - 1;
	for (int i = 0; i < length; i++)
		if (text[i] < ' ' || text[i] > '~')
			text[i] = '?';
	text[length++] = '\n';
	for (int sent = 0; sent < length;) {
		ssize_t n = write(line, text + sent, length - sent);
		if (n <= 0)
			return;
		sent += n;
	}
}

void say(const char *format, ...)
{
	char text[RECORD_MAX + 1];
	va_list words;
	va_start(words, format);
	int length = vsnprintf(text, sizeof text, format, words);
	va_end(words);
	put_line(text, length);
}

void restart(void)
{
	if (line >= 0)
		tcdrain(line);
	/* The monitor is to read the last record, and to act on it, before the machine goes. */
	sleep(1);
	reboot(RB_AUTOBOOT);
	_exit(1); /* a panic, since this is the first process; that restarts the machine too */
}

void fail(const char *format, ...)
{
	char text[RECORD_MAX + 1], log[RECORD_MAX + 16];
	va_list words;
	va_start(words, format);
	vsnprintf(text, sizeof text, format, words);
	va_end(words);
	/* Of a level that is on the console of a quiet kernel too, which the monitor keeps. */
	snprintf(log, sizeof log, "<3>init: %s\n", text);
	write_file("/dev/kmsg", log);
	say("fail %s", text);
	restart();
}
