/*
 * Forwards, then spins without serving its rings, heartbeat running on. Must: the watchdog (rings unserved while frames
 * wait) restarts it; meanwhile others get their share of the processor.
 */
#include "hostile.h"

int main(void) {
    start_honest();
    for (;;) {
        status_page()->heartbeat++;
        compiler_barrier();
    }
}
