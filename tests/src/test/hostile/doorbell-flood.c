/*
 * Rings the doorbell of the build (BELL) without end. Must: the log holds aggregates rather than a record for each,
 * other agents get their turn; FAULT and PANIC end the domain, WAIT is a domain that does not serve.
 */
#include "hostile.h"

int main(void) {
    start_honest();
    for (u32 i = 0;; i++) {
        ring_doorbell(BELL, i);
    }
}
