/*
 * Puts both rings at 64-bit addresses far beyond any memory, one of them so that address plus length overflows. Must:
 * refused and on record (DMA_REFUSED), domain stopped or restarted by policy.
 */
#include "hostile.h"

int main(void) {
    start_honest();
    move_rings(FAR_AWAY, 0xfffffffffffffff0ull);
    yield_for_ever();
}
