/*
 * Rings FAULT itself, though only the monitor's stub should. Must: the domain ends as after any fault; the frame, which
 * it cannot write, says that no exception was taken.
 */
#include "hostile.h"

int main(void) {
    start_honest();
    ring_doorbell(DOORBELL_FAULT, 99);
    serve();
}
