/*
 * Raises every interrupt cause itself (ICS) again and again without ever sleeping: on a real card each store is an
 * interrupt for the host. Must: the host lives, and the domain is ended for it.
 */
#include "hostile.h"

#define REG_ICS 0x000c8

int main(void) {
    start_honest();
    for (;;) {
        for (u32 i = 0; i < 1000; i++) {
            card_unmask(0xffffffffu);
            card_write(REG_ICS, 0xffffffffu);
            (void)card_causes(); /* takes the causes, so that the next store raises anew */
            if (i % 50 == 0) {
                (void)driver_pass();
            }
        }
        ring_doorbell(DOORBELL_YIELD, 0);
    }
}
