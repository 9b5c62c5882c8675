/*
 * Gives up with a text that has no end and is full of terminal escapes. Must: at most 255 printable characters on
 * record, domain restarted.
 */
#include "hostile.h"

static const char text[] = "\x1b]0;owned\x07\n\x1b[2J%s%n";

int main(void) {
    start_honest();
    struct status_page *status = status_page();
    for (u32 i = 0; i < PANIC_TEXT_BYTES; i++) {
        status->panic_text[i] = text[i % (sizeof text - 1)];
    }
    status->state = STATE_PANICKED;
    compiler_barrier();
    ring_doorbell(DOORBELL_PANIC, 0xffffffffu);
    yield_for_ever();
}
