/*
 * Puts the card's receive ring at the page tables and the transmit ring at its own code. Must: each access by the card
 * is refused and on record (DMA_REFUSED), page tables and code unchanged, domain stopped or restarted by policy.
 */
#include "hostile.h"

int main(void) {
    start_honest();
    move_rings(PAGE_TABLES, OWN_CODE);
    yield_for_ever();
}
