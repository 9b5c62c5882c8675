/* Says that its rings are larger than the arena, with tails far out. Must: what lies outside is refused, on record. */
#include "hostile.h"

int main(void) {
    start_honest();
    card_write(REG_RDLEN, 0xffffff80u);
    card_write(REG_TDLEN, 0xffffff80u);
    card_write(REG_RDT, 0xffffffffu);
    card_write(REG_TDT, 0xffffffffu);
    yield_for_ever();
}
