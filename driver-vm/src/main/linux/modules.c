/*
 * Kernel modules: the distribution's files, uncompressed, in /modules.
 *
 *   /modules/order     lines `GROUP FILE`, dependencies first; GROUP is `base` or the name of a module for cards
 *   /modules/aliases   lines `PATTERN GROUP`; a PATTERN is an alias of the module, as depmod(8) would list it
 *
 * Which module is the card's is decided by its modalias as udev would. What was loaded is deleted: the files lie in RAM.
 */
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FOLDER "/modules/"
#define BASE "base"

enum { LINE_MAX_BYTES = 256 };

static void load(const char *name)
{
	char path[PATH_MAX];
	snprintf(path, sizeof path, FOLDER "%s", name);
	int file = open(path, O_RDONLY | O_CLOEXEC);
	/* A dependency that two modules share is gone after the first. */
	if (file < 0 && errno == ENOENT)
		return;
	if (file < 0 || (syscall(SYS_finit_module, file, "", 0) != 0 && errno != EEXIST))
		fail("the module %s cannot be loaded: %s", name, strerror(errno));
	close(file);
	unlink(path);
}

/* Visits the lines `FIRST SECOND` of a file until visit says true; then so is this. */
static bool each_line(const char *path, bool (*visit)(const char *first, const char *second, void *context),
	void *context)
{
	char line[LINE_MAX_BYTES];
	bool found = false;
	FILE *file = fopen(path, "re");
	if (file == NULL)
		fail("%s is missing from the initramfs", path);
	while (!found && fgets(line, sizeof line, file) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		char *space = strchr(line, ' ');
		if (space == NULL)
			continue;
		*space = '\0';
		found = visit(line, space + 1, context);
	}
	fclose(file);
	return found;
}

static bool load_if_of_group(const char *group, const char *file, void *wanted)
{
	if (strcmp(group, wanted) == 0)
		load(file);
	return false;
}

static bool unlink_line(const char *group, const char *file, void *nothing)
{
	char path[PATH_MAX];
	(void)group;
	(void)nothing;
	snprintf(path, sizeof path, FOLDER "%s", file);
	unlink(path);
	return false;
}

struct match {
	char modalias[LINE_MAX_BYTES];
	char group[LINE_MAX_BYTES];
};

static bool matches(const char *pattern, const char *group, void *context)
{
	struct match *match = context;
	if (fnmatch(pattern, match->modalias, 0) != 0)
		return false;
	snprintf(match->group, sizeof match->group, "%s", group);
	return true;
}

void modules_load_base(void)
{
	each_line(FOLDER "order", load_if_of_group, BASE);
}

void modules_load_card(void)
{
	struct match match;
	char driver[LINE_MAX_BYTES];
	if (!read_line(match.modalias, sizeof match.modalias, "/sys/bus/pci/devices/" CARD_BUS "/modalias"))
		fail("there is no card at " CARD_BUS);
	if (each_line(FOLDER "aliases", matches, &match))
		each_line(FOLDER "order", load_if_of_group, match.group);
	else if (!link_name(driver, sizeof driver, "/sys/bus/pci/devices/" CARD_BUS "/driver"))
		fail("no module in the initramfs is for the card %s; name one to ops/driver-image --modules", match.modalias);
	each_line(FOLDER "order", unlink_line, NULL);
	unlink(FOLDER "aliases");
	unlink(FOLDER "order");
	rmdir(FOLDER);
}
