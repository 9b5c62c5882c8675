/* Raises every interrupt cause itself (ICS) before each WAIT. Must: woken without end it still starves nobody. */
#include "hostile.h"

#define REG_ICS 0x000c8

int main(void) {
    start_honest();
    card_unmask(0xffffffffu);
    for (;;) {
        card_write(REG_ICS, 0xffffffffu);
        ring_doorbell(DOORBELL_WAIT, 0);
    }
}
