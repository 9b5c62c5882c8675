/*
 * Puts the card's receive ring at the page tables and the transmit ring at its code. Must: each access by the card is
 * refused and on record (DMA_REFUSED), page tables and code unchanged, domain stopped or restarted by policy.
 */
#include "hostile.h"

int main(void) {
    start_honest();
    card_write(REG_RDBAL, (u32)PAGE_TABLES);
    card_write(REG_TDBAL, (u32)OWN_CODE);
    card_write(REG_TDT, 5);
    yield_for_ever();
}
