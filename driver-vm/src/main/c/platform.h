/*
 * What little there is under the driver: time, byte moves, compiler barriers, the way out when nothing helps.
 *
 * Trusts: the boot page for tsc_khz. Uses no instruction that needs privilege: rdtsc and pause are open to CPL 3.
 */
#ifndef COFFERDAM_PLATFORM_H
#define COFFERDAM_PLATFORM_H

#include "boot.h"

/* Panic codes: the value of the PANIC doorbell. The text says the rest. */
enum panic_code { PANIC_BOOT_PAGE = 1, PANIC_CARD = 2, PANIC_UPLINK = 3, PANIC_INVARIANT = 4 };

/* Writes the text into the status page, rings PANIC, and never returns. */
_Noreturn void panic(enum panic_code code, const char *text);

/* gcc may call these for plain assignments and loops. */
void *memcpy(void *restrict to, const void *restrict from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
void *memset(void *to, int value, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);

static inline u64 time_stamp(void) {
    u32 low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return ((u64)high << 32) | low;
}

static inline u64 microseconds(u64 count) {
    return boot_page()->tsc_khz * count / 1000;
}

static inline void pause_for(u64 ticks) {
    u64 start = time_stamp();
    while (time_stamp() - start < ticks) {
        __asm__ volatile("pause");
    }
}

/*
 * x86 keeps loads in order, stores in order, and stores after earlier loads (Intel SDM 3A, 8.2.2), so towards
 * the card and the monitor only the compiler has to be held back ...
 */
static inline void compiler_barrier(void) {
    __asm__ volatile("" ::: "memory");
}

/* ... except where a store must be seen before a later load is done. */
static inline void full_barrier(void) {
    __asm__ volatile("lock; addl $0, (%%rsp)" ::: "memory", "cc");
}

static inline u16 load_acquire16(const u16 *at) {
    return __atomic_load_n(at, __ATOMIC_ACQUIRE);
}

static inline void store_release16(u16 *at, u16 value) {
    __atomic_store_n(at, value, __ATOMIC_RELEASE);
}

#endif
