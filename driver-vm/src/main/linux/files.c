/* Small files of sysfs and procfs. Trusts the kernel, whose files these are. */
#include "init.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Copies as much as there is room for. */
static void copy(char *to, size_t room, const char *from)
{
	snprintf(to, room, "%s", from);
}

bool read_line(char *text, size_t room, const char *format, ...)
{
	char path[PATH_MAX];
	va_list words;
	va_start(words, format);
	vsnprintf(path, sizeof path, format, words);
	va_end(words);
	int file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return false;
	ssize_t length = read(file, text, room - 1);
	close(file);
	if (length < 0)
		return false;
	text[length] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return true;
}

bool write_file(const char *path, const char *text)
{
	int file = open(path, O_WRONLY | O_CLOEXEC);
	if (file < 0)
		return false;
	bool written = write(file, text, strlen(text)) == (ssize_t)strlen(text);
	close(file);
	return written;
}

bool link_name(char *name, size_t room, const char *format, ...)
{
	char path[PATH_MAX], target[PATH_MAX];
	va_list words;
	va_start(words, format);
	vsnprintf(path, sizeof path, format, words);
	va_end(words);
	ssize_t length = readlink(path, target, sizeof target - 1);
	if (length < 0)
		return false;
	target[length] = '\0';
	char *slash = strrchr(target, '/');
	copy(name, room, slash != NULL ? slash + 1 : target);
	return true;
}

bool first_entry(char *name, size_t room, const char *folder, const char *prefix)
{
	DIR *entries = opendir(folder);
	if (entries == NULL)
		return false;
	bool found = false;
	for (struct dirent *entry; !found && (entry = readdir(entries)) != NULL;) {
		if (entry->d_name[0] != '.' && strncmp(entry->d_name, prefix, strlen(prefix)) == 0) {
			copy(name, room, entry->d_name);
			found = true;
		}
	}
	closedir(entries);
	return found;
}
