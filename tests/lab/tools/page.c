/*
 * Pages by their physical address, for tests of DMA. Root.
 *
 *   page hold FILL       maps and locks a page filled with the byte FILL (hex), prints its physical address, and at the
 *                        end of standard input says "unchanged" (exit 0) or "changed" (exit 1)
 *   page where PID ADDR  prints the physical address behind a mapped address of a process (proc_pid_pagemap(5))
 *   page aim IMAGE ADDRESS read|write|interrupt   puts these into an image of dma-aimed.c, behind its mark
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096ull
#define PRESENT (1ull << 63)
#define FRAME ((1ull << 55) - 1)

static uint64_t physical(const char *pid, uint64_t address) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%s/pagemap", pid);
    int fd = open(path, O_RDONLY);
    uint64_t entry = 0;
    if (fd < 0 || pread(fd, &entry, 8, (off_t)(address / PAGE * 8)) != 8 || !(entry & PRESENT) || !(entry & FRAME)) {
        fprintf(stderr, "page: %s of %s is not in memory, or pagemap may not be read\n", path, pid);
        exit(1);
    }
    close(fd);
    return (entry & FRAME) * PAGE + address % PAGE;
}

static int hold(uint8_t fill) {
    uint8_t *page = mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0);
    if (page == MAP_FAILED) {
        perror("page: mmap");
        return 1;
    }
    memset(page, fill, PAGE);
    printf("0x%" PRIx64 "\n", physical("self", (uint64_t)page));
    fflush(stdout);
    char ignored;
    while (read(0, &ignored, 1) > 0) {
    }
    for (uint64_t i = 0; i < PAGE; i++) {
        if (((volatile uint8_t *)page)[i] != fill) {
            printf("changed\n");
            return 1;
        }
    }
    printf("unchanged\n");
    return 0;
}

static int aim(const char *image, uint64_t address, const char *kind) {
    static char content[1 << 20];
    static const char *const kinds[] = {"read", "write", "interrupt"};
    uint64_t number = 0;
    while (strcmp(kind, kinds[number]) != 0) {
        if (++number == 3) {
            fprintf(stderr, "page: there is no attack %s\n", kind);
            return 2;
        }
    }
    int fd = open(image, O_RDWR);
    ssize_t bytes = fd < 0 ? -1 : read(fd, content, sizeof content);
    char *mark = bytes < 24 ? NULL : memmem(content, (size_t)bytes - 16, "aim here", 8);
    uint64_t values[] = {address, number};
    if (mark == NULL || pwrite(fd, values, sizeof values, mark + 8 - content) != (ssize_t)sizeof values) {
        fprintf(stderr, "page: %s has no mark, or cannot be changed\n", image);
        return 1;
    }
    return 0;
}

int main(int count, char **words) {
    if (count == 5 && strcmp(words[1], "aim") == 0) {
        return aim(words[2], strtoull(words[3], 0, 0), words[4]);
    }
    if (count == 3 && strcmp(words[1], "hold") == 0) {
        return hold((uint8_t)strtoul(words[2], 0, 16));
    }
    if (count == 4 && strcmp(words[1], "where") == 0) {
        printf("0x%" PRIx64 "\n", physical(words[2], strtoull(words[3], 0, 0)));
        return 0;
    }
    fprintf(stderr, "usage: page hold FILL | page where PID ADDRESS | page aim IMAGE ADDRESS KIND\n");
    return 2;
}
