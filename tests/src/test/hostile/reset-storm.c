/* Resets the card without end while its rings run. Must: the card starts afresh each time, on record, monitor lives. */
#include "hostile.h"

int main(void) {
    start_honest();
    for (;;) {
        card_write(REG_CTRL, CTRL_RST);
        card_enable();
        ring_doorbell(DOORBELL_YIELD, 0);
    }
}
