/* Calls itself without end. Must: FAULT with vector 14 in the stack's guard page on record, domain restarted. */
#include "hostile.h"

static u64 deeper(u64 depth) {
    volatile u8 frame[512];
    frame[depth % sizeof frame] = (u8)depth;
    return deeper(depth + 1) + frame[0];
}

int main(void) {
    start_honest();
    status_page()->heartbeat = deeper(0);
    serve();
}
