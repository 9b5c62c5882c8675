/* Forwards for a moment, then executes ud2. Must: FAULT with vector 6 on record, domain restarted. */
#include "hostile.h"

int main(void) {
    start_honest();
    __asm__ volatile("ud2");
    serve();
}
