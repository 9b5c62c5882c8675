/* Forwards for a moment, then executes hlt. Must: FAULT with vector 13 on record, domain restarted. */
#include "hostile.h"

int main(void) {
    start_honest();
    __asm__ volatile("hlt");
    serve();
}
