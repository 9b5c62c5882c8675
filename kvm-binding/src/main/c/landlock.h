/* Landlock, for the small C programs that confine a JVM before they execute it. */
#ifndef COFFERDAM_LANDLOCK_H
#define COFFERDAM_LANDLOCK_H

/* A list of words from the command line, where its length stands before it. words[count] is not NULL. */
struct words {
    int count;
    char **words;
};

/*
 * Restricts the calling thread, and all that it executes, to these files: reads the first, changes the second. Of TCP
 * nothing is left but to listen at these ports. Returns the Landlock ABI version, 0 where the kernel has none, -1 with errno on
 * failure.
 */
int restrict_files(const struct words *readable, const struct words *writable, const struct words *ports);

#endif
