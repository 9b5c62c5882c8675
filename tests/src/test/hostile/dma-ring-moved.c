/* Moves both rings while they run. Must: refused and on record (REGISTER_REFUSED), the card goes on where it was. */
#include "hostile.h"

int main(void) {
    start_honest();
    card_write(REG_RDBAL, (u32)PAGE_TABLES);
    card_write(REG_TDBAL, (u32)OWN_CODE);
    card_write(REG_TDT, 5);
    yield_for_ever();
}
