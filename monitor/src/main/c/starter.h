/* What the starter's files share. Each says on top what it trusts. */
#ifndef COFFERDAM_STARTER_H
#define COFFERDAM_STARTER_H

#include "landlock.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Descriptors that the monitor finds open: requests to the starter, and a pipe that ends when the starter does. */
#define CHANNEL_FD 3
#define LIFELINE_FD 4

/* confine.c: what is taken from the child between fork and exec. */

/* Drops what the monitor's start does not need and sets limits. Returns false with errno. */
bool drop_what_no_monitor_needs(void);

/* requests.c: what the starter does for a running monitor. */

/* What is run when the monitor asks for it, in every word fixed at the start; empty for a monitor without a card. */
struct card_commands {
    struct words bind;
    struct words give_back;
};

/* Where guests' front ends may listen. */
struct guest_sockets {
    const char *folder;
    struct words fixed; /* from the configuration file: a user's number, then a path */
};

/* Reads one request from the channel and answers it. Returns false when the other side is gone. */
bool serve_request(int channel, const struct card_commands *card, const struct guest_sockets *guests);

/* guest_sockets.c: connects to the front end that listens at this path. Returns the connection, or a negated error
 * number; -EPERM for a place where none may. */
int connect_guest(const struct guest_sockets *guests, const char *path);

/* starter.c */

/* Runs a command to its end, with one word more if extra is not NULL; returns its wait status, or -1. */
int run_command(const struct words *command, const char *extra);

#endif
