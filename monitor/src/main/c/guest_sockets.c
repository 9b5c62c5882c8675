/*
 * Connects to guests' front ends that listen, for a monitor that may not connect to anything (requests.c), and passes
 * it the connection.
 *
 * Trusts nobody: the monitor may have been broken into, and would like to be led to D-Bus or to a container engine.
 * So it is led to two kinds of places only, whatever path it names. One is the guests' folder, by a plain name in it:
 * there nobody but root and the monitor's user can make a file, and the monitor cannot make links. The other is what the
 * configuration file named at the start; there a front end's user may own the folder, so a link at the path's end is
 * not followed, and who listens must be the user that the configuration names. Nothing here waits.
 */
#define _GNU_SOURCE
#include "starter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* The file at the end of the path as it is, link or not; a negated error number. */
static int find(int folder, const char *path)
{
    int fd = openat(folder, path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

static int find_in_folder(const char *folder, const char *name)
{
    int dir = open(folder, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (dir < 0)
        return -errno;
    int fd = find(dir, name);
    close(dir);
    return fd;
}

/* The name that the path has in the folder; NULL if it is not directly in there. */
static const char *name_in(const char *folder, const char *path)
{
    size_t length = strlen(folder);
    if (strncmp(path, folder, length) != 0 || path[length] != '/')
        return NULL;
    const char *name = path + length + 1;
    return name[0] == '\0' || name[0] == '.' || strchr(name, '/') != NULL ? NULL : name;
}

/* Connects to the file that is held open. Returns the connection, or a negated error number. */
static int connect_to(int file)
{
    struct stat st;
    if (fstat(file, &st) != 0)
        return -errno;
    if (!S_ISSOCK(st.st_mode))
        return -ENOTSOCK;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d", file);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        int saved = errno;
        close(fd);
        return -saved;
    }
    return fd < 0 ? -errno : fd;
}

/* Whether this user began to listen at the other end, by the kernel's word. */
static bool is_user(int connection, uid_t uid)
{
    struct ucred peer;
    socklen_t length = sizeof peer;
    return getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 && peer.uid == uid;
}

int connect_guest(const struct guest_sockets *guests, const char *path)
{
    const char *user = NULL;
    for (int i = 0; i + 1 < guests->fixed.count; i += 2)
        if (strcmp(guests->fixed.words[i + 1], path) == 0)
            user = guests->fixed.words[i];
    const char *name = name_in(guests->folder, path);
    if (user == NULL && name == NULL)
        return -EPERM;
    int file = user != NULL ? find(AT_FDCWD, path) : find_in_folder(guests->folder, name);
    if (file < 0)
        return file;
    int connection = connect_to(file);
    close(file);
    if (connection >= 0 && user != NULL && !is_user(connection, (uid_t)strtoul(user, NULL, 10))) {
        close(connection);
        return -EACCES;
    }
    return connection;
}
