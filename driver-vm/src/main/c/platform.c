/*
 * Byte moves and panic.
 *
 * Trusts: nothing but the status page's address in the boot page. panic() may be called at any time, also
 * before the boot page has been checked; if the address is wrong, the page fault ends the domain just as well.
 */
#include "platform.h"

void *memcpy(void *restrict to, const void *restrict from, size_t bytes) {
    void *result = to;
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes)::"memory");
    return result;
}

void *memmove(void *to, const void *from, size_t bytes) {
    u8 *target = to;
    const u8 *source = from;
    if (target <= source || target >= source + bytes) {
        return memcpy(to, from, bytes);
    }
    while (bytes-- > 0) {
        target[bytes] = source[bytes];
        compiler_barrier(); /* keeps gcc from turning the loop into a call of memmove */
    }
    return to;
}

void *memset(void *to, int value, size_t bytes) {
    void *result = to;
    __asm__ volatile("rep stosb" : "+D"(to), "+c"(bytes) : "a"(value) : "memory");
    return result;
}

int memcmp(const void *a, const void *b, size_t bytes) {
    const u8 *left = a;
    const u8 *right = b;
    for (size_t i = 0; i < bytes; i++) {
        if (left[i] != right[i]) {
            return left[i] < right[i] ? -1 : 1;
        }
        compiler_barrier();
    }
    return 0;
}

_Noreturn void panic(enum panic_code code, const char *text) {
    struct status_page *status = status_page();
    size_t i = 0;
    for (; text[i] != 0 && i < PANIC_TEXT_BYTES - 1; i++) {
        status->panic_text[i] = text[i];
    }
    status->panic_text[i] = 0;
    status->state = STATE_PANICKED;
    compiler_barrier();
    ring_doorbell(DOORBELL_PANIC, (u32)code);
    for (;;) {
        ring_doorbell(DOORBELL_WAIT, 0);
    }
}
