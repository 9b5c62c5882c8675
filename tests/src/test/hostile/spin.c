/* Spins from its first instruction, never READY. Must: the start times out, the domain is restarted with back-off. */
#include "hostile.h"

int main(void) {
    for (;;) {
        compiler_barrier();
    }
}
