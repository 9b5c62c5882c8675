/* Forwards, then only WAITs, whatever wakes it. Must: the watchdog restarts it; it is not woken in a busy loop. */
#include "hostile.h"

int main(void) {
    start_honest();
    for (;;) {
        ring_doorbell(DOORBELL_WAIT, 0);
    }
}
