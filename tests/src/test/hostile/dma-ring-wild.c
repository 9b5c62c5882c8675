/*
 * Puts both rings at 64-bit addresses far beyond any memory, one of them so that address plus length overflows. Must:
 * refused and on record, nothing else.
 */
#include "hostile.h"

int main(void) {
    start_honest();
    card_write(REG_RDBAL, (u32)FAR_AWAY);
    card_write(REG_RDBAH, (u32)(FAR_AWAY >> 32));
    card_write(REG_TDBAL, 0xfffffff0u);
    card_write(REG_TDBAH, 0xffffffffu);
    card_write(REG_TDT, 5);
    yield_for_ever();
}
